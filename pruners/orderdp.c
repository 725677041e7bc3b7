/*
 * orderdp: the hardest samples of a random part.
 *
 * Paper: Jin et al., "OrderDP: A Theoretically Guaranteed Lossless Dynamic Data Pruning Framework",
 * ICLR 2026 (arXiv 2606.08574).
 *
 *     s_i = the loss of sample i when training last saw it
 *     before each epoch:    a pool of q N samples, drawn uniformly without replacement
 *                           the keep highest s of the pool
 *
 * The pool bounds the bias: every sample, the hardest too, is left out with probability 1 - q at
 * least, and the gradient is unbiased for a surrogate loss (the expected mean of the top losses
 * of a pool), so all weights are 1.
 *
 * Worked example: N = 5, q = .8, rate .6: 4 samples are drawn, say all but 1, and 2 are kept; of
 * s = .1 9 .5 .3 .2 these are 2 and 3.
 *
 * The budget is exact. Where keep exceeds q N, the pool is keep samples, and the choice is uniform:
 * with the default q at all rates below .25.
 *
 * Samples that training has not seen yet come first in the pool, in random order (our choice; the
 * authors give them a loss of 3, which most losses are below). Needs training's own losses: O(N log
 * N) an epoch, no forward pass.
 *
 * Known deviations: the authors name the pool's share of N and the kept share of the pool; here the
 * cell's rate says what is kept, and `pool` is the pool's share. In their program these are .75 and
 * .85 (cifar/orderDP/orderDP.py), .8 and .375 in its README's command, .5 and .6 in the paper's
 * tables (`preset: paper` with rate .7). Their program prunes to the last epoch, as ours unless
 * `anneal` says otherwise, and ranks label-smoothed losses where the recipe smooths; losses here
 * are never smoothed.
 */
#include "base/num.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

struct orderdp_options {
    double pool, anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_DOUBLE(struct orderdp_options, pool, "0.75", 0, 1,
                  "share of the samples that are drawn; the kept ones at least"),
    SELECT_ANNEAL(struct orderdp_options),
    RATE_SCHEDULE(struct orderdp_options),
    OPTION_END,
};

struct sample {
    float loss;
    bool observed;
};

static void note(const struct pruner_run *run, struct str *ret_note)
{
    const struct orderdp_options *o = run->options;
    const double kept = 1 - run->task.rate;
    if (o->pool <= kept)
        str_addf(ret_note,
                 "a pool of %.15g is no larger than what rate %.15g keeps: the choice is uniform",
                 o->pool, run->task.rate);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct sample *samples = run->state;
    for (size_t i = 0; i < pass->n; i++)
        if (!pass->seen || pass->seen[i])
            samples[i] = (struct sample){pass->losses[i], true};
}

/* ret_pool[size], by rising index, so that ties in it break by index. */
static void draw_pool(struct rng *rng, size_t n, size_t size, uint32_t *ret_pool)
{
    uint32_t *all;
    uint8_t *drawn;
    MEM_NEW(all, n);
    MEM_NEW(drawn, n);
    for (size_t i = 0; i < n; i++)
        all[i] = (uint32_t)i;
    draw_front(rng, all, n, size);
    for (size_t j = 0; j < size; j++)
        drawn[all[j]] = 1;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (drawn[i])
            ret_pool[count++] = (uint32_t)i;
    MEM_FREE(all, drawn);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct orderdp_options *o = run->options;
    const struct sample *samples = run->state;
    const size_t n = run->task.n, keep = run->task.keep, share = num_round_share(o->pool, n),
                 size = share > keep ? share : keep;
    uint32_t *pool, *order;
    float *losses;
    uint8_t *fresh;
    MEM_NEW(pool, size);
    MEM_NEW(order, size);
    MEM_NEW(losses, size);
    MEM_NEW(fresh, size);
    draw_pool(rng, n, size, pool);
    for (size_t j = 0; j < size; j++) {
        losses[j] = samples[pool[j]].loss;
        fresh[j] = !samples[pool[j]].observed;
    }
    select_rank(losses, fresh, size, rng, order);
    for (size_t j = 0; j < keep; j++)
        ret_selection->index[j] = pool[order[j]];
    ret_selection->count = keep;
    MEM_FREE(pool, order, losses, fresh);
}

const struct pruner orderdp_pruner = {
    .name = "orderdp",
    .help = "the highest last losses of a pool that is drawn at random each epoch",
    .cite = "Jin et al. 2026, ICLR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES,
    KIND_OPTIONS(struct orderdp_options, table),
    .presets = KIND_PRESETS({"paper", "pool=0.5", "the paper's tables, at rate .7"}),
    .note = note,
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .choose = choose,
};

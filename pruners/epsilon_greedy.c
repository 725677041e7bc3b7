/*
 * epsilon-greedy: the samples of highest smoothed loss, and a few at random.
 *
 * Paper: Raju, Daruwalla and Lipasti, "Accelerating Deep Learning with Dynamic Data Pruning", 2021,
 * arXiv 2111.12621.
 *
 *     each time a loss l_i is observed:     s_i <- (1 - alpha) s_i + alpha l_i,    s_i = 0 before
 *     before epochs 0, R, 2R, ...:          the top keep - round(eps * keep) by s,
 *                                           then round(eps * keep) uniformly, without replacement,
 *                                           from the rest
 *
 * Needs losses. Cost: with `scores: forward` a forward pass over all N, without augmentation, at
 * each checkpoint: 1/(3 period) of the time of full training, where a forward pass is a third of a
 * training step. With `scores: train` nothing but O(N log N) a checkpoint.
 *
 * `scores: train` takes the losses that training computes anyway, after each epoch, so that a
 * sample left out keeps a stale s_i. A sample never trained on has no loss at all: such samples
 * come first, in random order (our choice). The first checkpoint is therefore a uniform subset, and
 * every sample is seen before losses decide alone.
 *
 * Known deviations: the paper's text was not to be had. alpha .8, eps .1, period 10 and s_i = 0 at
 * the start are our choices.
 */
#include "base/num.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

struct epsilon_greedy_options {
    double alpha, eps;
    int period;
    int scores; /* enum select_scores */
    double anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_DOUBLE(struct epsilon_greedy_options, alpha, "0.8", 0, 1,
                  "weight of the newest loss (our choice)"),
    OPTION_DOUBLE(struct epsilon_greedy_options, eps, "0.1", 0, 1,
                  "share of the budget that is drawn at random (our choice)"),
    SELECT_PERIOD(struct epsilon_greedy_options),
    SELECT_SCORES(struct epsilon_greedy_options),
    SELECT_ANNEAL(struct epsilon_greedy_options),
    RATE_SCHEDULE(struct epsilon_greedy_options),
    OPTION_END,
};

struct sample {
    double smoothed; /* s_i */
    bool observed;
};

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct epsilon_greedy_options *o = run->options;
    struct sample *samples = run->state;
    for (size_t i = 0; i < pass->n; i++) {
        if (pass->seen && !pass->seen[i])
            continue;
        samples[i].smoothed =
            (1 - o->alpha) * samples[i].smoothed + o->alpha * (double)pass->losses[i];
        samples[i].observed = true;
    }
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct epsilon_greedy_options *o = run->options;
    const struct sample *samples = run->state;
    const size_t n = run->task.n, keep = run->task.keep;
    float *scores;
    uint8_t *fresh;
    MEM_NEW(scores, n);
    MEM_NEW(fresh, n);
    for (size_t i = 0; i < n; i++) {
        scores[i] = (float)samples[i].smoothed;
        fresh[i] = !samples[i].observed;
    }
    const size_t explored = num_round_share(o->eps, keep), top = keep - explored;
    select_rank(scores, fresh, n, rng, ret_selection->index);
    draw_front(rng, ret_selection->index + top, n - top, explored);
    ret_selection->count = keep;
    MEM_FREE(scores, fresh);
}

const struct pruner epsilon_greedy_pruner = {
    .name = "epsilon-greedy",
    .help = "the highest smoothed losses, and a share eps of the budget at random",
    .cite = "Raju et al. 2021, arXiv 2111.12621",
    .cost = "scores forward: a forward pass a period, 1 / (3 period) of a training; train: nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES,
    KIND_OPTIONS(struct epsilon_greedy_options, table),
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .choose = choose,
};

/*
 * infobatch: drops some of the easy samples each epoch, and weighs the others up.
 *
 * Paper: Qin et al., "InfoBatch: Lossless Training Speed Up by Unbiased Dynamic Data Pruning",
 * ICLR 2024 (arXiv 2303.04947).
 *
 *     s_i = the loss of sample i when training last saw it
 *     before each epoch: samples with s_i < mean(s) are dropped, each with probability r
 *                        weight_i = 1 / (1 - r)   of those below the mean that stay
 *                                 = 1             of all others
 *     the last (1 - delta) * E epochs: all data, weights 1
 *
 * A sample below the mean contributes (1 - r) * 1/(1 - r) = 1 of its gradient in expectation: the
 * gradient is that of full data without bias, provided that the batch's loss is divided by the
 * number of samples in the batch and not by the sum of their weights.
 *
 * r is the cell's rate. The budget is soft: with half of the samples below the mean, rate .5 drops
 * a quarter. Needs training's own losses, so it costs O(N) an epoch and no forward pass.
 *
 * The first epoch knows no losses. All s_i start equal, none is below their mean, and all are kept,
 * as in the authors' program; their common value (there 3, in earlier versions 1, here 0) does not
 * matter, since that epoch replaces it everywhere.
 *
 * `delta` is this pruner's annealing, under the paper's name and with the paper's default: the
 * share of the epochs that prune. 1 - delta is what other pruners call `anneal`.
 *
 * Known deviations: the authors' program draws exactly floor((1 - r) * m) of the m samples below
 * the mean; here each is drawn by itself, as the paper's equation says. It treats r > .9 as .9;
 * here r is what the experiment asks for. It ends pruning when the epoch passes delta * E; here the
 * part without pruning is rounded to whole epochs.
 */
#include "harness/base/num.h"
#include "pruners/select.h"

struct infobatch_options {
    double delta;
};

static const struct option table[] = {
    OPTION_DOUBLE(struct infobatch_options, delta, "0.875", 0, 1,
                  "share of the epochs that prune; the rest, at the end, use all data"),
    OPTION_END,
};

/* The state is float losses[n]: s_i. */
static size_t state_size(const void *options, const struct pruner_task *task)
{
    (void)options;
    return mem_size(task->n, sizeof(float));
}

static enum pruner_due due(const struct pruner_run *run, int epoch)
{
    (void)run;
    (void)epoch;
    return DUE_SELECT;
}

static bool watch_training(const struct pruner_run *run)
{
    (void)run;
    return true;
}

static double anneal(const struct pruner_run *run)
{
    const struct infobatch_options *o = run->options;
    return 1 - o->delta;
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    float *losses = run->state;
    for (size_t i = 0; i < pass->n; i++)
        if (!pass->seen || pass->seen[i])
            losses[i] = pass->losses[i];
}

static void choose(struct pruner_run *run, int epoch, struct rng *rng,
                   struct pruner_selection *ret_selection)
{
    (void)epoch;
    const float *losses = run->state;
    const size_t n = run->task.n;
    const double rate = run->task.rate, mean = num_sum(losses, n) / (double)n;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const bool easy = (double)losses[i] < mean;
        if (easy && rng_uniform(rng) < rate)
            continue;
        ret_selection->index[count] = (uint32_t)i;
        ret_selection->weight[count++] = easy ? (float)(1 / (1 - rate)) : 1;
    }
    ret_selection->count = count;
}

const struct pruner infobatch_pruner = {
    .name = "infobatch",
    .help = "drops samples below the mean loss with probability rate, weighs the others of them up",
    .cite = "Qin et al. 2024, ICLR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES,
    .flags = PRUNER_SOFT_BUDGET,
    .options = table,
    .options_size = sizeof(struct infobatch_options),
    .state_size = state_size,
    .observe = observe,
    .due = due,
    .watch_training = watch_training,
    .anneal = anneal,
    .select = choose,
};

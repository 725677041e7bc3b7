/*
 * proxy-filter: of each batch the samples on which a small network, trained just ahead on the same
 * batches, has the highest losses.
 *
 * Source: the program airbench96_faster of Keller Jordan's cifar10-airbench (revision f1c599c),
 * which belongs to his "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, arXiv 2404.00498;
 * the rule is nowhere else. By the author's count it reaches 96 % for 3.1e15 operations, airbench96
 * without it for 4.9e15.
 *
 *     a proxy, on the permutation, the crops and the schedule that the training will have:
 *         each batch of B:          look at it; the k highest losses are its mask, k = (1 - rate) B
 *         every `every`-th of them: a step on the k; the learning rate falls with each batch
 *     the training, epoch by epoch, on the same batches: a step on the k of the mask
 *
 *     B = 4, rate .5, losses .1 2.0 .7 .9:   the training's step is on samples 1 and 3
 *
 * So the training has as many steps as without pruning, each on k samples, without weights. k is
 * rounded such that an epoch keeps exactly `keep` (pruner_spread): where (1 - rate) B is whole, it
 * is k in every batch. What fills no batch and has no step (drop_last) is in the budget all the
 * same, as it is without pruning.
 *
 * The proxy is the cell's own network unless `prune_with` gives a smaller one, which it should: the
 * authors' has 17 million multiplications for the training's 452. Its initial weights are its own.
 *
 * Needs nothing but batches. Cost: an epoch of the proxy for each that prunes, charged to `score`:
 * a forward pass for every sample, and steps on (1 - rate) / every of them. So with every 4 and
 * rate .5 it costs 1.4 forward passes a sample, where a training costs 3. State: a byte for each
 * sample and epoch. It depends on the rate, unlike a static pruner's, since the proxy steps on what
 * it keeps: cells of one rate share it, whichever network they train.
 *
 * A proxy that steps on the hardest alone may learn nothing; then its masks mean nothing, and the
 * training may learn nothing either. Of 9,000 of Fashion-MNIST's pictures (crop and flip; convnet
 * of depth 2 and width 16, its own proxy; batch 64, 16 epochs, rate .5; a single seed, so a warning
 * and no more) accuracy ends at 10 % with learning rate .05, where random-dynamic with `quota:
 * batch` ends at 78 %; a look in training mode, as the authors', would end at 69 %. With learning
 * rate .01 and label smoothing .2 it is 81 %, with either look.
 *
 * Known deviations: the authors look in training mode (batch statistics, which their running ones
 * take in): `preset: authors`. By default we look in evaluation mode, as for all pruners, so that
 * the running statistics are of the samples that took a step; in training mode they take in both
 * the look and the step. Where a step follows, the authors' look is its forward pass, and the way
 * back is through the whole batch: 1 + 2 / every forward passes a sample, here 1 + 3 (1 - rate) /
 * every. They rank label-smoothed losses where the recipe smooths; losses here are never smoothed.
 * Among equal losses the first of the batch are kept (theirs: as the sort leaves them). Their
 * batches go on across the end of an epoch; ours do not. Their proxy has no lookahead; ours has the
 * recipe's. k is a number there, 512 of 1024.
 */
#include "base/num.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

struct proxy_filter_options {
    int every;
    double anneal;
    int look;          /* enum select_look */
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_INT(struct proxy_filter_options, every, "4", 1, 100000,
               "batches of the proxy for each of its steps"),
    SELECT_ANNEAL(struct proxy_filter_options),
    SELECT_LOOK(struct proxy_filter_options),
    RATE_SCHEDULE(struct proxy_filter_options),
    OPTION_END,
};

/* Zero: a sample that was in no batch. */
enum { LEFT_OUT = -1, KEPT = 1 };

struct proxy_filter {
    uint64_t batches; /* that the proxy has looked at */
    int8_t masks[];   /* [epochs][n] */
};

static size_t state_size(const void *options, const struct pruner_task *task)
{
    (void)options;
    return sizeof(struct proxy_filter) + mem_size((size_t)task->epochs, task->n);
}

static bool spreads(const void *options)
{
    (void)options;
    return true;
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    const struct proxy_filter_options *o = run->options;
    const int epochs = pruner_first_annealed(run);
    return (struct pruner_watch){
        .runs = epochs > 0,
        .epochs = epochs,
        .pass_every = -1,
        .same_order = true,
        .step_share = (1 - run->task.rate) / o->every,
    };
}

static void filter(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                   float *ret_weights)
{
    (void)rng;
    const struct proxy_filter_options *o = run->options;
    const size_t n = run->task.n, keep = run->task.keep,
                 count = pruner_spread(keep, n, batch->first + batch->rows) -
                         pruner_spread(keep, n, batch->first);
    struct proxy_filter *state = run->state;
    int8_t *mask = state->masks + (size_t)batch->epoch * n;
    const bool step = state->batches++ % (uint64_t)o->every == 0;
    uint32_t *order;
    MEM_NEW(order, batch->rows);
    num_order(batch->losses, batch->rows, order);
    for (size_t j = 0; j < batch->rows; j++) {
        mask[batch->index[order[j]]] = j < count ? KEPT : LEFT_OUT;
        ret_weights[order[j]] = step && j < count;
    }
    mem_free(order);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    (void)rng;
    const struct proxy_filter *state = run->state;
    const size_t n = run->task.n;
    const int8_t *mask = state->masks + (size_t)run->epoch * n;
    float *scores;
    MEM_NEW(scores, n);
    for (size_t i = 0; i < n; i++)
        scores[i] = mask[i];
    select_top(&run->task, scores, BALANCE_NONE, ret_selection);
    mem_free(scores);
}

const struct pruner proxy_filter_pruner = {
    .name = "proxy-filter",
    .help = "of each batch the highest losses of a proxy, trained ahead on the same batches",
    .cite = "Jordan 2024, arXiv 2404.00498",
    .cost = "a proxy for all epochs; in each a forward pass, and steps on (1 - rate) / every of "
            "the samples",
    .kind = PRUNER_DYNAMIC,
    KIND_OPTIONS(struct proxy_filter_options, table),
    .presets = KIND_PRESETS({"authors", "look=training", "their program's look"}),
    .state_size = state_size,
    .watch = watch,
    .batch = filter,
    .spreads = spreads,
    .choose = choose,
};

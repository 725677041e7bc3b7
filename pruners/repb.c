/*
 * repb: compares losses only within the batch in which they were made, and weighs by how often a
 * sample was there.
 *
 * Paper: Zhou et al., "Inconsistency biases in dynamic data pruning" (RePB), ICLR 2026. Only its
 * text was available, no program.
 *
 *     of a sample in epoch e:   above = it was trained on, and its loss was at least the mean of
 *                                       its batch
 *     before epoch e + 1:       kept where above, else with probability 1 - rate
 *     weight                    = E / n_i, at most `cap`      E = epochs so far, with this one
 *                                                             n_i = those that sample i was in
 *
 * A loss of the first batch of an epoch and one of the last are those of two networks: what was
 * above the mean there may be below it here. So no loss is stored; what is compared was seen under
 * the same weights. And who was in few epochs weighs more in the next: over all epochs each sample
 * weighs about the same. A batch's weighted losses are divided by its rows.
 *
 * Worked example: rate .5; in epoch 0 a batch has losses 1, 2 and 6, mean 3: sample 2 stays, the
 * others each with probability .5. One that stays out of epoch 1 and is in epoch 2 weighs 3 / 2
 * there.
 *
 * The budget is soft: what goes is `rate` of those below the mean of their batch (60 to 75 % late
 * in training) and of those that were out. Needs training's own losses and those of the batches:
 * O(N) an epoch, no forward pass.
 *
 * They report 95.6, 95.4 and 94.9 % on CIFAR-10 and 78.4, 78.1 and 77.2 % on CIFAR-100 with 30, 50
 * and 70 % left out (ResNet-18).
 *
 * Known deviations: `rate` is their rho, for which no default is published. E / n_i has no bound
 * there; here it ends at `cap` (our choice, 10). Their window may be several batches; here it is
 * one.
 */
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

#include <math.h>

struct repb_options {
    double cap, anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_DOUBLE(struct repb_options, cap, "10", 1, 1e6, "the largest weight (our choice)"),
    SELECT_ANNEAL(struct repb_options),
    RATE_SCHEDULE(struct repb_options),
    OPTION_END,
};

struct sample {
    uint32_t epochs; /* that it was chosen for */
    bool above;
};

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct sample *samples = run->state;
    for (size_t i = 0; i < pass->n; i++)
        samples[i].above =
            (!pass->seen || pass->seen[i]) && pass->losses[i] >= pass->batch_losses[i];
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct repb_options *o = run->options;
    struct sample *samples = run->state;
    size_t count = 0;
    for (size_t i = 0; i < run->task.n; i++) {
        const bool stays = run->epoch == 0 || samples[i].above;
        if (!stays && rng_uniform(rng) < run->task.rate)
            continue;
        ret_selection->index[count] = (uint32_t)i;
        ret_selection->weight[count++] =
            (float)fmin((run->epoch + 1.0) / ++samples[i].epochs, o->cap);
    }
    ret_selection->count = count;
}

const struct pruner repb_pruner = {
    .name = "repb",
    .help = "drops below the mean of a sample's own batch with probability rate, weighs by absence",
    .cite = "Zhou et al. 2026, ICLR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES | NEEDS_BATCH_LOSSES,
    .flags = PRUNER_SOFT_BUDGET,
    KIND_OPTIONS(struct repb_options, table),
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .choose = choose,
};

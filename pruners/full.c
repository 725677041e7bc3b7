/*
 * full, full-short: the two trainings that every pruner must be measured against.
 *
 *     full         all N samples, E epochs: the accuracy to keep and the time to beat
 *     full-short   all N samples, round((1 - rate) * E) epochs, at least 1, with the whole
 *                  learning-rate schedule compressed into them
 *
 * full-short processes as many samples as a pruner that keeps (1 - rate) * N of them for E epochs.
 * A method that does not beat it has found nothing that training less would not have given.
 *
 * Needs and costs nothing. Limits: epochs are whole, so that full-short's budget is met to the
 * nearest epoch only: at rate 0.5 of 15 epochs it runs 8. Compare by the samples processed.
 */
#include "base/num.h"
#include "pruners/select.h"

static int short_epochs(const struct pruner_run *run)
{
    const int epochs = (int)num_round_share(1 - run->task.rate, (size_t)run->task.epochs);
    return epochs > 1 ? epochs : 1;
}

const struct pruner full_pruner = {
    .name = "full",
    .help = "everything: the control without pruning",
    .cost = "nothing",
    .kind = PRUNER_STATIC,
    .flags = PRUNER_IGNORES_RATE,
    .choose = select_everything,
};

const struct pruner full_short_pruner = {
    .name = "full-short",
    .help = "everything, for (1 - rate) of the epochs: as many samples as the pruned trainings",
    .cost = "nothing",
    .kind = PRUNER_STATIC,
    .flags = PRUNER_SOFT_BUDGET,
    .epochs = short_epochs,
    .choose = select_everything,
};

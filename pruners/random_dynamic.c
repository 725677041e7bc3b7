/*
 * random-dynamic: a fresh uniform subset every `period` epochs.
 *
 * Paper: the control of Raju, Daruwalla and Lipasti, "Accelerating Deep Learning with Dynamic Data
 * Pruning", 2021, arXiv 2111.12621, who find it ahead of static scores at high rates.
 *
 *     before epochs 0, R, 2R, ...:  keep samples uniformly, without replacement, independent of all
 *                                   subsets before
 *
 * Over T checkpoints a sample is never chosen with probability rate^T and always with
 * (1 - rate)^T: the null against which "sometimes" samples are counted. period 1 is repeated random
 * sampling with replacement across epochs (see rs2 for without).
 *
 * With `quota: batch` the steps are as many as without pruning: not on B samples each, but on those
 * that each batch of B leaves, (1 - rate) B, as with proxy-filter, whose control this is (there is
 * one selection an epoch: period 1). A uniform subset in random order makes no difference between
 * drawing k out of each B and dividing keep by k.
 *
 *     N = 8, rate .5, B = 4:   quota: epoch  one step on 4 samples    quota: batch  two on 2
 *
 * Needs nothing; costs O(N) a checkpoint. Our choice: period 10, as for the paper's own pruners.
 */
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

enum quota { QUOTA_EPOCH, QUOTA_BATCH };

static const char *const quotas[] = {"epoch", "batch", NULL};

struct random_dynamic_options {
    int period;
    double anneal;
    int quota;         /* enum quota */
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    SELECT_PERIOD(struct random_dynamic_options),
    SELECT_ANNEAL(struct random_dynamic_options),
    OPTION_ENUM(struct random_dynamic_options, quota, "epoch", quotas,
                "batch: smaller steps, as many as on all data", .added_later = true),
    RATE_SCHEDULE(struct random_dynamic_options),
    OPTION_END,
};

static const char *once(const void *options)
{
    const struct random_dynamic_options *o = options;
    return o->quota == QUOTA_EPOCH ? "random" : NULL;
}

static bool spreads(const void *options)
{
    const struct random_dynamic_options *o = options;
    return o->quota == QUOTA_BATCH;
}

const struct pruner random_dynamic_pruner = {
    .name = "random-dynamic",
    .help = "a fresh uniform subset every period",
    .cite = "Raju et al. 2021, arXiv 2111.12621",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .once = once,
    KIND_OPTIONS(struct random_dynamic_options, table),
    .spreads = spreads,
    .choose = select_uniform,
};

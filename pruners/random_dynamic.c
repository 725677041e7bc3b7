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
 * Needs nothing; costs O(N) a checkpoint. Our choice: period 10, as for the paper's own pruners.
 */
#include "pruners/select.h"

struct random_dynamic_options {
    int period;
    double anneal;
};

static const struct option table[] = {
    SELECT_PERIOD(struct random_dynamic_options),
    SELECT_ANNEAL(struct random_dynamic_options),
    OPTION_END,
};

const struct pruner random_dynamic_pruner = {
    .name = "random-dynamic",
    .help = "a fresh uniform subset every period",
    .cite = "Raju et al. 2021, arXiv 2111.12621",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .once = "random",
    KIND_OPTIONS(struct random_dynamic_options, table),
    .choose = select_uniform,
};

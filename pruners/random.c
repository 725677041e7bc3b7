/*
 * random: one subset, drawn uniformly without replacement before training.
 *
 *     P(i is kept) = keep / N, the same for every sample
 *
 * The control of every static pruner, and at high rates one that many of them do not beat. Needs
 * nothing; costs O(N) once.
 */
#include "pruners/select.h"

const struct pruner random_pruner = {
    .name = "random",
    .help = "one uniform subset, without replacement",
    .cost = "nothing",
    .kind = PRUNER_STATIC,
    .choose = select_uniform,
};

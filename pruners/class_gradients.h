/*
 * class_gradients: what pruners share that choose by last-layer gradients (math/class_gradients.h).
 *
 * A static pruner that chooses class by class from one look is a single function beside this:
 *
 *     .needs = NEEDS_LAST_GRADIENTS,     of which the state keeps a copy (defaults.h)
 *     CLASS_GRADIENTS_CHOOSE(choose_of_class)
 */
#pragma once

#include "pruners/math/class_gradients.h"
#include "pruners/pruner.h"

/*
 * Chooses `keep` rows of one class, 1 <= keep <= n, into ret_rows[keep], and their loss weights, of
 * any scale, into ret_weights[keep], which come in as 1. The gradients may be changed.
 */
typedef void class_gradients_choose(const void *options, struct class_gradients *gradients,
                                    size_t keep, uint32_t *ret_rows, double *ret_weights);

/* Asks choose() for each class's budget; the weights are scaled to a mean of 1 over all kept. */
void class_gradients_select(const struct pruner_run *run, class_gradients_choose *choose,
                            struct pruner_selection *ret_selection);

/* A pruner's choose(), by what chooses of one class. */
#define CLASS_GRADIENTS_CHOOSE(of_class)                                                           \
    static void choose(struct pruner_run *run, struct rng *rng,                                    \
                       struct pruner_selection *ret_selection)                                     \
    {                                                                                              \
        (void)rng;                                                                                 \
        class_gradients_select(run, of_class, ret_selection);                                      \
    }

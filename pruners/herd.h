/*
 * herd: what herding and gm-matching share: class by class, the order in which samples are taken so
 * that the mean of their features comes to a centre and stays there (geometry_herd).
 *
 *     static void look(const struct pruner_run *run, const struct pruner_pass *pass,
 *                      double *ret_values)
 *     {
 *         herd_look(run, pass, geometry_mean, ret_values);
 *     }
 *
 * The greedy choice of any size is the front of that of a larger one, so that one order serves
 * every rate: score_i = -(how many of its class come before i), and each class keeps its share.
 */
#pragma once

#include "pruners/pruner.h"

struct herd_options {
    int at;
};
extern const struct option herd_table[]; /* of struct herd_options */

/* ret_centre[d] of the rows in which[count] of features[][d]. */
typedef void herd_centre(const float *features, const uint32_t *which, size_t count, size_t d,
                         double *ret_centre);

void herd_look(const struct pruner_run *run, const struct pruner_pass *pass, herd_centre *centre,
               double *ret_values);
/* choose(), whole. */
void herd_choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection);

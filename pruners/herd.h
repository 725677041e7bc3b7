/*
 * herd: what herding and gm-matching share: class by class, the order in which samples are taken so
 * that the mean of their features comes to a centre and stays there (geometry_herd).
 *
 *     static void observe(struct pruner_run *run, const struct pruner_pass *pass)
 *     {
 *         herd_observe(run, pass, geometry_mean);
 *     }
 *
 * The greedy choice of any size is the front of that of a larger one, so that one order serves
 * every rate: score_i = -(how many of its class come before i), and each class keeps its share.
 */
#ifndef WINNOW_PRUNERS_HERD_H
#define WINNOW_PRUNERS_HERD_H

#include "pruners/pruner.h"

struct herd_options {
    int at;
};
extern const struct option herd_table[]; /* of struct herd_options */

/* ret_centre[d] of the rows in which[count] of features[][d]. */
typedef void herd_centre(const float *features, const uint32_t *which, size_t count, size_t d,
                         double *ret_centre);

void herd_observe(struct pruner_run *run, const struct pruner_pass *pass, herd_centre *centre);

/* The other callbacks, whole. */
size_t herd_state_size(const void *options, const struct pruner_task *task);
struct pruner_watch herd_watch(const struct pruner_run *run);
void herd_score(struct pruner_run *run, struct rng *rng, float *ret_scores);
void herd_select(struct pruner_run *run, int epoch, struct rng *rng,
                 struct pruner_selection *ret_selection);

#endif

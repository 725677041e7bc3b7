/*
 * defaults: asking a pruner, with what the contract says of slots that it leaves NULL.
 *
 * Most static pruners look once at a network that has trained a little, and give each sample a
 * number. Such a one is a look() and a table:
 *
 *     static void look(const struct pruner_run *run, const struct pruner_pass *pass,
 *                      double *ret_values)
 *     {
 *         for (size_t i = 0; i < pass->n; i++)
 *             ret_values[i] = (double)pass->losses[i];
 *     }
 *
 *     const struct pruner loss_pruner = {
 *         .name = "loss", .kind = PRUNER_STATIC, .needs = NEEDS_LOSSES,
 *         .options = table,     with `at`, and `runs` where it wants several networks
 *         .look = look,
 *     };
 *
 * What is watched follows from the options `at` and `runs`; the state keeps the values, summed over
 * the runs; the score is their mean. A pruner that thinks later, and about all samples together,
 * leaves look() NULL too and finds in its state a copy of the pass (snapshot.h).
 *
 * These functions check nothing: the harness's side (pruner.h) and inner.c do.
 */
#pragma once

#include "pruners/pruner.h"

/* The value of an option by its name, or NULL where the pruner has none of that name. */
const void *default_option(const struct pruner *pruner, const void *options, const char *name);

/* enum pruner_needs, without what a quota needs (sampler.h): what the pruner's own slots go by. */
unsigned default_needs(const struct pruner *pruner, const void *options);
/* Whether such a watch asks for this pass: a quota, or an outer pruner, may ask for more. */
bool default_asks_for(const struct pruner_watch *watch, const struct pruner_pass *pass);

/* With what a quota keeps at the end. */
size_t default_state_size(const struct pruner *pruner, const void *options,
                          const struct pruner_task *task);
struct pruner_watch default_watch(const struct pruner_run *run);
/* Dynamic pruners. */
enum pruner_due default_due(const struct pruner_run *run, int epoch);
/* Whether the option `scores` asks for passes of their own. */
bool default_scores_forward(const struct pruner_run *run);
void default_observe(struct pruner_run *run, const struct pruner_pass *pass);
/* The pruner must have scores. */
void default_score(struct pruner_run *run, struct rng *rng, float *ret_scores);

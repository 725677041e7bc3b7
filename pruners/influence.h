/*
 * influence: what the pruners share that go by how far the last layer's optimum moves without a
 * sample (math/influence.h): options, and the influences of a run that has looked.
 */
#pragma once

#include "pruners/math/anneal.h"
#include "pruners/math/influence.h"
#include "pruners/pruner.h"

enum influence_preset { PRESET_NONE, PRESET_AUTHORS };
extern const char *const influence_preset_names[]; /* enum influence_preset, NULL at the end */

/* MUST be the first member of an options struct whose table has INFLUENCE_OPTIONS. */
struct influence_options {
    double lambda;
    int at;
    int preset;   /* enum influence_preset */
    int solver_h; /* enum influence_solver */
    int memory;   /* MiB */
};

/*
 * `preset: authors` is what the authors' program converges to: lambda .25, and influences times 25.
 * `memory` is an option and not the machine's free memory, so that results repeat bit by bit.
 */
#define INFLUENCE_OPTIONS                                                                          \
    OPTION_INT(struct influence_options, at, "0", 0, 100000,                                       \
               "epochs the proxy trains; 0: as many as the training (our choice)"),                \
        OPTION_ENUM(struct influence_options, preset, "none", influence_preset_names,              \
                    "authors: lambda .25, influences times 25, whatever lambda says"),             \
        OPTION_DOUBLE(struct influence_options, lambda, "0.0005", 1e-8, 1e6,                       \
                      "added to the Hessian's diagonal: the weight decay"),                        \
        OPTION_ENUM(struct influence_options, solver_h, "exact", influence_solver_names,           \
                    "exact: Cholesky, or cg where memory does not allow it; lissa: the authors'"), \
        OPTION_INT(struct influence_options, memory, "2048", 1, 1 << 20,                           \
                   "MiB that the Hessian, and the influences where all are kept, may take")

/*
 * The influences of all samples of a run that has observed, as its options (which begin with a
 * struct influence_options) say. ret_influences [n][P] may be NULL; ret_norms [n]: ||S_i||_2. An
 * exact solver gives them turned, alike for all (math/influence.h): lengths of sums are the same.
 */
void influence_compute(const struct pruner_run *run, struct rng *rng, float *ret_influences,
                       float *ret_norms);

/* ---- For pruners that keep all influences: dp, dp-eps ---- */

/* An error where all N P floats would not fit the options' memory. */
int influence_check(const void *options, const struct pruner_task *task, struct err *err);

/* All influences [n][P], as the rows of a problem, to be freed, and the samples by falling norm in
   ret_order[n]. Reports "all": the length of the sum of all, with the time that this took. */
struct anneal_problem influence_all(struct pruner_run *run, struct rng *rng, uint32_t *ret_order);

/*
 * measure: how long a cell will take, from a mini-epoch: a few batches of its real model and data,
 * trained and evaluated for about a second. For where no finished cell tells.
 *
 *     struct mini_epoch mini;
 *     if (measure_start(&plan->cells[i], &options, &mini, &err) == 0)
 *         seconds = measure_seconds(&plan->cells[i].cell, &mini);
 *
 * A cell is reckoned as loading and building, its epochs by the share of the samples that it keeps,
 * its evaluations, and what knowing the samples takes: a pruner's proxies (runs x epochs, with
 * their passes), a dynamic one's passes. What a pruner itself computes (solvers, gradients of
 * single samples) is not in it, nor that scores may be shared: it is the cell by itself.
 */
#pragma once

#include "harness/run/run.h"
#include "harness/train/train.h"

/* Seconds, extrapolated to all samples. */
struct mini_epoch {
    double start_s; /* from the start of the process to its first byte of data */
    double load_s, init_s;
    double train_s;       /* an epoch on the whole training split */
    double pass_s;        /* a forward pass over it */
    double eval_s;        /* test and validation split */
    size_t n;             /* samples of the training split */
    int64_t memory_bytes; /* that the process held at most */
};

/* In a worker: runs it, and fills the phases LOAD, INIT, TRAIN, SCORE (a pass) and EVAL of ret_end
 * with the extrapolated times, and train_n. */
int measure_mini_epoch(const struct cell *cell, const struct train_places *places,
                       struct record_end *ret_end, struct err *err);
/* From outside: starts a worker for that and waits for it, a minute at most. */
int measure_start(const struct plan_cell *cell, const struct run_options *options,
                  struct mini_epoch *ret_mini, struct err *err);
/* Of a cell with the dataset and the model that were measured. */
double measure_seconds(const struct cell *cell, const struct mini_epoch *mini);

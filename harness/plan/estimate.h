/*
 * estimate: how long cells that are still to run will take, and what they need, from the finished
 * ones of the same database. Pure functions: what is known goes in, numbers come out.
 *
 *     const struct history_shape shape = {"synthetic", "mlp", "ucb", "c=2", 0.5, 15};
 *     const struct estimate e = estimate_cell(history->runs, history->run_count, &shape);
 *     if (e.basis != ESTIMATE_UNKNOWN)
 *         ... e.seconds, e.memory_bytes ...
 *
 * Seconds are the median wall clock of the finished cells that are most alike: of the same dataset,
 * model, pruner with its options, and rate; else of any rate, scaled by the share kept, unless
 * they train on everything whatever is chosen (score_only); else of the same dataset and model.
 * Each counts in proportion to its epochs. Memory is the most that any of those held. A database
 * filled on another machine gives that machine's seconds.
 */
#pragma once

#include "base/str.h"
#include "results/history.h"

enum estimate_basis {
    ESTIMATE_UNKNOWN,
    ESTIMATE_SAME,     /* but for the seed */
    ESTIMATE_RATE,     /* other rates */
    ESTIMATE_PRUNER,   /* other pruners, same dataset and model */
    ESTIMATE_MEASURED, /* no finished cell: a few batches, measured (measure.h) */
};
extern const char *const estimate_basis_names[];

/* Borrows the cell's texts. */
struct history_shape estimate_shape_of(const struct store_cell *cell);

struct estimate {
    enum estimate_basis basis;
    size_t runs;          /* that it rests on */
    double seconds;       /* 0 where nothing is known */
    int64_t memory_bytes; /* of a worker; 0: not known */
};

struct estimate estimate_cell(const struct history_run *runs, size_t run_count,
                              const struct history_shape *shape);
/* The same for many: cells that differ in the seed alone are reckoned once. */
void estimate_cells(const struct history_run *runs, size_t run_count,
                    const struct history_shape *shapes, size_t count, struct estimate *ret_each);

/* Seconds until the last of the cells ends, where each goes to the worker that is free first. */
double estimate_span(const double *seconds, size_t count, int jobs);

/* What a grid needs beside what there is. 0: not measured, and nothing is said of it. */
struct estimate_needs {
    size_t cells;           /* to run */
    size_t artifacts;       /* files of scores to be made */
    int64_t cell_bytes;     /* of disk, each */
    int64_t artifact_bytes; /* likewise */
    int64_t disk_bytes;     /* all of that */
    int workers;            /* at once */
    int64_t worker_bytes;   /* of memory, each, at most */
    int64_t memory_bytes;   /* all of that */
    int64_t free_disk, free_memory;
};

/* Fills disk_bytes and memory_bytes from the others. */
void estimate_add_up(struct estimate_needs *needs);
/* Appends one line for each thing that there is not enough of, with the numbers and what to do;
   whether there is one. */
bool estimate_refuses(const struct estimate_needs *needs, struct str *ret_reasons);

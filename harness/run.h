/*
 * run: the scheduler: one process, the only writer of the database, and up to `jobs` workers.
 *
 * Cells run in the plan's order, but where two would compute the same scores at the same time
 * (artifact.h), the second waits until the first has them. Each record of a worker is written as it
 * comes, each in its own transaction, so whatever kills the scheduler costs at most the cells in
 * flight: they count as lost, and the next run starts them again. A worker that crashes, is killed
 * or runs out of memory is a failed attempt with its reason; the grid goes on.
 *
 * Where cells are checkpointed (options->checkpoints, and the cell's limits), a cell that did not
 * come to its end goes on from its checkpoint when it is started again, in an attempt of its own
 * that has all records. The file goes when the cell's result is in the database, or at the next
 * start where a kill came in between.
 *
 * SIGINT (Ctrl-C) once: no new cells; those in flight write a checkpoint and stop, and their
 * attempts are lost; those that are not checkpointed are finished. Again, or SIGTERM or SIGHUP:
 * stop now.
 */
#ifndef WINNOW_RUN_H
#define WINNOW_RUN_H

#include "harness/plan.h"

#include <stdbool.h>

enum { RUN_MAX_JOBS = 256 };

struct run_options {
    int jobs;                /* workers at once, 1..RUN_MAX_JOBS */
    int threads;             /* of each of them, 1 or more */
    int limit;               /* start at most so many cells, 0: all */
    bool retry_failed;       /* run again what failed or diverged */
    const char *data_dir;    /* or NULL */
    const char *artifacts;   /* folder of shared scores; NULL: none are kept */
    bool reuse;              /* what lies there */
    const char *checkpoints; /* folder of cells' checkpoints; NULL: none are read or written */
};

enum run_event_kind {
    RUN_CELL_STARTED,
    RUN_CELL_PROGRESS, /* progress */
    RUN_CELL_SCORED,   /* artifact */
    RUN_CELL_EPOCH,    /* epoch */
    RUN_CELL_WARNING,  /* warning */
    RUN_CELL_ENDED,    /* end */
    RUN_STOPPING,      /* the first Ctrl-C */
    RUN_TICK,          /* a fifth of a second went by, or something happened */
};

struct run_event {
    enum run_event_kind kind;
    int worker;                   /* 0..jobs-1 */
    const struct plan_cell *cell; /* NULL for RUN_STOPPING and RUN_TICK */
    const struct record_progress *progress;
    const struct record_artifact *artifact;
    const struct record_epoch *epoch;
    const struct record_warning *warning;
    const struct record_end *end;
};

struct run_watcher {
    void (*take)(void *context, const struct run_event *event);
    void *context;
};

struct run_totals {
    size_t done, failed; /* cells that ran now */
    size_t left;         /* not started: limit or interruption */
    bool interrupted;
};

/* Cells at once: as asked for; 0: as many of so many threads as the cores have room for. */
int run_jobs(int asked, int threads);
/*
 * Whether the workers' threads are more than the cores: they wait for each other then, and the
 * seconds tell little. Each attempt gets a warning, CROWDED.
 */
bool run_crowds(const struct run_options *options, int cores);
/* Whether the plan's cell would be started. */
bool run_wants(const struct plan_cell *cell, const struct run_options *options);

/* An error is the database's: the workers are stopped, what was committed stays. */
int run_plan(const struct plan *plan, struct store *store, const struct run_options *options,
             const struct run_watcher *watcher, struct run_totals *ret_totals, struct err *err);

#endif

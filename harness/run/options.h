/*
 * run_options: how a plan is to be run, for all that run does with it (run.h).
 */
#pragma once

#include "harness/machine/pin.h"
#include "harness/plan/estimate.h"
#include "harness/plan/plan.h"

#include <stdbool.h>

enum { RUN_MAX_JOBS = 256 };

enum run_timing {
    RUN_TIMING_RECORD, /* doubtful seconds are marked */
    RUN_TIMING_STRICT, /* and their cells run again at the end, at most twice each */
};

struct decider; /* decider.h */

struct run_options {
    int jobs;                /* workers at once, 1..RUN_MAX_JOBS */
    int threads;             /* of each of them, 1 or more */
    int limit;               /* start at most so many cells, 0: all */
    bool retry_failed;       /* run again what failed or diverged */
    const char *data_dir;    /* or NULL */
    const char *db;          /* path of the store: where room is looked for */
    const char *artifacts;   /* folder of shared scores; NULL: none are kept */
    bool reuse;              /* what lies there */
    const char *checkpoints; /* folder of cells' checkpoints; NULL: none are read or written */
    int max_failures;        /* start nothing more after so many failed cells; 0: go on */
    int timing;              /* enum run_timing */
    double budget;           /* seconds; 0: as long as it takes */
    /* With a budget: what finished cells took, and what is thought of those to run, which counts
       where no finished cell tells; each may be NULL. */
    const struct history *history;
    const struct estimate *expected; /* [plan->count] */
    struct decider *decider; /* where seeds are added until all is decided; NULL: they are fixed */
    /* Processors for the places of the workers; NULL: the kernel chooses. */
    const struct pins *pins;
};

/*
 * run: the scheduler: one process, the only writer of the database, and up to `jobs` workers.
 *
 * Cells run in the order of queue.h, block by block; where two would compute the same scores at
 * the same time (artifact.h), the second waits until the first has them. Each record of a worker is
 * written as it comes, each in its own transaction, so whatever kills the scheduler costs at most
 * the cells in flight: they count as lost, and the next run starts them again. A worker that
 * crashes, is killed or goes over a limit (watchdog.h) is a failed attempt with its reason; the
 * grid goes on, and the cell comes again at its end where it has retries (tally.h).
 *
 * With a budget, blocks start only while they fit in what is left of it (budget.h); when it is used
 * up, what is in flight stops as after the first Ctrl-C.
 *
 * Where cells are checkpointed (options->checkpoints, and the cell's limits), a cell that did not
 * come to its end goes on from its checkpoint when it is started again, in an attempt of its own
 * that has all records. The file goes when the cell's result is in the database, or at the next
 * start where a kill came in between.
 *
 * SIGINT (Ctrl-C) once: no new cells; those in flight write a checkpoint and stop, and their
 * attempts are lost; those that are not checkpointed are finished. Again, or SIGTERM or SIGHUP:
 * stop now. SIGUSR1, which batch systems send before a time limit, is a first Ctrl-C.
 * Where one of them was ignored when the program started (nohup), it stays so. SIGTSTP (Ctrl-Z)
 * stops the workers too until the scheduler goes on.
 *
 * A full disk and a database that another program holds do not fail: the scheduler waits and
 * repeats what it could not write (pause.h). SIGINT or SIGTERM meanwhile stop it at once. Where the
 * database was deleted, moved or replaced, what is in flight is killed; its checkpoints stay.
 */
#pragma once

#include "harness/run/options.h"
#include "harness/run/queue.h"

enum run_event_kind {
    RUN_CELL_STARTED,
    RUN_CELL_TOLD,  /* record: neither its environment nor its end */
    RUN_CELL_ENDED, /* end */
    RUN_STOPPING,   /* the first Ctrl-C, or why */
    RUN_PAUSED,     /* pause: nothing can be written for the time being */
    RUN_RESUMED,    /* pause: how long that took */
    RUN_TICK,       /* a fifth of a second went by, or something happened */
};

struct run_event {
    enum run_event_kind kind;
    int worker;                   /* 0..jobs-1 */
    const struct plan_cell *cell; /* NULL where the event is of no cell */
    const struct record *record;
    const struct record_end *end;
    bool again;        /* of RUN_CELL_ENDED: the cell is queued once more */
    const char *why;   /* of RUN_STOPPING; NULL: Ctrl-C */
    bool finishing;    /* RUN_STOPPING: those in flight go on to their end */
    const char *pause; /* a text */
};

struct run_watcher {
    void (*take)(void *context, const struct run_event *event);
    void *context;
};

struct run_totals {
    size_t done, failed; /* cells that ran now */
    size_t left;         /* not started, or not ended: limit, budget or interruption */
    size_t doubtful;     /* of those done under RUN_TIMING_STRICT: no attempt had good seconds */
    bool interrupted;
    bool gave_up;      /* after max_failures */
    struct str blocks; /* lines: of a budget, which blocks were not started, which are incomplete */
    int signal;        /* that interrupted it last; 0: none */
};
void run_totals_release(struct run_totals *totals);

/* Cells at once: as asked for; 0: as many of so many threads as there is room for (pin.h). */
int run_jobs(int asked, int threads);
/*
 * Whether the workers' threads are more than have room: they wait for each other then, and the
 * seconds tell little. Each attempt gets a warning, CROWDED.
 */
bool run_crowds(const struct run_options *options, int room);
/* Whether the plan's cell would be started, if something needs it. */
bool run_wants(const struct plan_cell *cell, const struct run_options *options);
/* How many would, as things stand; where seeds are added, at most so many. */
size_t run_count_wanted(const struct plan *plan, const struct run_options *options);

/* What the queue must know of a cell. */
struct queue_item run_queue_item(const struct plan_cell *cell, const struct run_options *options);

/* What run_plan catches while it runs, ending with 0: for who must catch before and after. */
extern const int run_signals[];
/* An error is the database's: the workers are stopped, what was committed stays. */
int run_plan(const struct plan *plan, struct store *store, const struct run_options *options,
             const struct run_watcher *watcher, struct run_totals *ret_totals, struct err *err);

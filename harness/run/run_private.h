/*
 * What the parts of run share: the scheduler at work.
 *
 *     run.c          the queue, signals, limits, the loop
 *     run_cell.c     a cell in flight: its start, its end, its checkpoint
 *     run_write.c    what workers say, into the database, however long that takes
 */
#ifndef WINNOW_RUN_PRIVATE_H
#define WINNOW_RUN_PRIVATE_H

#include "harness/run/budget.h"
#include "harness/run/pause.h"
#include "harness/run/queue.h"
#include "harness/run/run.h"
#include "harness/run/tally.h"
#include "harness/run/watchdog.h"
#include "harness/run/worker.h"

enum { RUN_TICK_MS = 200 };

struct scheduler;

/* A place for one cell in flight. */
struct slot {
    struct scheduler *scheduler;
    int number;
    struct worker worker;
    const struct plan_cell *cell;  /* NULL: free */
    int64_t attempt;               /* row in the database; 0: not begun */
    char verdict[WATCHDOG_REASON]; /* why the watchdog killed it; "" while it has not */
    int64_t started;               /* time_now(); */
    double running_then;           /* scheduler->running_ns at that time */
    struct pause_ledger before;    /* at its start */
};

struct scheduler {
    const struct plan *plan;
    struct store *store;
    const struct run_options *options;
    const struct run_watcher *watcher;
    struct slot slots[RUN_MAX_JOBS];
    struct queue *queue;
    struct tally *tally;
    struct budget *budget; /* NULL: none */
    bool *again;           /* [plan->count] it was started before */
    size_t wanted;         /* cells */
    int64_t watched;       /* when the watchdogs last looked */
    int running;           /* slots in use */
    double running_ns;     /* their number over time, added up until running_since */
    int64_t running_since;
    bool stopping; /* start nothing more: the first Ctrl-C, or the budget is used up */
    bool gave_up;  /* likewise: too many have failed */
    bool killed;   /* workers were told to die: what they were doing is lost */
    bool silent;   /* write nothing more: broken, or told to stop while nothing could be written */
    struct err broken;   /* the first database error; "" while there is none */
    int64_t interrupted; /* when the first signal to stop came */
    int64_t paused;      /* since when nothing can be written; 0: it can */
    enum pause_kind pause;
    struct pause_ledger ledger;
    struct run_totals totals;
    struct arena arena; /* environment */
    const char *const *assignments;
    const char *crowded;                   /* the warning for every attempt, or NULL */
    struct record_environment environment; /* the scheduler's own, for workers that die wordless */
};

/* run.c */
void run_tell(const struct scheduler *s, const struct run_event *event);
/* The cell's number in the plan. */
size_t run_place(const struct scheduler *s, const struct plan_cell *cell);
/* Reads one signal and does what it asks for. */
void run_take_signal(struct scheduler *s);
/* What was going on is lost. */
void run_kill_workers(struct scheduler *s);
/* Remembers the first error, stops everything, and writes nothing more. */
void run_fail(struct scheduler *s, const struct err *err);

/* run_cell.c */
void run_start_cell(struct scheduler *s, struct slot *slot, const struct plan_cell *cell);
/* Of a worker that has closed its pipes. */
void run_end_cell(struct slot *slot);
/* Whether a cell has a checkpoint to write when it is told to stop. */
bool run_has_checkpoint(const struct scheduler *s, const struct plan_cell *cell);

/* run_write.c */
/* For worker_read: context is the slot. */
void run_take_record(void *context, const struct record *record);
/* Into the database, however long it takes; not where the scheduler has become silent. */
void run_write_record(struct slot *slot, const struct record *record);
/* Does nothing where it has begun. */
void run_begin_attempt(struct slot *slot, const struct record_environment *environment);
/* Waits until the disk has room for another cell. false: the user wants to wait no longer. */
bool run_wait_for_room(struct scheduler *s);
/* What held the grid up so far, the sleep of the machine included. */
const struct pause_ledger *run_ledger(struct scheduler *s);

#endif

/*
 * flight: the cells that are being run: a worker each, its attempt in the database, its checkpoint,
 * its limits. What starts next, and what follows from an end, is the scheduler's business (run.h).
 *
 *     struct flights flights = {.options = options, .writer = &writer, ...};
 *     if (flight_start(&flights, flight_free(&flights), cell, &err)) ...
 *     flight_take(&flights, flight, &record);         from worker_read
 *     flight_end(&flights, flight, killed, &end);     once worker_read says that all is read
 *     ... end ...
 *     flight_release(&flights, flight);
 */
#pragma once

#include "harness/run/options.h"
#include "harness/run/watchdog.h"
#include "harness/run/worker.h"
#include "harness/run/writer.h"

/* A place for one of them. */
struct flight {
    const struct plan_cell *cell; /* NULL: the place is free */
    struct worker worker;
    int64_t attempt;                 /* row in the database; 0: not begun */
    struct watchdog_verdict verdict; /* of the watchdog that killed it; CAUSE_NONE: none has */
    int64_t started;                 /* time_now() */
    double running_then;             /* flights->running_ns at that time */
    struct pause_ledger before;      /* at its start */
};

struct flights {
    const struct run_options *options;
    struct writer *writer;
    const char *const *assignments;               /* of a worker's environment (worker.h) */
    const struct record_environment *environment; /* for workers that die wordless */
    const char *crowded;                          /* a warning for every attempt, or NULL */
    struct flight places[RUN_MAX_JOBS];           /* [options->jobs] are used */
    int running;                                  /* places in use */
    double running_ns; /* their number over time, added up until running_since */
    int64_t running_since;
};

/* A free place, or NULL. */
struct flight *flight_free(struct flights *flights);
/* Its number, 0..jobs-1. */
int flight_number(const struct flights *flights, const struct flight *flight);

/* An error is that of the machine: no process, or no descriptor, is left. */
int flight_start(struct flights *flights, struct flight *flight, const struct plan_cell *cell,
                 struct err *err);
/* Writes a record of its worker. false: it says only on what the attempt began. */
bool flight_take(struct flights *flights, struct flight *flight, const struct record *record);
/*
 * Of a worker that has closed its pipes: ends the attempt in the database, and removes the
 * checkpoint where there is a result. killed: workers were told to die, and a failure is no failure
 * of the cell. The texts of ret_end live until flight_release.
 */
void flight_end(struct flights *flights, struct flight *flight, bool killed,
                struct record_end *ret_end);
void flight_release(struct flights *flights, struct flight *flight);

/* Kills every worker that is over one of its limits. */
void flight_watch(struct flights *flights, int64_t now);
/* To all workers (worker_signal), but SIGUSR1 only to those that have a checkpoint to write. */
void flight_signal(const struct flights *flights, int number);

#include "harness/run/flight.h"

#include "base/time.h"
#include "harness/run/checkpoints.h"

#include <math.h>
#include <signal.h>
#include <unistd.h>

struct flight *flight_free(struct flights *flights)
{
    for (int i = 0; i < flights->options->jobs; i++)
        if (!flights->places[i].cell)
            return &flights->places[i];
    return NULL;
}

int flight_number(const struct flights *flights, const struct flight *flight)
{
    return (int)(flight - flights->places);
}

/* ---- Time ---- */

/* Before `running` changes, and before running_ns is read. */
static void add_running(struct flights *flights)
{
    const int64_t now = time_now();
    flights->running_ns += flights->running * (double)(now - flights->running_since);
    flights->running_since = now;
}

/* Cells that ran beside it, over its time. */
static double beside_mean(struct flights *flights, const struct flight *flight)
{
    add_running(flights);
    const double passed = (double)(flights->running_since - flight->started);
    return passed > 0 ? fmax(0, (flights->running_ns - flight->running_then) / passed - 1) : 0;
}

/* Seconds that it has had: what held the grid up is not its own. */
static double seconds_had(struct flights *flights, const struct flight *flight, int64_t now)
{
    const struct pause_ledger *ledger = writer_ledger(flights->writer);
    int64_t had = now - flight->started;
    for (int kind = 0; kind < PAUSE_KINDS; kind++)
        if (kind != PAUSE_SLEPT)
            had -= ledger->ns[kind] - flight->before.ns[kind];
    return (double)had * 1e-9;
}

/* ---- Start ---- */

int flight_start(struct flights *flights, struct flight *flight, const struct plan_cell *cell,
                 struct err *err)
{
    const struct run_options *options = flights->options;
    struct str checkpoint = {0};
    if (checkpoints_kept(options, cell))
        checkpoints_path(options, cell, &checkpoint);
    const struct worker_job job = {
        .cell = cell->json,
        .data_dir = options->data_dir,
        .artifacts = options->artifacts,
        .reuse = options->reuse,
        .checkpoint = checkpoint.text,
        .checkpoint_every = cell->limits.checkpoint,
        .pin = pins_slot(options->pins, flight_number(flights, flight)),
        .started = time_now(),
        .scheduler = getpid(),
    };
    add_running(flights);
    flight->started = flights->running_since;
    flight->running_then = flights->running_ns;
    const int failed = worker_start(&flight->worker, &job, flights->assignments, err);
    str_release(&checkpoint);
    if (failed)
        return -1;
    flight->cell = cell;
    flight->before = *writer_ledger(flights->writer);
    flights->running++;
    return 0;
}

/* ---- Records ---- */

static void put_warning(struct flights *flights, struct flight *flight, const char *code,
                        const char *text)
{
    writer_put(flights->writer, flight->attempt,
               &(struct record){.kind = RECORD_WARNING, .warning = {code, text}});
}

/* Does nothing where it has begun. */
static void begin(struct flights *flights, struct flight *flight,
                  const struct record_environment *environment)
{
    if (flight->attempt)
        return;
    writer_begin(flights->writer, flight->cell->key, environment, flights->running - 1,
                 &flight->attempt);
    if (flights->crowded)
        put_warning(flights, flight, "CROWDED", flights->crowded);
}

bool flight_take(struct flights *flights, struct flight *flight, const struct record *record)
{
    if (record->kind == RECORD_ENVIRONMENT) {
        begin(flights, flight, &record->environment);
        return false;
    }
    begin(flights, flight, flights->environment);
    writer_put(flights->writer, flight->attempt, record);
    return true;
}

/* ---- End ---- */

static void lose(struct record_end *end, const char *reason)
{
    end->state = ATTEMPT_LOST;
    end->cause = CAUSE_NONE;
    end->reason = reason;
}

void flight_end(struct flights *flights, struct flight *flight, bool killed,
                struct record_end *ret_end)
{
    struct writer *writer = flights->writer;
    struct record_end end;
    worker_finish(&flight->worker, &end);
    end.timing.beside_mean = beside_mean(flights, flight);
    if (killed && end.state == ATTEMPT_FAILED)
        lose(&end, "stopped while it ran");
    if (flight->verdict.cause && end.state == ATTEMPT_FAILED) {
        end.cause = flight->verdict.cause;
        end.reason = flight->verdict.reason;
    }
    end.timing.reason = pause_reason(&flight->before, writer_ledger(writer), end.timing.reason,
                                     &flight->worker.arena);
    begin(flights, flight, flights->environment);
    writer_put(writer, flight->attempt, &(struct record){.kind = RECORD_END, .end = end});
    if (writer->silent) /* whatever it has done, nobody will know */
        lose(&end, "stopped while nothing could be written");
    if (end.state == ATTEMPT_DONE || end.state == ATTEMPT_DIVERGED)
        checkpoints_remove(flights->options, flight->cell, 1);
    *ret_end = end;
}

void flight_release(struct flights *flights, struct flight *flight)
{
    arena_release(&flight->worker.arena);
    flight->cell = NULL;
    flight->attempt = 0;
    flight->verdict.cause = CAUSE_NONE;
    flights->running--;
}

/* ---- All of them ---- */

void flight_watch(struct flights *flights, int64_t now)
{
    for (int i = 0; i < flights->options->jobs; i++) {
        struct flight *flight = &flights->places[i];
        if (flight->cell && !flight->verdict.cause && !flight->worker.ended &&
            watchdog_barks(&flight->cell->limits, seconds_had(flights, flight, now),
                           flight->worker.process.pid, &flight->verdict))
            worker_signal(&flight->worker, SIGKILL);
    }
}

void flight_signal(const struct flights *flights, int number)
{
    for (int i = 0; i < flights->options->jobs; i++) {
        const struct flight *flight = &flights->places[i];
        if (flight->cell && (number != SIGUSR1 || checkpoints_kept(flights->options, flight->cell)))
            worker_signal(&flight->worker, number);
    }
}

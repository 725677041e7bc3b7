#include "base/time.h"
#include "harness/run/run_private.h"

#include "base/signals.h"

#include <poll.h>

const struct pause_ledger *run_ledger(struct scheduler *s)
{
    s->ledger.ns[PAUSE_SLEPT] = time_slept();
    return &s->ledger;
}

/* Waits until it is worth while to try again, or the user stops the grid. */
static void pause_for(struct scheduler *s, enum pause_kind kind)
{
    if (!s->paused) {
        s->paused = time_now();
        s->pause = kind;
        run_tell(s, &(struct run_event){.kind = RUN_PAUSED,
                                        .pause = pause_text(kind, s->options->db, &s->arena)});
    }
    const int64_t until = time_now() + (int64_t)PAUSE_RETRY_MS * 1000000;
    do {
        struct pollfd signals = {signals_descriptor(), POLLIN, 0};
        if (poll(&signals, 1, RUN_TICK_MS) > 0)
            run_take_signal(s);
        run_tell(s, &(struct run_event){.kind = RUN_TICK});
    } while (!s->silent &&
             (time_now() < until || (kind == PAUSE_FULL && !pause_has_room(s->options->db))));
}

/* Where a pause is over, it is booked. */
static void resume(struct scheduler *s)
{
    if (!s->paused || s->silent)
        return;
    const int64_t ns = time_now() - s->paused;
    struct str text = {0};
    s->ledger.ns[s->pause] += ns;
    s->paused = 0;
    str_add_duration(&text, (double)ns * 1e-9);
    run_tell(s, &(struct run_event){.kind = RUN_RESUMED, .pause = str_text(&text)});
    str_release(&text);
}

static int try_to_write(struct slot *slot, const struct record *record, struct err *err)
{
    struct scheduler *s = slot->scheduler;
    if (record->kind == RECORD_ENVIRONMENT)
        return store_attempt_begin(s->store, slot->cell->key, &record->environment, s->running - 1,
                                   &slot->attempt, err);
    return store_put(s->store, slot->attempt, record, err);
}

void run_write_record(struct slot *slot, const struct record *record)
{
    struct scheduler *s = slot->scheduler;
    struct err err;
    while (!s->silent && try_to_write(slot, record, &err)) {
        if (err.cause == ERR_OTHER)
            run_fail(s, &err);
        else
            pause_for(s, pause_kind_of(err.cause));
    }
    resume(s);
}

void run_begin_attempt(struct slot *slot, const struct record_environment *environment)
{
    const char *crowded = slot->scheduler->crowded;
    if (slot->attempt)
        return;
    run_write_record(slot,
                     &(struct record){.kind = RECORD_ENVIRONMENT, .environment = *environment});
    if (crowded)
        run_write_record(slot,
                         &(struct record){.kind = RECORD_WARNING, .warning = {"CROWDED", crowded}});
}

void run_take_record(void *context, const struct record *record)
{
    struct slot *slot = context;
    struct scheduler *s = slot->scheduler;
    if (record->kind == RECORD_ENVIRONMENT) {
        run_begin_attempt(slot, &record->environment);
        return;
    }
    run_begin_attempt(slot, &s->environment);
    run_write_record(slot, record);
    if (s->silent)
        return;
    if (record->kind == RECORD_ARTIFACT)
        queue_scored(s->queue, run_place(s, slot->cell));
    run_tell(s, &(struct run_event){.kind = RUN_CELL_TOLD,
                                    .worker = slot->number,
                                    .cell = slot->cell,
                                    .record = record});
}

bool run_wait_for_room(struct scheduler *s)
{
    while (!s->stopping && !pause_has_room(s->options->db))
        pause_for(s, PAUSE_FULL);
    resume(s);
    return !s->stopping;
}

#include "harness/run/writer.h"

#include "base/time.h"

const struct pause_ledger *writer_ledger(struct writer *writer)
{
    writer->ledger.ns[PAUSE_SLEPT] = time_slept();
    return &writer->ledger;
}

void writer_silence(struct writer *writer, const struct err *err)
{
    if (err && !writer->broken.text[0])
        writer->broken = *err;
    writer->silent = true;
}

void writer_check_place(struct writer *writer)
{
    struct err err;
    if (!writer->silent && store_in_place(writer->store, &err))
        writer_silence(writer, &err);
}

/* Waits until it is worth while to try again, or the writer is silenced. */
static void pause_for(struct writer *writer, enum pause_kind kind)
{
    const struct writer_waiting *waiting = writer->waiting;
    if (!writer->paused) {
        writer->paused = time_now();
        writer->pause = kind;
        waiting->paused(waiting->context, kind);
    }
    const int64_t until = time_now() + (int64_t)PAUSE_RETRY_MS * 1000000;
    do {
        waiting->wait(waiting->context, PAUSE_LOOK_MS);
    } while (!writer->silent &&
             (time_now() < until || (kind == PAUSE_FULL && !pause_has_room(writer->db))));
}

/* Where a pause is over, it is booked. */
static void resume(struct writer *writer)
{
    if (!writer->paused || writer->silent)
        return;
    const int64_t ns = time_now() - writer->paused;
    writer->ledger.ns[writer->pause] += ns;
    writer->paused = 0;
    writer->waiting->resumed(writer->waiting->context, ns);
}

/* After a write that failed; where the writer is not silent then, it is to be repeated. */
static void wait_out(struct writer *writer, const struct err *err)
{
    if (err->cause == ERR_OTHER)
        writer_silence(writer, err);
    else
        pause_for(writer, pause_kind_of(err->cause));
}

void writer_begin(struct writer *writer, const char *key,
                  const struct record_environment *environment, int beside, int64_t *ret_attempt)
{
    struct err err;
    while (!writer->silent &&
           store_attempt_begin(writer->store, key, environment, beside, ret_attempt, &err))
        wait_out(writer, &err);
    resume(writer);
}

void writer_put(struct writer *writer, int64_t attempt, const struct record *record)
{
    struct err err;
    while (!writer->silent && store_put(writer->store, attempt, record, &err))
        wait_out(writer, &err);
    resume(writer);
}

void writer_do(struct writer *writer, int (*act)(void *context, struct err *err), void *context)
{
    struct err err;
    while (!writer->silent && act(context, &err))
        wait_out(writer, &err);
    resume(writer);
}

bool writer_has_room(struct writer *writer)
{
    while (!writer->silent && !pause_has_room(writer->db))
        pause_for(writer, PAUSE_FULL);
    resume(writer);
    return !writer->silent;
}

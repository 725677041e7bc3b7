/*
 * writer: what workers say, into the database, however long that takes.
 *
 * A full disk and a database that another program holds are waited out (pause.h): the very write
 * that failed is repeated until it succeeds, and whoever waits is asked meanwhile. Any other error
 * is the last: from then on the writer is silent, and does nothing where it is told to write.
 *
 *     struct writer writer = {.store = store, .db = path, .waiting = &waiting};
 *     writer_begin(&writer, key, &environment, beside, &attempt);
 *     writer_put(&writer, attempt, &record);
 *     if (writer.silent) ...
 */
#pragma once

#include "harness/run/pause.h"
#include "results/store.h"

/* What somebody else does while the writer can do nothing. */
struct writer_waiting {
    void (*paused)(void *context, enum pause_kind kind);
    void (*resumed)(void *context, int64_t ns); /* how long that took */
    /* Passes so many milliseconds, or fewer where there are news; may call writer_silence. */
    void (*wait)(void *context, int ms);
    void *context;
};

struct writer {
    struct store *store;
    const char *db; /* its path: where room is looked for */
    const struct writer_waiting *waiting;
    bool silent;       /* nothing more is written */
    struct err broken; /* why, where that is the database's fault; "" else */
    int64_t paused;    /* since when nothing can be written (time_now); 0: it can */
    enum pause_kind pause;
    struct pause_ledger ledger; /* what held the grid up so far; the sleep is of the last look */
};

void writer_begin(struct writer *writer, const char *key,
                  const struct record_environment *environment, int beside, int64_t *ret_attempt);
void writer_put(struct writer *writer, int64_t attempt, const struct record *record);
/* Anything else that writes: repeated until it succeeds. */
void writer_do(struct writer *writer, int (*act)(void *context, struct err *err), void *context);
/* Waits until the disk has room for another cell. false: the writer has become silent. */
bool writer_has_room(struct writer *writer);
/* Becomes silent where what is written could not be found again: the file is gone, or another. */
void writer_check_place(struct writer *writer);
/* err NULL: since somebody wants so; of several errors the first is kept. */
void writer_silence(struct writer *writer, const struct err *err);
/* The ledger, the sleep of the machine included. */
const struct pause_ledger *writer_ledger(struct writer *writer);

#include "results/inspect.h"

#include "base/mem.h"
#include "results/db.h"
#include "results/lock.h"
#include "results/record/bitmap.h"
#include "results/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

DB_FILE(results_inspect);

struct inspector {
    struct sqlite3 *db;
    const struct inspect_watcher *watcher;
    struct inspect_counts *counts;
};

__attribute__((format(printf, 3, 4))) static void say(const struct inspector *in, bool damage,
                                                      const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    in->watcher->take(in->watcher->context, damage, text);
}

/* what: "selections", of inspect.sql; a part that cannot be read is a finding. */
static void each(const struct inspector *in, const char *what,
                 void (*take)(const struct inspector *in, const struct db_rows *row))
{
    struct db_rows rows;
    struct err err;
    for (db_ask_named(&rows, in->db, DB_NAMED(results_inspect, what), DB_NO_VALUES);
         db_next(&rows);)
        take(in, &rows);
    if (db_close(&rows, &err))
        say(in, true, "%s cannot be read: %s", what, err.text);
}

/* ---- SQLite's own -----------------------------------------------------------------------------*/

static void take_integrity(const struct inspector *in, const struct db_rows *row)
{
    if (strcmp(row_text(row, 0), "ok") != 0)
        say(in, true, "SQLite: %s", row_text(row, 0));
}

/* A row: table, rowid (none where the table has none), the table that it names. */
static void take_foreign_key(const struct inspector *in, const struct db_rows *row)
{
    if (row_is_null(row, 1))
        say(in, true, "a row of table %s refers to a missing row of %s", row_text(row, 0),
            row_text(row, 2));
    else
        say(in, true, "row %lld of table %s refers to a missing row of %s",
            (long long)row_int(row, 1), row_text(row, 0), row_text(row, 2));
}

/* ---- Bitmaps ----------------------------------------------------------------------------------*/

/* NULL, or what is wrong; the number of bits goes to ret_bits. */
static const char *unpack(const void *packed, size_t packed_size, int64_t n, int64_t *ret_bits)
{
    uint8_t *bits;
    switch (bitmap_unpack_n(packed, packed_size, n, &bits)) {
    case BITMAP_DAMAGED:
        return "does not unpack";
    case BITMAP_OTHER:
        return "does not unpack to as many samples as there are";
    case BITMAP_WHOLE:
        break;
    }
    const size_t bytes = bitmap_bytes((size_t)n);
    const bool beyond = n % 8 && bits[bytes - 1] >> n % 8;
    *ret_bits = bitmap_count(bits, bytes);
    mem_free(bits);
    return beyond ? "has bits beyond the last sample" : NULL;
}

/* A row: attempt, its cell, what it is of, n, the bits it should have, the bitmap. */
static void take_bitmap(const struct inspector *in, const struct db_rows *row)
{
    const long long attempt = row_int(row, 0), bits = row_int(row, 4);
    const int64_t n = row_int(row, 3);
    const struct db_value packed = row_value(row, 5);
    int64_t found = 0;
    const char *wrong =
        packed.text ? unpack(packed.text, (size_t)packed.integer, n, &found) : "is empty";
    if (wrong)
        say(in, true, "attempt %lld (cell %s): the bitmap of its %s %s", attempt, row_text(row, 1),
            row_text(row, 2), wrong);
    else if (found != bits)
        say(in, true, "attempt %lld (cell %s): the bitmap of its %s has %lld bits, not %lld",
            attempt, row_text(row, 1), row_text(row, 2), (long long)found, bits);
}

static void take_selection(const struct inspector *in, const struct db_rows *row)
{
    in->counts->selections++;
    take_bitmap(in, row);
}

/* ---- Clock and scheduler ----------------------------------------------------------------------*/

static void take_ledger(const struct inspector *in, const struct db_rows *row)
{
    say(in, true,
        "attempt %lld (cell %s): its phases add up to %.6f s and its wall clock says %.6f s, "
        "without a LEDGER_GAP",
        (long long)row_int(row, 0), row_text(row, 1), row_real(row, 2), row_real(row, 3));
}

/* A row: attempt, its cell, what it was tested on, what is wrong. */
static void take_test(const struct inspector *in, const struct db_rows *row)
{
    say(in, true, "attempt %lld (cell %s), tested on %s: %s", (long long)row_int(row, 0),
        row_text(row, 1), row_text(row, 2), row_text(row, 3));
}

static void take_running(const struct inspector *in, const struct db_rows *row)
{
    say(in, false,
        "attempt %lld (cell %s) was left running, and no scheduler runs: the next winnow run "
        "starts its cell again",
        (long long)row_int(row, 0), row_text(row, 1));
}

static void take_cells(const struct inspector *in, const struct db_rows *row)
{
    in->counts->cells = row_int(row, 0);
}

static void take_attempts(const struct inspector *in, const struct db_rows *row)
{
    in->counts->attempts = row_int(row, 0);
}

void inspect_database(struct store *store, const struct inspect_watcher *watcher,
                      struct inspect_counts *ret_counts)
{
    *ret_counts = (struct inspect_counts){0};
    const struct inspector in = {store_sqlite(store), watcher, ret_counts};
    const char *path = db_path_of(in.db); /* none: it is in memory */
    /* Asked before and after: a scheduler may begin or end meanwhile. */
    const bool at_work = path && path[0] && lock_is_held(path);
    each(&in, "the file", take_integrity);
    each(&in, "references", take_foreign_key);
    each(&in, "cells", take_cells);
    each(&in, "attempts", take_attempts);
    each(&in, "selections", take_selection);
    each(&in, "training splits", take_bitmap);
    each(&in, "label noise", take_bitmap);
    each(&in, "worse pictures", take_bitmap);
    each(&in, "tests of networks", take_test);
    each(&in, "phases", take_ledger);
    if (!at_work && !(path && path[0] && lock_is_held(path)))
        each(&in, "attempts under way", take_running);
}

/* ---- What it needs ----------------------------------------------------------------------------*/

/* A row: a key, attempts. */
static int take_keys(struct store *store, const char *name, const struct inspect_keys *keys,
                     struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, store_sqlite(store), DB_NAMED(results_inspect, name), DB_NO_VALUES);
    while (db_next(&rows))
        keys->take(keys->context, row_raw(&rows, 0), row_int(&rows, 1));
    return db_close(&rows, err);
}

int inspect_artifacts(struct store *store, const struct inspect_keys *keys, struct err *err)
{
    return take_keys(store, "artifacts", keys, err);
}

int inspect_unfinished(struct store *store, const struct inspect_keys *keys, struct err *err)
{
    return take_keys(store, "unfinished", keys, err);
}

int inspect_unlisted(struct store *store, int64_t *ret_attempts, int64_t *ret_cells,
                     struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, store_sqlite(store), DB_NAMED(results_inspect, "unlisted"), DB_NO_VALUES);
    if (db_next(&rows)) {
        *ret_attempts = row_int(&rows, 0);
        *ret_cells = row_int(&rows, 1);
    }
    return db_close(&rows, err);
}

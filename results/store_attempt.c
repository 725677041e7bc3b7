/*
 * The attempts of a store: what an attempt tells becomes rows. Which columns a record has is in
 * results/record/fields.c alone: names, values and question marks are made from that list.
 */
#include "results/store.h"

#include "base/mem.h"
#include "base/str.h"
#include "results/db.h"
#include "results/record/bitmap.h"
#include "results/record/fields.h"
#include "results/store_private.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* ---- From a record to a row -------------------------------------------------------------------*/

enum { MOST_COLUMNS = 64 };

/* Zeroed but for the arena, which has what the values point to. */
struct row {
    struct str names, marks; /* "a, b" and "?, ?" */
    struct bound values[MOST_COLUMNS];
    size_t count;
    struct arena arena;
};

static void add_column(struct row *row, const char *name, struct bound value)
{
    REQUIRE(row->count < MOST_COLUMNS);
    str_addf(&row->names, "%s%s", row->count ? ", " : "", name);
    str_add(&row->marks, row->count ? ", ?" : "?");
    row->values[row->count++] = value;
}

static struct bound number(int64_t value, enum field_rule rule)
{
    const bool missing =
        (rule == FIELD_MEASURED && value < 0) || (rule == FIELD_FROM_ONE && value < 1);
    return missing ? db_text(NULL) : db_int(value);
}

static struct bound counts_as_json(const int64_t *counts, int n, struct arena *arena)
{
    struct str json = {0};
    str_add(&json, "[");
    for (int i = 0; i < n; i++)
        str_addf(&json, "%s%lld", i ? "," : "", (long long)counts[i]);
    str_add(&json, "]");
    return db_text(str_keep(&json, arena));
}

static struct bound packed(const uint8_t *bits, int64_t n, struct arena *arena)
{
    size_t size;
    uint8_t *bytes = bitmap_pack(bits, (size_t)n, &size), *kept;
    ARENA_NEW(arena, kept, size);
    memcpy(kept, bytes, size);
    mem_free(bytes);
    return db_blob(kept, size);
}

static struct bound value_of(const struct field *field, const struct record *record,
                             struct arena *arena)
{
    const void *at = field_at(field, record), *count = field_count_at(field, record);
    switch (field->type) {
    case FIELD_INT:
        return number(*(const int *)at, field->rule);
    case FIELD_INT64:
        return number(*(const int64_t *)at, field->rule);
    case FIELD_DOUBLE:
        return db_real(*(const double *)at);
    case FIELD_TEXT: {
        const char *text = *(const char *const *)at;
        return db_text(text || field->rule != FIELD_OR_EMPTY ? text : "");
    }
    case FIELD_NAME: {
        const int value = *(const int *)at;
        return db_text(value || field->rule != FIELD_FROM_ONE ? field->names[value] : NULL);
    }
    case FIELD_BITS:
        return packed(*(const uint8_t *const *)at, *(const int64_t *)count, arena);
    case FIELD_INT64S:
        return counts_as_json(*(const int64_t *const *)at, *(const int *)count, arena);
    case FIELD_PHASES:
        break;
    }
    DIE("bug: field %s has no column", field->name);
}

static void add_record(struct row *row, const struct record *record)
{
    for (const struct field *f = record_forms[record->kind].fields; f->name; f++)
        if (f->rule != FIELD_NO_COLUMN)
            add_column(row, f->name, value_of(f, record, &row->arena));
}

static void release(struct row *row)
{
    STR_RELEASE(&row->names, &row->marks);
    arena_release(&row->arena);
}

static int insert(sqlite3 *db, const char *table, const struct row *row, struct err *err)
{
    struct str sql = {0};
    str_addf(&sql, "INSERT INTO %s (%s) VALUES (%s)", table, str_text(&row->names),
             str_text(&row->marks));
    const int failed = db_run(db, str_text(&sql), row->values, row->count, err);
    str_release(&sql);
    return failed;
}

/* Fills in the row of an attempt that is under way. */
static int update(sqlite3 *db, int64_t attempt, struct row *row, struct err *err)
{
    struct str sql = {0};
    str_addf(&sql, "UPDATE attempt SET (%s) = (%s) WHERE id = ? AND state = 'running'",
             str_text(&row->names), str_text(&row->marks));
    add_column(row, "id", db_int(attempt));
    const int failed = db_run(db, str_text(&sql), row->values, row->count, err);
    str_release(&sql);
    if (failed)
        return -1;
    return sqlite3_changes(db) ? 0 : err_set(err, "it is not running");
}

/* ---- The beginning ----------------------------------------------------------------------------*/

static int find_environment(sqlite3 *db, const struct record_environment *environment,
                            int64_t *ret_id, struct err *err)
{
    const struct record record = {.kind = RECORD_ENVIRONMENT, .environment = *environment};
    struct row row = {0};
    struct str put = {0}, get = {0};
    add_record(&row, &record);
    const char *names = str_text(&row.names), *marks = str_text(&row.marks);
    str_addf(&put, "INSERT INTO environment (%s) VALUES (%s) ON CONFLICT DO NOTHING", names, marks);
    str_addf(&get, "SELECT id FROM environment WHERE (%s) = (%s)", names, marks);
    const int failed = db_run(db, str_text(&put), row.values, row.count, err) ||
                       db_get_int(db, str_text(&get), row.values, row.count, ret_id, err);
    STR_RELEASE(&put, &get);
    release(&row);
    return failed ? err_prefix(err, "environment: ") : 0;
}

enum { TOKEN_SIZE = 33 };

static int make_token(char ret_token[TOKEN_SIZE], struct err *err)
{
    uint8_t bytes[(TOKEN_SIZE - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_set(err, "cannot get random numbers: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(ret_token + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    return 0;
}

static int put_attempt(struct store *store, const char *key,
                       const struct record_environment *environment, int beside,
                       int64_t *ret_attempt, struct err *err)
{
    int64_t environment_id = 0;
    char token[TOKEN_SIZE];
    if (find_environment(store->db, environment, &environment_id, err) || make_token(token, err))
        return -1;
    const struct bound values[] = {
        db_text(key),   db_int(environment_id),   db_text(attempt_state_names[ATTEMPT_RUNNING]),
        db_int(beside), db_int(store_now(store)), db_text(token),
    };
    if (db_get_int(store->db,
                   "INSERT INTO attempt (cell, environment, state, beside, started_at, token) "
                   "VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                   values, COUNT(values), ret_attempt, err))
        return err_prefix(err, "an attempt at cell %s: ", key);
    return 0;
}

int store_attempt_begin(struct store *store, const char *key,
                        const struct record_environment *environment, int beside,
                        int64_t *ret_attempt, struct err *err)
{
    int64_t attempt = 0;
    if (db_begin(store->db, err) ||
        db_finish(store->db, put_attempt(store, key, environment, beside, &attempt, err), err))
        return store_told(store, -1, err);
    *ret_attempt = attempt;
    return 0;
}

/* ---- What it tells ----------------------------------------------------------------------------*/

static int put_phases(sqlite3 *db, int64_t attempt, const struct record_end *end, struct err *err)
{
    for (int i = 0; i < PHASE_COUNT; i++) {
        if (db_run(
                db, "INSERT INTO phase (attempt, phase, ns) VALUES (?, ?, ?)",
                DB_VALUES(db_int(attempt), db_text(phase_kinds[i].name), db_int(end->phase_ns[i])),
                err))
            return -1;
    }
    return 0;
}

static int put(struct store *store, int64_t attempt, const struct record *record, struct row *row,
               struct err *err)
{
    const char *table = record_forms[record->kind].table;
    if (strcmp(table, "attempt") != 0) {
        add_column(row, "attempt", db_int(attempt));
        add_record(row, record);
        return insert(store->db, table, row, err);
    }
    add_record(row, record);
    if (record->kind != RECORD_END)
        return update(store->db, attempt, row, err);
    REQUIRE(record->end.state != ATTEMPT_RUNNING);
    if (record->end.state != ATTEMPT_LOST)
        add_column(row, "ended_at", db_int(store_now(store)));
    return update(store->db, attempt, row, err) || put_phases(store->db, attempt, &record->end, err)
               ? -1
               : 0;
}

int store_put(struct store *store, int64_t attempt, const struct record *record, struct err *err)
{
    const struct record_form *form = &record_forms[record->kind];
    struct row row = {0};
    REQUIRE(record->kind != RECORD_ENVIRONMENT);
    if (!form->table)
        return 0;
    int failed = db_begin(store->db, err) ||
                 db_finish(store->db, put(store, attempt, record, &row, err), err);
    if (failed)
        failed = err_prefix(err, "%s of attempt %lld: ", form->type, (long long)attempt);
    release(&row);
    return store_told(store, failed, err);
}

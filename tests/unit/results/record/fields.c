/* The list of a record's members: complete, carried unharmed, and the columns of the database. */
#include "results/record/fields.h"
#include "results/record/wire.h"
#include "results/store.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static const size_t sizes[RECORD_KINDS] = {
    [RECORD_ENVIRONMENT] = sizeof(struct record_environment),
    [RECORD_DATA] = sizeof(struct record_data),
    [RECORD_ENGINE] = sizeof(struct record_engine),
    [RECORD_SPLIT] = sizeof(struct record_split),
    [RECORD_PROGRESS] = sizeof(struct record_progress),
    [RECORD_NOISE] = sizeof(struct record_noise),
    [RECORD_CORRUPT] = sizeof(struct record_corrupt),
    [RECORD_ARTIFACT] = sizeof(struct record_artifact),
    [RECORD_SELECTION] = sizeof(struct record_selection),
    [RECORD_SOLVER] = sizeof(struct record_solver),
    [RECORD_EPOCH] = sizeof(struct record_epoch),
    [RECORD_TEST] = sizeof(struct record_test),
    [RECORD_WARNING] = sizeof(struct record_warning),
    [RECORD_END] = sizeof(struct record_end),
};

static size_t size_of(const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
    case FIELD_NAME:
        return sizeof(int);
    case FIELD_PHASES:
        return PHASE_COUNT * sizeof(int64_t);
    case FIELD_INT64:
    case FIELD_DOUBLE:
    case FIELD_TEXT:
    case FIELD_BITS:
    case FIELD_INT64S:
        break;
    }
    return sizeof(int64_t);
}

ParameterizedTestParameters(fields, every_member_is_listed)
{
    static int kinds[RECORD_KINDS];
    for (int i = 0; i < RECORD_KINDS; i++)
        kinds[i] = i;
    return cr_make_param_array(int, kinds, RECORD_KINDS);
}

/* Bytes that no field has are the compiler's padding: fewer than 8 in one place. */
ParameterizedTest(int *kind, fields, every_member_is_listed)
{
    const struct record_form *form = &record_forms[*kind];
    const size_t base = offsetof(struct record, end), size = sizes[*kind];
    unsigned char listed[sizeof(struct record)] = {0};
    for (const struct field *f = form->fields; f->name; f++)
        for (size_t i = 0; i < size_of(f); i++)
            cr_assert_eq(listed[f->offset + i]++, 0, "%s: %s overlaps another", form->type,
                         f->name);
    size_t gap = 0;
    for (size_t i = 0; i < size; i++) {
        gap = listed[base + i] ? 0 : gap + 1;
        cr_assert_lt(gap, 8, "%s: nothing is listed at %zu", form->type, i);
    }
    for (size_t i = base + size; i < sizeof listed; i++)
        cr_assert_eq(listed[i], 0, "%s: listed beyond its end", form->type);
}

/* ---- Lines ------------------------------------------------------------------------------------*/

enum { BITS = 12, COUNTS = 3 };

/* Another value in each, so that two that are exchanged are seen. */
static void fill(const struct field *field, int number, struct record *record)
{
    static const uint8_t bits[] = {0xa5, 0x0c};
    static const int64_t counts[COUNTS] = {7, INT64_MAX, 0};
    static char texts[64][16];
    void *at = (char *)record + field->offset, *count = (char *)record + field->count;
    switch (field->type) {
    case FIELD_INT:
        *(int *)at = 1000 + number;
        return;
    case FIELD_INT64:
        *(int64_t *)at = (1LL << 40) + number;
        return;
    case FIELD_DOUBLE:
        *(double *)at = 1.0 / (3 + number);
        return;
    case FIELD_TEXT:
        snprintf(texts[number], sizeof texts[number], "t%d\n\"\xc3\xa9", number);
        *(const char **)at = texts[number];
        return;
    case FIELD_NAME:
        *(int *)at = 1;
        return;
    case FIELD_BITS:
        *(int64_t *)count = BITS;
        *(const uint8_t **)at = bits;
        return;
    case FIELD_INT64S:
        *(int *)count = COUNTS;
        *(const int64_t **)at = counts;
        return;
    case FIELD_PHASES:
        for (int i = 0; i < PHASE_COUNT; i++)
            ((int64_t *)at)[i] = 2000 + i;
        return;
    }
}

static void expect_equal(const struct field *field, const struct record *a, const struct record *b)
{
    const void *one = field_at(field, a), *other = field_at(field, b);
    bool equal = false;
    switch (field->type) {
    case FIELD_TEXT:
        equal = strcmp(*(const char *const *)one, *(const char *const *)other) == 0;
        break;
    case FIELD_BITS:
        equal = memcmp(*(const uint8_t *const *)one, *(const uint8_t *const *)other, 2) == 0;
        break;
    case FIELD_INT64S:
        equal = memcmp(*(const int64_t *const *)one, *(const int64_t *const *)other,
                       COUNTS * sizeof(int64_t)) == 0;
        break;
    case FIELD_INT:
    case FIELD_INT64:
    case FIELD_DOUBLE:
    case FIELD_NAME:
    case FIELD_PHASES:
        equal = memcmp(one, other, size_of(field)) == 0;
        break;
    }
    cr_expect(equal, "%s of a %s has changed on its way", field->name, record_forms[a->kind].type);
}

ParameterizedTestParameters(fields, lines_bring_back_every_kind)
{
    static int kinds[RECORD_KINDS];
    for (int i = 0; i < RECORD_KINDS; i++)
        kinds[i] = i;
    return cr_make_param_array(int, kinds, RECORD_KINDS);
}

ParameterizedTest(int *kind, fields, lines_bring_back_every_kind)
{
    const struct field *fields = record_forms[*kind].fields;
    struct record record = {.kind = (enum record_kind) * kind}, back;
    struct str line = {0}, again = {0};
    struct arena arena = {0};
    struct err err = {0};
    int number = 0;
    for (const struct field *f = fields; f->name; f++)
        fill(f, number++, &record);
    wire_encode(&record, &line);
    cr_assert_eq(wire_decode(line.text, &arena, &back, &err), 0, "%s", err.text);
    cr_expect_eq(back.kind, record.kind);
    for (const struct field *f = fields; f->name; f++)
        expect_equal(f, &record, &back);
    wire_encode(&back, &again);
    cr_expect_str_eq(str_text(&again), str_text(&line));
    arena_release(&arena);
    str_release(&line);
    str_release(&again);
}

/* ---- Columns ----------------------------------------------------------------------------------*/

static const char *type_of(const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
    case FIELD_INT64:
        return "INTEGER";
    case FIELD_DOUBLE:
        return "REAL";
    case FIELD_BITS:
        return "BLOB";
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_INT64S:
        return "TEXT";
    case FIELD_PHASES:
        break;
    }
    return "none";
}

/* Whether the column may be NULL: an attempt's are until it has told them. */
static bool wants_null(const struct record_form *form, const struct field *field)
{
    return field->rule == FIELD_MEASURED || field->rule == FIELD_FROM_ONE ||
           (strcmp(form->table, "attempt") == 0 && strcmp(field->name, "state") != 0);
}

static void compare(sqlite3 *db, const struct record_form *form, const struct field *field)
{
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_prepare_v2(db,
                                    "SELECT type, \"notnull\" OR pk FROM pragma_table_info(?) "
                                    "WHERE name = ?",
                                    -1, &row, NULL),
                 SQLITE_OK);
    sqlite3_bind_text(row, 1, form->table, -1, SQLITE_STATIC);
    sqlite3_bind_text(row, 2, field->name, -1, SQLITE_STATIC);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW, "table %s has no column %s", form->table,
                 field->name);
    cr_expect_str_eq((const char *)sqlite3_column_text(row, 0), type_of(field), "%s.%s",
                     form->table, field->name);
    const bool needed = sqlite3_column_int(row, 1), plain_real = field->type == FIELD_DOUBLE;
    if (!plain_real)
        cr_expect_eq(needed, !wants_null(form, field), "%s.%s: NULL or not", form->table,
                     field->name);
    sqlite3_finalize(row);
}

static bool is_listed(const char *table, const char *column)
{
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        const struct record_form *form = &record_forms[kind];
        for (const struct field *f = form->fields; form->table && f->name; f++)
            if (strcmp(form->table, table) == 0 && strcmp(f->name, column) == 0 &&
                f->rule != FIELD_NO_COLUMN)
                return true;
    }
    return false;
}

Test(fields, columns_are_those_of_the_schema)
{
    struct store *store;
    struct err err;
    cr_assert_eq(store_open_empty(&store, &err), 0, "%s", err.text);
    for (int kind = 0; kind < RECORD_KINDS; kind++)
        for (const struct field *f = record_forms[kind].fields; record_forms[kind].table && f->name;
             f++)
            if (f->rule != FIELD_NO_COLUMN)
                compare(store_sqlite(store), &record_forms[kind], f);
    store_close(store);
}

/* A time is in seconds there. */
Test(fields, every_number_of_an_epoch_is_public)
{
    struct store *store;
    struct err err;
    cr_assert_eq(store_open_empty(&store, &err), 0, "%s", err.text);
    for (const struct field *f = record_forms[RECORD_EPOCH].fields; f->name; f++) {
        char sql[200];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM pragma_table_info('v_epoch') WHERE name IN ('%s', '%.*ss')",
                 f->name, (int)strlen(f->name) - 2, f->name);
        cr_expect_eq(ask(store, sql), 1, "v_epoch has no column for %s", f->name);
    }
    store_close(store);
}

/* But what the store knows by itself. */
Test(fields, every_column_is_some_records)
{
    static const char sql[] =
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name IN ('environment', 'attempt', 'epoch', 'selection', "
        "'split', "
        "'noise', 'solver', 'final_test', 'warning') AND c.name NOT IN ('id', 'attempt') AND NOT "
        "(t.name = 'attempt' AND c.name IN ('cell', 'environment', 'beside', 'started_at', "
        "'ended_at', 'token'))";
    struct store *store;
    sqlite3_stmt *row;
    struct err err;
    int columns = 0;
    cr_assert_eq(store_open_empty(&store, &err), 0, "%s", err.text);
    cr_assert_eq(sqlite3_prepare_v2(store_sqlite(store), sql, -1, &row, NULL), SQLITE_OK);
    for (; sqlite3_step(row) == SQLITE_ROW; columns++) {
        const char *table = (const char *)sqlite3_column_text(row, 0);
        const char *column = (const char *)sqlite3_column_text(row, 1);
        cr_expect(is_listed(table, column), "no record has %s.%s", table, column);
    }
    cr_expect_gt(columns, 80, "%d columns", columns);
    sqlite3_finalize(row);
    store_close(store);
}

#include "results/db.h"

#include "base/str.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

struct bound db_int(int64_t value)
{
    return (struct bound){.type = BOUND_INT, .integer = value};
}

struct bound db_real(double value)
{
    return (struct bound){.type = BOUND_REAL, .real = value};
}

struct bound db_text(const char *text)
{
    return (struct bound){.type = BOUND_TEXT, .bytes = text};
}

struct bound db_path(const char *path)
{
    return (struct bound){.type = BOUND_PATH, .bytes = path};
}

struct bound db_blob(const void *bytes, size_t size)
{
    return (struct bound){.type = BOUND_BLOB, .bytes = bytes, .size = size};
}

enum err_cause db_cause(int code, int system_error)
{
    switch (code & 0xff) { /* the rest says where, in an extended code */
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_IOERR: /* so the shared memory cannot grow */
    case SQLITE_CANTOPEN:
        return err_cause_of(system_error);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* others take and leave the lock faster than SQLite looks */
        return ERR_BUSY;
    default:
        return ERR_OTHER;
    }
}

int db_fail(sqlite3 *db, struct err *err)
{
    if (sqlite3_errcode(db) == SQLITE_NOMEM)
        DIE("out of memory: SQLite");
    const enum err_cause cause = db_cause(sqlite3_extended_errcode(db), sqlite3_system_errno(db));
    struct str said = {0}; /* names of what is in the file, too */
    str_add_shown(&said, sqlite3_errmsg(db), "");
    err_set(err, "%s", str_text(&said));
    str_release(&said);
    if (err)
        err->cause = cause;
    return -1;
}

/* A database's text is UTF-8, and what it tells of need not be. */
static int bind_text(sqlite3_stmt *statement, int place, const char *text)
{
    if (!text || str_is_utf8(text))
        return sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
    struct str safe = {0};
    str_add_utf8(&safe, text);
    const int code = sqlite3_bind_text(statement, place, str_text(&safe), -1, SQLITE_TRANSIENT);
    str_release(&safe);
    return code;
}

static int bind(sqlite3_stmt *statement, int place, const struct bound *value)
{
    switch (value->type) {
    case BOUND_INT:
        return sqlite3_bind_int64(statement, place, value->integer);
    case BOUND_REAL:
        return isfinite(value->real) ? sqlite3_bind_double(statement, place, value->real)
                                     : sqlite3_bind_null(statement, place);
    case BOUND_TEXT:
        return bind_text(statement, place, value->bytes);
    case BOUND_PATH:
        return sqlite3_bind_text(statement, place, value->bytes, -1, SQLITE_STATIC);
    case BOUND_BLOB:
        return sqlite3_bind_blob64(statement, place, value->bytes, value->size, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

/* ---- Asking ---- */

static void note_failure(struct db_rows *rows, sqlite3 *db)
{
    rows->failed = true;
    rows->absent = (sqlite3_errcode(db) & 0xff) == SQLITE_CANTOPEN;
    db_fail(db, &rows->err);
}

static void ask(struct db_rows *ret_rows, sqlite3 *db, const char *sql, int length,
                const struct bound *values, size_t count)
{
    ret_rows->failed = ret_rows->absent = false;
    ret_rows->shown = NULL;
    if (sqlite3_prepare_v2(db, sql, length, &ret_rows->statement, NULL) != SQLITE_OK) {
        note_failure(ret_rows, db);
        return;
    }
    const size_t wanted = (size_t)sqlite3_bind_parameter_count(ret_rows->statement);
    REQUIRE(wanted <= count);
    for (size_t i = 0; i < wanted && !ret_rows->failed; i++)
        if (bind(ret_rows->statement, (int)i + 1, &values[i]) != SQLITE_OK)
            note_failure(ret_rows, db);
}

void db_ask(struct db_rows *ret_rows, sqlite3 *db, const char *sql, const struct bound *values,
            size_t count)
{
    ask(ret_rows, db, sql, -1, values, count);
}

/* Where the text under "-- name" begins. */
static const char *find_named(const char *file, const char *name, size_t *ret_length)
{
    const size_t length = strlen(name);
    const char *line = file;
    while (strncmp(line, "-- ", 3) != 0 || strncmp(line + 3, name, length) != 0 ||
           line[3 + length] != '\n') {
        line = strchr(line, '\n');
        REQUIRE(line++);
    }
    const char *text = line + 3 + length + 1, *end = strstr(text - 1, "\n-- ");
    *ret_length = end ? (size_t)(end + 1 - text) : strlen(text);
    return text;
}

void db_ask_named(struct db_rows *ret_rows, sqlite3 *db, const char *file, const char *name,
                  const struct bound *values, size_t count)
{
    size_t length;
    const char *text = find_named(file, name, &length);
    ask(ret_rows, db, text, (int)length, values, count);
}

void db_add_named(struct str *ret_sql, const char *file, const char *name)
{
    size_t length;
    const char *text = find_named(file, name, &length);
    str_add_bytes(ret_sql, text, length);
}

bool db_next(struct db_rows *rows)
{
    if (rows->failed)
        return false;
    if (rows->shown)
        arena_release(rows->shown);
    else
        MEM_NEW(rows->shown, 1);
    const int code = sqlite3_step(rows->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        note_failure(rows, sqlite3_db_handle(rows->statement));
    return code == SQLITE_ROW;
}

int db_close(struct db_rows *rows, struct err *err)
{
    if (rows->shown)
        arena_release(rows->shown);
    mem_free(rows->shown);
    rows->shown = NULL;
    sqlite3_finalize(rows->statement);
    rows->statement = NULL;
    if (rows->failed && err)
        *err = rows->err;
    return rows->failed ? -1 : 0;
}

struct db_value row_value(const struct db_rows *rows, int column)
{
    sqlite3_stmt *row = rows->statement;
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        return (struct db_value){.type = VALUE_INTEGER,
                                 .integer = sqlite3_column_int64(row, column)};
    case SQLITE_FLOAT:
        return (struct db_value){.type = VALUE_REAL, .real = sqlite3_column_double(row, column)};
    case SQLITE_TEXT:
        return (struct db_value){.type = VALUE_TEXT,
                                 .text = (const char *)sqlite3_column_text(row, column)};
    case SQLITE_BLOB:
        return (struct db_value){.type = VALUE_BLOB,
                                 .text = sqlite3_column_blob(row, column),
                                 .integer = sqlite3_column_bytes(row, column)};
    default:
        return (struct db_value){.type = VALUE_NULL};
    }
}

bool row_is_null(const struct db_rows *rows, int column)
{
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

int64_t row_int(const struct db_rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

double row_real(const struct db_rows *rows, int column)
{
    return row_is_null(rows, column) ? (double)NAN : sqlite3_column_double(rows->statement, column);
}

const char *row_raw(const struct db_rows *rows, int column)
{
    const char *text = (const char *)sqlite3_column_text(rows->statement, column);
    return text ? text : "";
}

const char *row_text(const struct db_rows *rows, int column)
{
    return str_shown(row_raw(rows, column), rows->shown);
}

int row_columns(const struct db_rows *rows)
{
    return sqlite3_column_count(rows->statement);
}

const char *row_name(const struct db_rows *rows, int column)
{
    return sqlite3_column_name(rows->statement, column);
}

const char *db_path_of(sqlite3 *db)
{
    return sqlite3_db_filename(db, "main");
}

/* ---- One line a statement ---- */

int db_exec(sqlite3 *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, err);
}

int db_exec_named(sqlite3 *db, const char *file, const char *name, struct err *err)
{
    struct str sql = {0};
    db_add_named(&sql, file, name);
    const int failed = db_exec(db, str_text(&sql), err);
    str_release(&sql);
    return failed;
}

int db_run(sqlite3 *db, const char *sql, const struct bound *values, size_t count, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db, sql, values, count);
    while (db_next(&rows))
        ;
    return db_close(&rows, err);
}

int db_get_int(sqlite3 *db, const char *sql, const struct bound *values, size_t count,
               int64_t *ret_value, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db, sql, values, count);
    const bool found = db_next(&rows);
    const int64_t value = found ? row_int(&rows, 0) : 0;
    if (db_close(&rows, err))
        return -1;
    if (!found)
        return err_set(err, "no such row");
    *ret_value = value;
    return 0;
}

int db_get_text(sqlite3 *db, const char *sql, const struct bound *values, size_t count,
                struct str *ret_text, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db, sql, values, count);
    if (db_next(&rows))
        str_add(ret_text, row_raw(&rows, 0));
    return db_close(&rows, err);
}

/* ---- Transactions ---- */

int db_begin(sqlite3 *db, struct err *err)
{
    return db_exec(db, "BEGIN IMMEDIATE", err);
}

int db_finish(sqlite3 *db, int failed, struct err *err)
{
    if (!failed && db_exec(db, "COMMIT", err) == 0)
        return 0;
    db_exec(db, "ROLLBACK", NULL); /* fails harmlessly where SQLite has rolled back by itself */
    return -1;
}

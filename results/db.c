#include "results/db.h"

#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>

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
        return system_error == ENOSPC || system_error == EDQUOT ? ERR_FULL : ERR_OTHER;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: /* others take and leave the lock faster than SQLite looks */
        return ERR_BUSY;
    default:
        return ERR_OTHER;
    }
}

static int fail(sqlite3 *db, struct err *err)
{
    const enum err_cause cause = db_cause(sqlite3_extended_errcode(db), sqlite3_system_errno(db));
    err_set(err, "%s", sqlite3_errmsg(db));
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

/* Runs to the end. ret_value may be NULL; else *ret_rows counts the rows seen. */
static int run(sqlite3 *db, const char *sql, const struct bound *values, size_t count,
               int64_t *ret_value, int *ret_rows, struct err *err)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail(db, err);
    REQUIRE((size_t)sqlite3_bind_parameter_count(statement) == count);
    int code = SQLITE_OK;
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = bind(statement, (int)i + 1, &values[i]);
    int64_t first = 0;
    int rows = 0;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW && rows++ == 0)
            first = sqlite3_column_int64(statement, 0);
    }
    const int failed = code != SQLITE_DONE ? fail(db, err) : 0;
    sqlite3_finalize(statement);
    if (!failed && ret_value && rows)
        *ret_value = first;
    *ret_rows = rows;
    return failed;
}

int db_exec(sqlite3 *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

int db_run(sqlite3 *db, const char *sql, const struct bound *values, size_t count, struct err *err)
{
    int rows;
    return run(db, sql, values, count, NULL, &rows, err);
}

int db_get_int(sqlite3 *db, const char *sql, const struct bound *values, size_t count,
               int64_t *ret_value, struct err *err)
{
    int rows;
    if (run(db, sql, values, count, ret_value, &rows, err))
        return -1;
    return rows ? 0 : err_set(err, "no such row");
}

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

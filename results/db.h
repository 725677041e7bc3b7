/*
 * db: SQLite's calls with the house's manners: typed values, one line a statement, errors as text.
 *
 *     const struct bound values[] = {db_int(attempt), db_text("LEDGER_GAP"), db_real(NAN)};
 *     if (db_run(db, "INSERT INTO t VALUES (?, ?, ?)", values, 3, &err)) ...
 *
 *     struct db_rows rows;
 *     db_ask(&rows, db, "SELECT code, text FROM t WHERE attempt = ?", DB_VALUES(db_int(attempt)));
 *     while (db_next(&rows))
 *         str_addf(&text, "%s: %s\n", row_text(&rows, 0), row_text(&rows, 1));
 *     if (db_close(&rows, &err)) ...
 *
 * Errors hold SQLite's own message; the caller puts the file's path before it. Statements are
 * prepared for every call: some microseconds, against the milliseconds of what is recorded.
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct sqlite3_stmt;

/* What a code of SQLite's, extended or not, and the errno with it mean for those who may wait. */
enum err_cause db_cause(int code, int system_error);

/* What SQLite says of its last call, as an error; returns -1. */
int db_fail(struct sqlite3 *db, struct err *err);

/* A value for a '?'; what it points to is borrowed for the call. */
struct bound {
    enum { BOUND_INT, BOUND_REAL, BOUND_TEXT, BOUND_PATH, BOUND_BLOB } type;
    int64_t integer;
    double real;
    const void *bytes;
    size_t size;
};

struct bound db_int(int64_t value);
/* NULL where value is not finite: it was not measured, or has no meaning. */
struct bound db_real(double value);
/* NULL where text is NULL. */
struct bound db_text(const char *text); /* made UTF-8 (base/str.h) */
struct bound db_path(const char *path); /* every byte as it is: a file that SQL opens */
struct bound db_blob(const void *bytes, size_t size);

/* Several statements without values. */
int db_exec(struct sqlite3 *db, const char *sql, struct err *err);
int db_exec_named(struct sqlite3 *db, const char *file, const char *name, struct err *err);
/* One statement. */
int db_run(struct sqlite3 *db, const char *sql, const struct bound *values, size_t count,
           struct err *err);
/* One statement that returns a row; its first column (NULL is 0). No row is an error. */
int db_get_int(struct sqlite3 *db, const char *sql, const struct bound *values, size_t count,
               int64_t *ret_value, struct err *err);

/* ---- Asking ---- */

/* The values of a query, as an array and its size. */
#define DB_VALUES(...)                                                                             \
    (const struct bound[]){__VA_ARGS__},                                                           \
        sizeof((const struct bound[]){__VA_ARGS__}) / sizeof(struct bound)
#define DB_NO_VALUES NULL, 0

struct db_rows {
    struct sqlite3_stmt *statement; /* NULL where it could not be prepared */
    bool failed;
    bool absent;         /* it failed, since a file that it reads is not there */
    struct err err;      /* where failed */
    struct arena *shown; /* what row_text had to change in the row */
};

/* Asks; what goes wrong, then or at any row, ends the rows, and db_close reports it. Parameters of
 * a query may be fewer than the values. Each db_ask wants its db_close, when it likes. */
void db_ask(struct db_rows *ret_rows, struct sqlite3 *db, const char *sql,
            const struct bound *values, size_t count);
/*
 * The same of a query in a file that the program carries (EMBEDDED in the Makefile), under a line
 * "-- NAME", up to the next of these. Of harness/ask/story.sql:
 *
 *     DB_FILE(harness_ask_story);
 *     db_ask_named(&rows, db, DB_NAMED(harness_ask_story, "attempts"), DB_VALUES(db_text(key)));
 */
#define DB_FILE(stem) extern const char _binary_##stem##_sql_start[]
#define DB_NAMED(stem, name) _binary_##stem##_sql_start, name
void db_ask_named(struct db_rows *ret_rows, struct sqlite3 *db, const char *file, const char *name,
                  const struct bound *values, size_t count);
/* Appends its text. */
void db_add_named(struct str *ret_sql, const char *file, const char *name);
/* To the next row, or false after the last. */
bool db_next(struct db_rows *rows);
/* 0, or -1 where the rows ended with an error; err NULL: not asked for. */
int db_close(struct db_rows *rows, struct err *err);
/* Appends the first column of the first row as text; nothing where there is none or it is NULL. */
int db_get_text(struct sqlite3 *db, const char *sql, const struct bound *values, size_t count,
                struct str *ret_text, struct err *err);

/* Columns, from 0, of the row that rows stands on; what they point to lives until the next. */
struct db_value {
    enum { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT, VALUE_BLOB } type;
    int64_t integer; /* of a BLOB: its bytes */
    double real;
    const char *text; /* or a BLOB's bytes */
};
struct db_value row_value(const struct db_rows *rows, int column);
bool row_is_null(const struct db_rows *rows, int column);
int64_t row_int(const struct db_rows *rows, int column); /* 0 for NULL */
double row_real(const struct db_rows *rows, int column); /* NAN for NULL */
/*
 * Text, "" for NULL. row_text is for people, whoever made the database: on one line of what can be
 * shown (str_add_shown). row_raw is as it stands: to be looked up again, written as data, split.
 */
const char *row_text(const struct db_rows *rows, int column);
const char *row_raw(const struct db_rows *rows, int column);
int row_columns(const struct db_rows *rows);
const char *row_name(const struct db_rows *rows, int column);

/* The database's own file, as SQLite names it. */
const char *db_path_of(struct sqlite3 *db);

/* ---- Transactions ---- */

/* BEGIN IMMEDIATE: waits for the write lock here and not in the middle. */
int db_begin(struct sqlite3 *db, struct err *err);
/*
 * Commits, or rolls back where failed is not 0 (err then stays as it is). Returns 0 when committed:
 * `return db_finish(db, db_run(...) || db_run(...), err);`
 */
int db_finish(struct sqlite3 *db, int failed, struct err *err);

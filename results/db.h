/*
 * db: SQLite's calls with the house's manners: typed values, one line a statement, errors as text.
 *
 *     const struct bound values[] = {db_int(attempt), db_text("LEDGER_GAP"), db_real(NAN)};
 *     if (db_run(db, "INSERT INTO t VALUES (?, ?, ?)", values, 3, &err)) ...
 *
 * Errors hold SQLite's own message; the caller puts the file's path before it. Statements are
 * prepared for every call: some microseconds, against the milliseconds of what is recorded.
 */
#ifndef WINNOW_RESULTS_DB_H
#define WINNOW_RESULTS_DB_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct sqlite3;

/* What a code of SQLite's, extended or not, and the errno with it mean for those who may wait. */
enum err_cause db_cause(int code, int system_error);

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
/* One statement. */
int db_run(struct sqlite3 *db, const char *sql, const struct bound *values, size_t count,
           struct err *err);
/* One statement that returns a row; its first column (NULL is 0). No row is an error. */
int db_get_int(struct sqlite3 *db, const char *sql, const struct bound *values, size_t count,
               int64_t *ret_value, struct err *err);

/* BEGIN IMMEDIATE: waits for the write lock here and not in the middle. */
int db_begin(struct sqlite3 *db, struct err *err);
/*
 * Commits, or rolls back where failed is not 0 (err then stays as it is). Returns 0 when committed:
 * `return db_finish(db, db_run(...) || db_run(...), err);`
 */
int db_finish(struct sqlite3 *db, int failed, struct err *err);

#endif

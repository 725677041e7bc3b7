#include "results/question.h"

#include "base/time.h"

#include <sqlite3.h>

enum { PROGRESS_STEPS = 10000 }; /* of SQLite's machine, between two looks: under a millisecond */

/* "query:2:5: near \"FORM\": syntax error": SQLite tells the byte. */
static int syntax_error(sqlite3 *db, const char *sql, struct err *err)
{
    const int offset = sqlite3_error_offset(db);
    int line = 1, column = 1;
    err_set(err, "%s", sqlite3_errmsg(db));
    for (int i = 0; i < offset; i++) {
        column = sql[i] == '\n' ? 1 : column + 1;
        line += sql[i] == '\n';
    }
    return offset < 0 ? -1 : err_prefix(err, "query:%d:%d: ", line, column);
}

/* Whether anything but blanks and comments follows. */
static bool goes_on(sqlite3 *db, const char *rest)
{
    sqlite3_stmt *second = NULL;
    const bool more = sqlite3_prepare_v2(db, rest, -1, &second, NULL) != SQLITE_OK || second;
    sqlite3_finalize(second);
    return more;
}

int question_ask(sqlite3 *db, const char *sql, struct db_rows *ret_rows, struct err *err)
{
    sqlite3_stmt *statement;
    const char *rest, *wrong = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, &rest) != SQLITE_OK)
        return syntax_error(db, sql, err);
    if (!statement)
        wrong = "the query is empty";
    else if (goes_on(db, rest))
        wrong = "one statement at a time; for scripts there is sqlite3";
    else if (!sqlite3_stmt_readonly(statement))
        wrong = "this would change the database, and winnow sql only reads";
    else if (!sqlite3_column_count(statement))
        wrong = "this returns no rows; winnow sql expects a query";
    if (wrong) {
        sqlite3_finalize(statement);
        return err_set(err, "%s", wrong);
    }
    *ret_rows = (struct db_rows){.statement = statement};
    return 0;
}

int question_condition(sqlite3 *db, const char *select, const char *condition,
                       struct db_rows *ret_rows, struct err *err)
{
    struct str sql = {0};
    sqlite3_stmt *statement;
    const char *rest;
    str_addf(&sql, "%s WHERE (\n%s\n)", select, condition);
    int failed = 0;
    if (sqlite3_prepare_v2(db, str_text(&sql), -1, &statement, &rest) != SQLITE_OK) {
        failed = err_set(err, "%s", sqlite3_errmsg(db));
    } else if (*rest) {
        sqlite3_finalize(statement);
        failed = err_set(err, "one condition, not several statements");
    } else {
        *ret_rows = (struct db_rows){.statement = statement};
    }
    str_release(&sql);
    return failed;
}

sqlite3 *question_scratch(void)
{
    sqlite3 *db;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        DIE("out of memory: SQLite");
    /* A text in double quotes would be one only where no column has that name. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    return db;
}

void question_scratch_free(sqlite3 *db)
{
    sqlite3_close(db);
}

bool question_blames_file(sqlite3 *db)
{
    switch (sqlite3_errcode(db) & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOTADB:
        return true;
    default:
        return false;
    }
}

static int is_late(void *deadline)
{
    return time_now() >= *(const int64_t *)deadline;
}

void question_limit(sqlite3 *db, const int64_t *deadline)
{
    sqlite3_progress_handler(db, PROGRESS_STEPS, is_late, (void *)(uintptr_t)deadline);
}

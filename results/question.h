/*
 * question: a query that a user wrote: one statement, which reads, and has rows to give.
 *
 *     struct db_rows rows;
 *     if (question_ask(db, sql, &rows, &err) == 0) {
 *         while (db_next(&rows)) ...
 *         failed = db_close(&rows, &err);
 *     }
 *     if (failed) exit(question_blames_file(db) ? EXIT_DATABASE : EXIT_USAGE);
 */
#pragma once

#include "results/db.h"

/* -1: it is no such query; err gives the line and the column where SQLite knows them, and there are
 * no rows to close. */
int question_ask(struct sqlite3 *db, const char *sql, struct db_rows *ret_rows, struct err *err);
/*
 * The rows of `select` ("SELECT number FROM t") for which a condition that a user wrote is true; on
 * lines of its own, so that neither OR nor a comment reaches beyond it. -1: as above, without a
 * place.
 */
int question_condition(struct sqlite3 *db, const char *select, const char *condition,
                       struct db_rows *ret_rows, struct err *err);
/* Whether the last thing that failed is the database file's fault, and not the query's. */
bool question_blames_file(struct sqlite3 *db);
/* An empty database in memory, of which a condition can reach nothing but its own tables. */
struct sqlite3 *question_scratch(void);
void question_scratch_free(struct sqlite3 *db);
/* Whatever runs when time_now() passes *deadline ends with an error. Lives as long as db. */
void question_limit(struct sqlite3 *db, const int64_t *deadline);

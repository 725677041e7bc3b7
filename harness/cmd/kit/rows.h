/*
 * cmd_rows: asking a database row by row, for the commands that tell of one cell.
 */
#ifndef WINNOW_CMD_ROWS_H
#define WINNOW_CMD_ROWS_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

struct sqlite3;
struct sqlite3_stmt;

/*
 * A query whose parameters, all of them, are the same text, and whose rows a function takes; where
 * that fails, so does this.
 */
int cmd_each_row(struct sqlite3 *db, const char *sql, const char *parameter,
                 int (*take)(struct sqlite3 *db, struct sqlite3_stmt *row, void *context,
                             struct err *err),
                 void *context, struct err *err);
/* A column as text; "" for NULL. */
const char *cmd_column(struct sqlite3_stmt *row, int i);

/* "0.3 s", "45 s", "3 min 12 s", "2 h 05 min" */
void cmd_add_duration(struct str *ret_text, double seconds);
/* The last lines of a log, at most so many (0: all), indented and safe for a terminal. */
void cmd_add_log(struct str *ret_text, const char *log, size_t most);

#endif

/*
 * cmd_find: the cell that somebody means by the beginning of its key.
 */
#pragma once

#include "harness/cmd/kit/db.h"

/*
 * The one cell whose key begins with `cell`; its whole key is added to ret_key. -1: go on;
 * otherwise the exit code, and the reason was printed: not a key, none, or several (listed).
 */
int cmd_find_cell(const struct cmd_line *line, struct sqlite3 *db, const char *cell,
                  struct str *ret_key);

/* Opens the database (cmd_open_store), finds the cell and calls act; all of them give the exit
 * code. */
int cmd_with_cell(const struct cmd_line *line, const char *path, const char *cell,
                  int (*act)(struct sqlite3 *db, const char *key, const void *values),
                  const void *values);

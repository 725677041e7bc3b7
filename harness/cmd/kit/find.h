/*
 * cmd_find: the cell that somebody means by the beginning of its key.
 */
#pragma once

#include "harness/cmd/kit/db.h"

/* Opens the database (cmd_open_store), finds the one cell whose key begins with `cell` and calls
 * act; all of them give the exit code. */
int cmd_with_cell(const struct cmd_line *line, const char *path, const char *cell,
                  int (*act)(struct sqlite3 *db, const char *key, const void *values),
                  const void *values);

/*
 * cmd_db: what the commands share that read a database: which one, opening it, printing the answer.
 *
 *     struct store *store;
 *     const int done = cmd_open_store(&line, values.db, NULL, &store);
 *     if (done >= 0)
 *         return done;
 */
#pragma once

#include "base/str.h"
#include "harness/cmd/kit/cmd.h"
#include "results/store.h"

/* The text of --db in --help, the same for all of them. */
#define CMD_DB_HELP "the database; default: the newest of results/*.db"

/* Of a command whose only flag is --db. */
struct cmd_db_values {
    const char *db;
};
extern const struct cmd_flag cmd_db_flags[];

/*
 * Opens what cmd_choose_db() chooses, for reading; ret_path NULL: its path is not wanted. There are
 * the SQL functions of cell_functions.h. All that is read until store_close is one state of the
 * database, whatever a scheduler writes meanwhile. -1: go on. Otherwise the exit code, and the
 * reason was printed.
 */
int cmd_open_store(const struct cmd_line *line, const char *path, struct str *ret_path,
                   struct store **ret_store);

/* path, or the newest of results/, whose name then goes to stderr, into ret_path. -1: go on; else
 * the exit code. */
int cmd_choose_db(const struct cmd_line *line, const char *path, struct str *ret_path);

/* After the last output: EXIT_DONE, or the exit code where stdout did not take it (a full disk). */
int cmd_flush(const struct cmd_line *line);
/* Writes text to stdout, and that is the last of it. It is for people, as what cmd_say() says. */
int cmd_print(const struct cmd_line *line, const struct str *text);
/* The same of what programs read too: as it is, but to a terminal. */
int cmd_print_data(const struct cmd_line *line, const struct str *text);

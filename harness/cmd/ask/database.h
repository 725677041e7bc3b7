/*
 * cmd_database: the verbs of winnow db. Each takes its own words: argv[0] is the verb.
 */
#ifndef WINNOW_CMD_DATABASE_H
#define WINNOW_CMD_DATABASE_H

#include "base/str.h"

#include <stdint.h>

int cmd_database_backup(int argc, char **argv);
int cmd_database_check(int argc, char **argv);
int cmd_database_gc(int argc, char **argv);

/* "1 cell", "18 cells"; noun is the singular. */
void cmd_database_add_count(struct str *ret_text, int64_t count, const char *noun);

#endif

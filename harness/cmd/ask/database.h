/*
 * cmd_database: the verbs of winnow db. Each takes its own words: argv[0] is the verb.
 */
#pragma once

int cmd_database_backup(int argc, char **argv);
int cmd_database_check(int argc, char **argv);
int cmd_database_gc(int argc, char **argv);

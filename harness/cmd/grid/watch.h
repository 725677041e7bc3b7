/*
 * cmd_watch: winnow status --watch: a grid as it goes, from its database alone, in any terminal.
 *
 * On a terminal a picture that is redrawn; elsewhere a line for each change. It ends when no
 * scheduler is at work on the database any more, or with Ctrl-C. The database is opened for each
 * look and closed again, so that nothing is in the scheduler's way meanwhile.
 */
#pragma once

#include "harness/cmd/kit/cmd.h"

/* path NULL: the newest of results/, named on stderr. Seconds between looks. The exit code. */
int watch_database(const struct cmd_line *line, const char *path, double interval);

/*
 * cmd_log: the log of an attempt, for a terminal.
 */
#pragma once

#include "base/str.h"

#include <stddef.h>

/* The last lines of a log, at most so many (0: all), indented and safe for a terminal. */
void cmd_add_log(struct str *ret_text, const char *log, size_t most);

/*
 * cmd_man: manual pages, in roff, from the tables that commands are parsed by.
 *
 *     winnow help --man run | man -l -
 */
#pragma once

#include "harness/cmd/kit/cmd.h"

/* Of one command. Returns EXIT_DONE, as all of them. */
int cmd_print_man(const struct cmd_line *line);
/* Of several, which are called `word` ("VERB"); name: what they are several of; "": of winnow. */
int cmd_print_man_of_many(const char *name, const char *arguments, const char *word,
                          const struct cmd *items, size_t count);

/*
 * cmd_complete: what may stand where somebody presses TAB, from the tables that commands are parsed
 * by. The shells' scripts (winnow help --completion) hold no list; they ask `winnow complete`.
 *
 *     winnow complete plot --format ''      svg, pdf, ...: a line each
 *
 * What an argument is follows from its word in the usage line: CELL, FIGURE, MODEL, PRUNER, a list
 * a|b|c; NAME is one of the shelf that the argument before it names; A and B are pruners; FILE is
 * an experiment that comes with winnow, or one that is here. A flag's value is one of its choices,
 * or of the shelf that the flag is called after (--pruner). Of anything else there is nothing to
 * say, and the shell completes file names.
 */
#pragma once

#include "base/kind.h"
#include "harness/cmd/kit/cmd.h"

/* What an experiment may name, in the order of `winnow list`, and the experiments that come with
 * winnow, where they are; NULL at the end. In the arena. */
const struct shelf *const *cmd_shelves(struct arena *arena);
/* By its word or its plural; NULL where there is none. */
const struct shelf *cmd_shelf_find(const char *word, struct arena *arena);

/* words: what is typed after the command, the last one (maybe "") to be completed. */
int cmd_complete_words(const struct cmd_line *line, int count, char **words);
/* A line for each name of a list that begins with the word. */
void cmd_complete_name(const char *name, const char *word);

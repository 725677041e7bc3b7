/*
 * cmd_budget: what `winnow run` and `winnow plan` share of choosing cells and of the time they may
 * take.
 */
#pragma once

#include "harness/cmd/kit/cmd.h"

/* Of their flags. */
enum { CMD_LONGEST_BUDGET = 365 * 24 * 3600 }; /* seconds */
#define CMD_WHERE_HELP                                                                             \
    "only cells for which this is true: SQL over dataset, model, pruner, options, rate, seed, "    \
    "epochs, state, e.g. \"pruner = 'ucb' AND rate > 0.3\""
#define CMD_DEADLINE_HELP                                                                          \
    "start whole blocks (all pruners of one dataset, model and seed) as long as they end before "  \
    "this local time: 07:00, or '2026-11-23 07:00'"
#define CMD_BUDGET_HELP "the same with a duration: 90m, 8h"
#define CMD_NO_MEASURE_HELP                                                                        \
    "do not train a few batches to estimate times where there are no finished cells"

/* Seconds from now, the shorter of the two; 0 where neither is given. -1: go on; otherwise the exit
 * code, and the reason was printed. */
int cmd_choose_budget(const struct cmd_line *line, const char *deadline, double budget,
                      double *ret_seconds);

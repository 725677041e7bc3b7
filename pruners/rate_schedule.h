/*
 * rate_schedule: a rate that moves while a dynamic pruner trains, around the cell's own.
 *
 *     constant    the cell's rate in every epoch
 *     square      low, high, low, ... from one selection to the next
 *     linear      rises from the first to the last
 *
 * by swing * min(rate, 1 - rate) at most; a negative swing begins high, or falls. On average over
 * the epochs that prune it is the cell's rate, and what is kept in them adds up to as much as with
 * `constant`, to a few samples where a selection serves several epochs. Example: N = 100, rate .3,
 * swing .5, square: 85, 55, 85, 55 samples instead of 70.
 *
 * Source: the oscillation of PODS (arXiv 2605.14773) and the linear ratios of DivBS's program; both
 * leave the constants open. That a moving rate may help is a claim about any dynamic pruner: hence
 * all take it. It is obeyed by the harness's side, which sets the task's rate and keep for each
 * choose() and batch(), without code in the pruner.
 */
#pragma once

#include "pruners/pruner.h"

enum rate_schedule { RATE_CONSTANT, RATE_SQUARE, RATE_LINEAR };
extern const char *const rate_schedule_names[]; /* enum rate_schedule, NULL at the end */

/* For `int rate_schedule` and `double swing`; of dynamic pruners that do not ignore the rate. */
#define RATE_SCHEDULE(type)                                                                        \
    OPTION_ENUM(type, rate_schedule, "constant", rate_schedule_names,                              \
                "how the rate moves around the cell's; its mean stays", .added_later = true),      \
        OPTION_DOUBLE(type, swing, "0.5", -0.9, 0.9,                                               \
                      "by how much, of what is possible; negative: begins high",                   \
                      .added_later = true)

/* Sets run->task.rate and keep to what the schedule says for the epoch. */
void rate_schedule_apply(struct pruner_run *run, int epoch);

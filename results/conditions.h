/*
 * conditions: what makes a set of runs' seconds doubtful, in words, for whoever shows or compares
 * seconds.
 *
 *     struct str lines = {0};
 *     conditions_doubts(db, "fashion", &lines, &err);
 *
 * appends nothing, or lines like
 *
 *     3 of 24 runs have doubtful seconds: 2 had less than their threads, 1 throttled
 *     fashion-mnist, mlp: seconds of 2 conditions: 20 runs with AMD EPYC (Zen), 1 thread, bound, 1
 *     beside; 4 runs with AMD EPYC (Zen), 1 thread, bound, 0 beside
 *
 * of which the second is for each dataset and model whose runs were timed under different ones.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct sqlite3;

/* Of the good runs of an experiment. A line has no break in it. */
int conditions_doubts(struct sqlite3 *db, const char *experiment, struct str *ret_lines,
                      struct err *err);

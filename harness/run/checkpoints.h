/*
 * checkpoints: where the scheduler has the checkpoints of its cells: a file for each, which goes
 * with the cell's result (harness/keep/checkpoint.h has what is in it).
 */
#pragma once

#include "base/str.h"
#include "harness/run/options.h"

/* Whether a cell has a checkpoint to write when it is told to stop. */
bool checkpoints_kept(const struct run_options *options, const struct plan_cell *cell);
/* Appends the path of its file. */
void checkpoints_path(const struct run_options *options, const struct plan_cell *cell,
                      struct str *ret_path);
/* Those of the cells, and what a worker left that was killed as it put one in place. What cannot be
 * removed, the next start tries again. */
void checkpoints_remove(const struct run_options *options, const struct plan_cell *cells,
                        size_t count);
/* Those of the plan's cells that are done, which a scheduler left that was killed when it had
 * written the result. run_plan does so too. */
void checkpoints_clear(const struct run_options *options, const struct plan *plan);

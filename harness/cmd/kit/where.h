/*
 * cmd_where: which cells of a plan are meant: `--where "pruner = 'ucb' AND rate > 0.3"`.
 *
 * The condition is SQL, and SQLite reads it: the plan's cells are put into a table in memory, whose
 * columns have the names of v_run's:
 *
 *     dataset, model    labels: "synthetic(samples=400)", "mlp"
 *     dataset_name, model_name, pruner, options, rate, seed, epochs, state, cell
 *
 * state is 'new', 'done' or 'failed' (diverged ones too).
 */
#pragma once

#include "harness/plan/plan.h"

/*
 * Sets left_out of each cell for which the condition is not true; NULL: of none. The states of the
 * cells must be known. Error: it is no condition; nothing is set then.
 */
int cmd_apply_where(struct plan *plan, const char *condition, struct err *err);

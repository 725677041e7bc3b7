/*
 * snapshot: a state that is a copy of one pass, for pruners that look once and think in score() or
 * choose(). It is what a static pruner with the option `at` has by default, of all that it needs:
 *
 *     state_size:  return snapshot_size(task, NEEDS_LAST_GRADIENTS);
 *     observe:     snapshot_take(run->state, &run->task, NEEDS_LAST_GRADIENTS, pass);
 *     later:       struct pruner_pass validation;
 *                  const struct pruner_pass pass =
 *                      snapshot_pass(run->state, &run->task, NEEDS_LAST_GRADIENTS, &validation);
 *
 * The needs are those to be kept; all that struct pruner_pass has can be. A snapshot may be a part
 * of a larger state; its place must be aligned as a double.
 */
#pragma once

#include "pruners/math/errors.h"
#include "pruners/pruner.h"

/* Bytes; a multiple of a double's alignment. */
size_t snapshot_size(const struct pruner_task *task, unsigned needs);
/* Rows that were not seen are copied too. */
void snapshot_take(void *snapshot, const struct pruner_task *task, unsigned needs,
                   const struct pruner_pass *pass);
/* Lends what was taken; `seen` is NULL. A validation pass is lent in *ret_validation. */
struct pruner_pass snapshot_pass(const void *snapshot, const struct pruner_task *task,
                                 unsigned needs, struct pruner_pass *ret_validation);
/* The same arrays of any pass with NEEDS_LAST_GRADIENTS, for what knows no pruner. */
struct last_layer snapshot_last_layer(const struct pruner_pass *pass, int classes);

/*
 * explain: why a cell is in the state that it is in.
 *
 *     const char *why = explain_cell(explainer, &plan->cells[i], &arena);
 *
 * A cell that is to run although a finished one is like it (same dataset, model, pruner, rate and
 * seed by name) differs from it in some fields of its canonical JSON, which are named: "recipe.lr
 * 0.05, was 0.1". Of several such ones the nearest is meant, and only those count that the
 * experiment listed before and no longer lists: what stands beside it in the file is no reason.
 *
 * Where the JSON is the same and the key is not, the engine's version or the content of what is
 * read has changed. Earlier versions can be tried out; a content is not kept, only its hash inside
 * the key, so that it is what remains. Where both have changed, the data is named.
 */
#pragma once

#include "harness/plan/plan.h"
#include "results/history.h"

struct explainer;

/* Borrows both. */
struct explainer *explain_new(const struct plan *plan, const struct history *history);
void explain_free(struct explainer *explainer);

/* "" where there is nothing to say, as of a finished cell. In the arena. */
const char *explain_cell(const struct explainer *explainer, const struct plan_cell *cell,
                         struct arena *arena);
/* The i-th cell that the experiment listed before and no longer lists; NULL at the end. */
const struct history_cell *explain_stale(const struct explainer *explainer, size_t i);

/*
 * Appends the fields in which two JSON objects differ: "recipe.lr 0.05, was 0.1; seed 1, was 0".
 * Returns how many there are; ret_text may be NULL. What is no JSON object differs in nothing.
 */
size_t explain_difference(const char *json, const char *before, struct str *ret_text);

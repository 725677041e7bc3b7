/*
 * decider: which cells of a grid still are needed, where seeds are added until its questions are
 * decided, and how much a block of them promises (harness/decide).
 *
 *     struct decider *decider;
 *     if (decider_new(config, plan, store, &decider, &err)) ...
 *     options.decider = decider;                  the scheduler asks and tells it
 *     decider_report(decider, &text);
 *     decider_free(decider);
 *
 * A cell is needed that no question asks for beyond the first seeds, and else while one that asks
 * for it is open. Answers are calculated from the database whenever a pair of runs is complete, and
 * kept there. A cell that has failed completes its pair too: its seed is left out, and it stays
 * needed by whoever tries it again.
 */
#pragma once

#include "harness/decide/choose.h"
#include "harness/decide/decide.h"

struct decider;

/*
 * The plan has its states. NULL where the experiment asks nothing. What a store that is open for
 * reading knows is asked and not kept; store NULL: nothing is known. Borrows all of it.
 */
int decider_new(const struct config *config, const struct plan *plan, struct store *store,
                struct decider **ret_decider, struct err *err);
/* NULL is fine. */
void decider_free(struct decider *decider);

/* [plan->count] */
const bool *decider_needed(const struct decider *decider);
/* A result of the cell, good or bad, has come. Whether that is news to a question. */
bool decider_hears(struct decider *decider, size_t cell);
/* Answers all questions anew, into a database that is open for writing too. What is needed may be
 * other cells then. */
int decider_answer(struct decider *decider, struct err *err);
/* Of a block with these cells, all that is no matter of the queue: place, seed, first and decides,
 * and how many of them are needed. */
struct choose_block decider_block(const struct decider *decider, const size_t *cells, size_t count);
/*
 * Which cells make the next wave of a cluster, where nobody looks while jobs run: the first seeds,
 * and once they have all ended, of each dataset and model half of the seeds that its most hopeful
 * question is expected to take, one at least. ret_now: [plan->count]; by the plan's states.
 */
void decider_wave(const struct decider *decider, bool *ret_now);
/* Whether a question is: cells that are needed now may not be so later. */
bool decider_is_open(const struct decider *decider);
/* Cells of the plan that are to run whatever is decided. */
size_t decider_least(const struct decider *decider);
/* Appends a line for each question. */
void decider_report(const struct decider *decider, struct str *ret_text);

/*
 * budget: a time that is to be filled with whole blocks (queue.h): `--deadline 07:00`,
 * `--budget 8h`.
 *
 *     struct budget *budget = budget_new(plan, options);
 *     budget_fits(budget, cells, count, committed, committed_count)
 *
 * A block fits where its cells and all that was begun before, each given to the worker that is free
 * first, end within what is left. Their seconds are estimate.h's from the finished cells, those of
 * this run included as they end; where only other pruners tell, what was expected beforehand
 * (measured, say) counts before that. Of a block with a cell of which nothing is known at all, one
 * may be begun while nothing else is under way: its first cells tell of the rest.
 *
 * What is left is told by CLOCK_BOOTTIME: a clock that is set does not change it, and a night that
 * the machine slept through is over all the same.
 */
#pragma once

#include "harness/run/options.h"
#include "harness/run/queue.h"
#include "harness/run/tally.h"

#include <time.h>

struct budget;

/* Starts now; without options->budget it never ends, and tells seconds only. Borrows all of it. */
struct budget *budget_new(const struct plan *plan, const struct run_options *options);
/* NULL is fine. */
void budget_free(struct budget *budget);
/* Seconds; not positive once it is used up. */
double budget_left(const struct budget *budget);
/* Of a cell of the plan; negative: nothing is known. */
double budget_seconds(const struct budget *budget, size_t cell);
/* A cell has ended well. */
void budget_learn(struct budget *budget, size_t cell, const struct record_end *end);
/* Whether cells [count] can be begun; committed: seconds of what was begun before and goes first,
 * of which nothing is known where negative. */
bool budget_fits(const struct budget *budget, const size_t *cells, size_t count,
                 const double *committed, size_t committed_count);

/* Whether cells of a block can be begun: beside what is in flight go those of open blocks that
 * wait. */
bool budget_opens(const struct budget *budget, const struct queue *queue, const size_t *cells,
                  size_t cell_count, const double *flight, size_t flight_count);
/* Appends a line for each block with a cell of which no result has come: not started, or
 * incomplete, and how long the rest takes where that is known; of many, the first ones. needed:
 * [plan->count] the cells that count; NULL: all. */
void budget_name_rest(const struct budget *budget, const struct queue *queue,
                      const struct tally *tally, const bool *needed, struct str *ret_text);

/*
 * Seconds from now until "07:00", today or, where that has passed, tomorrow, or until
 * "2026-11-23 07:00"; local time. The error says what is wrong with text.
 */
int budget_until(const char *text, time_t now, double *ret_seconds, struct err *err);

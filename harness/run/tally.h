/*
 * tally: what became of each cell of a run, and whether it is to run again. Pure: it is told how
 * attempts ended.
 *
 *     if (tally_end(tally, i, &attempt))
 *         ... again, after everything else ...
 *
 * Again comes a cell whose attempt failed without a word of its own (it crashed, was killed, or
 * went over a limit), as often as its limits allow; a cell that says itself why it cannot run
 * (CAUSE_REFUSED) would say so again. And with strict timing one that is done and whose seconds are
 * doubtful, twice at most. Diverged and lost attempts do not come again.
 *
 * A cell counts as done as soon as one attempt was, whatever a later one brings; as failed while
 * its last attempt has failed or diverged and none was done.
 */
#pragma once

#include "results/record/record.h"

#include <stdbool.h>

enum { TALLY_MOST_DOUBTS = 2 };

struct tally;

struct tally_attempt {
    enum attempt_state state;
    enum attempt_cause cause;
    bool doubtful; /* its seconds are */
    int retries;   /* that its limits allow */
    bool strict;   /* doubtful seconds are a reason to run it again */
};

struct tally_counts {
    size_t done, failed;
    size_t doubtful; /* of those done: no attempt had good seconds */
};

struct tally *tally_new(size_t cells);
/* NULL is fine. */
void tally_free(struct tally *tally);
/* Whether the cell is to run again. */
bool tally_end(struct tally *tally, size_t cell, const struct tally_attempt *attempt);
struct tally_counts tally_count(const struct tally *tally);
/* Whether a result of the cell, good or bad, has come. */
bool tally_knows(const struct tally *tally, size_t cell);
/* Cells that failed or diverged and are not to run again. */
size_t tally_failures(const struct tally *tally);

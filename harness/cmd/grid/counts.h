/*
 * counts: how many cells of an experiment are what, in words, which are the same in all commands.
 *
 *     counts_add(&text, &counts, at_work);        "20 of 24 done, 1 running, 3 to run at most"
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>

struct counts {
    size_t cells, done, failed, running, to_run;
    size_t not_needed; /* to run, had not all questions that ask for them been answered */
    bool open;         /* more may turn out not to be needed: a question is open */
};

/* "to run", or "to run at most". */
const char *counts_to_run(bool open);
extern const char counts_not_needed[];
/* What there is none of is not named. at_work: somebody runs what is running. */
void counts_add(struct str *ret_text, const struct counts *counts, bool at_work);

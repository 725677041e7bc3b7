/*
 * paper_claims: what was measured of a claim, and whether it held.
 *
 * A claim's query has these columns:
 *
 *     place     dataset and network: where
 *     arm       what is tried there
 *     measure   what is measured of it, in words
 *     unit      points, share, correlation; or x: a ratio, whose mean is the geometric one
 *     beyond    > or <: on which side of the bound the claim has it; NULL: shown, and not judged
 *     bound
 *     seed, value
 *     doubtful  1: from seconds that are not to be trusted (timing_valid of v_run)
 *     same      1: a difference of two runs that ended with the same network, to the last bit (as
 *               v_same_bits tells it)
 *
 * The values of one place, arm and measure are a line: their mean with a 95 % interval (Student's
 * t; of the logarithms where the unit is x; of correlations and shares no further than these go;
 * of points with a spread of one sample of the test set at least, stats.h). A line holds where its
 * whole interval is beyond the bound, it is against the claim where the whole interval is on the
 * other side, and undecided otherwise, so always of one seed and of values that are all the same
 * (stats.h). Where the experiment added seeds until its questions were answered (`decide:`), a line
 * is judged by the interval that holds at any time (base/anytime.h), and the usual one stands
 * beside it. Of the claim, with k lines that are judged:
 *
 *     held        ALL: every line holds. ANY: in every place an arm of which every line holds, with
 *                 intervals of 1 - 0.05/k (Bonferroni), since the best of several is looked for
 *     not held    ALL: some line is against it. ANY: in some place every arm has a line that is.
 *                 Again with intervals of 1 - 0.05/k: of many lines one is against it by chance
 *     undecided   else; and where all held, but a run of a pruner that is compared diverged: the
 *                 means are those of the runs that did not
 *     not measured
 */
#pragma once

#include "base/mem.h"
#include "base/stats.h"
#include "harness/paper/paper.h"

#include <stdbool.h>
#include <stdint.h>

enum paper_verdict {
    CLAIM_NOT_MEASURED,
    CLAIM_UNDECIDED,
    CLAIM_HELD,
    CLAIM_NOT_HELD,
    CLAIM_SHOWN, /* of a line without a bound */
};
extern const char *const paper_verdict_names[]; /* by the enum */

struct paper_line {
    const char *place, *arm, *measure, *unit;
    char beyond; /* '>', '<', 0: not judged */
    double bound;
    size_t n, doubtful, same;
    double mean;                    /* in the unit */
    struct stats_interval interval; /* 95 %, likewise; NAN without a spread */
    struct stats_interval fixed;    /* where seeds were added: the usual one, likewise */
    bool added;                     /* seeds were */
    bool equal;                     /* n > 1, and the values are all the same */
    enum paper_verdict verdict;     /* by that interval */
    enum paper_verdict strict;      /* by that of 1 - 0.05/k */
};

struct paper_finding {
    const struct paper_claim *claim;
    const char *experiment;
    int64_t cells, done, diverged; /* of the experiment */
    size_t at_least, at_most;      /* seeds, where they were added one after the other; 0: fixed */
    double step;                   /* of its accuracies, the coarsest; 0: not known (stats.h) */
    int64_t diverged_here;         /* of those that diverged: of pruners that it compares */
    struct paper_line *lines;
    size_t count, judged;
    size_t values, doubtful; /* of the judged lines; and from seconds not to be trusted */
    enum paper_verdict verdict;
    const char *why; /* where it is not measured, or undecided for a run that diverged; or NULL */
};

/* Everything lives in the arena. */
int paper_find(struct sqlite3 *db, const struct paper_claim *claim, const char *experiment,
               struct arena *arena, struct paper_finding *ret_finding, struct err *err);

/* The judged line that tells most: against the claim before undecided before held, and of these the
 * one whose mean is nearest to the bound or furthest on the wrong side. NULL: none. */
const struct paper_line *paper_weakest(const struct paper_finding *finding);
/* What a verdict must not be read without: "75 of 150 cells, 3 of 6 values with doubtful seconds".
 * Nothing where all ran and no clock was disturbed. */
void paper_add_reserve(const struct paper_finding *finding, struct str *ret_text);
/* "-1.20 points [-2.01, -0.39], n = 3" */
void paper_add_value(const struct paper_line *line, struct str *ret_text);

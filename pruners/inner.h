/*
 * inner: a pruner that builds on another one's score (ccs, d2): `score` names it, `score_options`
 * are its options.
 *
 *     pruner: {name: ccs, score: el2n, score_options: "runs=3 at=5"}
 *
 * The inner pruner is any static one that scores, reads no file and has no inner one itself. Its
 * state is part of the outer pruner's; it sees the passes that it would see alone. Its scores are
 * taken as they are: what it would keep first is the highest. It never selects, so that its
 * `balance` means nothing.
 *
 * score_options are name=value, separated by blanks; there is no way to write a blank inside a
 * value.
 *
 *     struct ccs_options {
 *         struct inner_options inner; the first member
 *         ...
 *     static const struct option table[] = { INNER_SCORE("aum"), ... };
 *
 *     .check = inner_check, .more_needs = inner_needs, .note = inner_note, and, where the inner
 *     pruner's state and proxies are all that there is, the other slots below likewise.
 *
 * An outer pruner with a state of its own calls them with a run whose `state` is the inner part of
 * it, which begins at a multiple of a double's size.
 */
#pragma once

#include "pruners/pruner.h"

/* Names that `score` may have; NULL at the end. */
const char *inner_name_at(size_t i);

/* MUST be the first member of an options struct whose table has INNER_SCORE. */
struct inner_options {
    int score;                 /* of inner_name_at() */
    const char *score_options; /* NULL: defaults */
    /* Of a score that has the option `margin`, enum aum_margin, where the outer table has
       INNER_MARGIN; else 0: that option's default. */
    int margin;
};

#define INNER_SCORE(fallback)                                                                      \
    OPTION_NAME(struct inner_options, score, fallback, inner_name_at, "whose scores to build on"), \
        OPTION_STRING(struct inner_options, score_options, "its options, as in \"runs=3 at=5\"")

extern const char *const aum_margin_names[]; /* enum aum_margin, NULL at the end */

#define INNER_MARGIN(fallback)                                                                     \
    OPTION_ENUM(struct inner_options, margin, fallback, aum_margin_names,                          \
                "of score aum: margins of what")

int inner_check(const void *options, const struct pruner_task *task, struct err *err);
unsigned inner_needs(const void *options);
/* enum pruner_flags of the inner pruner. */
unsigned inner_flags(const void *options);
size_t inner_state_size(const void *options, const struct pruner_task *task);
struct pruner_watch inner_watch(const struct pruner_run *outer);
void inner_note(const struct pruner_run *outer, struct str *ret_note);
void inner_init(struct pruner_run *outer, struct rng *rng);
/* Likewise, and a pass after the last epoch for the outer one: inner_is_last_look(), of the first
 * run. */
struct pruner_watch inner_watch_and_look(const struct pruner_run *outer);
bool inner_is_last_look(const struct pruner_run *outer, const struct pruner_pass *pass);
/* Ignores passes that the inner pruner did not ask for, so that the outer one may ask for more. */
void inner_observe(struct pruner_run *outer, const struct pruner_pass *pass);
void inner_score(struct pruner_run *outer, struct rng *rng, float *ret_scores);

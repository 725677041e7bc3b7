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
 *     static const struct option table[] = { INNER_SCORE(struct ccs_options, "aum"), ... };
 *     .check:      inner_check(o->score, o->score_options, task, err)
 *     .more_needs: inner_needs(o->score, o->score_options)
 *     .watch:      inner_watch(o->score, o->score_options, run)
 *     .note:       inner_note(o->score, o->score_options, run, ret_note)
 *     .state_size: own part (a multiple of a double's size) + inner_state_size(...)
 *     .observe:    inner_observe(o->score, o->score_options, run, state, pass)
 *     .score:      inner_score(o->score, o->score_options, run, state, rng, ret_scores)
 */
#ifndef WINNOW_PRUNERS_INNER_H
#define WINNOW_PRUNERS_INNER_H

#include "pruners/pruner.h"

/* Names that `score` may have; NULL at the end. */
const char *inner_name_at(size_t i);

#define INNER_SCORE(type, fallback)                                                                \
    OPTION_NAME(type, score, fallback, inner_name_at, "whose scores to build on"),                 \
        OPTION_STRING(type, score_options, "its options, as in \"runs=3 at=5\"")

/* score is the option's value, text that of score_options (NULL: defaults). */
int inner_check(int score, const char *text, const struct pruner_task *task, struct err *err);
unsigned inner_needs(int score, const char *text);
size_t inner_state_size(int score, const char *text, const struct pruner_task *task);
struct pruner_watch inner_watch(int score, const char *text, const struct pruner_run *outer);
void inner_note(int score, const char *text, const struct pruner_run *outer, struct str *ret_note);
void inner_init(int score, const char *text, const struct pruner_run *outer, void *state,
                struct rng *rng);
/* Ignores passes that the inner pruner did not ask for, so that the outer one may ask for more. */
void inner_observe(int score, const char *text, const struct pruner_run *outer, void *state,
                   const struct pruner_pass *pass);
void inner_score(int score, const char *text, const struct pruner_run *outer, void *state,
                 struct rng *rng, float *ret_scores);

#endif

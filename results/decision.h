/*
 * decision: the questions of an experiment, and their answers, as rows.
 *
 *     struct store_questions questions;
 *     if (store_questions(db, "night", &arena, &questions, &err)) ...
 *     ... answers[questions.count] by harness/decide ...
 *     store_decide(store, "night", answers, questions.count, &err);
 *
 * Questions are what the file says (store_experiment writes them), answers are a function of the
 * runs that are there, calculated again whenever some come in.
 */
#pragma once

#include "base/mem.h"
#include "results/store.h"

/* Labels as in struct store_cell. */
struct store_question {
    const char *text; /* for people */
    const char *claim;
    double margin; /* points */
    size_t at_least, at_most;
    const char *dataset, *model, *arm, *arm_options, *reference, *reference_options;
    double arm_rate, reference_rate;
};

/* After each pair; NAN: not known. */
struct store_look {
    int64_t seed, arm_attempt, reference_attempt;
    double difference, mean, low, high, fixed_low, fixed_high;
};

struct store_decision {
    const char *state;
    size_t left_out, decided, needed; /* decided, needed: 0: none */
    double bound, p, p_holm, chance, expected;
    const struct store_look *looks; /* [seeds] the last one is what is known now */
    size_t seeds;
};

struct store_questions {
    struct store_question *items; /* by position */
    size_t count;
};

/* Of an experiment, in the arena; none where it asks nothing, or is not there. */
int store_questions(struct sqlite3 *db, const char *experiment, struct arena *arena,
                    struct store_questions *ret_questions, struct err *err);
/* Between how many seeds an experiment's questions are answered; 0: it asks nothing, and its seeds
 * are fixed. */
int store_seed_limits(struct sqlite3 *db, const char *experiment, size_t *ret_least,
                      size_t *ret_most, struct err *err);
/* decisions: of all its questions, by position; they replace those that are there. */
int store_decide(struct store *store, const char *experiment,
                 const struct store_decision *decisions, size_t count, struct err *err);

/* What store_experiment does of them, in its transaction. Their answers go. */
int store_put_questions(struct store *store, int64_t experiment,
                        const struct store_question *questions, size_t count, struct err *err);

/*
 * bench_pruners: what the pruners themselves cost, in seconds and in memory, without a network.
 *
 * A made-up training plays the harness for one pruner: it lends the arrays that the pruner needs,
 * calls it as a cell would, and takes the time of each call, the harness's own checks included. A
 * round is all of it: every pass that a static pruner watches, its scores and its selection; every
 * checkpoint of a dynamic one.
 *
 *     struct bench_pruner_setting setting = {.pruner = pruner, .n = 50000, .feature_count = 512,
 *                                            .classes = 10, .rate = 0.3, .epochs = 20, ...};
 *     if (bench_pruner_measure(&setting, &result, &refused, &err)) ...
 *
 * What is lent is described in harness/bench/made_up.h.
 *
 * Peak memory is the process's, so that a process must measure one pruner and one size only:
 * bench_pruner_ask starts another one to do it.
 */
#pragma once

#include "base/mem.h"
#include "pruners/pruner.h"

#include <jansson.h>

struct bench_pruner_setting {
    const struct pruner *pruner;
    const void *options;
    size_t n, feature_count;
    int classes, epochs, rounds, threads;
    double rate;
};

/* Medians over the rounds. */
struct bench_pruner_result {
    int rounds;       /* that were measured: none begins after 20 s */
    int passes;       /* observed in a round */
    double observe_s; /* of one of them, the mean of a round's */
    double score_s;   /* 0 where it does not score */
    double select_s;  /* of one selection, the mean of a round's */
    double drop_s;    /* batch() in an epoch; 0 where it has none */
    double round_s;   /* all of that as often as a round has it: what is the pruner's own */
    size_t made_up_bytes, state_bytes; /* arrays that are lent, and those they are made from */
    int64_t peak_bytes;                /* of the process; made_up and state are in it */
    struct pruner_solution solutions[PRUNER_MAX_SOLUTIONS]; /* of the last selection */
    int solution_count;
};

/* "ucb", or with options as bench_model_parse has them: "ucb:c=2,period=3". */
int bench_pruner_parse(const char *text, struct arena *arena,
                       struct bench_pruner_setting *ret_setting, const char **ret_label,
                       struct err *err);

/*
 * Measures in this process. An error with *ret_refused = true where the pruner does not take such a
 * task; with false where it made a mistake.
 */
int bench_pruner_measure(const struct bench_pruner_setting *setting,
                         struct bench_pruner_result *ret_result, bool *ret_refused,
                         struct err *err);

/*
 * Runs this program with another command line (ending in NULL) and reads the JSON object that it
 * prints (the caller decrefs). An error where it ended otherwise, with how.
 */
int bench_pruner_ask(const char *const *argv, json_t **ret_answer, struct err *err);

/* The exponent by which seconds grow from n samples to many: 1 linear, 2 quadratic. */
double bench_pruner_growth(size_t n, double seconds, size_t many, double many_seconds);

/*
 * compare: two ways to train, paired over seeds: what the second loses in accuracy and gains in
 * time, with intervals, exact p values and a verdict.
 *
 *     struct compare_runs runs;
 *     if (compare_read(db, &filter, &runs, &err)) ...
 *     struct compare_arm arms[2];
 *     if (compare_arm_parse("full", &arena, &arms[0], &err) || compare_arm_find(...)) ...
 *     struct compare_list list;
 *     if (compare_arms(&runs, arms, 2, &settings, &list, &err)) ...
 *     compare_list_release(&list); compare_runs_release(&runs);
 *
 * The first arm is the reference; each of the others is compared with it wherever one experiment
 * trained both: one comparison for each experiment, dataset, model and rate. An arm that has no
 * rate there, like `full`, is compared with the other's every rate. A seed counts where both arms
 * have a good run of it; where only one has, it is counted as unpaired.
 *
 * accuracy   mean of later - reference, in points (hundredths); or another metric, in its unit
 * time       geometric mean of reference's / later's charged seconds: above 1, the later is faster
 * work       the same of floating-point operations, which no other program and no CPU changes
 *
 * All get an interval of 95 % (Student's t, or BCa bootstrap; of the logarithm, for the time) and
 * the p values of stats.h. Holm's correction is over the comparisons of a list, the accuracies and
 * the times each by themselves. A spread of the points below one sample of the test set counts as
 * one sample, and where the differences are the same with every seed there is no interval (stats.h
 * says why), and the verdict is undecided. Where the two even ended with the same network, seed by
 * seed, by both of its mean losses to the last bit, they are not two arms.
 *
 * Where seeds were added until the answers sufficed, all of this is too sure of itself: then
 * settings.anytime_most adds the intervals and p values of base/anytime.h, which allow for it, and
 * the verdicts are theirs.
 */
#pragma once

#include "base/anytime.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/stats.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;

/* ---- Runs -------------------------------------------------------------------------------------*/

/* What is compared of two runs: one of metrics.def. */
struct compare_metric {
    const char *column; /* of v_run */
    const char *epoch;  /* of v_epoch; NULL: it is known for complete runs only */
    const char *unit;   /* of differences: "points" */
    double scale;       /* so many of them are 1: 100 */
    int digits;         /* that are worth showing */
    bool less_is_better;
    bool of_test_set; /* an accuracy on it: one sample is its least step */
    bool best_epoch;  /* not of the last epoch */
    const char *note; /* what whoever reads it must know; NULL: nothing */
};
extern const struct compare_metric compare_metrics[]; /* the first is the accuracy */
extern const char *const compare_metric_names[];      /* likewise, NULL ends */

struct compare_filter {
    const char *experiment, *where; /* name; SQL over the columns of v_run; NULL: any */
    const char *dataset, *model;    /* a label, or its name without options; NULL: any */
    double rate;                    /* NAN: any; runs at rate 0 stay */
    const struct compare_metric *metric;
};

/* What a run computed, scoring included: samples through the network, forward and back, and
 * floating-point operations. NAN: not known. */
struct compare_work {
    double forward, backward, flops;
};

/* A cell of an experiment. */
struct compare_run {
    const char *experiment, *dataset, *model, *pruner, *options, *state;
    double rate;
    int64_t seed, attempt;    /* attempt 0: no good one */
    double metric, charged_s; /* NAN: not measured */
    bool gave_up;             /* an attempt failed or diverged, and none was good */
    double losses[2];         /* of its last network, test and training set; NAN: not known */
    double test_n;            /* samples of the test set; NAN: not known */
    struct compare_work work;
    /* What its seconds were measured under. */
    int64_t environment, beside, threads; /* beside -1: not known */
    bool timing_valid;
};

struct compare_runs {
    struct compare_run *items; /* in the order of the experiments' files */
    size_t count;
    struct arena arena;
};

/* Every run that the filter lets through; none is an error that says what there is. ret_usage:
 * whether an error is the user's (a name, the SQL of `where`) and not the database's. */
int compare_read(struct sqlite3 *db, const struct compare_filter *filter,
                 struct compare_runs *ret_runs, bool *ret_usage, struct err *err);
void compare_runs_release(struct compare_runs *runs);

/*
 * The metric of an attempt as it stood after so many charged seconds: at the last evaluated epoch
 * that was complete by then. NAN: there was none. Not where the metric has no column of an epoch.
 */
int compare_metric_at(struct sqlite3 *db, int64_t attempt, double charged_s,
                      const struct compare_metric *metric, double *ret_value, struct err *err);

/* ---- Arms -------------------------------------------------------------------------------------*/

/* "ucb(c=2 period=5)@0.5" */
struct compare_arm {
    const char *pruner, *options; /* after compare_arm_find as the runs have them */
    bool has_options;             /* given with "(...)", which may be empty: all defaults */
    double rate;                  /* NAN: any */
    const char *label;            /* set by compare_arm_find: "ucb(c=2 period=5)" */
};

/* PRUNER[(OPTIONS)][@RATE]; options are separated by spaces or commas. */
int compare_arm_parse(const char *text, struct arena *arena, struct compare_arm *ret_arm,
                      struct err *err);
/*
 * Completes the options: those given exactly, or else the only set that has all that are given.
 * Errors list what there is: no such pruner, options or rate; several sets of options.
 */
int compare_arm_find(const struct compare_runs *runs, struct compare_arm *arm, struct arena *arena,
                     struct err *err);

/* ---- Pairs ------------------------------------------------------------------------------------*/

/* What two arms measured, seed by seed, in the order of the experiment's file. */
struct compare_pairs {
    const struct compare_run *(*runs)[2]; /* [n] of the reference and of the arm */
    double *points;                       /* [n] differences */
    double *work_logs;                    /* [n] of operations; NULL: they cannot be divided */
    /* Those whose seconds are evidence: not doubtful, and of one environment. */
    const struct compare_run *(*timed)[2]; /* [timed_n] */
    double *logs;                          /* [timed_n]; NULL: the seconds cannot be divided */
    double reference_sum, arm_sum;
    struct compare_work reference_work, arm_work; /* sums */
    double step; /* of the points, the coarsest; 0: not known, or not of the test set */
    size_t n, timed_n;
    size_t unpaired; /* seeds that one has and the other lacks, or both tried in vain */
    size_t diverged; /* of those, where the arm diverged */
    size_t same;     /* of n: both ended with the same network, bit for bit */
};

/*
 * Of two arms of an experiment, at one rate each, at one dataset and model (labels), for who adds
 * seeds one after the other: only the seeds before the first that still is to run count, so that
 * which of several came first does not matter. A seed that failed is left out (unpaired).
 */
int compare_pair_in_order(const struct compare_runs *runs, const char *dataset, const char *model,
                          const struct compare_arm *reference, const struct compare_arm *arm,
                          struct arena *arena, struct compare_pairs *ret_pairs, struct err *err);

/* ---- Comparisons ------------------------------------------------------------------------------*/

enum compare_interval { INTERVAL_AUTO, INTERVAL_T, INTERVAL_BCA };
extern const char *const compare_interval_names[]; /* "auto", "t", "bca", NULL */
enum compare_test { TEST_PERMUTATION, TEST_WILCOXON };
extern const char *const compare_test_names[];

enum {
    COMPARE_BCA_FROM = 30, /* seeds, from which on INTERVAL_AUTO takes BCa: see stats.h */
};

/* --at-time: the metric at the end of the run, ... */
static const double COMPARE_AT_END = -1;
/* ... or when the first of the two was done; else after so many charged seconds. */
static const double COMPARE_AT_FIRST_END = 0;

struct compare_settings {
    struct sqlite3 *db; /* for compare_metric_at */
    const struct compare_metric *metric;
    enum compare_interval interval;
    enum compare_test test;
    double at_s;
    double margin; /* of noninferiority, in the metric's unit; NAN: no verdict */
    /* Seeds were added one after the other, up to so many, until the answers sufficed: verdicts
     * are by anytime.h's answers. 0: their number was fixed beforehand. */
    size_t anytime_most;
    size_t anytime_least; /* the first look */
};

/* Of n paired values: differences in the metric's unit, or logarithms of ratios. */
struct compare_estimate {
    double mean, sd;               /* sd NAN for n < 2 */
    double least_sd;               /* that t goes by where sd is less (stats.h); 0: none */
    struct stats_interval t, bca;  /* NAN without a spread */
    struct stats_interval shown;   /* one of them */
    double sign_flip, wilcoxon, p; /* p: one of the two; NAN for n < 2 */
    double p_holm;
    /* Where settings.anytime_most: of points, whether the mean is above -margin, or 0 where there
     * is none; of the logarithms, above 0. */
    struct anytime_answer anytime;
};

enum compare_verdict { VERDICT_NONE, VERDICT_NONINFERIOR, VERDICT_INFERIOR, VERDICT_UNDECIDED };
extern const char *const compare_verdict_names[]; /* "", "noninferior", ... by the enum */

struct compare_result {
    const char *experiment, *dataset, *model;
    const char *reference, *arm; /* labels */
    double reference_rate, arm_rate;
    size_t n;        /* seeds that both have */
    size_t timed_n;  /* of those, with seconds that are evidence for time */
    size_t unpaired; /* seeds that one has and the other lacks, or both tried in vain */
    size_t diverged; /* of those, where the arm diverged */
    double reference_mean, arm_mean; /* of the metric, scaled: percent */
    enum compare_interval interval;  /* INTERVAL_T or INTERVAL_BCA */
    struct compare_estimate accuracy, time, work;
    struct compare_work reference_work, arm_work; /* means */
    size_t anytime_most;                          /* the settings' */
    enum compare_verdict verdict;
    size_t needed;      /* more seeds to decide, if mean and spread stay; 0: not to be had */
    const char *doubts; /* why the seconds of timed_n are not comparable; NULL: nothing is known */
    const char *points_doubts; /* why n > 1 differences in points have no interval; NULL: they do */
    int64_t *attempts;         /* [n][2]: of the reference and of the arm */
    const double *points, *logs; /* [n], [timed_n]; logs NULL: the seconds cannot be divided */
    bool same;                   /* both ended with the same network, with every seed */
};

struct compare_list {
    struct compare_result *items;
    size_t count;
    struct arena arena;
};

/* arms[0] with each of the others, all found in runs. A pair of arms that no experiment has
 * together is an error; so is a seed that an arm has twice, and more seeds than anytime_most. */
int compare_arms(const struct compare_runs *runs, const struct compare_arm *arms, size_t arm_count,
                 const struct compare_settings *settings, struct compare_list *ret_list,
                 struct err *err);
void compare_list_release(struct compare_list *list);

/* "loses no more than 0.5 points, and is 1.80x faster [1.60, 2.10]" */
void compare_add_verdict(const struct compare_result *result, const struct compare_metric *metric,
                         double margin, struct str *ret_text);

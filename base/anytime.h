/*
 * anytime: questions about the mean of a small sample, asked anew after every value, and answered
 * such that looking often does not make wrong answers likely.
 *
 *     const double d[] = {0.31, 0.12, 0.25, 0.22, 0.18};          arm - reference, in points
 *     const struct anytime_question question = {.values = d, .n = 5, .bound = -0.5};
 *     struct anytime_answer answer;
 *     anytime_answer(&question, 1, 3, 20, &answer);               answer.state: ANYTIME_HOLDS
 *
 * Who adds seeds, up to 20, until an interval of 95 % leaves a bound out is wrong in 23 % of all
 * cases where the mean is at the bound, and not in 5 %. So here an answer's level holds for all
 * looks together: whenever one stops, the chance of a wrong answer, and of an interval that misses
 * the mean, is at most STATS_ALPHA, of normal values. docs/statistics.md says what that costs, and
 * what happens to it with values that are not normal; bench/anytime counts both.
 *
 * Evidence. t of n values and the bound is turned into a likelihood ratio: how much likelier it is
 * if the true effect (mean - bound, in standard deviations) is drawn from a mixture of normal
 * distributions around 0, than if it is 0, and the true standard deviation unknown (Lai 1976; Wang
 * and Ramdas 2024). Where that ratio comes to a threshold, the question is decided, by the sign of
 * t. At the last look, after at_most values, half of it is enough: nothing is left to wait for.
 *
 * Threshold. A ratio of 1 / STATS_ALPHA would be safe for ever (Ville's inequality), but looks end
 * at at_most values, so less is enough: the threshold at which the chance of any wrong answer is
 * alpha. It is computed, not simulated: without an effect, w = sum / sqrt(sum of squares) is a
 * Markov chain,
 *
 *     w' = w cos(phi) + sin(phi),    phi of density proportional to cos(phi)^(n - 1),
 *
 * and backward integration over its states gives the chance of ever reaching the threshold
 * (Jennison and Turnbull 1991, in another form). The same with the evidence as a weight gives what
 * is to be expected of further values.
 *
 * Several questions. An answer's p is the least alpha at which it would have been decided by now;
 * Holm's correction over all questions of an experiment makes 5 % the chance that any of the
 * answers is wrong.
 *
 * Limits. Values that come in steps (stats.h) have a least standard deviation, and without a spread
 * there is no evidence at all. Looks are after each value from at_least to at_most, or fewer of
 * them; at_most must not be raised because of what was seen. Values are finite.
 */
#pragma once

#include "base/stats.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    ANYTIME_LEAST = 2,  /* values, for a spread */
    ANYTIME_MOST = 200, /* values that a question may have */
    ANYTIME_USUAL_LEAST = 3,
    ANYTIME_USUAL_MOST = 20,
};
/* Of a level only this share is used: integration has errors, of some thousandths, and values are
 * never quite normal. */
static const double ANYTIME_USED = 0.98;
/* Less of a chance to be decided is called none. */
static const double ANYTIME_HOPELESS = 0.02;

/* ---- A plan of looks --------------------------------------------------------------------------*/

/*
 * What is decided when, at one level: after n values, from at_least on, where |t| >= decides[n],
 * and given up where |t| <= futile[n]. INFINITY, and -1: not after so many. Giving up is not
 * needed for the level, and may be ignored.
 */
struct anytime_plan {
    size_t at_least, at_most;
    double alpha;     /* of both sides together */
    double threshold; /* of the evidence; at the last look half of it */
    double decides[ANYTIME_MOST + 1], futile[ANYTIME_MOST + 1];
    struct anytime_outlook *outlook; /* what to expect, by n and t */
};

/* ANYTIME_LEAST <= at_least <= at_most <= ANYTIME_MOST; 1e-6 <= alpha <= 0.2. 40 ms for 20 values,
 * 400 ms for 200. */
void anytime_plan(size_t at_least, size_t at_most, double alpha, struct anytime_plan *ret_plan);
void anytime_plan_release(struct anytime_plan *plan);

/* After n values with this t, not decided so far: the chance that any of the plan's later looks
 * decides it, and how many more values are to be expected until then, or until at_most: if effects
 * are as the mixture has them. */
double anytime_chance(const struct anytime_plan *plan, size_t n, double t);
double anytime_expected(const struct anytime_plan *plan, size_t n, double t);

/* The interval of the mean after n values: the meet of those of all looks so far, each Student's
 * with decides[] for its quantile. Where they do not meet (of normal values, in less than alpha of
 * all cases), the last one. NAN without one. */
struct stats_interval anytime_interval(const struct anytime_plan *plan, const double *values,
                                       size_t n, double least_sd);

/* ---- Questions --------------------------------------------------------------------------------*/

enum anytime_state {
    ANYTIME_OPEN,
    ANYTIME_HOLDS,  /* the mean is above the bound */
    ANYTIME_FAILS,  /* below */
    ANYTIME_FUTILE, /* not decided, and will hardly be */
    ANYTIME_SAME,   /* the caller says that the values are of one thing and not of two */
};
extern const char *const anytime_state_names[]; /* "open", "holds", ...; NULL ends */

/* Is the mean of the values, in the order in which they came, above the bound? */
struct anytime_question {
    const double *values;
    size_t n; /* values after at_most are not looked at */
    double bound;
    double least_sd; /* of values that come in steps (stats_step()); 0: they do not */
    bool same;       /* as of two arms that end with the same network, bit for bit */
};

struct anytime_answer {
    enum anytime_state state;
    struct stats_interval interval; /* of the mean, at STATS_ALPHA, whatever the other questions */
    double p, p_holm;               /* two-sided; 1 without evidence */
    /* The look, in values, at which it was decided, as if all questions had been looked at after as
     * many values: what came later, of it or of others, changes nothing. 0: it is not. */
    size_t decided;
    double level; /* alpha that Holm leaves to it now, as long as it is open */
    /* Of a question that is open: the chance to be decided by at_most values, how many more are to
     * be expected until then or until the end, NAN before there is a spread; and how many more it
     * would take if mean and spread stayed, at_most or not; 0: not to be had. */
    double chance, expected;
    size_t needed;
};

/* All questions of one experiment. */
void anytime_answer(const struct anytime_question *questions, size_t count, size_t at_least,
                    size_t at_most, struct anytime_answer *ret_answers);

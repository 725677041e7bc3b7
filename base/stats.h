/*
 * stats: what a small sample tells: intervals of a mean, exact tests, corrections for several.
 *
 *     const double differences[] = {0.3, -0.1, 0.4, 0.2, 0.5};
 *     const struct stats_interval t = stats_t_interval(differences, 5);
 *     const double p = stats_sign_flip(differences, 5);
 *
 * Samples are small (seeds of an experiment): clarity before speed. Nothing draws from anywhere but
 * the stream (0, RNG_BOOTSTRAP, 0, 0) of rng.h, so that the same sample gives the same numbers
 * always. Values are finite; anything else is a bug of the caller's. NAN in a result: there is
 * none, as of the spread of one value. tests/golden/stats checks all of it against SciPy.
 *
 * No spread is taken for certainty. Values that are all the same have a standard deviation of 0,
 * and the formulas would make an interval of width 0 of it, of two values as of twenty: surely no
 * worse. But equal values only say that their spread is below what the measure resolves (a
 * difference of two accuracies on n_test samples is a multiple of 1 / n_test) or that they met by
 * chance, and nothing of how far away the next one is. So they have no interval, like a single
 * value, and what goes by intervals is undecided.
 *
 * The least spread is the resolution of the measure. Values that differ have their interval, but
 * what they say of their spread is no finer than they are: where accuracies of 100 samples lose 0,
 * 0 and 1 sample, the standard deviation of 0.58 samples is what rounding left of it and not
 * measured. So Student's interval of what comes in steps (stats_step()) takes one step for the
 * standard deviation where it is less (least_sd): of two values one step apart it reaches 8.98
 * steps to either side. Seconds and losses have no step to speak of. The bootstrap has no standard
 * deviation to hold up: it is for 30 values and more, whose own steps tell how they spread.
 *
 * The distributions are computed here since the C libraries that have them (GSL, R's) would put
 * their licence on this program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* ---- Distributions ----------------------------------------------------------------------------*/

double stats_normal_cdf(double z);
/* 0 < p < 1, likewise below. */
double stats_normal_quantile(double p);
/* Student's t, df > 0 degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). */
double stats_t_cdf(double t, size_t df);
double stats_t_quantile(double p, size_t df);

/* ---- Estimates --------------------------------------------------------------------------------*/

double stats_mean(const double *values, size_t n); /* n > 0 */
/* Of a sample (n - 1); NAN for n < 2. */
double stats_sd(const double *values, size_t n);

/* Two-sided, of the mean. */
struct stats_interval {
    double low, high;
};
static const double STATS_ALPHA = 0.05; /* the chance that it misses the mean: 95 % */

/* Between two accuracies of n samples, or differences of them: 1 / n. 0: n is not known, or 0. */
double stats_step(double n);

/*
 * Whether the values tell how far they spread: two or more, and not all the same, by more than
 * 1e-9 of the largest (or 1e-12): sums and differences that are equal on paper differ in their last
 * bits, and no measure here is as fine. Without a spread there is no interval.
 */
bool stats_has_spread(const double *values, size_t n);

/* Student's t: exact for normal values. NAN without a spread. */
struct stats_interval stats_t_interval(const double *values, size_t n);
/* The same, missing the mean by a chance of 0 < alpha < 1 instead of STATS_ALPHA, with a standard
 * deviation of least_sd or more (above; 0: as it is). */
struct stats_interval stats_t_interval_at(const double *values, size_t n, double alpha,
                                          double least_sd);

enum { STATS_RESAMPLES = 10000 };

/*
 * Bias-corrected and accelerated bootstrap of the mean (Efron 1987; Efron and Tibshirani 1993,
 * 14.3): STATS_RESAMPLES resamples, drawn one after the other with rng_below(n). A resample whose
 * mean equals the sample's counts half as below it. NAN without a spread.
 *
 * It corrects for skew and not for n: of normal values the interval covers the mean in 71 % of the
 * samples of 3, 84 % of 5, 90 % of 10, 94 % of 30 (tests/unit/base/stats.c).
 */
struct stats_interval stats_bca_interval(const double *values, size_t n);

/*
 * The smallest n for which half the width of a t interval, t(0.975, n - 1) * sd / sqrt(n), is below
 * distance: that many values decide between two means so far apart. At least 2; 0 where more than
 * STATS_MOST_NEEDED would be needed. sd >= 0, distance >= 0.
 */
enum { STATS_MOST_NEEDED = 10000 };
size_t stats_needed(double sd, double distance);

/* ---- Tests ------------------------------------------------------------------------------------*/

/* Two-sided p values of differences that are symmetric around 0, if nothing makes them differ. */

/*
 * Sign-flip permutation test of the mean: the share of the 2^n ways to set the signs with a mean as
 * far from 0 as this one. Exact up to n = 20, which takes all of them; beyond, of 99,999 random
 * ways and this one. n > 0.
 */
enum { STATS_EXACT_FLIPS = 20 };
double stats_sign_flip(const double *values, size_t n);

/*
 * Wilcoxon's signed-rank test. Zeros are left out (SciPy's zero_method="wilcox"), ties get the mean
 * of their ranks. Exact up to n = 50 that are not 0, where SciPy's method="auto" is; unlike SciPy's
 * it stays exact with ties and zeros (the distribution of these very ranks, as R's exactRankTests
 * has it). Beyond, the normal approximation with the correction for ties and none for continuity,
 * SciPy's method="approx". All zeros: 1. n > 0.
 */
double stats_wilcoxon(const double *values, size_t n);

/* Holm 1979: p values of `count` hypotheses such that the chance of any false rejection stays at
 * its level. NAN is no hypothesis and stays NAN. In place is fine. */
void stats_holm(const double *p, size_t count, double *ret_adjusted);

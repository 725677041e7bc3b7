/*
 * functions: what SQLite lacks, for connections that winnow opens to read, and as an extension for
 * any other: `make extension`, then `.load ./build/winnow_functions` in sqlite3.
 *
 *     fixed(x, digits [, '+'])  text with so many decimals; the third argument wants its sign too
 *     significant(x [, digits]) text with so many significant digits, 6 unless told, as C's %g
 *     rounded(x, digits)   the number itself: the nearest with so many decimals
 *
 * round the double as it is, as C's printf does and everything else that winnow prints, NULL of
 * NULL. SQLite's own round() and printf() round ties in ways of their own, other ones in 3.40 than
 * in 3.46: no SQL of winnow's calls them for that.
 *
 *     t_quantile(p, df)    of Student's t with df degrees of freedom, 0 < p < 1, df >= 1
 *
 * and aggregates:
 *
 *     median(x)            of the values that are not NULL; NULL of none
 *     quantile(x, q)       q in 0..1, linear between the two nearest values (R's type 7)
 *     iqm(x)               interquartile mean: without the floor(n / 4) lowest and highest values
 *     stddev(x)            of a sample (n - 1); NULL of fewer than two values
 *     ci_low(x [, level])  ends of the interval of the mean, at level 0.95 unless told: percentile
 *     ci_high(x [, level]) bootstrap (Efron and Tibshirani 1993, chapter 13), 2000 resamples, the
 *                          same ones every time; NULL of fewer than two values, and of values that
 *                          are all the same (base/stats.h)
 *
 * None depends on the order of the rows. NULL is left out, as in SQLite's own aggregates: for a
 * median that counts "never reached" as infinite, read the view v_target. Those that look into
 * bitmaps are in functions_kept.h, those that read scores in functions_scores.h.
 */
#pragma once

#include "base/err.h"

struct sqlite3;

int functions_register(struct sqlite3 *db, struct err *err);

/*
 * stats: against SciPy on fixed samples (tests/golden/stats/stats.py), values by hand, and what an
 * interval promises, counted over simulated samples.
 */
#include "base/stats.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

enum { MOST = 64 };
static const double tolerance = 1e-9; /* relative to 1 or to the value, whichever is larger */

static json_t *golden(void)
{
    json_error_t error;
    json_t *json = json_load_file("tests/golden/stats/stats.json", 0, &error);
    cr_assert_not_null(json, "%s", error.text);
    return json;
}

static size_t numbers(const json_t *array, double *ret_values)
{
    const size_t n = json_array_size(array);
    cr_assert(n > 0 && n <= MOST, "%zu numbers", n);
    for (size_t i = 0; i < n; i++)
        ret_values[i] = json_number_value(json_array_get(array, i));
    return n;
}

static void expect_close(double value, double wanted, const char *what, size_t which)
{
    cr_expect(fabs(value - wanted) <= tolerance * fmax(1, fabs(wanted)), "%s %zu: %.15g, not %.15g",
              what, which, value, wanted);
}

static void expect_interval(struct stats_interval interval, const json_t *wanted, const char *what,
                            size_t which)
{
    double ends[MOST];
    cr_assert_eq(numbers(wanted, ends), 2);
    expect_close(interval.low, ends[0], what, which);
    expect_close(interval.high, ends[1], what, which);
}

/* The Python side draws the same resamples: else its intervals say nothing about ours. */
Test(stats, draws_are_those_of_the_script)
{
    double wanted[MOST];
    json_t *json = golden();
    struct rng rng = rng_stream(0, RNG_BOOTSTRAP, 0, 0);
    const size_t n = numbers(json_object_get(json, "below_5"), wanted);
    for (size_t i = 0; i < n; i++) {
        const uint32_t drawn = rng_below(&rng, 5);
        cr_expect_eq(drawn, (uint32_t)wanted[i], "draw %zu: %u, not %g", i, drawn, wanted[i]);
    }
    cr_expect_eq(STATS_RESAMPLES, json_integer_value(json_object_get(json, "resamples")));
    json_decref(json);
}

Test(stats, quantiles_are_scipys)
{
    double row[MOST];
    json_t *json = golden(), *normal = json_object_get(json, "normal"),
           *t = json_object_get(json, "t");
    cr_assert(json_array_size(normal) > 0 && json_array_size(t) > 0);
    for (size_t i = 0; i < json_array_size(normal); i++) {
        cr_assert_eq(numbers(json_array_get(normal, i), row), 2);
        expect_close(stats_normal_quantile(row[0]), row[1], "normal quantile", i);
        expect_close(stats_normal_cdf(row[1]), row[0], "normal cdf", i);
    }
    for (size_t i = 0; i < json_array_size(t); i++) {
        cr_assert_eq(numbers(json_array_get(t, i), row), 3);
        expect_close(stats_t_quantile(row[0], (size_t)row[1]), row[2], "t quantile", i);
        expect_close(stats_t_cdf(row[2], (size_t)row[1]), row[0], "t cdf", i);
    }
    json_decref(json);
}

Test(stats, samples_are_scipys)
{
    double values[MOST];
    json_t *json = golden(), *samples = json_object_get(json, "samples");
    cr_assert_geq(json_array_size(samples), 10);
    for (size_t i = 0; i < json_array_size(samples); i++) {
        const json_t *sample = json_array_get(samples, i),
                     *flips = json_object_get(sample, "sign_flip");
        const size_t n = numbers(json_object_get(sample, "values"), values);
        expect_close(stats_mean(values, n), json_number_value(json_object_get(sample, "mean")),
                     "mean", i);
        expect_close(stats_sd(values, n), json_number_value(json_object_get(sample, "sd")), "sd",
                     i);
        expect_interval(stats_t_interval(values, n), json_object_get(sample, "t"), "t", i);
        expect_interval(stats_bca_interval(values, n), json_object_get(sample, "bca"), "BCa", i);
        expect_close(stats_wilcoxon(values, n),
                     json_number_value(json_object_get(sample, "wilcoxon")), "Wilcoxon", i);
        cr_expect_eq(flips != NULL, n <= STATS_EXACT_FLIPS);
        if (flips)
            expect_close(stats_sign_flip(values, n), json_number_value(flips), "sign flips", i);
    }
    json_decref(json);
}

Test(stats, holm_is_by_definition)
{
    double p[MOST], wanted[MOST];
    json_t *json = golden(), *cases = json_object_get(json, "holm");
    cr_assert(json_array_size(cases) > 0);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const size_t n = numbers(json_object_get(json_array_get(cases, i), "p"), p);
        numbers(json_object_get(json_array_get(cases, i), "adjusted"), wanted);
        stats_holm(p, n, p);
        for (size_t k = 0; k < n; k++)
            expect_close(p[k], wanted[k], "Holm", i);
    }
    json_decref(json);
}

Test(stats, holm_leaves_out_what_is_no_hypothesis)
{
    double p[] = {0.02, (double)NAN, 0.01};
    stats_holm(p, 3, p);
    expect_close(p[0], 0.02, "Holm", 0);
    cr_expect(isnan(p[1]));
    expect_close(p[2], 0.02, "Holm", 2);
}

Test(stats, one_value_has_no_spread)
{
    const double one[] = {0.5};
    cr_expect(isnan(stats_sd(one, 1)));
    cr_expect(isnan(stats_t_interval(one, 1).low) && isnan(stats_bca_interval(one, 1).high));
    expect_close(stats_sign_flip(one, 1), 1, "sign flips", 0); /* either sign is as far from 0 */
    expect_close(stats_wilcoxon(one, 1), 1, "Wilcoxon", 0);
}

static void expect_no_interval(const double *values, size_t n)
{
    const struct stats_interval t = stats_t_interval(values, n),
                                bca = stats_bca_interval(values, n);
    cr_expect_not(stats_has_spread(values, n), "%zu of %.17g", n, values[0]);
    cr_expect(isnan(t.low) && isnan(t.high), "t of %zu: [%g, %g]", n, t.low, t.high);
    cr_expect(isnan(bca.low) && isnan(bca.high), "BCa of %zu: [%g, %g]", n, bca.low, bca.high);
}

Test(stats, equal_values_have_no_interval)
{
    /* On paper the same. */
    const double last_bits[] = {100 * (0.902 - 0.9), 100 * (0.702 - 0.7), 100 * (0.012 - 0.01)};
    const double seconds[] = {1e-6, 2e-6}, far[] = {1e6, 1e6 + 1};
    const double same[] = {0.5, 0.5, 0.5}, zeros[] = {0, 0, 0};
    expect_no_interval(same, 3);
    expect_no_interval(same, 2);
    expect_no_interval(zeros, 3);
    cr_expect_neq(last_bits[0], last_bits[2]);
    expect_no_interval(last_bits, 3);
    cr_expect(stats_has_spread(seconds, 2) && stats_has_spread(far, 2));
}

/* -0.2 and -0.21 points: one sample of 10,000. t(0.975, 1) = 12.7062 times 0.01 / 2. */
Test(stats, one_step_apart_reaches_six_steps_and_a_third)
{
    const double values[] = {-0.2, -0.21};
    const struct stats_interval t = stats_t_interval(values, 2);
    cr_expect_float_eq(t.low, -0.205 - 0.063531, 1e-6, "%.9g", t.low);
    cr_expect_float_eq(t.high, -0.205 + 0.063531, 1e-6, "%.9g", t.high);
}

static void expect_half(const double *values, size_t n, double least_sd, double half)
{
    const struct stats_interval t = stats_t_interval_at(values, n, STATS_ALPHA, least_sd);
    const double mean = stats_mean(values, n);
    cr_expect_float_eq(t.low, mean - half, 1e-6, "%.9g, not %.9g", t.low, mean - half);
    cr_expect_float_eq(t.high, mean + half, 1e-6, "%.9g, not %.9g", t.high, mean + half);
}

/* 0, 0 and 1 sample of 100: a standard deviation of 0.577 samples, which counts as one.
 * t(0.975, 2) = 4.302653. */
Test(stats, the_least_spread_is_the_step_of_the_measure)
{
    const double values[] = {0, 0, 0.01}, wide[] = {0, 0.02, 0.04}, same[] = {0.01, 0.01};
    const double step = stats_step(100);
    cr_expect_float_eq(step, 0.01, 1e-15, "%.17g", step);
    expect_half(values, 3, step, 4.302653 * 0.01 / sqrt(3));
    expect_half(values, 3, 0, 4.302653 * 0.01 / 3);
    expect_half(wide, 3, step, 4.302653 * 0.02 / sqrt(3));
    expect_half(values + 1, 2, step, 8.984643 * 0.01); /* 12.706205 / sqrt(2) */
    /* Of two that are the same it makes no interval. */
    cr_expect(isnan(stats_t_interval_at(same, 2, STATS_ALPHA, step).low));
}

Test(stats, without_a_number_of_samples_there_is_no_step)
{
    cr_expect_eq(stats_step((double)NAN), 0);
    cr_expect_eq(stats_step(0), 0);
}

/* t(1 - 0.05 / 6, 2) = 7.6488 for three comparisons: of 1, 2, 3 it is 2 +- 7.6488 / sqrt(3). */
Test(stats, intervals_at_another_chance)
{
    const double values[] = {1, 2, 3};
    const struct stats_interval t = stats_t_interval_at(values, 3, 0.05 / 3, 0);
    cr_expect_float_eq(t.high, 2 + 7.6488 / sqrt(3), 1e-4, "%.9g", t.high);
}

Test(stats, tests_of_equal_values_and_zeros)
{
    const double same[] = {0.5, 0.5, 0.5}, zeros[] = {0, 0, 0};
    expect_close(stats_sign_flip(same, 3), 2.0 / 8, "sign flips", 0);
    expect_close(stats_sign_flip(zeros, 3), 1, "sign flips of zeros", 0);
    expect_close(stats_wilcoxon(zeros, 3), 1, "Wilcoxon of zeros", 0);
}

/* 0.1 + 0.2 is not 0.3 in binary: sums that are equal on paper count as equal. */
Test(stats, sign_flips_forgive_the_last_bits)
{
    const double values[] = {0.1, 0.2, -0.3, 0.6}; /* 8 of 16 sums are as far from 0 as 0.6 */
    expect_close(stats_sign_flip(values, 4), 10.0 / 16, "sign flips", 0);
}

/* Beyond 20 values ways are drawn: within 4 standard errors of the normal approximation's p. */
Test(stats, many_sign_flips_are_sampled)
{
    double values[40];
    for (size_t i = 0; i < 40; i++)
        values[i] = i % 5 < 3 ? 1 : -1; /* sum 8: P(|S| >= 8) of 40 coins, exactly 0.2682 */
    const double p = stats_sign_flip(values, 40);
    cr_expect(fabs(p - 0.2682) < 4 * sqrt(0.2682 * 0.7318 / 1e5), "%g", p);
}

/* t(0.975, 15) = 2.13145: 16 values with sd 1 give half a width of 0.5329, 15 of 0.5538. */
Test(stats, how_many_values_decide)
{
    cr_expect_eq(stats_needed(1, 0.54), 16, "%zu", stats_needed(1, 0.54));
    cr_expect_eq(stats_needed(1, 0.5538), 15, "%zu", stats_needed(1, 0.5538));
    cr_expect_eq(stats_needed(0, 0.1), 2);
    cr_expect_eq(stats_needed(1, 0), 0);
    cr_expect_eq(stats_needed(1, 0.001), 0);
}

/* ---- Coverage ---------------------------------------------------------------------------------*/

/* Of samples of n normal values around 1, the share whose interval has 1 in it. */
static double coverage(struct stats_interval (*interval)(const double *values, size_t n), size_t n,
                       size_t samples)
{
    double values[MOST];
    size_t covered = 0;
    for (size_t s = 0; s < samples; s++) {
        struct rng rng = rng_stream(7, RNG_TEST, (uint32_t)n, (uint32_t)s);
        for (size_t i = 0; i < n; i++)
            values[i] = 1 + rng_normal(&rng);
        const struct stats_interval found = interval(values, n);
        covered += found.low <= 1 && found.high >= 1;
    }
    return (double)covered / (double)samples;
}

/* Four standard errors of a share p counted in so many samples: one run in 16,000 is outside. */
static double allowed(double p, size_t samples)
{
    return 4 * sqrt(p * (1 - p) / (double)samples);
}

Test(stats, t_intervals_cover_what_they_promise)
{
    enum { SAMPLES = 4000 };
    static const size_t sizes[] = {2, 3, 5, 10};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const double share = coverage(stats_t_interval, sizes[i], SAMPLES);
        cr_expect(fabs(share - 0.95) < allowed(0.95, SAMPLES), "n = %zu: %g", sizes[i], share);
    }
}

/* What stats.h says of them, and why few seeds get Student's. */
Test(stats, bca_intervals_cover_less_of_few_values)
{
    enum { SAMPLES = 300 };
    static const struct {
        size_t n;
        double share;
    } said[] = {{3, 0.71}, {5, 0.84}, {10, 0.90}, {30, 0.94}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const double share = coverage(stats_bca_interval, said[i].n, SAMPLES);
        cr_expect(fabs(share - said[i].share) < allowed(said[i].share, SAMPLES), "n = %zu: %g",
                  said[i].n, share);
        if (said[i].n <= 5)
            cr_expect_lt(share, 0.95 - allowed(0.95, SAMPLES), "n = %zu: %g", said[i].n, share);
    }
}

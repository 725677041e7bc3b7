/*
 * num: orders and statistics against hand-worked values and exact integer arithmetic.
 */
#include "base/num.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>

static const double double_tolerance = 1e-12;
static const double float_tolerance = 1e-6;

Test(num, order_falls_and_breaks_ties_by_index)
{
    const float values[] = {1, 3, -INFINITY, 3, 0.0f, -0.0f, INFINITY, 3};
    const uint32_t expected[] = {6, 1, 3, 7, 0, 4, 5, 2};
    enum { N = sizeof values / sizeof *values };
    uint32_t order[N];
    num_order(values, N, order);
    for (size_t i = 0; i < N; i++)
        cr_expect_eq(order[i], expected[i], "place %zu: sample %u, expected %u", i, order[i],
                     expected[i]);
}

/* Many ties, more values than any sort's small case: each one's place, counted. */
Test(num, order_against_counting)
{
    enum { N = 2000 };
    static float values[N];
    static uint32_t order[N];
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < N; i++)
        values[i] = (float)rng_below(&rng, 50);
    num_order(values, N, order);
    for (size_t i = 0; i < N; i++) {
        size_t before = 0;
        for (size_t j = 0; j < N; j++)
            before += values[j] > values[i] || (values[j] == values[i] && j < i);
        cr_assert_eq(order[before], i, "place %zu: sample %u, expected %zu", before, order[before],
                     i);
    }
}

Test(num, order_of_nothing)
{
    uint32_t order = 7;
    num_order(NULL, 0, &order);
    cr_expect_eq(order, 7);
}

Test(num, sum_is_exact_where_float_is_not)
{
    enum { N = 1000 };
    float values[N];
    values[0] = 16777216; /* 2^24: the next float is two away */
    for (size_t i = 1; i < N; i++)
        values[i] = 1;
    const double sum = num_sum(values, N);
    cr_expect_eq(sum, 16777216.0 + N - 1, "sum %.1f", sum);
}

/* position h = (n - 1) q between the sorted values, worked by hand */
Test(num, quantile_is_type_7)
{
    static const struct {
        double values[5];
        size_t n;
        double q, expected;
    } cases[] = {
        {{3, 1, 2, 4}, 4, 0, 1},
        {{3, 1, 2, 4}, 4, 1, 4},
        {{3, 1, 2, 4}, 4, 0.5, 2.5},
        {{3, 1, 2, 4}, 4, 0.1, 1.3},
        {{3, 1, 2, 4}, 4, 0.25, 1.75},
        {{9, 2, 5}, 3, 0.5, 5},
        {{9, 2, 5}, 3, 0.75, 7},
        {{6}, 1, 0.3, 6},
        {{10, 20, 40, 80, 160}, 5, 0.9, 128},
        /* a target never reached: infinitely late */
        {{(double)INFINITY, 1, 2}, 3, 0.5, 2},
        {{(double)INFINITY, (double)INFINITY, 1}, 3, 0.5, (double)INFINITY},
        {{(double)INFINITY, (double)INFINITY}, 2, 0.5, (double)INFINITY},
        {{(double)INFINITY, (double)INFINITY}, 2, 0, (double)INFINITY},
        {{1, (double)INFINITY}, 2, 0, 1},
        {{1, (double)INFINITY}, 2, 0.5, (double)INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double values[5];
        for (size_t j = 0; j < 5; j++)
            values[j] = cases[i].values[j];
        const double got = num_quantile(values, cases[i].n, cases[i].q);
        cr_expect(got == cases[i].expected || fabs(got - cases[i].expected) < double_tolerance,
                  "case %zu: quantile %g is %.17g, expected %.17g", i, cases[i].q, got,
                  cases[i].expected);
    }
}

Test(num, quantile_of_nothing_is_a_bug, .signal = SIGABRT)
{
    double value = 1;
    num_quantile(&value, 0, 0.5);
}

Test(num, quantile_above_one_is_a_bug, .signal = SIGABRT)
{
    double value = 1;
    num_quantile(&value, 1, 1.5);
}

Test(num, softmax_against_double)
{
    enum { ROWS = 7, COLS = 5 };
    float logits[ROWS * COLS], p[ROWS * COLS];
    struct rng rng = rng_stream(2, RNG_TEST, 0, 0);
    for (size_t i = 0; i < ROWS * COLS; i++)
        logits[i] = (float)(3 * rng_normal(&rng));
    num_softmax(p, logits, ROWS, COLS);
    for (size_t r = 0; r < ROWS; r++) {
        double sum = 0;
        for (size_t c = 0; c < COLS; c++)
            sum += exp((double)logits[r * COLS + c]);
        for (size_t c = 0; c < COLS; c++) {
            const double expected = exp((double)logits[r * COLS + c]) / sum;
            const double got = (double)p[r * COLS + c];
            cr_expect_lt(fabs(got - expected), float_tolerance, "row %zu col %zu: %g, expected %g",
                         r, c, got, expected);
        }
    }
}

Test(num, softmax_of_huge_logits)
{
    float rows[] = {1000, 999, -1000, 3e38f, -3e38f, 3e38f, -90, -90, -90};
    const double e = exp(-1);
    const double expected[] = {1 / (1 + e), e / (1 + e), 0, 0.5, 0, 0.5, 1.0 / 3, 1.0 / 3, 1.0 / 3};
    num_softmax(rows, rows, 3, 3); /* in place */
    for (size_t i = 0; i < 9; i++)
        cr_expect_lt(fabs((double)rows[i] - expected[i]), float_tolerance,
                     "value %zu: %g, expected %g", i, (double)rows[i], expected[i]);
}

/* round half up of (1 - rate) n, the rate a decimal of three digits */
static size_t exact_keep(size_t thousandths_removed, size_t n)
{
    return ((1000 - thousandths_removed) * n * 2 + 1000) / 2000;
}

Test(num, round_share_is_exact_in_decimal)
{
    for (size_t r = 0; r < 1000; r++) {
        const double rate = (double)r / 1000; /* the double nearest to the decimal */
        for (size_t n = 1; n <= 1000; n++) {
            const size_t got = num_round_share(1 - rate, n), expected = exact_keep(r, n);
            cr_assert_eq(got, expected, "rate %g of %zu keeps %zu, expected %zu", rate, n, got,
                         expected);
        }
        const size_t real_sizes[] = {45000, 50000, 54000, 60000, 1281167};
        for (size_t i = 0; i < sizeof real_sizes / sizeof *real_sizes; i++) {
            const size_t n = real_sizes[i];
            const size_t got = num_round_share(1 - rate, n), expected = exact_keep(r, n);
            cr_assert_eq(got, expected, "rate %g of %zu keeps %zu, expected %zu", rate, n, got,
                         expected);
        }
    }
}

Test(num, round_share_stays_within)
{
    cr_expect_eq(num_round_share(1, 60000), 60000);
    cr_expect_eq(num_round_share(1.5, 10), 10);
    cr_expect_eq(num_round_share(-0.5, 10), 0);
    cr_expect_eq(num_round_share(0, 10), 0);
    cr_expect_eq(num_round_share(0.5, 0), 0);
}

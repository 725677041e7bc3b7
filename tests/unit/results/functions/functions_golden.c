/*
 * functions_golden: the SQL aggregates against NumPy and SciPy on fixed samples
 * (tests/golden/stats/functions.py).
 *
 * The bootstrap is checked twice: on the resamples that winnow draws it is SciPy's but for
 * rounding;
 * on resamples of NumPy's it is within the Monte Carlo error, measured over 200 repetitions there.
 */
#include "base/err.h"
#include "results/functions/functions.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static const double ROUNDING = 1e-12; /* relative to 1 or to the value, whichever is larger */
/*
 * Ends of intervals that differ by chance alone lie within so many standard deviations of the
 * difference: of some 30 normal numbers, one in 20,000 times one of them does not (2 Phi(-5) =
 * 6e-7).
 * Our draws are fixed, so it is once and for all.
 */
static const double CHANCE = 5;

static json_t *golden;
static sqlite3 *db;

static void set_up(void)
{
    json_error_t error;
    struct err err;
    golden = json_load_file("tests/golden/stats/functions.json", 0, &error);
    cr_assert_not_null(golden, "%s", error.text);
    cr_assert_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    cr_assert_eq(functions_register(db, &err), 0, "%s", err.text);
    cr_assert_eq(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
}

static void tear_down(void)
{
    json_decref(golden);
    REQUIRE(sqlite3_close(db) == SQLITE_OK);
}

TestSuite(functions_golden, .init = set_up, .fini = tear_down);

/* A function's value over the table, with another argument where it is not NAN; NAN: NULL. */
static double value_of(const char *function, double argument)
{
    char sql[96];
    sqlite3_stmt *row;
    snprintf(sql, sizeof sql, isnan(argument) ? "SELECT %s(x) FROM t" : "SELECT %s(x, ?) FROM t",
             function);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    if (!isnan(argument))
        sqlite3_bind_double(row, 1, argument);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW, "%s: %s", sql, sqlite3_errmsg(db));
    const double value =
        sqlite3_column_type(row, 0) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(row, 0);
    sqlite3_finalize(row);
    return value;
}

/* Fills the table with the i-th sample, largest value first; NULL: there are no more. */
static const json_t *sample(size_t i)
{
    const json_t *one = json_array_get(json_object_get(golden, "samples"), i);
    const json_t *values = json_object_get(one, "values");
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_exec(db, "DELETE FROM t", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?)", -1, &row, NULL), SQLITE_OK);
    for (size_t k = json_array_size(values); k-- > 0; sqlite3_reset(row)) {
        sqlite3_bind_double(row, 1, json_number_value(json_array_get(values, k)));
        cr_assert_eq(sqlite3_step(row), SQLITE_DONE);
    }
    sqlite3_finalize(row);
    return one;
}

static double at(const json_t *array, size_t i)
{
    const json_t *number = json_array_get(array, i);
    cr_assert(json_is_number(number), "no number %zu", i);
    return json_number_value(number);
}

static void expect_same(size_t i, const char *function, double argument, double wanted)
{
    const double found = value_of(function, argument);
    cr_expect(fabs(found - wanted) <= ROUNDING * fmax(1, fabs(wanted)),
              "sample %zu: %s(x, %g) is %.17g, not %.17g", i, function, argument, found, wanted);
}

Test(functions_golden, median_iqm_stddev)
{
    size_t i = 0;
    for (const json_t *one; (one = sample(i)); i++) {
        expect_same(i, "median", (double)NAN, json_number_value(json_object_get(one, "median")));
        expect_same(i, "iqm", (double)NAN, json_number_value(json_object_get(one, "iqm")));
        const json_t *stddev = json_object_get(one, "stddev");
        if (stddev)
            expect_same(i, "stddev", (double)NAN, json_number_value(stddev));
        else
            cr_expect(isnan(value_of("stddev", (double)NAN)), "sample %zu: not NULL", i);
    }
    cr_expect_geq(i, 12, "%zu samples", i);
}

Test(functions_golden, quantiles)
{
    size_t i = 0, compared = 0;
    for (const json_t *one; (one = sample(i)); i++) {
        const json_t *pairs = json_object_get(one, "quantile");
        for (size_t k = 0; k < json_array_size(pairs); k++, compared++)
            expect_same(i, "quantile", at(json_array_get(pairs, k), 0),
                        at(json_array_get(pairs, k), 1));
    }
    cr_expect_geq(compared, 96, "%zu quantiles", compared);
}

Test(functions_golden, intervals_on_the_same_resamples)
{
    size_t i = 0, compared = 0;
    for (const json_t *one; (one = sample(i)); i++) {
        const json_t *intervals = json_object_get(one, "percentile");
        for (size_t k = 0; k < json_array_size(intervals); k++, compared++) {
            const json_t *interval = json_array_get(intervals, k);
            expect_same(i, "ci_low", at(interval, 0), at(interval, 1));
            expect_same(i, "ci_high", at(interval, 0), at(interval, 2));
        }
        if (!intervals)
            cr_expect(isnan(value_of("ci_low", (double)NAN)), "sample %zu: not NULL", i);
    }
    cr_expect_geq(compared, 55, "%zu intervals", compared);
}

/* How far an end of winnow's is from the mean of SciPy's, in standard deviations of an end. */
static double distance(const json_t *ends, size_t end, double level)
{
    const double found = value_of(end ? "ci_high" : "ci_low", level);
    return fabs(found - at(json_object_get(ends, "mean"), end)) /
           at(json_object_get(ends, "sd"), end);
}

/* An interval of 80 % would be told from one of 95 % on each of them. */
Test(functions_golden, intervals_on_other_resamples)
{
    size_t compared = 0, symmetric = 0, seen = 0;
    const double repeats = json_number_value(json_object_get(golden, "repeats"));
    /* One of ours against the mean of so many. */
    const double most = CHANCE * sqrt(1 + 1 / repeats);
    const json_t *one;
    for (size_t i = 0; (one = sample(i)); i++)
        for (size_t end = 0; end < 2; end++) {
            const json_t *kinds[] = {json_object_get(one, "free"), json_object_get(one, "bca")};
            for (size_t k = 0; k < 2; k++) {
                if (!kinds[k])
                    continue;
                const double off = distance(kinds[k], end, 0.95);
                cr_expect(off < most, "sample %zu, end %zu, %s: %.2f standard deviations off", i,
                          end, k ? "BCa" : "percentile", off);
                compared++;
                symmetric += k;
            }
            seen += kinds[0] && distance(kinds[0], end, 0.8) > most;
        }
    cr_expect_geq(compared, 16, "%zu ends", compared);
    cr_expect_geq(symmetric, 4, "%zu ends of symmetric samples", symmetric);
    cr_expect_eq(seen, compared - symmetric, "an interval of 80 %% would pass: %zu of %zu", seen,
                 compared - symmetric);
}

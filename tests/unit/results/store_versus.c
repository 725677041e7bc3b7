/*
 * v_versus and v_versus_summary against numbers worked out by hand: a run is its pruner, options,
 * rate, seed, share of samples processed, accuracy.
 */
#include "tests/support/plot_db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>

/* Sums and quotients of numbers with two or three digits; the quantiles have seven. */
static const double EXACT = 1e-12, QUANTILE = 1e-6;

static struct sqlite3 *db;

static void open_db(void)
{
    db = plot_db_open();
}

static void close_db(void)
{
    plot_db_close(db);
}

TestSuite(store_versus, .init = open_db, .fini = close_db);

/* processed or accuracy NAN: not measured. */
static void add(const char *pruner, const char *options, double rate, int seed, double processed,
                double accuracy)
{
    plot_db_run(db, &(struct plot_run){.pruner = pruner,
                                       .options = options,
                                       .rate = rate,
                                       .seed = seed,
                                       .processed = processed,
                                       .accuracy = accuracy});
}

/* The only row's column, NAN for NULL. */
static double ask(const char *sql)
{
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "%s: no row", sql);
    const double value = sqlite3_column_type(statement, 0) == SQLITE_NULL
                             ? (double)NAN
                             : sqlite3_column_double(statement, 0);
    cr_assert_eq(sqlite3_step(statement), SQLITE_DONE, "%s: more than one row", sql);
    sqlite3_finalize(statement);
    return value;
}

static void expect(const char *sql, double expected, double tolerance)
{
    const double found = ask(sql);
    if (isnan(expected))
        cr_expect(isnan(found), "%s: %.17g, expected NULL", sql, found);
    else
        cr_expect(fabs(found - expected) <= tolerance, "%s: %.17g, expected %.17g", sql, found,
                  expected);
}

/* What the controls have where the run of `pruner` is. */
static void expect_controls(const char *pruner, double random, double dynamic)
{
    static const char *const columns[] = {"random_accuracy", "dynamic_accuracy",
                                          "accuracy - random_difference",
                                          "accuracy - dynamic_difference"};
    for (int i = 0; i < 4; i++) {
        char *sql =
            sqlite3_mprintf("SELECT %s FROM v_versus WHERE pruner = %Q", columns[i], pruner);
        expect(sql, i % 2 ? dynamic : random, EXACT);
        sqlite3_free(sql);
    }
}

/* random at 30 % and 70 % of the samples, random-dynamic at half of them. */
static void add_controls(int seed)
{
    add("random", "", 0.7, seed, 0.3, 0.6);
    add("full", "", 0, seed, 1, 0.9);
    add("random", "", 0.3, seed, 0.7, 0.8);
    add("random-dynamic", "", 0.5, seed, 0.5, 0.7);
}

Test(store_versus, at_as_many_samples)
{
    add_controls(0);
    add("at-a-run", "", 0.3, 0, 0.7, 0.83);
    add("just-above", "", 0.3, 0, 0.7009, 0.83);
    add("just-below", "", 0.3, 0, 0.6991, 0.83);
    add("between", "", 0.5, 0, 0.5, 0.75);
    add("near", "", 0.3, 0, 0.73, 0.83);
    add("beside-full", "", 0.1, 0, 0.9, 0.83);
    add("all", "", 0, 0, 1, 0.91);
    expect_controls("at-a-run", 0.8, 0.7 + 0.2 * 0.2 / 0.5);
    expect_controls("just-above", 0.8, 0.7 + 0.2 * 0.2009 / 0.5);
    expect_controls("just-below", 0.8, 0.7 + 0.2 * 0.1991 / 0.5);
    expect_controls("between", 0.7, 0.7);
    expect_controls("near", 0.8 + 0.1 * 0.03 / 0.3, 0.7 + 0.2 * 0.23 / 0.5);
    expect_controls("beside-full", 0.8 + 0.1 * 0.2 / 0.3, 0.7 + 0.2 * 0.4 / 0.5);
    expect_controls("all", 0.9, 0.9);
    expect("SELECT count(*) FROM v_versus", 7, 0); /* no control is compared with itself */
    expect("SELECT processed + 10 * seed + position FROM v_versus WHERE pruner = 'near'", 9.73,
           EXACT);
}

Test(store_versus, nothing_is_extrapolated)
{
    add_controls(0);
    add("below-one", "", 0.6, 0, 0.4, 0.5);
    add("below-both", "", 0.8, 0, 0.2, 0.5);
    add("at-the-lowest", "", 0.7, 0, 0.2995, 0.5);
    add("above", "", 0, 0, 1.01, 0.9);
    add("unknown", "", 0.5, 0, (double)NAN, 0.9);
    expect_controls("below-one", 0.65, (double)NAN);
    expect_controls("below-both", (double)NAN, (double)NAN);
    expect_controls("at-the-lowest", 0.6, (double)NAN);
    expect_controls("above", (double)NAN, (double)NAN);
    expect_controls("unknown", (double)NAN, (double)NAN);
}

Test(store_versus, missing_controls)
{
    add("random", "", 0.5, 1, 0.5, 0.7);
    add("one-point", "", 0.5, 1, 0.5, 0.8);
    add("not-there", "", 0.4, 1, 0.6, 0.8);
    add("other-seed", "", 0.5, 2, 0.5, 0.8);
    expect_controls("one-point", 0.7, (double)NAN);
    expect_controls("not-there", (double)NAN, (double)NAN);
    expect_controls("other-seed", (double)NAN, (double)NAN);
    add("no-accuracy", "", 0.5, 1, 0.5, (double)NAN);
    expect("SELECT random_accuracy FROM v_versus WHERE pruner = 'no-accuracy'", 0.7, EXACT);
    expect("SELECT random_difference FROM v_versus WHERE pruner = 'no-accuracy'", (double)NAN, 0);
    plot_db_exec(db, "UPDATE attempt SET test_accuracy = NULL WHERE cell IN (SELECT key FROM cell"
                     " WHERE pruner = 'random')");
    expect_controls("one-point", (double)NAN, (double)NAN);
}

/* Every one of these would be the nearer point, if it counted. */
Test(store_versus, only_good_runs_of_the_same_place_and_seed_are_controls)
{
    static const struct plot_run spoilers[] = {
        {.experiment = "y"}, {.dataset = "e"}, {.model = "n"}, {.seed = 7}, {.state = "failed"}};
    add_controls(0);
    add("pruner", "", 0.4, 0, 0.6, 0.8);
    for (int i = 0; i < 5; i++) {
        struct plot_run run = spoilers[i];
        run.pruner = "random";
        run.rate = 0.4;
        run.processed = 0.6;
        run.accuracy = 0.1;
        plot_db_run(db, &run);
    }
    expect_controls("pruner", 0.75, 0.74);
    expect("SELECT count(*) FROM v_versus", 1, 0);
    plot_db_run(
        db,
        &(struct plot_run){
            .state = "failed", .pruner = "failed", .rate = 0.5, .processed = 0.6, .accuracy = 0.8});
    expect("SELECT count(*) FROM v_versus", 1, 0);
}

Test(store_versus, a_control_with_other_options_is_a_pruner)
{
    add_controls(0);
    add("random-dynamic", "period=5", 0.5, 0, 0.5, 0.72);
    expect("SELECT count(*) FROM v_versus", 1, 0);
    expect_controls("random-dynamic", 0.7, 0.7);
    expect("SELECT dynamic_difference FROM v_versus WHERE options = 'period=5'", 0.02, EXACT);
}

/* Differences to random, in points, of seeds 0, 1, ... */
static void add_differences(const char *pruner, const double *points, int n)
{
    for (int seed = 0; seed < n; seed++)
        add(pruner, "", 0.5, seed, 0.5, 0.5 + points[seed] / 100);
}

static void add_random(int seeds)
{
    for (int seed = 0; seed < seeds; seed++)
        add("random", "", 0.5, seed, 0.5, 0.5);
}

static void expect_text(const char *sql, const char *expected)
{
    char *same = sqlite3_mprintf("SELECT (%s) IS %Q", sql, expected);
    expect(same, 1, 0);
    sqlite3_free(same);
}

#define OF(column, pruner) "SELECT " column " FROM v_versus_summary WHERE pruner = '" pruner "'"

/* R: t.test(c(1, 2, 4))$conf.int is -1.461250 6.127916. */
Test(store_versus, interval_as_r_has_it)
{
    add_random(3);
    add_differences("p", (const double[]){1, 2, 4}, 3);
    expect(OF("random_n", "p"), 3, 0);
    expect(OF("100 * random_difference", "p"), 7.0 / 3, EXACT);
    expect(OF("100 * random_low", "p"), -1.461250, QUANTILE);
    expect(OF("100 * random_high", "p"), 6.127916, QUANTILE);
    expect(OF("processed", "p"), 0.5, EXACT);
    expect(OF("dynamic_n", "p"), 0, 0);
    expect_text(OF("dynamic_difference", "p"), NULL);
    expect_text(OF("dynamic_verdict", "p"), NULL);
}

Test(store_versus, verdicts)
{
    add_random(3);
    add("random-dynamic", "", 0.5, 0, 0.5, 0.6);
    add("random-dynamic", "", 0.5, 1, 0.5, 0.6);
    add_differences("up", (const double[]){1, 1.1, 1.2}, 3);
    add_differences("down", (const double[]){-1, -1.1, -1.2}, 3);
    add_differences("either", (const double[]){1, 2, 4}, 3);
    add_differences("once", (const double[]){1}, 1);
    add("alone", "", 0.5, 9, 0.5, 0.8);
    expect_text(OF("random_verdict", "up"), "better");
    expect_text(OF("random_verdict", "down"), "worse");
    expect_text(OF("random_verdict", "either"), "undecided");
    expect_text(OF("random_verdict", "once"), NULL);
    expect(OF("100 * random_difference", "once"), 1, EXACT);
    expect_text(OF("random_low", "once"), NULL);
    expect(OF("runs", "alone"), 1, 0);
    expect(OF("random_n", "alone"), 0, 0);
    expect_text(OF("random_difference", "alone"), NULL);
    /* Two of its three seeds: -9 and -8.9, whose t is 12.7. */
    expect(OF("dynamic_n", "up"), 2, 0);
    expect(OF("100 * dynamic_difference", "up"), -8.95, EXACT);
    expect(OF("100 * dynamic_low", "up"), -8.95 - 12.706205 * 0.05, QUANTILE);
    expect_text(OF("dynamic_verdict", "up"), "worse");
}

/* Two seeds whose differences are the same: no interval of width 0, and no verdict by it. */
Test(store_versus, equal_differences_are_undecided)
{
    add_random(2);
    add_differences("same", (const double[]){0.2, 0.2}, 2);
    add_differences("zero", (const double[]){0, 0}, 2);
    add_differences("once", (const double[]){1}, 1);
    add_differences("other", (const double[]){0.2, 0.3}, 2);
    expect_text(OF("random_verdict", "same"), "undecided");
    expect_text(OF("random_low", "same"), NULL);
    expect_text(OF("random_high", "same"), NULL);
    expect(OF("100 * random_difference", "same"), 0.2, EXACT);
    expect_text(OF("random_reason", "same"),
                "the same difference in all 2 seeds: its spread is not known");
    expect_text(OF("random_reason", "zero"),
                "the same difference in all 2 seeds: its spread is not known");
    expect_text(OF("random_reason", "once"), NULL);
    expect_text(OF("random_reason", "other"), NULL);
    expect(OF("100 * random_high", "other"), 0.25 + 12.706205 * 0.05, QUANTILE);
}

/* 0, 0 and 1 sample of 100: the standard deviation of 0.577 samples counts as one, and one of 1.53
 * as it is (as R has it, above). The smallest test set of the arm counts. */
Test(store_versus, the_least_spread_is_one_sample_of_the_test_set)
{
    add_random(3);
    add_differences("p", (const double[]){0, 0, 1}, 3);
    add_differences("wide", (const double[]){1, 2, 4}, 3);
    expect(OF("100 * random_high", "p"), (1 + 4.302653) / 3, QUANTILE);
    plot_db_exec(db, "UPDATE attempt SET test_n = iif(c.seed = 1, 100, 1000) FROM cell c"
                     " WHERE c.key = cell AND c.seed > 0");
    expect(OF("100 * random_low", "p"), 1.0 / 3 - 4.302653 / sqrt(3), QUANTILE);
    expect(OF("100 * random_high", "p"), 1.0 / 3 + 4.302653 / sqrt(3), QUANTILE);
    expect(OF("100 * random_low", "wide"), -1.461250, QUANTILE);
    expect("SELECT max(test_n) FROM v_versus WHERE pruner = 'p'", 1000, 0);
}

/* Better by 2, 2 and 3 samples of 100: surely so by what rounding left of their spread. */
Test(store_versus, a_verdict_goes_by_the_least_spread)
{
    add_random(3);
    for (int seed = 0; seed < 3; seed++)
        add("random-dynamic", "", 0.5, seed, 0.5, 0.5);
    add_differences("p", (const double[]){2, 2, 3}, 3);
    expect_text(OF("random_verdict", "p"), "better");
    expect_text(OF("dynamic_verdict", "p"), "better");
    plot_db_exec(db, "UPDATE attempt SET test_n = 100");
    expect_text(OF("random_verdict", "p"), "undecided");
    expect_text(OF("dynamic_verdict", "p"), "undecided");
}

/* Differences on paper: 0.702 - 0.5 and 0.012 - 0.01 differ in their last bits. */
Test(store_versus, equal_but_for_the_last_bits)
{
    add("random", "", 0.5, 0, 0.5, 0.9);
    add("random", "", 0.5, 1, 0.5, 0.01);
    add("p", "", 0.5, 0, 0.5, 0.902);
    add("p", "", 0.5, 1, 0.5, 0.012);
    expect("SELECT count(DISTINCT random_difference) FROM v_versus", 2, 0);
    expect_text(OF("random_low", "p"), NULL);
    expect_text(OF("random_verdict", "p"), "undecided");
}

/* The control's network, by both losses; of its accuracy alone nothing follows. */
Test(store_versus, the_same_bits_are_not_two_arms)
{
    add_random(2);
    add_differences("twin", (const double[]){0, 0}, 2);
    add_differences("half", (const double[]){0, 0}, 2);
    plot_db_exec(db, "UPDATE attempt SET test_loss = 0.3 + c.seed, train_loss = 0.1 + c.seed"
                     " FROM cell c WHERE c.key = cell AND (c.pruner <> 'half' OR c.seed = 0)");
    expect(OF("random_n", "twin"), 2, 0);
    expect_text(OF("random_reason", "twin"), "the same bits in all 2 seeds: not two arms");
    expect_text(OF("random_verdict", "twin"), "undecided");
    expect_text(OF("random_reason", "half"),
                "the same difference in all 2 seeds: its spread is not known");
    expect("SELECT sum(random_same) FROM v_versus WHERE pruner = 'half'", 1, 0);
    expect_text(OF("dynamic_reason", "twin"), NULL);
}

/* The chance that Student's t with so many degrees of freedom is within -t..t, by Simpson. */
static double chance_within(double t, int freedom)
{
    enum { STEPS = 4000 };
    const double v = freedom, pi = 3.14159265358979323846;
    const double scale = exp(lgamma((v + 1) / 2) - lgamma(v / 2)) / sqrt(v * pi);
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double x = t * i / STEPS;
        sum += (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2) * pow(1 + x * x / v, -(v + 1) / 2);
    }
    return 2 * scale * sum * t / STEPS / 3;
}

/* Half of an interval over its standard error. The differences take turns: 1, 3, 1, ... points. */
static double quantile_of(int n)
{
    double points[64] = {0}, mean = 0, squares = 0;
    for (int i = 0; i < n; i++)
        mean += (points[i] = i % 2 ? 3 : 1) / n;
    for (int i = 0; i < n; i++)
        squares += (points[i] - mean) * (points[i] - mean);
    plot_db_exec(db, "DELETE FROM experiment_cell");
    add_random(n);
    add_differences("p", points, n);
    return ask(OF("100 * (random_high - random_low) / 2", "p")) / sqrt(squares / (n - 1) / n);
}

Test(store_versus, every_quantile)
{
    for (int n = 2; n <= 31; n++) {
        const double chance = chance_within(quantile_of(n), n - 1);
        cr_expect(fabs(chance - 0.95) <= 1e-7, "%d seeds: %.9f, expected 0.95", n, chance);
    }
    const double normal = quantile_of(32);
    cr_expect(fabs(normal - 1.959964) <= QUANTILE, "32 seeds: %.9f, expected 1.959964", normal);
}

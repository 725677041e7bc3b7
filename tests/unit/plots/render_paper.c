/*
 * render: what the figures of the second paper show, on numbers that can be worked out by hand, and
 * what figures of one seed or of means say of the spread over seeds.
 */
#include "base/mem.h"
#include "plots/render.h"
#include "tests/support/plot_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sqlite3 *db;

static void open_db(void)
{
    db = plot_db_open();
}

static void close_db(void)
{
    plot_db_close(db);
}

TestSuite(render_paper, .init = open_db, .fini = close_db);

/* Columns as numbered in the figure's SQL, from 1 to 99; 0 at the end. */
static void expect_columns(const char *figure, const char *columns, const char *expected)
{
    struct str tsv = {0};
    struct err err = {0};
    char path[256];
    cr_assert_eq(figure_data(figure_find(figure), db, "x", &tsv, &err), 0, "%s", err.text);
    snprintf(path, sizeof path, "%s/figure.tsv", test_dir());
    test_write_file(path, str_text(&tsv));
    struct test_output cut = test_run("grep -v '^$' '%s' | cut -f %s | tail -n +2", path, columns);
    cr_expect_str_eq(cut.out, expected, "%s:\n%s", figure, str_text(&tsv));
    test_output_release(&cut);
    str_release(&tsv);
}

/* All texts of the SVG, each between angle brackets, are in it or not. */
static void expect_picture(const char *figure, const char *experiment, const char *const *texts)
{
    struct str tsv = {0}, files = {0};
    struct err err = {0};
    char path[256];
    cr_assert_eq(figure_data(figure_find(figure), db, experiment, &tsv, &err), 0, "%s", err.text);
    cr_assert_eq(figure_draw(figure_find(figure), str_text(&tsv), test_dir(), "page",
                             (const char *const[]){"svg", NULL}, &files, &err),
                 0, "%s", err.text);
    snprintf(path, sizeof path, "%s/%s.svg", test_dir(), figure);
    char *svg = test_read_file(path);
    cr_assert_not_null(svg);
    /* The small print's lines are broken: blanks and new lines are alike. */
    struct test_output print =
        test_run("grep -o '<text>[^<]*' '%s' | sed 's/<text>//' | tr '\\n' ' '", path);
    for (; *texts; texts++) {
        const bool wanted = (*texts)[0] != '!';
        cr_expect_eq(strstr(print.out, *texts + !wanted) != NULL, wanted, "%s: '%s' in\n%s", figure,
                     *texts, print.out);
    }
    test_output_release(&print);
    free(svg);
    str_release(&tsv);
    str_release(&files);
}

static int64_t add_run(const char *model, const char *pruner, const char *options, double rate,
                       int seed, double accuracy)
{
    return plot_db_run(db, &(struct plot_run){.model = model,
                                              .pruner = pruner,
                                              .options = options,
                                              .rate = rate,
                                              .seed = seed,
                                              .processed = 1 - rate,
                                              .accuracy = accuracy});
}

/* ---- gap-theory ---- */

static void add_gap(const char *pruner, double rate, int seed, double eps, double gap)
{
    const long long attempt = add_run("m", pruner, "", rate, seed, 0.5);
    plot_db_exec(db,
                 "UPDATE attempt SET train_n = 100, train_loss = 1, test_loss = 1 + %.17g"
                 " WHERE id = %lld;"
                 "INSERT INTO solver VALUES (%lld, 0, 1, 'random', 0.001, 0, 0),"
                 " (%lld, 0, 2, 'annealed', %.17g, 0, 0)",
                 gap, attempt, attempt, attempt, eps);
}

/* With seed 0 the gap is the predicted one; with 1 it is as far on one side as on the other. */
static void add_gaps(void)
{
    static const double rates[] = {0, 0.4, 0.8};
    for (int i = 0; i < 3; i++) {
        const char *pruner = i ? "dp" : "full";
        add_gap(pruner, rates[i], 0, i ? 10 : 0, rates[i] + (i ? 0.1 : 0));
        add_gap(pruner, rates[i], 1, i ? 10 : 0, i == 1 ? 0.5 : 0.1);
    }
}

Test(render_paper, gap_against_theory)
{
    add_gaps();
    add_run("m", "el2n", "", 0.4, 0, 0.5); /* the theory is not about it */
    /* seed, predicted, gap, place, mean, low, high, of the gap too, correlations and their n */
    expect_columns("gap-theory", "9,12-22,28",
                   "dp\t0.4\t0\t0.5\t0.5\t1\t0.5\t0.5\t0.5\t0.5\t0.5\t0.5\t2\n"
                   "dp\t0.4\t1\t0.5\t0.5\t2\t0.5\t0.5\t0.5\t0.5\t0.5\t0.5\t2\n"
                   "dp\t0.8\t0\t0.9\t0.9\t1\t0.9\t0.9\t0.9\t0.5\t0.1\t0.9\t2\n"
                   "dp\t0.8\t1\t0.9\t0.1\t2\t0.9\t0.9\t0.9\t0.5\t0.1\t0.9\t2\n"
                   "full\t0\t0\t0\t0\t1\t0\t0\t0\t0.05\t0\t0.1\t2\n"
                   "full\t0\t1\t0\t0.1\t2\t0\t0\t0\t0.05\t0\t0.1\t2\n");
    /*
     * Predicted are 0, 0.5, 0.9, of mean 7 / 15. Seed 0: 1. Seed 1: 0.1, 0.5, 0.1, so that the sum
     * of products is 0.4 (0.5 - 7 / 15), over sqrt(61 / 150 * 8 / 75).
     */
    expect_picture("gap-theory", "x",
                   (const char *const[]){"correlation 0.53 (0.06 to 1.00)", "mean over 2 seeds",
                                         "! el2n", NULL});
}

Test(render_paper, gap_without_enough_runs)
{
    add_gap("full", 0, 0, 0, 0.1);
    add_gap("dp", 0.4, 0, 10, 0.5);
    expect_columns("gap-theory", "25-28", "NaN\tNaN\tNaN\t0\nNaN\tNaN\tNaN\t0\n");
    expect_picture("gap-theory", "x",
                   (const char *const[]){"no correlation: too few runs", "One seed.", NULL});
}

/* ---- transfer ---- */

/* Points above random's 80 %: full 5, its own 2, what small chose 1, a seed 0.5 up or down. */
static void add_transfer(void)
{
    for (int seed = 0; seed < 2; seed++) {
        const double up = seed ? 0.005 : -0.005;
        add_run("m", "full", "", 0, seed, 0.85);
        add_run("m", "random", "", 0.4, seed, 0.8);
        add_run("m", "el2n", "", 0.4, seed, 0.7); /* never by another network */
        add_run("m", "dp", "", 0.4, seed, 0.82 + up);
        add_run("m", "dp", "prune_with=small", 0.4, seed, 0.81 + up);
    }
}

Test(render_paper, transfer_beside_own_choice)
{
    add_transfer();
    expect_columns("transfer", "5,10,11,13,14,17,18",
                   "2\t1\tdp, its own\t0.4\t0.02\t\t1\n"
                   "2\t0\tdp, another's\t0.4\t0.01\tsmall\t1\n"
                   "2\t0\tfull\t0.4\t0.05\t\t1\n");
    expect_picture("transfer", "x",
                   (const char *const[]){"dp, another's", "dp, its own", "random", "full",
                                         "Another's: chosen with small.", "95 % interval", "!el2n",
                                         NULL});
}

Test(render_paper, transfer_from_several_networks)
{
    add_transfer();
    add_run("m", "dp", "prune_with=large", 0.4, 0, 0.83);
    expect_picture(
        "transfer", "x",
        (const char *const[]){"dp, of large", "dp, of small", "!chosen with small", NULL});
}

/* ---- architecture-ranking ---- */

/* Full data ranks the networks 1, 2, 3 with both seeds; dp 1, 2, 3 with seed 0, 2, 1, 3 with 1. */
static void add_networks(void)
{
    static const char *const models[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        for (int seed = 0; seed < 2; seed++) {
            add_run(models[i], "full", "", 0, seed, 0.5 + 0.1 * i + 0.02 * seed);
            add_run(models[i], "dp", "", 0.6, seed, seed && i < 2 ? 0.5 - 0.1 * i : 0.4 + 0.1 * i);
        }
    add_run("a", "random", "", 0.6, 0, 0.4); /* one network is no ranking */
}

Test(render_paper, ranking_of_networks)
{
    add_networks();
    expect_columns("architecture-ranking", "5,8,9,13-23",
                   "2\t3 networks\tdp\t2\ta\t0\t0.5\t0.4\t1\t0.51\t0.45\t0.75\t0.5\t1\n"
                   "2\t3 networks\tdp\t2\ta\t1\t0.52\t0.5\t2\t0.51\t0.45\t0.75\t0.5\t1\n"
                   "2\t3 networks\tdp\t2\tb\t0\t0.6\t0.5\t1\t0.61\t0.45\t0.75\t0.5\t1\n"
                   "2\t3 networks\tdp\t2\tb\t1\t0.62\t0.4\t2\t0.61\t0.45\t0.75\t0.5\t1\n"
                   "2\t3 networks\tdp\t2\tc\t0\t0.7\t0.6\t1\t0.71\t0.6\t0.75\t0.5\t1\n"
                   "2\t3 networks\tdp\t2\tc\t1\t0.72\t0.6\t2\t0.71\t0.6\t0.75\t0.5\t1\n"
                   "1\t3 networks\tfull\t1\ta\t0\t0.52\t0.5\t1\tNaN\tNaN\t1\t1\t1\n"
                   "1\t3 networks\tfull\t1\tb\t0\t0.62\t0.6\t1\tNaN\tNaN\t1\t1\t1\n"
                   "1\t3 networks\tfull\t1\tc\t0\t0.72\t0.7\t1\tNaN\tNaN\t1\t1\t1\n");
    expect_picture("architecture-ranking", "x",
                   (const char *const[]){"full, next seed", "dp, rate 60 %", "0.75 (0.50 to 1.00)",
                                         "d, 3 networks.", "!random", NULL});
}

/* ---- The spread over seeds ---- */

Test(render_paper, overlap_and_heat_map_tell_the_spread)
{
    plot_db_fill(db, &plot_grid_small);
    plot_db_exec(db, "CREATE TEMP TABLE kept AS SELECT * FROM selection");
    const char *const overlap[] = {"Seeds of a pair: at most", "!at most 0.0 points apart", NULL},
                      *const map[] = {"The shares of a bin in 3 seeds are at most",
                                      "!at most 0 points apart", NULL};
    expect_picture("overlap", "small", overlap);
    expect_picture("selection-heat-map", "small", map);
    /* Every seed chooses as seed 0 does. */
    plot_db_exec(db, "CREATE TEMP TABLE run AS SELECT * FROM v_run;"
                     "UPDATE selection SET (bitmap, kept) = ("
                     " SELECT k.bitmap, k.kept FROM kept k JOIN run a ON a.attempt = k.attempt"
                     " JOIN run b ON b.pruner = a.pruner AND b.options = a.options"
                     "   AND b.rate = a.rate"
                     " WHERE a.seed = 0 AND b.attempt = selection.attempt"
                     "   AND k.epoch = selection.epoch)");
    expect_picture("overlap", "small",
                   (const char *const[]){"at most 0.0 points apart, 0.0 on average.", NULL});
    expect_picture(
        "selection-heat-map", "small",
        (const char *const[]){"3 seeds are at most 0 points apart, 0 on average.", NULL});
    /* Of one seed there is nothing to tell. */
    plot_db_exec(db, "UPDATE attempt SET state = 'failed' WHERE cell IN (SELECT key FROM cell"
                     " WHERE seed > 0)");
    expect_picture("overlap", "small", (const char *const[]){"One seed.", "!apart", NULL});
    expect_picture("selection-heat-map", "small", (const char *const[]){"Seed 0.", "!apart", NULL});
}

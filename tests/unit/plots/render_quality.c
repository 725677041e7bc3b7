/*
 * render: figures of what networks are worth besides their accuracy, and of the law that it
 * follows, on numbers that can be worked out by hand.
 */
#include "base/mem.h"
#include "plots/render.h"
#include "tests/support/plot_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
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

TestSuite(render_quality, .init = open_db, .fini = close_db);

/* The TSV's rows without its head, in columns as cut has them. */
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

static void expect_text(const char *figure, const char *wanted)
{
    struct str tsv = {0}, svg = {0};
    struct err err = {0};
    cr_assert_eq(figure_data(figure_find(figure), db, "x", &tsv, &err), 0, "%s", err.text);
    cr_assert_eq(figure_picture(figure_find(figure), str_text(&tsv), "page", "svg", &svg, &err), 0,
                 "%s", err.text);
    cr_expect(strstr(str_text(&svg), wanted), "%s: no '%s'", figure, wanted);
    STR_RELEASE(&tsv, &svg);
}

/* Of 1000 samples; worst: of the worst class. */
static void add_run(const char *pruner, double rate, int seed, double error, double worst)
{
    const long long attempt = plot_db_run(db, &(struct plot_run){.pruner = pruner,
                                                                 .rate = rate,
                                                                 .seed = seed,
                                                                 .processed = 1 - rate,
                                                                 .accuracy = 1 - error});
    plot_db_exec(db,
                 "UPDATE attempt SET train_n = 1000 WHERE id = %lld;"
                 "INSERT INTO epoch (attempt, epoch, kept, test_accuracy, charged_ns, wall_ns,"
                 " samples_forward, samples_backward, flops, test_worst_class_accuracy)"
                 " VALUES (%lld, 1, 0, 0.5, 1, 1, 0, 0, 0, %.17g)",
                 attempt, attempt, worst);
}

/* Half of the samples, twice the error. What has two amounts has no law, but a mark. */
Test(render_quality, a_law_that_all_runs_are_on_has_no_interval)
{
    add_run("full", 0, 0, 0.1, 0.5);
    add_run("random", 0.5, 0, 0.2, 0.5);
    add_run("random", 0.75, 0, 0.4, 0.5);
    add_run("ucb", 0.5, 0, 0.15, 0.5);
    expect_columns("scaling-law", "9,12-14,18-26",
                   "full\t0\t1000\t0.1\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\n"
                   "random\t0.75\t250\t0.4\t1\tNaN\tNaN\t500\t0.2\tNaN\t250\t1000\t3\n"
                   "random\t0.5\t500\t0.2\t1\tNaN\tNaN\t500\t0.2\tNaN\t250\t1000\t3\n"
                   "ucb\t0.5\t500\t0.15\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\tNaN\n");
    expect_text("scaling-law", ">1.00<");
    expect_text("scaling-law", "ucb<");
}

/*
 * Two seeds, a tenth above and below the law in the logarithm: six runs with squares of 6 * 0.01
 * around it, over 4 degrees of freedom: s^2 = 0.015, t = 2.776445. The squares of ln kept are 4
 * ln(2)^2.
 */
Test(render_quality, a_laws_interval_is_that_of_least_squares)
{
    for (int seed = 0; seed < 2; seed++) {
        const double off = exp(seed ? 0.1 : -0.1);
        add_run("full", 0, seed, 0.1 * off, 0.5);
        add_run("random", 0.5, seed, 0.2 * off, 0.5);
        add_run("random", 0.75, seed, 0.4 * off, 0.5);
    }
    expect_columns("scaling-law", "9,12-16,18-26",
                   "full\t0\t1000\t0.100500417\t0.0904837418\t0.110517092\tNaN\tNaN\tNaN\tNaN\tNaN"
                   "\tNaN\tNaN\tNaN\tNaN\n"
                   "random\t0.75\t250\t0.402001667\t0.361934967\t0.442068367\t1\t0.754710327\t"
                   "1.24528967\t500\t0.2\t0.138822255\t250\t1000\t6\n"
                   "random\t0.5\t500\t0.201000834\t0.180967484\t0.221034184\t1\t0.754710327\t"
                   "1.24528967\t500\t0.2\t0.138822255\t250\t1000\t6\n");
    expect_text("scaling-law", ">1.00 [0.75, 1.25]<");
}

/* A logarithm of nothing is left out; with nothing left, so is the figure. */
Test(render_quality, a_run_without_an_error_is_on_no_law)
{
    struct str tsv = {0};
    struct err err = {0};
    add_run("full", 0, 0, 0, 0.5);
    cr_expect_eq(figure_data(figure_find("scaling-law"), db, "x", &tsv, &err), FIGURE_EMPTY);
    cr_expect(strstr(err.text, "no test error in the 1 finished cells"), "%s", err.text);
    str_release(&tsv);
}

Test(render_quality, worst_class_beside_all)
{
    add_run("full", 0, 0, 0.1, 0.75);
    add_run("full", 0, 1, 0.2, 0.5);
    add_run("random", 0.5, 0, 0.25, 0.5);
    expect_columns("worst-class", "5,9,12-19",
                   "2\tfull\t0\t0.85\t0.8\t0.9\t0.625\t0.5\t0.75\t0\n"
                   "1\trandom\t0.5\t0.75\t0.75\t0.75\t0.5\t0.5\t0.5\t0\n");
    expect_text("worst-class", "of the worst class (%)<");
}

/*
 * render: what the figures show (their TSV, against golden files and an independent quantile) and
 * what goes wrong. How the pictures look is tests/unit/plots/render_layout.c.
 *
 * After a change that is meant, WINNOW_GOLDEN_UPDATE=1 rewrites tests/golden/figures: read the
 * diff.
 */
#include "plots/render.h"
#include "base/mem.h"
#include "base/num.h"
#include "tests/support/plot_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of numbers printed with 9 digits. */
static const double PRINTED = 1e-8;

static const char *const only_svg[] = {"svg", NULL};

static char *data_of(const char *figure, struct sqlite3 *db, const char *experiment)
{
    struct str tsv = {0};
    struct err err = {0};
    cr_assert_eq(figure_data(figure_find(figure), db, experiment, &tsv, &err), 0, "%s", err.text);
    return tsv.text;
}

static void free_indices(struct criterion_test_params *params)
{
    cr_free(params->params);
}

ParameterizedTestParameters(render, golden)
{
    size_t count = 0;
    while (figure_at(count))
        count++;
    size_t *indices = cr_malloc(count * sizeof *indices);
    for (size_t i = 0; i < count; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, count, free_indices);
}

ParameterizedTest(size_t *index, render, golden)
{
    const struct figure *figure = figure_at(*index);
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    plot_db_suit(db, figure->name);
    char *tsv = data_of(figure->name, db, plot_grid_small.name);
    char path[128];
    snprintf(path, sizeof path, "tests/golden/figures/%s.tsv", figure->name);
    if (getenv("WINNOW_GOLDEN_UPDATE"))
        test_write_file(path, tsv);
    char *golden = test_read_file(path);
    cr_assert_not_null(golden, "%s cannot be read", path);
    cr_expect_str_eq(tsv, golden, "%s is another now; it was\n%s", path, tsv);
    free(golden);
    mem_free(tsv);
    plot_db_close(db);
}

Test(render, registry)
{
    char *readme = test_read_file("plots/README.md");
    cr_assert_not_null(readme);
    for (size_t i = 0; figure_at(i); i++) {
        const struct figure *figure = figure_at(i);
        cr_expect_eq(figure_find(figure->name), figure, "%s", figure->name);
        cr_expect_str_not_empty(figure_sql(figure), "%s has no SQL", figure->name);
        cr_expect_str_not_empty(figure_gp(figure), "%s has no script", figure->name);
        char row[64];
        snprintf(row, sizeof row, "\n| `%s` |", figure->name);
        cr_expect_not_null(strstr(readme, row), "plots/README.md does not have %s", figure->name);
    }
    free(readme);
    cr_expect_null(figure_find("accuracy-vs-tim"));
}

/* The value in a column (from 1) of the first line that begins with a block's number. */
static double value_of(const char *tsv, int block, int column)
{
    char start[16];
    snprintf(start, sizeof start, "\n%d\t", block);
    const char *p = strstr(tsv, start);
    cr_assert_not_null(p, "no block %d in\n%s", block, tsv);
    p++;
    for (int i = 1; i < column; i++)
        p = strchr(p, '\t') + 1;
    char text[32] = "";
    double value = 0;
    snprintf(text, sizeof text, "%.*s", (int)strcspn(p, "\t\n"), p);
    cr_assert(str_parse_double(text, &value), "'%s' in column %d of block %d", text, column, block);
    return value;
}

/* One pruner, one rate and so many seeds: median, low and high against num_quantile. */
static void check_quantiles(int seeds, double tail)
{
    static const struct plot_pruner pruners[] = {{"random", ""}, {NULL, NULL}};
    const struct plot_grid grid = {.name = "q",
                                   .datasets = {"d"},
                                   .models = {"m"},
                                   .pruners = pruners,
                                   .rates = {0.5},
                                   .seeds = seeds,
                                   .epochs = 1};
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &grid);
    double accuracy[16], charged[16];
    for (int seed = 0; seed < seeds; seed++) {
        const struct plot_epoch e = plot_epoch(&grid, &pruners[0], 0.5, seed, 1);
        accuracy[seed] = e.accuracy;
        charged[seed] = e.charged_s;
    }
    const size_t n = (size_t)seeds;
    const double expected[] = {num_quantile(charged, n, 0.5), num_quantile(accuracy, n, 0.5),
                               num_quantile(accuracy, n, tail), num_quantile(accuracy, n, 1 - tail),
                               tail};
    char *tsv = data_of("accuracy-vs-time", db, "q");
    for (int i = 0; i < 5; i++)
        cr_expect_float_eq(value_of(tsv, 0, 15 + i), expected[i], PRINTED,
                           "%d seeds, column %d: %.12g, expected %.12g", seeds, 15 + i,
                           value_of(tsv, 0, 15 + i), expected[i]);
    char *rates = data_of("accuracy-vs-rate", db, "q");
    for (int i = 1; i < 5; i++)
        cr_expect_float_eq(value_of(rates, 0, 13 + i), expected[i], PRINTED,
                           "%d seeds, column %d: %.12g, expected %.12g", seeds, 13 + i,
                           value_of(rates, 0, 13 + i), expected[i]);
    mem_free(tsv);
    mem_free(rates);
    plot_db_close(db);
}

Test(render, bands_are_extremes_of_few_seeds)
{
    check_quantiles(1, 0);
    check_quantiles(2, 0);
    check_quantiles(4, 0);
}

Test(render, bands_are_quartiles_of_many_seeds)
{
    check_quantiles(5, 0.25);
    check_quantiles(6, 0.25);
    check_quantiles(7, 0.25);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *p = strstr(text, part); p; p = strstr(p + 1, part))
        count++;
    return count;
}

Test(render, full_is_in_the_panel_of_every_rate)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small); /* two rates, four epochs */
    char *tsv = data_of("accuracy-vs-time", db, plot_grid_small.name);
    cr_expect_eq(count_of(tsv, "\tfull\t0\tfull\t"), 2 * 4, "%s", tsv);
    mem_free(tsv);
    plot_db_close(db);
}

Test(render, options_are_told_apart_only_where_they_differ)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    char *tsv = data_of("phases", db, plot_grid_small.name);
    cr_expect_not_null(strstr(tsv, "\tucb\t0\tucb\t"), "%s", tsv);
    cr_expect_not_null(strstr(tsv, "\tucb\t1\tucb c=2\t"), "%s", tsv);
    cr_expect_not_null(strstr(tsv, "\tel2n\t0\tel2n\t"), "its only options are not repeated:\n%s",
                       tsv);
    mem_free(tsv);
    plot_db_close(db);
}

Test(render, epochs_without_accuracy_are_left_out)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    plot_db_exec(db, "UPDATE epoch SET test_accuracy = NULL WHERE epoch %% 2 = 1");
    char *tsv = data_of("accuracy-vs-time", db, plot_grid_small.name);
    cr_expect_null(strstr(tsv, "NaN"), "%s", tsv);
    cr_expect_eq(count_of(tsv, "\tfull\t0\tfull\t"), 2 * 2, "%s", tsv);
    mem_free(tsv);
    plot_db_close(db);
}

Test(render, text_cannot_break_the_table)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    plot_db_exec(db, "UPDATE cell SET model_label = 'a' || char(9) || '\"b' || char(10) || '\\c'");
    char *tsv = data_of("phases", db, plot_grid_small.name);
    cr_expect_not_null(strstr(tsv, "\ta 'b /c\t"), "%s", tsv);
    mem_free(tsv);
    plot_db_close(db);
}

/* ---- What is missing ---- */

static void expect_no_data(struct sqlite3 *db, const char *figure, const char *experiment,
                           int result, const char *message)
{
    struct str tsv = {0};
    struct err err = {0};
    cr_expect_eq(figure_data(figure_find(figure), db, experiment, &tsv, &err), result, "%s",
                 str_text(&tsv));
    cr_expect_str_eq(err.text, message);
    cr_expect_null(tsv.text, "outputs are untouched on failure: %s", str_text(&tsv));
    str_release(&tsv);
}

Test(render, says_what_is_missing)
{
    struct sqlite3 *db = plot_db_open();
    expect_no_data(db, "phases", "x", FIGURE_EMPTY, "phases: experiment 'x' has no cells");
    plot_db_fill(db, &plot_grid_small);
    plot_db_exec(db, "UPDATE attempt SET test_accuracy = NULL");
    plot_db_exec(db, "UPDATE epoch SET test_accuracy = NULL");
    expect_no_data(db, "accuracy-vs-time", plot_grid_small.name, FIGURE_EMPTY,
                   "accuracy-vs-time: no test accuracy in the 27 finished cells of experiment "
                   "'small'");
    expect_no_data(db, "accuracy-vs-rate", plot_grid_small.name, FIGURE_EMPTY,
                   "accuracy-vs-rate: no test accuracy in the 27 finished cells of experiment "
                   "'small'");
    expect_no_data(db, "versus-random", plot_grid_small.name, FIGURE_EMPTY,
                   "versus-random: no pruner to compare with random, at its seeds and numbers of "
                   "samples, in the 27 finished cells of experiment 'small'");
    plot_db_exec(db, "UPDATE attempt SET state = 'failed'");
    expect_no_data(db, "phases", plot_grid_small.name, FIGURE_EMPTY,
                   "phases: no finished cells of experiment 'small' (0 of 27)");
    plot_db_exec(db, "DROP VIEW v_run");
    expect_no_data(db, "phases", plot_grid_small.name, -1,
                   "phases: database: no such table: v_run");
    plot_db_close(db);
}

static void expect_experiment(struct sqlite3 *db, const char *wanted, const char *name, int code,
                              const char *message)
{
    struct str found = {0};
    struct err err = {0};
    const int failed = figure_experiment(db, wanted, &found, &err);
    cr_expect_eq(failed, code);
    cr_expect_str_eq(str_text(&found), name ? name : "");
    cr_expect_str_eq(err.text, message);
    str_release(&found);
}

Test(render, chooses_the_experiment)
{
    struct sqlite3 *db = plot_db_open();
    expect_experiment(db, NULL, NULL, FIGURE_EMPTY, "the database holds no experiment");
    plot_db_run(db, &(struct plot_run){"night", .pruner = "full"});
    expect_experiment(db, NULL, "night", 0, "");
    plot_db_run(db, &(struct plot_run){"day", .pruner = "full"});
    expect_experiment(db, "day", "day", 0, "");
    expect_experiment(db, NULL, NULL, FIGURE_EMPTY,
                      "which experiment? The database holds day, night");
    expect_experiment(db, "nigth", NULL, FIGURE_EMPTY,
                      "no experiment 'nigth' in the database, did you mean night?; it holds day, "
                      "night");
    plot_db_exec(db, "DROP VIEW v_experiment");
    expect_experiment(db, NULL, NULL, -1, "database: no such table: v_experiment");
    plot_db_close(db);
}

/* ---- Pictures ---- */

static char *picture_of(const char *figure, struct sqlite3 *db, const char *experiment)
{
    char *tsv = data_of(figure, db, experiment);
    struct str files = {0};
    struct err err = {0};
    char path[256];
    cr_assert_eq(figure_draw(figure_find(figure), tsv, test_dir(), "page", only_svg, &files, &err),
                 0, "%s", err.text);
    snprintf(path, sizeof path, "%s/%s.svg", test_dir(), figure);
    char *svg = test_read_file(path);
    cr_assert_not_null(svg, "%s is not there", path);
    str_release(&files);
    mem_free(tsv);
    return svg;
}

static bool has_colour(const char *svg, const char *colour)
{
    return strstr(svg, colour) != NULL;
}

/* A pruner's colour does not depend on the figure or on who is beside it. */
Test(render, a_pruner_keeps_its_colour)
{
    const char *el2n = "rgb(204, 121, 167)", *ucb = "rgb(213,  94,   0)",
               *lighter_ucb = "rgb(229, 158, 102)";
    const char *curves[] = {"accuracy-vs-time", "accuracy-vs-rate"};
    for (size_t i = 0; i < 2; i++) {
        struct sqlite3 *db = plot_db_open();
        plot_db_fill(db, &plot_grid_small);
        char *several = picture_of(curves[i], db, "small");
        cr_expect(has_colour(several, el2n), "%s", curves[i]);
        cr_expect(has_colour(several, ucb), "%s", curves[i]);
        cr_expect(has_colour(several, lighter_ucb), "%s", curves[i]);
        plot_db_exec(db, "DELETE FROM experiment_cell WHERE cell IN (SELECT key FROM cell"
                         " WHERE pruner <> 'el2n')");
        char *alone = picture_of(curves[i], db, "small");
        cr_expect(has_colour(alone, el2n), "%s", curves[i]);
        cr_expect(!has_colour(alone, ucb), "%s", curves[i]);
        free(several);
        free(alone);
        plot_db_close(db);
    }
}

/* ---- Files, and gnuplots that fail ---- */

static bool is_empty(const char *folder)
{
    struct test_output list = test_run("ls -A '%s'", folder);
    const bool empty = list.out[0] == '\0';
    test_output_release(&list);
    return empty;
}

Test(render, writes_every_format)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    char *tsv = data_of("phases", db, plot_grid_small.name);
    char folder[128], path[256];
    struct str files = {0}, expected = {0};
    struct err err = {0};
    snprintf(folder, sizeof folder, "%s/it's/new", test_dir());
    cr_assert_eq(
        figure_draw(figure_find("phases"), tsv, folder, "page", figure_formats, &files, &err), 0,
        "%s", err.text);
    static const struct {
        const char *suffix, *magic;
    } kinds[] = {{".tsv", "# block\t"},
                 {".svg", "<?xml"},
                 {".pdf", "%PDF"},
                 {".png", "\x89PNG"},
                 {"-latex.tex", "% GNUPLOT: LaTeX picture"},
                 {"-latex.pdf", "%PDF"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(path, sizeof path, "%s/phases%s", folder, kinds[i].suffix);
        str_addf(&expected, "%s\n", path);
        char *text = test_read_file(path);
        cr_assert_not_null(text, "%s is not there", path);
        cr_expect_eq(strncmp(text, kinds[i].magic, strlen(kinds[i].magic)), 0, "%s", path);
        free(text);
    }
    cr_expect_str_eq(str_text(&files), str_text(&expected));
    struct test_output list = test_run("ls -A \"%s\" | wc -l", folder);
    cr_expect_str_eq(list.out, "6\n", "something was left behind");
    test_output_release(&list);
    str_release(&files);
    str_release(&expected);
    mem_free(tsv);
    plot_db_close(db);
}

/* gnuplot: the text of a program of that name, or NULL for none. */
static void expect_no_picture(const char *gnuplot, const char *message)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    char *tsv = data_of("phases", db, plot_grid_small.name);
    char bin[128], out[128], path[192];
    snprintf(bin, sizeof bin, "%s/bin", test_dir());
    snprintf(out, sizeof out, "%s/out", test_dir());
    cr_assert_eq(mkdir(bin, 0777) | mkdir(out, 0777), 0);
    if (gnuplot) {
        snprintf(path, sizeof path, "%s/gnuplot", bin);
        test_write_file(path, gnuplot);
        cr_assert_eq(chmod(path, 0755), 0);
    }
    struct str files = {0};
    struct err err = {0};
    char *old = strdup(getenv("PATH"));
    setenv("PATH", bin, 1);
    const int failed = figure_draw(figure_find("phases"), tsv, out, "page", only_svg, &files, &err);
    setenv("PATH", old, 1);
    free(old);
    cr_expect_eq(failed, -1);
    cr_expect_str_eq(err.text, message);
    cr_expect_null(files.text);
    cr_expect(is_empty(out), "%s: something was left behind", message);
    str_release(&files);
    mem_free(tsv);
    plot_db_close(db);
}

Test(render, no_gnuplot)
{
    expect_no_picture(NULL, "gnuplot is not installed; Debian's package is gnuplot-nox");
}

Test(render, gnuplot_complains)
{
    expect_no_picture("#!/bin/sh\necho half >phases.svg\necho >&2\necho 'no such terminal' >&2\n"
                      "exit 1\n",
                      "gnuplot cannot draw phases.svg: no such terminal");
}

Test(render, gnuplot_is_killed)
{
    expect_no_picture("#!/bin/sh\nkill -9 $$\n",
                      "gnuplot cannot draw phases.svg: it ended without a word");
}

Test(render, gnuplot_writes_nothing)
{
    expect_no_picture("#!/bin/sh\n: >phases.svg\n", "gnuplot wrote no phases.svg");
}

Test(render, no_folder)
{
    struct str files = {0};
    struct err err = {0};
    char file[128], folder[160], message[256];
    snprintf(file, sizeof file, "%s/file", test_dir());
    test_write_file(file, "");
    snprintf(folder, sizeof folder, "%s/folder", file);
    cr_expect_eq(figure_draw(figure_find("phases"), "", folder, "page", only_svg, &files, &err),
                 -1);
    snprintf(message, sizeof message, "cannot make the folder %s: Not a directory", folder);
    cr_expect_str_eq(err.text, message);
    str_release(&files);
}

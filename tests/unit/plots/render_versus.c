/*
 * render: what the figures versus-random and score-sampler show, read from the SVG.
 */
#include "tests/support/plot_db.h"
#include "tests/unit/plots/drawn.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* Differences to random in points, of three seeds: one spread apart. */
static void add_versus(struct sqlite3 *db, const char *pruner, double rate, double processed,
                       double difference, double spread)
{
    for (int seed = 0; seed < 3; seed++)
        plot_db_run(db,
                    &(struct plot_run){.pruner = pruner,
                                       .rate = rate,
                                       .seed = seed,
                                       .processed = processed,
                                       .accuracy = 0.8 + (difference + spread * (seed - 1)) / 100});
}

static size_t count_part(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *p = strstr(text, part); p; p = strstr(p + 1, part))
        count++;
    return count;
}

/* random has 80 % everywhere. */
static struct picture draw_versus(struct sqlite3 *db, const char *width)
{
    add_versus(db, "random", 0.5, 0.5, 0, 0);
    add_versus(db, "full", 0, 1, 0, 0);
    return drawn(figure_find("versus-random"), db, "x", width);
}

/* Rows hang in the order of their means, whatever their order in the file. */
Test(render_versus, best_on_top)
{
    static const struct {
        const char *name;
        double difference;
    } arms[] = {{"second", 0.5}, {"fourth", -1}, {"first", 1}, {"third", -0.5}};
    static const char *const order[] = {"first", "second", "third", "fourth"};
    struct sqlite3 *db = plot_db_open();
    for (size_t i = 0; i < 4; i++)
        add_versus(db, arms[i].name, 0.5, 0.5, arms[i].difference, 0.1);
    struct picture picture = draw_versus(db, "page");
    double above = 0;
    for (size_t i = 0; i < 4; i++) {
        const struct text *name = drawn_text(&picture, order[i]);
        cr_assert_not_null(name, "%s is not named", order[i]);
        cr_expect_gt(name->box.top, above, "%s: %g px, after %g", order[i], name->box.top, above);
        above = name->box.top;
    }
    drawn_release(&picture);
    plot_db_close(db);
}

/* gnuplot's mark 7, a filled circle, is gpPt6 in the SVG, and 6, the hollow one, gpPt5. All
   circles are filled with white first, and the key has two filled ones and a hollow one. */
Test(render_versus, verdicts_need_no_colour)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "better", 0.5, 0.5, 1, 0.1);
    add_versus(db, "worse", 0.5, 0.5, -1, 0.1);
    add_versus(db, "either", 0.5, 0.5, 0.1, 1);
    add_versus(db, "or", 0.5, 0.5, -0.1, 1);
    struct picture picture = draw_versus(db, "page");
    const size_t filled = count_part(picture.svg, "#gpPt6' transform"),
                 hollow = count_part(picture.svg, "#gpPt5' transform");
    cr_expect_eq(filled, 2 + 4 + 2, "%zu", filled);
    cr_expect_eq(hollow, 1 + 2, "%zu", hollow);
    drawn_release(&picture);
    plot_db_close(db);
}

/* What keeps more than its rate leaves has a panel and lines of its own, and says how much. */
Test(render_versus, own_budgets)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "strict", 0.5, 0.5, 1, 0.1);
    add_versus(db, "soft", 0.3, 0.82, 1, 0.1);
    add_versus(db, "soft", 0.5, 0.71, 1, 0.1);
    for (size_t i = 0; figure_widths[i]; i++) {
        plot_db_exec(db, "DELETE FROM experiment_cell WHERE cell IN (SELECT key FROM cell"
                         " WHERE pruner IN ('random', 'full'))");
        struct picture picture = draw_versus(db, figure_widths[i]);
        const struct text *more = drawn_text(&picture, "82 %"),
                          *less = drawn_text(&picture, "71 %");
        cr_expect(drawn_has(&picture, "own budget"), "%s", figure_widths[i]);
        cr_expect_not(drawn_has(&picture, "rate 30 %"), "%s: an empty panel", figure_widths[i]);
        cr_assert(more && less, "%s: a share is not told", figure_widths[i]);
        cr_expect_gt(less->box.top, more->box.top);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

/* The smallest run of random is at half of the samples. */
Test(render_versus, says_what_it_leaves_out)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "there", 0.5, 0.5, 1, 0.1);
    add_versus(db, "there", 0.7, 0.3, 1, 0.1);
    add_versus(db, "nowhere", 0.7, 0.3, 1, 0.1);
    struct picture picture = draw_versus(db, "page");
    struct str print = {0};
    drawn_join(&picture, &print);
    cr_expect_not_null(strstr(str_text(&print), "no run to compare with: 2 means."), "%s",
                       str_text(&print));
    cr_expect_not(drawn_has(&picture, "nowhere"), "%s", str_text(&print));
    str_release(&print);
    drawn_release(&picture);
    plot_db_close(db);
}

/* One that is far away does not flatten the others: it is an arrow with a number. */
Test(render_versus, far_away)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "near", 0.5, 0.5, 0.3, 0.1);
    add_versus(db, "nearer", 0.5, 0.5, -0.2, 0.1);
    add_versus(db, "far", 0.5, 0.5, -7.4, 0.1);
    add_versus(db, "out", 0.5, 0.5, 12.4, 0.1);
    add_versus(db, "zero", 0.5, 0.5, 0.1, 0.1);
    struct picture picture = draw_versus(db, "column");
    struct str print = {0};
    drawn_join(&picture, &print);
    cr_expect(drawn_has(&picture, "-7.4"), "%s", str_text(&print));
    cr_expect(drawn_has(&picture, "+12"), "%s", str_text(&print));
    cr_expect_not(drawn_has(&picture, "+0.3"), "%s", str_text(&print));
    cr_expect_not_null(strstr(str_text(&print), "Arrows: "), "%s", str_text(&print));
    str_release(&print);
    drawn_release(&picture);
    plot_db_close(db);
}

/* Forty-five pruners and four rates, three of which keep what they like. */
Test(render_versus, of_a_whole_field)
{
    struct sqlite3 *db = plot_db_open();
    for (int i = 0; i < 45; i++)
        for (int r = 0; r < 4; r++) {
            char name[32];
            const double rate = (double[]){0.3, 0.5, 0.7, 0.9}[r];
            snprintf(name, sizeof name, "%s-%d", i % 3 ? "pruner" : "longer-pruner", i);
            add_versus(db, name, rate, i < 3 ? 1 - rate / 2 : 1 - rate,
                       i < 12 ? -20 * rate : sin(i + 3 * r), 0.3);
        }
    add_versus(db, "random", 0.9, 0.1, 0, 0);
    for (size_t i = 0; figure_widths[i]; i++) {
        plot_db_exec(db, "DELETE FROM experiment_cell WHERE cell IN (SELECT key FROM cell"
                         " WHERE pruner = 'full' OR pruner = 'random' AND rate = 0.5)");
        struct picture picture = draw_versus(db, figure_widths[i]);
        drawn_check_layout(&picture, figure_widths[i]);
        cr_expect_leq(picture.width, (drawn_is_column(figure_widths[i]) ? COLUMN : 8.5) * 96,
                      "%g px", picture.width);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

/* ---- score-sampler ---- */

Test(render_score_sampler, columns_are_named_and_a_loss_that_rounds_to_nothing_has_no_sign)
{
    static const struct {
        const char *options;
        double difference;
    } arms[] = {{"", -3}, {"sampler=strata", -0.02}, {"sampler=window skip=0.1", 2}};
    struct sqlite3 *db = plot_db_open();
    for (size_t i = 0; i < 3; i++)
        for (int seed = 0; seed < 3; seed++) {
            struct plot_run run = {.pruner = "el2n",
                                   .options = arms[i].options,
                                   .rate = 0.5,
                                   .seed = seed,
                                   .processed = 0.5,
                                   .accuracy = 0.8 + (arms[i].difference + 0.1 * seed - 0.1) / 100};
            plot_db_run(db, &run);
        }
    add_versus(db, "random", 0.5, 0.5, 0, 0);
    struct picture picture = drawn(figure_find("score-sampler"), db, "x", "page");
    static const char *const texts[] = {"top", "strata", "window skip=0.1", "-3.0", "0.0", "+2.0"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(drawn_has(&picture, texts[i]), "there is no %s", texts[i]);
    cr_expect_not(drawn_has(&picture, "-0.0"));
    drawn_release(&picture);
    plot_db_close(db);
}

/*
 * render: how the pictures look, read from the SVG: that it can be reproduced, that all there is to
 * name is named, that no text is small, clipped or on top of another.
 *
 * A picture's bytes depend on gnuplot's version, so they are not compared with golden files.
 */
#include "base/mem.h"
#include "plots/render.h"
#include "tests/support/plot_db.h"
#include "tests/support/support.h"
#include "tests/unit/plots/drawn.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PAGE_HEIGHT = 9; /* inches, of a page's text */

/* The cases: each figure of each grid in each width. */
static const struct plot_pruner random_only[] = {{"random", ""}, {NULL, NULL}};
static const struct plot_pruner full_only[] = {{"full", ""}, {NULL, NULL}};
static const struct plot_grid single_grid = {.name = "single",
                                             .datasets = {"d"},
                                             .models = {"m"},
                                             .pruners = random_only,
                                             .rates = {0.5},
                                             .seeds = 1,
                                             .epochs = 1};
static const struct plot_grid full_grid = {.name = "full",
                                           .datasets = {"d"},
                                           .models = {"m"},
                                           .pruners = full_only,
                                           .rates = {0.5},
                                           .seeds = 2,
                                           .epochs = 40,
                                           .targets = "[0.1]"};
/* Nothing here is short: names of many words, and names that cannot be broken at a blank. */
#define LONG_OPTIONS "epsilon=0.05 decay=0.99 period=5 optimistic=true"
#define LONG_NAME "a-pruner-whose-author-could-not-stop-typing-before-the-line-was-full"
static const struct plot_pruner long_pruners[] = {{"full", ""},
                                                  {"random", ""},
                                                  {"infobatch", ""},
                                                  {"epsilon-greedy", ""},
                                                  {"epsilon-greedy", LONG_OPTIONS},
                                                  {LONG_NAME, ""},
                                                  {NULL, NULL}};
static const struct plot_grid long_grid = {
    .name = "an-experiment-with-a-name-that-is-longer-than-a-line-of-the-small-print",
    .datasets = {"fashion-mnist"},
    .models = {"convnet(depth=4 width=64 norm=batch pool=max)",
               "convnet(depth=4 width=64 norm=batch pool=average)"},
    .pruners = long_pruners,
    .rates = {0.3, 0.995},
    .seeds = 2,
    .epochs = 5,
    .targets = "[0.885]"};
static const struct plot_grid long_single_grid = {.name = "long",
                                                  .datasets = {"d"},
                                                  .models = {"m"},
                                                  .pruners = long_pruners,
                                                  .rates = {0.5},
                                                  .seeds = 1,
                                                  .epochs = 3};
static const struct plot_grid *const grids[] = {
    &plot_grid_small, &plot_grid_large, &single_grid, &full_grid, &long_grid, &long_single_grid};
enum { GRIDS = sizeof grids / sizeof *grids };

/* What a figure needs besides finished cells. */
static bool grid_has(const struct plot_grid *grid, const char *figure)
{
    static const struct {
        const char *figure;
        bool targets, others, full, choosers;
    } needs[] = {{"time-to-accuracy", .targets = true},
                 {"performance-profile", .targets = true},
                 {"versus-random", .others = true},
                 {"always-sometimes-never", .others = true},
                 {"selection-heat-map", .others = true},
                 {"overlap", .others = true},
                 {"speedup-vs-accuracy", .full = true},
                 {"amortization", .full = true},
                 {"score-distributions", .others = true},
                 {"sample-sheets", .choosers = true},
                 {"transfer", .others = true},
                 {"score-sampler", .others = true},
                 {"architecture-ranking", .full = true},
                 {"networks", .full = true}};
    const bool alone = grid->pruners == random_only || grid->pruners == full_only;
    if (strcmp(figure, "gap-theory") == 0 || strcmp(figure, "evidence") == 0)
        return grid->pruners != full_only;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (strcmp(needs[i].figure, figure) == 0)
            return !(needs[i].targets && !grid->targets) && !(needs[i].others && alone) &&
                   !(needs[i].full && grid->pruners == random_only) &&
                   !(needs[i].choosers && grid->pruners == full_only);
    return true;
}

/* One has a series per network. */
static bool names_pruners(const struct figure *figure)
{
    return strcmp(figure->name, "networks") != 0;
}

/* Whether a figure names a pruner of the grids, as far as it is of the kind that it is about. */
static bool shows(const struct figure *figure, const char *pruner)
{
    static const char *const changing[] = {"always-sometimes-never", "selection-heat-map"};
    const bool is_full = strcmp(pruner, "full") == 0, is_random = strcmp(pruner, "random") == 0;
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++)
        if (strcmp(figure->name, changing[i]) == 0)
            return !is_full && !is_random && strcmp(pruner, "el2n") != 0;
    if (strcmp(figure->name, "overlap") == 0 || strcmp(figure->name, "sample-sheets") == 0)
        return !is_full;
    if (strcmp(figure->name, "gap-theory") == 0 || strcmp(figure->name, "transfer") == 0)
        return is_full; /* of others there is more to say */
    if (strcmp(figure->name, "architecture-ranking") == 0 ||
        strcmp(figure->name, "evidence") == 0 || !names_pruners(figure))
        return false; /* with the rate, in a question, or not at all */
    return (strcmp(figure->name, "versus-random") != 0 &&
            strcmp(figure->name, "score-sampler") != 0 &&
            strcmp(figure->name, "score-distributions") != 0) ||
           (!is_full && !is_random);
}

/* One that is about many models counts them. */
static bool names_models(const struct figure *figure)
{
    return strcmp(figure->name, "architecture-ranking") != 0;
}

static size_t width_count(void)
{
    size_t count = 0;
    while (figure_widths[count])
        count++;
    return count;
}

static void free_indices(struct criterion_test_params *params)
{
    cr_free(params->params);
}

static struct criterion_test_params indices_below(size_t count)
{
    size_t *indices = cr_malloc(count * sizeof *indices);
    for (size_t i = 0; i < count; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, count, free_indices);
}

static void expect_nothing_of(const struct figure *figure, struct sqlite3 *db,
                              const char *experiment)
{
    struct str tsv = {0};
    struct err err;
    cr_expect_eq(figure_data(figure, db, experiment, &tsv, &err), FIGURE_EMPTY, "%s of %s",
                 figure->name, experiment);
    str_release(&tsv);
}

static void expect_fit(const struct picture *picture, const char *figure, const char *experiment,
                       const char *width)
{
    char what[160];
    snprintf(what, sizeof what, "%s of %s for a %s", figure, experiment, width);
    drawn_check_layout(picture, what);
    if (drawn_is_column(width))
        cr_expect_leq(picture->width, COLUMN * 96, "%s: %g px wide", what, picture->width);
}

static void add_unbroken(struct str *to, const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p != ' ')
            str_add_bytes(to, p, 1);
}

static void expect_whole_names(const struct picture *picture, const struct figure *figure,
                               const char *width)
{
    const char *names[] = {LONG_NAME, "epsilon-greedy " LONG_OPTIONS, long_grid.models[0],
                           long_grid.models[1], long_grid.name};
    struct str print = {0}, unbroken = {0};
    drawn_join(picture, &print);
    add_unbroken(&unbroken, str_text(&print));
    for (size_t i = names_pruners(figure) ? 0 : 2; i < sizeof names / sizeof *names; i++) {
        struct str name = {0};
        if (!names_models(figure) && strstr(names[i], "convnet"))
            continue;
        add_unbroken(&name, names[i]);
        cr_expect_not_null(strstr(str_text(&unbroken), str_text(&name)),
                           "%s for a %s does not name %s but %s", figure->name, width, names[i],
                           str_text(&print));
        str_release(&name);
    }
    STR_RELEASE(&print, &unbroken);
}

ParameterizedTestParameters(render_layout, fits)
{
    return indices_below(GRIDS);
}

ParameterizedTest(size_t *number, render_layout, fits, .timeout = 300)
{
    struct plot_grid grid = *grids[*number];
    grid.seeds *= test_soak() ? 2 : 1;
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &grid);
    for (size_t i = 0; figure_at(i); i++) {
        const struct figure *figure = figure_at(i);
        if (!grid_has(&grid, figure->name)) {
            drawn_suit(db, figure);
            expect_nothing_of(figure, db, grid.name);
            drawn_unsuit(db);
            continue;
        }
        for (size_t w = 0; figure_widths[w]; w++) {
            struct picture picture = drawn_suited(figure, db, grid.name, figure_widths[w]);
            expect_fit(&picture, figure->name, grid.name, figure_widths[w]);
            if (grids[*number] == &long_grid)
                expect_whole_names(&picture, figure, figure_widths[w]);
            drawn_release(&picture);
        }
    }
    plot_db_close(db);
}

/* How it tells that one pruner has two seeds and the others three. */
static const char *seeds_of(const struct figure *figure)
{
    if (strcmp(figure->name, "selection-heat-map") == 0)
        return "Seed 0.";
    if (strcmp(figure->name, "sample-sheets") == 0)
        return "Seed 0,";
    if (strcmp(figure->name, "performance-profile") == 0)
        return "2 to 3 tasks";
    if (strcmp(figure->name, "evidence") == 0)
        return "4 seeds";
    if (!names_pruners(figure))
        return "over 3 seeds";
    return strcmp(figure->name, "always-sometimes-never") == 0 ? "3 seeds" : "2 to 3 seeds";
}

/* Every pruner is named, and what the numbers are. */
static void expect_complete(const struct picture *picture, const struct figure *figure)
{
    const char *names[] = {"ucb", "ucb c=2", "el2n", "full", "random"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect(!shows(figure, names[i]) || drawn_has(picture, names[i]), "%s does not name %s",
                  figure->name, names[i]);
    struct str print = {0};
    drawn_join(picture, &print);
    const char *facts[] = {strcmp(figure->name, "evidence") == 0 ? "small. " /* of all panels */
                           : names_models(figure)                ? "small: fashion-mnist, mlp."
                                                  : "small: fashion-mnist, 4 networks.",
                           strcmp(figure->name, "transfer") == 0 ? "Not finished: 4 cells."
                           : !names_models(figure) || strcmp(figure->name, "score-sampler") == 0
                               ? "Not finished: 8 cells."
                               : "Not finished: 2 cells.",
                           seeds_of(figure)};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        cr_expect_not_null(strstr(str_text(&print), facts[i]), "%s does not say '%s' but %s",
                           figure->name, facts[i], str_text(&print));
    str_release(&print);
}

ParameterizedTestParameters(render_layout, complete)
{
    return indices_below(width_count());
}

/* And the same bytes twice. */
ParameterizedTest(size_t *number, render_layout, complete, .timeout = 300)
{
    const char *width = figure_widths[*number];
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    plot_db_exec(db, "UPDATE attempt SET state = 'failed' WHERE cell IN (SELECT key FROM cell"
                     " WHERE pruner = 'el2n' AND seed = 1)");
    for (size_t i = 0; figure_at(i); i++) {
        struct picture first = drawn_suited(figure_at(i), db, "small", width);
        struct picture second = drawn_suited(figure_at(i), db, "small", width);
        cr_expect_str_eq(first.svg, second.svg);
        expect_complete(&first, figure_at(i));
        drawn_release(&first);
        drawn_release(&second);
    }
    plot_db_close(db);
}

Test(render_layout, one_panel_is_a_column_wide)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &single_grid);
    plot_db_add(db, "SELECT experiment, state, dataset, model, 'el2n', '', rate, seed,"
                    " kept_fraction, accuracy FROM v_run");
    for (size_t i = 0; figure_at(i); i++) {
        if ((!grid_has(&single_grid, figure_at(i)->name) &&
             strcmp(figure_at(i)->name, "versus-random") != 0) ||
            strcmp(figure_at(i)->name, "evidence") == 0) /* a panel per pruner */
            continue;
        struct picture picture = drawn_suited(figure_at(i), db, "single", "page");
        cr_expect_float_eq(picture.width, COLUMN * 96, 1, "%s: %g px", figure_at(i)->name,
                           picture.width);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

/* 41 names above one panel, which took half of the picture in letters of the usual size and a
 * column's width. */
Test(render_layout, many_names_leave_room_for_what_they_name)
{
    enum { MANY = 41 };
    static const char *const figures[] = {"accuracy-vs-time", "accuracy-vs-rate"};
    static char names[MANY][24];
    struct plot_pruner many[MANY + 1] = {{NULL, NULL}};
    struct plot_grid grid = single_grid;
    struct sqlite3 *db = plot_db_open();
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "pruner-%zu%s", i, i % 3 ? "" : "-balanced");
        many[i] = (struct plot_pruner){names[i], ""};
    }
    grid.pruners = many;
    grid.epochs = 3;
    plot_db_fill(db, &grid);
    for (size_t i = 0; i < 2 * sizeof figures / sizeof *figures; i++) {
        const char *figure = figures[i / 2], *width = figure_widths[i % 2];
        struct picture picture = drawn(figure_find(figure), db, "single", width);
        const double share = drawn_is_column(width) ? 0.45 : 0.3;
        for (size_t n = 0; n < MANY; n++) {
            const struct text *name = drawn_text(&picture, names[n]);
            cr_assert(name, "%s, %s: %s is not named", figure, width, names[n]);
            cr_expect_leq(name->box.bottom, share * picture.height,
                          "%s, %s: %s ends at %g of %g px", figure, width, names[n],
                          name->box.bottom, picture.height);
        }
        drawn_check_layout(&picture, figure);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

/* The rates stand side by side on a page, and below each other in a column. */
Test(render_layout, targets_and_rates_are_labelled)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    for (size_t i = 0; figure_widths[i]; i++) {
        const char *width = figure_widths[i];
        struct picture picture = drawn(figure_find("accuracy-vs-time"), db, "small", width);
        const struct text *low = drawn_text(&picture, "rate 30 %");
        const struct text *high = drawn_text(&picture, "rate 70 %");
        cr_assert(low && high, "%s: a rate is not named", width);
        const double right = high->box.left - low->box.left, down = high->box.top - low->box.top;
        cr_expect(drawn_is_column(width) ? right == 0 && down > 96 : right > 96 && down == 0,
                  "%s: the second rate is %g px to the right and %g px down", width, right, down);
        const size_t targets = drawn_count(&picture, "target 80 %");
        cr_expect_eq(targets, drawn_is_column(width) ? 2 : 1, "%s: %zu", width, targets);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

/* The first and the last number below its x axis, and the axis' name, each once for all rates. */
Test(render_layout, rates_below_each_other_share_the_time)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    struct picture picture = drawn(figure_find("accuracy-vs-time"), db, "small", "column");
    const char *once[] = {"0.5", "5", "charged time (s)", "test accuracy (%)"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        cr_expect_eq(drawn_count(&picture, once[i]), 1, "'%s' is there %zu times", once[i],
                     drawn_count(&picture, once[i]));
    drawn_release(&picture);
    plot_db_close(db);
}

/* Two models with three rates, which is six panels: they have to shrink. */
Test(render_layout, a_column_is_as_tall_as_a_page_at_most)
{
    struct sqlite3 *db = plot_db_open();
    struct plot_grid grid = plot_grid_small;
    grid.models[1] = "cnn";
    grid.rates[2] = 0.9;
    plot_db_fill(db, &grid);
    for (size_t i = 0; figure_at(i); i++) {
        struct picture picture = drawn_suited(figure_at(i), db, "small", "column");
        cr_expect_leq(picture.height, PAGE_HEIGHT * 96, "%s: %g px", figure_at(i)->name,
                      picture.height);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

/* Markup, quotes and letters of other scripts in names come out as they are. */
Test(render_layout, any_name_can_be_drawn)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    plot_db_exec(db, "UPDATE cell SET dataset = '<d&\"e\">',"
                     " model_label = 'it''s 5 %% {of} m_n^2 \xc3\xa9'");
    plot_db_exec(db, "UPDATE cell SET pruner = 'new_@pruner' WHERE pruner = 'el2n'");
    for (size_t i = 0; figure_at(i); i++) {
        struct picture picture = drawn_suited(figure_at(i), db, "small", "page");
        cr_expect_not_null(
            strstr(picture.svg, strcmp(figure_at(i)->name, "evidence") == 0
                                    ? "{of}" /* in titles of several lines */
                                : names_models(figure_at(i))
                                    ? "small: &lt;d&amp;'e'>, it's 5 % {of} m_n^2 \xc3\xa9."
                                    : "small: &lt;d&amp;'e'>, 4 networks."),
            "%s", figure_at(i)->name);
        cr_expect(!shows(figure_at(i), "el2n") || drawn_has(&picture, "new_@pruner"), "%s",
                  figure_at(i)->name);
        drawn_release(&picture);
    }
    plot_db_close(db);
}

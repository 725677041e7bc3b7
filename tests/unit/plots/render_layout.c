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

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PIXELS_PER_POINT = 96.0 / 72;
static const double SMALLEST_FONT = 7; /* points, at the picture's own size */
static const double COLUMN = 3.5;      /* inches: one of a paper's two columns */
static const double PAGE_HEIGHT = 9;   /* inches, of a page's text */
static const double LETTER = 0.56;     /* em: DejaVu Sans's mean, which is wider than most */
static const double TOUCH = 1;         /* pixels by which estimated boxes may overlap */

enum { MAX_TEXTS = 4096, TEXT_SIZE = 128 };

struct box {
    double left, top, right, bottom;
};

struct text {
    char text[TEXT_SIZE]; /* as it stands in the XML */
    double font;          /* pixels */
    struct box box;
};

struct picture {
    char *svg;
    double width, height;
    struct text *texts;
    size_t count;
};

static const char *const only_svg[] = {"svg", NULL};

static char *draw(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                  const char *width)
{
    struct str tsv = {0}, files = {0};
    struct err err = {0};
    char path[256];
    cr_assert_eq(figure_data(figure, db, experiment, &tsv, &err), 0, "%s", err.text);
    cr_assert_eq(figure_draw(figure, str_text(&tsv), test_dir(), width, only_svg, &files, &err), 0,
                 "%s", err.text);
    snprintf(path, sizeof path, "%s/%s.svg", test_dir(), figure->name);
    char *svg = test_read_file(path);
    cr_assert_not_null(svg, "%s is not there", path);
    str_release(&tsv);
    str_release(&files);
    return svg;
}

/* The number after a key, from p on. */
static double number_after(const char *p, const char *key)
{
    char text[32];
    double value = (double)NAN;
    const char *start = strstr(p, key);
    cr_assert_not_null(start, "no %s in %.200s", key, p);
    start += strlen(key);
    snprintf(text, sizeof text, "%.*s", (int)strspn(start, "0123456789.-"), start);
    cr_assert(str_parse_double(text, &value), "'%s' after %s", text, key);
    return value;
}

/* The box of a text from its place, anchor and rotation; group is the <g> around it. */
static struct box box_of(const char *group, const char *text, double font)
{
    const double x = number_after(group, "translate(");
    const double y = number_after(strchr(group, ','), ",");
    const double length = LETTER * font * (double)strlen(text);
    const char *anchor = strstr(group, "text-anchor=\"") + strlen("text-anchor=\"");
    const double before = *anchor == 's' ? 0 : *anchor == 'm' ? length / 2 : length;
    const char *end = strchr(group, '>');
    const char *rotated = strstr(group, "rotate(");
    const double up = 0.72 * font, down = 0.2 * font; /* of capitals, of descenders */
    if (rotated && rotated < end)
        return (struct box){x - up, y - (length - before), x + down, y + before};
    return (struct box){x - before, y - up, x + length - before, y + down};
}

static struct picture parse(char *svg)
{
    struct picture picture = {.svg = svg,
                              .width = number_after(svg, "width=\""),
                              .height = number_after(svg, "height=\"")};
    MEM_NEW(picture.texts, MAX_TEXTS);
    const char *group = svg;
    for (const char *p = svg; (p = strstr(p, "<text>")); p++) {
        const char *next;
        while ((next = strstr(group + 1, "<g transform=")) && next < p)
            group = next;
        const char *start = p + strlen("<text>");
        if (*start == '<')
            continue; /* a tick without a number */
        cr_assert_lt(picture.count, MAX_TEXTS);
        struct text *text = &picture.texts[picture.count++];
        snprintf(text->text, sizeof text->text, "%.*s", (int)strcspn(start, "<"), start);
        text->font = number_after(group, "font-size=\"");
        text->box = box_of(group, text->text, text->font);
    }
    return picture;
}

/* What is there only for a figure (plot_db_suit), until unsuit(). */
static void suit(struct sqlite3 *db, const struct figure *figure)
{
    plot_db_exec(db, "SAVEPOINT filled");
    plot_db_suit(db, figure->name);
}

static void unsuit(struct sqlite3 *db)
{
    plot_db_exec(db, "ROLLBACK TO filled; RELEASE filled");
}

static struct picture draw_suited(const struct figure *figure, struct sqlite3 *db,
                                  const char *experiment, const char *width)
{
    suit(db, figure);
    struct picture picture = parse(draw(figure, db, experiment, width));
    unsuit(db);
    return picture;
}

static void release(struct picture *picture)
{
    free(picture->svg);
    mem_free(picture->texts);
}

/* NULL: it is not there. */
static const struct text *find_text(const struct picture *picture, const char *wanted)
{
    for (size_t i = 0; i < picture->count; i++)
        if (strcmp(picture->texts[i].text, wanted) == 0)
            return &picture->texts[i];
    return NULL;
}

static bool has_text(const struct picture *picture, const char *wanted)
{
    return find_text(picture, wanted) != NULL;
}

static size_t count_text(const struct picture *picture, const char *wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < picture->count; i++)
        count += strcmp(picture->texts[i].text, wanted) == 0;
    return count;
}

static bool is_column(const char *width)
{
    return strcmp(width, "column") == 0;
}

/* All texts in the order in which they are drawn. */
static void join_texts(const struct picture *picture, struct str *ret_text)
{
    for (size_t i = 0; i < picture->count; i++)
        str_addf(ret_text, "%s ", picture->texts[i].text);
}

static bool overlap(struct box a, struct box b)
{
    return a.left + TOUCH < b.right && b.left + TOUCH < a.right && a.top + TOUCH < b.bottom &&
           b.top + TOUCH < a.bottom;
}

static void check_layout(const struct picture *picture, const char *what)
{
    cr_expect_gt(picture->count, 5, "%s: %zu texts", what, picture->count);
    for (size_t i = 0; i < picture->count; i++) {
        const struct text *a = &picture->texts[i];
        cr_expect_geq(a->font, SMALLEST_FONT * PIXELS_PER_POINT - 0.01, "%s: '%s' is %g px", what,
                      a->text, a->font);
        cr_expect(a->box.left >= 0 && a->box.top >= 0 && a->box.right <= picture->width &&
                      a->box.bottom <= picture->height,
                  "%s: '%s' is clipped: %g %g %g %g of %g x %g", what, a->text, a->box.left,
                  a->box.top, a->box.right, a->box.bottom, picture->width, picture->height);
        for (size_t j = 0; j < i; j++)
            cr_expect(!overlap(a->box, picture->texts[j].box),
                      "%s: '%s' (%g %g) is on top of '%s' (%g %g)", what, a->text, a->box.left,
                      a->box.top, picture->texts[j].text, picture->texts[j].box.left,
                      picture->texts[j].box.top);
    }
}

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
                 {"architecture-ranking", .full = true}};
    const bool alone = grid->pruners == random_only || grid->pruners == full_only;
    if (strcmp(figure, "gap-theory") == 0)
        return grid->pruners != full_only;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (strcmp(needs[i].figure, figure) == 0)
            return !(needs[i].targets && !grid->targets) && !(needs[i].others && alone) &&
                   !(needs[i].full && grid->pruners == random_only) &&
                   !(needs[i].choosers && grid->pruners == full_only);
    return true;
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
    if (strcmp(figure->name, "architecture-ranking") == 0)
        return false; /* with the rate */
    return (strcmp(figure->name, "versus-random") != 0 &&
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

static size_t figure_count(void)
{
    size_t count = 0;
    while (figure_at(count))
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
    check_layout(picture, what);
    if (is_column(width))
        cr_expect_leq(picture->width, COLUMN * 96, "%s: %g px wide", what, picture->width);
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
            suit(db, figure);
            expect_nothing_of(figure, db, grid.name);
            unsuit(db);
            continue;
        }
        for (size_t w = 0; figure_widths[w]; w++) {
            struct picture picture = draw_suited(figure, db, grid.name, figure_widths[w]);
            expect_fit(&picture, figure->name, grid.name, figure_widths[w]);
            release(&picture);
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
    return strcmp(figure->name, "always-sometimes-never") == 0 ? "3 seeds" : "2 to 3 seeds";
}

/* Every pruner is named, and what the numbers are. */
static void expect_complete(const struct picture *picture, const struct figure *figure)
{
    const char *names[] = {"ucb", "ucb c=2", "el2n", "full", "random"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect(!shows(figure, names[i]) || has_text(picture, names[i]), "%s does not name %s",
                  figure->name, names[i]);
    struct str print = {0};
    join_texts(picture, &print);
    const char *facts[] = {names_models(figure) ? "small: fashion-mnist, mlp."
                                                : "small: fashion-mnist, 4 networks.",
                           strcmp(figure->name, "transfer") == 0 ? "Not finished: 4 cells."
                           : !names_models(figure)               ? "Not finished: 8 cells."
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
        struct picture first = draw_suited(figure_at(i), db, "small", width);
        struct picture second = draw_suited(figure_at(i), db, "small", width);
        cr_expect_str_eq(first.svg, second.svg);
        expect_complete(&first, figure_at(i));
        release(&first);
        release(&second);
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
        if (!grid_has(&single_grid, figure_at(i)->name) &&
            strcmp(figure_at(i)->name, "versus-random") != 0)
            continue;
        struct picture picture = draw_suited(figure_at(i), db, "single", "page");
        cr_expect_float_eq(picture.width, COLUMN * 96, 1, "%s: %g px", figure_at(i)->name,
                           picture.width);
        release(&picture);
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
        struct picture picture = parse(draw(figure_find("accuracy-vs-time"), db, "small", width));
        const struct text *low = find_text(&picture, "rate 30 %");
        const struct text *high = find_text(&picture, "rate 70 %");
        cr_assert(low && high, "%s: a rate is not named", width);
        const double right = high->box.left - low->box.left, down = high->box.top - low->box.top;
        cr_expect(is_column(width) ? right == 0 && down > 96 : right > 96 && down == 0,
                  "%s: the second rate is %g px to the right and %g px down", width, right, down);
        const size_t targets = count_text(&picture, "target 80 %");
        cr_expect_eq(targets, is_column(width) ? 2 : 1, "%s: %zu", width, targets);
        release(&picture);
    }
    plot_db_close(db);
}

/* The first and the last number below its x axis, and the axis' name, each once for all rates. */
Test(render_layout, rates_below_each_other_share_the_time)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    struct picture picture = parse(draw(figure_find("accuracy-vs-time"), db, "small", "column"));
    const char *once[] = {"0.5", "5", "charged time (s)", "test accuracy (%)"};
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        cr_expect_eq(count_text(&picture, once[i]), 1, "'%s' is there %zu times", once[i],
                     count_text(&picture, once[i]));
    release(&picture);
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
        struct picture picture = draw_suited(figure_at(i), db, "small", "column");
        cr_expect_leq(picture.height, PAGE_HEIGHT * 96, "%s: %g px", figure_at(i)->name,
                      picture.height);
        release(&picture);
    }
    plot_db_close(db);
}

/* ---- versus-random ---- */

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
    return parse(draw(figure_find("versus-random"), db, "x", width));
}

/* Rows hang in the order of their means, whatever their order in the file. */
Test(render_layout, versus_best_on_top)
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
        const struct text *name = find_text(&picture, order[i]);
        cr_assert_not_null(name, "%s is not named", order[i]);
        cr_expect_gt(name->box.top, above, "%s: %g px, after %g", order[i], name->box.top, above);
        above = name->box.top;
    }
    release(&picture);
    plot_db_close(db);
}

/* gnuplot's mark 7, a filled circle, is gpPt6 in the SVG, and 6, the hollow one, gpPt5. All
   circles are filled with white first, and the key has two filled ones and a hollow one. */
Test(render_layout, versus_verdicts_need_no_colour)
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
    release(&picture);
    plot_db_close(db);
}

/* What keeps more than its rate leaves has a panel and lines of its own, and says how much. */
Test(render_layout, versus_own_budgets)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "strict", 0.5, 0.5, 1, 0.1);
    add_versus(db, "soft", 0.3, 0.82, 1, 0.1);
    add_versus(db, "soft", 0.5, 0.71, 1, 0.1);
    for (size_t i = 0; figure_widths[i]; i++) {
        plot_db_exec(db, "DELETE FROM experiment_cell WHERE cell IN (SELECT key FROM cell"
                         " WHERE pruner IN ('random', 'full'))");
        struct picture picture = draw_versus(db, figure_widths[i]);
        const struct text *more = find_text(&picture, "82 %"), *less = find_text(&picture, "71 %");
        cr_expect(has_text(&picture, "own budget"), "%s", figure_widths[i]);
        cr_expect_not(has_text(&picture, "rate 30 %"), "%s: an empty panel", figure_widths[i]);
        cr_assert(more && less, "%s: a share is not told", figure_widths[i]);
        cr_expect_gt(less->box.top, more->box.top);
        release(&picture);
    }
    plot_db_close(db);
}

/* The smallest run of random is at half of the samples. */
Test(render_layout, versus_says_what_it_leaves_out)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "there", 0.5, 0.5, 1, 0.1);
    add_versus(db, "there", 0.7, 0.3, 1, 0.1);
    add_versus(db, "nowhere", 0.7, 0.3, 1, 0.1);
    struct picture picture = draw_versus(db, "page");
    struct str print = {0};
    join_texts(&picture, &print);
    cr_expect_not_null(strstr(str_text(&print), "no run to compare with: 2 means."), "%s",
                       str_text(&print));
    cr_expect_not(has_text(&picture, "nowhere"), "%s", str_text(&print));
    str_release(&print);
    release(&picture);
    plot_db_close(db);
}

/* One that is far away does not flatten the others: it is an arrow with a number. */
Test(render_layout, versus_far_away)
{
    struct sqlite3 *db = plot_db_open();
    add_versus(db, "near", 0.5, 0.5, 0.3, 0.1);
    add_versus(db, "nearer", 0.5, 0.5, -0.2, 0.1);
    add_versus(db, "far", 0.5, 0.5, -7.4, 0.1);
    add_versus(db, "out", 0.5, 0.5, 12.4, 0.1);
    add_versus(db, "zero", 0.5, 0.5, 0.1, 0.1);
    struct picture picture = draw_versus(db, "column");
    struct str print = {0};
    join_texts(&picture, &print);
    cr_expect(has_text(&picture, "-7.4"), "%s", str_text(&print));
    cr_expect(has_text(&picture, "+12"), "%s", str_text(&print));
    cr_expect_not(has_text(&picture, "+0.3"), "%s", str_text(&print));
    cr_expect_not_null(strstr(str_text(&print), "Arrows: "), "%s", str_text(&print));
    str_release(&print);
    release(&picture);
    plot_db_close(db);
}

/* Forty-five pruners and four rates, three of which keep what they like. */
Test(render_layout, versus_of_a_whole_field)
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
        check_layout(&picture, figure_widths[i]);
        cr_expect_leq(picture.width, (is_column(figure_widths[i]) ? COLUMN : 8.5) * 96, "%g px",
                      picture.width);
        release(&picture);
    }
    plot_db_close(db);
}

static void add_unbroken(struct str *to, const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p != ' ')
            str_add_bytes(to, p, 1);
}

/* Long names are broken, not cut. */
Test(render_layout, long_names_are_whole)
{
    const char *names[] = {LONG_NAME, "epsilon-greedy " LONG_OPTIONS, long_grid.models[0],
                           long_grid.models[1], long_grid.name};
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &long_grid);
    for (size_t i = 0; i < figure_count() * width_count(); i++) {
        const struct figure *figure = figure_at(i % figure_count());
        const char *width = figure_widths[i / figure_count()];
        struct picture picture = draw_suited(figure, db, long_grid.name, width);
        struct str print = {0}, unbroken = {0};
        join_texts(&picture, &print);
        add_unbroken(&unbroken, str_text(&print));
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            struct str name = {0};
            if (!names_models(figure) && strstr(names[j], "convnet"))
                continue;
            add_unbroken(&name, names[j]);
            cr_expect_not_null(strstr(str_text(&unbroken), str_text(&name)),
                               "%s for a %s does not name %s but %s", figure->name, width, names[j],
                               str_text(&print));
            str_release(&name);
        }
        str_release(&print);
        str_release(&unbroken);
        release(&picture);
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
        struct picture picture = draw_suited(figure_at(i), db, "small", "page");
        cr_expect_not_null(
            strstr(picture.svg, names_models(figure_at(i))
                                    ? "small: &lt;d&amp;'e'>, it's 5 % {of} m_n^2 \xc3\xa9."
                                    : "small: &lt;d&amp;'e'>, 4 networks."),
            "%s", figure_at(i)->name);
        cr_expect(!shows(figure_at(i), "el2n") || has_text(&picture, "new_@pruner"), "%s",
                  figure_at(i)->name);
        release(&picture);
    }
    plot_db_close(db);
}

/*
 * grid: axes and rules -> the ordered list of cells.
 *
 *     product   of the axes; a pruner that ignores the rate stands once, with rate 0
 *     exclude   takes cells out of the product
 *     include   adds small products of its own
 *     unique    a cell that came twice stays where it came first
 *     order     stable by seed, in the order in which seeds are listed: the slowest
 *     overrides give each cell its recipe: the later rule wins
 *
 * A rule that fits no cell is surely a slip, so it is a mistake, unless --set changed an axis: then
 * the file's rules may be about values that are not looked at this time.
 *
 * Worked example. pruner [full, ucb], rate [0.3, 0.5], seed 2: full, ucb .3, ucb .5 with seed 0,
 * then the same with seed 1: 6 cells of 8 combinations.
 */
#include "base/num.h"
#include "harness/config/read.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CELLS = 100000 };

/* More than MOST_CELLS: some number above that. */
static size_t product_size(const struct axes *axes)
{
    const size_t factors[] = {
        axes->pick_count[AXIS_DATASET], axes->pick_count[AXIS_MODEL], axes->pick_count[AXIS_PRUNER],
        axes->levels.rate_count ? axes->levels.rate_count : 1, axes->levels.seed_count};
    size_t size = 1; /* a factor is at most MOST_VALUES or so: no overflow */
    for (size_t i = 0; i < sizeof factors / sizeof *factors && size <= MOST_CELLS; i++)
        size *= factors[i];
    return size;
}

static size_t rank_of(struct points *points, int seed)
{
    size_t rank = 0;
    while (rank < points->seed_count && points->seeds[rank] != seed)
        rank++;
    if (rank == points->seed_count)
        points->seeds[points->seed_count++] = seed;
    return rank;
}

const struct pick *pick_beside(const struct pick *pruner, const struct pick *model)
{
    return pruner->own && strcmp(pruner->with, model->label) == 0 ? pruner->own : pruner;
}

static bool ignores_rate(const struct pick *pruner)
{
    return ((const struct pruner *)(const void *)pruner->choice.kind)->flags & PRUNER_IGNORES_RATE;
}

/* The cells of one seed, appended. */
static void add_seed(const struct axes *axes, int seed, size_t source, struct points *points)
{
    const size_t rank = rank_of(points, seed);
    for (size_t d = 0; d < axes->pick_count[AXIS_DATASET]; d++)
        for (size_t m = 0; m < axes->pick_count[AXIS_MODEL]; m++)
            for (size_t p = 0; p < axes->pick_count[AXIS_PRUNER]; p++) {
                const struct pick *model = axes->picks[AXIS_MODEL][m];
                const struct pick *pruner = pick_beside(axes->picks[AXIS_PRUNER][p], model);
                const bool once = ignores_rate(pruner);
                for (size_t r = 0; r < (once ? 1 : axes->levels.rate_count); r++) {
                    points->items[points->count++] = (struct point){
                        .picks = {axes->picks[AXIS_DATASET][d], model, pruner},
                        .rate = once ? 0 : axes->levels.rates[r],
                        .seed = seed,
                        .seed_rank = rank,
                        .order = points->made++,
                        .source = source,
                    };
                }
            }
}

bool point_ignores_rate(const struct point *point)
{
    return ignores_rate(point->picks[AXIS_PRUNER]);
}

static void add_product(const struct axes *axes, size_t source, struct points *points)
{
    for (size_t s = 0; s < axes->levels.seed_count; s++)
        add_seed(axes, axes->levels.seeds[s], source, points);
}

/* ---- Rules ---- */

bool point_is_selected(const struct selector *selector, const struct point *point)
{
    for (size_t axis = 0; axis < NAMED_AXES; axis++) {
        bool found = selector->kind_count[axis] == 0;
        for (size_t i = 0; i < selector->kind_count[axis] && !found; i++)
            found = selector->kinds[axis][i] == point->picks[axis]->choice.kind;
        if (!found)
            return false;
    }
    const struct levels *levels = &selector->levels;
    bool found = levels->rate_count == 0;
    for (size_t i = 0; i < levels->rate_count && !found; i++)
        found = levels->rates[i] == point->rate && !point_ignores_rate(point);
    if (!found)
        return false;
    found = levels->seed_count == 0;
    for (size_t i = 0; i < levels->seed_count && !found; i++)
        found = levels->seeds[i] == point->seed;
    return found;
}

static void say_if_idle(struct reader *reader, const struct node *rule, const char *label,
                        bool used)
{
    if (!used && !reader->narrowed)
        mistakes_add(&reader->mistakes, rule->place, label, "fits no cell of the grid");
}

static void exclude(struct reader *reader, struct points *points)
{
    bool *used;
    MEM_NEW(used, reader->exclude_count);
    size_t kept = 0;
    for (size_t i = 0; i < points->count; i++) {
        bool out = false;
        for (size_t e = 0; e < reader->exclude_count; e++)
            if (point_is_selected(&reader->excludes[e], &points->items[i]))
                used[e] = out = true;
        if (!out)
            points->items[kept++] = points->items[i];
    }
    points->count = kept;
    for (size_t e = 0; e < reader->exclude_count; e++)
        say_if_idle(reader, reader->excludes[e].node, "exclude", used[e]);
    mem_free(used);
}

/* ---- Order ---- */

/* The same cell together, the first one first. */
static int compare_identity(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    for (size_t i = 0; i < NAMED_AXES; i++)
        if (a->picks[i] != b->picks[i])
            return NUM_COMPARE(a->picks[i]->number, b->picks[i]->number);
    if (a->rate != b->rate)
        return a->rate < b->rate ? -1 : 1;
    if (a->seed != b->seed)
        return a->seed < b->seed ? -1 : 1;
    return NUM_COMPARE(a->order, b->order);
}

static bool same_cell(const struct point *a, const struct point *b)
{
    return memcmp(a->picks, b->picks, sizeof a->picks) == 0 && a->rate == b->rate &&
           a->seed == b->seed;
}

static int compare_order(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return a->seed_rank != b->seed_rank ? NUM_COMPARE(a->seed_rank, b->seed_rank)
                                        : NUM_COMPARE(a->order, b->order);
}

static void sort(struct points *points, int (*compare)(const void *, const void *))
{
    if (points->count)
        qsort(points->items, points->count, sizeof *points->items, compare);
}

static void make_unique(struct points *points)
{
    size_t kept = 0;
    sort(points, compare_identity);
    for (size_t i = 0; i < points->count; i++)
        if (kept == 0 || !same_cell(&points->items[kept - 1], &points->items[i]))
            points->items[kept++] = points->items[i];
    points->count = kept;
}

static void include(struct reader *reader, struct points *points)
{
    for (size_t i = 0; i < reader->include_count; i++)
        add_product(&reader->includes[i], i + 1, points);
    make_unique(points);
    sort(points, compare_order);
    bool *used; /* by source */
    MEM_NEW(used, reader->include_count + 1);
    for (size_t i = 0; i < points->count; i++)
        used[points->items[i].source] = true;
    for (size_t i = 0; i < reader->include_count; i++)
        if (!used[i + 1] && !reader->narrowed)
            mistakes_add(&reader->mistakes, reader->includes[i].node->place, "include",
                         "adds nothing: these cells are there already");
    mem_free(used);
}

/* ---- Cells ---- */

static struct cell cell_of(const struct point *point)
{
    const struct choice *dataset = &point->picks[AXIS_DATASET]->choice,
                        *model = &point->picks[AXIS_MODEL]->choice,
                        *pruner = &point->picks[AXIS_PRUNER]->choice;
    return (struct cell){
        .dataset = (const void *)dataset->kind,
        .data = dataset->options,
        .model = (const void *)model->kind,
        .model_options = model->options,
        .pruner = (const void *)pruner->kind,
        .pruner_options = pruner->options,
        .scoring = point->picks[AXIS_PRUNER]->scoring,
        .rate = point->rate,
        .seed = point->seed,
    };
}

static void fill_cells(struct reader *reader, const struct points *points, bool with_trainings)
{
    struct config *config = reader->config;
    struct uses uses = {0};
    bool *used;
    MEM_NEW(used, reader->override_count);
    ARENA_NEW(reader->arena, config->cells, points->count);
    ARENA_NEW(reader->arena, config->limits, points->count);
    ARENA_NEW(reader->arena, config->places, points->count);
    config->cell_count = points->count;
    for (size_t i = 0; i < points->count; i++) {
        const struct point *point = &points->items[i];
        struct training training = reader->training;
        struct limits limits = reader->limits;
        config->cells[i] = cell_of(point);
        for (size_t o = 0; o < reader->override_count; o++)
            if (point_is_selected(&reader->overrides[o].when, point)) {
                used[o] = true;
                if (with_trainings && reader->overrides[o].train)
                    train_apply(reader, reader->overrides[o].train, &training);
                if (with_trainings && reader->overrides[o].limits)
                    limits_apply(reader, reader->overrides[o].limits, &limits);
            }
        config->cells[i].recipe = training.recipe;
        config->cells[i].engine = config->engine;
        config->limits[i] = limits;
        config->places[i] = point->picks[AXIS_DATASET]->node->place;
        if (with_trainings) {
            train_check(reader, &training, &config->cells[i], point->picks);
            notes_of_cell(reader, &training, &config->cells[i], point->picks);
            train_note_use(&training, &uses);
        }
    }
    train_say_idle(reader, &uses);
    for (size_t o = 0; o < reader->override_count; o++)
        say_if_idle(reader, reader->overrides[o].when.node, "when", used[o]);
    mem_free(used);
}

void grid_build(struct reader *reader, bool with_trainings)
{
    size_t room = product_size(&reader->grid), seeds = reader->grid.levels.seed_count;
    for (size_t i = 0; i < reader->include_count && room <= MOST_CELLS; i++) {
        room += product_size(&reader->includes[i]);
        seeds += reader->includes[i].levels.seed_count;
    }
    if (room > MOST_CELLS) {
        mistakes_add(&reader->mistakes, reader->root->place, NULL,
                     "more than %d cells: make the grid smaller", MOST_CELLS);
        return;
    }
    struct points points = {0};
    MEM_NEW(points.items, room);
    MEM_NEW(points.seeds, seeds);
    add_product(&reader->grid, 0, &points);
    exclude(reader, &points);
    include(reader, &points);
    if (points.count == 0)
        mistakes_add(&reader->mistakes, reader->root->place, NULL,
                     "no cells are left: exclude takes them all");
    fill_cells(reader, &points, with_trainings);
    decide_build(reader, &points);
    MEM_FREE(points.seeds, points.items);
}

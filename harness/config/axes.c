/*
 * axes: the values that the product is made of, and the rules that pick cells out of it.
 *
 * An axis takes one value or a list; named.c reads the values that have names.
 *
 * In an include, a bare name means the values of that name that the experiment's own axis has, with
 * their options: with `dataset: {name: fashion-mnist, train_limit: 5000}` above, an include of
 * fashion-mnist is of those 5000 samples. A name that the axis lacks gets its defaults.
 */
#include "base/anytime.h"
#include "harness/config/param.h"
#include "harness/config/read.h"

#include <limits.h>
#include <string.h>

/* Appends, and refuses a value that is there already. */
static void add_pick(struct reader *reader, enum named_axis axis, const struct pick *pick,
                     const struct node *node, struct axes *axes)
{
    const size_t count = axes->pick_count[axis];
    for (size_t i = 0; i < count; i++)
        if (axes->picks[axis][i] == pick) {
            param_twice(node, axis_word(axis), pick->label, axes->pick_nodes[axis][i],
                        &reader->mistakes);
            return;
        }
    axes->picks[axis][count] = pick;
    axes->pick_nodes[axis][count] = node;
    axes->pick_count[axis]++;
}

/* In an include: the values of the experiment's axis that a bare name means. How many. */
static size_t add_known(struct reader *reader, enum named_axis axis, const struct node *node,
                        struct axes *axes)
{
    const struct axes *grid = &reader->grid;
    size_t meant = 0;
    if (axes == grid || node->kind != NODE_TEXT)
        return 0;
    const struct kind *kind = shelf_find(axis_shelf(axis), node->text);
    for (size_t i = 0; i < grid->pick_count[axis]; i++)
        if (grid->picks[axis][i]->choice.kind == kind) {
            add_pick(reader, axis, grid->picks[axis][i], node, axes);
            meant++;
        }
    return meant;
}

static void read_named(struct reader *reader, enum named_axis axis, struct node *const *node,
                       struct axes *axes)
{
    struct node *const *items;
    const size_t count = param_values(node, axis_word(axis), &items, &reader->mistakes);
    size_t room = axes == &reader->grid ? 0 : reader->grid.pick_count[axis];
    for (size_t i = 0; i < count; i++)
        room += named_count(items[i]);
    if (room > MOST_VALUES) {
        mistakes_add(&reader->mistakes, (*node)->place, axis_word(axis),
                     "over %d values, with all lists of options multiplied out", MOST_VALUES);
        return;
    }
    ARENA_NEW(reader->arena, axes->picks[axis], room);
    ARENA_NEW(reader->arena, axes->pick_nodes[axis], room);
    for (size_t i = 0; i < count; i++) {
        if (add_known(reader, axis, items[i], axes))
            continue;
        const struct pick **picks;
        const size_t meant = named_read(reader, axis, items[i], &picks);
        for (size_t p = 0; p < meant; p++)
            add_pick(reader, axis, picks[p], items[i], axes);
    }
}

/* ---- Numbers ---- */

static bool accepts_rate(const struct node *node, double *ret_rate)
{
    return param_number(node, ret_rate) && *ret_rate >= 0 && *ret_rate < 1;
}

static bool accepts_seed(const struct node *node, double *ret_seed)
{
    int64_t seed;
    if (!param_whole(node, &seed) || seed < 0 || seed > INT_MAX)
        return false;
    *ret_seed = (double)seed;
    return true;
}

/* Seeds by their number. */
static void read_seed_list(struct reader *reader, struct node *const *node, struct levels *levels)
{
    double *seeds;
    levels->seed_count = param_numbers(node, "seed", "a whole number from 0 to 2147483647",
                                       accepts_seed, reader->arena, &seeds, &reader->mistakes);
    ARENA_NEW(reader->arena, levels->seeds, levels->seed_count);
    for (size_t i = 0; i < levels->seed_count; i++)
        levels->seeds[i] = (int)seeds[i];
}

static void count_seeds(struct reader *reader, int64_t count, struct levels *levels)
{
    ARENA_NEW(reader->arena, levels->seeds, (size_t)count);
    for (int i = 0; i < count; i++)
        levels->seeds[i] = i;
    levels->seed_count = (size_t)count;
}

static void read_seed_count(struct reader *reader, const struct node *node, struct levels *levels)
{
    int64_t count;
    if (!param_whole(node, &count) || count < 1 || count > MOST_VALUES) {
        param_expected(node, "seed",
                       "a count from 1 to 10000, a list of seeds, or {at_least: 3, at_most: 20}",
                       &reader->mistakes);
        return;
    }
    count_seeds(reader, count, levels);
}

/* {at_least: 3, at_most: 20}: as many as it takes to decide. */
static void read_seed_limits(struct reader *reader, const struct node *node, struct levels *levels)
{
    static const char *const names[] = {"at_least", "at_most"};
    int64_t limits[] = {ANYTIME_USUAL_LEAST, ANYTIME_USUAL_MOST};
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->keys[i], *value = node->items[i];
        const bool most = strcmp(key->text, names[1]) == 0;
        if (!most && strcmp(key->text, names[0]) != 0)
            param_unknown(key, "key of seed", NULL, "there are at_least and at_most",
                          &reader->mistakes);
        else if (!param_whole(value, &limits[most]) || limits[most] < ANYTIME_LEAST ||
                 limits[most] > ANYTIME_MOST)
            param_expected(value, names[most], "a whole number from 2 to 200", &reader->mistakes);
    }
    if (limits[0] > limits[1])
        mistakes_add(&reader->mistakes, node->place, "seed",
                     "at_least (%d) is above at_most (%d): lower it, or raise at_most",
                     (int)limits[0], (int)limits[1]);
    else
        count_seeds(reader, limits[1], levels);
    reader->config->at_least = (size_t)limits[0];
}

void axes_check_rates(struct reader *reader, const struct axes *axes)
{
    for (size_t i = 0; i < axes->pick_count[AXIS_PRUNER] && !axes->levels.rate_count; i++) {
        const struct pruner *pruner = (const void *)axes->picks[AXIS_PRUNER][i]->choice.kind;
        if (!(pruner->flags & PRUNER_IGNORES_RATE)) {
            mistakes_add(&reader->mistakes, axes->node->place, NULL,
                         "'rate' is missing: %s needs one", pruner->name);
            return;
        }
    }
}

/* ---- Keys that name axes ---- */

enum { KEY_RATE = NAMED_AXES, KEY_SEED, KEYS };

static const char *key_at(const void *unused, size_t i)
{
    (void)unused;
    static const char *const numbered[] = {[KEY_RATE - NAMED_AXES] = "rate",
                                           [KEY_SEED - NAMED_AXES] = "seed"};
    return i < NAMED_AXES ? axis_word((enum named_axis)i)
           : i < KEYS     ? numbered[i - NAMED_AXES]
                          : NULL;
}

/* The axis of that name; KEYS: none. */
static size_t find_key(const char *name)
{
    size_t i = 0;
    while (i < KEYS && strcmp(key_at(NULL, i), name) != 0)
        i++;
    return i;
}

/* The axis that a key names; KEYS: none, refused. */
static size_t read_key(struct reader *reader, const struct node *key)
{
    const size_t i = find_key(key->text);
    if (i == KEYS)
        param_unknown(key, "axis", str_nearest(key->text, key_at, NULL),
                      "there are dataset, model, pruner, rate and seed", &reader->mistakes);
    return i;
}

static bool read_levels(struct reader *reader, size_t key, struct node *const *node,
                        struct levels *levels)
{
    if (key == KEY_RATE)
        levels->rate_count = param_numbers(node, "rate", "a number from 0 to below 1", accepts_rate,
                                           reader->arena, &levels->rates, &reader->mistakes);
    else if (key == KEY_SEED)
        read_seed_list(reader, node, levels); /* one number is that seed: no count here */
    return key >= NAMED_AXES;
}

void axes_read(struct reader *reader, const char *name, struct node *const *node)
{
    struct axes *grid = &reader->grid;
    const size_t key = find_key(name);
    if (key == KEY_SEED && (*node)->kind == NODE_MAP)
        read_seed_limits(reader, *node, &grid->levels);
    else if (key == KEY_SEED && (*node)->kind != NODE_LIST)
        read_seed_count(reader, *node, &grid->levels);
    else if (!read_levels(reader, key, node, &grid->levels))
        read_named(reader, (enum named_axis)key, node, grid);
}

void axes_read_include(struct reader *reader, const struct node *node, struct axes *ret_axes)
{
    const struct axes *grid = &reader->grid;
    struct axes axes = {.node = node};
    if (node->kind != NODE_MAP) {
        param_expected(node, "include", "a mapping of axes, as in {model: mlp}", &reader->mistakes);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const size_t key = read_key(reader, node->keys[i]);
        if (!read_levels(reader, key, &node->items[i], &axes.levels))
            read_named(reader, (enum named_axis)key, &node->items[i], &axes);
    }
    for (size_t i = 0; i < NAMED_AXES; i++)
        if (!axes.pick_count[i]) {
            axes.picks[i] = grid->picks[i];
            axes.pick_count[i] = grid->pick_count[i];
        }
    if (!axes.levels.rate_count) {
        axes.levels.rates = grid->levels.rates;
        axes.levels.rate_count = grid->levels.rate_count;
    }
    if (!axes.levels.seed_count) {
        axes.levels.seeds = grid->levels.seeds;
        axes.levels.seed_count = grid->levels.seed_count;
    }
    if (!node_find(node, "rate") && !node_find(reader->root, "rate"))
        axes_check_rates(reader, &axes);
    *ret_axes = axes;
}

void axes_read_arms(struct reader *reader, struct node *const *node, struct axes *ret_axes)
{
    read_named(reader, AXIS_PRUNER, node, ret_axes);
}

static void read_kinds(struct reader *reader, enum named_axis axis, struct node *const *node,
                       struct selector *selector)
{
    struct node *const *items;
    const size_t count = param_values(node, axis_word(axis), &items, &reader->mistakes);
    ARENA_NEW(reader->arena, selector->kinds[axis], count);
    for (size_t i = 0; i < count; i++) {
        const struct kind *kind = named_kind(reader, axis, items[i]);
        if (!kind)
            continue;
        param_once(items, i, axis_word(axis), &reader->mistakes);
        selector->kinds[axis][selector->kind_count[axis]++] = kind;
    }
}

void selector_read(struct reader *reader, const struct node *node, const char *label,
                   struct selector *ret_selector)
{
    struct selector selector = {.node = node};
    if (node->kind != NODE_MAP) {
        param_expected(node, label, "a mapping of axes, as in {model: mlp}", &reader->mistakes);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const size_t key = read_key(reader, node->keys[i]);
        if (!read_levels(reader, key, &node->items[i], &selector.levels))
            read_kinds(reader, (enum named_axis)key, &node->items[i], &selector);
    }
    *ret_selector = selector;
}

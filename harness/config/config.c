/*
 * config: an experiment's file, read strictly and all at once.
 *
 *     name: fashion                      [a-z0-9-]+: names the database and the figures
 *     hypothesis: ...                    what it is to show, for people
 *     data_dir: ~/sets                   where datasets are looked for first; must be there
 *     dataset: fashion-mnist             an axis: one value or a list; a value is a name
 *     model: [mlp, {name: convnet, depth: 4}]         or {name: ..., option: value}
 *     pruner: [full, random, {name: ucb, c: [1, 2]}]  a list of values: one pruner each
 *     rate: [0.3, 0.5]                   fraction removed, 0 <= rate < 1; may be left out where
 *                                        no pruner needs it
 *     seed: 3                            a count (0, 1, 2), or a list of seeds; default 1; or
 *                                        {at_least: 3, at_most: 20}: until all is decided
 *     decide:                            what that is: questions, in each place that has both
 *       - {arm: ucb, against: full, noninferior: 0.5}
 *     train: {epochs: 15, lr: 0.05}      harness/cell/recipe.c has the table
 *     engine: {threads: 2}               of every cell; harness/cell/engine.c has the table
 *     limits: {timeout: 2h, retries: 1}  harness/cell/limits.c has the table
 *     overrides:                         later ones win
 *       - when: {model: mlp}
 *         train: {lr: 0.1}               or limits, or both
 *     exclude:                           cells taken out of the product
 *       - {pruner: ucb, rate: 0.3}
 *     include:                           cells put in; an axis left out means the whole axis
 *       - {model: softmax, seed: 7}
 *     targets: [0.85]                    accuracies that a time is wanted for
 *     figures: [accuracy-vs-time]
 *
 * In when, exclude and include `seed: 7` is the seed 7; at the top `seed: 7` is a count of seeds.
 *
 * Reading goes in stages, and each is looked at as far as it makes sense: a mistake in `train` does
 * not hide an exclude that fits no cell, but a misspelt pruner does, since it would not be fair to
 * complain of a grid that was never made.
 *
 * Limits: 1 MiB, 10,000 values an axis, 1,000 rules a list, 100,000 cells, and those of
 * yaml.h.
 */
#include "harness/config/config.h"

#include "harness/config/param.h"
#include "harness/config/read.h"
#include "plots/render.h"

#include <errno.h>
#include <string.h>

enum { LARGEST_FILE = 1 << 20, LONGEST_NAME = 64, MOST_RULES = 1000 };

size_t reader_mistakes(const struct reader *reader)
{
    return reader->mistakes.count + reader->mistakes.dropped;
}

/* ---- About the experiment ---- */

static void read_name(struct reader *reader, struct node *const *node)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *text = (*node)->kind == NODE_TEXT ? (*node)->text : "";
    if (!text[0] || text[strspn(text, allowed)] || strlen(text) > LONGEST_NAME)
        param_expected(*node, "name", "up to 64 of a-z, 0-9 and -", &reader->mistakes);
    else
        reader->config->name = text;
}

static void read_hypothesis(struct reader *reader, struct node *const *node)
{
    reader->config->hypothesis = param_text(*node, "hypothesis", "a text", &reader->mistakes);
}

static void read_data_dir(struct reader *reader, struct node *const *node)
{
    const char *dir = param_text(*node, "data_dir", "a folder", &reader->mistakes);
    struct err err;
    if (dir && dataset_check_dir(dir, &err))
        mistakes_add(&reader->mistakes, (*node)->place, "data_dir", "%s", err.text);
    else if (dir)
        reader->config->data_dir = dataset_dir_expand(dir, reader->arena);
}

static bool accepts_target(const struct node *node, double *ret_target)
{
    return param_number(node, ret_target) && *ret_target > 0 && *ret_target <= 1;
}

static void read_targets(struct reader *reader, struct node *const *node)
{
    reader->config->target_count =
        param_numbers(node, "targets", "an accuracy above 0, at most 1", accepts_target,
                      reader->arena, &reader->config->targets, &reader->mistakes);
}

static void read_figures(struct reader *reader, struct node *const *node)
{
    struct config *config = reader->config;
    struct node *const *items;
    const size_t count = param_values(node, "figures", &items, &reader->mistakes);
    ARENA_NEW(reader->arena, config->figures, count);
    for (size_t i = 0; i < count; i++) {
        const char *name =
            param_text(items[i], "figures", "the name of a figure", &reader->mistakes);
        if (!name)
            continue;
        const struct figure *figure = figure_find(name);
        if (!figure)
            param_unknown(items[i], "figure", shelf_near(&figure_shelf, name),
                          "`winnow list figures` shows them", &reader->mistakes);
        param_once(items, i, "figures", &reader->mistakes);
        config->figures[config->figure_count++] = figure ? figure->name : name;
    }
}

/* ---- Rules of the grid ---- */

size_t reader_count_rules(struct reader *reader, const struct node *node, const char *label)
{
    if (node->kind == NODE_LIST && node->count <= MOST_RULES)
        return node->count;
    param_expected(node, label, "a list of at most 1000 rules", &reader->mistakes);
    return 0;
}

static void read_include(struct reader *reader, struct node *const *node)
{
    reader->include_count = reader_count_rules(reader, *node, "include");
    ARENA_NEW(reader->arena, reader->includes, reader->include_count);
    for (size_t i = 0; i < reader->include_count; i++)
        axes_read_include(reader, (*node)->items[i], &reader->includes[i]);
}

static void read_exclude(struct reader *reader, struct node *const *node)
{
    reader->exclude_count = reader_count_rules(reader, *node, "exclude");
    ARENA_NEW(reader->arena, reader->excludes, reader->exclude_count);
    for (size_t i = 0; i < reader->exclude_count; i++)
        selector_read(reader, (*node)->items[i], "exclude", &reader->excludes[i]);
}

static void read_override(struct reader *reader, const struct node *node, struct override *override)
{
    if (node->kind != NODE_MAP) {
        param_expected(node, "overrides", "{when: ..., train: ...}", &reader->mistakes);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node->keys[i];
        if (strcmp(key->text, "when") == 0)
            selector_read(reader, node->items[i], "when", &override->when);
        else if (strcmp(key->text, "train") == 0)
            override->train = node->items[i];
        else if (strcmp(key->text, "limits") == 0)
            override->limits = node->items[i];
        else
            param_unknown(key, "key of an override", NULL, "there are when, train and limits",
                          &reader->mistakes);
    }
    if (!node_find(node, "when"))
        mistakes_add(&reader->mistakes, node->place, "overrides", "'when' is missing");
    if (!override->train && !override->limits)
        mistakes_add(&reader->mistakes, node->place, "overrides", "'train' or 'limits' is missing");
}

static void read_overrides(struct reader *reader, struct node *const *node)
{
    reader->override_count = reader_count_rules(reader, *node, "overrides");
    ARENA_NEW(reader->arena, reader->overrides, reader->override_count);
    for (size_t i = 0; i < reader->override_count; i++)
        read_override(reader, (*node)->items[i], &reader->overrides[i]);
}

static void read_train(struct reader *reader, struct node *const *node)
{
    train_apply(reader, *node, &reader->training);
}

static void read_engine(struct reader *reader, struct node *const *node)
{
    options_apply(reader, *node, "engine", NULL, "{threads: 2}", engine_options,
                  &reader->config->engine, NULL);
}

static void read_limits(struct reader *reader, struct node *const *node)
{
    limits_apply(reader, *node, &reader->limits);
}

/* ---- The file ---- */

enum stage { ABOUT, GRID, TRAIN };

/* Read in this order within a stage: an include needs the axes. */
static const struct key {
    const char *name;
    bool required;
    enum stage stage;
    void (*read)(struct reader *reader, struct node *const *node); /* NULL: it is an axis */
} keys[] = {
    {"name", true, ABOUT, read_name},
    {"hypothesis", false, ABOUT, read_hypothesis},
    {"dataset", true, GRID, NULL},
    {"model", true, GRID, NULL},
    {"pruner", true, GRID, NULL},
    {"rate", false, GRID, NULL},
    {"seed", false, GRID, NULL},
    {"train", false, TRAIN, read_train},
    {"overrides", false, GRID, read_overrides},
    {"exclude", false, GRID, read_exclude},
    {"include", false, GRID, read_include},
    {"decide", false, GRID, decide_read},
    {"targets", false, ABOUT, read_targets},
    {"figures", false, ABOUT, read_figures},
    {"data_dir", false, ABOUT, read_data_dir},
    {"engine", false, ABOUT, read_engine},
    {"limits", false, TRAIN, read_limits},
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

static const char *key_at(const void *unused, size_t i)
{
    (void)unused;
    return i < KEY_COUNT ? keys[i].name : NULL;
}

static void check_keys(struct reader *reader)
{
    struct str known = {0};
    for (size_t i = 0; i < KEY_COUNT; i++)
        str_addf(&known, "%s%s", i ? ", " : "there are ", keys[i].name);
    for (size_t i = 0; i < reader->root->count; i++) {
        const struct node *key = reader->root->keys[i];
        size_t k = 0;
        while (k < KEY_COUNT && strcmp(keys[k].name, key->text) != 0)
            k++;
        if (k < KEY_COUNT)
            continue;
        if (option_find(recipe_options, key->text))
            mistakes_add(&reader->mistakes, key->place, NULL, "'%s' belongs below train",
                         key->text);
        else if (option_find(engine_options, key->text))
            mistakes_add(&reader->mistakes, key->place, NULL, "'%s' belongs below engine",
                         key->text);
        else if (option_find(limits_options, key->text))
            mistakes_add(&reader->mistakes, key->place, NULL, "'%s' belongs below limits",
                         key->text);
        else
            param_unknown(key, "key", str_nearest(key->text, key_at, NULL), str_text(&known),
                          &reader->mistakes);
    }
    str_release(&known);
}

static void read_keys(struct reader *reader, enum stage stage)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].stage != stage)
            continue;
        struct node *const node = node_find(reader->root, keys[i].name);
        if (node && keys[i].read)
            keys[i].read(reader, &node);
        else if (node)
            axes_read(reader, keys[i].name, &node);
        else if (keys[i].required)
            mistakes_add(&reader->mistakes, reader->root->place, NULL, "'%s' is missing",
                         keys[i].name);
    }
}

static void read_experiment(struct reader *reader)
{
    check_keys(reader);
    option_defaults(engine_options, &reader->config->engine);
    read_keys(reader, ABOUT);

    const size_t before_grid = reader_mistakes(reader);
    reader->grid.node = reader->root;
    ARENA_NEW(reader->arena, reader->grid.levels.seeds, 1); /* the default: seed 0 */
    reader->grid.levels.seed_count = 1;
    read_keys(reader, GRID);
    if (!node_find(reader->root, "rate"))
        axes_check_rates(reader, &reader->grid);
    const bool grid_good = reader_mistakes(reader) == before_grid;

    const size_t before_train = reader_mistakes(reader);
    option_defaults(recipe_options, &reader->training.recipe);
    option_defaults(limits_options, &reader->limits);
    read_keys(reader, TRAIN);
    for (size_t i = 0; i < reader->override_count; i++) {
        struct training tried = reader->training;
        struct limits limits = reader->limits;
        if (reader->overrides[i].train)
            train_apply(reader, reader->overrides[i].train, &tried);
        if (reader->overrides[i].limits)
            limits_apply(reader, reader->overrides[i].limits, &limits);
    }
    if (grid_good)
        grid_build(reader, reader_mistakes(reader) == before_train);
    if (reader_mistakes(reader) == 0)
        notes_of_data(reader);
}

static struct choices choices_of(struct reader *reader, enum named_axis axis)
{
    struct choices choices = {.count = reader->grid.pick_count[axis]};
    ARENA_NEW(reader->arena, choices.items, choices.count);
    for (size_t i = 0; i < choices.count; i++)
        choices.items[i] = reader->grid.picks[axis][i]->choice;
    return choices;
}

static void keep_axes(struct reader *reader)
{
    struct config *config = reader->config;
    const struct levels *levels = &reader->grid.levels;
    config->datasets = choices_of(reader, AXIS_DATASET);
    config->models = choices_of(reader, AXIS_MODEL);
    config->pruners = choices_of(reader, AXIS_PRUNER);
    config->rates = levels->rates;
    config->rate_count = levels->rate_count;
    config->seeds = levels->seeds;
    config->seed_count = levels->seed_count;
}

/* -1: the reason is in mistakes, as one of the file as a whole. */
static int read_file(struct reader *reader, const char *path, size_t *ret_length)
{
    const struct place whole = {0};
    struct str text = {0};
    const bool failed = str_add_file(&text, path, LARGEST_FILE, NULL);
    if (failed && errno == EFBIG)
        mistakes_add(&reader->mistakes, whole, NULL, "larger than 1 MiB: not an experiment");
    else if (failed)
        mistakes_add(&reader->mistakes, whole, NULL, "cannot be read: %s", strerror(errno));
    else if (text.length == 0)
        mistakes_add(&reader->mistakes, whole, NULL, "an empty file");
    else
        reader->config->text =
            memcpy(arena_alloc(reader->arena, text.length + 1, 1), str_text(&text), text.length);
    *ret_length = text.length;
    str_release(&text);
    return reader->config->text ? 0 : -1;
}

static void read_config(struct reader *reader, const char *path, const char *const *sets,
                        size_t set_count)
{
    size_t length;
    if (read_file(reader, path, &length) ||
        yaml_read(reader->config->text, length, NULL, reader->arena, &reader->mistakes,
                  &reader->root))
        return;
    if (!reader->root) {
        mistakes_add(&reader->mistakes, (struct place){0}, NULL, "nothing in it but comments");
        return;
    }
    if (reader->root->kind != NODE_MAP) {
        param_expected(reader->root, NULL, "keys and values (name: ...)", &reader->mistakes);
        return;
    }
    config_apply_sets(reader, sets, set_count);
    read_experiment(reader);
    keep_axes(reader);
}

int config_load(const char *path, const char *const *sets, size_t set_count,
                struct config **ret_config, struct str *ret_errors)
{
    struct config *config;
    MEM_NEW(config, 1);
    config->path = arena_strdup(&config->arena, path);
    struct reader reader = {.config = config, .arena = &config->arena};
    read_config(&reader, path, sets, set_count);
    const bool good = reader_mistakes(&reader) == 0;
    if (good) {
        mistakes_sort(&config->notes);
        *ret_config = config;
    } else {
        mistakes_write(&reader.mistakes, path, "", ret_errors);
        config_free(config);
    }
    mistakes_release(&reader.mistakes);
    return good ? 0 : -1;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    mistakes_release(&config->notes);
    arena_release(&config->arena);
    mem_free(config);
}

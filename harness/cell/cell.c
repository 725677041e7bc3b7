/*
 * cell: canonical JSON, keys and labels.
 *
 * The canonical form spells every option out, from the tables, with sorted keys, no spaces and 15
 * digits (a decimal of 15 digits survives the way to a double and back), so that one cell has one
 * text. Reading it back and writing it again gives the same bytes.
 *
 * Worked example (shortened):
 *
 *     {"dataset":{"name":"fashion-mnist","train_limit":0,...},
 *      "engine":{"conv":"auto","threads":1},"model":{"name":"softmax"},
 *      "pruner":{"alpha":0.8,"c":2.0,"name":"ucb","period":10,...},"rate":0.5,
 *      "recipe":{"augment":"none","batch":128,...},"seed":1}
 *
 * and for people: "fashion-mnist softmax ucb(c=2) rate 0.5 seed 1".
 */
#include "harness/cell/cell.h"

#include "base/json.h"
#include "base/num.h"
#include "base/str.h"
#include "models/nn/nn.h"
#include "pruners/defaults.h"
#include "pruners/rate_schedule.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static json_t *chosen(const struct kind *kind, const void *options)
{
    return choice_to_json(&(struct choice){kind, options});
}

static json_t *cell_root(const struct cell *cell, const struct model *model,
                         const void *model_options)
{
    json_t *root = json_made(json_object());
    json_put(root, "dataset", chosen(&cell->dataset->is, cell->data));
    json_put(root, "engine", option_to_json(engine_options, &cell->engine));
    json_put(root, "model", chosen(&model->is, model_options));
    json_put(root, "pruner", chosen(&cell->pruner->is, cell->pruner_options));
    json_put(root, "recipe", option_to_json(recipe_options, &cell->recipe));
    json_put(root, "seed", json_integer(cell->seed));
    return root;
}

/* Canonical text in the arena; ends root. */
static char *canonical(json_t *root, struct arena *arena)
{
    struct str dump = {0};
    json_add_dump(&dump, root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(root);
    return str_keep(&dump, arena);
}

char *cell_to_json(const struct cell *cell, struct arena *arena)
{
    const struct scoring *scoring = &cell->scoring;
    json_t *root = cell_root(cell, cell->model, cell->model_options);
    json_put(root, "rate", json_real(cell->rate));
    if (scoring->model)
        json_put(root, "prune_with", chosen(&scoring->model->is, scoring->model_options));
    if (scoring->embeddings)
        json_put(root, "embeddings", json_text(scoring->embeddings));
    if (scoring->folds)
        json_put(root, "unseen", json_integer(scoring->folds));
    if (scoring->only)
        json_put(root, "score_only", json_true());
    return canonical(root, arena);
}

/* The options, with the defaults of those that only choose() reads. */
static void *scoring_options(const struct pruner *pruner, const void *options, struct arena *arena)
{
    void *of_scores = kind_defaults(&pruner->is, arena);
    if (pruner->options_size == 0)
        return of_scores;
    memcpy(of_scores, options, pruner->options_size);
    for (const struct option *o = pruner->options; o && o->name; o++) {
        struct err err;
        if (o->chooses && option_set(o, of_scores, o->fallback, arena, &err))
            DIE("bug: default of %s: %s", o->name, err.text);
    }
    return of_scores;
}

char *cell_shared_json(const struct cell *given, struct arena *arena)
{
    const struct scoring *scoring = &given->scoring;
    struct cell of_scores = *given, *cell = &of_scores;
    cell->pruner_options = scoring_options(given->pruner, given->pruner_options, arena);
    json_t *root = scoring->model ? cell_root(cell, scoring->model, scoring->model_options)
                                  : cell_root(cell, cell->model, cell->model_options);
    if (scoring->embeddings)
        json_put(root, "embeddings", json_text(scoring->embeddings));
    if (scoring->folds)
        json_put(root, "unseen", json_integer(scoring->folds));
    if (cell->pruner->kind == PRUNER_DYNAMIC)
        json_put(root, "rate", json_real(cell->rate));
    return canonical(root, arena);
}

static int read_model(json_t *object, struct arena *arena, const struct model **ret_model,
                      const void **ret_options, struct err *err)
{
    struct choice choice;
    if (choice_from_json(&model_shelf, object, arena, &choice, err))
        return -1;
    *ret_model = (const void *)choice.kind;
    *ret_options = choice.options;
    return 0;
}

static int read_scoring(json_t *with, const char *embeddings, int folds, int only,
                        struct arena *arena, struct scoring *ret_scoring, struct err *err)
{
    ret_scoring->only = only != 0;
    ret_scoring->folds = folds;
    ret_scoring->embeddings = arena_strdup(arena, embeddings);
    return with ? read_model(with, arena, &ret_scoring->model, &ret_scoring->model_options, err)
                : 0;
}

/* Of one of the parts that have no name. */
static int read_options(const char *part, const struct option *table, const json_t *object,
                        struct arena *arena, void *ret_options, struct err *err)
{
    if (!json_is_object(object))
        return err_set(err, "%s: expected an object", part);
    return option_from_json(table, object, arena, ret_options, err) ? err_prefix(err, "%s: ", part)
                                                                    : 0;
}

static int read_cell(json_t *root, struct arena *arena, struct cell *ret_cell, struct err *err)
{
    struct cell cell = {0};
    struct choice of_dataset, of_pruner;
    json_t *dataset, *engine, *model, *pruner, *recipe, *with = NULL;
    json_int_t seed;
    const char *embeddings = NULL;
    int folds = 0, only = 0;
    json_error_t wrong;
    if (json_unpack_ex(root, &wrong, JSON_STRICT,
                       "{s:o, s:o, s:o, s:o, s:F, s:o, s:I, s?o, s?s, s?i, s?b}", "dataset",
                       &dataset, "engine", &engine, "model", &model, "pruner", &pruner, "rate",
                       &cell.rate, "recipe", &recipe, "seed", &seed, "prune_with", &with,
                       "embeddings", &embeddings, "unseen", &folds, "score_only", &only))
        return err_set(err, "%s", wrong.text);
    if (folds < 0 || folds > 100)
        return err_set(err, "unseen: expected 2 to 100 folds, found %d", folds);
    if (!(cell.rate >= 0 && cell.rate < 1))
        return err_set(err, "rate: expected a number from 0 to below 1, found %.15g", cell.rate);
    if (seed < 0 || seed > INT_MAX)
        return err_set(err, "seed: expected a whole number from 0 to %d", INT_MAX);
    cell.seed = (int)seed;
    if (choice_from_json(&dataset_shelf, dataset, arena, &of_dataset, err) ||
        read_model(model, arena, &cell.model, &cell.model_options, err) ||
        choice_from_json(&pruner_shelf, pruner, arena, &of_pruner, err) ||
        read_scoring(with, embeddings, folds, only, arena, &cell.scoring, err) ||
        read_options("engine", engine_options, engine, arena, &cell.engine, err) ||
        read_options("recipe", recipe_options, recipe, arena, &cell.recipe, err))
        return -1;
    cell.dataset = (const void *)of_dataset.kind;
    cell.data = of_dataset.options;
    cell.pruner = (const void *)of_pruner.kind;
    cell.pruner_options = of_pruner.options;
    *ret_cell = cell;
    return 0;
}

int cell_from_json(const char *json, struct arena *arena, struct cell *ret_cell, struct err *err)
{
    json_error_t wrong;
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &wrong);
    if (!root)
        return err_set(err, "a cell's JSON: %s at byte %d", wrong.text, wrong.position);
    const int failed = read_cell(root, arena, ret_cell, err);
    json_decref(root);
    return failed ? err_prefix(err, "a cell's JSON: ") : 0;
}

static int epochs_of(const struct recipe *recipe, size_t count)
{
    const size_t each = recipe_epoch_steps(recipe, count);
    return (int)(((size_t)recipe->steps + each - 1) / each);
}

int cell_epochs(const struct cell *cell, size_t n)
{
    const bool all = cell->scoring.only || (cell->pruner->flags & PRUNER_IGNORES_RATE) ||
                     pruner_spreads(cell->pruner, cell->pruner_options);
    if (cell->recipe.steps == 0 || n == 0)
        return cell->recipe.epochs;
    return epochs_of(&cell->recipe, all ? n : num_round_share(1 - cell->rate, n));
}

bool cell_rate_moves(const struct cell *cell)
{
    const int *moves = default_option(cell->pruner, cell->pruner_options, "rate_schedule");
    return moves && *moves != RATE_CONSTANT;
}

bool cell_epochs_vary(const struct cell *cell)
{
    const struct pruner *pruner = cell->pruner;
    return cell->recipe.steps && !cell->scoring.only &&
           ((pruner->flags & PRUNER_SOFT_BUDGET) || cell_rate_moves(cell) ||
            pruner_spreads(pruner, cell->pruner_options));
}

int cell_task_epochs(const struct cell *cell, size_t n)
{
    const bool by_epochs = cell->recipe.steps == 0 || n == 0;
    return cell->pruner->kind == PRUNER_STATIC && !by_epochs ? epochs_of(&cell->recipe, n)
                                                             : cell_epochs(cell, n);
}

bool cell_embeds(const struct pruner *pruner)
{
    return pruner->kind == PRUNER_STATIC && pruner->needs == NEEDS_FEATURES;
}

enum pruner_folds cell_folds(const struct cell *cell, const char **ret_why)
{
    return pruner_folds(cell->pruner, cell->pruner_options,
                        cell->scoring.embeddings ? NEEDS_FEATURES : 0, ret_why);
}

bool cell_asks_network(const struct cell *cell)
{
    return !cell->scoring.embeddings ||
           pruner_needs(cell->pruner, cell->pruner_options) != NEEDS_FEATURES;
}

int cell_file_hash(const struct cell *cell, char ret_hash[HASH_HEX_SIZE], struct err *err)
{
    const struct pruner *pruner = cell->pruner;
    const char *path = cell->scoring.embeddings ? cell->scoring.embeddings
                       : pruner->reads          ? pruner->reads(cell->pruner_options)
                                                : NULL;
    ret_hash[0] = '\0';
    return path && hash_file(path, ret_hash, err) ? err_prefix(err, "%s: ", pruner->name) : 0;
}

void cell_key(const char *json, const char *dataset_hash, const char *file_hash,
              char ret_key[HASH_HEX_SIZE])
{
    cell_key_of(json, dataset_hash, file_hash, NN_VERSION, ret_key);
}

void cell_key_of(const char *json, const char *dataset_hash, const char *file_hash,
                 const char *version, char ret_key[HASH_HEX_SIZE])
{
    /* Each with its NUL, so that no text can run over into the next. */
    struct hash *hash = hash_new();
    hash_add(hash, json, strlen(json) + 1);
    hash_add(hash, dataset_hash, strlen(dataset_hash) + 1);
    if (file_hash[0])
        hash_add(hash, file_hash, strlen(file_hash) + 1);
    hash_add(hash, version, strlen(version) + 1);
    hash_finish(hash, ret_key);
}

/* A text bare where it is one word, else in quotes, so that a label has one meaning. */
static void add_text(struct str *str, const char *text)
{
    if (text && text[0] && !strpbrk(text, " \t\n\"\\()=")) {
        str_add(str, text);
        return;
    }
    json_t *value = json_text(text);
    json_add_dump(str, value, JSON_ENCODE_ANY);
    json_decref(value);
}

static void add_value(struct str *str, const struct option *option, const void *field)
{
    switch (option->type) {
    case OPTION_INT:
        str_addf(str, "%d", *(const int *)field);
        return;
    case OPTION_DOUBLE:
    case OPTION_DURATION:
        str_addf(str, "%.15g", *(const double *)field);
        return;
    case OPTION_BYTES:
        str_addf(str, "%lld", (long long)*(const int64_t *)field);
        return;
    case OPTION_BOOL:
        str_add(str, *(const bool *)field ? "true" : "false");
        return;
    case OPTION_ENUM:
        str_add(str, option_choice(option, (size_t)(*(const int *)field)));
        return;
    case OPTION_STRING:
        add_text(str, *(const char *const *)field);
        return;
    case OPTION_NUMBERS:
        option_write_numbers(field, str);
        return;
    }
}

static void add_options(struct str *str, const struct option *table, const void *options)
{
    union option_value fallback;
    struct str value = {0}, usual = {0};
    for (const struct option *o = table; o && o->name; o++) {
        struct option alone[] = {*o, OPTION_END};
        alone[0].offset = 0;
        option_defaults(alone, &fallback);
        str_clear(&value);
        str_clear(&usual);
        add_value(&value, o, (const char *)options + o->offset);
        add_value(&usual, o, &fallback);
        if (strcmp(str_text(&value), str_text(&usual)) != 0)
            str_addf(str, "%s%s=%s", str->length ? " " : "", option_key(o), str_text(&value));
    }
    STR_RELEASE(&value, &usual);
}

char *cell_options(const struct option *table, const void *options, struct arena *arena)
{
    struct str str = {0};
    add_options(&str, table, options);
    return str_keep(&str, arena);
}

char *cell_name(const char *name, const char *options, struct arena *arena)
{
    return options[0] ? arena_printf(arena, "%s(%s)", name, options) : arena_strdup(arena, name);
}

char *cell_label(const struct kind *kind, const void *options, struct arena *arena)
{
    return cell_name(kind_key(kind), cell_options(kind->options, options, arena), arena);
}

char *cell_pruner_options(const struct pruner *pruner, const void *options,
                          const struct scoring *scoring, struct arena *arena)
{
    struct str str = {0};
    add_options(&str, pruner->options, options);
    if (scoring->model)
        str_addf(&str, "%sprune_with=%s", str.length ? " " : "",
                 cell_label(&scoring->model->is, scoring->model_options, arena));
    if (scoring->embeddings) {
        str_addf(&str, "%sembeddings=", str.length ? " " : "");
        add_text(&str, scoring->embeddings);
    }
    if (scoring->folds)
        str_addf(&str, "%sunseen=%d", str.length ? " " : "", scoring->folds);
    if (scoring->only)
        str_addf(&str, "%sscore_only=true", str.length ? " " : "");
    return str_keep(&str, arena);
}

const char *cell_stored_pruner(const char *name)
{
    const struct pruner *pruner = pruner_find(name);
    return pruner ? kind_key(&pruner->is) : name;
}

char *cell_stored_options(const char *pruner, const char *options, struct arena *arena)
{
    const struct pruner *known = pruner_find(pruner);
    struct str str = {0};
    while (*options) {
        const size_t length = strcspn(options, " "), name = strcspn(options, "= ");
        const struct option *option = option_find(known ? known->options : NULL,
                                                  arena_printf(arena, "%.*s", (int)name, options));
        if (option)
            str_add(&str, option_key(option));
        else
            str_add_bytes(&str, options, name);
        str_add_bytes(&str, options + name, length - name);
        options += length;
        if (*options)
            str_add_bytes(&str, options++, 1);
    }
    return str_keep(&str, arena);
}

bool cell_options_train_on_all(const char *options)
{
    static const char last[] = "score_only=true";
    const size_t length = strlen(options), tail = sizeof last - 1;
    return length >= tail && strcmp(options + length - tail, last) == 0 &&
           (length == tail || options[length - tail - 1] == ' ');
}

char *cell_pruner_label(const struct pruner *pruner, const void *options,
                        const struct scoring *scoring, struct arena *arena)
{
    return cell_name(kind_key(&pruner->is), cell_pruner_options(pruner, options, scoring, arena),
                     arena);
}

bool cell_has_rate(const char *pruner, double rate)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(pruner, "("), pruner);
    const struct pruner *known = pruner_find(name);
    return known ? !(known->flags & PRUNER_IGNORES_RATE) : rate > 0;
}

void cell_add_level(struct str *ret_text, const char *pruner, double rate, int64_t seed)
{
    if (cell_has_rate(pruner, rate))
        str_addf(ret_text, " rate %.15g", rate);
    str_addf(ret_text, " seed %lld", (long long)seed);
}

char *cell_describe(const struct cell *cell, struct arena *arena)
{
    const char *dataset = cell_label(&cell->dataset->is, cell->data, arena);
    const char *model = cell_label(&cell->model->is, cell->model_options, arena);
    const char *pruner =
        cell_pruner_label(cell->pruner, cell->pruner_options, &cell->scoring, arena);
    struct str text = {0};
    str_addf(&text, "%s %s %s", dataset, model, pruner);
    cell_add_level(&text, cell->pruner->name, cell->rate, cell->seed);
    return str_keep(&text, arena);
}

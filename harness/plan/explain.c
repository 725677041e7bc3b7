#include "harness/plan/explain.h"

#include "base/json.h"
#include "base/num.h"
#include "harness/cell/cell.h"
#include "models/nn/nn.h"
#include "results/record/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON -------------------------------------------------------------------------------------*/

/* "0.05", "cosine"; NULL: the field is not there. */
static void add_value(struct str *ret_text, const json_t *value)
{
    if (!value) {
        str_add(ret_text, "absent");
        return;
    }
    if (json_is_string(value)) {
        str_addf(ret_text, "'%s'", json_string_value(value));
        return;
    }
    json_add_dump(ret_text, value,
                  JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
}

/* path: of the values, "recipe.lr"; "" of the whole. */
static size_t compare_values(const char *path, json_t *now, json_t *before, struct str *ret_text)
{
    struct str below = {0};
    size_t count = 0;
    const char *name;
    json_t *value;
    if (json_equal(now, before))
        return 0;
    if (!json_is_object(now) || !json_is_object(before)) {
        if (ret_text) {
            str_addf(ret_text, "%s%s ", ret_text->length ? "; " : "", path);
            add_value(ret_text, now);
            str_add(ret_text, ", was ");
            add_value(ret_text, before);
        }
        return 1;
    }
    json_t *all = json_copy(before); /* those of now come first, in their order */
    json_object_foreach(now, name, value)
    {
        json_object_del(all, name);
    }
    for (int pass = 0; pass < 2; pass++)
        json_object_foreach(pass ? all : now, name, value)
        {
            str_clear(&below);
            str_addf(&below, "%s%s%s", path, *path ? "." : "", name);
            count += compare_values(str_text(&below), json_object_get(now, name),
                                    json_object_get(before, name), ret_text);
        }
    json_decref(all);
    str_release(&below);
    return count;
}

/* An option that was added later is not in a cell's JSON at its default. */
static void spell_out(json_t *options, const struct option *table)
{
    for (const struct option *o = table; json_is_object(options) && o && o->name; o++)
        if (o->added_later && !json_object_get(options, option_key(o)))
            json_put(options, option_key(o), option_fallback_json(o));
}

static void spell_out_all(json_t *cell)
{
    static const struct {
        const char *part;
        const struct shelf *shelf;
    } named[] = {
        {"dataset", &dataset_shelf},
        {"model", &model_shelf},
        {"prune_with", &model_shelf},
        {"pruner", &pruner_shelf},
    };
    spell_out(json_object_get(cell, "recipe"), recipe_options);
    spell_out(json_object_get(cell, "engine"), engine_options);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        json_t *part = json_object_get(cell, named[i].part);
        const char *name = json_string_value(json_object_get(part, "name"));
        const struct kind *kind = name ? shelf_find(named[i].shelf, name) : NULL;
        if (kind)
            spell_out(part, kind->options);
    }
}

size_t explain_difference(const char *json, const char *before, struct str *ret_text)
{
    json_t *a = json_loads(json, 0, NULL), *b = json_loads(before, 0, NULL);
    size_t count = 0;
    spell_out_all(a);
    spell_out_all(b);
    if (json_is_object(a) && json_is_object(b))
        count = compare_values("", a, b, ret_text);
    json_decref(a);
    json_decref(b);
    return count;
}

/* ---- Cells that are alike ---------------------------------------------------------------------*/

struct explainer {
    const struct history *history;
    const struct history_cell **stale; /* [stale_count] by likeness */
    size_t stale_count;
};

/* A label is a name, and perhaps options in parentheses. */
static int compare_names(const char *a, const char *b)
{
    const size_t m = strcspn(a, "("), n = strcspn(b, "(");
    const int order = strncmp(a, b, m < n ? m : n);
    return order ? order : NUM_COMPARE(m, n);
}

static int compare_likeness(const struct history_cell *a, const struct history_cell *b)
{
    int order = compare_names(a->dataset, b->dataset);
    order = order ? order : strcmp(a->model, b->model);
    order = order ? order : strcmp(a->pruner, b->pruner);
    order = order ? order : NUM_COMPARE(a->rate, b->rate);
    return order ? order : NUM_COMPARE(a->seed, b->seed);
}

static int compare_stale(const void *left, const void *right)
{
    const struct history_cell *const *a = left, *const *b = right;
    const int order = compare_likeness(*a, *b);
    return order ? order : strcmp((*a)->key, (*b)->key);
}

static const char **sorted_keys(const struct plan *plan)
{
    const char **keys;
    MEM_NEW(keys, plan->count);
    for (size_t i = 0; i < plan->count; i++)
        keys[i] = plan->cells[i].key;
    qsort(keys, plan->count, sizeof *keys, str_compare);
    return keys;
}

struct explainer *explain_new(const struct plan *plan, const struct history *history)
{
    struct explainer *explainer;
    const char **keys = sorted_keys(plan);
    MEM_NEW(explainer, 1);
    explainer->history = history;
    MEM_NEW(explainer->stale, history->cell_count);
    for (size_t i = 0; i < history->cell_count; i++) {
        const struct history_cell *cell = &history->cells[i];
        if (cell->listed && !bsearch(&cell->key, keys, plan->count, sizeof *keys, str_compare))
            explainer->stale[explainer->stale_count++] = cell;
    }
    qsort(explainer->stale, explainer->stale_count, sizeof *explainer->stale, compare_stale);
    mem_free(keys);
    return explainer;
}

void explain_free(struct explainer *explainer)
{
    if (!explainer)
        return;
    MEM_FREE(explainer->stale, explainer);
}

const struct history_cell *explain_stale(const struct explainer *explainer, size_t i)
{
    return i < explainer->stale_count ? explainer->stale[i] : NULL;
}

/* The first of the stale cells that is not below the likeness. */
static size_t lower_bound(const struct explainer *explainer, const struct history_cell *like)
{
    size_t low = 0, high = explainer->stale_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_likeness(explainer->stale[middle], like) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The finished stale cell that differs in the fewest fields; NULL where none is like it. */
static const struct history_cell *nearest(const struct explainer *explainer,
                                          const struct plan_cell *cell)
{
    const struct store_cell *stored = &cell->stored;
    const struct history_cell like = {
        .dataset = stored->dataset,
        .model = stored->model,
        .pruner = stored->pruner,
        .rate = stored->rate,
        .seed = stored->seed,
    };
    const struct history_cell *best = NULL;
    size_t fewest = 0;
    for (size_t i = lower_bound(explainer, &like);
         i < explainer->stale_count && compare_likeness(explainer->stale[i], &like) == 0; i++) {
        const struct history_cell *other = explainer->stale[i];
        if (strcmp(other->state, "done") != 0)
            continue;
        const size_t count = explain_difference(cell->json, other->json, NULL);
        if (!best || count < fewest) {
            best = other;
            fewest = count;
        }
    }
    return best;
}

/* ---- Reasons ----------------------------------------------------------------------------------*/

/* Same JSON, another key. */
static const char *beyond_json(const struct plan_cell *cell, const char *key, struct arena *arena)
{
    int64_t version = 0;
    str_parse_int(NN_VERSION, &version);
    for (int64_t v = version - 1; v > 0; v--) {
        char text[24], then[HASH_HEX_SIZE];
        snprintf(text, sizeof text, "%lld", (long long)v);
        cell_key_of(cell->json, cell->data_hash, cell->file_hash, text, then);
        if (strcmp(then, key) == 0)
            return arena_printf(arena, "the engine's version has changed: %s, was %s", NN_VERSION,
                                text);
    }
    return cell->file_hash[0] ? "the data, or the file that the pruner reads, has changed"
                              : "the data has changed";
}

static const char *why_to_run(const struct explainer *explainer, const struct plan_cell *cell,
                              struct arena *arena)
{
    const struct history_cell *told = history_find(explainer->history, cell->key);
    if (told && strcmp(told->state, "running") == 0)
        return "under way, or left behind by a scheduler that was killed";
    if (told && strcmp(told->state, "lost") == 0)
        return arena_printf(arena, "interrupted: %s", told->reason);
    const struct history_cell *before = nearest(explainer, cell);
    if (!before)
        return "new";
    struct str text = {0};
    const size_t fields = explain_difference(cell->json, before->json, &text);
    const char *why =
        fields ? arena_strdup(arena, str_text(&text)) : beyond_json(cell, before->key, arena);
    str_release(&text);
    return why;
}

const char *explain_cell(const struct explainer *explainer, const struct plan_cell *cell,
                         struct arena *arena)
{
    if (cell->state == CELL_DONE)
        return "";
    if (cell->state == CELL_NEW)
        return why_to_run(explainer, cell, arena);
    const struct history_cell *told = history_find(explainer->history, cell->key);
    if (!told)
        return "";
    struct str text = {0};
    record_add_ended(&text, told->state, told->cause, told->reason);
    return str_keep(&text, arena);
}

/*
 * set: --set KEY=VALUE, as a patch of the tree of nodes.
 *
 * The tree is patched before anything is read from it, so that a value given on the command line is
 * checked as one in the file is; only its place differs. A path goes down mappings and makes what
 * is missing. Below dataset, model and pruner it means an option of every value of that axis:
 *
 *     dataset: fashion-mnist               --set dataset.train_limit=5000
 *     dataset: {name: fashion-mnist, train_limit: 5000}
 *
 * What --set train.KEY says holds for every cell: the overrides' own values of that key go.
 */
#include "harness/config/read.h"

#include <string.h>

enum { MOST_STEPS = 8 };

struct patch {
    struct arena *arena;
    struct mistakes *mistakes;
    struct place place;
    char *steps[MOST_STEPS];
    size_t step_count;
    bool axis; /* the first step is dataset, model or pruner */
    struct node *value;
};

static struct node *new_node(const struct patch *patch, enum node_kind kind, size_t room)
{
    struct node *node;
    ARENA_NEW(patch->arena, node, 1);
    node->kind = kind;
    node->place = patch->place;
    node->text = "";
    if (kind == NODE_MAP)
        ARENA_NEW(patch->arena, node->keys, room);
    ARENA_NEW(patch->arena, node->items, room);
    return node;
}

static struct node *new_text(const struct patch *patch, const char *text)
{
    struct node *node = new_node(patch, NODE_TEXT, 0);
    node->text = text;
    return node;
}

/* A copy of a mapping with room for one key more; old may be NULL. */
static struct node *copy_map(const struct patch *patch, const struct node *old)
{
    const size_t count = old ? old->count : 0;
    struct node *map = new_node(patch, NODE_MAP, count + 1);
    for (size_t i = 0; i < count; i++) {
        map->keys[i] = old->keys[i];
        map->items[i] = old->items[i];
    }
    map->count = count;
    if (old)
        map->place = old->place;
    return map;
}

static struct node *patched(const struct patch *patch, struct node *node, size_t depth);

static struct node *patched_list(const struct patch *patch, const struct node *old, size_t depth)
{
    struct node *list = new_node(patch, NODE_LIST, old->count);
    list->place = old->place;
    list->count = old->count;
    for (size_t i = 0; i < old->count; i++)
        list->items[i] = patched(patch, old->items[i], depth);
    return list;
}

static bool find_axis(const char *word, enum named_axis *ret_axis)
{
    for (size_t axis = 0; axis < NAMED_AXES; axis++)
        if (strcmp(word, axis_word((enum named_axis)axis)) == 0) {
            *ret_axis = (enum named_axis)axis;
            return true;
        }
    return false;
}

/* The options that the keys of a mapping below the patch's first step name; NULL: others. */
static const struct option *table_of(const struct patch *patch, const struct node *map)
{
    const char *first = patch->steps[0];
    enum named_axis axis;
    const struct node *name = node_find(map, "name");
    if (!find_axis(first, &axis))
        return strcmp(first, "train") == 0    ? recipe_options
               : strcmp(first, "engine") == 0 ? engine_options
               : strcmp(first, "limits") == 0 ? limits_options
                                              : NULL;
    const struct kind *kind =
        name && name->kind == NODE_TEXT ? shelf_find(axis_shelf(axis), name->text) : NULL;
    return kind ? kind->options : NULL;
}

/* Whether two keys are the same, or two names of one option. */
static bool same_key(const struct option *table, const char *a, const char *b)
{
    const struct option *option = option_find(table, a);
    return strcmp(a, b) == 0 || (option && option == option_find(table, b));
}

static struct node *patched_map(const struct patch *patch, const struct node *old, size_t depth)
{
    struct node *map = copy_map(patch, old);
    const struct option *table = depth == 1 ? table_of(patch, map) : NULL;
    size_t i = 0;
    while (i < map->count && !same_key(table, map->keys[i]->text, patch->steps[depth]))
        i++;
    if (i == map->count) {
        map->keys[i] = new_text(patch, patch->steps[depth]);
        map->count++;
    }
    map->items[i] = patched(patch, map->items[i], depth + 1);
    return map;
}

/* The node that takes the place of `node` (NULL: there was none). Nodes may be shared by aliases,
   so they are copied, never changed. */
static struct node *patched(const struct patch *patch, struct node *node, size_t depth)
{
    if (depth == patch->step_count)
        return patch->value;
    if (!node || (node->kind == NODE_TEXT && !node->quoted && !node->text[0]))
        return patched_map(patch, NULL, depth);
    if (node->kind == NODE_MAP)
        return patched_map(patch, node, depth);
    if (patch->axis && depth == 1 && node->kind == NODE_LIST)
        return patched_list(patch, node, depth);
    if (patch->axis && depth == 1) {
        struct node *named = new_node(patch, NODE_MAP, 1);
        named->place = node->place;
        named->keys[0] = new_text(patch, "name");
        named->items[0] = node;
        named->count = 1;
        return patched_map(patch, named, depth);
    }
    mistakes_add(patch->mistakes, patch->place, NULL, "'%s' has no keys below it",
                 patch->steps[depth - 1]);
    return node;
}

/* Takes a key out of every override's train. */
static void forget_in_overrides(const struct node *root, const char *key)
{
    const struct node *overrides = node_find(root, "overrides");
    for (size_t i = 0; overrides && overrides->kind == NODE_LIST && i < overrides->count; i++) {
        const struct node *rule = overrides->items[i];
        struct node *train = rule->kind == NODE_MAP ? node_find(rule, "train") : NULL;
        if (!train || train->kind != NODE_MAP)
            continue;
        size_t kept = 0;
        for (size_t k = 0; k < train->count; k++)
            if (!same_key(recipe_options, train->keys[k]->text, key)) {
                train->keys[kept] = train->keys[k];
                train->items[kept++] = train->items[k];
            }
        train->count = kept;
    }
}

/* Cuts "a.b.c" into steps. false: an empty step, or too many. */
static bool cut(char *path, struct patch *patch)
{
    for (char *step = path; step; patch->step_count++) {
        char *dot = strchr(step, '.');
        if (dot)
            *dot++ = '\0';
        if (!*step || patch->step_count == MOST_STEPS)
            return false;
        patch->steps[patch->step_count] = step;
        step = dot;
    }
    return true;
}

static void apply(struct reader *reader, const char *text)
{
    const size_t length = strcspn(text, "=");
    char *path = arena_printf(reader->arena, "%.*s", (int)length, text);
    struct patch patch = {
        .arena = reader->arena,
        .mistakes = &reader->mistakes,
        .place = {.set = path},
    };
    if (!text[length] || !cut(arena_strdup(reader->arena, path), &patch)) {
        mistakes_add(&reader->mistakes, patch.place, NULL,
                     "expected KEY=VALUE, as in --set train.epochs=3");
        return;
    }
    const char *value = text + length + 1;
    if (yaml_read(value, strlen(value), path, reader->arena, &reader->mistakes, &patch.value))
        return;
    if (!patch.value)
        patch.value = new_text(&patch, "");
    const char *first = patch.steps[0];
    enum named_axis axis;
    patch.axis = find_axis(first, &axis);
    const bool numbered = strcmp(first, "rate") == 0 || strcmp(first, "seed") == 0;
    reader->narrowed |= patch.step_count == 1 && (patch.axis || numbered);
    reader->root = patched(&patch, reader->root, 0);
    if (strcmp(first, "train") == 0 && patch.step_count == 2)
        forget_in_overrides(reader->root, patch.steps[1]);
}

void config_apply_sets(struct reader *reader, const char *const *sets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        apply(reader, sets[i]);
}

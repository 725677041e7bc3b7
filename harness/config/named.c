/*
 * named: the values of the named axes: a name, or {name: ..., option: value}.
 *
 * An option with a list of values stands for as many values of the axis, two such options for their
 * product: {name: convnet, depth: [1, 2], width: [32, 64]} is four models, the last option varying
 * fastest. A pruner's entry has two keys beside its options: prune_with (a model, or `same`) and
 * score_only. Equal values are interned as one struct pick, so that the grid can tell cells apart
 * by pointers.
 */
#include "harness/config/param.h"
#include "harness/config/read.h"

#include <stdio.h>
#include <string.h>

/* What the three registries have in common. */
struct entry {
    const void *type;
    const char *name;
    const struct option *options;
    size_t options_size;
};

/* false: the registry has no i-th entry. */
static bool entry_at(enum named_axis axis, size_t i, struct entry *ret_entry)
{
    switch (axis) {
    case AXIS_DATASET: {
        const struct dataset_type *type = dataset_at(i);
        if (type)
            *ret_entry = (struct entry){type, type->name, type->options, sizeof(struct data_spec)};
        return type;
    }
    case AXIS_MODEL: {
        const struct model *type = model_at(i);
        if (type)
            *ret_entry = (struct entry){type, type->name, type->options, type->options_size};
        return type;
    }
    case AXIS_PRUNER: {
        const struct pruner *type = pruner_at(i);
        if (type)
            *ret_entry = (struct entry){type, type->name, type->options, type->options_size};
        return type;
    }
    case NAMED_AXES:
        break;
    }
    DIE("bug: axis %d has no registry", (int)axis);
}

static bool find_entry(enum named_axis axis, const char *name, struct entry *ret_entry)
{
    for (size_t i = 0; entry_at(axis, i, ret_entry); i++)
        if (strcmp(ret_entry->name, name) == 0)
            return true;
    return false;
}

static const char *name_at(const void *axis, size_t i)
{
    struct entry entry;
    return entry_at(*(const enum named_axis *)axis, i, &entry) ? entry.name : NULL;
}

const char *axis_word(enum named_axis axis)
{
    static const char *const words[NAMED_AXES] = {"dataset", "model", "pruner"};
    return words[axis];
}

/* ---- Named values ---- */

/* The registry's entry that a name means. false: refused. */
static bool read_name(struct reader *reader, enum named_axis axis, const struct node *node,
                      struct entry *ret_entry)
{
    const char *word = axis_word(axis);
    char text[64];
    snprintf(text, sizeof text, "the name of a %s", word);
    const char *name = param_text(node, word, text, &reader->mistakes);
    if (!name)
        return false;
    if (find_entry(axis, name, ret_entry))
        return true;
    snprintf(text, sizeof text, "`winnow list %ss` shows them", word);
    param_unknown(node, word, str_nearest(name, name_at, &axis), text, &reader->mistakes);
    return false;
}

static const struct pick *read_pick(struct reader *reader, enum named_axis axis,
                                    const struct node *node);

/* A key that is no option of the entry: another's, or a slip. */
static void stray_option(struct reader *reader, enum named_axis axis, const struct entry *entry,
                         const struct node *key)
{
    struct entry other;
    for (size_t i = 0; entry_at(axis, i, &other); i++)
        if (option_find(other.options, key->text)) {
            mistakes_add(&reader->mistakes, key->place, NULL, "'%s' is an option of %s, not of %s",
                         key->text, other.name, entry->name);
            return;
        }
    param_unknown_option(key, entry->name, entry->options, &reader->mistakes);
}

/* The one struct of this value. */
static const struct pick *intern(struct reader *reader, enum named_axis axis,
                                 const struct entry *entry, const struct choice *choice,
                                 const struct node *node)
{
    const char *label =
        axis == AXIS_PRUNER
            ? cell_pruner_label(choice->type, choice->options, &choice->scoring, reader->arena)
            : cell_label(entry->name, entry->options, choice->options, reader->arena);
    for (const struct pick *p = reader->picks; p; p = p->next)
        if (p->choice.type == entry->type && strcmp(p->label, label) == 0)
            return p;
    struct pick *pick;
    ARENA_NEW(reader->arena, pick, 1);
    *pick = (struct pick){
        .choice = *choice,
        .name = entry->name,
        .label = label,
        .node = node,
        .number = reader->pick_count++,
        .next = reader->picks,
    };
    reader->picks = pick;
    if (choice->scoring.model) {
        const struct scoring *scoring = &choice->scoring;
        struct choice own = *choice;
        own.scoring.model = NULL;
        own.scoring.model_options = NULL;
        pick->own = intern(reader, axis, entry, &own, node);
        pick->with = cell_label(scoring->model->name, scoring->model->options,
                                scoring->model_options, reader->arena);
    }
    return pick;
}

static const char PRUNE_WITH[] = "prune_with", SCORE_ONLY[] = "score_only", SAME[] = "same";

static bool is_scoring_key(enum named_axis axis, const char *key)
{
    return axis == AXIS_PRUNER && (strcmp(key, PRUNE_WITH) == 0 || strcmp(key, SCORE_ONLY) == 0);
}

/* prune_with: a model with its options, or `same`. */
static bool read_prune_with(struct reader *reader, const struct entry *entry,
                            const struct node *node, struct scoring *ret_scoring)
{
    const struct pruner *pruner = entry->type;
    if (node->kind == NODE_TEXT && strcmp(node->text, SAME) == 0)
        return true;
    if (pruner->kind != PRUNER_STATIC || !pruner->watch) {
        mistakes_add(&reader->mistakes, node->place, PRUNE_WITH,
                     "%s trains no network to know the samples by: only static pruners do",
                     entry->name);
        return false;
    }
    const struct pick *pick = read_pick(reader, AXIS_MODEL, node);
    if (pick) {
        ret_scoring->model = pick->choice.type;
        ret_scoring->model_options = pick->choice.options;
    }
    return pick != NULL;
}

static bool read_score_only(struct reader *reader, const struct entry *entry,
                            const struct node *node, bool *ret_only)
{
    const struct pruner *pruner = entry->type;
    if (pruner->batch || pruner->epochs) {
        mistakes_add(&reader->mistakes, node->place, SCORE_ONLY,
                     "%s makes no choice that the training could go without", entry->name);
        return false;
    }
    if (node->kind == NODE_TEXT && !node->quoted &&
        (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)) {
        *ret_only = node->text[0] == 't';
        return true;
    }
    param_expected(node, SCORE_ONLY, "true or false", &reader->mistakes);
    return false;
}

/* One key of a named value, with one of its values. false: refused. */
static bool set_key(struct reader *reader, enum named_axis axis, const struct entry *entry,
                    const struct node *key, const struct node *value, void *options,
                    struct scoring *scoring)
{
    if (is_scoring_key(axis, key->text))
        return strcmp(key->text, PRUNE_WITH) == 0
                   ? read_prune_with(reader, entry, value, scoring)
                   : read_score_only(reader, entry, value, &scoring->only);
    const struct option *option = option_find(entry->options, key->text);
    return option && param_set(option, value, options, reader->arena, &reader->mistakes);
}

/* How many values a key is given: the items of a list that is not empty, else one. */
static size_t values_of(const struct node *node)
{
    return node->kind == NODE_LIST && node->count ? node->count : 1;
}

size_t named_count(const struct node *node)
{
    size_t count = 1;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->count && count <= MOST_VALUES; i++)
        if (strcmp(node->keys[i]->text, "name") != 0)
            count *= values_of(node->items[i]);
    return count;
}

/* The i-th value that a key is given. */
static const struct node *value_at(const struct node *node, size_t i)
{
    return node->kind == NODE_LIST && node->count ? node->items[i] : node;
}

static void *new_options(struct reader *reader, const struct entry *entry)
{
    void *options = entry->options_size ? arena_alloc(reader->arena, 1, entry->options_size) : NULL;
    option_defaults(entry->options, options);
    return options;
}

/* Whether all keys of a named value are known and all their values good; each mistake is told once.
 */
static bool check_keys(struct reader *reader, enum named_axis axis, const struct entry *entry,
                       const struct node *node)
{
    struct scoring scoring = {0};
    void *options = new_options(reader, entry);
    bool good = true;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->count; i++) {
        const struct node *key = node->keys[i], *values = node->items[i];
        if (strcmp(key->text, "name") == 0)
            continue;
        if (!is_scoring_key(axis, key->text) && !option_find(entry->options, key->text)) {
            stray_option(reader, axis, entry, key);
            good = false;
            continue;
        }
        for (size_t v = 0; v < values_of(values); v++)
            good &= set_key(reader, axis, entry, key, value_at(values, v), options, &scoring);
    }
    return good;
}

/* The which-th of the values that a good node stands for. */
static const struct pick *make_pick(struct reader *reader, enum named_axis axis,
                                    const struct entry *entry, const struct node *node,
                                    size_t which)
{
    struct choice choice = {.type = entry->type};
    void *options = new_options(reader, entry);
    choice.options = options;
    for (size_t i = node->kind == NODE_MAP ? node->count : 0; i-- > 0;) {
        if (strcmp(node->keys[i]->text, "name") == 0)
            continue;
        const size_t count = values_of(node->items[i]);
        REQUIRE(set_key(reader, axis, entry, node->keys[i], value_at(node->items[i], which % count),
                        options, &choice.scoring));
        which /= count;
    }
    return intern(reader, axis, entry, &choice, node);
}

/* The registry's entry of a named value whose keys are all good. false: refused. */
static bool read_entry(struct reader *reader, enum named_axis axis, const struct node *node,
                       struct entry *ret_entry)
{
    const struct node *name = node->kind == NODE_MAP ? node_find(node, "name") : node;
    if (!name)
        mistakes_add(&reader->mistakes, node->place, axis_word(axis),
                     "'name' is missing; write {name: ..., option: value}");
    return name && read_name(reader, axis, name, ret_entry) &&
           check_keys(reader, axis, ret_entry, node);
}

/* A single value. NULL: refused. */
static const struct pick *read_pick(struct reader *reader, enum named_axis axis,
                                    const struct node *node)
{
    struct entry entry;
    if (!read_entry(reader, axis, node, &entry))
        return NULL;
    if (named_count(node) == 1)
        return make_pick(reader, axis, &entry, node, 0);
    param_expected(node, axis_word(axis), "one value, no lists of options", &reader->mistakes);
    return NULL;
}

size_t named_read(struct reader *reader, enum named_axis axis, const struct node *node,
                  const struct pick ***ret_picks)
{
    struct entry entry;
    const size_t count = named_count(node);
    if (!read_entry(reader, axis, node, &entry))
        return 0;
    ARENA_NEW(reader->arena, *ret_picks, count);
    for (size_t which = 0; which < count; which++)
        (*ret_picks)[which] = make_pick(reader, axis, &entry, node, which);
    return count;
}

const void *named_type(struct reader *reader, enum named_axis axis, const struct node *node)
{
    struct entry entry;
    return read_name(reader, axis, node, &entry) ? entry.type : NULL;
}

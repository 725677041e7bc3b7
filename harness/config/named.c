/*
 * named: the values of the named axes: a name, or {name: ..., option: value}.
 *
 * An option with a list of values stands for as many values of the axis, two such options for their
 * product: {name: convnet, depth: [1, 2], width: [32, 64]} is four models, the last option varying
 * fastest. A pruner's entry has four keys beside its options: prune_with (a model, or `same`),
 * embeddings, unseen and score_only; where a kind has presets, `preset` names one, whose values the
 * other keys replace. Equal values are interned as one struct pick, so that the grid can tell cells
 * apart by pointers.
 */
#include "harness/config/param.h"
#include "harness/config/read.h"

#include <stdio.h>
#include <string.h>

const struct shelf *axis_shelf(enum named_axis axis)
{
    static const struct shelf *const shelves[NAMED_AXES] = {&dataset_shelf, &model_shelf,
                                                            &pruner_shelf};
    return shelves[axis];
}

const char *axis_word(enum named_axis axis)
{
    return axis_shelf(axis)->word;
}

/* ---- Named values ---- */

const struct kind *named_kind(struct reader *reader, enum named_axis axis, const struct node *node)
{
    const struct shelf *shelf = axis_shelf(axis);
    char text[64];
    snprintf(text, sizeof text, "the name of a %s", shelf->word);
    const char *name = param_text(node, shelf->word, text, &reader->mistakes);
    const struct kind *kind = name ? shelf_find(shelf, name) : NULL;
    if (name && !kind) {
        snprintf(text, sizeof text, "`winnow list %s` shows them", shelf->plural);
        param_unknown(node, shelf->word, shelf_near(shelf, name), text, &reader->mistakes);
    }
    return kind;
}

static const struct pick *read_pick(struct reader *reader, enum named_axis axis,
                                    const struct node *node);

/* A key that is no option of the entry: another's, or a slip. */
static void stray_option(struct reader *reader, enum named_axis axis, const struct kind *kind,
                         const struct node *key)
{
    const struct kind *other;
    for (size_t i = 0; (other = shelf_at(axis_shelf(axis), i)); i++)
        if (option_find(other->options, key->text)) {
            mistakes_add(&reader->mistakes, key->place, NULL, "'%s' is an option of %s, not of %s",
                         key->text, other->name, kind->name);
            return;
        }
    param_unknown_option(key, kind->name, kind->options, &reader->mistakes);
}

/* The one struct of this value. */
static const struct pick *intern(struct reader *reader, enum named_axis axis,
                                 const struct choice *choice, const struct scoring *scoring,
                                 const struct node *node)
{
    const char *label =
        axis == AXIS_PRUNER
            ? cell_pruner_label((const void *)choice->kind, choice->options, scoring, reader->arena)
            : cell_label(choice->kind, choice->options, reader->arena);
    for (const struct pick *p = reader->picks; p; p = p->next)
        if (p->choice.kind == choice->kind && strcmp(p->label, label) == 0)
            return p;
    struct pick *pick;
    ARENA_NEW(reader->arena, pick, 1);
    *pick = (struct pick){
        .choice = *choice,
        .scoring = *scoring,
        .label = label,
        .node = node,
        .number = reader->pick_count++,
        .next = reader->picks,
    };
    reader->picks = pick;
    if (scoring->model) {
        pick->own = intern(reader, axis, choice, &(struct scoring){.only = scoring->only}, node);
        pick->with = cell_label(&scoring->model->is, scoring->model_options, reader->arena);
    }
    return pick;
}

static const char PRUNE_WITH[] = "prune_with", EMBEDDINGS[] = "embeddings", UNSEEN[] = "unseen",
                  SCORE_ONLY[] = "score_only", SAME[] = "same", PRESET[] = "preset";

static bool is_scoring_key(enum named_axis axis, const char *key)
{
    return axis == AXIS_PRUNER && (strcmp(key, PRUNE_WITH) == 0 || strcmp(key, EMBEDDINGS) == 0 ||
                                   strcmp(key, UNSEEN) == 0 || strcmp(key, SCORE_ONLY) == 0);
}

/* prune_with: a model with its options, or `same`. */
static bool read_prune_with(struct reader *reader, const struct kind *kind, const struct node *node,
                            struct scoring *ret_scoring)
{
    const struct pruner *pruner = (const void *)kind;
    if (node->kind == NODE_TEXT && strcmp(node->text, SAME) == 0)
        return true;
    if (!pruner_trains_proxies(pruner)) {
        mistakes_add(&reader->mistakes, node->place, PRUNE_WITH,
                     "%s trains no network beforehand to know the samples by", kind->name);
        return false;
    }
    const struct pick *pick = read_pick(reader, AXIS_MODEL, node);
    if (pick) {
        ret_scoring->model = (const void *)pick->choice.kind;
        ret_scoring->model_options = pick->choice.options;
    }
    return pick != NULL;
}

/* embeddings: a file of features (cell_embeds). */
static bool read_embeddings(struct reader *reader, const struct kind *kind, const struct node *node,
                            struct scoring *ret_scoring)
{
    const struct pruner *pruner = (const void *)kind;
    ret_scoring->embeddings = param_text(node, EMBEDDINGS, "the name of a file", &reader->mistakes);
    if (!ret_scoring->embeddings)
        return false;
    if (cell_embeds(pruner))
        return true;
    mistakes_add(&reader->mistakes, node->place, EMBEDDINGS, "%s does not go by features alone",
                 kind->name);
    return false;
}

/* unseen: how many folds, or `folds`: five (our choice). */
static bool read_unseen(struct reader *reader, const struct node *node, int *ret_folds)
{
    enum { USUAL = 5, MOST = 100 };
    int64_t folds = 0;
    if (node->kind == NODE_TEXT && strcmp(node->text, "folds") == 0)
        folds = USUAL;
    else if (node->kind == NODE_TEXT)
        str_parse_int(node->text, &folds);
    *ret_folds = (int)folds;
    if (folds >= 2 && folds <= MOST)
        return true;
    param_expected(node, UNSEEN, "folds, or how many of them: 2 to 100", &reader->mistakes);
    return false;
}

static bool read_score_only(struct reader *reader, const struct kind *kind, const struct node *node,
                            bool *ret_only)
{
    const struct pruner *pruner = (const void *)kind;
    if ((pruner->batch && !pruner_drops_of_proxies(pruner)) || pruner->epochs) {
        mistakes_add(&reader->mistakes, node->place, SCORE_ONLY,
                     "%s makes no choice that the training could go without", kind->name);
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

static bool read_preset(struct reader *reader, const struct kind *kind, const struct node *node,
                        void *options)
{
    struct err err;
    const char *name = param_text(node, PRESET, "the name of a preset", &reader->mistakes);
    if (!name || kind_set_preset(kind, name, options, reader->arena, &err) == 0)
        return name != NULL;
    mistakes_add(&reader->mistakes, node->place, PRESET, "%s", err.text);
    return false;
}

/* One key of a named value, with one of its values. false: refused. */
static bool set_key(struct reader *reader, enum named_axis axis, const struct kind *kind,
                    const struct node *key, const struct node *value, void *options,
                    struct scoring *scoring)
{
    if (is_scoring_key(axis, key->text))
        return strcmp(key->text, PRUNE_WITH) == 0   ? read_prune_with(reader, kind, value, scoring)
               : strcmp(key->text, EMBEDDINGS) == 0 ? read_embeddings(reader, kind, value, scoring)
               : strcmp(key->text, UNSEEN) == 0
                   ? read_unseen(reader, value, &scoring->folds)
                   : read_score_only(reader, kind, value, &scoring->only);
    if (kind_takes_preset(kind, key->text))
        return read_preset(reader, kind, value, options);
    const struct option *option = option_find(kind->options, key->text);
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

/* Whether all keys of a named value are known and all their values good; each mistake is told once.
 */
static bool check_keys(struct reader *reader, enum named_axis axis, const struct kind *kind,
                       const struct node *node)
{
    struct scoring scoring = {0};
    void *options = kind_defaults(kind, reader->arena);
    bool good = true;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->count; i++) {
        const struct node *key = node->keys[i], *values = node->items[i];
        if (strcmp(key->text, "name") == 0)
            continue;
        if (!is_scoring_key(axis, key->text) && !kind_takes_preset(kind, key->text) &&
            !option_find(kind->options, key->text)) {
            stray_option(reader, axis, kind, key);
            good = false;
            continue;
        }
        good &= !param_repeats(kind->options, node, i, &reader->mistakes);
        for (size_t v = 0; v < values_of(values); v++)
            good &= set_key(reader, axis, kind, key, value_at(values, v), options, &scoring);
    }
    return good;
}

/* The which-th of the values that a good node stands for. */
static const struct pick *make_pick(struct reader *reader, enum named_axis axis,
                                    const struct kind *kind, const struct node *node, size_t which)
{
    struct scoring scoring = {0};
    void *options = kind_defaults(kind, reader->arena);
    for (int presets = 1; presets >= 0; presets--) { /* first, wherever they stand */
        size_t left = which;
        for (size_t i = node->kind == NODE_MAP ? node->count : 0; i-- > 0;) {
            const struct node *key = node->keys[i];
            if (strcmp(key->text, "name") == 0)
                continue;
            const size_t count = values_of(node->items[i]);
            if (kind_takes_preset(kind, key->text) == presets)
                REQUIRE(set_key(reader, axis, kind, key, value_at(node->items[i], left % count),
                                options, &scoring));
            left /= count;
        }
    }
    return intern(reader, axis, &(struct choice){kind, options}, &scoring, node);
}

/* The kind of a named value whose keys are all good. NULL: refused. */
static const struct kind *read_kind(struct reader *reader, enum named_axis axis,
                                    const struct node *node)
{
    const struct node *name = node->kind == NODE_MAP ? node_find(node, "name") : node;
    if (!name)
        mistakes_add(&reader->mistakes, node->place, axis_word(axis),
                     "'name' is missing; write {name: ..., option: value}");
    const struct kind *kind = name ? named_kind(reader, axis, name) : NULL;
    return kind && check_keys(reader, axis, kind, node) ? kind : NULL;
}

/* A single value. NULL: refused. */
static const struct pick *read_pick(struct reader *reader, enum named_axis axis,
                                    const struct node *node)
{
    const struct kind *kind = read_kind(reader, axis, node);
    if (!kind)
        return NULL;
    if (named_count(node) == 1)
        return make_pick(reader, axis, kind, node, 0);
    param_expected(node, axis_word(axis), "one value, no lists of options", &reader->mistakes);
    return NULL;
}

size_t named_read(struct reader *reader, enum named_axis axis, const struct node *node,
                  const struct pick ***ret_picks)
{
    const size_t count = named_count(node);
    const struct kind *kind = read_kind(reader, axis, node);
    if (!kind)
        return 0;
    ARENA_NEW(reader->arena, *ret_picks, count);
    for (size_t which = 0; which < count; which++)
        (*ret_picks)[which] = make_pick(reader, axis, kind, node, which);
    return count;
}

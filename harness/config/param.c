#include "harness/config/param.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_nothing(const struct node *node)
{
    return node->kind == NODE_TEXT && !node->quoted &&
           (!node->text[0] || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

static bool has_leading_zero(const char *text)
{
    text += *text == '-' || *text == '+';
    return text[0] == '0' && isdigit((unsigned char)text[1]);
}

static void add_found(struct str *str, const struct node *node)
{
    switch (node->kind) {
    case NODE_LIST:
        str_add(str, node->count ? "a list" : "an empty list");
        return;
    case NODE_MAP:
        str_add(str, "a mapping");
        return;
    case NODE_TEXT:
        if (!node->quoted && !node->text[0]) {
            str_add(str, "nothing");
            return;
        }
        str_add(str, node->quoted ? "the text \"" : "'");
        mistakes_quote(str, node->text);
        str_add(str, node->quoted ? "\"" : "'");
        if (!node->quoted && has_leading_zero(node->text))
            str_add(str, " (a leading zero is octal in YAML)");
        return;
    }
}

/* near: what may have been meant, or NULL. */
static void expected(const struct node *node, const char *label, const char *wanted,
                     const char *near, struct mistakes *mistakes)
{
    struct str found = {0};
    add_found(&found, node);
    if (near)
        str_addf(&found, ", did you mean '%s'?", near);
    mistakes_add(mistakes, node->place, label, "expected %s, found %s", wanted, str_text(&found));
    str_release(&found);
}

void param_expected(const struct node *node, const char *label, const char *wanted,
                    struct mistakes *mistakes)
{
    expected(node, label, wanted, NULL, mistakes);
}

/* To the 15 digits that the canonical JSON keeps. */
static double canonical(double value)
{
    char text[32];
    double rounded = value;
    snprintf(text, sizeof text, "%.15g", value);
    str_parse_double(text, &rounded); /* fails only where rounding up leaves the doubles */
    return rounded;
}

bool param_number(const struct node *node, double *ret_value)
{
    double value;
    if (node->kind != NODE_TEXT || node->quoted || !str_parse_double(node->text, &value))
        return false;
    *ret_value = canonical(value);
    return true;
}

bool param_whole(const struct node *node, int64_t *ret_value)
{
    return node->kind == NODE_TEXT && !node->quoted && str_parse_int(node->text, ret_value);
}

const char *param_text(const struct node *node, const char *label, const char *wanted,
                       struct mistakes *mistakes)
{
    if (node->kind == NODE_TEXT && node->text[0] && !is_nothing(node))
        return node->text;
    param_expected(node, label, wanted, mistakes);
    return NULL;
}

static const char *choice_at(const void *option, size_t i)
{
    return option_choice(option, i);
}

static void refuse(const struct option *option, const struct node *node, struct mistakes *mistakes)
{
    struct option bare = *option;
    bare.fallback = NULL; /* what is accepted matters here, the default does not */
    struct str wanted = {0};
    option_describe(&bare, &wanted);
    const char *near = option->type == OPTION_ENUM && node->kind == NODE_TEXT
                           ? str_nearest(node->text, choice_at, option)
                           : NULL;
    expected(node, option->name, str_text(&wanted), near, mistakes);
    str_release(&wanted);
}

/* The text of an option's value; NULL: it can be none. */
static const char *value_text(const struct option *option, const struct node *node)
{
    const bool may_be_quoted = option->type == OPTION_ENUM || option->type == OPTION_STRING;
    return node->kind != NODE_TEXT || is_nothing(node) || (node->quoted && !may_be_quoted)
               ? NULL
               : node->text;
}

/* A list, each of whose numbers is refused in its own place. */
static bool set_numbers(const struct option *option, const struct node *list,
                        struct option_numbers *ret_numbers, struct mistakes *mistakes)
{
    struct option_numbers numbers = {.count = (int)list->count};
    bool good = true;
    if (list->count > OPTION_MOST_NUMBERS) {
        mistakes_add(mistakes, list->place, option->name, "%zu numbers, at most %d are taken",
                     list->count, OPTION_MOST_NUMBERS);
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        double *number = &numbers.items[i];
        if (param_number(list->items[i], number) && *number >= option->min &&
            *number <= option->max)
            continue;
        char wanted[80];
        snprintf(wanted, sizeof wanted, "numbers from %.15g to %.15g", option->min, option->max);
        param_expected(list->items[i], option->name, wanted, mistakes);
        good = false;
    }
    if (good)
        *ret_numbers = numbers;
    return good;
}

bool param_set(const struct option *option, const struct node *node, void *values,
               struct arena *arena, struct mistakes *mistakes)
{
    if (option->type == OPTION_NUMBERS && node->kind == NODE_LIST)
        return set_numbers(option, node, (struct option_numbers *)((char *)values + option->offset),
                           mistakes);
    const char *text = value_text(option, node);
    if (!text || (option->type == OPTION_STRING && str_not_shown(text, "")) ||
        option_set(option, values, text, arena, NULL)) {
        refuse(option, node, mistakes);
        return false;
    }
    void *field = (char *)values + option->offset;
    if (option->type == OPTION_DOUBLE)
        *(double *)field = canonical(*(double *)field);
    struct option_numbers *numbers = option->type == OPTION_NUMBERS ? field : NULL;
    for (int i = 0; numbers && i < numbers->count; i++)
        numbers->items[i] = canonical(numbers->items[i]);
    return true;
}

static void unknown(const struct node *node, const char *start, const char *near, const char *help,
                    struct mistakes *mistakes)
{
    struct str text = {0};
    str_addf(&text, "%s '", start);
    mistakes_quote(&text, node->text);
    if (near)
        str_addf(&text, "', did you mean '%s'?", near);
    else
        str_addf(&text, "'; %s", help);
    mistakes_add(mistakes, node->place, NULL, "%s", str_text(&text));
    str_release(&text);
}

void param_unknown(const struct node *node, const char *kind, const char *near, const char *help,
                   struct mistakes *mistakes)
{
    char start[64];
    snprintf(start, sizeof start, "unknown %s", kind);
    unknown(node, start, near, help, mistakes);
}

void param_unknown_option(const struct node *key, const char *owner, const struct option *table,
                          struct mistakes *mistakes)
{
    struct str help = {0};
    char start[128];
    snprintf(start, sizeof start, "%s has no option", owner);
    for (const struct option *o = table; o && o->name; o++)
        str_addf(&help, "%s%s", o == table ? "it has " : ", ", o->name);
    unknown(key, start, option_nearest(table, key->text),
            help.length ? str_text(&help) : "it takes none", mistakes);
    str_release(&help);
}

size_t param_values(struct node *const *node, const char *label, struct node *const **ret_items,
                    struct mistakes *mistakes)
{
    if ((*node)->kind != NODE_LIST) {
        *ret_items = node;
        return 1;
    }
    if ((*node)->count == 0) {
        param_expected(*node, label, "one value or more", mistakes);
        return 0;
    }
    if ((*node)->count > MOST_VALUES) {
        mistakes_add(mistakes, (*node)->place, label, "%zu values, at most %d are taken",
                     (*node)->count, MOST_VALUES);
        return 0;
    }
    *ret_items = (*node)->items;
    return (*node)->count;
}

void param_twice(const struct node *node, const char *label, const char *name,
                 const struct node *first, struct mistakes *mistakes)
{
    struct str place = {0};
    place_write(first->place, &place);
    mistakes_add(mistakes, node->place, label, "%s is listed twice, first at %s", name,
                 str_text(&place));
    str_release(&place);
}

bool param_repeats(const struct option *table, const struct node *map, size_t i,
                   struct mistakes *mistakes)
{
    const struct option *option = option_find(table, map->keys[i]->text);
    size_t first = 0;
    while (first < i && (!option || option_find(table, map->keys[first]->text) != option))
        first++;
    if (first == i)
        return false;
    struct str place = {0};
    place_write(map->keys[first]->place, &place);
    mistakes_add(mistakes, map->keys[i]->place, NULL, "'%s' is given already, as '%s' at %s",
                 map->keys[i]->text, map->keys[first]->text, str_text(&place));
    str_release(&place);
    return true;
}

void param_once(struct node *const *items, size_t i, const char *label, struct mistakes *mistakes)
{
    size_t first = 0;
    while (first < i &&
           (items[first]->kind != NODE_TEXT || strcmp(items[first]->text, items[i]->text) != 0))
        first++;
    if (first < i)
        param_twice(items[i], label, items[i]->text, items[first], mistakes);
}

size_t param_numbers(struct node *const *node, const char *label, const char *wanted,
                     bool (*accepts)(const struct node *node, double *ret_value),
                     struct arena *arena, double **ret_values, struct mistakes *mistakes)
{
    struct node *const *items;
    const size_t count = param_values(node, label, &items, mistakes);
    double *values;
    const struct node **nodes; /* where each was written */
    ARENA_NEW(arena, values, count);
    ARENA_NEW(arena, nodes, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!accepts(items[i], &values[kept])) {
            param_expected(items[i], label, wanted, mistakes);
            continue;
        }
        size_t first = 0;
        while (values[first] != values[kept])
            first++;
        if (first < kept)
            param_twice(items[i], label, items[i]->text, nodes[first], mistakes);
        else
            nodes[kept++] = items[i];
    }
    *ret_values = values;
    return kept;
}

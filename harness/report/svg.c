#include "harness/report/svg.h"

#include "base/mem.h"
#include "harness/report/html.h"
#include "harness/report/svg_pictures.h"
#include "harness/report/svg_tree.h"
#include "harness/report/svg_values.h"

#include <stdlib.h>
#include <string.h>

/* What elements take over from those around them, and what holds where none says anything. */
static const struct svg_attribute inherited[] = {
    {"fill", "black"},     {"stroke", "none"},         {"color", NULL}, /* the page's */
    {"stroke-width", "1"}, {"stroke-linecap", "butt"}, {"stroke-linejoin", "miter"},
    {"font-family", NULL}, {"font-size", NULL},        {"text-anchor", "start"},
};
enum {
    INHERITED = sizeof inherited / sizeof *inherited,
    MOST_WIDTH = 100000, /* pixels, which no page has */
};

static void shorten_shape(struct svg_node *node, struct arena *arena)
{
    struct str path = {0};
    const bool polygon = svg_node_is(node, "polygon");
    const char *points = svg_node_get(node, polygon ? "points" : "d");
    if ((polygon || svg_node_is(node, "path")) && points && svg_short_path(points, 'M', &path)) {
        str_add(&path, polygon ? "z" : "");
        svg_node_drop(node, polygon ? "points" : "d");
        svg_node_set(node, "d", arena_strdup(arena, str_text(&path)));
        node->name = "path";
    }
    str_release(&path);
}

/* ids, and the places that refer to them: href="#id", url(#id). */
static void rename_ids(struct svg_node *node, const char *prefix, struct arena *arena)
{
    for (size_t i = 0; i < node->count; i++) {
        struct svg_attribute *a = &node->attributes[i];
        if (strcmp(a->name, "xlink:href") == 0)
            a->name = "href";
        if (strcmp(a->name, "id") == 0)
            a->value = arena_printf(arena, "%s%s", prefix, a->value);
        else if (strcmp(a->name, "href") == 0 && a->value[0] == '#')
            a->value = arena_printf(arena, "#%s%s", prefix, a->value + 1);
        else if (strncmp(a->value, "url(#", strlen("url(#")) == 0)
            a->value = arena_printf(arena, "url(#%s%s", prefix, a->value + strlen("url(#"));
    }
}

/* ---- Groups -----------------------------------------------------------------------------------*/

struct job {
    const char *prefix;
    struct svg_pictures *pictures;
    struct arena *arena;
};

static bool same_attributes(const struct svg_node *a, const struct svg_node *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++) {
        const char *value = svg_node_get(b, a->attributes[i].name);
        same = value && strcmp(value, a->attributes[i].value) == 0;
    }
    return same;
}

/* Moves the group's attributes to its only child, where none of them is the child's too. */
static struct svg_node *only_child(struct svg_node *group)
{
    struct svg_node *child = group->first;
    bool disjoint = child && !child->next && child->name &&
                    child->count + group->count <= SVG_MOST_ATTRIBUTES &&
                    !svg_node_get(group, "clip-path") && !svg_node_get(child, "clip-path") &&
                    !svg_node_get(group, "filter") && !svg_node_get(child, "filter");
    for (size_t i = 0; disjoint && i < group->count; i++)
        disjoint = !svg_node_get(child, group->attributes[i].name);
    if (!disjoint)
        return group;
    for (size_t i = 0; i < group->count; i++)
        svg_node_set(child, group->attributes[i].name, group->attributes[i].value);
    return child;
}

static bool is_empty(const struct svg_node *node)
{
    return !node->first && (svg_node_is(node, "g") || svg_node_is(node, "text"));
}

/* Whether both say the same of what is inherited; some: and say anything. */
static bool same_inherited(const struct svg_node *a, const struct svg_node *b, bool *ret_some)
{
    *ret_some = false;
    for (size_t i = 0; i < INHERITED; i++) {
        const char *left = svg_node_get(a, inherited[i].name),
                   *right = svg_node_get(b, inherited[i].name);
        if (!left != !right || (left && strcmp(left, right) != 0))
            return false;
        *ret_some = *ret_some || left;
    }
    return true;
}

/* A run of shapes or texts that say the same begins with first: a group says it for them. */
static struct svg_node *group_of(struct svg_node *first, size_t count, struct arena *arena)
{
    struct svg_node *group;
    ARENA_NEW(arena, group, 1);
    group->name = "g";
    for (size_t i = 0; i < INHERITED; i++)
        if (svg_node_get(first, inherited[i].name))
            svg_node_set(group, inherited[i].name, svg_node_get(first, inherited[i].name));
    for (struct svg_node *child = first, *next; count; child = next, count--) {
        next = child->next;
        for (size_t i = 0; i < INHERITED; i++)
            svg_node_drop(child, inherited[i].name);
        svg_node_append(group, child);
    }
    return group;
}

static void say_once_for_runs(struct svg_node *parent, struct arena *arena)
{
    struct svg_node *child = parent->first;
    parent->first = parent->last = NULL;
    while (child) {
        struct svg_node *end = child->next;
        size_t count = 1;
        bool some = false;
        while (child->name && end && end->name && same_inherited(child, end, &some) && some) {
            end = end->next;
            count++;
        }
        svg_node_append(parent, count > 1 ? group_of(child, count, arena) : child);
        child = end;
    }
}

/* Puts a child that was made smaller behind those that are there. */
static void settle(struct svg_node *parent, struct svg_node *child)
{
    struct svg_node *last = parent->last;
    if (is_empty(child))
        return;
    if (svg_node_is(child, "g") && child->count == 0) {
        for (struct svg_node *inner = child->first, *next; inner; inner = next) {
            next = inner->next;
            settle(parent, inner);
        }
    } else if (last && svg_node_is(child, "g") && svg_node_is(last, "g") &&
               same_attributes(last, child) && !svg_node_get(child, "filter") &&
               !svg_node_get(child, "opacity") && !svg_node_get(child, "clip-path")) {
        for (struct svg_node *inner = child->first, *next; inner; inner = next) {
            next = inner->next;
            settle(last, inner);
        }
    } else
        svg_node_append(parent, child);
}

static void slim(struct svg_node *node, const char *const around[INHERITED], const struct job *job);

static void slim_children(struct svg_node *node, const char *const around[INHERITED],
                          const struct job *job)
{
    struct svg_node *child = node->first;
    node->first = node->last = NULL;
    for (struct svg_node *next; child; child = next) {
        next = child->next;
        slim(child, around, job);
        settle(node, child);
    }
    /* Not before all are there: neighbours alike become one. */
    child = node->first;
    node->first = node->last = NULL;
    for (struct svg_node *next; child; child = next) {
        next = child->next;
        svg_node_append(node, svg_node_is(child, "g") ? only_child(child) : child);
    }
    if (svg_node_is(node, "g") || svg_node_is(node, "svg"))
        say_once_for_runs(node, job->arena);
}

static void slim_defs(struct svg_node *node, const struct job *job)
{
    rename_ids(node, job->prefix, job->arena);
    for (struct svg_node *child = node->first; child; child = child->next)
        slim_defs(child, job);
}

/* around: what holds where the element says nothing; NULL: not known. */
static void slim(struct svg_node *node, const char *const around[INHERITED], const struct job *job)
{
    const char *here[INHERITED];
    if (svg_node_is(node, "defs")) {
        slim_defs(node, job);
        return;
    }
    if (svg_node_is(node, "g"))
        svg_node_drop(
            node, "id"); /* of whole plots: gnuplot may give them twice, and nothing refers to */
    svg_node_drop(node, "class");
    rename_ids(node, job->prefix, job->arena);
    svg_pictures_take(job->pictures, node, job->arena);
    for (size_t i = 0; i < node->count; i++) {
        struct svg_attribute *a = &node->attributes[i];
        a->value = svg_short_colour(a->value, job->arena);
        if (strcmp(a->name, "transform") == 0)
            a->value = svg_short_transform(a->value, job->arena);
    }
    for (size_t i = 0; i < INHERITED; i++) {
        const char *value = svg_node_get(node, inherited[i].name);
        if (value && around[i] && strcmp(value, around[i]) == 0)
            svg_node_drop(node, inherited[i].name);
        here[i] = value ? value : around[i];
    }
    shorten_shape(node, job->arena);
    slim_children(node, here, job);
}

/* ---- The whole --------------------------------------------------------------------------------*/

/* Whether it, or all in it, says itself what each of these attributes is. */
static bool covers(const struct svg_node *node, const struct svg_attribute *attributes,
                   size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count && all; i++)
        all = svg_node_get(node, attributes[i].name) != NULL;
    if (all || !node->name || svg_node_is(node, "defs"))
        return true;
    if (!svg_node_is(node, "g"))
        return false;
    for (const struct svg_node *child = node->first; child; child = child->next)
        if (!covers(child, attributes, count))
            return false;
    return true;
}

/* The one group around everything gets what all groups in it begin with; its ground says itself
 * that it has no rim. */
static void say_once(struct svg_node *root)
{
    static const struct svg_attribute common[] = {
        {"fill", "none"}, {"color", "black"}, {"stroke", "currentColor"}};
    struct svg_node *group = root->first;
    while (group && !svg_node_is(group, "g"))
        group = group->next;
    if (!group)
        return;
    svg_node_drop(group, "id");
    if (group->count)
        return;
    if (group->first && svg_node_is(group->first, "rect") && !svg_node_get(group->first, "stroke"))
        svg_node_set(group->first, "stroke", "none");
    if (group->first && svg_node_is(group->first, "rect"))
        svg_node_set(group->first, "color", "black");
    if (!covers(group, common, sizeof common / sizeof *common))
        return;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        svg_node_set(group, common[i].name, common[i].value);
    svg_node_set(group, "font-family", "sans-serif");
}

int svg_add(const char *file, const char *prefix, const char *label, struct svg_pictures *pictures,
            struct str *out, struct err *err)
{
    struct arena arena = {0};
    const char *start = strstr(file, "<svg"), *around[INHERITED];
    struct svg_node *root = start ? svg_read(start, &arena) : NULL;
    if (!root) {
        arena_release(&arena);
        return err_set(err, "%.60s: gnuplot wrote no complete <svg>", label);
    }
    const char *width_text = svg_node_get(root, "width"), *box = svg_node_get(root, "viewBox");
    const long said = width_text ? strtol(width_text, NULL, 10) : 0;
    const int width = said >= 0 && said <= MOST_WIDTH ? (int)said : MOST_WIDTH;
    const struct job job = {prefix, pictures, &arena};
    for (size_t i = 0; i < INHERITED; i++)
        around[i] = inherited[i].value;
    say_once(root);
    str_add(out, "<svg role=\"img\" aria-label=\"");
    html_add(out, label);
    str_addf(out, "\" style=\"max-width:%dpx\" viewBox=\"%s\">", width + width / 4, box ? box : "");
    root->count = 0;
    slim_children(root, around, &job);
    for (const struct svg_node *child = root->first; child; child = child->next)
        svg_node_write(child, out);
    str_add(out, "</svg>");
    arena_release(&arena);
    return 0;
}

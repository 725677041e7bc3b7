#include "harness/report/svg_tree.h"

#include <string.h>

enum { MOST_DEPTH = 64 };

bool svg_node_is(const struct svg_node *node, const char *name)
{
    return node->name && strcmp(node->name, name) == 0;
}

const char *svg_node_get(const struct svg_node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->attributes[i].name, name) == 0)
            return node->attributes[i].value;
    return NULL;
}

void svg_node_drop(struct svg_node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->attributes[i].name, name) == 0) {
            node->count--;
            memmove(&node->attributes[i], &node->attributes[i + 1],
                    (node->count - i) * sizeof *node->attributes);
            return;
        }
}

void svg_node_set(struct svg_node *node, const char *name, const char *value)
{
    svg_node_drop(node, name);
    REQUIRE(node->count < SVG_MOST_ATTRIBUTES);
    node->attributes[node->count++] = (struct svg_attribute){name, value};
}

void svg_node_append(struct svg_node *parent, struct svg_node *child)
{
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

static const char *copy(struct arena *arena, const char *text, size_t length)
{
    return arena_printf(arena, "%.*s", (int)length, text);
}

/* At '<' of a tag that opens: its node, and behind it. NULL: it is not whole. */
static struct svg_node *read_tag(const char **at, bool *ret_closed, struct arena *arena)
{
    struct svg_node *node;
    const char *p = *at + 1;
    ARENA_NEW(arena, node, 1);
    size_t length = strcspn(p, " \t\n/>");
    node->name = copy(arena, p, length);
    for (p += length; *(p += strspn(p, " \t\n")) && *p != '/' && *p != '>';) {
        length = strcspn(p, " \t\n=");
        const char *name = copy(arena, p, length);
        p += length;
        p += strspn(p, " \t\n=");
        const char *end = *p == '\'' || *p == '"' ? strchr(p + 1, *p) : NULL;
        if (!end || node->count == SVG_MOST_ATTRIBUTES)
            return NULL;
        node->attributes[node->count++] =
            (struct svg_attribute){name, copy(arena, p + 1, (size_t)(end - p - 1))};
        p = end + 1;
    }
    *ret_closed = *p == '/';
    p += *p == '/';
    if (*p != '>')
        return NULL;
    *at = p + 1;
    return node;
}

/* White space counts within texts alone. */
static void add_text(struct svg_node *parent, const char *text, size_t length, struct arena *arena)
{
    struct svg_node *node;
    if (length == 0 || (strspn(text, " \t\n") >= length && !svg_node_is(parent, "text") &&
                        !svg_node_is(parent, "tspan")))
        return;
    ARENA_NEW(arena, node, 1);
    node->text = copy(arena, text, length);
    svg_node_append(parent, node);
}

struct svg_node *svg_read(const char *p, struct arena *arena)
{
    struct svg_node *open[MOST_DEPTH], *root = NULL;
    size_t depth = 0;
    while (*p) {
        const char *tag = strchr(p, '<');
        if (!tag)
            return NULL;
        if (depth)
            add_text(open[depth - 1], p, (size_t)(tag - p), arena);
        p = tag;
        if (strncmp(p, "<!--", 4) == 0) {
            p = strstr(p, "-->");
            if (!p)
                return NULL;
            p += strlen("-->");
        } else if (p[1] == '/') {
            const size_t length = depth ? strlen(open[depth - 1]->name) : 0;
            if (depth == 0 || strncmp(p + 2, open[depth - 1]->name, length) != 0)
                return NULL;
            p += 2 + length;
            p += strspn(p, " \t\n");
            if (*p++ != '>')
                return NULL;
            if (--depth == 0)
                return root;
        } else {
            bool closed;
            struct svg_node *node = read_tag(&p, &closed, arena);
            if (!node || (!closed && depth == MOST_DEPTH))
                return NULL;
            /* Browsers show a title over all of it. */
            if (depth && !svg_node_is(node, "title") && !svg_node_is(node, "desc"))
                svg_node_append(open[depth - 1], node);
            else if (!depth)
                root = node;
            if (!closed)
                open[depth++] = node;
        }
    }
    return NULL;
}

void svg_node_write(const struct svg_node *node, struct str *out)
{
    if (!node->name) {
        str_add(out, node->text);
        return;
    }
    str_addf(out, "<%s", node->name);
    for (size_t i = 0; i < node->count; i++) {
        const char quote = strchr(node->attributes[i].value, '"') ? '\'' : '"';
        str_addf(out, " %s=%c%s%c", node->attributes[i].name, quote, node->attributes[i].value,
                 quote);
    }
    str_add(out, node->first ? ">" : "/>");
    for (const struct svg_node *child = node->first; child; child = child->next)
        svg_node_write(child, out);
    if (node->first)
        str_addf(out, "</%s>", node->name);
}

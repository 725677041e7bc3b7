/*
 * svg_tree: an SVG file as a tree of elements and texts, all of it in an arena.
 *
 *     struct svg_node *root = svg_read(strstr(text, "<svg"), &arena);
 *     if (root && svg_node_get(root, "viewBox")) ...
 */
#pragma once

#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum { SVG_MOST_ATTRIBUTES = 24 };

struct svg_attribute {
    const char *name, *value; /* as in the file: escaped */
};

/* An element; or a text, whose name is NULL. */
struct svg_node {
    const char *name, *text;
    struct svg_attribute attributes[SVG_MOST_ATTRIBUTES];
    size_t count;
    struct svg_node *first, *last, *next;
};

/* From <svg to </svg>, without titles and descriptions; NULL: it is not whole. */
struct svg_node *svg_read(const char *text, struct arena *arena);
void svg_node_write(const struct svg_node *node, struct str *out);

/* Whether it is an element of that name. */
bool svg_node_is(const struct svg_node *node, const char *name);
/* An attribute; NULL: it has none of that name. */
const char *svg_node_get(const struct svg_node *node, const char *name);
void svg_node_drop(struct svg_node *node, const char *name);
void svg_node_set(struct svg_node *node, const char *name, const char *value);
/* Puts a child behind its parent's last. */
void svg_node_append(struct svg_node *parent, struct svg_node *child);

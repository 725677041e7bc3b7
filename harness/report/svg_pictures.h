/*
 * svg_pictures: pictures (<image>) that drawings of a page show in many places, each of them in the
 * page once. Sample sheets show some hundred of them thousands of times.
 *
 *     struct svg_pictures pictures = {.prefix = "i3-", .arena = &arena};
 *     if (svg_add(one, "w3-", label, &pictures, &drawings, &err) ||
 *         svg_add(other, "n3-", label, &pictures, &drawings, &err)) ...
 *     svg_pictures_add(&pictures, &page);
 *     str_add(&page, str_text(&drawings));
 *     svg_pictures_release(&pictures);
 */
#pragma once

#include "base/mem.h"
#include "base/str.h"
#include "harness/report/svg_tree.h"

#include <stddef.h>

struct svg_pictures {
    const char *prefix; /* of their ids */
    struct arena *arena;
    const char **items; /* as in href: "data:image/png;base64,..." */
    size_t count;
};

/* An <image> at x, y becomes a <use> of it; anything else stays. arena: the node's. */
void svg_pictures_take(struct svg_pictures *pictures, struct svg_node *node, struct arena *arena);
/* An <svg> that shows nothing and holds all of them, each one unit wide and high. */
void svg_pictures_add(const struct svg_pictures *pictures, struct str *out);
void svg_pictures_release(struct svg_pictures *pictures);

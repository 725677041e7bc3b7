#include "harness/report/svg_pictures.h"

#include <string.h>

static size_t number_of(struct svg_pictures *pictures, const char *item)
{
    size_t i = 0;
    while (i < pictures->count && strcmp(pictures->items[i], item) != 0)
        i++;
    if (i == pictures->count) {
        MEM_GROW(pictures->items, pictures->count, pictures->count + 1);
        pictures->items[pictures->count++] = arena_strdup(pictures->arena, item);
    }
    return i;
}

void svg_pictures_take(struct svg_pictures *pictures, struct svg_node *node, struct arena *arena)
{
    static const char *const place[] = {"x", "y", "width", "height"};
    const char *value[4], *item = svg_node_get(node, "href");
    if (!svg_node_is(node, "image") || !item || strncmp(item, "data:", 5) != 0 ||
        svg_node_get(node, "transform"))
        return;
    for (int i = 0; i < 4; i++)
        if (!(value[i] = svg_node_get(node, place[i])))
            return;
    for (int i = 0; i < 4; i++)
        svg_node_drop(node, place[i]);
    svg_node_drop(node, "preserveAspectRatio");
    node->name = "use";
    svg_node_set(node, "href",
                 arena_printf(arena, "#%s%zu", pictures->prefix, number_of(pictures, item)));
    svg_node_set(node, "transform",
                 arena_printf(arena, "translate(%s %s)scale(%s %s)", value[0], value[1], value[2],
                              value[3]));
}

void svg_pictures_add(const struct svg_pictures *pictures, struct str *out)
{
    if (pictures->count == 0)
        return;
    str_add(out, "<svg class=\"store\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>");
    for (size_t i = 0; i < pictures->count; i++)
        str_addf(out,
                 "<image id=\"%s%zu\" width=\"1\" height=\"1\" preserveAspectRatio=\"none\" "
                 "href=\"%s\"/>",
                 pictures->prefix, i, pictures->items[i]);
    str_add(out, "</defs></svg>\n");
}

void svg_pictures_release(struct svg_pictures *pictures)
{
    mem_free(pictures->items);
    *pictures = (struct svg_pictures){0};
}

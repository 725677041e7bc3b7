#include "harness/plan/changed.h"

#include "harness/plan/explain.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NAMED = 5 };

struct changed {
    const struct config *config;
    const char *const *sets;
    size_t set_count;
    struct str seen; /* what the file said at the last look */
    bool gone;       /* it could not be read then */
};

/* One cell of a file, by what decides its result. */
struct listed {
    const char *label, *json;
    const struct listed *twin; /* in the other file: the same label, or the very same cell */
};

struct changed *changed_new(const struct config *config, const char *const *sets, size_t set_count)
{
    struct changed *changed;
    MEM_NEW(changed, 1);
    *changed = (struct changed){.config = config, .sets = sets, .set_count = set_count};
    str_add(&changed->seen, config->text);
    return changed;
}

void changed_free(struct changed *changed)
{
    if (!changed)
        return;
    str_release(&changed->seen);
    mem_free(changed);
}

/* ---- Comparing --------------------------------------------------------------------------------*/

static int by_content(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    const int label = strcmp(a->label, b->label);
    return label ? label : strcmp(a->json, b->json);
}

static struct listed *list(const struct config *config, struct arena *arena)
{
    struct listed *cells;
    ARENA_NEW(arena, cells, config->cell_count);
    for (size_t i = 0; i < config->cell_count; i++)
        cells[i] = (struct listed){.label = cell_describe(&config->cells[i], arena),
                                   .json = cell_to_json(&config->cells[i], arena)};
    qsort(cells, config->cell_count, sizeof *cells, by_content);
    return cells;
}

/* Pairs the cells of both that have one label, in the order of their JSON. */
static void find_twins(struct listed *before, size_t before_count, struct listed *after,
                       size_t after_count)
{
    for (size_t i = 0, j = 0; i < before_count && j < after_count;) {
        const int order = strcmp(before[i].label, after[j].label);
        if (order == 0) {
            before[i].twin = &after[j];
            after[j].twin = &before[i];
        }
        i += order <= 0;
        j += order >= 0;
    }
}

/* "2 cells added: ..." of those without a twin. */
static size_t add_lone(const struct listed *cells, size_t count, const char *what,
                       struct str *ret_text)
{
    struct str names = {0};
    size_t lone = 0;
    for (size_t i = 0; i < count; i++) {
        if (cells[i].twin)
            continue;
        if (lone++ < MOST_NAMED)
            str_addf(&names, "%s%s", names.length ? "; " : "", cells[i].label);
    }
    if (lone)
        str_addf(ret_text, "  %zu cell%s %s: %s", lone, STR_PLURAL(lone), what, str_text(&names));
    if (lone > MOST_NAMED)
        str_addf(ret_text, "; and %zu more", lone - MOST_NAMED);
    if (lone)
        str_add(ret_text, "\n");
    str_release(&names);
    return lone;
}

/* Cells that have another recipe under the same label; the first tells what differs. */
static size_t add_different(const struct listed *cells, size_t count, struct str *ret_text)
{
    const struct listed *first = NULL;
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        if (!cells[i].twin || strcmp(cells[i].twin->json, cells[i].json) == 0)
            continue;
        first = first ? first : &cells[i];
        different++;
    }
    if (!first)
        return 0;
    str_addf(ret_text, "  %zu cell%s changed, as %s: ", different, STR_PLURAL(different),
             first->label);
    explain_difference(first->json, first->twin->json, ret_text);
    str_add(ret_text, "\n");
    return different;
}

static void compare(const struct config *before, const struct config *after, struct str *ret_text)
{
    struct arena arena = {0};
    struct listed *old = list(before, &arena), *new = list(after, &arena);
    find_twins(old, before->cell_count, new, after->cell_count);
    const size_t differences = add_lone(new, after->cell_count, "added", ret_text) +
                               add_lone(old, before->cell_count, "removed", ret_text) +
                               add_different(new, after->cell_count, ret_text);
    str_add(ret_text, differences ? "  this grid stays as it was: run the file again for the rest\n"
                                  : "  its cells are the same\n");
    arena_release(&arena);
}

static void tell(const struct changed *changed, struct str *ret_text)
{
    const char *path = changed->config->path;
    struct config *after;
    struct str mistakes = {0};
    if (strcmp(str_text(&changed->seen), changed->config->text) == 0) {
        str_addf(ret_text, "%s is as it was when the grid started\n", path);
    } else if (config_load(path, changed->sets, changed->set_count, &after, &mistakes)) {
        str_addf(ret_text,
                 "%s was changed and now has mistakes; this grid continues unchanged\n  %s", path,
                 str_text(&mistakes));
    } else {
        str_addf(ret_text, "%s was changed while the grid ran\n", path);
        compare(changed->config, after, ret_text);
        config_free(after);
    }
    str_release(&mistakes);
}

bool changed_look(struct changed *changed, struct str *ret_text)
{
    struct str now = {0};
    const bool gone = str_add_file(&now, changed->config->path, SIZE_MAX, NULL) != 0;
    const bool same =
        gone || (!changed->gone && strcmp(str_text(&now), str_text(&changed->seen)) == 0);
    const bool news = !same || gone != changed->gone;
    changed->gone = gone;
    if (!gone) {
        str_clear(&changed->seen);
        str_add(&changed->seen, str_text(&now));
    }
    str_release(&now);
    if (news && gone)
        str_addf(ret_text, "%s can no longer be read; this grid continues unchanged\n",
                 changed->config->path);
    else if (news)
        tell(changed, ret_text);
    return news;
}

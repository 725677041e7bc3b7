#include "harness/data/split.h"

#include "base/num.h"

#include <string.h>

void split_sizes(const struct split *split, int classes, size_t *ret_sizes)
{
    memset(ret_sizes, 0, (size_t)classes * sizeof *ret_sizes);
    for (size_t i = 0; i < split->n; i++)
        ret_sizes[split->labels[i]]++;
}

void split_draw(const struct split *split, int classes, size_t count, struct rng *rng,
                bool *ret_drawn)
{
    REQUIRE(count <= split->n && classes <= DATA_MAX_CLASSES);
    size_t sizes[DATA_MAX_CLASSES], share[DATA_MAX_CLASSES];
    split_sizes(split, classes, sizes);
    num_apportion(sizes, (size_t)classes, split->n, count, share);
    split_draw_counts(split, classes, share, rng, ret_drawn);
}

void split_draw_counts(const struct split *split, int classes, const size_t *counts,
                       struct rng *rng, bool *ret_drawn)
{
    size_t sizes[DATA_MAX_CLASSES], ends[DATA_MAX_CLASSES], end = 0;
    uint32_t *members; /* class by class, in rising order */
    MEM_NEW(members, split->n);
    memset(ret_drawn, 0, mem_size(split->n, sizeof *ret_drawn));
    split_sizes(split, classes, sizes);
    for (int k = 0; k < classes; k++) {
        ends[k] = end;
        end += sizes[k];
    }
    for (size_t i = 0; i < split->n; i++)
        members[ends[split->labels[i]]++] = (uint32_t)i;
    for (int k = 0; k < classes; k++) {
        uint32_t *own = members + ends[k] - sizes[k];
        rng_shuffle(rng, own, sizes[k]);
        REQUIRE(counts[k] <= sizes[k]);
        for (size_t j = 0; j < counts[k]; j++)
            ret_drawn[own[j]] = true;
    }
    mem_free(members);
}

static void move_sample(struct split *to, size_t j, const struct split *from, size_t i,
                        size_t picture)
{
    memmove(to->pixels + j * picture, from->pixels + i * picture, picture);
    to->labels[j] = from->labels[i];
    to->origin[j] = from->origin[i];
}

struct split split_extract(struct split *split, const bool *drawn, size_t picture)
{
    struct split part = {0};
    for (size_t i = 0; i < split->n; i++)
        part.n += drawn[i];
    MEM_NEW(part.pixels, mem_size(part.n, picture));
    MEM_NEW(part.labels, part.n);
    MEM_NEW(part.origin, part.n);
    REQUIRE(!split->flipped && !split->corrupted);
    size_t taken = 0, left = 0;
    for (size_t i = 0; i < split->n; i++)
        if (drawn[i])
            move_sample(&part, taken++, split, i, picture);
        else
            move_sample(split, left++, split, i, picture);
    split->n = left;
    return part;
}

void split_release(struct split *split)
{
    MEM_FREE(split->pixels, split->labels, split->origin, split->flipped, split->corrupted);
    *split = (struct split){0};
}

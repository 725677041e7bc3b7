#include "harness/data/alter.h"

#include "base/num.h"
#include "harness/data/corrupt.h"
#include "harness/data/split.h"

#include <math.h>
#include <string.h>

const char *const noise_names[] = {"symmetric", "pair", NULL};
const char *const corrupt_names[] = {"noise", "blur", "occlusion", NULL};

/* ret_counts[classes]: n_c. */
static void long_tail(const size_t *sizes, int classes, double imbalance, size_t *ret_counts)
{
    size_t largest = 0;
    for (int k = 0; k < classes; k++)
        largest = sizes[k] > largest ? sizes[k] : largest;
    for (int k = 0; k < classes; k++) {
        const size_t count = num_round_share(pow(imbalance, -k / (classes - 1.0)), largest);
        ret_counts[k] = count < sizes[k] ? count : sizes[k];
    }
}

/* The class that has samples and would keep none, or -1. */
static int emptied(const size_t *sizes, const size_t *counts, int classes)
{
    for (int k = 0; k < classes; k++)
        if (sizes[k] > 0 && counts[k] == 0)
            return k;
    return -1;
}

/* The largest whole imbalance that leaves a sample to each class that has any. */
static double highest_imbalance(const size_t *sizes, int classes, double too_high)
{
    size_t counts[DATA_MAX_CLASSES];
    double works = 1, fails = ceil(too_high);
    while (fails - works > 1) {
        const double middle = floor((works + fails) / 2);
        long_tail(sizes, classes, middle, counts);
        *(emptied(sizes, counts, classes) < 0 ? &works : &fails) = middle;
    }
    return works;
}

int alter_imbalance(const struct split *split, int classes, double imbalance, uint64_t seed,
                    bool *ret_kept, struct err *err)
{
    size_t sizes[DATA_MAX_CLASSES] = {0}, counts[DATA_MAX_CLASSES];
    REQUIRE(imbalance >= 1);
    if (classes < 2)
        return err_set(err, "imbalance: a single class has no tail");
    split_sizes(split, classes, sizes);
    long_tail(sizes, classes, imbalance, counts);
    const int empty = emptied(sizes, counts, classes);
    if (empty >= 0)
        return err_set(err,
                       "imbalance: %.15g leaves class %d without samples; the highest that "
                       "works is %.0f",
                       imbalance, empty, highest_imbalance(sizes, classes, imbalance));
    struct rng rng = rng_stream(seed, RNG_IMBALANCE, 0, 0);
    split_draw_counts(split, classes, counts, &rng, ret_kept);
    return 0;
}

static uint16_t wrong_label(uint16_t label, int classes, enum noise_kind kind, uint64_t seed,
                            uint32_t origin)
{
    uint32_t step = 1;
    if (kind == NOISE_SYMMETRIC) {
        struct rng rng = rng_stream(seed, RNG_NOISE, 1, origin);
        step += rng_below(&rng, (uint32_t)classes - 1);
    }
    return (uint16_t)((label + step) % (uint32_t)classes);
}

int alter_labels(struct split *split, int classes, double noise, enum noise_kind kind,
                 uint64_t seed, struct err *err)
{
    REQUIRE(!split->flipped && noise >= 0 && noise <= 1);
    const size_t count = num_round_share(noise, split->n);
    if (noise > 0 && classes < 2)
        return err_set(err, "noise: with one class no label can be wrong");
    if (count == 0)
        return 0;
    struct rng rng = rng_stream(seed, RNG_NOISE, 0, 0);
    bool *drawn;
    MEM_NEW(drawn, split->n);
    MEM_NEW(split->flipped, split->n);
    split_draw(split, classes, count, &rng, drawn);
    for (size_t i = 0; i < split->n; i++)
        if (drawn[i]) {
            split->flipped[i] = 1;
            split->labels[i] = wrong_label(split->labels[i], classes, kind, seed, split->origin[i]);
        }
    split->flipped_count = count;
    mem_free(drawn);
    return 0;
}

/* ---- Pictures ---------------------------------------------------------------------------------*/

#define NOISE_STEP 0.2 /* of the range */

static void occlude(const struct dataset *data, uint8_t *picture, struct rng *rng)
{
    const size_t h = (size_t)data->h, w = (size_t)data->w, c = (size_t)data->c;
    const size_t side = ((h < w ? h : w) + 1) / 2;
    const size_t top = rng_below(rng, (uint32_t)(h - side + 1)),
                 left = rng_below(rng, (uint32_t)(w - side + 1));
    for (size_t y = top; y < top + side; y++)
        memset(picture + (y * w + left) * c, 0, side * c);
}

void alter_pictures(struct dataset *data, double share, enum corrupt_kind kind, uint64_t seed)
{
    struct split *split = &data->train;
    const size_t count = num_round_share(share, split->n);
    const size_t bytes = (size_t)data->h * (size_t)data->w * (size_t)data->c;
    if (count == 0)
        return;
    struct rng draw = rng_stream(seed, RNG_CORRUPT, 0, 0);
    struct corrupter corrupter;
    bool *drawn;
    uint8_t *before;
    MEM_NEW(drawn, split->n);
    MEM_NEW(before, bytes);
    MEM_NEW(split->corrupted, split->n);
    corrupter_init(&corrupter, data->h, data->w, data->c);
    split_draw(split, data->classes, count, &draw, drawn);
    for (size_t i = 0; i < split->n; i++) {
        struct rng rng = rng_stream(seed, RNG_CORRUPT, 1, split->origin[i]);
        uint8_t *picture = split->pixels + i * bytes;
        if (!drawn[i])
            continue;
        split->corrupted[i] = 1;
        memcpy(before, picture, bytes);
        if (kind == CORRUPT_NOISE)
            corrupter_noise(&corrupter, NOISE_STEP, &rng, before, picture);
        else if (kind == CORRUPT_BLUR)
            corrupter_blur(&corrupter, CORRUPT_MOST_BLUR, before, picture);
        else
            occlude(data, picture, &rng);
    }
    split->corrupted_count = count;
    corrupter_release(&corrupter);
    MEM_FREE(drawn, before);
}

/* Batches: normalised, cropped and flipped, against a naive reference. */
#include "base/rng.h"
#include "tests/support/made_data.h"

#include <criterion/parameterized.h>
#include <stdlib.h>

enum { SAMPLES = 40 };
#define ROUNDING 1e-5 /* of a normalised value, which is a float of at most about 3 */

struct shape {
    int h, w, c, pad;
};

static const struct shape shapes[] = {
    {8, 8, 1, 2}, {5, 7, 2, 4}, {7, 5, 4, 1}, {32, 32, 3, 4}, {6, 6, 3, 5}, {2, 3, 1, 1},
};

/* A dataset of random pictures, made without a loader so that it may have any shape. */
static struct dataset *random_dataset(struct shape shape)
{
    struct dataset *data;
    const size_t picture = (size_t)(shape.h * shape.w * shape.c);
    MEM_NEW(data, 1);
    data->type = dataset_find("synthetic");
    data->h = shape.h;
    data->w = shape.w;
    data->c = shape.c;
    for (int k = 0; k < shape.c; k++) {
        data->mean[k] = 0.4 + 0.05 * k;
        data->stddev[k] = 0.3 - 0.02 * k;
    }
    data->train.n = SAMPLES;
    MEM_NEW(data->train.pixels, SAMPLES * picture);
    MEM_NEW(data->train.labels, SAMPLES);
    MEM_NEW(data->train.origin, SAMPLES);
    for (uint32_t i = 0; i < SAMPLES * picture; i++)
        data->train.pixels[i] = made_byte(99, i);
    for (uint32_t i = 0; i < SAMPLES; i++)
        data->train.origin[i] = 3 * i + 1;
    return data;
}

/* Bounces off the ends step by step: ... 2 1 0 1 2 ... */
static int bounce(int i, int n)
{
    int at = 0, step = 1;
    for (int s = 0; s < abs(i); s++) {
        if (at + step < 0 || at + step >= n)
            step = -step;
        at += step;
    }
    return at;
}

/* A coordinate beyond the far end, seen from there, is one beyond the near end. */
static int reflected(int i, int n)
{
    return i < 0 ? bounce(i, n) : i >= n ? n - 1 - bounce(i - (n - 1), n) : i;
}

/* The naive reference: out[h][w][c] of one picture through one window. */
static void reference(const struct dataset *data, const uint8_t *picture, int dy, int dx, bool flip,
                      enum border_kind border, float *out)
{
    for (int y = 0; y < data->h; y++)
        for (int x = 0; x < data->w; x++)
            for (int k = 0; k < data->c; k++) {
                const int wanted_x = (flip ? data->w - 1 - x : x) + dx, wanted_y = y + dy;
                const int from_x = reflected(wanted_x, data->w);
                const int from_y = reflected(wanted_y, data->h);
                const bool black =
                    border == BORDER_ZERO && (from_x != wanted_x || from_y != wanted_y);
                const int byte = black ? 0 : picture[(from_y * data->w + from_x) * data->c + k];
                out[(y * data->w + x) * data->c + k] =
                    (float)((byte / 255.0 - data->mean[k]) / data->stddev[k]);
            }
}

static bool near(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(a[i] - b[i]) <= (float)ROUNDING))
            return false;
    return true;
}

/* All samples, in order. */
static float *gather_all(const struct dataset *data, const struct augment *augment)
{
    uint32_t index[SAMPLES];
    float *out;
    MEM_NEW(out, SAMPLES * (size_t)(data->h * data->w * data->c));
    for (uint32_t i = 0; i < SAMPLES; i++)
        index[i] = i;
    dataset_gather(data, &data->train, index, SAMPLES, augment, out);
    return out;
}

/* How many of the allowed windows give this picture, and the last of them. */
static int matching_windows(const struct dataset *data, const uint8_t *picture,
                            const struct augment *augment, const float *found, int ret_window[3])
{
    const bool crop = augment->kind == AUGMENT_CROP || augment->kind == AUGMENT_CROP_FLIP;
    const bool flip = augment->kind == AUGMENT_FLIP || augment->kind == AUGMENT_CROP_FLIP;
    const int pad = crop ? augment->pad : 0;
    const size_t size = (size_t)(data->h * data->w * data->c);
    float *expected;
    int matches = 0;
    MEM_NEW(expected, size);
    for (int dy = -pad; dy <= pad; dy++)
        for (int dx = -pad; dx <= pad; dx++)
            for (int f = 0; f <= flip; f++) {
                reference(data, picture, dy, dx, f, augment->border, expected);
                if (near(found, expected, size)) {
                    matches++;
                    ret_window[0] = dy;
                    ret_window[1] = dx;
                    ret_window[2] = f;
                }
            }
    mem_free(expected);
    return matches;
}

ParameterizedTestParameters(data, gathered_pictures_are_windows_of_the_reference)
{
    static size_t indices[sizeof shapes / sizeof *shapes];
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, sizeof indices / sizeof *indices);
}

/* The program's own draws are not repeated here: each picture must be one of the allowed ones. */
ParameterizedTest(size_t *i, data, gathered_pictures_are_windows_of_the_reference)
{
    struct dataset *data = random_dataset(shapes[*i]);
    const size_t size = (size_t)(data->h * data->w * data->c);
    /* The largest pad reflects a whole picture, which looks like the opposite offset or a flip. */
    const bool mirrors = shapes[*i].pad == data->h - 1 || shapes[*i].pad == data->w - 1;
    for (enum augment_kind kind = AUGMENT_NONE; kind <= AUGMENT_CROP_FLIP; kind++) {
        const struct augment augment = {.kind = kind, .pad = shapes[*i].pad, .seed = 4};
        float *out = gather_all(data, &augment);
        int flipped = 0;
        for (size_t s = 0; s < SAMPLES; s++) {
            int window[3] = {0};
            const int matches = matching_windows(data, data->train.pixels + s * size, &augment,
                                                 out + s * size, window);
            cr_assert(matches == 1 || (mirrors && matches > 1), "%s: sample %zu is %d windows",
                      augment_names[kind], s, matches);
            flipped += window[2];
        }
        if (mirrors && kind == AUGMENT_CROP_FLIP) {
            mem_free(out);
            continue;
        }
        const bool flips = kind == AUGMENT_FLIP || kind == AUGMENT_CROP_FLIP;
        /* 40 fair coins fall outside 8..32 once in 9,000 seeds; the seed is fixed. */
        cr_expect(flips ? flipped >= 8 && flipped <= 32 : flipped == 0, "%s: %d of 40 flipped",
                  augment_names[kind], flipped);
        mem_free(out);
    }
    dataset_free(data);
}

/* Each way round that a border may lie, on every shape. */
Test(data, a_border_may_be_black)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct dataset *data = random_dataset(shapes[i]);
        const size_t size = (size_t)(data->h * data->w * data->c);
        const struct augment augment = {
            .kind = AUGMENT_CROP_FLIP, .pad = shapes[i].pad, .seed = 4, .border = BORDER_ZERO};
        float *out = gather_all(data, &augment);
        for (size_t s = 0; s < SAMPLES; s++) {
            int window[3];
            const int matches = matching_windows(data, data->train.pixels + s * size, &augment,
                                                 out + s * size, window);
            cr_assert(matches >= 1, "shape %zu: sample %zu is no window", i, s);
        }
        mem_free(out);
        dataset_free(data);
    }
}

/* Drawn is nothing then. */
Test(data, a_view_is_of_all_pictures)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct dataset *data = random_dataset(shapes[i]);
        const size_t size = (size_t)(data->h * data->w * data->c);
        float *expected;
        MEM_NEW(expected, size);
        for (int v = 0; v < 18; v++) {
            const struct window view = {v / 6 - 1, v / 2 % 3 - 1, v % 2, false};
            const struct augment augment = {
                .kind = AUGMENT_CROP_FLIP, .pad = 1, .seed = 4, .view = &view};
            float *out = gather_all(data, &augment);
            for (size_t s = 0; s < SAMPLES; s++) {
                reference(data, data->train.pixels + s * size, view.dy, view.dx, view.flip,
                          BORDER_REFLECT, expected);
                cr_expect(near(out + s * size, expected, size), "shape %zu, view %d", i, v);
            }
            mem_free(out);
        }
        mem_free(expected);
        dataset_free(data);
    }
}

Test(data, a_view_that_reflects_more_than_there_is_is_refused)
{
    const struct window view = {0, 1, false, false}, mirror = {0, 0, true, false};
    struct dataset *data = random_dataset((struct shape){1, 4, 1, 1});
    struct err err;
    cr_assert_eq(dataset_check_augment(data, &(struct augment){.view = &view}, &err), -1);
    cr_expect_str_eq(err.text, "synthetic has pictures of 1 x 4, too small to be shifted by 1");
    cr_expect_eq(dataset_check_augment(data, &(struct augment){.view = &mirror}, &err), 0);
    dataset_free(data);
}

Test(data, crops_reach_every_offset_evenly)
{
    enum { PAD = 1, WINDOWS = 9, EPOCHS = 50 };
    struct dataset *data = random_dataset((struct shape){4, 4, 1, PAD});
    int counts[WINDOWS] = {0};
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        const struct augment augment = {.kind = AUGMENT_CROP, .pad = PAD, .epoch = epoch};
        float *out = gather_all(data, &augment);
        for (size_t s = 0; s < SAMPLES; s++) {
            int window[3];
            ASSERT_EQ(
                matching_windows(data, data->train.pixels + 16 * s, &augment, out + 16 * s, window),
                1);
            counts[3 * (window[0] + 1) + window[1] + 1]++;
        }
        mem_free(out);
    }
    /* 2000 draws: 222 each, standard deviation 14 */
    for (int i = 0; i < WINDOWS; i++)
        cr_expect(abs(counts[i] - 222) < 56, "window %d came %d times of 2000", i, counts[i]);
    dataset_free(data);
}

/* The same pictures, each row back to front. */
static struct dataset *mirrored(const struct dataset *data, struct shape shape)
{
    struct dataset *mirror = random_dataset(shape);
    const size_t w = (size_t)data->w, c = (size_t)data->c;
    for (size_t row = 0; row < SAMPLES * (size_t)data->h; row++)
        for (size_t x = 0; x < w; x++)
            for (size_t k = 0; k < c; k++)
                mirror->train.pixels[(row * w + x) * c + k] =
                    data->train.pixels[(row * w + w - 1 - x) * c + k];
    return mirror;
}

Test(data, a_flip_undoes_a_flip)
{
    const struct shape shape = {6, 5, 3, 0};
    const struct augment flip = {.kind = AUGMENT_FLIP, .seed = 1};
    struct dataset *data = random_dataset(shape), *mirror = mirrored(data, shape);
    float *plain = gather_all(data, NULL), *back = gather_all(mirror, NULL);
    float *flipped = gather_all(data, &flip), *twice = gather_all(mirror, &flip);
    const size_t size = 6 * 5 * 3;
    for (size_t s = 0; s < SAMPLES; s++) {
        const float *p = plain + s * size, *b = back + s * size;
        const bool was = memcmp(flipped + s * size, b, size * sizeof *b) == 0;
        cr_expect(memcmp(flipped + s * size, was ? b : p, size * sizeof *p) == 0);
        cr_expect(memcmp(twice + s * size, was ? p : b, size * sizeof *p) == 0);
    }
    mem_free(plain);
    mem_free(back);
    mem_free(flipped);
    mem_free(twice);
    dataset_free(data);
    dataset_free(mirror);
}

Test(data, a_sample_is_augmented_alike_in_any_batch_and_split)
{
    const struct shape shape = {9, 9, 3, 3};
    const size_t size = 9 * 9 * 3;
    const struct augment augment = {.kind = AUGMENT_CROP_FLIP, .pad = 3, .seed = 8, .epoch = 2};
    struct dataset *data = random_dataset(shape);
    float *all = gather_all(data, &augment), one[9 * 9 * 3];
    for (uint32_t s = SAMPLES; s-- > 0;) {
        dataset_gather(data, &data->train, &s, 1, &augment, one);
        cr_expect(memcmp(one, all + s * size, sizeof one) == 0, "sample %u alone", s);
    }
    /* a split that begins at sample 10 */
    const struct split tail = {.n = SAMPLES - 10,
                               .pixels = data->train.pixels + 10 * size,
                               .labels = data->train.labels + 10,
                               .origin = data->train.origin + 10};
    const uint32_t first = 0;
    dataset_gather(data, &tail, &first, 1, &augment, one);
    cr_expect(memcmp(one, all + 10 * size, sizeof one) == 0);
    mem_free(all);
    dataset_free(data);
}

/* How many of the samples differ between two ways of augmenting. */
static int differing(const struct dataset *data, const struct augment *a, const struct augment *b)
{
    const size_t size = (size_t)(data->h * data->w * data->c);
    float *left = gather_all(data, a), *right = gather_all(data, b);
    int count = 0;
    for (size_t s = 0; s < SAMPLES; s++)
        count += memcmp(left + s * size, right + s * size, size * sizeof *left) != 0;
    mem_free(left);
    mem_free(right);
    return count;
}

Test(data, augmentation_is_named_by_seed_and_epoch)
{
    struct dataset *data = random_dataset((struct shape){9, 9, 1, 4});
    const struct augment a = {.kind = AUGMENT_CROP, .pad = 4, .seed = 1, .epoch = 1};
    struct augment other_seed = a, other_epoch = a;
    other_seed.seed = 2;
    other_epoch.epoch = 2;
    EXPECT_EQ(differing(data, &a, &a), 0);
    /* two of 81 windows agree once in 81 */
    cr_expect(differing(data, &a, &other_seed) > SAMPLES / 2);
    cr_expect(differing(data, &a, &other_epoch) > SAMPLES / 2);
    dataset_free(data);
}

Test(data, the_flip_is_the_same_with_and_without_a_crop)
{
    struct dataset *data = random_dataset((struct shape){6, 6, 1, 2});
    const struct augment flip = {.kind = AUGMENT_FLIP, .seed = 3};
    const struct augment both = {.kind = AUGMENT_CROP_FLIP, .pad = 2, .seed = 3};
    float *flipped = gather_all(data, &flip), *cropped = gather_all(data, &both);
    for (size_t s = 0; s < SAMPLES; s++) {
        const uint8_t *picture = data->train.pixels + 36 * s;
        int a[3], b[3];
        ASSERT_EQ(matching_windows(data, picture, &flip, flipped + 36 * s, a), 1);
        ASSERT_EQ(matching_windows(data, picture, &both, cropped + 36 * s, b), 1);
        EXPECT_EQ(a[2], b[2]);
    }
    mem_free(flipped);
    mem_free(cropped);
    dataset_free(data);
}

/* Also under a crop, whose offsets are those of a random flip. */
Test(data, alternate_flips_begin_by_a_coin_and_then_take_turns)
{
    struct dataset *data = random_dataset((struct shape){6, 6, 1, 2});
    for (uint32_t epoch = 0; epoch < 5; epoch++) {
        const struct augment first = {.kind = AUGMENT_FLIP, .seed = 3},
                             random = {
                                 .kind = AUGMENT_CROP_FLIP, .pad = 2, .seed = 3, .epoch = epoch};
        struct augment alternate = random;
        alternate.flip = FLIP_ALTERNATE;
        float *a = gather_all(data, &first), *b = gather_all(data, &random),
              *c = gather_all(data, &alternate);
        for (size_t s = 0; s < SAMPLES; s++) {
            const uint8_t *picture = data->train.pixels + 36 * s;
            int at_first[3], drawn[3], now[3];
            ASSERT_EQ(matching_windows(data, picture, &first, a + 36 * s, at_first), 1);
            ASSERT_EQ(matching_windows(data, picture, &random, b + 36 * s, drawn), 1);
            ASSERT_EQ(matching_windows(data, picture, &alternate, c + 36 * s, now), 1);
            EXPECT_EQ(now[2], epoch % 2 ? !at_first[2] : at_first[2]);
            EXPECT_EQ(now[0], drawn[0]);
            EXPECT_EQ(now[1], drawn[1]);
        }
        mem_free(a);
        mem_free(b);
        mem_free(c);
    }
    dataset_free(data);
}

Test(data, a_pad_must_be_smaller_than_the_picture)
{
    struct dataset *data = random_dataset((struct shape){5, 7, 1, 0});
    struct augment augment = {.kind = AUGMENT_CROP, .pad = 4};
    struct err err = {0};
    EXPECT_EQ(dataset_check_augment(data, &augment, &err), 0);
    augment.pad = 5;
    EXPECT_EQ(dataset_check_augment(data, &augment, &err), -1);
    EXPECT_TEXT(err.text, "synthetic has pictures of 5 x 7: crop_pad must be below 5, it is 5");
    augment.pad = -1;
    EXPECT_EQ(dataset_check_augment(data, &augment, &err), -1);
    augment = (struct augment){.kind = AUGMENT_FLIP, .pad = 500};
    EXPECT_EQ(dataset_check_augment(data, &augment, &err), 0);
    EXPECT_EQ(dataset_check_augment(data, NULL, &err), 0);
    dataset_free(data);
}

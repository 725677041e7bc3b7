/* Pictures made worse: as many as was asked for, of training alone, the same for the same seed. */
#include "harness/data/alter.h"
#include "harness/data/split.h"
#include "tests/support/made_data.h"

enum { CLASSES = 5, SAMPLES = 500, PICTURE = 8 * 8 };

static struct dataset *load_worse(double share, enum corrupt_kind kind, uint64_t seed)
{
    struct synthetic_options spec = made_spec("synthetic");
    spec.classes = CLASSES;
    spec.samples = SAMPLES;
    spec.common.val_fraction = 0.2;
    spec.common.corrupt = share;
    spec.common.corrupt_kind = (int)kind;
    return made_load("synthetic", &spec.common, seed, "");
}

Test(worse, as_many_of_each_class_as_was_asked_for)
{
    for (int kind = CORRUPT_NOISE; kind <= CORRUPT_OCCLUSION; kind++) {
        struct dataset *clean = load_worse(0, CORRUPT_NOISE, 1);
        struct dataset *worse = load_worse(0.25, (enum corrupt_kind)kind, 1);
        size_t changed[CLASSES] = {0};
        ASSERT_EQ(worse->train.n, 400);
        for (size_t i = 0; i < worse->train.n; i++) {
            EXPECT_EQ(worse->train.origin[i], clean->train.origin[i]);
            EXPECT_EQ(worse->train.labels[i], clean->train.labels[i]);
            const int differs = memcmp(worse->train.pixels + i * PICTURE,
                                       clean->train.pixels + i * PICTURE, PICTURE) != 0;
            EXPECT_EQ(worse->train.corrupted[i], differs);
            changed[worse->train.labels[i]] += (size_t)differs;
        }
        for (int k = 0; k < CLASSES; k++)
            EXPECT_EQ(changed[k], 20);
        EXPECT_EQ(worse->train.corrupted_count, 100);
        cr_expect_null(clean->train.corrupted);
        cr_expect(memcmp(worse->validation.pixels, clean->validation.pixels, 100 * PICTURE) == 0);
        cr_expect(memcmp(worse->test.pixels, clean->test.pixels, 100 * PICTURE) == 0);
        EXPECT_TEXT(worse->hash, clean->hash);
        EXPECT_NEAR(worse->mean[0], clean->mean[0], 0);
        dataset_free(clean);
        dataset_free(worse);
    }
}

Test(worse, of_the_seed)
{
    struct dataset *one = load_worse(0.5, CORRUPT_NOISE, 1),
                   *again = load_worse(0.5, CORRUPT_NOISE, 1),
                   *other = load_worse(0.5, CORRUPT_NOISE, 2);
    const size_t bytes = one->train.n * PICTURE;
    cr_expect(memcmp(one->train.pixels, again->train.pixels, bytes) == 0);
    cr_expect(memcmp(one->train.pixels, other->train.pixels, bytes) != 0);
    dataset_free(one);
    dataset_free(again);
    dataset_free(other);
}

/* ---- A picture by hand ---- */

enum { SIDE = 5, PIXELS = SIDE * SIDE };

static void make_worse(uint8_t *pixels, enum corrupt_kind kind)
{
    uint16_t label = 0;
    uint32_t origin = 0;
    struct dataset data = {
        .h = SIDE,
        .w = SIDE,
        .c = 1,
        .classes = 1,
        .train = {.n = 1, .pixels = pixels, .labels = &label, .origin = &origin}};
    alter_pictures(&data, 1, kind, 0);
    EXPECT_EQ(data.train.corrupted[0], 1);
    mem_free(data.train.corrupted);
}

/* Weights in proportion to exp(-d^2 / 4.5), over 5 pixels to either side: .2660 at the middle,
 * .2130 and .1094 beside it. */
Test(worse, blur_is_that_of_test_pictures_and_more)
{
    static const uint8_t expected[SIDE][SIDE] = {
        {2, 5, 6, 5, 2}, {5, 9, 11, 9, 5}, {6, 11, 14, 11, 6}, {5, 9, 11, 9, 5}, {2, 5, 6, 5, 2}};
    uint8_t middle[PIXELS] = {[12] = 200};
    make_worse(middle, CORRUPT_BLUR);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            EXPECT_EQ(middle[y * SIDE + x], expected[y][x]);
}

Test(worse, occlusion_is_a_black_square_of_half_the_side)
{
    uint8_t white[PIXELS];
    int first = -1, black = 0;
    memset(white, 255, sizeof white);
    make_worse(white, CORRUPT_OCCLUSION);
    for (int i = 0; i < PIXELS; i++) {
        first = first < 0 && white[i] == 0 ? i : first;
        black += white[i] == 0;
    }
    ASSERT_EQ(black, 9);
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++)
            EXPECT_EQ(white[first + y * SIDE + x], 0);
}

/* The mean of 64 x 400 squares of normal numbers is 51^2 within 5 %; some are cut at 0 or 255. */
Test(worse, noise_is_a_fifth_of_the_range)
{
    struct dataset *clean = load_worse(0, CORRUPT_NOISE, 1),
                   *worse = load_worse(1, CORRUPT_NOISE, 1);
    double squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < clean->train.n * PICTURE; i++) {
        const int before = clean->train.pixels[i], after = worse->train.pixels[i];
        if (before < 110 || before > 145) /* 2 standard deviations to either end */
            continue;
        squares += (double)(after - before) * (after - before);
        count++;
    }
    cr_assert(count > 1000, "%zu", count);
    EXPECT_NEAR(squares / (double)count / (51.0 * 51), 0.97, 0.05);
    dataset_free(clean);
    dataset_free(worse);
}

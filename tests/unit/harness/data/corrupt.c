/* Corrupted pictures, against arithmetic by hand and naive references. */
#include "harness/data/corrupt.h"

#include "base/mem.h"
#include "tests/support/made_data.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { H = 48, W = 40, C = 3, SIZE = H * W * C, PICTURES = 20 };

static struct corrupter corrupter;
static uint8_t picture[SIZE], out[SIZE];

static void begin(void)
{
    corrupter_init(&corrupter, H, W, C);
    for (uint32_t i = 0; i < SIZE; i++)
        picture[i] = made_byte(7, i);
}

static void end(void)
{
    corrupter_release(&corrupter);
}

TestSuite(corrupt, .init = begin, .fini = end);

static void apply(enum corruption kind, int severity, uint32_t origin)
{
    corrupter_apply(&corrupter, kind, severity, origin, picture, out);
}

/* ---- By hand ---- */

Test(corrupt, contrast_goes_towards_the_mean_of_the_channel)
{
    static const uint8_t grey[] = {51, 153}, two[] = {0, 10, 100, 30};
    uint8_t found[4];
    struct corrupter small;
    corrupter_init(&small, 2, 1, 1);
    corrupter_apply(&small, CORRUPTION_CONTRAST, 3, 0, grey, found);
    EXPECT_EQ(found[0], 82); /* 102 - .4 * 51 = 81.6 */
    EXPECT_EQ(found[1], 122);
    corrupter_release(&small);
    corrupter_init(&small, 1, 2, 2);
    corrupter_apply(&small, CORRUPTION_CONTRAST, 5, 0, two, found);
    EXPECT_EQ(found[0], 43); /* 50 - .15 * 50 = 42.5, halves go up */
    EXPECT_EQ(found[1], 19); /* 20 - .15 * 10 = 18.5 */
    EXPECT_EQ(found[2], 58); /* 57.5 */
    EXPECT_EQ(found[3], 22); /* 21.5 */
    corrupter_release(&small);
}

Test(corrupt, brightness_is_added_and_ends_at_white)
{
    picture[0] = 0;
    picture[1] = 100;
    picture[2] = 255;
    picture[3] = 178;
    apply(CORRUPTION_BRIGHTNESS, 5, 0);
    EXPECT_EQ(out[0], 77); /* .3 * 255 = 76.5, which float32 has */
    EXPECT_EQ(out[1], 177);
    EXPECT_EQ(out[2], 255);
    EXPECT_EQ(out[3], 255);
    apply(CORRUPTION_BRIGHTNESS, 2, 0);
    EXPECT_EQ(out[1], 126); /* 125.5 */
}

/* ---- Blur ---- */

static int clamp(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* The weights of all pixels of a square window, at once. */
static double blurred(int y, int x, int k, double sd)
{
    const int radius = (int)ceil(3 * sd);
    double sum = 0, weights = 0;
    for (int dy = -radius; dy <= radius; dy++)
        for (int dx = -radius; dx <= radius; dx++) {
            const double weight = exp(-(dy * dy + dx * dx) / (2 * sd * sd));
            weights += weight;
            sum += weight * picture[(clamp(y + dy, H) * W + clamp(x + dx, W)) * C + k];
        }
    return sum / weights;
}

Test(corrupt, blur_is_gaussian_by_the_shorter_side)
{
    static const double steps[] = {.4, .6, .7, .8, 1};
    for (int severity = 1; severity <= CORRUPT_SEVERITIES; severity++) {
        apply(CORRUPTION_BLUR, severity, 0);
        for (int i = 0; i < SIZE; i++) {
            const double expected =
                blurred(i / C / W, i / C % W, i % C, steps[severity - 1] * W / 32);
            cr_assert_leq(fabs(out[i] - expected), 0.5 + 1e-4, "severity %d, %d: %d, not %g",
                          severity, i, out[i], expected);
        }
    }
}

/* However far beyond the edges it looks. */
Test(corrupt, blur_of_one_colour_is_that_colour)
{
    memset(picture, 201, SIZE);
    apply(CORRUPTION_BLUR, 5, 0);
    EXPECT_EQ(memcmp(out, picture, SIZE), 0);
    uint8_t one = 17, found = 0;
    struct corrupter small;
    corrupter_init(&small, 1, 1, 1);
    corrupter_apply(&small, CORRUPTION_BLUR, 5, 0, &one, &found);
    EXPECT_EQ(found, 17);
    corrupter_release(&small);
}

/* ---- Noise ---- */

/* Around the middle nothing is cut off. Of PICTURES * SIZE values the mean is within 5 standard
 * errors, and so is the standard deviation, rounding to bytes included (1/12). */
Test(corrupt, noise_is_normal)
{
    static const double steps[] = {.04, .06, .08, .09, .10};
    const double n = (double)PICTURES * SIZE;
    memset(picture, 128, SIZE);
    for (int severity = 1; severity <= CORRUPT_SEVERITIES; severity++) {
        const double sd = 255 * steps[severity - 1];
        double sum = 0, squares = 0, within = 0;
        for (uint32_t origin = 0; origin < PICTURES; origin++) {
            apply(CORRUPTION_NOISE, severity, origin);
            for (size_t i = 0; i < SIZE; i++) {
                const double noise = out[i] - 128.0;
                sum += noise;
                squares += noise * noise;
                within += fabs(noise) < sd;
            }
        }
        EXPECT_NEAR(sum / n, 0, 5 * sd / sqrt(n));
        EXPECT_NEAR(sqrt(squares / n - 1.0 / 12), sd, 5 * sd / sqrt(2 * n));
        EXPECT_NEAR(within / n, 0.6827, 0.5 / sd); /* half a byte at both ends, of density .24 */
    }
}

Test(corrupt, noise_is_the_samples_own_and_grows_by_severity)
{
    uint8_t weak[SIZE], other[SIZE];
    memset(picture, 128, SIZE);
    apply(CORRUPTION_NOISE, 1, 17);
    memcpy(weak, out, SIZE);
    apply(CORRUPTION_NOISE, 1, 18);
    memcpy(other, out, SIZE);
    cr_expect_neq(memcmp(weak, other, SIZE), 0);
    apply(CORRUPTION_NOISE, 1, 17);
    EXPECT_EQ(memcmp(weak, out, SIZE), 0);
    apply(CORRUPTION_NOISE, 5, 17);
    for (size_t i = 0; i < SIZE; i++)
        cr_assert_leq(fabs((out[i] - 128) - 2.5 * (weak[i] - 128)), 0.5 + 2.5 * 0.5, "%zu", i);
}

/* ---- All ---- */

Test(corrupt, each_severity_is_farther_from_the_picture)
{
    for (int kind = 0; kind < CORRUPTIONS; kind++) {
        double before = 0;
        for (int severity = 1; severity <= CORRUPT_SEVERITIES; severity++) {
            double distance = 0;
            apply((enum corruption)kind, severity, 3);
            for (size_t i = 0; i < SIZE; i++)
                distance += (out[i] - picture[i]) * (out[i] - picture[i]);
            cr_expect_gt(distance, before, "%s %d", corruption_names[kind], severity);
            before = distance;
        }
    }
}

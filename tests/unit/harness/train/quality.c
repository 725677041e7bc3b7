/* What a network's logits are worth, against numbers by hand. */
#include "harness/train/quality.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>

enum { CLASSES = 3, SAMPLES = 5 };

/* Classes 0, 1, 1, 0, 1 of three; 0 and 1 are chosen where they are the first of the highest. */
static const float logits[SAMPLES][CLASSES] = {
    {2, 1, 0}, {1, 1, 0}, {0, 3, 3}, {0, 0, 4}, {0, 1, 0},
};
static const uint16_t labels[SAMPLES] = {0, 1, 1, 0, 1};
static const float losses[SAMPLES] = {0.5F, 0.25F, 1, 4, 0.75F};

static void expect_quality(const struct quality_sums *sums)
{
    const struct quality quality = quality_of(sums);
    cr_expect_eq(quality.accuracy, 3 / 5.0, "%g", quality.accuracy);
    cr_expect_eq(quality.loss, 6.5 / 5, "%g", quality.loss);
    cr_expect_eq(quality.worst_class, 1 / 2.0, "%g", quality.worst_class);
    /* 1 of 2 and 2 of 3: each is half of their difference from the mean. */
    cr_expect_float_eq(quality.class_sd, (2 / 3.0 - 1 / 2.0) / 2, 1e-15, "%g", quality.class_sd);
}

Test(quality, is_that_of_all_batches)
{
    struct quality_sums once = {0}, twice = {0};
    quality_add(&once, logits[0], CLASSES, labels, losses, SAMPLES);
    quality_add(&twice, logits[0], CLASSES, labels, losses, 2);
    quality_add(&twice, logits[2], CLASSES, labels + 2, losses + 2, SAMPLES - 2);
    expect_quality(&once);
    expect_quality(&twice);
}

Test(quality, of_nothing_is_not_known)
{
    const struct quality none = quality_of(&(struct quality_sums){0});
    cr_expect(isnan(none.accuracy) && isnan(none.loss) && isnan(none.worst_class));
    cr_expect(isnan(none.calibration_error) && isnan(none.class_sd));
}

/* ---- Calibration ------------------------------------------------------------------------------*/

/* Of probabilities whose logarithms, down to log 0.05 = -3, are floats: 3 * 2^-24 off, two of them
 * and a difference. */
static const double ROUNDING = 1e-6;

/* One of two classes with this probability; whether it is right. */
struct guess {
    double probability;
    bool right;
};

static double calibration_error(const struct guess *guesses, size_t n)
{
    struct quality_sums sums = {0};
    for (size_t i = 0; i < n; i++) {
        const float row[] = {(float)log(guesses[i].probability),
                             (float)log(1 - guesses[i].probability)};
        const uint16_t label = guesses[i].right ? 0 : 1;
        const float loss = 0;
        quality_add(&sums, row, 2, &label, &loss, 1);
    }
    return quality_of(&sums).calibration_error;
}

static void expect_error(const struct guess *guesses, size_t n, double expected)
{
    const double error = calibration_error(guesses, n);
    cr_expect_float_eq(error, expected, ROUNDING, "%.9g, expected %.9g", error, expected);
}

/* Bins of 15 by hand: numpy.ceil(15 * p) is 15, 15, 11, 10, and 9 (twice). */
Test(quality, calibration_error_is_that_of_the_bins)
{
    static const struct guess guesses[] = {
        {0.95, true}, {0.94, false}, {0.7, true}, {0.62, false}, {0.55, true}, {0.59, false},
    };
    const double of_bins[] = {0.95 + 0.94 - 1, 0.7 - 1, 0.62, 0.55 + 0.59 - 1};
    double expected = 0;
    for (size_t i = 0; i < sizeof of_bins / sizeof *of_bins; i++)
        expected += fabs(of_bins[i]) / 6;
    expect_error(guesses, 6, expected);
}

Test(quality, what_is_right_as_often_as_it_is_sure_is_calibrated)
{
    static const struct guess guesses[] = {
        {0.6, true}, {0.6, false}, {0.6, true}, {0.6, false}, {0.6, true},
    };
    expect_error(guesses, 5, 0);
    expect_error(guesses, 4, 0.1);
}

Test(quality, certainty_is_in_the_last_bin)
{
    static const struct guess guesses[] = {{1, true}, {1, false}, {1, true}, {1, true}};
    expect_error(guesses, 4, 0.25);
}

/* Of many classes the highest probability is low: 1 / 256, in the first bin. */
Test(quality, guessing_is_calibrated_where_it_is_right_by_chance)
{
    static const float even[DATA_MAX_CLASSES];
    const float loss = 0;
    struct quality_sums sums = {0};
    for (int label = 0; label < DATA_MAX_CLASSES; label++)
        quality_add(&sums, even, DATA_MAX_CLASSES, &(uint16_t){(uint16_t)label}, &loss, 1);
    const struct quality quality = quality_of(&sums);
    cr_expect_float_eq(quality.calibration_error, 0, ROUNDING, "%g", quality.calibration_error);
    cr_expect_eq(quality.accuracy, 1.0 / DATA_MAX_CLASSES);
}

Test(quality, logits_that_are_no_numbers_have_no_calibration)
{
    static const float wrong[][2] = {{(float)NAN, 0}, {0, (float)NAN}, {(float)INFINITY, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct quality_sums sums = {0};
        quality_add(&sums, wrong[i], 2, &(uint16_t){0}, &(float){0}, 1);
        cr_expect(isnan(quality_of(&sums).calibration_error), "of row %zu", i);
    }
}

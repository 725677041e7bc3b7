/* What a network's logits are worth, against numbers by hand. */
#include "harness/train/quality.h"

#include <criterion/criterion.h>
#include <math.h>

enum { CLASSES = 3, SAMPLES = 5 };

/* Classes 0, 1, 1, 0, 1 of three; 0 and 1 are chosen where they are the first of the highest. */
static const float logits[SAMPLES][CLASSES] = {
    {2, 1, 0}, {1, 1, 0}, {0, 3, 3}, {0, 0, 4}, {0, 1, 0},
};
static const uint8_t labels[SAMPLES] = {0, 1, 1, 0, 1};
static const float losses[SAMPLES] = {0.5F, 0.25F, 1, 4, 0.75F};

static void expect_quality(const struct quality_sums *sums)
{
    const struct quality quality = quality_of(sums);
    cr_expect_eq(quality.accuracy, 3 / 5.0, "%g", quality.accuracy);
    cr_expect_eq(quality.loss, 6.5 / 5, "%g", quality.loss);
    cr_expect_eq(quality.worst_class, 1 / 2.0, "%g", quality.worst_class);
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
}

#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 16, WIDTH = 3 };

static struct rehearsal begin(const char *options, size_t n, double rate)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("divbs"),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = 8};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/*
 * All labels are 0 and p is (1 - error, error): gradients are `error` times the features in a
 * common direction. ret_taken [rows].
 */
static void look(struct rehearsal *r, size_t step, size_t first, size_t rows, float error,
                 const float *features, float *ret_taken)
{
    uint32_t index[MOST];
    uint16_t labels[MOST] = {0};
    float losses[MOST] = {0}, probabilities[2 * MOST];
    struct err err;
    for (size_t row = 0; row < rows; row++) {
        index[row] = (uint32_t)(first + row);
        probabilities[2 * row] = 1 - error;
        probabilities[2 * row + 1] = error;
    }
    const struct pruner_batch batch = {.epoch = 1,
                                       .first = first,
                                       .rows = rows,
                                       .index = index,
                                       .labels = labels,
                                       .losses = losses,
                                       .probabilities = probabilities,
                                       .features = features,
                                       .feature_count = WIDTH};
    cr_assert_eq(pruner_drop(r->run, &batch, step, ret_taken, &err), 0, "%s", err.text);
}

static int count_taken(const float *taken, size_t rows)
{
    int count = 0;
    for (size_t row = 0; row < rows; row++) {
        cr_assert(taken[row] == 0 || taken[row] == 1, "weight %g", (double)taken[row]);
        count += taken[row] > 0;
    }
    return count;
}

Test(divbs, worked_example)
{
    const float features[] = {2, 0, 0, 1, 1, 0, 0, 1, 0};
    float taken[3];
    struct rehearsal r = begin("draw=greatest", 3, 1.0 / 3);
    look(&r, 0, 0, 3, 0.5f, features, taken);
    cr_assert(taken[0] == 1 && taken[1] == 1 && taken[2] == 0, "%g %g %g", (double)taken[0],
              (double)taken[1], (double)taken[2]);
    rehearsal_end(&r);
}

/* Copies of what was taken have nothing left to say: the small and different one comes before. */
Test(divbs, copies_come_last)
{
    const float features[] = {5, 5, 0, 5, 5, 0, 5, 5, 0, 0, 0, 0.01f};
    float taken[4];
    struct rehearsal r = begin("draw=greatest", 4, 0.5);
    look(&r, 0, 0, 4, 0.3f, features, taken);
    cr_assert(taken[0] == 1 && taken[3] == 1, "%g %g %g %g", (double)taken[0], (double)taken[1],
              (double)taken[2], (double)taken[3]);
    rehearsal_end(&r);
}

/* |g . r| are 2, 5/3 and 2/3 of 13/3 in all. */
Test(divbs, draws_by_the_product_with_the_mean)
{
    enum { STEPS = 20000 };
    const float features[] = {2, 0, 0, 1, 1, 0, 0, 1, 0};
    const double share[] = {6.0 / 13, 5.0 / 13, 2.0 / 13};
    int often[3] = {0};
    struct rehearsal r = begin(NULL, 3, 2.0 / 3);
    for (size_t step = 0; step < STEPS; step++) {
        float taken[3];
        look(&r, step, 0, 3, 0.5f, features, taken);
        cr_assert_eq(count_taken(taken, 3), 1);
        for (int row = 0; row < 3; row++)
            often[row] += taken[row] > 0;
    }
    for (int row = 0; row < 3; row++)
        cr_assert_lt(fabs(often[row] - share[row] * STEPS),
                     5 * sqrt(share[row] * (1 - share[row]) * STEPS), "row %d: %d of %d", row,
                     often[row], STEPS);
    rehearsal_end(&r);
}

/* Gradients of 0, and more to take than there are directions. */
Test(divbs, the_rest_is_uniform)
{
    enum { STEPS = 4000 };
    float features[4 * WIDTH] = {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
    const char *const draws[] = {"draw=greatest", "draw=multinomial"};
    for (int d = 0; d < 2; d++)
        for (int learned = 0; learned < 2; learned++) {
            int often[4] = {0};
            struct rehearsal r = begin(draws[d], 4, 0.5);
            for (size_t step = 0; step < STEPS; step++) {
                float taken[4];
                look(&r, step, 0, 4, learned ? 0 : 0.5f, features, taken);
                cr_assert_eq(count_taken(taken, 4), 2);
                for (int row = 0; row < 4; row++)
                    often[row] += taken[row] > 0;
            }
            const bool first_is_taken = d == 0 && !learned;
            const double share = first_is_taken ? 1.0 / 3 : 0.5;
            cr_assert(!first_is_taken || often[0] == STEPS, "%d", often[0]);
            for (int row = first_is_taken; row < 4; row++)
                cr_assert_lt(fabs(often[row] - share * STEPS),
                             5 * sqrt(share * (1 - share) * STEPS), "%s: row %d: %d", draws[d], row,
                             often[row]);
            rehearsal_end(&r);
        }
}

/* 10 samples in batches of 4, 4 and 2, 3 of them kept: 1, 1 and 1. */
Test(divbs, batches_have_their_share_of_the_budget)
{
    float features[4 * WIDTH], taken[4];
    for (int f = 0; f < 4 * WIDTH; f++)
        features[f] = (float)(f % 5) + 1;
    struct rehearsal r = begin(NULL, 10, 0.7);
    int count = 0;
    for (size_t first = 0; first < 10; first += 4) {
        const size_t rows = first + 4 > 10 ? 2 : 4;
        look(&r, first, first, rows, 0.4f, features, taken);
        cr_assert_leq(count_taken(taken, rows), 2);
        count += count_taken(taken, rows);
    }
    cr_assert_eq(count, 3, "%d", count);
    rehearsal_end(&r);
}

/* progressive-dropout, and smrd, its control. */
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>

enum { CLASSES = 3, EPOCHS = 6, ROWS = 4 };

static struct rehearsal begin(const char *pruner, const char *options, uint64_t seed)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find(pruner),
                                        .options = options,
                                        .n = 20,
                                        .classes = CLASSES,
                                        .rate = 0.9,
                                        .epochs = EPOCHS,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* p_y = .2 .9 .3 .05; the last is of class 0 by a tie, which is not its label's. */
static const float probabilities[ROWS * CLASSES] = {.2f, .5f, .3f, .05f,  .9f,  .05f,
                                                    .3f, .3f, .4f, .475f, .05f, .475f};
static const uint16_t labels[ROWS] = {0, 1, 1, 1};
static const uint32_t indices[ROWS] = {7, 3, 9, 11};
static const float losses[ROWS] = {1.6f, .1f, 1.2f, 3.0f};

static int drop(struct rehearsal *r, size_t step, float *ret_weights)
{
    const struct pruner_batch batch = {.epoch = 1,
                                       .rows = ROWS,
                                       .index = indices,
                                       .labels = labels,
                                       .losses = losses,
                                       .probabilities = probabilities};
    struct err err;
    cr_assert_eq(pruner_drop(r->run, &batch, step, ret_weights, &err), 0, "%s", err.text);
    int count = 0;
    for (int row = 0; row < ROWS; row++)
        count += ret_weights[row] > 0;
    return count;
}

static void expect_weights(const char *options, const float *expected)
{
    struct rehearsal r = begin("progressive-dropout", options, 1);
    float weights[ROWS];
    drop(&r, 0, weights);
    for (int row = 0; row < ROWS; row++)
        cr_assert_eq(weights[row], expected[row], "%s: row %d: %g", options, row,
                     (double)weights[row]);
    rehearsal_end(&r);
}

Test(progressive_dropout, worked_example)
{
    expect_weights("tau=0.25", (const float[]){1, 0, 0, 1});
    expect_weights("tau=0.31", (const float[]){1, 0, 1, 1});
    expect_weights("tau=1", (const float[]){1, 1, 1, 1});
    expect_weights("tau=0.01", (const float[]){0, 0, 0, 0});
}

/* The label of row 2 shares the second place; of two equal highest the lower class has it. */
Test(progressive_dropout, tau_0_keeps_the_misclassified)
{
    expect_weights("tau=0", (const float[]){1, 0, 1, 1});
    const float tie[CLASSES] = {.4f, .2f, .4f};
    const uint16_t lower = 0, higher = 2;
    struct rehearsal r = begin("progressive-dropout", "tau=0", 1);
    struct pruner_batch batch = {.epoch = 1,
                                 .rows = 1,
                                 .index = indices,
                                 .labels = &lower,
                                 .losses = losses,
                                 .probabilities = tie};
    struct err err;
    float weight;
    cr_assert_eq(pruner_drop(r.run, &batch, 0, &weight, &err), 0);
    cr_assert_eq(weight, 0.0f);
    batch.labels = &higher;
    cr_assert_eq(pruner_drop(r.run, &batch, 0, &weight, &err), 0);
    cr_assert_eq(weight, 1.0f);
    rehearsal_end(&r);
}

static void expect_last_epochs_whole(const char *pruner, const char *options, int whole)
{
    struct rehearsal r = begin(pruner, options, 1);
    struct err err;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        const bool last = epoch >= EPOCHS - whole;
        cr_assert_eq(pruner_drops(r.run, epoch), !last, "%s: epoch %d", pruner, epoch);
        const enum pruner_due due = pruner_due(r.run, epoch);
        cr_assert_eq(due != DUE_NO, epoch == 0 || epoch == EPOCHS - whole, "epoch %d", epoch);
        cr_assert_eq(rehearsal_epoch(&r, epoch, &err), 0, "%s", err.text);
        cr_assert_eq(r.selection.count, (size_t)20, "%s: %zu", pruner, r.selection.count);
    }
    rehearsal_end(&r);
}

Test(progressive_dropout, the_last_epoch_takes_all)
{
    expect_last_epochs_whole("progressive-dropout", NULL, 1);
    expect_last_epochs_whole("progressive-dropout", "anneal=0.5", 3);
    expect_last_epochs_whole("smrd", NULL, 1);
}

Test(smrd, draws_as_many_as_progressive_dropout_takes_and_any_of_them)
{
    enum { STEPS = 4000, TAKEN = 2 };
    struct rehearsal r = begin("smrd", "tau=0.25", 1);
    int often[ROWS] = {0};
    for (size_t step = 0; step < STEPS; step++) {
        float weights[ROWS];
        const int count = drop(&r, step, weights);
        cr_assert_eq(count, TAKEN, "%d", count);
        for (int row = 0; row < ROWS; row++) {
            cr_assert(weights[row] == 0 || weights[row] == 1);
            often[row] += weights[row] > 0;
        }
    }
    const double stddev = sqrt(STEPS / 4.0);
    for (int row = 0; row < ROWS; row++)
        cr_assert_lt(fabs(often[row] - STEPS / 2.0), 5 * stddev, "row %d: %d of %d", row,
                     often[row], STEPS);
    rehearsal_end(&r);
}

Test(smrd, nothing_is_drawn_where_all_is_learned)
{
    struct rehearsal r = begin("smrd", "tau=0.01", 1);
    float weights[ROWS];
    cr_assert_eq(drop(&r, 0, weights), 0);
    rehearsal_end(&r);
}

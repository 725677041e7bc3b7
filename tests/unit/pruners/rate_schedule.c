#include "pruners/rate_schedule.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>

static struct rehearsal begin(const char *pruner, const char *options, size_t n, double rate,
                              int epochs)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find(pruner),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = epochs,
                                        .seed = 1};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void expect_counts(const char *pruner, const char *options, double rate, int epochs,
                          const size_t *counts)
{
    struct rehearsal r = begin(pruner, options, 100, rate, epochs);
    for (int epoch = 0; epoch < epochs; epoch++) {
        struct err err;
        cr_assert_eq(rehearsal_epoch(&r, epoch, &err), 0, "%s", err.text);
        cr_assert_eq(r.selection.count, counts[epoch], "%s: epoch %d: %zu, not %zu", options, epoch,
                     r.selection.count, counts[epoch]);
    }
    rehearsal_end(&r);
}

Test(rate_schedule, worked_example)
{
    expect_counts("rs2", "rate_schedule=square", 0.3, 4, (const size_t[]){85, 55, 85, 55});
    expect_counts("rs2", "rate_schedule=square swing=-0.5", 0.3, 4,
                  (const size_t[]){55, 85, 55, 85});
    expect_counts("rs2", "swing=0.9", 0.3, 2, (const size_t[]){70, 70});
}

/* Of an odd number the ones in between go farther, since there are fewer: 70 on average. */
Test(rate_schedule, its_mean_is_the_cells_rate)
{
    expect_counts("rs2", "rate_schedule=square", 0.3, 3, (const size_t[]){78, 55, 77});
    expect_counts("rs2", "rate_schedule=linear", 0.5, 5, (const size_t[]){75, 63, 50, 37, 25});
    expect_counts("rs2", "rate_schedule=linear swing=-0.9", 0.9, 3, (const size_t[]){1, 10, 19});
}

/* A selection every two epochs, and one at the end; the last two are annealed. */
Test(rate_schedule, goes_by_selections_and_not_into_annealing)
{
    expect_counts("random-dynamic", "period=2 rate_schedule=square anneal=0.2", 0.5, 10,
                  (const size_t[]){75, 75, 25, 25, 75, 75, 25, 25, 100, 100});
    expect_counts("random-dynamic", "period=10 rate_schedule=square", 0.5, 3,
                  (const size_t[]){50, 50, 50});
}

/* Half of the samples are easy: 50 hard ones stay, of the easy ones 1 - .25 and 1 - .75. */
Test(rate_schedule, of_a_soft_budget_it_is_the_rate)
{
    enum { N = 4000 };
    struct rehearsal r = begin("infobatch", "delta=1 rate_schedule=square", N, 0.5, 4);
    static float losses[N];
    struct err err;
    for (int i = 0; i < N; i++)
        losses[i] = i % 2 ? 1.0f : 0.0f;
    struct pruner_pass pass = rehearsal_pass(&r, 0, 1, true, NULL);
    pass.losses = losses;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    for (int epoch = 0; epoch < 4; epoch++) {
        const double rate = epoch % 2 ? 0.75 : 0.25, easy = N / 2.0;
        cr_assert_eq(pruner_select(r.run, epoch, &r.selection, &err), 0, "%s", err.text);
        cr_assert_lt(fabs((double)r.selection.count - easy - (1 - rate) * easy),
                     5 * sqrt(easy * rate * (1 - rate)), "epoch %d: %zu", epoch, r.selection.count);
        for (size_t j = 0; j < r.selection.count; j++)
            cr_assert_float_eq(r.selection.weight[j], r.selection.index[j] % 2 ? 1 : 1 / (1 - rate),
                               1e-6);
    }
    cr_assert_eq(r.run->task.rate, 0.5, "the task is what it was");
    rehearsal_end(&r);
}

/* Shares of a batch move with the epoch it is of: 3 of 4, then 1 of 4. */
Test(rate_schedule, of_batches_too)
{
    const uint32_t index[] = {0, 1, 2, 3};
    const uint16_t labels[4] = {0};
    const float losses[] = {4, 3, 2, 1}, probabilities[8] = {0};
    struct rehearsal r = begin("proxy-filter", "every=1 rate_schedule=square", 4, 0.5, 2);
    for (int epoch = 0; epoch < 2; epoch++) {
        float weights[4];
        int kept = 0;
        struct err err;
        const struct pruner_batch batch = {.epoch = epoch,
                                           .rows = 4,
                                           .index = index,
                                           .labels = labels,
                                           .losses = losses,
                                           .probabilities = probabilities};
        cr_assert_eq(pruner_drop(r.run, &batch, 0, weights, &err), 0, "%s", err.text);
        for (int row = 0; row < 4; row++)
            kept += weights[row] > 0;
        cr_assert_eq(kept, epoch ? 1 : 3, "epoch %d: %d", epoch, kept);
        cr_assert_eq(pruner_select(r.run, epoch, &r.selection, &err), 0, "%s", err.text);
        cr_assert_eq(r.selection.count, (size_t)kept, "%zu", r.selection.count);
    }
    rehearsal_end(&r);
}

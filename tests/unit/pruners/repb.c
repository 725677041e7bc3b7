#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 40, LOW = 24 };

static struct rehearsal begin(const char *options, double rate, uint64_t seed)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("repb"),
                                        .options = options,
                                        .n = N,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = 12,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* After an epoch on those seen (NULL: all): samples below LOW are below the mean of their batch. */
static void observe(struct rehearsal *r, float mean, const uint8_t *seen)
{
    float losses[N], batch_losses[N];
    struct pruner_pass pass = rehearsal_pass(r, 0, 1, true, seen);
    struct err err;
    for (int i = 0; i < N; i++) {
        losses[i] = mean + (i < LOW ? -0.1f : 0.0f);
        batch_losses[i] = mean;
    }
    pass.losses = losses;
    pass.batch_losses = batch_losses;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

/* ret_weights[n]: 0 where it is left out. */
static void choose(struct rehearsal *r, int epoch, float *ret_weights)
{
    struct err err;
    memset(ret_weights, 0, N * sizeof *ret_weights);
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
    for (size_t j = 0; j < r->selection.count; j++)
        ret_weights[r->selection.index[j]] = r->selection.weight[j];
}

Test(repb, first_epoch_keeps_all)
{
    float w[N];
    struct rehearsal r = begin(NULL, 0.9, 1);
    choose(&r, 0, w);
    for (int i = 0; i < N; i++)
        cr_assert_eq(w[i], 1.0f, "sample %d weighs %g", i, (double)w[i]);
    rehearsal_end(&r);
}

/* A batch of high losses and one of low ones: the mean of all does not matter. */
Test(repb, losses_are_compared_within_their_batch)
{
    const float losses[] = {1, 2, 6, 10, 11, 12}, means[] = {3, 3, 3, 11, 11, 11};
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("repb"), .n = 6, .classes = 2, .rate = 0.999999, .epochs = 5};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    struct pruner_pass pass = rehearsal_pass(&r, 0, 1, true, NULL);
    pass.losses = losses;
    pass.batch_losses = means;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, 1, &r.selection, &err), 0, "%s", err.text);
    cr_assert_eq(r.selection.count, (size_t)3, "%zu", r.selection.count);
    cr_assert(r.selection.index[0] == 2 && r.selection.index[1] == 4 && r.selection.index[2] == 5);
    rehearsal_end(&r);
}

/* Nothing is remembered of a sample that was out: it has no score, only a chance. */
Test(repb, who_was_out_comes_back_by_chance_alone)
{
    enum { SEEDS = 2000 };
    const double rate = 0.7, stddev = sqrt(rate * (1 - rate) / SEEDS);
    int back = 0, below = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        float w[N];
        uint8_t seen[N];
        struct rehearsal r = begin(NULL, rate, seed);
        observe(&r, 1, NULL); /* sample N - 1 is above */
        memset(seen, 1, sizeof seen);
        seen[N - 1] = 0;
        observe(&r, 1, seen);
        choose(&r, 2, w);
        back += w[N - 1] > 0;
        below += w[0] > 0;
        for (int i = LOW; i < N - 1; i++)
            cr_assert_gt(w[i], 0, "sample %d is above its batch", i);
        rehearsal_end(&r);
    }
    cr_assert_lt(fabs((double)back / SEEDS - (1 - rate)), 5 * stddev, "%d of %d", back, SEEDS);
    cr_assert_lt(fabs((double)below / SEEDS - (1 - rate)), 5 * stddev, "%d of %d", below, SEEDS);
}

/* E / n_i: 3 / 2 after one epoch out of three, and what is never out weighs 1. */
Test(repb, weighs_by_absence_up_to_the_cap)
{
    enum { EPOCHS = 12 };
    float w[N];
    int epochs_in[N] = {0}, capped = 0;
    struct rehearsal r = begin("cap=3", 0.9, 1);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        choose(&r, epoch, w);
        for (int i = 0; i < N; i++) {
            if (w[i] == 0)
                continue;
            const double expected = (epoch + 1.0) / ++epochs_in[i];
            cr_assert_float_eq((double)w[i], fmin(expected, 3), 1e-6, "epoch %d, sample %d: %g",
                               epoch, i, (double)w[i]);
            cr_assert(i < LOW || w[i] == 1, "sample %d was never out", i);
            capped += expected > 3;
        }
        observe(&r, 1, NULL);
    }
    cr_assert_gt(capped, 0, "no weight was above the cap");
    rehearsal_end(&r);
}

#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 40, EASY = 24 };

static struct rehearsal begin(const char *options, double rate, int epochs, uint64_t seed)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("infobatch"),
        .options = options,
        .n = N,
        .classes = 2,
        .rate = rate,
        .epochs = epochs,
        .seed = seed,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void observe(struct rehearsal *r, const float *losses, const uint8_t *seen)
{
    struct pruner_pass pass = rehearsal_pass(r, 0, 1, true, seen);
    pass.losses = losses;
    struct err err;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

static void choose(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
}

/* Samples 0..EASY-1 are below the mean, the others above. */
static void observe_two_groups(struct rehearsal *r)
{
    float losses[N];
    for (int i = 0; i < N; i++)
        losses[i] = i < EASY ? 0.1f : 2.0f;
    observe(r, losses, NULL);
}

static void expect_all_with_weight_1(const struct rehearsal *r, int epoch)
{
    cr_assert_eq(r->selection.count, (size_t)N, "epoch %d: %zu kept", epoch, r->selection.count);
    for (size_t j = 0; j < N; j++)
        cr_assert_eq(r->selection.weight[j], 1.0f, "epoch %d: sample %zu weighs %g", epoch, j,
                     (double)r->selection.weight[j]);
}

Test(infobatch, first_epoch_keeps_all)
{
    struct rehearsal r = begin(NULL, 0.9, 8, 1);
    choose(&r, 0);
    expect_all_with_weight_1(&r, 0);
    rehearsal_end(&r);
}

Test(infobatch, equal_losses_keep_all)
{
    float losses[N];
    for (int i = 0; i < N; i++)
        losses[i] = 0.1f; /* not a binary fraction: their mean must not be above them */
    struct rehearsal r = begin(NULL, 0.9, 8, 1);
    observe(&r, losses, NULL);
    choose(&r, 1);
    expect_all_with_weight_1(&r, 1);
    rehearsal_end(&r);
}

Test(infobatch, drops_below_the_mean_only_and_weighs_the_others_up)
{
    const float heavier = 1 / (1 - 0.75f);
    struct rehearsal r = begin(NULL, 0.75, 8, 1);
    observe_two_groups(&r);
    choose(&r, 1);
    size_t easy = 0, hard = 0;
    for (size_t j = 0; j < r.selection.count; j++) {
        const bool is_easy = r.selection.index[j] < EASY;
        easy += is_easy;
        hard += !is_easy;
        cr_assert_eq(r.selection.weight[j], is_easy ? heavier : 1.0f, "sample %u weighs %g",
                     r.selection.index[j], (double)r.selection.weight[j]);
    }
    cr_assert_eq(hard, (size_t)(N - EASY), "%zu hard ones kept", hard);
    cr_assert(easy > 0 && easy < EASY, "%zu easy ones kept", easy);
    rehearsal_end(&r);
}

/* The expected weight of every sample is 1, kept or not: that of the gradient of full data. */
Test(infobatch, weights_are_unbiased)
{
    enum { SEEDS = 4000 };
    const double rate = 0.6, worst_expected = 5; /* standard deviations, of 41 means */
    double weight[N] = {0}, total = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin(NULL, rate, 8, seed);
        observe_two_groups(&r);
        choose(&r, 1);
        for (size_t j = 0; j < r.selection.count; j++) {
            weight[r.selection.index[j]] += (double)r.selection.weight[j] / SEEDS;
            total += (double)r.selection.weight[j] / SEEDS;
        }
        rehearsal_end(&r);
    }
    /* One weight is 1 / (1 - r) with probability 1 - r, else 0: its variance is r / (1 - r). */
    const double stddev = sqrt(rate / (1 - rate) / SEEDS), sum_stddev = stddev * sqrt(EASY);
    for (int i = 0; i < EASY; i++)
        cr_assert_lt(fabs(weight[i] - 1), worst_expected * stddev,
                     "sample %d: mean weight %g, standard deviation %g", i, weight[i], stddev);
    for (int i = EASY; i < N; i++)
        cr_assert_float_eq(weight[i], 1, 1e-9, "sample %d: mean weight %g", i, weight[i]);
    cr_assert_lt(fabs(total - N), worst_expected * sum_stddev,
                 "mean sum of weights %g of %d, standard deviation %g", total, N, sum_stddev);
}

Test(infobatch, samples_left_out_keep_their_last_loss)
{
    struct rehearsal r = begin(NULL, 0.999, 8, 1);
    float losses[N];
    uint8_t seen[N];
    observe_two_groups(&r);
    /* Sample 0, easy, is seen again and is hard now; of the others nothing new is known. */
    for (int i = 0; i < N; i++) {
        losses[i] = 2;
        seen[i] = i == 0;
    }
    observe(&r, losses, seen);
    choose(&r, 2);
    cr_assert_eq(r.selection.index[0], 0u, "%u", r.selection.index[0]);
    cr_assert_eq(r.selection.weight[0], 1.0f, "%g", (double)r.selection.weight[0]);
    size_t easy = 0;
    for (size_t j = 1; j < r.selection.count; j++)
        easy += r.selection.index[j] < EASY;
    cr_assert_leq(easy, (size_t)1, "%zu of %d kept at rate .999", easy, EASY - 1);
    rehearsal_end(&r);
}

Test(infobatch, delta_is_the_share_that_prunes)
{
    enum { EPOCHS = 16, PRUNED = 14 }; /* .875 * 16 */
    struct rehearsal r = begin(NULL, 0.5, EPOCHS, 1);
    struct err err;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        cr_assert_eq(pruner_anneals(r.run, epoch), epoch >= PRUNED, "epoch %d", epoch);
        cr_assert_eq(rehearsal_epoch(&r, epoch, &err), 0, "%s", err.text);
        if (epoch == 0 || epoch >= PRUNED)
            expect_all_with_weight_1(&r, epoch);
        else
            cr_assert_lt(r.selection.count, (size_t)N, "epoch %d prunes nothing", epoch);
    }
    rehearsal_end(&r);
    r = begin("delta=1", 0.5, EPOCHS, 1);
    cr_assert(!pruner_anneals(r.run, EPOCHS - 1));
    rehearsal_end(&r);
}

Test(infobatch, by_steps_the_share_of_them_decides)
{
    struct rehearsal r = begin(NULL, 0.5, 16, 1);
    for (int epoch = 0; epoch < 40; epoch += 13) {
        pruner_go_by_steps(r.run, 0.874);
        cr_assert(!pruner_anneals(r.run, epoch), "epoch %d", epoch);
        pruner_go_by_steps(r.run, 0.875);
        cr_assert(pruner_anneals(r.run, epoch), "epoch %d", epoch);
        cr_assert_eq(pruner_due(r.run, epoch), DUE_SELECT, "epoch %d", epoch);
    }
    rehearsal_end(&r);
}

Test(infobatch, needs_no_forward_pass)
{
    struct rehearsal r = begin(NULL, 0.5, 8, 1);
    cr_assert(pruner_watches_training(r.run));
    for (int epoch = 0; epoch < 7; epoch++)
        cr_assert_eq(pruner_due(r.run, epoch), DUE_SELECT, "epoch %d", epoch);
    rehearsal_end(&r);
}

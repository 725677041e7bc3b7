/* The controls: full, full-short, random, random-dynamic, rs2. */
#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 128 };

static struct rehearsal begin(const struct rehearsal_plan *plan)
{
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void run_epoch(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(rehearsal_epoch(r, epoch, &err), 0, "%s", err.text);
}

static bool same_indices(const struct pruner_selection *a, const struct pruner_selection *b)
{
    return a->count == b->count && !memcmp(a->index, b->index, a->count * sizeof *a->index);
}

/* ---- full, full-short ---- */

Test(full, ignores_rate)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("full"), .n = 10, .classes = 2, .rate = 0.9, .epochs = 20};
    struct rehearsal r = begin(&plan);
    run_epoch(&r, 0);
    cr_assert_eq(r.selection.count, (size_t)10, "%zu", r.selection.count);
    cr_assert_eq(r.run->task.rate, 0.0, "%g", r.run->task.rate);
    cr_assert_eq(pruner_epochs(r.run), 20, "%d", pruner_epochs(r.run));
    rehearsal_end(&r);
}

static void expect_short_epochs(double rate, int epochs, int expected)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("full-short"), .n = 10, .classes = 2, .rate = rate, .epochs = epochs};
    struct rehearsal r = begin(&plan);
    cr_assert_eq(pruner_epochs(r.run), expected, "rate %g of %d epochs: %d, expected %d", rate,
                 epochs, pruner_epochs(r.run), expected);
    run_epoch(&r, 0);
    cr_assert_eq(r.selection.count, (size_t)10, "%zu", r.selection.count);
    rehearsal_end(&r);
}

Test(full_short, runs_its_share_of_the_epochs)
{
    expect_short_epochs(0, 15, 15);
    expect_short_epochs(0.3, 10, 7);
    expect_short_epochs(0.5, 15, 8);
    expect_short_epochs(0.7, 200, 60);
}

Test(full_short, runs_one_epoch_at_least)
{
    expect_short_epochs(0.99, 15, 1);
    expect_short_epochs(0.5, 1, 1);
}

/* ---- random, random-dynamic ---- */

Test(random, every_sample_is_as_likely)
{
    enum { N = 20, SEEDS = 4000 };
    const double worst_expected = 5; /* standard deviations, of 20 counts */
    int counts[N] = {0};
    struct rehearsal_plan plan = {
        .pruner = pruner_find("random"), .n = N, .classes = 2, .rate = 0.7, .epochs = 1};
    for (plan.seed = 0; plan.seed < SEEDS; plan.seed++) {
        struct rehearsal r = begin(&plan);
        run_epoch(&r, 0);
        for (size_t j = 0; j < r.selection.count; j++)
            counts[r.selection.index[j]]++;
        rehearsal_end(&r);
    }
    const double p = 0.3, stddev = sqrt(SEEDS * p * (1 - p));
    for (int i = 0; i < N; i++)
        cr_assert_lt(fabs(counts[i] - SEEDS * p), worst_expected * stddev,
                     "sample %d: %d of %d, expected %g, standard deviation %g", i, counts[i], SEEDS,
                     SEEDS * p, stddev);
}

Test(random, is_the_first_subset_of_random_dynamic)
{
    struct rehearsal_plan plan = {.pruner = pruner_find("random"),
                                  .n = 50,
                                  .classes = 2,
                                  .rate = 0.5,
                                  .epochs = 1,
                                  .seed = 3};
    struct rehearsal once = begin(&plan);
    plan.pruner = pruner_find("random-dynamic");
    struct rehearsal often = begin(&plan);
    run_epoch(&once, 0);
    run_epoch(&often, 0);
    cr_assert(same_indices(&once.selection, &often.selection));
    rehearsal_end(&once);
    rehearsal_end(&often);
}

Test(random_dynamic, differs_between_checkpoints_and_only_there)
{
    enum { N = 50, EPOCHS = 9, PERIOD = 3 };
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("random-dynamic"),
        .options = "period=3",
        .n = N,
        .classes = 2,
        .rate = 0.5,
        .epochs = EPOCHS,
    };
    struct rehearsal r = begin(&plan);
    uint32_t last[N];
    struct pruner_selection before = {.index = last};
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        run_epoch(&r, epoch);
        cr_assert_neq(same_indices(&before, &r.selection), epoch % PERIOD == 0, "epoch %d", epoch);
        before.count = r.selection.count;
        memcpy(last, r.selection.index, before.count * sizeof *last);
    }
    rehearsal_end(&r);
}

/* ---- rs2 ---- */

/*
 * Runs epochs and checks after each that no sample was shown twice more often than another. That
 * would be broken by a sample passed over, where a permutation ends inside an epoch, that lost its
 * place in line.
 */
static void expect_even_walk(size_t n, double rate, int epochs, int *ret_counts)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("rs2"), .n = n, .classes = 2, .rate = rate, .epochs = epochs};
    struct rehearsal r = begin(&plan);
    memset(ret_counts, 0, n * sizeof *ret_counts);
    for (int epoch = 0; epoch < epochs; epoch++) {
        run_epoch(&r, epoch);
        for (size_t j = 0; j < r.selection.count; j++)
            ret_counts[r.selection.index[j]]++;
        int least = ret_counts[0], most = ret_counts[0];
        for (size_t i = 1; i < n; i++) {
            least = ret_counts[i] < least ? ret_counts[i] : least;
            most = ret_counts[i] > most ? ret_counts[i] : most;
        }
        cr_assert_leq(most - least, 1, "n %zu rate %g epoch %d: shown %d to %d times", n, rate,
                      epoch, least, most);
    }
    rehearsal_end(&r);
}

Test(rs2, full_walks_show_every_sample_equally_often)
{
    enum { N = 12, WALKS = 7 };
    int counts[N];
    expect_even_walk(N, 2.0 / 3, 3 * WALKS, counts);
    for (int i = 0; i < N; i++)
        cr_assert_eq(counts[i], WALKS, "sample %d: %d", i, counts[i]);
}

Test(rs2, counts_differ_by_one_at_most_where_keep_does_not_divide)
{
    int counts[MOST];
    for (size_t n = 1; n <= 23; n++)
        for (int tenths = 0; tenths < 10; tenths++)
            if (num_round_share(1 - 0.1 * tenths, n) > 0)
                expect_even_walk(n, 0.1 * tenths, 40, counts);
}

Test(rs2, each_walk_has_an_order_of_its_own)
{
    enum { N = 30 };
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("rs2"), .n = N, .classes = 2, .rate = 2.0 / 3, .epochs = 6};
    struct rehearsal r = begin(&plan);
    uint32_t index[6][N];
    struct pruner_selection shown[6];
    for (int epoch = 0; epoch < 6; epoch++) {
        run_epoch(&r, epoch);
        shown[epoch] = (struct pruner_selection){.count = r.selection.count, .index = index[epoch]};
        memcpy(index[epoch], r.selection.index, r.selection.count * sizeof **index);
    }
    for (int epoch = 0; epoch < 3; epoch++)
        cr_assert(!same_indices(&shown[epoch], &shown[epoch + 3]), "epoch %d", epoch);
    rehearsal_end(&r);
}

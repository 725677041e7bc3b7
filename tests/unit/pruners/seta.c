/* seta and bls-seta. */
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>

static struct rehearsal begin(const char *pruner, const char *options, size_t n, int epochs)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find(pruner),
        .options = options,
        .n = n,
        .classes = 2,
        .rate = 0.5,
        .epochs = epochs,
        .seed = 1,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void observe(struct rehearsal *r, const float *losses, const uint8_t *seen)
{
    struct pruner_pass pass = rehearsal_pass(r, 0, 1, true, seen);
    struct err err;
    if (pass.losses)
        pass.losses = losses;
    if (pass.batch_losses)
        pass.batch_losses = losses;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

static void expect(struct rehearsal *r, int epoch, const uint32_t *index, size_t count)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
    cr_assert_eq(r->selection.count, count, "epoch %d: %zu kept, not %zu", epoch,
                 r->selection.count, count);
    for (size_t j = 0; j < count; j++)
        cr_assert(r->selection.index[j] == index[j] && r->selection.weight[j] == 1,
                  "epoch %d: %u in place of %u", epoch, r->selection.index[j], index[j]);
}

static size_t count_before(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
    return r->selection.count;
}

Test(seta, worked_example)
{
    const float losses[] = {0.1f, 0.1f, 0.2f, 1, 1.1f, 4};
    struct rehearsal r = begin("seta", "r=0 G=3 w=0.67", 6, 8);
    expect(&r, 0, (const uint32_t[]){0, 1, 2, 3, 4, 5}, 6);
    observe(&r, losses, NULL);
    expect(&r, 1, (const uint32_t[]){3, 4, 5}, 3);
    expect(&r, 2, (const uint32_t[]){0, 1, 2, 3, 4}, 5);
    expect(&r, 3, (const uint32_t[]){3, 4, 5}, 3);
    rehearsal_end(&r);
}

/* G w = 4.5: rounded up, the window would hold all groups, and nothing would ever be dropped. */
Test(seta, half_a_group_rounds_to_even_so_that_the_window_slides)
{
    const float losses[] = {1, 2, 3, 4, 5};
    struct rehearsal r = begin("seta", "r=0", 5, 8);
    observe(&r, losses, NULL);
    expect(&r, 1, (const uint32_t[]){1, 2, 3, 4}, 4);
    expect(&r, 2, (const uint32_t[]){0, 1, 2, 3}, 4);
    rehearsal_end(&r);
}

Test(seta, window_passes_over_every_group_and_starts_again)
{
    const float losses[] = {5, 4, 3, 2, 1, 0};
    struct rehearsal r = begin("seta", "r=0 G=6 w=0.34", 6, 100);
    observe(&r, losses, NULL);
    for (uint32_t epoch = 1; epoch < 20; epoch++) {
        const uint32_t harder = 4 - epoch % 5;
        expect(&r, (int)epoch, (const uint32_t[]){harder, harder + 1}, 2);
    }
    rehearsal_end(&r);
}

Test(seta, after_delta_only_the_random_part_is_dropped)
{
    enum { N = 50, EPOCHS = 16, WINDOW = 14, STAY = 40 };
    struct rehearsal r = begin("seta", "r=0.2", N, EPOCHS);
    struct err err;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        cr_assert_eq(rehearsal_epoch(&r, epoch, &err), 0, "%s", err.text);
        const bool window = epoch > 0 && epoch < WINDOW;
        cr_assert(window ? r.selection.count < STAY : r.selection.count == STAY,
                  "epoch %d: %zu kept", epoch, r.selection.count);
        cr_assert(!pruner_anneals(r.run, epoch));
    }
    rehearsal_end(&r);
}

Test(seta, by_steps_the_share_of_them_closes_the_window)
{
    const float losses[] = {1, 2, 3, 4, 5};
    struct rehearsal r = begin("seta", "r=0", 5, 8);
    observe(&r, losses, NULL);
    pruner_go_by_steps(r.run, 0.87);
    expect(&r, 9, (const uint32_t[]){1, 2, 3, 4}, 4);
    pruner_go_by_steps(r.run, 0.875);
    expect(&r, 9, (const uint32_t[]){0, 1, 2, 3, 4}, 5);
    rehearsal_end(&r);
}

Test(seta, the_random_part_is_uniform)
{
    enum { N = 20, SEEDS = 2000 };
    int kept[N] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const struct rehearsal_plan plan = {.pruner = pruner_find("seta"),
                                            .options = "r=0.4",
                                            .n = N,
                                            .classes = 2,
                                            .epochs = 4,
                                            .seed = seed};
        struct rehearsal r;
        struct err err;
        cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
        cr_assert_eq(count_before(&r, 0), (size_t)12);
        for (size_t j = 0; j < r.selection.count; j++)
            kept[r.selection.index[j]]++;
        rehearsal_end(&r);
    }
    /* Binomial, standard deviation 22 */
    for (int i = 0; i < N; i++)
        cr_assert(kept[i] > 1090 && kept[i] < 1310, "sample %d: %d of %d", i, kept[i], SEEDS);
}

Test(seta, what_was_never_seen_counts_as_hard)
{
    const float losses[] = {0.1f, 0.2f, 0.1f, 0.2f, 9, 9};
    const uint8_t seen[] = {1, 1, 1, 1, 0, 0};
    struct rehearsal r = begin("seta", "r=0 G=2 w=0.5", 6, 8);
    observe(&r, losses, seen);
    expect(&r, 1, (const uint32_t[]){4, 5}, 2);
    expect(&r, 2, (const uint32_t[]){0, 1, 2, 3}, 4);
    rehearsal_end(&r);
}

/* Losses of a network that has learned all are exactly 0. */
Test(seta, equal_losses_are_one_group_and_stay)
{
    const float losses[] = {0, 0, 0, 0};
    struct rehearsal r = begin("seta", "r=0", 4, 8);
    observe(&r, losses, NULL);
    expect(&r, 1, (const uint32_t[]){0, 1, 2, 3}, 4);
    rehearsal_end(&r);
}

Test(seta, rate_means_nothing)
{
    struct rehearsal r = begin("seta", NULL, 10, 4);
    cr_assert_eq(r.run->task.rate, 0.0);
    cr_assert_eq(count_before(&r, 0), (size_t)9);
    rehearsal_end(&r);
}

Test(bls_seta, smooths_batch_losses_of_those_seen)
{
    const float first[] = {2, 2, 2, 1}, second[] = {1, 9, 1, 1};
    const uint8_t seen[] = {1, 0, 1, 1};
    struct rehearsal r = begin("bls-seta", "r=0 G=4 w=0.25", 4, 100);
    observe(&r, first, NULL);
    observe(&r, second, seen);
    const float *scores = r.run->state, expected[] = {0.28f, 0.2f, 0.28f, 0.19f};
    for (int i = 0; i < 4; i++)
        cr_assert_float_eq(scores[i], expected[i], 1e-6f, "sample %d: %g", i, (double)scores[i]);
    /* Three different values: three groups, and the window holds round(.75) = 1 of them. */
    expect(&r, 3, (const uint32_t[]){3}, 1);
    expect(&r, 4, (const uint32_t[]){1}, 1);
    expect(&r, 5, (const uint32_t[]){0, 2}, 2);
    rehearsal_end(&r);
}

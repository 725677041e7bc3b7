#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 40 };

static struct rehearsal begin(const char *options, double rate, uint64_t seed)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("orderdp"),
                                        .options = options,
                                        .n = N,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = 8,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* Sample i has loss i mod 7 (so there are ties), but those not seen. */
static void observe(struct rehearsal *r, const uint8_t *seen)
{
    struct pruner_pass pass = rehearsal_pass(r, 0, 1, true, seen);
    float losses[N];
    struct err err;
    for (int i = 0; i < N; i++)
        losses[i] = (float)(i % 7);
    pass.losses = losses;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

static void choose(struct rehearsal *r, int epoch, uint8_t *ret_kept)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
    memset(ret_kept, 0, N);
    for (size_t j = 0; j < r->selection.count; j++)
        ret_kept[r->selection.index[j]] = 1;
}

/* Whether a comes before b. */
static bool harder(int a, int b)
{
    return a % 7 != b % 7 ? a % 7 > b % 7 : a < b;
}

Test(orderdp, a_pool_of_all_is_the_top_by_last_loss)
{
    struct rehearsal r = begin("pool=1", 0.7, 1);
    uint8_t kept[N];
    observe(&r, NULL);
    choose(&r, 1, kept);
    for (int i = 0; i < N; i++) {
        int before = 0;
        for (int j = 0; j < N; j++)
            before += harder(j, i);
        cr_assert_eq(kept[i], before < 12, "sample %d", i);
    }
    rehearsal_end(&r);
}

/* What is kept beside a gap in the ranks was not in the pool: gaps are N - pool at most. */
Test(orderdp, keeps_the_top_of_the_pool_and_no_more_is_passed_over)
{
    enum { OUT = 10, SEEDS = 200 };
    bool full = false;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin("pool=0.75", 0.7, seed);
        uint8_t kept[N];
        observe(&r, NULL);
        choose(&r, 1, kept);
        cr_assert_eq(r.selection.count, (size_t)12);
        int passed_over = 0;
        for (int i = 0; i < N; i++) {
            bool easier_kept = false;
            for (int j = 0; j < N && !kept[i]; j++)
                easier_kept = easier_kept || (kept[j] && harder(i, j));
            passed_over += easier_kept;
        }
        cr_assert_leq(passed_over, OUT, "seed %d: %d passed over", (int)seed, passed_over);
        full = full || passed_over > OUT / 2;
        rehearsal_end(&r);
    }
    cr_assert(full, "the pool is no part");
}

/* The hardest sample is kept as often as it is in the pool; an easy one never. */
Test(orderdp, the_hardest_is_kept_with_the_pools_share)
{
    enum { SEEDS = 3000, HARDEST = 6, EASIEST = 35 };
    int hardest = 0, easiest = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin(NULL, 0.7, seed);
        uint8_t kept[N];
        observe(&r, NULL);
        choose(&r, 1, kept);
        hardest += kept[HARDEST];
        easiest += kept[EASIEST];
        rehearsal_end(&r);
    }
    const double share = 0.75, stddev = sqrt(SEEDS * share * (1 - share));
    cr_assert_lt(fabs(hardest - SEEDS * share), 5 * stddev, "%d of %d", hardest, SEEDS);
    cr_assert_eq(easiest, 0, "%d", easiest);
}

Test(orderdp, where_more_is_kept_than_the_pool_the_choice_is_uniform)
{
    enum { SEEDS = 3000 };
    int kept_count[N] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin("pool=0.2", 0.5, seed);
        uint8_t kept[N];
        observe(&r, NULL);
        choose(&r, 1, kept);
        for (int i = 0; i < N; i++)
            kept_count[i] += kept[i];
        rehearsal_end(&r);
    }
    for (int i = 0; i < N; i++)
        cr_assert_lt(fabs(kept_count[i] - SEEDS / 2.0), 5 * sqrt(SEEDS / 4.0), "sample %d: %d", i,
                     kept_count[i]);
}

Test(orderdp, what_was_never_seen_comes_first_and_a_stale_loss_stays)
{
    struct rehearsal r = begin("pool=1", 0.9, 1);
    uint8_t kept[N], seen[N];
    memset(seen, 1, sizeof seen);
    seen[0] = seen[21] = 0; /* of loss 0 */
    observe(&r, seen);
    choose(&r, 1, kept);
    cr_assert(kept[0] && kept[21] && kept[6] && kept[13] && !kept[20]);
    /* Once seen they are the easiest; nobody else is seen, and nothing else changes. */
    for (int i = 0; i < N; i++)
        seen[i] = !seen[i];
    observe(&r, seen);
    choose(&r, 2, kept);
    cr_assert(!kept[0] && !kept[21] && kept[6] && kept[13] && kept[20] && kept[27]);
    rehearsal_end(&r);
}

Test(orderdp, chooses_again_each_epoch_without_a_forward_pass)
{
    struct rehearsal r = begin(NULL, 0.5, 1);
    cr_assert(pruner_watches_training(r.run));
    for (int epoch = 0; epoch < 8; epoch++)
        cr_assert_eq(pruner_due(r.run, epoch), DUE_SELECT);
    rehearsal_end(&r);
}

#include "pruners/select.h"

#include "base/num.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

struct chosen {
    uint32_t index[MOST];
    float weight[MOST];
    struct pruner_selection selection;
};

static struct pruner_selection *into(struct chosen *chosen)
{
    chosen->selection = (struct pruner_selection){.index = chosen->index, .weight = chosen->weight};
    return &chosen->selection;
}

static void expect_indices(const uint32_t *found, const uint32_t *expected, size_t n)
{
    for (size_t j = 0; j < n; j++)
        cr_assert_eq(found[j], expected[j], "at %zu: %u, expected %u", j, found[j], expected[j]);
}

static void expect_budgets(const uint16_t *labels, size_t n, int classes, size_t keep,
                           const size_t *expected)
{
    const struct pruner_task task = {.n = n, .classes = classes, .labels = labels, .keep = keep};
    size_t budgets[MOST];
    select_budgets(&task, budgets);
    for (int c = 0; c < classes; c++)
        cr_assert_eq(budgets[c], expected[c], "class %d: %zu, expected %zu", c, budgets[c],
                     expected[c]);
}

static int compare_indices(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void sort_indices(uint32_t *indices, size_t n)
{
    qsort(indices, n, sizeof *indices, compare_indices);
}

Test(select, ties_break_by_index)
{
    static const float scores[] = {1, 3, 3, 1, 3, 1};
    static const uint16_t labels[6] = {0};
    const struct pruner_task task = {.n = 6, .classes = 1, .labels = labels, .keep = 4};
    struct chosen chosen;
    select_top(&task, scores, BALANCE_NONE, into(&chosen));
    cr_assert_eq(chosen.selection.count, (size_t)4, "%zu", chosen.selection.count);
    expect_indices(chosen.index, (const uint32_t[]){1, 2, 4, 0}, 4);
}

Test(select, balance_none_ignores_classes)
{
    static const float scores[] = {9, 8, 7, 6, 1, 2, 3, 4};
    static const uint16_t labels[] = {0, 0, 0, 0, 1, 1, 1, 1};
    const struct pruner_task task = {.n = 8, .classes = 2, .labels = labels, .keep = 4};
    struct chosen chosen;
    select_top(&task, scores, BALANCE_NONE, into(&chosen));
    expect_indices(chosen.index, (const uint32_t[]){0, 1, 2, 3}, 4);
}

Test(select, balance_class_keeps_the_best_of_each)
{
    static const float scores[] = {9, 8, 7, 6, 1, 2, 3, 4};
    static const uint16_t labels[] = {0, 0, 0, 0, 1, 1, 1, 1};
    const struct pruner_task task = {.n = 8, .classes = 2, .labels = labels, .keep = 4};
    struct chosen chosen;
    select_top(&task, scores, BALANCE_CLASS, into(&chosen));
    cr_assert_eq(chosen.selection.count, (size_t)4, "%zu", chosen.selection.count);
    expect_indices(chosen.index, (const uint32_t[]){0, 1, 7, 6}, 4);
}

Test(select, budgets_are_proportional_where_that_is_whole)
{
    static const uint16_t labels[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2};
    expect_budgets(labels, 12, 3, 6, (const size_t[]){3, 2, 1});
}

Test(select, budgets_go_by_largest_remainder)
{
    /* Shares of 5 of 10: class 0 (5) 2.5, class 1 (3) 1.5, class 2 (2) 1: one left, a tie. */
    static const uint16_t labels[] = {0, 0, 0, 0, 0, 1, 1, 1, 2, 2};
    expect_budgets(labels, 10, 3, 5, (const size_t[]){3, 1, 1});
    /* Of 3: 1.5, .9, .6: two left, for classes 1 and 2. */
    expect_budgets(labels, 10, 3, 3, (const size_t[]){1, 1, 1});
}

Test(select, budgets_of_empty_classes_are_zero)
{
    static const uint16_t labels[] = {1, 1, 1, 3};
    expect_budgets(labels, 4, 5, 3, (const size_t[]){0, 2, 0, 1, 0});
}

Test(select, budgets_sum_to_keep_and_fit_their_classes)
{
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    for (int round = 0; round < 200; round++) {
        const size_t n = 1 + rng_below(&rng, MOST);
        const int classes = 1 + (int)rng_below(&rng, 9);
        uint16_t labels[MOST];
        size_t sizes[9] = {0}, budgets[9], sum = 0;
        for (size_t i = 0; i < n; i++) {
            labels[i] = (uint16_t)rng_below(&rng, (uint32_t)classes);
            sizes[labels[i]]++;
        }
        const size_t keep = rng_below(&rng, (uint32_t)n + 1);
        const struct pruner_task task = {
            .n = n, .classes = classes, .labels = labels, .keep = keep};
        select_budgets(&task, budgets);
        for (int c = 0; c < classes; c++) {
            const double exact = (double)(keep * sizes[c]) / (double)n;
            sum += budgets[c];
            cr_assert_leq(budgets[c], sizes[c], "%zu of %zu", budgets[c], sizes[c]);
            cr_assert((double)budgets[c] > exact - 1 && (double)budgets[c] < exact + 1,
                      "%zu, exactly %g", budgets[c], exact);
        }
        cr_assert_eq(sum, keep, "%zu of %zu", sum, keep);
    }
}

Test(select, rank_puts_fresh_samples_first_in_random_order)
{
    enum { N = 40, FRESH = 20 };
    float scores[N];
    uint8_t fresh[N];
    uint32_t order[N], file_order[FRESH], first_order[FRESH];
    for (uint32_t i = 0; i < N; i++) {
        fresh[i] = i % 2;
        scores[i] = fresh[i] ? -1 : (float)i;
        if (fresh[i])
            file_order[i / 2] = i;
    }
    for (uint64_t seed = 0; seed < 3; seed++) {
        struct rng rng = rng_stream(seed, RNG_TEST, 0, 0);
        select_rank(scores, fresh, N, &rng, order);
        for (size_t j = FRESH; j < N; j++)
            cr_assert_eq(order[j], 2 * (N - 1 - j), "at %zu: %u", j, order[j]);
        cr_assert(memcmp(order, file_order, sizeof file_order) != 0, "the order of the file");
        cr_assert(seed == 0 || memcmp(order, first_order, sizeof first_order) != 0,
                  "seed %d shuffles as seed 0", (int)seed);
        if (seed == 0)
            memcpy(first_order, order, sizeof first_order);
        sort_indices(order, FRESH);
        expect_indices(order, file_order, FRESH);
    }
}

Test(select, rank_without_fresh_samples_draws_nothing)
{
    static const float scores[] = {1, 2, 2};
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0), untouched = rng;
    uint32_t order[3];
    select_rank(scores, NULL, 3, &rng, order);
    expect_indices(order, (const uint32_t[]){1, 2, 0}, 3);
    cr_assert_eq(rng_u32(&rng), rng_u32(&untouched));
}

Test(select, draw_is_uniform_and_loses_nothing)
{
    enum { N = 10, DRAWN = 3, ROUNDS = 20000 };
    const double worst_expected = 5; /* standard deviations, of 10 counts */
    int counts[N] = {0};
    struct rng rng = rng_stream(7, RNG_TEST, 0, 0);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t pool[N];
        for (uint32_t i = 0; i < N; i++)
            pool[i] = i;
        draw_front(&rng, pool, N, DRAWN);
        for (size_t j = 0; j < DRAWN; j++)
            counts[pool[j]]++;
        sort_indices(pool, N);
        for (uint32_t i = 0; i < N; i++)
            cr_assert_eq(pool[i], i, "sample %u is lost", i);
    }
    const double p = (double)DRAWN / N, stddev = sqrt(ROUNDS * p * (1 - p));
    for (int i = 0; i < N; i++)
        cr_assert_lt(fabs(counts[i] - ROUNDS * p), worst_expected * stddev,
                     "sample %d: %d times of %g expected, standard deviation %g", i, counts[i],
                     ROUNDS * p, stddev);
}

Test(select, draw_takes_none_and_all)
{
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    uint32_t pool[3] = {4, 5, 6};
    draw_front(&rng, pool, 3, 0);
    expect_indices(pool, (const uint32_t[]){4, 5, 6}, 3);
    draw_front(&rng, pool, 3, 3);
    sort_indices(pool, 3);
    expect_indices(pool, (const uint32_t[]){4, 5, 6}, 3);
}

Test(select, due_at_multiples_of_the_period)
{
    static const bool expected[] = {true, false, false, true, false, false, true};
    for (int epoch = 0; epoch < 7; epoch++)
        cr_assert_eq(select_due(epoch, 3, DUE_FORWARD), expected[epoch] ? DUE_FORWARD : DUE_NO,
                     "epoch %d", epoch);
}

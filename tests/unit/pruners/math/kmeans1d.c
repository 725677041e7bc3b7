#include "pruners/math/kmeans1d.h"

#include "base/mem.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

Test(kmeans1d, worked_example)
{
    const float values[] = {5, 0.1f, 9, 0.2f, 0, 5.1f, 0.3f};
    const uint32_t expected[] = {1, 0, 2, 0, 0, 1, 0};
    uint32_t group[7];
    cr_assert_eq(kmeans1d(values, 7, 3, group), (size_t)3);
    cr_assert_arr_eq(group, expected, sizeof expected);
}

Test(kmeans1d, equal_values_share_a_group_and_none_is_empty)
{
    const float values[] = {2, 1, 2, 2, 1, 1};
    const uint32_t expected[] = {1, 0, 1, 1, 0, 0};
    uint32_t group[6];
    cr_assert_eq(kmeans1d(values, 6, 5, group), (size_t)2);
    cr_assert_arr_eq(group, expected, sizeof expected);
    cr_assert_eq(kmeans1d(values, 6, 1, group), (size_t)1);
    cr_assert_eq(group[0] + group[1], 0u);
    cr_assert_eq(kmeans1d(values, 1, 3, group), (size_t)1);
}

Test(kmeans1d, many_equal_values_weigh_as_many)
{
    /* Of 0, 1 and 2 (100 times) the first pair is cheapest to join: .5 against .99. */
    float values[102];
    uint32_t group[102];
    for (int i = 0; i < 102; i++)
        values[i] = i < 2 ? (float)i : 2;
    cr_assert_eq(kmeans1d(values, 102, 2, group), (size_t)2);
    cr_assert(group[0] == 0 && group[1] == 0 && group[2] == 1, "%u %u", group[1], group[2]);
}

Test(kmeans1d, huge_values)
{
    const float values[] = {FLT_MAX, 0, FLT_MAX, 1, -FLT_MAX};
    const uint32_t expected[] = {2, 1, 2, 1, 0};
    uint32_t group[5];
    cr_assert_eq(kmeans1d(values, 5, 3, group), (size_t)3);
    cr_assert_arr_eq(group, expected, sizeof expected);
}

/* Sum of squared distances to the groups' means, in two passes. */
static double cost_of(const float *values, const uint32_t *group, size_t n, size_t groups)
{
    double total = 0;
    for (uint32_t k = 0; k < groups; k++) {
        double sum = 0, count = 0;
        for (size_t i = 0; i < n; i++)
            if (group[i] == k) {
                sum += (double)values[i];
                count++;
            }
        for (size_t i = 0; i < n; i++)
            if (group[i] == k)
                total += pow((double)values[i] - sum / count, 2);
    }
    return total;
}

/* The textbook's O(groups n^2), on sorted values. */
static double plain_cost(const float *sorted, size_t n, size_t groups)
{
    double *best; /* [groups][n] */
    MEM_NEW(best, groups * n);
    for (size_t k = 0; k < groups; k++)
        for (size_t j = 0; j < n; j++) {
            best[k * n + j] = (double)INFINITY;
            double mean = 0, spread = 0, count = 0; /* of i..j, Welford */
            for (size_t i = j + 1; i-- > 0;) {
                const double x = (double)sorted[i], away = x - mean;
                mean += away / ++count;
                spread += away * (x - mean);
                const double before = i == 0 ? 0 : k ? best[(k - 1) * n + i - 1] : (double)INFINITY;
                best[k * n + j] = fmin(best[k * n + j], before + spread);
            }
        }
    const double cost = best[groups * n - 1];
    mem_free(best);
    return cost;
}

/* An error of the divide and conquer's bounds would make a dearer grouping. */
Test(kmeans1d, never_dearer_than_the_plain_programme)
{
    enum { N = 300, LARGEST = 12 };
    for (uint32_t seed = 0; seed < 12; seed++) {
        struct rng rng = rng_stream(seed, RNG_TEST, 0, 0);
        float values[N], shuffled[N];
        uint32_t order[N], group[N];
        double sum = 0;
        for (uint32_t i = 0; i < N; i++) { /* rising, with jumps and repeats */
            sum += rng_below(&rng, 3) ? pow(rng_uniform(&rng), 1 + seed) : 0;
            values[i] = (float)sum;
            order[i] = i;
        }
        rng_shuffle(&rng, order, N);
        for (size_t i = 0; i < N; i++)
            shuffled[i] = values[order[i]];
        for (size_t groups = 1; groups <= LARGEST; groups++) {
            cr_assert_eq(kmeans1d(shuffled, N, groups, group), groups);
            for (size_t i = 0; i < N; i++)
                for (size_t j = 0; j < N; j++)
                    cr_assert(shuffled[i] < shuffled[j] ? group[i] <= group[j]
                                                        : group[i] >= group[j],
                              "%g in group %u, %g in %u", (double)shuffled[i], group[i],
                              (double)shuffled[j], group[j]);
            const double cost = cost_of(shuffled, group, N, groups),
                         best = plain_cost(values, N, groups);
            cr_assert_float_eq(cost, best, 1e-6 * best, "seed %u, %zu groups: %.9g, not %.9g", seed,
                               groups, cost, best);
        }
    }
}

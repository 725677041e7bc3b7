#include "base/linalg.h"
#include "base/mem.h"
#include "base/num.h"
#include "pruners/math/omp.h"
#include "tests/unit/pruners/last_gradients.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 83, WIDTH = 7 };
static const double TOLERANCE = 1e-4;

static void fill(float *a, size_t count, double mean)
{
    struct rng rng = rng_stream(1, RNG_TEST, 0, 3);
    for (size_t k = 0; k < count; k++)
        a[k] = (float)(mean + rng_normal(&rng));
}

/* The residual b - A_S^T (A_S A_S^T + lambda I)^-1 A_S b by the Gram matrix of S. */
static void plain_residual(const float *a, const uint32_t *set, size_t count, const double *b,
                           double lambda, double *ret)
{
    static double gram[N * N], w[N];
    size_t row;
    for (size_t i = 0; i < count; i++) {
        w[i] = 0;
        for (size_t k = 0; k < WIDTH; k++)
            w[i] += (double)a[set[i] * WIDTH + k] * b[k];
        for (size_t j = 0; j < count; j++) {
            gram[i * count + j] = i == j ? lambda : 0;
            for (size_t k = 0; k < WIDTH; k++)
                gram[i * count + j] +=
                    (double)a[set[i] * WIDTH + k] * (double)a[set[j] * WIDTH + k];
        }
    }
    if (count > 0) {
        cr_assert_eq(linalg_cholesky(gram, count, count, &row), 0);
        linalg_cholesky_solve(gram, count, count, w, count, 1);
    }
    for (size_t k = 0; k < WIDTH; k++) {
        ret[k] = b[k];
        for (size_t i = 0; i < count; i++)
            ret[k] -= w[i] * (double)a[set[i] * WIDTH + k];
    }
}

/* Far more picks than the vectors have numbers: the inverse lives in their space, not in theirs. */
Test(gradmatch, pursuit_is_that_of_the_growing_gram_matrix)
{
    enum { KEEP = 40 };
    static const double lambda = 0.5;
    float a[N * WIDTH], reordered[N * WIDTH];
    double b[WIDTH], r[WIDTH];
    uint32_t ids[N], set[KEEP];
    fill(a, N * WIDTH, 1);
    fill(reordered, N * WIDTH, 1);
    for (uint32_t i = 0; i < N; i++)
        ids[i] = i;
    omp_sum(a, N, WIDTH, b);
    omp_pursue(reordered, ids, N, WIDTH, lambda, KEEP);
    for (size_t j = 0; j < KEEP; j++)
        set[j] = ids[N - 1 - j];
    for (size_t j = 0; j < KEEP; j++) {
        double best = -(double)INFINITY, chosen = 0;
        plain_residual(a, set, j, b, lambda, r);
        for (size_t i = j; i < N; i++) { /* what was not picked before */
            const uint32_t id = ids[N - 1 - i];
            double product = 0;
            for (size_t k = 0; k < WIDTH; k++)
                product += (double)a[id * WIDTH + k] * r[k];
            best = fmax(best, product);
            if (i == j)
                chosen = product;
        }
        cr_assert_geq(chosen, best - TOLERANCE, "pick %zu: %g, the largest is %g", j, chosen, best);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < WIDTH; k++)
            cr_assert_eq(reordered[i * WIDTH + k], a[ids[i] * WIDTH + k], "row %zu", i);
}

/* Optimal: nowhere positive slope, and none where a weight is positive. */
Test(gradmatch, weights_are_the_nonnegative_optimum)
{
    static const double lambda = 0.5;
    float a[N * WIDTH];
    double b[WIDTH], w[N], r[WIDTH];
    size_t zeros = 0;
    fill(a, N * WIDTH, 0.2);
    omp_sum(a, N, WIDTH, b);
    b[0] += 50; /* so that many weights would be negative */
    omp_weigh(a, N, WIDTH, b, lambda, w);
    for (size_t k = 0; k < WIDTH; k++) {
        r[k] = b[k];
        for (size_t i = 0; i < N; i++)
            r[k] -= w[i] * (double)a[i * WIDTH + k];
    }
    for (size_t i = 0; i < N; i++) {
        double slope = -lambda * w[i];
        for (size_t k = 0; k < WIDTH; k++)
            slope += (double)a[i * WIDTH + k] * r[k];
        zeros += w[i] == 0;
        cr_assert_geq(w[i], 0, "%zu: %g", i, w[i]);
        cr_assert(w[i] > 0 ? fabs(slope) < TOLERANCE : slope < TOLERANCE, "%zu: weight %g slope %g",
                  i, w[i], slope);
    }
    cr_assert(zeros > 0 && zeros < N, "%zu weights are 0", zeros);
}

Test(gradmatch, budget_is_filled_where_nothing_has_a_positive_product)
{
    float a[] = {1, -1, 0, 3, -2, 0}; /* sum 1: after 3 is picked the residual is small */
    uint32_t ids[] = {0, 1, 2, 3, 4, 5};
    bool seen[6] = {false};
    omp_pursue(a, ids, 6, 1, 0.5, 6);
    cr_assert_eq(ids[5], 3, "the first is %u", ids[5]);
    for (size_t j = 0; j < 6; j++)
        seen[ids[j]] = true;
    for (size_t i = 0; i < 6; i++)
        cr_assert(seen[i], "%zu is missing", i);
    float zero[4] = {0};
    uint32_t order[] = {0, 1, 2, 3};
    omp_pursue(zero, order, 4, 1, 0.5, 3);
    for (uint32_t j = 0; j < 3; j++)
        cr_assert_eq(order[3 - j], j, "pick %u is %u: ties break by index", j, order[3 - j]);
}

/* Class 0's own block of the gradients is (p_0 - 1) [phi ; 1]. The bias is a third coordinate. */
Test(gradmatch, only_the_class_own_block_counts)
{
    struct last_gradients made;
    struct pruner_selection first, other;
    last_gradients_init(&made, 60, 3, 4, 0);
    last_gradients_select(&made, NULL, "gradmatch", NULL, 24, &first);
    for (size_t i = 0; i < made.n; i++) { /* the other two classes' probabilities change places */
        float *p = made.probabilities + 3 * i;
        const size_t c = (made.labels[i] + 1u) % 3, d = (made.labels[i] + 2u) % 3;
        const float swapped = p[c];
        p[c] = p[d];
        p[d] = swapped;
    }
    last_gradients_select(&made, NULL, "gradmatch", NULL, 24, &other);
    for (size_t j = 0; j < 24; j++)
        cr_assert(first.index[j] == other.index[j] && first.weight[j] == other.weight[j], "%zu", j);
    mem_free(first.index);
    mem_free(first.weight);
    mem_free(other.index);
    mem_free(other.weight);
    last_gradients_release(&made);
}

Test(gradmatch, a_matrix_that_fits_in_no_memory_is_refused)
{
    struct gradients_of {
        size_t features;
        int expected;
    } cases[] = {{512, 0}, {1700, -1}};
    for (size_t i = 0; i < 2; i++) {
        const uint16_t labels[2] = {0, 1};
        const struct pruner_task task = {.n = 2,
                                         .classes = 10,
                                         .labels = labels,
                                         .rate = 0.5,
                                         .epochs = 1,
                                         .feature_count = cases[i].features};
        struct arena arena = {0};
        struct choice choice;
        struct pruner_run *run = NULL;
        struct err err = {0};
        cr_assert_eq(choice_parse(&pruner_shelf, "gradmatch:gradient=whole", &arena, &choice, &err),
                     0);
        cr_expect_eq(pruner_begin((const void *)choice.kind, choice.options, &task, &run, &err),
                     cases[i].expected, "%zu: %s", cases[i].features, err.text);
        cr_expect(!cases[i].expected || strstr(err.text, "17010 x 17010 numbers takes 2207 MiB"),
                  "%s", err.text);
        pruner_end(run);
        arena_release(&arena);
    }
}

Test(gradmatch, weights_have_mean_1)
{
    struct last_gradients made;
    struct pruner_selection s;
    last_gradients_init(&made, 60, 3, 4, 0);
    last_gradients_select(&made, NULL, "gradmatch", "lambda=2", 24, &s);
    cr_assert_float_eq(num_sum(s.weight, 24), 24, TOLERANCE, "%g", num_sum(s.weight, 24));
    mem_free(s.index);
    mem_free(s.weight);
    last_gradients_release(&made);
}

Test(gradmatch, worked_example)
{
    float a[] = {-1, 0, -1, 0, 0, -1};
    uint32_t ids[] = {0, 1, 2};
    double b[2], w[2];
    omp_sum(a, 3, 2, b);
    omp_pursue(a, ids, 3, 2, 0.5, 2);
    cr_assert(ids[2] == 0 && ids[1] == 2, "%u, then %u", ids[2], ids[1]);
    omp_weigh(a + 2, 2, 2, b, 0.5, w);
    cr_assert_float_eq(w[1], 4.0 / 3, TOLERANCE, "%g", w[1]);
    cr_assert_float_eq(w[0], 2.0 / 3, TOLERANCE, "%g", w[0]);
}

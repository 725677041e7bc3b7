/*
 * linalg: BLAS behind our own argument order, against loops that anyone can read.
 */
#include "base/linalg.h"

#include "base/mem.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <float.h>
#include <math.h>
#include <string.h>

static void fill(float *values, size_t n, struct rng *rng)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (float)rng_normal(rng);
}

/* Row r, column c of op(X), X stored with leading dimension ld. */
static double element(const float *x, size_t ld, bool trans, size_t r, size_t c)
{
    return (double)(trans ? x[c * ld + r] : x[r * ld + c]);
}

struct gemm_case {
    size_t m, n, k;
    size_t pad; /* columns that lie between the rows and are not the matrix's */
    float alpha, beta;
};

static const struct gemm_case gemm_cases[] = {
    {1, 1, 1, 0, 1, 0},        {1, 7, 3, 1, 1, 0},    {7, 1, 5, 2, 1, 1},
    {5, 3, 1, 3, 2, 0},        {17, 13, 11, 0, 1, 0}, {17, 13, 11, 5, 1, 1},
    {31, 33, 65, 7, -0.5f, 2}, {64, 64, 64, 0, 1, 0}, {129, 67, 200, 1, 1, 0.5f},
};
enum { GEMM_CASES = sizeof gemm_cases / sizeof *gemm_cases };

static const float untouched = 1234.5f;

/* |error| <= k eps sum |a| |b|, the textbook bound, with room for the sum with beta C. */
static void check_gemm(const struct gemm_case *g, bool trans_a, bool trans_b)
{
    const size_t rows_a = trans_a ? g->k : g->m, cols_a = trans_a ? g->m : g->k;
    const size_t rows_b = trans_b ? g->n : g->k, cols_b = trans_b ? g->k : g->n;
    const size_t lda = cols_a + g->pad, ldb = cols_b + g->pad, ldc = g->n + g->pad;
    struct rng rng = rng_stream(1, RNG_TEST, (uint32_t)(g - gemm_cases), 0);
    float *a, *b, *c, *before;
    MEM_NEW(a, rows_a * lda);
    MEM_NEW(b, rows_b * ldb);
    MEM_NEW(c, g->m * ldc);
    MEM_NEW(before, g->m * ldc);
    fill(a, rows_a * lda, &rng);
    fill(b, rows_b * ldb, &rng);
    for (size_t i = 0; i < g->m * ldc; i++)
        before[i] = c[i] = i % ldc < g->n ? (float)rng_normal(&rng) : untouched;

    linalg_gemm(c, ldc, a, lda, trans_a, b, ldb, trans_b, g->m, g->n, g->k, g->alpha, g->beta);

    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++) {
            double sum = 0, size = 0;
            for (size_t p = 0; p < g->k; p++) {
                const double x = element(a, lda, trans_a, i, p), y = element(b, ldb, trans_b, p, j);
                sum += x * y;
                size += fabs(x * y);
            }
            const double old = (double)g->beta * (double)before[i * ldc + j];
            const double expected = (double)g->alpha * sum + old;
            const double bound = (double)(g->k + 2) * (double)FLT_EPSILON *
                                 (fabs((double)g->alpha) * size + fabs(old));
            const double got = (double)c[i * ldc + j];
            cr_assert_leq(fabs(got - expected), bound,
                          "%zux%zux%zu trans %d %d, C[%zu][%zu]: %.9g, expected %.9g +- %g", g->m,
                          g->n, g->k, trans_a, trans_b, i, j, got, expected, bound);
        }
        for (size_t j = g->n; j < ldc; j++)
            cr_assert_eq(c[i * ldc + j], untouched, "padding of row %zu became %g", i,
                         (double)c[i * ldc + j]);
    }
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(before);
}

ParameterizedTestParameters(linalg, gemm)
{
    static size_t indices[GEMM_CASES];
    for (size_t i = 0; i < GEMM_CASES; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, GEMM_CASES);
}

ParameterizedTest(size_t *index, linalg, gemm)
{
    for (int trans = 0; trans < 4; trans++)
        check_gemm(&gemm_cases[*index], trans & 1, trans & 2);
}

/* beta 0 must overwrite, not multiply: fresh memory may hold NaN. */
Test(linalg, gemm_with_beta_zero_ignores_what_was_there)
{
    const float a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
    const float expected[] = {19, 22, 43, 50};
    float c[] = {NAN, NAN, INFINITY, NAN};
    linalg_gemm(c, 2, a, 2, false, b, 2, false, 2, 2, 2, 1, 0);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(c[i], expected[i], "C[%zu] is %g", i, (double)c[i]);
}

/* ---- The other doors, on one odd size each, with padding ---- */

enum { M = 13, K = 21, PAD = 3 };

static void fill_double(double *values, size_t n, uint32_t which)
{
    struct rng rng = rng_stream(2, RNG_TEST, which, 0);
    for (size_t i = 0; i < n; i++)
        values[i] = rng_normal(&rng);
}

static const double CLOSE = 1e-12; /* sums of some twenty doubles near 1 */
static const float CLOSE_FLOAT = 2e-5f;

/* Element (r, c) of op(X). */
static double of(const double *x, size_t ld, bool trans, size_t r, size_t c)
{
    return trans ? x[c * ld + r] : x[r * ld + c];
}

Test(linalg, gemv_and_dgemv)
{
    enum { LD = K + PAD };
    double a[LD * LD], x[K], y[M];
    float float_a[LD * LD], float_x[K], float_y[M];
    for (int trans = 0; trans < 2; trans++) {
        const size_t ld = (trans ? M : K) + PAD;
        fill_double(a, LD * LD, 1);
        fill_double(x, K, 2);
        fill_double(y, M, 3);
        double expected[M];
        for (size_t i = 0; i < M; i++) {
            expected[i] = 3 * y[i];
            for (size_t k = 0; k < K; k++)
                expected[i] += 0.5 * of(a, ld, trans, i, k) * x[k];
            float_y[i] = (float)y[i];
        }
        for (size_t k = 0; k < LD * LD; k++)
            float_a[k] = (float)a[k];
        for (size_t k = 0; k < K; k++)
            float_x[k] = (float)x[k];
        linalg_dgemv(y, a, ld, trans, x, M, K, 0.5, 3);
        linalg_gemv(float_y, float_a, ld, trans, float_x, M, K, 0.5f, 3);
        for (size_t i = 0; i < M; i++) {
            cr_assert_float_eq(y[i], expected[i], CLOSE, "trans %d, y[%zu]", trans, i);
            cr_assert_float_eq(float_y[i], expected[i], CLOSE_FLOAT, "trans %d, y[%zu]", trans, i);
        }
    }
}

Test(linalg, dgemm)
{
    enum { N = 9, LD = K + PAD, LDC = N + PAD };
    double a[LD * LD], b[LD * LD], c[M * LDC], before[M * LDC];
    fill_double(a, LD * LD, 4);
    fill_double(b, LD * LD, 5);
    fill_double(before, M * LDC, 6);
    for (int trans = 0; trans < 4; trans++) {
        const bool trans_a = trans & 1, trans_b = trans & 2;
        const size_t lda = (trans_a ? M : K) + PAD, ldb = (trans_b ? K : N) + PAD;
        memcpy(c, before, sizeof c);
        linalg_dgemm(c, LDC, a, lda, trans_a, b, ldb, trans_b, M, N, K, -2, 0.25);
        for (size_t i = 0; i < M; i++) {
            for (size_t j = 0; j < N; j++) {
                double sum = 0;
                for (size_t k = 0; k < K; k++)
                    sum += of(a, lda, trans_a, i, k) * of(b, ldb, trans_b, k, j);
                cr_assert_float_eq(c[i * LDC + j], -2 * sum + 0.25 * before[i * LDC + j], CLOSE,
                                   "trans %d, C[%zu][%zu]", trans, i, j);
            }
            for (size_t j = N; j < LDC; j++)
                cr_assert_eq(c[i * LDC + j], before[i * LDC + j], "padding of row %zu", i);
        }
    }
}

Test(linalg, dots_and_axpys)
{
    double x[K], y[K], expected = 0;
    float float_x[K], float_y[K];
    fill_double(x, K, 7);
    fill_double(y, K, 8);
    for (size_t k = 0; k < K; k++) {
        expected += x[k] * y[k];
        float_x[k] = (float)x[k];
        float_y[k] = (float)y[k];
    }
    cr_assert_float_eq(linalg_ddot(x, y, K), expected, CLOSE);
    cr_assert_float_eq(linalg_dot(float_x, float_y, K), expected, CLOSE_FLOAT);
    linalg_daxpy(y, 2, x, K - 1);
    double before[K];
    fill_double(before, K, 8);
    for (size_t k = 0; k < K; k++) {
        const double wanted = before[k] + (k < K - 1 ? 2 * x[k] : 0);
        cr_assert_float_eq(y[k], wanted, CLOSE, "y[%zu]", k);
    }
}

Test(linalg, dsyrk_fills_the_lower_triangle_and_nothing_else)
{
    enum { LDA = M + PAD, LDC = M + 1 };
    double a[K * LDA], c[M * LDC], before[M * LDC];
    fill_double(a, K * LDA, 9);
    fill_double(before, M * LDC, 10);
    memcpy(c, before, sizeof c);
    linalg_dsyrk(c, LDC, a, LDA, M, K, -1.5, 2);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < LDC; j++) {
            double expected = (j <= i ? 2 : 1) * before[i * LDC + j];
            for (size_t k = 0; j <= i && k < K; k++)
                expected -= 1.5 * a[k * LDA + i] * a[k * LDA + j];
            cr_assert_float_eq(c[i * LDC + j], expected, CLOSE, "C[%zu][%zu]: %g, not %g", i, j,
                               c[i * LDC + j], expected);
        }
}

/* A = B B^T + I from random B; the upper triangle is poison. */
static void make_positive_definite(double *a, size_t lda, size_t n)
{
    double b[M * K];
    fill_double(b, M * K, 11);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < lda; j++) {
            a[i * lda + j] = j == i ? 1 : j > i ? (double)NAN : 0;
            for (size_t k = 0; j <= i && k < K; k++)
                a[i * lda + j] += b[i * K + k] * b[j * K + k];
        }
}

Test(linalg, cholesky_is_a_root_in_the_lower_triangle)
{
    enum { LDA = M + PAD };
    double a[M * LDA], l[M * LDA];
    size_t row = 77;
    make_positive_definite(a, LDA, M);
    memcpy(l, a, sizeof l);
    cr_assert_eq(linalg_cholesky(l, LDA, M, &row), 0);
    cr_assert_eq(row, (size_t)77, "row %zu", row);
    for (size_t i = 0; i < M; i++) {
        cr_assert_gt(l[i * LDA + i], 0);
        for (size_t j = 0; j <= i; j++) {
            double product = 0;
            for (size_t k = 0; k <= j; k++)
                product += l[i * LDA + k] * l[j * LDA + k];
            cr_assert_float_eq(product, a[i * LDA + j], CLOSE * 10, "(L L^T)[%zu][%zu]: %g, not %g",
                               i, j, product, a[i * LDA + j]);
        }
        for (size_t j = i + 1; j < LDA; j++)
            cr_assert(isnan(l[i * LDA + j]), "L[%zu][%zu] was written", i, j);
    }
}

Test(linalg, cholesky_solves_every_row)
{
    enum { LDA = M + PAD, LDB = M + 2, ROWS = 5 };
    double a[M * LDA], l[M * LDA], b[ROWS * LDB], x[ROWS * LDB];
    size_t row;
    make_positive_definite(a, LDA, M);
    memcpy(l, a, sizeof l);
    cr_assert_eq(linalg_cholesky(l, LDA, M, &row), 0);
    fill_double(b, ROWS * LDB, 12);
    memcpy(x, b, sizeof x);
    linalg_cholesky_solve(l, LDA, M, x, LDB, ROWS);
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t i = 0; i < M; i++) {
            double product = 0;
            for (size_t j = 0; j < M; j++)
                product += (j <= i ? a[i * LDA + j] : a[j * LDA + i]) * x[r * LDB + j];
            cr_assert_float_eq(product, b[r * LDB + i], CLOSE * 10, "row %zu, (A x)[%zu]", r, i);
        }
        for (size_t j = M; j < LDB; j++)
            cr_assert_eq(x[r * LDB + j], b[r * LDB + j], "padding of row %zu", r);
    }
}

Test(linalg, cholesky_of_what_is_not_positive_definite_names_the_row)
{
    enum { N = 5 };
    for (size_t bad = 0; bad < N; bad++) {
        double a[N * N] = {0};
        size_t row = 77;
        for (size_t i = 0; i < N; i++)
            a[i * N + i] = i == bad ? -1e-3 : 2;
        cr_assert_eq(linalg_cholesky(a, N, N, &row), -1, "row %zu", bad);
        cr_assert_eq(row, bad, "row %zu, not %zu", row, bad);
    }
    /* singular: the second row is the first */
    double a[4] = {1, (double)NAN, 1, 1};
    size_t row = 77;
    cr_assert_eq(linalg_cholesky(a, 2, 2, &row), -1);
    cr_assert_eq(row, (size_t)1, "row %zu", row);
}

/* A = L Q exactly where A A^T = L L^T. */
Test(linalg, lq_is_a_lower_triangle_turned)
{
    enum { LDA = M + PAD };
    double a[M * LDA], l[M * LDA];
    fill_double(a, M * LDA, 13);
    memcpy(l, a, sizeof l);
    linalg_lq(l, LDA, M);
    for (size_t i = 0; i < M; i++) {
        for (size_t j = 0; j <= i; j++) {
            double of_a = 0, of_l = 0;
            for (size_t k = 0; k < M; k++)
                of_a += a[i * LDA + k] * a[j * LDA + k];
            for (size_t k = 0; k <= j; k++)
                of_l += l[i * LDA + k] * l[j * LDA + k];
            cr_assert_float_eq(of_l, of_a, CLOSE * 10, "(L L^T)[%zu][%zu]: %g, not %g", i, j, of_l,
                               of_a);
        }
        for (size_t j = M; j < LDA; j++)
            cr_assert_eq(l[i * LDA + j], a[i * LDA + j], "padding of row %zu", i);
    }
}

Test(linalg, products_with_a_lower_triangle_and_its_inverse_are_undone)
{
    enum { LDL = M + PAD, LDB = M + 2, ROWS = 5 };
    double l[M * LDL], b[ROWS * LDB], x[ROWS * LDB];
    fill_double(l, M * LDL, 14);
    for (size_t i = 0; i < M; i++)
        for (size_t j = i; j < LDL; j++)
            l[i * LDL + j] = j == i ? 2 : (double)NAN; /* above it nothing is read */
    fill_double(b, ROWS * LDB, 15);
    memcpy(x, b, sizeof x);
    linalg_lower_product(l, LDL, M, x, LDB, ROWS);
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t i = 0; i < M; i++) {
            double product = 0;
            for (size_t j = 0; j <= i; j++)
                product += l[i * LDL + j] * b[r * LDB + j];
            cr_assert_float_eq(x[r * LDB + i], product, CLOSE * 10, "row %zu, (L b)[%zu]", r, i);
        }
        for (size_t j = M; j < LDB; j++)
            cr_assert_eq(x[r * LDB + j], b[r * LDB + j], "padding of row %zu", r);
    }
    linalg_lower_invert(l, LDL, M);
    linalg_lower_product(l, LDL, M, x, LDB, ROWS);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < M; i++)
            cr_assert_float_eq(x[r * LDB + i], b[r * LDB + i], CLOSE * 10, "row %zu, %zu", r, i);
}

Test(linalg, tells_what_it_is)
{
    cr_expect_gt(strlen(linalg_core()), 0);
    cr_expect_not_null(strstr(linalg_version(), "OpenBLAS"), "%s", linalg_version());
    cr_expect_geq(linalg_threads(), 1);
}

/* ---- Eigenvectors ---- */

/* A v = e v, and the v are orthonormal: that defines both but for signs. */
Test(linalg, eigenvectors_are_rows_in_ascending_order)
{
    enum { LDA = M + PAD };
    double a[M * LDA], v[M * LDA], e[M];
    make_positive_definite(a, LDA, M);
    a[M / 2 * LDA + M / 2] -= 20; /* one eigenvalue is negative */
    memcpy(v, a, sizeof v);
    linalg_eigenvectors(v, LDA, M, e);
    cr_assert_lt(e[0], 0);
    for (size_t i = 0; i < M; i++) {
        cr_assert(i == 0 || e[i] >= e[i - 1], "%g after %g", e[i], e[i - 1]);
        for (size_t j = 0; j < M; j++) {
            double product = 0, length = 0;
            for (size_t k = 0; k < M; k++) {
                product += a[(j > k ? j : k) * LDA + (j > k ? k : j)] * v[i * LDA + k];
                length += v[i * LDA + k] * v[j * LDA + k];
            }
            cr_assert_float_eq(product, e[i] * v[i * LDA + j], CLOSE * 10, "vector %zu, entry %zu",
                               i, j);
            cr_assert_float_eq(length, i == j, CLOSE, "vectors %zu and %zu: %g", i, j, length);
        }
    }
}

#include "pruners/math/omp.h"

#include "base/linalg.h"
#include "base/mem.h"

#include <math.h>
#include <stdbool.h>

enum { SWEEPS = 2000 };
static const double CHANGE = 1e-7; /* of the largest weight */

void omp_sum(const float *a, size_t n, size_t width, double *ret_sum)
{
    for (size_t k = 0; k < width; k++)
        ret_sum[k] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++)
            ret_sum[k] += (double)a[i * width + k];
}

/* ---- The residual of a ridge whose rows grow ---- */

struct ridge {
    size_t width;
    double lambda;
    double *inverse;      /* [width][width] M, symmetric */
    double *inverse_b;    /* [width] M b; lambda times it is the residual */
    double *b;            /* [width] */
    double *row, *pulled; /* [width] a and u = M a of the row that is added */
};

static void ridge_init(struct ridge *ret_ridge, const float *a, size_t n, size_t width,
                       double lambda)
{
    struct ridge r = {.width = width, .lambda = lambda};
    MEM_NEW(r.inverse, mem_size(width, width));
    MEM_NEW(r.inverse_b, width);
    MEM_NEW(r.b, width);
    MEM_NEW(r.row, width);
    MEM_NEW(r.pulled, width);
    omp_sum(a, n, width, r.b);
    for (size_t k = 0; k < width; k++) {
        r.inverse[k * width + k] = 1 / lambda;
        r.inverse_b[k] = r.b[k] / lambda;
    }
    *ret_ridge = r;
}

static void ridge_add(struct ridge *r, const float *a)
{
    const size_t width = r->width;
    double *u = r->pulled;
    for (size_t k = 0; k < width; k++)
        r->row[k] = (double)a[k];
    linalg_dgemv(u, r->inverse, width, false, r->row, width, width, 1, 0);
    /* a.u >= 0, for M is positive definite; rounding may say otherwise. */
    const double scale = 1 / (1 + fmax(0, linalg_ddot(r->row, u, width)));
    linalg_daxpy(r->inverse_b, -scale * linalg_ddot(u, r->b, width), u, width);
    for (size_t k = 0; k < width; k++) {
        const double factor = scale * u[k];
        for (size_t l = 0; l < width; l++)
            r->inverse[k * width + l] -= factor * u[l];
    }
}

/* ---- The pursuit ---- */

static void swap_rows(float *a, uint32_t *ids, float *products, size_t width, size_t i, size_t j)
{
    const uint32_t id = ids[i];
    const float product = products[i];
    ids[i] = ids[j];
    ids[j] = id;
    products[i] = products[j];
    products[j] = product;
    for (size_t k = 0; k < width; k++) {
        const float value = a[i * width + k];
        a[i * width + k] = a[j * width + k];
        a[j * width + k] = value;
    }
}

static size_t largest(const float *products, const uint32_t *ids, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (products[i] > products[best] || (products[i] == products[best] && ids[i] < ids[best]))
            best = i;
    return best;
}

void omp_pursue(float *a, uint32_t *ids, size_t n, size_t width, double lambda, size_t keep)
{
    struct ridge ridge;
    float *products, *residual;
    ridge_init(&ridge, a, n, width, lambda);
    MEM_NEW(products, n);
    MEM_NEW(residual, width);
    bool stuck = false; /* nothing left is of use: the residual stays as it is */
    for (size_t left = n; left > n - keep; left--) {
        if (!stuck) {
            for (size_t k = 0; k < width; k++)
                residual[k] = (float)(lambda * ridge.inverse_b[k]);
            linalg_gemv(products, a, width, false, residual, left, width, 1, 0);
        }
        const size_t best = largest(products, ids, left);
        stuck = products[best] <= 0;
        swap_rows(a, ids, products, width, best, left - 1);
        if (!stuck)
            ridge_add(&ridge, a + (left - 1) * width);
    }
    MEM_FREE(ridge.inverse, ridge.inverse_b, ridge.b, ridge.row, ridge.pulled, products, residual);
}

/* ---- The weights ---- */

/* x = (A^T A + lambda I)^-1 b: the ridge's weights are A x. b where rounding forbids it. */
static void solve_ridge(const double *a, size_t count, size_t width, const double *b, double lambda,
                        double *ret_x)
{
    double *gram;
    size_t row;
    MEM_NEW(gram, mem_size(width, width));
    for (size_t k = 0; k < width; k++) {
        gram[k * width + k] = lambda;
        ret_x[k] = b[k];
    }
    linalg_dsyrk(gram, width, a, width, width, count, 1, 1);
    if (linalg_cholesky(gram, width, width, &row) == 0)
        linalg_cholesky_solve(gram, width, width, ret_x, width, 1);
    mem_free(gram);
}

/* One coordinate descent step for each weight; r = b - A^T w is kept. Returns the largest change.
 */
static double sweep(const double *a, const double *squares, size_t count, size_t width,
                    double lambda, double *r, double *w)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        const double *row = a + i * width;
        const double pull = linalg_ddot(row, r, width) - lambda * w[i];
        const double next = fmax(0, w[i] + pull / (squares[i] + lambda)), change = next - w[i];
        if (change == 0)
            continue;
        linalg_daxpy(r, -change, row, width);
        w[i] = next;
        most = fmax(most, fabs(change));
    }
    return most;
}

static double maximum(const double *values, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, values[i]);
    return most;
}

void omp_weigh(const float *a, size_t count, size_t width, const double *b, double lambda,
               double *ret_weights)
{
    double *wide, *squares, *r, *x, *w = ret_weights;
    MEM_NEW(wide, mem_size(count, width));
    MEM_NEW(squares, count);
    MEM_NEW(r, width);
    MEM_NEW(x, width);
    for (size_t k = 0; k < count * width; k++)
        wide[k] = (double)a[k];
    solve_ridge(wide, count, width, b, lambda, x);
    for (size_t k = 0; k < width; k++)
        r[k] = b[k];
    for (size_t i = 0; i < count; i++) {
        const double *row = wide + i * width;
        squares[i] = linalg_ddot(row, row, width);
        w[i] = fmax(0, linalg_ddot(row, x, width));
        linalg_daxpy(r, -w[i], row, width);
    }
    for (int s = 0; s < SWEEPS; s++)
        if (sweep(wide, squares, count, width, lambda, r, w) <= CHANGE * maximum(w, count))
            break;
    MEM_FREE(wide, squares, r, x);
}

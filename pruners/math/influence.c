#include "pruners/math/influence.h"

#include "base/err.h"
#include "base/linalg.h"
#include "base/mem.h"

#include <float.h>
#include <math.h>
#include <string.h>

const char *const influence_solver_names[] = {"exact", "cg", "lissa", NULL};

enum { TILE = 1024 }; /* samples that a kernel takes at a time */

size_t influence_parameters(const struct last_layer *problem)
{
    return mem_size(problem->classes, problem->feature_count + 1);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ret[count][q]: [phi ; 1] of samples first, first + 1, ... */
static void widen(const struct last_layer *problem, size_t first, size_t count, double *ret)
{
    const size_t features = problem->feature_count, q = features + 1;
    for (size_t i = 0; i < count; i++) {
        const float *phi = problem->features + (first + i) * features;
        for (size_t j = 0; j < features; j++)
            ret[i * q + j] = (double)phi[j];
        ret[i * q + features] = 1;
    }
}

/* Of rounded probabilities it is 1 within 1e-7. Taking it for the 1 in 1 - p keeps H positive and
   g where H has a range: lambda would blow up what lies outside. */
static double sum_of(const float *p, size_t classes)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum += (double)p[c];
    return sum;
}

void influence_gradients(const struct last_layer *problem, const uint32_t *index, size_t count,
                         double *ret_g)
{
    const size_t features = problem->feature_count, q = features + 1;
    for (size_t k = 0; k < count; k++) {
        const size_t i = index[k];
        const float *p = problem->probabilities + i * problem->classes;
        const float *phi = problem->features + i * features;
        const double sum = sum_of(p, problem->classes);
        for (size_t c = 0; c < problem->classes; c++) {
            const double error = (double)p[c] - (c == problem->labels[i] ? sum : 0);
            double *row = ret_g + (k * problem->classes + c) * q;
            for (size_t j = 0; j < features; j++)
                row[j] = error * (double)phi[j];
            row[features] = error;
        }
    }
}

/* ---- The Hessian, block by block ---- */

/* One tile of samples; both arrays are [rows][q]. */
struct tile {
    size_t first, rows;
    double *phi, *weighted;
};

static void tile_load(struct tile *tile, const struct last_layer *problem, size_t first)
{
    tile->first = first;
    tile->rows = smaller(TILE, problem->n - first);
    widen(problem, first, tile->rows, tile->phi);
}

/*
 * Adds the tile's part of block (c, d) to block[q][q] with leading dimension ld, the lower triangle
 * only: the block is symmetric, and its weights p_c (1 - p_c) or -p_c p_d have one sign.
 */
static void add_block(const struct last_layer *problem, struct tile *tile, size_t c, size_t d,
                      double *block, size_t ld)
{
    const size_t q = problem->feature_count + 1;
    for (size_t i = 0; i < tile->rows; i++) {
        const float *p = problem->probabilities + (tile->first + i) * problem->classes;
        const double rest = c == d ? sum_of(p, problem->classes) - (double)p[c] : (double)p[d];
        const double root = sqrt(fmax(0, (double)p[c] * rest));
        for (size_t j = 0; j < q; j++)
            tile->weighted[i * q + j] = root * tile->phi[i * q + j];
    }
    const double sign = c == d ? 1 : -1;
    linalg_dsyrk(block, ld, tile->weighted, q, q, tile->rows, sign / (double)problem->n, 1);
}

/* The lower triangle of block[q][q] goes to its upper one. */
static void mirror(double *block, size_t ld, size_t q)
{
    for (size_t i = 0; i < q; i++)
        for (size_t j = 0; j < i; j++)
            block[j * ld + i] = block[i * ld + j];
}

/* Adds the blocks of H without lambda, lower triangles: those (c, d < c) to ret[P][P], or the
   diagonal ones alone to ret[C][q][q]. */
static void add_blocks(const struct last_layer *problem, bool diagonal, double *ret)
{
    const size_t q = problem->feature_count + 1, parameters = influence_parameters(problem);
    struct tile tile;
    MEM_NEW(tile.phi, mem_size(TILE, q));
    MEM_NEW(tile.weighted, mem_size(TILE, q));
    for (size_t first = 0; first < problem->n; first += TILE) {
        tile_load(&tile, problem, first);
        for (size_t c = 0; c < problem->classes; c++) {
            if (diagonal)
                add_block(problem, &tile, c, c, ret + c * q * q, q);
            for (size_t d = 0; !diagonal && d < c; d++)
                add_block(problem, &tile, c, d, ret + c * q * parameters + d * q, parameters);
        }
    }
    MEM_FREE(tile.phi, tile.weighted);
}

void influence_hessian(const struct last_layer *problem, double lambda, double *ret_h)
{
    const size_t q = problem->feature_count + 1, parameters = influence_parameters(problem);
    memset(ret_h, 0, mem_size(mem_size(parameters, parameters), sizeof *ret_h));
    add_blocks(problem, false, ret_h);
    for (size_t c = 0; c < problem->classes; c++)
        for (size_t d = 0; d < c; d++) {
            double *block = ret_h + c * q * parameters + d * q;
            mirror(block, parameters, q);
            /* The blocks of a row sum to 0. */
            for (size_t i = 0; i < q; i++) {
                linalg_daxpy(ret_h + (c * q + i) * parameters + c * q, -1, block + i * parameters,
                             q);
                linalg_daxpy(ret_h + (d * q + i) * parameters + d * q, -1, block + i * parameters,
                             q);
            }
        }
    for (size_t k = 0; k < parameters; k++)
        ret_h[k * parameters + k] += lambda;
}

/* u[C] = (diag(p) - p p^T) u / n. */
static void bend(const float *p, size_t classes, double n, double *u)
{
    const double sum = sum_of(p, classes);
    double mean = 0;
    for (size_t c = 0; c < classes; c++)
        mean += (double)p[c] * u[c];
    for (size_t c = 0; c < classes; c++)
        u[c] = (double)p[c] * (sum * u[c] - mean) / n;
}

void influence_product(const struct last_layer *problem, double lambda, const double *rows,
                       size_t count, double *ret_products)
{
    enum { SAMPLES = 256 };
    const size_t classes = problem->classes, q = problem->feature_count + 1;
    const size_t outputs = count * classes; /* rows is [count * classes][q] as well */
    double *phi, *u;                        /* [SAMPLES][q], [SAMPLES][outputs] */
    MEM_NEW(phi, SAMPLES * q);
    MEM_NEW(u, mem_size(SAMPLES, outputs));
    for (size_t k = 0; k < outputs * q; k++)
        ret_products[k] = lambda * rows[k];
    for (size_t first = 0; first < problem->n; first += SAMPLES) {
        const size_t samples = smaller(SAMPLES, problem->n - first);
        widen(problem, first, samples, phi);
        linalg_dgemm(u, outputs, phi, q, false, rows, q, true, samples, outputs, q, 1, 0);
        for (size_t i = 0; i < samples; i++)
            for (size_t k = 0; k < count; k++)
                bend(problem->probabilities + (first + i) * classes, classes, (double)problem->n,
                     u + i * outputs + k * classes);
        linalg_dgemm(ret_products, q, u, outputs, true, phi, q, false, outputs, q, samples, 1, 1);
    }
    MEM_FREE(phi, u);
}

/* ---- Its inverse ---- */

/*
 * rows[count][C][width]: the classes' parts of each row in other coordinates, by the reflection
 * that takes (1, ..., 1) / sqrt(C) to the last axis; twice is nothing. Gradients have no part along
 * (1, ..., 1), where H is lambda: the last class's part is then as good as 0.
 */
static void reflect(double *rows, size_t count, size_t classes, size_t width)
{
    const double a = 1 / sqrt((double)classes);
    double *sum; /* [width] along the reflection's normal, a (1, ..., 1) less the last axis */
    if (classes < 2)
        return;
    MEM_NEW(sum, width);
    for (size_t k = 0; k < count; k++) {
        double *row = rows + k * classes * width, *last = row + (classes - 1) * width;
        for (size_t j = 0; j < width; j++)
            sum[j] = (a - 1) * last[j];
        for (size_t c = 0; c + 1 < classes; c++)
            linalg_daxpy(sum, a, row + c * width, width);
        for (size_t c = 0; c + 1 < classes; c++)
            linalg_daxpy(row + c * width, -a / (1 - a), sum, width);
        linalg_daxpy(last, 1, sum, width);
    }
    mem_free(sum);
}

/* Parameters of all classes but the last, of which H has a factor once it is reflected. */
static size_t coupled(const struct last_layer *problem)
{
    return influence_parameters(problem) - (problem->feature_count + 1);
}

/* Adds what lambda lacks to be more than the rounding of h[P][P], without lambda until now. */
static void add_lambda(struct influence_inverse *inverse, double *h)
{
    const size_t parameters = influence_parameters(inverse->problem);
    double largest = 0;
    for (size_t k = 0; k < parameters; k++)
        largest = fmax(largest, h[k * parameters + k]);
    while (inverse->lambda < DBL_EPSILON * (double)parameters * largest)
        inverse->lambda *= 10;
    for (size_t k = 0; k < parameters; k++)
        h[k * parameters + k] += inverse->lambda;
}

static void invert_whole(struct influence_inverse *inverse)
{
    const struct last_layer *problem = inverse->problem;
    const size_t parameters = influence_parameters(problem), q = problem->feature_count + 1;
    double *h;
    MEM_NEW(h, mem_size(parameters, parameters));
    influence_hessian(problem, 0, h);
    add_lambda(inverse, h);
    mirror(h, parameters, parameters);
    reflect(h, parameters, problem->classes, q);
    reflect(h, 1, problem->classes, q * parameters);
    linalg_lq(h, parameters, coupled(problem));
    linalg_lower_invert(h, parameters, coupled(problem));
    inverse->matrix = h;
}

static void multiply_whole(const struct influence_inverse *inverse, double *rows, size_t count)
{
    const struct last_layer *problem = inverse->problem;
    const size_t parameters = influence_parameters(problem), first = coupled(problem);
    reflect(rows, count, problem->classes, problem->feature_count + 1);
    linalg_lower_product(inverse->matrix, parameters, first, rows, parameters, count);
    for (size_t k = 0; k < count; k++)
        for (size_t j = first; j < parameters; j++)
            rows[k * parameters + j] /= inverse->lambda;
}

/* A block's own lambda may be raised: a preconditioner changes the way, not the answer. */
static void factorise_blocks(struct influence_inverse *inverse)
{
    const size_t classes = inverse->problem->classes, q = inverse->problem->feature_count + 1;
    double *blocks, *block;
    MEM_NEW(blocks, mem_size(classes, mem_size(q, q)));
    MEM_NEW(block, q * q);
    add_blocks(inverse->problem, true, blocks);
    for (size_t c = 0; c < classes; c++) {
        for (double lambda = inverse->lambda;; lambda *= 10) {
            size_t row;
            memcpy(block, blocks + c * q * q, q * q * sizeof *block);
            for (size_t j = 0; j < q; j++)
                block[j * q + j] += lambda;
            if (!linalg_cholesky(block, q, q, &row))
                break;
        }
        memcpy(blocks + c * q * q, block, q * q * sizeof *block);
    }
    mem_free(block);
    inverse->matrix = blocks;
}

void influence_inverse_init(struct influence_inverse *inverse, const struct last_layer *problem,
                            enum influence_solver solver, double lambda)
{
    REQUIRE(solver != SOLVER_LISSA && lambda > 0);
    *inverse = (struct influence_inverse){.problem = problem, .solver = solver, .lambda = lambda};
    if (solver == SOLVER_EXACT)
        invert_whole(inverse);
    else
        factorise_blocks(inverse);
}

void influence_inverse_release(struct influence_inverse *inverse)
{
    mem_free(inverse->matrix);
    *inverse = (struct influence_inverse){0};
}

/* ret = each row of rows[count][P] with its C parts solved by the blocks' factors. */
static void precondition(const struct influence_inverse *inverse, const double *rows, size_t count,
                         double *ret)
{
    const size_t parameters = influence_parameters(inverse->problem);
    const size_t q = inverse->problem->feature_count + 1;
    memcpy(ret, rows, count * parameters * sizeof *ret);
    for (size_t c = 0; c < inverse->problem->classes; c++)
        linalg_cholesky_solve(inverse->matrix + c * q * q, q, q, ret + c * q, parameters, count);
}

/* One right-hand side of many. */
struct descent {
    double rho;    /* r . M^-1 r */
    double target; /* ||r||^2 at which it is solved */
    bool solved;
};

static const double CG_TOLERANCE = 1e-10; /* of ||r|| / ||b|| */

/* x += step, r -= H step along direction, where there is a way down still. */
static void descend(struct descent *d, const double *direction, const double *product, size_t n,
                    double *x, double *r)
{
    const double curvature = linalg_ddot(direction, product, n);
    d->solved = d->solved || !(curvature > 0);
    if (d->solved)
        return;
    const double step = d->rho / curvature;
    linalg_daxpy(x, step, direction, n);
    linalg_daxpy(r, -step, product, n);
    d->solved = linalg_ddot(r, r, n) <= d->target;
}

/* direction = z + beta direction, conjugate to those before. */
static void turn(struct descent *d, const double *r, const double *z, size_t n, double *direction)
{
    if (d->solved)
        return;
    const double rho = linalg_ddot(r, z, n), beta = rho / d->rho;
    d->rho = rho;
    for (size_t k = 0; k < n; k++)
        direction[k] = z[k] + beta * direction[k];
}

static size_t unsolved(const struct descent *descents, size_t count)
{
    size_t left = 0;
    for (size_t j = 0; j < count; j++)
        left += !descents[j].solved;
    return left;
}

/* rows [count][P] are the right-hand sides, then the residuals, and at last the solutions. */
static void solve_cg(const struct influence_inverse *inverse, double *rows, size_t count)
{
    const size_t n = influence_parameters(inverse->problem), all = mem_size(count, n);
    const size_t most_steps = 2 * n + 100; /* n would do without rounding */
    struct descent *descents;
    double *x, *z, *direction, *product; /* [count][n] */
    MEM_NEW(descents, count);
    MEM_NEW(x, all);
    MEM_NEW(z, all);
    MEM_NEW(direction, all);
    MEM_NEW(product, all);
    precondition(inverse, rows, count, direction);
    for (size_t j = 0; j < count; j++) {
        const double *r = rows + j * n, squares = linalg_ddot(r, r, n);
        descents[j] = (struct descent){.rho = linalg_ddot(r, direction + j * n, n),
                                       .target = squares * CG_TOLERANCE * CG_TOLERANCE,
                                       .solved = squares == 0};
    }
    for (size_t step = 0; step < most_steps && unsolved(descents, count) > 0; step++) {
        influence_product(inverse->problem, inverse->lambda, direction, count, product);
        for (size_t j = 0; j < count; j++)
            descend(&descents[j], direction + j * n, product + j * n, n, x + j * n, rows + j * n);
        precondition(inverse, rows, count, z);
        for (size_t j = 0; j < count; j++)
            turn(&descents[j], rows + j * n, z + j * n, n, direction + j * n);
    }
    memcpy(rows, x, all * sizeof *rows);
    MEM_FREE(descents, x, z, direction, product);
}

void influence_solve(const struct influence_inverse *inverse, double *rows, size_t count)
{
    if (inverse->solver == SOLVER_EXACT)
        multiply_whole(inverse, rows, count);
    else
        solve_cg(inverse, rows, count);
}

/* ---- LiSSA ---- */

enum { LISSA_DEPTH = 5000, LISSA_REPEATS = 3 };
const double influence_lissa_damp = 0.01, influence_lissa_scale = 25;

/* How often the scale must be doubled for no step to grow: |1 - damp - mu / scale| <= 1 for all
   eigenvalues mu of all H_t, bounded by Gershgorin's circles of diag(p) - p p^T. */
static double scale_times(const struct last_layer *problem)
{
    double highest = 0, times = 1;
    for (size_t i = 0; i < problem->n; i++) {
        const float *phi = problem->features + i * problem->feature_count;
        double squares = 1, radius = 0;
        for (size_t j = 0; j < problem->feature_count; j++)
            squares += (double)phi[j] * (double)phi[j];
        for (size_t c = 0; c < problem->classes; c++) {
            const double p = (double)problem->probabilities[i * problem->classes + c];
            if (2 * p * (1 - p) > radius)
                radius = 2 * p * (1 - p);
        }
        if (squares * radius > highest)
            highest = squares * radius;
    }
    while (highest > (2 - influence_lissa_damp) * influence_lissa_scale * times)
        times *= 2;
    return times;
}

/* h[P] after all steps from g[P]. phi [q] and u [C] are scratch. */
static void recurse(const struct last_layer *problem, const double *g, double times,
                    struct rng *rng, double *phi, double *u, double *h)
{
    const size_t classes = problem->classes, q = problem->feature_count + 1;
    const double stay = 1 - influence_lissa_damp / times, scale = influence_lissa_scale * times;
    memcpy(h, g, classes * q * sizeof *h);
    for (int step = 0; step < LISSA_DEPTH; step++) {
        const size_t t = rng_below(rng, (uint32_t)problem->n);
        widen(problem, t, 1, phi);
        linalg_dgemv(u, h, q, false, phi, classes, q, 1, 0);
        bend(problem->probabilities + t * classes, classes, scale, u);
        for (size_t c = 0; c < classes; c++)
            for (size_t j = 0; j < q; j++)
                h[c * q + j] = g[c * q + j] + stay * h[c * q + j] - u[c] * phi[j];
    }
}

void influence_lissa(const struct last_layer *problem, const uint32_t *index, size_t count,
                     struct rng *rng, double *ret_estimates)
{
    const size_t parameters = influence_parameters(problem);
    const double times = scale_times(problem);
    double *g, *h, *phi, *u;
    MEM_NEW(g, parameters);
    MEM_NEW(h, parameters);
    MEM_NEW(phi, problem->feature_count + 1);
    MEM_NEW(u, problem->classes);
    memset(ret_estimates, 0, mem_size(count, parameters) * sizeof *ret_estimates);
    for (size_t k = 0; k < count; k++) {
        influence_gradients(problem, index + k, 1, g);
        for (int repeat = 0; repeat < LISSA_REPEATS; repeat++) {
            recurse(problem, g, times, rng, phi, u, h);
            linalg_daxpy(ret_estimates + k * parameters, 1 / (times * LISSA_REPEATS), h,
                         parameters);
        }
    }
    MEM_FREE(g, h, phi, u);
}

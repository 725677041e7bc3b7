/*
 * influence: the Hessian's structure against sums over samples, the solvers against each other,
 * and the influences against what leaving a sample out really does.
 */
#include "pruners/influence.h"

#include "base/linalg.h"
#include "base/mem.h"
#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* A made-up last layer: features in 0..2, logits that fit the labels more or less. */
struct made {
    struct last_layer problem;
    uint16_t *labels;
    float *probabilities, *features;
};

static struct made make_up(size_t n, size_t classes, size_t feature_count)
{
    struct made m = {.problem = {n, classes, feature_count, NULL, NULL, NULL}};
    struct rng rng = rng_stream(3, RNG_TEST, (uint32_t)n, 0);
    MEM_NEW(m.labels, n);
    MEM_NEW(m.probabilities, n * classes);
    MEM_NEW(m.features, n * feature_count);
    for (size_t i = 0; i < n; i++) {
        m.labels[i] = (uint16_t)rng_below(&rng, (uint32_t)classes);
        for (size_t c = 0; c < classes; c++)
            m.probabilities[i * classes + c] = (float)(rng_normal(&rng) + 2 * (c == m.labels[i]));
    }
    for (size_t k = 0; k < n * feature_count; k++)
        m.features[k] = (float)(2 * rng_uniform(&rng));
    num_softmax(m.probabilities, m.probabilities, n, classes);
    m.problem.labels = m.labels;
    m.problem.probabilities = m.probabilities;
    m.problem.features = m.features;
    return m;
}

static void made_release(struct made *m)
{
    mem_free(m->labels);
    mem_free(m->probabilities);
    mem_free(m->features);
}

/* [phi ; 1] of sample i. */
static double input(const struct last_layer *p, size_t i, size_t j)
{
    return j < p->feature_count ? (double)p->features[i * p->feature_count + j] : 1;
}

static double probability(const struct last_layer *p, size_t i, size_t c)
{
    return (double)p->probabilities[i * p->classes + c];
}

/* Element (c, j), (d, k) of H, by its definition. */
static double element(const struct last_layer *p, double lambda, size_t row, size_t column)
{
    const size_t q = p->feature_count + 1;
    const size_t c = row / q, j = row % q, d = column / q, k = column % q;
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        double one = 0; /* but for rounding */
        for (size_t e = 0; e < p->classes; e++)
            one += probability(p, i, e);
        sum += ((c == d) * one - probability(p, i, d)) * probability(p, i, c) * input(p, i, j) *
               input(p, i, k);
    }
    return sum / (double)p->n + (row == column ? lambda : 0);
}

static void expect_hessian(size_t n, size_t classes, size_t feature_count)
{
    struct made m = make_up(n, classes, feature_count);
    const size_t parameters = influence_parameters(&m.problem);
    double *h;
    MEM_NEW(h, parameters * parameters);
    for (size_t k = 0; k < parameters * parameters; k++)
        h[k] = (double)NAN; /* what was there must not matter */
    influence_hessian(&m.problem, 0.01, h);
    for (size_t r = 0; r < parameters; r++)
        for (size_t c = 0; c <= r; c++) {
            const double expected = element(&m.problem, 0.01, r, c);
            cr_assert_float_eq(h[r * parameters + c], expected, 1e-12,
                               "%zu samples, H[%zu][%zu]: "
                               "%.15g, expected %.15g",
                               n, r, c, h[r * parameters + c], expected);
        }
    mem_free(h);
    made_release(&m);
}

Test(influence, hessian_is_the_sum_over_samples)
{
    expect_hessian(1, 2, 1);
    expect_hessian(40, 3, 4);
    expect_hessian(1023, 2, 3); /* the tile has 1024 samples */
    expect_hessian(1024, 4, 2);
    expect_hessian(2500, 3, 5);
    expect_hessian(30, 1, 3); /* one class: nothing but lambda */
}

Test(influence, product_is_that_with_the_hessian)
{
    enum { ROWS = 3 };
    struct made m = make_up(700, 3, 6); /* tiles of 256 samples */
    const size_t parameters = influence_parameters(&m.problem);
    struct rng rng = rng_stream(4, RNG_TEST, 0, 0);
    double *rows, *products;
    MEM_NEW(rows, ROWS * parameters);
    MEM_NEW(products, ROWS * parameters);
    for (size_t k = 0; k < ROWS * parameters; k++)
        rows[k] = rng_normal(&rng);
    influence_product(&m.problem, 0.1, rows, ROWS, products);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t i = 0; i < parameters; i++) {
            double expected = 0;
            for (size_t j = 0; j < parameters; j++)
                expected += element(&m.problem, 0.1, i, j) * rows[r * parameters + j];
            cr_assert_float_eq(products[r * parameters + i], expected, 1e-12, "row %zu, %zu", r, i);
        }
    mem_free(rows);
    mem_free(products);
    made_release(&m);
}

/* ret[count][P] = H^-1 g of the first samples; of SOLVER_EXACT turned, alike for all. */
static void solve(const struct last_layer *problem, enum influence_solver solver, double lambda,
                  size_t count, double *ret)
{
    struct influence_inverse inverse;
    uint32_t *index;
    MEM_NEW(index, count);
    for (size_t k = 0; k < count; k++)
        index[k] = (uint32_t)k;
    influence_gradients(problem, index, count, ret);
    influence_inverse_init(&inverse, problem, solver, lambda);
    cr_assert_eq(inverse.lambda, lambda, "lambda became %g", inverse.lambda);
    influence_solve(&inverse, ret, count);
    influence_inverse_release(&inverse);
    mem_free(index);
}

/* Of what is turned alike, all lengths and products stay. */
Test(influence, conjugate_gradients_are_the_exact_solutions)
{
    enum { COUNT = 20 };
    static const double lambdas[] = {5e-4, 0.25, 1e-4};
    struct made m = make_up(300, 4, 7);
    const size_t parameters = influence_parameters(&m.problem);
    double *exact, *cg;
    MEM_NEW(exact, COUNT * parameters);
    MEM_NEW(cg, COUNT * parameters);
    for (size_t l = 0; l < sizeof lambdas / sizeof *lambdas; l++) {
        solve(&m.problem, SOLVER_EXACT, lambdas[l], COUNT, exact);
        solve(&m.problem, SOLVER_CG, lambdas[l], COUNT, cg);
        double largest = 0;
        for (size_t i = 0; i < COUNT; i++)
            largest =
                fmax(largest, linalg_ddot(cg + i * parameters, cg + i * parameters, parameters));
        for (size_t i = 0; i < COUNT; i++)
            for (size_t j = 0; j <= i; j++) {
                const double of_cg =
                    linalg_ddot(cg + i * parameters, cg + j * parameters, parameters);
                const double of_exact =
                    linalg_ddot(exact + i * parameters, exact + j * parameters, parameters);
                cr_assert_float_eq(of_cg, of_exact, 1e-7 * largest,
                                   "lambda %g: products of %zu and %zu %.12g, %.12g", lambdas[l], i,
                                   j, of_cg, of_exact);
            }
    }
    mem_free(exact);
    mem_free(cg);
    made_release(&m);
}

/* Nothing is coupled, and nothing moves. */
Test(influence, one_class_has_none)
{
    struct made m = make_up(30, 1, 3);
    double s[4];
    solve(&m.problem, SOLVER_EXACT, 0.1, 1, s);
    for (size_t k = 0; k < 4; k++)
        cr_assert_eq(s[k], 0, "%g", s[k]);
    made_release(&m);
}

Test(influence, a_lambda_that_vanishes_in_rounding_is_raised)
{
    struct made m = make_up(50, 2, 8);
    for (size_t k = 0; k < 50 * 8; k++) /* a sample's features are all the same */
        m.features[k] = k % 8 ? m.features[k - 1] : 1e7f * m.features[k];
    struct influence_inverse inverse;
    influence_inverse_init(&inverse, &m.problem, SOLVER_EXACT, 1e-8);
    cr_assert(inverse.lambda > 1e-8 && inverse.lambda < 1e3, "lambda %g", inverse.lambda);
    influence_inverse_release(&inverse);
    made_release(&m);
}

/* Its fixed point is 25 (H + .25 I)^-1 g; one sample a step leaves noise. */
static void expect_lissa(float feature_scale, double least_cosine)
{
    enum { COUNT = 5 };
    struct made m = make_up(200, 3, 4);
    for (size_t k = 0; k < 200 * 4; k++)
        m.features[k] *= feature_scale;
    const size_t parameters = influence_parameters(&m.problem);
    const uint32_t index[COUNT] = {0, 1, 2, 3, 4};
    struct rng rng = rng_stream(5, RNG_TEST, 0, 0);
    double *exact, *lissa;
    MEM_NEW(exact, COUNT * parameters);
    MEM_NEW(lissa, COUNT * parameters);
    solve(&m.problem, SOLVER_CG, 0.25, COUNT, exact);
    influence_lissa(&m.problem, index, COUNT, &rng, lissa);
    for (size_t k = 0; k < COUNT; k++) {
        const double *a = exact + k * parameters, *b = lissa + k * parameters;
        const double aa = linalg_ddot(a, a, parameters), bb = linalg_ddot(b, b, parameters);
        const double cosine = linalg_ddot(a, b, parameters) / sqrt(aa * bb);
        const double factor = sqrt(bb / aa);
        cr_assert_geq(cosine, least_cosine, "sample %zu: cosine %g", k, cosine);
        cr_assert(factor > 20 && factor < 30, "sample %zu: factor %g", k, factor);
    }
    mem_free(exact);
    mem_free(lissa);
    made_release(&m);
}

Test(influence, lissa_finds_the_exact_solution)
{
    expect_lissa(1, 0.99);
}

Test(influence, lissa_does_not_diverge_on_long_features)
{
    expect_lissa(6, 0.95);
}

/* ---- What leaving a sample out really does ---- */

enum { HEAD_N = 200, HEAD_CLASSES = 3, HEAD_FEATURES = 4 };
enum { HEAD_Q = HEAD_FEATURES + 1, HEAD_P = HEAD_CLASSES * HEAD_Q };

/* softmax of the head theta [HEAD_P] at sample i. */
static void predict(const struct last_layer *problem, const double *theta, size_t i, double *ret_p)
{
    double sum = 0;
    for (size_t c = 0; c < HEAD_CLASSES; c++) {
        double z = 0;
        for (size_t j = 0; j < HEAD_Q; j++)
            z += theta[c * HEAD_Q + j] * input(problem, i, j);
        sum += ret_p[c] = exp(z);
    }
    for (size_t c = 0; c < HEAD_CLASSES; c++)
        ret_p[c] /= sum;
}

/* Newton's method to the optimum of (1/N) sum_{i != left_out} l_i + lambda/2 ||theta||^2. */
static void train(const struct last_layer *problem, double lambda, size_t left_out, double *theta)
{
    for (int step = 0; step < 12; step++) {
        double h[HEAD_P * HEAD_P] = {0}, gradient[HEAD_P];
        for (size_t k = 0; k < HEAD_P; k++) {
            gradient[k] = lambda * theta[k];
            h[k * HEAD_P + k] = lambda;
        }
        for (size_t i = 0; i < HEAD_N; i++) {
            double p[HEAD_CLASSES];
            predict(problem, theta, i, p);
            for (size_t r = 0; i != left_out && r < HEAD_P; r++) {
                const size_t c = r / HEAD_Q, j = r % HEAD_Q;
                gradient[r] += (p[c] - (c == problem->labels[i])) * input(problem, i, j) / HEAD_N;
                for (size_t s = 0; s <= r; s++)
                    h[r * HEAD_P + s] += p[c] * ((c == s / HEAD_Q) - p[s / HEAD_Q]) *
                                         input(problem, i, j) * input(problem, i, s % HEAD_Q) /
                                         HEAD_N;
            }
        }
        size_t row;
        cr_assert_eq(linalg_cholesky(h, HEAD_P, HEAD_P, &row), 0);
        linalg_cholesky_solve(h, HEAD_P, HEAD_P, gradient, HEAD_P, 1);
        for (size_t k = 0; k < HEAD_P; k++)
            theta[k] -= gradient[k];
    }
}

static double correlation(const double *x, const double *y, size_t n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

Test(influence, predicts_the_change_of_retraining_without_a_sample)
{
    const double lambda = 0.01;
    struct made m = make_up(HEAD_N, HEAD_CLASSES, HEAD_FEATURES);
    double whole[HEAD_P] = {0}, predicted[HEAD_N], actual[HEAD_N], dot = 0, pp = 0, aa = 0;
    train(&m.problem, lambda, HEAD_N, whole);
    for (size_t i = 0; i < HEAD_N; i++) {
        double p[HEAD_CLASSES];
        predict(&m.problem, whole, i, p);
        for (size_t c = 0; c < HEAD_CLASSES; c++)
            m.probabilities[i * HEAD_CLASSES + c] = (float)p[c];
    }
    static double s[HEAD_N * HEAD_P];
    solve(&m.problem, SOLVER_CG, lambda, HEAD_N, s);
    for (size_t i = 0; i < HEAD_N; i++) {
        double without[HEAD_P], squares_p = 0, squares_a = 0;
        memcpy(without, whole, sizeof without);
        train(&m.problem, lambda, i, without);
        for (size_t k = 0; k < HEAD_P; k++) {
            const double guess = s[i * HEAD_P + k] / HEAD_N, change = without[k] - whole[k];
            squares_p += guess * guess;
            squares_a += change * change;
            dot += guess * change;
        }
        predicted[i] = sqrt(squares_p);
        actual[i] = sqrt(squares_a);
        pp += squares_p;
        aa += squares_a;
    }
    const double r = correlation(predicted, actual, HEAD_N);
    cr_assert_geq(r, 0.95, "correlation %g", r);
    cr_assert_geq(dot / sqrt(pp * aa), 0.95, "cosine %g: the direction is wrong",
                  dot / sqrt(pp * aa));
    cr_assert(pp / aa > 0.8 && pp / aa < 1.25, "predicted %g times the change", sqrt(pp / aa));
    made_release(&m);
}

/* ---- The pruner ---- */

static struct rehearsal begin(const char *pruner, const char *options, size_t n, double rate)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find(pruner),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = 7};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* Features 0, all p = 1/2: g is an eigenvector of H with eigenvalue 1/2 + lambda. */
Test(influence_score, worked_example)
{
    enum { N = 10 };
    struct rehearsal r = begin("influence-score", "lambda=0.1", N, 0.5);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 7, false, NULL);
    float *p = rehearsal_array(&r, NEEDS_PROBABILITIES), *phi = rehearsal_array(&r, NEEDS_FEATURES);
    memset(phi, 0, N * pass.feature_count * sizeof *phi);
    for (size_t k = 0; k < 2 * (size_t)N; k++)
        p[k] = 0.5f;
    struct err err;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    for (size_t i = 0; i < N; i++)
        cr_assert_float_eq((double)r.run->scores[i], sqrt(0.5) / (N * 0.6), 1e-7, "%.9g",
                           (double)r.run->scores[i]);
    rehearsal_end(&r);
}

static void scores_with(const char *options, size_t n, float *ret_scores)
{
    struct rehearsal r = begin("influence-score", options, n, 0.5);
    struct err err;
    cr_assert_eq(rehearsal_score(&r, &err), 0, "%s", err.text);
    memcpy(ret_scores, r.run->scores, n * sizeof *ret_scores);
    rehearsal_end(&r);
}

Test(influence_score, authors_preset_is_what_their_estimate_converges_to)
{
    enum { N = 60 };
    float authors[N], plain[N], lissa[N];
    scores_with("preset=authors lambda=7", N, authors);
    scores_with("lambda=0.25", N, plain);
    scores_with("solver_h=lissa", N, lissa);
    for (size_t i = 0; i < N; i++) {
        cr_assert_float_eq(authors[i], 25 * plain[i], 1e-5 * (double)authors[i], "sample %zu", i);
        cr_assert_float_eq(lissa[i], authors[i], 0.2 * (double)authors[i], "sample %zu: %g, not %g",
                           i, (double)lissa[i], (double)authors[i]);
    }
}

Test(influence_score, looks_once_after_at_epochs_or_the_whole_training)
{
    struct rehearsal r = begin("influence-score", NULL, 10, 0.5);
    struct pruner_watch watch = pruner_watch(r.run);
    cr_assert(watch.runs == 1 && watch.epochs == 7 && !watch.training && watch.pass_every == 0,
              "%d runs of %d epochs", watch.runs, watch.epochs);
    rehearsal_end(&r);
    r = begin("influence-score", "at=3", 10, 0.5);
    watch = pruner_watch(r.run);
    cr_assert_eq(watch.epochs, 3, "%d", watch.epochs);
    rehearsal_end(&r);
}

/* More than a block of right-hand sides, and a Hessian that 1 MiB does not hold. */
Test(influence_score, falls_back_to_conjugate_gradients_without_memory)
{
    enum { N = 60, CLASSES = 91 }; /* 91 * 4 parameters: H takes 1.01 MiB */
    float scores[2][N];
    for (int small = 0; small < 2; small++) {
        const struct rehearsal_plan plan = {.pruner = pruner_find("influence-score"),
                                            .options =
                                                small ? "memory=1 lambda=0.01" : "lambda=0.01",
                                            .n = N,
                                            .classes = CLASSES,
                                            .epochs = 1};
        struct rehearsal r;
        struct err err;
        cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
        cr_assert_eq(rehearsal_score(&r, &err), 0, "%s", err.text);
        memcpy(scores[small], r.run->scores, sizeof scores[small]);
        rehearsal_end(&r);
    }
    for (size_t i = 0; i < N; i++)
        cr_assert_float_eq(scores[0][i], scores[1][i], 1e-6 * (double)scores[0][i], "%zu", i);
}

Test(influence_score, blocks_of_right_hand_sides_join)
{
    enum { N = 2100 }; /* a block has 1024 */
    static float exact[N], cg[N];
    scores_with("lambda=0.01", N, exact);
    scores_with("lambda=0.01 solver_h=cg", N, cg);
    for (size_t i = 0; i < N; i++)
        cr_assert_float_eq(exact[i], cg[i], 1e-6 * (double)exact[i], "sample %zu: %.9g, %.9g", i,
                           (double)exact[i], (double)cg[i]);
    cr_assert_neq(exact[0], exact[512]);
}

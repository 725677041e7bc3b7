/*
 * influence: how far the last layer's optimum moves when a sample is left out.
 *
 * Paper: Yang et al., "Dataset Pruning: Reducing Training Data by Examining Generalization
 * Influence", ICLR 2023 (arXiv 2205.09329); influence functions after Koh and Liang, ICML 2017.
 *
 *     S_i = (1/N) H^-1 g_i                          leaving out i moves the parameters by S_i
 *     g_i = (p_i - e_yi) (x) [phi_i ; 1]            gradient of sample i's loss, P = C q numbers
 *     H   = (1/N) sum_i (diag(p_i) - p_i p_i^T) (x) [phi_i ; 1] [phi_i ; 1]^T + lambda I
 *
 * C classes, D features, q = D + 1. Parameter (c, j) stands at c q + j, the bias last in its row.
 * Everything is computed in double from the floats of one pass. Pruners call influence_compute
 * (pruners/influence.h), which puts the parts together.
 *
 * Solvers of H x = g (`solver_h`):
 *
 *     exact  H once, all N right-hand sides in blocks. H's C^2 blocks are Phi^T diag(w) Phi with
 *            w = p_c (delta_cc' - p_c'): each is symmetric and w has one sign, so that half of each
 *            is a dsyrk on rows times sqrt|w|; those of a row sum to 0, which gives the diagonal
 *            ones: N q^2 C (C-1) / 2 operations in all. Moving all classes' parameters alike
 *            changes no probability: a reflection makes that the last class's, where H is lambda,
 *            and leaves Q = (C-1) q others. There H = L O, L lower triangular and O orthogonal, so
 *            that H^-1 g = O^T (L^-1 g): what is kept of it is L^-1 g, turned alike for all g, of
 *            which lengths and products are the same at half the cost. 5/3 Q^3 operations for L^-1,
 *            and Q^2 a solution. Memory: 8 P^2 bytes; where they do not fit, cg
 *     cg     conjugate gradients on blocks of right-hand sides, preconditioned by the Cholesky
 *            factors of H's C diagonal blocks; a product is 4 N P operations a step and right-hand
 *            side. Memory: 8 C q^2 bytes
 *     lissa  the authors' estimate; see influence_lissa
 */
#pragma once

#include "base/rng.h"
#include "pruners/math/errors.h"

#include <stddef.h>
#include <stdint.h>

/* P = classes * (feature_count + 1). */
size_t influence_parameters(const struct last_layer *problem);

/* ret_g[count][P]: g of samples index[count]. */
void influence_gradients(const struct last_layer *problem, const uint32_t *index, size_t count,
                         double *ret_g);

/* ret_h[P][P]: H with lambda >= 0 on its diagonal, the lower triangle; the upper one is undefined.
 */
void influence_hessian(const struct last_layer *problem, double lambda, double *ret_h);

/* ret_products[count][P]: H times each row of rows[count][P], without H. */
void influence_product(const struct last_layer *problem, double lambda, const double *rows,
                       size_t count, double *ret_products);

enum influence_solver { SOLVER_EXACT, SOLVER_CG, SOLVER_LISSA };
extern const char *const influence_solver_names[]; /* enum influence_solver, NULL at the end */

/* A way of multiplying by H^-1. */
struct influence_inverse {
    const struct last_layer *problem;
    enum influence_solver solver; /* SOLVER_EXACT or SOLVER_CG */
    double lambda;
    double *matrix; /* [P][P] L^-1, or [C][q][q] the factors of H's diagonal blocks */
};

/*
 * Factorises; influence_inverse_release afterwards. The problem is borrowed until then. lambda > 0;
 * of SOLVER_EXACT, where it is so small that it vanishes in the rounding of H, it is raised tenfold
 * until it does not (inverse->lambda says to what).
 */
void influence_inverse_init(struct influence_inverse *inverse, const struct last_layer *problem,
                            enum influence_solver solver, double lambda);
void influence_inverse_release(struct influence_inverse *inverse);
/* rows[count][P] = H^-1 times each, in place; exact: turned, alike for all rows that this inverse
   is given; cg: to a residual of 1e-10 of the right-hand side. */
void influence_solve(const struct influence_inverse *inverse, double *rows, size_t count);

/*
 * LiSSA (Agarwal et al., JMLR 2017) with the authors' constants, for samples index[count]:
 *
 *     h <- g + (1 - .01) h - H_t h / 25     H_t: of one sample t, drawn anew each step, no lambda
 *     5000 steps from h = g; ret[count][P] = mean of 3 repeats, not divided by the scale 25
 *
 * Its fixed point is 25 (H + .25 I)^-1 g. The steps can grow without bound where a sample's H_t
 * has an eigenvalue above 50. There scale is doubled, damping halved and the result halved, as
 * often as needed (our choice; the authors would get infinities): the same fixed point.
 */
void influence_lissa(const struct last_layer *problem, const uint32_t *index, size_t count,
                     struct rng *rng, double *ret_estimates);
/* 0.01 and 25, the authors' */
extern const double influence_lissa_damp, influence_lissa_scale;

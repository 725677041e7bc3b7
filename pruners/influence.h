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
 * Everything is computed in double from the floats of one pass. The parts can be called one by one
 * (for benchmarks); pruners call influence_compute.
 *
 * Solvers of H x = g (`solver_h`):
 *
 *     exact  H once, Cholesky, all N right-hand sides in blocks. H's C^2 blocks are
 *            Phi^T diag(w) Phi with w = p_c (delta_cc' - p_c'): each is symmetric and w has one
 *            sign, so that half of each is a dsyrk on rows times sqrt|w|, N q^2 C (C+1) / 2
 *            operations in all, half of what a syrk of the whole would take; then P^3 / 3, and
 *            2 P^2 a solution. Memory: 8 P^2 bytes; where they do not fit, cg
 *     cg     conjugate gradients on blocks of right-hand sides, preconditioned by the Cholesky
 *            factors of H's C diagonal blocks; a product is 4 N P operations a step and right-hand
 *            side. Memory: 8 C q^2 bytes
 *     lissa  the authors' estimate; see influence_lissa
 */
#ifndef WINNOW_PRUNERS_INFLUENCE_H
#define WINNOW_PRUNERS_INFLUENCE_H

#include "pruners/pruner.h"

/* ---- The problem and its parts ---- */

/* One look at the last layer; the arrays are borrowed. */
struct influence_problem {
    size_t n, classes, feature_count;
    const uint8_t *labels;      /* [n] */
    const float *probabilities; /* [n][classes] */
    const float *features;      /* [n][feature_count] */
};

/* P = classes * (feature_count + 1). */
size_t influence_parameters(const struct influence_problem *problem);

/* ret_g[count][P]: g of samples index[count]. */
void influence_gradients(const struct influence_problem *problem, const uint32_t *index,
                         size_t count, double *ret_g);

/* ret_h[P][P]: H with lambda >= 0 on its diagonal, the lower triangle; the upper one is undefined.
 */
void influence_hessian(const struct influence_problem *problem, double lambda, double *ret_h);

/* ret_products[count][P]: H times each row of rows[count][P], without H. */
void influence_product(const struct influence_problem *problem, double lambda, const double *rows,
                       size_t count, double *ret_products);

enum influence_solver { SOLVER_EXACT, SOLVER_CG, SOLVER_LISSA };
extern const char *const influence_solver_names[]; /* enum influence_solver, NULL at the end */

/* A way of multiplying by H^-1. */
struct influence_inverse {
    const struct influence_problem *problem;
    enum influence_solver solver; /* SOLVER_EXACT or SOLVER_CG */
    double lambda;
    double *factor; /* [P][P] Cholesky factor of H, or [C][q][q] those of its diagonal blocks */
};

/*
 * Factorises; influence_inverse_release afterwards. The problem is borrowed until then. lambda > 0;
 * where it is so small that it vanishes in the rounding of H, which then has no factor, it is
 * raised tenfold until there is one (inverse->lambda says to what).
 */
void influence_inverse_init(struct influence_inverse *inverse,
                            const struct influence_problem *problem, enum influence_solver solver,
                            double lambda);
void influence_inverse_release(struct influence_inverse *inverse);
/* rows[count][P] = H^-1 times each, in place. cg: to a residual of 1e-10 of the right-hand side. */
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
void influence_lissa(const struct influence_problem *problem, const uint32_t *index, size_t count,
                     struct rng *rng, double *ret_estimates);

/* ---- What the pruners share ---- */

enum influence_preset { PRESET_NONE, PRESET_AUTHORS };
extern const char *const influence_preset_names[]; /* enum influence_preset, NULL at the end */

/* MUST be the first member of an options struct whose table has INFLUENCE_OPTIONS. */
struct influence_options {
    double lambda;
    int at;
    int preset;   /* enum influence_preset */
    int solver_h; /* enum influence_solver */
    int memory;   /* MiB */
};

/*
 * `preset: authors` is what the authors' program converges to: lambda .25, and influences times 25.
 * `memory` is an option and not the machine's free memory, so that results repeat bit by bit.
 */
#define INFLUENCE_OPTIONS                                                                          \
    OPTION_INT(struct influence_options, at, "0", 0, 100000,                                       \
               "epochs the proxy trains; 0: as many as the training (our choice)"),                \
        OPTION_ENUM(struct influence_options, preset, "none", influence_preset_names,              \
                    "authors: lambda .25, influences times 25, whatever lambda says"),             \
        OPTION_DOUBLE(struct influence_options, lambda, "0.0005", 1e-8, 1e6,                       \
                      "added to the Hessian's diagonal: the weight decay"),                        \
        OPTION_ENUM(struct influence_options, solver_h, "exact", influence_solver_names,           \
                    "exact: Cholesky, or cg where memory does not allow it; lissa: the authors'"), \
        OPTION_INT(struct influence_options, memory, "2048", 1, 1 << 20,                           \
                   "MiB that the Hessian, and the influences where all are kept, may take")

/*
 * The influences of all samples of a run that has observed, as its options (which begin with a
 * struct influence_options) say. ret_influences [n][P] may be NULL; ret_norms [n]: ||S_i||_2.
 */
void influence_compute(const struct pruner_run *run, struct rng *rng, float *ret_influences,
                       float *ret_norms);

/* ---- For pruners that keep all influences: dp, dp-eps ---- */

/* An error where all N P floats would not fit the options' memory. */
int influence_check(const void *options, const struct pruner_task *task, struct err *err);

/* All influences [n][P], to be freed, and the samples by falling norm in ret_order[n]. Reports
   "all": the length of the sum of all, with the time that this took. */
float *influence_all(struct pruner_run *run, struct rng *rng, uint32_t *ret_order);

#endif

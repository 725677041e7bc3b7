/*
 * linalg: the only door to BLAS. Row-major, float32 unless said otherwise.
 *
 * Matrices are dense with a leading dimension (elements from one row to the next). Outputs first,
 * as BLAS people write them. Nothing here allocates but linalg_lq and linalg_eigenvectors, and BLAS
 * itself at its first call.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* C[m][n] = alpha * op(A)[m][k] * op(B)[k][n] + beta * C; with trans_a, A is stored [k][m]. */
void linalg_gemm(float *c, size_t ldc, const float *a, size_t lda, bool trans_a, const float *b,
                 size_t ldb, bool trans_b, size_t m, size_t n, size_t k, float alpha, float beta);

/* y[m] = alpha * op(A) x + beta * y; A[m][n], or with trans_a stored [n][m]. */
void linalg_gemv(float *y, const float *a, size_t lda, bool trans_a, const float *x, size_t m,
                 size_t n, float alpha, float beta);
float linalg_dot(const float *x, const float *y, size_t n); /* summed in float */

/* The same in double. */
void linalg_dgemm(double *c, size_t ldc, const double *a, size_t lda, bool trans_a, const double *b,
                  size_t ldb, bool trans_b, size_t m, size_t n, size_t k, double alpha,
                  double beta);
void linalg_dgemv(double *y, const double *a, size_t lda, bool trans_a, const double *x, size_t m,
                  size_t n, double alpha, double beta);
double linalg_ddot(const double *x, const double *y, size_t n);
/* y[n] += alpha * x */
void linalg_daxpy(double *y, double alpha, const double *x, size_t n);

/* C[n][n] = alpha * A^T A + beta * C, the lower triangle only; A is [k][n]. */
void linalg_dsyrk(double *c, size_t ldc, const double *a, size_t lda, size_t n, size_t k,
                  double alpha, double beta);
/*
 * A[n][n] = L L^T in place, L in the lower triangle; only that of A is read. -1 where A is not
 * positive definite, with the row at which it shows in *ret_row.
 */
int linalg_cholesky(double *a, size_t lda, size_t n, size_t *ret_row);
/* Solves L L^T x = b for each row b of B[count][n], in place. */
void linalg_cholesky_solve(const double *l, size_t ldl, size_t n, double *b, size_t ldb,
                           size_t count);
/* A[n][n] = L Q with Q orthogonal: L in the lower triangle, the upper one is undefined. */
void linalg_lq(double *a, size_t lda, size_t n);
/* L becomes L^-1, the lower triangle only; no element of L's diagonal is 0. */
void linalg_lower_invert(double *l, size_t ldl, size_t n);
/* b = L b for each row b of B[count][n], in place; of L the lower triangle is read. */
void linalg_lower_product(const double *l, size_t ldl, size_t n, double *b, size_t ldb,
                          size_t count);
/*
 * Of the symmetric A[n][n], of which the lower triangle is read, the eigenvalues in ascending
 * order; row i of A becomes the eigenvector of the i-th, of length 1.
 */
void linalg_eigenvectors(double *a, size_t lda, size_t n, double *ret_values);

/* The kernel set that the library really runs ("SkylakeX", "Haswell", "Prescott", ...). */
const char *linalg_core(void);
/* Version and build options, as the library tells them. */
const char *linalg_version(void);
/* OpenBLAS tries for ever to get its memory, as it is loaded (0.3.29) or in its threads from then
 * on: an error where a limit on the address space leaves too little. To be asked before libraries
 * begin, which is before main(): environment is what a function of .preinit_array is given. */
int linalg_may_start(char *const *environment, struct err *err);
/* Threads the library will use for its next call. */
int linalg_threads(void);
/* For the calls that follow, in this process. */
void linalg_set_threads(int threads);

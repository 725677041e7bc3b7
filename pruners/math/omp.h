/*
 * omp: a sum of vectors by few of them: orthogonal matching pursuit, with a ridge.
 *
 *     b = the sum of the rows a_i of A;  S = {}, r = b
 *     keep times:  S += argmax_{i not in S} <a_i, r>           ties to the lower id
 *                  w = argmin_w ||A_S^T w - b||^2 + lambda ||w||^2,  r = b - A_S^T w
 *     at the end:  the same w once more, but with w >= 0
 *
 * Textbook pursuit solves with the Gram matrix of S, which grows to keep x keep: cubic. The
 * residual of a ridge needs only a matrix of the vectors' own width (push-through identity):
 *
 *     r = lambda M b,  M = (A_S^T A_S + lambda I)^-1
 *     S += a:  u = M a,  M -= u u^T / (1 + a.u),  M b -= u (u.b) / (1 + a.u)     (Sherman-Morrison)
 *
 * So a pick is O(n width + width^2) time, whatever was picked before, and width^2 doubles.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Reorders the rows of a[n][width] and ids[n] with them, so that the last `keep` rows are S (the
 * first pick last). Where no row that is left has a positive product with r, w >= 0 gains nothing
 * by any of them: S is filled up by falling product. lambda > 0; keep <= n.
 */
void omp_pursue(float *a, uint32_t *ids, size_t n, size_t width, double lambda, size_t keep);

/*
 * ret_weights[count] = argmin over w >= 0 of ||A^T w - b||^2 + lambda ||w||^2, A[count][width], by
 * coordinate descent from the ridge without w >= 0, until no weight changes by more than 1e-7 of
 * the largest, or 2,000 sweeps. lambda > 0.
 */
void omp_weigh(const float *a, size_t count, size_t width, const double *b, double lambda,
               double *ret_weights);

/* ret_sum[width] of the rows of a[n][width]. */
void omp_sum(const float *a, size_t n, size_t width, double *ret_sum);

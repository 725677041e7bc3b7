/*
 * geometry: distances between samples, for pruners that look at features.
 *
 * Matrices are row-major, a row a sample, d numbers wide. Nothing here makes an N x N matrix: BLAS
 * gives lower bounds of the squared distances, tile by tile, and the few pairs that the bound
 * cannot rule out are computed again directly, in double. Hence neighbours, centres and picks are
 * those of a plain program in double, ties included, whatever the tile, the BLAS or its threads.
 *
 *     ||a - b||^2 = ||a||^2 + ||b||^2 - 2 a.b,        a.b in float: off by at most d u ||a|| ||b||,
 *                                                     u = 2^-24 (Higham 2002, section 3.1)
 *
 * The features of a network lie far from 0, close to each other: they are centred first, which
 * makes the bound tight.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* ||a - b||^2 of [d], summed in double. */
double geometry_distance2(const float *a, const float *b, size_t d);
/* ||a - b||^2 with one side in double. */
double geometry_distance2_to(const float *a, const double *b, size_t d);
/* a . b, summed in double. */
double geometry_dot(const float *a, const double *b, size_t d);

/* ret_mean[d] of the rows x[rows[j]], or where rows is NULL of the first count; 0 where count is.
 */
void geometry_mean(const float *x, const uint32_t *rows, size_t count, size_t d, double *ret_mean);
/* The median of each coordinate; of an even count the mean of the middle two. As geometry_mean. */
void geometry_coordinate_median(const float *x, const uint32_t *rows, size_t count, size_t d,
                                double *ret_median);
/*
 * The point of the smallest sum of distances to the rows, by Weiszfeld's iteration from the
 * coordinates' medians, with the step of Vardi and Zhang (PNAS 2000) where it lands on a row. Stops
 * when a step is under 1e-7 of the mean distance, or after 200. As geometry_mean.
 */
void geometry_median(const float *x, const uint32_t *rows, size_t count, size_t d,
                     double *ret_median);

/*
 * The samples of class c are ret_rows[ret_first[c] .. ret_first[c + 1] - 1], rising. ret_rows [n],
 * ret_first [classes + 1].
 */
void geometry_group(const uint16_t *labels, size_t n, size_t classes, uint32_t *ret_rows,
                    size_t *ret_first);

/* Rows less their mean, with their squared norms. */
struct geometry_cloud {
    size_t n, d;
    float *x;     /* [n][d] */
    float *norms; /* [n] */
};

/* Of the rows x[rows[j]], or where rows is NULL of the first n. */
void geometry_cloud_init(struct geometry_cloud *cloud, const float *x, const uint32_t *rows,
                         size_t n, size_t d);
void geometry_cloud_release(struct geometry_cloud *cloud);
/*
 * ret[m][n], rows ld apart: lower bounds of ||a_i - b_j||^2, short of it by about
 * d u (||a||^2 + ||b||^2). a [m][d] and b [n][d] are parts of one cloud, or copies of its rows.
 */
void geometry_lower_bounds(float *ret, size_t ld, const float *a, const float *a_norms, size_t m,
                           const float *b, const float *b_norms, size_t n, size_t d);

/*
 * The k < n nearest other rows of each of x[n][d], nearest first, ties by rising index:
 * ret_neighbours [n][k], ret_distances [n][k] their Euclidean distances. Half of n^2 d products.
 * With among [n], not NULL, neighbours are only looked for among the rows that are 1 there, k at
 * least, and only of the others; what is returned of those that are 1 means nothing.
 */
void geometry_neighbours(const float *x, size_t n, size_t d, size_t k, const uint8_t *among,
                         uint32_t *ret_neighbours, float *ret_distances);

/*
 * Herding (Welling 2009): ret_order[count] holds the rows in the order in which a greedy choice
 * takes them, each the one that brings the mean of all taken so far nearest to target[d]; ties by
 * rising index. Any front of the order is the choice of that size. count^2 / 2 products of rows.
 */
void geometry_herd(const float *x, const uint32_t *rows, size_t count, size_t d,
                   const double *target, uint32_t *ret_order);

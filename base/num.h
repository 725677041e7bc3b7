/*
 * num: ordering and statistics over plain arrays.
 *
 * Everywhere: a higher value comes first and ties break by index, so that results do not depend on
 * the sorting algorithm. NaN is a bug of the caller's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* -1, 0 or 1, as qsort() wants it; each is evaluated twice. */
#define NUM_COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* ret_order[0..n-1]: the indices by falling value, ties by rising index. O(n log n). */
void num_order(const float *values, size_t n, uint32_t *ret_order);

double num_sum(const float *values, size_t n);
/* Quantile q in [0, 1], linear between the two nearest (R's type 7); sorts values in place; n > 0;
   values may be infinite. */
double num_quantile(double *values, size_t n, double q);

/* out[rows][cols] = softmax of each row of logits[rows][cols]; may be in place. */
void num_softmax(float *out, const float *logits, size_t rows, size_t cols);

/*
 * ret_shares[count]: total divided in proportion to sizes[count], whose sum is n > 0: the whole
 * part of each, and one more for the largest remainders, the first of equal ones. May be in place.
 */
void num_apportion(const size_t *sizes, size_t count, size_t n, size_t total, size_t *ret_shares);

/* Nearest to value with so many decimals (0 to NUM_DECIMALS), of the double as it is: what printf's
   "%.*f" says, and so what any number says that is printed; but 0 has no sign. */
enum { NUM_DECIMALS = 60 };
double num_rounded(double value, int decimals);

/* Nearest integer to a fraction of n, halves up: how rate becomes a count. */
size_t num_round_share(double share, size_t n);

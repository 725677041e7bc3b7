/*
 * kmeans1d: k-means of numbers, exactly.
 *
 * On a line a group is a run of neighbours, so the best grouping is found by dynamic programming
 * (Fisher 1958; Wang and Song 2011, "Ckmeans.1d.dp", The R Journal) and no starting point matters:
 *
 *     best[k][j] = min_i  best[k-1][i-1] + sum_{i <= t <= j} (x_t - mean(x_i..x_j))^2
 *
 * The minimising i does not fall with j, so each of the `groups` rows takes O(n log n) by divide
 * and conquer.
 *
 * Example: 0 .1 .2 .3 5 5.1 9 in 3 groups: 0..3, 4..5, 6, with cost .05 + .005 + 0.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * ret_group[i]: the group of values[i], counted from 0 by rising value. Equal values share a group,
 * so there are fewer than `groups` where there are fewer different values. Returns how many there
 * are; none is empty. n > 0, groups > 0, values finite. Memory 4 * groups * n bytes.
 */
size_t kmeans1d(const float *values, size_t n, size_t groups, uint32_t *ret_group);

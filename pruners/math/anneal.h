/*
 * anneal: which rows to take so that their sum is short, by simulated annealing.
 *
 * The two problems of Yang et al. (ICLR 2023, arXiv 2205.09329, equations for a guaranteed
 * cardinality and for a guaranteed generalization), rows S_i, W in {0,1}^N:
 *
 *     anneal_fixed     min ||v||_2               s.t. sum W = m            v = W^T S
 *     anneal_within    max sum W                 s.t. ||v||_2 <= eps, sum W <= most
 *
 *     energy           ||v||^2, and -sum W + ||v||^2 / eps^2: one more row outweighs any v
 *     moves            a swap, and for the second also adding or removing a row, each kind as
 *                      often; what would break a condition is rejected
 *     temperature      T0 = median |change| of a thousand moves, falling geometrically to 1e-4 T0
 *
 * A move costs one pass over two rows: with d = entering - leaving, ||v||^2 changes by d.(2v + d).
 * v is kept in double, where a million moves leave an error of some 1e-12 of its first length; its
 * square is taken afresh every 1e4 moves, since it shrinks by orders of magnitude. The best W is
 * kept, the start included, and its length is summed afresh: never above the start's.
 *
 * A taken row is a pruned sample: taken[n] is 1 there, 0 elsewhere.
 */
#pragma once

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

struct anneal_problem {
    size_t n, width;
    float *rows; /* [n][width], borrowed */
};

/* ||v||_2, summed in double. */
double anneal_length(const struct anneal_problem *problem, const uint8_t *taken);

/* taken[n] comes in as the start and goes out as the best; its sum stays. Returns ||v||_2. */
double anneal_fixed(const struct anneal_problem *problem, int64_t moves, struct rng *rng,
                    uint8_t *taken);

/*
 * ret_taken[n]: the most rows within eps that were found, and among as many the shortest sum.
 * Returns ||v||_2. order[n]: samples by falling norm. It starts from the longest run of the
 * smallest norms that keeps to eps. Rows that cancel only together cannot be reached from there by
 * moves that keep to it, so that half of the moves go to the first problem at twenty sizes from
 * `most` down, until one keeps to eps and is the start (our choice).
 */
double anneal_within(const struct anneal_problem *problem, const uint32_t *order, double eps,
                     size_t most, int64_t moves, struct rng *rng, uint8_t *ret_taken);

/*
 * The last `count` of order[n] (samples by falling norm: the smallest), and their length.
 */
double anneal_smallest(const struct anneal_problem *problem, const uint32_t *order, size_t count,
                       uint8_t *ret_taken);

/* The longest such end of order with ||v||_2 <= eps and at most `most` rows: a start for
   anneal_within. Returns its rows. */
size_t anneal_smallest_within(const struct anneal_problem *problem, const uint32_t *order,
                              double eps, size_t most, uint8_t *ret_taken);

enum { ANNEAL_DRAWS = 100 };
/* The mean length over ANNEAL_DRAWS uniform draws of count rows; ret_shortest[n] is the draw of
   least length. */
double anneal_random(const struct anneal_problem *problem, size_t count, struct rng *rng,
                     uint8_t *ret_shortest);

/*
 * greedy: the greedy maximum of a submodular function, lazily.
 *
 *     keep times: pick the candidate of the largest gain, ties to the lower row
 *
 * Where gains only ever shrink as more is picked, a gain that was computed earlier is an upper
 * bound, and only candidates whose bound is on top need a new look (Minoux 1978). The picks, ties
 * included, are those of a look at all candidates each time.
 *
 * Two functions over the last-layer gradients of a class:
 *
 *     facility location   F(S) = sum_i max_{j in S} s_ij
 *     graph cut           F(S) = lambda sum_{i, j in S} s_ij  (i over all)  -  sum_{i, j in S} s_ij
 *
 * Graph cut never computes a similarity: sum_{i in S} <g_i, g_j> = <sum of S, g_j> is one product.
 *
 * Facility location keeps all similarities of a class where they fit `bytes`; they do up to 11,585
 * samples of a class in 512 MiB. Beyond that it computes those of a candidate when it looks at it,
 * for many candidates at once, and keeps what can still matter: the set {i: s_ij > best_i} only
 * shrinks, and once it is short it is a list, and looking again is a walk along the list. (A single
 * class of 50,000 still takes many minutes.)
 */
#pragma once

#include "pruners/math/class_gradients.h"

/* For similarities, or lists of them, in all. */
#define GREEDY_BYTES ((size_t)512 << 20)

struct greedy_problem {
    size_t n;   /* candidates */
    void *data; /* for the calls */
    /* ret_gains[count] of the candidates rows[count], given the picks so far; count <= 64. */
    void (*gains)(void *data, const uint32_t *rows, size_t count, double *ret_gains);
    void (*pick)(void *data, uint32_t row);
    /* How many to look at together where this one needs a look, 1 to 64. */
    size_t (*block)(void *data, uint32_t row);
};

/* ret_picks[keep]: in the order of picking; keep <= n. Gains must never grow. */
void greedy_lazy(const struct greedy_problem *problem, size_t keep, uint32_t *ret_picks);
typedef void greedy_method(const struct greedy_problem *problem, size_t keep, uint32_t *ret_picks);

enum greedy_similarity {
    GREEDY_COSINE,   /* s_ij = (1 + cos(g_i, g_j)) / 2: at least 0 */
    GREEDY_DISTANCE, /* s_ij = farthest - ||g_i - g_j||; see greedy_facility.c */
};

/*
 * ret_picks[keep] and, where not NULL, ret_sizes[keep]: how many of the class's samples have that
 * pick as their most similar one (the earlier pick at ties). A pick is counted with itself, once:
 * the sizes sum to n. Changes the gradients (GREEDY_COSINE: normalises them).
 */
void greedy_facility_location(struct class_gradients *gradients, enum greedy_similarity similarity,
                              size_t bytes, greedy_method *method, size_t keep, uint32_t *ret_picks,
                              double *ret_sizes);
/* With s_ij = (1 + cos(g_i, g_j)) / 2. Normalises the gradients. */
void greedy_graph_cut(struct class_gradients *gradients, double lambda, greedy_method *method,
                      size_t keep, uint32_t *ret_picks);

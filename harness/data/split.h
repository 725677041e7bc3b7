/*
 * split: drawing part of a split so that the classes keep their proportions.
 *
 * Each class gets its share of `count` by the largest-remainder method (ties: lower class first),
 * so classes of equal size differ by one at most. Which samples of a class: the first of a seeded
 * shuffle of all of them. Where classes are of equal size, a larger draw therefore holds every
 * sample of a smaller one.
 */
#pragma once

#include "base/rng.h"
#include "harness/data/data.h"

#include <stdbool.h>

/* ret_sizes[classes]: samples of each. */
void split_sizes(const struct split *split, int classes, size_t *ret_sizes);
/* ret_drawn[split->n]: true for exactly count of the samples; count <= split->n. */
void split_draw(const struct split *split, int classes, size_t count, struct rng *rng,
                bool *ret_drawn);
/* The same with counts[classes], how many of each class. A larger one holds a smaller one. */
void split_draw_counts(const struct split *split, int classes, const size_t *counts,
                       struct rng *rng, bool *ret_drawn);
/*
 * Moves the drawn samples into a split of their own; the others close up in place. Both keep their
 * order. picture: bytes of one.
 */
struct split split_extract(struct split *split, const bool *drawn, size_t picture);
void split_release(struct split *split);

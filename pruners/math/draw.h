/*
 * draw: samples without replacement.
 */
#ifndef WINNOW_MATH_DRAW_H
#define WINNOW_MATH_DRAW_H

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

/* Reorders pool[n]: count of them, drawn uniformly without replacement, come to its front. */
void draw_front(struct rng *rng, uint32_t *pool, size_t n, size_t count);

#endif

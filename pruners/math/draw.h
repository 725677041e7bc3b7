/*
 * draw: samples without replacement.
 */
#pragma once

#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

/* Reorders pool[n]: count of them, drawn uniformly without replacement, come to its front. */
void draw_front(struct rng *rng, uint32_t *pool, size_t n, size_t count);

/*
 * shape: how a sample lies in memory. Channels go in blocks of 16, one vector register of an
 * AVX-512 machine and a cache line of floats:
 *
 *     [n][c / 16][h][w][16]     where c is a multiple of 16 ("nChw16c")
 *     [n][h][w][c]              elsewhere (NHWC): pictures of 1 or 3 channels, lenet's 6 maps
 *
 * Both are [n][blocks][h][w][lanes] with lanes = 16 or c. For vectors (h = w = 1) both are [n][c].
 * The layout follows from the shape alone, so nothing is ever reordered between two nodes, and
 * whatever goes value by value need not know it.
 */
#pragma once

#include "base/mem.h"

#include <stddef.h>

struct nn_shape {
    int h, w, c; /* of one sample */
};

enum { NN_LANES = 16 };

/* Values of one sample. */
static inline size_t nn_floats(struct nn_shape shape)
{
    return mem_size(mem_size((size_t)shape.h, (size_t)shape.w), (size_t)shape.c);
}

/* Channels of a block. */
static inline size_t nn_lanes(struct nn_shape shape)
{
    return shape.c % NN_LANES == 0 ? NN_LANES : (size_t)shape.c;
}

static inline size_t nn_channel_blocks(struct nn_shape shape)
{
    return (size_t)shape.c / nn_lanes(shape);
}

/* Where value (y, x, c) of a sample is. */
static inline size_t nn_at(struct nn_shape shape, int y, int x, int c)
{
    const size_t lanes = nn_lanes(shape), block = (size_t)c / lanes;
    return ((block * (size_t)shape.h + (size_t)y) * (size_t)shape.w + (size_t)x) * lanes +
           (size_t)c % lanes;
}

/* Where value c of a pixel, numbered row by row, is in a batch of samples. */
static inline size_t nn_pixel_at(struct nn_shape shape, size_t sample, int pixel, int c)
{
    return sample * nn_floats(shape) + nn_at(shape, pixel / shape.w, pixel % shape.w, c);
}

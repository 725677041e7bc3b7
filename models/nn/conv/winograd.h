/*
 * winograd: what the three files of the Winograd convolution share: winograd.c (the contract),
 * winograd_transform.c (pictures and weights to points and back), winograd_product.c (the sums).
 *
 * A tile is 4 x 4 pixels of the result. With the ring around it, 6 x 6, it becomes 36 points; so
 * does a 3 x 3 kernel. At each point a tile's values are a vector over channels, and a kernel's are
 * a matrix: 36 matrix products in place of a convolution.
 */
#pragma once

#include "models/nn/num/shape.h"
#include "models/nn/num/type.h"

#include <stdbool.h>

enum { WINO_TILE = 4, WINO_EDGE = 6, WINO_POINTS = 36, WINO_TAPS = 9 };

/*
 * One matrix a point, in blocks of 16 columns: [36][columns / 16][rows][16]. Strides in floats;
 * that from point to point is no power of two, so that the 36 stores of one tile do not fall into
 * the same few lines of the cache.
 */
struct wino_points {
    float *data;
    size_t block, point;
};

/* Some tiles of n pictures: numbers first..first + count - 1, left to right, down, then by picture.
   */
struct wino_tiles {
    struct nn_shape shape;
    void *pictures; /* [n][shape], of this type; only wino_output writes there */
    enum nn_type type;
    bool round; /* to bfloat16, after reading: for float32 in a convolution of that precision */
    size_t first, count;
};

/* Tiles of one picture. */
size_t wino_tiles_of(struct nn_shape shape);

/* Blocks of 16 channels, the last filled up with zeros. */
size_t wino_blocks_of(int channels);

/* to = the points of each tile with its ring: blocks of channels, of rows 0..count-1 */
void wino_input(const struct wino_points *to, const struct wino_tiles *tiles);
/* the transpose of wino_output: the points of a gradient, tiles without the ring */
void wino_gradient(const struct wino_points *to, const struct wino_tiles *tiles);
/* blocks first_block.. of the pictures = or += what the points say, + bias (NULL: none) */
void wino_output(const struct wino_tiles *tiles, const struct wino_points *from, size_t first_block,
                 size_t blocks, const float *bias, bool add);

/* Weights, [out_c][3][3][in_c]. */
struct wino_weights {
    const float *w;
    size_t out_c, in_c;
    bool
        transposed; /* for the gradient of x: columns are inputs, and the kernel is turned around */
    bool round;
};

/*
 * to [36][pairs][rows][32], the last pair 16 if `blocks` is odd: the points of the weights from all
 * rows (in_c) to columns (out_c) 16 * first_block.., `blocks` blocks; `point` floats between
 * points.
 */
void wino_kernel(float *to, size_t point, const struct wino_weights *weights, size_t first_block,
                 size_t blocks);
/*
 * dw [out_c][3][3][in_c] += what the points say: the transpose of wino_kernel. from
 * [36][rows][16 * blocks] are outputs first_row.. by blocks first_block.. of inputs.
 */
void wino_kernel_gradient(float *dw, size_t in_c, const float *from, size_t point, size_t first_row,
                          size_t rows, size_t first_block, size_t blocks);

/* to = from [rows][in_blocks * 16] x v, at each point; rows is rounded up to even. */
struct wino_product {
    struct wino_points to, from;
    const float *v; /* as wino_kernel makes it */
    size_t v_point;
    size_t rows, in_blocks, out_blocks;
};
void wino_multiply(const struct wino_product *product);

/* sum [36][row_blocks * 16][16 * blocks] = or += sum over tiles of dy[tile][row] x[tile][column] */
struct wino_sum {
    float *sum;
    size_t sum_point;
    struct wino_points dy, x;         /* from the first row block and the first block on */
    size_t tiles, row_blocks, blocks; /* blocks: 1 or 2 */
    bool add;
};
void wino_accumulate(const struct wino_sum *sum);

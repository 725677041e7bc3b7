/*
 * norm: what batch_norm and group_norm share: after whatever normalisation, each channel has a
 * scale and a shift of its own. Here are their passes over memory, each over one block of channels:
 *
 *     moments    sums of x and x^2
 *     forward    y = [relu]((x - mean) factor + shift [+ second])
 *     dots       sums of g and g (x - mean); dsecond gets g
 *     backward   dx = factor g + b (x - mean) + d
 *
 * where g is dy, or 0 where relu gave 0. What the factors are is up to the op. A block is 16
 * channels where they are a multiple of 16. Elsewhere 16 pixels of c channels are c vectors, in
 * each of which lane l of vector b belongs to channel (16 b + l) mod c; those are the blocks then,
 * and a channel's sums are whole when all blocks are done.
 *
 * Sums run over up to 64 vectors in float and then in double, those of x and x^2 around one of the
 * values, so that no mean is too far from zero.
 */
#pragma once

#include "models/nn/op.h"

/* params: scale [c], unless attr.no_scale, and shift [c] */
int norm_params(const struct nn_layer *layer, struct nn_block *ret_blocks);
/* flops: two passes for the moments, one for the result */
double norm_flops(const struct nn_layer *layer);
/* 1 / sqrt(var + epsilon); epsilon 0 means 1e-5 */
double norm_inverse_deviation(double var, double epsilon);
/* Which block is the shift. */
int norm_shift(const struct nn_layer *layer);

/* Where samples first..first + n - 1 of a batch lie, in values from its start. */
struct norm_view {
    size_t c, blocks, at;
    size_t samples, rows; /* vectors of a block: samples * rows, and the tail's */
    size_t block_stride, sample_stride, row_stride;
    size_t tail; /* values after the last whole 16 pixels, where blocks are not 16 channels */
};

struct norm_view norm_view(struct nn_shape shape, size_t first, size_t n);
/* One past the last channel that blocks 0..end - 1 hold whole, given that `end` ends a block of 16
   channels or is all. */
size_t norm_channels(const struct norm_view *view, size_t end);

/* Arrays of the whole batch, of the types said; what a pass does not name need not be there. */
struct norm_pass {
    struct norm_view view;
    enum nn_type x_type, second_type, y_type; /* second_type: as x_type without second */
    bool relu;
    const void *x;
    const void *second; /* or NULL */
    void *y;            /* backward: tells where relu gave 0; NULL: that is found from x */
    const void *dy;     /* may be dx */
    void *dx, *dsecond; /* dsecond may be NULL */
    bool add, add_second;
    const float *mean, *factor, *shift; /* [c] each */
    const float *b, *d;                 /* [c] each */
};

/* The pass that the call asks for, without the factors. */
struct norm_pass norm_pass(const struct nn_call *call);

/* sum[c], square[c] += those of the block */
void norm_moments(double *sum, double *square, const struct norm_pass *pass, size_t block);
void norm_forward(const struct norm_pass *pass, size_t block);
/* sum[c], dot[c] += those of the block */
void norm_dots(double *sum, double *dot, const struct norm_pass *pass, size_t block);
/* After norm_dots of the same block. */
void norm_backward(const struct norm_pass *pass, size_t block);

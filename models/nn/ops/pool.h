/*
 * pool: what the pools share: windows without a border. Rows and columns beyond the last whole
 * window are left out, and their gradient is 0.
 *
 * All go pixel by pixel through vectors of 16 channels. Where a pixel has fewer, or a rest, a
 * vector reaches into the pixels behind it: what is written there is overwritten when their turn
 * comes, or is what was there. Only at the end of an array is the vector cut.
 *
 * Limits: where windows overlap, gradients in bfloat16 are rounded once for each window.
 */
#pragma once

#include "models/nn/op.h"

int pool_shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
               struct err *err);
double pool_flops(const struct nn_layer *layer);

/* A batch of pictures, as planes of `lanes` channels. */
struct pool {
    size_t planes, lanes;
    size_t h, w, out_h, out_w;         /* of a plane, in pixels */
    size_t kernel_h, kernel_w, stride; /* of the windows */
    size_t in_end, out_end;            /* values of the batch */
    enum nn_type in_type, out_type;
};

/* Square windows as attr says; without a kernel, one window: the whole picture. */
struct pool pool_of(const struct nn_call *call);

/* forward and backward: y = mean of each window of x */
void pool_mean(const struct nn_call *call);
void pool_mean_backward(const struct nn_call *call);
/*
 * dx (+)= dy * share for each pixel of a window, or only for pixel number which[] of it, counted
 * row by row. which [out_end], readable 16 numbers further, or NULL.
 */
void pool_backward(void *dx, const void *dy, const uint16_t *which, float share,
                   const struct pool *pool, bool add);

/*
 * For the naive references: where pixel (y, x) of the window of output value `out` is. That is
 * numbered sample by sample, row by row, pixel by pixel, channel by channel, and lies at
 * pool_naive_output.
 */
size_t pool_naive_input(const struct nn_layer *layer, size_t out, int y, int x);
size_t pool_naive_output(const struct nn_layer *layer, size_t out);

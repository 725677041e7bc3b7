/*
 * activation: relu, leaky_relu (slope 0.01 below 0) and sigmoid.
 *
 * All work in place, and backward needs the output only, so that the input's memory is free again
 * as soon as it is read. NaN stays NaN: a diverged training must show.
 *
 * Cost: relu and leaky_relu are bound by memory; sigmoid by expf (some ns a value). Most relus have
 * become part of a norm (fuse.c); those that have not work on both types of numbers.
 */
#include "models/nn/ops/activation.h"

/* ---- relu ---- */

NN_INLINE void relu_forward_body(void *y, const void *x, size_t n, enum nn_type in,
                                 enum nn_type out)
{
    for (size_t i = 0; i < n; i += NN_LANES) {
        const nn_v16 value = nn_load_some(x, i, in, nn_some(i, n));
        nn_store_some(y, i, out, nn_keep_where(value, ~nn_negative(value)), nn_some(i, n));
    }
}

NN_INLINE void relu_backward_body(void *dx, const void *dy, const void *y, size_t n, bool add,
                                  enum nn_type in, enum nn_type out)
{
    for (size_t i = 0; i < n; i += NN_LANES) {
        const nn_u16x32 passes = nn_positive(nn_load_some(y, i, out, nn_some(i, n)));
        nn_v16 value = nn_keep_where(nn_load_some(dy, i, out, nn_some(i, n)), passes);
        if (add)
            value += nn_load_some(dx, i, in, nn_some(i, n));
        nn_store_some(dx, i, in, value, nn_some(i, n));
    }
}

TYPED_ACTIVATION(relu, call->y)

/* ---- leaky_relu ---- */

NN_INLINE void leaky_relu_forward_body(void *y, const void *x, size_t n, enum nn_type in,
                                       enum nn_type out)
{
    for (size_t i = 0; i < n; i += NN_LANES) {
        const nn_v16 value = nn_load_some(x, i, in, nn_some(i, n)), less = 0.01F * value;
        const nn_u16x32 falls = nn_negative(value);
        nn_store_some(y, i, out, (nn_v16)nn_select(falls, (nn_u16x32)less, (nn_u16x32)value),
                      nn_some(i, n));
    }
}

NN_INLINE void leaky_relu_backward_body(void *dx, const void *dy, const void *y, size_t n, bool add,
                                        enum nn_type in, enum nn_type out)
{
    const nn_v16 whole = (nn_v16){0} + 1, little = (nn_v16){0} + 0.01F;
    for (size_t i = 0; i < n; i += NN_LANES) {
        const nn_u16x32 rises = nn_positive(nn_load_some(y, i, out, nn_some(i, n)));
        const nn_v16 slope = (nn_v16)nn_select(rises, (nn_u16x32)whole, (nn_u16x32)little);
        nn_v16 value = nn_load_some(dy, i, out, nn_some(i, n)) * slope;
        if (add)
            value += nn_load_some(dx, i, in, nn_some(i, n));
        nn_store_some(dx, i, in, value, nn_some(i, n));
    }
}

TYPED_ACTIVATION(leaky_relu, call->y)

/* ---- sigmoid ---- */

NN_CLONES(static, sigmoid_forward_kernel, (float *ys, const float *xs, size_t n), (ys, xs, n))
{
    NN_ELEMENTWISE
    for (size_t i = 0; i < n; i++)
        ys[i] = 1 / (1 + expf(-xs[i]));
}

NN_CLONES(static, sigmoid_backward_kernel,
          (float *dx, const float *dy, const float *ys, size_t n, bool add), (dx, dy, ys, n, add))
{
    if (add) {
        NN_ELEMENTWISE
        for (size_t i = 0; i < n; i++)
            dx[i] += dy[i] * (ys[i] * (1 - ys[i]));
    } else {
        NN_ELEMENTWISE
        for (size_t i = 0; i < n; i++)
            dx[i] = dy[i] * (ys[i] * (1 - ys[i]));
    }
}

static void sigmoid_forward(const struct nn_call *call)
{
    sigmoid_forward_kernel(call->y, call->x[0], nn_input_count(call));
}

static void sigmoid_backward(const struct nn_call *call)
{
    if (call->dx[0])
        sigmoid_backward_kernel(call->dx[0], call->dy, call->y, nn_input_count(call), call->add[0]);
}

ACTIVATION(relu, NN_READS_OUTPUT | NN_TYPED, fmax(x, 0), (x > 0 ? 1 : 0))
ACTIVATION(leaky_relu, NN_READS_OUTPUT | NN_TYPED, (x > 0 ? x : 0.01 * x), (x > 0 ? 1 : 0.01))
ACTIVATION(sigmoid, NN_READS_OUTPUT, 1 / (1 + exp(-x)), (exp(-x) / pow(1 + exp(-x), 2)))

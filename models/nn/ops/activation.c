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

/* ---- The others ---- */

/* value: of the input x; slope: of the output y. */
#define PASSES(id, value, slope)                                                                   \
    NN_CLONES(static, id##_forward_kernel, (float *ys, const float *xs, size_t n), (ys, xs, n))    \
    {                                                                                              \
        NN_ELEMENTWISE                                                                             \
        for (size_t i = 0; i < n; i++) {                                                           \
            const float x = xs[i];                                                                 \
            ys[i] = value;                                                                         \
        }                                                                                          \
    }                                                                                              \
    NN_CLONES(static, id##_backward_kernel,                                                        \
              (float *dx, const float *dy, const float *ys, size_t n, bool add),                   \
              (dx, dy, ys, n, add))                                                                \
    {                                                                                              \
        if (add) {                                                                                 \
            NN_ELEMENTWISE                                                                         \
            for (size_t i = 0; i < n; i++) {                                                       \
                const float y = ys[i];                                                             \
                dx[i] += dy[i] * slope;                                                            \
            }                                                                                      \
        } else {                                                                                   \
            NN_ELEMENTWISE                                                                         \
            for (size_t i = 0; i < n; i++) {                                                       \
                const float y = ys[i];                                                             \
                dx[i] = dy[i] * slope;                                                             \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void id##_forward(const struct nn_call *call)                                           \
    {                                                                                              \
        id##_forward_kernel(call->y, call->x[0], nn_input_count(call));                            \
    }                                                                                              \
    static void id##_backward(const struct nn_call *call)                                          \
    {                                                                                              \
        if (call->dx[0])                                                                           \
            id##_backward_kernel(call->dx[0], call->dy, call->y, nn_input_count(call),             \
                                 call->add[0]);                                                    \
    }

PASSES(leaky_relu, (x < 0 ? 0.01F * x : x), (y > 0 ? 1.0F : 0.01F))
PASSES(sigmoid, 1 / (1 + expf(-x)), (y * (1 - y)))

ACTIVATION(relu, NN_READS_OUTPUT | NN_TYPED, fmax(x, 0), (x > 0 ? 1 : 0))
ACTIVATION(leaky_relu, NN_READS_OUTPUT, (x > 0 ? x : 0.01 * x), (x > 0 ? 1 : 0.01))
ACTIVATION(sigmoid, NN_READS_OUTPUT, 1 / (1 + exp(-x)), (exp(-x) / pow(1 + exp(-x), 2)))

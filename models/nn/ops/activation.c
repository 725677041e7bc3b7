/*
 * activation: relu, leaky_relu (slope 0.01 below 0) and sigmoid.
 *
 * All work in place, and backward needs the output only, so that the input's memory is free again
 * as soon as it is read. NaN stays NaN: a diverged training must show.
 *
 * Cost: relu and leaky_relu are bound by memory; sigmoid by expf (some ns a value). Most relus have
 * become part of a norm (fuse.c); those that have not work on both types of numbers.
 */
#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"
#include "models/nn/op.h"

#include <math.h>

static const struct nn_attr cases[] = {{0}};

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

NN_CLONES static void relu_forward_kernel(void *y, const void *x, size_t n, enum nn_type in,
                                          enum nn_type out)
{
    if (in == NN_FLOAT32 && out == NN_FLOAT32)
        relu_forward_body(y, x, n, NN_FLOAT32, NN_FLOAT32);
    else if (in == NN_BFLOAT16 && out == NN_BFLOAT16)
        relu_forward_body(y, x, n, NN_BFLOAT16, NN_BFLOAT16);
    else
        relu_forward_body(y, x, n, in, out);
}

NN_CLONES static void relu_backward_kernel(void *dx, const void *dy, const void *y, size_t n,
                                           bool add, enum nn_type in, enum nn_type out)
{
    if (in == NN_FLOAT32 && out == NN_FLOAT32)
        relu_backward_body(dx, dy, y, n, add, NN_FLOAT32, NN_FLOAT32);
    else if (in == NN_BFLOAT16 && out == NN_BFLOAT16)
        relu_backward_body(dx, dy, y, n, add, NN_BFLOAT16, NN_BFLOAT16);
    else
        relu_backward_body(dx, dy, y, n, add, in, out);
}

static void relu_forward(const struct nn_call *call)
{
    relu_forward_kernel(call->y, call->x[0], nn_input_count(call), call->layer->in_type[0],
                        call->layer->out_type);
}

static void relu_backward(const struct nn_call *call)
{
    if (call->dx[0])
        relu_backward_kernel(call->dx[0], call->dy, call->y, nn_input_count(call), call->add[0],
                             call->layer->in_type[0], call->layer->out_type);
}

/* ---- The others ---- */

/* value: of the input x; slope: of the output y. */
#define PASSES(id, value, slope)                                                                   \
    NN_CLONES static void id##_forward_kernel(float *ys, const float *xs, size_t n)                \
    {                                                                                              \
        NN_ELEMENTWISE                                                                             \
        for (size_t i = 0; i < n; i++) {                                                           \
            const float x = xs[i];                                                                 \
            ys[i] = value;                                                                         \
        }                                                                                          \
    }                                                                                              \
    NN_CLONES static void id##_backward_kernel(float *dx, const float *dy, const float *ys,        \
                                               size_t n, bool add)                                 \
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

/* One op. definition and derivative: both of the input x, in double. */
#define ACTIVATION(id, typed, definition, derivative)                                              \
    static void id##_forward_naive(const struct nn_call *call)                                     \
    {                                                                                              \
        for (size_t i = 0; i < nn_input_count(call); i++) {                                        \
            const double x = (double)call->x[0][i];                                                \
            call->y[i] = (float)(definition);                                                      \
        }                                                                                          \
    }                                                                                              \
    static void id##_backward_naive(const struct nn_call *call)                                    \
    {                                                                                              \
        for (size_t i = 0; i < nn_input_count(call); i++) {                                        \
            const double x = (double)call->x[0][i];                                                \
            const float gradient = (float)((double)call->dy[i] * (derivative));                    \
            call->dx[0][i] = call->add[0] ? call->dx[0][i] + gradient : gradient;                  \
        }                                                                                          \
    }                                                                                              \
    int nn_##id(struct nn_net *net, int input)                                                     \
    {                                                                                              \
        return nn_add_node(net, &id##_op, &cases[0], input, input);                                \
    }                                                                                              \
    const struct nn_op id##_op = {                                                                 \
        .name = #id,                                                                               \
        .inputs = 1,                                                                               \
        .flags = NN_READS_OUTPUT | NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | (typed),           \
        NN_CASES(cases),                                                                           \
        .shape = nn_shape_same,                                                                    \
        .flops = nn_flops_one,                                                                     \
        .forward = id##_forward,                                                                   \
        .backward = id##_backward,                                                                 \
        .forward_naive = id##_forward_naive,                                                       \
        .backward_naive = id##_backward_naive,                                                     \
    };

PASSES(leaky_relu, (x < 0 ? 0.01F * x : x), (y > 0 ? 1.0F : 0.01F))
PASSES(sigmoid, 1 / (1 + expf(-x)), (y * (1 - y)))

ACTIVATION(relu, NN_TYPED, fmax(x, 0), (x > 0 ? 1 : 0))
ACTIVATION(leaky_relu, 0, (x > 0 ? x : 0.01 * x), (x > 0 ? 1 : 0.01))
ACTIVATION(sigmoid, 0, 1 / (1 + exp(-x)), (exp(-x) / pow(1 + exp(-x), 2)))

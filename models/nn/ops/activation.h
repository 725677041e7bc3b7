/*
 * activation: what the files of activations share. A file gives an op's forward and backward, by
 * TYPED_ACTIVATION or as it likes, and then ACTIVATION, which adds the definition and the op.
 */
#pragma once

#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"
#include "models/nn/op.h"

#include <math.h>

/* Of both types of numbers, by id_forward_body and id_backward_body. given: what backward reads. */
#define TYPED_ACTIVATION(id, given)                                                                \
    NN_CLONES(static, id##_forward_kernel,                                                         \
              (void *y, const void *x, size_t n, enum nn_type in, enum nn_type out),               \
              (y, x, n, in, out))                                                                  \
    {                                                                                              \
        if (in == NN_FLOAT32 && out == NN_FLOAT32)                                                 \
            id##_forward_body(y, x, n, NN_FLOAT32, NN_FLOAT32);                                    \
        else if (in == NN_BFLOAT16 && out == NN_BFLOAT16)                                          \
            id##_forward_body(y, x, n, NN_BFLOAT16, NN_BFLOAT16);                                  \
        else                                                                                       \
            id##_forward_body(y, x, n, in, out);                                                   \
    }                                                                                              \
    NN_CLONES(static, id##_backward_kernel,                                                        \
              (void *dx, const void *dy, const void *read, size_t n, bool add, enum nn_type in,    \
               enum nn_type out),                                                                  \
              (dx, dy, read, n, add, in, out))                                                     \
    {                                                                                              \
        if (in == NN_FLOAT32 && out == NN_FLOAT32)                                                 \
            id##_backward_body(dx, dy, read, n, add, NN_FLOAT32, NN_FLOAT32);                      \
        else if (in == NN_BFLOAT16 && out == NN_BFLOAT16)                                          \
            id##_backward_body(dx, dy, read, n, add, NN_BFLOAT16, NN_BFLOAT16);                    \
        else                                                                                       \
            id##_backward_body(dx, dy, read, n, add, in, out);                                     \
    }                                                                                              \
    static void id##_forward(const struct nn_call *call)                                           \
    {                                                                                              \
        id##_forward_kernel(call->y, call->x[0], nn_input_count(call), call->layer->in_type[0],    \
                            call->layer->out_type);                                                \
    }                                                                                              \
    static void id##_backward(const struct nn_call *call)                                          \
    {                                                                                              \
        if (call->dx[0])                                                                           \
            id##_backward_kernel(call->dx[0], call->dy, (given), nn_input_count(call),             \
                                 call->add[0], call->layer->in_type[0], call->layer->out_type);    \
    }

static const struct nn_attr cases[] = {{0}};

/* One op. definition and derivative: both of the input x, in double; flags_of: what else it has. */
#define ACTIVATION(id, flags_of, definition, derivative)                                           \
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
            const double gradient = (double)call->dy[i] * (derivative);                            \
            call->dx[0][i] = (float)(gradient + (call->add[0] ? (double)call->dx[0][i] : 0));      \
        }                                                                                          \
    }                                                                                              \
    int nn_##id(struct nn_net *net, int input)                                                     \
    {                                                                                              \
        return nn_add_node(net, &id##_op, &cases[0], input, input);                                \
    }                                                                                              \
    const struct nn_op id##_op = {                                                                 \
        .name = #id,                                                                               \
        .inputs = 1,                                                                               \
        .flags = NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | (flags_of),                          \
        NN_CASES(cases),                                                                           \
        .shape = nn_shape_same,                                                                    \
        .flops = nn_flops_one,                                                                     \
        .forward = id##_forward,                                                                   \
        .backward = id##_backward,                                                                 \
        .forward_naive = id##_forward_naive,                                                       \
        .backward_naive = id##_backward_naive,                                                     \
    };

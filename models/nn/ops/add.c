/*
 * add: y = a + b, the end of a residual block. Works in the place of a, so the branch that nobody
 * else reads should come first. Backward hands dy to both; that of a may be dy itself, and then
 * costs nothing.
 */
#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"
#include "models/nn/op.h"

#include <string.h>

NN_INLINE void sum_body(void *y, const void *a, const void *b, size_t n, enum nn_type y_type,
                        enum nn_type a_type, enum nn_type b_type)
{
    for (size_t i = 0; i < n; i += NN_LANES) {
        const size_t some = nn_some(i, n);
        nn_v16 value = nn_load_some(a, i, a_type, some);
        if (b)
            value += nn_load_some(b, i, b_type, some);
        nn_store_some(y, i, y_type, value, some);
    }
}

/* y[n] = a[n] + b[n], or a[n] where b is NULL */
NN_CLONES(static, sum,
          (void *y, enum nn_type y_type, const void *a, enum nn_type a_type, const void *b,
           enum nn_type b_type, size_t n),
          (y, y_type, a, a_type, b, b_type, n))
{
    if (y_type == NN_FLOAT32 && a_type == NN_FLOAT32 && b_type == NN_FLOAT32)
        sum_body(y, a, b, n, NN_FLOAT32, NN_FLOAT32, NN_FLOAT32);
    else if (y_type == NN_BFLOAT16 && a_type == NN_BFLOAT16 && b_type == NN_BFLOAT16)
        sum_body(y, a, b, n, NN_BFLOAT16, NN_BFLOAT16, NN_BFLOAT16);
    else
        sum_body(y, a, b, n, y_type, a_type, b_type);
}

static void forward(const struct nn_call *call)
{
    const struct nn_layer *layer = call->layer;
    sum(call->y, layer->out_type, call->x[0], layer->in_type[0], call->x[1], layer->in_type[1],
        nn_input_count(call));
}

static void backward(const struct nn_call *call)
{
    const size_t n = nn_input_count(call);
    const enum nn_type from = call->layer->out_type;
    for (int k = 0; k < 2; k++) {
        float *dx = call->dx[k];
        const enum nn_type type = call->layer->in_type[k];
        if (dx && call->add[k])
            sum(dx, type, dx, type, call->dy, from, n);
        else if (dx && type != from)
            sum(dx, type, call->dy, from, NULL, from, n);
        else if (dx && dx != call->dy)
            memcpy(dx, call->dy, n * nn_type_size(type));
    }
}

static void forward_naive(const struct nn_call *call)
{
    for (size_t i = 0; i < nn_input_count(call); i++)
        call->y[i] = (float)((double)call->x[0][i] + (double)call->x[1][i]);
}

static void backward_naive(const struct nn_call *call)
{
    for (size_t i = 0; i < nn_input_count(call); i++)
        for (int k = 0; k < 2; k++)
            call->dx[k][i] = (call->add[k] ? call->dx[k][i] : 0) + call->dy[i];
}

static const struct nn_attr cases[] = {{0}};

int nn_add(struct nn_net *net, int a, int b)
{
    return nn_add_node(net, &add_op, &cases[0], a, b);
}

const struct nn_op add_op = {
    .name = "add",
    .inputs = 2,
    .flags = NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE | NN_TYPED,
    NN_CASES(cases),
    .shape = nn_shape_equal,
    .flops = nn_flops_one,
    NN_PASSES,
};

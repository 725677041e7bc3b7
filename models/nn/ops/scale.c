/*
 * scale: y = p x, value by value, p a constant.
 *
 * Works in place, and backward reads nothing. Cost: a product a value; bound by memory. Meant for
 * what a classifier reads, which is small: pictures in bfloat16 are expanded for it.
 */
#include "models/nn/num/kernel.h"
#include "models/nn/op.h"

/* y (+)= p x, both [n] */
NN_CLONES(static, multiply, (float *y, const float *x, size_t n, float p, bool add),
          (y, x, n, p, add))
{
    NN_ELEMENTWISE
    for (size_t i = 0; i < n; i++)
        y[i] = (add ? y[i] : 0) + p * x[i];
}

static void forward(const struct nn_call *call)
{
    multiply(call->y, call->x[0], nn_input_count(call), (float)call->layer->attr.p, false);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        multiply(call->dx[0], call->dy, nn_input_count(call), (float)call->layer->attr.p,
                 call->add[0]);
}

static void forward_naive(const struct nn_call *call)
{
    for (size_t i = 0; i < nn_input_count(call); i++)
        call->y[i] = (float)(call->layer->attr.p * (double)call->x[0][i]);
}

static void backward_naive(const struct nn_call *call)
{
    for (size_t i = 0; i < nn_input_count(call); i++)
        call->dx[0][i] = (float)((call->add[0] ? (double)call->dx[0][i] : 0) +
                                 call->layer->attr.p * (double)call->dy[i]);
}

static const struct nn_attr cases[] = {{.p = 1.0 / 9}, {.p = -2}};

int nn_scale(struct nn_net *net, int x, double factor)
{
    return nn_add_node(net, &scale_op, &(struct nn_attr){.p = factor}, x, x);
}

const struct nn_op scale_op = {
    .name = "scale",
    .inputs = 1,
    .flags = NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE,
    NN_CASES(cases),
    .shape = nn_shape_same,
    .flops = nn_flops_one,
    NN_PASSES,
};

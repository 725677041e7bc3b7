/*
 * dropout: Srivastava et al. 2014, inverted: in training each value is dropped with probability p
 * and the others are multiplied by 1 / (1 - p); in evaluation nothing happens.
 *
 * In frozen training the mask is all ones.
 *
 * The mask is a stream of its own, named by (seed, epoch, step, node) and drawn in the order of the
 * batch, so that it does not depend on what else was drawn, and a repeated step drops the same.
 */
#include "base/mem.h"
#include "models/nn/num/kernel.h"
#include "models/nn/op.h"

#include <math.h>
#include <string.h>

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    if (!(attr->p >= 0 && attr->p < 1))
        return err_set(err, "p = %g is not in [0, 1)", attr->p);
    *ret_out = *in;
    return 0;
}

/* The mask: 0 or 1 / (1 - p) for each value. */
static size_t saved(const struct nn_layer *layer, int n)
{
    return mem_size((size_t)n, nn_floats(layer->in[0]));
}

static struct rng mask_stream(const struct nn_call *call)
{
    enum { NODE_BITS = 10 };
    REQUIRE(call->node < 1U << NODE_BITS && call->mode->step < 1U << (32 - NODE_BITS));
    return rng_stream(call->mode->seed, RNG_DROPOUT, call->mode->epoch,
                      call->mode->step << NODE_BITS | call->node);
}

/* One draw a value; dropped where it is below this. */
static double threshold(const struct nn_call *call)
{
    return call->layer->attr.p * 0x1p32;
}

/* y[n] (+)= x[n] * mask[n] */
NN_CLONES(static, multiply, (float *y, const float *x, const float *mask, size_t n, bool add),
          (y, x, mask, n, add))
{
    if (add) {
        NN_ELEMENTWISE
        for (size_t i = 0; i < n; i++)
            y[i] += x[i] * mask[i];
    } else {
        NN_ELEMENTWISE
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] * mask[i];
    }
}

static void forward(const struct nn_call *call)
{
    if (!call->mode->train) {
        if (call->y != call->x[0])
            memcpy(call->y, call->x[0], nn_input_count(call) * sizeof *call->y);
        return;
    }
    struct rng rng = mask_stream(call);
    const bool drops = nn_learns(call->mode);
    const uint64_t below = (uint64_t)ceil(threshold(call));
    const float scale = drops ? (float)(1 / (1 - call->layer->attr.p)) : 1;
    for (size_t i = 0; i < nn_input_count(call); i++)
        call->saved[i] = drops && rng_u32(&rng) < below ? 0 : scale;
    multiply(call->y, call->x[0], call->saved, nn_input_count(call), false);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        multiply(call->dx[0], call->dy, call->saved, nn_input_count(call), call->add[0]);
}

/* The mask's next value. */
static double naive_mask(const struct nn_call *call, struct rng *rng)
{
    if (!nn_learns(call->mode))
        return 1;
    return (double)rng_u32(rng) < threshold(call) ? 0 : 1 / (1 - call->layer->attr.p);
}

static void forward_naive(const struct nn_call *call)
{
    struct rng rng = mask_stream(call);
    for (size_t i = 0; i < nn_input_count(call); i++)
        call->y[i] = (float)(naive_mask(call, &rng) * (double)call->x[0][i]);
}

static void backward_naive(const struct nn_call *call)
{
    struct rng rng = mask_stream(call);
    for (size_t i = 0; i < nn_input_count(call); i++) {
        const float gradient = (float)(naive_mask(call, &rng) * (double)call->dy[i]);
        call->dx[0][i] = gradient + (call->add[0] ? call->dx[0][i] : 0);
    }
}

static const struct nn_attr cases[] = {{.p = 0}, {.p = 0.3}, {.p = 0.9}};

int nn_dropout(struct nn_net *net, int x, double p)
{
    return nn_add_node(net, &dropout_op, &(struct nn_attr){.p = p}, x, x);
}

const struct nn_op dropout_op = {
    .name = "dropout",
    .inputs = 1,
    .flags = NN_FORWARD_IN_PLACE | NN_BACKWARD_IN_PLACE,
    NN_CASES(cases),
    .shape = shape,
    .saved = saved,
    .flops = nn_flops_one,
    NN_PASSES,
};

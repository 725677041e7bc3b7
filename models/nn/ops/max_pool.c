/*
 * max_pool: the highest value of each window. Forward notes which pixel of the window that was, 16
 * bits for each output, so that backward needs neither x nor y; among equals the first takes the
 * whole gradient, as in PyTorch. NaN is higher than everything, the last of several wins.
 *
 * Higher is what differs by more than nothing, so that values 1.2e-38 apart are equal (kernel.h).
 */
#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"
#include "models/nn/ops/pool.h"

#include <math.h>

enum { MAX_KERNEL = 255 }; /* its pixels are numbered in 16 bits */

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    if (attr->kernel > MAX_KERNEL)
        return err_set(err, "kernel %d is more than %d", attr->kernel, MAX_KERNEL);
    return pool_shape(attr, in, ret_out, err);
}

/* 16 bits for each output, and what a vector writes beyond the end. */
static size_t saved(const struct nn_layer *layer, int n)
{
    return ((size_t)n * nn_floats(layer->out) + NN_LANES + 1) / 2;
}

/* which: NULL in evaluation */
NN_INLINE void forward_body(void *y, uint16_t *which, const void *x, const struct pool *p,
                            size_t lanes, size_t kernel, enum nn_type in_type,
                            enum nn_type out_type)
{
    const size_t row = p->w * lanes, in_end = p->in_end, out_end = p->out_end;
    const bool whole = lanes == NN_LANES;
    size_t out = 0;
    for (size_t plane = 0; plane < p->planes; plane++)
        for (size_t oy = 0; oy < p->out_h; oy++)
            for (size_t ox = 0; ox < p->out_w; ox++, out += lanes)
                for (size_t j = 0; j < lanes; j += NN_LANES) {
                    const size_t in =
                        (plane * p->h + oy * p->stride) * row + ox * p->stride * lanes + j;
                    nn_v16 best =
                        nn_load_some(x, in, in_type, whole ? NN_LANES : nn_some(in, in_end));
                    nn_u16x32 number = {0}, next = {0};
                    for (size_t k = 1; k < kernel * kernel; k++) {
                        const size_t at = in + k / kernel * row + k % kernel * lanes;
                        const nn_v16 value =
                            nn_load_some(x, at, in_type, whole ? NN_LANES : nn_some(at, in_end));
                        const nn_u16x32 higher = nn_positive(value - best) | nn_is_nan(value);
                        best = (nn_v16)nn_select(higher, (nn_u16x32)value, (nn_u16x32)best);
                        next += 1;
                        number = nn_select(higher, next, number);
                    }
                    nn_store_some(y, out + j, out_type, best,
                                  whole ? NN_LANES : nn_some(out + j, out_end));
                    if (which)
                        *(nn_h16 *)(which + out + j) = __builtin_convertvector(number, nn_h16);
                }
}

NN_CLONES(static, run_forward, (void *y, uint16_t *which, const void *x, const struct pool *p),
          (y, which, x, p))
{
    const enum nn_type in = p->in_type, out = p->out_type;
    if (p->lanes != NN_LANES && in == NN_FLOAT32 && out == NN_FLOAT32 && p->kernel_h == 2)
        forward_body(y, which, x, p, p->lanes, 2, NN_FLOAT32, NN_FLOAT32);
    else if (p->lanes != NN_LANES)
        forward_body(y, which, x, p, p->lanes, p->kernel_h, in, out);
    else if (p->kernel_h != 2 || in != out)
        forward_body(y, which, x, p, NN_LANES, p->kernel_h, in, out);
    else if (in == NN_FLOAT32)
        forward_body(y, which, x, p, NN_LANES, 2, NN_FLOAT32, NN_FLOAT32);
    else
        forward_body(y, which, x, p, NN_LANES, 2, NN_BFLOAT16, NN_BFLOAT16);
}

static void forward(const struct nn_call *call)
{
    const struct pool pool = pool_of(call);
    run_forward(call->y, call->mode->train ? (uint16_t *)call->saved : NULL, call->x[0], &pool);
}

static void backward(const struct nn_call *call)
{
    const struct pool pool = pool_of(call);
    if (call->dx[0])
        pool_backward(call->dx[0], call->dy, (const uint16_t *)call->saved, 1, &pool, call->add[0]);
}

/* ---- The definition ---- */

/* Where the highest value of the window of output i is. */
static size_t naive_highest(const struct nn_call *call, size_t i)
{
    const int k = call->layer->attr.kernel;
    size_t best = pool_naive_input(call->layer, i, 0, 0);
    for (int y = 0; y < k; y++)
        for (int x = 0; x < k; x++) {
            const size_t at = pool_naive_input(call->layer, i, y, x);
            if (call->x[0][at] > call->x[0][best] || isnan(call->x[0][at]))
                best = at;
        }
    return best;
}

static void forward_naive(const struct nn_call *call)
{
    for (size_t i = 0; i < (size_t)call->n * nn_floats(call->layer->out); i++)
        call->y[pool_naive_output(call->layer, i)] = call->x[0][naive_highest(call, i)];
}

static void backward_naive(const struct nn_call *call)
{
    for (size_t i = 0; i < nn_input_count(call) && !call->add[0]; i++)
        call->dx[0][i] = 0;
    for (size_t i = 0; i < (size_t)call->n * nn_floats(call->layer->out); i++)
        call->dx[0][naive_highest(call, i)] += call->dy[pool_naive_output(call->layer, i)];
}

/* Windows side by side, overlapping (3 by 2), and with pixels between them (2 by 3). */
static const struct nn_attr cases[] = {
    {.kernel = 2, .stride = 2}, {.kernel = 3, .stride = 2}, {.kernel = 2, .stride = 3},
    {.kernel = 1, .stride = 1}, {.kernel = 3, .stride = 3},
};

int nn_max_pool(struct nn_net *net, int x, int kernel, int stride)
{
    const struct nn_attr attr = {.kernel = kernel, .stride = stride};
    return nn_add_node(net, &max_pool_op, &attr, x, x);
}

const struct nn_op max_pool_op = {
    .name = "max_pool",
    .inputs = 1,
    .flags = NN_TYPED,
    NN_CASES(cases),
    .shape = shape,
    .saved = saved,
    .flops = pool_flops,
    NN_PASSES,
};

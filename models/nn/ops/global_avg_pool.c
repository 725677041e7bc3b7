/* global_avg_pool: the mean over all pixels, per channel (Lin, Chen & Yan 2014). */
#include "models/nn/ops/pool.h"

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    (void)attr, (void)err;
    *ret_out = (struct nn_shape){1, 1, in->c};
    return 0;
}

/* ---- The definition ---- */

static void forward_naive(const struct nn_call *call)
{
    const struct nn_shape in = call->layer->in[0];
    for (int i = 0; i < call->n; i++)
        for (int j = 0; j < in.c; j++) {
            double sum = 0;
            for (int p = 0; p < in.h * in.w; p++)
                sum += (double)call->x[0][nn_pixel_at(in, (size_t)i, p, j)];
            call->y[i * in.c + j] = (float)(sum / (in.h * in.w));
        }
}

static void backward_naive(const struct nn_call *call)
{
    const struct nn_shape in = call->layer->in[0];
    for (int i = 0; i < call->n; i++)
        for (int j = 0; j < in.c; j++)
            for (int p = 0; p < in.h * in.w; p++) {
                float *dx = &call->dx[0][nn_pixel_at(in, (size_t)i, p, j)];
                *dx = (call->add[0] ? *dx : 0) + call->dy[i * in.c + j] / (float)(in.h * in.w);
            }
}

static const struct nn_attr cases[] = {{0}};

int nn_global_avg_pool(struct nn_net *net, int x)
{
    return nn_add_node(net, &global_avg_pool_op, &cases[0], x, x);
}

const struct nn_op global_avg_pool_op = {
    .name = "global_avg_pool",
    .inputs = 1,
    .flags = NN_TYPED,
    NN_CASES(cases),
    .shape = shape,
    .flops = nn_flops_one,
    .forward = pool_mean,
    .backward = pool_mean_backward,
    .forward_naive = forward_naive,
    .backward_naive = backward_naive,
};

/* avg_pool: the mean of each window; see pool.h for what happens at the border. */
#include "models/nn/ops/pool.h"

/* ---- The definition ---- */

static void forward_naive(const struct nn_call *call)
{
    const int k = call->layer->attr.kernel;
    for (size_t i = 0; i < (size_t)call->n * nn_floats(call->layer->out); i++) {
        double sum = 0;
        for (int y = 0; y < k; y++)
            for (int x = 0; x < k; x++)
                sum += (double)call->x[0][pool_naive_input(call->layer, i, y, x)];
        call->y[pool_naive_output(call->layer, i)] = (float)(sum / (k * k));
    }
}

static void backward_naive(const struct nn_call *call)
{
    const int k = call->layer->attr.kernel;
    for (size_t i = 0; i < nn_input_count(call) && !call->add[0]; i++)
        call->dx[0][i] = 0;
    for (size_t i = 0; i < (size_t)call->n * nn_floats(call->layer->out); i++)
        for (int y = 0; y < k; y++)
            for (int x = 0; x < k; x++)
                call->dx[0][pool_naive_input(call->layer, i, y, x)] +=
                    call->dy[pool_naive_output(call->layer, i)] / (float)(k * k);
}

static const struct nn_attr cases[] = {
    {.kernel = 2, .stride = 2},
    {.kernel = 3, .stride = 2}, /* windows overlap */
    {.kernel = 2, .stride = 3}, /* pixels are skipped */
};

int nn_avg_pool(struct nn_net *net, int x, int kernel, int stride)
{
    const struct nn_attr attr = {.kernel = kernel, .stride = stride};
    return nn_add_node(net, &avg_pool_op, &attr, x, x);
}

const struct nn_op avg_pool_op = {
    .name = "avg_pool",
    .inputs = 1,
    .flags = NN_TYPED,
    NN_CASES(cases),
    .shape = pool_shape,
    .flops = pool_flops,
    .forward = pool_mean,
    .backward = pool_mean_backward,
    .forward_naive = forward_naive,
    .backward_naive = backward_naive,
};

#include "tests/support/networks.h"

#include "base/mem.h"
#include "models/nn/net.h"

#include <math.h>

void test_fill_normal(float *values, size_t n, uint32_t stream)
{
    struct rng rng = rng_stream(11, RNG_TEST, 0, stream);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)rng_normal(&rng);
}

void test_fill_labels(uint16_t *labels, size_t n, int classes)
{
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint16_t)(i % (size_t)classes);
}

struct nn_net *test_build(const struct model *model, struct nn_shape input, int classes)
{
    struct nn_net *net = NULL;
    char *options;
    MEM_NEW(options, model->options_size);
    option_defaults(model->options, options);
    if (model_build(model, model->options_size ? options : NULL, input, classes, &net, NULL))
        net = NULL;
    mem_free(options);
    return net;
}

/* Marsaglia's xorshift: from -1 to 1. */
static float next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (float)(int32_t)(*state >> 32) * 0x1p-31F;
}

static void init_blocks(const struct nn_blocks *blocks, float *values, uint64_t state)
{
    for (int b = 0; b < blocks->count; b++) {
        const struct nn_block *block = &blocks->items[b].block;
        const float most = (float)(sqrt(3) * block->spread);
        for (size_t i = 0; i < block->count; i++)
            values[blocks->items[b].at + i] = block->spread > 0             ? most * next(&state)
                                              : block->fill == NN_FILL_ONES ? 1
                                                                            : 0;
    }
}

void test_init(struct nn_net *net, uint64_t seed)
{
    init_blocks(&net->blocks, net->params, seed + 0x9e3779b97f4a7c15);
    init_blocks(&net->buffer_blocks, net->buffers, 0);
    nn_zero_gradients(net);
}

double test_gradients(struct nn_net *net, int n, const uint16_t *labels, uint32_t step)
{
    nn_zero_gradients(net);
    nn_forward(net, n, &(struct nn_mode){.train = true, .seed = 1, .step = step});
    const double loss = nn_loss(net, n, labels, NULL, 0, NULL);
    nn_backward(net, n);
    return loss;
}

double test_step(struct nn_net *net, int n, const uint16_t *labels, uint32_t step)
{
    const double loss = test_gradients(net, n, labels, step);
    for (size_t i = 0; i < nn_param_count(net); i++)
        nn_params(net)[i] -= 0.01F * nn_gradients(net)[i];
    return loss;
}

double test_distance(const float *a, const float *b, size_t n)
{
    double largest = 1, distance = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs((double)b[i]));
        const double gap = fabs((double)a[i] - (double)b[i]);
        if (!(gap <= distance))
            distance = gap;
    }
    return distance / largest;
}

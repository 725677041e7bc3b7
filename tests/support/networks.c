#include "tests/support/networks.h"

#include "base/mem.h"

#include <math.h>

void test_fill_normal(float *values, size_t n, uint32_t stream)
{
    struct rng rng = rng_stream(11, RNG_TEST, 0, stream);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)rng_normal(&rng);
}

void test_fill_labels(uint8_t *labels, size_t n, int classes)
{
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint8_t)(i % (size_t)classes);
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

double test_gradients(struct nn_net *net, int n, const uint8_t *labels, uint32_t step)
{
    nn_zero_gradients(net);
    nn_forward(net, n, &(struct nn_mode){.train = true, .seed = 1, .step = step});
    const double loss = nn_loss(net, n, labels, NULL, 0, NULL);
    nn_backward(net, n);
    return loss;
}

double test_step(struct nn_net *net, int n, const uint8_t *labels, uint32_t step)
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

/*
 * Frozen training: evaluation's numbers with all that backward needs; gradients sample by sample;
 * the classifier as it is lent.
 */
#include "base/mem.h"
#include "base/num.h"
#include "tests/support/gradcheck.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double EXACT = 1e-5; /* of the largest value: sums in another order */
/* Of a block. Kinks of relu leave up to 0.06 in a deep network (gradcheck.c); a norm that lets
   its statistics move is off by more. */
static const double GRADIENT = 0.1;
static const double ROUNDING = 2e-4; /* of a gradient's norm, over some layers */

enum { N = 6, CLASSES = 4, SIDE = 12, PIXELS = SIDE * SIDE * 2 };

static const struct nn_shape PICTURE = {SIDE, SIDE, 2};
static const struct nn_mode EVALUATION = {0}, FROZEN = {.train = true, .frozen = true};

/* Running statistics are those of a few batches; the input holds N pictures. */
static void make_ready(struct nn_net *net, int train_batch, int threads)
{
    uint16_t labels[N];
    test_fill_labels(labels, N, CLASSES);
    nn_net_plan(net, train_batch, N, &(struct nn_engine){.threads = threads});
    nn_net_init(net, 1);
    if (train_batch >= N)
        for (uint32_t step = 0; step < 8; step++) {
            test_fill_normal(nn_input_buffer(net), N * PIXELS, 10 + step);
            test_step(net, N, labels, step);
        }
    nn_zero_gradients(net);
    test_fill_normal(nn_input_buffer(net), N * PIXELS, 0);
}

static struct nn_net *new_model(const char *name, int threads)
{
    struct nn_net *net = test_build(model_find(name), PICTURE, CLASSES);
    cr_assert(net != NULL, "%s", name);
    make_ready(net, N, threads);
    return net;
}

/* Everything that knows of the mode, and a gate: a norm alone, one with a relu, one with an
   addition and a relu. */
static struct nn_net *new_gated(void)
{
    struct nn_net *net = nn_net_new(PICTURE);
    const struct nn_conv conv = {.out = 16, .kernel = 3, .pad = 1};
    const int x = nn_relu(net, nn_batch_norm(net, nn_conv2d(net, nn_input(net), conv)));
    const int y = nn_batch_norm(net, nn_conv2d(net, x, conv));
    const int gate = nn_sigmoid(net, nn_linear(net, nn_global_avg_pool(net, y), 16));
    const int z = nn_batch_norm(net, nn_conv2d(net, nn_channel_scale(net, y, gate), conv));
    const int sum = nn_dropout(net, nn_relu(net, nn_add(net, z, x)), 0.5);
    nn_classifier(net, nn_max_pool(net, sum, 2, 2), CLASSES);
    make_ready(net, N, 1);
    return net;
}

/* ---- The mode ---- */

static void expect_evaluation(struct nn_net *net, const char *name)
{
    const size_t features = N * (size_t)nn_feature_count(net);
    float logits[N * CLASSES], *phi, *buffers;
    MEM_NEW(phi, features);
    MEM_NEW(buffers, nn_buffer_count(net));
    memcpy(buffers, nn_buffers(net), nn_buffer_count(net) * sizeof *buffers);
    nn_forward(net, N, &EVALUATION);
    memcpy(logits, nn_logits(net), sizeof logits);
    memcpy(phi, nn_features(net), features * sizeof *phi);
    nn_forward(net, N, &FROZEN);
    cr_expect(test_distance(nn_logits(net), logits, N * CLASSES) <= EXACT, "%s: logits", name);
    cr_expect(test_distance(nn_features(net), phi, features) <= EXACT, "%s: features", name);
    cr_expect(!memcmp(buffers, nn_buffers(net), nn_buffer_count(net) * sizeof *buffers),
              "%s: running statistics have moved", name);
    mem_free(phi);
    mem_free(buffers);
    nn_net_free(net);
}

Test(frozen, forward_is_evaluation_and_statistics_stay)
{
    expect_evaluation(new_gated(), "gated");
    expect_evaluation(new_model("convnet", 1), "convnet");
    expect_evaluation(new_model("resnet8", 2), "resnet8");
    expect_evaluation(new_model("wrn16-4", 1), "wrn16-4");
}

Test(frozen, backward_takes_statistics_for_constants)
{
    struct nn_net *nets[] = {new_gated(), new_model("resnet8", 1), new_model("resnet8", 2)};
    uint16_t labels[N];
    test_fill_labels(labels, N, CLASSES);
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
        const struct gradcheck found = nn_gradcheck(nets[i], N, labels, 3, true);
        cr_expect(found.worst <= GRADIENT, "network %zu: block %d is wrong by %g", i,
                  found.worst_block, found.worst);
        nn_net_free(nets[i]);
    }
}

/* ---- Sample by sample ---- */

/* The gradient of sample i alone by nn_backward, into ret[param_count]. */
static void gradient_alone(struct nn_net *net, const float *picture, uint16_t label, float *ret)
{
    memcpy(nn_input_buffer(net), picture, PIXELS * sizeof *picture);
    nn_zero_gradients(net);
    nn_forward(net, 1, &FROZEN);
    nn_loss(net, 1, &label, NULL, 0, NULL);
    nn_backward(net, 1);
    memcpy(ret, nn_gradients(net), nn_param_count(net) * sizeof *ret);
    nn_zero_gradients(net);
}

static double dot(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* The same network, planned for one sample a thread. */
static struct nn_net *new_single(const char *name, struct nn_net *like, int threads)
{
    struct nn_net *net = test_build(model_find(name), PICTURE, CLASSES);
    nn_net_plan(net, threads, 1, &(struct nn_engine){.threads = threads});
    memcpy(nn_params(net), nn_params(like), nn_param_count(net) * sizeof(float));
    memcpy(nn_buffers(net), nn_buffers(like), nn_buffer_count(net) * sizeof(float));
    nn_zero_gradients(net);
    return net;
}

static void expect_sample_gradients(const char *name, int threads)
{
    struct nn_net *net = new_model(name, threads), *single = new_single(name, net, threads);
    const size_t count = nn_param_count(net);
    uint16_t labels[N];
    float *mean, *alone, *sum, norms[N], dots[N], again[2][N], pictures[N * PIXELS];
    MEM_NEW(mean, count);
    MEM_NEW(alone, count);
    MEM_NEW(sum, count);
    test_fill_labels(labels, N, CLASSES);
    memcpy(pictures, nn_input_buffer(net), sizeof pictures);
    nn_forward(net, N, &FROZEN);
    nn_loss(net, N, labels, NULL, 0, NULL);
    nn_backward(net, N);
    memcpy(mean, nn_gradients(net), count * sizeof *mean);
    nn_zero_gradients(net);

    nn_sample_gradients(net, N, labels, mean, norms, dots);
    for (size_t i = 0; i < count; i++)
        cr_assert(nn_gradients(net)[i] == 0, "%s: gradient %zu is left", name, i);
    for (int first = 0; first < N; first += threads) {
        const int rows = N - first < threads ? N - first : threads;
        memcpy(nn_input_buffer(single), pictures + first * PIXELS,
               (size_t)rows * PIXELS * sizeof *pictures);
        nn_sample_gradients(single, rows, labels + first, mean, again[0] + first, again[1] + first);
    }
    for (size_t i = 0; i < N; i++) {
        gradient_alone(net, pictures + i * PIXELS, labels[i], alone);
        const double norm = sqrt(dot(alone, alone, count)), length = sqrt(dot(mean, mean, count));
        for (size_t p = 0; p < count; p++)
            sum[p] += alone[p] / N;
        cr_expect(fabs((double)norms[i] - norm) <= ROUNDING * norm, "%s: %zu: norm %g, not %g",
                  name, i, (double)norms[i], norm);
        cr_expect(fabs((double)dots[i] - dot(alone, mean, count)) <= ROUNDING * norm * length,
                  "%s: %zu: product %g, not %g", name, i, (double)dots[i], dot(alone, mean, count));
        cr_expect(fabs((double)again[0][i] - norm) <= ROUNDING * norm, "%s: %zu alone: %g", name, i,
                  (double)again[0][i]);
        cr_expect(fabs((double)(again[1][i] - dots[i])) <= ROUNDING * norm * length,
                  "%s: %zu alone: %g", name, i, (double)again[1][i]);
    }
    cr_expect(test_distance(sum, mean, count) <= ROUNDING,
              "%s: the batch's gradient is not the mean of its samples'", name);
    mem_free(mean);
    mem_free(alone);
    mem_free(sum);
    nn_net_free(net);
    nn_net_free(single);
}

Test(frozen, sample_gradients_are_those_of_one_sample_alone)
{
    expect_sample_gradients("mlp", 1);
    expect_sample_gradients("convnet", 1);
    expect_sample_gradients("resnet8", 1);
}

Test(frozen, sample_gradients_with_threads)
{
    expect_sample_gradients("resnet8", 2);
    expect_sample_gradients("convnet", 4); /* 6 samples: the last share is empty */
}

/* ---- The last layer ---- */

Test(frozen, last_layer_gradient_is_the_closed_form)
{
    const char *const names[] = {"convnet", "lenet", "resnet8"};
    for (size_t m = 0; m < 3; m++) {
        struct nn_net *net = new_model(names[m], 1);
        const size_t width = (size_t)nn_feature_count(net);
        const float *weights = nn_classifier_weights(net),
                    *of_weights = nn_gradients(net) + (weights - nn_params(net)),
                    *of_bias = nn_gradients(net) + (nn_classifier_bias(net) - nn_params(net));
        const uint16_t label = 2;
        float p[CLASSES];
        double worst = 0;
        nn_zero_gradients(net);
        nn_forward(net, 1, &FROZEN);
        nn_loss(net, 1, &label, NULL, 0, NULL);
        nn_backward(net, 1);
        num_softmax(p, nn_logits(net), 1, CLASSES);
        for (size_t c = 0; c < CLASSES; c++) {
            const double error = (double)p[c] - (c == label);
            worst = fmax(worst, fabs((double)of_bias[c] - error));
            for (size_t f = 0; f < width; f++)
                worst = fmax(worst, fabs((double)of_weights[c * width + f] -
                                         error * (double)nn_features(net)[f]));
        }
        cr_expect(worst <= EXACT, "%s: off by %g", names[m], worst);
        nn_net_free(net);
    }
}

/* In the layout of the features as they are lent, flattened maps included. */
Test(frozen, classifier_gives_the_logits_of_the_features)
{
    const char *const names[] = {"convnet", "lenet", "softmax", "resnet8"};
    for (size_t m = 0; m < sizeof names / sizeof *names; m++) {
        struct nn_net *net = new_model(names[m], 1);
        const size_t width = (size_t)nn_feature_count(net);
        const float *w = nn_classifier_weights(net), *b = nn_classifier_bias(net);
        nn_forward(net, N, &EVALUATION);
        for (size_t i = 0; i < N; i++)
            for (size_t c = 0; c < CLASSES; c++) {
                const float *phi = nn_features(net) + i * width;
                const double z = dot(w + c * width, phi, width) + (double)b[c],
                             found = (double)nn_logits(net)[i * CLASSES + c];
                cr_expect(fabs(found - z) <= EXACT * fmax(1, fabs(z)), "%s: %zu, %zu: %g, not %g",
                          names[m], i, c, found, z);
            }
        nn_net_free(net);
    }
}

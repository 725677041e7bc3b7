/*
 * airbench: the network with which CIFAR-10 is learned to 94 % in seconds (Jordan 2024, arXiv
 * 2404.00498), after Page's ResNet of 2019 and tysam-code's hlb-CIFAR10.
 *
 *     conv 2x2 that whitens, gelu -> 3 groups of width, 4 width, 4 width channels -> max pooling
 *     -> linear, without bias, a ninth of it
 *
 * A group is conv 3x3, 2x2 max pooling, norm, gelu, conv 3x3, norm, gelu. The norms have a shift
 * and no scale, and forget fast. The first layer's filters are made of the training pictures
 * (whiten.h); the others begin as the identity of as many channels as they read.
 *
 *     width 64    the published network                           1,971,640 parameters
 *     width 32                                                      497,528
 *     width 16    for two cores in minutes                          126,808
 *
 * 32 x 32 pictures are 31, 15, 7 and 3 wide, and the last pooling takes all of the 3 x 3; of
 * smaller pictures, what there is. The ninth is taken before the linear layer, which changes
 * nothing but rounding, so that the logits are linear in the features.
 *
 * The first layer's filters stay as they were made, and its biases from the fourth epoch on; the
 * norms' shifts have 64 times the learning rate, and the weight decay of all.
 */
#include "models/model.h"
#include "models/whiten.h"

#include <limits.h>

enum { KERNEL = 2, GROUPS = 3, GROWTH = 4, LAST_POOLING = 3, PICTURES = 5000 };

static const double LOGIT_SCALE = 1.0 / 9;
static const struct nn_training NEVER = {.epochs = 0}, AT_FIRST = {1, 1, 3},
                                FAST = {64, 1, INT_MAX};

struct airbench_options {
    int width;
    int bottleneck;
};

static const struct option table[] = {
    OPTION_INT(struct airbench_options, width, "64", 1, 1024,
               "channels of the first group; the others have 4 times as many"),
    MODEL_BOTTLENECK(struct airbench_options),
    OPTION_END,
};

static int conv(struct nn_net *net, int x, int width)
{
    return nn_conv2d(net, x,
                     (struct nn_conv){.out = width, .kernel = 3, .pad = 1, .init = NN_INIT_DIRAC});
}

/* PyTorch's momentum .4: running = .6 running + .4 batch. */
static int norm_gelu(struct nn_net *net, int x)
{
    const struct nn_batch_norm norm = {.no_scale = true, .momentum = 0.4, .epsilon = 1e-12};
    x = nn_batch_norm_with(net, x, norm);
    nn_set_training(net, x, NN_BIASES, FAST);
    return nn_gelu(net, x);
}

static int group(struct nn_net *net, int x, int width)
{
    x = norm_gelu(net, nn_max_pool(net, conv(net, x, width), 2, 2));
    return norm_gelu(net, conv(net, x, width));
}

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct airbench_options *o = options;
    int x = nn_input(net);
    const struct nn_conv whitening = {.out = whiten_filters(nn_shape_of(net, x), KERNEL),
                                      .kernel = KERNEL,
                                      .bias = true,
                                      .init = NN_INIT_UNIFORM};
    x = nn_conv2d(net, x, whitening);
    nn_set_training(net, x, NN_WEIGHTS, NEVER);
    nn_set_training(net, x, NN_BIASES, AT_FIRST);
    x = nn_gelu(net, x);
    for (int i = 0; i < GROUPS; i++)
        x = group(net, x, i > 0 ? GROWTH * o->width : o->width);
    const struct nn_shape left = nn_shape_of(net, x);
    const int side = left.h < left.w ? left.h : left.w,
              last = side < LAST_POOLING ? side : LAST_POOLING;
    x = model_features(net, nn_max_pool(net, x, last, last), o->bottleneck);
    nn_classifier_with(net, nn_scale(net, x, LOGIT_SCALE), classes,
                       (struct nn_head){.no_bias = true, .init = NN_INIT_UNIFORM});
    return 0;
}

/* The first layer's weights are the first of all. */
static void prepare(struct nn_net *net, const void *options, const float *pictures, size_t n)
{
    (void)options;
    whiten(nn_params(net), pictures, n, nn_shape_of(net, 0), KERNEL);
}

const struct model airbench_model = {
    .name = "airbench",
    .help = "plain network, 7 convolutions, the first of which whitens",
    .cite = "Jordan 2024, arXiv 2404.00498",
    KIND_OPTIONS(struct airbench_options, table),
    .smallest = KERNEL - 1 + (1 << GROUPS),
    .build = build,
    .prepare = prepare,
    .pictures = PICTURES,
};

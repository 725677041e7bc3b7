/*
 * lenet: LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) as it is drawn today: relu for tanh, max
 * pooling for trained subsampling, every map of the second convolution connected to all of the
 * first, a softmax for the radial basis functions.
 *
 * The paper's input is 32 x 32. Pictures smaller than that (28 x 28) get a border of two pixels, so
 * that the maps have the paper's sizes: 28, 14, 10, 5, then 120 and 84 units.
 */
#include "models/model.h"

enum { PAPER_SIZE = 32 };

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct model_common *o = options;
    int x = nn_input(net);
    const struct nn_shape in = nn_shape_of(net, x);
    const int pad = in.h < PAPER_SIZE || in.w < PAPER_SIZE ? 2 : 0;
    x = nn_conv2d(net, x, (struct nn_conv){.out = 6, .kernel = 5, .pad = pad, .bias = true});
    x = nn_max_pool(net, nn_relu(net, x), 2, 2);
    x = nn_conv2d(net, x, (struct nn_conv){.out = 16, .kernel = 5, .bias = true});
    x = nn_max_pool(net, nn_relu(net, x), 2, 2);
    x = nn_relu(net, nn_linear(net, x, 120));
    x = nn_relu(net, nn_linear(net, x, 84));
    model_classifier(net, x, classes, o->bottleneck);
    return 0;
}

const struct model lenet_model = {
    .name = "lenet",
    .help = "LeNet-5 with relu and max pooling",
    .cite = "LeCun, Bottou, Bengio & Haffner, Proc. IEEE 1998",
    KIND_OPTIONS(struct model_common, model_common_options),
    .smallest = 12,
    .build = build,
};

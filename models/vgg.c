/*
 * vgg: configuration A of Simonyan & Zisserman (ICLR 2015), as it is trained on small pictures: a
 * batch norm after every convolution, and one linear layer on what is left instead of three.
 *
 *     64 M 128 M 256 256 M 512 512 M 512 512 M       conv 3x3, norm, relu of so many channels;
 *                                                    M: 2 x 2 max pooling
 *
 * 32 x 32 pictures end as 1 x 1. Smaller ones (28 x 28: 14, 7, 3, 1) are that small one pooling
 * earlier, and the last is left out. 9.2 million parameters.
 */
#include "models/model.h"

enum { POOL = 0, POOLINGS = 5 };

static const int configuration_a[] = {64,  POOL, 128,  POOL, 256, 256, POOL,
                                      512, 512,  POOL, 512,  512, POOL};

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct model_common *o = options;
    int x = nn_input(net);
    for (size_t i = 0; i < sizeof configuration_a / sizeof *configuration_a; i++) {
        const struct nn_conv conv = {.out = configuration_a[i], .kernel = 3, .pad = 1};
        const struct nn_shape shape = nn_shape_of(net, x);
        if (conv.out != POOL)
            x = nn_relu(net, nn_batch_norm(net, nn_conv2d(net, x, conv)));
        else if (shape.h > 1 && shape.w > 1)
            x = nn_max_pool(net, x, 2, 2);
    }
    model_classifier(net, x, classes, o->bottleneck);
    return 0;
}

const struct model vgg11_model = {
    .name = "vgg11",
    .help = "plain network, 8 convolutions with batch norm, 5 poolings",
    .cite = "Simonyan & Zisserman, ICLR 2015",
    KIND_OPTIONS(struct model_common, model_common_options),
    .smallest = 1 << (POOLINGS - 1),
    .build = build,
};

/*
 * senet: resnet18 with squeeze and excitation (Hu, Shen & Sun, CVPR 2018). Before a block's
 * addition each channel of each picture is scaled by a gate that the whole picture decides:
 *
 *     global average pooling -> linear (channels / 16) -> relu -> linear (channels) -> sigmoid
 *
 * 11.3 million parameters, 0.8 % of them in the gates, which with `width` fall with its square: 1.2
 * million at 21. The blocks are the plain ones, addition first and relu after it, as in the paper;
 * some collections for CIFAR use pre-activation blocks.
 */
#include "models/model.h"
#include "models/residual.h"

enum { REDUCTION = 16 };

struct senet_options {
    struct model_common common;
    int width;
};

static const struct option table[] = {
    MODEL_BOTTLENECK(struct model_common),
    OPTION_INT(struct senet_options, width, "64", REDUCTION, 128,
               "channels of the first stage; each other has twice those before it",
               .added_later = true),
    OPTION_END,
};

static int squeeze_and_excite(struct nn_net *net, int x)
{
    const int c = nn_shape_of(net, x).c;
    const int squeezed = nn_relu(net, nn_linear(net, nn_global_avg_pool(net, x), c / REDUCTION));
    return nn_channel_scale(net, x, nn_sigmoid(net, nn_linear(net, squeezed, c)));
}

static int block(struct nn_net *net, int x, int width, int stride)
{
    const int y = squeeze_and_excite(net, residual_basic(net, x, width, stride));
    return residual_join(net, y, x, stride);
}

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct senet_options *o = options;
    residual_build(net, &(struct residual){o->width, {2, 2, 2, 2}, block}, &o->common, classes);
    return 0;
}

const struct model senet18_model = {
    .name = "senet18",
    .help = "resnet18 with squeeze and excitation",
    .cite = "Hu, Shen & Sun, CVPR 2018",
    KIND_OPTIONS(struct senet_options, table),
    .build = build,
};

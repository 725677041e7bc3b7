/*
 * wrn: wide residual networks (Zagoruyko & Komodakis, BMVC 2016). WRN-depth-k has 3 stages of
 * (depth - 4) / 6 pre-activation blocks and k times the channels of the thin ones:
 *
 *     conv 3x3, 16 -> stages of 16k-32k-64k channels -> norm, relu -> global average pooling
 *     -> linear
 *
 * A block is norm, relu, conv 3x3, norm, relu, conv 3x3, plus its input, and nothing after the
 * addition (He et al., ECCV 2016). Where the shape changes, the shortcut is a 1 x 1 convolution,
 * without a norm, of what the first norm and relu give. The dropout that the paper tries between
 * the two convolutions is left out.
 *
 *     wrn16-4    3 stages of 2 blocks, 64-128-256 channels        2.7 million parameters
 */
#include "models/model.h"
#include "models/residual.h"

enum { STEM = 16 };

static int norm_relu(struct nn_net *net, int x)
{
    return nn_relu(net, nn_batch_norm(net, x));
}

static int block(struct nn_net *net, int x, int width, int stride)
{
    const int active = norm_relu(net, x);
    const int middle = norm_relu(net, residual_conv(net, active, width, 3, stride));
    const int y = residual_conv(net, middle, width, 3, 1);
    if (residual_same(net, x, width, stride))
        return nn_add(net, y, x);
    return nn_add(net, y, residual_conv(net, active, width, 1, stride));
}

static int build_16_4(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct model_common *o = options;
    int x = residual_conv(net, nn_input(net), STEM, 3, 1);
    x = residual_stages(net, x, &(struct residual){4 * STEM, {2, 2, 2}, block});
    x = nn_global_avg_pool(net, norm_relu(net, x));
    model_classifier(net, x, classes, o->bottleneck);
    return 0;
}

const struct model wrn16_4_model = {
    .name = "wrn16-4",
    .help = "wide residual network, 6 blocks, 64-128-256 channels",
    .cite = "Zagoruyko & Komodakis, BMVC 2016",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build_16_4,
};

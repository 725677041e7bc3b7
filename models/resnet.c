/*
 * resnet: residual networks for small pictures (He, Zhang, Ren & Sun, CVPR 2016, section 4.2).
 *
 *     conv 3x3, norm, relu -> stages of blocks -> global average pooling -> linear
 *
 * A basic block is conv, norm, relu, conv, norm, plus its input, relu. A bottleneck block is
 * conv 1x1, norm, relu, conv 3x3, norm, relu, conv 1x1 to 4 times the channels, norm, plus its
 * input, relu. The first block of every stage but the first has stride 2 (in a bottleneck: in its
 * 3x3, as in torchvision; the paper has it in the first 1x1) and doubles the channels.
 *
 *     resnet8    3 stages of 1 block,  16-32-64 channels           78 thousand parameters
 *     resnet20   3 stages of 3 blocks, 16-32-64                   272 thousand
 *     resnet18   2-2-2-2 basic blocks, 64-128-256-512             11.2 million
 *     resnet34   3-4-6-3 basic blocks, 64-128-256-512             21.3 million
 *     resnet50   3-4-6-3 bottlenecks,  256-512-1024-2048          23.5 million
 *
 * Where the shape changes, the shortcut is a 1 x 1 convolution of the same stride and a norm (the
 * paper's option B; its CIFAR networks use A, which pads with zero channels and saves 2.8 thousand
 * parameters). The last three are the ImageNet networks with the stem of the small ones: 3 x 3,
 * stride 1, no pooling.
 */
#include "models/model.h"
#include "models/residual.h"

enum { EXPANSION = 4 };

static int basic_block(struct nn_net *net, int x, int width, int stride)
{
    return residual_join(net, residual_basic(net, x, width, stride), x, stride);
}

static int bottleneck_block(struct nn_net *net, int x, int width, int stride)
{
    int y = nn_relu(net, residual_conv_norm(net, x, width, 1, 1));
    y = nn_relu(net, residual_conv_norm(net, y, width, 3, stride));
    y = residual_conv_norm(net, y, EXPANSION * width, 1, 1);
    return residual_join(net, y, x, stride);
}

static int build_8(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    residual_build(net, &(struct residual){16, {1, 1, 1}, basic_block}, options, classes);
    return 0;
}

static int build_20(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    residual_build(net, &(struct residual){16, {3, 3, 3}, basic_block}, options, classes);
    return 0;
}

static int build_18(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    residual_build(net, &(struct residual){64, {2, 2, 2, 2}, basic_block}, options, classes);
    return 0;
}

static int build_34(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    residual_build(net, &(struct residual){64, {3, 4, 6, 3}, basic_block}, options, classes);
    return 0;
}

static int build_50(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    residual_build(net, &(struct residual){64, {3, 4, 6, 3}, bottleneck_block}, options, classes);
    return 0;
}

const struct model resnet8_model = {
    .name = "resnet8",
    .help = "residual network, 3 blocks, 16-32-64 channels",
    .cite = "He, Zhang, Ren & Sun, CVPR 2016",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build_8,
};

const struct model resnet20_model = {
    .name = "resnet20",
    .help = "residual network, 9 blocks, 16-32-64 channels",
    .cite = "He, Zhang, Ren & Sun, CVPR 2016",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build_20,
};

const struct model resnet18_model = {
    .name = "resnet18",
    .help = "residual network, 8 blocks, 64-128-256-512 channels",
    .cite = "He, Zhang, Ren & Sun, CVPR 2016",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build_18,
};

const struct model resnet34_model = {
    .name = "resnet34",
    .help = "residual network, 16 blocks, 64-128-256-512 channels",
    .cite = "He, Zhang, Ren & Sun, CVPR 2016",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build_34,
};

const struct model resnet50_model = {
    .name = "resnet50",
    .help = "residual network, 16 bottlenecks, 256-512-1024-2048 channels",
    .cite = "He, Zhang, Ren & Sun, CVPR 2016",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build_50,
};

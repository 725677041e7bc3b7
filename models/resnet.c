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

/* resnetNUMBER: what it is; the channels of its first stage, its block, blocks of each stage. */
#define RESNET(number, what, channels, block, ...)                                                 \
    static int build_##number(struct nn_net *net, const void *options, int classes,                \
                              struct err *err)                                                     \
    {                                                                                              \
        (void)err;                                                                                 \
        const struct residual residual = {channels, {__VA_ARGS__}, block};                         \
        residual_build(net, &residual, options, classes);                                          \
        return 0;                                                                                  \
    }                                                                                              \
    const struct model resnet##number##_model = {                                                  \
        .name = "resnet" #number,                                                                  \
        .help = "residual network, " what,                                                         \
        .cite = "He, Zhang, Ren & Sun, CVPR 2016",                                                 \
        KIND_OPTIONS(struct model_common, model_common_options),                                   \
        .build = build_##number,                                                                   \
    };

RESNET(8, "3 blocks, 16-32-64 channels", 16, basic_block, 1, 1, 1)
RESNET(20, "9 blocks, 16-32-64 channels", 16, basic_block, 3, 3, 3)
RESNET(18, "8 blocks, 64-128-256-512 channels", 64, basic_block, 2, 2, 2, 2)
RESNET(34, "16 blocks, 64-128-256-512 channels", 64, basic_block, 3, 4, 6, 3)
RESNET(50, "16 bottlenecks, 256-512-1024-2048 channels", 64, bottleneck_block, 3, 4, 6, 3)

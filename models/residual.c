#include "models/residual.h"

int residual_conv(struct nn_net *net, int x, int out, int kernel, int stride)
{
    const struct nn_conv conv = {.out = out, .kernel = kernel, .stride = stride, .pad = kernel / 2};
    return nn_conv2d(net, x, conv);
}

int residual_conv_norm(struct nn_net *net, int x, int out, int kernel, int stride)
{
    return nn_batch_norm(net, residual_conv(net, x, out, kernel, stride));
}

bool residual_same(const struct nn_net *net, int x, int out, int stride)
{
    return stride == 1 && nn_shape_of(net, x).c == out;
}

int residual_basic(struct nn_net *net, int x, int out, int stride)
{
    const int y = nn_relu(net, residual_conv_norm(net, x, out, 3, stride));
    return residual_conv_norm(net, y, out, 3, 1);
}

int residual_join(struct nn_net *net, int y, int x, int stride)
{
    const int out = nn_shape_of(net, y).c;
    if (!residual_same(net, x, out, stride))
        x = residual_conv_norm(net, x, out, 1, stride);
    return nn_relu(net, nn_add(net, y, x));
}

int residual_stages(struct nn_net *net, int x, const struct residual *residual)
{
    for (int stage = 0; stage < RESIDUAL_MAX_STAGES; stage++)
        for (int block = 0; block < residual->blocks[stage]; block++)
            x = residual->block(net, x, residual->width << stage, stage > 0 && block == 0 ? 2 : 1);
    return x;
}

void residual_build(struct nn_net *net, const struct residual *residual,
                    const struct model_common *options, int classes)
{
    const int stem = nn_relu(net, residual_conv_norm(net, nn_input(net), residual->width, 3, 1));
    const int x = nn_global_avg_pool(net, residual_stages(net, stem, residual));
    model_classifier(net, x, classes, options->bottleneck);
}

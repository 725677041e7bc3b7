/*
 * mlp: fully connected layers with relu; dropout after each, if asked for.
 */
#include "models/model.h"

struct mlp_options {
    int width, depth;
    double dropout;
    int bottleneck;
};

static const struct option table[] = {
    OPTION_INT(struct mlp_options, width, "256", 1, 8192, "units of a hidden layer"),
    OPTION_INT(struct mlp_options, depth, "1", 1, 16, "hidden layers"),
    OPTION_DOUBLE(struct mlp_options, dropout, "0", 0, 0.95, "share of hidden units dropped"),
    MODEL_BOTTLENECK(struct mlp_options),
    OPTION_END,
};

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct mlp_options *o = options;
    int x = nn_input(net);
    for (int i = 0; i < o->depth; i++) {
        x = nn_relu(net, nn_linear(net, x, o->width));
        if (o->dropout > 0)
            x = nn_dropout(net, x, o->dropout);
    }
    model_classifier(net, x, classes, o->bottleneck);
    return 0;
}

const struct model mlp_model = {
    .name = "mlp",
    .help = "fully connected layers with relu",
    KIND_OPTIONS(struct mlp_options, table),
    .build = build,
};

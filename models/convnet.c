/*
 * convnet: the ConvNet of the dataset-condensation benchmarks (Zhao, Mopuri & Bilen, ICLR 2021,
 * after Gidaris & Komodakis 2018): `depth` blocks of
 *
 *     3 x 3 convolution, `width` channels -> norm -> activation -> 2 x 2 pooling
 *
 * and a linear layer on what is left of the maps. Their default is instance norm and average
 * pooling; ours is batch norm and max pooling, which train faster where data is plenty. Unlike
 * theirs, a 28 x 28 picture gets no border to make it 32 x 32, a layer norm has a scale per channel
 * rather than per pixel, and a convolution has a bias only where no norm takes it away again.
 */
#include "models/model.h"

enum activation { RELU, LEAKY_RELU, SIGMOID, GELU, SILU };
enum normalisation { NORM_NONE, BATCH, GROUP, LAYER, INSTANCE };
enum pooling { POOL_NONE, MAX, AVG };

static const char *const activations[] = {"relu", "leaky-relu", "sigmoid", "gelu", "silu", NULL};
static const char *const normalisations[] = {"none", "batch", "group", "layer", "instance", NULL};
static const char *const poolings[] = {"none", "max", "avg", NULL};

enum { GROUPS = 4 }; /* of the group norm, as in the benchmark */

struct convnet_options {
    int depth, width;
    int activation, normalisation, pooling;
    int bottleneck;
};

static const struct option table[] = {
    OPTION_INT(struct convnet_options, depth, "3", 1, 4, "blocks"),
    OPTION_INT(struct convnet_options, width, "128", 8, 1024, "channels of every block"),
    OPTION_ENUM(struct convnet_options, activation, "relu", activations, "after each norm"),
    OPTION_ENUM(struct convnet_options, normalisation, "batch", normalisations,
                "after each convolution; group: 4 groups"),
    OPTION_ENUM(struct convnet_options, pooling, "max", poolings, "2 x 2, at the end of a block"),
    MODEL_BOTTLENECK(struct convnet_options),
    OPTION_END,
};

static int normalise(struct nn_net *net, int x, enum normalisation normalisation)
{
    switch (normalisation) {
    case NORM_NONE:
        return x;
    case BATCH:
        return nn_batch_norm(net, x);
    case GROUP:
        return nn_group_norm(net, x, GROUPS);
    case LAYER:
        return nn_group_norm(net, x, 1);
    case INSTANCE:
        return nn_group_norm(net, x, nn_shape_of(net, x).c);
    }
    DIE("bug: normalisation %d", (int)normalisation);
}

static int activate(struct nn_net *net, int x, enum activation activation)
{
    switch (activation) {
    case RELU:
        return nn_relu(net, x);
    case LEAKY_RELU:
        return nn_leaky_relu(net, x);
    case SIGMOID:
        return nn_sigmoid(net, x);
    case GELU:
        return nn_gelu(net, x);
    case SILU:
        return nn_silu(net, x);
    }
    DIE("bug: activation %d", (int)activation);
}

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    const struct convnet_options *o = options;
    int x = nn_input(net);
    const struct nn_shape in = nn_shape_of(net, x);
    const int least = 1 << o->depth;
    if (o->pooling != POOL_NONE && (in.h < least || in.w < least))
        return err_set(err, "depth %d halves the picture %d times, but it is only %d x %d pixels",
                       o->depth, o->depth, in.h, in.w);
    if (o->normalisation == GROUP && o->width % GROUPS)
        return err_set(err, "normalisation group needs a width divisible by %d, not %d", GROUPS,
                       o->width);
    const bool bias = o->normalisation != BATCH && o->normalisation != INSTANCE;
    for (int i = 0; i < o->depth; i++) {
        x = nn_conv2d(net, x,
                      (struct nn_conv){.out = o->width, .kernel = 3, .pad = 1, .bias = bias});
        x = normalise(net, x, (enum normalisation)o->normalisation);
        x = activate(net, x, (enum activation)o->activation);
        if (o->pooling != POOL_NONE)
            x = o->pooling == MAX ? nn_max_pool(net, x, 2, 2) : nn_avg_pool(net, x, 2, 2);
    }
    model_classifier(net, x, classes, o->bottleneck);
    return 0;
}

const struct model convnet_model = {
    .name = "convnet",
    .help = "blocks of convolution, norm, activation and pooling",
    .cite = "Zhao, Mopuri & Bilen, ICLR 2021",
    KIND_OPTIONS(struct convnet_options, table),
    .build = build,
};

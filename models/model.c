#include "models/model.h"

#define MODEL(name) extern const struct model name##_model;
#include "models/models.def"
#undef MODEL

static const struct kind *const kinds[] = {
#define MODEL(name) &name##_model.is,
#include "models/models.def"
#undef MODEL
};

const struct shelf model_shelf = SHELF("model", "models", kinds);

const struct option model_common_options[] = {
    MODEL_BOTTLENECK(struct model_common),
    OPTION_END,
};

int model_features(struct nn_net *net, int x, int bottleneck)
{
    return bottleneck > 0 ? nn_projection(net, x, bottleneck) : x;
}

void model_classifier(struct nn_net *net, int x, int classes, int bottleneck)
{
    nn_classifier(net, model_features(net, x, bottleneck), classes);
}

int model_build(const struct model *model, const void *options, struct nn_shape input, int classes,
                struct nn_net **ret_net, struct err *err)
{
    if (input.h < 1 || input.w < 1 || input.c < 1 || classes < 2)
        return err_set(err, "%s: cannot make a network for pictures of %d x %d x %d and %d classes",
                       model->name, input.h, input.w, input.c, classes);
    if (input.h < model->smallest || input.w < model->smallest)
        return err_set(err, "%s: pictures must be %d x %d or larger, these are %d x %d",
                       model->name, model->smallest, model->smallest, input.h, input.w);
    struct nn_net *net = nn_net_new(input);
    if (model->build(net, options, classes, err)) {
        nn_net_free(net);
        return err_prefix(err, "%s: ", model->name);
    }
    *ret_net = net;
    return 0;
}

/*
 * softmax: multinomial logistic regression on the pixels. The features are the picture itself.
 */
#include "models/model.h"

static int build(struct nn_net *net, const void *options, int classes, struct err *err)
{
    (void)err;
    const struct model_common *o = options;
    model_classifier(net, nn_input(net), classes, o->bottleneck);
    return 0;
}

const struct model softmax_model = {
    .name = "softmax",
    .help = "logistic regression on the pixels",
    KIND_OPTIONS(struct model_common, model_common_options),
    .build = build,
};

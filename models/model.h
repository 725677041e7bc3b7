/*
 * model: the contract of a network.
 *
 * A model is a function that writes layers down (models/nn/nn.h) and a const struct at the end of
 * its file that names it. To add one: one file, one line in models.def. Option parsing, `winnow
 * list`, the gradient check and the overfitting test pick it up from that line.
 *
 *     static int build(struct nn_net *net, const void *options, int classes, struct err *err)
 *     {
 *         const struct mlp_options *o = options;
 *         int x = nn_input(net);
 *         for (int i = 0; i < o->depth; i++)
 *             x = nn_relu(net, nn_linear(net, x, o->width));
 *         model_classifier(net, x, classes, o->bottleneck);
 *         return 0;
 *     }
 *
 * Every model has the option `bottleneck`, MODEL_BOTTLENECK in its table.
 */
#pragma once

#include "base/err.h"
#include "base/kind.h"
#include "models/nn/nn.h"

struct model {
    KIND; /* options: MUST, bottleneck at least */
    /* MAY, default: any. The least height and width of a picture. */
    int smallest;
    /*
     * MUST. Adds layers to net (its input shape is set) and ends with model_classifier, or a
     * classifier of its own on model_features. options:
     * the struct the table describes, borrowed for the call. Returns -1 with the reason where the
     * options do not fit the input (a patch larger than the picture).
     */
    int (*build)(struct nn_net *net, const void *options, int classes, struct err *err);
    /*
     * MAY, default: the layers say what the initial weights are. Changes those of net, planned and
     * initialised, by the first training pictures [n][h][w][c], normalised and not augmented: the
     * same pictures must give the same bits. n is `pictures`, or as many as there are.
     */
    void (*prepare)(struct nn_net *net, const void *options, const float *pictures, size_t n);
    size_t pictures;
};

/*
 * A linear layer of so many units without activation before the classifier, so that they are the
 * features: Yang et al. (ICLR 2023) have one of 50, for a last layer of few parameters.
 */
#define MODEL_BOTTLENECK(type)                                                                     \
    OPTION_INT_OR(type, bottleneck, "none", "none", 4096,                                          \
                  "units of a linear layer before the classifier")

/* The options of a model that has no others, and their table. */
struct model_common {
    int bottleneck;
};
extern const struct option model_common_options[];

/* x, or the bottleneck on it where that is not 0: what the classifier is to read. */
int model_features(struct nn_net *net, int x, int bottleneck);
/* How a model's build ends: the classifier, on model_features. */
void model_classifier(struct nn_net *net, int x, int classes, int bottleneck);

/* model_shelf (models.def), model_at(), model_find(). */
SHELF_OF(struct model, model);

/* A new network of the model, not yet planned; the caller frees it. */
int model_build(const struct model *model, const void *options, struct nn_shape input, int classes,
                struct nn_net **ret_net, struct err *err);

/*
 * observe: engine outputs -> the arrays that a pruner declared it needs.
 *
 * An observer holds one row a sample for each declared need, fills them batch by batch, and lends
 * them as a struct pruner_pass.
 *
 *     observer_init(&observer, NEEDS_LOSSES, n, classes, features, labels);
 *     observer_clear(&observer);
 *     for each batch: observer_take(&observer, net, index, count, losses);
 *     pruner_observe(run, &(struct pruner_pass) from observer_pass(&observer, run, epoch, false));
 */
#pragma once

#include "models/nn/nn.h"
#include "pruners/pruner.h"

struct observer {
    unsigned needs; /* enum pruner_needs */
    size_t n, classes, feature_count;
    const uint16_t *labels; /* [n], borrowed */
    uint8_t *seen;          /* [n] */
    /* NULL where not needed */
    float *losses;        /* [n] */
    float *batch_losses;  /* [n] */
    float *probabilities; /* [n][classes] */
    uint8_t *correct;     /* [n] */
    float *logits;        /* [n][classes] */
    float *features;      /* [n][feature_count] */
    bool features_given;  /* by observer_give_features() */
    float *classifier;    /* [classes][feature_count + 1] after the last batch; the bias last */
    /* of a scoring pass */
    float *gradient_norms, *gradient_dots; /* [n] */
};

void observer_init(struct observer *observer, unsigned needs, size_t n, size_t classes,
                   size_t feature_count, const uint16_t *labels);
/* The rows [n][feature_count] stand for every network's; taken over. */
void observer_give_features(struct observer *observer, float *features);
/* Also of a zeroed observer. */
void observer_release(struct observer *observer);
/* Forgets which rows were seen. */
void observer_clear(struct observer *observer);
/* Rows 0..count-1 of net's last forward pass belong to samples index[0..count-1]; losses [count].
 * In training they are one batch, whose mean loss each of them gets. */
void observer_take(struct observer *observer, const struct nn_net *net, const uint32_t *index,
                   size_t count, const float *losses);
/* Lends what was taken since the last clear. */
struct pruner_pass observer_pass(const struct observer *observer, int run, int epoch,
                                 bool training);

/* The class of the highest logit, the lowest at ties. */
size_t observe_argmax(const float *logits, size_t classes);

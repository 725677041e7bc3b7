/*
 * last_gradients: made-up passes for the pruners that look at last-layer gradients.
 */
#pragma once

#include "pruners/class_gradients.h"
#include "pruners/snapshot.h"

struct last_gradients {
    size_t n, feature_count;
    int classes;
    uint16_t *labels;     /* [n] */
    float *logits;        /* [n][classes] */
    float *probabilities; /* [n][classes] their softmax */
    float *features;      /* [n][feature_count] */
};

/* Labels i % classes, features around one of a few centres, logits that favour the label. */
void last_gradients_init(struct last_gradients *ret_made, size_t n, int classes,
                         size_t feature_count, uint32_t stream);
void last_gradients_release(struct last_gradients *made);
/* Sample `to` becomes a copy of `from`. */
void last_gradients_copy(struct last_gradients *made, size_t to, size_t from);

struct pruner_pass last_gradients_pass(const struct last_gradients *made);

/* What a pruner chooses from them; options as "rounds=3" (one at most) or NULL, validation or NULL.
 * index[n] and weight[n] of *ret_selection are allocated: mem_free. */
void last_gradients_select(const struct last_gradients *made,
                           const struct last_gradients *validation, const char *pruner,
                           const char *option, size_t keep, struct pruner_selection *ret_selection);

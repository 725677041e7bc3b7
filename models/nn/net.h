/*
 * net: what a network is made of. Private to models/nn (net.c, fuse.c, plan.c, run.c, loss.c)
 * and to the gradient check of the tests.
 *
 * Each thread of the team has a share: rows rank * share_rows and on of every batch. Its
 * activations, gradients and scratch are its own. In evaluation no sample knows of another, so a
 * share goes through the network in pieces that stay in the caches.
 */
#pragma once

#include "base/mem.h"
#include "models/nn/op.h"

enum nn_phase { NN_TRAIN, NN_EVAL, NN_PHASES };

struct nn_node {
    const struct nn_op *op;
    struct nn_layer layer;
    int inputs[NN_MAX_INPUTS]; /* nodes; op->inputs of them */
    int first_block, block_count;
    int first_buffer, buffer_count;
    int trains; /* epochs in which it, or a node before it, has parameters that are trained: its
                   gradient is wanted */
    /* Set by plan.c. Positions are floats from the start of a share's memory. */
    bool add[NN_MAX_INPUTS]; /* another consumer of the input wrote its gradient before */
    size_t output_at[NN_PHASES];
    size_t gradient_at, saved_at;
    double seconds[2]; /* forward, backward: nn_profile */
};

/* What one thread works on. */
struct nn_share {
    float *memory;    /* [memory_floats] outputs, their gradients, what ops save, scratch */
    float *gradients; /* [blocks.floats]; those of the network for rank 0 */
    size_t first;     /* row in the batch of what is under way */
    int n;            /* its rows */
    struct nn_rows computed;
};

struct nn_block_place {
    struct nn_block block;
    size_t at; /* of its first float in the flat array */
    struct nn_training how;
};

/* A list of blocks laid end to end. */
struct nn_blocks {
    struct nn_block_place *items;
    int count;
    size_t floats;
};

struct nn_net {
    struct nn_shape input_shape;
    struct nn_node *nodes; /* in order of construction: inputs come before their readers */
    int count;
    int features, logits; /* nodes; -1 before nn_classifier */
    struct nn_blocks blocks, buffer_blocks;
    float *params, *gradients; /* [blocks.floats] */
    float *buffers;            /* [buffer_blocks.floats] */

    /* Set by nn_net_plan. */
    int batch[NN_PHASES];      /* of the network */
    int share_rows[NN_PHASES]; /* of a thread */
    int piece[NN_PHASES];      /* rows that go through the network together; in training all */
    struct nn_team *team;
    struct nn_share *shares; /* [threads] */
    size_t memory_floats;
    size_t scratch_at;
    size_t rows;            /* of the arrays below: all shares' batches */
    float *input;           /* [rows][h][w][c] */
    float *logits_row;      /* [rows][classes] of all shares */
    float *logits_gradient; /* [rows in training][classes] */
    float *features_row;    /* [rows][feature_count] */
    bool profile;

    /* The last forward pass. */
    struct nn_mode mode;
    int n;               /* its samples; 0: none yet */
    bool differentiable; /* the gradient at the logits is there, nn_backward may run */

    /* [rows][h][w][c] where nn_backward puts the input's gradient; NULL (always, but in a gradient
       check): nobody wants it */
    float *input_gradient;
};

/* loss.c: the loss of one sample. */
struct nn_row_loss {
    double plain, smoothed;
};
/* dz[classes] (may be NULL) gets share times the gradient of the smoothed loss of z[classes]. */
struct nn_row_loss nn_row_loss(float *dz, const float *z, size_t classes, size_t label,
                               double smoothing, double share);
/* Whether what is trained in so many epochs is so in the one of the last forward pass. */
static inline bool nn_trained(const struct nn_net *net, int epochs)
{
    return epochs > 0 && net->mode.epoch < (uint32_t)epochs;
}
/* fuse.c: makes one op of ops that follow each other. */
void nn_fuse(struct nn_net *net);
/* plan.c: places everything in a share's memory; sets memory_floats, scratch_at, the nodes' part.
   */
void nn_plan_memory(struct nn_net *net);
enum { NN_ALIGN = 16 }; /* floats: 64 bytes */
/* Floats that hold n samples of an array. */
static inline size_t nn_array_floats(struct nn_shape shape, enum nn_type type, int n)
{
    const size_t bytes = mem_size(mem_size((size_t)n, nn_floats(shape)), nn_type_size(type)),
                 floats = (bytes + sizeof(float) - 1) / sizeof(float);
    return (floats + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
}
/* adapt.c: scratch floats that nn_adapt wants beside the op's own. */
size_t nn_adapter_floats(const struct nn_node *node, int n);
/* adapt.c: runs forward or backward of an op, expanding what it cannot read as it lies. */
void nn_adapt(const struct nn_node *node, const struct nn_call *call, bool forward);

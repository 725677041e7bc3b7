/*
 * op: the contract of an operation. Private to models/nn; models see the constructors in nn.h.
 *
 * An op is one file: shape rule, parameters, cost, forward, backward, the naive reference of both,
 * its constructor, and last the const struct that ops.def registers. It is handed memory and never
 * owns any: net.c plans all of it and passes the pointers of one node in a struct nn_call.
 *
 * Rules of a backward pass:
 *   - gradients of parameters are always added to;
 *   - the gradient of an input is written (dx = ...) by the first of its consumers to run and added
 *     to (dx += ...) by the others: add[] says which, and dx is NULL where nobody wants it;
 *   - gradients[k] is NULL where block k is not trained;
 *   - of the forward pass only that is still there which `flags` asks for (x, y), and `saved`.
 */
#pragma once

#include "base/err.h"
#include "models/nn/nn.h"
#include "models/nn/num/type.h"
#include "models/nn/team.h"

struct conv_impl;

enum { NN_MAX_INPUTS = 2, NN_MAX_BLOCKS = 2 };

/* What a constructor was told. An op reads the fields that are its own; the rest are 0. */
struct nn_attr {
    int out;                  /* linear, conv2d: outputs, output channels */
    int kernel, stride, pad;  /* conv2d, pools */
    int groups;               /* group_norm */
    bool relu;                /* the norms: y = max(0, .) of what it says */
    bool bias;                /* conv2d */
    bool no_bias;             /* linear */
    enum nn_init init;        /* linear, conv2d: of the weights */
    double gain;              /* of NN_INIT_HE */
    double p;                 /* dropout; scale: the factor */
    bool no_scale;            /* batch_norm: scales are 1 and no parameters */
    double momentum, epsilon; /* batch_norm; 0: 0.1, 1e-5 */
};

/* A node as its op sees it. */
struct nn_layer {
    struct nn_attr attr;
    struct nn_shape in[NN_MAX_INPUTS], out; /* of one sample */
    /* Set when the network is planned; all 0, float32, before. */
    enum nn_type in_type[NN_MAX_INPUTS], out_type;
    enum nn_type precision; /* of the operands of matrix products */
    void *state;            /* what open() made, or NULL */
};

/* What a network is planned for, as open() is told. */
struct nn_setting {
    int train_batch, eval_batch;  /* of one thread */
    const struct conv_impl *conv; /* the implementation that is forced, or NULL */
};

enum nn_fill { NN_FILL_ZEROS, NN_FILL_ONES, NN_FILL_NORMAL, NN_FILL_UNIFORM };

/* One array of parameters, or of running statistics. */
struct nn_block {
    size_t count;
    enum nn_fill fill; /* initial values */
    double spread;     /* NORMAL: the standard deviation; UNIFORM: from -spread to spread */
    /* Of rows of `row` values each, the first so many are 0 but for a 1 at `centre` and their own
       number: filters that hand on a channel. */
    size_t identities, row, centre;
    enum nn_role role;
};

enum nn_op_flags {
    NN_READS_INPUT = 1 << 0,  /* backward reads x[0] */
    NN_READS_SECOND = 1 << 4, /* backward reads x[1] */
    NN_READS_OUTPUT = 1 << 1, /* backward reads y */
    /* forward works with y == x[0]; done only where nobody reads x[0] afterwards */
    NN_FORWARD_IN_PLACE = 1 << 2,
    /* backward works with dx[0] == dy */
    NN_BACKWARD_IN_PLACE = 1 << 3,
    /*
     * The op heeds in_type and out_type: where they say BFLOAT16, x, dx, y, dy are arrays of
     * nn_bf16 behind a cast pointer. Of other ops net.c expands and rounds the arrays, which costs
     * passes over memory and is right for what is rarely used.
     */
    NN_TYPED = 1 << 5,
};

/* Whether a batch norm takes the batch's statistics and a dropout drops. */
static inline bool nn_learns(const struct nn_mode *mode)
{
    return mode->train && !mode->frozen;
}

/* One pass of one node over samples 0..n-1, one thread's share of the batch; [n][in] and [n][out]
   lie as shape.h says and have room for the whole of a full batch's share, whatever n is. All
   pointers are lent for the call. */
struct nn_call {
    const struct nn_layer *layer;
    const struct nn_mode *mode;    /* of the forward pass, also in backward */
    uint32_t node;                 /* number in the network; with mode it names a random stream */
    int n;                         /* may be 0: this thread has no share of the batch */
    size_t first;                  /* number of sample 0 in the whole batch */
    int rank;                      /* of this thread in team */
    struct nn_team *team;          /* NULL: one thread */
    const float *x[NN_MAX_INPUTS]; /* [n][in]; backward: NULL unless asked for */
    float *y;                      /* [n][out]; backward: likewise */
    const float *params[NN_MAX_BLOCKS]; /* as params() lays them out */
    float *buffers[NN_MAX_BLOCKS];      /* as buffers() lays them out */
    float *saved;   /* [saved(n)] from forward (in training) to the node's backward */
    float *scratch; /* [scratch(n)] for this call only, undefined before */
    /* backward only */
    const float *dy;                 /* [n][out] */
    float *dx[NN_MAX_INPUTS];        /* like x, or NULL */
    bool add[NN_MAX_INPUTS];         /* dx += instead of dx = */
    float *gradients[NN_MAX_BLOCKS]; /* like params; += */
};

struct nn_op {
    const char *name;
    int inputs;     /* how many it reads; 0: the network's input */
    unsigned flags; /* enum nn_op_flags */
    /* MUST, unless inputs is 0 (NN_CASES). What the conformance tests try it with, on shapes of
       their own, of which shape() must accept one or more. */
    const struct nn_attr *cases; /* [case_count] */
    size_t case_count;

    /*
     * MAY. Called once, when the network is planned and types are known, with layer->state to set;
     * saved and scratch are asked later. close frees the state.
     */
    void (*open)(struct nn_layer *layer, const struct nn_setting *setting);
    void (*close)(struct nn_layer *layer);
    /* MAY. Names what runs: ret_text gets "FORWARD/BACKWARD_DATA/BACKWARD_WEIGHTS". */
    void (*detail)(const struct nn_layer *layer, char *ret_text, size_t size);

    /* MUST, unless inputs is 0. Output shape, or -1 with the reason why the inputs do not fit. */
    int (*shape)(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err);
    /* MAY, default: none. Fills ret_blocks and returns how many. */
    int (*params)(const struct nn_layer *layer, struct nn_block *ret_blocks);
    /* MAY, default: none. Likewise for running statistics. */
    int (*buffers)(const struct nn_layer *layer, struct nn_block *ret_blocks);
    /* MAY, default: 0. Floats for n samples. */
    size_t (*saved)(const struct nn_layer *layer, int n);
    size_t (*scratch)(const struct nn_layer *layer, int n);
    /* MAY, default: 0. Nominal floating-point operations of forward for one sample. Backward is
       counted once more for the inputs' gradient and once for that of the first block. */
    double (*flops)(const struct nn_layer *layer);

    /* MAY, default: call->n. Samples that forward, or backward, computes at this call: n, and what
       fills up the sizes of its kernels. */
    int (*rows)(const struct nn_call *call, bool backward);

    /* MUST, unless inputs is 0. Running statistics are rank 0's to change. */
    void (*forward)(const struct nn_call *call);
    void (*backward)(const struct nn_call *call);
    /*
     * MUST, unless inputs is 0. The same by its definition, one plain loop nest, for tests: called
     * with every pointer there, never in place, with dx never NULL, one thread, all float32.
     */
    void (*forward_naive)(const struct nn_call *call);
    void (*backward_naive)(const struct nn_call *call);
};

/* The registry. */
#define OP(name) extern const struct nn_op name##_op;
#include "models/nn/ops.def"
#undef OP

/* A new node that reads b only if the op has two inputs. Shapes that do not fit end the process. */
int nn_add_node(struct nn_net *net, const struct nn_op *op, const struct nn_attr *attr, int a,
                int b);

/* ---- Rules that several ops share ---- */

/* shape: y is as x. */
int nn_shape_same(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                  struct err *err);
/* shape: y is as both inputs, which must be equal. */
int nn_shape_equal(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                   struct err *err);
/* params: weights [out][in] of a layer, as its attr.init says. */
struct nn_block nn_weights(const struct nn_layer *layer, size_t out, size_t in);
/* flops: one operation for each value of x. */
double nn_flops_one(const struct nn_layer *layer);
/* Values of the inputs' batch. */
size_t nn_input_count(const struct nn_call *call);

#define NN_CASES(array) .cases = (array), .case_count = sizeof(array) / sizeof *(array)
/* The passes, of functions by these names. */
#define NN_PASSES                                                                                  \
    .forward = forward, .backward = backward, .forward_naive = forward_naive,                      \
    .backward_naive = backward_naive

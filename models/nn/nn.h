/*
 * nn: the engine. A network is a list of nodes, written down like a list of layers:
 *
 *     struct nn_net *net = nn_net_new((struct nn_shape){28, 28, 1});
 *     int x = nn_input(net);
 *     x = nn_relu(net, nn_linear(net, x, 256));
 *     nn_classifier(net, x, 10);
 *     nn_net_plan(net, 128, 512, NULL);    shapes are known, memory is planned once
 *     nn_net_init(net, seed);
 *
 *     for each batch:
 *         gather into nn_input_buffer(net)          [n][h][w][c]
 *         nn_forward(net, n, &(struct nn_mode){.train = true, ...});
 *         nn_loss(net, n, labels, weights, smoothing, losses);
 *         nn_backward(net, n);                      gradients += d loss / d parameters
 *         optimizer_step(...);                      nn/optim.h
 *
 * Layout: shape.h; a vector is a 1 x 1 picture. Numbers: type.h. All parameters lie in
 * one flat block, all gradients in another of the same shape, buffers that are no parameters
 * (running statistics) in a third: a checkpoint, an optimiser or a comparison sees three arrays.
 *
 * Nothing allocates after nn_net_plan, but oneDNN's convolutions, for each new number of rows once.
 * With the same number of threads the same calls give the same
 * bits (team.h). A norm, an addition and a relu that follow each other are run as one op (fuse.c).
 *
 * To add an op: one file with its shape rule, forward, backward, cost and naive reference together,
 * one line in ops.def, and its constructor below. The conformance tests check it against its
 * reference and by gradient check from that line alone.
 *
 * A wrong graph (bad node, shapes that do not fit) is a bug of the model's and ends the process;
 * options that lead to one are for the model's build function to refuse.
 */
#pragma once

#include "base/rng.h"
#include "models/nn/num/shape.h"
#include "models/nn/num/type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of every cell's key: raise it when results change by more than rounding. */
#define NN_VERSION "2"

struct nn_net;

/* ---- Building: each constructor returns the new node's number ---- */

struct nn_net *nn_net_new(struct nn_shape input);
void nn_net_free(struct nn_net *net);

int nn_input(struct nn_net *net);
/* y = x W^T + b, x flattened; W [out][in], b [out]. */
int nn_linear(struct nn_net *net, int x, int out);
/* The same where no relu follows: the initial weights have gain 1. */
int nn_projection(struct nn_net *net, int x, int out);

/* Of weights; biases start at 0 in any case. */
enum nn_init {
    NN_INIT_HE,      /* normal (nn_net_init) */
    NN_INIT_UNIFORM, /* from -1 / sqrt(fan-in) to that: PyTorch's default */
    /* That, but of a convolution the first filters, one for each channel of x, are the identity
       (Zagoruyko & Komodakis 2017). */
    NN_INIT_DIRAC,
};

struct nn_conv {
    int out, kernel, stride, pad; /* square kernel, zero padding; stride 0 means 1 */
    bool bias;
    enum nn_init init;
};
/* Cross-correlation; W [out][kernel][kernel][c]. */
int nn_conv2d(struct nn_net *net, int x, struct nn_conv conv);
/* Per channel; batch statistics in training, running ones (momentum 0.1, unbiased) in evaluation.
 */
int nn_batch_norm(struct nn_net *net, int x);
struct nn_batch_norm {
    bool no_scale;   /* y has a shift only */
    double momentum; /* running <- (1 - momentum) running + momentum batch; 0 means 0.1 */
    double epsilon;  /* added to the variance; 0 means 1e-5 */
};
int nn_batch_norm_with(struct nn_net *net, int x, struct nn_batch_norm options);
/* y = x * gate, gate [n][c]: the "scale" of squeeze and excitation. */
int nn_channel_scale(struct nn_net *net, int x, int gate);
/* Per sample, in `groups` groups of channels: groups = c is instance norm, 1 is layer norm. */
int nn_group_norm(struct nn_net *net, int x, int groups);
int nn_relu(struct nn_net *net, int x);
int nn_leaky_relu(struct nn_net *net, int x); /* slope 0.01 */
int nn_sigmoid(struct nn_net *net, int x);
int nn_gelu(struct nn_net *net, int x); /* x P(x), P the normal distribution: erf, not tanh */
int nn_silu(struct nn_net *net, int x); /* x sigmoid(x) */
int nn_max_pool(struct nn_net *net, int x, int kernel, int stride);
int nn_avg_pool(struct nn_net *net, int x, int kernel, int stride);
int nn_global_avg_pool(struct nn_net *net, int x);
/* Shapes must be equal. */
int nn_add(struct nn_net *net, int a, int b);
/* Inverted dropout: kept values are scaled by 1 / (1 - p) in training. */
int nn_dropout(struct nn_net *net, int x, double p);
int nn_scale(struct nn_net *net, int x, double factor); /* y = factor x */
/* The last linear layer: marks x as the features and its output as the logits. */
void nn_classifier(struct nn_net *net, int x, int classes);
struct nn_head {
    bool no_bias;
    enum nn_init init;
};
void nn_classifier_with(struct nn_net *net, int x, int classes, struct nn_head head);

struct nn_shape nn_shape_of(const struct nn_net *net, int node);

/*
 * How some parameters are trained; all that no model says anything of: {1, 1, INT_MAX}.
 *
 *     x = nn_conv2d(net, x, (struct nn_conv){.out = 24, .kernel = 2, .bias = true});
 *     nn_set_training(net, x, NN_WEIGHTS, (struct nn_training){0});             never
 *     nn_set_training(net, x, NN_BIASES, (struct nn_training){1, 1, 3});        in epochs 0 to 2
 */
struct nn_training {
    double lr;    /* a factor of the learning rate */
    double decay; /* of what a step takes off by weight decay, which lr then does not change */
    int epochs;   /* in the first so many; from then on they stay as they are. 0: never */
};
enum nn_role { NN_WEIGHTS, NN_BIASES }; /* a norm's scales are weights, its shifts biases */
/* Of the layer that the node is, which must have such parameters. */
void nn_set_training(struct nn_net *net, int node, enum nn_role role, struct nn_training how);

/* ---- Planning and state ---- */

/* How the network is to be run; all 0: one thread, float32, the best implementations. */
struct nn_engine {
    enum nn_type precision; /* of the operands of matrix products, and of pictures in memory */
    int threads;            /* 0 means 1 */
    const char *conv;       /* the convolution's implementation, where it can; NULL: the fastest */
};

/* The names for `conv`; NULL at the end. */
const char *nn_conv_name(size_t i);
/* Whether this CPU and this build have that implementation. */
bool nn_conv_works(size_t i);
/* Why this build has it in name only; NULL: it is there, though perhaps not for this CPU. */
const char *nn_conv_missing(size_t i);

/*
 * Lays out parameters and activations for batches of up to train_batch (forward and backward) and
 * eval_batch (forward only, where buffers are reused as soon as they are read for the last time).
 * engine may be NULL for all defaults. Node numbers are no longer valid afterwards.
 */
void nn_net_plan(struct nn_net *net, int train_batch, int eval_batch,
                 const struct nn_engine *engine);
/*
 * Weights: He et al. 2015 (normal, fan-in, gain sqrt 2; gain 1 for the classifier and projections)
 * where the layer has no other init, biases 0, norm scales 1. Keyed by (seed, parameter block).
 */
void nn_net_init(struct nn_net *net, uint64_t seed);

size_t nn_param_count(const struct nn_net *net);
float *nn_params(struct nn_net *net);    /* [param_count] */
float *nn_gradients(struct nn_net *net); /* [param_count]; nn_backward adds to it */
/* Parameters from..to - 1 and how they are trained: those of a layer in one role. */
struct nn_group {
    size_t from, to;
    struct nn_training how;
};
int nn_group_count(const struct nn_net *net);
/* One behind the other. */
struct nn_group nn_group_at(const struct nn_net *net, int i);
size_t nn_buffer_count(const struct nn_net *net);
float *nn_buffers(struct nn_net *net);      /* [buffer_count] running statistics */
size_t nn_memory(const struct nn_net *net); /* bytes planned, parameters included */

/* One kind of op in the network, for the record of what ran. */
struct nn_use {
    const char *op; /* "conv2d" */
    struct nn_shape in, out;
    char detail[96];   /* implementations: "winograd/winograd/onednn jit:avx512_core" */
    double seconds[2]; /* spent in forward, backward since nn_profile(net, true), by rank 0 */
    double flops[2];   /* of a sample, forward and backward, in the first epoch */
};
int nn_use_count(const struct nn_net *net);
struct nn_use nn_use_at(const struct nn_net *net, int i); /* op i of those that run, in order */
/* Starts (and zeroes) or stops taking the time of each node; costs two clock readings a node. */
void nn_profile(struct nn_net *net, bool on);
/* "im2col", or what the convolutions use, each once, comma-separated; "" without convolutions. */
void nn_implementations(const struct nn_net *net, char *ret_text, size_t size);

/* Runs work(context, rank, threads) in each of the network's threads and waits for all. */
void nn_parallel(struct nn_net *net, void (*work)(void *context, int rank, int threads),
                 void *context);

/* Floating-point operations a sample costs (1 multiply-add = 2), nominal; backward depends on what
   is trained in that epoch. */
double nn_flops_forward(const struct nn_net *net);
double nn_flops_backward(const struct nn_net *net, int epoch);
/*
 * Samples that went through forward and backward since the network was planned, and those that were
 * computed only to fill up the sizes of some op's kernels: of each pass, as many as the op with the
 * most computed.
 */
struct nn_rows {
    int64_t forward, backward;
};
struct nn_rows nn_rows(const struct nn_net *net);

/* ---- Running ---- */

struct nn_mode {
    bool train; /* batch statistics, dropout, and all that backward needs is kept */
    /* names the dropout masks, and the epoch decides what is trained; only with train */
    uint64_t seed;
    uint32_t epoch, step;
    /*
     * With train: computes as in evaluation (running statistics, which stay as they are, and no
     * dropout) and keeps what backward needs, which takes the statistics for constants. Samples are
     * then independent: the batch's gradient is the mean of its samples' gradients.
     */
    bool frozen;
};

/* [train_batch or eval_batch][h][w][c], to be filled before nn_forward. */
float *nn_input_buffer(struct nn_net *net);
/* Runs samples 0..n-1 of the input buffer; n <= train_batch, or eval_batch when not training. */
void nn_forward(struct nn_net *net, int n, const struct nn_mode *mode);

int nn_classes(const struct nn_net *net);
int nn_feature_count(const struct nn_net *net);
/* Of the last nn_forward; valid until the next. */
const float *nn_logits(const struct nn_net *net); /* [n][classes] */
const float *
nn_features(const struct nn_net *net); /* [n][feature_count], what the classifier reads */
/*
 * The classifier as it is now: logits = W phi + b of the features phi in the order in which
 * nn_features lends them. In bf16 the product rounds W and phi first.
 */
const float *nn_classifier_weights(const struct nn_net *net); /* W [classes][feature_count] */
const float *nn_classifier_bias(const struct nn_net *net);    /* b [classes]; NULL: it has none */

/*
 * Softmax cross-entropy of the last forward pass. ret_losses[n] (may be NULL) gets l_i, never
 * smoothed; the return value is what training minimises: mean over the batch of weight_i times the
 * smoothed loss (weights [n], or NULL for 1). In training mode the gradient at the logits is left
 * for nn_backward. Mean means divided by n, not by the sum of weights: with InfoBatch's weights the
 * gradient's expectation is then that of full data.
 */
double nn_loss(struct nn_net *net, int n, const uint16_t *labels, const float *weights,
               double smoothing, float *ret_losses);
/* Adds d loss / d parameters of the last nn_forward(train) + nn_loss to the gradients, those of
   parameters that are not trained in its epoch left out. */
void nn_backward(struct nn_net *net, int n);
/* Zeroes the gradients. */
void nn_zero_gradients(struct nn_net *net);
/*
 * Of each sample 0..n-1 of the input buffer, n <= train_batch, the gradient g_i of its own loss l_i
 * (not smoothed) in all parameters that are ever trained, in frozen mode: ret_norms[n] = ||g_i||,
 * ret_dots[n] = g_i . direction, direction [param_count]. Each thread takes its samples one by one,
 * on the memory where gradients are added up, which must be 0 before and is 0 afterwards. A network
 * planned for one sample a thread (train_batch = threads) is large enough.
 */
void nn_sample_gradients(struct nn_net *net, int n, const uint16_t *labels, const float *direction,
                         float *ret_norms, float *ret_dots);

/*
 * run: passes through a network. Each thread takes its share of the batch through all nodes, on
 * memory of its own; what the user reads (logits, features, gradients) is put together at the end.
 */
#include "base/err.h"
#include "base/time.h"
#include "models/nn/net.h"
#include "models/nn/num/kernel.h"

#include <math.h>
#include <string.h>

/* ---- Shares ---- */

static enum nn_phase phase_of(const struct nn_net *net)
{
    return net->mode.train ? NN_TRAIN : NN_EVAL;
}

/* Rows of a thread in this batch; the last shares of a small batch may be empty. */
static int row_count(const struct nn_net *net, int rank)
{
    const int most = net->share_rows[phase_of(net)], left = net->n - rank * most;
    return left < 0 ? 0 : left < most ? left : most;
}

static float *output(const struct nn_net *net, int rank, int node)
{
    return net->nodes[node].op->inputs
               ? net->shares[rank].memory + net->nodes[node].output_at[phase_of(net)]
               : net->input + net->shares[rank].first * nn_floats(net->input_shape);
}

/* Gradient at a node's output; NULL where nobody wants it. */
static float *gradient(const struct nn_net *net, int rank, int node)
{
    if (!net->nodes[node].op->inputs)
        return net->input_gradient
                   ? net->input_gradient + net->shares[rank].first * nn_floats(net->input_shape)
                   : NULL;
    return nn_trained(net, net->nodes[node].trains) || net->input_gradient
               ? net->shares[rank].memory + net->nodes[node].gradient_at
               : NULL;
}

/* What both passes lend to a node. */
static struct nn_call call_of(const struct nn_net *net, int rank, int i)
{
    const struct nn_node *node = &net->nodes[i];
    float *memory = net->shares[rank].memory;
    struct nn_call call = {
        .layer = &node->layer,
        .mode = &net->mode,
        .node = (uint32_t)i,
        .n = net->shares[rank].n,
        .first = net->shares[rank].first,
        .rank = rank,
        .team = nn_team_size(net->team) > 1 ? net->team : NULL,
        .saved = memory + node->saved_at,
        .scratch = memory + net->scratch_at,
    };
    for (int k = 0; k < node->block_count; k++)
        call.params[k] = net->params + net->blocks.items[node->first_block + k].at;
    for (int k = 0; k < node->buffer_count; k++)
        call.buffers[k] = net->buffers + net->buffer_blocks.items[node->first_buffer + k].at;
    return call;
}

/* ---- The time of each node ---- */

static double seconds_now(const struct nn_net *net, int rank)
{
    return net->profile && rank == 0 ? time_seconds() : 0;
}

static void book(struct nn_net *net, int rank, int node, int direction, double since)
{
    if (net->profile && rank == 0)
        net->nodes[node].seconds[direction] += seconds_now(net, rank) - since;
}

/* What a node computed at a call, if that is more than `most`. */
static int more_rows(int most, const struct nn_node *node, const struct nn_call *call,
                     bool backward)
{
    const int rows = node->op->rows ? node->op->rows(call, backward) : call->n;
    return most < rows ? rows : most;
}

/* ---- Forward ---- */

static int forward_node(const struct nn_net *net, int rank, int i, int most_rows)
{
    const struct nn_node *node = &net->nodes[i];
    struct nn_call call = call_of(net, rank, i);
    for (int k = 0; k < node->op->inputs; k++)
        call.x[k] = output(net, rank, node->inputs[k]);
    call.y = output(net, rank, i);
    nn_adapt(node, &call, true);
    return more_rows(most_rows, node, &call, false);
}

/* to[rows][width], of the whole batch, gets this piece's rows of a node's output. */
static void collect(const struct nn_net *net, int rank, int node, float *to)
{
    const size_t width = nn_floats(net->nodes[node].layer.out);
    nn_load(to + net->shares[rank].first * width, output(net, rank, node),
            net->nodes[node].layer.out_type, (size_t)net->shares[rank].n * width);
}

/* All nodes, with the rows that the thread has taken. */
static void forward_rows(struct nn_net *net, int rank)
{
    int rows = 0;
    for (int i = 0; i < net->count; i++)
        if (net->nodes[i].op->forward) {
            const double since = seconds_now(net, rank);
            rows = forward_node(net, rank, i, rows);
            book(net, rank, i, 0, since);
        }
    net->shares[rank].computed.forward += rows;
    collect(net, rank, net->logits, net->logits_row);
    collect(net, rank, net->features, net->features_row);
}

/* The thread goes on with its rows from `from` on, as many as go together. */
static void forward_piece(struct nn_net *net, int rank, int from)
{
    struct nn_share *share = &net->shares[rank];
    const int most = net->piece[phase_of(net)], left = row_count(net, rank) - from;
    share->first = (size_t)rank * (size_t)net->share_rows[phase_of(net)] + (size_t)from;
    share->n = left < most ? left : most;
    forward_rows(net, rank);
}

/* In training every thread runs, even with no rows: the norms' sums wait for all. */
static void forward_share(void *context, int rank)
{
    struct nn_net *net = context;
    if (net->mode.train)
        forward_piece(net, rank, 0);
    else
        for (int from = 0; from < row_count(net, rank); from += net->piece[NN_EVAL])
            forward_piece(net, rank, from);
}

void nn_forward(struct nn_net *net, int n, const struct nn_mode *mode)
{
    REQUIRE(net->shares && n > 0 && n <= net->batch[mode->train ? NN_TRAIN : NN_EVAL]);
    net->mode = *mode;
    net->n = n;
    net->differentiable = false;
    nn_team_run(net->team, forward_share, net);
}

float *nn_input_buffer(struct nn_net *net)
{
    REQUIRE(net->input);
    return net->input;
}

const float *nn_logits(const struct nn_net *net)
{
    REQUIRE(net->n > 0);
    return net->logits_row;
}

const float *nn_features(const struct nn_net *net)
{
    REQUIRE(net->n > 0);
    return net->features_row;
}

/* ---- Backward ---- */

static int backward_node(const struct nn_net *net, int rank, int i, int most_rows)
{
    static const unsigned reads[NN_MAX_INPUTS] = {NN_READS_INPUT, NN_READS_SECOND};
    const struct nn_node *node = &net->nodes[i];
    struct nn_call call = call_of(net, rank, i);
    for (int k = 0; k < node->op->inputs; k++) {
        call.x[k] = node->op->flags & reads[k] ? output(net, rank, node->inputs[k]) : NULL;
        call.dx[k] = gradient(net, rank, node->inputs[k]);
        call.add[k] = node->add[k];
    }
    call.y = node->op->flags & NN_READS_OUTPUT ? output(net, rank, i) : NULL;
    call.dy = gradient(net, rank, i);
    for (int k = 0; k < node->block_count; k++) {
        const struct nn_block_place *place = &net->blocks.items[node->first_block + k];
        if (nn_trained(net, place->how.epochs))
            call.gradients[k] = net->shares[rank].gradients + place->at;
    }
    nn_adapt(node, &call, false);
    return more_rows(most_rows, node, &call, true);
}

/* Adds this thread's part of all other threads' gradients to the network's, in order of ranks. */
static void add_up_gradients(const struct nn_net *net, int rank)
{
    const size_t threads = (size_t)nn_team_size(net->team), count = net->blocks.floats,
                 part = (count + threads - 1) / threads, from = (size_t)rank * part,
                 to = from + part < count ? from + part : count;
    for (size_t other = 1; other < threads && from < to; other++)
        nn_store(net->gradients + from, NN_FLOAT32, net->shares[other].gradients + from, to - from,
                 true);
}

/* All nodes, from the gradient at the logits of the rows that the thread has taken. */
static void backward_rows(struct nn_net *net, int rank)
{
    const size_t classes = (size_t)nn_classes(net);
    memcpy(gradient(net, rank, net->logits),
           net->logits_gradient + net->shares[rank].first * classes,
           (size_t)net->shares[rank].n * classes * sizeof(float));
    int rows = 0;
    for (int i = net->count - 1; i >= 0; i--)
        if (net->nodes[i].op->backward && gradient(net, rank, i)) {
            const double since = seconds_now(net, rank);
            rows = backward_node(net, rank, i, rows);
            book(net, rank, i, 1, since);
        }
    net->shares[rank].computed.backward += rows;
}

static void clear_gradients(const struct nn_net *net, int rank)
{
    memset(net->shares[rank].gradients, 0, net->blocks.floats * sizeof(float));
}

static void backward_share(void *context, int rank)
{
    struct nn_net *net = context;
    if (rank > 0)
        clear_gradients(net, rank);
    backward_rows(net, rank);
    if (nn_team_size(net->team) > 1) {
        nn_team_meet(net->team, rank);
        add_up_gradients(net, rank);
    }
}

void nn_backward(struct nn_net *net, int n)
{
    REQUIRE(net->differentiable && n == net->n);
    net->differentiable = false;
    nn_team_run(net->team, backward_share, net);
}

/* ---- Sample by sample ---- */

struct looking {
    struct nn_net *net;
    const uint16_t *labels;      /* [n] */
    const float *direction;      /* [param_count] */
    float *ret_norms, *ret_dots; /* [n] */
};

/* ret_sums: of g^2 and of g d, in double; several of each, so that they fit vectors. */
NN_CLONES(static, add_products, (const float *g, const float *d, size_t n, double ret_sums[2]),
          (g, d, n, ret_sums))
{
    enum { LANES = 16 };
    double squares[LANES] = {0}, dots[LANES] = {0};
    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            squares[l] += (double)g[i + l] * (double)g[i + l];
            dots[l] += (double)g[i + l] * (double)d[i + l];
        }
    for (size_t i = n / LANES * LANES; i < n; i++) {
        squares[0] += (double)g[i] * (double)g[i];
        dots[0] += (double)g[i] * (double)d[i];
    }
    ret_sums[0] = ret_sums[1] = 0;
    for (size_t l = 0; l < LANES; l++) {
        ret_sums[0] += squares[l];
        ret_sums[1] += dots[l];
    }
}

/* Rank 0 adds up on the network's own gradients, which stay 0; in those of the others may be
   anything between two calls. */
static void look_at(const struct looking *looking, int rank, size_t row)
{
    struct nn_net *net = looking->net;
    struct nn_share *share = &net->shares[rank];
    const size_t classes = (size_t)nn_classes(net);
    double sums[2];
    share->first = row;
    share->n = 1;
    if (rank > 0)
        clear_gradients(net, rank);
    forward_rows(net, rank);
    nn_row_loss(net->logits_gradient + row * classes, net->logits_row + row * classes, classes,
                looking->labels[row], 0, 1);
    backward_rows(net, rank);
    add_products(share->gradients, looking->direction, net->blocks.floats, sums);
    looking->ret_norms[row] = (float)sqrt(sums[0]);
    looking->ret_dots[row] = (float)sums[1];
    if (rank == 0)
        clear_gradients(net, rank);
}

static void look_share(void *context, int rank)
{
    const struct looking *looking = context;
    const struct nn_net *net = looking->net;
    const size_t first = (size_t)rank * (size_t)net->share_rows[NN_TRAIN];
    for (size_t row = 0; row < (size_t)row_count(net, rank); row++)
        look_at(looking, rank, first + row);
}

void nn_sample_gradients(struct nn_net *net, int n, const uint16_t *labels, const float *direction,
                         float *ret_norms, float *ret_dots)
{
    REQUIRE(net->shares && n > 0 && n <= net->batch[NN_TRAIN]);
    struct looking looking = {net, labels, direction, ret_norms, ret_dots};
    for (int i = 0; i < n; i++)
        REQUIRE(labels[i] < nn_classes(net));
    net->mode = (struct nn_mode){.train = true, .frozen = true};
    net->n = n;
    net->differentiable = false;
    nn_team_run(net->team, look_share, &looking);
}

/* ---- Other work in the network's threads ---- */

struct work {
    void (*run)(void *context, int rank, int threads);
    void *context;
    int threads;
};

static void run_work(void *context, int rank)
{
    const struct work *work = context;
    work->run(work->context, rank, work->threads);
}

void nn_parallel(struct nn_net *net, void (*run)(void *context, int rank, int threads),
                 void *context)
{
    struct work work = {run, context, nn_team_size(net->team)};
    nn_team_run(net->team, run_work, &work);
}

double nn_loss(struct nn_net *net, int n, const uint16_t *labels, const float *weights,
               double smoothing, float *ret_losses)
{
    REQUIRE(n > 0 && n == net->n && smoothing >= 0 && smoothing < 1);
    const size_t classes = (size_t)nn_classes(net);
    const float *logits = nn_logits(net);                            /* [n][classes] */
    float *gradient = net->mode.train ? net->logits_gradient : NULL; /* [n][classes] */
    double mean = 0;
    for (size_t i = 0; i < (size_t)n; i++) {
        REQUIRE(labels[i] < classes);
        const double share = (weights ? (double)weights[i] : 1) / n;
        const struct nn_row_loss loss =
            nn_row_loss(gradient ? gradient + i * classes : NULL, logits + i * classes, classes,
                        labels[i], smoothing, share);
        mean += share * loss.smoothed;
        if (ret_losses)
            ret_losses[i] = (float)loss.plain;
    }
    net->differentiable = net->mode.train;
    return mean;
}

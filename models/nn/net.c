/*
 * net: builds the graph and holds its parameters and memory. The public interface and how to use it
 * are in nn.h; what an op must do is in op.h; where arrays lie is up to plan.c; run.c runs it.
 */
#include "models/nn/net.h"

#include "base/mem.h"
#include "models/nn/conv/conv.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* ---- Building ---- */

struct nn_net *nn_net_new(struct nn_shape input)
{
    REQUIRE(input.h > 0 && input.w > 0 && input.c > 0);
    struct nn_net *net;
    MEM_NEW(net, 1);
    net->input_shape = input;
    net->features = net->logits = -1;
    return net;
}

void nn_net_free(struct nn_net *net)
{
    if (!net)
        return;
    for (int i = 0; i < net->count; i++)
        if (net->nodes[i].op->close)
            net->nodes[i].op->close(&net->nodes[i].layer);
    const int threads = nn_team_size(net->team);
    nn_team_free(net->team);
    for (int rank = 0; rank < threads && net->shares; rank++) {
        mem_free(net->shares[rank].memory);
        if (rank > 0) /* that of rank 0 is net->gradients */
            mem_free(net->shares[rank].gradients);
    }
    MEM_FREE(net->shares, net->logits_row, net->logits_gradient, net->features_row, net->nodes,
             net->blocks.items, net->buffer_blocks.items, net->params, net->gradients, net->buffers,
             net->input, net);
}

static struct nn_node *new_node(struct nn_net *net)
{
    REQUIRE(!net->shares && net->logits < 0);
    MEM_GROW(net->nodes, (size_t)net->count, (size_t)net->count + 1);
    return &net->nodes[net->count++];
}

/* Appends what an op asked for; returns how many blocks that were. */
static int append(struct nn_blocks *blocks, const struct nn_layer *layer,
                  int (*ask)(const struct nn_layer *, struct nn_block *))
{
    struct nn_block asked[NN_MAX_BLOCKS];
    const int count = ask ? ask(layer, asked) : 0;
    for (int i = 0; i < count; i++) {
        MEM_GROW(blocks->items, (size_t)blocks->count, (size_t)blocks->count + 1);
        blocks->items[blocks->count++] =
            (struct nn_block_place){asked[i], blocks->floats, {1, 1, INT_MAX}};
        blocks->floats += asked[i].count;
    }
    return count;
}

/* Sets trains, when that of the inputs is. */
static void find_trains(const struct nn_net *net, struct nn_node *node)
{
    node->trains = 0;
    for (int k = 0; k < node->op->inputs + node->block_count; k++) {
        const int epochs =
            k < node->op->inputs
                ? net->nodes[node->inputs[k]].trains
                : net->blocks.items[node->first_block + k - node->op->inputs].how.epochs;
        node->trains = node->trains < epochs ? epochs : node->trains;
    }
}

void nn_set_training(struct nn_net *net, int node, enum nn_role role, struct nn_training how)
{
    REQUIRE(!net->shares && node >= 0 && node < net->count && how.epochs >= 0 &&
            (how.epochs == 0 || (how.lr > 0 && how.decay >= 0)));
    const struct nn_node *layer = &net->nodes[node];
    bool found = false;
    for (int k = 0; k < layer->block_count; k++) {
        struct nn_block_place *place = &net->blocks.items[layer->first_block + k];
        if (place->block.role == role) {
            place->how = how;
            found = true;
        }
    }
    REQUIRE(found);
    for (int i = node; i < net->count; i++)
        find_trains(net, &net->nodes[i]);
}

int nn_input(struct nn_net *net)
{
    REQUIRE(net->count == 0);
    *new_node(net) = (struct nn_node){.op = &input_op, .layer = {.out = net->input_shape}};
    return 0;
}

int nn_add_node(struct nn_net *net, const struct nn_op *op, const struct nn_attr *attr, int a,
                int b)
{
    REQUIRE(a >= 0 && a < net->count && b >= 0 && b < net->count);
    struct nn_node node = {.op = op, .layer.attr = *attr, .inputs = {a, b}};
    for (int k = 0; k < op->inputs; k++)
        node.layer.in[k] = net->nodes[node.inputs[k]].layer.out;
    struct err err;
    if (op->shape(attr, node.layer.in, &node.layer.out, &err))
        DIE("bug: node %d, %s: %s", net->count, op->name, err.text);
    node.first_block = net->blocks.count;
    node.block_count = append(&net->blocks, &node.layer, op->params);
    node.first_buffer = net->buffer_blocks.count;
    node.buffer_count = append(&net->buffer_blocks, &node.layer, op->buffers);
    find_trains(net, &node);
    *new_node(net) = node;
    return net->count - 1;
}

void nn_classifier(struct nn_net *net, int x, int classes)
{
    nn_classifier_with(net, x, classes, (struct nn_head){0});
}

void nn_classifier_with(struct nn_net *net, int x, int classes, struct nn_head head)
{
    const struct nn_attr attr = {
        .out = classes, .gain = 1, .init = head.init, .no_bias = head.no_bias};
    const int logits = nn_add_node(net, &linear_op, &attr, x, x);
    net->features = x;
    net->logits = logits;
}

struct nn_shape nn_shape_of(const struct nn_net *net, int node)
{
    REQUIRE(node >= 0 && node < net->count);
    return net->nodes[node].layer.out;
}

/* ---- Planning and state ---- */

/* An output that nobody reads would have no gradient. */
static void require_all_read(const struct nn_net *net)
{
    bool *read;
    MEM_NEW(read, (size_t)net->count);
    for (int i = 0; i < net->count; i++)
        for (int k = 0; k < net->nodes[i].op->inputs; k++)
            read[net->nodes[i].inputs[k]] = true;
    for (int i = 0; i < net->logits; i++)
        if (!read[i])
            DIE("bug: nobody reads node %d (%s)", i, net->nodes[i].op->name);
    mem_free(read);
}

const char *nn_conv_name(size_t i)
{
    const struct conv_impl *impl = conv_impl_at(i);
    return impl ? impl->name : NULL;
}

bool nn_conv_works(size_t i)
{
    const struct nn_shape usual = {8, 8, NN_LANES}; /* 3 x 3 on it is what all are made for, */
    struct conv conv = {.n = 1, .in = usual, .out = usual, .kernel = 3, .stride = 1, .pad = 1};
    const bool works = conv_accepts(conv_impl_at(i), &conv, CONV_FORWARD);
    conv.precision = conv.x_type = conv.y_type = NN_BFLOAT16; /* and some for this alone */
    return works || conv_accepts(conv_impl_at(i), &conv, CONV_FORWARD);
}

const char *nn_conv_missing(size_t i)
{
    return conv_impl_at(i)->missing;
}

/* Pictures between the nodes are kept in the network's precision, all else as float32. */
static void set_types(struct nn_net *net, enum nn_type precision)
{
    for (int i = 0; i < net->count; i++) {
        struct nn_node *node = &net->nodes[i];
        struct nn_layer *layer = &node->layer;
        const bool picture = node->op->inputs > 0 && layer->out.h * layer->out.w > 1;
        layer->precision = precision;
        layer->out_type = picture ? precision : NN_FLOAT32;
        for (int k = 0; k < node->op->inputs; k++)
            layer->in_type[k] = net->nodes[node->inputs[k]].layer.out_type;
    }
}

static void open_ops(struct nn_net *net, const struct nn_engine *engine)
{
    const struct nn_setting setting = {
        .train_batch = net->piece[NN_TRAIN],
        .eval_batch = net->piece[NN_EVAL],
        .conv = engine->conv ? conv_impl_find(engine->conv) : NULL,
    };
    REQUIRE(!engine->conv || setting.conv);
    for (int i = 0; i < net->count; i++)
        if (net->nodes[i].op->open)
            net->nodes[i].op->open(&net->nodes[i].layer, &setting);
}

/*
 * Rows of an evaluation's piece. Each piece reads all parameters once, and writes its activations,
 * which should stay in a cache: as many rows as make the parameters' part small, and no more.
 */
static int evaluation_piece(const struct nn_net *net, int share_rows)
{
    enum { LEAST = 16, OUTWEIGHED = 8 };
    size_t activations = 0;
    for (int i = 0; i < net->count; i++)
        activations += nn_floats(net->nodes[i].layer.out);
    const size_t rows = OUTWEIGHED * net->blocks.floats / activations / LEAST * LEAST + LEAST;
    return rows < (size_t)share_rows ? (int)rows : share_rows;
}

static void set_batches(struct nn_net *net, int train_batch, int eval_batch, int threads)
{
    net->batch[NN_TRAIN] = train_batch;
    net->batch[NN_EVAL] = eval_batch;
    for (int phase = 0; phase < NN_PHASES; phase++) {
        net->share_rows[phase] = (net->batch[phase] + threads - 1) / threads;
        const size_t rows = mem_size((size_t)net->share_rows[phase], (size_t)threads);
        net->rows = net->rows < rows ? rows : net->rows;
    }
    net->piece[NN_TRAIN] = net->share_rows[NN_TRAIN];
    net->piece[NN_EVAL] = evaluation_piece(net, net->share_rows[NN_EVAL]);
}

void nn_net_plan(struct nn_net *net, int train_batch, int eval_batch,
                 const struct nn_engine *engine)
{
    const struct nn_engine defaults = {0};
    engine = engine ? engine : &defaults;
    const int threads = engine->threads ? engine->threads : 1;
    REQUIRE(net->logits >= 0 && !net->shares && train_batch > 0 && eval_batch > 0 && threads > 0);
    require_all_read(net);
    nn_fuse(net);
    set_types(net, engine->precision);
    set_batches(net, train_batch, eval_batch, threads);
    open_ops(net, engine);
    nn_plan_memory(net);
    const size_t train_rows = mem_size((size_t)net->share_rows[NN_TRAIN], (size_t)threads);
    MEM_NEW(net->params, net->blocks.floats);
    MEM_NEW(net->gradients, net->blocks.floats);
    MEM_NEW(net->buffers, net->buffer_blocks.floats);
    MEM_NEW(net->input, mem_size(net->rows, nn_floats(net->input_shape)) + NN_LANES);
    MEM_NEW(net->logits_row, mem_size(net->rows, (size_t)nn_classes(net)));
    MEM_NEW(net->logits_gradient, mem_size(train_rows, (size_t)nn_classes(net)));
    MEM_NEW(net->features_row, mem_size(net->rows, (size_t)nn_feature_count(net)));
    MEM_NEW(net->shares, (size_t)threads);
    for (int rank = 0; rank < threads; rank++) {
        struct nn_share *share = &net->shares[rank];
        MEM_NEW(share->memory, net->memory_floats);
        share->gradients = net->gradients;
        if (rank > 0)
            MEM_NEW(share->gradients, net->blocks.floats);
    }
    net->team = nn_team_new(threads);
}

static double draw(const struct nn_block *block, struct rng *rng)
{
    switch (block->fill) {
    case NN_FILL_ZEROS:
        return 0;
    case NN_FILL_ONES:
        return 1;
    case NN_FILL_NORMAL:
        return block->spread * rng_normal(rng);
    case NN_FILL_UNIFORM:
        return block->spread * (2 * rng_uniform(rng) - 1);
    }
    DIE("bug: fill %d", (int)block->fill);
}

static void fill(float *values, const struct nn_block *block, struct rng *rng)
{
    for (size_t i = 0; i < block->count; i++)
        values[i] = (float)draw(block, rng);
    for (size_t i = 0; i < block->identities; i++) {
        float *row = values + i * block->row;
        memset(row, 0, block->row * sizeof *row);
        row[block->centre + i] = 1;
    }
}

void nn_net_init(struct nn_net *net, uint64_t seed)
{
    REQUIRE(net->shares);
    for (int i = 0; i < net->blocks.count; i++) {
        const struct nn_block_place *place = &net->blocks.items[i];
        struct rng rng = rng_stream(seed, RNG_INIT, 0, (uint32_t)i);
        fill(net->params + place->at, &place->block, &rng);
    }
    for (int i = 0; i < net->buffer_blocks.count; i++) {
        const struct nn_block_place *place = &net->buffer_blocks.items[i];
        REQUIRE(place->block.fill <= NN_FILL_ONES);
        fill(net->buffers + place->at, &place->block, NULL);
    }
    nn_zero_gradients(net);
}

size_t nn_param_count(const struct nn_net *net)
{
    return net->blocks.floats;
}

float *nn_params(struct nn_net *net)
{
    return net->params;
}

float *nn_gradients(struct nn_net *net)
{
    return net->gradients;
}

int nn_group_count(const struct nn_net *net)
{
    return net->blocks.count;
}

struct nn_group nn_group_at(const struct nn_net *net, int i)
{
    REQUIRE(i >= 0 && i < net->blocks.count);
    const struct nn_block_place *place = &net->blocks.items[i];
    return (struct nn_group){place->at, place->at + place->block.count, place->how};
}

void nn_zero_gradients(struct nn_net *net)
{
    memset(net->gradients, 0, net->blocks.floats * sizeof *net->gradients);
}

size_t nn_buffer_count(const struct nn_net *net)
{
    return net->buffer_blocks.floats;
}

float *nn_buffers(struct nn_net *net)
{
    return net->buffers;
}

size_t nn_memory(const struct nn_net *net)
{
    const size_t threads = (size_t)nn_team_size(net->team), row = nn_floats(net->input_shape) +
                                                                  2 * (size_t)nn_classes(net) +
                                                                  (size_t)nn_feature_count(net);
    return (threads * (net->memory_floats + net->blocks.floats) + net->rows * row +
            net->blocks.floats + net->buffer_blocks.floats) *
           sizeof(float);
}

int nn_classes(const struct nn_net *net)
{
    REQUIRE(net->logits >= 0);
    return net->nodes[net->logits].layer.out.c;
}

int nn_feature_count(const struct nn_net *net)
{
    REQUIRE(net->features >= 0);
    return (int)nn_floats(net->nodes[net->features].layer.out);
}

/* Block k of the classifier. */
static const float *classifier_block(const struct nn_net *net, int k)
{
    REQUIRE(net->logits >= 0 && net->params);
    return net->params + net->blocks.items[net->nodes[net->logits].first_block + k].at;
}

const float *nn_classifier_weights(const struct nn_net *net)
{
    return classifier_block(net, 0);
}

const float *nn_classifier_bias(const struct nn_net *net)
{
    return net->nodes[net->logits].block_count > 1 ? classifier_block(net, 1) : NULL;
}

static double node_flops(const struct nn_node *node)
{
    return node->op->flops ? node->op->flops(&node->layer) : 0;
}

static double node_flops_backward(const struct nn_net *net, const struct nn_node *node, int epoch)
{
    bool wanted = false;
    for (int k = 0; k < node->op->inputs; k++)
        wanted |= net->nodes[node->inputs[k]].trains > epoch;
    const bool own =
        node->block_count > 0 && net->blocks.items[node->first_block].how.epochs > epoch;
    return node_flops(node) * (own + wanted);
}

double nn_flops_forward(const struct nn_net *net)
{
    double sum = 0;
    for (int i = 0; i < net->count; i++)
        sum += node_flops(&net->nodes[i]);
    return sum;
}

double nn_flops_backward(const struct nn_net *net, int epoch)
{
    double sum = 0;
    for (int i = 0; i < net->count; i++)
        sum += node_flops_backward(net, &net->nodes[i], epoch);
    return sum;
}

struct nn_rows nn_rows(const struct nn_net *net)
{
    struct nn_rows sum = {0};
    for (int rank = 0; rank < nn_team_size(net->team); rank++) {
        sum.forward += net->shares[rank].computed.forward;
        sum.backward += net->shares[rank].computed.backward;
    }
    return sum;
}

/* ---- What ran ---- */

int nn_use_count(const struct nn_net *net)
{
    return net->count - 1; /* node 0 is the input */
}

struct nn_use nn_use_at(const struct nn_net *net, int i)
{
    REQUIRE(i >= 0 && i < nn_use_count(net));
    const struct nn_node *node = &net->nodes[i + 1];
    struct nn_use use = {
        .op = node->op->name,
        .in = node->layer.in[0],
        .out = node->layer.out,
        .seconds = {node->seconds[0], node->seconds[1]},
        .flops = {node_flops(node), node_flops_backward(net, node, 0)},
    };
    if (node->op->detail)
        node->op->detail(&node->layer, use.detail, sizeof use.detail);
    return use;
}

void nn_profile(struct nn_net *net, bool on)
{
    net->profile = on;
    for (int i = 0; i < net->count && on; i++)
        net->nodes[i].seconds[0] = net->nodes[i].seconds[1] = 0;
}

/* Whether the list "a, b" holds name[length]. */
static bool lists(const char *list, const char *name, size_t length)
{
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at ? 2 : 0)
        if (strcspn(at, ",") == length && !strncmp(at, name, length))
            return true;
    return false;
}

void nn_implementations(const struct nn_net *net, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    for (int i = 0; i < nn_use_count(net); i++) {
        const struct nn_use use = nn_use_at(net, i);
        for (const char *name = use.detail; *name;
             name += strcspn(name, "/"), name += *name == '/') {
            const size_t length = strcspn(name, "/"), used = strlen(ret_text);
            if (!lists(ret_text, name, length) && used + length + 3 <= size)
                snprintf(ret_text + used, size - used, "%s%.*s", used ? ", " : "", (int)length,
                         name);
        }
    }
}

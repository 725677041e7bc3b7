/*
 * plan: where each array of a network lies in the block of memory that each thread has for its
 * share of a batch.
 *
 * Time is counted in calls. Node i runs forward at i; the loss is at `count`; node i runs backward
 * at 2 count - i. An array lives from the call that writes it to the call that reads it last, and
 * arrays that never live at the same time may share their place. Training keeps what backward will
 * read (op flags); evaluation has no backward, so that an output dies as soon as its last reader
 * has run. The two phases share the memory: they are never under way at once.
 *
 * Where an op works in place and nobody needs its input afterwards, its output simply is that
 * array; the same holds for gradients on the way back.
 *
 * Placing is first fit, the largest first: n^2 comparisons for n arrays (resnet18: some 200), and
 * in practice within a few per cent of the most that lives at once.
 *
 * Example, in evaluation: input -> conv (1) -> relu (2) -> conv (3). The relu works in the place of
 * array 1; array 3 gets a place of its own, since 1 is read while 3 is written.
 */
#include "base/mem.h"
#include "models/nn/net.h"

#include <stdlib.h>

struct array {
    size_t floats;
    int born, dies;
    struct array *root; /* the array in whose place it lives; itself, mostly */
    size_t *ret_at;     /* where the place is written to */
};

static size_t output_floats(const struct nn_net *net, enum nn_phase phase,
                            const struct nn_node *node)
{
    return node->op->inputs
               ? nn_array_floats(node->layer.out, node->layer.out_type, net->piece[phase])
               : 0;
}

/* ---- Lives ---- */

static int backward_time(const struct nn_net *net, int node)
{
    return 2 * net->count - node;
}

static void extend(struct array *array, int time)
{
    if (array->dies < time)
        array->dies = time;
}

/* array, of the same size, lives on in the place of other. */
static void share(struct array *array, struct array *other)
{
    array->root = other->root;
    extend(other->root, array->dies);
}

/* items [count]: each node's output */
static void outputs(struct nn_net *net, enum nn_phase phase, struct array *items)
{
    static const unsigned reads[NN_MAX_INPUTS] = {NN_READS_INPUT, NN_READS_SECOND};
    const int end = 2 * net->count + 1;
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = &net->nodes[i];
        const bool train = phase == NN_TRAIN;
        items[i] = (struct array){
            .floats = output_floats(net, phase, node),
            .born = i,
            .dies = train && node->op->flags & NN_READS_OUTPUT ? backward_time(net, i) : i,
            .root = &items[i],
            .ret_at = &net->nodes[i].output_at[phase],
        };
        for (int k = 0; k < node->op->inputs; k++)
            extend(&items[node->inputs[k]],
                   train && node->op->flags & reads[k] ? backward_time(net, i) : i);
    }
    items[net->features].dies = items[net->logits].dies = end;
    for (int i = 0; i < net->count; i++) {
        const struct nn_node *node = &net->nodes[i];
        const int from = node->inputs[0];
        if (node->op->flags & NN_FORWARD_IN_PLACE && net->nodes[from].op->inputs &&
            items[from].dies == i)
            share(&items[i], &items[from]);
    }
}

/* items [count]: the gradient at each node's output */
static void gradients(struct nn_net *net, struct array *items)
{
    for (int i = net->count - 1; i >= 0; i--) {
        struct nn_node *node = &net->nodes[i];
        const int time = backward_time(net, i);
        /* Its readers, all of them later nodes, have set born and dies by now. */
        items[i].floats = output_floats(net, NN_TRAIN, node);
        items[i].ret_at = &node->gradient_at;
        items[i].root = &items[i];
        if (i == net->logits)
            items[i].born = net->count;
        extend(&items[i], time);
        for (int k = 0; k < node->op->inputs; k++) {
            struct array *input = &items[node->inputs[k]];
            node->add[k] = input->born > 0;
            if (!input->born)
                input->born = time;
        }
    }
    for (int i = net->count - 1; i >= 0; i--) {
        const struct nn_node *node = &net->nodes[i];
        const int input = node->inputs[0];
        if (node->op->flags & NN_BACKWARD_IN_PLACE && !node->add[0] && net->nodes[input].op->inputs)
            share(&items[input], &items[i]);
    }
}

/* items [count]: what each node keeps for its backward */
static void saved(struct nn_net *net, struct array *items)
{
    for (int i = 0; i < net->count; i++) {
        struct nn_node *node = &net->nodes[i];
        items[i] = (struct array){
            .floats = node->op->saved ? node->op->saved(&node->layer, net->piece[NN_TRAIN]) : 0,
            .born = i,
            .dies = backward_time(net, i),
            .root = &items[i],
            .ret_at = &node->saved_at,
        };
    }
}

/* ---- Places ---- */

static int larger_first(const void *left, const void *right)
{
    const struct array *a = *(const struct array *const *)left,
                       *b = *(const struct array *const *)right;
    if (a->floats != b->floats)
        return a->floats > b->floats ? -1 : 1;
    return a < b ? -1 : a > b;
}

static bool together(const struct array *a, const struct array *b)
{
    return a->born <= b->dies && b->born <= a->dies;
}

/* The lowest place where array fits beside those of `placed` that live at the same time. */
static size_t first_fit(const struct array *array, struct array *const *placed, int count)
{
    size_t at = 0;
    for (int i = 0; i < count;) {
        const struct array *other = placed[i];
        const size_t start = *other->ret_at;
        if (together(array, other) && at < start + other->floats && start < at + array->floats) {
            at = start + other->floats;
            i = 0; /* those that were passed may be in the way now */
        } else {
            i++;
        }
    }
    return at;
}

/* Places all arrays; returns the floats they take. */
static size_t place(struct array *items, int count)
{
    struct array **order;
    MEM_NEW(order, (size_t)count);
    int roots = 0;
    for (int i = 0; i < count; i++)
        if (items[i].root == &items[i]) {
            items[i].floats = (items[i].floats + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
            order[roots++] = &items[i];
        }
    qsort(order, (size_t)roots, sizeof(struct array *), larger_first);
    size_t end = 0;
    for (int i = 0; i < roots; i++) {
        *order[i]->ret_at = first_fit(order[i], order, i);
        if (end < *order[i]->ret_at + order[i]->floats)
            end = *order[i]->ret_at + order[i]->floats;
    }
    for (int i = 0; i < count; i++)
        *items[i].ret_at = *items[i].root->ret_at;
    mem_free(order);
    return end;
}

static size_t largest_scratch(const struct nn_net *net)
{
    size_t most = 0;
    for (int i = 0; i < net->count; i++)
        for (int phase = 0; phase < NN_PHASES; phase++) {
            const struct nn_node *node = &net->nodes[i];
            const int n = net->piece[phase];
            const size_t floats = (node->op->scratch ? node->op->scratch(&node->layer, n) : 0) +
                                  nn_adapter_floats(node, n);
            most = most < floats ? floats : most;
        }
    return most;
}

void nn_plan_memory(struct nn_net *net)
{
    struct array *items;
    MEM_NEW(items, mem_size(3, (size_t)net->count));
    outputs(net, NN_EVAL, items);
    const size_t eval = place(items, net->count);
    outputs(net, NN_TRAIN, items);
    gradients(net, items + net->count);
    saved(net, items + 2 * net->count);
    const size_t train = place(items, 3 * net->count);
    mem_free(items);
    net->scratch_at = train > eval ? train : eval;
    /* A vector load of the last values may reach beyond them. */
    net->memory_floats = net->scratch_at + largest_scratch(net) + NN_ALIGN;
}

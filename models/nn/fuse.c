/*
 * fuse: after a convolution what costs time is passing over memory. A batch norm, the addition of
 * a residual branch and a relu that follow each other, each read by the next alone, become one op,
 * which passes once:
 *
 *     relu(batch_norm(x))            batch_norm, attr.relu; group_norm likewise
 *     batch_norm(x) + r              batch_norm_add
 *     relu(batch_norm(x) + r)        batch_norm_add, attr.relu
 *
 * The fused node takes the place of the last of them, since r may come later than the norm; nodes
 * that were absorbed are taken out of the list. Parameters keep their places. Features and logits
 * are never absorbed: somebody reads them.
 */
#include "base/mem.h"
#include "models/nn/net.h"

struct fusion {
    struct nn_net *net;
    int *readers;   /* [count] */
    bool *absorbed; /* [count] */
};

static void count_readers(struct fusion *f)
{
    const struct nn_net *net = f->net;
    for (int i = 0; i < net->count; i++)
        for (int k = 0; k < net->nodes[i].op->inputs; k++)
            f->readers[net->nodes[i].inputs[k]]++;
    f->readers[net->features]++; /* the user */
    f->readers[net->logits]++;
}

/* Whether node is a norm that its one reader may take over. */
static bool is_free_norm(const struct fusion *f, int node)
{
    const struct nn_op *op = f->net->nodes[node].op;
    return f->readers[node] == 1 && !f->net->nodes[node].layer.attr.relu &&
           (op == &batch_norm_op || op == &batch_norm_add_op || op == &group_norm_op);
}

/* node becomes what `from` was; what it read besides is its second input. */
static void absorb(struct fusion *f, int node, int from)
{
    f->net->nodes[node] = f->net->nodes[from];
    f->absorbed[from] = true;
}

static void fuse_add(struct fusion *f, int node)
{
    const struct nn_node add = f->net->nodes[node];
    for (int k = 0; k < 2; k++) {
        const int norm = add.inputs[k], other = add.inputs[1 - k];
        if (!is_free_norm(f, norm) || f->net->nodes[norm].op != &batch_norm_op)
            continue;
        absorb(f, node, norm);
        struct nn_node *fused = &f->net->nodes[node];
        fused->op = &batch_norm_add_op;
        fused->inputs[1] = other;
        fused->layer.in[1] = add.layer.in[1 - k];
        fused->trains = add.trains; /* its inputs are among those of the addition */
        return;
    }
}

static void fuse_relu(struct fusion *f, int node)
{
    const int norm = f->net->nodes[node].inputs[0];
    if (!is_free_norm(f, norm))
        return;
    absorb(f, node, norm);
    f->net->nodes[node].layer.attr.relu = true;
}

/* Takes the absorbed nodes out of the list. */
static void compact(struct fusion *f)
{
    struct nn_net *net = f->net;
    int *place, count = 0; /* place[count]: a node's new number */
    MEM_NEW(place, (size_t)net->count);
    for (int i = 0; i < net->count; i++) {
        place[i] = count;
        if (f->absorbed[i])
            continue;
        struct nn_node *node = &net->nodes[count++];
        *node = net->nodes[i];
        for (int k = 0; k < node->op->inputs; k++)
            node->inputs[k] = place[node->inputs[k]];
    }
    net->features = place[net->features];
    net->logits = place[net->logits];
    net->count = count;
    mem_free(place);
}

void nn_fuse(struct nn_net *net)
{
    struct fusion f = {.net = net};
    MEM_NEW(f.readers, (size_t)net->count);
    MEM_NEW(f.absorbed, (size_t)net->count);
    count_readers(&f);
    for (int i = 0; i < net->count; i++) {
        if (net->nodes[i].op == &add_op)
            fuse_add(&f, i);
        else if (net->nodes[i].op == &relu_op)
            fuse_relu(&f, i);
    }
    compact(&f);
    MEM_FREE(f.readers, f.absorbed);
}

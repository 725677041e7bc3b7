/*
 * adapt: lets ops that know float32 only work on bfloat16 pictures: inputs are expanded into
 * scratch memory, the op runs on float32, results are rounded back. Three more passes over memory,
 * in ops that are rare or small; what is frequent is NN_TYPED and reads the pictures itself.
 */
#include "models/nn/net.h"

static bool is_native(const struct nn_node *node)
{
    bool narrow = node->layer.out_type == NN_BFLOAT16;
    for (int k = 0; k < node->op->inputs; k++)
        narrow |= node->layer.in_type[k] == NN_BFLOAT16;
    return !narrow || node->op->flags & NN_TYPED;
}

/* x and dx of each input, y and dy, one after the other. */
size_t nn_adapter_floats(const struct nn_node *node, int n)
{
    if (is_native(node))
        return 0;
    size_t floats = nn_array_floats(node->layer.out, NN_FLOAT32, n);
    for (int k = 0; k < node->op->inputs; k++)
        floats += nn_array_floats(node->layer.in[k], NN_FLOAT32, n);
    return 2 * floats;
}

/* The next array of the scratch memory, holding what `from` does if that is there. */
static float *take(float **scratch, struct nn_shape shape, enum nn_type type, int n,
                   const void *from)
{
    float *array = *scratch;
    *scratch += nn_array_floats(shape, NN_FLOAT32, n);
    if (from)
        nn_load(array, from, type, (size_t)n * nn_floats(shape));
    return array;
}

void nn_adapt(const struct nn_node *node, const struct nn_call *call, bool forward)
{
    void (*run)(const struct nn_call *) = forward ? node->op->forward : node->op->backward;
    if (is_native(node)) {
        run(call);
        return;
    }
    const struct nn_layer *layer = &node->layer;
    struct nn_call wide = *call;
    struct nn_layer wide_layer = *layer;
    wide_layer.out_type = NN_FLOAT32;
    wide.layer = &wide_layer;
    for (int k = 0; k < node->op->inputs; k++) {
        wide_layer.in_type[k] = NN_FLOAT32;
        wide.x[k] = call->x[k]
                        ? take(&wide.scratch, layer->in[k], layer->in_type[k], call->n, call->x[k])
                        : NULL;
        wide.add[k] = false;
        wide.dx[k] = call->dx[k]
                         ? take(&wide.scratch, layer->in[k], layer->in_type[k], call->n, NULL)
                         : NULL;
    }
    if (call->y)
        wide.y =
            take(&wide.scratch, layer->out, layer->out_type, call->n, forward ? NULL : call->y);
    if (call->dy)
        wide.dy = take(&wide.scratch, layer->out, layer->out_type, call->n, call->dy);
    run(&wide);
    if (forward)
        nn_store(call->y, layer->out_type, wide.y, (size_t)call->n * nn_floats(layer->out), false);
    for (int k = 0; k < node->op->inputs; k++)
        if (call->dx[k])
            nn_store(call->dx[k], layer->in_type[k], wide.dx[k],
                     (size_t)call->n * nn_floats(layer->in[k]), call->add[k]);
}

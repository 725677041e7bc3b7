#include "models/nn/op.h"

#include "base/mem.h"

#include <math.h>

int nn_shape_same(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                  struct err *err)
{
    (void)attr, (void)err;
    *ret_out = *in;
    return 0;
}

int nn_shape_equal(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                   struct err *err)
{
    (void)attr;
    const struct nn_shape a = in[0], b = in[1];
    if (a.h != b.h || a.w != b.w || a.c != b.c)
        return err_set(err, "%d x %d x %d and %d x %d x %d differ", a.h, a.w, a.c, b.h, b.w, b.c);
    *ret_out = a;
    return 0;
}

struct nn_block nn_weights(const struct nn_layer *layer, size_t out, size_t in)
{
    const bool he = layer->attr.init == NN_INIT_HE;
    return (struct nn_block){
        .count = mem_size(out, in),
        .fill = he ? NN_FILL_NORMAL : NN_FILL_UNIFORM,
        .spread = (he ? layer->attr.gain : 1) / sqrt((double)in),
    };
}

double nn_flops_one(const struct nn_layer *layer)
{
    return (double)nn_floats(layer->in[0]);
}

size_t nn_input_count(const struct nn_call *call)
{
    return (size_t)call->n * nn_floats(call->layer->in[0]);
}

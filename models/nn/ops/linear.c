/*
 * linear: y = x W^T + b, x flattened; b may be left out. One matrix product forward, two backward:
 *
 *     y [n][out]    = x W^T + b
 *     dW [out][in] += dy^T x
 *     dx [n][in]    = dy W
 *
 * Flattened means as x lies in memory (shape.h). In bf16 the operands of all three products are
 * rounded to bfloat16 first, into scratch memory; products and sums are float32.
 */
#include "base/linalg.h"
#include "base/mem.h"
#include "models/nn/num/channels.h"
#include "models/nn/op.h"

#include <math.h>

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    (void)in;
    if (attr->out < 1)
        return err_set(err, "%d outputs", attr->out);
    *ret_out = (struct nn_shape){1, 1, attr->out};
    return 0;
}

static int params(const struct nn_layer *layer, struct nn_block *ret_blocks)
{
    const size_t in = nn_floats(layer->in[0]), out = (size_t)layer->out.c;
    ret_blocks[0] = nn_weights(layer, out, in);
    ret_blocks[1] = (struct nn_block){.count = out, .role = NN_BIASES};
    return layer->attr.no_bias ? 1 : 2;
}

static double flops(const struct nn_layer *layer)
{
    return 2.0 * (double)nn_floats(layer->in[0]) * layer->out.c;
}

/* Floats of scratch memory: x or dx as float32, W and dy rounded. */
struct room {
    size_t x, w, dy;
};

static struct room room_of(const struct nn_layer *layer, size_t n)
{
    const bool rounds = layer->precision == NN_BFLOAT16;
    const size_t in = nn_floats(layer->in[0]), out = (size_t)layer->out.c;
    return (struct room){
        .x = rounds || layer->in_type[0] == NN_BFLOAT16 ? mem_size(n, in) : 0,
        .w = rounds ? mem_size(out, in) : 0,
        .dy = rounds ? mem_size(n, out) : 0,
    };
}

static size_t scratch(const struct nn_layer *layer, int n)
{
    const struct room room = room_of(layer, (size_t)n);
    return room.x + room.w + room.dy;
}

/* values [count] as the products take them: float32, rounded where they are in bf16. */
static const float *operand(const struct nn_call *call, const void *values, enum nn_type type,
                            float *room, size_t count)
{
    if (type == NN_BFLOAT16)
        nn_load(room, values, NN_BFLOAT16, count);
    else if (call->layer->precision == NN_BFLOAT16)
        nn_round(room, values, count);
    else
        return values;
    return room;
}

static const float *operand_x(const struct nn_call *call, float *room, size_t count)
{
    return operand(call, call->x[0], call->layer->in_type[0], room, count);
}

static void forward(const struct nn_call *call)
{
    const size_t n = (size_t)call->n, in = nn_floats(call->layer->in[0]),
                 out = (size_t)call->layer->out.c;
    if (n == 0)
        return;
    const struct room room = room_of(call->layer, n);
    const float *x = operand_x(call, call->scratch, n * in);
    const float *w = operand(call, call->params[0], NN_FLOAT32, call->scratch + room.x, out * in);
    const bool bias = !call->layer->attr.no_bias;
    if (bias)
        channels_fill(call->y, call->params[1], n, out);
    linalg_gemm(call->y, out, x, in, false, w, in, true, n, out, in, 1, bias ? 1 : 0);
}

/* dx (+)= dy W */
static void backward_x(const struct nn_call *call, const float *dy, const float *w)
{
    const size_t n = (size_t)call->n, in = nn_floats(call->layer->in[0]),
                 out = (size_t)call->layer->out.c;
    const bool narrow = call->layer->in_type[0] == NN_BFLOAT16;
    float *dx = narrow ? call->scratch : call->dx[0];
    linalg_gemm(dx, in, dy, out, false, w, in, false, n, in, out, 1,
                !narrow && call->add[0] ? 1 : 0);
    if (narrow)
        nn_store(call->dx[0], NN_BFLOAT16, dx, n * in, call->add[0]);
}

static void backward(const struct nn_call *call)
{
    const size_t n = (size_t)call->n, in = nn_floats(call->layer->in[0]),
                 out = (size_t)call->layer->out.c;
    if (n == 0)
        return;
    const struct room room = room_of(call->layer, n);
    const float *x = operand_x(call, call->scratch, n * in);
    const float *dy = operand(call, call->dy, NN_FLOAT32, call->scratch + room.x + room.w, n * out);
    if (call->gradients[1])
        channels_add_sums(call->gradients[1], call->dy, n, out);
    if (call->gradients[0])
        linalg_gemm(call->gradients[0], in, dy, out, true, x, in, false, out, in, n, 1, 1);
    if (call->dx[0])
        backward_x(call, dy,
                   operand(call, call->params[0], NN_FLOAT32, call->scratch + room.x, out * in));
}

static void forward_naive(const struct nn_call *call)
{
    const int in = (int)nn_floats(call->layer->in[0]), out = call->layer->out.c;
    for (int i = 0; i < call->n; i++)
        for (int o = 0; o < out; o++) {
            double sum = call->layer->attr.no_bias ? 0 : (double)call->params[1][o];
            for (int j = 0; j < in; j++)
                sum += (double)call->x[0][i * in + j] * (double)call->params[0][o * in + j];
            call->y[i * out + o] = (float)sum;
        }
}

static void backward_naive(const struct nn_call *call)
{
    const int in = (int)nn_floats(call->layer->in[0]), out = call->layer->out.c;
    if (!call->add[0])
        for (int j = 0; j < call->n * in; j++)
            call->dx[0][j] = 0;
    for (int i = 0; i < call->n; i++)
        for (int o = 0; o < out; o++) {
            const float dy = call->dy[i * out + o];
            if (!call->layer->attr.no_bias)
                call->gradients[1][o] += dy;
            for (int j = 0; j < in; j++) {
                call->gradients[0][o * in + j] += dy * call->x[0][i * in + j];
                call->dx[0][i * in + j] += dy * call->params[0][o * in + j];
            }
        }
}

static const struct nn_attr cases[] = {
    {.out = 1, .gain = 1}, {.out = 7, .gain = 1}, {.out = 7, .gain = 1, .no_bias = true}};

int nn_linear(struct nn_net *net, int x, int out)
{
    return nn_add_node(net, &linear_op, &(struct nn_attr){.out = out, .gain = sqrt(2)}, x, x);
}

int nn_projection(struct nn_net *net, int x, int out)
{
    return nn_add_node(net, &linear_op, &(struct nn_attr){.out = out, .gain = 1}, x, x);
}

const struct nn_op linear_op = {
    .name = "linear",
    .inputs = 1,
    .flags = NN_READS_INPUT | NN_TYPED,
    NN_CASES(cases),
    .shape = shape,
    .params = params,
    .scratch = scratch,
    .flops = flops,
    NN_PASSES,
};

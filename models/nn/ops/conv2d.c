/*
 * conv2d: cross-correlation with a square kernel and zero padding:
 *
 *     y[oy][ox][o] = b[o] + sum over ky, kx, c of
 *                    x[oy * stride + ky - pad][ox * stride + kx - pad][c] * w[o][ky][kx][c]
 *
 * What calculates it is in conv/: an implementation is chosen when the network is planned, for each
 * of forward and the two directions of backward with batches for training, and for forward with
 * batches for evaluation. Here is what they share: shapes, parameters, and the bias's gradient.
 *
 * Example: 3 x 3 on 32 x 32 x 16, 16 channels out: 2304 weights, 4.7 million operations a sample.
 */
#include "base/mem.h"
#include "models/nn/conv/conv.h"
#include "models/nn/num/channels.h"
#include "models/nn/op.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One use of one implementation. */
struct pass {
    enum conv_direction direction;
    struct conv conv;
    struct conv_choice choice; /* impl NULL: never needed */
};

/* A layer's passes, its state: those of training, in the order of the directions; evaluation. */
enum { EVALUATION = CONV_DIRECTIONS, PASSES };

static int shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
                 struct err *err)
{
    const int h = in->h + 2 * attr->pad - attr->kernel, w = in->w + 2 * attr->pad - attr->kernel;
    if (attr->out < 1 || attr->stride < 1 || attr->pad < 0 || attr->pad >= attr->kernel)
        return err_set(err, "%d outputs, stride %d, kernel %d with a border of %d", attr->out,
                       attr->stride, attr->kernel, attr->pad);
    if (h < 0 || w < 0)
        return err_set(err, "a kernel of %d does not fit %d x %d with a border of %d", attr->kernel,
                       in->h, in->w, attr->pad);
    *ret_out = (struct nn_shape){h / attr->stride + 1, w / attr->stride + 1, attr->out};
    return 0;
}

/* Weights of one output channel. */
static size_t window_size(const struct nn_layer *layer)
{
    return mem_size((size_t)(layer->attr.kernel * layer->attr.kernel), (size_t)layer->in[0].c);
}

static int params(const struct nn_layer *layer, struct nn_block *ret_blocks)
{
    const size_t window = window_size(layer), out = (size_t)layer->out.c;
    ret_blocks[0] = nn_weights(layer, out, window);
    ret_blocks[1] = (struct nn_block){.count = out, .role = NN_BIASES};
    if (layer->attr.init == NN_INIT_DIRAC) {
        const size_t in = (size_t)layer->in[0].c, k = (size_t)layer->attr.kernel;
        ret_blocks[0].identities = in < out ? in : out;
        ret_blocks[0].row = window;
        ret_blocks[0].centre = (k / 2 * k + k / 2) * in;
    }
    return layer->attr.bias ? 2 : 1;
}

/* What n samples of the layer ask of an implementation. */
static struct conv describe(const struct nn_layer *layer, int n)
{
    return (struct conv){
        .n = n,
        .in = layer->in[0],
        .out = layer->out,
        .kernel = layer->attr.kernel,
        .stride = layer->attr.stride,
        .pad = layer->attr.pad,
        .x_type = layer->in_type[0],
        .y_type = layer->out_type,
        .precision = layer->precision,
    };
}

static double flops(const struct nn_layer *layer)
{
    const struct conv conv = describe(layer, 1);
    return conv_flops(&conv);
}

/* ---- Choosing ---- */

static void open(struct nn_layer *layer, const struct nn_setting *setting)
{
    struct pass *passes;
    MEM_NEW(passes, PASSES);
    for (int i = 0; i < PASSES; i++) {
        struct pass *pass = &passes[i];
        pass->direction = i == EVALUATION ? CONV_FORWARD : (enum conv_direction)i;
        pass->conv = describe(layer, i == EVALUATION ? setting->eval_batch : setting->train_batch);
        if (pass->conv.n > 0)
            pass->choice = conv_choose(&pass->conv, pass->direction, setting->conv);
    }
    layer->state = passes;
}

static void close(struct nn_layer *layer)
{
    struct pass *passes = layer->state;
    for (int i = 0; passes && i < PASSES; i++)
        conv_choice_release(&passes[i].choice);
    mem_free(passes);
    layer->state = NULL;
}

static const char *pass_detail(const struct pass *pass)
{
    return pass->choice.impl ? conv_detail(&pass->conv, pass->direction, &pass->choice) : "";
}

/* Of training, or, for a network that is never trained, of evaluation. */
static void detail(const struct nn_layer *layer, char *ret_text, size_t size)
{
    const struct pass *passes = layer->state;
    const bool trains = passes[CONV_FORWARD].choice.impl;
    const char *forward = pass_detail(&passes[trains ? CONV_FORWARD : EVALUATION]),
               *data = pass_detail(&passes[CONV_BACKWARD_DATA]),
               *weights = pass_detail(&passes[CONV_BACKWARD_WEIGHTS]);
    if (!trains || (!strcmp(forward, data) && !strcmp(forward, weights)))
        snprintf(ret_text, size, "%s", forward);
    else
        snprintf(ret_text, size, "%s/%s/%s", forward, data, weights);
}

static size_t scratch(const struct nn_layer *layer, int n)
{
    (void)n; /* an implementation may need what a full batch does */
    const struct pass *passes = layer->state;
    /* for the bias's gradient, a sample of dy */
    const bool expands = layer->attr.bias && layer->out_type == NN_BFLOAT16;
    size_t most = expands ? nn_floats(layer->out) : 0;
    for (int i = 0; i < PASSES; i++) {
        const struct pass *pass = &passes[i];
        if (!pass->choice.impl)
            continue;
        const size_t floats = conv_scratch(&pass->conv, pass->direction, &pass->choice);
        most = floats > most ? floats : most;
    }
    return most;
}

/* ---- Running ---- */

/* The contract's pointers: an implementation may set inputs beyond n to 0, and bfloat16 arrays come
   behind pointers to float. */
static struct conv_call convert(const struct nn_call *call, const struct conv *conv)
{
    return (struct conv_call){
        .conv = conv,
        .n = call->n,
        .x = (void *)(uintptr_t)call->x[0],
        .y = call->y,
        .dy = (void *)(uintptr_t)call->dy,
        .dx = call->dx[0],
        .add = call->add[0],
        .w = call->params[0],
        .bias = call->layer->attr.bias ? call->params[1] : NULL,
        .dw = call->gradients[0],
        .scratch = call->scratch,
    };
}

static void run(const struct nn_call *call, int which)
{
    const struct pass *pass = (const struct pass *)call->layer->state + which;
    REQUIRE(pass->choice.impl && call->n <= pass->conv.n);
    struct conv_call converted = convert(call, &pass->conv);
    converted.state = pass->choice.state;
    pass->choice.impl->run[pass->direction](&converted);
}

static int pass_rows(const struct nn_call *call, int which)
{
    const struct pass *pass = (const struct pass *)call->layer->state + which;
    return conv_rows(&pass->conv, &pass->choice, call->n);
}

static int rows(const struct nn_call *call, bool backward)
{
    if (!backward)
        return pass_rows(call, call->mode->train ? CONV_FORWARD : EVALUATION);
    const int weights = pass_rows(call, CONV_BACKWARD_WEIGHTS),
              data = call->dx[0] ? pass_rows(call, CONV_BACKWARD_DATA) : 0;
    return weights > data ? weights : data;
}

/* gradient[out.c] += sums of dy over samples and pixels */
static void bias_gradient(const struct nn_call *call)
{
    const struct nn_shape out = call->layer->out;
    const size_t lanes = nn_lanes(out), blocks = nn_channel_blocks(out),
                 pixels = (size_t)out.h * (size_t)out.w, sample = nn_floats(out);
    for (size_t i = 0; i < (size_t)call->n; i++) {
        const float *dy = call->dy + i * sample; /* [blocks][pixels][lanes] */
        if (call->layer->out_type == NN_BFLOAT16) {
            nn_expand(call->scratch, (const nn_bf16 *)call->dy + i * sample, sample);
            dy = call->scratch;
        }
        for (size_t b = 0; b < blocks; b++)
            channels_add_sums(call->gradients[1] + b * lanes, dy + b * pixels * lanes, pixels,
                              lanes);
    }
}

static void forward(const struct nn_call *call)
{
    run(call, call->mode->train ? CONV_FORWARD : EVALUATION);
}

static void backward(const struct nn_call *call)
{
    if (call->gradients[1])
        bias_gradient(call);
    if (call->gradients[0])
        run(call, CONV_BACKWARD_WEIGHTS);
    if (call->dx[0])
        run(call, CONV_BACKWARD_DATA);
}

/* ---- The definition ---- */

static void run_naive(const struct nn_call *call, enum conv_direction direction)
{
    const struct conv conv = describe(call->layer, call->n);
    const struct conv_call converted = convert(call, &conv);
    conv_impl_find("naive")->run[direction](&converted);
}

static void forward_naive(const struct nn_call *call)
{
    run_naive(call, CONV_FORWARD);
}

static void backward_naive(const struct nn_call *call)
{
    run_naive(call, CONV_BACKWARD_WEIGHTS);
    run_naive(call, CONV_BACKWARD_DATA);
    if (!call->layer->attr.bias)
        return;
    const struct nn_shape out = call->layer->out;
    for (int i = 0; i < call->n; i++)
        for (int pixel = 0; pixel < out.h * out.w; pixel++)
            for (int c = 0; c < out.c; c++)
                call->gradients[1][c] += call->dy[nn_pixel_at(out, (size_t)i, pixel, c)];
}

static const struct nn_attr cases[] = {
    {.out = 5, .kernel = 1, .stride = 1, .pad = 0, .bias = true, .gain = 1},
    {.out = 16, .kernel = 1, .stride = 2, .pad = 0, .gain = 1},
    {.out = 24, .kernel = 2, .stride = 1, .pad = 0, .bias = true, .gain = 1},
    {.out = 3, .kernel = 3, .stride = 1, .pad = 2, .bias = true, .gain = 1},
    {.out = 16, .kernel = 3, .stride = 1, .pad = 1, .gain = 1},
    {.out = 32, .kernel = 3, .stride = 1, .pad = 1, .bias = true, .gain = 1},
    {.out = 48, .kernel = 3, .stride = 2, .pad = 1, .gain = 1},
    {.out = 7, .kernel = 3, .stride = 2, .pad = 1, .bias = true, .gain = 1},
    {.out = 4, .kernel = 3, .stride = 3, .pad = 0, .gain = 1},
    {.out = 6, .kernel = 5, .stride = 1, .pad = 2, .bias = true, .gain = 1},
    {.out = 1, .kernel = 5, .stride = 2, .pad = 0, .gain = 1},
};

int nn_conv2d(struct nn_net *net, int x, struct nn_conv conv)
{
    const struct nn_attr attr = {
        .out = conv.out,
        .kernel = conv.kernel,
        .stride = conv.stride ? conv.stride : 1,
        .pad = conv.pad,
        .bias = conv.bias,
        .init = conv.init,
        .gain = sqrt(2),
    };
    return nn_add_node(net, &conv2d_op, &attr, x, x);
}

const struct nn_op conv2d_op = {
    .name = "conv2d",
    .inputs = 1,
    .flags = NN_READS_INPUT | NN_TYPED,
    NN_CASES(cases),
    .open = open,
    .close = close,
    .detail = detail,
    .shape = shape,
    .params = params,
    .scratch = scratch,
    .flops = flops,
    .rows = rows,
    NN_PASSES,
};

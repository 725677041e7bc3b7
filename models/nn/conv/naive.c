/*
 * naive: the convolution by its definition, one plain loop nest a direction, for tests and for what
 * nothing else accepts:
 *
 *     y  [i][oy][ox][o] = bias[o] + sum over ky, kx, c of x[i][iy][ix][c] * w[o][ky][kx][c]
 *     dx [i][iy][ix][c] =           sum over o, ky, kx of dy[i][oy][ox][o] * w[o][ky][kx][c]
 *     dw [o][ky][kx][c] +=          sum over i, oy, ox of dy[i][oy][ox][o] * x[i][iy][ix][c]
 *
 * where iy = oy * stride + ky - pad, ix likewise, and what lies outside of the picture is 0. Any
 * layout, any types. Sums are doubles, rounded once, when they are stored.
 *
 * Example: 8 x 8 x 16 to 16 channels, kernel 3: 147,456 products a picture, about a millisecond.
 */
#include "models/nn/conv/conv.h"

/* One operand of a product. */
static double operand(const void *array, enum nn_type type, size_t i, enum nn_type precision)
{
    float value;
    if (type == NN_BFLOAT16)
        value = nn_bf16_to_float(((const nn_bf16 *)array)[i]);
    else
        value = ((const float *)array)[i];
    return (double)(precision == NN_BFLOAT16 ? nn_round_bf16(value) : value);
}

/* Where value (y, x, c) of picture i is. */
static size_t at(struct nn_shape shape, int i, int y, int x, int c)
{
    return (size_t)i * nn_floats(shape) + nn_at(shape, y, x, c);
}

static double output_at(const struct conv_call *call, int i, int y, int x, int o)
{
    const struct conv *conv = call->conv;
    return operand(call->dy, conv->y_type, at(conv->out, i, y, x, o), conv->precision);
}

static double input_at(const struct conv_call *call, int i, int y, int x, int c)
{
    const struct conv *conv = call->conv;
    return operand(call->x, conv->x_type, at(conv->in, i, y, x, c), conv->precision);
}

static size_t weight(const struct conv *conv, int o, int ky, int kx, int c)
{
    return (size_t)(((o * conv->kernel + ky) * conv->kernel + kx) * conv->in.c + c);
}

static double weight_at(const struct conv_call *call, int o, int ky, int kx, int c)
{
    return operand(call->w, NN_FLOAT32, weight(call->conv, o, ky, kx, c), call->conv->precision);
}

static bool inside(struct nn_shape shape, int y, int x)
{
    return y >= 0 && y < shape.h && x >= 0 && x < shape.w;
}

/* array[i], of a type, = or += value */
static void store(void *array, enum nn_type type, size_t i, double value, bool add)
{
    const double before = add ? operand(array, type, i, NN_FLOAT32) : 0;
    const float sum = (float)(before + value);
    if (type == NN_BFLOAT16)
        ((nn_bf16 *)array)[i] = nn_float_to_bf16(sum);
    else
        ((float *)array)[i] = sum;
}

static double window_sum(const struct conv_call *call, int i, int oy, int ox, int o)
{
    const struct conv *conv = call->conv;
    double sum = call->bias ? (double)call->bias[o] : 0;
    for (int ky = 0; ky < conv->kernel; ky++)
        for (int kx = 0; kx < conv->kernel; kx++) {
            const int y = oy * conv->stride + ky - conv->pad,
                      x = ox * conv->stride + kx - conv->pad;
            if (!inside(conv->in, y, x))
                continue;
            for (int c = 0; c < conv->in.c; c++)
                sum += input_at(call, i, y, x, c) * weight_at(call, o, ky, kx, c);
        }
    return sum;
}

static void forward(const struct conv_call *call)
{
    const struct nn_shape out = call->conv->out;
    for (int i = 0; i < call->n; i++)
        for (int y = 0; y < out.h; y++)
            for (int x = 0; x < out.w; x++)
                for (int o = 0; o < out.c; o++)
                    store(call->y, call->conv->y_type, at(out, i, y, x, o),
                          window_sum(call, i, y, x, o), false);
}

/* Over the windows that see input pixel (y, x). */
static double seen_sum(const struct conv_call *call, int i, int y, int x, int c)
{
    const struct conv *conv = call->conv;
    double sum = 0;
    for (int ky = 0; ky < conv->kernel; ky++)
        for (int kx = 0; kx < conv->kernel; kx++) {
            const int top = y + conv->pad - ky, left = x + conv->pad - kx;
            if (top % conv->stride || left % conv->stride ||
                !inside(conv->out, top / conv->stride, left / conv->stride))
                continue;
            for (int o = 0; o < conv->out.c; o++)
                sum += output_at(call, i, top / conv->stride, left / conv->stride, o) *
                       weight_at(call, o, ky, kx, c);
        }
    return sum;
}

static void backward_data(const struct conv_call *call)
{
    const struct nn_shape in = call->conv->in;
    for (int i = 0; i < call->n; i++)
        for (int y = 0; y < in.h; y++)
            for (int x = 0; x < in.w; x++)
                for (int c = 0; c < in.c; c++)
                    store(call->dx, call->conv->x_type, at(in, i, y, x, c),
                          seen_sum(call, i, y, x, c), call->add);
}

static double tap_sum(const struct conv_call *call, int o, int ky, int kx, int c)
{
    const struct conv *conv = call->conv;
    double sum = 0;
    for (int i = 0; i < call->n; i++)
        for (int oy = 0; oy < conv->out.h; oy++)
            for (int ox = 0; ox < conv->out.w; ox++) {
                const int y = oy * conv->stride + ky - conv->pad,
                          x = ox * conv->stride + kx - conv->pad;
                if (inside(conv->in, y, x))
                    sum += output_at(call, i, oy, ox, o) * input_at(call, i, y, x, c);
            }
    return sum;
}

static void backward_weights(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    for (int o = 0; o < conv->out.c; o++)
        for (int ky = 0; ky < conv->kernel; ky++)
            for (int kx = 0; kx < conv->kernel; kx++)
                for (int c = 0; c < conv->in.c; c++)
                    store(call->dw, NN_FLOAT32, weight(conv, o, ky, kx, c),
                          tap_sum(call, o, ky, kx, c), true);
}

static double speed(const struct conv *conv, enum conv_direction direction)
{
    (void)conv, (void)direction;
    return 0.01;
}

const struct conv_impl naive_conv = {
    .name = "naive",
    .speed = speed,
    .run = {forward, backward_data, backward_weights},
};

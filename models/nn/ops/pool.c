#include "models/nn/ops/pool.h"

#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"

int pool_shape(const struct nn_attr *attr, const struct nn_shape *in, struct nn_shape *ret_out,
               struct err *err)
{
    const int k = attr->kernel, stride = attr->stride;
    if (k < 1 || stride < 1)
        return err_set(err, "kernel %d, stride %d", k, stride);
    if (in->h < k || in->w < k)
        return err_set(err, "a window of %d x %d does not fit %d x %d", k, k, in->h, in->w);
    *ret_out = (struct nn_shape){(in->h - k) / stride + 1, (in->w - k) / stride + 1, in->c};
    return 0;
}

double pool_flops(const struct nn_layer *layer)
{
    return (double)nn_floats(layer->out) * layer->attr.kernel * layer->attr.kernel;
}

struct pool pool_of(const struct nn_call *call)
{
    const struct nn_layer *layer = call->layer;
    const struct nn_shape in = layer->in[0], out = layer->out;
    const int kernel = layer->attr.kernel;
    return (struct pool){
        .planes = (size_t)call->n * nn_channel_blocks(in),
        .lanes = nn_lanes(in),
        .h = (size_t)in.h,
        .w = (size_t)in.w,
        .out_h = (size_t)out.h,
        .out_w = (size_t)out.w,
        .kernel_h = (size_t)(kernel ? kernel : in.h),
        .kernel_w = (size_t)(kernel ? kernel : in.w),
        .stride = (size_t)(kernel ? layer->attr.stride : 1),
        .in_end = (size_t)call->n * nn_floats(in),
        .out_end = (size_t)call->n * nn_floats(out),
        .in_type = layer->in_type[0],
        .out_type = layer->out_type,
    };
}

size_t pool_naive_input(const struct nn_layer *layer, size_t number, int y, int x)
{
    const struct nn_shape out = layer->out;
    const int i = (int)(number % nn_floats(out)), stride = layer->attr.stride;
    const int oy = i / out.c / out.w, ox = i / out.c % out.w;
    return number / nn_floats(out) * nn_floats(layer->in[0]) +
           nn_at(layer->in[0], oy * stride + y, ox * stride + x, i % out.c);
}

size_t pool_naive_output(const struct nn_layer *layer, size_t number)
{
    const struct nn_shape out = layer->out;
    const int i = (int)(number % nn_floats(out));
    return nn_pixel_at(out, number / nn_floats(out), i / out.c, i % out.c);
}

/* ---- The mean ---- */

NN_INLINE void mean_body(void *y, const void *x, const struct pool *p, size_t lanes,
                         enum nn_type in_type, enum nn_type out_type)
{
    const size_t row = p->w * lanes, in_end = p->in_end, out_end = p->out_end;
    const size_t kernel_h = p->kernel_h, kernel_w = p->kernel_w, stride = p->stride;
    const float share = 1 / (float)(kernel_h * kernel_w);
    size_t out = 0;
    for (size_t plane = 0; plane < p->planes; plane++)
        for (size_t oy = 0; oy < p->out_h; oy++)
            for (size_t ox = 0; ox < p->out_w; ox++, out += lanes)
                for (size_t j = 0; j < lanes; j += NN_LANES) {
                    size_t in = (plane * p->h + oy * stride) * row + ox * stride * lanes + j;
                    nn_v16 sum = {0};
                    for (size_t ky = 0; ky < kernel_h; ky++, in += row) {
                        nn_v16 line = {0};
                        for (size_t at = in; at < in + kernel_w * lanes; at += lanes)
                            line += nn_load_some(
                                x, at, in_type, lanes == NN_LANES ? NN_LANES : nn_some(at, in_end));
                        sum += line;
                    }
                    nn_store_some(y, out + j, out_type, sum * share,
                                  lanes == NN_LANES ? NN_LANES : nn_some(out + j, out_end));
                }
}

NN_CLONES(static, mean, (void *y, const void *x, const struct pool *p), (y, x, p))
{
    const enum nn_type in = p->in_type, out = p->out_type;
    if (p->lanes != NN_LANES)
        mean_body(y, x, p, p->lanes, in, out);
    else if (in == NN_FLOAT32 && out == NN_FLOAT32)
        mean_body(y, x, p, NN_LANES, NN_FLOAT32, NN_FLOAT32);
    else
        mean_body(y, x, p, NN_LANES, in, out);
}

void pool_mean(const struct nn_call *call)
{
    const struct pool pool = pool_of(call);
    mean(call->y, call->x[0], &pool);
}

/* ---- Backward ---- */

/* dx[plane] = 0 in the columns and rows that no window covers, where the others lie side by side */
static void clear_rest(char *dx, size_t pixel, const struct pool *p)
{
    const size_t covered_h = p->out_h * p->stride, covered_w = p->out_w * p->stride;
    for (size_t y = 0; y < covered_h; y++)
        memset(dx + (y * p->w + covered_w) * pixel, 0, (p->w - covered_w) * pixel);
    memset(dx + covered_h * p->w * pixel, 0, (p->h - covered_h) * p->w * pixel);
}

NN_INLINE void backward_body(void *dx, const void *dy, const uint16_t *which, float share,
                             const struct pool *p, bool add, size_t lanes, size_t kernel_h,
                             size_t kernel_w, enum nn_type in_type, enum nn_type out_type)
{
    static const nn_u16x32 numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const size_t row = p->w * lanes, in_end = p->in_end, out_end = p->out_end;
    size_t out = 0;
    for (size_t plane = 0; plane < p->planes; plane++)
        for (size_t oy = 0; oy < p->out_h; oy++)
            for (size_t ox = 0; ox < p->out_w; ox++, out += lanes)
                for (size_t j = 0; j < lanes; j += NN_LANES) {
                    const bool whole = lanes == NN_LANES;
                    const size_t in = (plane * p->h + oy * p->stride) * row +
                                      ox * p->stride * lanes + j,
                                 left = whole ? NN_LANES : nn_some(out + j, out_end);
                    nn_v16 value = nn_load_some(dy, out + j, out_type, left) * share;
                    nn_u16x32 chosen = {0};
                    if (which)
                        chosen =
                            __builtin_convertvector(*(const nn_h16 *)(which + out + j), nn_u16x32);
                    if (!whole) /* the next pixel's channels get 0 */
                        value = nn_keep_where(value, nn_below(numbers, (uint32_t)(lanes - j)));
                    for (size_t ky = 0; ky < kernel_h; ky++)
                        for (size_t kx = 0; kx < kernel_w; kx++) {
                            const size_t at = in + ky * row + kx * lanes,
                                         some = whole ? NN_LANES : nn_some(at, in_end);
                            const uint32_t number = (uint32_t)(ky * kernel_w + kx);
                            nn_v16 part = value;
                            if (which)
                                part = nn_keep_where(part, nn_below(chosen ^ number, 1));
                            if (add)
                                part += nn_load_some(dx, at, in_type, some);
                            nn_store_some(dx, at, in_type, part, some);
                        }
                }
}

NN_CLONES(static, backward,
          (void *dx, const void *dy, const uint16_t *which, float share, const struct pool *p,
           bool add),
          (dx, dy, which, share, p, add))
{
    const enum nn_type in = p->in_type, out = p->out_type;
    const size_t kernel_h = p->kernel_h, kernel_w = p->kernel_w;
    if (p->lanes != NN_LANES)
        backward_body(dx, dy, which, share, p, add, p->lanes, kernel_h, kernel_w, in, out);
    else if (kernel_h != 2 || kernel_w != 2 || in != out)
        backward_body(dx, dy, which, share, p, add, NN_LANES, kernel_h, kernel_w, in, out);
    else if (in == NN_FLOAT32)
        backward_body(dx, dy, which, share, p, add, NN_LANES, 2, 2, NN_FLOAT32, NN_FLOAT32);
    else
        backward_body(dx, dy, which, share, p, add, NN_LANES, 2, 2, NN_BFLOAT16, NN_BFLOAT16);
}

void pool_backward(void *dx, const void *dy, const uint16_t *which, float share,
                   const struct pool *p, bool add)
{
    const bool one_window =
                   p->out_h == 1 && p->out_w == 1 && p->kernel_h == p->h && p->kernel_w == p->w,
               side_by_side = p->kernel_h == p->stride && p->kernel_w == p->stride;
    const size_t pixel = p->lanes * nn_type_size(p->in_type);
    const bool once = p->lanes == NN_LANES && (one_window || side_by_side);
    if (!add && !once)
        memset(dx, 0, p->in_end * nn_type_size(p->in_type));
    else if (!add && !one_window)
        for (size_t plane = 0; plane < p->planes; plane++)
            clear_rest((char *)dx + plane * p->h * p->w * pixel, pixel, p);
    backward(dx, dy, which, share, p, add || !once);
}

void pool_mean_backward(const struct nn_call *call)
{
    const struct pool pool = pool_of(call);
    if (call->dx[0])
        pool_backward(call->dx[0], call->dy, NULL, 1 / (float)(pool.kernel_h * pool.kernel_w),
                      &pool, call->add[0]);
}

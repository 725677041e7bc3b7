#include "models/nn/ops/norm.h"

#include "models/nn/num/kernel.h"
#include "models/nn/num/lanes.h"

#include <math.h>

static const double EPSILON = 1e-5;

enum { STRETCH = 64 }; /* vectors summed in float before they are added up in double */

int norm_params(const struct nn_layer *layer, struct nn_block *ret_blocks)
{
    const size_t c = (size_t)layer->in[0].c;
    const int shift = norm_shift(layer);
    ret_blocks[0] = (struct nn_block){.count = c, .fill = NN_FILL_ONES};
    ret_blocks[shift] = (struct nn_block){.count = c, .role = NN_BIASES};
    return shift + 1;
}

int norm_shift(const struct nn_layer *layer)
{
    return layer->attr.no_scale ? 0 : 1;
}

double norm_flops(const struct nn_layer *layer)
{
    return 8.0 * (double)nn_floats(layer->in[0]);
}

double norm_inverse_deviation(double var, double epsilon)
{
    return 1 / sqrt(var + (epsilon > 0 ? epsilon : EPSILON));
}

/* ---- Where the values are ---- */

struct norm_view norm_view(struct nn_shape shape, size_t first, size_t n)
{
    const size_t c = (size_t)shape.c, pixels = (size_t)shape.h * (size_t)shape.w;
    if (nn_lanes(shape) == NN_LANES)
        return (struct norm_view){
            .c = c,
            .blocks = c / NN_LANES,
            .at = first * pixels * c,
            .samples = n,
            .rows = pixels,
            .block_stride = pixels * NN_LANES,
            .sample_stride = pixels * c,
            .row_stride = NN_LANES,
        };
    return (struct norm_view){
        .c = c,
        .blocks = c,
        .at = first * pixels * c,
        .samples = 1,
        .rows = n * pixels / NN_LANES,
        .block_stride = NN_LANES,
        .row_stride = NN_LANES * c,
        .tail = n * pixels % NN_LANES * c,
    };
}

size_t norm_channels(const struct norm_view *view, size_t end)
{
    return end * NN_LANES < view->c ? end * NN_LANES : view->c;
}

struct norm_pass norm_pass(const struct nn_call *call)
{
    const struct nn_layer *layer = call->layer;
    const bool two = call->x[1] || call->dx[1];
    return (struct norm_pass){
        .view = norm_view(layer->in[0], 0, (size_t)call->n),
        .x_type = layer->in_type[0],
        .second_type = layer->in_type[two ? 1 : 0],
        .y_type = layer->out_type,
        .relu = layer->attr.relu,
        .x = call->x[0],
        .second = call->x[1],
        .y = call->y,
        .dy = call->dy,
        .dx = call->dx[0],
        .dsecond = call->dx[1],
        .add = call->add[0],
        .add_second = call->add[1],
        .shift = call->params[norm_shift(call->layer)],
    };
}

/* The vectors of one block: rows of each of samples, then `part` values of one more row. */
struct run {
    size_t at, samples, rows, sample_stride, row_stride, part;
};

static struct run run_of(const struct norm_view *v, size_t block)
{
    struct run run = {
        .at = v->at + block * v->block_stride,
        .samples = v->samples,
        .rows = v->rows,
        .sample_stride = v->sample_stride,
        .row_stride = v->row_stride,
    };
    const size_t start = block * NN_LANES;
    if (v->tail >= start + NN_LANES)
        run.rows++;
    else if (v->tail > start)
        run.part = v->tail - start;
    return run;
}

static size_t channel_of(const struct norm_view *v, size_t block, size_t lane)
{
    return (block * NN_LANES + lane) % v->c;
}

/* What belongs to the channels of a block, lane by lane. */
struct lanes {
    float mean[NN_LANES], factor[NN_LANES], shift[NN_LANES], b[NN_LANES], d[NN_LANES];
};

static struct lanes lanes_of(const struct norm_pass *p, size_t block)
{
    struct lanes lanes = {0};
    for (size_t l = 0; l < NN_LANES; l++) {
        const size_t j = channel_of(&p->view, block, l);
        lanes.mean[l] = p->mean[j];
        lanes.factor[l] = p->factor[j];
        lanes.shift[l] = p->shift[j];
        if (p->b) {
            lanes.b[l] = p->b[j];
            lanes.d[l] = p->d[j];
        }
    }
    return lanes;
}

/* total[c] += sums[16] of the block's lanes */
static void add_lanes(double *total, const double *sums, const struct norm_view *v, size_t block)
{
    for (size_t l = 0; l < NN_LANES; l++)
        total[channel_of(v, block, l)] += sums[l];
}

/* ---- Passes over a run, all of the same form. sums [2][16] are added to, or not used. ---- */

NN_INLINE nn_v16 lanes_at(const float *values)
{
    return *(const nn_v16 *)values;
}

NN_INLINE void moments_body(double *sums, const struct norm_pass *p, const struct run *run,
                            const struct lanes *lanes, enum nn_type x_type,
                            enum nn_type second_type, enum nn_type y_type)
{
    (void)lanes, (void)second_type, (void)y_type;
    const void *x = p->x;
    const size_t stride = run->row_stride;
    for (size_t s = 0; s < run->samples; s++)
        for (size_t r = 0; r < run->rows; r += STRETCH) {
            const size_t count = run->rows - r < STRETCH ? run->rows - r : STRETCH;
            const size_t at = run->at + s * run->sample_stride + r * stride;
            const nn_v16 pivot = nn_load16(x, at, x_type);
            nn_v16 sum[2] = {{0}, {0}}, square[2] = {{0}, {0}};
            for (size_t i = 1; i < count; i += 2) {
                const nn_v16 gap = nn_load16(x, at + i * stride, x_type) - pivot;
                sum[0] += gap;
                square[0] += gap * gap;
                if (i + 1 < count) {
                    const nn_v16 next = nn_load16(x, at + (i + 1) * stride, x_type) - pivot;
                    sum[1] += next;
                    square[1] += next * next;
                }
            }
            sum[0] += sum[1];
            square[0] += square[1];
            for (size_t l = 0; l < NN_LANES; l++) {
                const double center = (double)pivot[l], gaps = (double)sum[0][l];
                sums[l] += (double)count * center + gaps;
                sums[NN_LANES + l] +=
                    (double)square[0][l] + center * (2 * gaps + (double)count * center);
            }
        }
}

NN_INLINE void forward_body(double *sums, const struct norm_pass *p, const struct run *run,
                            const struct lanes *lanes, enum nn_type x_type,
                            enum nn_type second_type, enum nn_type y_type)
{
    (void)sums;
    const nn_v16 mean = lanes_at(lanes->mean), factor = lanes_at(lanes->factor),
                 shift = lanes_at(lanes->shift);
    const void *x = p->x, *second = p->second;
    void *y = p->y;
    const bool relu = p->relu;
    const size_t rows = run->rows, stride = run->row_stride;
    for (size_t s = 0; s < run->samples; s++) {
        size_t i = run->at + s * run->sample_stride;
        for (size_t r = 0; r < rows; r++, i += stride) {
            nn_v16 value = (nn_load16(x, i, x_type) - mean) * factor + shift;
            if (second)
                value += nn_load16(second, i, second_type);
            if (relu)
                value = nn_keep_where(value, ~nn_negative(value));
            nn_store16(y, i, y_type, value);
        }
    }
}

/* dy where relu let the value through; gap: x - mean */
NN_INLINE nn_v16 gradient_at(const void *dy, const void *y, size_t i, nn_v16 gap, nn_v16 factor,
                             nn_v16 shift, bool relu, enum nn_type y_type)
{
    const nn_v16 all = nn_load16(dy, i, y_type);
    if (!relu)
        return all;
    nn_v16 value = gap * factor + shift;
    if (y)
        value = nn_load16(y, i, y_type);
    return nn_keep_where(all, nn_positive(value));
}

NN_INLINE void dots_body(double *sums, const struct norm_pass *p, const struct run *run,
                         const struct lanes *lanes, enum nn_type x_type, enum nn_type second_type,
                         enum nn_type y_type)
{
    const nn_v16 mean = lanes_at(lanes->mean), factor = lanes_at(lanes->factor),
                 shift = lanes_at(lanes->shift);
    const void *x = p->x, *dy = p->dy, *y = p->y;
    void *dsecond = p->dsecond;
    const bool relu = p->relu, add = p->add_second;
    const size_t stride = run->row_stride;
    for (size_t s = 0; s < run->samples; s++)
        for (size_t r = 0; r < run->rows; r += STRETCH) {
            const size_t count = run->rows - r < STRETCH ? run->rows - r : STRETCH;
            size_t i = run->at + s * run->sample_stride + r * stride;
            nn_v16 sum = {0}, dot = {0};
            for (size_t k = 0; k < count; k++, i += stride) {
                const nn_v16 gap = nn_load16(x, i, x_type) - mean;
                const nn_v16 g = gradient_at(dy, y, i, gap, factor, shift, relu, y_type);
                sum += g;
                dot += g * gap;
                if (dsecond && add)
                    nn_store16(dsecond, i, second_type, g + nn_load16(dsecond, i, second_type));
                else if (dsecond)
                    nn_store16(dsecond, i, second_type, g);
            }
            for (size_t l = 0; l < NN_LANES; l++) {
                sums[l] += (double)sum[l];
                sums[NN_LANES + l] += (double)dot[l];
            }
        }
}

NN_INLINE void backward_body(double *sums, const struct norm_pass *p, const struct run *run,
                             const struct lanes *lanes, enum nn_type x_type,
                             enum nn_type second_type, enum nn_type y_type)
{
    (void)sums, (void)second_type;
    const nn_v16 mean = lanes_at(lanes->mean), factor = lanes_at(lanes->factor),
                 shift = lanes_at(lanes->shift), b = lanes_at(lanes->b), d = lanes_at(lanes->d);
    const void *x = p->x, *dy = p->dy, *y = p->y;
    void *dx = p->dx;
    const bool relu = p->relu, add = p->add;
    const size_t rows = run->rows, stride = run->row_stride;
    for (size_t s = 0; s < run->samples; s++) {
        size_t i = run->at + s * run->sample_stride;
        for (size_t r = 0; r < rows; r++, i += stride) {
            const nn_v16 gap = nn_load16(x, i, x_type) - mean;
            const nn_v16 g = gradient_at(dy, y, i, gap, factor, shift, relu, y_type);
            nn_v16 value = factor * g + b * gap + d;
            if (add)
                value += nn_load16(dx, i, x_type);
            nn_store16(dx, i, x_type, value);
        }
    }
}

/* One function for each instruction set, in it one loop for each set of types that is usual. */
#define PASS(name)                                                                                 \
    NN_CLONES(static, name,                                                                        \
              (double *sums, const struct norm_pass *p, const struct run *run,                     \
               const struct lanes *lanes),                                                         \
              (sums, p, run, lanes))                                                               \
    {                                                                                              \
        const enum nn_type x = p->x_type, second = p->second_type, y = p->y_type;                  \
        if (x == NN_FLOAT32 && second == NN_FLOAT32 && y == NN_FLOAT32)                            \
            name##_body(sums, p, run, lanes, NN_FLOAT32, NN_FLOAT32, NN_FLOAT32);                  \
        else if (x == NN_BFLOAT16 && second == NN_BFLOAT16 && y == NN_BFLOAT16)                    \
            name##_body(sums, p, run, lanes, NN_BFLOAT16, NN_BFLOAT16, NN_BFLOAT16);               \
        else                                                                                       \
            name##_body(sums, p, run, lanes, x, second, y);                                        \
    }

PASS(moments)
PASS(forward)
PASS(dots)
PASS(backward)

typedef void pass_function(double *sums, const struct norm_pass *p, const struct run *run,
                           const struct lanes *lanes);

/* to[16] = part values of from, or nothing where that is NULL */
static void load_part(float *to, const void *from, enum nn_type type, size_t at, size_t part)
{
    if (from)
        nn_load(to, (const char *)from + at * nn_type_size(type), type, part);
}

static void store_part(void *to, enum nn_type type, size_t at, const float *from, size_t part)
{
    if (to)
        nn_store((char *)to + at * nn_type_size(type), type, from, part, false);
}

/* The same for fewer than 16 values: on copies. What is beyond them is 0, and so is its g. */
static void do_part(pass_function *pass, double *sums, const struct norm_pass *p,
                    const struct run *run, const struct lanes *lanes)
{
    const size_t at = run->at + run->rows * run->row_stride, part = run->part;
    float x[NN_LANES] = {0}, second[NN_LANES] = {0}, y[NN_LANES] = {0}, dy[NN_LANES] = {0},
          dx[NN_LANES] = {0}, dsecond[NN_LANES] = {0};
    load_part(x, p->x, p->x_type, at, part);
    load_part(second, p->second, p->second_type, at, part);
    load_part(dy, p->dy, p->y_type, at, part);
    if (pass != forward)
        load_part(y, p->y, p->y_type, at, part);
    if (p->add)
        load_part(dx, p->dx, p->x_type, at, part);
    if (p->add_second)
        load_part(dsecond, p->dsecond, p->second_type, at, part);
    const struct norm_pass copy = {
        .relu = p->relu,
        .x = x,
        .second = p->second ? second : NULL,
        .y = p->y ? y : NULL,
        .dy = dy,
        .dx = dx,
        .dsecond = p->dsecond ? dsecond : NULL,
        .add = p->add,
        .add_second = p->add_second,
    };
    pass(sums, &copy, &(struct run){.samples = 1, .rows = 1}, lanes);
    if (pass == forward)
        store_part(p->y, p->y_type, at, y, part);
    else if (pass == dots)
        store_part(p->dsecond, p->second_type, at, dsecond, part);
    else
        store_part(p->dx, p->x_type, at, dx, part);
}

static void do_block(pass_function *pass, double *sums, const struct norm_pass *p, size_t block)
{
    const struct run run = run_of(&p->view, block);
    struct lanes lanes = {0};
    if (pass != moments) /* of which they are made */
        lanes = lanes_of(p, block);
    pass(sums, p, &run, &lanes);
    if (run.part)
        do_part(pass, sums, p, &run, &lanes);
}

/* first[c], second[c] += the two sums of the block */
static void do_sums(pass_function *pass, double *first, double *second, const struct norm_pass *p,
                    size_t block)
{
    double sums[2 * NN_LANES] = {0};
    do_block(pass, sums, p, block);
    add_lanes(first, sums, &p->view, block);
    add_lanes(second, sums + NN_LANES, &p->view, block);
}

/* ---- What the ops call ---- */

void norm_moments(double *sum, double *square, const struct norm_pass *pass, size_t block)
{
    do_sums(moments, sum, square, pass, block);
}

void norm_forward(const struct norm_pass *pass, size_t block)
{
    do_block(forward, NULL, pass, block);
}

void norm_dots(double *sum, double *dot, const struct norm_pass *pass, size_t block)
{
    do_sums(dots, sum, dot, pass, block);
}

void norm_backward(const struct norm_pass *pass, size_t block)
{
    struct norm_pass p = *pass;
    /* norm_dots has left g alone there: one array to read instead of two. */
    if (p.relu && p.dsecond && !p.add_second && p.second_type == p.y_type) {
        p.dy = p.dsecond;
        p.relu = false;
    }
    do_block(backward, NULL, &p, block);
}

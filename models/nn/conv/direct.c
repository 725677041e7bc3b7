/*
 * direct: the convolution as its definition has it, with 16 channels of the result in a vector
 * (direct_kernels.c), for shapes where a matrix product or Winograd's transforms do badly: few
 * channels, strides, 5 x 5 kernels.
 *
 * Each picture is first copied, as floats, into one with a border of zeros, so that no inner loop
 * asks where the picture ends (skipped where it can be read as it is). In both layouts the pixels
 * of a line are side by side, so a window of x is, for each block of channels and each of its
 * lines, one contiguous run of kernel * lanes values. Weights are packed once a call, in the order
 * in which the windows are read. Then
 *
 *     forward      y = sums over windows of x, 16 output channels in a vector
 *     data         dx = sums over windows of dy, 16 input channels in a vector. With stride s the
 *                  pixels of dx fall into s * s classes by their position modulo s, and each class
 *                  sees its own subset of the weights: each is a convolution with stride 1, and
 *                  nothing is multiplied by a zero that the stride put there
 *     data, where the input's channels do not fill vectors (NHWC): the lines of a window, kernel *
 *                  channels values, do; they are calculated for each output pixel and added to
 *                  the bordered dx
 *     weights      a tile of dw stays in registers over all pixels
 *
 * Limits: one thread; weights of many channels go through the cache once for each picture.
 *
 * Example: lenet's second convolution, 14 x 14 x 6, 16 maps, 5 x 5: forward, a window is 5 lines of
 * 30 values; backward to the data, each line of a window is two vectors, 30 of 32 values used,
 * where vectors of 6 channels would use 6 of 16.
 */
#include "models/nn/conv/direct.h"

#include "base/cpu.h"
#include "base/mem.h"
#include "models/nn/conv/conv.h"

#include <string.h>

enum {
    STRIDE_MAX = 4,
    ALIGN = 16,   /* floats: pieces of scratch start on a cache line */
    OVERRUN = 16, /* floats that vectors of few channels may write behind a picture */
};

static size_t aligned(size_t floats)
{
    return (floats + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t vectors_of(size_t values)
{
    return (values + NN_LANES - 1) / NN_LANES;
}

/* ---- Pictures with a border, as floats ---- */

struct bordered {
    struct nn_shape shape; /* without border */
    int before, h, w;      /* border above and to the left; size with border */
    size_t lanes, blocks;
    size_t line, block, picture; /* distances in floats */
};

static struct bordered bordered(struct nn_shape shape, int before, int after)
{
    struct bordered b = {.shape = shape,
                         .before = before,
                         .h = shape.h + before + after,
                         .w = shape.w + before + after,
                         .lanes = nn_lanes(shape),
                         .blocks = nn_channel_blocks(shape)};
    b.line = mem_size((size_t)b.w, b.lanes);
    b.block = mem_size((size_t)b.h, b.line);
    b.picture = mem_size(b.blocks, b.block);
    return b;
}

/* Offset of the first value inside the border of a block's line y. */
static size_t inside(const struct bordered *b, size_t block, int y)
{
    return block * b->block + (size_t)(y + b->before) * b->line + (size_t)b->before * b->lanes;
}

static const void *picture_at(const void *pictures, enum nn_type type, struct nn_shape shape, int i)
{
    return (const char *)pictures + (size_t)i * nn_floats(shape) * nn_type_size(type);
}

static bool rounds(const struct conv *conv, enum nn_type type)
{
    return conv->precision == NN_BFLOAT16 && type == NN_FLOAT32;
}

/* to: a bordered picture whose border is 0 already; from: a picture [blocks][h][w][lanes]. */
static void fill_bordered(float *to, const struct bordered *b, const void *from, enum nn_type type,
                          bool round)
{
    const size_t n = (size_t)b->shape.w * b->lanes;
    for (size_t block = 0; block < b->blocks; block++)
        for (int y = 0; y < b->shape.h; y++) {
            float *line = to + inside(b, block, y);
            nn_load(line, from, type, n);
            if (round)
                nn_round(line, line, n);
            from = (const char *)from + n * nn_type_size(type);
        }
}

/* Picture i as bordered floats: where it lies if it is that already, otherwise in `room`. */
static const float *prepare(float *room, const struct bordered *b, const void *pictures,
                            enum nn_type type, bool round, int i)
{
    const void *from = picture_at(pictures, type, b->shape, i);
    if (b->h == b->shape.h && b->w == b->shape.w && type == NN_FLOAT32 && !round)
        return from;
    fill_bordered(room, b, from, type, round);
    return room;
}

/* ---- Weights ---- */

static float weight(const struct conv *conv, const float *w, size_t o, size_t tap, size_t c)
{
    const size_t taps = (size_t)(conv->kernel * conv->kernel), in = (size_t)conv->in.c;
    const float value = w[(o * taps + tap) * in + c];
    return conv->precision == NN_BFLOAT16 ? nn_round_bf16(value) : value;
}

/*
 * Vectors side by side in a tile: 4 only for lines too short for registers to be used otherwise.
 */
static int vectors_for(size_t groups, int columns)
{
    enum { SHORT_LINE = 7 };
    if (groups % 2 || DIRECT_VECTORS_MAX == 1)
        return 1;
    return groups % 4 == 0 && columns <= SHORT_LINE ? 4 : 2;
}

/* Kernel lines (or columns) that pixels of class `phase` of dx see, and where dy starts. */
struct taps {
    int first, count; /* first, first + stride, ... */
    int start;        /* dy of the first pixel of the class and of its first tap; then backwards */
};

static struct taps taps_of(const struct conv *conv, int phase)
{
    const int s = conv->stride, first = (phase + conv->pad) % s;
    const int count = first < conv->kernel ? (conv->kernel - first + s - 1) / s : 0;
    return (struct taps){first, count, (phase + conv->pad) / s};
}

/* ---- Forward ---- */

/* Everything that forward and the weights' gradient see of x. */
static struct bordered bordered_x(const struct conv *conv)
{
    return bordered(conv->in, conv->pad, conv->pad);
}

/* [groups][vectors ...]: packed weights of forward */
static size_t packed_size(const struct conv *conv)
{
    return mem_size(vectors_of((size_t)conv->out.c) * NN_LANES,
                    mem_size((size_t)(conv->kernel * conv->kernel), (size_t)conv->in.c));
}

/* packed[group][block][tap][lane][vectors * 16] */
static void pack_forward(float *packed, const struct conv *conv, const float *w, size_t groups,
                         size_t width)
{
    const size_t lanes = nn_lanes(conv->in), blocks = nn_channel_blocks(conv->in),
                 taps = (size_t)(conv->kernel * conv->kernel);
    for (size_t group = 0; group < groups; group++)
        for (size_t block = 0; block < blocks; block++)
            for (size_t tap = 0; tap < taps; tap++)
                for (size_t lane = 0; lane < lanes; lane++)
                    for (size_t i = 0; i < width; i++) {
                        const size_t o = group * width + i;
                        *packed++ = o < (size_t)conv->out.c
                                        ? weight(conv, w, o, tap, block * lanes + lane)
                                        : 0;
                    }
}

static size_t forward_scratch(const struct conv *conv)
{
    return aligned(packed_size(conv)) + aligned(vectors_of((size_t)conv->out.c) * NN_LANES) +
           aligned(bordered_x(conv).picture) + aligned(nn_floats(conv->out) + OVERRUN);
}

static void forward(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const struct nn_shape out = conv->out;
    const struct bordered b = bordered_x(conv);
    const size_t all = vectors_of((size_t)out.c), lanes = nn_lanes(out);
    const bool whole = lanes == NN_LANES;
    const int vectors = whole ? vectors_for(all, out.w) : 1;
    const size_t groups = all / (size_t)vectors, width = (size_t)vectors * NN_LANES,
                 window = (size_t)(conv->kernel * conv->kernel) * (size_t)conv->in.c,
                 picture = nn_floats(out);
    float *packed = call->scratch, *bias = packed + aligned(packed_size(conv)),
          *x_room = bias + aligned(all * NN_LANES), *y_room = x_room + aligned(b.picture);
    pack_forward(packed, conv, call->w, groups, width);
    memset(bias, 0, all * NN_LANES * sizeof *bias);
    if (call->bias)
        memcpy(bias, call->bias, (size_t)out.c * sizeof *bias);
    memset(x_room, 0, b.picture * sizeof *x_room);
    const size_t stride = (size_t)conv->stride,
                 vector = whole ? (size_t)(out.h * out.w) * NN_LANES : (size_t)NN_LANES;
    struct direct_sums sums = {
        .rows = out.h,
        .columns = out.w,
        .vectors = vectors,
        .blocks = (int)b.blocks,
        .lines = conv->kernel,
        .run = conv->kernel * (int)b.lanes,
        .x_block = b.block,
        .x_line = b.line,
        .x_row = stride * b.line,
        .x_column = stride * b.lanes,
        .y_row = (size_t)out.w * lanes,
        .y_column = lanes,
        .y_vector = vector,
        .y_type = whole ? conv->y_type : NN_FLOAT32,
    };
    for (int i = 0; i < call->n; i++) {
        const float *x = prepare(x_room, &b, call->x, conv->x_type, rounds(conv, conv->x_type), i);
        char *y = (char *)call->y + (size_t)i * picture * nn_type_size(conv->y_type);
        /* Where the last group is a partial one its vectors reach into the next pixel, which the
           groups before it set right: hence backwards. */
        for (size_t group = groups; group-- > 0;) {
            const size_t at = group * (size_t)vectors * vector * nn_type_size(sums.y_type);
            direct_sums(&sums, (whole ? y : (char *)y_room) + at, x,
                        packed + group * width * window, bias + group * width);
        }
        if (!whole)
            nn_store(y, conv->y_type, y_room, picture, 0);
    }
}

/* ---- Backward to the data ---- */

static int greater(int a, int b)
{
    return a > b ? a : b;
}

/* dy with the border that the windows of all classes of dx need. */
static struct bordered bordered_dy(const struct conv *conv)
{
    int before = 0, after = 0;
    for (int phase = 0; phase < conv->stride; phase++) {
        const struct taps t = taps_of(conv, phase);
        const int rows = (conv->in.h - phase + conv->stride - 1) / conv->stride,
                  columns = (conv->in.w - phase + conv->stride - 1) / conv->stride;
        before = greater(before, t.count - 1 - t.start);
        after =
            greater(after, greater(t.start + rows - conv->out.h, t.start + columns - conv->out.w));
    }
    return bordered(conv->out, before, after);
}

/* packed[group][block][ty][tx][lane][vectors * 16], taps backwards as dy is read forwards */
static float *pack_class(float *packed, const struct conv *conv, const float *w, struct taps ty,
                         struct taps tx, size_t groups, size_t width)
{
    const size_t lanes = nn_lanes(conv->out), blocks = nn_channel_blocks(conv->out);
    for (size_t group = 0; group < groups; group++)
        for (size_t block = 0; block < blocks; block++)
            for (int y = ty.count - 1; y >= 0; y--)
                for (int x = tx.count - 1; x >= 0; x--)
                    for (size_t lane = 0; lane < lanes; lane++)
                        for (size_t i = 0; i < width; i++) {
                            const int tap = (ty.first + y * conv->stride) * conv->kernel +
                                            tx.first + x * conv->stride;
                            *packed++ = weight(conv, w, block * lanes + lane, (size_t)tap,
                                               group * width + i);
                        }
    return packed;
}

static const float zeros[DIRECT_VECTORS_MAX * NN_LANES];

static void data_by_class(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const struct nn_shape in = conv->in;
    const int s = conv->stride;
    const struct bordered b = bordered_dy(conv);
    const size_t all = vectors_of((size_t)in.c);
    const int vectors = vectors_for(all, (in.w + s - 1) / s);
    const size_t groups = all / (size_t)vectors, width = (size_t)vectors * NN_LANES,
                 vector = (size_t)(in.h * in.w) * NN_LANES, picture = nn_floats(in),
                 type = nn_type_size(conv->x_type);
    float *packed[STRIDE_MAX * STRIDE_MAX], *next = call->scratch;
    for (int phase = 0; phase < s * s; phase++) {
        packed[phase] = next;
        next = pack_class(next, conv, call->w, taps_of(conv, phase / s), taps_of(conv, phase % s),
                          groups, width);
    }
    float *room = call->scratch + aligned(packed_size(conv));
    memset(room, 0, b.picture * sizeof *room);
    for (int i = 0; i < call->n; i++) {
        const float *dy = prepare(room, &b, call->dy, conv->y_type, rounds(conv, conv->y_type), i);
        for (int phase = 0; phase < s * s; phase++) {
            const struct taps ty = taps_of(conv, phase / s), tx = taps_of(conv, phase % s);
            const bool none = !ty.count || !tx.count;
            if (none && call->add)
                continue;
            const struct direct_sums sums = {
                .rows = (in.h - phase / s + s - 1) / s,
                .columns = (in.w - phase % s + s - 1) / s,
                .vectors = vectors,
                .blocks = none ? 0 : (int)b.blocks,
                .lines = ty.count,
                .run = tx.count * (int)b.lanes,
                .x_block = b.block,
                .x_line = b.line,
                .x_row = b.line,
                .x_column = b.lanes,
                .y_row = (size_t)(s * in.w) * NN_LANES,
                .y_column = (size_t)s * NN_LANES,
                .y_vector = vector,
                .y_type = conv->x_type,
                .add = call->add,
            };
            const float *from = none ? dy
                                     : dy + (size_t)(ty.start - ty.count + 1 + b.before) * b.line +
                                           (size_t)(tx.start - tx.count + 1 + b.before) * b.lanes;
            const size_t window = (size_t)(ty.count * tx.count) * (size_t)conv->out.c,
                         first = (size_t)(phase / s * in.w + phase % s) * NN_LANES;
            for (size_t group = 0; group < groups; group++)
                direct_sums(&sums,
                            (char *)call->dx +
                                ((size_t)i * picture + group * (size_t)vectors * vector + first) *
                                    type,
                            from, packed[phase] + group * width * window, zeros);
        }
    }
}

/* Vectors of a line of a window: kernel * in.c values. */
static size_t line_vectors(const struct conv *conv)
{
    return vectors_of(mem_size((size_t)conv->kernel, (size_t)conv->in.c));
}

/* packed[ky][group][o][vectors * 16] */
static void pack_lines(float *packed, const struct conv *conv, const float *w, size_t groups,
                       size_t width)
{
    const size_t k = (size_t)conv->kernel, c = (size_t)conv->in.c;
    for (size_t ky = 0; ky < k; ky++)
        for (size_t group = 0; group < groups; group++)
            for (size_t o = 0; o < (size_t)conv->out.c; o++)
                for (size_t i = group * width; i < (group + 1) * width; i++)
                    *packed++ = i < k * c ? weight(conv, w, o, ky * k + i / c, i % c) : 0;
}

static void data_by_line(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const struct nn_shape in = conv->in, out = conv->out;
    const struct bordered b = bordered_x(conv), plain = bordered(out, 0, 0);
    const size_t all = line_vectors(conv), line = (size_t)in.w * (size_t)in.c;
    const int vectors = all % 2 == 0 && DIRECT_VECTORS_MAX > 1 ? 2 : 1;
    const size_t groups = all / (size_t)vectors, width = (size_t)vectors * NN_LANES;
    float *packed = call->scratch,
          *dy_room = packed + mem_size((size_t)conv->kernel * all * NN_LANES, (size_t)out.c),
          *dx_room = dy_room + aligned(plain.picture);
    pack_lines(packed, conv, call->w, groups, width);
    struct direct_sums sums = {
        .rows = out.h,
        .columns = out.w,
        .vectors = vectors,
        .blocks = (int)plain.blocks,
        .lines = 1,
        .run = (int)plain.lanes,
        .x_block = plain.block,
        .x_row = plain.line,
        .x_column = plain.lanes,
        .y_row = (size_t)conv->stride * b.line,
        .y_column = (size_t)conv->stride * b.lanes,
        .y_vector = NN_LANES,
        .add = true,
    };
    for (int i = 0; i < call->n; i++) {
        const float *dy =
            prepare(dy_room, &plain, call->dy, conv->y_type, rounds(conv, conv->y_type), i);
        memset(dx_room, 0, (b.picture + OVERRUN) * sizeof *dx_room);
        const float *w = packed;
        for (int ky = 0; ky < conv->kernel; ky++)
            for (size_t group = 0; group < groups; group++, w += width * (size_t)out.c)
                direct_sums(&sums, dx_room + (size_t)ky * b.line + group * width, dy, w, zeros);
        char *dx = (char *)call->dx + (size_t)i * (size_t)in.h * line * nn_type_size(conv->x_type);
        for (int y = 0; y < in.h; y++, dx += line * nn_type_size(conv->x_type))
            nn_store(dx, conv->x_type, dx_room + inside(&b, 0, y), line, call->add);
    }
}

static size_t data_scratch(const struct conv *conv)
{
    if (nn_lanes(conv->in) == NN_LANES)
        return aligned(packed_size(conv)) + aligned(bordered_dy(conv).picture);
    return mem_size((size_t)conv->kernel * line_vectors(conv) * NN_LANES, (size_t)conv->out.c) +
           aligned(bordered(conv->out, 0, 0).picture) + aligned(bordered_x(conv).picture + OVERRUN);
}

static void backward_data(const struct conv_call *call)
{
    if (nn_lanes(call->conv->in) == NN_LANES)
        data_by_class(call);
    else
        data_by_line(call);
}

/* ---- Backward to the weights ---- */

static size_t weights_scratch(const struct conv *conv)
{
    return aligned(packed_size(conv)) + aligned(bordered_x(conv).picture) +
           aligned(bordered(conv->out, 0, 0).picture + OVERRUN);
}

static void backward_weights(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const struct bordered b = bordered_x(conv), plain = bordered(conv->out, 0, 0);
    const size_t groups = vectors_of((size_t)conv->out.c), out = (size_t)conv->out.c,
                 in = (size_t)conv->in.c, taps = (size_t)(conv->kernel * conv->kernel),
                 stride = (size_t)conv->stride, block_size = taps * b.lanes * NN_LANES;
    /* Where the last vector of a pixel is a partial one, its other lanes see the next pixel, and
       what they sum up is never read. */
    const bool whole = plain.lanes == NN_LANES;
    const size_t vector = whole ? plain.block : (size_t)NN_LANES;
    float *packed = call->scratch, *x_room = packed + aligned(packed_size(conv)),
          *dy_room = x_room + aligned(b.picture);
    memset(packed, 0, packed_size(conv) * sizeof *packed);
    memset(x_room, 0, b.picture * sizeof *x_room);
    memset(dy_room + plain.picture, 0, OVERRUN * sizeof *dy_room);
    const struct direct_products products = {
        .pictures = 1,
        .rows = conv->out.h,
        .columns = conv->out.w,
        .lines = conv->kernel,
        .run = conv->kernel * (int)b.lanes,
        .x_line = b.line,
        .x_row = stride * b.line,
        .x_column = stride * b.lanes,
        .dy_column = plain.lanes,
    };
    const bool round = rounds(conv, conv->y_type);
    for (int i = 0; i < call->n; i++) {
        const float *x = prepare(x_room, &b, call->x, conv->x_type, rounds(conv, conv->x_type), i),
                    *dy = dy_room;
        if (whole)
            dy = prepare(dy_room, &plain, call->dy, conv->y_type, round, i);
        else
            fill_bordered(dy_room, &plain, picture_at(call->dy, conv->y_type, conv->out, i),
                          conv->y_type, round);
        for (size_t group = 0; group < groups; group++)
            for (size_t block = 0; block < b.blocks; block++)
                direct_products(&products, packed + (group * b.blocks + block) * block_size,
                                x + block * b.block, dy + group * vector);
    }
    /* packed[group][block][tap][lane][16] */
    for (size_t o = 0; o < out; o++)
        for (size_t tap = 0; tap < taps; tap++)
            for (size_t c = 0; c < in; c++) {
                const size_t at =
                    ((o / NN_LANES * b.blocks + c / b.lanes) * taps + tap) * b.lanes + c % b.lanes;
                call->dw[(o * taps + tap) * in + c] += packed[at * NN_LANES + o % NN_LANES];
            }
}

/* ---- The implementation ---- */

/* What the kernels are made for: 32 registers, AVX-512's or NEON's. */
static bool has_registers(void)
{
#if defined __x86_64__
    return cpu_runs() >= CPU_AVX512;
#elif defined __aarch64__
    return true;
#else
    return false;
#endif
}

/*
 * Without such registers a matrix product is better; and so it is where dw is larger than the L2
 * cache and goes through it for the few pixels of each picture (256 to 512 channels, 8 x 8, stride
 * 2: 55 GFLOP/s, where the other directions reach 93).
 */
static bool accepts(const struct conv *conv, enum conv_direction direction)
{
    enum { FEW_PIXELS = 16, LARGE_WEIGHTS = 256 * 1024 };
    if (!has_registers())
        return false;
    if (direction == CONV_BACKWARD_WEIGHTS && conv->out.h * conv->out.w <= FEW_PIXELS &&
        packed_size(conv) > LARGE_WEIGHTS)
        return false;
    return conv->stride <= STRIDE_MAX; /* more classes of pixels than there is room for */
}

/* The border's cost counts in small pictures, that of storing results in a 1 x 1 kernel. */
static double speed(const struct conv *conv, enum conv_direction direction)
{
    (void)direction;
    enum { FEW_PIXELS = 16 };
#ifdef __x86_64__
    return conv->out.h * conv->out.w <= FEW_PIXELS ? 0.3 : conv->kernel == 1 ? 0.7 : 0.85;
#else
    return conv->out.h * conv->out.w <= FEW_PIXELS ? CONV_UNMEASURED / 2 : CONV_UNMEASURED;
#endif
}

static size_t scratch(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)state;
    return direction == CONV_FORWARD         ? forward_scratch(conv)
           : direction == CONV_BACKWARD_DATA ? data_scratch(conv)
                                             : weights_scratch(conv);
}

const struct conv_impl direct_conv = {
    .name = "direct",
    .accepts = accepts,
    .speed = speed,
    .scratch = scratch,
    .run = {forward, backward_data, backward_weights},
};

/*
 * winograd: 3 x 3 convolutions with stride 1 in a quarter of the multiplications.
 *
 * Winograd's F(4 x 4, 3 x 3) makes 4 x 4 pixels of a result from 36 products a pair of channels
 * where the definition needs 144. The three directions are the same three steps:
 *
 *     forward           points of x,  times points of w,               to y
 *     backward data     points of dy, times points of w turned around, to dx
 *     backward weights  points of x and of dy, summed over tiles,      to dw
 *
 * What makes it fast is that what lies between the steps hardly leaves the caches. Tiles go in
 * chunks: up to 64 channels, a chunk's points stay in the L2 cache until they are multiplied; with
 * more there is so much to multiply that reading them from L3 costs nothing. A chunk is large
 * enough that reading the weights' points for each is cheap: 28 to 112 tiles are the same within a
 * few percent, until they come from L3 (256 x 256 channels: 9 MB), where 112 take up to a quarter
 * less time than 56. Results go in pairs of channel blocks: their products are made at all 36
 * points and turned into pixels at once. A pair's weights are turned into points when they are
 * first needed. If there is one chunk, they are forgotten after that, as 512 x 512 channels make 37
 * MB of them; else they are kept for the other chunks. Backward weights treats its sums in the same
 * way.
 *
 * Where x's channels are no multiple of 16, the last block is filled up with zeros.
 *
 * Limits: y's channels are multiples of 16, x's at least 16, and a picture must fill enough of its
 * tiles: 2 x 2 pixels in one save nothing. Errors are some 1e-6 to 2e-5 of the largest value, ten
 * times the definition's. Where the precision is bfloat16, what the definition multiplies is
 * rounded; points are float32.
 *
 * Example: 16 -> 16 channels, 32 x 32 pixels: 64 tiles a picture. A chunk of 56 tiles, less than
 * a picture, has 129 KB of points and as many of products; the weights' points are 37 KB.
 */
#include "models/nn/conv/winograd.h"

#include "base/cpu.h"
#include "models/nn/conv/conv.h"

enum {
    CHUNK = 56,        /* tiles: whole kernels of winograd_product.c */
    LARGE = 256 * 256, /* pairs of channels, whose weights are read for twice as many tiles */
    PAIR = 2,          /* blocks of results, or of x, that go at once */
    GROUP = 4,         /* the same where points come from L3, to read them less often: of dy, and */
    MANY = 32,         /* of results from so many blocks */
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How a call is cut. */
struct plan {
    struct nn_shape from, to; /* of what is read (backward weights: x), and made (dy) */
    size_t from_blocks, to_blocks;
    size_t chunk, chunks; /* tiles, of conv->n pictures */
    size_t group, groups; /* blocks of `to` */
    size_t pairs;         /* backward weights: of blocks of x; else 1 */
    /* Floats of the parts of scratch memory: the points of what is read; a group's products, or the
       points of dy; a group's weights, or what one pair adds to them, and from point to point. */
    size_t read, made, weights, weights_point;
};

/* Floats from point to point; see struct wino_points. */
static size_t point_stride(size_t blocks, size_t rows)
{
    return (blocks * rows + 1) * NN_LANES;
}

static struct plan plan_of(const struct conv *conv, enum conv_direction direction)
{
    struct plan p = {.from = conv->in, .to = conv->out};
    if (direction == CONV_BACKWARD_DATA)
        p = (struct plan){.from = conv->out, .to = conv->in};
    p.from_blocks = wino_blocks_of(p.from.c);
    p.to_blocks = wino_blocks_of(p.to.c);
    const bool sums = direction == CONV_BACKWARD_WEIGHTS;
    p.group = smaller(sums || p.from_blocks >= MANY ? GROUP : PAIR, p.to_blocks);
    p.groups = (p.to_blocks + p.group - 1) / p.group;
    p.pairs = sums ? (p.from_blocks + PAIR - 1) / PAIR : 1;
    const size_t tiles = (size_t)conv->n * wino_tiles_of(p.to);
    const size_t chunk =
        !sums && (size_t)conv->in.c * (size_t)conv->out.c >= LARGE ? 2 * CHUNK : CHUNK;
    /* All at once if that is not much more. Kernels take an even number of rows. */
    p.chunk = tiles <= chunk + chunk / 4 ? tiles + tiles % 2 : chunk;
    p.chunks = tiles ? (tiles + p.chunk - 1) / p.chunk : 0;
    p.read = WINO_POINTS * point_stride(p.from_blocks, p.chunk);
    p.made = WINO_POINTS * point_stride(sums ? p.to_blocks : p.group, p.chunk);
    p.weights_point = sums ? point_stride(PAIR, p.group * NN_LANES)
                           : point_stride(p.group, p.from_blocks * NN_LANES);
    p.weights = WINO_POINTS * p.weights_point;
    return p;
}

static struct wino_points points(float *data, size_t blocks, size_t rows)
{
    return (struct wino_points){data, rows * NN_LANES, point_stride(blocks, rows)};
}

/* ---- Forward, backward data ---- */

static void run_pictures(const struct conv_call *call, enum conv_direction direction,
                         struct wino_tiles from_tiles, struct wino_tiles to_tiles,
                         const float *bias, bool add)
{
    const struct conv *conv = call->conv;
    const struct plan p = plan_of(conv, direction);
    const struct wino_points from = points(call->scratch, p.from_blocks, p.chunk);
    const struct wino_points products = points(from.data + p.read, p.group, p.chunk);
    float *const kernels = products.data + p.made;
    const struct wino_weights weights = {call->w, (size_t)conv->out.c, (size_t)conv->in.c,
                                         direction == CONV_BACKWARD_DATA,
                                         conv->precision == NN_BFLOAT16};
    const size_t tiles = (size_t)call->n * wino_tiles_of(p.to);
    for (size_t first = 0; first < tiles; first += p.chunk) {
        const size_t count = smaller(p.chunk, tiles - first);
        from_tiles.first = to_tiles.first = first;
        from_tiles.count = to_tiles.count = count;
        wino_input(&from, &from_tiles);
        for (size_t g = 0; g < p.groups; g++) {
            float *kernel = kernels + (p.chunks == 1 ? 0 : g * p.weights);
            const size_t block = g * p.group, blocks = smaller(p.group, p.to_blocks - block);
            if (first == 0)
                wino_kernel(kernel, p.weights_point, &weights, block, blocks);
            wino_multiply(&(struct wino_product){products, from, kernel, p.weights_point, count,
                                                 p.from_blocks, blocks});
            wino_output(&to_tiles, &products, block, blocks, bias, add);
        }
    }
}

static struct wino_tiles tiles_of(const struct conv *conv, struct nn_shape shape, void *pictures,
                                  enum nn_type type)
{
    return (struct wino_tiles){.shape = shape,
                               .pictures = pictures,
                               .type = type,
                               .round = conv->precision == NN_BFLOAT16};
}

static void run_forward(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    run_pictures(call, CONV_FORWARD, tiles_of(conv, conv->in, call->x, conv->x_type),
                 tiles_of(conv, conv->out, call->y, conv->y_type), call->bias, false);
}

static void run_backward_data(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    run_pictures(call, CONV_BACKWARD_DATA, tiles_of(conv, conv->out, call->dy, conv->y_type),
                 tiles_of(conv, conv->in, call->dx, conv->x_type), NULL, call->add);
}

/* ---- Backward weights ---- */

static void run_backward_weights(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const struct plan p = plan_of(conv, CONV_BACKWARD_WEIGHTS);
    const struct wino_points x = points(call->scratch, p.from_blocks, p.chunk);
    const struct wino_points dy = points(x.data + p.read, p.to_blocks, p.chunk);
    float *const sums = dy.data + p.made;
    struct wino_tiles x_tiles = tiles_of(conv, conv->in, call->x, conv->x_type);
    struct wino_tiles dy_tiles = tiles_of(conv, conv->out, call->dy, conv->y_type);
    const size_t tiles = (size_t)call->n * wino_tiles_of(p.to);
    for (size_t first = 0; first < tiles; first += p.chunk) {
        const size_t count = smaller(p.chunk, tiles - first);
        x_tiles.first = dy_tiles.first = first;
        x_tiles.count = dy_tiles.count = count;
        wino_input(&x, &x_tiles);
        wino_gradient(&dy, &dy_tiles);
        for (size_t g = 0; g < p.groups; g++)
            for (size_t i = 0; i < p.pairs; i++) {
                const size_t row = g * p.group, rows = smaller(p.group, p.to_blocks - row);
                const size_t block = i * PAIR, blocks = smaller(PAIR, p.from_blocks - block);
                struct wino_points dy_part = dy, x_part = x;
                dy_part.data += row * dy.block;
                x_part.data += block * x.block;
                float *sum = sums + (p.chunks == 1 ? 0 : (g * p.pairs + i) * p.weights);
                wino_accumulate(&(struct wino_sum){sum, p.weights_point, dy_part, x_part, count,
                                                   rows, blocks, first > 0});
                if (first + count == tiles)
                    wino_kernel_gradient(call->dw, (size_t)conv->in.c, sum, p.weights_point,
                                         row * NN_LANES, rows * NN_LANES, block, blocks);
            }
    }
}

/* ---- The contract ---- */

/*
 * Nothing depends on the direction. Where tiles stick out of the picture so far that less than a
 * third of the multiplications is saved, the others are better.
 */
static bool accepts(const struct conv *conv, enum conv_direction direction)
{
    (void)direction;
#ifdef __x86_64__
    if (cpu_runs() < CPU_AVX2)
        return false;
#endif
    const size_t pixels = (size_t)conv->out.h * (size_t)conv->out.w;
    return conv->kernel == 3 && conv->stride == 1 && conv->pad == 1 && conv->in.c >= NN_LANES &&
           conv->out.c % NN_LANES == 0 &&
           pixels * WINO_TAPS * 2 >= wino_tiles_of(conv->out) * WINO_POINTS * 3;
}

/*
 * With 16 short registers (AVX2) the sums of backward weights, as long as the weights, are loaded
 * and stored all the time.
 */
static double speed(const struct conv *conv, enum conv_direction direction)
{
    const double useful = conv->in.c / (double)(wino_blocks_of(conv->in.c) * NN_LANES);
#ifdef __x86_64__
    if (cpu_runs() < CPU_AVX512)
        return useful * (direction == CONV_BACKWARD_WEIGHTS ? 0.25 : 1.1);
    (void)direction;
    return useful * 2.2;
#else
    (void)direction;
    return useful * CONV_UNMEASURED;
#endif
}

static size_t scratch(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)state;
    const struct plan p = plan_of(conv, direction);
    return p.read + p.made + (p.chunks == 1 ? 1 : p.groups * p.pairs) * p.weights;
}

const struct conv_impl winograd_conv = {
    .name = "winograd",
    .accepts = accepts,
    .speed = speed,
    .scratch = scratch,
    .run = {run_forward, run_backward_data, run_backward_weights},
};

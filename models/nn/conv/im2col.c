/*
 * im2col: the convolution as one matrix product for many output pixels, on any CPU with a BLAS:
 *
 *     col [rows][k*k*c]   what each output pixel sees (im2col); rows = n * out.h * out.w
 *     y   [rows][out]   = col W^T + b
 *     dW  [out][k*k*c] += dy^T col
 *     dcol              = dy W, added back to the pixels it came from (col2im)
 *
 * col is made a tile at a time: as many output lines (across pictures) as stay in the L2 cache. The
 * input lines that an output line sees are first put together with their border, channels
 * innermost, as float32: there the k pixels of a window's line lie side by side, and a row of col
 * is k copies. That step, and its like for y, dy and dx, is where layout and type are dealt with:
 * what is plain float32 with channels innermost (one block of channels) is used where it lies.
 *
 * Where the precision is bfloat16 operands are rounded and then multiplied as float32: products of
 * two bfloat16 are exact in float32, so this is what the CPUs' matrix instructions calculate.
 *
 * Example: 32 x 32 x 16, kernel 3: a row is 144 floats, a tile 256 rows, 8 lines of one picture;
 * of 8 x 8 x 64 a row is 576 floats, a tile 256 rows, all 8 lines of four pictures.
 */
#include "base/linalg.h"
#include "base/mem.h"
#include "models/nn/conv/conv.h"
#include "models/nn/num/channels.h"
#include "models/nn/num/kernel.h"
#include "models/nn/num/simd.h"

enum {
    TILE_FLOATS = 32 * 1024, /* 128 KB of col: with its operands it stays in the L2 cache */
    TILE_ROWS_MIN = 256,     /* fewer would pack W over and over where it is large */
    SHORT = 8,               /* pieces up to here are copied by one instruction or two */
    ALIGN = 16,              /* floats of a cache line: where the parts of scratch start */
};

/* ---- Sizes ---- */

/* Floats of a row of col: what one output pixel sees. */
static size_t row_size(const struct conv *conv)
{
    return mem_size((size_t)(conv->kernel * conv->kernel), (size_t)conv->in.c);
}

/* Floats of a line of the input with its border. */
static size_t bordered_line(const struct conv *conv)
{
    return mem_size((size_t)(conv->in.w + 2 * conv->pad), (size_t)conv->in.c);
}

/* Output lines that a tile holds. */
static size_t tile_lines(const struct conv *conv)
{
    size_t rows = TILE_FLOATS / row_size(conv);
    if (rows < TILE_ROWS_MIN)
        rows = TILE_ROWS_MIN;
    const size_t w = (size_t)conv->out.w, lines = rows < w ? 1 : rows / w,
                 all = (size_t)conv->n * (size_t)conv->out.h;
    return lines < all ? lines : all;
}

/* Whether an array is a matrix [pixels][c] of float32 as it is. */
static bool is_matrix(struct nn_shape shape, enum nn_type type)
{
    return type == NN_FLOAT32 && nn_channel_blocks(shape) == 1;
}

/* Likewise, for an operand of a product. */
static bool is_operand(struct nn_shape shape, enum nn_type type, enum nn_type precision)
{
    return is_matrix(shape, type) && precision == NN_FLOAT32;
}

static bool is_pointwise(const struct conv *conv)
{
    return conv->kernel == 1 && conv->stride == 1 && conv->pad == 0;
}

/* The parts of the scratch memory; NULL where the arrays themselves will do. */
struct scratch {
    float *col;     /* [tile_lines][out.w][k][k][c] */
    float *lines;   /* [k][in.w + 2 pad][c] what an output line sees */
    float *outputs; /* [tile_lines][out.w][out.c] of y or dy */
    float *picture; /* [in.h][in.w][c] of dx */
    float *w;       /* [out.c][k][k][c] rounded */
};

/* Takes count floats of scratch memory for `part` if they are needed. */
static void take(float **part, float *memory, size_t *used, size_t count, bool needed)
{
    if (!needed)
        return;
    *part = memory ? memory + *used : NULL;
    *used += (count + ALIGN - 1) / ALIGN * ALIGN;
}

/* Lays the parts out in memory, or, where that is NULL, only counts; returns their floats. */
static size_t scratch_init(struct scratch *s, float *memory, const struct conv *conv,
                           enum conv_direction direction)
{
    const bool x_ready = is_pointwise(conv) && is_operand(conv->in, conv->x_type, conv->precision),
               dx_ready = is_pointwise(conv) && is_matrix(conv->in, conv->x_type),
               y_ready = is_matrix(conv->out, conv->y_type),
               dy_ready = is_operand(conv->out, conv->y_type, conv->precision),
               is_forward = direction == CONV_FORWARD, is_data = direction == CONV_BACKWARD_DATA;
    const size_t pixels = mem_size(tile_lines(conv), (size_t)conv->out.w), row = row_size(conv),
                 out = (size_t)conv->out.c;
    size_t used = 0;
    *s = (struct scratch){0};
    /* Both may be overrun, by less than SHORT. */
    take(&s->col, memory, &used, mem_size(pixels, row) + SHORT, is_data ? !dx_ready : !x_ready);
    take(&s->lines, memory, &used, mem_size((size_t)conv->kernel, bordered_line(conv)) + SHORT,
         !is_data && !x_ready);
    take(&s->outputs, memory, &used, mem_size(pixels, out), is_forward ? !y_ready : !dy_ready);
    take(&s->picture, memory, &used, nn_floats(conv->in),
         is_data && !dx_ready && !is_matrix(conv->in, conv->x_type));
    take(&s->w, memory, &used, mem_size(out, row),
         direction != CONV_BACKWARD_WEIGHTS && conv->precision == NN_BFLOAT16);
    return used;
}

static size_t scratch(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)state;
    struct scratch s;
    return scratch_init(&s, NULL, conv, direction);
}

/* ---- Between arrays and matrices [pixels][c] ---- */

/* matrix[pixels][NN_LANES of c] = so many pixels of one block of channels */
NN_CLONES(static, gather_block,
          (float *restrict matrix, const void *restrict block, enum nn_type type, size_t pixels,
           size_t c),
          (matrix, block, type, pixels, c))
{
    for (size_t p = 0; p < pixels; p++)
        *(nn_v16 *)(matrix + p * c) = nn_load16(block, p * NN_LANES, type);
}

/* Where block b of picture i has pixel `first`: number of the value in the array. */
static size_t block_at(struct nn_shape shape, size_t i, size_t b, size_t first)
{
    const size_t pixels = (size_t)shape.h * (size_t)shape.w;
    return ((i * nn_channel_blocks(shape) + b) * pixels + first) * nn_lanes(shape);
}

/* matrix[pixels][c] = pixels `first` and on of picture i, as operands of a precision */
static void gather(float *matrix, const void *array, struct nn_shape shape, enum nn_type type,
                   enum nn_type precision, size_t i, size_t first, size_t pixels)
{
    const size_t blocks = nn_channel_blocks(shape), c = (size_t)shape.c;
    for (size_t b = 0; b < blocks; b++) {
        const size_t at = block_at(shape, i, b, first);
        const void *block = (const char *)array + at * nn_type_size(type);
        if (blocks == 1)
            nn_load(matrix, block, type, pixels * c);
        else
            gather_block(matrix + b * NN_LANES, block, type, pixels, c);
    }
    if (type == NN_FLOAT32 && precision == NN_BFLOAT16)
        nn_round(matrix, matrix, pixels * c);
}

NN_CLONES(static, scatter_block,
          (void *restrict block, enum nn_type type, const float *restrict matrix, size_t pixels,
           size_t c, bool add),
          (block, type, matrix, pixels, c, add))
{
    for (size_t p = 0; p < pixels; p++) {
        const nn_v16 before = add ? nn_load16(block, p * NN_LANES, type) : (nn_v16){0};
        nn_store16(block, p * NN_LANES, type, before + *(const nn_v16 *)(matrix + p * c));
    }
}

/* Pixels `first` and on of picture i = or += matrix[pixels][c]. */
static void scatter(void *array, struct nn_shape shape, enum nn_type type, const float *matrix,
                    size_t i, size_t first, size_t pixels, bool add)
{
    const size_t blocks = nn_channel_blocks(shape), c = (size_t)shape.c;
    for (size_t b = 0; b < blocks; b++) {
        const size_t at = block_at(shape, i, b, first);
        void *block = (char *)array + at * nn_type_size(type);
        if (blocks == 1)
            nn_store(block, type, matrix, pixels * c, add);
        else
            scatter_block(block, type, matrix + b * NN_LANES, pixels, c, add);
    }
}

/* A tile: output lines first..first+count-1 of the batch. */
struct tile {
    size_t first, count;
};

/* The part of a tile from its line `line` on that lies in one picture. */
struct piece {
    size_t picture, first_pixel, lines;
};

static struct piece piece_at(const struct conv *conv, struct tile tile, size_t line)
{
    const size_t h = (size_t)conv->out.h, at = tile.first + line, left = h - at % h,
                 rest = tile.count - line;
    return (struct piece){at / h, at % h * (size_t)conv->out.w, left < rest ? left : rest};
}

/* dy[count][out.w][out.c] of a tile: where it lies, or gathered into s->outputs */
static const float *tile_dy(const struct conv_call *call, const struct scratch *s, struct tile tile)
{
    const struct conv *conv = call->conv;
    const size_t w = (size_t)conv->out.w, line_size = w * (size_t)conv->out.c;
    if (!s->outputs)
        return (const float *)call->dy + tile.first * line_size;
    for (size_t line = 0; line < tile.count;) {
        const struct piece piece = piece_at(conv, tile, line);
        gather(s->outputs + line * line_size, call->dy, conv->out, conv->y_type, conv->precision,
               piece.picture, piece.first_pixel, piece.lines * w);
        line += piece.lines;
    }
    return s->outputs;
}

/* The tile of y from s->outputs. */
static void store_y(const struct conv_call *call, const struct scratch *s, struct tile tile)
{
    const struct conv *conv = call->conv;
    const size_t w = (size_t)conv->out.w;
    for (size_t line = 0; line < tile.count;) {
        const struct piece piece = piece_at(conv, tile, line);
        scatter(call->y, conv->out, conv->y_type, s->outputs + line * w * (size_t)conv->out.c,
                piece.picture, piece.first_pixel, piece.lines * w, false);
        line += piece.lines;
    }
}

/* w [out.c][k][k][c] as an operand */
static const float *operand_w(const struct conv_call *call, const struct scratch *s)
{
    if (!s->w)
        return call->w;
    nn_round(s->w, call->w, (size_t)call->conv->out.c * row_size(call->conv));
    return s->w;
}

/* ---- Between lines and windows ---- */

/* lines[k][w + 2 pad][c]: what output line oy of picture i sees, with a border of zeros */
static void border(float *lines, const struct conv_call *call, size_t i, size_t oy)
{
    const struct conv *conv = call->conv;
    const size_t c = (size_t)conv->in.c, side = (size_t)conv->pad * c, w = (size_t)conv->in.w;
    for (int ky = 0; ky < conv->kernel; ky++, lines += w * c + 2 * side) {
        const long y = (long)oy * conv->stride + ky - conv->pad;
        if (y < 0 || y >= conv->in.h) {
            memset(lines, 0, (w * c + 2 * side) * sizeof *lines);
            continue;
        }
        memset(lines, 0, side * sizeof *lines);
        gather(lines + side, call->x, conv->in, conv->x_type, conv->precision, i, (size_t)y * w, w);
        memset(lines + side + w * c, 0, side * sizeof *lines);
    }
}

/*
 * col[pixels][k][run] from lines[k][line]: the windows, each k pieces of run = k * c floats, `step`
 * floats apart. Of short pieces SHORT floats are copied: what is too much the next one overwrites.
 */
NN_CLONES(static, windows,
          (float *restrict col, const float *restrict lines, size_t pixels, size_t k, size_t run,
           size_t line, size_t step),
          (col, lines, pixels, k, run, line, step))
{
    for (size_t p = 0; p < pixels; p++)
        for (size_t ky = 0; ky < k; ky++, col += run) {
            const float *from = lines + ky * line + p * step;
            if (run <= SHORT)
                memcpy(col, from, SHORT * sizeof *col);
            else
                memcpy(col, from, run * sizeof *col);
        }
}

/* col[count][out.w][k][k][c] of a tile: x where it lies, or made in s->col */
static const float *tile_col(const struct conv_call *call, const struct scratch *s,
                             struct tile tile)
{
    const struct conv *conv = call->conv;
    const size_t k = (size_t)conv->kernel, c = (size_t)conv->in.c, h = (size_t)conv->out.h,
                 w = (size_t)conv->out.w, row = row_size(conv);
    if (!s->col)
        return (const float *)call->x + tile.first * w * row;
    for (size_t i = 0; i < tile.count; i++) {
        const size_t line = tile.first + i;
        border(s->lines, call, line / h, line % h);
        windows(s->col + i * w * row, s->lines, w, k, k * c, bordered_line(conv),
                (size_t)conv->stride * c);
    }
    return s->col;
}

/* The part of a window that lies inside the picture: lines or pixels [from, to) of its k, at least
   one, since the border is narrower than the window. */
struct span {
    size_t from, to;
};

static inline struct span inside(long start, size_t k, size_t size)
{
    const long over = start + (long)k - (long)size;
    return (struct span){start < 0 ? (size_t)-start : 0, over > 0 ? k - (size_t)over : k};
}

/* Adds col[out.w][k][k][c] of output line oy to dx [h][w][c]. */
NN_CLONES(static, col_to_line,
          (float *restrict dx, const float *restrict col, const struct conv *conv, size_t oy),
          (dx, col, conv, oy))
{
    const size_t k = (size_t)conv->kernel, stride = (size_t)conv->stride, h = (size_t)conv->in.h,
                 w = (size_t)conv->in.w, c = (size_t)conv->in.c, out_w = (size_t)conv->out.w;
    const long pad = conv->pad, top = (long)(oy * stride) - pad;
    const struct span rows = inside(top, k, h);
    for (size_t ox = 0; ox < out_w; ox++, col += k * k * c) {
        const long left = (long)(ox * stride) - pad;
        const struct span columns = inside(left, k, w);
        for (size_t ky = rows.from; ky < rows.to; ky++) {
            float *to =
                dx + ((size_t)(top + (long)ky) * w + (size_t)(left + (long)columns.from)) * c;
            const float *from = col + (ky * k + columns.from) * c;
            for (size_t j = 0; j < (columns.to - columns.from) * c; j++)
                to[j] += from[j];
        }
    }
}

/* Adds s->col of a tile to dx, the first and the last lines of a picture beginning and ending it
   where it must be put together elsewhere. */
static void add_tile(const struct conv_call *call, const struct scratch *s, struct tile tile)
{
    const struct conv *conv = call->conv;
    const size_t h = (size_t)conv->out.h, line_size = (size_t)conv->out.w * row_size(conv),
                 picture = nn_floats(conv->in);
    for (size_t i = 0; i < tile.count; i++) {
        const size_t line = tile.first + i;
        float *dx = s->picture ? s->picture : (float *)call->dx + line / h * picture;
        if (line % h == 0 && (s->picture || !call->add))
            memset(dx, 0, picture * sizeof *dx);
        col_to_line(dx, s->col + i * line_size, conv, line % h);
        if (line % h == h - 1 && s->picture)
            scatter(call->dx, conv->in, conv->x_type, dx, line / h, 0,
                    (size_t)conv->in.h * (size_t)conv->in.w, call->add);
    }
}

/* ---- The passes ---- */

/* The tile after `tile` ({0} before the first) of n pictures; its count is 0 after the last. */
static struct tile next_tile(const struct conv *conv, int n, struct tile tile)
{
    const size_t lines = (size_t)n * (size_t)conv->out.h, size = tile_lines(conv),
                 first = tile.first + tile.count;
    return (struct tile){first, lines - first < size ? lines - first : size};
}

static void forward(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const size_t out = (size_t)conv->out.c, w = (size_t)conv->out.w, row = row_size(conv);
    struct scratch s;
    scratch_init(&s, call->scratch, conv, CONV_FORWARD);
    const float *weights = operand_w(call, &s);
    struct tile tile = {0};
    while ((tile = next_tile(conv, call->n, tile)).count) {
        const size_t pixels = tile.count * w;
        float *y = s.outputs ? s.outputs : (float *)call->y + tile.first * w * out;
        if (call->bias)
            channels_fill(y, call->bias, pixels, out);
        linalg_gemm(y, out, tile_col(call, &s, tile), row, false, weights, row, true, pixels, out,
                    row, 1, call->bias ? 1 : 0);
        if (s.outputs)
            store_y(call, &s, tile);
    }
}

static void backward_data(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const size_t out = (size_t)conv->out.c, w = (size_t)conv->out.w, row = row_size(conv);
    struct scratch s;
    scratch_init(&s, call->scratch, conv, CONV_BACKWARD_DATA);
    const float *weights = operand_w(call, &s);
    struct tile tile = {0};
    while ((tile = next_tile(conv, call->n, tile)).count) {
        float *to = s.col ? s.col : (float *)call->dx + tile.first * w * row;
        linalg_gemm(to, row, tile_dy(call, &s, tile), out, false, weights, row, false,
                    tile.count * w, row, out, 1, !s.col && call->add ? 1 : 0);
        if (s.col)
            add_tile(call, &s, tile);
    }
}

static void backward_weights(const struct conv_call *call)
{
    const struct conv *conv = call->conv;
    const size_t out = (size_t)conv->out.c, w = (size_t)conv->out.w, row = row_size(conv);
    struct scratch s;
    scratch_init(&s, call->scratch, conv, CONV_BACKWARD_WEIGHTS);
    struct tile tile = {0};
    while ((tile = next_tile(conv, call->n, tile)).count)
        linalg_gemm(call->dw, row, tile_dy(call, &s, tile), out, true, tile_col(call, &s, tile),
                    row, false, out, row, tile.count * w, 1, 1);
}

/* With few channels, copying windows costs more than multiplying them. */
static double speed(const struct conv *conv, enum conv_direction direction)
{
    (void)direction;
    return conv->in.c < NN_LANES ? 0.3 : 0.65;
}

const struct conv_impl im2col_conv = {
    .name = "im2col",
    .speed = speed,
    .scratch = scratch,
    .run = {forward, backward_data, backward_weights},
};

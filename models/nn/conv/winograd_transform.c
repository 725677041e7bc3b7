/*
 * winograd_transform: pictures and weights to points, and back. See winograd.h.
 *
 * F(4 x 4, 3 x 3) with the points 0, 1, -1, 2, -2 and infinity (Lavin and Gray, "Fast Algorithms
 * for Convolutional Neural Networks", 2015): Y = A^T [(G g G^T) . (B^T d B)] A with
 *
 *           4  0 -5  0  1  0             1  1  1  1  1  0            1/4    0    0
 *           0 -4 -4  1  1  0             0  1 -1  2 -2  0           -1/6 -1/6 -1/6
 *     B^T = 0  4 -4 -1  1  0       A^T = 0  1  1  4  4  0       G = -1/6  1/6 -1/6
 *           0 -2 -1  2  1  0             0  1 -1  8 -8  1           1/24 1/12  1/6
 *           0  2 -1 -2  1  0                                        1/24 -1/12 1/6
 *           0  4  0 -5  0  1                                          0    0    1
 *
 * and the gradient of g is G^T [(B^T d B) . (A dy A^T)] G. Each is applied to the columns, then to
 * the rows. 16 channels go side by side, so a value below is a vector. What stays between the two
 * steps should fit 32 registers, as storing costs more than loading twice: that is why the input
 * makes the upper three rows of points, then the lower three.
 */
#include "models/nn/conv/winograd.h"
#include "models/nn/num/kernel.h"
#include "models/nn/num/simd.h"

#include <string.h>

enum { T = WINO_TILE, E = WINO_EDGE, L = NN_LANES };

/* A line of a picture where there is none. */
static const float zeros[E * L];

static size_t tiles_along(int pixels)
{
    return ((size_t)pixels + T - 1) / T;
}

size_t wino_tiles_of(struct nn_shape shape)
{
    return tiles_along(shape.h) * tiles_along(shape.w);
}

size_t wino_blocks_of(int channels)
{
    return ((size_t)channels + L - 1) / L;
}

/* ---- One tile after the other ---- */

struct place {
    size_t picture;
    int y, x; /* its upper left pixel */
};

NN_INLINE struct place place_of(struct nn_shape shape, size_t tile)
{
    const size_t across = ((size_t)shape.w + T - 1) / T,
                 each = across * (((size_t)shape.h + T - 1) / T);
    return (struct place){tile / each, (int)(tile % each / across) * T, (int)(tile % across) * T};
}

NN_INLINE void place_next(struct place *place, struct nn_shape shape)
{
    place->x += T;
    if (place->x < shape.w)
        return;
    place->x = 0;
    place->y += T;
    if (place->y < shape.h)
        return;
    place->y = 0;
    place->picture++;
}

/* Index of a pixel's 16 channels, or of those that a last block has. */
NN_INLINE size_t pixel(struct nn_shape shape, size_t picture, size_t block, int y, int x)
{
    const size_t c = (size_t)shape.c, at = (size_t)y * (size_t)shape.w + (size_t)x,
                 pixels = (size_t)shape.h * (size_t)shape.w;
    return c % L == 0 ? ((picture * (c / L) + block) * pixels + at) * L
                      : (picture * pixels + at) * c + block * L;
}

NN_INLINE void put(float *to, nn_v16 value)
{
    *(nn_v16 *)to = value;
}

/* Whether the lines of a tile are used by way of a copy: to be rounded (float32 pictures in a
   convolution of precision bfloat16, which networks hardly have), or as pixels are not 16 channels.
 */
NN_INLINE bool is_copied(const struct wino_tiles *tiles, const enum nn_type type)
{
    return (type == NN_FLOAT32 && tiles->round) || tiles->shape.c % L > 0;
}

/* lines[y] then point there, at floats. */
static void copy_tile(float *copy, const void **lines, size_t count, size_t pixels,
                      const struct wino_tiles *tiles, size_t block)
{
    const size_t c = (size_t)tiles->shape.c, left = c - block * L, channels = left < L ? left : L,
                 next = nn_type_size(tiles->type) * (c % L ? c : L);
    for (size_t y = 0; y < count; y++) {
        float *to = copy + y * E * L;
        const char *from = lines[y];
        lines[y] = to;
        memset(to, 0, pixels * L * sizeof *to);
        if (from == (const char *)zeros)
            continue;
        for (size_t x = 0; x < pixels; x++, from += next, to += L) {
            nn_load(to, from, tiles->type, channels);
            if (tiles->type == NN_FLOAT32 && tiles->round)
                nn_round(to, to, channels);
        }
    }
}

/*
 * Asks for what the tile below will read (or write): 4 lines of 4 pixels. A row of tiles goes along
 * four to six lines of a picture at once, often in one page, and CPUs do not foresee what comes
 * after such short ones. Pixels beyond the right edge may be asked for; that is harmless.
 */
NN_INLINE void ask_for(const char *first, size_t line, size_t bytes, const int write)
{
    for (int i = 0; i < T; i++)
        for (size_t j = 0; j < bytes; j += 64)
            if (write)
                __builtin_prefetch(first + (size_t)i * line + j, 1, 2);
            else
                __builtin_prefetch(first + (size_t)i * line + j, 0, 2);
}

/* ---- B^T: pictures with their ring ---- */

/* Rows 0..2 (half 0) or 3..5 (half 1) of B^T d. */
NN_INLINE void input_line(nn_v16 *to, const nn_v16 *d, const int half)
{
    if (half == 0) {
        const nn_v16 even = d[4] - 4.0F * d[2], odd = d[3] - 4.0F * d[1];
        to[0] = 4.0F * d[0] + (d[4] - 5.0F * d[2]);
        to[1] = even + odd;
        to[2] = even - odd;
    } else {
        const nn_v16 even = d[4] - d[2], odd = 2.0F * (d[3] - d[1]);
        to[0] = even + odd;
        to[1] = even - odd;
        to[2] = 4.0F * d[1] + (d[5] - 5.0F * d[3]);
    }
}

/*
 * Of the 6 pixels of each line, left..right-1 are in the picture, and lines[] point at the first of
 * these.
 */
NN_INLINE void input_half(float *to, size_t point, const void *const *lines, int left, int right,
                          const enum nn_type type, const int half)
{
    nn_v16 middle[3][E], d[E], done[E];
    NN_UNROLL for (int x = 0; x < E; x++)
    {
        nn_v16 column[3] = {{0}, {0}, {0}};
        if (x >= left && x < right) {
            NN_UNROLL for (int y = half; y < E - 1 + half; y++) d[y] =
                nn_load16(lines[y], (size_t)(x - left) * L, type);
            input_line(column, d, half);
        }
        NN_UNROLL for (int i = 0; i < 3; i++) middle[i][x] = column[i];
    }
    NN_UNROLL for (int i = 0; i < 3; i++)
    {
        input_line(done, middle[i], 0);
        input_line(done + 3, middle[i], 1);
        NN_UNROLL for (int j = 0; j < E; j++)
            put(to + (size_t)((3 * half + i) * E + j) * point, done[j]);
    }
}

NN_INLINE void input_all(const struct wino_points *to, const struct wino_tiles *tiles,
                         const enum nn_type type)
{
    const struct nn_shape shape = tiles->shape;
    const size_t size = nn_type_size(type), line = size * (size_t)shape.w * L;
    float copy[E * E * L];
    for (size_t block = 0; block < wino_blocks_of(shape.c); block++) {
        struct place at = place_of(shape, tiles->first);
        float *u = to->data + block * to->block;
        for (size_t t = 0; t < tiles->count; t++, u += L, place_next(&at, shape)) {
            const int left = at.x == 0, right = shape.w - at.x < T + 1 ? shape.w - at.x + 1 : E;
            const void *lines[E];
            NN_UNROLL for (int i = 0; i < E; i++)
            {
                const int y = at.y - 1 + i;
                lines[i] = zeros;
                if (y >= 0 && y < shape.h)
                    lines[i] = (const char *)tiles->pictures +
                               size * pixel(shape, at.picture, block, y, at.x - 1 + left);
            }
            if (at.y + 2 * T + 1 <= shape.h)
                ask_for((const char *)tiles->pictures +
                            size * pixel(shape, at.picture, block, at.y + T + 1, at.x),
                        line, size * T * L, 0);
            if (is_copied(tiles, type)) {
                copy_tile(copy, lines, E, (size_t)(right - left), tiles, block);
                input_half(u, to->point, lines, left, right, NN_FLOAT32, 0);
                input_half(u, to->point, lines, left, right, NN_FLOAT32, 1);
                continue;
            }
            input_half(u, to->point, lines, left, right, type, 0);
            input_half(u, to->point, lines, left, right, type, 1);
        }
    }
}

NN_CLONES(extern, wino_input, (const struct wino_points *to, const struct wino_tiles *tiles),
          (to, tiles))
{
    if (tiles->type == NN_BFLOAT16)
        input_all(to, tiles, NN_BFLOAT16);
    else
        input_all(to, tiles, NN_FLOAT32);
}

/* ---- A: gradients of a result's tiles ---- */

NN_INLINE void gradient_line(nn_v16 *to, const nn_v16 *d)
{
    const nn_v16 even = d[0] + d[2], odd = d[1] + d[3];
    const nn_v16 even4 = d[0] + 4.0F * d[2], odd8 = 2.0F * (d[1] + 4.0F * d[3]);
    to[0] = d[0];
    to[1] = even + odd;
    to[2] = even - odd;
    to[3] = even4 + odd8;
    to[4] = even4 - odd8;
    to[5] = d[3];
}

/* lines: of the tile, of which w columns are in the picture */
NN_INLINE void gradient_tile(float *to, size_t point, const void *const *lines, int w,
                             const enum nn_type type)
{
    nn_v16 middle[E][T], d[T], done[E];
    NN_UNROLL for (int x = 0; x < T; x++)
    {
        NN_UNROLL for (int y = 0; y < T; y++) d[y] =
            x < w ? nn_load16(lines[y], (size_t)x * L, type) : (nn_v16){0};
        gradient_line(done, d);
        NN_UNROLL for (int i = 0; i < E; i++) middle[i][x] = done[i];
    }
    NN_UNROLL for (int i = 0; i < E; i++)
    {
        gradient_line(done, middle[i]);
        NN_UNROLL for (int j = 0; j < E; j++) put(to + (size_t)(i * E + j) * point, done[j]);
    }
}

NN_INLINE void gradient_all(const struct wino_points *to, const struct wino_tiles *tiles,
                            const enum nn_type type)
{
    const struct nn_shape shape = tiles->shape;
    const size_t size = nn_type_size(type), line = size * (size_t)shape.w * L;
    float copy[T * E * L];
    for (size_t block = 0; block < wino_blocks_of(shape.c); block++) {
        struct place at = place_of(shape, tiles->first);
        float *u = to->data + block * to->block;
        for (size_t t = 0; t < tiles->count; t++, u += L, place_next(&at, shape)) {
            const int h = shape.h - at.y < T ? shape.h - at.y : T;
            const int w = shape.w - at.x < T ? shape.w - at.x : T;
            const void *lines[T];
            NN_UNROLL for (int i = 0; i < T; i++)
            {
                lines[i] = zeros;
                if (i < h)
                    lines[i] = (const char *)tiles->pictures +
                               size * pixel(shape, at.picture, block, at.y + i, at.x);
            }
            if (at.y + 2 * T <= shape.h)
                ask_for((const char *)tiles->pictures +
                            size * pixel(shape, at.picture, block, at.y + T, at.x),
                        line, size * T * L, 0);
            if (is_copied(tiles, type)) {
                copy_tile(copy, lines, T, (size_t)w, tiles, block);
                gradient_tile(u, to->point, lines, w, NN_FLOAT32);
            } else if (w == T)
                gradient_tile(u, to->point, lines, T, type);
            else
                gradient_tile(u, to->point, lines, w, type);
        }
    }
}

NN_CLONES(extern, wino_gradient, (const struct wino_points *to, const struct wino_tiles *tiles),
          (to, tiles))
{
    if (tiles->type == NN_BFLOAT16)
        gradient_all(to, tiles, NN_BFLOAT16);
    else
        gradient_all(to, tiles, NN_FLOAT32);
}

/* ---- A^T: results ---- */

NN_INLINE void output_line(nn_v16 *to, const nn_v16 *m)
{
    const nn_v16 sum1 = m[1] + m[2], diff1 = m[1] - m[2];
    const nn_v16 sum2 = m[3] + m[4], diff2 = m[3] - m[4];
    to[0] = m[0] + (sum1 + sum2);
    to[1] = diff1 + 2.0F * diff2;
    to[2] = sum1 + 4.0F * sum2;
    to[3] = m[5] + (diff1 + 8.0F * diff2);
}

NN_INLINE void output_tile(void *to, size_t line, const float *from, size_t point, nn_v16 bias,
                           const enum nn_type type, const bool add)
{
    nn_v16 middle[T][E], m[E], done[T];
    NN_UNROLL for (int x = 0; x < E; x++)
    {
        NN_UNROLL for (int y = 0; y < E; y++) m[y] =
            *(const nn_v16 *)(from + (size_t)(y * E + x) * point);
        output_line(done, m);
        NN_UNROLL for (int i = 0; i < T; i++) middle[i][x] = done[i];
    }
    NN_UNROLL for (int i = 0; i < T; i++)
    {
        output_line(done, middle[i]);
        NN_UNROLL for (int j = 0; j < T; j++)
        {
            const size_t at = (size_t)i * line + (size_t)j * L;
            nn_store16(to, at, type, done[j] + (add ? nn_load16(to, at, type) : bias));
        }
    }
}

/* A tile of which h x w pixels and so many channels are stored. */
NN_INLINE void output_part(void *to, size_t line, size_t next, int h, int w, size_t channels,
                           const float *from, size_t point, nn_v16 bias, const enum nn_type type,
                           const bool add)
{
    float tile[T * T * L];
    output_tile(tile, T * L, from, point, bias, NN_FLOAT32, false);
    for (int i = 0; i < h; i++)
        for (int j = 0; j < w; j++) {
            const size_t at = (size_t)i * line + (size_t)j * next;
            float *values = tile + (i * T + j) * L;
            if (channels < L) {
                nn_store((char *)to + at * nn_type_size(type), type, values, channels, add);
                continue;
            }
            nn_v16 value = *(const nn_v16 *)values;
            if (add)
                value += nn_load16(to, at, type);
            nn_store16(to, at, type, value);
        }
}

NN_INLINE void output_all(const struct wino_tiles *tiles, const struct wino_points *from,
                          size_t first_block, size_t blocks, const float *bias,
                          const enum nn_type type, const bool add)
{
    const struct nn_shape shape = tiles->shape;
    const bool whole = shape.c % L == 0;
    const size_t size = nn_type_size(type), next = whole ? L : (size_t)shape.c,
                 line = (size_t)shape.w * next;
    for (size_t b = 0; b < blocks; b++) {
        const size_t left = (size_t)shape.c - (first_block + b) * L;
        const nn_v16 constant = *(const nn_v16 *)(bias ? bias + (first_block + b) * L : zeros);
        struct place at = place_of(shape, tiles->first);
        const float *m = from->data + b * from->block;
        for (size_t t = 0; t < tiles->count; t++, m += L, place_next(&at, shape)) {
            const int h = shape.h - at.y, w = shape.w - at.x;
            const size_t first = pixel(shape, at.picture, first_block + b, at.y, at.x);
            void *to = (char *)tiles->pictures + size * first;
            if (at.y + 2 * T <= shape.h)
                ask_for((const char *)to + size * T * line, size * line, size * T * L, 1);
            if (whole && h >= T && w >= T)
                output_tile(to, line, m, from->point, constant, type, add);
            else
                output_part(to, line, next, h < T ? h : T, w < T ? w : T, left < L ? left : L, m,
                            from->point, constant, type, add);
        }
    }
}

NN_CLONES(extern, wino_output,
          (const struct wino_tiles *tiles, const struct wino_points *from, size_t first_block,
           size_t blocks, const float *bias, bool add),
          (tiles, from, first_block, blocks, bias, add))
{
    if (tiles->type == NN_BFLOAT16) {
        if (add)
            output_all(tiles, from, first_block, blocks, bias, NN_BFLOAT16, true);
        else
            output_all(tiles, from, first_block, blocks, bias, NN_BFLOAT16, false);
    } else if (add)
        output_all(tiles, from, first_block, blocks, bias, NN_FLOAT32, true);
    else
        output_all(tiles, from, first_block, blocks, bias, NN_FLOAT32, false);
}

/* ---- G: weights ---- */

NN_INLINE void kernel_line(nn_v16 *to, const nn_v16 *g)
{
    const nn_v16 outer = (g[0] + g[2]) * (-1.0F / 6), inner = g[1] * (1.0F / 6);
    const nn_v16 outer2 = g[0] * (1.0F / 24) + g[2] * (1.0F / 6), inner2 = g[1] * (1.0F / 12);
    to[0] = g[0] * 0.25F;
    to[1] = outer - inner;
    to[2] = outer + inner;
    to[3] = outer2 + inner2;
    to[4] = outer2 - inner2;
    to[5] = g[2];
}

/* taps [9][row of 16][column of 16]: one block of the matrix, as the products want it */
NN_INLINE void gather_taps(nn_v16 (*taps)[L], const struct wino_weights *weights, size_t row_block,
                           size_t column_block)
{
    const size_t out = (weights->transposed ? row_block : column_block) * L;
    const size_t in = (weights->transposed ? column_block : row_block) * L;
    for (size_t tap = 0; tap < WINO_TAPS; tap++) {
        nn_v16 *to = taps[weights->transposed ? WINO_TAPS - 1 - tap : tap];
        for (size_t i = 0; i < L; i++) {
            const float *from = weights->w + ((out + i) * WINO_TAPS + tap) * weights->in_c + in;
            to[i] = (nn_v16){0};
            if (in + L <= weights->in_c)
                to[i] = *(const nn_v16 *)from;
            else
                memcpy(&to[i], from, (weights->in_c - in) * sizeof *from);
            if (weights->round) {
                const nn_h16 rounded = nn_narrow16(to[i]);
                to[i] = nn_load16(&rounded, 0, NN_BFLOAT16);
            }
        }
        if (!weights->transposed)
            nn_transpose16(to);
    }
}

NN_CLONES(extern, wino_kernel,
          (float *to, size_t point, const struct wino_weights *weights, size_t first_block,
           size_t blocks),
          (to, point, weights, first_block, blocks))
{
    const size_t rows = (weights->transposed ? weights->out_c : (weights->in_c + L - 1) / L * L);
    nn_v16 taps[WINO_TAPS][L], middle[E][3], g[3], done[E];
    for (size_t b = 0; b < blocks; b++) {
        const size_t width = (b | 1) < blocks ? 2 * L : L;
        float *pair = to + b / 2 * rows * 2 * L + b % 2 * L;
        for (size_t r = 0; r < rows / L; r++) {
            gather_taps(taps, weights, r, first_block + b);
            for (size_t k = 0; k < L; k++) {
                NN_UNROLL for (int x = 0; x < 3; x++)
                {
                    NN_UNROLL for (int y = 0; y < 3; y++) g[y] = taps[y * 3 + x][k];
                    kernel_line(done, g);
                    NN_UNROLL for (int i = 0; i < E; i++) middle[i][x] = done[i];
                }
                NN_UNROLL for (int i = 0; i < E; i++)
                {
                    kernel_line(done, middle[i]);
                    NN_UNROLL for (int j = 0; j < E; j++)
                        put(pair + (size_t)(i * E + j) * point + (r * L + k) * width, done[j]);
                }
            }
        }
    }
}

NN_INLINE void kernel_gradient_line(nn_v16 *to, const nn_v16 *d)
{
    const nn_v16 sum1 = (d[1] + d[2]) * (1.0F / 6), sum2 = d[3] + d[4];
    to[0] = (0.25F * d[0] - sum1) + sum2 * (1.0F / 24);
    to[1] = (d[2] - d[1]) * (1.0F / 6) + (d[3] - d[4]) * (1.0F / 12);
    to[2] = (sum2 * (1.0F / 6) - sum1) + d[5];
}

NN_CLONES(extern, wino_kernel_gradient,
          (float *dw, size_t in_c, const float *from, size_t point, size_t first_row, size_t rows,
           size_t first_block, size_t blocks),
          (dw, in_c, from, point, first_row, rows, first_block, blocks))
{
    nn_v16 middle[3][E], d[E], done[3];
    for (size_t r = 0; r < rows; r++)
        for (size_t b = 0; b < blocks; b++) {
            const size_t left = in_c - (first_block + b) * L;
            const float *sums = from + (r * blocks + b) * L;
            float *to = dw + (first_row + r) * WINO_TAPS * in_c + (first_block + b) * L;
            NN_UNROLL for (int x = 0; x < E; x++)
            {
                NN_UNROLL for (int y = 0; y < E; y++) d[y] =
                    *(const nn_v16 *)(sums + (size_t)(y * E + x) * point);
                kernel_gradient_line(done, d);
                NN_UNROLL for (int i = 0; i < 3; i++) middle[i][x] = done[i];
            }
            NN_UNROLL for (int i = 0; i < 3; i++)
            {
                kernel_gradient_line(done, middle[i]);
                NN_UNROLL for (int j = 0; j < 3; j++)
                {
                    float *tap = to + (size_t)(i * 3 + j) * in_c;
                    if (left >= L)
                        put(tap, *(const nn_v16 *)tap + done[j]);
                    else
                        nn_store(tap, NN_FLOAT32, (const float *)&done[j], left, true);
                }
            }
        }
}

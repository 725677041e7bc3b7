/*
 * direct_kernels: sums and products of the direct convolution, in registers.
 *
 * Both take a tile of results at a time: as many vectors of 16 as stay in registers (28 of the 32
 * of AVX-512), while one operand comes as a vector and the other, value by value, is broadcast to
 * all 16 lanes: one load for each multiply-add or two, no shuffles.
 *
 * The sizes of a tile must be constants for the compiler to keep it in registers; so each kernel is
 * an inline function over constants and a switch that names them. Distances between columns are
 * constants too where they are common, so that they become part of the instruction.
 *
 * Example: 16 channels to 16, 3 x 3, 32 columns: a line is two tiles of 16 columns; for each of the
 * 3 x 48 values of a window one vector of weights meets 16 values of x.
 */
/* No vector is passed to, or returned by, a function that is not inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

#include "models/nn/conv/direct.h"
#include "models/nn/num/simd.h"

enum {
    TILE_VECTORS = 28, /* of results, at most */
};

#define UNROLL _Pragma("GCC unroll 32")

/* Not NN_CLONES: GCC 12 made of them, for AVX2, code of a tenth of the speed. */
#ifdef __x86_64__
#define WIDE __attribute__((target("avx512f")))
#else
#define WIDE
#endif

/* ---- Sums over windows: forward, and backward to the data ---- */

struct tile {
    const struct direct_sums *s;
    void *y;
    size_t at; /* in y */
    const float *x, *w, *bias;
};

/* Adds the sums to y, or rounds them, or both. */
NN_INLINE void add_sums(const struct tile *t, int columns, int vectors, const float *sums)
{
    const struct direct_sums *s = t->s;
    for (int c = 0; c < columns; c++)
        for (int v = 0; v < vectors; v++, sums += NN_LANES) {
            const size_t at = t->at + (size_t)c * s->y_column + (size_t)v * s->y_vector;
            nn_v16 sum = nn_load16(sums, 0, NN_FLOAT32);
            if (s->y_type == NN_FLOAT32) {
                nn_store16(t->y, at, NN_FLOAT32, sum + nn_load16(t->y, at, NN_FLOAT32));
            } else {
                if (s->add)
                    sum += nn_load16(t->y, at, NN_BFLOAT16);
                nn_store16(t->y, at, NN_BFLOAT16, sum);
            }
        }
}

/* clang refuses to hand vectors to the helpers from here, where registers are wider than theirs. */
WIDE static __attribute__((noinline)) void put_sums(const struct tile *t, int columns, int vectors,
                                                    const float *sums)
{
    add_sums(t, columns, vectors, sums);
}

NN_INLINE void sum_tile(const struct tile *t, int columns, int vectors, size_t step)
{
    const struct direct_sums *s = t->s;
    nn_v16 sum[TILE_VECTORS];
    UNROLL
    for (int c = 0; c < columns; c++)
        UNROLL
    for (int v = 0; v < vectors; v++)
        sum[c * vectors + v] = nn_load16(t->bias, (size_t)v * NN_LANES, NN_FLOAT32);
    const float *w = t->w;
    for (int block = 0; block < s->blocks; block++)
        for (int line = 0; line < s->lines; line++) {
            const float *x = t->x + (size_t)block * s->x_block + (size_t)line * s->x_line;
            for (const float *end = x + s->run; x < end; x++, w += vectors * NN_LANES) {
                nn_v16 weight[DIRECT_VECTORS_MAX];
                UNROLL
                for (int v = 0; v < vectors; v++)
                    weight[v] = nn_load16(w, (size_t)v * NN_LANES, NN_FLOAT32);
                UNROLL
                for (int c = 0; c < columns; c++)
                    UNROLL
                for (int v = 0; v < vectors; v++)
                    sum[c * vectors + v] += weight[v] * x[(size_t)c * step];
            }
        }
    if (s->y_type == NN_FLOAT32 && !s->add) {
        UNROLL
        for (int c = 0; c < columns; c++)
            UNROLL
        for (int v = 0; v < vectors; v++)
            nn_store16(t->y, t->at + (size_t)c * s->y_column + (size_t)v * s->y_vector, NN_FLOAT32,
                       sum[c * vectors + v]);
        return;
    }
    /* A small part of a tile's work, which inlined in every size would be most of the code. */
    float sums[TILE_VECTORS * NN_LANES];
    UNROLL
    for (int i = 0; i < columns * vectors; i++)
        nn_store16(sums, (size_t)i * NN_LANES, NN_FLOAT32, sum[i]);
    put_sums(t, columns, vectors, sums);
}

#define SUM_CASE(columns, vectors)                                                                 \
    case columns:                                                                                  \
        sum_tile(t, columns, vectors, step);                                                       \
        return;

NN_INLINE void sum_columns(const struct tile *t, int columns, size_t step)
{
    if (t->s->vectors == 1)
        switch (columns) {
            SUM_CASE(16, 1)
            SUM_CASE(14, 1)
            SUM_CASE(10, 1)
            SUM_CASE(8, 1)
            SUM_CASE(4, 1)
            SUM_CASE(1, 1)
        }
    else if (t->s->vectors == 2)
        switch (columns) {
            SUM_CASE(14, 2)
            SUM_CASE(10, 2)
            SUM_CASE(8, 2)
            SUM_CASE(4, 2)
            SUM_CASE(1, 2)
        }
    else
        switch (columns) {
            SUM_CASE(7, 4)
            SUM_CASE(4, 4)
            SUM_CASE(1, 4)
        }
}

/*
 * How much of `left` the next tile takes: the largest size that leaves nothing over in the end, or
 * the largest that fits where that one is too small to be fast.
 */
static int next_size(int left, const int *sizes)
{
    enum { SMALL = 7 };
    int largest = 1;
    for (const int *size = sizes; *size > 1; size++) {
        if (*size > left)
            continue;
        if (largest == 1)
            largest = *size;
        if (left % *size == 0 && (*size >= SMALL || *size == largest))
            return *size;
    }
    return largest;
}

NN_INLINE void sum_picture(const struct direct_sums *s, void *y, const float *x, const float *w,
                           const float *bias, size_t step)
{
    static const int one[] = {16, 14, 10, 8, 4, 1}, two[] = {14, 10, 8, 4, 1}, four[] = {7, 4, 1};
    const int *sizes = s->vectors == 1 ? one : s->vectors == 2 ? two : four;
    for (int row = 0; row < s->rows; row++)
        for (int from = 0, count; from < s->columns; from += count) {
            count = next_size(s->columns - from, sizes);
            const struct tile tile = {
                .s = s,
                .y = y,
                .at = (size_t)row * s->y_row + (size_t)from * s->y_column,
                .x = x + (size_t)row * s->x_row + (size_t)from * s->x_column,
                .w = w,
                .bias = bias,
            };
            sum_columns(&tile, count, step);
        }
}

#define SUMS(name, step)                                                                           \
    WIDE static void name(const struct direct_sums *s, void *y, const float *x, const float *w,    \
                          const float *bias)                                                       \
    {                                                                                              \
        sum_picture(s, y, x, w, bias, step);                                                       \
    }

SUMS(sums_1, 1)
SUMS(sums_3, 3)
SUMS(sums_6, 6)
SUMS(sums_16, 16)
SUMS(sums_32, 32)
SUMS(sums_any, s->x_column)

void direct_sums(const struct direct_sums *s, void *y, const float *x, const float *w,
                 const float *bias)
{
    switch (s->x_column) {
    case 1:
        sums_1(s, y, x, w, bias);
        return;
    case 3:
        sums_3(s, y, x, w, bias);
        return;
    case 6:
        sums_6(s, y, x, w, bias);
        return;
    case 16:
        sums_16(s, y, x, w, bias);
        return;
    case 32:
        sums_32(s, y, x, w, bias);
        return;
    default:
        sums_any(s, y, x, w, bias);
        return;
    }
}

/* ---- Products summed over pixels: backward to the weights ---- */

NN_INLINE void product_tile(const struct direct_products *p, float *dw, const float *x,
                            const float *dy, int lines, int run)
{
    nn_v16 sum[TILE_VECTORS];
    UNROLL
    for (int i = 0; i < lines * run; i++)
        sum[i] = nn_load16(dw, (size_t)i * NN_LANES, NN_FLOAT32);
    for (int picture = 0; picture < p->pictures; picture++) {
        const float *from = x + (size_t)picture * p->x_picture,
                    *d = dy + (size_t)picture * p->dy_picture;
        for (int row = 0; row < p->rows; row++, from += p->x_row) {
            const float *window = from;
            for (int column = 0; column < p->columns; column++) {
                const nn_v16 vector = nn_load16(d, 0, NN_FLOAT32);
                UNROLL
                for (int line = 0; line < lines; line++)
                    UNROLL
                for (int i = 0; i < run; i++)
                    sum[line * run + i] += vector * window[(size_t)line * p->x_line + (size_t)i];
                window += p->x_column;
                d += p->dy_column;
            }
        }
    }
    UNROLL
    for (int i = 0; i < lines * run; i++)
        nn_store16(dw, (size_t)i * NN_LANES, NN_FLOAT32, sum[i]);
}

#define PRODUCT_CASE(run)                                                                          \
    case run:                                                                                      \
        product_tile(p, dw, x + from, dy, 1, run);                                                 \
        break;

WIDE static void products_wide(const struct direct_products *p, float *dw, const float *x,
                               const float *dy)
{
    static const int sizes[] = {24, 16, 15, 9, 8, 4, 1};
    for (int line = 0; line < p->lines; line++, x += p->x_line)
        for (int from = 0, count; from < p->run; from += count, dw += count * NN_LANES) {
            count = next_size(p->run - from, sizes);
            switch (count) {
                PRODUCT_CASE(24)
                PRODUCT_CASE(16)
                PRODUCT_CASE(15)
                PRODUCT_CASE(9)
                PRODUCT_CASE(8)
                PRODUCT_CASE(4)
                PRODUCT_CASE(1)
            }
        }
}

/* Small windows whole: every vector of dy is loaded once. */
#define WINDOW(name, lines, run)                                                                   \
    WIDE static void name(const struct direct_products *p, float *dw, const float *x,              \
                          const float *dy)                                                         \
    {                                                                                              \
        product_tile(p, dw, x, dy, lines, run);                                                    \
    }

WINDOW(products_3x3, 3, 3)
WINDOW(products_5x5, 5, 5)
WINDOW(products_3x9, 3, 9)

void direct_products(const struct direct_products *p, float *dw, const float *x, const float *dy)
{
    if (p->lines == 3 && p->run == 3)
        products_3x3(p, dw, x, dy);
    else if (p->lines == 5 && p->run == 5)
        products_5x5(p, dw, x, dy);
    else if (p->lines == 3 && p->run == 9)
        products_3x9(p, dw, x, dy);
    else
        products_wide(p, dw, x, dy);
}

/*
 * direct_kernels: sums and products of the direct convolution, in registers.
 *
 * Both take a tile of results at a time: as many vectors of 16 as stay in registers (28 of the 32
 * of AVX-512; 6 in 24 of the 32 of NEON, which hold 4 floats), while one operand comes as a vector
 * and the other, value by value, is broadcast to all 16 lanes: one load for each multiply-add or
 * two, no shuffles.
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

#include "base/err.h"
#include "models/nn/num/simd.h"

/*
 * A tile has at most TILE_VECTORS vectors of results, and of x so many columns. A vector is PARTS
 * registers: gcc keeps what is wider than a register in memory. Not NN_CLONES: GCC 12 made of them,
 * for AVX2, code of a tenth of the speed.
 */
#ifdef __aarch64__
#define WIDE
enum { TILE_VECTORS = 6, COLUMNS_MAX = 6, PARTS = 4 };
#define PRODUCT_SIZES(_) _(6) _(5) _(4) _(3) _(1)
#else
#ifdef __x86_64__
#define WIDE __attribute__((target("avx512f")))
#else
#define WIDE
#endif
enum { TILE_VECTORS = 28, COLUMNS_MAX = 16, PARTS = 1 };
#define PRODUCT_SIZES(_) _(24) _(16) _(15) _(9) _(8) _(4) _(1)
#endif

enum { REGISTER = NN_LANES / PARTS };
typedef float reg __attribute__((vector_size(REGISTER * sizeof(float)), aligned(4), may_alias));

NN_INLINE reg load(const float *from, int i)
{
    return *(const reg *)(from + i * REGISTER);
}

NN_INLINE void store(float *to, int i, reg value)
{
    *(reg *)(to + i * REGISTER) = value;
}

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
    const int parts = vectors * PARTS;
    reg sum[TILE_VECTORS * PARTS];
    NN_UNROLL
    for (int c = 0; c < columns; c++)
        NN_UNROLL
    for (int p = 0; p < parts; p++)
        sum[c * parts + p] = load(t->bias, p);
    const float *w = t->w;
    for (int block = 0; block < s->blocks; block++)
        for (int line = 0; line < s->lines; line++) {
            const float *x = t->x + (size_t)block * s->x_block + (size_t)line * s->x_line;
            for (const float *end = x + s->run; x < end; x++, w += vectors * NN_LANES) {
                reg weight[DIRECT_VECTORS_MAX * PARTS];
                NN_UNROLL
                for (int p = 0; p < parts; p++)
                    weight[p] = load(w, p);
                NN_UNROLL
                for (int c = 0; c < columns; c++)
                    NN_UNROLL
                for (int p = 0; p < parts; p++)
                    sum[c * parts + p] += weight[p] * x[(size_t)c * step];
            }
        }
    if (s->y_type == NN_FLOAT32 && !s->add) {
        NN_UNROLL
        for (int c = 0; c < columns; c++)
            NN_UNROLL
        for (int p = 0; p < parts; p++)
            store((float *)t->y + t->at + (size_t)c * s->y_column +
                      (size_t)(p / PARTS) * s->y_vector,
                  p % PARTS, sum[c * parts + p]);
        return;
    }
    /* A small part of a tile's work, which inlined in every size would be most of the code. */
    float sums[TILE_VECTORS * NN_LANES];
    NN_UNROLL
    for (int i = 0; i < columns * parts; i++)
        store(sums, i, sum[i]);
    put_sums(t, columns, vectors, sums);
}

#define SUM_CASE(columns, vectors, step)                                                           \
    case columns:                                                                                  \
        sum_tile(t, columns, vectors, step);                                                       \
        return;
#define SUM_CASES_6(vectors, step)                                                                 \
    SUM_CASE(1, vectors, step)                                                                     \
    SUM_CASE(2, vectors, step)                                                                     \
    SUM_CASE(3, vectors, step)                                                                     \
    SUM_CASE(4, vectors, step)                                                                     \
    SUM_CASE(5, vectors, step)                                                                     \
    SUM_CASE(6, vectors, step)
#define SUM_CASES_7(vectors, step)                                                                 \
    SUM_CASES_6(vectors, step)                                                                     \
    SUM_CASE(7, vectors, step)
#define SUM_CASES_14(vectors, step)                                                                \
    SUM_CASES_7(vectors, step)                                                                     \
    SUM_CASE(8, vectors, step)                                                                     \
    SUM_CASE(9, vectors, step)                                                                     \
    SUM_CASE(10, vectors, step)                                                                    \
    SUM_CASE(11, vectors, step)                                                                    \
    SUM_CASE(12, vectors, step)                                                                    \
    SUM_CASE(13, vectors, step)                                                                    \
    SUM_CASE(14, vectors, step)

/*
 * The tiles of a row, at most `most` columns each: of the largest size that leaves nothing over, or
 * where that would be too small to be fast, as few as possible, of about one size.
 */
static int tiles_of(int columns, int most)
{
    enum { SMALL = 7 };
    for (int size = most; size >= SMALL; size--)
        if (columns % size == 0)
            return columns / size;
    return (columns + most - 1) / most;
}

/* Sums with a distance from column to column; a function for each number of vectors, as gcc takes
   twice as long for one of them all. */
#define TILES(name, vectors, cases)                                                                \
    WIDE static __attribute__((noinline)) void name##_##vectors(const struct tile *t, int columns) \
    {                                                                                              \
        switch (columns) {                                                                         \
            cases                                                                                  \
        }                                                                                          \
    }

#ifdef __aarch64__
#define SUMS(name, step)                                                                           \
    TILES(name, 1, SUM_CASES_6(1, step))                                                           \
    static void name(const struct tile *t, int columns)                                            \
    {                                                                                              \
        name##_1(t, columns);                                                                      \
    }
#else
#define SUMS(name, step)                                                                           \
    TILES(name, 1, SUM_CASES_14(1, step) SUM_CASE(15, 1, step) SUM_CASE(16, 1, step))              \
    TILES(name, 2, SUM_CASES_14(2, step))                                                          \
    TILES(name, 4, SUM_CASES_7(4, step))                                                           \
    static void name(const struct tile *t, int columns)                                            \
    {                                                                                              \
        if (t->s->vectors == 1)                                                                    \
            name##_1(t, columns);                                                                  \
        else if (t->s->vectors == 2)                                                               \
            name##_2(t, columns);                                                                  \
        else                                                                                       \
            name##_4(t, columns);                                                                  \
    }
#endif

SUMS(sums_1, 1)
SUMS(sums_3, 3)
SUMS(sums_6, 6)
SUMS(sums_16, 16)
SUMS(sums_24, 24)
SUMS(sums_32, 32)
SUMS(sums_any, t->s->x_column)

void direct_sums(const struct direct_sums *s, void *y, const float *x, const float *w,
                 const float *bias)
{
    void (*const sums)(const struct tile *t, int columns) = s->x_column == 1    ? sums_1
                                                            : s->x_column == 3  ? sums_3
                                                            : s->x_column == 6  ? sums_6
                                                            : s->x_column == 16 ? sums_16
                                                            : s->x_column == 24 ? sums_24
                                                            : s->x_column == 32 ? sums_32
                                                                                : sums_any;
    REQUIRE(s->vectors <= DIRECT_VECTORS_MAX);
    const int fit = TILE_VECTORS / s->vectors,
              tiles = tiles_of(s->columns, fit < COLUMNS_MAX ? fit : COLUMNS_MAX);
    for (int row = 0; row < s->rows; row++)
        for (int from = 0, count, left = tiles; left > 0; from += count, left--) {
            count = (s->columns - from + left - 1) / left;
            const struct tile tile = {
                .s = s,
                .y = y,
                .at = (size_t)row * s->y_row + (size_t)from * s->y_column,
                .x = x + (size_t)row * s->x_row + (size_t)from * s->x_column,
                .w = w,
                .bias = bias,
            };
            sums(&tile, count);
        }
}

/* ---- Products summed over pixels: backward to the weights ---- */

NN_INLINE void product_tile(const struct direct_products *p, float *dw, const float *x,
                            const float *dy, int lines, int run)
{
    const int parts = lines * run * PARTS;
    reg sum[TILE_VECTORS * PARTS];
    NN_UNROLL
    for (int i = 0; i < parts; i++)
        sum[i] = load(dw, i);
    for (int picture = 0; picture < p->pictures; picture++) {
        const float *from = x + (size_t)picture * p->x_picture,
                    *d = dy + (size_t)picture * p->dy_picture;
        for (int row = 0; row < p->rows; row++, from += p->x_row) {
            const float *window = from;
            for (int column = 0; column < p->columns; column++) {
                reg vector[PARTS];
                NN_UNROLL
                for (int i = 0; i < PARTS; i++)
                    vector[i] = load(d, i);
                NN_UNROLL
                for (int i = 0; i < parts; i++)
                    sum[i] +=
                        vector[i % PARTS] *
                        window[(size_t)(i / PARTS / run) * p->x_line + (size_t)(i / PARTS % run)];
                window += p->x_column;
                d += p->dy_column;
            }
        }
    }
    NN_UNROLL
    for (int i = 0; i < parts; i++)
        store(dw, i, sum[i]);
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

#define PRODUCT_CASE(run)                                                                          \
    case run:                                                                                      \
        product_tile(p, dw, x + from, dy, 1, run);                                                 \
        break;
#define PRODUCT_SIZE(run) run,

WIDE static void products_wide(const struct direct_products *p, float *dw, const float *x,
                               const float *dy)
{
    static const int sizes[] = {PRODUCT_SIZES(PRODUCT_SIZE)};
    for (int line = 0; line < p->lines; line++, x += p->x_line)
        for (int from = 0, count; from < p->run; from += count, dw += count * NN_LANES) {
            count = next_size(p->run - from, sizes);
            switch (count) {
                PRODUCT_SIZES(PRODUCT_CASE)
            }
        }
}

#ifndef __aarch64__
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
#endif

void direct_products(const struct direct_products *p, float *dw, const float *x, const float *dy)
{
#ifndef __aarch64__
    if (p->lines == 3 && p->run == 3)
        products_3x3(p, dw, x, dy);
    else if (p->lines == 5 && p->run == 5)
        products_5x5(p, dw, x, dy);
    else if (p->lines == 3 && p->run == 9)
        products_3x9(p, dw, x, dy);
    else
#endif
        products_wide(p, dw, x, dy);
}

/*
 * implicit_vectors: products in vectors of 16 lanes, of float32 or of pairs of bfloat16
 * (AVX-512-BF16). See implicit.c.
 *
 * 14 rows by two vectors of sums stay in registers over all steps; of the other four, two are
 * vectors of weights, while lanes of rows are broadcast as they are read.
 */
#include "models/nn/conv/implicit.h"

#ifdef __x86_64__

#include "models/nn/num/simd.h"

#include <immintrin.h>

enum {
    LANES = IMPLICIT_LANES,
    TILE = IMPLICIT_TILE,
    ROWS = 14,
    GROUP = 4 * ROWS,
    STEPS = 9,    /* whose weights, 18 KB, and rows, 32 KB at most, stay in the L1 cache */
    CHANNELS = 8, /* of dy at a time: 8 x 2 sums; or 16 x 1 */
};

#define WIDE __attribute__((target("avx512f")))
#define DOTS __attribute__((target("avx512f,avx512bf16")))

/* sum += lane * weights */
#define FLOAT32(sum, lane, weights) _mm512_fmadd_ps(_mm512_set1_ps(lane), weights, sum)
#define PAIRS(sum, lane, weights)                                                                  \
    _mm512_dpbf16_ps(sum, (__m512bh)_mm512_castps_si512(_mm512_set1_ps(lane)),                     \
                     (__m512bh)_mm512_castps_si512(weights))

/*
 * Sums of 14 rows over some steps, first of all or added: a function of each, for one distance or
 * any, for one block or two.
 */
#define MULTIPLY(name, target, add, step, blocks)                                                  \
    target static void name(float *sums, const float *x, size_t distance,                          \
                            const struct implicit_step *steps, size_t count, const float *w,       \
                            bool first)                                                            \
    {                                                                                              \
        __m512 sum[ROWS * (blocks)];                                                               \
        (void)distance;                                                                            \
        NN_UNROLL for (int r = 0; r < ROWS; r++)                                                   \
        {                                                                                          \
            NN_UNROLL for (int b = 0; b < (blocks); b++) sum[r * (blocks) + b] =                   \
                first ? _mm512_setzero_ps() : _mm512_loadu_ps(sums + (b * GROUP + r) * LANES);     \
        }                                                                                          \
        for (size_t i = 0; i < count; i++, w += (blocks)*TILE) {                                   \
            const float *from = x + steps[i].at;                                                   \
            for (size_t k = 0; k < LANES; k++) {                                                   \
                __m512 right[blocks];                                                              \
                NN_UNROLL for (int b = 0; b < (blocks); b++) right[b] =                            \
                    _mm512_loadu_ps(w + (size_t)b * TILE + k * LANES);                             \
                NN_UNROLL for (int r = 0; r < ROWS; r++)                                           \
                {                                                                                  \
                    const float lane = from[(size_t)r * (step) + k];                               \
                    NN_UNROLL for (int b = 0; b < (blocks); b++) sum[r * (blocks) + b] =           \
                        add(sum[r * (blocks) + b], lane, right[b]);                                \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        NN_UNROLL for (int r = 0; r < ROWS; r++)                                                   \
        {                                                                                          \
            NN_UNROLL for (int b = 0; b < (blocks); b++)                                           \
                _mm512_storeu_ps(sums + (b * GROUP + r) * LANES, sum[r * (blocks) + b]);           \
        }                                                                                          \
    }

MULTIPLY(float32_one, WIDE, FLOAT32, LANES, 1)
MULTIPLY(float32_two, WIDE, FLOAT32, LANES, 2)
MULTIPLY(pairs_one, DOTS, PAIRS, LANES, 1)
MULTIPLY(pairs_two, DOTS, PAIRS, LANES, 2)
MULTIPLY(pairs_one_any, DOTS, PAIRS, distance, 1)
MULTIPLY(pairs_two_any, DOTS, PAIRS, distance, 2)

typedef void multiplying(float *sums, const float *x, size_t distance,
                         const struct implicit_step *steps, size_t count, const float *w,
                         bool first);

/* Some steps for all rows, then the next: their weights stay in the L1 cache. */
static void multiply_all(multiplying *some, float *sums, size_t rows, const float *x,
                         size_t distance, const struct implicit_step *steps, size_t count,
                         const float *w, size_t blocks)
{
    size_t i = 0;
    do {
        for (size_t r = 0; r < rows; r += ROWS)
            some(sums + r * LANES, x + r * distance, distance, steps + i,
                 count - i < STEPS ? count - i : STEPS, w + i * blocks * TILE, i == 0);
        i += STEPS;
    } while (i < count);
}

static void multiply_float32(float *sums, size_t rows, const float *x, size_t distance,
                             const struct implicit_step *steps, size_t count, const float *w,
                             size_t blocks)
{
    multiply_all(blocks == 1 ? float32_one : float32_two, sums, rows, x, distance, steps, count, w,
                 blocks);
}

static void multiply_pairs(float *sums, size_t rows, const float *x, size_t distance,
                           const struct implicit_step *steps, size_t count, const float *w,
                           size_t blocks)
{
    multiplying *const some = distance == LANES ? (blocks == 1 ? pairs_one : pairs_two)
                                                : (blocks == 1 ? pairs_one_any : pairs_two_any);
    multiply_all(some, sums, rows, x, distance, steps, count, w, blocks);
}

/* sums [rows][16], of each block of x, = dy [positions][16] from some channel on, times x */
#define ACCUMULATE(name, target, add, rows, blocks)                                                \
    target static void name(float *sums, const struct implicit_sum *s, const float *dy)            \
    {                                                                                              \
        __m512 sum[(rows) * (blocks)];                                                             \
        NN_UNROLL for (int i = 0; i < (rows) * (blocks); i++) sum[i] = _mm512_setzero_ps();        \
        for (size_t line = 0; line < s->lines; line++) {                                           \
            const float *x = s->x + line * s->x_line;                                              \
            for (size_t i = 0; i < s->tiles * LANES; i++, dy += LANES, x += LANES) {               \
                __m512 right[blocks];                                                              \
                NN_UNROLL for (int b = 0; b < (blocks); b++) right[b] =                            \
                    _mm512_loadu_ps(x + (size_t)b * s->x_block);                                   \
                NN_UNROLL for (int r = 0; r < (rows); r++)                                         \
                {                                                                                  \
                    NN_UNROLL for (int b = 0; b < (blocks); b++) sum[r * (blocks) + b] =           \
                        add(sum[r * (blocks) + b], dy[r], right[b]);                               \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        NN_UNROLL for (int r = 0; r < (rows); r++)                                                 \
        {                                                                                          \
            NN_UNROLL for (int b = 0; b < (blocks); b++)                                           \
                _mm512_storeu_ps(sums + b * TILE + r * LANES, sum[r * (blocks) + b]);              \
        }                                                                                          \
    }

ACCUMULATE(sum_float32_one, WIDE, FLOAT32, LANES, 1)
ACCUMULATE(sum_float32_two, WIDE, FLOAT32, CHANNELS, 2)
ACCUMULATE(sum_pairs_one, DOTS, PAIRS, LANES, 1)
ACCUMULATE(sum_pairs_two, DOTS, PAIRS, CHANNELS, 2)

typedef void accumulating(float *sums, const struct implicit_sum *s, const float *dy);

static void accumulate_all(accumulating *one, accumulating *two, float *sums,
                           const struct implicit_sum *s)
{
    for (size_t d = 0; d < s->dy_blocks; d++, sums += 2 * TILE) {
        const float *dy = s->dy + d * s->dy_block;
        if (s->x_blocks == 1)
            one(sums, s, dy);
        else
            for (size_t c = 0; c < LANES; c += CHANNELS)
                two(sums + c * LANES, s, dy + c);
    }
}

static void accumulate_float32(float *sums, const struct implicit_sum *sum)
{
    accumulate_all(sum_float32_one, sum_float32_two, sums, sum);
}

static void accumulate_pairs(float *sums, const struct implicit_sum *sum)
{
    accumulate_all(sum_pairs_one, sum_pairs_two, sums, sum);
}

const struct implicit_kernel implicit_float32 = {
    .type = NN_FLOAT32,
    .group = GROUP,
    .rows = ROWS,
    .multiply = multiply_float32,
    .accumulate = accumulate_float32,
};

const struct implicit_kernel implicit_dots = {
    .type = NN_BFLOAT16,
    .group = GROUP,
    .rows = ROWS,
    .multiply = multiply_pairs,
    .accumulate = accumulate_pairs,
};

#endif

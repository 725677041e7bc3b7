/*
 * implicit_dots: dot products of pairs of bfloat16 in vectors of 16 lanes (AVX-512-BF16). See
 * implicit.c.
 *
 * 14 rows by two vectors of sums stay in registers over some steps; of the other four registers two
 * are vectors of weights, while lanes of rows are broadcast as they are read.
 */
#include "models/nn/conv/implicit.h"

#ifdef __x86_64__

#include "models/nn/num/simd.h"

#include <immintrin.h>

enum {
    LANES = IMPLICIT_LANES,
    TILE = IMPLICIT_TILE,
    ROWS = 14,
    BLOCKS = 2,
    GROUP = 4 * ROWS,
    STEPS = 9,    /* whose weights, 18 KB, and rows, 32 KB at most, stay in the L1 cache */
    CHANNELS = 8, /* of dy at a time: 8 x 2 sums; or 16 x 1 */
};

#define DOTS __attribute__((target("avx512f,avx512bf16")))
#define DOTS_INLINE DOTS static inline __attribute__((always_inline))

DOTS_INLINE __m512 add_dots(__m512 sum, float pair, __m512 pairs)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_castps_si512(_mm512_set1_ps(pair)),
                            (__m512bh)_mm512_castps_si512(pairs));
}

/* ---- Sums over windows ---- */

/* Sums of 14 rows over some steps, the first of all or added. Inlined for each number of blocks. */
DOTS_INLINE void multiply_rows(float *sums, const float *x, size_t distance,
                               const struct implicit_step *steps, size_t count, const float *w,
                               bool first, const int blocks)
{
    __m512 sum[ROWS * BLOCKS];
    NN_UNROLL for (int r = 0; r < ROWS; r++)
    {
        NN_UNROLL for (int b = 0; b < blocks; b++) sum[r * blocks + b] =
            first ? _mm512_setzero_ps() : _mm512_loadu_ps(sums + (b * GROUP + r) * LANES);
    }
    for (size_t i = 0; i < count; i++, w += blocks * TILE) {
        const float *from = x + steps[i].at;
        for (size_t k = 0; k < LANES; k++) {
            __m512 right[BLOCKS];
            NN_UNROLL for (int b = 0; b < blocks; b++) right[b] =
                _mm512_loadu_ps(w + (size_t)b * TILE + k * LANES);
            NN_UNROLL for (int r = 0; r < ROWS; r++)
            {
                const float pair = from[(size_t)r * distance + k];
                NN_UNROLL for (int b = 0; b < blocks; b++) sum[r * blocks + b] =
                    add_dots(sum[r * blocks + b], pair, right[b]);
            }
        }
    }
    NN_UNROLL for (int r = 0; r < ROWS; r++)
    {
        NN_UNROLL for (int b = 0; b < blocks; b++)
            _mm512_storeu_ps(sums + (b * GROUP + r) * LANES, sum[r * blocks + b]);
    }
}

/* Some steps for all rows, then the next: their weights stay in the L1 cache. */
DOTS static void multiply(float *sums, size_t rows, const float *x, size_t distance,
                          const struct implicit_step *steps, size_t count, const float *w,
                          size_t blocks)
{
    size_t i = 0;
    do {
        const size_t some = count - i < STEPS ? count - i : STEPS;
        const float *right = w + i * blocks * TILE;
        for (size_t r = 0; r < rows; r += ROWS) {
            const float *from = x + r * distance;
            float *to = sums + r * LANES;
            if (blocks == 1)
                multiply_rows(to, from, distance, steps + i, some, right, i == 0, 1);
            else
                multiply_rows(to, from, distance, steps + i, some, right, i == 0, 2);
        }
        i += STEPS;
    } while (i < count);
}

/* ---- Products over positions ---- */

/* sums [rows][16], of each block of x, = dy [positions][16] from some channel on, times x */
DOTS_INLINE void accumulate_rows(float *sums, const struct implicit_sum *s, const float *dy,
                                 const int rows, const int blocks)
{
    __m512 sum[LANES];
    NN_UNROLL for (int i = 0; i < rows * blocks; i++) sum[i] = _mm512_setzero_ps();
    for (size_t line = 0; line < s->lines; line++) {
        const float *x = s->x + line * s->x_line;
        for (size_t i = 0; i < s->tiles * LANES; i++, dy += LANES, x += LANES) {
            __m512 right[BLOCKS];
            NN_UNROLL for (int b = 0; b < blocks; b++) right[b] =
                _mm512_loadu_ps(x + (size_t)b * s->x_block);
            NN_UNROLL for (int r = 0; r < rows; r++)
            {
                NN_UNROLL for (int b = 0; b < blocks; b++) sum[r * blocks + b] =
                    add_dots(sum[r * blocks + b], dy[r], right[b]);
            }
        }
    }
    NN_UNROLL for (int r = 0; r < rows; r++)
    {
        NN_UNROLL for (int b = 0; b < blocks; b++)
            _mm512_storeu_ps(sums + b * TILE + r * LANES, sum[r * blocks + b]);
    }
}

DOTS static void accumulate(float *sums, const struct implicit_sum *s)
{
    for (size_t d = 0; d < s->dy_blocks; d++, sums += 2 * TILE) {
        const float *dy = s->dy + d * s->dy_block;
        if (s->x_blocks == 1)
            accumulate_rows(sums, s, dy, LANES, 1);
        else
            for (size_t c = 0; c < LANES; c += CHANNELS)
                accumulate_rows(sums + c * LANES, s, dy + c, CHANNELS, 2);
    }
}

const struct implicit_kernel implicit_dots = {
    .group = GROUP,
    .rows = ROWS,
    .multiply = multiply,
    .accumulate = accumulate,
};

#endif

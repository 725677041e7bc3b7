/*
 * winograd_product: the sums over channels and over tiles, 36 matrix products. See winograd.h.
 *
 * A kernel of `rows` x `width` vectors keeps its sums in registers: 14 x 2 leaves, of 32 registers,
 * two for the vectors of the right side and two for a scalar of the left one, broadcast. Where
 * registers hold 8 floats there are 16 of them, and 4 x 1 vectors are what fits. Rows that are left
 * over get a smaller kernel, not a loop.
 */
#include "models/nn/conv/winograd.h"
#include "models/nn/num/kernel.h"
#include "models/nn/num/simd.h"

enum { ROWS_MAX = 14, WIDTH_MAX = 2, ROWS_NARROW = 4 };

NN_INLINE nn_v16 load(const float *from)
{
    return *(const nn_v16 *)from;
}

/* to [width][rows][16] = from [in_blocks][rows][16] x v [in_blocks * 16][width * 16] */
NN_INLINE void multiply(float *to, size_t to_block, const float *from, size_t from_block,
                        const float *v, size_t in_blocks, const int rows, const int width)
{
    nn_v16 sum[ROWS_MAX * WIDTH_MAX];
    NN_UNROLL for (int i = 0; i < rows * width; i++) sum[i] = (nn_v16){0};
    for (size_t b = 0; b < in_blocks; b++, from += from_block)
        for (int k = 0; k < NN_LANES; k++, v += width * NN_LANES) {
            nn_v16 right[WIDTH_MAX];
            NN_UNROLL for (int j = 0; j < width; j++) right[j] = load(v + j * NN_LANES);
            NN_UNROLL for (int i = 0; i < rows; i++)
            {
                const float left = from[i * NN_LANES + k];
                NN_UNROLL for (int j = 0; j < width; j++) sum[i * width + j] += left * right[j];
            }
        }
    NN_UNROLL for (int i = 0; i < rows; i++)
    {
        NN_UNROLL for (int j = 0; j < width; j++) *
            (nn_v16 *)(to + (size_t)j * to_block + i * NN_LANES) = sum[i * width + j];
    }
}

/* All rows, for one or two blocks of outputs. */
NN_INLINE void multiply_rows(float *to, size_t to_block, const float *from, size_t from_block,
                             const float *v, size_t in_blocks, size_t rows, const int width)
{
    for (size_t i = 0; i < rows; i += ROWS_MAX) {
        float *t = to + i * NN_LANES;
        const float *f = from + i * NN_LANES;
        switch ((rows - i + 1) / 2) {
        case 1:
            multiply(t, to_block, f, from_block, v, in_blocks, 2, width);
            break;
        case 2:
            multiply(t, to_block, f, from_block, v, in_blocks, 4, width);
            break;
        case 3:
            multiply(t, to_block, f, from_block, v, in_blocks, 6, width);
            break;
        case 4:
            multiply(t, to_block, f, from_block, v, in_blocks, 8, width);
            break;
        case 5:
            multiply(t, to_block, f, from_block, v, in_blocks, 10, width);
            break;
        case 6:
            multiply(t, to_block, f, from_block, v, in_blocks, 12, width);
            break;
        default:
            multiply(t, to_block, f, from_block, v, in_blocks, ROWS_MAX, width);
        }
    }
}

NN_CLONES(static, multiply_wide,
          (float *to, size_t to_block, const float *from, size_t from_block, const float *v,
           size_t in_blocks, size_t rows, size_t width),
          (to, to_block, from, from_block, v, in_blocks, rows, width))
{
    if (width == 2)
        multiply_rows(to, to_block, from, from_block, v, in_blocks, rows, 2);
    else
        multiply_rows(to, to_block, from, from_block, v, in_blocks, rows, 1);
}

/* v is [..][width * 16], of which this takes one block at a time. */
NN_INLINE void multiply_narrow_block(float *to, const float *from, size_t from_block,
                                     const float *v, size_t v_row, size_t in_blocks, const int rows)
{
    nn_v16 sum[ROWS_NARROW];
    NN_UNROLL for (int i = 0; i < rows; i++) sum[i] = (nn_v16){0};
    for (size_t b = 0; b < in_blocks; b++, from += from_block)
        for (int k = 0; k < NN_LANES; k++, v += v_row) {
            const nn_v16 right = load(v);
            NN_UNROLL for (int i = 0; i < rows; i++) sum[i] += from[i * NN_LANES + k] * right;
        }
    NN_UNROLL for (int i = 0; i < rows; i++) * (nn_v16 *)(to + i * NN_LANES) = sum[i];
}

NN_CLONES(static, multiply_narrow,
          (float *to, size_t to_block, const float *from, size_t from_block, const float *v,
           size_t in_blocks, size_t rows, size_t width),
          (to, to_block, from, from_block, v, in_blocks, rows, width))
{
    for (size_t j = 0; j < width; j++)
        for (size_t i = 0; i < rows; i += ROWS_NARROW) {
            float *t = to + j * to_block + i * NN_LANES;
            const float *f = from + i * NN_LANES, *right = v + j * NN_LANES;
            if (rows - i <= 2)
                multiply_narrow_block(t, f, from_block, right, width * NN_LANES, in_blocks, 2);
            else
                multiply_narrow_block(t, f, from_block, right, width * NN_LANES, in_blocks,
                                      ROWS_NARROW);
        }
}

void wino_multiply(const struct wino_product *product)
{
    const bool wide = cpu_runs() >= CPU_AVX512;
    for (size_t p = 0; p < WINO_POINTS; p++)
        for (size_t j = 0; j < product->out_blocks; j += 2) {
            const size_t width = j + 1 < product->out_blocks ? 2 : 1;
            float *to = product->to.data + p * product->to.point + j * product->to.block;
            const float *from = product->from.data + p * product->from.point;
            const float *v =
                product->v + p * product->v_point + j * product->in_blocks * NN_LANES * NN_LANES;
            (wide ? multiply_wide : multiply_narrow)(to, product->to.block, from,
                                                     product->from.block, v, product->in_blocks,
                                                     product->rows, width);
        }
}

/* sum [rows][width * 16] = or += dy [tiles][rows of 16], transposed, x x [width][tiles][16] */
NN_INLINE void accumulate(float *sum, const float *dy, const float *x, size_t x_block,
                          size_t sum_row, size_t tiles, bool add, const int rows, const int width)
{
    nn_v16 acc[NN_LANES];
    NN_UNROLL for (int i = 0; i < rows; i++)
    {
        NN_UNROLL for (int j = 0; j < width; j++) acc[i * width + j] =
            add ? load(sum + (size_t)i * sum_row + j * NN_LANES) : (nn_v16){0};
    }
    for (size_t t = 0; t < tiles; t++, dy += NN_LANES, x += NN_LANES) {
        nn_v16 right[WIDTH_MAX];
        NN_UNROLL for (int j = 0; j < width; j++) right[j] = load(x + (size_t)j * x_block);
        NN_UNROLL for (int i = 0; i < rows; i++)
        {
            NN_UNROLL for (int j = 0; j < width; j++) acc[i * width + j] += dy[i] * right[j];
        }
    }
    NN_UNROLL for (int i = 0; i < rows; i++)
    {
        NN_UNROLL for (int j = 0; j < width; j++) *
            (nn_v16 *)(sum + (size_t)i * sum_row + j * NN_LANES) = acc[i * width + j];
    }
}

/* 16 rows, by one or two blocks. */
NN_CLONES(static, accumulate_wide,
          (float *sum, const float *dy, const float *x, size_t x_block, size_t tiles, bool add,
           size_t width),
          (sum, dy, x, x_block, tiles, add, width))
{
    if (width == 1)
        accumulate(sum, dy, x, x_block, NN_LANES, tiles, add, NN_LANES, 1);
    else
        for (int i = 0; i < NN_LANES; i += NN_LANES / 2)
            accumulate(sum + i * 2 * NN_LANES, dy + i, x, x_block, 2 * NN_LANES, tiles, add,
                       NN_LANES / 2, 2);
}

/* The same for some rows and a block. In vectors of one register: gcc keeps longer ones, over a
   loop, in memory. */
NN_INLINE void accumulate_narrow_block(float *sum, size_t sum_row, const float *dy, const float *x,
                                       size_t tiles, bool add)
{
    enum { HALF = NN_LANES / 2 };
    typedef float half __attribute__((vector_size(HALF * sizeof(float)), aligned(4), may_alias));
    half acc[ROWS_NARROW * 2];
    NN_UNROLL for (int i = 0; i < ROWS_NARROW * 2; i++) acc[i] =
        add ? *(const half *)(sum + (size_t)(i / 2) * sum_row + i % 2 * HALF) : (half){0};
    for (size_t t = 0; t < tiles; t++, dy += NN_LANES, x += NN_LANES)
        NN_UNROLL for (int i = 0; i < ROWS_NARROW * 2; i++) acc[i] +=
            dy[i / 2] * *(const half *)(x + i % 2 * HALF);
    NN_UNROLL for (int i = 0; i < ROWS_NARROW * 2; i++) *
        (half *)(sum + (size_t)(i / 2) * sum_row + i % 2 * HALF) = acc[i];
}

NN_CLONES(static, accumulate_narrow,
          (float *sum, const float *dy, const float *x, size_t x_block, size_t tiles, bool add,
           size_t width),
          (sum, dy, x, x_block, tiles, add, width))
{
    for (size_t j = 0; j < width; j++)
        for (size_t i = 0; i < NN_LANES; i += ROWS_NARROW)
            accumulate_narrow_block(sum + (i * width + j) * NN_LANES, width * NN_LANES, dy + i,
                                    x + j * x_block, tiles, add);
}

void wino_accumulate(const struct wino_sum *s)
{
    const bool wide = cpu_runs() >= CPU_AVX512;
    for (size_t p = 0; p < WINO_POINTS; p++)
        for (size_t i = 0; i < s->row_blocks; i++)
            (wide ? accumulate_wide : accumulate_narrow)(
                s->sum + p * s->sum_point + i * NN_LANES * NN_LANES * s->blocks,
                s->dy.data + p * s->dy.point + i * s->dy.block, s->x.data + p * s->x.point,
                s->x.block, s->tiles, s->add, s->blocks);
}

/*
 * simd: vectors of 16 floats in the compiler's own notation, for kernels that must place values in
 * registers. One source serves every CPU: in a function marked NN_CLONES the compiler makes one
 * register, two, or four of a vector. All helpers are inlined into their caller, so that they are
 * compiled for its instruction set.
 */
#pragma once

#include "models/nn/num/type.h"

/* Vectors as arguments would be passed differently by instruction set; here all are inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define NN_INLINE static inline __attribute__((always_inline))

/* Before a loop of few, constant rounds, each of which is to have its registers. */
#ifdef __clang__
#define NN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NN_UNROLL _Pragma("GCC unroll 32")
#endif

/* 16 floats; may lie anywhere in memory. (Little endian: a float's upper half comes second.) */
typedef float nn_v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t nn_u16x32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t nn_i16x32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t nn_h16 __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint16_t nn_h32 __attribute__((vector_size(64), aligned(2), may_alias));

/*
 * Masks: all ones where something holds, else 0. They are calculated, never compared: gcc takes a
 * comparison of such vectors apart, lane by lane, where the CPU's registers are shorter, and gcc 14
 * in the clones for AVX-512 too, if it does not crash. tests/lint.sh looks into the objects.
 */

/* The top bit of each lane, in all of its bits. */
NN_INLINE nn_u16x32 nn_top_bit(nn_u16x32 bits)
{
    return (nn_u16x32)((nn_i16x32)bits >> 31);
}

/* Where first <= bits <= last, which are less than 2^31 apart. */
NN_INLINE nn_u16x32 nn_within(nn_u16x32 bits, uint32_t first, uint32_t last)
{
    const nn_u16x32 above = bits - first;
    return ~nn_top_bit(above | (last - first - above));
}

/* Floats with a sign count up from it to infinity, beyond which are the NaNs; 0 is neither. */
NN_INLINE nn_u16x32 nn_positive(nn_v16 value)
{
    return nn_within((nn_u16x32)value, 0x00000001, 0x7f800000);
}

NN_INLINE nn_u16x32 nn_negative(nn_v16 value)
{
    return nn_within((nn_u16x32)value, 0x80000001, 0xff800000);
}

NN_INLINE nn_u16x32 nn_is_nan(nn_v16 value)
{
    return nn_top_bit(0x7f800000 - ((nn_u16x32)value & 0x7fffffff));
}

/* Where a < b, both of them below 2^31. */
NN_INLINE nn_u16x32 nn_below(nn_u16x32 a, uint32_t b)
{
    return nn_top_bit(a - b);
}

/* a where the mask is all ones, b where it is 0 */
NN_INLINE nn_u16x32 nn_select(nn_u16x32 mask, nn_u16x32 a, nn_u16x32 b)
{
    return (a & mask) | (b & ~mask);
}

/* value where the mask is all ones, 0 where it is 0 */
NN_INLINE nn_v16 nn_keep_where(nn_v16 value, nn_u16x32 mask)
{
    return (nn_v16)((nn_u16x32)value & mask);
}

/* 16 values at `from`, of either type; `type` should be a constant where it is inlined. */
NN_INLINE nn_v16 nn_load16(const void *from, size_t i, enum nn_type type)
{
    if (type == NN_FLOAT32)
        return *(const nn_v16 *)((const float *)from + i);
    const nn_h16 zero = {0}, upper = *(const nn_h16 *)((const nn_bf16 *)from + i);
    return (nn_v16)__builtin_shufflevector(zero, upper, 0, 16, 0, 17, 0, 18, 0, 19, 0, 20, 0, 21, 0,
                                           22, 0, 23, 0, 24, 0, 25, 0, 26, 0, 27, 0, 28, 0, 29, 0,
                                           30, 0, 31);
}

/* NaN stays NaN; see nn_float_to_bf16. */
NN_INLINE nn_h16 nn_narrow16(nn_v16 value)
{
    const nn_u16x32 bits = (nn_u16x32)value;
    const nn_u16x32 rounded = bits + 0x7fff + ((bits >> 16) & 1), nan = bits | 0x400000;
    const nn_h32 halves = (nn_h32)nn_select(nn_is_nan(value), nan, rounded);
    return __builtin_shufflevector(halves, halves, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25,
                                   27, 29, 31);
}

NN_INLINE void nn_store16(void *to, size_t i, enum nn_type type, nn_v16 value)
{
    if (type == NN_FLOAT32)
        *(nn_v16 *)((float *)to + i) = value;
    else
        *(nn_h16 *)((nn_bf16 *)to + i) = nn_narrow16(value);
}

/* 16 x 16 floats: four times, the upper and the lower eight rows are shuffled like cards. */
NN_INLINE void nn_transpose16(nn_v16 *rows)
{
    nn_v16 other[16];
    for (int round = 0; round < 2; round++) {
        NN_UNROLL for (int i = 0; i < 16 / 2; i++)
        {
            other[2 * i] = __builtin_shufflevector(rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19,
                                                   4, 20, 5, 21, 6, 22, 7, 23);
            other[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26,
                                                       11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        NN_UNROLL for (int i = 0; i < 16 / 2; i++)
        {
            rows[2 * i] = __builtin_shufflevector(other[i], other[i + 8], 0, 16, 1, 17, 2, 18, 3,
                                                  19, 4, 20, 5, 21, 6, 22, 7, 23);
            rows[2 * i + 1] = __builtin_shufflevector(other[i], other[i + 8], 8, 24, 9, 25, 10, 26,
                                                      11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
    }
}

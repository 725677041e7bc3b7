/*
 * simd: vectors of 16 floats in the compiler's own notation, for kernels that must place values in
 * registers. One source serves every CPU: in a function marked NN_CLONES the compiler makes one
 * register, two, or four of a vector. All helpers are inlined into their caller, so that they are
 * compiled for its instruction set.
 */
#ifndef WINNOW_NN_SIMD_H
#define WINNOW_NN_SIMD_H

#include "models/nn/type.h"

/* Vectors as arguments would be passed differently by instruction set; here all are inlined. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define NN_INLINE static inline __attribute__((always_inline))

/* 16 floats; may lie anywhere in memory. (Little endian: a float's upper half comes second.) */
typedef float nn_v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t nn_u16x32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t nn_h16 __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint16_t nn_h32 __attribute__((vector_size(64), aligned(2), may_alias));

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
    const nn_u16x32 bits = (nn_u16x32)value, is_nan = (nn_u16x32)(value != value);
    const nn_u16x32 rounded = bits + 0x7fff + ((bits >> 16) & 1), nan = bits | 0x400000;
    const nn_h32 halves = (nn_h32)((rounded & ~is_nan) | (nan & is_nan));
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

#endif

/*
 * type: how numbers are stored. Everything is float32, except that a network of precision bf16
 * keeps its pictures (what lies between the nodes, h x w > 1, but not its input) as bfloat16: the
 * upper half of a float32, 8 bits of precision, in half the memory. Sums, parameters, statistics,
 * vectors and the loss stay float32.
 *
 * A float rounds to the nearest bfloat16, ties to even, as the matrix instructions of the CPUs that
 * have them do, so results are the same without; NaN stays NaN.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum nn_type { NN_FLOAT32, NN_BFLOAT16 };

typedef uint16_t nn_bf16; /* a bit pattern, never a number to calculate with */

static inline float nn_bf16_to_float(nn_bf16 value)
{
    const uint32_t bits = (uint32_t)value << 16;
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

static inline nn_bf16 nn_float_to_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t quiet_nan = (bits >> 16) | 0x40;
    const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return (nn_bf16)((bits & 0x7fffffff) > 0x7f800000 ? quiet_nan : rounded);
}

/* The float32 nearest to value that bfloat16 can hold. */
static inline float nn_round_bf16(float value)
{
    return nn_bf16_to_float(nn_float_to_bf16(value));
}

static inline size_t nn_type_size(enum nn_type type)
{
    return type == NN_BFLOAT16 ? sizeof(nn_bf16) : sizeof(float);
}

/* to[n] = from[n], expanded, or rounded. Arrays do not overlap. (type.c) */
void nn_expand(float *to, const nn_bf16 *from, size_t n);
void nn_narrow(nn_bf16 *to, const float *from, size_t n);
/* to[n] = from[n] as bfloat16 can hold it, still float32; may be in place */
void nn_round(float *to, const float *from, size_t n);
/* to[n], of either type, = (add ? to : 0) + from[n] */
void nn_store(void *to, enum nn_type type, const float *from, size_t n, int add);
/* to[n] = from[n], of either type */
void nn_load(float *to, const void *from, enum nn_type type, size_t n);

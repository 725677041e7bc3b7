/*
 * lanes: vectors where fewer than 16 values are left, at the end of an array or of a pixel's
 * channels. Private to models/nn.
 */
#pragma once

#include "models/nn/num/simd.h"

/* The `count` <= 16 values at `from`, then zeros. */
NN_INLINE nn_v16 nn_load_some(const void *from, size_t i, enum nn_type type, size_t count)
{
    if (count == 16)
        return nn_load16(from, i, type);
    float values[16] = {0};
    for (size_t l = 0; l < count; l++)
        values[l] = type == NN_FLOAT32 ? ((const float *)from)[i + l]
                                       : nn_bf16_to_float(((const nn_bf16 *)from)[i + l]);
    return nn_load16(values, 0, NN_FLOAT32);
}

/* The first `count` <= 16 of them. */
NN_INLINE void nn_store_some(void *to, size_t i, enum nn_type type, nn_v16 value, size_t count)
{
    if (count == 16) {
        nn_store16(to, i, type, value);
        return;
    }
    float values[16];
    nn_store16(values, 0, NN_FLOAT32, value);
    for (size_t l = 0; l < count; l++)
        if (type == NN_FLOAT32)
            ((float *)to)[i + l] = values[l];
        else
            ((nn_bf16 *)to)[i + l] = nn_float_to_bf16(values[l]);
}

/* How many of 16 there are from `at` to `end`. */
NN_INLINE size_t nn_some(size_t at, size_t end)
{
    return end - at < 16 ? end - at : 16;
}

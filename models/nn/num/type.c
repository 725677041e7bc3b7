#include "models/nn/num/type.h"

#include "models/nn/num/kernel.h"

NN_CLONES(extern, nn_expand, (float *restrict to, const nn_bf16 *restrict from, size_t n),
          (to, from, n))
{
    for (size_t i = 0; i < n; i++)
        to[i] = nn_bf16_to_float(from[i]);
}

NN_CLONES(extern, nn_narrow, (nn_bf16 *restrict to, const float *restrict from, size_t n),
          (to, from, n))
{
    for (size_t i = 0; i < n; i++)
        to[i] = nn_float_to_bf16(from[i]);
}

NN_CLONES(extern, nn_round, (float *to, const float *from, size_t n), (to, from, n))
{
    NN_ELEMENTWISE
    for (size_t i = 0; i < n; i++)
        to[i] = nn_round_bf16(from[i]);
}

NN_CLONES(static, add_floats, (float *restrict to, const float *restrict from, size_t n),
          (to, from, n))
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

NN_CLONES(static, add_narrow, (nn_bf16 *restrict to, const float *restrict from, size_t n),
          (to, from, n))
{
    for (size_t i = 0; i < n; i++)
        to[i] = nn_float_to_bf16(nn_bf16_to_float(to[i]) + from[i]);
}

void nn_store(void *to, enum nn_type type, const float *from, size_t n, int add)
{
    if (type == NN_BFLOAT16)
        (add ? add_narrow : nn_narrow)(to, from, n);
    else if (add)
        add_floats(to, from, n);
    else
        memcpy(to, from, n * sizeof *from);
}

void nn_load(float *to, const void *from, enum nn_type type, size_t n)
{
    if (type == NN_BFLOAT16)
        nn_expand(to, from, n);
    else
        memcpy(to, from, n * sizeof *to);
}

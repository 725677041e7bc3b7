/*
 * clones: a function compiled for several instruction sets, of which each call runs the one that
 * cpu_runs() says.
 *
 *     CLONES(static, scale, (float *values, size_t n, float factor), (values, n, factor))
 *     {
 *         for (size_t i = 0; i < n; i++)
 *             values[i] *= factor;
 *     }
 *
 * is `static void scale(float *values, size_t n, float factor)`, or with `extern` one that a header
 * declares: the same body three times, scale_avx512, scale_avx2 and scale_baseline. Not the
 * compiler's target_clones, which clang has not for all sets, and which no variable limits.
 *
 * Without -ffast-math no sum is reordered: where no multiply-add is fused (-std=c11) they give the
 * same bits; the engine's kernels, which fuse them where the CPU can, differ in the last.
 * (Sanitized, the plain one must do: three take three times as long to compile.)
 */
#pragma once

#include "base/cpu.h"

#if defined(__x86_64__) && !defined(WINNOW_SANITIZE)
/* clang makes registers of 512 bits of vectors only where it is told. */
#ifdef __clang__
#define CLONE_AVX512 __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#else
#define CLONE_AVX512 __attribute__((target("arch=x86-64-v4")))
#endif
#define CLONE_AVX2 __attribute__((target("arch=x86-64-v3")))
#define CLONES(linkage, name, parameters, arguments)                                               \
    static inline __attribute__((always_inline)) void name##_clone parameters;                     \
    CLONE_AVX512 static void name##_avx512 parameters                                              \
    {                                                                                              \
        name##_clone arguments;                                                                    \
    }                                                                                              \
    CLONE_AVX2 static void name##_avx2 parameters                                                  \
    {                                                                                              \
        name##_clone arguments;                                                                    \
    }                                                                                              \
    static void name##_baseline parameters                                                         \
    {                                                                                              \
        name##_clone arguments;                                                                    \
    }                                                                                              \
    linkage void name parameters                                                                   \
    {                                                                                              \
        const enum cpu_set set = cpu_runs();                                                       \
        if (set >= CPU_AVX512)                                                                     \
            name##_avx512 arguments;                                                               \
        else if (set >= CPU_AVX2)                                                                  \
            name##_avx2 arguments;                                                                 \
        else                                                                                       \
            name##_baseline arguments;                                                             \
    }                                                                                              \
    static inline void name##_clone parameters
#else
#define CLONES(linkage, name, parameters, arguments) linkage void name parameters
#endif

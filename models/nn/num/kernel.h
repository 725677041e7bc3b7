/*
 * kernel: what the engine's inner loops share. Private to models/nn.
 */
#pragma once

#include "base/clones.h"

#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#define NN_CLONES CLONES

/*
 * Before a loop whose arrays are the same one or do not overlap: element i depends on element i
 * only. Without it the in-place case would run unvectorised.
 */
#ifdef __clang__
#define NN_ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")
#else
#define NN_ELEMENTWISE _Pragma("GCC ivdep")
#endif

/* The register that says how floats are calculated with. */
static inline void nn_set_float_control(unsigned long control)
{
#if defined __x86_64__
    _mm_setcsr((unsigned)control);
#elif defined __aarch64__
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
#else
    (void)control;
#endif
}

/*
 * Numbers below 1.2e-38 count as 0 between the two calls. Momentum that dies away reaches them, and
 * arithmetic on them is some hundred times slower.
 */
static inline unsigned long nn_denormals_off(void)
{
#if defined __x86_64__
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x40 };
    const unsigned long before = _mm_getcsr();
#elif defined __aarch64__
    enum { FLUSH_TO_ZERO = 1 << 24, DENORMALS_ARE_ZERO = 0 }; /* the first is both */
    unsigned long before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
#else
    enum { FLUSH_TO_ZERO = 0, DENORMALS_ARE_ZERO = 0 };
    const unsigned long before = 0;
#endif
    nn_set_float_control(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
    return before;
}

static inline void nn_denormals_restore(unsigned long before)
{
    nn_set_float_control(before);
}

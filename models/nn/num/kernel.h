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

/*
 * Numbers below 1.2e-38 count as 0 between the two calls. Momentum that dies away reaches them, and
 * arithmetic on them is some hundred times slower.
 */
static inline unsigned nn_denormals_off(void)
{
#ifdef __x86_64__
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x40 };
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
    return before;
#else
    return 0;
#endif
}

static inline void nn_denormals_restore(unsigned before)
{
#ifdef __x86_64__
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

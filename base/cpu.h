/*
 * cpu: what the processor can do, and which of OpenBLAS's kernel sets suits it.
 *
 * OpenBLAS chooses its kernels by the processor's model number, from a list that ends where the
 * release ends. A later model falls through to the oldest kernels: Debian 12's 0.3.21 takes an
 * Emerald Rapids Xeon (family 6, model 207) for a "Prescott" and runs SSE3 code at a fifth of the
 * speed. The instruction sets that the processor reports do not age, so they decide here.
 *
 *     const struct cpu cpu = cpu_detect();
 *     const char *core = cpu_blas_core(&cpu, linalg_core());
 *     if (core)
 *         ... OPENBLAS_CORETYPE=core would be faster ...
 */
#pragma once

#include <stdbool.h>

struct cpu {
    char model[96]; /* "AMD EPYC 9654 96-Core Processor", or "unknown" */
    /* Only what the operating system lets programs use. */
    bool avx2;        /* and FMA: what Haswell's and Zen's kernels are written in */
    bool avx512;      /* F, DQ, BW, VL and CD: SkylakeX's */
    bool avx512_bf16; /* Cooperlake's, in its bfloat16 kernels alone */
    bool amx;         /* tiles of bfloat16 */
};

struct cpu cpu_detect(void);

/*
 * The core type that suits the processor better than the one OpenBLAS found, or NULL where that is
 * right: "SkylakeX" or "Haswell" where the found one's instruction sets are older than what the
 * processor has. A name that is not known here is newer than this table and is left alone.
 */
const char *cpu_blas_core(const struct cpu *cpu, const char *found);

/*
 * cpu: what the processor can do, what of it runs, and which of OpenBLAS's kernel sets suits it.
 *
 * Kernels come in several instruction sets; cpu_runs() says which of them, and all that chooses
 * one asks it: functions of base/clones.h, convolutions, oneDNN, OpenBLAS's core type. It is the
 * best that the processor has, or less where WINNOW_CPU says so, for tests and for machines that
 * promise what they cannot do:
 *
 *     WINNOW_CPU=avx2 winnow run ...
 *
 * OpenBLAS chooses its kernels by the processor's model number, from a list that ends where the
 * release ends. A later model falls through to the oldest kernels: Debian 12's 0.3.21 takes an
 * Emerald Rapids Xeon (family 6, model 207) for a "Prescott" and runs SSE3 code at a fifth of the
 * speed. The instruction sets that the processor reports do not age, so they decide here.
 *
 *     const char *core = cpu_blas_core(cpu_runs(), linalg_core());
 *     if (core)
 *         ... OPENBLAS_CORETYPE=core would be faster, or is what WINNOW_CPU allows ...
 */
#pragma once

#include "base/err.h"

/* Each has all before it; elsewhere than on x86-64 there is the first alone. */
enum cpu_set {
    CPU_BASELINE,    /* what every processor of this kind has */
    CPU_AVX2,        /* and FMA, and what else x86-64-v3 has: Haswell's and Zen's */
    CPU_AVX512,      /* F, BW, CD, DQ and VL, x86-64-v4: SkylakeX's */
    CPU_AVX512_BF16, /* dot products of bfloat16: Cooperlake's, Zen 4's */
    CPU_AMX,         /* tiles of bfloat16: SapphireRapids's */
    CPU_SETS
};

/* As WINNOW_CPU, records and people name them. */
extern const char *const cpu_set_names[CPU_SETS];
/* The same, with what the baseline has: "avx2", "baseline (SSE2)", "baseline (NEON)" */
const char *cpu_set_title(enum cpu_set set);

/* The best of this processor, as far as the operating system lets programs use it. */
enum cpu_set cpu_has(void);
/* What kernels may use of it: up to WINNOW_CPU. Decided once, when it is first asked. */
enum cpu_set cpu_runs(void);
/* Whether WINNOW_CPU, where it is set, names a set that this processor has. If not, an error says
   which there are, and it limits nothing. */
int cpu_check(struct err *err);

/* "AMD EPYC 9654 96-Core Processor", or "unknown" */
struct cpu_model {
    char name[96];
};
struct cpu_model cpu_model(void);

/*
 * The core type that suits the set better than the one OpenBLAS found, or NULL where that is
 * right: "SkylakeX", "Haswell" or "Prescott" where the found one's vectors are shorter or longer. A
 * name that is not known here is newer than this table and is left alone.
 */
const char *cpu_blas_core(enum cpu_set set, const char *found);

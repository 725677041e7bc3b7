#include "models/nn/peak.h"

#include "base/cpu.h"
#include "base/time.h"

/* Enough independent chains to hide 4 or 5 cycles of latency in two units; 12 vectors, a factor and
   an addend fit into 16 registers. */
enum { CHAINS = 12, ROUNDS = 20000 };

/*
 * Each chain is x = x * factor + addend, which goes to 2 and never near a denormal. Chains of one
 * register each: a longer vector would be spilled to memory where registers are short. Must be
 * compiled with -ffp-contract=fast (Makefile): the product and the sum are then one instruction
 * where the CPU has it.
 */
#define MULTIPLY_ADD(name, isa, lanes)                                                             \
    isa static double name(void)                                                                   \
    {                                                                                              \
        typedef float vector __attribute__((vector_size(4 * (lanes))));                            \
        vector chains[CHAINS];                                                                     \
        const vector factor = (vector){0} + 0.5F, addend = (vector){0} + 1.0F;                     \
        for (int i = 0; i < CHAINS; i++)                                                           \
            chains[i] = (vector){0} + (float)i;                                                    \
        for (int round = 0; round < ROUNDS; round++)                                               \
            for (int i = 0; i < CHAINS; i++)                                                       \
                chains[i] = chains[i] * factor + addend;                                           \
        vector sum = {0};                                                                          \
        for (int i = 0; i < CHAINS; i++)                                                           \
            sum += chains[i];                                                                      \
        volatile float result = sum[0]; /* so that it must be calculated */                        \
        (void)result;                                                                              \
        return 2.0 * ROUNDS * CHAINS * (lanes);                                                    \
    }

MULTIPLY_ADD(multiply_add_4, , 4)
#ifdef __x86_64__
MULTIPLY_ADD(multiply_add_8, __attribute__((target("avx2,fma"))), 8)
MULTIPLY_ADD(multiply_add_16, __attribute__((target("avx512f"))), 16)
#endif

/* One run of the widest that runs; returns its operations. */
static double multiply_add(void)
{
#ifdef __x86_64__
    const enum cpu_set set = cpu_runs();
    if (set >= CPU_AVX512)
        return multiply_add_16();
    if (set >= CPU_AVX2)
        return multiply_add_8();
#endif
    return multiply_add_4();
}

double nn_peak_gflops(double seconds)
{
    const double start = time_seconds();
    double elapsed, operations = 0;
    do {
        operations += multiply_add();
        elapsed = time_seconds() - start;
    } while (elapsed < seconds);
    return operations / elapsed / 1e9;
}

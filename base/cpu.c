#include "base/cpu.h"

#include "base/str.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* How wide the vectors of a kernel set are; a wider one that the processor has is faster. */
enum rank { RANK_SSE, RANK_AVX2, RANK_AVX512 };

/* Every x86 core name of OpenBLAS up to 0.3.21 (driver/others/dynamic.c). Sandybridge and the
   Bulldozers have AVX or FMA4, which is nearer to SSE than to AVX2 with FMA. */
static const struct {
    const char *name;
    enum rank rank;
} cores[] = {
    {"Unknown", RANK_SSE},     {"Katmai", RANK_SSE},        {"Coppermine", RANK_SSE},
    {"Northwood", RANK_SSE},   {"Prescott", RANK_SSE},      {"Banias", RANK_SSE},
    {"Atom", RANK_SSE},        {"Core2", RANK_SSE},         {"Penryn", RANK_SSE},
    {"Dunnington", RANK_SSE},  {"Nehalem", RANK_SSE},       {"Athlon", RANK_SSE},
    {"Opteron", RANK_SSE},     {"Opteron_SSE3", RANK_SSE},  {"Barcelona", RANK_SSE},
    {"Nano", RANK_SSE},        {"Sandybridge", RANK_SSE},   {"Bobcat", RANK_SSE},
    {"Bulldozer", RANK_SSE},   {"Piledriver", RANK_SSE},    {"Steamroller", RANK_SSE},
    {"Excavator", RANK_AVX2},  {"Haswell", RANK_AVX2},      {"Zen", RANK_AVX2},
    {"SkylakeX", RANK_AVX512}, {"Cooperlake", RANK_AVX512}, {"SapphireRapids", RANK_AVX512},
};

static void read_model(char *ret_model, size_t size)
{
    struct str line = {0}, model = {0};
    if (str_add_line(&line, "/proc/cpuinfo", "model name"))
        str_add_utf8(&model, line.text + strspn(line.text, "\t :"));
    snprintf(ret_model, size, "%s", model.length ? str_text(&model) : "unknown");
    STR_RELEASE(&line, &model);
}

struct cpu cpu_detect(void)
{
    struct cpu cpu = {.model = ""};
    read_model(cpu.model, sizeof cpu.model);
#if defined __x86_64__ || defined __i386__
    /* The compiler's run-time check asks the processor and the operating system (XGETBV). */
    __builtin_cpu_init();
    cpu.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    cpu.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx512cd");
    cpu.avx512_bf16 = __builtin_cpu_supports("avx512bf16");
#ifndef __clang__ /* clang 14 does not know the names */
    cpu.amx = __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16");
#endif
#endif
    return cpu;
}

const char *cpu_blas_core(const struct cpu *cpu, const char *found)
{
    const enum rank possible = cpu->avx512 ? RANK_AVX512 : cpu->avx2 ? RANK_AVX2 : RANK_SSE;
    static const char *const best[] = {
        [RANK_SSE] = NULL, [RANK_AVX2] = "Haswell", [RANK_AVX512] = "SkylakeX"};
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (strcmp(found, cores[i].name) == 0)
            return cores[i].rank < possible ? best[possible] : NULL;
    return NULL;
}

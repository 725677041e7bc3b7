#include "base/cpu.h"

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

const char *const cpu_set_names[CPU_SETS] = {
    [CPU_BASELINE] = "baseline",       [CPU_AVX2] = "avx2", [CPU_AVX512] = "avx512",
    [CPU_AVX512_BF16] = "avx512-bf16", [CPU_AMX] = "amx",
};

const char *cpu_set_title(enum cpu_set set)
{
#if defined(__x86_64__)
    static const char baseline[] = "baseline (SSE2)";
#elif defined(__aarch64__)
    static const char baseline[] = "baseline (NEON)";
#else
    static const char baseline[] = "baseline";
#endif
    return set == CPU_BASELINE ? baseline : cpu_set_names[set];
}

/* ---- What there is ---- */

#ifdef __x86_64__

/* The compiler's run-time check asks the processor and the operating system (XGETBV). Names that
   not every compiler knows are asked of the processor. */
static bool has_avx2(void)
{
    unsigned a, b, c, d, extended_c;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) && (c & bit_MOVBE) &&
           __get_cpuid(0x80000001, &a, &b, &extended_c, &d) && (extended_c & bit_LZCNT);
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

/* The processor's bits, and whether the operating system can keep the registers. */
static bool has_amx(void)
{
    enum { ASK = 0x1021, TILE_DATA = 1 << 18, BF16 = 1 << 22, TILES = 1 << 24 };
    unsigned a, b, c, d;
    unsigned long long kept = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & BF16) && (d & TILES) &&
           syscall(SYS_arch_prctl, ASK, &kept) == 0 && (kept & TILE_DATA);
}

enum cpu_set cpu_has(void)
{
    __builtin_cpu_init();
    return !has_avx2()                             ? CPU_BASELINE
           : !has_avx512()                         ? CPU_AVX2
           : !__builtin_cpu_supports("avx512bf16") ? CPU_AVX512
           : !has_amx()                            ? CPU_AVX512_BF16
                                                   : CPU_AMX;
}

#else

enum cpu_set cpu_has(void)
{
    return CPU_BASELINE;
}

#endif

/* ---- What runs ---- */

/* What WINNOW_CPU says; CPU_SETS where it says nothing, -1 where it means nothing. */
static int limit(void)
{
    const char *text = getenv("WINNOW_CPU");
    if (!text || !*text)
        return CPU_SETS;
    for (int set = 0; set < CPU_SETS; set++)
        if (strcmp(text, cpu_set_names[set]) == 0)
            return set;
    return -1;
}

int cpu_check(struct err *err)
{
    const enum cpu_set has = cpu_has();
    const int asked = limit();
    if (asked == CPU_SETS || (asked >= 0 && asked <= (int)has))
        return 0;
    struct str names = {0};
    for (int set = 0; set <= (int)has; set++)
        str_addf(&names, "%s%s", set ? ", " : "", cpu_set_names[set]);
    err_set(err, "WINNOW_CPU=%.32s: %s; this one has %s", getenv("WINNOW_CPU"),
            asked < 0 ? "no instruction set has this name" : "this processor does not have it",
            str_text(&names));
    str_release(&names);
    return -1;
}

enum cpu_set cpu_runs(void)
{
    /* Kernels ask millions of times; whoever asks first finds what all find. */
    static _Atomic int decided; /* 1 more than the set; 0: not yet */
    int runs = decided;
    if (!runs) {
        const int has = (int)cpu_has(), most = limit();
        decided = runs = 1 + (most >= 0 && most < has ? most : has);
    }
    return (enum cpu_set)(runs - 1);
}

struct cpu_model cpu_model(void)
{
    struct cpu_model model;
    struct str line = {0}, name = {0};
    if (str_add_line(&line, "/proc/cpuinfo", "model name"))
        str_add_utf8(&name, line.text + strspn(line.text, "\t :"));
    snprintf(model.name, sizeof model.name, "%s", name.length ? str_text(&name) : "unknown");
    STR_RELEASE(&line, &name);
    return model;
}

/* ---- OpenBLAS's kernels ---- */

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

const char *cpu_blas_core(enum cpu_set set, const char *found)
{
    const enum rank right = set >= CPU_AVX512 ? RANK_AVX512
                            : set >= CPU_AVX2 ? RANK_AVX2
                                              : RANK_SSE;
    static const char *const best[] = {
        [RANK_SSE] = "Prescott", [RANK_AVX2] = "Haswell", [RANK_AVX512] = "SkylakeX"};
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (strcmp(found, cores[i].name) == 0)
            return cores[i].rank != right ? best[right] : NULL;
    return NULL;
}

/* The rule that corrects OpenBLAS's choice, on processors that this machine does not have. */
#include "base/cpu.h"

#include "base/linalg.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cpu old = {.model = "Core 2"};
static const struct cpu haswell = {.model = "i7-4770", .avx2 = true};
static const struct cpu skylake = {.model = "Xeon 6148", .avx2 = true, .avx512 = true};
static const struct cpu emerald = {
    .model = "Xeon 8592+", .avx2 = true, .avx512 = true, .avx512_bf16 = true, .amx = true};

static const struct {
    const struct cpu *cpu;
    const char *found, *better; /* NULL: right as it is */
} choices[] = {
    /* what the release does not know it takes for something old */
    {&emerald, "Prescott", "SkylakeX"},
    {&emerald, "Core2", "SkylakeX"},
    {&emerald, "Nehalem", "SkylakeX"},
    {&emerald, "Sandybridge", "SkylakeX"},
    {&emerald, "Haswell", "SkylakeX"},
    {&emerald, "Zen", "SkylakeX"},
    {&emerald, "Unknown", "SkylakeX"},
    {&skylake, "Prescott", "SkylakeX"},
    {&haswell, "Prescott", "Haswell"},
    {&haswell, "Sandybridge", "Haswell"},
    /* what it got right */
    {&emerald, "SkylakeX", NULL},
    {&emerald, "Cooperlake", NULL},
    {&emerald, "SapphireRapids", NULL},
    {&haswell, "Haswell", NULL},
    {&haswell, "Zen", NULL},
    {&haswell, "Excavator", NULL},
    {&old, "Core2", NULL},
    {&old, "Prescott", NULL},
    /* never wider than the processor, even if somebody forced it */
    {&haswell, "SkylakeX", NULL},
    {&old, "Haswell", NULL},
    /* a name of a later release: it knows better */
    {&emerald, "GraniteRapids", NULL},
    {&old, "ARMV8", NULL},
    {&old, "", NULL},
};

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

Test(cpu, blas_core)
{
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *better = cpu_blas_core(choices[i].cpu, choices[i].found);
        cr_expect(same(better, choices[i].better), "%s found as %s: %s, expected %s",
                  choices[i].cpu->model, choices[i].found, better ? better : "as it is",
                  choices[i].better ? choices[i].better : "as it is");
    }
}

/* A correction must satisfy the rule, or a process would start itself for ever. */
Test(cpu, a_corrected_core_is_right)
{
    const struct cpu *const cpus[] = {&old, &haswell, &skylake, &emerald};
    for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++) {
        const char *core = cpu_blas_core(cpus[i], "Prescott");
        if (core)
            cr_expect_null(cpu_blas_core(cpus[i], core), "%s is corrected to %s, and again",
                           cpus[i]->model, core);
    }
}

#if defined __linux__ && defined __x86_64__
/* The kernel's list against the processor's own answer. */
static bool listed(const char *flags, const char *flag)
{
    char padded[32];
    snprintf(padded, sizeof padded, " %s ", flag);
    return strstr(flags, padded);
}

Test(cpu, detect_agrees_with_the_kernel)
{
    char *info = test_read_file("/proc/cpuinfo");
    char *flags = info ? strstr(info, "\nflags") : NULL;
    if (!flags)
        cr_skip_test("no flags in /proc/cpuinfo");
    *strchr(flags + 1, '\n') = ' ';
    const struct cpu cpu = cpu_detect();
    cr_expect_eq(cpu.avx2, listed(flags, "avx2") && listed(flags, "fma"));
    cr_expect_eq(cpu.avx512, listed(flags, "avx512f") && listed(flags, "avx512dq") &&
                                 listed(flags, "avx512bw") && listed(flags, "avx512vl") &&
                                 listed(flags, "avx512cd"));
    cr_expect_eq(cpu.avx512_bf16, listed(flags, "avx512_bf16"));
    cr_expect_eq(cpu.amx, listed(flags, "amx_tile") && listed(flags, "amx_bf16"));
    cr_expect_not_null(strstr(info, cpu.model), "'%s'", cpu.model);
    free(info);
}
#endif

/* What runs here, and the rule that corrects OpenBLAS's choice, also for other processors. */
#include "base/cpu.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum cpu_set set;
    const char *found, *better; /* NULL: right as it is */
} choices[] = {
    /* what the release does not know it takes for something old */
    {CPU_AMX, "Prescott", "SkylakeX"},
    {CPU_AMX, "Core2", "SkylakeX"},
    {CPU_AMX, "Nehalem", "SkylakeX"},
    {CPU_AMX, "Sandybridge", "SkylakeX"},
    {CPU_AMX, "Haswell", "SkylakeX"},
    {CPU_AVX512_BF16, "Zen", "SkylakeX"},
    {CPU_AMX, "Unknown", "SkylakeX"},
    {CPU_AVX512, "Prescott", "SkylakeX"},
    {CPU_AVX2, "Prescott", "Haswell"},
    {CPU_AVX2, "Sandybridge", "Haswell"},
    /* what it got right */
    {CPU_AMX, "SkylakeX", NULL},
    {CPU_AMX, "Cooperlake", NULL},
    {CPU_AMX, "SapphireRapids", NULL},
    {CPU_AVX2, "Haswell", NULL},
    {CPU_AVX2, "Zen", NULL},
    {CPU_AVX2, "Excavator", NULL},
    {CPU_BASELINE, "Core2", NULL},
    {CPU_BASELINE, "Prescott", NULL},
    /* what may not run */
    {CPU_AVX2, "SkylakeX", "Haswell"},
    {CPU_BASELINE, "SapphireRapids", "Prescott"},
    {CPU_BASELINE, "Haswell", "Prescott"},
    /* a name of a later release: it knows better */
    {CPU_AMX, "GraniteRapids", NULL},
    {CPU_BASELINE, "ARMV8", NULL},
    {CPU_BASELINE, "", NULL},
};

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

Test(cpu, blas_core)
{
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *better = cpu_blas_core(choices[i].set, choices[i].found);
        cr_expect(same(better, choices[i].better), "%s found as %s: %s, expected %s",
                  cpu_set_names[choices[i].set], choices[i].found, better ? better : "as it is",
                  choices[i].better ? choices[i].better : "as it is");
    }
}

/* A correction must satisfy the rule, or a process would start itself for ever. */
Test(cpu, a_corrected_core_is_right)
{
    static const char *const found[] = {"Prescott", "Haswell", "SkylakeX"};
    for (enum cpu_set set = 0; set < CPU_SETS; set++)
        for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
            const char *core = cpu_blas_core(set, found[i]);
            cr_expect(!core || !cpu_blas_core(set, core), "%s: %s is corrected to %s, and again",
                      cpu_set_names[set], found[i], core);
        }
}

/* Asked in a process that has not asked yet, which each test is. */
static void expect_runs(const char *limit, enum cpu_set runs)
{
    struct err err;
    setenv("WINNOW_CPU", limit, 1);
    cr_expect_eq(cpu_check(&err), 0, "%s", err.text);
    cr_expect_eq(cpu_runs(), runs, "%s, WINNOW_CPU=%s", cpu_set_names[cpu_runs()], limit);
}

Test(cpu, runs_what_it_has)
{
    expect_runs("", cpu_has());
}

Test(cpu, runs_less_where_it_is_told)
{
    expect_runs("baseline", CPU_BASELINE);
    setenv("WINNOW_CPU", "", 1);
    cr_expect_eq(cpu_runs(), CPU_BASELINE, "decided twice");
}

Test(cpu, a_limit_that_means_nothing_is_told)
{
    struct err err;
    setenv("WINNOW_CPU", "AVX2", 1);
    cr_assert_eq(cpu_check(&err), -1);
    cr_expect_not_null(strstr(err.text, "WINNOW_CPU=AVX2: no instruction set has this name; this "
                                        "one has baseline"),
                       "%s", err.text);
    cr_expect_not_null(strstr(err.text, cpu_set_names[cpu_has()]), "%s", err.text);
    cr_expect_eq(cpu_runs(), cpu_has());
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
    const bool avx2 = listed(flags, "avx2") && listed(flags, "fma") && listed(flags, "bmi1") &&
                      listed(flags, "bmi2") && listed(flags, "f16c") && listed(flags, "movbe") &&
                      listed(flags, "abm"),
               avx512 = listed(flags, "avx512f") && listed(flags, "avx512dq") &&
                        listed(flags, "avx512bw") && listed(flags, "avx512vl") &&
                        listed(flags, "avx512cd"),
               bf16 = listed(flags, "avx512_bf16"),
               amx = listed(flags, "amx_tile") && listed(flags, "amx_bf16");
    const enum cpu_set expected = !avx2     ? CPU_BASELINE
                                  : !avx512 ? CPU_AVX2
                                  : !bf16   ? CPU_AVX512
                                  : !amx    ? CPU_AVX512_BF16
                                            : CPU_AMX;
    cr_expect_eq(cpu_has(), expected, "%s", cpu_set_names[cpu_has()]);
    cr_expect_not_null(strstr(info, cpu_model().name), "'%s'", cpu_model().name);
    free(info);
}
#endif

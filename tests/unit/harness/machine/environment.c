/* Which core BLAS is to take, what workers are given, and what is recorded of this machine. */
#include "harness/machine/environment.h"

#include "base/cpu.h"
#include "base/linalg.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static const struct {
    const char *coretype, *passed_on;
    const char *found, *core;
} situations[] = {
    {NULL, NULL, "Prescott", "SkylakeX"}, /* started by people */
    {"", "", "Prescott", "SkylakeX"},
    {"Haswell", NULL, "unknown", NULL},         /* people know what they want */
    {"SkylakeX", "Prescott", "Prescott", NULL}, /* started anew, or by the scheduler */
    {NULL, "Cooperlake", "Cooperlake", NULL},   /* the same, nothing to correct */
};

Test(environment, choose)
{
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        const struct environment_blas blas = environment_choose(
            CPU_AMX, "Prescott", situations[i].coretype, situations[i].passed_on);
        cr_expect(same(blas.found, situations[i].found), "situation %zu: found %s", i, blas.found);
        cr_expect(same(blas.core, situations[i].core), "situation %zu: core %s", i,
                  blas.core ? blas.core : "as it is");
    }
}

static const char *value_of(const struct environment_variable *variables, size_t n,
                            const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(variables[i].name, name) == 0)
            return variables[i].value;
    return NULL;
}

Test(environment, variables)
{
    struct environment_variable variables[ENVIRONMENT_VARIABLES];
    unsetenv("OPENBLAS_CORETYPE");
    setenv("WINNOW_BLAS_FOUND", "Prescott", 1);
    size_t n = environment_variables(3, variables);
    cr_expect(same(value_of(variables, n, "WINNOW_BLAS_FOUND"), "Prescott"));
    cr_expect_null(value_of(variables, n, "OPENBLAS_CORETYPE"));
    /* either build of the library must obey */
    cr_expect(same(value_of(variables, n, "OPENBLAS_NUM_THREADS"), "3"));
    cr_expect(same(value_of(variables, n, "OMP_NUM_THREADS"), "3"));
    n = environment_variables(0, variables);
    cr_expect_eq(n, 1, "%zu variables where none but WINNOW_BLAS_FOUND is wanted", n);

    unsetenv("WINNOW_BLAS_FOUND");
    n = environment_variables(1, variables);
    cr_expect(same(value_of(variables, n, "WINNOW_BLAS_FOUND"), linalg_core()));
    cr_expect(same(value_of(variables, n, "OPENBLAS_CORETYPE"),
                   cpu_blas_core(cpu_runs(), linalg_core())));
}

/* The set below, where there is one. */
Test(environment, illegal)
{
    struct arena arena = {0};
    unsetenv("WINNOW_BLAS_FOUND");
    setenv("WINNOW_CPU", cpu_set_names[CPU_AVX2], 1);
    if (cpu_has() < CPU_AVX2)
        cr_skip("this CPU has %s alone", cpu_set_names[cpu_has()]);
    const char *core = environment_blas().core;
    cr_expect_str_eq(environment_illegal(&arena),
                     arena_printf(&arena,
                                  "kernels up to avx2, and BLAS's for %s: set WINNOW_CPU=baseline, "
                                  "or OPENBLAS_CORETYPE",
                                  core ? core : linalg_core()));
    arena_release(&arena);
}

/* If either started the process anew, this test would not come back. */
Test(environment, correct_blas_does_nothing_twice_or_in_vain)
{
    char name[] = "cell";
    char *argv[] = {name, NULL};
    struct err err = {0};
    setenv("WINNOW_BLAS_FOUND", "Prescott", 1);
    unsetenv("OPENBLAS_NUM_THREADS");
    cr_expect_eq(environment_correct_blas(argv, 1, &err), 0, "%s", err.text);
    cr_expect_null(getenv("OPENBLAS_NUM_THREADS"));
    unsetenv("WINNOW_BLAS_FOUND");
    setenv("OPENBLAS_CORETYPE", linalg_core(), 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    cr_expect_eq(environment_correct_blas(argv, 1, &err), 0, "%s", err.text);
}

Test(environment, record)
{
    struct arena arena = {0};
    struct record_environment environment;
    setenv("WINNOW_BLAS_FOUND", "Prescott", 1);
    environment_record(7, &arena, &environment);
    const char *const texts[] = {
        environment.host, environment.cpu,      environment.os,    environment.governor,
        environment.blas, environment.compiler, environment.flags, environment.revision,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(texts[i] && texts[i][0], "text %zu is empty", i);
    cr_expect_str_eq(environment.blas_core, linalg_core());
    cr_expect_str_eq(environment.blas_core_found, "Prescott");
    cr_expect_str_eq(environment.cpu, cpu_model().name);
    cr_expect_not_null(strstr(environment.compiler, __VERSION__), "%s", environment.compiler);
    cr_expect_null(strchr(environment.os, '"'), "%s", environment.os);
    cr_expect_geq(environment.cores, 1);
    cr_expect_gt(environment.memory_bytes, 1 << 26);
    cr_expect_eq(environment.threads_asked, 7);
    cr_expect_eq(environment.threads_used, environment.cores < 7 ? environment.cores : 7);
    environment_record(0, &arena, &environment);
    cr_expect_eq(environment.threads_used, linalg_threads());
    arena_release(&arena);
}

Test(environment, meters)
{
    const size_t extra = (size_t)64 << 20;
    cr_expect_geq(environment_load_average(), 0.0);
    cr_expect_geq(environment_context_switches(), 0);
    const int64_t before = environment_peak_memory();
    char *bytes;
    MEM_NEW(bytes, extra); /* zeroed: every page is touched */
    const int64_t after = environment_peak_memory();
    mem_free(bytes);
    const int64_t freed = environment_peak_memory();
    cr_expect_gt(before, 1 << 20, "%lld bytes", (long long)before);
    cr_expect_geq(after - before, (int64_t)extra / 2, "grew by %lld", (long long)(after - before));
    cr_expect_geq(freed - before, (int64_t)extra / 2, "a peak of %lld fell to %lld",
                  (long long)after, (long long)freed);
}

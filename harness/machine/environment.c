#include "harness/machine/environment.h"

#include "base/linalg.h"
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifdef __clang__
#define COMPILER "clang " __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const char unknown[] = "unknown";

/* ---- The kernels of the BLAS ---- */

struct environment_blas environment_choose(enum cpu_set set, const char *running,
                                           const char *coretype, const char *passed_on)
{
    if (passed_on && *passed_on)
        return (struct environment_blas){.found = passed_on};
    if (coretype && *coretype)
        return (struct environment_blas){.found = unknown};
    return (struct environment_blas){.found = running, .core = cpu_blas_core(set, running)};
}

struct environment_blas environment_blas(void)
{
    return environment_choose(cpu_runs(), linalg_core(), getenv("OPENBLAS_CORETYPE"),
                              getenv("WINNOW_BLAS_FOUND"));
}

const char *environment_illegal(struct arena *arena)
{
    const enum cpu_set runs = cpu_runs();
    const char *core = environment_blas().core;
    return arena_printf(arena, "kernels up to %s, and BLAS's for %s: set %s%s%sOPENBLAS_CORETYPE",
                        cpu_set_names[runs], core ? core : linalg_core(), runs ? "WINNOW_CPU=" : "",
                        runs ? cpu_set_names[runs - 1] : "", runs ? ", or " : "");
}

size_t environment_variables(int threads,
                             struct environment_variable ret_variables[ENVIRONMENT_VARIABLES])
{
    const struct environment_blas blas = environment_blas();
    char count[12];
    snprintf(count, sizeof count, "%d", threads);
    /* OpenBLAS built with OpenMP does as OMP_NUM_THREADS says and ignores its own variable. */
    const char *const wanted[ENVIRONMENT_VARIABLES][2] = {
        {"WINNOW_BLAS_FOUND", blas.found},
        {"OPENBLAS_CORETYPE", blas.core},
        {"OPENBLAS_NUM_THREADS", threads > 0 ? count : NULL},
        {"OMP_NUM_THREADS", threads > 0 ? count : NULL},
    };
    size_t n = 0;
    for (size_t i = 0; i < ENVIRONMENT_VARIABLES; i++)
        if (wanted[i][1]) {
            struct environment_variable *variable = &ret_variables[n++];
            variable->name = wanted[i][0];
            snprintf(variable->value, sizeof variable->value, "%s", wanted[i][1]);
        }
    return n;
}

int environment_correct_blas(char *const *argv, int threads, struct err *err)
{
    if (getenv("WINNOW_BLAS_FOUND"))
        return 0;
    struct environment_variable variables[ENVIRONMENT_VARIABLES];
    const size_t n = environment_variables(threads, variables);
    /* variables[0] is WINNOW_BLAS_FOUND: it goes along, but is no reason to start anew. */
    size_t differing = 0;
    for (size_t i = 1; i < n; i++) {
        const char *value = getenv(variables[i].name);
        differing += !value || strcmp(value, variables[i].value) != 0;
    }
    if (!differing)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (setenv(variables[i].name, variables[i].value, 1))
            return err_set(err, "cannot set %s: %s", variables[i].name, strerror(errno));

    size_t count = 0;
    while (argv[count])
        count++;
    char **again;
    MEM_NEW(again, count + 2);
    char program[] = "winnow";
    again[0] = program;
    memcpy(again + 1, argv, count * sizeof *argv);
    execv("/proc/self/exe", again);
    const int reason = errno;
    mem_free(again);
    return err_set(err, "cannot restart /proc/self/exe: %s", strerror(reason));
}

/* ---- What is recorded ---- */

/* The rest of the first line of path that starts with key, or the whole first line where key is "";
   NULL where there is none. */
static const char *read_value(const char *path, const char *key, struct arena *arena)
{
    struct str value = {0};
    return str_add_line(&value, path, key) ? str_keep(&value, arena) : NULL;
}

/* "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-18-amd64" */
static const char *os_name(const struct utsname *system, struct arena *arena)
{
    const char *name = read_value("/etc/os-release", "PRETTY_NAME=", arena);
    if (!name)
        return arena_printf(arena, "%s %s", system->sysname, system->release);
    name += strspn(name, "\"'");
    return arena_printf(arena, "%.*s, %s %s", (int)strcspn(name, "\"'"), name, system->sysname,
                        system->release);
}

static int64_t memory_bytes(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (int64_t)pages * page : 0;
}

const char *environment_version(void)
{
    return WINNOW_VERSION;
}

const char *environment_revision(void)
{
    return WINNOW_REVISION;
}

void environment_record(int threads_asked, struct arena *arena,
                        struct record_environment *ret_environment)
{
    struct utsname system;
    const int cores = environment_cores();
    REQUIRE(uname(&system) >= 0);
    const struct cpu_model cpu = cpu_model();
    const char *governor =
        read_value("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "", arena);
    *ret_environment = (struct record_environment){
        .host = str_utf8(arena_strdup(arena, system.nodename), arena),
        .cpu = arena_printf(arena, cpu_runs() < cpu_has() ? "%s (WINNOW_CPU=%s)" : "%s", cpu.name,
                            cpu_set_names[cpu_runs()]),
        .os = str_utf8(os_name(&system, arena), arena),
        .governor = governor ? str_utf8(governor, arena) : unknown,
        .cores = cores,
        .memory_bytes = memory_bytes(),
        .blas = arena_strdup(arena, linalg_version()),
        .blas_core = arena_strdup(arena, linalg_core()),
        .blas_core_found = arena_strdup(arena, environment_blas().found),
        .compiler = COMPILER,
        .flags = WINNOW_CFLAGS,
        .revision = environment_revision(),
        .threads_asked = threads_asked,
        .threads_used = !threads_asked          ? linalg_threads()
                        : threads_asked < cores ? threads_asked
                                                : cores,
    };
}

int environment_cores(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : (int)cores;
}

double environment_load_average(void)
{
    double load;
    return getloadavg(&load, 1) == 1 ? load : (double)NAN;
}

int64_t environment_available_memory(void)
{
    struct arena arena = {0};
    const char *text = read_value("/proc/meminfo", "MemAvailable:", &arena);
    const int64_t kibibytes = text ? strtoll(text, NULL, 10) : 0;
    arena_release(&arena);
    return kibibytes > 0 ? kibibytes * 1024 : 0;
}

int64_t environment_peak_memory(void)
{
    /* VmHWM and not getrusage: that one's peak outlives exec, so that a worker would inherit the
       peak of the process which started it. */
    struct arena arena = {0};
    const char *text = read_value("/proc/self/status", "VmHWM:", &arena);
    int64_t kibibytes = text ? strtoll(text, NULL, 10) : 0;
    struct rusage usage;
    if (kibibytes <= 0 && getrusage(RUSAGE_SELF, &usage) == 0)
        kibibytes = usage.ru_maxrss;
    arena_release(&arena);
    return kibibytes * 1024;
}

int64_t environment_context_switches(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nivcsw : 0;
}

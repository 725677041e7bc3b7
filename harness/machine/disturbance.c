#include "harness/machine/disturbance.h"

#include "base/time.h"

#include "base/linalg.h"
#include "base/str.h"
#include "harness/machine/environment.h"
#include "harness/machine/kernel_file.h"
#include "harness/machine/pin.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- The thresholds ---- */

/* A thread that trains does not wait for anything: with nobody beside it, it had 0.999 to 1.001 of
 * itself. Another program on its processor takes half. */
static const double least_of_one = 0.9;
/* Threads of one cell wait for each other: small models had 1.83 to 2.0 of 2 with nobody beside
 * them (realtime priority, two cores). A program on one of the two processors leaves 1.1. */
static const double least_of_several = 0.7;
/* Shorter trainings are a few turns of the kernel's scheduler: chance decides who gets them. */
static const double shortest_trained_s = 0.1;
/* The best of many products repeated within 5 %; cells that begin and end beside this one change
 * the clock rate of most processors by up to a tenth. */
static const double most_slower = 0.2;
/* Stolen time is counted in ticks of 10 ms and comes in single ones anywhere: a share of short
 * cells says nothing. */
static const double most_stolen = 0.02;
static const double least_stolen_s = 0.03;

/* ---- The rule ---- */

static void add_reason(struct str *reasons, const char *text)
{
    str_addf(reasons, "%s%s", reasons->length ? "; " : "", text);
}

static void judge_threads(const struct record_timing *timing, int threads, double trained_s,
                          struct str *reasons)
{
    const double least = threads > 1 ? least_of_several * threads : least_of_one;
    char text[80];
    if (!(timing->threads_measured < least) || !(trained_s >= shortest_trained_s))
        return;
    snprintf(text, sizeof text, "threads: %.*f of %d", threads > 1 ? 1 : 2,
             timing->threads_measured, threads);
    add_reason(reasons, text);
}

static void judge_probes(const struct record_timing *timing, struct str *reasons)
{
    const double before = timing->probe_before, after = timing->probe_after;
    const double slower = 1 - fmin(before, after) / fmax(before, after);
    char text[120];
    if (!isfinite(before) || !isfinite(after) || !(slower > most_slower))
        return;
    snprintf(text, sizeof text, "the machine was %.0f %% slower %s (probe %.0f -> %.0f GFLOP/s)",
             100 * slower, after < before ? "after than before" : "before than after", before,
             after);
    add_reason(reasons, text);
}

const char *disturbance_reason(const struct record_timing *timing, int threads, double trained_s,
                               double wall_s, struct arena *arena)
{
    struct str reasons = {0};
    char text[80];
    judge_threads(timing, threads, trained_s, &reasons);
    judge_probes(timing, &reasons);
    if (timing->steal > most_stolen && timing->steal * wall_s >= least_stolen_s) {
        snprintf(text, sizeof text, "the hypervisor took %.0f %% of the time", 100 * timing->steal);
        add_reason(&reasons, text);
    }
    if (timing->throttled > 0) {
        snprintf(text, sizeof text, "throttled %" PRId64 " time%s, by heat or by a quota",
                 timing->throttled, STR_PLURAL(timing->throttled));
        add_reason(&reasons, text);
    }
    return reasons.length ? str_keep(&reasons, arena) : NULL;
}

/* Its time is left out; but what is below half a second of it is not noticed, and it left cold
 * caches behind. */
static const char *with_stop(const char *reason, int64_t ns, struct arena *arena)
{
    struct str text = {0}, time = {0};
    if (!ns)
        return reason;
    if (reason)
        str_add(&text, reason);
    str_add(&time, "stopped for ");
    str_add_duration(&time, (double)ns * 1e-9);
    str_add(&time, ", or given no processor");
    add_reason(&text, str_text(&time));
    str_release(&time);
    return str_keep(&text, arena);
}

/* ---- The probe ---- */

enum { PROBE_SIZE = 256 }; /* three matrices fit into any second-level cache */
static const int64_t probe_ns = 5000000;

double disturbance_probe(void)
{
    const size_t n = PROBE_SIZE;
    float *matrices;
    MEM_NEW(matrices, 3 * n * n);
    float *a = matrices, *b = a + n * n, *c = b + n * n; /* [n][n] each */
    for (size_t i = 0; i < n * n; i++)
        a[i] = b[i] = 1;
    const int64_t started = time_now();
    int64_t best = INT64_MAX, last = started, now;
    int runs = 0;
    do { /* the first warms up; two at least, however slow an emulated machine is */
        linalg_gemm(c, n, a, n, false, b, n, false, n, n, n, 1, 0);
        now = time_now();
        if (now - last < best)
            best = now - last;
        last = now;
    } while (++runs < 2 || now - started < probe_ns);
    mem_free(matrices);
    return best > 0 ? 2.0 * (double)(n * n * n) / (double)best : (double)NAN;
}

/* ---- What the system counts ---- */

static bool listed(const int *numbers, size_t count, long number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Adds "user nice system idle iowait irq softirq steal ..."; guests' time is in user and nice. */
static void add_ticks(const char *numbers, struct disturbance_ticks *ticks)
{
    enum { IDLE = 3, WAIT = 4, STEAL = 7 };
    for (int column = 0; column <= STEAL; column++) {
        char *end;
        const long long count = strtoll(numbers, &end, 10);
        if (end == numbers)
            return;
        ticks->all += count;
        ticks->idle += column == IDLE || column == WAIT ? count : 0;
        ticks->stolen += column == STEAL ? count : 0;
        numbers = end;
    }
}

struct disturbance_ticks disturbance_ticks(const char *root, const char *pinned)
{
    struct disturbance_ticks ticks = {0};
    int numbers[PIN_MAX_PROCESSORS];
    const size_t count = pin_parse(pinned, numbers);
    char path[KERNEL_PATH], row[512];
    snprintf(path, sizeof path, "%s/proc/stat", root);
    FILE *file = fopen(path, "r");
    while (file && fgets(row, sizeof row, file) && strncmp(row, "cpu", 3) == 0) {
        char *rest;
        const long number = strtol(row + 3, &rest, 10);
        const bool sum = row[3] == ' '; /* of all */
        if (count ? !sum && listed(numbers, count, number) : sum)
            add_ticks(sum ? row + 3 : rest, &ticks);
    }
    if (file)
        fclose(file);
    return ticks;
}

int64_t disturbance_throttled(const char *root, const char *pinned)
{
    int numbers[PIN_MAX_PROCESSORS];
    size_t count = pin_parse(pinned, numbers);
    const bool all = count == 0;
    int64_t sum = kernel_quota_throttled(root);
    if (all)
        count = (size_t)sysconf(_SC_NPROCESSORS_CONF);
    for (size_t i = 0; i < count; i++) {
        const int64_t times =
            kernel_number("%s/sys/devices/system/cpu/cpu%d/thermal_throttle/core_throttle_count",
                          root, all ? (int)i : numbers[i]);
        if (times >= 0)
            sum = (sum < 0 ? 0 : sum) + times;
    }
    return sum;
}

/* ---- Before and after ---- */

void disturbance_begin(const char *pinned, struct disturbance *ret_before)
{
    *ret_before = (struct disturbance){
        .pinned = pinned,
        .probe = disturbance_probe(),
        .ticks = disturbance_ticks("", pinned),
        .throttled = disturbance_throttled("", pinned),
    };
}

void disturbance_end(const struct disturbance *before, const struct disturbance_span *cell,
                     int threads, struct arena *arena, struct record_timing *ret_timing)
{
    const struct disturbance_ticks ticks = disturbance_ticks("", before->pinned);
    const int64_t throttled = disturbance_throttled("", before->pinned);
    const int64_t passed = ticks.all - before->ticks.all;
    struct record_timing timing = {
        .pinned = arena_strdup(arena, before->pinned),
        .beside_mean = (double)NAN,
        .cpu_ns = time_processor(),
        .threads_measured =
            cell->trained > 0 ? (double)cell->trained_cpu / (double)cell->trained : (double)NAN,
        .probe_before = before->probe,
        .probe_after = disturbance_probe(),
        .load_after = environment_load_average(),
        .steal = passed > 0
                     ? fmax(0, (double)(ticks.stolen - before->ticks.stolen)) / (double)passed
                     : (double)NAN,
        .throttled = throttled >= 0 && before->throttled >= 0 && throttled >= before->throttled
                         ? throttled - before->throttled
                         : -1,
    };
    timing.reason = disturbance_reason(&timing, threads, (double)cell->trained * 1e-9,
                                       (double)cell->wall * 1e-9, arena);
    timing.reason = with_stop(timing.reason, cell->stopped, arena);
    *ret_timing = timing;
}

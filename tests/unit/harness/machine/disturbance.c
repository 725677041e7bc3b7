/* Why seconds are doubtful: the rule, and what it is fed with. */
#include "harness/machine/disturbance.h"
#include "base/time.h"
#include "harness/train/clock.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include <time.h>

static const struct record_timing quiet = {
    .threads_measured = 1,
    .probe_before = 100,
    .probe_after = 97,
    .steal = 0.001,
    .throttled = 0,
};

/* reason NULL: nothing */
static void expect_reason(struct record_timing timing, int threads, double trained_s,
                          const char *reason)
{
    struct arena arena = {0};
    const char *found = disturbance_reason(&timing, threads, trained_s, 10, &arena);
    if (reason)
        cr_expect_str_eq(found ? found : "(nothing)", reason);
    else
        cr_expect_null(found, "%s", found);
    arena_release(&arena);
}

static struct record_timing with_threads(double threads)
{
    struct record_timing timing = quiet;
    timing.threads_measured = threads;
    return timing;
}

static struct record_timing with_probes(double before, double after)
{
    struct record_timing timing = quiet;
    timing.probe_before = before;
    timing.probe_after = after;
    return timing;
}

Test(disturbance, a_quiet_cell_has_no_reason)
{
    expect_reason(quiet, 1, 5, NULL);
    expect_reason(with_threads(1.83), 2, 5, NULL);
    expect_reason(with_probes(90, 105), 1, 5, NULL);
    /* Nothing was measured. */
    expect_reason(record_end_of(ATTEMPT_DONE).timing, 1, 5, NULL);
}

Test(disturbance, threads_that_others_took)
{
    expect_reason(with_threads(0.52), 1, 5, "threads: 0.52 of 1");
    expect_reason(with_threads(1.2), 2, 5, "threads: 1.2 of 2");
    expect_reason(with_threads(2.1), 4, 5, "threads: 2.1 of 4");
    expect_reason(with_threads(0.52), 1, 0.05, NULL); /* too short to tell */
}

Test(disturbance, a_machine_that_changed_its_speed)
{
    expect_reason(with_probes(95, 66), 1, 5,
                  "the machine was 31 % slower after than before (probe 95 -> 66 GFLOP/s)");
    expect_reason(with_probes(66, 95), 1, 5,
                  "the machine was 31 % slower before than after (probe 66 -> 95 GFLOP/s)");
}

Test(disturbance, the_hypervisor_and_the_heat)
{
    struct record_timing timing = quiet;
    timing.steal = 0.07;
    expect_reason(timing, 1, 5, "the hypervisor took 7 % of the time");
    timing.throttled = 3;
    expect_reason(timing, 1, 5,
                  "the hypervisor took 7 % of the time; throttled 3 times, by heat or by a quota");
}

/* A tick or two of 10 ms are 5 % of a cell of 0.3 s, and nothing. */
Test(disturbance, single_ticks_of_short_cells_are_no_steal)
{
    struct record_timing timing = quiet;
    struct arena arena = {0};
    timing.steal = 0.05;
    cr_expect_null(disturbance_reason(&timing, 1, 0.2, 0.3, &arena));
    cr_expect_not_null(disturbance_reason(&timing, 1, 2, 3, &arena));
    arena_release(&arena);
}

Test(disturbance, ticks_are_those_of_the_processors)
{
    struct test_output output = test_run(
        "cd '%s' && mkdir -p proc && printf 'cpu  10 1 2 100 3 0 4 50 7 7\\n"
        "cpu0 6 1 1 40 1 0 1 20 7 7\\ncpu1 2 0 1 30 1 0 2 20 0 0\\ncpu12 2 0 0 30 1 0 1 10 0 0\\n"
        "intr 5\\n' >proc/stat",
        test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
    test_output_release(&output);
    static const struct {
        const char *pinned;
        int all, stolen;
    } cases[] = {{NULL, 170, 50}, {"1", 56, 20}, {"0,12", 114, 30}, {"3", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct disturbance_ticks ticks = disturbance_ticks(test_dir(), cases[i].pinned);
        cr_expect_eq(ticks.all, cases[i].all, "%zu: %d", i, (int)ticks.all);
        cr_expect_eq(ticks.stolen, cases[i].stolen, "%zu: %d", i, (int)ticks.stolen);
    }
    cr_expect_gt(disturbance_ticks("", NULL).all, 0, "Linux tells of all its processors");
}

Test(disturbance, throttling_is_that_of_the_processors_and_of_the_quota)
{
    struct test_output output = test_run(
        "cd '%s' && for i in 0 1; do d=sys/devices/system/cpu/cpu$i/thermal_throttle; mkdir -p $d; "
        "echo 1$i >$d/core_throttle_count; done",
        test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
    test_output_release(&output);
    cr_expect_eq(disturbance_throttled(test_dir(), "0"), 10);
    cr_expect_eq(disturbance_throttled(test_dir(), "0,1"), 21);
    cr_expect_eq(disturbance_throttled(test_dir(), "7"), -1, "not told");
}

Test(disturbance, the_probe_measures_a_speed)
{
    const double speed = disturbance_probe();
    cr_expect(isfinite(speed) && speed > 0.01, "%g GFLOP/s", speed);
}

/* Sleeping takes no processor time, counting does. A kernel that counts in ticks may charge much of
 * a sleep once, and not every time. */
Test(disturbance, the_clock_knows_the_processor_time_of_training)
{
    enum { ATTEMPTS = 20 };
    struct clock clock;
    double share = 1;
    for (int i = 0; i < ATTEMPTS && share >= 0.5; i++) {
        clock_start(&clock, time_now());
        clock_enter(&clock, PHASE_TRAIN);
        nanosleep(&(struct timespec){0, 60000000}, NULL);
        clock_enter(&clock, PHASE_EVAL);
        cr_expect_geq(clock.trained_ns, 60000000);
        share = (double)clock.trained_cpu_ns / (double)clock.trained_ns;
    }
    cr_expect_lt(share, 0.5, "%g of the time asleep was charged, at least", share);
    const int64_t slept = clock.trained_cpu_ns, from = time_processor();
    clock_enter(&clock, PHASE_TRAIN);
    while (time_processor() - from < 20000000)
        ;
    clock_enter(&clock, PHASE_OTHER);
    cr_expect_geq(clock.trained_cpu_ns - slept, 15000000, "%ld",
                  (long)(clock.trained_cpu_ns - slept));
    cr_expect_eq(clock.trained_ns, clock.phase_ns[PHASE_TRAIN]);
}

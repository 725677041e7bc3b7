#include "harness/train/clock.h"
#include "base/time.h"

#include <criterion/criterion.h>
#include <time.h>

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){0, ms * 1000000}, NULL);
}

Test(clock, phases_are_exclusive_and_sum_to_the_wall_clock)
{
    struct clock clock;
    int64_t phase_ns[PHASE_COUNT], wall_ns, sum = 0;
    clock_start(&clock, time_now());
    clock_enter(&clock, PHASE_LOAD);
    pause_ms(20);
    const enum phase outer = clock_enter(&clock, PHASE_SCORE);
    cr_assert_eq(outer, PHASE_LOAD);
    pause_ms(30);
    cr_assert_eq(clock_enter(&clock, outer), PHASE_SCORE);
    pause_ms(10);
    clock_enter(&clock, PHASE_TRAIN);
    pause_ms(40);
    cr_assert(clock_balance(&clock, phase_ns, &wall_ns));
    for (int i = 0; i < PHASE_COUNT; i++)
        sum += phase_ns[i];
    cr_assert_leq(llabs(sum - wall_ns), wall_ns / 1000, "sum %ld, wall %ld", (long)sum,
                  (long)wall_ns);
    cr_assert_geq(phase_ns[PHASE_LOAD], 30 * 1000000);
    cr_assert_geq(phase_ns[PHASE_SCORE], 30 * 1000000);
    cr_assert_geq(phase_ns[PHASE_TRAIN], 40 * 1000000);
    cr_assert_eq(phase_ns[PHASE_EVAL], 0);
    cr_assert_geq(clock_charged(&clock), phase_ns[PHASE_SCORE] + phase_ns[PHASE_TRAIN]);
}

Test(clock, charged_is_score_select_and_train)
{
    struct clock clock;
    clock_start(&clock, time_now());
    const enum phase uncharged[] = {PHASE_LOAD, PHASE_INIT, PHASE_EVAL, PHASE_CHECKPOINT,
                                    PHASE_OTHER};
    for (size_t i = 0; i < sizeof uncharged / sizeof *uncharged; i++) {
        clock_enter(&clock, uncharged[i]);
        pause_ms(2);
        cr_assert_eq(clock_charged(&clock), 0, "%s is charged", phase_kinds[uncharged[i]].name);
    }
    const enum phase charged[] = {PHASE_SCORE, PHASE_SELECT, PHASE_TRAIN};
    int64_t before = 0;
    for (size_t i = 0; i < sizeof charged / sizeof *charged; i++) {
        clock_enter(&clock, charged[i]);
        pause_ms(2);
        const int64_t now = clock_charged(&clock);
        cr_assert_geq(now - before, 2000000, "%s is not charged", phase_kinds[charged[i]].name);
        before = now;
    }
}

Test(clock, resumed_it_goes_on_where_it_stood)
{
    struct clock before, clock;
    int64_t earlier[PHASE_COUNT], phase_ns[PHASE_COUNT], earlier_wall, wall_ns, sum = 0;
    clock_start(&before, time_now());
    clock_enter(&before, PHASE_TRAIN);
    clock_carry(&before, 5000000000);
    pause_ms(20);
    cr_assert(clock_balance(&before, earlier, &earlier_wall));
    pause_ms(20); /* lost */
    clock_start(&clock, time_now());
    clock_enter(&clock, PHASE_LOAD);
    pause_ms(5);
    clock_resume(&clock, earlier, before.carried_ns, earlier_wall);
    const int64_t charged = clock_charged(&clock);
    cr_assert_eq(charged, earlier[PHASE_TRAIN] + 5000000000, "%lld ns", (long long)charged);
    cr_assert_geq(clock_wall(&clock), earlier_wall + 5000000);
    cr_assert(clock_balance(&clock, phase_ns, &wall_ns));
    cr_assert_geq(phase_ns[PHASE_LOAD], 5000000);
    cr_assert_eq(phase_ns[PHASE_TRAIN], earlier[PHASE_TRAIN]);
    for (int i = 0; i < PHASE_COUNT; i++)
        sum += phase_ns[i];
    cr_assert_eq(sum, wall_ns, "%lld, %lld", (long long)sum, (long long)wall_ns);
}

Test(clock, the_time_before_a_process_started_is_other)
{
    struct clock clock;
    int64_t phase_ns[PHASE_COUNT], wall_ns;
    clock_start(&clock, time_now() - 5000000);
    clock_enter(&clock, PHASE_LOAD);
    cr_assert(clock_balance(&clock, phase_ns, &wall_ns));
    cr_assert_geq(phase_ns[PHASE_OTHER], 5000000);
    cr_assert_geq(wall_ns, 5000000);
}

Test(clock, a_ledger_with_a_hole_does_not_balance)
{
    struct clock clock;
    int64_t phase_ns[PHASE_COUNT], wall_ns;
    clock_start(&clock, time_now());
    clock_enter(&clock, PHASE_TRAIN);
    pause_ms(10);
    clock.since += 5000000; /* five milliseconds belong to no phase */
    cr_assert_not(clock_balance(&clock, phase_ns, &wall_ns));
}

#include "harness/train/clock.h"

#include "base/time.h"

#include "base/err.h"
#include "base/standstill.h"

#include <string.h>

void clock_start(struct clock *clock, int64_t start)
{
    *clock = (struct clock){.start = start, .since = start, .now = PHASE_OTHER};
}

void clock_resume(struct clock *clock, const int64_t phase_ns[PHASE_COUNT], int64_t carried_ns,
                  int64_t wall_ns)
{
    for (int i = 0; i < PHASE_COUNT; i++)
        clock->phase_ns[i] += phase_ns[i];
    clock->carried_ns += carried_ns;
    clock->start -= wall_ns;
}

static int64_t now_of(const struct clock *clock)
{
    return standstill_now(clock->still);
}

/* Books the current stretch up to now. */
static void book(struct clock *clock, int64_t now)
{
    clock->phase_ns[clock->now] += now - clock->since;
    clock->since = now;
}

enum phase clock_enter(struct clock *clock, enum phase phase)
{
    const enum phase before = clock->now;
    const int64_t now = now_of(clock);
    if (before == PHASE_TRAIN) {
        clock->trained_ns += now - clock->since;
        clock->trained_cpu_ns += time_processor() - clock->cpu_since;
    }
    book(clock, now);
    clock->now = phase;
    if (phase == PHASE_TRAIN)
        clock->cpu_since = time_processor();
    return before;
}

int64_t clock_wall(const struct clock *clock)
{
    return now_of(clock) - clock->start;
}

void clock_carry(struct clock *clock, int64_t ns)
{
    clock->carried_ns += ns;
}

int64_t clock_charged(const struct clock *clock)
{
    int64_t charged = clock->carried_ns;
    for (int i = 0; i < PHASE_COUNT; i++)
        charged += phase_kinds[i].charged ? clock->phase_ns[i] : 0;
    return charged + (phase_kinds[clock->now].charged ? now_of(clock) - clock->since : 0);
}

bool clock_balance(struct clock *clock, int64_t ret_phase_ns[PHASE_COUNT], int64_t *ret_wall_ns)
{
    /* One reading for both: between two, the process may wait for its processor. */
    const int64_t now = now_of(clock), wall = now - clock->start;
    book(clock, now);
    int64_t sum = 0;
    for (int i = 0; i < PHASE_COUNT; i++)
        sum += clock->phase_ns[i];
    memcpy(ret_phase_ns, clock->phase_ns, sizeof clock->phase_ns);
    *ret_wall_ns = wall;
    const int64_t gap = sum > wall ? sum - wall : wall - sum;
    return gap <= wall / 1000;
}

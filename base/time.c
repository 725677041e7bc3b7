#include "base/time.h"

#include "base/err.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    if (clock_gettime(id, &now))
        DIE("no clock %d", (int)id);
    return (int64_t)now.tv_sec * TIME_SECOND + now.tv_nsec;
}

int64_t time_now(void)
{
    return read_clock(CLOCK_MONOTONIC_RAW);
}

int64_t time_processor(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t time_boot(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

int64_t time_slept(void)
{
    /* CLOCK_MONOTONIC and not MONOTONIC_RAW: these two are steered alike. */
    return read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC);
}

int64_t time_of_day(void)
{
    return read_clock(CLOCK_REALTIME);
}

double time_seconds(void)
{
    return (double)time_now() * 1e-9;
}

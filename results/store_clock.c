#include "results/store_private.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    if (clock_gettime(id, &now))
        DIE("no clock %d", (int)id);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void store_set_clock(struct store *store)
{
    store->epoch = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
}

int64_t store_now(const struct store *store)
{
    return store->epoch + read_clock(CLOCK_BOOTTIME);
}

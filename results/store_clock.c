#include "results/store_private.h"

#include "base/time.h"

void store_set_clock(struct store *store)
{
    store->epoch = time_of_day() - time_boot();
}

int64_t store_now(const struct store *store)
{
    return store->epoch + time_boot();
}

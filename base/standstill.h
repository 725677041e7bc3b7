/*
 * standstill: how long this process stood still although the machine went on.
 *
 * SIGSTOP, Ctrl-Z, a debugger, a frozen cgroup: nothing tells a process that it was stopped, nor
 * for how long. So a thread looks at the clocks ten times a second. Where it comes half a second
 * too late, and the process had no processor time meanwhile, it stood still:
 *
 *     struct standstill *still = standstill_watch();
 *     const int64_t start = standstill_now(still);
 *     ... stopped for a minute ...
 *     standstill_now(still) - start        without that minute
 *     standstill_ns(still)                 the minute
 *
 * Whoever asks first after a stop finds it, not only the thread: no reading is off by one. What is
 * shorter than half a second is not told from a busy machine, and not noticed. Cost: 10 us a
 * second.
 */
#pragma once

#include <stdint.h>

struct standstill;

/* Begins, for as long as the process lives; NULL where no thread can be started. */
struct standstill *standstill_watch(void);
/* time_now() less standstill_ns(); it never runs back. NULL: time_now(). */
int64_t standstill_now(struct standstill *still);
/* So far. NULL: 0. */
int64_t standstill_ns(struct standstill *still);

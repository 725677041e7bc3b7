/*
 * watchdog: the limits of a cell that is running (limits.h): how long it may take, and how much
 * memory its process may hold.
 *
 *     struct watchdog_verdict verdict;
 *     if (watchdog_barks(&cell->limits, seconds, worker.pid, &verdict))
 *         worker_signal(&worker, SIGKILL);
 *
 * Memory is what the kernel says the process holds (resident, /proc/PID/statm), looked at a few
 * times a second: what is taken and given back in between is not seen. setrlimit would not do.
 * RLIMIT_AS counts addresses, of which BLAS reserves far more than it touches; RLIMIT_DATA counts
 * the stacks and buffers of every thread as soon as they are mapped. Both would refuse cells that
 * fit.
 */
#pragma once

#include "harness/cell/limits.h"
#include "results/record/record.h"

#include <stdbool.h>
#include <sys/types.h>

struct watchdog_verdict {
    enum attempt_cause cause; /* CAUSE_TIMEOUT or CAUSE_MEMORY */
    char reason[128]; /* "timeout: over 2 h", "memory: 1.2 GiB held, over the limit of 1.0 GiB" */
};

/* seconds: since it was started. */
bool watchdog_barks(const struct limits *limits, double seconds, pid_t pid,
                    struct watchdog_verdict *ret_verdict);

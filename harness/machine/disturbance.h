/*
 * disturbance: how far the seconds of one cell can be trusted, measured in the process that runs
 * it.
 *
 *     struct disturbance before;
 *     disturbance_begin(pinned, &before);
 *     ... train_cell(...) with the clock ...
 *     disturbance_end(&before, &span, threads, &arena, &end.timing);
 *
 * Recorded are: the processor time of the training beside its wall clock, which is the threads that
 * it really had; the speed of a fixed matrix product before and after; what the hypervisor took;
 * how often the processor slowed itself down, or the cgroup's quota held the cell back; the load.
 * What is beyond the thresholds in disturbance.c makes the attempt's timing_reason, and
 * timing_valid 0.
 *
 * What it cannot see: what slows the machine down evenly, before, during and after (a busy sibling
 * hyperthread, a full memory bus). The probes of a grid's runs tell it, beside each other.
 *
 * Cost: 5 ms a probe: one in PHASE_OTHER, which is not charged, one after the ledger is closed.
 */
#pragma once

#include "base/mem.h"
#include "results/record/record.h"

#include <stdint.h>

/* Clock ticks of some processors, since the machine's start. */
struct disturbance_ticks {
    int64_t all, idle, stolen; /* all is 0: not told; idle: waiting for disks too */
};

struct disturbance {
    const char *pinned; /* "0,2", or NULL: any processor */
    double probe;       /* GFLOP/s */
    struct disturbance_ticks ticks;
    int64_t throttled; /* -1: not told */
};

/* What the cell's own clock has counted, ns. */
struct disturbance_span {
    int64_t wall;
    int64_t trained, trained_cpu; /* of PHASE_TRAIN, in this process: wall clock, processor */
    int64_t stopped;              /* in none of these */
};

/* pinned is borrowed until the end. */
void disturbance_begin(const char *pinned, struct disturbance *ret_before);
/* Fills *ret_timing but for beside_mean; its texts live in the arena. threads: of the cell. */
void disturbance_end(const struct disturbance *before, const struct disturbance_span *cell,
                     int threads, struct arena *arena, struct record_timing *ret_timing);

/*
 * The rule: why the seconds are doubtful, or NULL. trained_s, wall_s: wall clock of the training,
 * which is too short to tell something about threads below a tenth of a second, and of all.
 */
const char *disturbance_reason(const struct record_timing *timing, int threads, double trained_s,
                               double wall_s, struct arena *arena);

/* GFLOP/s of a float matrix product of 256 x 256 on one thread, the best of 5 ms. */
double disturbance_probe(void);
/* Of the processors in the list, or of all of them where it is NULL. root as in kernel_file.h. */
struct disturbance_ticks disturbance_ticks(const char *root, const char *pinned);
/* Likewise; -1 where the system tells neither of the processor nor of a quota. */
int64_t disturbance_throttled(const char *root, const char *pinned);

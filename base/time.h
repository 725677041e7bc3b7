/*
 * time: the machine's clocks, in nanoseconds.
 *
 * Durations are differences of time_now(): CLOCK_MONOTONIC_RAW has no step and no slewing, and is
 * the same for all processes of a machine. It stands still while the machine sleeps; time_boot()
 * goes on.
 */
#pragma once

#include <stdint.h>

#define TIME_SECOND INT64_C(1000000000)

int64_t time_now(void);
/* Processor time of this process, all its threads, the system's included. */
int64_t time_processor(void);
/* Since the machine was started, its sleep included. */
int64_t time_boot(void);
/* How long the machine has slept since it was started. */
int64_t time_slept(void);
/* Since 1970, as the machine believes: it may jump. */
int64_t time_of_day(void);

/* time_now() in seconds. */
double time_seconds(void);

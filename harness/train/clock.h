/*
 * clock: the honest clock of one cell.
 *
 * Every nanosecond belongs to exactly one phase: entering one leaves the other. Phases nest by
 * remembering where one came from:
 *
 *     const enum phase before = clock_enter(&clock, PHASE_SCORE);
 *     ...
 *     clock_enter(&clock, before);
 *
 * It is time_now()'s, the same for all processes of a machine, so that a cell's time starts when
 * the scheduler starts its process. It stands still while the machine sleeps, and, where `still` is
 * set, while the process does (base/standstill.h): whoever stops a worker is charged to nobody. The
 * wall clock is read independently of the phases; where their sum differs from it by more than
 * 0.1 %, the run carries a LEDGER_GAP warning.
 */
#pragma once

#include "results/record/record.h"

#include <stdbool.h>
#include <stdint.h>

struct standstill;

struct clock {
    int64_t start; /* ns; of a cell that was resumed, earlier by the wall clock before */
    int64_t since; /* when the current phase was entered */
    enum phase now;
    int64_t phase_ns[PHASE_COUNT]; /* without the current stretch */
    int64_t carried_ns;            /* charged, and spent elsewhere */
    /* PHASE_TRAIN in this process alone, to its last end: wall clock and processor time. */
    int64_t trained_ns, trained_cpu_ns;
    int64_t cpu_since;        /* time_processor() when it was entered */
    struct standstill *still; /* set by who starts it, or NULL */
};

/* Starts in PHASE_OTHER at `start`, a time_now() of this process or of the one that started it. */
void clock_start(struct clock *clock, int64_t start);
/*
 * The cell goes on where an earlier process left it: phase_ns, carried_ns and wall_ns are that
 * one's, as clock_balance gave them, and come on top of what this one has booked. What it did
 * between that balance and its end is lost and in no phase; what this one does to be there again,
 * loading and building, is in its own phases, and so in the wall clock.
 */
void clock_resume(struct clock *clock, const int64_t phase_ns[PHASE_COUNT], int64_t carried_ns,
                  int64_t wall_ns);
/* Returns the phase that was left. */
enum phase clock_enter(struct clock *clock, enum phase phase);
/* Since the start. */
int64_t clock_wall(const struct clock *clock);
/* Charges what knowing the samples cost somewhere else: reused scores, scores from a file. It is in
 * no phase. */
void clock_carry(struct clock *clock, int64_t ns);
/* The charged phases (phase_kinds) so far, the current stretch and what was carried included. */
int64_t clock_charged(const struct clock *clock);
/*
 * Books the current stretch and reads both ledgers. false: the phases' sum is off the wall clock by
 * more than 0.1 %.
 */
bool clock_balance(struct clock *clock, int64_t ret_phase_ns[PHASE_COUNT], int64_t *ret_wall_ns);

/*
 * train: one cell from data to accuracy; owns the phase clock.
 *
 *     load -> [proxies, scores], [selection of a static pruner] -> for each epoch:
 *         [scoring pass, selection of a dynamic pruner] -> train -> evaluate -> record
 *
 * What a pruner trains to know the samples is charged to `score` like everything else that
 * is done to know them; where an earlier cell did it (artifact.h), what it cost there is charged.
 *
 * With a keeper, a cell that was killed goes on from its last checkpoint, which is made after each
 * epoch of the training and of a proxy, and once these have told all. What it had sent is
 * sent again, and the rest are the bits of an undisturbed run; its clock goes on where it stood at
 * the checkpoint. Charged are thus the epochs that count, each once: what was done after the
 * checkpoint is lost and in no phase, and reading the data, building the networks and reading the
 * checkpoint once more are in the phases load and init, which nobody is charged for. Writing is in
 * the phase checkpoint, but for that checkpoint itself from which a cell goes on.
 */
#pragma once

#include "harness/cell/cell.h"
#include "harness/train/clock.h"

#include <stdbool.h>

/* Where records go while the cell runs. The record is borrowed for the call. */
struct train_sink {
    void (*take)(void *context, const struct record *record);
    void *context;
};

struct keeper;

/* Where things are. */
struct train_places {
    const char *const *data_dirs; /* see dataset_dirs() */
    const char *artifacts;        /* folder of scores that cells share; NULL: none is kept */
    bool reuse;                   /* false: computed again, and kept */
    const char *machine;          /* whose seconds they cost: processor and BLAS kernels */
    struct keeper *keeper;        /* of checkpoints (keeper.h); NULL: none is read or written */
};

/*
 * Runs the cell and fills ret_end but for what belongs to the process (log, peak memory, load,
 * context switches). A divergence is a result (ATTEMPT_DIVERGED with its reason) and returns 0; an
 * error is a cell that could not be run: missing data, options that do not fit. clock was started
 * by the caller.
 */
int train_cell(const struct cell *cell, const struct train_places *places, struct clock *clock,
               const struct train_sink *sink, struct record_end *ret_end, struct err *err);

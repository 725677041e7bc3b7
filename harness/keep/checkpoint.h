/*
 * checkpoint: all that a cell at work is, in a file from which it goes on.
 *
 * Randomness has no state (rng.h), so what an epoch needs of the ones before it is little: the
 * network, the optimiser's state, the pruner, the current selection, the books, and the records
 * that were sent so far, which the resumed worker sends again: its attempt has then all that an
 * undisturbed one has, bit for bit, except seconds.
 *
 *     FOLDER/KEY       a line of JSON (whose it is, how far it came, sizes), the blocks in the
 *                      order of struct checkpoint, the records and, as one more, the end, and the
 *                      SHA-256 of all that (base/seal.h)
 *
 * Only the same cell, with the same versions of engine and pruners, on the same kind of processor
 * may go on from it: elsewhere the bits would be others, and the seconds another machine's.
 *
 *     if (checkpoint_write("results/x.db.checkpoints/3f2a", &checkpoint, &err))
 *         ...
 *     switch (checkpoint_read(path, &expected, &checkpoint, &err)) { ... }
 *
 * Limits: numbers lie as in memory; a machine of the other byte order is another machine.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "results/record/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What must be the same for a cell to go on; texts are borrowed. */
struct checkpoint_identity {
    const char *cell;    /* cell_key_of() with no version: the cell, its data, its pruner's file */
    const char *engine;  /* NN_VERSION */
    const char *pruners; /* PRUNER_VERSION */
    const char *machine; /* processor and BLAS kernels */
};

enum checkpoint_stage {
    CHECKPOINT_PROXY,  /* `epoch` epochs of proxy number `run` are done */
    CHECKPOINT_SCORED, /* all is known before the training; no network is needed */
    CHECKPOINT_TRAIN,  /* `epoch` epochs of the training are done */
};

struct checkpoint {
    struct checkpoint_identity identity;
    enum checkpoint_stage stage;
    int run, epoch;       /* see there */
    int epochs;           /* planned, of the proxy or of the training */
    bool average, spread; /* of the selection */
    int64_t steps;        /* of the optimiser */
    size_t param_count, optimizer_count, buffer_count, n, kept, state_size, record_bytes;

    struct record_end end; /* as far as it is known; its texts are not kept */
    int64_t carried_ns;    /* charged, and spent elsewhere */
    int64_t unscored_ns;   /* charged before the pruner began to score */
    int64_t trained;       /* samples, proxies not counted */

    const float *params;    /* [param_count] */
    const float *optimizer; /* [optimizer_count] its state */
    const float *buffers;   /* [buffer_count] running statistics */
    const float *scores;    /* [n], or NULL (n = 0) */
    const uint32_t *index;  /* [kept] the current selection */
    const float *weight;    /* [kept] */
    const void *state;      /* [state_size] of the pruner */
    const char *records;    /* [record_bytes] lines (wire.h) */

    void *memory; /* of the blocks, where checkpoint_read or _copy made them; else NULL */
    size_t memory_size;
};

/*
 * The folder of a database's checkpoints, into ret_folder: DB.checkpoints/, where the links of db
 * lead. It is that database's alone: a cell goes on where its own attempts stopped, and is charged
 * with their seconds.
 */
void checkpoint_folder(const char *db, struct str *ret_folder);

/* The file appears whole or not at all; its folder is made where only itself is missing. */
int checkpoint_write(const char *path, const struct checkpoint *checkpoint, struct err *err);

enum checkpoint_found { CHECKPOINT_ABSENT, CHECKPOINT_LOADED, CHECKPOINT_REFUSED };

/*
 * LOADED: the caller releases *ret_checkpoint, whose identity is that of `expected`. REFUSED: *err
 * says why with the path: damaged, or not of the identity and the sizes (param_count,
 * optimizer_count, buffer_count, state_size, n: samples) in `expected`.
 */
enum checkpoint_found checkpoint_read(const char *path, const struct checkpoint *expected,
                                      struct checkpoint *ret_checkpoint, struct err *err);
/*
 * How far the file says that it came, without a look at the rest: for plans and people. false:
 * there is none, or not one that can be read. Sets stage, run, epoch and epochs alone.
 */
bool checkpoint_peek(const char *path, struct checkpoint *ret_checkpoint);

/* How far it came: "epoch 7 of 30", "epoch 1 of 2 of proxy 3", "its scores". */
void checkpoint_describe(const struct checkpoint *checkpoint, struct str *ret_text);

/* The state of `from` into *to, whose memory (zeroed, or of an earlier copy) is used again; the
 * records stay borrowed. */
void checkpoint_copy(struct checkpoint *to, const struct checkpoint *from);
/* Also of a zeroed one. */
void checkpoint_release(struct checkpoint *checkpoint);

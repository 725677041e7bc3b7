/*
 * artifact: what a pruner knew before the training, kept for the next rate, and for figures.
 *
 * Proxies and scores of a static pruner do not depend on the rate: cells that differ in it alone
 * share them. (Proxies of a dynamic one do: cells share them that differ in the trained network
 * alone.) They lie in a file named by its key, the SHA-256 of all that decides them: what the cells
 * have in common, the data, the versions of the engine and of the pruners, and the kind of
 * processor, because what they cost is charged to every cell that uses them and only seconds of the
 * same processor can be.
 *
 *     FOLDER/KEY       a line of JSON (sizes, cost), the pruner's state, its scores, and the
 *                      SHA-256 of all that
 *
 * A file appears whole or not at all (written aside, synced, renamed). One that is damaged is
 * refused with its reason, and its cell computes the scores again.
 *
 *     struct str folder = {0};
 *     struct artifact found;
 *     artifact_folder("results/winnow.db", &folder);
 *     if (artifact_load(str_text(&folder), key, NULL, &found, &err) == ARTIFACT_LOADED) {
 *         ...
 *         artifact_release(&found);
 *     }
 */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "results/record/record.h"

#include <stddef.h>

struct artifact {
    size_t n;
    size_t state_size;
    void *state;      /* [state_size]; NULL where the pruner has none */
    float *scores;    /* [n]; NULL where it does not score */
    int64_t score_ns; /* what knowing them took */
    struct work work; /* likewise */
};

/* The folder of a database's artifacts, into ret_folder: artifacts/ beside the file, so that all
 * databases of a folder share them. */
void artifact_folder(const char *db, struct str *ret_folder);

/* shared: cell_key() of the cell without its rate. machine: processor and BLAS kernels. pruners:
 * PRUNER_VERSION. */
void artifact_key(const char *shared, const char *machine, const char *pruners,
                  char ret_key[HASH_HEX_SIZE]);

/* The folder is made where only itself is missing. */
int artifact_save(const char *folder, const char *key, const struct artifact *artifact,
                  struct err *err);

enum artifact_found { ARTIFACT_ABSENT, ARTIFACT_LOADED, ARTIFACT_DAMAGED };

/*
 * Reads FOLDER/KEY. LOADED: the caller releases *ret_artifact. DAMAGED: *err says what is wrong, or
 * that sizes are not those of `expected` (whose n, state_size and scores, NULL or not, are read;
 * NULL: any will do).
 */
enum artifact_found artifact_load(const char *folder, const char *key,
                                  const struct artifact *expected, struct artifact *ret_artifact,
                                  struct err *err);
void artifact_release(struct artifact *artifact);

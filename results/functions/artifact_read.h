/*
 * artifact_read: the files in which static pruners leave what they knew (harness/keep/artifact.h
 * writes them), for those who read them: the next rate's cell, `winnow scores`, and SQL functions.
 *
 *     struct str folder = {0};
 *     struct artifact found;
 *     artifact_folder("results/winnow.db", &folder);
 *     if (artifact_load(str_text(&folder), key, NULL, &found, &err) == ARTIFACT_LOADED) {
 *         ...
 *         artifact_release(&found);
 *     }
 */
#ifndef WINNOW_RESULTS_ARTIFACT_READ_H
#define WINNOW_RESULTS_ARTIFACT_READ_H

#include "base/err.h"
#include "base/str.h"
#include "results/record/record.h"

#include <stddef.h>

/* The first word of their header. */
#define ARTIFACT_FORMAT "winnow artifact 1"

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

#endif

/*
 * artifact: what a static pruner knew when it had scored, kept for the next rate.
 *
 * Proxies and scores do not depend on the rate: cells that differ in it alone share them. They lie
 * in a file named by its key, the SHA-256 of all that decides them: the cell without its rate, the
 * data, the versions of the engine and of the pruners, and the kind of processor, because what they
 * cost is charged to every cell that uses them and only seconds of the same processor can be.
 *
 *     FOLDER/KEY       a line of JSON (sizes, cost), the pruner's state, its scores, and the
 *                      SHA-256 of all that
 *
 * A file appears whole or not at all (written aside, synced, renamed). One that is damaged is
 * refused with its reason, and its cell computes the scores again. Reading is in
 * results/functions/artifact_read.h, because figures read scores too.
 */
#ifndef WINNOW_ARTIFACT_H
#define WINNOW_ARTIFACT_H

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "results/functions/artifact_read.h"

/* shared: cell_key() of the cell without its rate. machine: processor and BLAS kernels. */
void artifact_key(const char *shared, const char *machine, char ret_key[HASH_HEX_SIZE]);

/* The folder is made where only itself is missing. */
int artifact_save(const char *folder, const char *key, const struct artifact *artifact,
                  struct err *err);

#endif

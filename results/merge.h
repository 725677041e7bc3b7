/*
 * merge: takes the attempts of another database (a shard) into this one.
 *
 * Conditional, so that it can be done any number of times and in any order: an attempt whose token
 * is here already is known and skipped; so is a good attempt at a cell that already has one here
 * (two machines may have run it, one of them cut off from the network): what a reader saw stays.
 * Attempts that were under way are not taken; lost and failed ones are. A shard comes in whole or
 * not at all, in one transaction, and nothing that is here changes. Each shard has a row in
 * import_log, but the second time that the same bytes were taken.
 *
 *     struct merge_report report;
 *     if (merge_shard(store, "shards/1b7d.db", &report, &err))     the database's own trouble
 *         ...
 *     if (report.refused)
 *         fprintf(stderr, "%s: %s\n", "shards/1b7d.db", report.why.text);
 */
#pragma once

#include "base/err.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct merge_report {
    char shard[HASH_HEX_SIZE]; /* SHA-256 of the file; "" where it could not be read */
    int64_t attempts;          /* taken */
    int64_t known;             /* that were here, or whose cell was done */
    bool refused;              /* nothing of it was taken */
    bool damaged;              /* and nobody can: not a database of winnow's, or not whole */
    struct err why;            /* it was refused */
    int64_t unlisted;          /* cells that the experiment of that name here does not list, because
                                  its text is another one */
};

/* An error is the database's, and nothing of the shard was taken. */
int merge_shard(struct store *store, const char *path, struct merge_report *ret_report,
                struct err *err);

/*
 * shard: a database that another machine wrote, read into memory to be looked at and merged.
 *
 * What was verified is what is merged: the file is read once, its SHA-256 is that of these bytes,
 * and SQLite opens the bytes, not the file, so that neither a file that changes meanwhile nor the
 * locks of a network file system matter. It needs as much memory as the file is long.
 *
 *     struct shard shard;
 *     struct err why;
 *     if (shard_read(path, &shard, &why) == 0 && shard_check(&shard, 4, &why) == SHARD_GOOD)
 *         shard_attach(&shard, db, &err);       its tables are shard.attempt, shard.epoch, ...
 *     ...
 *     shard_detach(db);
 *     shard_release(&shard);
 */
#pragma once

#include "base/err.h"
#include "base/hash.h"

#include <stddef.h>

struct sqlite3;

struct shard {
    unsigned char *bytes; /* [size] */
    size_t size;
    char hash[HASH_HEX_SIZE];
};

/* An error: no such file, not a file, or somebody writes it (a -wal or -journal beside it). */
int shard_read(const char *path, struct shard *ret_shard, struct err *err);
void shard_release(struct shard *shard);

/* What ends the name of one that was damaged when it was to be merged; a number may follow. */
#define SHARD_ASIDE ".bad"

enum shard_kind {
    SHARD_GOOD,
    SHARD_DAMAGED, /* no database of winnow's, or not whole */
    SHARD_VERSION, /* of a newer winnow: nothing is known to be wrong with it */
    SHARD_UNKNOWN, /* nor with this one: the disk for temporary files was full, or failed */
};
/*
 * version: PRAGMA user_version of the program's tables. One of an older winnow is brought up to it
 * first, in memory. ret_why says what it is, unless GOOD.
 */
enum shard_kind shard_check(struct shard *shard, int version, struct err *ret_why);

/* As schema "shard" of that connection, to be read; the shard must stay until shard_detach. Not
 * within a transaction. */
int shard_attach(const struct shard *shard, struct sqlite3 *db, struct err *err);
void shard_detach(struct sqlite3 *db);

/*
 * place: where a database may lie.
 *
 * SQLite's WAL keeps its index in memory that processes share through mmap, and its locks in
 * fcntl(2): both hold on one machine only. On a network file system they seem to work until the
 * file is damaged, so winnow does not write there.
 */
#pragma once

#include "base/disk.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

/* Whether the folder of path lies on a network file system, which ret_disk then describes. */
bool place_network(const char *path, struct disk *ret_disk);

/* Refuses a pipe, which would be waited for. */
int place_check(const char *path, struct err *err);

/* Creates the folder of path where only that one is missing. */
int place_make_folder(const char *path, struct err *err);

/* The path to give to SQLite: links followed where the file exists, and never a name that SQLite
 * takes for something else (":memory:", "file:..."). */
void place_resolve(const char *path, struct str *ret_path);
/* Whether there is a file of that name with this behind it: "-wal". */
bool place_has_beside(const char *path, const char *suffix);
/* Whether there is a -wal or -journal: somebody writes it, or was killed while doing so. */
bool place_in_use(const char *path);
/* Whether both are names of one file; false where one is of none. */
bool place_same_file(const char *a, const char *b);

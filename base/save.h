/*
 * save: a file that appears whole or not at all.
 *
 * What is written has no name until it is on the disk; then it takes the place of what was at
 * `path`. A process that dies in between leaves nothing behind where the file system has nameless
 * files (O_TMPFILE; ext4, xfs, btrfs, tmpfs), except, where it was to replace one, in the moment
 * between two system calls; then, and elsewhere at any moment, a file PATH.PID.
 *
 * Links are followed: what they lead to is replaced, they stay. Devices, pipes and what is open
 * already (/dev/null, a FIFO, /dev/stdout) stay too, and are written into as it comes: whoever
 * reads there sees the beginning before the end is known to be good.
 *
 *     struct save *save;
 *     if (save_open("results/x.csv", &save, &err))
 *         ...
 *     save_put(save, text, length);
 *     if (save_close(save, &err))       the first thing that went wrong, with the path
 *         ...
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct save;

enum save_target {
    SAVE_FILE,   /* is replaced; or nothing is there yet */
    SAVE_STREAM, /* is written into */
    SAVE_DISK,   /* a whole one: refused */
};
/* What saving to path would do, and to what: where its links lead, into ret_path (or NULL). */
enum save_target save_target(const char *path, struct str *ret_path);

/* path's folder must exist. A FIFO waits for its reader. */
int save_open(const char *path, struct save **ret_save, struct err *err);
/* A new file may be run by all who may read it. */
void save_executable(struct save *save);
/* What goes wrong is told by save_close. */
void save_put(struct save *save, const void *bytes, size_t count);
/* Syncs, names and frees it; after an error nothing has changed at path, unless that is a stream.
 */
int save_close(struct save *save, struct err *err);
/* All three, for a file that is this text. */
int save_file(const char *path, const char *text, struct err *err);
/* Gives it up: nothing has changed at path, likewise. */
void save_drop(struct save *save);

/*
 * For a file that something else has written whole, under the name `aside`: syncs it and gives it
 * its name, or copies it where it does not lie beside the path. Without replace, a file that is
 * there is an error. Afterwards `aside` is gone, whatever happened.
 */
int save_adopt(const char *aside, const char *path, bool replace, struct err *err);

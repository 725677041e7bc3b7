/*
 * lock: one scheduler a database. PATH.lock holds "pid host boot" of who writes PATH (boot: the
 * kernel's boot_id), and a flock(2) on it holds for exactly as long as that process lives: what a
 * killed one leaves behind is a file without a lock, and no obstacle. A byte of PATH itself is
 * locked too, for one file may have two names.
 *
 * A flock tells of processes on this machine only. A file that another machine left, on a disk that
 * both see, is refused with what to do; one from before a restart of this machine is not. Two
 * containers of one machine have its boot_id, and names of their own.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

struct lock;

/* Fails where another one holds it, and names that one; the caller adds path to the message. PATH
 * is made, empty, where it is missing. */
int lock_take(const char *path, struct lock **ret_lock, struct err *err);
/* PATH, open; -1: it could not be opened. Whoever closes it ends SQLite's locks. */
int lock_database_file(const struct lock *lock);
/* Removes the file and gives the lock back. NULL is fine. Not before this process's connections to
 * PATH are closed: its closing of PATH would end their locks. */
void lock_free(struct lock *lock);
/* Whether some process holds the lock of that database. */
bool lock_is_held(const char *path);
/* Whether one holds it by another name of the same file. Before this process opens the database:
 * closing it again would end SQLite's locks. */
bool lock_is_held_elsewhere(const char *path);

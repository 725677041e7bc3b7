/*
 * store_private: what the parts of the store (store*.c) share.
 */
#pragma once

#include "base/str.h"
#include "results/store.h"

#include <sys/types.h>

struct lock;

/* A file as it was when it was opened. */
struct store_file {
    bool known;
    dev_t device;
    ino_t inode;
};
enum { STORE_FILES = 3 /* the database, -wal, -shm */ };

struct store {
    struct sqlite3 *db;
    char *path; /* as given: for messages */
    enum store_mode mode;
    struct lock *lock;                    /* NULL for readers */
    bool wal;                             /* was switched to it, to be left at the end */
    struct store_file files[STORE_FILES]; /* none is known to readers */
    int64_t epoch; /* what store_now adds to the time since the machine was started */
};

/*
 * Nanoseconds since 1970, for *_at. The wall clock is read once, when the store is opened; from
 * there on it is CLOCK_BOOTTIME that goes on, also while the machine sleeps. So whoever sets the
 * clock while a grid runs changes neither the order of its attempts nor how long they took.
 */
int64_t store_now(const struct store *store);
/* Reads the wall clock. */
void store_set_clock(struct store *store);

/* From here on nothing is committed where the files are not in their place (store_in_place). */
void store_remember_place(struct store *store);
/* In store_close's stead of a last checkpoint, where they are not. */
void store_leave_place(struct store *store);

/* Brings tables up to the program's version, without a backup. */
int store_bring_up(struct sqlite3 *db, struct err *err);

/* Every error of a store begins with its file: returns failed, with that done. Where the file is
 * not in its place any more, that is the error. */
int store_told(const struct store *store, int failed, struct err *err);

/* Of the file's header: https://www.sqlite.org/fileformat.html#the_database_header */
enum {
    STORE_HEADER = 100,
    STORE_WRITE_VERSION_AT = 18,
    STORE_READ_VERSION_AT = 19,
    STORE_USER_VERSION_AT = 60,
    STORE_APPLICATION_ID_AT = 68,
    STORE_WITHOUT_WAL = 1, /* a version; 2: with */
};

/* For arrays, not pointers. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

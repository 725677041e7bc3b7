/*
 * store_private: what the parts of the store (store*.c) share.
 */
#ifndef WINNOW_RESULTS_STORE_PRIVATE_H
#define WINNOW_RESULTS_STORE_PRIVATE_H

#include "results/store.h"

struct lock;

struct store {
    struct sqlite3 *db;
    char *path; /* as given: for messages */
    enum store_mode mode;
    struct lock *lock; /* NULL for readers */
};

/* Every error of a store begins with its file: returns failed, with that done. */
int store_told(const struct store *store, int failed, struct err *err);

/* For arrays, not pointers. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif

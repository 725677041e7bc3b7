/*
 * garbage: the files beside a database that nothing needs any more.
 *
 * Artifacts belong to all databases of a folder (artifact.h), so one is garbage only where none of
 * them names it, backups counted; where one of them cannot be read, nothing is. Checkpoints are the
 * database's own (checkpoint.h), and needed while it knows the cell as tried and without a result.
 * What dead processes left half written (NAME.PID; base/save.h, results/store.h) is garbage too.
 *
 *     struct garbage garbage;
 *     if (garbage_find(store, "results/x.db", true, &garbage, &err)) ...
 *     for (size_t i = 0; i < garbage.count; i++)
 *         unlink(garbage.items[i].path);
 *     garbage_release(&garbage);
 *
 * Limits: a database elsewhere that uses this folder's artifacts through a link is not seen.
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct lock;

struct garbage_item {
    const char *path, *why; /* "no attempt names it" */
    int64_t bytes;
};

struct garbage {
    struct garbage_item *items;
    size_t count;
    size_t kept;         /* artifacts that some attempt names */
    size_t resumable;    /* checkpoints of cells that have no result yet */
    size_t databases;    /* whose attempts were asked */
    struct lock **locks; /* of the other databases, held until garbage_release */
    size_t lock_count;
    struct arena arena; /* paths */
};

/*
 * path: the store's, as the run was given it. hold: nobody may begin to write another database of
 * the folder before garbage_release; where somebody does already, that one is named in *err.
 */
int garbage_find(struct store *store, const char *path, bool hold, struct garbage *ret_garbage,
                 struct err *err);
void garbage_release(struct garbage *garbage);

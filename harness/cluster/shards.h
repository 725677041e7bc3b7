/*
 * shards: the folder in which the elements of a frozen plan leave their results.
 *
 *     SHARDS/<element's id>-<random>.db
 *
 * The id is of the element's cells, so that a name says whose results a file holds, whatever number
 * the element has; the rest differs from start to start, so that two machines that work at the same
 * element, one of them cut off from the network, never write the same file. A shard appears there
 * whole or not at all, and is replaced, by its owner only, by what has more.
 */
#pragma once

#include "harness/cluster/frozen_plan.h"

#include <stdbool.h>

/* The names of the databases in a folder, in order; none where there is no folder. */
struct shards {
    const char **names; /* [count] */
    size_t count;
    struct arena arena;
};
int shards_list(const char *folder, struct shards *ret_shards, struct err *err);
void shards_release(struct shards *shards);

/*
 * Raises the states of these cells, which are the element's of that id, by what its shards say. A
 * shard that cannot be read counts as none: its name and the reason are appended to ret_notes, a
 * line each.
 */
void shards_states(const char *folder, const struct shards *shards, const char *element_id,
                   struct plan_cell *cells, size_t count, struct str *ret_notes);

/* A new name for a shard of the element, with the folder, which is made where only it is missing.
 */
int shards_new_name(const char *folder, const char *element_id, struct str *ret_path,
                    struct err *err);
/* One state of the store, by way of the file `copy` beside it: synced, then renamed. */
int shards_publish(struct store *store, const char *copy, const char *path, struct err *err);

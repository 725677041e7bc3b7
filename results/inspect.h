/*
 * inspect: is a database whole, and what does it need?
 *
 * SQLite's own checks of the file (integrity_check, foreign_key_check), and what only winnow knows
 * to hold: bitmaps unpack to as many bits as are said to be kept, the accuracy of a network is that
 * of its classes, the phases of an attempt add up to its wall clock, a running attempt has a
 * scheduler. What is wrong goes to a function, a line at a time, so that one damage does not hide
 * the next: a part that cannot be read is a finding too.
 *
 *     static void take(void *context, bool damage, const char *text) { ... }
 *
 *     struct inspect_counts counts;
 *     inspect_database(store, &(struct inspect_watcher){take, NULL}, &counts);
 *
 * Whether the file is winnow's, and of this version, store_open has found out before.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct inspect_watcher {
    /* MUST be set. damage: the file, or what it tells, is not whole; else it is worth knowing. */
    void (*take)(void *context, bool damage, const char *text);
    void *context;
};

struct inspect_counts {
    int64_t cells, attempts, selections; /* looked at */
};

void inspect_database(struct store *store, const struct inspect_watcher *watcher,
                      struct inspect_counts *ret_counts);

/* Each key once, in their order, and the attempts that it is of; the key is borrowed for the call.
 */
struct inspect_keys {
    void (*take)(void *context, const char *key, int64_t attempts); /* MUST be set */
    void *context;
};
/* Of the artifacts that attempts name. */
int inspect_artifacts(struct store *store, const struct inspect_keys *keys, struct err *err);
/* Of the cells that were tried and have no result yet: neither done nor diverged. */
int inspect_unfinished(struct store *store, const struct inspect_keys *keys, struct err *err);

/* Attempts at cells that no experiment lists any more, and those cells. */
int inspect_unlisted(struct store *store, int64_t *ret_attempts, int64_t *ret_cells,
                     struct err *err);

/*
 * pause: what may hold a grid up for a while, and how its attempts tell of it.
 *
 * A full disk and a database that another program holds are waited out: the scheduler stops reading
 * records (pipes keep them, and a worker whose pipe is full waits), starts nothing, and repeats the
 * very transaction that failed until it succeeds. Ctrl-Z stops the workers too, and a machine can
 * sleep. Each is booked in a ledger; the difference between a cell's start and its end becomes its
 * timing.reason, since its seconds may hold some of that wait:
 *
 *     const struct pause_ledger before = ledger; ...
 *     end.timing.reason = pause_reason(&before, &ledger, end.timing.reason, &arena);
 *     -> "paused for 12 s: the disk was full"
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PAUSE_RETRY_MS = 2000,      /* between two tries */
    PAUSE_LOOK_MS = 200,        /* between two looks whether it is worth while to try again */
    PAUSE_LOCK_MS = 1000,       /* how long a try waits for a lock; no signal is seen meanwhile */
    PAUSE_ROOM_BYTES = 4 << 20, /* less is hardly any: no cell starts, nothing is tried again */
};

enum pause_kind {
    PAUSE_FULL,
    PAUSE_LOCKED,
    PAUSE_STOPPED, /* Ctrl-Z */
    PAUSE_SLEPT,   /* the machine: no clock of the cell's ran */
    PAUSE_KINDS,
};

struct pause_ledger {
    int64_t ns[PAUSE_KINDS]; /* so far */
};

/* Of an error with a cause. */
enum pause_kind pause_kind_of(enum err_cause cause);
/* "disk full: paused; make room in results": what to tell while it lasts. */
const char *pause_text(enum pause_kind kind, const char *path, struct arena *arena);
/*
 * Why the seconds of what ran between two states of the ledger are doubtful, after what was known
 * already (or NULL); that alone where nothing held it up. Below a second of sleep is a rounding
 * error of two clocks read one after the other.
 */
const char *pause_reason(const struct pause_ledger *before, const struct pause_ledger *now,
                         const char *known, struct arena *arena);

/*
 * Before there is a grid, opening the database and what is first written into it wait likewise:
 *
 *     struct pause_start start = {.db = path, .end = end, .say = say};
 *     while ((failed = store_open(path, ..., &err)) && pause_start_again(&start, &err))
 *         ;
 *     pause_start_end(&start);
 */
struct pause_start {
    const char *db;
    int64_t end; /* time_boot() when there is no more time; 0: never */
    void (*say)(const char *text);
    int64_t since; /* 0: it did not have to wait yet */
};
/* Whether to try again what failed with err, after a while; where the time is up, *err says so. */
bool pause_start_again(struct pause_start *start, struct err *err);
/* It succeeded. */
void pause_start_end(const struct pause_start *start);

/* Whether the disk of path (its folder must exist) has PAUSE_ROOM_BYTES; true where it cannot be
 * known. */
bool pause_has_room(const char *path);

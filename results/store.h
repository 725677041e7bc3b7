/*
 * store: the only code that writes SQL. One process holds it open for writing at a time.
 *
 * The file is a plain SQLite database with STRICT tables (schema.sql) and views (views.sql), which
 * are the public interface; see results/README.md. Every call below is one transaction, so that a
 * kill at any moment leaves whole rows. Writing goes through WAL, so that sqlite3 can read beside
 * it; at rest the file is in journal mode DELETE, which any build of SQLite opens.
 *
 *     struct store *store;
 *     if (store_open("results/quickstart.db", STORE_WRITE, &store, &err)) ...
 *     store_experiment(store, &experiment, cells, cell_count, &err);
 *     int64_t attempt;
 *     store_attempt_begin(store, key, &environment, beside, &attempt, &err);
 *     store_put(store, attempt, &(struct record){.kind = RECORD_EPOCH, .epoch = epoch}, &err); ...
 *     store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err);
 *     store_close(store);
 */
#pragma once

#include "base/err.h"
#include "results/record/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct sqlite3;

enum store_mode {
    STORE_READ,  /* query only; must exist */
    STORE_WRITE, /* created where missing; takes the lock (PATH.lock); migrated, with a backup first
                  */
    /* With STORE_WRITE: */
    STORE_ANYWHERE = 2, /* on a network file system too: who asks for it answers for nobody else
                           using it */
    STORE_BRIEFLY = 4,  /* waits for a lock a second only: who asks for it tries again */
};

/*
 * For writing, the last folder of path is created where it is missing, and attempts left RUNNING by
 * a dead scheduler become LOST. Errors, each with the path: no such file, not a database, not
 * winnow's (application_id), a newer version (user_version), locked by another scheduler (its pid
 * and host are in the message), a network file system, and SQLite's own. A full disk and a
 * database held by another program are told apart by err->cause, here and below.
 */
int store_open(const char *path, enum store_mode mode, struct store **ret_store, struct err *err);

/* An empty one in memory, with the views and functions: for what a query's columns are. */
int store_open_empty(struct store **ret_store, struct err *err);
/* What was open for writing becomes one file in journal mode DELETE, unless somebody else has it
 * open; the lock is given back. NULL is fine. */
void store_close(struct store *store);
/*
 * Of a store for writing: an error where its file, or -wal, was deleted, moved or replaced since it
 * was opened. Every transaction asks so before it commits; ask before saying that all is there.
 */
int store_in_place(const struct store *store, struct err *err);
/* How long a write waits for a program that holds the database, before it fails with ERR_BUSY; 10 s
 * unless told, here or by STORE_BRIEFLY. */
void store_wait_for_lock(struct store *store, int milliseconds);
bool store_is_writable(const struct store *store);
/* For readers (winnow sql, plots): the connection, query only in STORE_READ, where it also has the
 * aggregates of results/functions/functions.h. Borrowed. */
struct sqlite3 *store_sqlite(struct store *store);

/* What is said of an experiment. */
struct store_note {
    const char *place; /* in its file: "7:12", "--set rate", "" */
    const char *text;
};

struct store_question; /* results/decision.h */

struct store_experiment {
    const char *name;
    const char *file;      /* as given on the command line */
    const char *yaml;      /* its text */
    const double *targets; /* accuracies, 0..1 */
    size_t target_count;
    const char *figures; /* JSON array of names; NULL: none */
    const struct store_note *notes;
    size_t note_count;
    const struct store_question *questions;
    size_t question_count;
};

struct store_cell {
    const char *key;  /* 64 hex digits */
    const char *json; /* canonical */
    /* Labels are a name and the options that differ from their defaults: "convnet(depth=4)". */
    const char *dataset;        /* label */
    const char *model, *pruner; /* names */
    const char *model_label;
    const char *options; /* the pruner's that differ from their defaults: "c=2 period=5", or "" */
    double rate;
    int64_t seed;
    int epochs; /* planned */
};

/*
 * Records the experiment (by name: a changed file replaces its text, its notes and its list of
 * cells) and its cells in order (existing ones stay). Cells no longer listed keep their attempts.
 */
int store_experiment(struct store *store, const struct store_experiment *experiment,
                     const struct store_cell *cells, size_t cell_count, struct err *err);

/* DONE: has a good attempt. FAILED: has none, and one that failed or diverged. NEW: else; an
 * attempt that was lost with its scheduler, or is under way, does not count. */
enum store_cell_state { CELL_NEW, CELL_DONE, CELL_FAILED };
int store_cell_state(struct store *store, const char *key, enum store_cell_state *ret_state,
                     struct err *err);

/* beside: cells running at the same time, itself not counted. */
int store_attempt_begin(struct store *store, const char *key,
                        const struct record_environment *environment, int beside,
                        int64_t *ret_attempt, struct err *err);
/*
 * Writes what a running attempt tells, which is any record but an environment; progress is not
 * kept. The end is the last, with a state that is not RUNNING.
 */
int store_put(struct store *store, int64_t attempt, const struct record *record, struct err *err);

/* ---- The file ---------------------------------------------------------------------------------*/

enum { STORE_APPLICATION_ID = 2003398254 }; /* in schema.sql too */

/* By its first bytes, without opening it; FOREIGN: a database of another program. ret_version is
 * set for WINNOW. */
enum store_file_kind { STORE_FILE_OTHER, STORE_FILE_FOREIGN, STORE_FILE_WINNOW };
enum store_file_kind store_file_kind(const char *path, int *ret_version);

/*
 * Copies one state of the database to path, whoever writes meanwhile. The copy appears whole or not
 * at all (a process that dies in between leaves PATH.PID). Refused: the database itself, a file
 * with a -wal or -journal beside it, and any file unless replace. A device or a pipe is written
 * into (base/save.h); that takes as much memory as the database is long.
 */
int store_copy(struct store *store, const char *path, bool replace, struct err *err);

/* Rewrites the file without what was deleted. Of a store for writing; bytes before and after. */
int store_vacuum(struct store *store, int64_t *ret_before, int64_t *ret_after, struct err *err);

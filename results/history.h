/*
 * history: what a database knows that helps to tell what is to come: how long each kind of cell
 * took, how much memory and disk it needs, and which cells an experiment listed when it was last
 * run.
 *
 *     struct history *history;
 *     if (history_read(store, "fashion", &history, &err)) ...
 *     const struct history_cell *cell = history_find(history, key);
 *     history_free(history);
 *
 * Reading only. What is made of it is harness/plan/estimate.h's and harness/plan/explain.h's.
 */
#pragma once

#include "base/mem.h"
#include "results/store.h"

/* What decides how long a cell takes, by labels as in struct store_cell. */
struct history_shape {
    const char *dataset, *model, *pruner, *options;
    double rate;
    int epochs;
};

/* One good attempt. */
struct history_run {
    struct history_shape shape;
    double wall_s;
    int64_t peak_memory_bytes; /* 0: not measured */
};

struct history_cell {
    const char *key, *json;
    const char *dataset, *model, *pruner; /* the dataset's label, and names */
    const char *label; /* of all but rate and seed: "synthetic(samples=100) mlp ucb(c=2)" */
    double rate;
    int64_t seed;
    const char *state;          /* as v_run has it: "new", "done", "failed", "lost", ... */
    const char *cause, *reason; /* of that state, or "" */
    /* The experiment lists it; or none lists it, and the database has only this experiment. */
    bool listed;
};

struct history {
    struct history_run *runs; /* [run_count] */
    size_t run_count;
    struct history_cell *cells; /* [cell_count], by key */
    size_t cell_count;
    int64_t run_bytes; /* of the database, that a good attempt takes on average; 0: not known */
    struct arena arena;
};

int history_read(struct store *store, const char *experiment, struct history **ret_history,
                 struct err *err);
/* Of a database that is not there: empty. */
struct history *history_none(void);
/* NULL where the database does not know it. */
const struct history_cell *history_find(const struct history *history, const char *key);
/* NULL is fine. */
void history_free(struct history *history);

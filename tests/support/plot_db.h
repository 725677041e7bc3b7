/*
 * plot_db: made-up results for the tests of plots/ and of views: a database of the store's, with
 * its tables and views, filled from formulas or run by run. What was recorded can be changed:
 * attempts are not append-only here. The scores lie beside it, and the samples are of the synthetic
 * set. Static are full, full-short, random, el2n and forgetting; all others choose again every
 * second epoch. All but full and random have scores.
 */
#pragma once

#include <stdint.h>

struct sqlite3;

struct plot_pruner {
    const char *name, *options;
};

enum { PLOT_GRID_MAX = 4 };

/* Every dataset with every model, pruner, rate and seed; full has rate 0. Unused places are 0. */
struct plot_grid {
    const char *name;
    const char *datasets[PLOT_GRID_MAX], *models[PLOT_GRID_MAX];
    const struct plot_pruner *pruners; /* name NULL at the end */
    double rates[PLOT_GRID_MAX];
    int seeds, epochs;
    const char *targets; /* JSON array; NULL: none */
};

struct plot_epoch {
    double accuracy, charged_s;
};

/* One dataset and model, two rates, three seeds: full, random, ucb twice, el2n. 27 cells. */
extern const struct plot_grid plot_grid_small;
/* Two datasets and models, three rates, two seeds: all ten pruners, ucb twice, and a new one. */
extern const struct plot_grid plot_grid_large;

/* A cell and an attempt at it. */
struct plot_run {
    const char *experiment, *state, *dataset, *model; /* NULL: "x", "done", "d", "m" */
    const char *pruner, *options;                     /* options NULL: "" */
    double rate;
    int seed;
    double processed, accuracy; /* 0..1; NAN: not measured */
    const char *key, *json;     /* the cell's; NULL: any */
};

/* One at a time. */
struct sqlite3 *plot_db_open(void);
void plot_db_close(struct sqlite3 *db);
/* Ends the test where that fails; made as sqlite3_mprintf() does. */
void plot_db_exec(struct sqlite3 *db, const char *sql, ...);
/* Adds it to an experiment, which is made, without targets, where there is none of that name.
 * Returns the attempt. */
int64_t plot_db_run(struct sqlite3 *db, const struct plot_run *run);
/* Adds runs: the query gives columns in the order of struct plot_run, up to the accuracy. */
void plot_db_add(struct sqlite3 *db, const char *query);
void plot_db_fill(struct sqlite3 *db, const struct plot_grid *grid);
/*
 * Makes more of what plot_db_fill made, where a figure is about certain pruners or about many
 * networks: all but full become dp with the pruner's name as its options (gap-theory), pruners get
 * runs with prune_with: small(width=8) too (transfer), or with three more samplers (score-sampler),
 * models get three more each (architecture-ranking), all but full are asked about (evidence).
 */
void plot_db_suit(struct sqlite3 *db, const char *figure);
/* What plot_db_fill records for an epoch, from 1, of a cell. */
struct plot_epoch plot_epoch(const struct plot_grid *grid, const struct plot_pruner *pruner,
                             double rate, int seed, int epoch);

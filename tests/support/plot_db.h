/*
 * plot_db: made-up results for the tests of plots/: the views that figures read, as tables of a
 * database, filled from formulas. v_versus, v_versus_summary, v_generalization and v_ranking are
 * the real ones, and so are the scores beside it, and the samples, which are of the synthetic set.
 * Static are full, full-short, random, el2n and forgetting; all others choose again every second
 * epoch. All but full and random have scores.
 */
#ifndef WINNOW_TESTS_PLOT_DB_H
#define WINNOW_TESTS_PLOT_DB_H

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

struct sqlite3 *plot_db_open(void);
void plot_db_close(struct sqlite3 *db);
/* Ends the test where that fails. */
void plot_db_exec(struct sqlite3 *db, const char *sql);
void plot_db_fill(struct sqlite3 *db, const struct plot_grid *grid);
/*
 * Makes more of what plot_db_fill made, where a figure is about certain pruners or about many
 * networks: all but full become dp with the pruner's name as its options (gap-theory), pruners get
 * runs with prune_with: small(width=8) too (transfer), models get three more each
 * (architecture-ranking).
 */
void plot_db_suit(struct sqlite3 *db, const char *figure);
/* What plot_db_fill records for an epoch, from 1, of a cell. */
struct plot_epoch plot_epoch(const struct plot_grid *grid, const struct plot_pruner *pruner,
                             double rate, int seed, int epoch);

#endif

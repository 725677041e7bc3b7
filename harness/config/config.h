/*
 * config: an experiment's YAML file as structs.
 *
 * The file is read with libyaml's document API, so that every node knows its line and column, and
 * by walking option tables. All mistakes of a file are reported together, each as
 *
 *     file.yaml:7:12: rate: expected a number from 0 to below 1, found '1.2'
 *
 * with "did you mean" for unknown keys and names. Nothing runs from a file with a mistake in it.
 *
 * What is right and cannot do what it says is a note, with its place: a file may have such and run.
 */
#pragma once

#include "base/mem.h"
#include "base/str.h"
#include "harness/cell/cell.h"
#include "harness/cell/limits.h"
#include "harness/config/mistakes.h"

#include <stdbool.h>

/* The values of a named axis. */
struct choices {
    struct choice *items;
    size_t count;
};

/* What the mean of paired differences is asked of, of an arm and a reference. */
enum question_claim {
    CLAIM_NONINFERIOR, /* the arm's accuracy is above the reference's less a margin */
    CLAIM_BETTER,      /* it is above the reference's */
    CLAIM_FASTER,      /* its charged seconds are fewer than the reference's */
    CLAIM_SLOWER,      /* they are more */
};
extern const char *const question_claim_names[]; /* as in the file; NULL ends */

/* One claim on one pair of arms in one place: dataset, model, rate. */
struct question {
    enum question_claim claim;
    double margin;      /* of noninferiority, points */
    size_t (*cells)[2]; /* [seed_count] of the config: the arm's and the reference's */
    struct place place;
};

struct config {
    const char *path;              /* as given */
    const char *text;              /* the whole file */
    const char *name, *hypothesis; /* hypothesis: NULL where not given */
    const char *data_dir;          /* a folder that is there; NULL where not given */
    struct engine engine;          /* of every cell */
    struct choices datasets, models, pruners;
    double *rates;
    size_t rate_count;
    int *seeds;
    size_t seed_count;
    size_t at_least; /* seeds before anything is decided; 0: their number is fixed */
    struct question *questions;
    size_t question_count;
    double *targets;
    size_t target_count;
    const char **figures;
    size_t figure_count;
    struct cell *cells; /* the grid: product, overrides applied, excluded ones gone, included ones
                           added, duplicates gone; in file order, the seed varying slowest and the
                           rate fastest, so that an interrupted grid is whole for its first seeds */
    size_t cell_count;
    struct limits *limits; /* [cell_count] of each */
    struct place *places;  /* [cell_count] of each one's dataset in the file; NULL: not known */
    struct mistakes notes; /* sorted */
    struct arena arena;    /* holds all of the above but the notes */
};

/*
 * Reads and validates. sets are the texts of --set, "train.epochs=3": each replaces what the file
 * says before anything is validated, and is itself read as strictly. On failure returns -1 and
 * ret_errors holds one line per mistake, each with its place, each ending in a newline.
 */
int config_load(const char *path, const char *const *sets, size_t set_count,
                struct config **ret_config, struct str *ret_errors);
void config_free(struct config *config);

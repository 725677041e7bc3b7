/*
 * plan: config -> ordered list of cells, each with its canonical JSON and its key.
 */
#pragma once

#include "harness/config/config.h"
#include "results/store.h"

struct plan_cell {
    struct cell cell;
    struct limits limits;
    const char *json;
    char key[HASH_HEX_SIZE];
    char shared[HASH_HEX_SIZE];  /* the same without the rate, "" where no scores are shared */
    const char *data_hash;       /* what the key is made of, beside the JSON */
    size_t train_n;              /* samples to train on; 0: not known */
    const char *file_hash;       /* "" where the pruner reads no file */
    const char *label;           /* cell_describe */
    struct store_cell stored;    /* the same, as the store wants it */
    enum store_cell_state state; /* set by plan_states; CELL_NEW before */
    bool left_out;               /* set by cmd_apply_where: neither run nor shown */
};

/* A dataset of the plan, as it was found. */
struct plan_data {
    const struct dataset_type *type;
    const char *made_of; /* the options that decide its content */
    const char *folder;  /* absolute; NULL: it is made */
    bool strayed;        /* not found where somebody said */
    size_t train_n, test_n;
    char hash[HASH_HEX_SIZE];
    struct plan_data *next;
};

struct plan {
    struct plan_cell *cells;
    size_t count;
    struct plan_data *data;         /* a list */
    struct mistakes data_notes;     /* what was found odd about them, where the file has them */
    const struct store_note *notes; /* these and the config's, as the store wants them */
    size_t note_count;
    struct arena arena;
};

/*
 * Loads each dataset once, for its content hash: an error where one is missing or damaged, or has
 * fewer samples than a limit asks for. The cells borrow their options from config, which must live
 * as long as the plan.
 */
int plan_make(const struct config *config, struct plan **ret_plan, struct err *err);
void plan_free(struct plan *plan);
/* Fills label and stored of a cell that has the rest. */
void plan_describe(struct plan_cell *planned, struct arena *arena);
/* Asks the store which cells are done. */
int plan_states(struct plan *plan, struct store *store, struct err *err);

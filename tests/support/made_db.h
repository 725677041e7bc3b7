/*
 * made_db: a small database with results that can be added up by hand, and short questions to it.
 *
 * Experiment "made" (targets 0.5 and 0.9), data set "synthetic", model "mlp", 2 epochs, 1000
 * samples; seconds are score + select + train; every good run also has 1 s load and 2 s eval:
 *
 *     position  pruner  rate  seed  state     accuracy by epoch  charged by epoch   seconds
 *     1         full    0     0     done      0.6   0.9          5     10           0 + 0 + 10
 *     2         full    0     1     done      0.4   0.8          7     14           0 + 0 + 14
 *     3         el2n    0.5   0     done      0.45  0.7          5.5   8            2 + 1 + 5
 *     4         el2n    0.5   1     done      0.3   0.6          3.5   4            2 + 1 + 1
 *     5         ucb     0.5   0     diverged  0.2                3
 *     6         ucb     0.5   1     failed
 *     7         random  0.5   0     running   0.55               2
 *     8         random  0.5   1     new
 *     9         rs2     0.5   0     lost
 *
 * Cell 3 has a LEDGER_GAP, cell 4 failed once before, el2n has the option runs=3. Cell 1 is also in
 * experiment "other".
 */
#pragma once

#include "results/store.h"

#include <stddef.h>

enum { MADE_CELLS = 9 };

/* Creates it at path and leaves it closed; cell 7 is left running, as a killed scheduler does. */
void made_db(const char *path);
/* The key of the cell at a position, from 1. The first two cells' keys begin alike. */
const char *made_key(size_t position);
/* An environment for attempts. */
extern const struct record_environment made_environment;

/* path in the test's folder; valid until the next call. */
const char *made_path(const char *name);
/* Opens or ends the test with the reason. */
struct store *must_open(const char *path, enum store_mode mode);
/* The first value of the first row; NAN for NULL. Ends the test where there is no row. */
double ask(struct store *store, const char *sql);
/* The same as text, "NULL" for NULL, valid until the next call. */
const char *ask_text(struct store *store, const char *sql);

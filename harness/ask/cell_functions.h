/*
 * cell_functions: SQL functions that know what a cell is and what it trains on, for figures with
 * pictures and for `winnow sql`.
 *
 *     has_rate(pruner, rate)          cell_has_rate(): 0 for full data, which no rate describes
 *     arm(pruner, options [, rate])   "ucb(c=2) 0.5", "random 0", "full"
 *     training(dataset, model, pruner, options, rate, seed)
 *                                     for people: "fashion-mnist mlp ucb(c=2) rate 0.5 seed 1"
 *
 * The others show the samples themselves. A cell's training split is loaded when it is first asked
 * for, found as its run found it, and must be what the cell was trained on: its content hash is
 * part of the cell's key.
 *
 *     sample_class(cell, sample)      the label trained on, of sample i of the training split
 *     sample_origin(cell, sample)     its position in the dataset's own training file
 *     sample_pixels(cell, sample)     a text: "28x28x1:" (height, width, channels) and two
 *                                     hexadecimal digits a byte, row after row, channels innermost
 *     class_count(cell)
 *     class_name(cell, class)         its number where the dataset has no names
 *
 *     SELECT sample_class(r.cell, s.sample), avg(s.kept = 0)
 *     FROM v_run r JOIN selection_samples(r.attempt) s WHERE r.pruner = 'ucb' GROUP BY 1;
 *
 * `cell` is a key, as in v_run. NULL of NULL, and for a sample or class that is not there. Where
 * the dataset is not found, or is another one, that is an SQLite error of the code SQLITE_CANTOPEN.
 * Two splits are kept in memory at a time.
 */
#pragma once

#include "base/err.h"

struct sqlite3;

int cell_functions_register(struct sqlite3 *db, struct err *err);

/*
 * sql: pieces of SQL that say what a cell is, for the commands and for this room.
 */
#pragma once

/* A row of v_run for people: "fashion-mnist mlp ucb(c=2) rate 0.5 seed 1". has_rate() is of
 * cell_functions.h. */
#define SQL_TRAINING                                                                               \
    "dataset || ' ' || model || ' ' || pruner || iif(options = '', '', '(' || options || ')') "    \
    "|| iif(has_rate(pruner, rate), printf(' rate %g', rate), '') || printf(' seed %d', seed)"

/* Cells under the names of v_run, which has only those that some experiment lists. */
#define SQL_CELLS                                                                                  \
    "(SELECT key, dataset, model_label AS model, pruner, options, rate, seed FROM cell)"

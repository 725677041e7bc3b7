/*
 * paper: what `winnow paper` makes of the experiments of a paper: which they are, which tables and
 * claims come from each. harness/paper/paper.def lists it all; the queries are beside.
 *
 *     struct str name = {0};
 *     paper_experiment("b", "-transfer", "night", &name);          "paper-b-transfer-night"
 *     struct table table = {0};
 *     if (paper_ask(db, paper_table_at(0)->sql, str_text(&name), &table, &err)) ...
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "harness/ask/table.h"

#include <stddef.h>

struct sqlite3;

struct paper_part {
    const char *paper, *part; /* "b", "-transfer" */
};

struct paper_table {
    const char *paper, *part, *name, *title, *sql; /* part NULL: of all parts, one below the
                                                           other */
};

enum paper_quantifier { PAPER_ALL, PAPER_ANY };

struct paper_claim {
    const char *paper, *part, *id, *sql;
    enum paper_quantifier quantifier;
    const char *columns; /* of v_run that it needs, separated by commas */
    const char *pruners; /* that it compares, likewise */
    const char *statement, *rule;
};

/* Of all papers, in their order; NULL at the end. */
const struct paper_table *paper_table_at(size_t i);
const struct paper_claim *paper_claim_at(size_t i);

/* Of any experiment: a row for each dataset and kind of model, of what ran and on what. */
const char *paper_what_ran(void);

extern const char *const paper_sizes[]; /* "full", "night", "smoke", NULL */

/* Appends the name of an experiment, which is that of its file and, of the first part, of the
 * database. */
void paper_experiment(const char *paper, const char *part, const char *size, struct str *ret_name);

/* The next part of a paper from the *i-th of all on, and its experiment's name in the place of what
 * ret_name holds; NULL: there is none. */
const struct paper_part *paper_next(const char *paper, const char *size, size_t *i,
                                    struct str *ret_name);

/* One statement with :experiment, of which the whole result goes into an empty table. */
int paper_ask(struct sqlite3 *db, const char *sql, const char *experiment, struct table *ret_table,
              struct err *err);

/* Row from 0; by the column's name, which must be there. */
const struct db_value *paper_cell(const struct table *table, size_t row, const char *column);
/* NAN where it is no number. */
double paper_number(const struct db_value *cell);

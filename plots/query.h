/*
 * query: asks a database for a figure's rows, with the columns that all figures share.
 *
 *     struct db_rows rows;
 *     if (figure_ask(&rows, figure, db, experiment, &err)) ...
 *     while (db_next(&rows)) ...           block, experiment, unfinished, ... (render.h)
 *     if (db_close(&rows, &err)) ...
 */
#pragma once

#include "plots/render.h"

struct db_rows;

/*
 * The rows of NAME.sql, put into columns.sql; or as they are, where their first column is block: so
 * did queries give all columns before there was a columns.sql. -1, with nothing to close, where the
 * query lacks a column that it must give, or a user's script cannot be read; what SQLite has to say
 * is db_close's. experiment NULL: no rows, for the names of the columns.
 */
int figure_ask(struct db_rows *ret_rows, const struct figure *figure, struct sqlite3 *db,
               const char *experiment, struct err *err);

/*
 * extract: a figure's numbers from a file that `winnow plot --data-only` wrote, instead of from a
 * database, so that a figure can be drawn again from an extract that was kept.
 *
 *     struct str tsv = {0};
 *     if (extract_read(figure_find("phases"), db, "results/extracts/phases.tsv", &tsv, &err) ||
 *         figure_draw(figure_find("phases"), str_text(&tsv), ...
 */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "plots/render.h"

struct sqlite3;

/*
 * Reads the file and checks it: the columns, which are those that the figure's SQL has in db (an
 * empty
 * database will do: store_open_empty), and every row. Errors name the file and the line.
 */
int extract_read(const struct figure *figure, struct sqlite3 *db, const char *path,
                 struct str *ret_tsv, struct err *err);

/*
 * table: rows and columns as text: aligned for people, CSV, JSON or Markdown.
 *
 *     struct db_rows rows;
 *     db_ask(&rows, db, sql, DB_NO_VALUES);
 *     table_write(stdout, &rows, TABLE_CSV);
 *     if (db_close(&rows, &err)) ...
 *
 *     struct table table = {0};
 *     db_ask(&rows, db, sql, DB_NO_VALUES);
 *     table_read(&table, &rows);
 *     if (db_close(&rows, &err)) ...
 *     table_render(&table, &text);
 *     table_release(&table);
 *
 * CSV (RFC 4180, '\n') and JSON (an array, one object a line) keep numbers exact: reading them back
 * gives the same double. The aligned and the Markdown table are for people: six significant digits,
 * numbers to the right, NULL as "-", line breaks and terminal escapes as spaces. Text is UTF-8;
 * bytes that are not become U+FFFD. A BLOB is shown in hexadecimal.
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/db.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum table_format { TABLE_ALIGNED, TABLE_CSV, TABLE_JSON, TABLE_MARKDOWN };
extern const char *const table_format_names[]; /* "table", "csv", "json", "markdown", NULL */

/* {0} is an empty one. */
struct table {
    size_t columns;
    struct db_value *cells; /* [rows + 1][columns], the names first */
    size_t count;           /* of cells */
    struct arena arena;     /* their texts */
};

/*
 * For rows that come from no query: appends one cell, the columns' names first, then row by row.
 * Its text is copied. `columns` is the caller's to set.
 */
void table_add(struct table *table, struct db_value cell);
/* Cells to be added; NULL, and what is not finite, is VALUE_NULL. */
struct db_value table_text(const char *text);
struct db_value table_real(double value);
struct db_value table_count(size_t value);
/*
 * A row that is filled name by name, or that of the names themselves, which counts the columns: so
 * that each column's name stands beside its value.
 */
struct table_row {
    struct table *table;
    bool names;
};
void table_put(const struct table_row *row, const char *name, struct db_value value);
/* Appends the names of the columns from first on. Once, before the rows. */
void table_add_names(struct table *table, const struct db_rows *rows, int first);
/* Appends the row that rows stands on, from column first on. */
void table_add_row(struct table *table, const struct db_rows *rows, int first);
/* Names and all rows, into an empty table. */
void table_read(struct table *table, struct db_rows *rows);
/* Rows without the names. */
size_t table_rows(const struct table *table);
void table_release(struct table *table);

/* Appends the aligned table. */
void table_render(const struct table *table, struct str *ret_text);
/* Appends it in any of the formats. */
void table_format(const struct table *table, enum table_format format, struct str *ret_text);
/*
 * All rows, to a stream, whose errors the caller looks for. CSV and JSON go out row by row: a
 * million rows take no memory. Rows that end with an error (db_close) end what is written too.
 */
void table_write(FILE *out, struct db_rows *rows, enum table_format format);

/* Writes data: as it is, but to a terminal, which takes control characters for commands. */
void table_put_data(FILE *out, const struct str *text);
/* Appends text as it may stand in a cell of a Markdown table: as itself, whatever is in it. */
void table_add_markdown(struct str *ret_text, const char *text);
/* Appends what people read of a value: "-" of NULL, six digits of a real, text as it is shown. */
void table_add_value(struct str *ret_text, const struct db_value *value);
/* Appends a bar of width characters, filled to share (0..1) in eighths of a character. */
void table_add_bar(struct str *ret_text, double share, int width);

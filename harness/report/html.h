/*
 * html: pieces of a page, with every text escaped.
 *
 *     static const struct html_column columns[] = {{"pruner", HTML_HEAD, 0},
 *                                                  {"s", HTML_NUMBER, 2}};
 *     html_table_open(&page, "Seconds", columns, 2);
 *     html_row_open(&page);
 *     html_text(&page, &columns[0], "el2n");
 *     html_number(&page, &columns[1], 12.3);
 *     html_row_close(&page);
 *     html_table_close(&page);
 *
 * What comes from a database goes through html_add or a function that calls it: a name with "<" in
 * it is a text on the page and nothing else.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

struct db_rows;

/* Appends text for between tags or between quotes: & < > " ' escaped, line breaks kept, other
 * control characters as spaces, invalid UTF-8 as U+FFFD. NULL is nothing. */
void html_add(struct str *out, const char *text);
/* Between two pieces of HTML. */
void html_put(struct str *out, const char *before, const char *text, const char *after);

enum html_kind {
    HTML_HEAD,     /* a text that names its row */
    HTML_TEXT,     /* NULL and "": a dash */
    HTML_LONG,     /* of several words or lines: wide, and not sorted by */
    HTML_NUMBER,   /* a double with so many digits after the point; NAN: a dash */
    HTML_INTERVAL, /* a text, sorted by a number; belongs to the column before it */
    HTML_DRAWING,  /* of the caller's making */
};

struct html_column {
    const char *name;
    enum html_kind kind;
    int digits; /* HTML_NUMBER */
};

/* The columns are borrowed for the call. */
void html_table_open(struct str *out, const char *caption, const struct html_column *columns,
                     size_t count);
void html_table_close(struct str *out);
void html_row_open(struct str *out);
void html_row_close(struct str *out);
void html_text(struct str *out, const struct html_column *column, const char *text);
/* HTML_NUMBER. */
void html_number(struct str *out, const struct html_column *column, double value);
/* "[low, high]" with so many digits; NAN: a dash. */
void html_interval(struct str *out, double low, double high, int digits);

/* <section> with a heading of level 2; id is a constant of the caller's. */
void html_section_open(struct str *out, const char *id, const char *heading);
void html_section_close(struct str *out);
/* A <details> with a <pre> in it; nothing where text is NULL or "". */
void html_details(struct str *out, const char *summary, const char *text);

/*
 * The rows of a query as a table with its columns' names. kinds: a letter for each of them, h for
 * HTML_HEAD, t HTML_TEXT, l HTML_LONG, or a digit: HTML_NUMBER with so many after the point.
 * ret_rows: how many there are; with none, nothing is appended. Closes the rows.
 */
int html_rows(struct str *out, const char *caption, const char *kinds, struct db_rows *rows,
              size_t *ret_rows, struct err *err);

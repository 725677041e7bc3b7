#include "harness/report/html.h"

#include "base/str.h"
#include "results/db.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char dash[] = "\xe2\x80\x93";

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_add(struct str *out, const char *text)
{
    struct str shown = {0};
    str_add_shown(&shown, text ? text : "", "\n");
    for (const char *p = str_text(&shown); *p; p++) {
        const char *escaped = entity(*p);
        if (escaped)
            str_add(out, escaped);
        else
            str_add_bytes(out, p, 1);
    }
    str_release(&shown);
}

void html_put(struct str *out, const char *before, const char *text, const char *after)
{
    str_add(out, before);
    html_add(out, text);
    str_add(out, after);
}

/* ---- Tables -----------------------------------------------------------------------------------*/

static const char *class_of(enum html_kind kind)
{
    switch (kind) {
    case HTML_NUMBER:
        return " class=\"n\"";
    case HTML_INTERVAL:
        return " class=\"n i\"";
    case HTML_LONG:
        return " class=\"long\"";
    default:
        return "";
    }
}

void html_table_open(struct str *out, const char *caption, const struct html_column *columns,
                     size_t count)
{
    /* What can be scrolled must be reached by the keyboard, and say what it is. */
    html_put(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", caption,
             "\">\n<table>\n<caption>");
    html_add(out, caption);
    str_add(out, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        const bool unsorted = columns[i].kind == HTML_LONG || columns[i].kind == HTML_DRAWING;
        str_addf(out, "<th scope=\"col\"%s>",
                 unsorted ? " class=\"unsorted\"" : class_of(columns[i].kind));
        html_add(out, columns[i].name);
        str_add(out, "</th>");
    }
    str_add(out, "</tr></thead>\n<tbody>\n");
}

void html_table_close(struct str *out)
{
    str_add(out, "</tbody>\n</table>\n</div>\n");
}

void html_row_open(struct str *out)
{
    str_add(out, "<tr>");
}

void html_row_close(struct str *out)
{
    str_add(out, "</tr>\n");
}

void html_text(struct str *out, const struct html_column *column, const char *text)
{
    const bool head = column->kind == HTML_HEAD;
    if (head)
        str_add(out, "<th scope=\"row\">");
    else
        str_addf(out, "<td%s>", class_of(column->kind));
    if (text && *text)
        html_add(out, text);
    else
        str_add(out, dash);
    str_add(out, head ? "</th>" : "</td>");
}

void html_number(struct str *out, const struct html_column *column, double value)
{
    if (!isfinite(value)) {
        str_addf(out, "<td class=\"n\">%s</td>", dash);
    } else {
        /* No "-0.0". */
        char text[64];
        snprintf(text, sizeof text, "%.*f", column->digits, value);
        const bool zero = text[0] == '-' && strspn(text, "-0.") == strlen(text);
        str_addf(out, "<td class=\"n\">%s%s</td>", text[0] == '-' && !zero ? "\xe2\x88\x92" : "",
                 text[0] == '-' ? text + 1 : text);
    }
}

void html_interval(struct str *out, double low, double high, int digits)
{
    if (isfinite(low) && isfinite(high))
        str_addf(out, "<td class=\"n i\" data-v=\"%.9g\">[%.*f, %.*f]</td>", low, digits, low,
                 digits, high);
    else
        str_addf(out, "<td class=\"n i\">%s</td>", dash);
}

/* ---- Sections ---------------------------------------------------------------------------------*/

void html_section_open(struct str *out, const char *id, const char *heading)
{
    str_addf(out, "<section id=\"%s\" aria-labelledby=\"%s-head\">\n<h2 id=\"%s-head\">", id, id,
             id);
    html_add(out, heading);
    str_add(out, "</h2>\n");
}

void html_section_close(struct str *out)
{
    str_add(out, "</section>\n");
}

void html_details(struct str *out, const char *summary, const char *text)
{
    if (!text || !*text)
        return;
    html_put(out, "<details><summary>", summary, "</summary>\n<pre tabindex=\"0\">");
    html_add(out, text);
    str_add(out, "</pre></details>\n");
}

/* ---- Queries ----------------------------------------------------------------------------------*/

enum { MOST_COLUMNS = 32 };

static void add_row(struct str *out, const struct db_rows *row, const struct html_column *columns)
{
    html_row_open(out);
    for (int i = 0; i < row_columns(row); i++)
        if (columns[i].kind == HTML_NUMBER)
            html_number(out, &columns[i], row_real(row, i));
        else
            html_text(out, &columns[i], row_raw(row, i));
    html_row_close(out);
}

int html_rows(struct str *out, const char *caption, const char *kinds, struct db_rows *rows,
              size_t *ret_rows, struct err *err)
{
    struct html_column columns[MOST_COLUMNS];
    struct str table = {0};
    const int count = rows->failed ? 0 : row_columns(rows);
    size_t found = 0;
    REQUIRE(rows->failed || (strlen(kinds) == (size_t)count && count <= MOST_COLUMNS));
    for (int i = 0; i < count; i++)
        columns[i] = (struct html_column){row_name(rows, i),
                                          kinds[i] == 'h'   ? HTML_HEAD
                                          : kinds[i] == 't' ? HTML_TEXT
                                          : kinds[i] == 'l' ? HTML_LONG
                                                            : HTML_NUMBER,
                                          kinds[i] - '0'};
    html_table_open(&table, caption, columns, (size_t)count);
    for (; db_next(rows); found++)
        add_row(&table, rows, columns);
    html_table_close(&table);
    const int failed = db_close(rows, err) ? err_prefix(err, "%s: ", caption) : 0;
    if (!failed) {
        str_add(out, found ? str_text(&table) : "");
        *ret_rows = found;
    }
    str_release(&table);
    return failed;
}

/*
 * report_figures: every figure that the experiment has something for, drawn for a page and for a
 * phone, and beneath it the numbers and the SQL that it was made from.
 */
#include "base/mem.h"
#include "harness/report/html.h"
#include "harness/report/report.h"
#include "harness/report/svg.h"
#include "harness/report/svg_pictures.h"
#include "plots/render.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 1000 }; /* of a figure's numbers: a page is no place for more */

/* ---- Pictures ---------------------------------------------------------------------------------*/

/* Of ids: short, for it stands at every point. */
static const char *prefix_of(const struct figure *figure, char kind, struct arena *arena)
{
    size_t number = 0;
    while (figure_at(number) != figure)
        number++;
    return arena_printf(arena, "%c%zu-", kind, number);
}

/* Draws for one of figure_widths, and appends the picture. */
static int draw(const struct figure *figure, const char *tsv, const char *width,
                struct svg_pictures *pictures, struct str *out, struct err *err)
{
    struct str svg = {0}, label = {0};
    str_addf(&label, "%s: %s", figure->name, figure->help);
    const int failed = figure_picture(figure, tsv, width, "svg", &svg, err) ||
                       svg_add(str_text(&svg), prefix_of(figure, width[0], pictures->arena),
                               str_text(&label), pictures, out, err);
    STR_RELEASE(&svg, &label);
    return failed ? -1 : 0;
}

static int add_pictures(const struct figure *figure, const char *tsv, struct str *out,
                        struct err *err)
{
    struct arena arena = {0};
    struct str page = {0}, column = {0};
    struct svg_pictures pictures = {.prefix = prefix_of(figure, 'i', &arena), .arena = &arena};
    const int failed = draw(figure, tsv, figure_widths[0], &pictures, &page, err) ||
                       draw(figure, tsv, figure_widths[1], &pictures, &column, err);
    if (!failed) {
        const char *kind = pictures.count ? "pictures" : "lines";
        svg_pictures_add(&pictures, out);
        str_addf(out, "<div class=\"drawing wide %s\">%s</div>\n", kind, str_text(&page));
        str_addf(out, "<div class=\"drawing narrow %s\">%s</div>\n", kind, str_text(&column));
    }
    svg_pictures_release(&pictures);
    arena_release(&arena);
    STR_RELEASE(&page, &column);
    return failed ? -1 : 0;
}

/* ---- Numbers ----------------------------------------------------------------------------------*/

/* A TSV cut into fields: rows * columns, the heads not among them. */
struct fields {
    const char **heads, **items;
    size_t columns, rows, all_rows; /* rows: at most MOST_ROWS of them */
};

/* Cuts text at each tab; ret_fields may be NULL, to count. */
static size_t cut(char *text, const char **ret_fields, size_t room)
{
    size_t count = 0;
    for (char *p = text; p; count++) {
        char *tab = strchr(p, '\t');
        if (ret_fields) {
            if (tab)
                *tab = '\0';
            if (count < room)
                ret_fields[count] = p;
        }
        p = tab ? tab + 1 : NULL;
    }
    return count;
}

static void cut_table(const char *tsv, struct arena *arena, struct fields *ret_fields)
{
    struct fields fields = {0};
    char *line = arena_strdup(arena, tsv);
    size_t lines = 0;
    for (const char *p = line; *p; p++)
        lines += *p == '\n';
    for (char *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (line[0] == '#') {
            fields.columns = cut(line + 2, NULL, 0);
            ARENA_NEW(arena, fields.heads, fields.columns);
            cut(line + 2, fields.heads, fields.columns);
            ARENA_NEW(arena, fields.items,
                      mem_size(fields.columns, lines < MOST_ROWS ? lines + 1 : MOST_ROWS));
        } else if (line[0] && fields.columns) {
            fields.all_rows++;
            if (fields.rows < MOST_ROWS)
                cut(line, &fields.items[fields.rows++ * fields.columns], fields.columns);
        }
    }
    *ret_fields = fields;
}

static const char *field(const struct fields *fields, size_t row, size_t column)
{
    const char *text = fields->items[row * fields->columns + column];
    return text ? text : "";
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* What is there for gnuplot, or the same in every row and said elsewhere. */
static bool is_hidden(const struct fields *fields, size_t column)
{
    static const char *const plumbing[] = {
        "block", "experiment", "unfinished", "doubtful",   "panel", "pruner", "variant", "facet",
        "tail",  "targets",    "place",      "conditions", "front", "line",   "pixels",  NULL};
    static const char *const places[] = {"dataset", "model", NULL};
    if (is_one_of(fields->heads[column], plumbing))
        return true;
    if (!is_one_of(fields->heads[column], places))
        return false;
    for (size_t row = 1; row < fields->rows; row++)
        if (strcmp(field(fields, 0, column), field(fields, row, column)) != 0)
            return false;
    return true;
}

static bool is_number(const char *text, double *ret_value)
{
    if (strcmp(text, "NaN") == 0) {
        *ret_value = (double)NAN;
        return true;
    }
    return str_parse_double(text, ret_value);
}

/* Four digits of the largest: as many as any figure can show. */
static int digits_for(double largest)
{
    int digits = 3;
    for (double bound = 10; digits > 0 && largest >= bound; bound *= 10)
        digits--;
    for (double bound = 1; digits < 6 && largest > 0 && largest < bound; bound /= 10)
        digits++;
    return digits;
}

/* Digits after the point without the zeros at the end, of at most so many. */
static int digits_needed(double value, int most)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", most, value);
    for (size_t length = strlen(text); most > 0 && text[length - 1] == '0'; length--)
        most--;
    return most;
}

static struct html_column column_of(const struct fields *fields, size_t column)
{
    struct html_column result = {fields->heads[column], HTML_NUMBER, 0};
    if (strcmp(result.name, "label") == 0)
        return (struct html_column){"pruner", HTML_HEAD, 0};
    double largest = 0, value;
    for (size_t row = 0; row < fields->rows; row++) {
        const char *text = field(fields, row, column);
        if (!is_number(text, &value)) {
            result.kind = strlen(text) > 60 ? HTML_LONG : HTML_TEXT;
            return result;
        }
        largest = isfinite(value) ? fmax(largest, fabs(value)) : largest;
    }
    const int most = digits_for(largest);
    for (size_t row = 0; row < fields->rows; row++)
        if (is_number(field(fields, row, column), &value) && isfinite(value)) {
            const int needed = digits_needed(value, most);
            result.digits = needed > result.digits ? needed : result.digits;
        }
    return result;
}

static void add_table(const struct figure *figure, const char *tsv, struct str *out)
{
    struct arena arena = {0};
    struct fields fields;
    struct html_column *columns;
    size_t *shown, count = 0;
    cut_table(tsv, &arena, &fields);
    ARENA_NEW(&arena, columns, fields.columns + 1);
    ARENA_NEW(&arena, shown, fields.columns + 1);
    /* The pruner comes first: it names the row. */
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < fields.columns; i++)
            if ((strcmp(fields.heads[i], "label") == 0) == (pass == 0) && !is_hidden(&fields, i)) {
                shown[count] = i;
                columns[count++] = column_of(&fields, i);
            }
    str_addf(out, "<details><summary>Data of %s (%zu row%s)</summary>\n", figure->name,
             fields.all_rows, STR_PLURAL(fields.all_rows));
    if (fields.rows < fields.all_rows)
        str_addf(out,
                 "<p class=\"note\">The first %zu of %zu rows; <code>winnow plot %s "
                 "--data-only</code> writes all of them.</p>\n",
                 fields.rows, fields.all_rows, figure->name);
    html_table_open(out, arena_printf(&arena, "Data of %s", figure->name), columns, count);
    for (size_t row = 0; row < fields.rows; row++) {
        html_row_open(out);
        for (size_t i = 0; i < count; i++) {
            double value;
            const char *text = field(&fields, row, shown[i]);
            if (columns[i].kind == HTML_NUMBER && is_number(text, &value))
                html_number(out, &columns[i], value);
            else
                html_text(out, &columns[i], text);
        }
        html_row_close(out);
    }
    html_table_close(out);
    str_add(out, "</details>\n");
    arena_release(&arena);
}

/* ---- All of them ------------------------------------------------------------------------------*/

static void add_figure(const struct figure *figure, const char *tsv, struct str *out,
                       struct str *notes)
{
    struct err err;
    struct str summary = {0}, head = {0}, help = {0};
    str_add(&head, figure->name);
    for (char *p = head.text; *p; p++)
        *p = *p == '-' ? ' ' : *p;
    head.text[0] = (char)toupper((unsigned char)head.text[0]);
    str_add(&help, figure->help);
    help.text[0] = (char)toupper((unsigned char)help.text[0]);
    str_addf(out, "<h3 id=\"figure-%s\">", figure->name);
    html_add(out, str_text(&head));
    html_put(out, "</h3>\n<figure>\n<figcaption>", str_text(&help), "</figcaption>\n");
    if (add_pictures(figure, tsv, out, &err)) {
        html_put(out, "<p class=\"doubts\">It could not be drawn: ", err.text, "</p>\n");
        str_addf(notes, "%s\n", err.text);
    }
    str_add(out, "</figure>\n");
    add_table(figure, tsv, out);
    str_addf(&summary, "SQL of %s", figure->name);
    html_details(out, str_text(&summary), figure_sql(figure));
    STR_RELEASE(&summary, &head, &help);
}

/* missing: list items of the figures with nothing to show, and why. */
static int add_all(const struct report *report, struct str *out, struct str *missing,
                   struct str *notes, struct err *err)
{
    int failed = 0;
    for (size_t i = 0; !failed && figure_at(i); i++) {
        struct str tsv = {0};
        const int answer = figure_data(figure_at(i), report->db, report->experiment, &tsv, err);
        if (answer == 0) {
            add_figure(figure_at(i), str_text(&tsv), out, notes);
        } else if (answer == FIGURE_EMPTY) {
            html_put(missing, "<li>", err->text, "</li>\n");
        } else
            failed = -1;
        str_release(&tsv);
    }
    return failed;
}

int report_figures(const struct report *report, struct str *out, struct str *notes, struct err *err)
{
    struct str page = {0}, missing = {0};
    html_section_open(&page, "figures", "Figures");
    const int failed = add_all(report, &page, &missing, notes, err);
    if (missing.length)
        str_addf(&page, "<h3>Not drawn</h3>\n<ul class=\"plain note\">\n%s</ul>\n",
                 str_text(&missing));
    html_section_close(&page);
    if (!failed)
        str_add(out, str_text(&page));
    STR_RELEASE(&page, &missing);
    return failed;
}

#include "plots/extract.h"

#include "base/mem.h"
#include "plots/pictures.h"
#include "plots/query.h"
#include "results/db.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MOST_COLUMNS = 64, MOST_BYTES = 1 << 28 };

struct extract {
    const char *path;
    size_t columns;
    size_t numbers[MOST_COLUMNS], words[MOST_COLUMNS]; /* how many of a column's fields are what */
};

/* The first line of the figure's TSV. */
static int wanted_columns(const struct figure *figure, struct sqlite3 *db, struct str *ret_line,
                          struct err *err)
{
    struct db_rows rows;
    if (figure_ask(&rows, figure, db, NULL, err))
        return err_prefix(err, "%s: ", figure->name);
    figure_add_head(&rows, ret_line);
    if (db_close(&rows, err))
        return err_prefix(err, "%s: database: ", figure->name);
    if (pictures_are_in(str_text(ret_line)))
        return err_set(err,
                       "%s shows the dataset's pictures, which are in no TSV: draw it from the "
                       "database",
                       figure->name);
    return 0;
}

/* Names of `line` that `other` has not. */
static void add_missing(const char *line, const char *other, struct str *ret_names)
{
    struct str name = {0};
    while (str_next(&name, &line, "\t"))
        if (!str_lists(other, "\t", str_text(&name)))
            str_addf(ret_names, "%s%s", ret_names->length ? ", " : "", str_text(&name));
    str_release(&name);
}

static int check_head(const struct figure *figure, const char *path, const char *head,
                      const char *wanted, struct err *err)
{
    if (strcmp(head, wanted) == 0)
        return 0;
    if (strncmp(head, "# block\t", 8) != 0)
        return err_set(err,
                       "%s:1: no numbers of a figure: the first line should name the columns, as "
                       "`winnow plot %s --data-only` writes them",
                       path, figure->name);
    struct str missing = {0}, more = {0};
    add_missing(wanted + 2, head + 2, &missing);
    add_missing(head + 2, wanted + 2, &more);
    if (missing.length || more.length)
        err_set(err, "%s:1: not the columns of %s:%s%.300s%s%s%.300s", path, figure->name,
                missing.length ? " it lacks " : "", str_text(&missing),
                missing.length && more.length ? ", and" : "",
                more.length ? " it has no use for " : "", str_text(&more));
    else
        err_set(err, "%s:1: the columns of %s, but in another order", path, figure->name);
    STR_RELEASE(&missing, &more);
    return -1;
}

static bool is_missing(const char *field)
{
    return strcmp(field, "NaN") == 0;
}

static bool is_number(const char *field)
{
    double value;
    return str_parse_double(field, &value);
}

/* The columns that all figures have, and which of them are words: render.h. */
static bool is_word_column(size_t i)
{
    return i == 1 || i == 6 || i == 7 || i == 8 || i == 10;
}

enum { SHARED_COLUMNS = 12 };

/* One field of a row; i: its column. */
static int check_field(const struct extract *e, size_t line, size_t i, const char *field,
                       struct err *err)
{
    const bool own = i >= SHARED_COLUMNS;
    const bool words = own ? e->words[i] >= e->numbers[i] : is_word_column(i);
    if (!words && !is_number(field) && !(own && is_missing(field)))
        return err_set(err, "%s:%zu: column %zu should be a number, not '%.40s'", e->path, line,
                       i + 1, field);
    if ((!*field && !own) || strpbrk(field, "\"\\\r")) /* an experiment may have no targets */
        return err_set(err, "%s:%zu: column %zu is damaged: '%.40s'", e->path, line, i + 1, field);
    return 0;
}

/* Blocks count from 0, with two empty lines before each but the first. */
static int check_block(const struct extract *e, size_t line, const char *field, size_t empty,
                       int64_t *block, struct err *err)
{
    int64_t number;
    const bool first = *block < 0;
    if (!str_parse_int(field, &number) || number != *block + (first || empty == 2) ||
        (empty != 0 && (empty != 2 || first)))
        return err_set(err,
                       "%s:%zu: block '%.20s' after %zu empty lines: rows are missing, or out of "
                       "order",
                       e->path, line, field, empty);
    *block = number;
    return 0;
}

/* A row, in which '\t' becomes '\0'. known: what the columns hold was counted before. */
static int check_row(struct extract *e, size_t line, char *row, bool known, struct err *err)
{
    size_t count = 0;
    for (char *field = row; field; count++) {
        char *tab = strchr(field, '\t');
        if (tab)
            *tab++ = '\0';
        if (count < e->columns && known && check_field(e, line, count, field, err))
            return -1;
        if (count < e->columns && !known && is_number(field))
            e->numbers[count]++;
        else if (count < e->columns && !known && !is_missing(field))
            e->words[count]++;
        field = tab;
    }
    if (count != e->columns)
        return err_set(err, "%s:%zu: %zu columns, where the first line names %zu", e->path, line,
                       count, e->columns);
    return 0;
}

/* All rows below the first line. */
static int check_rows(struct extract *e, const char *text, bool known, struct err *err)
{
    struct str row = {0};
    size_t line = 1, empty = 0;
    int64_t block = -1;
    int failed = 0;
    for (const char *at = text + strcspn(text, "\n") + 1; !failed && str_next(&row, &at, "\n");) {
        line++;
        if (at[-1] != '\n')
            failed = err_set(err, "%s:%zu: the line is cut off", e->path, line);
        else if (row.length)
            failed = check_row(e, line, row.text, known, err) ||
                     check_block(e, line, row.text, empty, &block, err);
        empty = row.length ? 0 : empty + 1;
    }
    if (!failed && (block < 0 || empty))
        failed = err_set(err, "%s:%zu: %s", e->path, line,
                         block < 0 ? "no rows: nothing to draw" : "rows are missing at the end");
    str_release(&row);
    return failed ? -1 : 0;
}

static int check(const struct figure *figure, const char *path, const struct str *text,
                 const char *wanted, struct err *err)
{
    struct extract e = {.path = path, .columns = 1};
    struct str head = {0};
    const size_t length = strcspn(str_text(text), "\n");
    if (strlen(str_text(text)) != text->length)
        return err_set(err, "%s: not a text file", path);
    str_add_bytes(&head, str_text(text), length);
    int failed = check_head(figure, path, str_text(&head), wanted, err);
    str_release(&head);
    for (const char *p = wanted; *p; p++)
        e.columns += *p == '\t';
    REQUIRE(e.columns <= MOST_COLUMNS);
    if (!failed && !str_text(text)[length])
        failed = err_set(err, "%s:1: no rows: nothing to draw", path);
    return failed || check_rows(&e, str_text(text), false, err) ||
                   check_rows(&e, str_text(text), true, err)
               ? -1
               : 0;
}

int extract_read(const struct figure *figure, struct sqlite3 *db, const char *path,
                 struct str *ret_tsv, struct err *err)
{
    struct str text = {0}, wanted = {0};
    const int failed = str_add_file(&text, path, MOST_BYTES, err) ||
                       wanted_columns(figure, db, &wanted, err) ||
                       check(figure, path, &text, str_text(&wanted), err);
    if (!failed)
        str_add_bytes(ret_tsv, str_text(&text), text.length);
    STR_RELEASE(&text, &wanted);
    return failed ? -1 : 0;
}

#include "harness/ask/table.h"

#include "base/json.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const table_format_names[] = {
    [TABLE_ALIGNED] = "table",     [TABLE_CSV] = "csv",         [TABLE_JSON] = "json",
    [TABLE_MARKDOWN] = "markdown", [TABLE_MARKDOWN + 1] = NULL,
};

/* ---- Filling ----------------------------------------------------------------------------------*/

void table_add(struct table *table, struct db_value cell)
{
    if (cell.text) {
        const size_t size = cell.type == VALUE_BLOB ? (size_t)cell.integer : strlen(cell.text) + 1;
        char *bytes;
        ARENA_NEW(&table->arena, bytes, size);
        cell.text = memcpy(bytes, cell.text, size);
    }
    MEM_ROOM(table->cells, table->count);
    table->cells[table->count++] = cell;
}

struct db_value table_text(const char *text)
{
    return (struct db_value){.type = text ? VALUE_TEXT : VALUE_NULL, .text = text};
}

struct db_value table_real(double value)
{
    return (struct db_value){.type = isfinite(value) ? VALUE_REAL : VALUE_NULL,
                             .real = isfinite(value) ? value : 0};
}

struct db_value table_count(size_t value)
{
    return (struct db_value){.type = VALUE_INTEGER, .integer = (int64_t)value};
}

void table_put(const struct table_row *row, const char *name, struct db_value value)
{
    row->table->columns += row->names;
    table_add(row->table, row->names ? table_text(name) : value);
}

void table_add_names(struct table *table, const struct db_rows *rows, int first)
{
    const int columns = row_columns(rows);
    table->columns = (size_t)(columns - first);
    for (int i = first; i < columns; i++)
        table_add(table, (struct db_value){VALUE_TEXT, .text = row_name(rows, i)});
}

void table_add_row(struct table *table, const struct db_rows *rows, int first)
{
    for (int i = first; i < row_columns(rows); i++)
        table_add(table, row_value(rows, i));
}

void table_read(struct table *table, struct db_rows *rows)
{
    if (!rows->failed)
        table_add_names(table, rows, 0);
    while (db_next(rows))
        table_add_row(table, rows, 0);
}

size_t table_rows(const struct table *table)
{
    return table->columns ? table->count / table->columns - 1 : 0;
}

void table_release(struct table *table)
{
    mem_free(table->cells);
    arena_release(&table->arena);
    *table = (struct table){0};
}

/* ---- Text -------------------------------------------------------------------------------------*/

/* Characters, each taken as one column wide. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += (*text & 0xC0) != 0x80;
    return width;
}

void table_add_bar(struct str *ret_text, double share, int width)
{
    static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    const double clipped = share >= 1 ? 1 : share > 0 ? share : 0;
    int filled = (int)lround(clipped * 8 * width);
    for (int i = 0; i < width; i++) {
        const int here = filled > 8 ? 8 : filled;
        str_add(ret_text, eighths[here]);
        filled -= here;
    }
}

/* The shortest of 15 to 17 digits that gives the same double again. */
static void add_exact(struct str *ret_text, double value)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        double back = 0;
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (str_parse_double(text, &back) && back == value)
            break;
    }
    str_add(ret_text, text);
}

static void add_quoted_csv(struct str *ret_text, const char *text)
{
    struct str safe = {0};
    str_add_utf8(&safe, text);
    const char *p = str_text(&safe), *quote = p[strcspn(p, ",\"\r\n")] ? "\"" : "";
    str_add(ret_text, quote);
    for (; *p; p++) {
        if (*p == '"')
            str_add(ret_text, "\"");
        str_add_bytes(ret_text, p, 1);
    }
    str_add(ret_text, quote);
    str_release(&safe);
}

static void add_quoted_json(struct str *ret_text, const char *text)
{
    json_t *value = json_text(text);
    json_add_dump(ret_text, value, JSON_ENCODE_ANY);
    json_decref(value);
}

/* ---- Rendering --------------------------------------------------------------------------------*/

static void add_hexadecimal(struct str *ret_text, const struct db_value *blob)
{
    for (int64_t i = 0; i < blob->integer; i++)
        str_addf(ret_text, "%02x", (unsigned)(unsigned char)blob->text[i]);
}

void table_add_value(struct str *ret_text, const struct db_value *cell)
{
    switch (cell->type) {
    case VALUE_NULL:
        str_add(ret_text, "-");
        break;
    case VALUE_INTEGER:
        str_addf(ret_text, "%lld", (long long)cell->integer);
        break;
    case VALUE_REAL:
        str_addf(ret_text, "%.6g", cell->real);
        break;
    case VALUE_TEXT:
        str_add_shown(ret_text, cell->text, "");
        break;
    case VALUE_BLOB:
        add_hexadecimal(ret_text, cell);
        break;
    }
}

/* "89.31", "1.96x"; not "3f2a", nor a key that happens to have no letters. */
static bool looks_decimal(const char *text)
{
    text += *text == '-' || *text == '+';
    const size_t length = strspn(text, "0123456789.");
    return memchr(text, '.', length) && strchr(" x%", text[length]);
}

/* Numbers go to the right; so do columns of rounded ones, though some may say "not reached". */
static bool column_is_numeric(const struct table *table, size_t column)
{
    bool numbers = false, text = false, decimals = false;
    for (size_t i = table->columns + column; i < table->count; i += table->columns) {
        const struct db_value *cell = &table->cells[i];
        numbers |= cell->type == VALUE_INTEGER || cell->type == VALUE_REAL;
        text |= cell->type == VALUE_TEXT || cell->type == VALUE_BLOB;
        decimals |= cell->type == VALUE_TEXT && looks_decimal(cell->text);
    }
    return decimals || (numbers && !text);
}

static void add_padding(struct str *ret_text, size_t count)
{
    str_addf(ret_text, "%*s", (int)count, "");
}

static void add_aligned_row(struct str *ret_text, const char *const *texts, const size_t *widths,
                            const bool *numeric, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        const size_t padding = widths[c] - width_of(texts[c]);
        if (c)
            str_add(ret_text, "  ");
        if (numeric[c])
            add_padding(ret_text, padding);
        str_add(ret_text, texts[c]);
        if (!numeric[c] && c + 1 < columns)
            add_padding(ret_text, padding);
    }
    str_add(ret_text, "\n");
}

static void add_rule(struct str *ret_text, const size_t *widths, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        if (c)
            str_add(ret_text, "  ");
        for (size_t i = 0; i < widths[c]; i++)
            str_add(ret_text, "-");
    }
    str_add(ret_text, "\n");
}

void table_render(const struct table *table, struct str *ret_text)
{
    const size_t columns = table->columns;
    struct arena arena = {0};
    const char **texts;
    size_t *widths;
    bool *numeric;
    struct str text = {0};
    ARENA_NEW(&arena, texts, table->count);
    ARENA_NEW(&arena, widths, columns);
    ARENA_NEW(&arena, numeric, columns);
    for (size_t i = 0; i < table->count; i++) {
        str_clear(&text);
        table_add_value(&text, &table->cells[i]);
        texts[i] = arena_strdup(&arena, str_text(&text));
        const size_t width = width_of(texts[i]);
        if (width > widths[i % columns])
            widths[i % columns] = width;
    }
    for (size_t c = 0; c < columns; c++)
        numeric[c] = column_is_numeric(table, c);
    add_aligned_row(ret_text, texts, widths, numeric, columns);
    add_rule(ret_text, widths, columns);
    for (size_t i = columns; i < table->count; i += columns)
        add_aligned_row(ret_text, texts + i, widths, numeric, columns);
    str_release(&text);
    arena_release(&arena);
}

static void add_csv_row(struct str *ret_text, const struct db_value *cells, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        const struct db_value *cell = &cells[i];
        if (i)
            str_add(ret_text, ",");
        if (cell->type == VALUE_INTEGER)
            str_addf(ret_text, "%lld", (long long)cell->integer);
        else if (cell->type == VALUE_REAL)
            add_exact(ret_text, cell->real);
        else if (cell->type == VALUE_TEXT)
            add_quoted_csv(ret_text, cell->text);
        else if (cell->type == VALUE_BLOB)
            add_hexadecimal(ret_text, cell);
    }
    str_add(ret_text, "\n");
}

static void add_json_value(struct str *ret_text, const struct db_value *cell)
{
    if (cell->type == VALUE_INTEGER)
        str_addf(ret_text, "%lld", (long long)cell->integer);
    else if (cell->type == VALUE_REAL && isfinite(cell->real))
        add_exact(ret_text, cell->real);
    else if (cell->type == VALUE_TEXT)
        add_quoted_json(ret_text, cell->text);
    else if (cell->type == VALUE_BLOB) {
        str_add(ret_text, "\"");
        add_hexadecimal(ret_text, cell);
        str_add(ret_text, "\"");
    } else
        str_add(ret_text, "null");
}

static void add_json_row(struct str *ret_text, const struct db_value *names,
                         const struct db_value *cells, size_t columns, bool first)
{
    str_add(ret_text, first ? "\n{" : ",\n{");
    for (size_t i = 0; i < columns; i++) {
        if (i)
            str_add(ret_text, ", ");
        add_quoted_json(ret_text, names[i].text);
        str_add(ret_text, ": ");
        add_json_value(ret_text, &cells[i]);
    }
    str_add(ret_text, "}");
}

void table_add_markdown(struct str *ret_text, const char *text)
{
    struct str shown = {0};
    char before = ' ';
    str_add_shown(&shown, text, "");
    for (const char *p = str_text(&shown); *p; before = *p++) {
        const bool link = *p == ']' && (p[1] == '(' || p[1] == '[');
        const bool emphasis =
            *p == '_' && !(isalnum((unsigned char)before) && isalnum((unsigned char)p[1]));
        str_addf(ret_text, link || emphasis || strchr("\\`*<&|~$", *p) ? "\\%c" : "%c", *p);
    }
    str_release(&shown);
}

static void render_markdown(const struct table *table, struct str *ret_text)
{
    struct str text = {0};
    for (size_t i = 0; i < table->count; i++) {
        const size_t column = i % table->columns;
        str_add(ret_text, column ? " " : "| ");
        str_clear(&text);
        table_add_value(&text, &table->cells[i]);
        table_add_markdown(ret_text, str_text(&text));
        str_add(ret_text, " |");
        if (column + 1 == table->columns)
            str_add(ret_text, "\n");
        if (i + 1 == table->columns) {
            for (size_t c = 0; c < table->columns; c++)
                str_addf(ret_text, "%s %s |", c ? "" : "|",
                         column_is_numeric(table, c) ? "---:" : "---");
            str_add(ret_text, "\n");
        }
    }
    str_release(&text);
}

void table_format(const struct table *table, enum table_format format, struct str *ret_text)
{
    const size_t columns = table->columns;
    if (format == TABLE_ALIGNED) {
        table_render(table, ret_text);
    } else if (format == TABLE_MARKDOWN) {
        render_markdown(table, ret_text);
    } else if (format == TABLE_CSV) {
        for (size_t i = 0; i < table->count; i += columns)
            add_csv_row(ret_text, table->cells + i, columns);
    } else {
        str_add(ret_text, "[");
        for (size_t i = columns; i < table->count; i += columns)
            add_json_row(ret_text, table->cells, table->cells + i, columns, i == columns);
        str_add(ret_text, "\n]\n");
    }
}

/* ---- Writing ----------------------------------------------------------------------------------*/

void table_put_data(FILE *out, const struct str *text)
{
    struct str shown = {0};
    const bool people = isatty(fileno(out)) == 1;
    if (people)
        str_add_shown(&shown, str_text(text), "\n\t");
    fwrite(str_text(people ? &shown : text), 1, people ? shown.length : text->length, out);
    str_release(&shown);
}

/* CSV or JSON, row by row. */
static void stream_rows(FILE *out, struct db_rows *rows, bool json)
{
    struct table names = {0};
    struct db_value *cells;
    struct str text = {0};
    bool first = true;
    table_add_names(&names, rows, 0);
    MEM_NEW(cells, names.columns);
    if (json)
        str_add(&text, "[");
    else
        add_csv_row(&text, names.cells, names.columns);
    while (db_next(rows)) {
        for (size_t i = 0; i < names.columns; i++)
            cells[i] = row_value(rows, (int)i);
        if (json)
            add_json_row(&text, names.cells, cells, names.columns, first);
        else
            add_csv_row(&text, cells, names.columns);
        first = false;
        table_put_data(out, &text);
        str_clear(&text);
    }
    if (json)
        str_add(&text, "\n]\n");
    table_put_data(out, &text);
    str_release(&text);
    mem_free(cells);
    table_release(&names);
}

/* A table for people, whose columns are as wide as their widest value. */
static void write_whole(FILE *out, struct db_rows *rows, enum table_format format)
{
    struct table table = {0};
    struct str text = {0};
    table_read(&table, rows);
    if (!rows->failed)
        table_format(&table, format, &text);
    fwrite(str_text(&text), 1, text.length, out);
    str_release(&text);
    table_release(&table);
}

void table_write(FILE *out, struct db_rows *rows, enum table_format format)
{
    if (rows->failed)
        return;
    if (format == TABLE_CSV || format == TABLE_JSON)
        stream_rows(out, rows, format == TABLE_JSON);
    else
        write_whole(out, rows, format);
}

/*
 * winnow show: all that the database knows of one cell: its recipe, its attempts, where their time
 * went, epoch by epoch, what was doubtful, and the machine.
 *
 * CELL is the beginning of the cell's key, as `winnow status` and v_run.short give it; it must be
 * long enough to mean one cell.
 */
#include "harness/ask/table.h"
#include "harness/cmd/kit/db.h"
#include "harness/cmd/kit/find.h"
#include "harness/cmd/kit/log.h"
#include "results/db.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

DB_FILE(harness_cmd_ask_show);

enum { BAR_WIDTH = 30, LINE_WIDTH = 96 };

static const struct cmd_line line = {
    "show",
    "CELL",
    "Shows one cell: its recipe, its attempts and where the time went. CELL is the beginning of\n"
    "its key, as winnow status shows it.",
    cmd_db_flags,
    1,
    1,
};

/* A query about one attempt as an aligned table, with a line before it where there are rows. */
static int add_table(struct sqlite3 *db, const char *name, int64_t attempt, struct str *ret_text,
                     struct err *err)
{
    struct table table = {0};
    struct db_rows rows;
    db_ask_named(&rows, db, DB_NAMED(harness_cmd_ask_show, name), DB_VALUES(db_int(attempt)));
    table_read(&table, &rows);
    const int failed = db_close(&rows, err);
    if (!failed && table_rows(&table)) {
        str_add(ret_text, "\n");
        table_render(&table, ret_text);
    }
    table_release(&table);
    return failed;
}

/* ---- The recipe -------------------------------------------------------------------------------*/

/* A paragraph of items with commas, wrapped at LINE_WIDTH under a heading. */
struct paragraph {
    struct str *text;
    size_t column;
    bool any;
};

enum { RECIPE_INDENT = 11 };

static void add_item(struct paragraph *paragraph, const char *item)
{
    const size_t length = strlen(item);
    if (paragraph->any) {
        str_add(paragraph->text, ",");
        if (paragraph->column + 2 + length > LINE_WIDTH) {
            str_addf(paragraph->text, "\n%*s", RECIPE_INDENT, "");
            paragraph->column = RECIPE_INDENT;
        } else {
            str_add(paragraph->text, " ");
            paragraph->column += 2;
        }
    }
    str_add_shown(paragraph->text, item, "");
    paragraph->column += length;
    paragraph->any = true;
}

/* "lr 0.05"; the members of an object one by one, their names joined by dots. */
static void add_setting(struct paragraph *paragraph, const char *name, json_t *value)
{
    struct str item = {0};
    const char *key;
    json_t *member;
    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
        {
            str_clear(&item);
            str_addf(&item, "%s%s%s", name, *name ? "." : "", key);
            add_setting(paragraph, str_text(&item), member);
        }
    } else {
        char *text = json_is_string(value)
                         ? NULL
                         : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        const char *shown = text ? text : json_string_value(value);
        str_addf(&item, "%s%s%s", name, *name ? " " : "", shown ? shown : "?");
        add_item(paragraph, str_text(&item));
        free(text);
    }
    str_release(&item);
}

static int add_recipe(struct sqlite3 *db, const char *cell, struct str *ret_text, struct err *err)
{
    struct str text = {0};
    if (db_get_text(db, "SELECT json FROM cell WHERE key = ?", DB_VALUES(db_text(cell)), &text,
                    err))
        return -1;
    json_error_t error;
    json_t *recipe = json_loads(str_text(&text), 0, &error), *value;
    const char *key;
    if (!recipe) {
        str_release(&text);
        return err_set(err, "the cell's JSON is damaged: %s", error.text);
    }
    str_add(ret_text, "\nrecipe\n");
    json_object_foreach(recipe, key, value)
    {
        struct paragraph paragraph = {.text = ret_text, .column = RECIPE_INDENT};
        str_clear(&text);
        str_add_shown(&text, key, "");
        str_addf(ret_text, "  %-*s", RECIPE_INDENT - 2, str_text(&text));
        add_setting(&paragraph, "", value);
        str_add(ret_text, "\n");
    }
    str_release(&text);
    json_decref(recipe);
    return 0;
}

/* ---- Attempts ---------------------------------------------------------------------------------*/

static int add_phases(struct sqlite3 *db, int64_t attempt, struct str *ret_text, struct err *err)
{
    struct db_rows rows;
    for (db_ask_named(&rows, db, DB_NAMED(harness_cmd_ask_show, "phases"),
                      DB_VALUES(db_int(attempt)));
         db_next(&rows);) {
        const double share = row_real(&rows, 2);
        str_addf(ret_text, "  %-10s %10.3f s  ", row_text(&rows, 0), row_real(&rows, 1));
        table_add_bar(ret_text, share, BAR_WIDTH);
        str_addf(ret_text, " %5.1f %%\n", 100 * share);
    }
    return db_close(&rows, err);
}

/* The views tell of good attempts only; this tells of each. */
static int add_attempt(struct sqlite3 *db, const struct db_rows *row, struct str *ret_text,
                       struct err *err)
{
    static const char *const parts[] = {"warnings", "selections", "solvers",
                                        "epochs",   "classes",    "corruptions"};
    enum { REASON = 2, LOG = 9 };
    const int64_t attempt = row_int(row, 0);
    str_addf(ret_text, "\nattempt %lld: %s\n", (long long)attempt, row_text(row, 1));
    for (int i = REASON; i < LOG; i++)
        if (*row_text(row, i))
            str_addf(ret_text, "  %s\n", row_text(row, i));
    int failed = add_phases(db, attempt, ret_text, err);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !failed; i++)
        failed = add_table(db, parts[i], attempt, ret_text, err);
    if (!failed && *row_text(row, LOG)) {
        str_add(ret_text, "\nthe end of its log\n");
        cmd_add_log(ret_text, row_raw(row, LOG), 0);
    }
    return failed;
}

/* ---- The cell ---------------------------------------------------------------------------------*/

/* One line for each thing that is known of a machine. */
static void add_environment(const struct db_rows *row, struct str *ret_text)
{
    str_addf(ret_text, "\nenvironment of attempts %s\n", row_text(row, 0));
    for (int i = 1; i < row_columns(row); i++)
        if (*row_text(row, i))
            str_addf(ret_text, "  %-16s%s\n", row_name(row, i), row_text(row, i));
}

static int add_cell(struct sqlite3 *db, const char *key, struct str *ret_text, struct err *err)
{
    const struct bound cell = db_text(key);
    struct db_rows rows;
    for (db_ask_named(&rows, db, DB_NAMED(harness_cmd_ask_show, "head"), &cell, 1); db_next(&rows);)
        for (int i = 0; i < row_columns(&rows); i++)
            if (*row_text(&rows, i))
                str_addf(ret_text, "%s\n", row_text(&rows, i));
    if (db_close(&rows, err) || add_recipe(db, key, ret_text, err))
        return -1;
    int failed = 0;
    db_ask_named(&rows, db, DB_NAMED(harness_cmd_ask_show, "attempts"), &cell, 1);
    while (!failed && db_next(&rows))
        failed = add_attempt(db, &rows, ret_text, err);
    if (db_close(&rows, failed ? NULL : err) || failed)
        return -1;
    for (db_ask_named(&rows, db, DB_NAMED(harness_cmd_ask_show, "environments"), &cell, 1);
         db_next(&rows);)
        add_environment(&rows, ret_text);
    return db_close(&rows, err);
}

static int print_cell(struct sqlite3 *db, const char *key, const void *values)
{
    struct str text = {0};
    struct err err;
    (void)values;
    const int code = add_cell(db, key, &text, &err) ? cmd_fail(&line, EXIT_DATABASE, err.text)
                                                    : cmd_print(&line, &text);
    str_release(&text);
    return code;
}

int cmd_show(int argc, char **argv)
{
    struct cmd_db_values values;
    const char *cell;
    const int done = cmd_parse(&line, argc, argv, &values, &cell);
    return done >= 0 ? done : cmd_with_cell(&line, values.db, cell, print_cell, &values);
}

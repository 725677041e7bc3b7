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
#include "harness/cmd/kit/rows.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { BAR_WIDTH = 30, LINE_WIDTH = 96 };

struct values {
    const char *db;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "show",
    "CELL",
    "Shows one cell: its recipe, its attempts and where the time went. CELL is the beginning of\n"
    "its key, as winnow status shows it.",
    flags,
    1,
    1,
};

/* A query with one text parameter as an aligned table, with a title where there are rows. */
static int add_table(sqlite3 *db, const char *title, const char *sql, const char *parameter,
                     struct str *ret_text, struct err *err)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_bind_text(statement, 1, parameter, -1, SQLITE_STATIC) != SQLITE_OK)
        return err_set(err, "%s", sqlite3_errmsg(db));
    struct table table = {0};
    const int failed = table_read(&table, statement, err);
    sqlite3_finalize(statement);
    if (!failed && table_rows(&table)) {
        str_add(ret_text, title);
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
    str_add(paragraph->text, item);
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

static int write_recipe(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err)
{
    struct str *ret_text = context;
    (void)db;
    json_error_t error;
    json_t *recipe = json_loads(cmd_column(row, 0), 0, &error), *value;
    const char *key;
    if (!recipe)
        return err_set(err, "the cell's JSON is damaged: %s", error.text);
    str_add(ret_text, "\nrecipe\n");
    json_object_foreach(recipe, key, value)
    {
        struct paragraph paragraph = {.text = ret_text, .column = RECIPE_INDENT};
        str_addf(ret_text, "  %-*s", RECIPE_INDENT - 2, key);
        add_setting(&paragraph, "", value);
        str_add(ret_text, "\n");
    }
    json_decref(recipe);
    return 0;
}

/* ---- Attempts ---------------------------------------------------------------------------------*/

static int write_phase(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err)
{
    struct str *ret_text = context;
    (void)db;
    (void)err;
    const double seconds = sqlite3_column_double(row, 1), share = sqlite3_column_double(row, 2);
    str_addf(ret_text, "  %-10s %10.3f s  ", cmd_column(row, 0), seconds);
    table_add_bar(ret_text, share, BAR_WIDTH);
    str_addf(ret_text, " %5.1f %%\n", 100 * share);
    return 0;
}

/* The views tell of good attempts only; this tells of each. */
static int write_attempt(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err)
{
    struct str *ret_text = context;
    static const char phases[] =
        "SELECT p.phase, p.ns / 1e9, coalesce(1.0 * p.ns / nullif(a.wall_ns, 0), 0) "
        "FROM phase p JOIN attempt a ON a.id = p.attempt "
        "WHERE a.id = CAST(? AS INTEGER) AND p.ns > 0 ORDER BY p.ns DESC";
    static const char epochs[] =
        "SELECT epoch, kept, fixed(lr, 6) AS lr, fixed(train_loss, 4) AS \"train loss\", "
        "fixed(100 * val_accuracy, 2) AS \"val %\", fixed(100 * test_accuracy, 2) AS \"test %\", "
        "fixed(charged_s, 3) AS \"charged s\", fixed(wall_s, 3) AS \"wall s\" "
        "FROM v_epoch WHERE attempt = CAST(? AS INTEGER) ORDER BY epoch";
    static const char selections[] =
        "SELECT epoch AS \"from epoch\", kept, n AS \"of\", class_kept AS \"kept of each class\" "
        "FROM v_selection WHERE attempt = CAST(? AS INTEGER) ORDER BY epoch";
    static const char solvers[] =
        "SELECT epoch AS \"from epoch\", method, objective, moves, fixed(seconds, 3) AS s "
        "FROM v_solver WHERE attempt = CAST(? AS INTEGER) GROUP BY epoch, step";
    static const char warnings[] =
        "SELECT code AS warning, text FROM v_warning WHERE attempt = CAST(? AS INTEGER)";
    const char *attempt = cmd_column(row, 0);
    str_addf(ret_text, "\nattempt %s: %s\n", attempt, cmd_column(row, 1));
    for (int i = 2; i < 8; i++) /* reason, accuracies, samples, data, implementations, scores */
        if (*cmd_column(row, i)) {
            str_add(ret_text, "  ");
            table_add_safe(ret_text, cmd_column(row, i));
            str_add(ret_text, "\n");
        }
    if (cmd_each_row(db, phases, attempt, write_phase, ret_text, err) ||
        add_table(db, "\n", warnings, attempt, ret_text, err) ||
        add_table(db, "\n", selections, attempt, ret_text, err) ||
        add_table(db, "\n", solvers, attempt, ret_text, err) ||
        add_table(db, "\n", epochs, attempt, ret_text, err))
        return -1;
    if (*cmd_column(row, 8)) {
        str_add(ret_text, "\nthe end of its log\n");
        cmd_add_log(ret_text, cmd_column(row, 8), 0);
    }
    return 0;
}

/* ---- The cell ---------------------------------------------------------------------------------*/

static int write_texts(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err)
{
    struct str *ret_text = context;
    (void)db;
    (void)err;
    for (int i = 0; i < sqlite3_column_count(row); i++)
        if (*cmd_column(row, i))
            str_addf(ret_text, "%s\n", cmd_column(row, i));
    return 0;
}

/* One line for each thing that is known of a machine. */
static int write_environment(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err)
{
    struct str *ret_text = context;
    (void)db;
    (void)err;
    str_addf(ret_text, "\nenvironment of attempts %s\n", cmd_column(row, 0));
    for (int i = 1; i < sqlite3_column_count(row); i++) {
        if (!*cmd_column(row, i))
            continue;
        str_addf(ret_text, "  %-16s", sqlite3_column_name(row, i));
        table_add_safe(ret_text, cmd_column(row, i));
        str_add(ret_text, "\n");
    }
    return 0;
}

static int add_cell(sqlite3 *db, const char *key, struct str *ret_text, struct err *err)
{
    static const char head[] =
        "SELECT 'cell ' || key, " CMD_TRAINING ", "
        "(SELECT 'in ' || group_concat(experiment || ' (cell ' || position || ')', ', ') "
        "FROM v_run WHERE cell = key) FROM " CMD_CELLS " WHERE key = ?";
    static const char attempts[] =
        "SELECT id, state || strftime(', %Y-%m-%d %H:%M:%S UTC', started_at / 1000000000, "
        "'unixepoch') || iif(beside > 0, ', ' || beside || ' beside it', '') || "
        "iif(wall_ns > 0, ', ' || fixed(wall_ns / 1e9, 3) || ' s', ''), reason, "
        "'test ' || fixed(100 * test_accuracy, 2) || ' %' || "
        "coalesce(' of ' || test_n || ' samples', '') || "
        "coalesce(', validation ' || fixed(100 * val_accuracy, 2) || ' %', '') || "
        "coalesce(', best validation ' || fixed(100 * best_val_accuracy, 2) || ' % with test ' || "
        "fixed(100 * best_val_test_accuracy, 2) || ' %', ''), "
        "'trained on ' || fixed(100 * nullif(kept_fraction, 0), 1) || ' % of ' || train_n || "
        "' samples an epoch', 'data: ' || nullif(data_folder, '') || ', content ' || "
        "substr(data_hash, 1, 10), 'convolutions: ' || nullif(implementations, ''), "
        "'scores: ' || iif(reused, 'an earlier cell''s', 'made here') || "
        "iif(carried_ns > 0, ', charged with ' || fixed(carried_ns / 1e9, 3) || "
        "' s spent elsewhere', ''), "
        "log FROM attempt WHERE cell = ? ORDER BY id";
    static const char environments[] =
        "SELECT group_concat(a.id, ', ') AS attempts, e.host, e.cpu, e.os, e.governor, e.cores, "
        "printf('%.1f GiB', e.memory_bytes / 1073741824.0) AS memory, e.blas, e.blas_core, "
        "e.blas_core_found, e.compiler, e.flags, e.revision, e.threads_asked, e.threads_used "
        "FROM (SELECT id, environment FROM attempt WHERE cell = ? ORDER BY id) a "
        "JOIN v_environment e ON e.environment = a.environment "
        "GROUP BY e.environment ORDER BY min(a.id)";
    return cmd_each_row(db, head, key, write_texts, ret_text, err) ||
           cmd_each_row(db, "SELECT json FROM cell WHERE key = ?", key, write_recipe, ret_text,
                        err) ||
           cmd_each_row(db, attempts, key, write_attempt, ret_text, err) ||
           cmd_each_row(db, environments, key, write_environment, ret_text, err);
}

static int print_cell(sqlite3 *db, const char *key, const void *values)
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
    struct values values;
    const char *cell;
    const int done = cmd_parse(&line, argc, argv, &values, &cell);
    return done >= 0 ? done : cmd_with_cell(&line, values.db, cell, print_cell, &values);
}

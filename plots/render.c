/*
 * render: see render.h for what and why. How: the program carries the scripts (the Makefile embeds
 * every .sql and .gp of this folder), so that figures can be drawn anywhere. This file has their
 * registry and makes the TSV; draw.c makes pictures of it.
 */
#include "plots/render.h"

#include "base/braced.h"
#include "base/mem.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- The registry ---- */

#define SCRIPT_SYMBOLS(stem)                                                                       \
    extern const char _binary_plots_##stem##_start[], _binary_plots_##stem##_end[];
#define SCRIPT(stem) BRACED(_binary_plots_##stem##_start, _binary_plots_##stem##_end)

#define FIGURE(name, symbol, help, what) SCRIPT_SYMBOLS(symbol##_sql) SCRIPT_SYMBOLS(symbol##_gp)
#include "plots/figures.def"
#undef FIGURE

static const struct figure figures[] = {
#define FIGURE(name, symbol, help, what)                                                           \
    {name, help, what, SCRIPT(symbol##_sql), SCRIPT(symbol##_gp), NULL},
#include "plots/figures.def"
#undef FIGURE
};

SCRIPT_SYMBOLS(style_gp)
SCRIPT_SYMBOLS(page_gp)
SCRIPT_SYMBOLS(labels_gp)
SCRIPT_SYMBOLS(ticks_gp)
SCRIPT_SYMBOLS(linear_ticks_gp)
SCRIPT_SYMBOLS(rows_gp)
SCRIPT_SYMBOLS(row_panel_gp)
SCRIPT_SYMBOLS(facets_gp)
SCRIPT_SYMBOLS(facet_panel_gp)
SCRIPT_SYMBOLS(grid_gp)
SCRIPT_SYMBOLS(grid_panel_gp)
SCRIPT_SYMBOLS(y_name_gp)
SCRIPT_SYMBOLS(heat_letters_gp)

/* What figures load by these names. */
static const struct {
    const char *name;
    struct figure_script script;
} shared[] = {
    {"style.gp", SCRIPT(style_gp)},
    {"page.gp", SCRIPT(page_gp)},
    {"labels.gp", SCRIPT(labels_gp)},
    {"ticks.gp", SCRIPT(ticks_gp)},
    {"linear-ticks.gp", SCRIPT(linear_ticks_gp)},
    {"rows.gp", SCRIPT(rows_gp)},
    {"row-panel.gp", SCRIPT(row_panel_gp)},
    {"facets.gp", SCRIPT(facets_gp)},
    {"facet-panel.gp", SCRIPT(facet_panel_gp)},
    {"grid.gp", SCRIPT(grid_gp)},
    {"grid-panel.gp", SCRIPT(grid_panel_gp)},
    {"y-name.gp", SCRIPT(y_name_gp)},
    {"heat-letters.gp", SCRIPT(heat_letters_gp)},
};

const char *const figure_formats[] = {"svg", "pdf", "png", "cairolatex", NULL};
const char *const figure_widths[] = {"page", "column", NULL};

const struct figure *figure_at(size_t i)
{
    return i < sizeof figures / sizeof *figures ? &figures[i] : NULL;
}

const struct figure *figure_find(const char *name)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (strcmp(figures[i].name, name) == 0)
            return &figures[i];
    return NULL;
}

bool figure_shared_at(size_t i, const char **ret_name, struct figure_script *ret_script)
{
    if (i >= sizeof shared / sizeof *shared)
        return false;
    *ret_name = shared[i].name;
    *ret_script = shared[i].script;
    return true;
}

/* ---- From the database to TSV ---- */

static int sql_error(struct sqlite3 *db, struct err *err)
{
    return err_set(err, "database: %s", sqlite3_errmsg(db));
}

static size_t script_length(struct figure_script script)
{
    return (size_t)(script.end - script.start);
}

/* experiment may be NULL for a query without :experiment. */
static int prepare(struct sqlite3 *db, struct figure_script sql, const char *experiment,
                   sqlite3_stmt **ret_statement, struct err *err)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql.start, (int)script_length(sql), &statement, NULL))
        return sql_error(db, err);
    const int place = sqlite3_bind_parameter_index(statement, ":experiment");
    if (place && sqlite3_bind_text(statement, place, experiment, -1, SQLITE_TRANSIENT)) {
        sqlite3_finalize(statement);
        return sql_error(db, err);
    }
    *ret_statement = statement;
    return 0;
}

static struct figure_script script_of(const char *sql)
{
    return (struct figure_script){sql, sql + strlen(sql)};
}

struct names {
    const char **items;
    size_t count;
};

static const char *name_at(const void *context, size_t i)
{
    const struct names *names = context;
    return i < names->count ? names->items[i] : NULL;
}

static int read_experiments(struct sqlite3 *db, struct arena *arena, struct names *ret_names,
                            struct err *err)
{
    static const char count[] = "SELECT count(*) FROM v_experiment";
    static const char list[] = "SELECT experiment FROM v_experiment ORDER BY experiment";
    sqlite3_stmt *statement;
    if (prepare(db, script_of(count), NULL, &statement, err))
        return -1;
    sqlite3_step(statement);
    const size_t room = (size_t)sqlite3_column_int64(statement, 0);
    if (sqlite3_finalize(statement))
        return sql_error(db, err);
    if (prepare(db, script_of(list), NULL, &statement, err))
        return -1;
    struct names names = {0};
    ARENA_NEW(arena, names.items, room);
    while (names.count < room && sqlite3_step(statement) == SQLITE_ROW)
        names.items[names.count++] =
            arena_strdup(arena, (const char *)sqlite3_column_text(statement, 0));
    if (sqlite3_finalize(statement))
        return sql_error(db, err);
    *ret_names = names;
    return 0;
}

static int choose_experiment(const struct names *names, const char *wanted, struct str *ret_name,
                             struct err *err)
{
    if (names->count == 0)
        return err_set(err, "the database holds no experiment");
    if (!wanted && names->count == 1) {
        str_add(ret_name, names->items[0]);
        return 0;
    }
    for (size_t i = 0; wanted && i < names->count; i++)
        if (strcmp(names->items[i], wanted) == 0) {
            str_add(ret_name, wanted);
            return 0;
        }
    struct str list = {0};
    for (size_t i = 0; i < names->count; i++)
        str_addf(&list, "%s%s", i ? ", " : "", names->items[i]);
    if (wanted) {
        const char *near = str_nearest(wanted, name_at, names);
        err_set(err, "no experiment '%s' in the database%s%s%s; it holds %s", wanted,
                near ? ", did you mean " : "", near ? near : "", near ? "?" : "", str_text(&list));
    } else {
        err_set(err, "which experiment? The database holds %s", str_text(&list));
    }
    str_release(&list);
    return -1;
}

int figure_experiment(struct sqlite3 *db, const char *wanted, struct str *ret_name, struct err *err)
{
    struct arena arena;
    struct names names;
    arena_init(&arena);
    const int failed = read_experiments(db, &arena, &names, err) ||
                       choose_experiment(&names, wanted, ret_name, err);
    arena_release(&arena);
    return failed ? -1 : 0;
}

/* Control characters would break the table; gnuplot takes '"' for the start of a quotation and '\'
   for that of an escape. */
static void add_text(struct str *tsv, const char *text)
{
    for (const char *p = text; *p; p++) {
        const char c = (unsigned char)*p < ' ' ? ' ' : *p == '"' ? '\'' : *p == '\\' ? '/' : *p;
        str_add_bytes(tsv, &c, 1);
    }
}

static void add_value(struct str *tsv, sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        str_add(tsv, "NaN");
        break;
    case SQLITE_INTEGER:
        str_addf(tsv, "%lld", (long long)sqlite3_column_int64(statement, column));
        break;
    case SQLITE_FLOAT: /* 9 digits: nanoseconds of a second, and sums do not show their rounding */
        str_addf(tsv, "%.9g", sqlite3_column_double(statement, column));
        break;
    default:
        add_text(tsv, (const char *)sqlite3_column_text(statement, column));
    }
}

static void add_row(struct str *tsv, sqlite3_stmt *statement)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        str_add(tsv, i ? "\t" : "");
        add_value(tsv, statement, i);
    }
    str_add(tsv, "\n");
}

/* Why a figure has no rows. */
static int nothing_to_show(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                           struct err *err)
{
    static const char sql[] = "SELECT count(*), count(*) FILTER (WHERE state = 'done')\n"
                              "FROM v_run WHERE experiment = :experiment";
    sqlite3_stmt *statement;
    if (prepare(db, script_of(sql), experiment, &statement, err))
        return -1;
    sqlite3_step(statement);
    const long long cells = sqlite3_column_int64(statement, 0);
    const long long done = sqlite3_column_int64(statement, 1);
    if (sqlite3_finalize(statement))
        return sql_error(db, err);
    if (cells == 0)
        err_set(err, "experiment '%s' has no cells", experiment);
    else if (done == 0)
        err_set(err, "no finished cells of experiment '%s' (0 of %lld)", experiment, cells);
    else
        err_set(err, "no %s in the %lld finished cells of experiment '%s'", figure->what, done,
                experiment);
    return FIGURE_EMPTY;
}

/* What lies beside the database, or is a dataset: the other figures can do without. */
static int not_at_hand(struct sqlite3 *db, struct err *err)
{
    err_set(err, "%s", sqlite3_errmsg(db)); /* the function's own sentence */
    return FIGURE_EMPTY;
}

int figure_data(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                struct str *ret_tsv, struct err *err)
{
    sqlite3_stmt *statement;
    if (prepare(db, figure->sql, experiment, &statement, err))
        return err_prefix(err, "%s: ", figure->name);
    struct str tsv = {0};
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        str_addf(&tsv, "%s%s", i ? "\t" : "# ", sqlite3_column_name(statement, i));
    str_add(&tsv, "\n");
    int64_t block = -1;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const int64_t row_block = sqlite3_column_int64(statement, 0);
        str_add(&tsv, block >= 0 && row_block != block ? "\n\n" : "");
        block = row_block;
        add_row(&tsv, statement);
    }
    int failed = 0;
    const int code = sqlite3_finalize(statement);
    if (code)
        failed = code == SQLITE_CANTOPEN ? not_at_hand(db, err) : sql_error(db, err);
    else if (block < 0)
        failed = nothing_to_show(figure, db, experiment, err);
    if (failed)
        err_prefix(err, "%s: ", figure->name);
    else
        str_add_bytes(ret_tsv, str_text(&tsv), tsv.length);
    str_release(&tsv);
    return failed;
}

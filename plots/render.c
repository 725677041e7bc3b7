/*
 * render: see render.h for what and why. How: the program carries the scripts (the Makefile embeds
 * every .sql and .gp of this folder), so that figures can be drawn anywhere. This file has their
 * registry and makes the TSV; draw.c makes pictures of it.
 */
#include "plots/render.h"

#include "base/mem.h"
#include "plots/query.h"
#include "results/db.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- The registry ---- */

static const struct kind *const kinds[] = {
#define FIGURE(title, question, drawn)                                                             \
    &(const struct figure){.name = title, .help = question, .what = drawn}.is,
#include "plots/figures.def"
#undef FIGURE
};

const struct shelf figure_shelf = SHELF("figure", "figures", kinds);

/* The Makefile defines PLOT_SCRIPTS, which has SCRIPT(phases_sql, "phases.sql") and so on: every
   .sql and .gp of this folder. */
#define SCRIPT(stem, file) extern const char _binary_plots_##stem##_start[];
PLOT_SCRIPTS
#undef SCRIPT

static const struct {
    const char *name, *text;
} scripts[] = {
#define SCRIPT(stem, file) {file, _binary_plots_##stem##_start},
    PLOT_SCRIPTS
#undef SCRIPT
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };

/* "phases.sql" */
static const char *find_script(const char *name, const char *ending)
{
    const size_t length = strlen(name);
    size_t i = 0;
    while (strncmp(scripts[i].name, name, length) != 0 ||
           strcmp(scripts[i].name + length, ending) != 0)
        REQUIRE(++i < SCRIPTS);
    return scripts[i].text;
}

const char *figure_sql(const struct figure *figure)
{
    return figure->sql ? figure->sql : find_script(figure->name, ".sql");
}

const char *figure_gp(const struct figure *figure)
{
    return figure->gp ? figure->gp : find_script(figure->name, ".gp");
}

static bool is_shared(const char *name)
{
    for (size_t i = 0; figure_at(i); i++) {
        const size_t length = strlen(figure_at(i)->name);
        if (strncmp(name, figure_at(i)->name, length) == 0 && name[length] == '.')
            return false;
    }
    return true;
}

const char *const figure_formats[] = {"svg", "pdf", "png", "cairolatex", NULL};
const char *const figure_widths[] = {"page", "column", NULL};

const char *figure_shared_at(size_t i, const char **ret_name)
{
    for (size_t k = 0; k < SCRIPTS; k++)
        if (is_shared(scripts[k].name) && i-- == 0) {
            *ret_name = scripts[k].name;
            return scripts[k].text;
        }
    return NULL;
}

/* ---- From the database to TSV ---- */

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
    static const char sql[] =
        "SELECT experiment, count(*) OVER () FROM v_experiment ORDER BY experiment";
    struct names names = {0};
    struct db_rows rows;
    for (db_ask(&rows, db, sql, DB_NO_VALUES); db_next(&rows);) {
        if (!names.count)
            ARENA_NEW(arena, names.items, (size_t)row_int(&rows, 1));
        names.items[names.count++] = arena_strdup(arena, row_raw(&rows, 0));
    }
    if (db_close(&rows, err))
        return err_prefix(err, "database: ");
    *ret_names = names;
    return 0;
}

/* By its name, or by what is shown of it. */
static int choose_experiment(const struct names *names, const char *wanted, struct arena *arena,
                             struct str *ret_name, struct err *err)
{
    if (names->count == 0)
        return err_set(err, "the database holds no experiment");
    if (!wanted && names->count == 1) {
        str_add(ret_name, names->items[0]);
        return 0;
    }
    for (size_t i = 0; wanted && i < names->count; i++)
        if (strcmp(names->items[i], wanted) == 0 ||
            strcmp(str_shown(names->items[i], arena), wanted) == 0) {
            str_add(ret_name, names->items[i]);
            return 0;
        }
    struct str list = {0};
    for (size_t i = 0; i < names->count; i++)
        str_addf(&list, "%s%s", i ? ", " : "", str_shown(names->items[i], arena));
    if (wanted) {
        err_set(err, "no experiment '%s' in the database%s; it holds %s", wanted,
                str_near(str_nearest(wanted, name_at, names), "").text, str_text(&list));
    } else {
        err_set(err, "which experiment? The database holds %s", str_text(&list));
    }
    str_release(&list);
    return -1;
}

int figure_experiment(struct sqlite3 *db, const char *wanted, struct str *ret_name, struct err *err)
{
    struct arena arena = {0};
    struct names names;
    int failed = read_experiments(db, &arena, &names, err);
    if (!failed && choose_experiment(&names, wanted, &arena, ret_name, err))
        failed = FIGURE_EMPTY;
    arena_release(&arena);
    return failed;
}

/* gnuplot takes '"' for the start of a quotation and '\' for that of an escape. */
static void add_text(struct str *tsv, const char *text)
{
    for (const char *p = text; *p; p++)
        str_addf(tsv, "%c", *p == '"' ? '\'' : *p == '\\' ? '/' : *p);
}

static void add_value(struct str *tsv, const struct db_rows *row, int column)
{
    const struct db_value value = row_value(row, column);
    switch (value.type) {
    case VALUE_NULL:
        str_add(tsv, "NaN");
        break;
    case VALUE_INTEGER:
        str_addf(tsv, "%lld", (long long)value.integer);
        break;
    case VALUE_REAL: /* 9 digits: nanoseconds of a second, and sums do not show their rounding */
        str_addf(tsv, "%.9g", value.real);
        break;
    default:
        add_text(tsv, row_text(row, column));
    }
}

static void add_row(struct str *tsv, const struct db_rows *row)
{
    for (int i = 0; i < row_columns(row); i++) {
        str_add(tsv, i ? "\t" : "");
        add_value(tsv, row, i);
    }
    str_add(tsv, "\n");
}

/* Why a figure has no rows. */
static int nothing_to_show(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                           struct err *err)
{
    static const char sql[] = "SELECT count(*), count(*) FILTER (WHERE state = 'done')\n"
                              "FROM v_run WHERE experiment = :experiment";
    struct arena arena = {0};
    struct db_rows rows;
    db_ask(&rows, db, sql, DB_VALUES(db_text(experiment)));
    experiment = str_shown(experiment, &arena);
    const bool told = db_next(&rows);
    const long long cells = told ? (long long)row_int(&rows, 0) : 0;
    const long long done = told ? (long long)row_int(&rows, 1) : 0;
    int what = FIGURE_EMPTY;
    if (db_close(&rows, err))
        what = err_prefix(err, "database: ");
    else if (cells == 0)
        err_set(err, "experiment '%s' has no cells", experiment);
    else if (done == 0)
        err_set(err, "no finished cells of experiment '%s' (0 of %lld)", experiment, cells);
    else
        err_set(err, "no %s in the %lld finished cells of experiment '%s'", figure->what, done,
                experiment);
    arena_release(&arena);
    return what;
}

void figure_add_head(const struct db_rows *rows, struct str *ret_tsv)
{
    for (int i = 0; i < row_columns(rows); i++)
        str_addf(ret_tsv, "%s%s", i ? "\t" : "# ", row_name(rows, i));
}

int figure_data(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                struct str *ret_tsv, struct err *err)
{
    struct db_rows rows;
    struct str tsv = {0};
    if (figure_ask(&rows, figure, db, experiment, err))
        return err_prefix(err, "%s: ", figure->name);
    figure_add_head(&rows, &tsv);
    str_add(&tsv, "\n");
    int64_t block = -1;
    while (db_next(&rows)) {
        const int64_t row_block = row_int(&rows, 0);
        str_add(&tsv, block >= 0 && row_block != block ? "\n\n" : "");
        block = row_block;
        add_row(&tsv, &rows);
    }
    int failed = db_close(&rows, err);
    if (failed && rows.absent) /* beside the database, or a dataset: other figures do without */
        failed = FIGURE_EMPTY;
    else if (failed)
        err_prefix(err, "database: ");
    else if (block < 0)
        failed = nothing_to_show(figure, db, experiment, err);
    if (failed)
        err_prefix(err, "%s: ", figure->name);
    else
        str_add_bytes(ret_tsv, str_text(&tsv), tsv.length);
    str_release(&tsv);
    return failed;
}

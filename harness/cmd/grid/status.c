/*
 * winnow status: how far a grid is and what it has found so far, from its database alone, so that
 * it can be asked at any time and on any copy.
 *
 * The numbers are those of the views (results/README.md), rounded for people; --json gives them
 * whole. Whether somebody is at work is told by the lock beside the database: attempts that are
 * "running" in a database that nobody writes are what a killed scheduler left behind.
 */
#include "harness/ask/table.h"
#include "harness/cmd/grid/counts.h"
#include "harness/cmd/grid/watch.h"
#include "harness/cmd/kit/db.h"
#include "results/conditions.h"
#include "results/db.h"
#include "results/lock.h"

#include <stdio.h>
#include <string.h>

DB_FILE(harness_cmd_grid_status);

enum { BAR_WIDTH = 30, MOST_FAILURES = 20 };

struct values {
    const char *db;
    bool json, watch;
    double interval; /* seconds */
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_SWITCH(struct values, json, 0, "print JSON, numbers exact"),
    CMD_SWITCH(struct values, watch, 0,
               "follow the grid while it runs: redraw, or print a line per change if the output is "
               "not a terminal"),
    CMD_DOUBLE(struct values, interval, 0, "S", "2", 0.1, 3600, "seconds between updates"),
    CMD_END,
};
static const struct cmd_line line = {
    "status",
    "",
    "Shows the progress and results of a grid, from its database, also while it runs.",
    flags,
    0,
    0,
};

static void ask(struct db_rows *ret_rows, struct sqlite3 *db, const char *name)
{
    db_ask_named(ret_rows, db, DB_NAMED(harness_cmd_grid_status, name),
                 DB_VALUES(db_int(MOST_FAILURES)));
}

/* Appends the query's result as a table; a title goes before it where there are rows. */
static int add_rows(struct sqlite3 *db, const char *name, const char *title, struct str *ret_text,
                    size_t *ret_rows, struct err *err)
{
    struct table table = {0};
    struct db_rows rows;
    ask(&rows, db, name);
    table_read(&table, &rows);
    const int failed = db_close(&rows, err);
    *ret_rows = table_rows(&table);
    if (!failed && *ret_rows) {
        str_add(ret_text, title);
        table_render(&table, ret_text);
    }
    table_release(&table);
    return failed;
}

/* ---- Progress ---------------------------------------------------------------------------------*/

static void add_progress_line(const struct db_rows *row, bool at_work, struct str *ret_text)
{
    const struct counts counts = {
        .cells = (size_t)row_int(row, 1),
        .done = (size_t)row_int(row, 2),
        .failed = (size_t)row_int(row, 3),
        .running = (size_t)row_int(row, 4),
        .to_run = (size_t)row_int(row, 5),
        .not_needed = (size_t)row_int(row, 6),
        .open = row_int(row, 8) != 0,
    };
    str_addf(ret_text, "%-*s  ", (int)row_int(row, 7), row_text(row, 0));
    table_add_bar(ret_text, counts.cells ? (double)counts.done / (double)counts.cells : 0,
                  BAR_WIDTH);
    str_add(ret_text, "  ");
    counts_add(ret_text, &counts, at_work);
    str_add(ret_text, "\n");
}

static int add_progress(struct sqlite3 *db, bool at_work, struct str *ret_text, struct err *err)
{
    struct db_rows rows;
    for (ask(&rows, db, "progress"); db_next(&rows);)
        add_progress_line(&rows, at_work, ret_text);
    return db_close(&rows, err);
}

/* ---- Cells ------------------------------------------------------------------------------------*/

static int add_cells(struct sqlite3 *db, bool at_work, struct str *ret_text, struct err *err)
{
    size_t running = 0, failures = 0;
    const int failed =
        add_rows(db, "table of running ones",
                 at_work ? "\nrunning\n"
                         : "\ninterrupted with their scheduler; winnow run continues them\n",
                 ret_text, &running, err) ||
        add_rows(db, "table of failures", "\nfailed; winnow show CELL says more\n", ret_text,
                 &failures, err);
    if (failures == MOST_FAILURES)
        str_add(ret_text, "winnow sql --named failures lists all of them\n");
    return failed;
}

/* ---- Questions --------------------------------------------------------------------------------*/

static int add_questions(struct sqlite3 *db, struct str *ret_text, struct err *err)
{
    size_t count;
    return add_rows(db, "table of questions",
                    "\nquestions: seeds are added while one is open (docs/statistics.md)\n",
                    ret_text, &count, err);
}

/* ---- Results ----------------------------------------------------------------------------------*/

/* The arm's median seconds to a target, given as an SQL literal and in percent. */
static void add_target_column(struct str *ret_sql, const char *target, const char *percent)
{
    str_addf(ret_sql,
             ", CASE WHEN count(*) FILTER (WHERE target = %s) > 0 THEN coalesce("
             "fixed(max(charged_s_median) FILTER (WHERE target = %s), digits), 'not reached') "
             "END AS \"s to %s %%\"",
             target, target, percent);
}

static int summary_sql(struct sqlite3 *db, const char *experiment, struct str *ret_sql,
                       struct err *err)
{
    struct db_rows augmented, targets;
    db_add_named(ret_sql, DB_NAMED(harness_cmd_grid_status, "summary columns"));
    db_ask_named(&augmented, db, DB_NAMED(harness_cmd_grid_status, "summary augmented"),
                 DB_VALUES(db_text(experiment)));
    while (db_next(&augmented))
        str_add(ret_sql, row_raw(&augmented, 0));
    if (db_close(&augmented, err))
        return -1;
    db_ask_named(&targets, db, DB_NAMED(harness_cmd_grid_status, "summary targets"),
                 DB_VALUES(db_text(experiment)));
    while (db_next(&targets))
        add_target_column(ret_sql, row_text(&targets, 0), row_text(&targets, 1));
    db_add_named(ret_sql, DB_NAMED(harness_cmd_grid_status, "summary rows"));
    return db_close(&targets, err);
}

static void end_block(struct table *table, const char *experiment, const struct str *block,
                      struct str *ret_text)
{
    if (table_rows(table)) {
        str_add(ret_text, "\n");
        str_add_shown(ret_text, experiment, "");
        str_addf(ret_text, ": %s\n", str_text(block));
        table_render(table, ret_text);
    }
    table_release(table);
}

/* A block for each dataset and network: "fashion-mnist, mlp". */
static void add_blocks(struct db_rows *rows, const char *experiment, struct str *ret_text)
{
    struct table table = {0};
    struct str block = {0}, before = {0};
    while (db_next(rows)) {
        str_clear(&block);
        str_addf(&block, "%s, %s", row_text(rows, 0), row_text(rows, 1));
        if (strcmp(str_text(&block), str_text(&before)) != 0) {
            end_block(&table, experiment, &before, ret_text);
            table_add_names(&table, rows, 2);
            str_clear(&before);
            str_add(&before, str_text(&block));
        }
        table_add_row(&table, rows, 2);
    }
    end_block(&table, experiment, &before, ret_text);
    str_release(&block);
    str_release(&before);
}

static int add_summary(struct sqlite3 *db, const char *experiment, struct str *ret_text,
                       struct err *err)
{
    struct str sql = {0};
    struct db_rows rows;
    int failed = summary_sql(db, experiment, &sql, err);
    if (!failed) {
        db_ask(&rows, db, str_text(&sql), DB_VALUES(db_text(experiment)));
        add_blocks(&rows, experiment, ret_text);
        failed = db_close(&rows, err);
    }
    str_release(&sql);
    return failed;
}

/* Why the seconds of the tables above are not to be trusted as they stand. */
static int add_doubts(struct sqlite3 *db, const char *experiment, struct str *ret_text,
                      struct err *err)
{
    struct str lines = {0};
    const int failed = conditions_doubts(db, experiment, &lines, err);
    if (!failed && lines.length)
        str_addf(ret_text, "\n%s", str_text(&lines));
    str_release(&lines);
    return failed;
}

static int add_summaries(struct sqlite3 *db, struct str *ret_text, struct err *err)
{
    struct db_rows rows;
    int failed = 0;
    db_ask(&rows, db, "SELECT experiment FROM v_progress WHERE done > 0 ORDER BY experiment",
           DB_NO_VALUES);
    while (!failed && db_next(&rows))
        failed = add_summary(db, row_raw(&rows, 0), ret_text, err) ||
                 add_doubts(db, row_raw(&rows, 0), ret_text, err);
    return db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
}

/* ---- The whole --------------------------------------------------------------------------------*/

static bool is_at_work(struct sqlite3 *db)
{
    return lock_is_held(db_path_of(db));
}

static int add_footnote(struct sqlite3 *db, struct str *ret_text, struct err *err)
{
    struct db_rows rows;
    str_add(ret_text,
            "\nrate: share of the samples left out. accuracy: test set, last epoch, mean and\n"
            "standard deviation over the runs. charged = score + select + train; overhead: the\n"
            "share of score and select in it. speedup: against full. s to: median over the\n"
            "runs of the charged seconds to an accuracy.\n");
    ask(&rows, db, "footnote");
    while (db_next(&rows))
        str_addf(ret_text, "%s\n", row_text(&rows, 0));
    return db_close(&rows, err);
}

static int add_for_people(struct sqlite3 *db, struct str *ret_text, struct err *err)
{
    const bool at_work = is_at_work(db);
    const size_t empty = ret_text->length;
    if (add_progress(db, at_work, ret_text, err))
        return -1;
    if (ret_text->length == empty) {
        str_add(ret_text, "no experiment has been run into this database yet\n");
        return 0;
    }
    const size_t before = ret_text->length;
    if (add_cells(db, at_work, ret_text, err) || add_questions(db, ret_text, err) ||
        add_summaries(db, ret_text, err))
        return -1;
    return ret_text->length > before ? add_footnote(db, ret_text, err) : 0;
}

static int write_json(struct sqlite3 *db, struct err *err)
{
    static const char *const parts[] = {"experiments", "running", "failures",
                                        "questions",   "summary", "targets"};
    printf("{\"at_work\": %s", is_at_work(db) ? "true" : "false");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct db_rows rows;
        ask(&rows, db, parts[i]);
        printf(",\n\"%s\": ", parts[i]);
        table_write(stdout, &rows, TABLE_JSON);
        if (db_close(&rows, err))
            return -1;
    }
    printf("}\n");
    return 0;
}

int cmd_status(int argc, char **argv)
{
    struct values values;
    struct store *store;
    struct str text = {0};
    struct err err;
    int code = cmd_parse(&line, argc, argv, &values, NULL);
    if (code < 0 && values.watch)
        return values.json ? cmd_fail(&line, EXIT_USAGE, "--watch or --json: which one?")
                           : watch_database(&line, values.db, values.interval);
    if (code < 0)
        code = cmd_open_store(&line, values.db, NULL, &store);
    if (code >= 0)
        return code;
    struct sqlite3 *db = store_sqlite(store);
    if (values.json ? write_json(db, &err) : add_for_people(db, &text, &err))
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    else
        code = cmd_print(&line, &text);
    str_release(&text);
    store_close(store);
    return code;
}

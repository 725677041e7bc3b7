/* The views' arithmetic, added up by hand from tests/support/made_db.h, and their documentation. */
#include "base/str.h"
#include "results/store.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The values are sums and quotients of round numbers: only the last bits may differ. */
static const double tolerance = 1e-12;

static struct store *store;

static void open_made(void)
{
    const char *path = made_path("made.db");
    made_db(path);
    store = must_open(path, STORE_READ);
}

static void close_made(void)
{
    store_close(store);
}

TestSuite(store_views, .init = open_made, .fini = close_made);

static void expect(const char *sql, double expected)
{
    const double found = ask(store, sql);
    cr_expect(fabs(found - expected) <= tolerance * fmax(1, fabs(expected)),
              "%s: %.17g, expected %.17g", sql, found, expected);
}

static void expect_text(const char *sql, const char *expected)
{
    const char *found = ask_text(store, sql);
    cr_expect_str_eq(found, expected, "%s: '%s', expected '%s'", sql, found, expected);
}

Test(store_views, run_has_a_row_for_every_cell_of_every_experiment)
{
    expect_text("SELECT group_concat(state) FROM (SELECT state FROM v_run WHERE experiment = "
                "'made' ORDER BY position)",
                "done,done,done,done,diverged,failed,running,new,lost");
    expect("SELECT count(*) FROM v_run WHERE experiment = 'other'", 1);
    expect("SELECT count(DISTINCT cell) FROM v_run", MADE_CELLS);
}

Test(store_views, run_of_a_good_attempt)
{
    expect("SELECT charged_s FROM v_run WHERE position = 3", 8);
    expect("SELECT wall_s FROM v_run WHERE position = 3", 11);
    expect("SELECT wall_s - load_s - init_s - score_s - select_s - train_s - eval_s - "
           "checkpoint_s - other_s FROM v_run WHERE position = 3",
           0);
    expect("SELECT load_s + 10 * init_s + 100 * score_s + 1000 * select_s + 10000 * train_s + "
           "100000 * eval_s FROM v_run WHERE position = 3",
           251201);
    expect("SELECT accuracy FROM v_run WHERE position = 3", 0.7);
    expect("SELECT kept_fraction FROM v_run WHERE position = 3", 0.5);
    expect("SELECT train_n FROM v_run WHERE position = 3", 1000);
    expect("SELECT timing_valid FROM v_run WHERE position = 3", 0);
    expect("SELECT timing_valid FROM v_run WHERE position = 4", 1);
    expect("SELECT attempts FROM v_run WHERE position = 4", 2);
    expect("SELECT attempt = last_attempt FROM v_run WHERE position = 4", 1);
    expect_text("SELECT short || options || model FROM v_run WHERE position = 4",
                "4000000000runs=3mlp");
}

Test(store_views, what_a_run_was_computed_with)
{
    expect_text("SELECT precision || conv || threads || implementations FROM v_run "
                "WHERE experiment = 'made' AND position = 1",
                "fp32auto1im2col");
    expect_text("SELECT group_concat(engines || environments) FROM (SELECT * FROM v_summary WHERE "
                "experiment = 'made' AND runs > 0 ORDER BY position)",
                "21,11");
    expect("SELECT sum(engines) + sum(environments) FROM v_summary WHERE runs = 0", 0);
}

Test(store_views, run_without_a_good_attempt_has_nulls)
{
    static const char *const columns[] = {"attempt",     "accuracy",     "charged_s",
                                          "wall_s",      "score_s",      "kept_fraction",
                                          "environment", "timing_valid", "samples_forward"};
    for (int position = 5; position <= MADE_CELLS; position++)
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            char sql[128];
            snprintf(sql, sizeof sql, "SELECT %s FROM v_run WHERE position = %d", columns[i],
                     position);
            expect_text(sql, "NULL");
        }
    expect_text("SELECT reason FROM v_run WHERE position = 6", "killed by signal 9");
    expect_text("SELECT last_attempt FROM v_run WHERE position = 8", "NULL");
}

Test(store_views, epoch_joins_to_run_by_attempt)
{
    expect("SELECT count(*) FROM v_epoch", 10);
    expect("SELECT count(*) FROM v_run r JOIN v_epoch e USING (attempt) WHERE experiment = 'made'",
           8);
    expect("SELECT charged_s FROM v_epoch WHERE cell GLOB '3*' AND epoch = 1", 5.5);
    expect("SELECT wall_s FROM v_epoch WHERE cell GLOB '3*' AND epoch = 2", 10);
    expect("SELECT test_worst_class_accuracy FROM v_epoch WHERE cell GLOB '3*' AND epoch = 1",
           0.225);
    expect("SELECT test_worst_class_accuracy FROM v_run WHERE position = 3", 0.35);
    expect("SELECT test_calibration_error FROM v_epoch WHERE cell GLOB '3*' AND epoch = 2", 0.175);
    expect("SELECT test_calibration_error FROM v_run WHERE position = 1", 0.225);
    expect("SELECT test_class_sd FROM v_epoch WHERE cell GLOB '3*' AND epoch = 1", 0.45 / 8);
    expect("SELECT test_class_sd FROM v_run WHERE position = 3", 0.7 / 8);
    expect("SELECT test_loss FROM v_epoch WHERE cell GLOB '3*' AND epoch = 1", 0.55);
    expect("SELECT samples_backward FROM v_epoch WHERE cell GLOB '3*' AND epoch = 2", 1000);
    expect_text("SELECT group_concat(DISTINCT state) FROM v_epoch WHERE cell GLOB '5*'",
                "diverged");
}

Test(store_views, summary)
{
    expect("SELECT count(*) FROM v_summary WHERE experiment = 'made'", 5);
    expect("SELECT runs FROM v_summary WHERE experiment = 'made' AND pruner = 'full'", 2);
    expect("SELECT accuracy_mean FROM v_summary WHERE experiment = 'made' AND pruner = 'full'",
           0.85);
    expect("SELECT accuracy_min FROM v_summary WHERE experiment = 'made' AND pruner = 'full'", 0.8);
    expect("SELECT accuracy_max FROM v_summary WHERE experiment = 'made' AND pruner = 'full'", 0.9);
    expect("SELECT accuracy_sd FROM v_summary WHERE experiment = 'made' AND pruner = 'full'",
           0.05 * sqrt(2));
    expect("SELECT charged_s_mean FROM v_summary WHERE experiment = 'made' AND pruner = 'full'",
           12);
    expect("SELECT speedup FROM v_summary WHERE experiment = 'made' AND pruner = 'full'", 1);
    expect("SELECT charged_s_mean FROM v_summary WHERE pruner = 'el2n'", 6);
    expect("SELECT wall_s_mean FROM v_summary WHERE pruner = 'el2n'", 9);
    expect("SELECT score_s_mean FROM v_summary WHERE pruner = 'el2n'", 2);
    expect("SELECT select_s_mean FROM v_summary WHERE pruner = 'el2n'", 1);
    expect("SELECT train_s_mean FROM v_summary WHERE pruner = 'el2n'", 3);
    expect("SELECT speedup FROM v_summary WHERE pruner = 'el2n'", 2);
    expect("SELECT processed_share FROM v_summary WHERE pruner = 'el2n'", 0.5);
    expect("SELECT timing_doubtful FROM v_summary WHERE pruner = 'el2n'", 1);
    expect("SELECT rate FROM v_summary WHERE pruner = 'el2n'", 0.5);
    expect("SELECT runs FROM v_summary WHERE pruner = 'ucb'", 0);
    expect("SELECT failed FROM v_summary WHERE pruner = 'ucb'", 2);
    expect_text("SELECT accuracy_mean FROM v_summary WHERE pruner = 'ucb'", "NULL");
    expect_text("SELECT speedup FROM v_summary WHERE pruner = 'ucb'", "NULL");
    /* One run has no spread, and another experiment is a row of its own. */
    expect_text("SELECT accuracy_sd FROM v_summary WHERE experiment = 'other'", "NULL");
    expect("SELECT charged_s_mean FROM v_summary WHERE experiment = 'other'", 10);
}

Test(store_views, time_to_accuracy)
{
    /* 5 runs (4 good, 1 diverged) and 2 targets; "other" has none */
    expect("SELECT count(*) FROM v_time_to_accuracy", 10);
    expect("SELECT charged_s FROM v_time_to_accuracy WHERE position = 1 AND target = 0.5", 5);
    expect("SELECT charged_s FROM v_time_to_accuracy WHERE position = 1 AND target = 0.9", 10);
    expect("SELECT wall_s FROM v_time_to_accuracy WHERE position = 1 AND target = 0.9", 12);
    expect("SELECT epoch FROM v_time_to_accuracy WHERE position = 2 AND target = 0.5", 2);
    expect("SELECT charged_s FROM v_time_to_accuracy WHERE position = 2 AND target = 0.5", 14);
    expect_text("SELECT charged_s FROM v_time_to_accuracy WHERE position = 2 AND target = 0.9",
                "NULL");
    expect("SELECT reached FROM v_time_to_accuracy WHERE position = 2 AND target = 0.9", 0);
    expect("SELECT watched_s FROM v_time_to_accuracy WHERE position = 2 AND target = 0.9", 14);
    expect_text("SELECT charged_s FROM v_time_to_accuracy WHERE position = 5 AND target = 0.5",
                "NULL");
    expect("SELECT watched_s FROM v_time_to_accuracy WHERE position = 5 AND target = 0.5", 3);
    expect_text("SELECT state FROM v_time_to_accuracy WHERE position = 5 AND target = 0.5",
                "diverged");
}

Test(store_views, not_reached_is_infinite_in_the_median)
{
    expect("SELECT charged_s_median FROM v_target WHERE pruner = 'full' AND target = 0.5", 9.5);
    expect("SELECT charged_s_median FROM v_target WHERE pruner = 'el2n' AND target = 0.5", 6);
    /* one of two: the middle lies between 10 and never */
    expect("SELECT reached FROM v_target WHERE pruner = 'full' AND target = 0.9", 1);
    expect("SELECT runs FROM v_target WHERE pruner = 'full' AND target = 0.9", 2);
    expect_text("SELECT charged_s_median FROM v_target WHERE pruner = 'full' AND target = 0.9",
                "NULL");
    expect_text("SELECT charged_s_median FROM v_target WHERE pruner = 'ucb' AND target = 0.5",
                "NULL");
}

Test(store_views, progress_adds_up)
{
    expect_text("SELECT cells || ',' || done || ',' || failed || ',' || running || ',' || to_run "
                "FROM v_progress WHERE experiment = 'made'",
                "9,4,2,1,2");
    expect("SELECT sum(cells - done - failed - running - to_run) FROM v_progress", 0);
}

Test(store_views, failures_selection_warning_overhead_environment_experiment)
{
    expect("SELECT count(*) FROM v_failures", 2);
    expect_text("SELECT reason FROM v_failures WHERE seed = 1", "killed by signal 9");
    expect_text("SELECT state FROM v_failures WHERE seed = 0", "diverged");
    expect_text("SELECT n || ',' || kept || ',' || class_kept FROM v_selection", "10,5,[3,2]");
    expect_text("SELECT code FROM v_warning WHERE cell GLOB '3*'", "LEDGER_GAP");
    expect("SELECT count(*) FROM v_overhead WHERE experiment = 'made'", 4);
    expect("SELECT score_share FROM v_overhead WHERE position = 4", 0.5);
    expect("SELECT select_share FROM v_overhead WHERE position = 4", 0.25);
    expect("SELECT overhead_share FROM v_overhead WHERE position = 4", 0.75);
    expect_text("SELECT blas_core FROM v_environment JOIN v_run USING (environment) "
                "WHERE position = 4",
                "Haswell");
    expect_text("SELECT targets || figures FROM v_experiment WHERE experiment = 'made'",
                "[0.5,0.9][\"phases\"]");
}

Test(store_views, phases_are_all_in_the_run_view)
{
    for (int i = 0; i < PHASE_COUNT; i++) {
        char sql[128];
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM pragma_table_info('v_run') WHERE name = '%s_s'",
                 phase_kinds[i].name);
        expect(sql, 1);
    }
}

/* The public columns in their public order: others may follow, none may go or move. */
Test(store_views, promised_columns)
{
    static const struct {
        const char *view, *columns;
    } promised[] = {
        {"v_run", "experiment,cell,attempt,dataset,model,pruner,options,rate,seed,state,accuracy,"
                  "val_accuracy,charged_s,wall_s,load_s,init_s,score_s,select_s,train_s,eval_s,"
                  "checkpoint_s,other_s,samples_forward,samples_backward,flops,kept_fraction,"
                  "timing_valid,environment,"},
        {"v_epoch", "cell,attempt,epoch,kept,lr,train_loss,val_accuracy,test_accuracy,charged_s,"
                    "wall_s,samples_forward,samples_backward,"},
    };
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT group_concat(name) || ',' FROM pragma_table_info('%s')",
                 promised[i].view);
        const char *found = ask_text(store, sql);
        cr_expect_eq(strncmp(found, promised[i].columns, strlen(promised[i].columns)), 0,
                     "%s: '%s', expected '%s...'", promised[i].view, found, promised[i].columns);
    }
}

/* ---- README.md and columns.md ----------------------------------------------------------------*/

static char *read_document(const char *path)
{
    char *text = test_read_file(path);
    cr_assert_not_null(text, "no %s: tests run in the root of the tree", path);
    return text;
}

/* The lines of results/columns.tsv that are of a view: the columns, each followed by a comma, and
 * the table that `make readme` makes of them. */
static void listed_columns(char *list, const char *view, struct str *ret_names,
                           struct str *ret_table)
{
    for (char *at = list; at && *at;) {
        char *end = strchr(at, '\n');
        char *column = strchr(at, '\t'), *meaning = column ? strchr(column + 1, '\t') : NULL;
        cr_assert(end && column && meaning && meaning < end, "results/columns.tsv: '%.40s'", at);
        if ((size_t)(column - at) == strlen(view) && strncmp(at, view, strlen(view)) == 0) {
            const char *after = meaning + 1 == end ? "|\n" : " |\n";
            str_add_bytes(ret_names, column + 1, (size_t)(meaning - column - 1));
            str_add(ret_names, ",");
            str_add(ret_table, "| `");
            str_add_bytes(ret_table, column + 1, (size_t)(meaning - column - 1));
            str_add(ret_table, "` | ");
            str_add_bytes(ret_table, meaning + 1, (size_t)(end - meaning - 1));
            str_add(ret_table, after);
        }
        at = end + 1;
    }
}

Test(store_views, every_column_is_documented_in_order)
{
    char *columns_md = read_document("results/columns.md");
    char *list = read_document("results/columns.tsv");
    sqlite3_stmt *view;
    int views = 0;
    cr_assert_eq(sqlite3_prepare_v2(store_sqlite(store),
                                    "SELECT s.name, (SELECT group_concat(name, ',') || ',' FROM "
                                    "pragma_table_info(s.name)) FROM sqlite_schema s "
                                    "WHERE type = 'view'",
                                    -1, &view, NULL),
                 SQLITE_OK);
    while (sqlite3_step(view) == SQLITE_ROW) {
        struct str names = {0}, table = {0}, section = {0};
        const char *name = (const char *)sqlite3_column_text(view, 0);
        const char *columns = (const char *)sqlite3_column_text(view, 1);
        /* The four rules of timing are parts of one view, and share its table. */
        const char *told = strncmp(name, "v_protocol_", 11) == 0 ? "v_protocol" : name;
        listed_columns(list, told, &names, &table);
        cr_expect_str_eq(str_text(&names), columns, "%s: results/columns.tsv '%s', has '%s'", name,
                         str_text(&names), columns);
        str_addf(&section, "\n## %s\n", told);
        const char *at = strstr(columns_md, str_text(&section));
        cr_assert_not_null(at, "results/columns.md has no section %s", told);
        const char *end = strstr(at + section.length, "\n## ");
        const char *found = strstr(at, str_text(&table));
        cr_expect(
            found && (!end || found < end) && found[table.length] != '|',
            "%s: the table of results/columns.md is out of date: `make readme` writes it anew."
            " Expected\n%s",
            name, str_text(&table));
        cr_expect(strstr(columns_md, name), "results/columns.md does not name %s", name);
        str_release(&names);
        str_release(&table);
        str_release(&section);
        views++;
    }
    sqlite3_finalize(view);
    cr_expect_gt(views, 0);
    free(list);
    free(columns_md);
}

Test(store_views, readme_queries_run)
{
    char *readme = read_document("results/README.md");
    int queries = 0;
    for (char *at = readme; (at = strstr(at, "\n```sql\n"));) {
        char *query = at + strlen("\n```sql\n"), *end = strstr(query, "\n```");
        cr_assert_not_null(end, "a fence is not closed");
        *end = '\0';
        char *why = NULL;
        cr_expect_eq(sqlite3_exec(store_sqlite(store), query, NULL, NULL, &why), SQLITE_OK,
                     "%s\n%s", query, why);
        sqlite3_free(why);
        queries++;
        at = end + 1;
    }
    cr_expect_gt(queries, 0);
    free(readme);
}

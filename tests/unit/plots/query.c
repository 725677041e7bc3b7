/*
 * query: what becomes of a figure's own query: shared columns, blocks, panels, facets.
 */
#include "plots/query.h"
#include "results/db.h"
#include "tests/support/plot_db.h"

#include <criterion/criterion.h>
#include <string.h>

static struct sqlite3 *db;

/* Experiment x: full and el2n with two sets of options; one run failed, one is in doubt. */
static void open_db(void)
{
    db = plot_db_open();
    plot_db_run(db, &(struct plot_run){.pruner = "full"});
    plot_db_run(db, &(struct plot_run){.pruner = "el2n", .options = "at=1", .rate = 0.3});
    plot_db_run(db, &(struct plot_run){.pruner = "el2n", .options = "at=2", .rate = 0.3});
    plot_db_run(db, &(struct plot_run){.pruner = "full", .seed = 1, .state = "failed"});
    plot_db_exec(db, "UPDATE attempt SET timing_reason = 'disturbed' WHERE id = 1");
}

static void close_db(void)
{
    plot_db_close(db);
}

TestSuite(query, .init = open_db, .fini = close_db);

static int ask(const char *sql, struct str *ret_tsv, struct err *err)
{
    struct figure figure = *figure_find("seeds");
    figure.sql = sql;
    return figure_data(&figure, db, "x", ret_tsv, err);
}

/* Its own columns are behind the twelfth. */
static bool is_compared(int column)
{
    return column == 1 || column == 6 || column > 10;
}

/* Of each row the block, the panel, the label, the rate and the query's own columns; the lines
   between blocks are empty. */
static void expect(const char *sql, const char *expected)
{
    struct str tsv = {0}, rows = {0};
    struct err err = {0};
    cr_assert_eq(ask(sql, &tsv, &err), 0, "%s", err.text);
    int column = 1;
    for (const char *p = strchr(str_text(&tsv), '\n') + 1; *p; p++) {
        if (is_compared(column) || *p == '\n')
            str_add_bytes(&rows, *p == '\t' ? " " : p, 1);
        column = *p == '\n' ? 1 : column + (*p == '\t');
    }
    cr_expect_str_eq(str_text(&rows), expected, "%s", sql);
    str_release(&tsv);
    str_release(&rows);
}

static void expect_error(const char *sql, const char *expected)
{
    struct str tsv = {0};
    struct err err = {0};
    cr_expect_eq(ask(sql, &tsv, &err), -1, "%s", str_text(&tsv));
    cr_expect_str_eq(err.text, expected);
    str_release(&tsv);
}

#define ROWS                                                                                       \
    "WITH t (dataset, model, pruner, options, rate, n, own) AS (VALUES"                            \
    " ('d', 'm', 'full', '', 0.0, 2, 'a'), ('d', 'm', 'el2n', 'at=2', 0.6, 1, 'b'),"               \
    " ('d', 'm', 'el2n', 'at=2', 0.3, 1, 'c'), ('d', 'm', 'el2n', 'at=1', 0.3, 1, 'd')) "

Test(query, columns_that_all_figures_share)
{
    struct str tsv = {0};
    struct err err = {0};
    cr_assert_eq(ask(ROWS
                     "SELECT own, n, rate, options, pruner, model, dataset FROM t WHERE own = 'b'",
                     &tsv, &err),
                 0, "%s", err.text);
    cr_expect_str_eq(str_text(&tsv),
                     "# block\texperiment\tunfinished\tdoubtful\tn\tpanel\tdataset\tmodel\tpruner\t"
                     "variant\tlabel\trate\town\n"
                     "0\tx\t1\t1\t1\t1\td\tm\tel2n\t1\tel2n at=2\t0.6\tb\n");
    str_release(&tsv);
}

Test(query, a_block_keeps_the_order_of_its_rows)
{
    expect(ROWS "SELECT * FROM t;\n", "0 1 el2n at=1 0.3 d\n\n\n"
                                      "1 1 el2n at=2 0.6 b\n1 1 el2n at=2 0.3 c\n\n\n"
                                      "2 1 full 0 a\n");
    expect(ROWS "SELECT * FROM t ORDER BY rate", "0 1 el2n at=1 0.3 d\n\n\n"
                                                 "1 1 el2n at=2 0.3 c\n1 1 el2n at=2 0.6 b\n\n\n"
                                                 "2 1 full 0 a\n");
}

/* What has no rate is in the facet of each; facets of another kind are a query's own. */
Test(query, facets)
{
    expect(ROWS "SELECT *, NULL AS facet FROM t WHERE own <> 'd'",
           "0 1 el2n at=2 0.3 c 1\n0 1 el2n at=2 0.6 b 2\n\n\n"
           "1 1 full 0.3 a 1\n1 1 full 0.6 a 2\n");
    expect(ROWS "SELECT *, NULL AS facet FROM t WHERE own = 'a'", "0 1 full 0 a 1\n");
    expect(ROWS "SELECT *, rate AS facet FROM t WHERE own <> 'd'",
           "0 1 el2n at=2 0.3 c 2\n0 1 el2n at=2 0.6 b 3\n\n\n1 1 full 0 a 1\n");
    expect(ROWS "SELECT *, own = 'b' AS facet FROM t WHERE own <> 'd'",
           "0 1 el2n at=2 0.3 c 1\n0 1 el2n at=2 0.6 b 2\n\n\n1 1 full 0 a 1\n");
}

/* A rate of 0 among others is one of them. */
Test(query, rate_0_is_a_rate_where_there_are_others)
{
    expect("WITH t (dataset, model, pruner, options, rate, n) AS (VALUES"
           " ('d', 'm', 'full', '', 0.0, 1), ('d', 'm', 'el2n', 'at=1', 0.0, 1),"
           " ('d', 'm', 'el2n', 'at=1', 0.3, 1)) SELECT *, NULL AS facet FROM t",
           "0 1 el2n at=1 0 1\n0 1 el2n at=1 0.3 2\n\n\n1 1 full 0 1\n1 1 full 0.3 2\n");
}

Test(query, blocks_and_panels)
{
    expect(ROWS "SELECT *, NULL AS block, NULL AS facet FROM t WHERE own <> 'd'",
           "0 1 el2n at=2 0.3 c 1\n\n\n1 1 full 0.3 a 1\n\n\n"
           "2 1 el2n at=2 0.6 b 2\n\n\n3 1 full 0.6 a 2\n");
    expect(ROWS "SELECT *, own < 'c' AS panel FROM t WHERE own <> 'd'",
           "0 1 el2n at=2 0.3 c\n\n\n1 2 el2n at=2 0.6 b\n\n\n2 2 full 0 a\n");
}

Test(query, labels_of_its_own)
{
    expect(ROWS "SELECT *, iif(own = 'a', 'all', NULL) AS label FROM t WHERE own < 'c'",
           "0 1 el2n at=2 0.6 b\n\n\n1 1 all 0 a\n");
}

/* As the scripts have it that an older winnow wrote, and a user edited. */
Test(query, all_columns_can_be_its_own)
{
    expect("SELECT 0 AS block, 'e' AS experiment, 0 AS unfinished, 0 AS doubtful, 1 AS n, 7 AS "
           "panel, 'd' AS dataset, 'm' AS model, 'p' AS pruner, 0 AS variant, 'l' AS label, 0.5 AS "
           "rate, 'own' AS facet",
           "0 7 l 0.5 own\n");
}

Test(query, says_what_is_missing)
{
    expect_error(
        "SELECT 'd' AS dataset, 'm' AS model, 'full' AS pruner, '' AS options, 0 AS rate",
        "seeds: its query gives no column 'n'; \"Writing a figure\" in plots/README.md says "
        "which it must give");
    expect_error("SELECT 1 AS", "seeds: database: incomplete input");
    expect_error(ROWS "SELECT *, 'x' AS nobody FROM t WHERE nowhere",
                 "seeds: database: no such column: nowhere");
}

/*
 * engines: the views, as Python's sqlite3 reads them (tests/engines.py): by no function that
 * another SQLite lacks, and with one type a column. R and node are asked by hand:
 *
 *     tests/engines.py results/quickstart.db
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"
#include "tests/support/plot_db.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(cli_engines, .fini = cli_release);

/* Something in every view: pruners of several kinds, four networks, what fails, and what is odd. */
static void make_everything(void)
{
    struct sqlite3 *db = plot_db_open();
    plot_db_fill(db, &plot_grid_small);
    plot_db_suit(db, "architecture-ranking");
    plot_db_suit(db, "evidence");
    plot_db_exec(db,
                 "INSERT INTO noise SELECT attempt, n, 1, bitmap FROM selection GROUP BY attempt");
    plot_db_exec(
        db, "INSERT INTO corrupt SELECT attempt, n, 1, bitmap FROM selection GROUP BY attempt");
    plot_db_exec(db,
                 "INSERT INTO solver SELECT attempt, 0, 1, 'annealed', 0.5, 7, 9 FROM selection "
                 "GROUP BY attempt");
    plot_db_exec(db, "UPDATE attempt SET test_loss = 0.5, train_loss = 0.25");
    plot_db_exec(
        db, "INSERT INTO final_test SELECT attempt.id, k.value, k.key, 0.75, 0.5, 0.25, 1.5, 0.1, "
            "'[2, 2]', '[2, 1]' FROM attempt, json_each('[\"none\", \"noise\"]') k");
    plot_db_exec(db, "UPDATE cell SET pruner = 'dp' WHERE pruner = 'el2n'");
    plot_db_exec(db, "INSERT INTO warning (attempt, code, text) SELECT 1, 'BLAS_CORE', 'another'");
    plot_db_exec(db, "INSERT INTO experiment_note SELECT id, 1, '7:12', 'a note' FROM experiment");
    plot_db_exec(db, "UPDATE selection SET class_kept = '[1, 2]'");
    plot_db_exec(db, "UPDATE attempt SET state = 'failed', cause = 'crash' WHERE id = 2");
    /* Shares of all of the samples, and of none: products that are whole numbers. */
    plot_db_exec(db, "UPDATE selection SET kept = 0 WHERE attempt = (SELECT max(attempt) FROM "
                     "selection)");
    plot_db_exec(db, "UPDATE selection SET kept = n WHERE attempt = (SELECT min(attempt) FROM "
                     "selection)");
    plot_db_close(db);
}

Test(cli_engines, python_reads_every_view)
{
    make_everything();
    RUN("tests/engines.py --engine python '%s'", made_path("plot.db"));
    cr_expect_eq(output.status, 0, "%s%s", output.out, output.err);
    cr_expect(strstr(output.out, " 0 findings"), "%s", output.out);
    cr_expect_not(strstr(output.out, "no rows"), "%s", output.out);
}

/* What a view must not have is found. */
Test(cli_engines, a_view_that_others_cannot_read_is_found)
{
    make_everything();
    static const struct {
        const char *view, *finding;
    } bad[] = {
        {"SELECT sqrt(2.0) AS x", "not authorized to use function: sqrt"},
        {"SELECT round(2.5) AS x", "not authorized to use function: round"},
        {"SELECT 1 AS x UNION ALL SELECT 0.5", "column 0 has values of float and int"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        RUN("sqlite3 '%s' 'DROP VIEW IF EXISTS z; CREATE VIEW z AS %s' && "
            "tests/engines.py --engine python '%s'",
            made_path("plot.db"), bad[i].view, made_path("plot.db"));
        expect(1, bad[i].finding, "");
    }
}

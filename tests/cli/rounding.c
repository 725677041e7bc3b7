/*
 * rounding: a mean of 65.625 %, halfway between two decimals, is one number wherever it is printed:
 * 65.62, as printf has it (the nearest; of two, the even one). SQLite's round() has 65.63.
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"
#include "tests/support/plot_db.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *db;

static void make_db(void)
{
    struct sqlite3 *made = plot_db_open();
    plot_db_fill(made, &plot_grid_small);
    plot_db_exec(made, "UPDATE attempt SET test_accuracy = 0.625 + 0.03125 * c.seed "
                       "- iif(c.pruner = 'full', 0, 0.25) FROM cell c WHERE c.key = cell");
    plot_db_close(made);
    db = strdup(made_path("plot.db"));
}

TestSuite(cli_rounding, .init = make_db, .fini = cli_release);

static void expect_one_number(void)
{
    cr_expect_eq(output.status, 0, "%s", output.err);
    cr_expect(strstr(output.out, "65.62"), "%s", output.out);
    cr_expect_not(strstr(output.out, "65.63"), "%s", output.out);
}

Test(cli_rounding, a_mean_is_one_number_everywhere)
{
    RUN("winnow status --db '%s'", db);
    expect_one_number();
    RUN("winnow sql --db '%s' --named summary", db);
    expect_one_number();
    RUN("winnow sql --db '%s' --named summary -f json", db);
    expect_one_number();
    RUN("winnow sql --db '%s' --named pareto -f csv", db);
    expect_one_number();
    RUN("winnow compare --db '%s' full el2n@0.3", db);
    expect_one_number();
    RUN("cd '%s' && winnow report --db '%s' -o page.html >&2 && sed 's/<svg.*//' page.html",
        test_dir(), db);
    expect_one_number();
}

/* The view has the double itself: whoever reads it rounds. */
Test(cli_rounding, views_do_not_round)
{
    RUN("sqlite3 '%s' \"SELECT 100 * accuracy_mean = 65.625 FROM v_summary WHERE pruner = 'full'\"",
        db);
    expect(0, "1\n", "");
}

/* build/winnow_functions.so in a host that has functions of the same names. tests/cli/extension.t
   asks all that it brings. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void of_the_host(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count, (void)arguments;
    sqlite3_result_text(context, "the host's", -1, SQLITE_STATIC);
}

static void expect_answer(sqlite3 *host, const char *sql, const char *answer)
{
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_prepare_v2(host, sql, -1, &row, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(host));
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW, "%s: %s", sql, sqlite3_errmsg(host));
    const char *found = (const char *)sqlite3_column_text(row, 0);
    cr_expect_str_eq(found ? found : "NULL", answer, "%s: %s", sql, found);
    sqlite3_finalize(row);
}

/* As R's RSQLite has a median(), and loads by a statement, during which none can be replaced. */
Test(cli_extension, what_the_host_has_stays)
{
    sqlite3 *host;
    char load[400];
    /* Empty where it was not built: sanitizers, whose libraries Debian's sqlite3 has not. */
    const char *extension = getenv("WINNOW_EXTENSION");
    if (!extension || !*extension)
        cr_skip("not built");
    cr_assert_eq(sqlite3_open(":memory:", &host), SQLITE_OK);
    sqlite3_create_function(host, "median", 1, SQLITE_UTF8, NULL, of_the_host, NULL, NULL);
    sqlite3_create_function(host, "quantile", 1, SQLITE_UTF8, NULL, of_the_host, NULL, NULL);
    sqlite3_enable_load_extension(host, 1);
    snprintf(load, sizeof load, "SELECT load_extension('%s')", extension);
    for (int again = 0; again < 2; again++) {
        expect_answer(host, load, "NULL");
        expect_answer(host, "SELECT median(1)", "the host's");
        expect_answer(host, "SELECT quantile(1)", "the host's"); /* ours has two arguments */
        expect_answer(host, "SELECT quantile(column1, 0.5) FROM (VALUES (1), (2))", "1.5");
        expect_answer(host, "SELECT fixed(0.125, 2)", "0.12");
    }
    sqlite3_close(host);
}

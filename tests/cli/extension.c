/*
 * extension: build/winnow_functions.so in the sqlite3 shell answers as winnow sql does, on the same
 * database, and leaves a host's own functions as they are; and without it all views do.
 */
#include "results/record/artifact.h"
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char db[256];

/* Of four samples, beside the database. */
static void make_scores(void)
{
    float scores[] = {0.5F, -3, 7, 0.25F};
    const struct artifact artifact = {.n = 4, .scores = scores};
    struct err err;
    cr_assert_eq(artifact_save(made_path("artifacts"), KEY, &artifact, &err), 0, "%s", err.text);
}

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    made_db(db);
    make_scores();
    cli_enter();
}

TestSuite(cli_extension, .init = make_db, .fini = cli_release);

/* NULL where it was not built: sanitizers, whose libraries Debian's sqlite3 has not. */
static const char *extension(void)
{
    const char *path = getenv("WINNOW_EXTENSION");
    return path && *path ? path : NULL;
}

/* Both answer with the same lines, and with some. */
static void expect_alike(const char *query)
{
    char *ours;
    RUN("winnow sql --db '%s' -f csv \"%s\" | tail -n +2", db, query);
    cr_expect_str_eq(output.err, "", "%s", query);
    cr_expect_neq(output.out[0], '\0', "%s: nothing", query);
    ours = strdup(output.out);
    cr_assert_not_null(ours);
    RUN("sqlite3 -csv -cmd '.load %s' '%s' \"%s\" | tr -d '\\r'", extension(), db, query);
    cr_expect_str_eq(output.err, "", "%s", query);
    cr_expect_str_eq(output.out, ours, "%s", query);
    free(ours);
}

/* Each function once, the numbers as their 17 digits. */
static const char *const queries[] = {
    "SELECT printf('%.17g', median(charged_s)) FROM v_run",
    "SELECT printf('%.17g', quantile(charged_s, 0.3)) FROM v_run",
    "SELECT printf('%.17g', iqm(charged_s)) FROM v_run",
    "SELECT printf('%.17g', stddev(charged_s)) FROM v_run",
    "SELECT printf('%.17g', ci_low(charged_s)) FROM v_run",
    "SELECT printf('%.17g', ci_high(charged_s)) FROM v_run",
    "SELECT printf('%.17g', ci_low(charged_s, 0.8)) FROM v_run",
    "SELECT printf('%.17g', ci_high(charged_s, 0.8)) FROM v_run",
    "SELECT fixed(charged_s, 2) FROM v_run WHERE charged_s IS NOT NULL ORDER BY position",
    "SELECT fixed(charged_s, 2, '+'), significant(charged_s, 3), significant(rate), "
    "fixed(rounded(charged_s, 1), 3) FROM v_run WHERE charged_s IS NOT NULL ORDER BY position",
    "SELECT kept_bit(bitmap, 8), kept_bit(bitmap, 9) FROM v_selection",
    "SELECT kept_count(bitmap) FROM v_selection",
    "SELECT kept_both(bitmap, bitmap) FROM v_selection",
    "SELECT kept_count(kept_all(n)), kept_both(bitmap, kept_all(n), 1) FROM v_selection",
    "SELECT kept_always(bitmap, n) FROM v_selection",
    "SELECT kept_never(bitmap, n) FROM v_selection",
    "SELECT chance_always(bitmap, n) FROM v_selection",
    "SELECT chance_never(bitmap, n) FROM v_selection",
    "SELECT replace(kept_map(bitmap, n, epoch, 5), char(34), '') FROM v_selection",
    /* Of the bits 1010, packed by zlib. */
    "SELECT replace(score_profile('" KEY "', x'789c63050000060006', 4, 2), char(34), '')",
    "SELECT sample, s.kept, selections, epochs_kept, s.epochs FROM v_selection v "
    "JOIN selection_samples(v.attempt) s",
};
enum { QUERIES = sizeof queries / sizeof *queries };

Test(cli_extension, answers_as_winnow_sql_does)
{
    if (!extension())
        cr_skip("not built");
    for (size_t i = 0; i < QUERIES; i++)
        expect_alike(queries[i]);
}

static bool is_asked(const char *name)
{
    for (size_t i = 0; i < QUERIES; i++) {
        const char *found = strstr(queries[i], name);
        if (found && found[strlen(name)] == '(')
            return true;
    }
    return false;
}

/* What the extension brings is asked above; a new function wants its line there. */
Test(cli_extension, every_function_is_asked)
{
    if (!extension())
        cr_skip("not built");
    RUN("sqlite3 :memory: \"SELECT DISTINCT name FROM pragma_function_list\" | sort >'%s/before'; "
        "sqlite3 -cmd '.load %s' :memory: \"SELECT DISTINCT name FROM pragma_function_list\" | "
        "sort | comm -13 '%s/before' -",
        test_dir(), extension(), test_dir());
    size_t found = 0;
    char *rest = output.out;
    for (char *name; (name = strtok_r(rest, "\n", &rest)); found++)
        cr_expect(is_asked(name), "%s() is asked nothing", name);
    cr_expect_geq(found, 14, "%zu functions", found);
}

Test(cli_extension, mistakes_are_told)
{
    if (!extension())
        cr_skip("not built");
    RUN("sqlite3 -cmd '.load %s' '%s' \"SELECT quantile(rate, 2) FROM v_run\"", extension(), db);
    expect(1, "", "quantile() wants a q from 0 to 1");
    RUN("sqlite3 -cmd '.load %s' '%s' \"SELECT kept_count(x'0102')\"", extension(), db);
    expect(1, "", "not a bitmap");
    RUN("sqlite3 '%s' \"SELECT median(rate) FROM v_run\"", db);
    expect(1, "", "no such function: median");
}

/* ---- Beside functions of the host -------------------------------------------------------------*/

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
    if (!extension())
        cr_skip("not built");
    cr_assert_eq(sqlite3_open(":memory:", &host), SQLITE_OK);
    sqlite3_create_function(host, "median", 1, SQLITE_UTF8, NULL, of_the_host, NULL, NULL);
    sqlite3_create_function(host, "quantile", 1, SQLITE_UTF8, NULL, of_the_host, NULL, NULL);
    sqlite3_enable_load_extension(host, 1);
    snprintf(load, sizeof load, "SELECT load_extension('%s')", extension());
    for (int again = 0; again < 2; again++) {
        expect_answer(host, load, "NULL");
        expect_answer(host, "SELECT median(1)", "the host's");
        expect_answer(host, "SELECT quantile(1)", "the host's"); /* ours has two arguments */
        expect_answer(host, "SELECT quantile(column1, 0.5) FROM (VALUES (1), (2))", "1.5");
        expect_answer(host, "SELECT fixed(0.125, 2)", "0.12");
    }
    sqlite3_close(host);
}

/* All views, row for row, in a shell that knows nothing of ours. */
Test(cli_extension, views_need_none)
{
    RUN("sqlite3 '%s' \"SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name\"", db);
    expect(0, "v_run\n", "");
    char *names = strdup(output.out), *rest = names;
    cr_assert_not_null(names);
    size_t views = 0;
    for (char *name; (name = strtok_r(rest, "\n", &rest)); views++) {
        RUN("sqlite3 '%s' \"SELECT count(*) FROM %s\"", db, name);
        cr_expect_str_eq(output.err, "", "%s", name);
        char *shell = strdup(output.out);
        RUN("winnow sql --db '%s' -f csv \"SELECT count(*) FROM %s\" | tail -n +2", db, name);
        cr_expect_str_eq(output.out, shell, "%s", name);
        RUN("sqlite3 '%s' \"SELECT * FROM %s\" >/dev/null", db, name);
        cr_expect_eq(output.status, 0, "%s: %s", name, output.err);
        cr_expect_str_eq(output.err, "", "%s", name);
        free(shell);
    }
    cr_expect_geq(views, 20, "%zu views", views);
    free(names);
}

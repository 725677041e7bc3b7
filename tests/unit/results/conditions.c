/* What makes seconds doubtful, in words and in the views, added up by hand from
 * tests/support/made_db.h. */
#include "results/conditions.h"
#include "results/store.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>

static struct store *store;

static void open_made(void)
{
    const char *path = made_path("made.db");
    made_db(path);
    store = must_open(path, STORE_WRITE);
    /* Attempts are append-only: a test may not be. */
    cr_assert_eq(
        sqlite3_exec(store_sqlite(store), "DROP TRIGGER attempt_changes_once", NULL, NULL, NULL),
        SQLITE_OK);
}

static void close_made(void)
{
    store_close(store);
}

TestSuite(conditions, .init = open_made, .fini = close_made);

/* Changes the good attempt of a cell of "made". */
static void change(int position, const char *assignments)
{
    char *sql = sqlite3_mprintf("UPDATE attempt SET %s WHERE id = (SELECT attempt FROM v_run "
                                "WHERE experiment = 'made' AND position = %d)",
                                assignments, position);
    cr_assert_eq(sqlite3_exec(store_sqlite(store), sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(store_sqlite(store)));
    sqlite3_free(sql);
}

static void expect_lines(const char *lines)
{
    struct str found = {0};
    struct err err;
    cr_assert_eq(conditions_doubts(store_sqlite(store), "made", &found, &err), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&found), lines);
    str_release(&found);
}

static void expect_text(const char *sql, const char *expected)
{
    const char *found = ask_text(store, sql);
    cr_expect_str_eq(found, expected, "%s: '%s', expected '%s'", sql, found, expected);
}

static const char full[] = "SELECT conditions || '|' || coalesce(conditions_differ, '-') || '|' || "
                           "speedup_mixed FROM v_summary WHERE experiment = 'made' AND pruner = ";

static const char *of(const char *pruner)
{
    static char sql[512];
    sqlite3_snprintf(sizeof sql, sql, "%s%Q", full, pruner);
    return sql;
}

/* All good runs of made_db have one environment; the beside of each is what it was at its start. */
static void make_alike(void)
{
    for (int position = 1; position <= 4; position++)
        change(position, "beside_mean = 0.9, pinned = '0'");
}

Test(conditions, alike_and_whole_there_is_nothing_to_say)
{
    make_alike();
    cr_assert_eq(sqlite3_exec(store_sqlite(store), "DELETE FROM warning", NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(store_sqlite(store)));
    expect_lines("");
    expect_text(of("full"), "1|-|0");
    expect_text(of("el2n"), "1|-|0");
    expect_text("SELECT count(*) FROM v_run WHERE condition IS NOT NULL AND attempt IS NULL", "0");
    expect_text("SELECT count(*) FROM v_run WHERE condition IS NULL AND attempt IS NOT NULL", "0");
}

Test(conditions, the_reasons_are_counted)
{
    make_alike();
    expect_lines("1 of 4 runs has doubtful seconds: 1 with a clock that does not add up\n");
    change(1, "timing_reason = 'threads: 0.52 of 1; throttled 3 times, by heat or by a quota'");
    change(2, "timing_reason = 'threads: 0.61 of 1'");
    expect_lines("3 of 4 runs have doubtful seconds: 2 had less than their threads, "
                 "1 throttled, 1 with a clock that does not add up\n");
    expect_text("SELECT group_concat(timing_valid || coalesce(timing_reason, '')) FROM v_run "
                "WHERE experiment = 'made' AND position IN (2, 4) ORDER BY position",
                "0threads: 0.61 of 1,1");
    expect_text("SELECT timing_doubtful FROM v_summary WHERE experiment = 'made' "
                "AND pruner = 'full'",
                "2");
}

Test(conditions, unlike_ones_are_named)
{
    make_alike();
    change(2, "beside_mean = 0.2");
    struct str lines = {0};
    struct err err;
    cr_assert_eq(conditions_doubts(store_sqlite(store), "made", &lines, &err), 0);
    cr_expect_not_null(strstr(str_text(&lines), "synthetic, mlp: seconds of 2 conditions: 3 runs "
                                                "with "),
                       "%s", str_text(&lines));
    cr_expect_not_null(strstr(str_text(&lines), "bound, 1 beside; 1 run with "), "%s",
                       str_text(&lines));
    cr_expect_not_null(strstr(str_text(&lines), "bound, 0 beside\n"), "%s", str_text(&lines));
    str_release(&lines);
    expect_text(of("full"), "2|cells beside|1");
    expect_text(of("el2n"), "1|-|1");
    change(1, "pinned = NULL");
    expect_text(of("full"), "2|binding, cells beside|1");
    expect_text("SELECT conditions FROM v_target WHERE experiment = 'made' AND pruner = 'full' "
                "AND target = 0.5",
                "2");
}

Test(conditions, a_database_without_views_is_an_error)
{
    sqlite3 *other;
    struct str lines = {0};
    struct err err;
    cr_assert_eq(sqlite3_open(":memory:", &other), SQLITE_OK);
    cr_expect_neq(conditions_doubts(other, "made", &lines, &err), 0);
    cr_expect_not_null(strstr(err.text, "v_run"), "%s", err.text);
    cr_expect_eq(lines.length, 0);
    sqlite3_close(other);
}

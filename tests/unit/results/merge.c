/* Merging databases: tokens, numbers, what is refused. The shard is the database of made_db.h. */
#include "results/merge.h"

#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct store *db;

static void make(void)
{
    made_db(made_path("shard.db"));
    db = must_open(made_path("all.db"), STORE_WRITE);
}

static void end(void)
{
    store_close(db);
}

TestSuite(merge, .init = make, .fini = end);

static struct merge_report merge(const char *name)
{
    struct merge_report report;
    struct err err;
    cr_assert_eq(merge_shard(db, made_path(name), &report, &err), 0, "%s", err.text);
    return report;
}

static void expect_report(struct merge_report report, int64_t attempts, int64_t known,
                          const char *why)
{
    cr_expect_eq(report.attempts, attempts, "%lld attempts", (long long)report.attempts);
    cr_expect_eq(report.known, known, "%lld known", (long long)report.known);
    cr_expect_eq(report.refused, why != NULL, "refused: %s", report.why.text);
    if (why)
        cr_expect(strstr(report.why.text, why), "'%s' has no '%s'", report.why.text, why);
}

static void expect_number(const char *sql, double wanted)
{
    const double got = ask(db, sql);
    cr_expect_eq(got, wanted, "%s: %g, not %g", sql, got, wanted);
}

/* sqlite3 on a file of the test's folder. */
static void change(const char *name, const char *sql)
{
    struct test_output output = test_run("sqlite3 '%s' \"%s\"", made_path(name), sql);
    cr_assert_eq(output.status, 0, "%s: %s", sql, output.err);
    test_output_release(&output);
}

/* Its eight attempts that ended: one is running. */
enum { ENDED = 8 };

Test(merge, all_that_ended_comes_in_once)
{
    const struct merge_report first = merge("shard.db");
    expect_report(first, ENDED, 0, NULL);
    expect_number("SELECT count(*) FROM attempt WHERE state = 'running'", 0);
    expect_number("SELECT count(*) FROM attempt WHERE state = 'lost'", 1);
    expect_number("SELECT count(*) FROM experiment", 2);
    expect_number("SELECT count(*) FROM v_run WHERE experiment = 'made'", MADE_CELLS);
    expect_number("SELECT accuracy FROM v_run WHERE experiment = 'made' AND pruner = 'el2n' AND "
                  "seed = 0",
                  0.7);
    expect_number("SELECT count(*) FROM experiment_target", 2);
    /* The same bytes, then the same attempts in other bytes. */
    expect_report(merge("shard.db"), 0, ENDED, NULL);
    expect_number("SELECT count(*) FROM import_log", 1);
    change("shard.db", "CREATE TABLE other (x)");
    expect_report(merge("shard.db"), 0, ENDED, NULL);
    expect_number("SELECT count(*) FROM import_log", 2);
    expect_number("SELECT count(*) FROM attempt", ENDED);
}

Test(merge, numbers_follow_and_environments_are_shared)
{
    int64_t own;
    struct err err;
    const struct store_cell cell = {.key = made_key(8),
                                    .json = "{}",
                                    .dataset = "d",
                                    .model = "m",
                                    .model_label = "m",
                                    .pruner = "p",
                                    .options = "",
                                    .epochs = 2};
    const struct store_experiment mine = {.name = "mine", .file = "f", .yaml = "y"};
    cr_assert_eq(store_experiment(db, &mine, &cell, 1, &err), 0, "%s", err.text);
    cr_assert_eq(store_attempt_begin(db, made_key(8), &made_environment, 0, &own, &err), 0);
    struct record_end failed = record_end_of(ATTEMPT_FAILED);
    failed.reason = "it is here";
    cr_assert_eq(store_put(db, own, &(struct record){.kind = RECORD_END, .end = failed}, &err), 0,
                 "%s", err.text);
    change("shard.db", "UPDATE cell SET json = '{}' WHERE key = (SELECT cell FROM experiment_cell "
                       "WHERE position = 8 AND experiment = 1)");
    expect_report(merge("shard.db"), ENDED, 0, NULL);
    expect_number("SELECT count(*) FROM attempt", ENDED + 1);
    cr_expect_str_eq(ask_text(db, "SELECT reason FROM attempt WHERE id = 1"), "it is here");
    expect_number("SELECT count(DISTINCT environment) = (SELECT count(*) FROM environment) "
                  "FROM attempt",
                  1);
    /* Each part is its attempt's: the same as in the shard, by cell and state. */
    struct test_output output = test_run(
        "cd %s && for t in phase epoch selection noise corrupt solver final_test warning; do for d "
        "in all "
        "shard; do "
        "sqlite3 $d.db \"SELECT count(*), coalesce(sum(length(a.cell || a.started_at)), 0), "
        "group_concat(DISTINCT substr(a.cell, 1, 12)) FROM (SELECT * FROM $t ORDER BY attempt) t "
        "JOIN attempt a ON a.id = t.attempt WHERE a.state <> 'running' AND a.reason IS NOT "
        "'it is here'\" >>$d.txt; done; done; cmp all.txt shard.txt && "
        "grep -c '^0' all.txt; cat all.txt",
        test_dir());
    cr_expect(strtol(output.out, NULL, 10) < 4, "%s%s", output.out, output.err);
    cr_expect_str_eq(output.err, "", "%s%s", output.out, output.err);
    test_output_release(&output);
}

Test(merge, a_cell_that_is_done_here_stays_what_it_was)
{
    expect_report(merge("shard.db"), ENDED, 0, NULL);
    /* Two machines ran the same cells. */
    change("shard.db", "DROP TRIGGER attempt_changes_once; UPDATE attempt SET token = "
                       "lower(hex(randomblob(16))), test_accuracy = 0.1 WHERE state = 'done'");
    expect_report(merge("shard.db"), 0, ENDED, NULL);
    expect_number("SELECT count(*) FROM attempt WHERE test_accuracy = 0.1", 0);
}

Test(merge, what_is_refused_changes_nothing)
{
    struct merge_report report = merge("none.db");
    expect_report(report, 0, 0, "No such file");
    cr_expect_not(report.damaged);

    test_write_file(made_path("text.db"), "by no means a database, however long this line may get, "
                                          "and it has to be longer than a header of 100 bytes");
    report = merge("text.db");
    expect_report(report, 0, 0, "not a database");
    cr_expect(report.damaged);

    change("foreign.db", "CREATE TABLE t (x); PRAGMA application_id = 7");
    report = merge("foreign.db");
    expect_report(report, 0, 0, "not one of winnow's");
    cr_expect(report.damaged);

    change("shard.db", "PRAGMA user_version = 1000");
    report = merge("shard.db");
    expect_report(report, 0, 0, "written by a newer winnow");
    cr_expect_not(report.damaged);
    expect_number("SELECT count(*) FROM attempt", 0);
    expect_number("SELECT count(*) FROM cell", 0);
    expect_number("SELECT count(*) FROM import_log WHERE refused IS NOT NULL", 3);
}

/* What version 5 wrote: brought up in memory, the file stays as it is. */
Test(merge, an_older_shard_is_brought_up)
{
    enum { OLD = 12 };
    struct test_output made =
        test_run("sqlite3 '%s' <tests/golden/database-v5.sql", made_path("old.db"));
    cr_assert_eq(made.status, 0, "%s", made.err);
    test_output_release(&made);
    expect_report(merge("old.db"), OLD, 0, NULL);
    expect_report(merge("old.db"), 0, OLD, NULL);
    expect_number("SELECT count(*) FROM attempt WHERE cause = 'timeout'", 1);
    expect_number("SELECT count(*) FROM split WHERE size = 10", 1);
    expect_number("SELECT count(*) FROM phase", 1);
    struct store *again;
    struct err err;
    cr_expect_neq(store_open(made_path("old.db"), STORE_READ, &again, &err), 0);
    cr_expect(strstr(err.text, "its version is 5"), "%s", err.text);
    change("old.db", "UPDATE import_log SET path = 1; DROP TABLE phase");
    expect_report(merge("old.db"), 0, 0, "it cannot be migrated from version 5: ");
}

Test(merge, a_damaged_shard_is_refused_whole)
{
    change("shard.db", "UPDATE selection SET bitmap = x'00' WHERE rowid = 1");
    struct merge_report report = merge("shard.db");
    expect_report(report, 0, 0, "bitmap of its selection");
    cr_expect(report.damaged);
    /* Whole by itself, but not by the rules of this database: another cell of the same key. */
    made_db(made_path("one.db"));
    expect_report(merge("one.db"), ENDED, 0, NULL);
    made_db(made_path("two.db"));
    change("two.db", "UPDATE cell SET json = '{\\\"a\\\":1}'");
    expect_report(merge("two.db"), 0, 0, "differ from those here with the same keys");
    expect_number("SELECT count(*) FROM attempt", ENDED);
}

Test(merge, a_cut_off_shard_is_refused)
{
    struct test_output output = test_run(
        "cd %s && size=$(stat -c %%s shard.db) && truncate -s $((size / 2)) shard.db", test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
    test_output_release(&output);
    cr_expect(merge("shard.db").damaged);
    expect_number("SELECT count(*) FROM attempt", 0);
}

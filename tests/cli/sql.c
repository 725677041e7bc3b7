/* winnow sql, status and show on a made database, as a user types them. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char db[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    made_db(db);
    cli_enter();
}

TestSuite(cli_sql, .init = make_db, .fini = cli_release);
TestSuite(cli_status, .init = make_db, .fini = cli_release);
TestSuite(cli_show, .init = make_db, .fini = cli_release);

/* ---- sql --------------------------------------------------------------------------------------*/

Test(cli_sql, one_plain_select_answers_the_main_question)
{
    RUN("winnow sql --db '%s' \"SELECT pruner, rate, accuracy_mean, charged_s_mean FROM v_summary "
        "WHERE runs > 0 AND experiment = 'made' ORDER BY position\"",
        db);
    cr_expect_str_eq(output.out, "pruner  rate  accuracy_mean  charged_s_mean\n"
                                 "------  ----  -------------  --------------\n"
                                 "full       0           0.85              12\n"
                                 "el2n     0.5           0.65               6\n");
    expect(0, "", "");
}

Test(cli_sql, formats)
{
    static const char query[] = "SELECT pruner, accuracy FROM v_run WHERE position IN (3, 8)";
    RUN("winnow sql --db '%s' --format csv '%s'", db, query);
    expect(0, "pruner,accuracy\nel2n,0.7\nrandom,\n", "");
    RUN("winnow sql --db '%s' -f markdown '%s'", db, query);
    expect(0, "| pruner | accuracy |\n| --- | ---: |\n| el2n | 0.7 |\n| random | - |\n", "");
    RUN("winnow sql --db '%s' --format json '%s'", db, query);
    expect(0, "", "");
    json_error_t error;
    json_t *json = json_loads(output.out, 0, &error);
    cr_assert_not_null(json, "%s", error.text);
    cr_expect_eq(json_array_size(json), 2);
    json_decref(json);
    RUN("winnow sql --db '%s' --format xml '%s'", db, query);
    expect(2, "", "--format");
}

Test(cli_sql, query_from_stdin_or_the_default_one)
{
    RUN("echo 'SELECT 6 * 7 AS answer;' | winnow sql --db '%s' -f csv", db);
    expect(0, "answer\n42\n", "");
    RUN("winnow sql --db '%s'", db); /* stdin is empty */
    expect(0, "charged_s", "");
    char *summary = strdup(output.out);
    RUN("winnow sql --db '%s' --named summary", db);
    cr_expect_str_eq(output.out, summary);
    free(summary);
}

Test(cli_sql, every_named_query_runs)
{
    RUN("winnow sql --list");
    expect(0, "-- summary: ", "");
    RUN("winnow sql --list | sed -n 's/^-- \\([a-z]*\\): .*/\\1/p' | while read name; do "
        "winnow sql --db '%s' --named \"$name\" || echo FAILED; echo ran; done",
        db);
    expect(0, "ran", "");
    cr_expect_not(strstr(output.out, "FAILED"), "%s\n%s", output.out, output.err);
    /* Each of them is whole SQL for a bare sqlite3 too, but for winnow's own functions. */
    RUN("winnow sql --list | sed -e 's/median(/max(/' "
        "-e 's/selection_samples(.*)/(SELECT 1 AS kept, 1 AS selections)/' | sqlite3 '%s'",
        db);
    expect(0, "", "");
    cr_expect_str_eq(output.err, "");
    RUN("winnow sql --db '%s' --named sumary", db);
    expect(2, "", "did you mean summary?");
    RUN("winnow sql --db '%s' --named summary 'SELECT 1'", db);
    expect(2, "", "which one?");
}

/* el2n's cell with seed 0 becomes random's with seed 1: 0.6 against 0.7, both with half of it. */
Test(cli_sql, versus_in_points)
{
    static const char moved[] = "UPDATE cell SET pruner = 'random', options = '', seed = 1 "
                                "WHERE pruner = 'el2n' AND seed = 0";
    RUN("sqlite3 '%s' \"%s\"", db, moved);
    expect(0, "", "");
    RUN("winnow sql --db '%s' --named versus -f csv", db);
    expect(0,
           "experiment,dataset,model,pruner,options,rate,n,to random,verdict,to random-dynamic,"
           "\"verdict, dynamic\"\nmade,synthetic,mlp,el2n,runs=3,0.5,1,-10.00,,,\n",
           "");
}

Test(cli_sql, own_functions)
{
    RUN("winnow sql --db '%s' -f csv \"SELECT median(charged_s) AS m, quantile(charged_s, 0) AS q "
        "FROM v_run WHERE pruner = 'el2n'\"",
        db);
    expect(0, "m,q\n6,4\n", "");
}

Test(cli_sql, samples_of_an_attempt)
{
    RUN("winnow sql --db '%s' -f csv \"SELECT group_concat(s.kept, '') AS kept, max(epochs_kept) "
        "AS e FROM v_selection v JOIN selection_samples(v.attempt) s\"",
        db);
    expect(0, "kept,e\n1010101010,2\n", "");
    RUN("winnow sql --db '%s' -f csv 'SELECT kept_count(bitmap) AS c, kept_bit(bitmap, 8) AS b, "
        "kept_bit(bitmap, 9) AS n, kept_both(bitmap, bitmap) AS both FROM v_selection'",
        db);
    expect(0, "c,b,n,both\n5,1,0,5\n", "");
    RUN("winnow sql --db '%s' \"SELECT kept_count(x'0102')\"", db);
    expect(2, "", "not a bitmap");
    RUN("winnow sql --db '%s' 'SELECT * FROM selection_samples'", db);
    expect(2, "", "of which attempt?");
}

Test(cli_sql, time_limit)
{
    RUN("winnow sql --db '%s' --timeout 1s 'WITH RECURSIVE t (i) AS (SELECT 1 UNION ALL SELECT i "
        "+ 1 FROM t) SELECT count(*) FROM t'",
        db);
    expect(2, "", "has not ended within --timeout");
    RUN("winnow sql --db '%s' --timeout 5m 'SELECT 1 AS one'", db);
    expect(0, "one", "");
}

Test(cli_sql, changes_nothing)
{
    static const char *const queries[] = {
        "DELETE FROM warning",        "CREATE TABLE t (a)",
        "UPDATE cell SET rate = 0",   "DROP VIEW v_run",
        "CREATE TEMP TABLE t (a)",    "INSERT INTO warning VALUES (9, 1, 2, 3)",
        "VACUUM INTO '/dev/null/no'",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        RUN("winnow sql --db '%s' \"%s\"", db, queries[i]);
        expect(2, "", "only reads");
    }
    RUN("winnow sql --db '%s' 'PRAGMA user_version = 7'", db);
    RUN("winnow sql --db '%s' -f csv 'PRAGMA user_version'", db);
    expect(0, "user_version\n6\n", "");
}

Test(cli_sql, mistakes_in_the_query)
{
    RUN("winnow sql --db '%s' 'SELECT *\n  FORM v_run'", db);
    expect(2, "", "winnow sql: query:2:3: near \"FORM\": syntax error");
    RUN("winnow sql --db '%s' 'SELECT nope FROM v_run'", db);
    expect(2, "", "no such column: nope");
    RUN("winnow sql --db '%s' 'SELECT 1; SELECT 2'", db);
    expect(2, "", "one statement at a time");
    RUN("winnow sql --db '%s' 'SELECT 1; -- and a comment'", db);
    expect(0, "1", "");
    RUN("winnow sql --db '%s' ' -- nothing'", db);
    expect(2, "", "the query is empty");
    RUN("winnow sql --db '%s' \"SELECT median('a')\"", db);
    expect(2, "", "median() wants numbers");
    RUN("winnow sql --db '%s' a b", db);
    expect(2, "", "unexpected 'b'");
}

Test(cli_sql, databases_that_are_none)
{
    RUN("winnow sql --db '%s.none' 'SELECT 1'", db);
    expect(5, "", "made.db.none: no such file");
    RUN("winnow sql --db Makefile 'SELECT 1'");
    expect(5, "", "Makefile: file is not a database");
    RUN("cd '%s' && winnow sql 'SELECT 1'", test_dir());
    expect(5, "", "no database in results/");
    RUN("winnow sql --db '%s' 'SELECT 1' >/dev/full", db);
    expect(4, "", "cannot write the output");
}

Test(cli_sql, newest_database_is_the_default)
{
    RUN("cd '%s' && mkdir results && cp made.db results/old.db && sleep 0.02 && "
        "cp made.db results/new.db && touch results/newer.txt && winnow sql 'SELECT 1 AS one'",
        test_dir());
    expect(0, "one", "winnow sql: results/new.db");
}

/* ---- status -----------------------------------------------------------------------------------*/

Test(cli_status, for_people)
{
    RUN("winnow status --db '%s'", db);
    expect(
        0,
        "made   █████████████▍                  4 of 9 done, 2 failed, 1 interrupted, 2 to run\n",
        "");
    expect(0, "other  ██████████████████████████████  1 of 1 done\n", "");
    expect(0, "7000000000  synthetic mlp random rate 0.5 seed 0  1 of 2       55.00", "");
    expect(0,
           "6000000000  synthetic mlp ucb rate 0.5 seed 1  failed        1  killed by signal 9\n",
           "");
    expect(0, "the loss is not finite in epoch 2", "");
    expect(0,
           "made: synthetic, mlp\n"
           "pruner        rate  runs  accuracy %     ±  charged s  score s  overhead %  speedup  "
           "  s to 50 %  s to 90 %\n",
           "");
    expect(0,
           "full             -     2       85.00  7.07      12.00     0.00         0.0    1.00x  "
           "       9.50  not reached\n",
           "");
    expect(0,
           "el2n(runs=3)   0.5     2       65.00  7.07       6.00     2.00        50.0    2.00x  "
           "       6.00  not reached\n",
           "");
}

Test(cli_status, while_somebody_writes)
{
    struct store *writer = must_open(db, STORE_WRITE); /* cell 7 becomes lost */
    struct err err;
    int64_t attempt;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    RUN("winnow status --db '%s'", db);
    expect(0, "1 running, 2 to run", "");
    expect(0, "synthetic mlp random rate 0.5 seed 1  0 of 2", "");
    store_close(writer);
}

Test(cli_status, json)
{
    static const char *const parts[] = {"experiments", "running", "failures", "summary", "targets"};
    static const size_t sizes[] = {2, 1, 2, 6, 6};
    RUN("winnow status --json --db '%s'", db);
    expect(0, "", "");
    json_error_t error;
    json_t *json = json_loads(output.out, 0, &error);
    cr_assert_not_null(json, "%s at line %d", error.text, error.line);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const size_t size = json_array_size(json_object_get(json, parts[i]));
        cr_expect_eq(size, sizes[i], "%s: %zu, expected %zu", parts[i], size, sizes[i]);
    }
    cr_expect(json_is_false(json_object_get(json, "at_work")));
    json_decref(json);
}

Test(cli_status, empty_database)
{
    store_close(must_open(made_path("empty.db"), STORE_WRITE));
    RUN("winnow status --db '%s'", made_path("empty.db"));
    expect(0, "no experiment has been run", "");
    RUN("winnow status --db '%s.none'", db);
    expect(5, "", "no such file");
}

/* ---- show -------------------------------------------------------------------------------------*/

Test(cli_show, good_cell)
{
    RUN("winnow show 4 --db '%s'", db);
    expect(0, "synthetic mlp el2n(runs=3) rate 0.5 seed 1\nin made (cell 4)\n", "");
    expect(0, "  dataset  name synthetic\n  rate     0.5\n", "");
    expect(0, "failed", "");
    expect(0, "out of memory", "");
    expect(0, "  score           2.000 s  ████████▋                       28.6 %\n", "");
    expect(0, "  test 60.00 %\n  trained on 50.0 % of 1000 samples an epoch\n", "");
    expect(0, "         0     5  10  [3,2]\n", "");
    expect(0, "    2   500  0.050000      0.5000  -       60.00      4.000   6.000\n", "");
    expect(0, "  blas_core_found Prescott\n", "");
}

Test(cli_show, failed_cell_with_its_log)
{
    RUN("winnow show 6000 --db '%s'", db);
    expect(0, "killed by signal 9\n", "");
    expect(0, "the end of its log\n  first line\n  last  [31mline\n", "");
    RUN("winnow show 3 --db '%s'", db);
    expect(0, "LEDGER_GAP  1 ms are in no phase\n", "");
    RUN("winnow show 8 --db '%s'", db); /* never tried */
    expect(0, "seed 1\nin made (cell 8)\n", "");
}

Test(cli_show, keys)
{
    RUN("winnow show ABC --db '%s'", db);
    expect(2, "", "'abc' is the beginning of 2 cells:\n  abc0000000000000  synthetic mlp full");
    RUN("winnow show %s --db '%s'", made_key(2), db);
    expect(0, made_key(2), "");
    RUN("winnow show d --db '%s'", db);
    expect(2, "", "no cell begins with 'd'");
    RUN("winnow show mlp --db '%s'", db);
    expect(2, "", "hexadecimal");
    RUN("winnow show --db '%s'", db);
    expect(2, "", "CELL is missing");
}

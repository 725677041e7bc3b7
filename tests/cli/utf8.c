/*
 * Text from outside that is not UTF-8: names of folders, what workers print, other databases. What
 * is told and stored is made safe, paths are still opened by the bytes that they have.
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

TestSuite(cli_utf8, .init = cli_enter, .fini = cli_release);

/* In the test's folder; $d is a folder in it whose name ends in the byte 0xff, told as `told`. */
#define IN_DIR(command) RUN("cd %s && d=\"$PWD/$(printf 'x\\377')\"; " command, test_dir())
static const char told[] = "/x\xEF\xBF\xBD/";

static void write_experiment(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    test_write_file(path, text);
}

/* ---- Databases of others ----------------------------------------------------------------------*/

static void change(const char *name, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(made_path(name), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

/* SQLite's own words quote the table's name. */
Test(cli_utf8, merge_puts_aside_a_shard_whose_error_is_not_utf8)
{
    made_db(made_path("bad.db"));
    made_db(made_path("good.db"));
    change("bad.db", "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
                     " 'CREATE INDEX warning_attempt ON ' || CAST(x'ff61' AS TEXT) || ' (attempt)'"
                     " WHERE name = 'warning_attempt'");
    IN_DIR("winnow merge all.db bad.db good.db --json");
    expect(1, "\"attempts\": 8",
           "no such table: main.\xEF\xBF\xBD"
           "a");
    expect(1,
           "no such table: main.\xEF\xBF\xBD"
           "a",
           "renamed to bad.db.bad");
    expect_sql("all.db",
               "SELECT count(*), sum(refused IS NULL), sum(hex(refused) LIKE "
               "'%2E' || 'EFBFBD61%') FROM import_log",
               "2|1|1");
    expect_sql("all.db", "SELECT count(*) FROM attempt", "8");
}

/* It is whole; only a host and a log are in another encoding. */
Test(cli_utf8, merge_takes_texts_that_are_not_utf8_made_safe)
{
    made_db(made_path("odd.db"));
    change("odd.db", "DROP TRIGGER attempt_changes_once;"
                     "UPDATE environment SET host = CAST(x'6dfc' AS TEXT);"
                     "UPDATE attempt SET log = CAST(x'4cff0a' AS TEXT) WHERE state = 'failed'");
    IN_DIR("mkdir \"$d\" && mv odd.db \"$d\" && winnow merge all.db \"$d/odd.db\"");
    expect(0, "all.db: 1 shard: 8 new attempts, 0 known", "");
    expect_sql("all.db", "SELECT DISTINCT hex(host) FROM environment", "6DEFBFBD");
    expect_sql("all.db", "SELECT DISTINCT hex(log) FROM attempt WHERE state = 'failed'",
               "4CEFBFBD0A");
    expect_sql("all.db", "SELECT hex(path) LIKE '%2F78EFBFBD2F%' FROM import_log", "1");
    /* The same words again are the same environment. */
    IN_DIR("winnow merge all.db \"$d/odd.db\"; winnow db check --db all.db");
    expect(0, "1 shard: 0 new attempts, 8 known", "");
}

/* ---- Folders ----------------------------------------------------------------------------------*/

static const char scored[] = "name: scored\n"
                             "dataset: {name: synthetic, samples: 200}\n"
                             "model: softmax\n"
                             "pruner: [random, {name: el2n, runs: 1, at: 1}]\n"
                             "rate: 0.5\n"
                             "seed: 1\n"
                             "train: {epochs: 1}\n"
                             "data_dir: .\n";

Test(cli_utf8, run_in_a_folder_whose_name_is_not_utf8)
{
    write_experiment("scored.yaml", scored);
    IN_DIR(
        "mkdir \"$d\" && mv scored.yaml \"$d\" && cd \"$d\" && winnow run \"$d/scored.yaml\" --db "
        "\"$d/a.db\" -j 1");
    expect(0, "", "2 cells done: ");
    IN_DIR("ls \"$d/artifacts\" | wc -l");
    expect(0, "1\n", "");
    IN_DIR("winnow sql \"SELECT file FROM v_experiment\" --db \"$d/a.db\"");
    expect(0, told, "");
    IN_DIR("winnow plan \"$d/scored.yaml\" --db \"$d/a.db\" --json");
    expect(0, "x\xEF\xBF\xBD/a.db\"", "");
}

Test(cli_utf8, emit_in_a_folder_whose_name_is_not_utf8)
{
    write_experiment("scored.yaml", scored);
    IN_DIR("mkdir \"$d\" && mv scored.yaml \"$d\" && cd \"$d\" && winnow emit parallel "
           "\"$d/scored.yaml\" -o \"$d/jobs\" --db \"$d/a.db\" && for i in 0 1; "
           "do winnow cell --plan \"$d/jobs/plan.jsonl\" --element $i; done; winnow merge a.db "
           "jobs");
    expect(0, "a.db: 2 shards: 2 new attempts, 0 known", "");
    /* The folder of the data is carried byte by byte: /...x, 0xff, "/.". */
    IN_DIR("grep -ac '\"data_dir\":\\[47,.*,120,255,47,46\\]' \"$d/jobs/plan.jsonl\"");
    expect(0, "1\n", "");
}

/* ---- Workers ----------------------------------------------------------------------------------*/

/* The dynamic linker complains in each process that it starts, and an address space that is too
 * small ends the worker. AddressSanitizer wants terabytes, and to be first. */
#ifndef WINNOW_SANITIZE
Test(cli_utf8, what_a_worker_prints_is_stored_as_utf8)
{
    write_experiment("big.yaml", "name: big\n"
                                 "dataset: {name: synthetic, samples: 200}\n"
                                 "model: {name: mlp, width: 8192, depth: 8}\n"
                                 "pruner: full\n"
                                 "train: {epochs: 1}\n");
    IN_DIR("ulimit -v 2000000; LD_PRELOAD=\"$(printf 'n\\377.so')\" \"$W\" run big.yaml --db a.db "
           "-j 1");
    expect(1, "", "1 failed");
    expect_sql("a.db", "SELECT count(*) FROM attempt WHERE hex(log) LIKE '%6EEFBFBD2E736F%'", "1");
    IN_DIR("winnow sql 'SELECT log FROM attempt' --db a.db --format json");
    expect(0, "n\xEF\xBF\xBD.so", "");
}
#endif

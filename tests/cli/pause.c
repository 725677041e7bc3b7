/*
 * winnow run where the database cannot be written for a while: a full disk, a lock.
 */
#include "tests/support/small_disk.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two cells of some seconds and many epochs: whenever it is disturbed, both are at work. */
static const char *const two = "name: two\n"
                               "dataset: {name: synthetic, samples: 2000, classes: 4}\n"
                               "model: {name: mlp, width: 64}\n"
                               "pruner: [random, random-dynamic]\n"
                               "rate: 0.5\n"
                               "seed: 1\n"
                               "train: {epochs: 3000, batch: 32}\n";

/* Shell: waits until both cells of $1 have stored an epoch; dd is told what room to leave. */
static const char *const helpers =
    "begun() { until [ \"$(sqlite3 -readonly $1 'SELECT count(DISTINCT attempt) FROM epoch' "
    "2>/dev/null)\" = 2 ]; do kill -0 $pid || exit 9; sleep 0.02; done; }; "
    "said() { until grep -qs \"$1\" err; do kill -0 $pid || exit 9; sleep 0.02; done; }; "
    "fill() { dd if=/dev/zero of=$1/fill bs=4k 2>/dev/null; };";

#define ASSERT_SAYS(text, wanted)                                                                  \
    cr_assert(strstr(text, wanted), "'%s' is not in: %s", wanted, text)

static int times_said(const char *text, const char *what)
{
    int times = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        times++;
    return times;
}

static void assert_answer(const char *db, const char *query, const char *wanted)
{
    struct test_output output = test_run("sqlite3 '%s' \"%s\" | tr '\\n' ' '", db, query);
    if (output.out[0])
        output.out[strlen(output.out) - 1] = '\0';
    cr_assert_str_eq(output.out, wanted, "%s: got '%s', wanted '%s' %s", query, output.out, wanted,
                     output.err);
    test_output_release(&output);
}

/* All that an undisturbed run gives, to the last bit. */
static void assert_nothing_lost(const char *db)
{
    char undisturbed[256];
    struct test_output output =
        test_run("cd %s; winnow run two.yaml --db undisturbed.db -j 2; for db in undisturbed.db "
                 "'%s'; do sqlite3 $db \"SELECT c.key, e.epoch, e.kept, printf('%%!.17g %%!.17g', "
                 "e.train_loss, e.test_accuracy) FROM v_run r JOIN epoch e USING (attempt) JOIN "
                 "cell c ON c.key = r.cell ORDER BY 1, 2\" >$(basename $db).txt; wc -l "
                 "<$(basename $db).txt; done; cmp undisturbed.db.txt $(basename '%s').txt",
                 test_dir(), db, db);
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
    cr_assert_str_eq(output.out, "6000\n6000\n");
    snprintf(undisturbed, sizeof undisturbed, "%s/undisturbed.db", test_dir());
    assert_answer(undisturbed, "SELECT count(*) FROM attempt WHERE timing_reason GLOB '*paused*'",
                  "0");
    assert_answer(db, "PRAGMA integrity_check; PRAGMA foreign_key_check", "ok");
    assert_answer(db, "SELECT state, count(*) FROM attempt GROUP BY state", "done|2");
    test_output_release(&output);
}

static void write_two(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/two.yaml", test_dir());
    test_write_file(path, two);
}

Test(pause, a_full_disk_is_waited_out_and_nothing_is_lost)
{
    char db[256];
    const char *disk = test_small_disk(16);
    write_two();
    snprintf(db, sizeof db, "%s/a.db", disk);
    struct test_output output =
        test_run("cd %s; %s start run two.yaml --db disk/a.db -j 2 2>err; "
                 "begun disk/a.db; fill disk; said 'disk full'; sleep 3; rm disk/fill; wait $pid; "
                 "echo $?; cat err; ls -A disk",
                 test_dir(), helpers);
    ASSERT_SAYS(output.out, "0\n");
    cr_assert_eq(times_said(output.out, "disk full: paused; make room in disk"), 1, "%s",
                 output.out);
    ASSERT_SAYS(output.out, "going on after");
    ASSERT_SAYS(output.out, "2 cells done");
    cr_assert_null(strstr(output.out, "a.db-"), "left over: %s", output.out);
    cr_assert_null(strstr(output.out, "lock"), "left over: %s", output.out);
    assert_answer(db,
                  "SELECT count(*) FROM attempt WHERE timing_reason GLOB '*paused for * s: the "
                  "disk was full'",
                  "2");
    assert_nothing_lost(db);
    test_output_release(&output);
}

Test(pause, ctrl_c_ends_it_while_the_disk_is_full)
{
    char db[256];
    const char *disk = test_small_disk(16);
    write_two();
    snprintf(db, sizeof db, "%s/a.db", disk);
    /* First none is started, where there is hardly any room; then two are at work when it goes. */
    struct test_output output = test_run(
        "cd %s; %s winnow run two.yaml --db disk/a.db -j 2 --limit 1 --set seed=2 "
        "--set train.epochs=1 >first 2>&1; fill disk; truncate -s -2M disk/fill; "
        "start run two.yaml --db disk/a.db -j 2 2>err; said 'disk full'; sleep "
        "0.5; kill -INT $pid; wait $pid; echo $?; cat err; sqlite3 disk/a.db 'SELECT "
        "count(*) FROM attempt'; rm disk/fill; "
        "start run two.yaml --db disk/a.db -j 2 2>err; "
        "until [ \"$(sqlite3 -readonly disk/a.db 'SELECT count(DISTINCT attempt) FROM "
        "epoch' 2>/dev/null)\" = 3 ]; do kill -0 $pid || exit 9; sleep 0.02; done; fill "
        "disk; said 'disk full'; kill -INT $pid; wait $pid; echo $?; cat err; rm disk/fill",
        test_dir(), helpers);
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
    cr_assert_eq(times_said(output.out, "130\n"), 2, "%s", output.out);
    ASSERT_SAYS(output.out, "0 cells done, 2 left for the next run: disk/a.db\n1\n");
    cr_assert_eq(times_said(output.out, "0 cells done, 2 left for the next run"), 2, "%s",
                 output.out);
    struct test_output again =
        test_run("cd %s; winnow run two.yaml --db disk/a.db -j 2; ls -A disk", test_dir());
    cr_assert_eq(again.status, 0, "%s", again.err);
    assert_answer(db, "SELECT state, count(*) FROM attempt GROUP BY state", "done|3 lost|2");
    test_output_release(&output);
    test_output_release(&again);
}

Test(pause, a_database_locked_by_another_program_is_waited_for)
{
    char db[256];
    write_two();
    snprintf(db, sizeof db, "%s/a.db", test_dir());
    struct test_output output =
        test_run("cd %s; %s start run two.yaml --db a.db -j 2 2>err; begun a.db; { echo "
                 "'.timeout 10000'; echo 'BEGIN IMMEDIATE;'; said 'database is locked'; sleep 1; "
                 "echo 'COMMIT;'; } | "
                 "sqlite3 a.db; wait $pid; echo $?; cat err",
                 test_dir(), helpers);
    ASSERT_SAYS(output.out, "0\n");
    cr_assert_eq(times_said(output.out, "database is locked by another program: waiting"), 1, "%s",
                 output.out);
    ASSERT_SAYS(output.out, "2 cells done");
    assert_answer(db,
                  "SELECT count(*) FROM attempt WHERE timing_reason GLOB '*paused for * s: the "
                  "database was locked by another program'",
                  "2");
    assert_nothing_lost(db);
    test_output_release(&output);
}

/* Shell: a program that has the database, with a cell in it, until `exec 3>&-`. */
static const char *const hold =
    "hold() { winnow run two.yaml --db a.db -j 1 --limit 1 --set train.epochs=1 --set seed=[5] "
    "2>first || exit 8; mkfifo pipe; timeout 60 sqlite3 a.db <pipe >held & exec 3>pipe; echo \"$1; "
    "SELECT "
    "'held';\" >&3; until grep -qs held held; do sleep 0.02; done; };";

/* At rest the file has no -wal that a reader could go on with while it is written. */
Test(pause, who_holds_the_database_at_the_start_is_waited_for)
{
    write_two();
    struct test_output output = test_run(
        "cd %s; %s %s hold 'BEGIN; SELECT count(*) FROM attempt'; start run two.yaml "
        "--db a.db -j 2 --set train.epochs=1 2>err 3>&-; said 'database is locked'; "
        "exec 3>&-; wait $pid; echo $?; cat err; sqlite3 a.db 'PRAGMA journal_mode; SELECT "
        "count(*) FROM attempt WHERE timing_reason GLOB \"*paused*\"'",
        test_dir(), helpers, hold);
    cr_assert_eq(times_said(output.out, "database is locked by another program: waiting for a.db"),
                 1, "%s%s", output.out, output.err);
    ASSERT_SAYS(output.out, "going on after ");
    ASSERT_SAYS(output.out, "2 cells done: a.db\ndelete\n0\n");
    cr_expect_eq(strncmp(output.out, "0\n", 2), 0, "%s", output.out);
    test_output_release(&output);
}

Test(pause, to_wait_at_the_start_takes_no_longer_than_there_is_time)
{
    write_two();
    struct test_output output =
        test_run("cd %s; %s %s hold 'BEGIN EXCLUSIVE'; winnow run two.yaml --db a.db --budget 1s",
                 test_dir(), helpers, hold);
    cr_expect_eq(output.status, 5, "%s", output.err);
    cr_expect_str_eq(output.err, "database is locked by another program: waiting for a.db\n"
                                 "winnow run: the time is up: a.db: database is locked\n");
    test_output_release(&output);
}

Test(pause, a_disk_that_is_full_at_the_start_is_waited_for)
{
    test_small_disk(16);
    write_two();
    struct test_output output =
        test_run("cd %s; %s fill disk; start run two.yaml --db disk/a.db -j 2 --set "
                 "train.epochs=1 2>err; said 'disk full'; rm disk/fill; wait $pid; echo $?; cat "
                 "err",
                 test_dir(), helpers);
    cr_expect_eq(strncmp(output.out, "0\n", 2), 0, "%s", output.out);
    ASSERT_SAYS(output.out, "disk full: paused; make room in disk\ngoing on after ");
    ASSERT_SAYS(output.out, "2 cells done: disk/a.db");
    test_output_release(&output);
}

/* /proc/mounts is the kernel's word; in a namespace of its own a test can have it say anything. */
Test(pause, a_network_file_system_is_refused_unless_forced)
{
    SKIP_SANITIZED("sanitizers read their own options from the /proc that is replaced here");
    test_small_disk(16);
    write_two();
    struct test_output output = test_run(
        "cd %s; W=$(readlink -f \"$W\"); mkdir -p disk/proc/self; "
        "echo 'none / nfs4 rw 0 0' >disk/proc/self/mounts; ln -s \"$W\" disk/proc/self/exe; "
        "mount --bind disk/proc /proc; for force in '' --force; do \"$W\" run two.yaml --db a.db "
        "-j 1 --set train.epochs=1 $force; echo $?; done",
        test_dir());
    ASSERT_SAYS(output.err, "a.db: on a network file system (nfs4), where SQLite's locks cannot be "
                            "trusted: put the database on a local disk");
    cr_assert_str_eq(output.out, "5\n0\n", "%s%s", output.out, output.err);
    test_output_release(&output);
}

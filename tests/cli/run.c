/* winnow run interrupted and killed. tests/cli/run.t has what needs no second hand. */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Long enough to be killed in the middle, on any machine: it is killed as soon as it has begun. */
static const char *const slow = "name: slow\n"
                                "dataset: {name: synthetic, samples: 2000, classes: 4}\n"
                                "model: {name: mlp, width: 128}\n"
                                "pruner: [random, random-dynamic]\n"
                                "rate: [0.3, 0.5]\n"
                                "seed: 1\n"
                                "train: {epochs: 60, batch: 32}\n";

static void write_experiment(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    test_write_file(path, text);
}

#define ASSERT_STATUS(output, wanted)                                                              \
    cr_assert_eq((output).status, wanted, "exit code %d, not %d; stderr: %s", (output).status,     \
                 wanted, (output).err)

#define ASSERT_SAYS(text, wanted)                                                                  \
    cr_assert(strstr(text, wanted), "'%s' is not in: %s", wanted, text)

/* What sqlite3 answers, compared without its last newline. */
static void assert_sql(const char *db, const char *query, const char *wanted)
{
    struct test_output output =
        test_run("sqlite3 '%s/%s' \"%s\" | tr '\\n' ' '", test_dir(), db, query);
    if (output.out[0])
        output.out[strlen(output.out) - 1] = '\0';
    cr_assert_str_eq(output.out, wanted, "%s: got '%s', wanted '%s' %s", query, output.out, wanted,
                     output.err);
    test_output_release(&output);
}

Test(run, killing_the_scheduler_loses_the_cells_in_flight_only)
{
    write_experiment("slow.yaml", slow);
    /* Killed once a cell is done and another is at work. */
    struct test_output killed = test_run(
        "cd %s; start run slow.yaml --db a.db -j 1; while [ \"$(sqlite3 -readonly a.db "
        "\"SELECT sum(state = 'done') > 0 AND sum(state = 'running') > 0 FROM attempt\" "
        "2>/dev/null)\" != 1 ]; do kill -0 $pid || exit 9; sleep 0.02; done; kill -9 $pid; "
        "wait $pid; echo $?; sleep 0.2; sqlite3 a.db 'PRAGMA integrity_check'",
        test_dir());
    ASSERT_STATUS(killed, 0);
    cr_assert_str_eq(killed.out, "137\nok\n", "%s%s", killed.out, killed.err);
    struct test_output again =
        test_run("cd %s; winnow run slow.yaml --db a.db -j 2; ls -A", test_dir());
    ASSERT_STATUS(again, 0);
    assert_sql("a.db", "SELECT state, count(*) FROM attempt GROUP BY state ORDER BY state",
               "done|4 lost|1");
    assert_sql("a.db", "SELECT count(*) FROM v_run WHERE state = 'done'", "4");
    cr_assert_null(strstr(again.out, "a.db-"), "left over: %s", again.out);
    cr_assert_null(strstr(again.out, "lock"), "left over: %s", again.out);
    test_output_release(&killed);
    test_output_release(&again);
}

Test(run, workers_die_with_their_scheduler)
{
    write_experiment("slow.yaml", slow);
    /* A zombie that nobody has waited for yet is dead. */
    struct test_output output = test_run(
        "cd %s; start run slow.yaml --db a.db -j 2; children() { cat /proc/[0-9]*/stat "
        "2>/dev/null | awk -v p=$pid '$4 == p {print $1}'; }; while [ $(children | wc -l) != 2 ]; "
        "do kill -0 $pid || exit 9; sleep 0.02; done; workers=$(children); kill -9 $pid; wait "
        "$pid; for i in $(seq 600); do alive=$(for w in $workers; do awk '$3 != \"Z\" "
        "{print $1}' /proc/$w/stat 2>/dev/null; done); [ -z \"$alive\" ] && break; sleep 0.1; "
        "done; "
        "echo \"left:$alive\"",
        test_dir());
    ASSERT_STATUS(output, 0);
    cr_assert_str_eq(output.out, "left:\n", "%s%s", output.out, output.err);
    test_output_release(&output);
}

/* Stopped first: a worker that is about to end anyway could be gone before the kill. */
Test(run, a_killed_worker_is_a_failed_attempt_and_the_grid_goes_on)
{
    write_experiment("slow.yaml", slow);
    struct test_output output = test_run(
        "cd %s; start run slow.yaml --db a.db -j 1; "
        "child() { cat /proc/[0-9]*/stat 2>/dev/null | awk -v p=$pid '$4 == p {print $1}'; }; "
        "until w=$(child); [ -n \"$w\" ] && kill -STOP $w 2>/dev/null && sleep 0.05 && "
        "[ \"$(awk '{print $3}' /proc/$w/stat 2>/dev/null)\" = T ]; do "
        "kill -0 $pid || exit 9; sleep 0.02; done; kill -9 $w; wait $pid",
        test_dir());
    ASSERT_STATUS(output, 1);
    ASSERT_SAYS(output.err, "3 cells done, 1 failed");
    ASSERT_SAYS(output.err, "killed by SIGKILL");
    assert_sql("a.db", "SELECT state, count(*), cause FROM attempt GROUP BY state ORDER BY state",
               "done|3| failed|1|killed");
    struct test_output again = test_run("cd %s; winnow run slow.yaml --db a.db", test_dir());
    ASSERT_STATUS(again, 1);
    ASSERT_SAYS(again.err, "1 failed earlier");
    struct test_output more = test_run(
        "cd %s; winnow run slow.yaml --db a.db --set seed=2 --set train.epochs=60 --limit 1",
        test_dir());
    ASSERT_STATUS(more, 1);
    ASSERT_SAYS(more.err, "1 cell done, 3 left for the next run");
    ASSERT_SAYS(more.err, "1 failed earlier");
    test_output_release(&more);
    struct test_output retried =
        test_run("cd %s; winnow run slow.yaml --db a.db --retry-failed", test_dir());
    ASSERT_STATUS(retried, 0);
    assert_sql("a.db", "SELECT count(*) FROM v_run WHERE state = 'done'", "4");
    test_output_release(&output);
    test_output_release(&again);
    test_output_release(&retried);
}

/* tests/cli/checkpoint.c has those that are. */
Test(run, ctrl_c_finishes_the_cells_in_flight_that_are_not_checkpointed)
{
    write_experiment("slow.yaml", slow);
    struct test_output output = test_run(
        "cd %s; start run slow.yaml --db a.db -j 1 --set limits.checkpoint=none; "
        "while [ -z \"$(sqlite3 -readonly a.db 'SELECT 1 FROM attempt' 2>/dev/null)\" ]; do "
        "kill -0 $pid || exit 9; sleep 0.02; done; kill -INT $pid; wait $pid; code=$?; "
        "ls a.db.checkpoints && exit 9; exit $code",
        test_dir());
    ASSERT_STATUS(output, 130);
    ASSERT_SAYS(output.err, "left for the next run");
    assert_sql("a.db", "SELECT DISTINCT state FROM attempt", "done");
    test_output_release(&output);
}

Test(run, terminated_it_stops_at_once_and_loses_the_cell_in_flight)
{
    write_experiment("slow.yaml", slow);
    struct test_output output = test_run(
        "cd %s; start run slow.yaml --db a.db -j 1; while [ -z \"$(sqlite3 -readonly "
        "a.db "
        "'SELECT 1 FROM attempt' 2>/dev/null)\" ]; do kill -0 $pid || exit 9; sleep 0.02; done; "
        "kill -TERM $pid; wait $pid",
        test_dir());
    ASSERT_STATUS(output, 130);
    assert_sql("a.db", "SELECT count(*) FROM attempt WHERE state = 'lost'", "1");
    test_output_release(&output);
}

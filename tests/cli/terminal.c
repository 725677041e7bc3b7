/*
 * winnow run without a terminal, with one that goes away, stopped and continued, and under a clock
 * that jumps.
 */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two cells of a second or so, and many epochs. */
static const char *const two = "name: two\n"
                               "dataset: {name: synthetic, samples: 2000, classes: 4}\n"
                               "model: {name: mlp, width: 64}\n"
                               "pruner: [random, random-dynamic]\n"
                               "rate: 0.5\n"
                               "seed: 1\n"
                               "train: {epochs: 2000, batch: 32}\n";

/* Shell: waits until both cells have stored an epoch. */
static const char *const helpers =
    "begun() { until [ \"$(sqlite3 -readonly a.db 'SELECT count(DISTINCT attempt) FROM epoch' "
    "2>/dev/null)\" = 2 ]; do kill -0 $pid || exit 9; sleep 0.02; done; };";

static struct test_output run_two(const char *commands)
{
    char path[256];
    snprintf(path, sizeof path, "%s/two.yaml", test_dir());
    test_write_file(path, two);
    return test_run("cd %s; %s %s", test_dir(), helpers, commands);
}

static void assert_answer(const char *query, const char *wanted)
{
    struct test_output output =
        test_run("sqlite3 '%s/a.db' \"%s\" | tr '\\n' ' '", test_dir(), query);
    if (output.out[0])
        output.out[strlen(output.out) - 1] = '\0';
    cr_assert_str_eq(output.out, wanted, "%s: got '%s', wanted '%s' %s", query, output.out, wanted,
                     output.err);
    test_output_release(&output);
}

static void assert_ran(struct test_output *output, const char *wanted)
{
    cr_assert_eq(output->status, 0, "%d: %s%s", output->status, output->out, output->err);
    cr_assert(strstr(output->out, wanted), "'%s' is not in: %s%s", wanted, output->out,
              output->err);
    assert_answer("SELECT state, count(*) FROM attempt GROUP BY state; PRAGMA integrity_check",
                  "done|2 ok");
    test_output_release(output);
}

Test(terminal, under_nohup_a_hangup_changes_nothing)
{
    struct test_output output = run_two(
        "nohup \"$W\" run two.yaml --db a.db -j 2 >log 2>&1 & pid=$!; begun; kill -HUP $pid; for w "
        "in $(awk -v p=$pid '$4 == p {print $1}' /proc/[0-9]*/stat 2>/dev/null); do kill -HUP $w; "
        "done; wait $pid; echo $?; cat log");
    assert_ran(&output, "0\n");
}

Test(terminal, a_hangup_stops_it_otherwise)
{
    struct test_output output = run_two("start run two.yaml --db a.db -j 2; begun; "
                                        "kill -HUP $pid; wait $pid; echo $?");
    cr_assert_str_eq(output.out, "130\n", "%s%s", output.out, output.err);
    test_output_release(&output);
}

Test(terminal, nobody_needs_to_read_what_it_says)
{
    struct test_output output = run_two("{ \"$W\" run two.yaml --db a.db -j 2 2>&1; echo $? >code; "
                                        "} | head -c 1; cat code; ls -A");
    cr_assert_null(strstr(output.out, "a.db-"), "left over: %s", output.out);
    cr_assert_null(strstr(output.out, "lock"), "left over: %s", output.out);
    assert_ran(&output, "0\n");
}

/* What it opens must not become stderr: its messages would go into the database. */
Test(terminal, closed_streams_do_no_harm)
{
    struct test_output output =
        run_two("TERM=dumb \"$W\" run two.yaml --db a.db -j 2 <&- >&- 2>&-; echo $?");
    assert_ran(&output, "0\n");
}

Test(terminal, ctrl_z_stops_the_workers_too_and_the_attempts_tell)
{
    char path[256], script[2048];
    /* bash's job control gives it a group of its own, as a terminal's shell does. It also leaves
     * the loop that it is in when it notices that a job has stopped; in a subshell it has none. */
    snprintf(
        script, sizeof script,
        "set -m; %s\n\"$W\" run two.yaml --db a.db -j 2 & pid=$!; begun; kill -TSTP $pid\n"
        "state() { awk -v p=$pid -v what=\"$1\" '$1 == p || $4 == p {printf what, $3, $1, $2}' "
        "/proc/[0-9]*/stat 2>/dev/null; }\n"
        "count() { sqlite3 -readonly a.db 'SELECT count(*) FROM epoch'; }\n"
        "(for i in {1..60}; do before=$(count); [ \"$(state %%s)\" = TTT ] && sleep 0.5 && "
        "[ \"$(state %%s)\" = TTT ] && [ $(count) = $before ] && echo 'all stand still' && "
        "break; state '%%s %%s %%s; '; sleep 0.5; done)\n"
        "kill -CONT $pid; until wait $pid; do [ $? -ge 128 ] || break; done; echo $?\n",
        helpers);
    snprintf(path, sizeof path, "%s/z.sh", test_dir());
    test_write_file(path, script);
    struct test_output output = run_two("export W; bash z.sh 2>&1");
    assert_ran(&output, "all stand still\n");
    assert_answer("SELECT count(*) FROM attempt WHERE timing_reason GLOB '*stopped for * by "
                  "Ctrl-Z'",
                  "2");
}

Test(terminal, a_clock_that_jumps_changes_no_duration_and_no_order)
{
    SKIP_SANITIZED("a library in front of libc and a sanitizer's do not go together");
    struct test_output output = run_two(
        "echo +0 >now; export FAKETIME_TIMESTAMP_FILE=$PWD/now FAKETIME_NO_CACHE=1 "
        "FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1; "
        "export LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketime.so.1 | head -1); [ -n "
        "\"$LD_PRELOAD\" ] || exit 8; start run two.yaml --db a.db -j 1 --set seed=2; "
        "unset LD_PRELOAD; for to in -3h +2d; do n=$(sqlite3 -readonly a.db 'SELECT count(*) FROM "
        "epoch' 2>/dev/null); until [ \"$(sqlite3 -readonly a.db 'SELECT count(*) FROM epoch' "
        "2>/dev/null)\" -gt $((n + 20)) ] 2>/dev/null; do kill -0 $pid || exit 9; sleep 0.02; "
        "done; echo $to >next; mv next now; done; wait $pid; echo $?");
    cr_assert_str_eq(output.out, "0\n", "%d: %s%s", output.status, output.out, output.err);
    test_output_release(&output);
    assert_answer("SELECT state, count(*) FROM attempt GROUP BY state", "done|4");
    assert_answer("SELECT count(*) FROM attempt a JOIN attempt b ON b.id > a.id WHERE "
                  "b.started_at < a.ended_at OR a.ended_at < a.started_at",
                  "0");
    assert_answer("SELECT count(*) FROM attempt WHERE abs(ended_at - started_at - wall_ns) > 2e9",
                  "0");
}

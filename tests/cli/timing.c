/*
 * Whether winnow run notices what disturbs a cell's clock, and keeps cells apart: real workers on
 * real processors. The machine may be as busy as it likes.
 */
#include "harness/machine/pin.h"
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct pin_machine machine;
static int processor; /* one that this test may use */

/* A third of a second of training a cell, or more. Its epochs are longer than the kernel's turns:
 * of shorter ones a competitor may get its turns in between, where nothing is charged. */
static const char *const experiment = "name: timing\n"
                                      "dataset: {name: synthetic, samples: 40000, classes: 4}\n"
                                      "model: {name: mlp, width: 128}\n"
                                      "pruner: [full]\n"
                                      "rate: 0\n"
                                      "seed: 2\n"
                                      "train: {epochs: 10, batch: 64}\n";

static void prepare(void)
{
    char path[256];
    pin_machine_read("", &machine);
    cr_assert_geq(machine.count, 1);
    processor = machine.processors[0].number;
    cli_enter();
    snprintf(path, sizeof path, "%s/timing.yaml", test_dir());
    test_write_file(path, experiment);
}

static void finish(void)
{
    pin_machine_release(&machine);
    cli_release();
}

TestSuite(cli_timing, .init = prepare, .fini = finish);

static void in_database(const char *query, const char *wanted)
{
    char db[256];
    snprintf(db, sizeof db, "%s/a.db", test_dir());
    expect_sql(db, query, wanted);
}

/* A loop on the cell's only processor takes half of it. */
Test(cli_timing, a_competitor_on_the_same_processor_is_named)
{
    RUN("cd '%s' && { taskset -c %d sh -c 'while :; do :; done' & hog=$!; "
        "taskset -c %d \"$W\" run timing.yaml --db a.db --limit 1; code=$?; kill $hog; "
        "exit $code; }",
        test_dir(), processor, processor);
    expect(0, "", "1 cell done");
    in_database("SELECT threads_measured < 0.9, timing_reason LIKE '%threads: 0.% of 1%', "
                "timing_valid FROM v_run WHERE state = 'done'",
                "1|1|0");
    in_database("SELECT timing_doubtful FROM v_summary", "1");
    RUN("cd '%s' && winnow status --db a.db", test_dir());
    expect(0, "1 of 1 run has doubtful seconds: 1 had less than their threads", "");
    RUN("cd '%s' && winnow plot phases --db a.db -o . -f svg", test_dir());
    expect(0, "phases.svg", "warning: 1 of 1 run has doubtful seconds");
}

/* Its clock stands still, whatever phase that comes in, and it tells. */
Test(cli_timing, a_worker_that_is_stopped_is_not_charged)
{
    RUN("cd '%s' && start run timing.yaml --db a.db --limit 1 -j 1 --set train.epochs=20; until "
        "[ \"$(sqlite3 -readonly a.db 'SELECT count(*) > 1 FROM epoch' 2>/dev/null)\" = 1 ]; do "
        "kill -0 $pid || exit 9; sleep 0.02; done; "
        "worker=$(awk -v p=$pid '$4 == p {print $1}' /proc/[0-9]*/stat 2>/dev/null); "
        "kill -STOP $worker; sleep 1.5; kill -CONT $worker; wait $pid",
        test_dir());
    expect(0, "", "1 cell done");
    in_database("SELECT timing_reason GLOB '*stopped for [1-9]* s, or given no processor', "
                "(ended_at - started_at - wall_ns) * 1e-9 > 1.2, "
                "(SELECT sum(ns) = wall_ns FROM phase WHERE attempt = id) FROM attempt",
                "1|1|1");
    in_database("SELECT count(*) FROM warning WHERE code = 'LEDGER_GAP'", "0");
    RUN("cd '%s' && winnow status --db a.db", test_dir());
    expect(0, "1 stopped for a while", "");
}

/* What is disturbed all the time is tried three times, and told of. */
Test(cli_timing, strict_queues_a_disturbed_cell_again_twice)
{
    RUN("cd '%s' && { taskset -c %d sh -c 'while :; do :; done' & hog=$!; "
        "taskset -c %d \"$W\" run timing.yaml --db a.db --where 'seed = 0' --timing strict; "
        "code=$?; kill $hog; exit $code; }",
        test_dir(), processor, processor);
    expect(0, "", "1 of those done has doubtful seconds in every attempt");
    in_database("SELECT count(*), sum(state = 'done'), sum(timing_reason IS NULL) FROM attempt",
                "3|3|0");
    in_database("SELECT attempts, timing_valid, attempt = last_attempt FROM v_run "
                "WHERE state = 'done'",
                "3|0|1");
}

Test(cli_timing, what_is_measured_is_recorded)
{
    RUN("cd '%s' && winnow run timing.yaml --db a.db --limit 1 -j 1", test_dir());
    expect(0, "", "1 cell done");
    in_database("SELECT probe_before > 0, probe_after > 0, threads_measured > 0, cpu_s > 0, "
                "load_after >= 0, steal >= 0, beside_mean FROM v_run WHERE state = 'done'",
                "1|1|1|1|1|1|0.0");
    /* The probes are not charged. */
    in_database("SELECT abs(charged_s - score_s - select_s - train_s) < 1e-9 FROM v_run "
                "WHERE state = 'done'",
                "1");
}

/* Two cells of which each runs beside the other for some of its time. */
Test(cli_timing, cells_beside_are_counted_over_time)
{
    RUN("cd '%s' && winnow run timing.yaml --db a.db -j 2", test_dir());
    expect(0, "", "2 cells done");
    in_database("SELECT count(*) FROM v_run WHERE beside_mean > 0 AND beside_mean <= 1", "2");
}

/* Other tests may hold any processor at any time: what was bound is what the note does not deny. */
Test(cli_timing, cells_are_bound_unless_a_note_says_why_not)
{
    char bound[16];
    RUN("cd '%s' && taskset -c %d \"$W\" run timing.yaml --db a.db --limit 1", test_dir(),
        processor);
    expect(0, "", "1 cell done");
    snprintf(bound, sizeof bound, "%d", processor);
    in_database("SELECT coalesce(pinned, 'no') FROM v_run WHERE state = 'done'",
                strstr(output.err, "note: cells are not bound") ? "no" : bound);
    RUN("cd '%s' && rm a.db && winnow run timing.yaml --db a.db --limit 1 --no-pin", test_dir());
    expect(0, "", "1 cell done");
    cr_expect_null(strstr(output.err, "note:"), "%s", output.err);
    in_database("SELECT coalesce(pinned, 'no') FROM v_run WHERE state = 'done'", "no");
}

Test(cli_timing, a_processor_of_another_run_is_left_to_it)
{
    struct pin_machine one;
    struct pins *pins = NULL;
    struct err why;
    pin_machine_of("", &processor, 1, &one);
    for (int i = 0; i < 300 && !(pins = pins_claim(&one, 1, 1, &why)); i++)
        usleep(100000);
    if (!pins)
        cr_skip_test("another run does not give processor %d back", processor);
    RUN("cd '%s' && taskset -c %d \"$W\" run timing.yaml --db a.db --limit 1", test_dir(),
        processor);
    expect(0, "",
           "note: cells are not bound to processors: another winnow has claimed all but 0 of the "
           "1 processors wanted");
    in_database("SELECT coalesce(pinned, 'no') FROM v_run WHERE state = 'done'", "no");
    pins_release(pins);
    pin_machine_release(&one);
}

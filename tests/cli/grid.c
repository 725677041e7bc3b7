/*
 * winnow run on a grid that does not go well, or must end in time: limits, retries, failures,
 * budgets, --where, and a file that is edited meanwhile.
 */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(cli_grid, .init = cli_enter, .fini = cli_release);

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    test_write_file(path, text);
}

/* Six cells of a tenth of a second in two blocks. */
static const char *const tiny = "name: tiny\n"
                                "dataset: {name: synthetic, samples: 400, classes: 4}\n"
                                "model: {name: mlp, width: 16}\n"
                                "pruner: [full, random]\n"
                                "rate: [0.3, 0.7]\n"
                                "seed: 2\n"
                                "train: {epochs: 2, batch: 32}\n";

/* A cell that takes minutes, and one that does not. */
static const char *const endless = "name: endless\n"
                                   "dataset: {name: synthetic, samples: 4000, classes: 4}\n"
                                   "model: [{name: mlp, width: 512}, softmax]\n"
                                   "pruner: full\n"
                                   "train: {epochs: 2, batch: 32}\n"
                                   "overrides:\n"
                                   "  - when: {model: mlp}\n"
                                   "    train: {epochs: 100000}\n"
                                   "    limits: {LIMIT}\n";

static void write_endless(const char *limit)
{
    char text[1024];
    const char *at = strstr(endless, "LIMIT");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - endless), endless, limit, at + 5);
    write_file("endless.yaml", text);
}

Test(cli_grid, a_timeout_ends_the_attempt_and_the_grid_goes_on)
{
    write_endless("timeout: 1s, retries: 1");
    RUN("cd %s; winnow run endless.yaml --db a.db -j 1", test_dir());
    expect(1, "", "failed: timeout: over 1 s; again at the end\n");
    expect(1, "", "1 cell done, 1 failed");
    expect_sql("a.db", "SELECT group_concat(state) FROM (SELECT state FROM attempt ORDER BY id)",
               "failed,done,failed");
    expect_sql("a.db", "SELECT reason, cause, attempts FROM v_run WHERE state = 'failed'",
               "timeout: over 1 s|timeout|2");
    RUN("cd %s; winnow why --db a.db $(sqlite3 a.db \"SELECT short FROM v_run WHERE state = "
        "'failed'\")",
        test_dir());
    expect(0, "It failed: timeout: over 1 s.", "");
    expect(0, "Its limits.timeout is what stopped it.", "");
}

/* AddressSanitizer's shadow counts as held. */
#ifndef WINNOW_SANITIZE
Test(cli_grid, more_memory_than_allowed_ends_the_attempt)
{
    write_endless("memory: 8MiB");
    RUN("cd %s; winnow run endless.yaml --db a.db -j 1", test_dir());
    expect(1, "", " MiB held, over the limit of 8.0 MiB\n");
    expect(1, "", "1 cell done, 1 failed");
    expect_sql("a.db", "SELECT cause, reason LIKE 'memory: %' FROM v_run WHERE state = 'failed'",
               "memory|1");
    write_endless("memory: 4GiB, timeout: 1s");
    RUN("cd %s; winnow run endless.yaml --db b.db -j 1", test_dir());
    expect(1, "", "failed: timeout");
}
#endif

Test(cli_grid, a_killed_worker_comes_again_and_is_done)
{
    char text[1024];
    snprintf(text, sizeof text, "%slimits: {retries: 1}\n", tiny);
    write_file("tiny.yaml", text);
    RUN("cd %s; start run tiny.yaml --db a.db -j 1 --set train.epochs=1000; "
        "child() { cat /proc/[0-9]*/stat 2>/dev/null | awk -v p=$pid '$4 == p {print $1}'; }; "
        "until worker=$(child); [ \"$worker\" ]; do kill -0 $pid || exit 9; sleep 0.02; done; "
        "kill -9 $worker; wait $pid",
        test_dir());
    expect(0, "", "killed by SIGKILL");
    expect(0, "", "; again at the end\n");
    expect(0, "", "6 cells done: a.db\n");
    expect_sql("a.db", "SELECT count(*), sum(state = 'failed'), count(DISTINCT cell) FROM attempt",
               "7|1|6");
    expect_sql("a.db",
               "SELECT state, cell = (SELECT cell FROM attempt WHERE state = 'failed') "
               "FROM attempt ORDER BY id DESC LIMIT 1",
               "done|1");
}

/* A validation split of none of 400 samples: each cell says that itself. */
static const char wrong[] =
    "--set dataset.val_fraction=0.0001 --set limits.retries=3 --db a.db -j 1";

Test(cli_grid, failures_have_an_end)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s; winnow run tiny.yaml --max-failures 2 %s", test_dir(), wrong);
    expect(1, "", "0 cells done, 2 failed");
    expect(1, "", ", 4 left for the next run");
    expect(1, "", "stopped after 2 failed cells (--max-failures)\n");
    /* Whoever says why it cannot run is not asked again. */
    expect_sql("a.db", "SELECT count(*) FROM attempt", "2");
    RUN("cd %s; winnow run tiny.yaml --fail-fast %s", test_dir(), wrong);
    expect(1, "", "stopped after 1 failed cell (--fail-fast)\n");
    expect_sql("a.db", "SELECT count(*) FROM attempt", "3");
}

Test(cli_grid, divergence_names_its_batch)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s; winnow run tiny.yaml --db a.db --set train.lr=1000 --set train.momentum=1 --set "
        "train.epochs=30 --set pruner=random "
        "--set rate=0.3 --set seed=1 --set limits.retries=2",
        test_dir());
    expect(1, "", "diverged: ");
    expect(1, "", " not finite in epoch ");
    expect_sql("a.db",
               "SELECT count(*), reason LIKE '%epoch ' || diverged_epoch || ', batch ' || "
               "diverged_step, diverged_step > 0 FROM v_run",
               "1|1|1");
    expect_sql("a.db", "SELECT count(*) FROM attempt", "1");
}

Test(cli_grid, what_a_budget_does_not_reach_is_not_begun)
{
    write_file("tiny.yaml", tiny);
    /* Of the first seed's block it is known how long it takes: far too long. */
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --where 'seed = 0'", test_dir());
    expect(0, "", "3 cells done");
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --budget 30s --set train.epochs=100000 "
        "--set seed=2",
        test_dir());
    expect(0, "", "0 cells done, 6 left for the next run");
    expect(0, "",
           "not started: synthetic(classes=4 samples=400) mlp(width=16) seed 0: 3 of 3 cells");
    expect(0, "", "seed 1: 3 of 3 cells left\n");
    expect_sql("a.db", "SELECT count(*) FROM attempt", "3");
    /* The plan says the same beforehand, and what does fit. */
    RUN("cd %s; winnow plan tiny.yaml --db a.db --budget 30s --set train.epochs=100000",
        test_dir());
    expect(0, "blocks, most valuable first, in 30 s:\nwaits  synthetic", "");
    RUN("cd %s; winnow plan tiny.yaml --db a.db --deadline 2000-01-01T00:00", test_dir());
    expect(2, "", "--deadline: '2000-01-01T00:00' is in the past");
    RUN("cd %s; winnow plan tiny.yaml --db a.db --budget 1h", test_dir());
    expect(0, "\nruns   synthetic(classes=4 samples=400) mlp(width=16) seed 1: 3 cells, about ",
           "");
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --budget 1h", test_dir());
    expect(0, "", "3 cells done: a.db\n");
}

Test(cli_grid, a_block_that_took_longer_is_named)
{
    write_file("tiny.yaml", tiny);
    /* Nothing is known, and nothing measured: the first block starts, and proves too slow. */
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --budget 1s --no-measure "
        "--set train.epochs=3000",
        test_dir());
    expect(0, "", "incomplete: synthetic(classes=4 samples=400) mlp(width=16) seed 0: ");
    expect(0, "", " of 3 cells left\n");
    expect(0, "", "not started: synthetic(classes=4 samples=400) mlp(width=16) seed 1: 3 of 3");
    expect(0, "", "the time is up");
}

Test(cli_grid, a_measured_mini_epoch_tells_before_anything_has_ended)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --budget 2s --set train.epochs=100000",
        test_dir());
    expect(0, "", "0 cells done, 6 left for the next run");
    expect_sql("a.db", "SELECT count(*) FROM attempt", "0");
}

Test(cli_grid, where_chooses_cells)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --where \"pruner = 'random' AND rate > 0.5\"",
        test_dir());
    expect(0, "", "2 of 6 cells to run");
    expect_sql("a.db", "SELECT DISTINCT pruner, rate FROM v_run WHERE state = 'done'",
               "random|0.7");
    expect_sql("a.db", "SELECT count(*) FROM v_run", "6");
    RUN("cd %s; winnow plan tiny.yaml --db a.db --where \"state = 'new' AND seed = 1\"",
        test_dir());
    expect(0, "tiny: 2 cells, 0 done, 2 to run", "");
    RUN("cd %s; winnow plan tiny.yaml --db a.db --where \"prunner = 'random'\"", test_dir());
    expect(2, "", "winnow plan: --where: no such column: prunner; a condition is SQL over dataset");
    RUN("cd %s; winnow run tiny.yaml --db b.db --where '1; SELECT 2'; ls b.db", test_dir());
    expect(2, "", "winnow run: --where: near \";\": syntax error");
    RUN("cd %s; winnow run tiny.yaml --db b.db --where 'seed +'", test_dir());
    expect(2, "", "--where: ");
}

Test(cli_grid, a_file_that_changed_meanwhile_is_named)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s; start run tiny.yaml --db a.db -j 1 --set train.epochs=300; "
        "while [ -z \"$(sqlite3 -readonly a.db 'SELECT 1 FROM attempt' 2>/dev/null)\" ]; do "
        "kill -0 $pid || exit 9; sleep 0.02; done; "
        "sed -i -e 's/rate: .*/rate: [0.3, 0.5]/' -e 's/batch: 32/batch: 64/' tiny.yaml; wait $pid",
        test_dir());
    expect(0, "", "6 cells done");
    expect(0, "", "tiny.yaml was changed while the grid ran\n  2 cells added: synthetic");
    expect(0, "",
           "  2 cells removed: synthetic(classes=4 samples=400) mlp(width=16) random rate 0.7");
    expect(0, "", "recipe.batch 64, was 32\n");
    expect(0, "", "run the file again");
    expect_sql("a.db", "SELECT count(*) FROM v_run WHERE state = 'done' AND rate <> 0.5", "6");
}

Test(cli_grid, doubtful_seconds_give_way_to_good_ones)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s; winnow run tiny.yaml --db a.db -j 1 --timing strict --limit 1", test_dir());
    expect(0, "", "1 cell done, 5 left");
    RUN("cd %s; winnow run tiny.yaml --db a.db --timing lax", test_dir());
    expect(2, "", "--timing");
    /* Of two good attempts the later one is meant, unless its seconds are doubtful. */
    RUN("cd %s; sqlite3 a.db \"INSERT INTO attempt (cell, environment, state, beside, started_at, "
        "ended_at, timing_reason) SELECT cell, environment, 'done', 0, started_at, ended_at, "
        "'a doubt' FROM attempt\"",
        test_dir());
    expect(0, "", "");
    expect_sql("a.db",
               "SELECT attempt = (SELECT min(id) FROM attempt WHERE timing_reason IS NULL) "
               "OR (SELECT count(*) FROM attempt WHERE timing_reason IS NULL) = 0 "
               "FROM v_run WHERE state = 'done'",
               "1");
}

/*
 * winnow emit slurm, winnow cell and winnow merge with a real Slurm: a controller and two nodes on
 * this machine (tests/slurm.sh), which the test starts and stops. Where Slurm cannot run, it says
 * so and is skipped.
 */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* 7 elements of 2 cells. MaxArraySize is 4 there: two array jobs. */
static const char *const tiny = "name: tiny\n"
                                "dataset: {name: synthetic, samples: 400, classes: 4}\n"
                                "model: {name: mlp, width: 16}\n"
                                "pruner: [full, random, {name: ucb, period: 2},\n"
                                "         {name: el2n, runs: 2, at: 1}]\n"
                                "rate: [0.3, 0.7]\n"
                                "seed: 2\n"
                                "train: {epochs: 3, batch: 32}\n";

/* Seconds a cell: the limit's signal comes after some of them, and all end within a minute. */
enum { LIMITED_EPOCHS = TEST_INSTRUMENTED ? 400 : 2000 };
static const char *const limited = "name: limited\n"
                                   "dataset: {name: synthetic, samples: 4000, classes: 4}\n"
                                   "model: {name: mlp, width: 128}\n"
                                   "pruner: [random, {name: ucb, period: 2}, random-dynamic]\n"
                                   "rate: 0.3\n"
                                   "seed: 1\n"
                                   "train: {batch: 32}\n"
                                   "limits: {checkpoint: 1s}\n";

static const char *const lost = "name: lost\n"
                                "dataset: {name: synthetic, samples: 4000, classes: 4}\n"
                                "model: {name: mlp, width: 128}\n"
                                "pruner: random\n"
                                "rate: 0.5\n"
                                "seed: 1\n"
                                "train: {epochs: 250, batch: 32}\n";

/* It begins with three seeds, and five decide. */
static const char *const asked = "name: asked\n"
                                 "dataset: {name: synthetic, samples: 600, classes: 4}\n"
                                 "model: {name: mlp, width: 16}\n"
                                 "pruner: [full, random]\n"
                                 "rate: 0.1\n"
                                 "seed: {at_least: 3, at_most: 6}\n"
                                 "train: {epochs: 2, batch: 32, lr: 0.1}\n"
                                 "decide: [{arm: random, against: full, noninferior: 2}]\n";
static const char *const answers =
    "SELECT text, state, seeds, decided_seeds, printf('%!.17g %!.17g %!.17g', mean, low, high) "
    "FROM v_decision";

/* All that does not depend on the clock, with every bit. */
static const char *const epochs =
    "SELECT a.cell, e.epoch, e.kept, printf('%!.17g %!.17g %!.17g %!.17g', e.lr, e.train_loss, "
    "e.val_accuracy, e.test_accuracy), e.samples_forward, e.samples_backward, "
    "printf('%!.17g', e.flops) FROM epoch e JOIN attempt a ON a.id = e.attempt "
    "WHERE a.state = 'done' ORDER BY 1, 2";

static bool up;

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    test_write_file(path, text);
}

static void start_slurm(void)
{
    char conf[256];
    cli_enter();
    RUN("mkdir %s/slurm %s/local && tests/slurm.sh up %s/slurm %ld", test_dir(), test_dir(),
        test_dir(), (long)getpid());
    if (output.status == 77)
        cr_skip("SKIPPED, nothing of Slurm was tested: %s", output.err);
    cr_assert_eq(output.status, 0, "%s", output.err);
    up = true;
    snprintf(conf, sizeof conf, "%s/slurm/etc/slurm.conf", test_dir());
    setenv("SLURM_CONF", conf, 1);
    snprintf(conf, sizeof conf, "%s/local", test_dir());
    setenv("TMPDIR", conf, 1); /* a node's own disk */
}

static void stop_slurm(void)
{
    if (up)
        RUN("tests/slurm.sh down %s/slurm", test_dir());
    cli_release();
}

/* How long something is waited for: a hang alone is to be found, on a busy machine too, and with
 * programs that are several times as slow. */
enum { PATIENCE = TEST_INSTRUMENTED ? 300 : 100 /* s */ };
TestSuite(slurm, .init = start_slurm, .fini = stop_slurm, .timeout = 4 * PATIENCE);

/* Until no job is left that squeue's arguments name. */
static void wait_for_jobs(const char *which)
{
    RUN("for i in $(seq %d); do [ -z \"$(squeue --noheader %s)\" ] && exit 0; sleep 0.1; done; "
        "squeue; tail -n 20 %s/*/logs/*; exit 1",
        10 * PATIENCE, which, test_dir());
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
}

static void wait_for(const char *command)
{
    RUN("cd %s; for i in $(seq %d); do %s && exit 0; sleep 0.1; done; squeue; tail -n 20 "
        "*/logs/* slurm/log/slurmctld.log; exit 1",
        test_dir(), 10 * PATIENCE, command);
    cr_assert_eq(output.status, 0, "%s: %s%s", command, output.out, output.err);
}

static void expect_same_epochs(const char *one, const char *other, int count)
{
    write_file("epochs.sql", epochs);
    RUN("cd %s && for db in %s %s; do sqlite3 $db <epochs.sql >$db.txt; done; cmp %s.txt %s.txt && "
        "wc -l <%s.txt",
        test_dir(), one, other, one, other, one);
    cr_expect_eq(output.status, 0, "%s%s", output.out, output.err);
    cr_expect_eq(strtol(output.out, NULL, 10), count, "%s epochs, not %d", output.out, count);
}

static void run_an_array_over_two_nodes(void)
{
    write_file("tiny.yaml", tiny);
    RUN("cd %s && winnow emit slurm tiny.yaml -o \"it's a dir\" --db 'a b.db' --cells 2 "
        "--time 5m && ls \"it's a dir\" && \"it's a dir/submit.sh\"",
        test_dir());
    expect(0, "14 cells in 7 elements", "cells-1.sbatch, tasks 0-3");
    expect(0, "cells-2.sbatch", "cells-2.sbatch, tasks 0-2");
    cr_expect_null(strstr(output.out, "cells-3"), "%s", output.out);

    /* Once more while they are queued, and once more when they are done. */
    RUN("\"%s/it's a dir/submit.sh\"", test_dir());
    expect(0, "", "nothing to submit: everything is done or queued");
    wait_for_jobs("");
    RUN("\"%s/it's a dir/submit.sh\"", test_dir());
    expect(0, "", "nothing to submit: everything is done or queued");

    RUN("cat %s/slurm/log/jobs.txt", test_dir());
    cr_expect(strstr(output.out, "NodeList=n1 ") && strstr(output.out, "NodeList=n2 "), "%s",
              output.out);
    RUN("cat \"%s/it's a dir\"/logs/*-merge.log", test_dir());
    expect(0, "7 shards: 14 new attempts, 0 known", "");
    RUN("cd %s && winnow merge 'a b.db' \"it's a dir\" && winnow db check --db 'a b.db'",
        test_dir());
    expect(0, "7 shards: 0 new attempts, 14 known", "");
    expect(0, "14 cells, 14 attempts", "");

    RUN("cd %s && mv 'a b.db' cluster.db && winnow run tiny.yaml --db local.db -j 2", test_dir());
    expect(0, "", "14 cells done");
    expect_same_epochs("cluster.db", "local.db", 14 * 3);
    expect_sql("cluster.db", "SELECT count(*), min(position), max(position) FROM experiment_cell",
               "14|1|14");
    RUN("ls -A %s/local", test_dir());
    cr_expect_str_eq(output.out, "", "left over: %s", output.out);
}

/* The job's processes and the daemons of its node die without a word. */
static void lose_a_node(void)
{
    write_file("lost.yaml", lost);
    RUN("cd %s && winnow emit slurm lost.yaml -o lost --db lost.db --sbatch=--nodelist=n2 && "
        "lost/submit.sh",
        test_dir());
    expect(0, "", "merge.sbatch, when they have ended");
    wait_for("[ -n \"$(ls local/*/shard.db-wal 2>/dev/null)\" ]");
    RUN("PATH=$PATH:/usr/sbin tests/slurm.sh kill %s/slurm 2", test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
    wait_for("squeue --noheader --states=PENDING --format=%j | grep -q 'wn-lost-.*-1'");
    RUN("ls %s/lost/shards", test_dir());
    cr_expect_str_eq(output.out, "", "a shard of a node that was killed: %s", output.out);
    RUN("tests/slurm.sh node %s/slurm 2", test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
}

static void expect_the_lost_cell(void)
{
    RUN("cat %s/lost/logs/*", test_dir());
    const char *first = strstr(output.out, "lost: element 0 of 1: 1 of 1 cells to run");
    cr_expect(first && strstr(first + 1, "lost: element 0 of 1: 1 of 1"), "%s", output.out);
    cr_expect(strstr(output.out, "lost.db: 1 shard: 1 new attempt, 0 known"), "%s", output.out);
    expect_sql("lost.db", "SELECT count(*), sum(state = 'done') FROM attempt", "1|1");
}

/* Seeds come in waves: the job that merges submits what open questions need next, until none is. */
static void ask_questions(void)
{
    write_file("asked.yaml", asked);
    RUN("cd %s && winnow emit slurm asked.yaml -o asked --db asked.db --cells 2 && "
        "asked/submit.sh",
        test_dir());
    expect(0, "asked: 12 cells in 6 elements", "cells-1.sbatch, tasks 0-2");
    wait_for("winnow emit pending asked --db asked.db --lines >left && [ ! -s left ]");
    wait_for_jobs("");
    RUN("cd %s && winnow run asked.yaml --db asked-here.db -j 1", test_dir());
    write_file("answers.sql", answers);
    RUN("cd %s && for db in asked asked-here; do sqlite3 $db.db <answers.sql >$db.txt; done && "
        "cmp asked.txt asked-here.txt && cut -d '|' -f 2-4 asked.txt",
        test_dir());
    cr_expect_str_eq(output.out, "holds|5|5\n", "%s%s", output.out, output.err);
    RUN("grep -o '.: [0-9]* new attempts.*' %s/asked/logs/*-merge.log", test_dir());
    cr_expect_str_eq(output.out,
                     "s: 6 new attempts, 0 known\ns: 2 new attempts, 6 known\n"
                     "s: 2 new attempts, 8 known\n",
                     "%s", output.out);
}

/*
 * The controller looks for limits every 30 s from its start on, so that the job's real limit, of a
 * minute with the signal 57 s before it, is noticed 5 s after the job began if that is 25 s after
 * the controller's.
 */
static void meet_a_time_limit(time_t controller)
{
    write_file("limited.yaml", limited);
    RUN("cd %s && winnow emit slurm limited.yaml --set train.epochs=%d -o limited --db limited.db "
        "--cells 3 --time 1m --grace 57s",
        test_dir(), LIMITED_EPOCHS);
    expect(0, "3 cells in 1 elements", "");
    while ((time(NULL) - controller) % 30 != 24)
        usleep(100000);
    RUN("%s/limited/submit.sh", test_dir());
    expect(0, "", "merge.sbatch, when they have ended");
    wait_for_jobs("");

    RUN("cat %s/limited/logs/*", test_dir());
    const char *first = strstr(output.out, "limited: element 0 of 1: 3 of 3 cells to run");
    cr_expect(first && strstr(first + 1, "limited: element 0 of 1: "), "no limit was met: %s",
              output.out);
    cr_expect(strstr(output.out, "limited: stopped on request, ") &&
                  strstr(output.out, " left: exit code 85\n"),
              "%s", output.out);
    expect_sql("limited.db",
               "SELECT count(DISTINCT cell), count(*) FROM attempt "
               "WHERE state = 'done'",
               "3|3");
    expect_sql("limited.db", "SELECT max(resumed) > 0 FROM attempt WHERE state = 'done'", "1");
    RUN("cd %s && winnow run limited.yaml --set train.epochs=%d --db limited-here.db -j 2",
        test_dir(), LIMITED_EPOCHS);
    expect(0, "", "3 cells done");
    expect_same_epochs("limited.db", "limited-here.db", 3 * LIMITED_EPOCHS);
}

/* One cluster for all: it takes seconds to start, and the last part must wait for its clock. */
Test(slurm, arrays_questions_a_lost_node_and_a_time_limit)
{
    const time_t controller = time(NULL);
    run_an_array_over_two_nodes();
    ask_questions();
    lose_a_node();
    wait_for_jobs("");
    expect_the_lost_cell();
    meet_a_time_limit(controller);
}

/* winnow emit, cell and merge without a cluster: by hand, and with GNU parallel on this machine. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const tiny = "name: tiny\n"
                                "dataset: {name: synthetic, samples: 400, classes: 4}\n"
                                "model: {name: mlp, width: 16}\n"
                                "pruner: [full, random]\n"
                                "rate: [0.3, 0.7]\n"
                                "seed: 2\n"
                                "train: {epochs: 2, batch: 32}\n";

static void enter(void)
{
    char path[256];
    cli_enter();
    snprintf(path, sizeof path, "%s/tiny.yaml", test_dir());
    test_write_file(path, tiny);
}

TestSuite(cli_emit, .init = enter, .fini = cli_release);

#define IN_DIR(command) RUN("cd %s && " command, test_dir())

Test(cli_emit, parallel_runs_what_is_left_and_merges)
{
    RUN("command -v parallel");
    if (output.status)
        cr_skip("SKIPPED: there is no GNU parallel here");
    IN_DIR("winnow emit parallel tiny.yaml -o \"it's a dir\" --db a.db --cells 2 -j 2 && "
           "\"$W\" cell --plan \"it's a dir/plan.jsonl\" --element 1 && \"./it's a dir/run.sh\"");
    expect(0, "6 cells in 3 elements", "tiny: element 2 of 3: 2 of 2 cells to run");
    expect(0, "a.db: 3 shards: 6 new attempts, 0 known", "");
    IN_DIR("wc -l <\"it's a dir/parallel.log\""); /* a line of names */
    expect(0, "3\n", "");
    IN_DIR("\"./it's a dir/run.sh\"");
    expect(0, "3 shards: 0 new attempts, 6 known", "");
    expect_sql("a.db", "SELECT count(*) FROM v_run WHERE state = 'done'", "6");
}

Test(cli_emit, bad_shards_are_put_aside_and_the_rest_goes_on)
{
    IN_DIR(
        "winnow emit slurm tiny.yaml -o j --cells 3 && for i in 0 1; do winnow cell --plan "
        "j/plan.jsonl --element $i; done; for s in j/shards/*.db; do truncate -s 9000 $s; break; "
        "done; echo text >j/shards/other.db; winnow merge a.db j --json");
    expect(1, "\"attempts\": 3", "renamed to j/shards/other.db.bad");
    expect(1, "\"refused\": 2", "other.db: not a database");
    IN_DIR("ls j/shards | grep -c bad$; winnow merge a.db j");
    expect(0, "2\na.db: 1 shard: 0 new attempts, 3 known", "");
    expect_sql("a.db", "SELECT count(*), count(refused) FROM import_log", "3|2");
    expect_sql("a.db", "SELECT count(*) FROM v_run WHERE experiment = 'tiny'", "6");
    /* What was lost is pending, and nothing else. */
    IN_DIR("winnow emit pending j --lines | wc -l; winnow emit pending j --db a.db --except 0-1");
    expect(0, "1\n", "");
    cr_expect_str_eq(output.out, "1\n", "%s", output.out);
}

Test(cli_emit, a_folder_is_of_one_plan)
{
    IN_DIR("winnow emit slurm tiny.yaml -o j --max-array 2 && cp j/plan.jsonl before && "
           "winnow emit slurm tiny.yaml -o j --max-array 4 --partition p && cmp before "
           "j/plan.jsonl && ls j");
    expect(0, "cells-2.sbatch\nmerge", "");
    cr_expect_null(strstr(output.out, "cells-3"), "%s", output.out);
    IN_DIR("winnow emit slurm tiny.yaml -o j --set seed=1");
    expect(2, "", "j holds another plan: choose another folder, or --force");
    IN_DIR("cmp before j/plan.jsonl && winnow emit slurm tiny.yaml -o j --set seed=1 --force");
    expect(0, "3 cells", "");
    IN_DIR("mkdir k && echo x >k/y && winnow emit slurm tiny.yaml -o k");
    expect(2, "", "k is not empty, and has no plan");
}

/* Its scripts are programs; what a link leads to, and is no file, keeps its rights. */
Test(cli_emit, only_new_files_become_programs)
{
    IN_DIR("umask 027; winnow emit parallel tiny.yaml -o j && stat -c %%a j/run.sh j/plan.jsonl");
    expect(0, "750\n640\n", "");
    IN_DIR("mkdir k; mkfifo -m 600 pipe; ln -s ../pipe k/run.sh; cat pipe >script & "
           "timeout 60 \"$W\" emit parallel tiny.yaml -o k --force && wait && stat -c %%a pipe && "
           "head -n 1 script");
    expect(0, "600\n#!/bin/sh\n", "");
}

Test(cli_emit, a_stopped_element_goes_on_with_what_is_left)
{
    IN_DIR("winnow emit slurm tiny.yaml -o j --cells 6 --set train.epochs=200 && mkdir t && "
           "{ TMPDIR=$PWD/t start cell --plan j/plan.jsonl --element 0 2>log; "
           "while ! grep -q '^.1/6' log; do kill -0 $pid || exit 9; sleep 0.01; done; "
           "kill -USR1 $pid; wait $pid; }");
    cr_assert_eq(output.status, 85, "%d: %s", output.status, output.err);
    IN_DIR("TMPDIR=$PWD/t winnow cell --plan j/plan.jsonl --element 0 && ls -A t && "
           "winnow merge a.db j");
    expect(0, "a.db: 2 shards: ", "element 0 of 1: ");
    cr_expect_null(strstr(output.err, ": 6 of 6 cells"), "%s", output.err);
    cr_expect_eq(strncmp(output.out, "a.db", 4), 0, "left over: %s", output.out);
    expect_sql("a.db", "SELECT count(*), count(DISTINCT cell) FROM attempt WHERE state = 'done'",
               "6|6");
}

Test(cli_emit, what_cannot_be_says_why)
{
    IN_DIR("winnow emit slurm tiny.yaml -o j");
    static const struct {
        const char *command, *wanted;
        int status;
    } cases[] = {
        {"winnow emit slurm tiny.yaml", "-o DIR is missing", 2},
        {"winnow emit slurn tiny.yaml", "did you mean slurm?", 2},
        {"winnow emit slurm tiny.yaml -o none/deep", "cannot create the folder", 2},
        {"winnow emit slurm tiny.yaml -o x --partition 'a b'", "cannot stand in an #SBATCH", 2},
        {"winnow cell --element 0", "--plan FILE is missing", 2},
        {"winnow cell --plan none.jsonl", "none.jsonl: No such file", 2},
        {"winnow cell --plan j/plan.jsonl --element 6", "has the elements 0 to 5", 2},
        {"winnow cell --plan j/plan.jsonl --scratch none", "no folder in none", 4},
        {"winnow emit pending j --except x", "expected a list", 2},
        {"winnow merge a.db", "DB SHARD... is missing", 2},
        {"winnow merge none/deep/a.db j", "none/deep", 5},
        {"winnow merge a.db none.db", "none.db: No such file", 1},
        {"sed -i 's/0\\.3/0.4/' j/plan.jsonl; winnow cell --plan j/plan.jsonl", "it was changed",
         2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        RUN("cd %s; %s", test_dir(), cases[i].command);
        cr_expect_eq(output.status, cases[i].status, "%s: %d: %s", cases[i].command, output.status,
                     output.err);
        cr_expect(strstr(output.err, cases[i].wanted), "%s: %s", cases[i].command, output.err);
    }
}

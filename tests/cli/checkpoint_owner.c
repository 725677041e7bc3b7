/* Whose a checkpoint is: two databases of one folder, two starts of one element of a plan. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* One cell that takes long enough to be met at work. */
static const char grid[] = "name: one\n"
                           "dataset: {name: synthetic, samples: 1000, classes: 4}\n"
                           "model: {name: mlp, width: 64}\n"
                           "pruner: random\n"
                           "rate: 0.3\n"
                           "seed: 1\n"
                           "train: {epochs: 800, batch: 16}\n"
                           "limits: {checkpoint: 0.01s}\n";

static void make_grid(void)
{
    char path[PATH_MAX];
    cli_enter();
    snprintf(path, sizeof path, "%s/x.yaml", test_dir());
    test_write_file(path, grid);
}

TestSuite(cli_checkpoint_owner, .init = make_grid, .fini = cli_release, .timeout = 120);

#define IN_DIR(command) RUN("cd %s && " command, test_dir())
/* Until the process has left a checkpoint (a name of 64 digits) there. */
#define UNTIL_CHECKPOINT(folder)                                                                   \
    "until ls " folder " 2>/dev/null | grep -qx '[0-9a-f]*'; do kill -0 $pid || exit 9; "          \
    "sleep 0.02; done; "

Test(cli_checkpoint_owner, two_databases_of_a_folder_share_no_checkpoint)
{
    IN_DIR("{ start run x.yaml -j 1 --db a.db; } && " UNTIL_CHECKPOINT(
        "a.db.checkpoints") "kill -INT $pid; wait $pid");
    expect(130, "", "left for the next run");
    IN_DIR("winnow plan x.yaml --db b.db --no-measure; winnow run x.yaml -j 1 --db b.db && "
           "winnow db gc --db b.db >&2 && ls -d *.checkpoints");
    expect(0, "a.db.checkpoints\n", "1 cell done");
    cr_expect_null(strstr(output.out, "checkpoint at"), "%s", output.out);
    expect_sql("b.db", "SELECT state, resumed FROM attempt", "done|0");
    IN_DIR("winnow run x.yaml -j 1 --db a.db && ls -d *.checkpoints");
    expect(2, "", "No such file"); /* an empty folder goes */
    expect_sql("a.db", "SELECT group_concat(state), group_concat(resumed) FROM attempt",
               "lost,done|0,1");
}

/* The link and what it leads to are one database. */
Test(cli_checkpoint_owner, a_link_to_a_database_has_its_checkpoints)
{
    IN_DIR("mkdir d; ln -s d/a.db link.db; start run x.yaml -j 1 --db link.db; " UNTIL_CHECKPOINT(
        "d/a.db.checkpoints") "kill -INT $pid; wait $pid; "
                              "winnow run x.yaml -j 1 --db d/a.db");
    expect(0, "", "1 cell done");
    expect_sql("d/a.db", "SELECT resumed FROM attempt WHERE state = 'done'", "1");
}

/* As where a node was cut off from the network and works on. */
Test(cli_checkpoint_owner, two_starts_of_an_element_share_no_checkpoint)
{
    IN_DIR("winnow emit slurm x.yaml -o j --cells 1 >&2 && mkdir t && "
           "{ start cell --plan j/plan.jsonl --scratch t 2>log; } && " UNTIL_CHECKPOINT(
               "j/checkpoints") "winnow cell --plan j/plan.jsonl --scratch t || exit 8; wait $pid "
                                "|| exit 7; for s in j/shards/*.db; do sqlite3 $s \"SELECT state, "
                                "resumed FROM attempt\"; done; ls -A t");
    expect(0, "done|0\ndone|0\n", "another start of this element is running");
    cr_expect_str_eq(output.out, "done|0\ndone|0\n", "left over: %s", output.out);
}

Test(cli_checkpoint_owner, the_next_start_of_an_element_goes_on)
{
    IN_DIR("winnow emit slurm x.yaml -o j --cells 1 >&2 && "
           "{ start cell --plan j/plan.jsonl 2>log; } && " UNTIL_CHECKPOINT(
               "j/checkpoints") "kill -USR1 $pid; wait $pid; winnow cell --plan j/plan.jsonl && "
                                "winnow merge a.db j");
    expect(0, "2 new attempts", "");
    expect_sql("a.db", "SELECT resumed FROM attempt WHERE state = 'done'", "1");
}

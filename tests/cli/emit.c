/* winnow cell that is stopped. tests/cli/emit.t has emit, cell and merge without a second hand. */
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

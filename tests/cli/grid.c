/*
 * winnow run on a grid that does not go well: over its limit of memory, with a worker that is
 * killed, and with a file that is edited meanwhile. tests/cli/grid.t has what needs no second hand.
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

Test(cli_grid, more_memory_than_allowed_ends_the_attempt)
{
    SKIP_SANITIZED("a sanitizer's shadow counts as held");
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

/* A database that is deleted, replaced, moved or has two names, while a grid runs into it. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* One cell that takes long enough to be met at work, and whose epochs are no less than some
 * hundredths of a second: so soon the -wal is not full, and nothing is copied back from it. */
static const char grid[] = "name: long\n"
                           "dataset: {name: synthetic, samples: 8000, classes: 4}\n"
                           "model: {name: mlp, width: 64}\n"
                           "pruner: random\n"
                           "rate: 0.3\n"
                           "seed: 1\n"
                           "train: {epochs: 4000, batch: 16}\n"
                           "limits: {checkpoint: 0.05s}\n";

static void make_grid(void)
{
    char path[PATH_MAX];
    cli_enter();
    snprintf(path, sizeof path, "%s/x.yaml", test_dir());
    test_write_file(path, grid);
}

TestSuite(cli_moved, .init = make_grid, .fini = cli_release, .timeout = 120);

/* In a folder of its own: a.db is being written, and its cell has a checkpoint. */
#define AT_WORK                                                                                    \
    "cd %s && rm -rf d && mkdir d && cd d && cp ../x.yaml . && "                                   \
    "{ start run x.yaml -j 1 --db a.db 2>err; } && "                                               \
    "until ls *checkpoints/* >/dev/null 2>&1 || ! kill -0 $pid; do sleep 0.02; done; "

static void expect_stop(const char *harm, const char *why)
{
    RUN(AT_WORK "{ %s; } >&2; wait $pid; echo $?; tail -n 1 err; ls *checkpoints", test_dir(),
        harm);
    cr_expect_eq(strncmp(output.out, "5\n", 2), 0, "%s: %s%s", harm, output.out, output.err);
    cr_expect(strstr(output.out, "a.db: it was moved or replaced") && strstr(output.out, why),
              "%s: %s", harm, output.out);
    char *checkpoint = strrchr(output.out, ':');
    cr_expect(checkpoint && strlen(strchr(checkpoint, '\n') + 1) >= 64, "%s: no checkpoint: %s",
              harm, output.out);
}

Test(cli_moved, a_database_that_is_deleted_stops_the_grid)
{
    expect_stop("rm a.db", "a.db is gone");
    expect_stop("rm a.db*", "a.db is gone");
    expect_stop("rm a.db-wal", "a.db-wal is gone");
    RUN("cd %s/d; mkdir e; mv x.yaml e; start run e/x.yaml -j 1 --db e/a.db 2>err; "
        "until ls e/*checkpoints/* >/dev/null 2>&1; do sleep 0.02; done; rm -r e; wait $pid; "
        "echo $?; tail -n 1 err; ls",
        test_dir());
    expect(0, "5\nwinnow run: e/a.db: it was moved or replaced", "");
    cr_expect(strstr(output.out, "\nerr\n"), "nothing comes again: %s", output.out);
}

Test(cli_moved, a_database_that_is_replaced_stops_the_grid)
{
    expect_stop("winnow db backup --db a.db -o b.db; mv b.db a.db", "a.db is another file now");
    expect_stop("winnow db backup --db a.db -o b.db; cp b.db a.db", "was copied into it");
    expect_sql("d/a.db", "PRAGMA integrity_check", "ok");
}

Test(cli_moved, a_database_that_is_moved_stops_the_grid_and_has_all)
{
    expect_stop("mv a.db b.db", "a.db is gone");
    expect_sql("d/b.db", "SELECT count(*) > 0 FROM epoch", "1");
}

Test(cli_moved, the_next_run_goes_on_from_the_checkpoint)
{
    RUN("cd %s && sed -i 's/4000/100/; s/0.05s/0.01s/' x.yaml", test_dir());
    RUN(AT_WORK "rm a.db; wait $pid; cat err >&2; winnow run x.yaml -j 1 --db a.db >&2 && "
                "sqlite3 a.db \"SELECT state, resumed FROM attempt\"",
        test_dir());
    expect(0, "done|1\n", "was moved or replaced");
}

Test(cli_moved, a_hard_link_has_no_second_writer)
{
    RUN(AT_WORK "ln a.db b.db; winnow run x.yaml -j 1 --db b.db; echo $?; winnow merge b.db err; "
                "echo $?; kill $pid; wait $pid; true",
        test_dir());
    expect(0, "5\n5\n", "winnow run: b.db: another process is writing it under another name");
}

/* winnow status --watch: on a made database, where nobody is at work, and on a grid that runs. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(cli_watch, .fini = cli_release);

Test(cli_watch, a_database_at_rest_is_told_once)
{
    made_db(made_path("made.db"));
    RUN("winnow status --watch --db '%s'", made_path("made.db"));
    expect(0, "", "no scheduler is at work on ");
    expect(0, "5000000000  diverged: the loss is not finite in epoch 2  synthetic mlp ucb", "");
    expect(0, "6000000000  failed: killed by signal 9  synthetic mlp ucb", "");
    expect(0, "7000000000  █████       epoch 1 of 2, accuracy 55.00 %, ", "");
    expect(0, "\nmade: 4 of 9 done, 2 failed, 1 interrupted, 2 to run\nother: 1 of 1 done\n", "");
}

Test(cli_watch, somebody_at_work_is_waited_for)
{
    struct store *writer;
    int64_t attempt;
    struct err err;
    made_db(made_path("made.db"));
    writer = must_open(made_path("made.db"), STORE_WRITE);
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    RUN("timeout -s INT 1 \"$W\" status --watch --interval 0.1 --db '%s'", made_path("made.db"));
    cr_expect_neq(output.status, 0);
    expect(output.status, "8000000000              epoch 0 of 2, ", "");
    expect(output.status, "made: 4 of 9 done, 2 failed, 1 running, 2 to run", "");
    /* Each said once, however often was looked. */
    const char *once = strstr(output.out, "made: ");
    cr_expect(once && !strstr(once + 1, "made: "), "%s", output.out);
    store_close(writer);
}

/* A terminal of that many columns, as script(1) makes one. */
static void run_in_terminal(int columns, const char *variables)
{
    made_db(made_path("made.db"));
    RUN("cd %s && %s TERM=xterm script -qec \"stty cols %d rows 40; '$W' status --watch "
        "--db made.db\" /dev/null </dev/null",
        test_dir(), variables, columns);
}

static size_t columns_of(const char *line)
{
    size_t columns = 0;
    for (; *line && *line != '\r' && *line != '\n'; line++)
        columns += ((unsigned char)*line & 0xc0) != 0x80;
    return columns;
}

Test(cli_watch, on_a_terminal)
{
    run_in_terminal(120, "env -u NO_COLOR");
    expect(0, "made   ██████████▋               4 of 9 done, 2 failed, 1 interrupted, 2 to run",
           "");
    expect(0, "\033[1minterrupted\033[0m", "");
    expect(0, "\033[31m6000000000  failed: killed by signal 9", "");
}

Test(cli_watch, a_narrow_terminal_without_colour)
{
    run_in_terminal(50, "NO_COLOR=1");
    expect(0, "7000000000  █████       epoch 1 of 2, accuracy 55", "");
    cr_expect_null(strstr(output.out, "\033[3"), "%s", output.out);
    cr_expect_null(strstr(output.out, "\033[1m"), "%s", output.out);
    for (const char *line = strstr(output.out, "made"); line && *line;) {
        if (!strstr(line, "\n") || strncmp(line, "winnow status", 13) == 0)
            break;
        cr_expect_lt(columns_of(line), 50, "%zu columns: %s", columns_of(line), line);
        line = strchr(line, '\n') + 1;
    }
}

Test(cli_watch, a_grid_that_runs)
{
    char path[256];
    snprintf(path, sizeof path, "%s/slow.yaml", test_dir());
    test_write_file(path, "name: slow\n"
                          "dataset: {name: synthetic, samples: 2000, classes: 4}\n"
                          "model: {name: mlp, width: 128}\n"
                          "pruner: [random, random-dynamic]\n"
                          "rate: [0.3, 0.5]\n"
                          "seed: 1\n"
                          "train: {epochs: 60, batch: 32}\n");
    RUN("cd %s; start run slow.yaml --db a.db -j 1 2>run.log; while [ -z \"$(sqlite3 "
        "-readonly a.db 'SELECT 1 FROM attempt' 2>/dev/null)\" ]; do kill -0 $pid || exit 9; "
        "sleep 0.02; done; \"$W\" status --watch --interval 0.1 --db a.db || exit; wait $pid && "
        "ls -A",
        test_dir());
    expect(0, " of 60, accuracy ", "no scheduler is at work on a.db");
    expect(0, " of 4 done, 1 running, ", "");
    expect(0, "\nslow: 4 of 4 done\n", "");
    cr_expect_null(strstr(output.out, "a.db-"), "left over: %s", output.out);
}

Test(cli_watch, what_cannot_be_watched)
{
    RUN("winnow status --watch --json");
    expect(2, "", "--watch or --json: which one?");
    RUN("winnow status --watch --db '%s/none.db'", test_dir());
    expect(5, "", "none.db: no such file");
    RUN("cd %s && winnow status --watch", test_dir());
    expect(5, "", "no database in results/");
    RUN("winnow status --watch --interval 0");
    expect(2, "", "--interval");
}

/*
 * What stops a grid, in a terminal and with no variable of BLAS's set, as users have it: OpenBLAS
 * then has threads of its own, and the kernel gives a signal to whichever thread takes it. Each of
 * the commands that run cells, and each of the ways to end them. WINNOW_SOAK=1 (make soak): 20
 * times each.
 */
#include "tests/support/cli_output.h"
#include "tests/support/pty.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const endless = "name: x\n"
                                   "dataset: {name: synthetic, samples: 2000, classes: 4}\n"
                                   "model: {name: mlp, width: 64}\n"
                                   "pruner: random\n"
                                   "rate: 0.5\n"
                                   "seed: 1\n"
                                   "train: {epochs: 100000, batch: 32}\n";

static const struct command {
    const char *name, *prepare, *begin;
    const char *grows, *left; /* its database while it runs and once it has ended: shell patterns */
    int told_by_slurm;        /* exit code after SIGUSR1 */
} commands[] = {
    {"run", ":", "exec \"$W\" run x.yaml --db a.db -j 1 --set limits.checkpoint=%s", "a.db", "a.db",
     130},
    {"paper", ":",
     "exec \"$W\" paper b --size smoke --run -j 1 --set train.epochs=100000 --set "
     "limits.checkpoint=%s --set 'dataset={name: synthetic, samples: 500}'",
     "results/paper-b-smoke.db", "results/paper-b-smoke.db", 130},
    {"cell", "mkdir t",
     "\"$W\" emit slurm x.yaml -o j --set limits.checkpoint=%s >log 2>&1; "
     "TMPDIR=$PWD/t exec \"$W\" cell --plan j/plan.jsonl",
     "t/*/shard.db", "j/shards/*", 85},
};

static const struct way {
    const char *name;
    int number; /* sent by a process; 0: */
    const char *keys;
    bool twice, hang_up;
    bool checkpoint; /* is written first */
} ways[] = {
    {.name = "Ctrl-C", .keys = "\003", .checkpoint = true},
    {.name = "Ctrl-C twice", .keys = "\003", .twice = true},
    {.name = "a window that is closed", .hang_up = true},
    {.name = "SIGTERM", .number = SIGTERM},
    {.name = "SIGHUP", .number = SIGHUP},
    {.name = "SIGUSR1", .number = SIGUSR1, .checkpoint = true},
};
enum { COMMANDS = sizeof commands / sizeof *commands, WAYS = sizeof ways / sizeof *ways };

/* One number from sqlite3; -1 where there is none. */
static long ask(const char *folder, const char *database, const char *query)
{
    RUN("cd %s/%s && sqlite3 -readonly %s \"%s\"", test_dir(), folder, database, query);
    return output.status == 0 && output.out[0] ? strtol(output.out, NULL, 10) : -1;
}

static void wait_until_it_trains(struct pty *pty, const struct command *command, const char *folder)
{
    while (ask(folder, command->grows, "SELECT count(*) FROM epoch") < 2) {
        pty_read(pty);
        cr_assert(pty_runs(pty), "%s does not train: %s", command->name, pty_last(pty));
    }
}

static void end(struct pty *pty, const struct way *way)
{
    if (way->hang_up)
        pty_hang_up(pty);
    if (way->number)
        kill(pty_pid(pty), way->number);
    if (way->keys)
        pty_type(pty, way->keys);
    if (!way->twice)
        return;
    while (pty_runs(pty) && !strstr(pty_text(pty), "stopping"))
        pty_read(pty);
    usleep(100000); /* as fast as a finger is */
    pty_type(pty, way->keys);
}

static void end_once(const struct command *command, const struct way *way, const char *folder)
{
    char begin[512];
    RUN("mkdir %s/%s && cd %s/%s && { %s; } && cat >x.yaml <<'END'\n"
        "%sEND\n",
        test_dir(), folder, test_dir(), folder, command->prepare, endless);
    cr_assert_eq(output.status, 0, "%s", output.err);
    /* Where nothing is checkpointed, one Ctrl-C lets cells come to their end. */
    snprintf(begin, sizeof begin, "cd %s/%s; ", test_dir(), folder);
    snprintf(begin + strlen(begin), sizeof begin - strlen(begin), command->begin,
             way->twice ? "none" : "60s");
    struct pty *pty = pty_start("%s", begin);
    wait_until_it_trains(pty, command, folder);
    end(pty, way);
    const int status = pty_wait(pty);
    const int wanted = way->number == SIGUSR1 ? command->told_by_slurm : 130;
    cr_expect_eq(status, wanted, "%s, %s: exit code %d, not %d: %s", command->name, way->name,
                 status, wanted, pty_last(pty));
    const long lost = ask(folder, command->left,
                          "SELECT CASE WHEN count(*) = 1 AND min(state) = 'lost' THEN "
                          "min(reason GLOB 'checkpointed after *') ELSE -2 END FROM attempt");
    cr_expect_eq(lost, way->checkpoint, "%s, %s: %ld: %s", command->name, way->name, lost,
                 output.err);
    RUN("find %s/%s -path '*checkpoints*' -type f ! -name '*.lock' | wc -l", test_dir(), folder);
    cr_expect_eq(strtol(output.out, NULL, 10) > 0, way->checkpoint, "%s, %s: %s checkpoints",
                 command->name, way->name, output.out);
    pty_free(pty);
}

ParameterizedTestParameters(cli_signals, end_what_runs_cells)
{
    static int indices[COMMANDS * WAYS];
    for (int i = 0; i < COMMANDS * WAYS; i++)
        indices[i] = i;
    return cr_make_param_array(int, indices, COMMANDS *WAYS);
}

ParameterizedTest(int *index, cli_signals, end_what_runs_cells, .init = cli_enter,
                  .fini = cli_release)
{
    const int rounds = test_soak() ? 20 : 1;
    for (int i = 0; i < rounds; i++) {
        char folder[32];
        snprintf(folder, sizeof folder, "%d", i);
        end_once(&commands[*index / WAYS], &ways[*index % WAYS], folder);
    }
}

/* What starts the tests may have ignored some: make check sees to it (env --default-signal). */
Test(cli_signals, none_is_ignored_in_tests, .init = cli_enter, .fini = cli_release)
{
    RUN("ignored=$(sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/self/status); "
        "printf '%%x\\n' $((0x$ignored & 0x7fffffff)) # 32 and 33 are the C library's own");
    cr_expect_str_eq(output.out, "0\n");
}

/* timeout(1) sends to the program, then to its group. */
Test(cli_signals, one_sent_twice_at_once_is_one, .init = cli_enter, .fini = cli_release)
{
    RUN("cd %s && cat >x.yaml <<'END'\n%sEND\n"
        "start run x.yaml --db a.db -j 1; until [ \"$(sqlite3 -readonly a.db 'SELECT count(*) > 1 "
        "FROM epoch' 2>&1)\" = 1 ]; do kill -0 $pid || exit 9; sleep 0.02; done; "
        "kill -INT $pid; kill -INT $pid; wait $pid",
        test_dir(), endless);
    expect(130, "", "");
    expect_sql("a.db", "SELECT state, reason GLOB 'checkpointed after *' FROM attempt", "lost|1");
}

/* As nohup and & want it; some launchers ignore the end of children too. */
Test(cli_signals, what_was_ignored_stays_so_but_for_the_end_of_children, .init = cli_enter,
     .fini = cli_release)
{
    RUN("cd %s && cat >x.yaml <<'END'\n%sEND\n"
        "env --ignore-signal=INT,HUP,CHLD --block-signal=TERM \"$W\" run x.yaml --db a.db -j 1 & "
        "pid=$!; epochs() { sqlite3 -readonly a.db 'SELECT count(*) FROM epoch' 2>/dev/null; }; "
        "until [ \"$(epochs)\" -gt 1 ] 2>/dev/null; do kill -0 $pid || exit 9; sleep 0.02; done; "
        "kill -INT $pid; kill -HUP $pid; sleep 0.2; until before=$(epochs); do :; done; "
        "until [ \"$(epochs)\" -gt $before ]; do kill -0 $pid || exit 8; sleep 0.02; done; "
        "kill -TERM $pid; wait $pid",
        test_dir(), endless);
    expect(130, "", "");
    expect_sql("a.db", "SELECT state, reason FROM attempt", "lost|stopped while it ran");
}

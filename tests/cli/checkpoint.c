/*
 * Checkpoints as their users meet them: kill -9 at any moment, Ctrl-C, damage; and run again.
 */
#include "base/rng.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of every day, and of make soak. */
enum { KILLS = 12, KILLS_IN_SOAK = 50 };

/* Static with proxies and scores; static with a solver; dynamic; soft budget; drops in batches of
 * the training, or of a proxy. Batch norm has statistics, lookahead an average of its own and a
 * count of steps, and changed labels and pictures are told in records of their own. */
static const char *const grid =
    "name: grid\n"
    "dataset: {name: synthetic, samples: 300, classes: 4, val_fraction: 0.1, noise: 0.1, corrupt: "
    "0.1}\n"
    "model: {name: convnet, depth: 1, width: 8}\n"
    "pruner: [{name: el2n, runs: 2, at: 10, prune_with: [same, mlp]}, {name: dp, at: 3, moves: "
    "100}, {name: ucb, period: "
    "2},\n"
    "         infobatch, progressive-dropout, {name: proxy-filter, prune_with: mlp}]\n"
    "rate: 0.3\n"
    "seed: 1\n"
    "train: {epochs: 25, batch: 32, lookahead: 4, corrupted_test: true}\n"
    "limits: {checkpoint: 0.001s}\n"
    "overrides: [{when: {pruner: infobatch}, train: {steps: 200}}]\n";
enum { CELLS = 7 };

/* One cell that takes long enough to be met at work; dropout draws in each step, AdamW counts them,
   and a selection outlives its epoch, with its steps on shares of the batches. */
#define ONE(epochs)                                                                                \
    "name: one\n"                                                                                  \
    "dataset: {name: synthetic, samples: 1000, classes: 4}\n"                                      \
    "model: {name: mlp, width: 64, dropout: 0.2}\n"                                                \
    "pruner: [{name: random-dynamic, quota: batch}]\n"                                             \
    "rate: 0.3\n"                                                                                  \
    "seed: 1\n"                                                                                    \
    "train: {epochs: " #epochs ", batch: 16, lr: 0.001, optimizer: adamw}\n"                       \
    "limits: {checkpoint: 0.05s}\n"
static const char *const one = ONE(300);

#define ASSERT_STATUS(output, wanted)                                                              \
    cr_assert_eq((output).status, wanted, "exit code %d, not %d; stdout: %s; stderr: %s",          \
                 (output).status, wanted, (output).out, (output).err)

/* ---- A run in a folder of its own ---- */

/* All that a finished grid tells but for seconds, in FOLDER.txt: of each cell, its good attempt. */
static const char *const dump =
    "CREATE TEMP TABLE good AS SELECT * FROM attempt WHERE state = 'done';"
    "SELECT 'attempt', cell, test_accuracy, val_accuracy, best_val_accuracy, "
    "best_val_test_accuracy,"
    " train_n, kept_fraction, samples_forward, samples_backward, flops, implementations, artifact,"
    " reused FROM good ORDER BY cell;"
    "SELECT 'epoch', g.cell, e.epoch, e.kept, printf('%!.17g %!.17g', e.lr, e.train_loss),"
    " e.val_accuracy, e.test_accuracy, e.samples_forward, e.samples_backward, e.flops"
    " FROM epoch e JOIN good g ON g.id = e.attempt ORDER BY g.cell, e.epoch;"
    "SELECT 'selection', g.cell, s.epoch, s.n, s.kept, s.class_kept, hex(s.bitmap), s.noise_kept,"
    " s.corrupt_kept"
    " FROM selection s JOIN good g ON g.id = s.attempt ORDER BY g.cell, s.epoch;"
    "SELECT 'solver', g.cell, s.epoch, s.position, s.method, printf('%!.17g', s.objective), s.moves"
    " FROM solver s JOIN good g ON g.id = s.attempt ORDER BY g.cell, s.epoch, s.position;"
    "SELECT 'test', g.cell, t.corruption, t.severity, t.class_correct, printf('%!.17g', t.loss)"
    " FROM final_test t JOIN good g ON g.id = t.attempt ORDER BY g.cell, t.corruption, t.severity;"
    "SELECT 'noise', g.cell, n.n, n.flipped, hex(n.bitmap)"
    " FROM noise n JOIN good g ON g.id = n.attempt ORDER BY g.cell;"
    "SELECT 'corrupt', g.cell, c.n, c.corrupted, hex(c.bitmap)"
    " FROM corrupt c JOIN good g ON g.id = c.attempt ORDER BY g.cell;"
    "SELECT 'warning', g.cell, w.code, w.text"
    " FROM warning w JOIN good g ON g.id = w.attempt ORDER BY g.cell, w.id;";

/* Finished attempts whose phases are off the wall clock, and epochs that cost less than none. */
static const char *const ledger =
    "SELECT (SELECT count(*) FROM attempt a WHERE state = 'done' AND abs(wall_ns - (SELECT sum(ns)"
    " FROM phase WHERE attempt = a.id)) > wall_ns / 1000) + (SELECT count(*) FROM (SELECT"
    " charged_ns - lag(charged_ns, 1, 0) OVER each AS charged, wall_ns - lag(wall_ns, 1, 0) OVER"
    " each AS wall FROM epoch WINDOW each AS (PARTITION BY attempt ORDER BY epoch)) WHERE charged"
    " <= 0 OR wall <= 0) + (SELECT count(*) FROM attempt a WHERE state = 'done' AND (SELECT"
    " max(charged_ns) FROM epoch WHERE attempt = a.id) > wall_ns + coalesce(carried_ns, 0))";

static void make_folder(const char *folder, const char *yaml)
{
    char path[256];
    struct test_output made = test_run("mkdir %s/%s", test_dir(), folder);
    ASSERT_STATUS(made, 0);
    test_output_release(&made);
    snprintf(path, sizeof path, "%s/%s/x.yaml", test_dir(), folder);
    test_write_file(path, yaml);
    snprintf(path, sizeof path, "%s/dump.sql", test_dir());
    test_write_file(path, dump);
}

static struct test_output run_in(const char *folder)
{
    return test_run("cd %s/%s && winnow run x.yaml --db a.db -j 1 --retry-failed", test_dir(),
                    folder);
}

static void assert_sql(const char *folder, const char *query, const char *wanted)
{
    struct test_output output =
        test_run("sqlite3 '%s/%s/a.db' \"%s\" | tr '\\n' ' '", test_dir(), folder, query);
    if (output.out[0])
        output.out[strlen(output.out) - 1] = '\0';
    cr_assert_str_eq(output.out, wanted, "%s: got '%s', wanted '%s' %s", query, output.out, wanted,
                     output.err);
    test_output_release(&output);
}

/* The finished grid in folder tells what the one in base does; nothing is left over. */
static void assert_same(const char *folder, unsigned seed)
{
    struct test_output differ =
        test_run("cd %s && for f in base %s; do sqlite3 $f/a.db <dump.sql >$f.txt || exit 9; done; "
                 "wc -l <base.txt; diff base.txt %s.txt | cut -c 1-300 | head -5; ls -A "
                 "%s | grep checkpoints; true",
                 test_dir(), folder, folder, folder);
    ASSERT_STATUS(differ, 0);
    char *rest;
    cr_assert_gt(strtol(differ.out, &rest, 10), CELLS, "%s", differ.out);
    cr_assert_str_eq(rest, "\n", "seed %u: %s is not as undisturbed:%s", seed, folder, rest);
    test_output_release(&differ);
    assert_sql(folder, ledger, "0");
}

/* ---- Killing ---- */

/* A scheduler in folder, with its stderr in a file there. */
static pid_t start(const char *folder)
{
    char binary[4096], path[256];
    cr_assert(realpath(test_binary(), binary));
    snprintf(path, sizeof path, "%s/%s", test_dir(), folder);
    const pid_t pid = fork();
    if (pid == 0) {
        const int log = open("/dev/null", O_RDWR);
        if (chdir(path) || dup2(log, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
            _exit(127);
        execl(binary, "winnow", "run", "x.yaml", "--db", "a.db", "-j", "1", "--retry-failed",
              (char *)NULL);
        _exit(127);
    }
    cr_assert_gt(pid, 0);
    return pid;
}

/* The one worker of a scheduler; 0: none at the moment. */
static pid_t worker_of(pid_t scheduler)
{
    char path[64];
    long pid = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)scheduler, (int)scheduler);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%ld", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return (pid_t)pid;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Whether it came to its end within that time; *ret_status then. */
static bool ends_within(pid_t pid, double seconds, int *ret_status)
{
    const double until = now_s() + seconds;
    while (now_s() < until) {
        if (waitpid(pid, ret_status, WNOHANG) == pid)
            return true;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return false;
}

/*
 * Kills the scheduler, or its worker and then the scheduler, at random moments; *kills counts, to
 * most.
 * Returns whether the grid was finished before.
 */
static bool disturb(const char *folder, struct rng *rng, double longest, int most, int *kills)
{
    int status;
    const pid_t pid = start(folder);
    for (;;) {
        if (ends_within(pid, rng_uniform(rng) * longest, &status))
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        const pid_t worker = rng_uniform(rng) < 0.4 ? worker_of(pid) : 0;
        ++*kills;
        if (worker > 0 && *kills < most) {
            kill(worker, SIGKILL);
            continue;
        }
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return false;
    }
}

Test(cli_checkpoint, killed_at_random_moments_the_bits_are_those_of_an_undisturbed_run,
     .timeout = 300)
{
    const char *wish = getenv("WINNOW_KILL_SEED");
    const unsigned seed = wish ? (unsigned)strtoul(wish, NULL, 10) : (unsigned)time(NULL);
    struct rng rng = rng_stream(seed, RNG_TEST, 0, 0);
    const int most = test_soak() ? KILLS_IN_SOAK : KILLS;
    int kills = 0, grids = 0;
    char folder[32];
    make_folder("base", grid);
    const double started = now_s();
    struct test_output base = run_in("base");
    const double took = now_s() - started;
    ASSERT_STATUS(base, 0);
    test_output_release(&base);
    assert_sql("base", "SELECT count(*), sum(resumed) FROM attempt", "7|0");
    assert_sql("base", "SELECT count(*) > 0 FROM solver", "1");
    assert_sql("base", ledger, "0");
    fprintf(stderr, "WINNOW_KILL_SEED=%u, undisturbed %.2f s\n", seed, took);

    while (kills < most) {
        snprintf(folder, sizeof folder, "grid-%d", grids++);
        make_folder(folder, grid);
        while (kills < most && !disturb(folder, &rng, took / 4, most, &kills))
            ;
        struct test_output rest = run_in(folder); /* or says that there is nothing to do */
        ASSERT_STATUS(rest, 0);
        test_output_release(&rest);
        assert_sql(folder,
                   "SELECT count(*), count(DISTINCT cell) FROM attempt WHERE state = 'done'",
                   "7|7");
        assert_same(folder, seed);
    }
    struct test_output resumed = test_run("cd %s && for f in grid-*; do sqlite3 $f/a.db \"SELECT "
                                          "sum(resumed) FROM attempt WHERE state = 'done'\"; done "
                                          "| awk '{n += $1} END {print n}'",
                                          test_dir());
    cr_assert_gt(strtol(resumed.out, NULL, 10), 0, "seed %u: nothing was resumed: %s%s", seed,
                 resumed.out, resumed.err);
    fprintf(stderr, "%d kills in %d grids, resumed %s", kills, grids, resumed.out);
    test_output_release(&resumed);
}

/* ---- Stopping ---- */

/* In folder, in the shell: begins the run, and waits until two epochs of the cell are known. */
#define BEGIN                                                                                      \
    "cd %s/%s; start run x.yaml --db a.db -j 1 $flags; while [ \"$(sqlite3 -readonly "             \
    "a.db "                                                                                        \
    "'SELECT count(*) > 1 FROM epoch' 2>/dev/null)\" != 1 ]; do kill -0 $pid || exit 9; sleep "    \
    "0.01; "                                                                                       \
    "done; "

/* The undisturbed run to compare with. */
static void run_base(void)
{
    make_folder("base", one);
    struct test_output base = run_in("base");
    ASSERT_STATUS(base, 0);
    test_output_release(&base);
}

static void interrupt(const char *folder)
{
    struct test_output stopped = test_run(BEGIN "kill -INT $pid; wait $pid", test_dir(), folder);
    ASSERT_STATUS(stopped, 130);
    cr_assert(strstr(stopped.err, "stopping: the cells in flight write a checkpoint first"), "%s",
              stopped.err);
    cr_assert(strstr(stopped.err, "1 left for the next run"), "%s", stopped.err);
    assert_sql(folder,
               "SELECT count(*), state, resumed, reason GLOB 'checkpointed after epoch * of "
               "300, to be resumed' FROM attempt",
               "1|lost|0|1");
    test_output_release(&stopped);
}

Test(cli_checkpoint, ctrl_c_writes_one_and_the_next_run_goes_on)
{
    run_base();
    make_folder("c", one);
    interrupt("c");
    struct test_output plan = test_run("cd %s/c; winnow plan x.yaml --db a.db; winnow plan x.yaml "
                                       "--db a.db --json | grep '\"checkpoint\": \"epoch '; winnow "
                                       "db gc --db a.db; winnow why 1 --db a.db | tr '\\n' ' '",
                                       test_dir());
    cr_expect(strstr(plan.out, ", continues after epoch "), "%s", plan.out);
    cr_expect(strstr(plan.out, "\"checkpoint\": \"epoch "), "%s", plan.out);
    cr_expect(strstr(plan.out, "removed 0 files, 0 bytes"), "%s", plan.out);
    cr_expect(strstr(plan.out, "; 1 checkpoint to go on from\n"), "%s", plan.out);
    test_output_release(&plan);
    struct test_output rest = run_in("c");
    ASSERT_STATUS(rest, 0);
    test_output_release(&rest);
    assert_sql("c", "SELECT group_concat(state || ' ' || resumed) FROM attempt", "lost 0,done 1");
    assert_same("c", 0);
    struct test_output why = test_run(
        "cd %s/c; winnow why $(sqlite3 a.db 'SELECT key FROM cell') --db a.db | tr -s ' \\n' ' '",
        test_dir());
    cr_expect(strstr(why.out, "It continued from the checkpoint of an earlier attempt"), "%s",
              why.out);
    test_output_release(&why);
}

Test(cli_checkpoint, a_worker_that_is_told_to_stop_is_no_failure)
{
    make_folder("w", ONE(100000)); /* it is looked for while it works */
    struct test_output output =
        test_run(BEGIN "worker=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v p=$pid '$4 == p {print "
                       "$1}'); kill -TERM $worker; wait $pid",
                 test_dir(), "w");
    ASSERT_STATUS(output, 0);
    assert_sql("w", "SELECT state, reason LIKE 'checkpointed after epoch %' FROM attempt",
               "lost|1");
    test_output_release(&output);
}

/* Outside of a scheduler; nothing is due for an hour, so what is written was held in memory. */
Test(cli_checkpoint, a_cell_of_its_own_exits_85_and_goes_on)
{
    make_folder("o", one);
    interrupt("o"); /* for the cell's JSON */
    struct test_output output = test_run(
        "cd %s/o; sqlite3 a.db \"SELECT json_object('cell', json, 'started', 0, 'scheduler', $$, "
        "'checkpoint', 'kept/x', 'checkpoint_every', 3600) FROM cell\" >job; \"$W\" cell <job "
        "3>one "
        "& pid=$!; until grep -qs '\"epoch\":2,' one; do kill -0 $pid || exit 9; sleep 0.01; done; "
        "kill -USR1 $pid; wait $pid; echo $?; ls kept; tail -n 1 one | grep -o "
        "'^.\"type\":\"end\",\"state\":\"lost\"'; "
        "\"$W\" cell <job 3>two || exit 8; rm kept/x; \"$W\" cell <job 3>three || exit 7; "
        "for f in two three; do grep -E '^.\"type\":\"(epoch|selection)\"' $f | "
        "sed 's/\"[a-z]*_ns\":[0-9]*//g' >$f.txt; done; "
        "wc -l <two.txt; cmp two.txt three.txt; grep -o '\"resumed\":.' two three",
        test_dir());
    ASSERT_STATUS(output, 0);
    /* 300 epochs, and a selection in every tenth. */
    cr_assert_str_eq(output.out,
                     "85\nx\n{\"type\":\"end\",\"state\":\"lost\"\n330\ntwo:\"resumed\":1\nthree:"
                     "\"resumed\":0\n",
                     "%s%s", output.out, output.err);
    cr_assert(strstr(output.err, "checkpointed after epoch "), "%s", output.err);
    test_output_release(&output);
}

/* ---- Those that will not do ---- */

Test(cli_checkpoint, one_that_will_not_do_is_refused_and_the_cell_starts_over)
{
    static const struct {
        const char *folder, *damage, *reason;
    } cases[] = {
        {"cut", "truncate -s -1 $c", "its checksum is wrong"},
        {"machine",
         "sed -i '1s/\"machine\": *\".\\{8\\}/\"machine\":\"Abacus 1/' $c; head -c -64 $c >d; (cat "
         "d; "
         "sha256sum <d | head -c 64) >$c",
         "it was made on"},
    };
    run_base();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_folder(cases[i].folder, one);
        interrupt(cases[i].folder);
        struct test_output damaged = test_run("cd %s/%s; c=$(ls a.db.checkpoints/*); %s",
                                              test_dir(), cases[i].folder, cases[i].damage);
        ASSERT_STATUS(damaged, 0);
        test_output_release(&damaged);
        struct test_output rest = run_in(cases[i].folder);
        ASSERT_STATUS(rest, 0);
        test_output_release(&rest);
        char query[512];
        snprintf(query, sizeof query,
                 "SELECT a.state, a.resumed, w.code, w.text LIKE 'the cell starts over: "
                 "%%a.db.checkpoints/%%' || '%s' || '%%' FROM attempt a LEFT JOIN warning w ON "
                 "w.attempt = a.id AND w.code = 'CHECKPOINT'",
                 cases[i].reason);
        assert_sql(cases[i].folder, query, "lost|0|| done|0|CHECKPOINT|1");
        /* The warning is right, and all that differs. */
        char command[512];
        snprintf(command, sizeof command,
                 "cd %s && for f in base %s; do sqlite3 $f/a.db <dump.sql | grep -v ^warning "
                 ">$f.txt; done; cmp base.txt %s.txt; ls -A %s | grep checkpoints; true",
                 test_dir(), cases[i].folder, cases[i].folder, cases[i].folder);
        struct test_output differ = test_run("%s", command);
        ASSERT_STATUS(differ, 0);
        cr_assert_str_eq(differ.out, "", "%s", differ.out);
        test_output_release(&differ);
    }
}

/* KEY.PID: killed between the two calls that put a whole file in the place of another. */
Test(cli_checkpoint, what_a_killed_worker_left_goes_with_its_cell)
{
    make_folder("k", one);
    interrupt("k");
    struct test_output output = test_run(
        "cd %s/k; c=$(ls a.db.checkpoints); o=$(echo $c | tr 0-9a-f f0-9a-e); touch "
        "a.db.checkpoints/$o.123 a.db.checkpoints/notes; for seeds in 1 1 2; do touch "
        "a.db.checkpoints/$c.123; winnow run x.yaml --db a.db --set seed=$seeds >&2 || exit 8; "
        "ls a.db.checkpoints | sed s/$o/other/ | LC_ALL=C sort -r | tr '\\n' ' '; done",
        test_dir());
    ASSERT_STATUS(output, 0);
    cr_expect_str_eq(output.out, "other.123 notes other.123 notes other.123 notes ", "%s",
                     output.out);
    test_output_release(&output);
}

Test(cli_checkpoint, gc_removes_those_from_which_no_cell_goes_on)
{
    make_folder("g", one);
    interrupt("g");
    struct test_output output =
        test_run("cd %s/g; c=$(ls a.db.checkpoints); cp a.db.checkpoints/$c kept; cp kept "
                 "a.db.checkpoints/$(echo $c | tr "
                 "0-9a-f f0-9a-e); winnow db gc --db a.db; ls a.db.checkpoints | grep -c $c; ls "
                 "a.db.checkpoints | wc "
                 "-l; "
                 "winnow run x.yaml --db a.db >&2 || exit 8; ls a.db.checkpoints | wc -l; mkdir "
                 "a.db.checkpoints; cp kept a.db.checkpoints/$c; "
                 "winnow db gc --db a.db --dry-run; winnow run x.yaml --db a.db >&2; ls "
                 "a.db.checkpoints | wc "
                 "-l; "
                 "mkdir -p a.db.checkpoints; cp kept a.db.checkpoints/$c; winnow db gc --db a.db "
                 ">/dev/null; ls a.db.checkpoints | wc -l",
                 test_dir());
    ASSERT_STATUS(output, 0);
    cr_expect(strstr(output.out, ": a checkpoint that no cell will continue from, "), "%s",
              output.out);
    cr_expect(strstr(output.out, "removed 1 file, "), "%s", output.out);
    cr_expect(strstr(output.out, "\n1\n1\n0\n"), "%s", output.out);
    cr_expect(strstr(output.out, "would remove 1 file, "), "%s", output.out);
    test_output_release(&output);
}

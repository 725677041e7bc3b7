/*
 * A grid whose scheduler, worker or both get signals again and again, at random moments, on a disk
 * that runs full in between: in the end each cell is done exactly once, with the bits of an
 * undisturbed run, the database is whole, and nothing is left behind. WINNOW_SOAK=1 (make soak)
 * makes it 200 cells, 100 kills and 10 full disks.
 */
#include "tests/support/small_disk.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char mark[] = "WINNOW_TEST_KILL";

struct size {
    int seeds, epochs, kills, full, longest_ms; /* until a kill */
};
enum { CELLS_A_SEED = 10, DISK_MIB = 96, MOST_WORKERS = 8 };

static const char *const grid = "name: grid\n"
                                "dataset: {name: synthetic, samples: 400, classes: 4}\n"
                                "model: {name: mlp, width: 16}\n"
                                "pruner: [random, random-dynamic, {name: ucb, period: 2},\n"
                                "         infobatch, {name: el2n, runs: 2, at: 2}]\n"
                                "rate: [0.3, 0.7]\n"
                                "seed: %d\n"
                                "train: {epochs: %d, batch: 32}\n";

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Starts winnow run on the disk; what it says goes to the file err. */
static pid_t start(const char *disk)
{
    char yaml[256], db[256], err[256];
    snprintf(yaml, sizeof yaml, "%s/grid.yaml", test_dir());
    snprintf(db, sizeof db, "%s/a.db", disk);
    snprintf(err, sizeof err, "%s/err", test_dir());
    const pid_t pid = fork();
    if (pid == 0) {
        const int fd = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        dup2(fd, STDERR_FILENO);
        execl(test_binary(), "winnow", "run", yaml, "--db", db, "-j", "2", "--retry-failed",
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

static bool has_ended(pid_t pid, int *ret_status)
{
    return waitpid(pid, ret_status, WNOHANG) == pid;
}

/* Whether the program says so within a generous while. */
static bool says(pid_t pid, const char *text)
{
    char path[256];
    int status;
    snprintf(path, sizeof path, "%s/err", test_dir());
    for (int i = 0; i < 3000; i++) {
        char *err = test_read_file(path);
        const bool found = err && strstr(err, text);
        const bool ended = !found && has_ended(pid, &status);
        cr_assert(!ended, "ended before it said '%s', saying '%s'", text, err ? err : "");
        free(err);
        if (found)
            return true;
        sleep_ms(10);
    }
    return false;
}

static void fill(const char *disk)
{
    static const char zeros[4096];
    char path[256];
    snprintf(path, sizeof path, "%s/fill", disk);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    while (fwrite(zeros, sizeof zeros, 1, file) == 1 && fflush(file) == 0)
        ;
    fclose(file);
}

static void make_room(const char *disk)
{
    char path[256];
    snprintf(path, sizeof path, "%s/fill", disk);
    cr_assert_eq(unlink(path), 0);
}

/* Processes that bear the mark, zombies apart: theirs is empty. */
static int marked_processes(void)
{
    int count = 0;
    DIR *proc = opendir("/proc");
    cr_assert_not_null(proc);
    for (struct dirent *entry; (entry = readdir(proc));) {
        char path[300], environment[65536];
        snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
        FILE *file = fopen(path, "rb");
        if (!file)
            continue;
        const size_t size = fread(environment, 1, sizeof environment - 1, file);
        fclose(file);
        environment[size] = '\0';
        for (size_t at = 0; at < size; at += strlen(environment + at) + 1)
            count += strncmp(environment + at, mark, sizeof mark - 1) == 0;
    }
    closedir(proc);
    return count;
}

static void assert_answer(const char *db, const char *query, const char *wanted)
{
    struct test_output output = test_run("sqlite3 '%s' \"%s\" | tr '\\n' ' '", db, query);
    cr_assert_str_eq(output.out, wanted, "%s: got '%s', wanted '%s' %s", query, output.out, wanted,
                     output.err);
    test_output_release(&output);
}

/* Its children: workers, one of them or all. */
static void signal_workers(pid_t scheduler, int number, bool all)
{
    struct test_output found =
        test_run("awk '$4 == %d {print $1}' /proc/[0-9]*/stat 2>/dev/null", (int)scheduler);
    long workers[MOST_WORKERS];
    int count = 0;
    for (char *at = found.out, *end; count < MOST_WORKERS; at = end) {
        const long pid = strtol(at, &end, 10);
        if (end == at)
            break;
        workers[count++] = pid;
    }
    const int one = count ? rand() % count : 0;
    for (int i = 0; i < count; i++)
        if (all || i == one)
            kill((pid_t)workers[i], number);
    test_output_release(&found);
}

/* Fills it, sees to it that the grid waits, and makes room again where it is to go on. */
static void run_full(const char *disk, pid_t pid, bool goes_on)
{
    cr_assert(says(pid, "to run"), "it never began"); /* a full disk lets none begin */
    fill(disk);
    cr_assert(says(pid, "disk full: paused"), "the full disk went unnoticed");
    if (!goes_on)
        return;
    make_room(disk);
    cr_assert(says(pid, "going on after"), "it did not go on");
}

/* What somebody may do to a grid. Returns whether the scheduler is to end by that. */
static bool disturb(pid_t pid, bool full)
{
    static const int numbers[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    const int number = numbers[rand() % 5];
    enum { SCHEDULER, WORKER, BOTH };
    const int target = full ? SCHEDULER : rand() % 3;
    if (target != SCHEDULER)
        signal_workers(pid, number, target == BOTH);
    if (target != WORKER)
        kill(pid, number);
    return target != WORKER;
}

/* Disturbs it after a random while; every so often on a full disk, which every second time is
 * waited out first. Returns whether it lived to be disturbed; a grid that goes on is killed. */
static bool kill_once(const char *disk, const struct size *size, int i)
{
    const int every = size->kills / size->full;
    const bool full = i % every == every - 1, goes_on = full && i / every % 2 == 0;
    int status;
    const pid_t pid = start(disk);
    sleep_ms(40 + rand() % size->longest_ms);
    if (has_ended(pid, &status)) {
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
        return false;
    }
    if (full)
        run_full(disk, pid, goes_on);
    if (goes_on)
        sleep_ms(rand() % size->longest_ms);
    if (!disturb(pid, full)) {
        sleep_ms(rand() % size->longest_ms);
        kill(pid, SIGKILL);
    }
    waitpid(pid, &status, 0);
    if (full && !goes_on)
        make_room(disk);
    return !WIFEXITED(status) || WEXITSTATUS(status) == 130;
}

static void assert_whole(const char *disk, int cells)
{
    char db[256], wanted[64];
    snprintf(db, sizeof db, "%s/a.db", disk);
    snprintf(wanted, sizeof wanted, "%d|%d ", cells, cells);
    assert_answer(db, "SELECT count(*), count(DISTINCT cell) FROM attempt WHERE state = 'done'",
                  wanted);
    assert_answer(db,
                  "SELECT state, reason FROM attempt WHERE state NOT IN ('done', 'lost') AND NOT "
                  "(state = 'failed' AND lower(reason) GLOB '*sig*')",
                  "");
    assert_answer(db, "PRAGMA integrity_check; PRAGMA foreign_key_check", "ok ");
    struct test_output check = test_run("winnow db check --db '%s'", db);
    cr_assert_eq(check.status, 0, "%s%s", check.out, check.err);
    test_output_release(&check);
    /* The scores of el2n, one file a seed, are what a next run uses. */
    struct test_output left = test_run("cd '%s'; find . -type f ! -path './artifacts/*'; find . "
                                       "-type f -path './artifacts/*' | grep -cv "
                                       "'/[0-9a-f]\\{64\\}[.a-z]*$'",
                                       disk);
    cr_assert_str_eq(left.out, "./a.db\n0\n", "left over: %s", left.out);
    test_output_release(&left);
}

/* To the last bit what a grid gives that nobody disturbs. */
static void assert_same_as_undisturbed(const char *disk)
{
    struct test_output output = test_run(
        "cd %s; winnow run grid.yaml --db b.db -j 2 2>/dev/null || exit 9; for db in b.db "
        "'%s/a.db'; do sqlite3 $db \"SELECT r.cell, e.epoch, e.kept, printf('%%!.17g %%!.17g', "
        "e.train_loss, e.test_accuracy) FROM v_run r JOIN epoch e USING (attempt) ORDER BY 1, 2\" "
        ">$(basename $db).txt; done; cmp a.db.txt b.db.txt && test -s b.db.txt",
        test_dir(), disk);
    cr_assert_eq(output.status, 0, "%s%s", output.out, output.err);
    test_output_release(&output);
}

Test(kill, a_grid_survives_kills_and_full_disks)
{
    const bool soak = test_soak();
    const struct size size =
        soak ? (struct size){20, 300, 100, 10, 500} : (struct size){4, 100, 6, 2, 250};
    const char *disk = test_small_disk(DISK_MIB);
    const unsigned seed = (unsigned)time(NULL);
    char text[1024], path[256];
    int killed = 0, status;
    srand(seed);
    if (soak)
        fprintf(stderr, "kill: srand(%u)\n", seed);
    snprintf(text, sizeof text, grid, size.seeds, size.epochs);
    snprintf(path, sizeof path, "%s/grid.yaml", test_dir());
    test_write_file(path, text);
    setenv(mark, "1", 1);
    for (int i = 0; i < size.kills; i++)
        killed += kill_once(disk, &size, i);
    const pid_t last = start(disk);
    waitpid(last, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x (srand %u)", status, seed);
    cr_assert_eq(killed, size.kills, "it was done after %d kills: make the cells longer", killed);
    for (int i = 0; i < 50 && marked_processes() > 0; i++)
        sleep_ms(20);
    cr_assert_eq(marked_processes(), 0, "%d processes are left", marked_processes());
    assert_whole(disk, CELLS_A_SEED * size.seeds);
    assert_same_as_undisturbed(disk);
    if (soak) {
        snprintf(path, sizeof path, "%s/a.db", disk);
        struct test_output told = test_run(
            "sqlite3 '%s' 'SELECT state, count(*), count(DISTINCT cell) FROM attempt GROUP BY 1'",
            path);
        fprintf(stderr, "%d kills; attempts by state, and their cells:\n%s", killed, told.out);
        test_output_release(&told);
    }
}

#include "harness/bench/cells.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A serving process. */
struct server {
    pid_t pid; /* 0: not running */
    FILE *orders, *answers;
};

/* ---- One process ---- */

static int spawn(struct server *server, const int orders[2], const int answers[2],
                 const char *const *argv, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, orders[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, answers[1], STDOUT_FILENO);
    /* posix_spawn writes to none of the texts; its type is older than const. */
    char *const *words = (char *const *)(const void *)argv;
    const int failed = posix_spawn(&server->pid, "/proc/self/exe", &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed ? err_set(err, "cannot start a cell: %s", strerror(failed)) : 0;
}

/* The ends that stay here must not stay open in later children: their closing is what ends one. */
static int open_pipe(int ret_ends[2], struct err *err)
{
    if (pipe(ret_ends))
        return err_set(err, "no pipe: %s", strerror(errno));
    fcntl(ret_ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ret_ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

static int start(struct server *server, const char *const *argv, struct err *err)
{
    int orders[2], answers[2];
    *server = (struct server){.pid = 0};
    if (open_pipe(orders, err))
        return -1;
    if (open_pipe(answers, err)) {
        close(orders[0]);
        close(orders[1]);
        return -1;
    }
    const int failed = spawn(server, orders, answers, argv, err);
    close(orders[0]);
    close(answers[1]);
    server->orders = fdopen(orders[1], "w");
    server->answers = fdopen(answers[0], "r");
    REQUIRE(server->orders && server->answers);
    return failed;
}

/* Also of one that was never started. */
static void end(struct server *server)
{
    if (server->orders)
        fclose(server->orders);
    if (server->answers)
        fclose(server->answers);
    int status;
    while (server->pid && waitpid(server->pid, &status, 0) < 0 && errno == EINTR)
        ;
    *server = (struct server){.pid = 0};
}

static int read_line(struct server *server, char *ret_line, int size, struct err *err)
{
    if (!fgets(ret_line, size, server->answers))
        return err_set(err, "a cell has ended before it answered");
    ret_line[strcspn(ret_line, "\n")] = '\0';
    return 0;
}

static int wait_ready(struct server *server, struct err *err)
{
    char text[64];
    if (read_line(server, text, sizeof text, err))
        return -1;
    return strcmp(text, "ready") == 0 ? 0 : err_set(err, "a cell says '%s', not ready", text);
}

/* ---- Rounds ---- */

/* All of them at once; the sum of their images/s. */
static int measure(struct server *servers, int count, double *ret_images_per_s, struct err *err)
{
    double sum = 0;
    for (int i = 0; i < count; i++) {
        fputs("go\n", servers[i].orders);
        fflush(servers[i].orders);
    }
    for (int i = 0; i < count; i++) {
        char text[64];
        double value;
        if (read_line(&servers[i], text, sizeof text, err))
            return -1;
        if (!str_parse_double(text, &value))
            return err_set(err, "a cell says '%s', not its images/s", text);
        sum += value;
    }
    *ret_images_per_s = sum;
    return 0;
}

static int measure_rounds(struct server *cells, int n, struct server *team, int rounds,
                          struct bench_cells *ret_cells, struct err *err)
{
    enum { ONE, TEAM, BESIDE, WAYS };
    double *values[WAYS], medians[WAYS];
    for (int way = 0; way < WAYS; way++)
        MEM_NEW(values[way], (size_t)rounds);
    int failed = 0;
    for (int round = 0; round < rounds && !failed; round++)
        failed = measure(cells, 1, &values[ONE][round], err) ||
                 measure(team, 1, &values[TEAM][round], err) ||
                 measure(cells, n, &values[BESIDE][round], err);
    for (int way = 0; way < WAYS; way++) {
        medians[way] = num_quantile(values[way], (size_t)rounds, 0.5);
        mem_free(values[way]);
    }
    if (failed)
        return -1;
    *ret_cells = (struct bench_cells){medians[ONE], medians[TEAM], medians[BESIDE]};
    return 0;
}

int bench_cells_measure(int n, int rounds, const char *const *argv, int threads_at,
                        struct bench_cells *ret_cells, struct err *err)
{
    struct server servers[BENCH_MOST_CELLS + 1] = {{0}}; /* n cells, then the team */
    char threads[12];
    int started = 0, failed = 0;
    size_t words = 0;
    REQUIRE(n >= 2 && n <= BENCH_MOST_CELLS);
    while (argv[words])
        words++;
    const char **line;
    MEM_NEW(line, words + 1);
    memcpy(line, argv, words * sizeof *argv);
    line[threads_at] = threads;
    /* A process that dies is noticed by its silence. */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    for (; started <= n && !failed; started++) {
        snprintf(threads, sizeof threads, "%d", started < n ? 1 : n);
        failed = start(&servers[started], line, err);
    }
    for (int i = 0; i < started && !failed; i++)
        failed = wait_ready(&servers[i], err);
    if (!failed)
        failed = measure_rounds(servers, n, &servers[n], rounds, ret_cells, err);
    for (int i = 0; i < started; i++)
        end(&servers[i]);
    sigaction(SIGPIPE, &before, NULL);
    mem_free(line);
    return failed ? -1 : 0;
}

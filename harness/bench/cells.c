#include "harness/bench/cells.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/process.h"
#include "base/str.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A serving process. */
struct server {
    struct process process;
    FILE *answers;
};

/* ---- One process ---- */

static int start(struct server *server, const char *const *argv, struct err *err)
{
    const struct process_setup setup = {
        .argv = argv, .self = true, .streams = {PROCESS_PIPE, PROCESS_PIPE}};
    if (process_start(&setup, &server->process, err))
        return -1;
    int *output = &server->process.ends[STDOUT_FILENO];
    server->answers = fdopen(*output, "r");
    REQUIRE(server->answers);
    *output = -1; /* fclose closes it */
    return 0;
}

/* Its orders are at their end then, and so is it. */
static void end(struct server *server)
{
    fclose(server->answers);
    process_wait(&server->process);
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
    for (int i = 0; i < count; i++)
        dprintf(servers[i].process.ends[STDIN_FILENO], "go\n");
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
    struct server servers[BENCH_MOST_CELLS + 1]; /* n cells, then the team */
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
    for (; started <= n && !failed; started += !failed) {
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

/*
 * winnow cell: the worker. Reads one job (harness/run/worker.h) from stdin, runs the cell, writes
 * records to descriptor 3. Started by `winnow run`, not by people.
 *
 * How it ends is the last record, also where it cannot run (failed, with the reason). A job with a
 * checkpoint goes on from it, and SIGUSR1 or SIGTERM makes one, at once, whatever it is doing: exit
 * code 85, and an end record that says how far it came (lost).
 */
#include "base/standstill.h"
#include "base/time.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/forecast/measure.h"
#include "harness/keep/keeper.h"
#include "harness/machine/disturbance.h"
#include "harness/machine/environment.h"
#include "harness/machine/pin.h"
#include "harness/run/worker.h"
#include "harness/train/train.h"
#include "results/record/wire.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct cmd_line line = {
    "cell", "", "Runs one cell: a job on stdin, records to descriptor 3. `winnow run` starts it.",
    NULL,   0,  0,
};

/* What goes to the scheduler. */
struct outlet {
    pthread_mutex_t mutex; /* a record is written in one piece */
    struct keeper *keeper; /* NULL: nothing is kept */
};

/* A scheduler that is gone has closed the pipe: SIGPIPE ends the worker then, as it should. */
static void write_line(const struct record *record)
{
    struct str text = {0};
    wire_encode(record, &text);
    for (size_t sent = 0; sent < text.length;) {
        const ssize_t count = write(WORKER_RECORDS, text.text + sent, text.length - sent);
        if (count < 0 && errno != EINTR)
            DIE("cannot write a record: %s", strerror(errno));
        sent += count > 0 ? (size_t)count : 0;
    }
    str_release(&text);
}

static void write_record(void *context, const struct record *record)
{
    struct outlet *outlet = context;
    pthread_mutex_lock(&outlet->mutex);
    write_line(record);
    pthread_mutex_unlock(&outlet->mutex);
}

static void warn(struct outlet *outlet, const char *code, const char *text)
{
    write_record(outlet, &(struct record){.kind = RECORD_WARNING, .warning = {code, text}});
}

/* ---- Stopping ---- */

static void list_signals(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGUSR1);
    sigaddset(ret_signals, SIGTERM);
}

/* Ends the process without exit(), and lets no record follow: the other threads are in the middle
 * of their work. */
static void *wait_and_stop(void *context)
{
    struct outlet *outlet = context;
    struct str text = {0};
    sigset_t signals;
    int number;
    list_signals(&signals);
    while (sigwait(&signals, &number) || !keeper_stop(outlet->keeper, &text))
        ;
    struct record_end end = record_end_of(ATTEMPT_LOST);
    end.reason = str_text(&text);
    pthread_mutex_lock(&outlet->mutex);
    write_line(&(struct record){.kind = RECORD_END, .end = end});
    cmd_say("%s\n", str_text(&text));
    _exit(EXIT_CHECKPOINTED);
}

/* Starts a thread that waits for the signals, which are blocked in this thread and in all that it
 * starts from now on: to be called before there are others. outlet lives as long as the process. */
static int watch_for_stop(struct outlet *outlet, struct err *err)
{
    pthread_t thread;
    sigset_t signals;
    list_signals(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    const int failed = pthread_create(&thread, NULL, wait_and_stop, outlet);
    if (failed)
        return err_set(err, "no thread to wait for signals: %s", strerror(failed));
    pthread_detach(thread);
    return 0;
}

/* ---- The job ---- */

static void read_stdin(struct str *ret_text)
{
    char buffer[4096];
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        str_add_bytes(ret_text, buffer, (size_t)count);
}

/* Not where the user chose the kernels: then nobody knows what the library would have chosen. */
static void warn_of_blas(struct outlet *outlet, const struct record_environment *environment)
{
    const char *found = environment->blas_core_found;
    char text[256];
    if (strcmp(environment->blas_core, found) == 0 || strcmp(found, "unknown") == 0)
        return;
    snprintf(text, sizeof text, "OpenBLAS took this CPU for %s; winnow set it to %s", found,
             environment->blas_core);
    warn(outlet, "BLAS_CORE", text);
}

/* Only so much of the cell that one can tell how long it takes. */
static int run_mini_epoch(const struct worker_job *job, const struct cell *cell,
                          struct outlet *outlet, struct arena *arena, struct err *err)
{
    const struct train_places places = {.data_dirs = dataset_dirs(job->data_dir, arena)};
    struct record_end end;
    const int64_t start_ns = time_now() - job->started;
    if (measure_mini_epoch(cell, &places, &end, err))
        return -1;
    end.phase_ns[PHASE_OTHER] = start_ns;
    end.peak_memory_bytes = environment_peak_memory();
    write_record(outlet, &(struct record){.kind = RECORD_END, .end = end});
    return 0;
}

/* Where it is bound to; NULL where it is not, with a warning if it should have been. */
static const char *bind_to(const char *list, struct outlet *outlet)
{
    struct err err;
    if (!list || pin_bind(list, &err) == 0)
        return list;
    warn(outlet, "PIN", err.text);
    return NULL;
}

static int run_job(const struct worker_job *job, struct outlet *outlet, struct arena *arena,
                   struct err *err)
{
    struct cell cell;
    struct clock clock;
    struct record_environment environment;
    struct record_end end;
    const struct train_sink sink = {write_record, outlet};
    const double load = environment_load_average();
    clock_start(&clock, job->started);
    if (cell_from_json(job->cell, arena, &cell, err))
        return -1;
    if (job->measure)
        return run_mini_epoch(job, &cell, outlet, arena, err);
    environment_record(cell.engine.threads, arena, &environment);
    write_record(outlet, &(struct record){.kind = RECORD_ENVIRONMENT, .environment = environment});
    warn_of_blas(outlet, &environment);
    if (job->checkpoint)
        outlet->keeper = keeper_new(job->checkpoint, job->checkpoint_every);
    struct disturbance before;
    disturbance_begin(bind_to(job->pin, outlet), &before);
    clock.still = standstill_watch();
    const struct train_places places = {
        .data_dirs = dataset_dirs(job->data_dir, arena),
        .artifacts = job->artifacts,
        .reuse = job->reuse,
        .machine = arena_printf(arena, "%s, %s", environment.cpu, environment.blas_core),
        .keeper = outlet->keeper,
    };
    if ((outlet->keeper && watch_for_stop(outlet, err)) ||
        train_cell(&cell, &places, &clock, &sink, &end, err))
        return -1;
    if (outlet->keeper)
        keeper_finish(outlet->keeper);
    const struct disturbance_span span = {.wall = clock_wall(&clock),
                                          .trained = clock.trained_ns,
                                          .trained_cpu = clock.trained_cpu_ns,
                                          .stopped = standstill_ns(clock.still)};
    disturbance_end(&before, &span, cell.engine.threads, arena, &end.timing);
    end.load_average = load;
    end.peak_memory_bytes = environment_peak_memory();
    end.context_switches = environment_context_switches();
    write_record(outlet, &(struct record){.kind = RECORD_END, .end = end});
    return 0;
}

/* For the scheduler, and in words for the log. */
static int give_up(struct outlet *outlet, const struct err *err)
{
    struct record_end end = record_end_of(ATTEMPT_FAILED);
    end.cause = CAUSE_REFUSED;
    end.reason = err->text;
    if (outlet->keeper)
        keeper_finish(outlet->keeper);
    write_record(outlet, &(struct record){.kind = RECORD_END, .end = end});
    return cmd_fail(&line, EXIT_CELLS_FAILED, err->text);
}

static int take_job(const struct worker_job *job, struct arena *arena)
{
    struct outlet *outlet;
    struct err err;
    MEM_NEW(outlet, 1);
    pthread_mutex_init(&outlet->mutex, NULL);
    const int code = run_job(job, outlet, arena, &err) ? give_up(outlet, &err) : EXIT_DONE;
    /* With a keeper, the thread that waits for signals has both until the process ends. */
    if (!outlet->keeper)
        mem_free(outlet);
    return code;
}

int cmd_cell(int argc, char **argv)
{
    struct arena arena = {0};
    struct worker_job job;
    struct str text = {0};
    struct err err;
    if (argc > 1)
        return cmd_element(argc, argv);
    const int parsed = cmd_parse(&line, argc, argv, NULL, NULL);
    if (parsed >= 0)
        return parsed;
    /* The scheduler has set what OpenBLAS wants; a worker started otherwise starts itself anew. */
    if (environment_correct_blas(argv, WORKER_BLAS_THREADS, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    read_stdin(&text);
    int code = EXIT_DONE;
    if (worker_job_from_json(str_text(&text), &arena, &job, &err)) {
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != job.scheduler)
            code = cmd_fail(&line, EXIT_INTERRUPTED, "the scheduler is gone");
        else
            code = take_job(&job, &arena);
    }
    str_release(&text);
    arena_release(&arena);
    return code;
}

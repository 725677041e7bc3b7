/*
 * winnow cell: the worker. Reads one job (harness/run/worker.h) from stdin, runs the cell, writes
 * records to descriptor 3. Started by `winnow run`, not by people.
 *
 * A job with a checkpoint goes on from it, and SIGUSR1 or SIGTERM makes one: exit code 85, and no
 * end record.
 */
#include "base/time.h"
#include "harness/cmd/kit/cell_stop.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/forecast/measure.h"
#include "harness/machine/disturbance.h"
#include "harness/machine/environment.h"
#include "harness/machine/pin.h"
#include "harness/run/worker.h"
#include "harness/train/train.h"
#include "results/record/wire.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const struct cmd_line line = {
    "cell", "", "Runs one cell: a job on stdin, records to descriptor 3. `winnow run` starts it.",
    NULL,   0,  0,
};

/* A scheduler that is gone has closed the pipe: SIGPIPE ends the worker then, as it should. */
static void write_record(void *context, const struct record *record)
{
    (void)context;
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

static void read_stdin(struct str *ret_text)
{
    char buffer[4096];
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        str_add_bytes(ret_text, buffer, (size_t)count);
}

/* Not where the user chose the kernels: then nobody knows what the library would have chosen. */
static void warn_of_blas(const struct record_environment *environment)
{
    const char *found = environment->blas_core_found;
    char text[256];
    if (strcmp(environment->blas_core, found) == 0 || strcmp(found, "unknown") == 0)
        return;
    snprintf(text, sizeof text, "OpenBLAS took this CPU for %s; winnow set it to %s", found,
             environment->blas_core);
    write_record(NULL, &(struct record){.kind = RECORD_WARNING, .warning = {"BLAS_CORE", text}});
}

/* Only so much of the cell that one can tell how long it takes. */
static int run_mini_epoch(const struct worker_job *job, const struct cell *cell,
                          struct arena *arena, struct err *err)
{
    const struct train_places places = {.data_dirs = dataset_dirs(job->data_dir, arena)};
    struct record_end end;
    const int64_t start_ns = time_now() - job->started;
    if (measure_mini_epoch(cell, &places, &end, err))
        return -1;
    end.phase_ns[PHASE_OTHER] = start_ns;
    end.peak_memory_bytes = environment_peak_memory();
    write_record(NULL, &(struct record){.kind = RECORD_END, .end = end});
    return 0;
}

/* Where it is bound to; NULL where it is not, with a warning if it should have been. */
static const char *bind_to(const char *list)
{
    struct err err;
    if (!list || pin_bind(list, &err) == 0)
        return list;
    write_record(NULL, &(struct record){.kind = RECORD_WARNING, .warning = {"PIN", err.text}});
    return NULL;
}

static int run_job(const struct worker_job *job, struct arena *arena, struct err *err)
{
    struct cell cell;
    struct clock clock;
    struct record_environment environment;
    struct record_end end;
    const struct train_sink sink = {write_record, NULL};
    const double load = environment_load_average();
    clock_start(&clock, job->started);
    if (cell_from_json(job->cell, arena, &cell, err))
        return -1;
    if (job->measure)
        return run_mini_epoch(job, &cell, arena, err);
    environment_record(cell.engine.threads, arena, &environment);
    write_record(NULL, &(struct record){.kind = RECORD_ENVIRONMENT, .environment = environment});
    warn_of_blas(&environment);
    struct disturbance before;
    disturbance_begin(bind_to(job->pin), &before);
    const struct train_places places = {
        .data_dirs = dataset_dirs(job->data_dir, arena),
        .artifacts = job->artifacts,
        .reuse = job->reuse,
        .machine = arena_printf(arena, "%s, %s", environment.cpu, environment.blas_core),
        /* Not freed: the thread that waits for signals has it until the process ends. */
        .keeper = job->checkpoint ? keeper_new(job->checkpoint, job->checkpoint_every) : NULL,
    };
    if (places.keeper && cmd_cell_stop_watch(places.keeper, err))
        return -1;
    if (train_cell(&cell, &places, &clock, &sink, &end, err))
        return -1;
    if (places.keeper)
        keeper_finish(places.keeper);
    const struct disturbance_span span = {.wall = clock_wall(&clock),
                                          .trained = clock.trained_ns,
                                          .trained_cpu = clock.trained_cpu_ns};
    disturbance_end(&before, &span, cell.engine.threads, arena, &end.timing);
    end.load_average = load;
    end.peak_memory_bytes = environment_peak_memory();
    end.context_switches = environment_context_switches();
    write_record(NULL, &(struct record){.kind = RECORD_END, .end = end});
    return 0;
}

int cmd_cell(int argc, char **argv)
{
    struct arena arena;
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
    arena_init(&arena);
    read_stdin(&text);
    int code = EXIT_DONE;
    if (worker_job_from_json(str_text(&text), &arena, &job, &err)) {
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != job.scheduler)
            code = cmd_fail(&line, EXIT_INTERRUPTED, "the scheduler is gone");
        else if (run_job(&job, &arena, &err))
            code = cmd_fail(&line, EXIT_CELLS_FAILED, err.text);
    }
    str_release(&text);
    arena_release(&arena);
    return code;
}

/*
 * worker: the process that runs one cell, seen from the scheduler.
 *
 * The worker is this same program, started as `winnow cell` in a process group of its own. It reads
 * its job from stdin, writes records to descriptor WORKER_RECORDS, and whatever it or a library
 * says on stdout and stderr is its log, of which the tail is kept. It dies with its scheduler.
 *
 *     struct worker worker;
 *     worker_start(&worker, &job, assignments, &err);
 *     poll what worker_poll gives; worker_read(...) until it is false
 *     worker_finish(&worker, &end);
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/str.h"
#include "results/record/record.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

enum {
    WORKER_RECORDS = 3, /* descriptor */
    /* BLAS's and OpenMP's: a cell's threads are the engine's own team, of which each calls BLAS */
    WORKER_BLAS_THREADS = 1,
    WORKER_LOG_TAIL = 4096, /* bytes */
    WORKER_FDS = 2,         /* to be polled */
};

/* What a worker is told: one JSON object on its stdin. */
struct worker_job {
    const char *cell;        /* canonical JSON */
    const char *data_dir;    /* or NULL */
    const char *artifacts;   /* folder of shared scores (artifact.h), or NULL */
    bool reuse;              /* what lies there */
    const char *checkpoint;  /* file (checkpoint.h), or NULL: none is read or written */
    double checkpoint_every; /* seconds, at least */
    bool measure;            /* only a mini-epoch of it (measure.h) */
    const char *pin;         /* processors to be bound to: "0,2", or NULL */
    int64_t started;         /* time_now() of the scheduler: the cell's time runs from here */
    pid_t scheduler;
};

char *worker_job_to_json(const struct worker_job *job, struct arena *arena);
int worker_job_from_json(const char *json, struct arena *arena, struct worker_job *ret_job,
                         struct err *err);

struct worker {
    struct process process;
    struct str line; /* the record that is being read */
    struct str tail; /* of the log */
    bool ended;      /* the end record has come */
    struct record_end end;
    struct err broken; /* why its records could not be read; "" while they can */
    struct arena arena;
};

/* "NAME=value" of what workers must be started with, NULL-terminated, in the arena. */
const char *const *worker_assignments(struct arena *arena);
/* assignments: "NAME=value" for the worker's environment, NULL-terminated, over the scheduler's
 * own. */
int worker_start(struct worker *worker, const struct worker_job *job,
                 const char *const *assignments, struct err *err);
/* What there is to read of it; nothing of a pipe that is at its end. */
void worker_poll(const struct worker *worker, struct pollfd ret_fds[WORKER_FDS]);
/*
 * Reads what the pipes hold now and hands each whole record but the last to take. Returns false
 * once both pipes are at their end.
 */
bool worker_read(struct worker *worker, void (*take)(void *context, const struct record *record),
                 void *context);
/*
 * Waits for the process and frees everything but arena. ret_end is the worker's own account of how
 * it ended, where it has given one, otherwise a failed attempt with what its exit tells of the
 * cause. Of what is not done, the tail of the log is in it. The texts live in worker->arena, which
 * the caller releases.
 */
void worker_finish(struct worker *worker, struct record_end *ret_end);
/*
 * SIGUSR1 tells it to write its checkpoint and end; without one, it goes on to its end. SIGSTOP
 * stops it where it stands, SIGCONT lets it go on. SIGKILL kills it, meanwhile too; worker_read and
 * worker_finish then see it through.
 */
void worker_signal(const struct worker *worker, int number);

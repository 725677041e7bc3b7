#include "harness/run/worker.h"

#include "base/json.h"
#include "harness/machine/environment.h"
#include "results/record/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- The job ---- */

char *worker_job_to_json(const struct worker_job *job, struct arena *arena)
{
    struct str text = {0};
    json_t *object = json_made(json_pack(
        "{s:s, s:o, s:o, s:b, s:o, s:f, s:s?, s:I, s:I}", "cell", job->cell, "data_dir",
        json_path(job->data_dir), "artifacts", json_path(job->artifacts), "reuse", job->reuse,
        "checkpoint", json_path(job->checkpoint), "checkpoint_every", job->checkpoint_every, "pin",
        job->pin, "started", (json_int_t)job->started, "scheduler", (json_int_t)job->scheduler));
    if (job->measure)
        json_put(object, "measure", json_true());
    json_add_dump(&text, object, JSON_COMPACT);
    char *kept = arena_strdup(arena, str_text(&text));
    str_release(&text);
    json_decref(object);
    return kept;
}

/* A member that may be null. */
static const char *text_or_null(const json_t *object, const char *name, struct arena *arena)
{
    return json_path_of(json_object_get(object, name), arena);
}

int worker_job_from_json(const char *json, struct arena *arena, struct worker_job *ret_job,
                         struct err *err)
{
    json_error_t why;
    json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &why);
    const char *cell;
    json_int_t started, scheduler;
    if (!object || json_unpack_ex(object, &why, 0, "{s:s, s:I, s:I}", "cell", &cell, "started",
                                  &started, "scheduler", &scheduler)) {
        json_decref(object);
        return err_set(err, "not a job: %s", why.text);
    }
    *ret_job = (struct worker_job){
        .cell = arena_strdup(arena, cell),
        .data_dir = text_or_null(object, "data_dir", arena),
        .artifacts = text_or_null(object, "artifacts", arena),
        .reuse = json_is_true(json_object_get(object, "reuse")),
        .measure = json_is_true(json_object_get(object, "measure")),
        .checkpoint = text_or_null(object, "checkpoint", arena),
        .checkpoint_every = json_number_value(json_object_get(object, "checkpoint_every")),
        .pin = text_or_null(object, "pin", arena),
        .started = started,
        .scheduler = (pid_t)scheduler,
    };
    json_decref(object);
    return 0;
}

/* ---- Starting ---- */

struct pipe {
    int read, write;
};

static int open_pipe(struct pipe *ret_pipe, struct err *err)
{
    int ends[2];
    if (pipe(ends))
        return err_set(err, "no pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    *ret_pipe = (struct pipe){ends[0], ends[1]};
    return 0;
}

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static bool same_name(const char *a, const char *b)
{
    const size_t length = strcspn(a, "=");
    return length == strcspn(b, "=") && strncmp(a, b, length) == 0;
}

/* The scheduler's environment with the assignments over it; pointers are borrowed. */
static char **merge_environment(const char *const *assignments, struct arena *arena)
{
    size_t own = 0, extra = 0, used = 0;
    while (environ[own])
        own++;
    while (assignments[extra])
        extra++;
    char **merged;
    ARENA_NEW(arena, merged, own + extra + 1);
    for (size_t i = 0; i < own; i++) {
        bool replaced = false;
        for (size_t j = 0; j < extra; j++)
            replaced = replaced || same_name(environ[i], assignments[j]);
        if (!replaced)
            merged[used++] = environ[i];
    }
    for (size_t j = 0; j < extra; j++)
        merged[used++] = arena_strdup(arena, assignments[j]);
    return merged;
}

static int spawn(struct worker *worker, const struct pipe *job, const struct pipe *records,
                 const struct pipe *log, const char *const *assignments, struct err *err)
{
    char *argv[] = {"winnow", "cell", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t blocked, all;
    sigemptyset(&blocked);
    /* Until the worker waits for it (cmd/cell_stop.h): told to stop before, it must not die. */
    sigaddset(&blocked, SIGUSR1);
    sigfillset(&all);
    sigdelset(&all, SIGHUP); /* nohup's ignoring it is for workers too */
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, job->read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log->write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log->write, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, records->write, WORKER_RECORDS);
    posix_spawnattr_init(&attributes);
    /* A group of its own, so that the terminal's Ctrl-C reaches the scheduler alone. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &blocked);
    posix_spawnattr_setsigdefault(&attributes, &all);
    const int failed = posix_spawn(&worker->pid, "/proc/self/exe", &actions, &attributes, argv,
                                   merge_environment(assignments, &worker->arena));
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed ? err_set(err, "cannot start a worker: %s", strerror(failed)) : 0;
}

const char *const *worker_assignments(struct arena *arena)
{
    struct environment_variable variables[ENVIRONMENT_VARIABLES];
    const char **assignments;
    const size_t count = environment_variables(WORKER_BLAS_THREADS, variables);
    ARENA_NEW(arena, assignments, count + 1);
    for (size_t i = 0; i < count; i++)
        assignments[i] = arena_printf(arena, "%s=%s", variables[i].name, variables[i].value);
    return assignments;
}

int worker_start(struct worker *worker, const struct worker_job *job,
                 const char *const *assignments, struct err *err)
{
    struct pipe in = {-1, -1}, records = {-1, -1}, log = {-1, -1};
    *worker = (struct worker){.records = -1, .log = -1};
    arena_init(&worker->arena);
    const char *json = worker_job_to_json(job, &worker->arena);
    const size_t length = strlen(json);
    int failed = open_pipe(&in, err) || open_pipe(&records, err) || open_pipe(&log, err);
    /* An empty pipe takes 64 KiB at once: nobody has to be there to read a job of one. */
    if (!failed && write(in.write, json, length) != (ssize_t)length)
        failed = err_set(err, "cannot hand over a job of %zu bytes", length);
    if (!failed)
        failed = spawn(worker, &in, &records, &log, assignments, err);
    close_end(&in.read);
    close_end(&in.write);
    close_end(&records.write);
    close_end(&log.write);
    if (failed) {
        close_end(&records.read);
        close_end(&log.read);
        arena_release(&worker->arena);
        worker->pid = 0;
        return -1;
    }
    fcntl(records.read, F_SETFL, O_NONBLOCK);
    fcntl(log.read, F_SETFL, O_NONBLOCK);
    worker->records = records.read;
    worker->log = log.read;
    return 0;
}

/* ---- Reading ---- */

/* Appends what is there; false at the end of the pipe. */
static bool drain(int fd, struct str *str)
{
    char buffer[16384];
    for (;;) {
        const ssize_t count = read(fd, buffer, sizeof buffer);
        if (count > 0)
            str_add_bytes(str, buffer, (size_t)count);
        else if (count == 0)
            return false;
        else if (errno != EINTR)
            return errno == EAGAIN;
    }
}

static const char *keep(struct worker *worker, const char *text)
{
    return text ? arena_strdup(&worker->arena, text) : NULL;
}

static void take_line(struct worker *worker, const char *line,
                      void (*take)(void *context, const struct record *record), void *context)
{
    struct arena arena;
    struct record record;
    struct err err;
    arena_init(&arena);
    if (wire_decode(line, &arena, &record, &err)) {
        worker->broken = err;
    } else if (record.kind == RECORD_END) {
        worker->ended = true;
        worker->end = record.end;
        worker->end.reason = keep(worker, record.end.reason);
        worker->end.timing.pinned = keep(worker, record.end.timing.pinned);
        worker->end.timing.reason = keep(worker, record.end.timing.reason);
    } else {
        take(context, &record);
    }
    arena_release(&arena);
}

static void take_lines(struct worker *worker,
                       void (*take)(void *context, const struct record *record), void *context)
{
    char *line = worker->line.text, *end;
    while (line && (end = strchr(line, '\n'))) {
        *end = '\0';
        take_line(worker, line, take, context);
        line = end + 1;
    }
    if (line && line != worker->line.text) {
        struct str rest = {0};
        str_add(&rest, line);
        str_release(&worker->line);
        worker->line = rest;
    }
}

static void trim_log(struct str *tail)
{
    if (tail->length <= 2 * WORKER_LOG_TAIL)
        return;
    struct str last = {0};
    str_add_bytes(&last, tail->text + tail->length - WORKER_LOG_TAIL, WORKER_LOG_TAIL);
    str_release(tail);
    *tail = last;
}

bool worker_read(struct worker *worker, void (*take)(void *context, const struct record *record),
                 void *context)
{
    if (worker->records >= 0) {
        const bool more = drain(worker->records, &worker->line);
        take_lines(worker, take, context);
        if (!more)
            close_end(&worker->records);
    }
    if (worker->log >= 0) {
        if (!drain(worker->log, &worker->tail))
            close_end(&worker->log);
        trim_log(&worker->tail);
    }
    return worker->records >= 0 || worker->log >= 0;
}

void worker_stop(struct worker *worker)
{
    if (worker->pid > 0)
        kill(worker->pid, SIGUSR1);
}

void worker_freeze(struct worker *worker, bool still)
{
    if (worker->pid > 0)
        kill(worker->pid, still ? SIGSTOP : SIGCONT);
}

void worker_kill(struct worker *worker)
{
    if (worker->pid > 0)
        kill(worker->pid, SIGKILL);
}

/* ---- The end ---- */

/* Its last line, to be quoted: a process that crashes has no other way to say anything. */
static const char *last_words(struct worker *worker)
{
    const char *text = str_text(&worker->tail), *last = text;
    for (const char *p = text; *p; p++)
        if (*p == '\n' && p[1])
            last = p + 1;
    return *last ? arena_printf(&worker->arena, ": %.*s", (int)strcspn(last, "\n"), last) : "";
}

/* Of a process that has not said how it ended. */
static void explain(struct worker *worker, int status, struct record_end *end)
{
    struct arena *arena = &worker->arena;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const char *reason = "killed by SIGKILL: by hand, or by the kernel for lack of memory";
    end->cause = CAUSE_CRASH;
    if (signal == SIGKILL) {
        end->cause = CAUSE_KILLED;
    } else if (signal) {
        reason = arena_printf(arena, "crashed: signal %d (%s)%s", signal, strsignal(signal),
                              last_words(worker));
    } else if (worker->broken.text[0]) {
        end->cause = CAUSE_BROKEN;
        reason = arena_printf(arena, "sent a broken record: %s", worker->broken.text);
    } else {
        reason = arena_printf(arena, "ended with exit code %d and no result%s", WEXITSTATUS(status),
                              last_words(worker));
    }
    end->reason = str_utf8(reason, arena);
}

/* Whether its own account holds: a good end is one only of a process that ended well. */
static bool has_told(const struct worker *worker, int status)
{
    const enum attempt_state state = worker->end.state;
    return worker->ended && !worker->broken.text[0] && WIFEXITED(status) &&
           (WEXITSTATUS(status) == 0 || state == ATTEMPT_FAILED || state == ATTEMPT_LOST);
}

void worker_finish(struct worker *worker, struct record_end *ret_end)
{
    int status = 0;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    struct record_end end = record_end_of(ATTEMPT_FAILED);
    if (has_told(worker, status))
        end = worker->end;
    else
        explain(worker, status, &end);
    if (end.state == ATTEMPT_FAILED || end.state == ATTEMPT_LOST) {
        const size_t length = worker->tail.length;
        const char *tail =
            str_text(&worker->tail) + (length > WORKER_LOG_TAIL ? length - WORKER_LOG_TAIL : 0);
        end.log = str_utf8(arena_strdup(&worker->arena, tail), &worker->arena);
    }
    *ret_end = end;
    close_end(&worker->records);
    close_end(&worker->log);
    str_release(&worker->line);
    str_release(&worker->tail);
    worker->pid = 0;
}

#include "harness/run/worker.h"

#include "base/json.h"
#include "harness/machine/environment.h"
#include "results/record/wire.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LOG = STDOUT_FILENO }; /* descriptor, and stderr with it */

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
    char *kept = str_keep(&text, arena);
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
    static const char *const argv[] = {"winnow", "cell", NULL};
    /* Until the worker waits for it (cmd/grid/cell.c): told to stop before, it must not die. */
    static const int blocked[] = {SIGUSR1, 0};
    *worker = (struct worker){0};
    const struct process_setup setup = {
        .argv = argv,
        .self = true,
        .input = worker_job_to_json(job, &worker->arena),
        .streams = {[LOG] = PROCESS_PIPE,
                    [STDERR_FILENO] = PROCESS_AS_STDOUT,
                    [WORKER_RECORDS] = PROCESS_PIPE},
        .environment = assignments,
        .apart = true, /* the terminal's Ctrl-C reaches the scheduler alone */
        .blocked = blocked,
    };
    if (process_start(&setup, &worker->process, err)) {
        arena_release(&worker->arena);
        return -1;
    }
    fcntl(worker->process.ends[WORKER_RECORDS], F_SETFL, O_NONBLOCK);
    fcntl(worker->process.ends[LOG], F_SETFL, O_NONBLOCK);
    return 0;
}

/* ---- Reading ---- */

static void take_line(struct worker *worker, const char *line,
                      void (*take)(void *context, const struct record *record), void *context)
{
    struct arena arena = {0};
    struct record record;
    struct err err;
    if (wire_decode(line, &arena, &record, &err)) {
        worker->broken = err;
    } else if (record.kind == RECORD_END) {
        worker->ended = true;
        worker->end = record.end;
        worker->end.reason = arena_strdup(&worker->arena, record.end.reason);
        worker->end.timing.pinned = arena_strdup(&worker->arena, record.end.timing.pinned);
        worker->end.timing.reason = arena_strdup(&worker->arena, record.end.timing.reason);
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

/* poll skips descriptors that are negative. */
void worker_poll(const struct worker *worker, struct pollfd ret_fds[WORKER_FDS])
{
    ret_fds[0] = (struct pollfd){worker->process.ends[WORKER_RECORDS], POLLIN, 0};
    ret_fds[1] = (struct pollfd){worker->process.ends[LOG], POLLIN, 0};
}

bool worker_read(struct worker *worker, void (*take)(void *context, const struct record *record),
                 void *context)
{
    const bool records = process_read(&worker->process, WORKER_RECORDS, &worker->line);
    take_lines(worker, take, context);
    const bool log = process_read(&worker->process, LOG, &worker->tail);
    trim_log(&worker->tail);
    return records || log;
}

void worker_signal(const struct worker *worker, int number)
{
    if (worker->process.pid > 0)
        kill(worker->process.pid, number);
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
static void explain(struct worker *worker, struct process_end ended, struct record_end *end)
{
    struct arena *arena = &worker->arena;
    const char *reason = "killed by SIGKILL: by hand, or by the kernel for lack of memory";
    end->cause = CAUSE_CRASH;
    if (ended.signal == SIGKILL) {
        end->cause = CAUSE_KILLED;
    } else if (ended.signal) {
        reason = arena_printf(arena, "crashed: %s%s%s%s", process_how(ended).text,
                              ended.signal == SIGILL ? ": it ran " : "",
                              ended.signal == SIGILL ? environment_illegal(arena) : "",
                              last_words(worker));
    } else if (worker->broken.text[0]) {
        end->cause = CAUSE_BROKEN;
        reason = arena_printf(arena, "sent a broken record: %s", worker->broken.text);
    } else {
        reason = arena_printf(arena, "ended with %s and no result%s", process_how(ended).text,
                              last_words(worker));
    }
    end->reason = str_utf8(reason, arena);
}

/* Whether its own account holds: a good end is one only of a process that ended well. */
static bool has_told(const struct worker *worker, struct process_end ended)
{
    const enum attempt_state state = worker->end.state;
    return worker->ended && !worker->broken.text[0] && !ended.signal &&
           (ended.code == 0 || state == ATTEMPT_FAILED || state == ATTEMPT_LOST);
}

void worker_finish(struct worker *worker, struct record_end *ret_end)
{
    const struct process_end ended = process_wait(&worker->process);
    struct record_end end = record_end_of(ATTEMPT_FAILED);
    if (has_told(worker, ended))
        end = worker->end;
    else
        explain(worker, ended, &end);
    if (end.state == ATTEMPT_FAILED || end.state == ATTEMPT_LOST) {
        const size_t length = worker->tail.length;
        const char *tail =
            str_text(&worker->tail) + (length > WORKER_LOG_TAIL ? length - WORKER_LOG_TAIL : 0);
        end.log = str_utf8(arena_strdup(&worker->arena, tail), &worker->arena);
    }
    *ret_end = end;
    str_release(&worker->line);
    str_release(&worker->tail);
}

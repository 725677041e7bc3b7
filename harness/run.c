#include "harness/run.h"

#include "harness/clock.h"
#include "harness/environment.h"
#include "harness/worker.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TICK_MS = 200 };

/* A place for one cell in flight. */
struct slot {
    struct scheduler *scheduler;
    int number;
    struct worker worker;
    const struct plan_cell *cell; /* NULL: free */
    int64_t attempt;              /* row in the database; 0: not begun */
    bool scored;                  /* what it shares is there */
};

struct scheduler {
    const struct plan *plan;
    struct store *store;
    const struct run_options *options;
    const struct run_watcher *watcher;
    struct slot slots[RUN_MAX_JOBS];
    size_t next;       /* first cell of the plan that may still have to be started */
    bool *taken;       /* [plan->count] started, or never wanted */
    int started;       /* cells, against options->limit */
    int running;       /* slots in use */
    bool stopping;     /* start nothing more */
    bool killed;       /* workers were told to die: what they were doing is lost */
    struct err broken; /* the first database error; "" while there is none */
    struct run_totals totals;
    struct arena arena; /* environment */
    const char *const *assignments;
    const char *crowded;                   /* the warning for every attempt, or NULL */
    struct record_environment environment; /* the scheduler's own, for workers that die wordless */
};

int run_jobs(int asked, int threads)
{
    const int room = engine_room(environment_cores(), threads);
    return asked ? asked : room < RUN_MAX_JOBS ? room : RUN_MAX_JOBS;
}

bool run_crowds(const struct run_options *options, int cores)
{
    return options->jobs * options->threads > cores;
}

bool run_wants(const struct plan_cell *cell, const struct run_options *options)
{
    return cell->state == CELL_NEW || (cell->state == CELL_FAILED && options->retry_failed);
}

static void tell(const struct scheduler *s, const struct run_event *event)
{
    s->watcher->take(s->watcher->context, event);
}

/* ---- Checkpoints ---- */

static void checkpoint_path(const struct scheduler *s, const struct plan_cell *cell,
                            struct str *ret_path)
{
    str_addf(ret_path, "%s/%s", s->options->checkpoints, cell->key);
}

/* Of a cell whose result is in the database. */
static void remove_checkpoint(const struct scheduler *s, const struct plan_cell *cell)
{
    struct str path = {0};
    if (!s->options->checkpoints)
        return;
    checkpoint_path(s, cell, &path);
    unlink(str_text(&path)); /* where that fails: the next start tries again */
    str_release(&path);
}

/* Those that a scheduler could not remove, because it was killed when it had written the result. */
static void remove_old_checkpoints(const struct scheduler *s)
{
    if (!s->options->checkpoints || access(s->options->checkpoints, F_OK))
        return;
    for (size_t i = 0; i < s->plan->count; i++)
        if (s->plan->cells[i].state == CELL_DONE)
            remove_checkpoint(s, &s->plan->cells[i]);
}

static bool has_checkpoint(const struct scheduler *s, const struct plan_cell *cell)
{
    return s->options->checkpoints && cell->limits.checkpoint > 0;
}

static void stop_workers(struct scheduler *s)
{
    s->stopping = true;
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell && has_checkpoint(s, s->slots[i].cell))
            worker_stop(&s->slots[i].worker);
}

/* ---- Workers ---- */

static void kill_workers(struct scheduler *s)
{
    s->stopping = s->killed = true;
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell)
            worker_kill(&s->slots[i].worker);
}

/* Remembers the first database error and stops everything. */
static void check_store(struct scheduler *s, int failed, const struct err *err)
{
    if (failed && !s->broken.text[0]) {
        s->broken = *err;
        kill_workers(s);
    }
}

static void begin_attempt(struct slot *slot, const struct record_environment *environment)
{
    struct scheduler *s = slot->scheduler;
    struct err err;
    if (slot->attempt)
        return;
    check_store(s,
                store_attempt_begin(s->store, slot->cell->key, environment, s->running - 1,
                                    &slot->attempt, &err),
                &err);
    if (s->broken.text[0] || !s->crowded)
        return;
    const struct record_warning warning = {"CROWDED", s->crowded};
    check_store(s, store_warning(s->store, slot->attempt, &warning, &err), &err);
}

static void take_record(void *context, const struct record *record)
{
    struct slot *slot = context;
    struct scheduler *s = slot->scheduler;
    struct run_event event = {.worker = slot->number, .cell = slot->cell};
    struct err err;
    if (s->broken.text[0])
        return;
    if (record->kind == RECORD_ENVIRONMENT) {
        begin_attempt(slot, &record->environment);
        return;
    }
    begin_attempt(slot, &s->environment);
    if (s->broken.text[0])
        return;
    switch (record->kind) {
    case RECORD_PROGRESS:
        event.kind = RUN_CELL_PROGRESS;
        event.progress = &record->progress;
        break;
    case RECORD_EPOCH:
        event.kind = RUN_CELL_EPOCH;
        event.epoch = &record->epoch;
        check_store(s, store_epoch(s->store, slot->attempt, &record->epoch, &err), &err);
        break;
    case RECORD_WARNING:
        event.kind = RUN_CELL_WARNING;
        event.warning = &record->warning;
        check_store(s, store_warning(s->store, slot->attempt, &record->warning, &err), &err);
        break;
    case RECORD_SELECTION:
        check_store(s, store_selection(s->store, slot->attempt, &record->selection, &err), &err);
        return;
    case RECORD_NOISE:
        check_store(s, store_noise(s->store, slot->attempt, &record->noise, &err), &err);
        return;
    case RECORD_ARTIFACT:
        event.kind = RUN_CELL_SCORED;
        event.artifact = &record->artifact;
        slot->scored = true;
        check_store(s, store_artifact(s->store, slot->attempt, &record->artifact, &err), &err);
        break;
    case RECORD_SOLVER:
        check_store(s, store_solver(s->store, slot->attempt, &record->solver, &err), &err);
        return;
    case RECORD_ENGINE:
        check_store(s, store_engine(s->store, slot->attempt, &record->engine, &err), &err);
        return;
    case RECORD_ENVIRONMENT:
    case RECORD_END:
        return;
    }
    tell(s, &event);
}

static void end_cell(struct slot *slot)
{
    struct scheduler *s = slot->scheduler;
    struct record_end end;
    struct err err;
    worker_finish(&slot->worker, &end);
    if (s->killed && end.state == ATTEMPT_FAILED) {
        end.state = ATTEMPT_LOST;
        end.reason = "stopped while it ran";
    }
    if (!s->broken.text[0]) {
        begin_attempt(slot, &s->environment);
        check_store(s, store_attempt_end(s->store, slot->attempt, &end, &err), &err);
        if (!s->broken.text[0] && (end.state == ATTEMPT_DONE || end.state == ATTEMPT_DIVERGED))
            remove_checkpoint(s, slot->cell);
    }
    s->totals.done += end.state == ATTEMPT_DONE;
    s->totals.failed += end.state == ATTEMPT_FAILED || end.state == ATTEMPT_DIVERGED;
    s->totals.left += end.state == ATTEMPT_LOST;
    tell(s, &(struct run_event){
                .kind = RUN_CELL_ENDED, .worker = slot->number, .cell = slot->cell, .end = &end});
    arena_release(&slot->worker.arena);
    slot->cell = NULL;
    slot->attempt = 0;
    slot->scored = false;
    s->running--;
}

static void start_cell(struct scheduler *s, struct slot *slot, const struct plan_cell *cell)
{
    struct str checkpoint = {0};
    if (has_checkpoint(s, cell))
        checkpoint_path(s, cell, &checkpoint);
    const struct worker_job job = {
        .cell = cell->json,
        .data_dir = s->options->data_dir,
        .artifacts = s->options->artifacts,
        .reuse = s->options->reuse,
        .checkpoint = checkpoint.text,
        .checkpoint_every = cell->limits.checkpoint,
        .started = clock_now(),
        .scheduler = getpid(),
    };
    struct err err;
    const int failed = worker_start(&slot->worker, &job, s->assignments, &err);
    str_release(&checkpoint);
    if (failed) {
        check_store(s, -1, &err); /* no process or no descriptor left: as fatal as no disk */
        return;
    }
    slot->cell = cell;
    s->running++;
    s->started++;
    tell(s, &(struct run_event){.kind = RUN_CELL_STARTED, .worker = slot->number, .cell = cell});
}

/* Whether a cell in flight is about to know what this one needs to know. */
static bool waits_for_scores(const struct scheduler *s, const struct plan_cell *cell)
{
    if (!s->options->artifacts || !s->options->reuse || !cell->shared[0])
        return false;
    for (int i = 0; i < s->options->jobs; i++) {
        const struct slot *slot = &s->slots[i];
        if (slot->cell && !slot->scored && strcmp(slot->cell->shared, cell->shared) == 0)
            return true;
    }
    return false;
}

/* The next cell that can be started, now taken; NULL where there is none, or none at present. */
static const struct plan_cell *next_cell(struct scheduler *s)
{
    while (s->next < s->plan->count && s->taken[s->next])
        s->next++;
    for (size_t i = s->next; i < s->plan->count; i++)
        if (!s->taken[i] && !waits_for_scores(s, &s->plan->cells[i])) {
            s->taken[i] = true;
            return &s->plan->cells[i];
        }
    return NULL;
}

static void fill_slots(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs && !s->stopping; i++) {
        if (s->slots[i].cell)
            continue;
        if (s->options->limit && s->started == s->options->limit)
            return;
        const struct plan_cell *cell = next_cell(s);
        if (!cell)
            return;
        start_cell(s, &s->slots[i], cell);
    }
}

static void take_signal(struct scheduler *s, int signals)
{
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    s->totals.interrupted = true;
    if (info.ssi_signo != SIGINT || s->stopping) {
        kill_workers(s);
        return;
    }
    stop_workers(s);
    tell(s, &(struct run_event){.kind = RUN_STOPPING});
}

/* Sleeps until a worker, a signal or the clock says something. */
static void wait_for_news(struct scheduler *s, int signals)
{
    struct pollfd fds[2 * RUN_MAX_JOBS + 1];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){signals, POLLIN, 0};
    for (int i = 0; i < s->options->jobs; i++) {
        if (!s->slots[i].cell)
            continue;
        /* poll skips negative descriptors */
        fds[count++] = (struct pollfd){s->slots[i].worker.records, POLLIN, 0};
        fds[count++] = (struct pollfd){s->slots[i].worker.log, POLLIN, 0};
    }
    if (poll(fds, count, TICK_MS) > 0 && fds[0].revents)
        take_signal(s, signals);
}

static void read_workers(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->cell && !worker_read(&slot->worker, take_record, slot))
            end_cell(slot);
    }
}

static void count_left(struct scheduler *s)
{
    for (size_t i = s->next; i < s->plan->count; i++)
        s->totals.left += !s->taken[i];
}

/* "NAME=value" of what workers must be started with, NULL-terminated. */
static const char *const *worker_assignments(struct arena *arena)
{
    struct environment_variable variables[ENVIRONMENT_VARIABLES];
    const char **assignments;
    const size_t count = environment_variables(WORKER_BLAS_THREADS, variables);
    ARENA_NEW(arena, assignments, count + 1);
    for (size_t i = 0; i < count; i++)
        assignments[i] = arena_printf(arena, "%s=%s", variables[i].name, variables[i].value);
    return assignments;
}

int run_plan(const struct plan *plan, struct store *store, const struct run_options *options,
             const struct run_watcher *watcher, struct run_totals *ret_totals, struct err *err)
{
    struct scheduler *s;
    sigset_t watched, before;
    REQUIRE(options->jobs >= 1 && options->jobs <= RUN_MAX_JOBS && options->threads >= 1);
    sigemptyset(&watched);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGHUP);
    sigprocmask(SIG_BLOCK, &watched, &before);
    const int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        return err_set(err, "no signalfd: %s", strerror(errno));
    }
    MEM_NEW(s, 1);
    s->plan = plan;
    s->store = store;
    s->options = options;
    s->watcher = watcher;
    arena_init(&s->arena);
    MEM_NEW(s->taken, plan->count);
    for (size_t i = 0; i < plan->count; i++)
        s->taken[i] = !run_wants(&plan->cells[i], options);
    for (int i = 0; i < options->jobs; i++)
        s->slots[i] = (struct slot){.scheduler = s, .number = i};
    s->assignments = worker_assignments(&s->arena);
    remove_old_checkpoints(s);
    environment_record(options->threads, &s->arena, &s->environment);
    if (run_crowds(options, s->environment.cores))
        s->crowded =
            arena_printf(&s->arena, "up to %d cells at once, of %d thread%s each, on %d core%s",
                         options->jobs, options->threads, options->threads == 1 ? "" : "s",
                         s->environment.cores, s->environment.cores == 1 ? "" : "s");
    for (fill_slots(s); s->running > 0; fill_slots(s)) {
        wait_for_news(s, signals);
        read_workers(s);
        tell(s, &(struct run_event){.kind = RUN_TICK});
    }
    count_left(s);
    close(signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    *ret_totals = s->totals;
    const int failed = s->broken.text[0] ? -1 : 0;
    if (failed)
        *err = s->broken;
    arena_release(&s->arena);
    mem_free(s->taken);
    mem_free(s);
    return failed;
}

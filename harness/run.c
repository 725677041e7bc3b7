#include "harness/run.h"

#include "harness/budget.h"
#include "harness/clock.h"
#include "harness/environment.h"
#include "harness/pause.h"
#include "harness/queue.h"
#include "harness/tally.h"
#include "harness/watchdog.h"
#include "harness/worker.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TICK_MS = 200, WATCH_NS = 100000000 };

/* A place for one cell in flight. */
struct slot {
    struct scheduler *scheduler;
    int number;
    struct worker worker;
    const struct plan_cell *cell;  /* NULL: free */
    int64_t attempt;               /* row in the database; 0: not begun */
    char verdict[WATCHDOG_REASON]; /* why the watchdog killed it; "" while it has not */
    int64_t started;               /* clock_now(); */
    double running_then;           /* scheduler->running_ns at that time */
    struct pause_ledger before;    /* at its start */
};

struct scheduler {
    const struct plan *plan;
    struct store *store;
    const struct run_options *options;
    const struct run_watcher *watcher;
    struct slot slots[RUN_MAX_JOBS];
    struct queue *queue;
    struct tally *tally;
    struct budget *budget; /* NULL: none */
    bool *again;           /* [plan->count] it was started before */
    size_t wanted;         /* cells */
    int64_t watched;       /* when the watchdogs last looked */
    int running;           /* slots in use */
    double running_ns;     /* their number over time, added up until running_since */
    int64_t running_since;
    bool stopping; /* start nothing more: the first Ctrl-C, or the budget is used up */
    bool gave_up;  /* likewise: too many have failed */
    bool killed;   /* workers were told to die: what they were doing is lost */
    bool silent;   /* write nothing more: broken, or told to stop while nothing could be written */
    struct err broken; /* the first database error; "" while there is none */
    int signals;       /* descriptor */
    int64_t paused;    /* since when nothing can be written; 0: it can */
    enum pause_kind pause;
    struct pause_ledger ledger;
    struct run_totals totals;
    struct arena arena; /* environment */
    const char *const *assignments;
    const char *crowded;                   /* the warning for every attempt, or NULL */
    struct record_environment environment; /* the scheduler's own, for workers that die wordless */
};

int run_jobs(int asked, int threads)
{
    const int room = engine_room(pin_room_here(), threads);
    return asked ? asked : room < RUN_MAX_JOBS ? room : RUN_MAX_JOBS;
}

bool run_crowds(const struct run_options *options, int room)
{
    return options->jobs * options->threads > room;
}

bool run_wants(const struct plan_cell *cell, const struct run_options *options)
{
    return !cell->left_out &&
           (cell->state == CELL_NEW || (cell->state == CELL_FAILED && options->retry_failed));
}

struct queue_item run_queue_item(const struct plan_cell *cell, const struct run_options *options)
{
    const struct store_cell *stored = &cell->stored;
    return (struct queue_item){
        .dataset = stored->dataset,
        .model = stored->model_label,
        .pruner = stored->pruner,
        .options = stored->options,
        .seed = stored->seed,
        .shared = options->artifacts && options->reuse ? cell->shared : "",
        .wanted = run_wants(cell, options),
        .done = cell->state == CELL_DONE,
    };
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

/* Remembers the first error and stops everything. */
static void fail(struct scheduler *s, const struct err *err)
{
    if (!s->broken.text[0])
        s->broken = *err;
    s->silent = true;
    kill_workers(s);
}

/* ---- Writing ----------------------------------------------------------------------------------*/

static void take_signal(struct scheduler *s);

/* What attempts are told includes the sleep of the machine. */
static const struct pause_ledger *ledger_now(struct scheduler *s)
{
    s->ledger.ns[PAUSE_SLEPT] = pause_slept();
    return &s->ledger;
}

/* Waits until it is worth while to try again, or the user stops the grid. */
static void pause_for(struct scheduler *s, enum pause_kind kind)
{
    if (!s->paused) {
        s->paused = clock_now();
        s->pause = kind;
        tell(s, &(struct run_event){.kind = RUN_PAUSED,
                                    .pause = pause_text(kind, s->options->db, &s->arena)});
    }
    const int64_t until = clock_now() + (int64_t)PAUSE_RETRY_MS * 1000000;
    do {
        struct pollfd signals = {s->signals, POLLIN, 0};
        if (poll(&signals, 1, TICK_MS) > 0)
            take_signal(s);
        tell(s, &(struct run_event){.kind = RUN_TICK});
    } while (!s->silent &&
             (clock_now() < until || (kind == PAUSE_FULL && !pause_has_room(s->options->db))));
}

/* Nothing more is started, and what is in flight ends. */
static void stop_gently(struct scheduler *s, const char *why)
{
    stop_workers(s);
    tell(s, &(struct run_event){.kind = RUN_STOPPING, .why = why});
}

static size_t place_of(const struct scheduler *s, const struct plan_cell *cell)
{
    return (size_t)(cell - s->plan->cells);
}

/* Where a pause is over, it is booked. */
static void resume(struct scheduler *s)
{
    if (!s->paused || s->silent)
        return;
    const int64_t ns = clock_now() - s->paused;
    struct str text = {0};
    s->ledger.ns[s->pause] += ns;
    s->paused = 0;
    str_add_duration(&text, (double)ns * 1e-9);
    tell(s, &(struct run_event){.kind = RUN_RESUMED, .pause = str_text(&text)});
    str_release(&text);
}

static int try_to_write(struct slot *slot, const struct record *record, struct err *err)
{
    struct store *store = slot->scheduler->store;
    switch (record->kind) {
    case RECORD_ENVIRONMENT:
        return store_attempt_begin(store, slot->cell->key, &record->environment,
                                   slot->scheduler->running - 1, &slot->attempt, err);
    case RECORD_ENGINE:
        return store_engine(store, slot->attempt, &record->engine, err);
    case RECORD_NOISE:
        return store_noise(store, slot->attempt, &record->noise, err);
    case RECORD_ARTIFACT:
        return store_artifact(store, slot->attempt, &record->artifact, err);
    case RECORD_SELECTION:
        return store_selection(store, slot->attempt, &record->selection, err);
    case RECORD_SOLVER:
        return store_solver(store, slot->attempt, &record->solver, err);
    case RECORD_EPOCH:
        return store_epoch(store, slot->attempt, &record->epoch, err);
    case RECORD_WARNING:
        return store_warning(store, slot->attempt, &record->warning, err);
    case RECORD_END:
        return store_attempt_end(store, slot->attempt, &record->end, err);
    case RECORD_PROGRESS:
        break;
    }
    return 0;
}

/* Into the database, however long it takes; not where the scheduler has become silent. */
static void write_record(struct slot *slot, const struct record *record)
{
    struct scheduler *s = slot->scheduler;
    struct err err;
    while (!s->silent && try_to_write(slot, record, &err)) {
        if (err.cause == ERR_OTHER)
            fail(s, &err);
        else
            pause_for(s, pause_kind_of(err.cause));
    }
    resume(s);
}

static void begin_attempt(struct slot *slot, const struct record_environment *environment)
{
    const char *crowded = slot->scheduler->crowded;
    if (slot->attempt)
        return;
    write_record(slot, &(struct record){.kind = RECORD_ENVIRONMENT, .environment = *environment});
    if (crowded)
        write_record(slot,
                     &(struct record){.kind = RECORD_WARNING, .warning = {"CROWDED", crowded}});
}

static void take_record(void *context, const struct record *record)
{
    struct slot *slot = context;
    struct scheduler *s = slot->scheduler;
    struct run_event event = {.worker = slot->number, .cell = slot->cell};
    if (record->kind == RECORD_ENVIRONMENT) {
        begin_attempt(slot, &record->environment);
        return;
    }
    begin_attempt(slot, &s->environment);
    write_record(slot, record);
    if (s->silent)
        return;
    switch (record->kind) {
    case RECORD_PROGRESS:
        event.kind = RUN_CELL_PROGRESS;
        event.progress = &record->progress;
        break;
    case RECORD_EPOCH:
        event.kind = RUN_CELL_EPOCH;
        event.epoch = &record->epoch;
        break;
    case RECORD_WARNING:
        event.kind = RUN_CELL_WARNING;
        event.warning = &record->warning;
        break;
    case RECORD_ARTIFACT:
        event.kind = RUN_CELL_SCORED;
        event.artifact = &record->artifact;
        queue_scored(s->queue, place_of(s, slot->cell));
        break;
    case RECORD_SELECTION:
    case RECORD_NOISE:
    case RECORD_SOLVER:
    case RECORD_ENGINE:
    case RECORD_ENVIRONMENT:
    case RECORD_END:
        return;
    }
    tell(s, &event);
}

/* Whether the cell comes again, after all others. */
static bool judge(struct slot *slot, const struct record_end *end)
{
    struct scheduler *s = slot->scheduler;
    const size_t place = place_of(s, slot->cell);
    const struct tally_attempt attempt = {
        .state = end->state,
        .wordless = slot->worker.wordless,
        .doubtful = end->timing.reason != NULL,
        .retries = slot->cell->limits.retries,
        .strict = s->options->timing == RUN_TIMING_STRICT,
    };
    const bool again = tally_end(s->tally, place, &attempt) && !s->killed;
    queue_ended(s->queue, place);
    if (again)
        queue_again(s->queue, place);
    if (s->budget && end->state == ATTEMPT_DONE)
        budget_learn(s->budget, place, end);
    const size_t most = (size_t)s->options->max_failures;
    if (most > 0 && tally_failures(s->tally) >= most && !s->gave_up) {
        s->gave_up = true;
        tell(s, &(struct run_event){
                    .kind = RUN_STOPPING, .why = "too many cells have failed", .finishing = true});
    }
    return again;
}

/* Before `running` changes, and before running_ns is read. */
static void add_running(struct scheduler *s)
{
    const int64_t now = clock_now();
    s->running_ns += s->running * (double)(now - s->running_since);
    s->running_since = now;
}

/* Cells that ran beside it, over its time. */
static double beside_mean(struct slot *slot)
{
    struct scheduler *s = slot->scheduler;
    add_running(s);
    const double passed = (double)(s->running_since - slot->started);
    return passed > 0 ? fmax(0, (s->running_ns - slot->running_then) / passed - 1) : 0;
}

static void end_cell(struct slot *slot)
{
    struct scheduler *s = slot->scheduler;
    struct record_end end;
    worker_finish(&slot->worker, &end);
    end.timing.beside_mean = beside_mean(slot);
    if (s->killed && end.state == ATTEMPT_FAILED) {
        end.state = ATTEMPT_LOST;
        end.reason = "stopped while it ran";
    }
    if (slot->verdict[0] && end.state == ATTEMPT_FAILED)
        end.reason = slot->verdict;
    end.timing.reason =
        pause_reason(&slot->before, ledger_now(s), end.timing.reason, &slot->worker.arena);
    begin_attempt(slot, &s->environment);
    write_record(slot, &(struct record){.kind = RECORD_END, .end = end});
    if (s->silent) { /* whatever it has done, nobody will know */
        end.state = ATTEMPT_LOST;
        end.reason = "stopped while nothing could be written";
    }
    if (end.state == ATTEMPT_DONE || end.state == ATTEMPT_DIVERGED)
        remove_checkpoint(s, slot->cell);
    const bool again = judge(slot, &end);
    tell(s, &(struct run_event){.kind = RUN_CELL_ENDED,
                                .worker = slot->number,
                                .cell = slot->cell,
                                .end = &end,
                                .again = again});
    arena_release(&slot->worker.arena);
    slot->cell = NULL;
    slot->attempt = 0;
    slot->verdict[0] = '\0';
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
        .pin = pins_slot(s->options->pins, slot->number),
        .started = clock_now(),
        .scheduler = getpid(),
    };
    struct err err;
    add_running(s);
    slot->started = s->running_since;
    slot->running_then = s->running_ns;
    const int failed = worker_start(&slot->worker, &job, s->assignments, &err);
    str_release(&checkpoint);
    if (failed) {
        fail(s, &err); /* no process or no descriptor left */
        return;
    }
    slot->cell = cell;
    slot->before = *ledger_now(s);
    s->running++;
    s->again[place_of(s, cell)] = true;
    tell(s, &(struct run_event){.kind = RUN_CELL_STARTED, .worker = slot->number, .cell = cell});
}

/* Seconds that the cells in flight still take, each; negative where nothing is known of one. */
static size_t rest_of_flight(const struct scheduler *s, double *ret_seconds)
{
    size_t count = 0;
    for (int i = 0; i < s->options->jobs; i++) {
        const struct slot *slot = &s->slots[i];
        if (!slot->cell)
            continue;
        const double all = budget_seconds(s->budget, place_of(s, slot->cell));
        const double gone = (double)(clock_now() - slot->started) * 1e-9;
        ret_seconds[count++] = all < 0 || gone < all ? all - (all < 0 ? 0 : gone) : 0;
    }
    return count;
}

/* Whether a block can be begun beside what was begun before it: for the queue. */
static bool may_open(void *context, size_t block)
{
    const struct scheduler *s = context;
    double flight[RUN_MAX_JOBS];
    return !s->budget ||
           budget_opens(s->budget, s->queue, block, flight, rest_of_flight(s, flight));
}

/* A cell that comes again is no part of a block any more: it starts where it fits by itself. */
static bool comes_in_time(const struct scheduler *s, size_t cell)
{
    double flight[RUN_MAX_JOBS];
    return !s->budget || !s->again[cell] ||
           budget_fits(s->budget, &cell, 1, flight, rest_of_flight(s, flight));
}

/* The next cell that can be started; NULL where there is none, or none at present. */
static const struct plan_cell *next_cell(struct scheduler *s)
{
    size_t cell;
    while (queue_next(s->queue, &cell) == QUEUE_CELL) {
        if (comes_in_time(s, cell))
            return &s->plan->cells[cell];
        queue_ended(s->queue, cell);
    }
    return NULL;
}

/* false: the user wants to wait no longer. */
static bool wait_for_room(struct scheduler *s)
{
    while (!s->stopping && !pause_has_room(s->options->db))
        pause_for(s, PAUSE_FULL);
    resume(s);
    return !s->stopping;
}

static void fill_slots(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs && !s->stopping && !s->gave_up; i++) {
        if (s->slots[i].cell)
            continue;
        const struct plan_cell *cell = next_cell(s);
        if (!cell)
            return;
        if (wait_for_room(s))
            start_cell(s, &s->slots[i], cell);
        else
            queue_ended(s->queue, place_of(s, cell));
    }
}

/* Ctrl-Z: as long as the scheduler stands still, so do the workers. */
static void stand_still(struct scheduler *s)
{
    const int64_t since = clock_now();
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell)
            worker_freeze(&s->slots[i].worker, true);
    pause_stop();
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell)
            worker_freeze(&s->slots[i].worker, false);
    s->ledger.ns[PAUSE_STOPPED] += clock_now() - since;
}

/* Seconds that a cell in flight has had: what held the grid up is not its own. */
static double seconds_had(struct slot *slot, int64_t now)
{
    const struct pause_ledger *ledger = ledger_now(slot->scheduler);
    int64_t had = now - slot->started;
    for (int kind = 0; kind < PAUSE_KINDS; kind++)
        if (kind != PAUSE_SLEPT)
            had -= ledger->ns[kind] - slot->before.ns[kind];
    return (double)had * 1e-9;
}

/* Limits of the cells in flight, and of the whole. */
static void watch(struct scheduler *s)
{
    const int64_t now = clock_now();
    if (now - s->watched < WATCH_NS)
        return;
    s->watched = now;
    for (int i = 0; i < s->options->jobs; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->cell && !slot->verdict[0] && !slot->worker.ended &&
            watchdog_barks(&slot->cell->limits, seconds_had(slot, now), slot->worker.pid,
                           slot->verdict))
            worker_kill(&slot->worker);
    }
    if (s->budget && !s->stopping && s->running > 0 && budget_left(s->budget) <= 0)
        stop_gently(s, "the time is up");
}

static void take_signal(struct scheduler *s)
{
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGTSTP) {
        stand_still(s);
        return;
    }
    const bool gentle = info.ssi_signo == SIGUSR1 || (info.ssi_signo == SIGINT && !s->stopping);
    s->totals.interrupted = true;
    s->totals.signal = (int)info.ssi_signo;
    if (s->paused) { /* what the cells in flight have to say cannot be kept */
        s->silent = true;
        kill_workers(s);
        return;
    }
    if (!gentle) {
        kill_workers(s);
        return;
    }
    stop_gently(s, NULL);
}

/* Sleeps until a worker, a signal or the clock says something. */
static void wait_for_news(struct scheduler *s)
{
    struct pollfd fds[2 * RUN_MAX_JOBS + 1];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){s->signals, POLLIN, 0};
    for (int i = 0; i < s->options->jobs; i++) {
        if (!s->slots[i].cell)
            continue;
        /* poll skips negative descriptors */
        fds[count++] = (struct pollfd){s->slots[i].worker.records, POLLIN, 0};
        fds[count++] = (struct pollfd){s->slots[i].worker.log, POLLIN, 0};
    }
    if (poll(fds, count, TICK_MS) > 0 && fds[0].revents)
        take_signal(s);
}

static void read_workers(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->cell && !worker_read(&slot->worker, take_record, slot))
            end_cell(slot);
    }
}

/* ---- The whole --------------------------------------------------------------------------------*/

static void add_up(struct scheduler *s)
{
    const struct tally_counts counts = tally_count(s->tally);
    s->totals.done = counts.done;
    s->totals.failed = counts.failed;
    s->totals.left = s->wanted - counts.done - counts.failed;
    s->totals.doubtful = s->options->timing == RUN_TIMING_STRICT ? counts.doubtful : 0;
    s->totals.gave_up = s->gave_up;
    if (s->budget)
        budget_name_rest(s->plan, s->queue, s->tally, &s->totals.blocks);
}

void run_totals_release(struct run_totals *totals)
{
    str_release(&totals->blocks);
}

static void fill_queue(struct scheduler *s)
{
    struct queue_item *items;
    MEM_NEW(items, s->plan->count);
    for (size_t i = 0; i < s->plan->count; i++) {
        const struct plan_cell *cell = &s->plan->cells[i];
        items[i] = run_queue_item(cell, s->options);
        s->wanted += items[i].wanted;
    }
    s->queue = queue_new(items, s->plan->count, may_open, s);
    if (s->options->limit)
        queue_limit(s->queue, (size_t)s->options->limit);
    s->tally = tally_new(s->plan->count);
    MEM_NEW(s->again, s->plan->count);
    if (s->options->budget > 0)
        s->budget = budget_new(s->plan, s->options);
    mem_free(items);
}

int run_plan(const struct plan *plan, struct store *store, const struct run_options *options,
             const struct run_watcher *watcher, struct run_totals *ret_totals, struct err *err)
{
    struct scheduler *s;
    sigset_t watched, before;
    struct sigaction hangup;
    REQUIRE(options->jobs >= 1 && options->jobs <= RUN_MAX_JOBS && options->threads >= 1);
    sigemptyset(&watched);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGUSR1);
    sigaddset(&watched, SIGTSTP);
    /* Blocked, it would come although nohup has it ignored. */
    if (sigaction(SIGHUP, NULL, &hangup) || hangup.sa_handler != SIG_IGN)
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
    store_wait_for_lock(store, PAUSE_LOCK_MS);
    s->signals = signals;
    s->options = options;
    s->watcher = watcher;
    arena_init(&s->arena);
    fill_queue(s);
    for (int i = 0; i < options->jobs; i++)
        s->slots[i] = (struct slot){.scheduler = s, .number = i};
    s->assignments = worker_assignments(&s->arena);
    remove_old_checkpoints(s);
    environment_record(options->threads, &s->arena, &s->environment);
    const int room = pin_room_here();
    if (run_crowds(options, room))
        s->crowded = arena_printf(
            &s->arena, "up to %d cells at once, of %d thread%s each, on %d core%s", options->jobs,
            options->threads, options->threads == 1 ? "" : "s", room, room == 1 ? "" : "s");
    for (fill_slots(s); s->running > 0; fill_slots(s)) {
        wait_for_news(s);
        read_workers(s);
        watch(s);
        tell(s, &(struct run_event){.kind = RUN_TICK});
    }
    add_up(s);
    close(signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    *ret_totals = s->totals;
    const int failed = s->broken.text[0] ? -1 : 0;
    if (failed) {
        run_totals_release(ret_totals);
        *err = s->broken;
    }
    arena_release(&s->arena);
    queue_free(s->queue);
    tally_free(s->tally);
    budget_free(s->budget);
    mem_free(s->again);
    mem_free(s);
    return failed;
}

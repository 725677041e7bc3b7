#include "base/time.h"
#include "harness/run/run_private.h"

#include "base/signals.h"
#include "harness/machine/environment.h"

#include <poll.h>

enum {
    WATCH_NS = 100000000,
    /* timeout(1) sends its signal to the program, then to its group: one Ctrl-C, not two. */
    SAME_SIGNAL_NS = 50000000,
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

void run_tell(const struct scheduler *s, const struct run_event *event)
{
    s->watcher->take(s->watcher->context, event);
}

size_t run_place(const struct scheduler *s, const struct plan_cell *cell)
{
    return (size_t)(cell - s->plan->cells);
}

/* ---- Stopping ---- */

const int run_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, 0};

void run_kill_workers(struct scheduler *s)
{
    s->stopping = s->killed = true;
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell)
            worker_kill(&s->slots[i].worker);
}

void run_fail(struct scheduler *s, const struct err *err)
{
    if (!s->broken.text[0])
        s->broken = *err;
    s->silent = true;
    run_kill_workers(s);
}

static void stop_workers(struct scheduler *s)
{
    s->stopping = true;
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell && run_has_checkpoint(s, s->slots[i].cell))
            worker_stop(&s->slots[i].worker);
}

/* Nothing more is started, and what is in flight ends. */
static void stop_gently(struct scheduler *s, const char *why)
{
    stop_workers(s);
    run_tell(s, &(struct run_event){.kind = RUN_STOPPING, .why = why});
}

/* ---- What is next ---- */

/* Seconds that the cells in flight still take, each; negative where nothing is known of one. */
static size_t rest_of_flight(const struct scheduler *s, double *ret_seconds)
{
    size_t count = 0;
    for (int i = 0; i < s->options->jobs; i++) {
        const struct slot *slot = &s->slots[i];
        if (!slot->cell)
            continue;
        const double all = budget_seconds(s->budget, run_place(s, slot->cell));
        const double gone = (double)(time_now() - slot->started) * 1e-9;
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

static void fill_slots(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs && !s->stopping && !s->gave_up; i++) {
        if (s->slots[i].cell)
            continue;
        const struct plan_cell *cell = next_cell(s);
        if (!cell)
            return;
        if (run_wait_for_room(s))
            run_start_cell(s, &s->slots[i], cell);
        else
            queue_ended(s->queue, run_place(s, cell));
    }
}

/* Ctrl-Z: as long as the scheduler stands still, so do the workers. */
static void stand_still(struct scheduler *s)
{
    const int64_t since = time_now();
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell)
            worker_freeze(&s->slots[i].worker, true);
    signals_stop();
    for (int i = 0; i < s->options->jobs; i++)
        if (s->slots[i].cell)
            worker_freeze(&s->slots[i].worker, false);
    s->ledger.ns[PAUSE_STOPPED] += time_now() - since;
}

/* Seconds that a cell in flight has had: what held the grid up is not its own. */
static double seconds_had(struct slot *slot, int64_t now)
{
    const struct pause_ledger *ledger = run_ledger(slot->scheduler);
    int64_t had = now - slot->started;
    for (int kind = 0; kind < PAUSE_KINDS; kind++)
        if (kind != PAUSE_SLEPT)
            had -= ledger->ns[kind] - slot->before.ns[kind];
    return (double)had * 1e-9;
}

/* Whether what is written can be found again. */
static void look_at_database(struct scheduler *s)
{
    struct err err;
    if (!s->silent && store_in_place(s->store, &err))
        run_fail(s, &err);
}

/* Limits of the cells in flight, and of the whole. */
static void watch(struct scheduler *s)
{
    const int64_t now = time_now();
    if (now - s->watched < WATCH_NS)
        return;
    s->watched = now;
    look_at_database(s);
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

/* Whether the signal asks for a checkpoint first; a second one wants no more of that. */
static bool is_gentle(const struct scheduler *s, int number, int64_t now)
{
    return number == SIGUSR1 ||
           (number == SIGINT && (!s->stopping || now - s->interrupted < SAME_SIGNAL_NS));
}

void run_take_signal(struct scheduler *s)
{
    struct signals_news news;
    if (!signals_take(&news))
        return;
    if (news.number == SIGTSTP) {
        stand_still(s);
        return;
    }
    const int64_t now = time_now();
    const bool gentle = is_gentle(s, news.number, now);
    if (!s->totals.interrupted)
        s->interrupted = now;
    s->totals.interrupted = true;
    s->totals.signal = news.number;
    if (s->paused) { /* what the cells in flight have to say cannot be kept */
        s->silent = true;
        run_kill_workers(s);
        return;
    }
    if (!gentle) {
        run_kill_workers(s);
        return;
    }
    stop_gently(s, NULL);
}

/* Sleeps until a worker, a signal or the clock says something. */
static void wait_for_news(struct scheduler *s)
{
    struct pollfd fds[2 * RUN_MAX_JOBS + 1];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){signals_descriptor(), POLLIN, 0};
    for (int i = 0; i < s->options->jobs; i++) {
        if (!s->slots[i].cell)
            continue;
        /* poll skips negative descriptors */
        fds[count++] = (struct pollfd){s->slots[i].worker.records, POLLIN, 0};
        fds[count++] = (struct pollfd){s->slots[i].worker.log, POLLIN, 0};
    }
    if (poll(fds, count, RUN_TICK_MS) > 0 && fds[0].revents)
        run_take_signal(s);
}

static void read_workers(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->cell && !worker_read(&slot->worker, run_take_record, slot))
            run_end_cell(slot);
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
    struct signals caught;
    REQUIRE(options->jobs >= 1 && options->jobs <= RUN_MAX_JOBS && options->threads >= 1);
    signals_catch(&caught, run_signals);
    MEM_NEW(s, 1);
    s->plan = plan;
    s->store = store;
    store_wait_for_lock(store, PAUSE_LOCK_MS);
    s->options = options;
    s->watcher = watcher;
    arena_init(&s->arena);
    fill_queue(s);
    for (int i = 0; i < options->jobs; i++)
        s->slots[i] = (struct slot){.scheduler = s, .number = i};
    s->assignments = worker_assignments(&s->arena);
    run_clear_checkpoints(plan, options);
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
        run_tell(s, &(struct run_event){.kind = RUN_TICK});
    }
    look_at_database(s);
    add_up(s);
    signals_release(&caught);
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

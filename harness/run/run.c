#include "harness/run/run.h"

#include "base/signals.h"
#include "base/time.h"
#include "harness/machine/environment.h"
#include "harness/run/budget.h"
#include "harness/run/checkpoints.h"
#include "harness/run/decider.h"
#include "harness/run/flight.h"
#include "harness/run/tally.h"

#include <poll.h>

enum {
    TICK_MS = 200,
    WATCH_NS = 100000000,
    /* timeout(1) sends its signal to the program, then to its group: one Ctrl-C, not two. */
    SAME_SIGNAL_NS = 50000000,
};

struct scheduler {
    const struct plan *plan;
    const struct run_options *options;
    const struct run_watcher *watcher;
    struct writer writer;
    struct flights flights;
    struct queue *queue;
    struct tally *tally;
    struct budget *seconds; /* what cells take */
    struct budget *budget;  /* the same, where it ends; NULL: it does not */
    bool *again;            /* [plan->count] it was started before */
    int64_t watched;        /* when the limits were last looked at */
    bool stopping;          /* start nothing more: the first Ctrl-C, or the budget is used up */
    bool gave_up;           /* likewise: too many have failed */
    bool killed;            /* workers were told to die: what they were doing is lost */
    int64_t interrupted;    /* when the first signal to stop came */
    struct run_totals totals;
    struct arena arena;
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

size_t run_count_wanted(const struct plan *plan, const struct run_options *options)
{
    const bool *needed = options->decider ? decider_needed(options->decider) : NULL;
    size_t wanted = 0;
    for (size_t i = 0; i < plan->count; i++)
        wanted += run_wants(&plan->cells[i], options) && (!needed || needed[i]);
    return wanted;
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

static size_t place_of(const struct scheduler *s, const struct plan_cell *cell)
{
    return (size_t)(cell - s->plan->cells);
}

/* ---- Stopping ---- */

const int run_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, 0};

/* What was going on is lost. */
static void kill_workers(struct scheduler *s)
{
    s->stopping = s->killed = true;
    flight_signal(&s->flights, SIGKILL);
}

/* Nothing can be kept any more: of what is in flight nothing will be known. */
static void kill_if_silent(struct scheduler *s)
{
    if (s->writer.silent && !s->killed)
        kill_workers(s);
}

/* Nothing more is started, and what is in flight ends. */
static void stop_gently(struct scheduler *s, const char *why)
{
    s->stopping = true;
    flight_signal(&s->flights, SIGUSR1);
    tell(s, &(struct run_event){.kind = RUN_STOPPING, .why = why});
}

/* ---- What is next ---- */

/* Seconds that the cells in flight still take, each; negative where nothing is known of one. */
static size_t rest_of_flight(const struct scheduler *s, double *ret_seconds)
{
    size_t count = 0;
    for (int i = 0; i < s->options->jobs; i++) {
        const struct flight *flight = &s->flights.places[i];
        if (!flight->cell)
            continue;
        const double all = budget_seconds(s->budget, place_of(s, flight->cell));
        const double gone = (double)(time_now() - flight->started) * 1e-9;
        ret_seconds[count++] = all < 0 || gone < all ? all - (all < 0 ? 0 : gone) : 0;
    }
    return count;
}

/* For the queue, too. */
static bool is_needed(const struct scheduler *s, size_t cell)
{
    return !s->options->decider || decider_needed(s->options->decider)[cell];
}

static bool needs(void *context, size_t cell)
{
    return is_needed(context, cell);
}

/* What the needed cells of a block take, as far as it is known; where nothing is, one each. */
static double block_seconds(const struct scheduler *s, const struct queue_block *block)
{
    double sum = 0;
    for (size_t i = 0; i < block->count; i++) {
        const double seconds = budget_seconds(s->seconds, block->cells[i]);
        if (is_needed(s, block->cells[i]))
            sum += seconds >= 0 ? seconds : 1;
    }
    return sum;
}

/* The block that promises most, of those that can be begun: for the queue. */
static size_t choose(void *context)
{
    const struct scheduler *s = context;
    const size_t count = queue_block_count(s->queue);
    struct choose_block *blocks;
    MEM_NEW(blocks, count);
    for (size_t b = 0; b < count; b++) {
        const struct queue_block block = queue_block(s->queue, b);
        blocks[b] = decider_block(s->options->decider, block.cells, block.count);
        blocks[b].begun = queue_is_open(s->queue, b);
        blocks[b].refused = queue_is_refused(s->queue, b);
        for (size_t i = 0; i < block.count && !blocks[b].busy; i++)
            blocks[b].busy = blocks[b].begun && is_needed(s, block.cells[i]) &&
                             !tally_knows(s->tally, block.cells[i]);
    }
    for (size_t b = 0; b < count; b++)
        if (choose_is_next(blocks, count, b)) {
            const struct queue_block block = queue_block(s->queue, b);
            blocks[b].seconds = block_seconds(s, &block);
        }
    const size_t chosen = choose_block(blocks, count);
    mem_free(blocks);
    return chosen < count ? chosen : SIZE_MAX;
}

static const struct queue_steering steering = {choose, needs};

/* Whether a block can be begun beside what was begun before it: for the queue. */
static bool may_open(void *context, size_t block)
{
    const struct scheduler *s = context;
    const struct queue_block asked = queue_block(s->queue, block);
    double flight[RUN_MAX_JOBS];
    if (!s->budget)
        return true;
    size_t *cells, count = 0;
    MEM_NEW(cells, asked.count);
    for (size_t i = 0; i < asked.count; i++)
        if (is_needed(s, asked.cells[i]))
            cells[count++] = asked.cells[i];
    const bool opens =
        budget_opens(s->budget, s->queue, cells, count, flight, rest_of_flight(s, flight));
    mem_free(cells);
    return opens;
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

static void start(struct scheduler *s, struct flight *flight, const struct plan_cell *cell)
{
    struct err err;
    if (!writer_has_room(&s->writer) || s->stopping) {
        queue_ended(s->queue, place_of(s, cell));
    } else if (flight_start(&s->flights, flight, cell, &err)) {
        writer_silence(&s->writer, &err);
    } else {
        s->again[place_of(s, cell)] = true;
        tell(s, &(struct run_event){.kind = RUN_CELL_STARTED,
                                    .worker = flight_number(&s->flights, flight),
                                    .cell = cell});
    }
    kill_if_silent(s);
}

static void fill_places(struct scheduler *s)
{
    struct flight *flight;
    const struct plan_cell *cell;
    while (!s->stopping && !s->gave_up && (flight = flight_free(&s->flights)) &&
           (cell = next_cell(s)))
        start(s, flight, cell);
}

/* ---- What comes in ---- */

/* For the writer. */
static int answer(void *decider, struct err *err)
{
    return decider_answer(decider, err);
}

/* Whether the cell comes again, after all others. */
static bool judge(struct scheduler *s, const struct flight *flight, const struct record_end *end)
{
    const size_t place = place_of(s, flight->cell);
    const struct tally_attempt attempt = {
        .state = end->state,
        .cause = end->cause,
        .doubtful = end->timing.reason != NULL,
        .retries = flight->cell->limits.retries,
        .strict = s->options->timing == RUN_TIMING_STRICT,
    };
    const bool again = tally_end(s->tally, place, &attempt) && !s->killed;
    queue_ended(s->queue, place);
    if (again)
        queue_again(s->queue, place);
    if (end->state == ATTEMPT_DONE)
        budget_learn(s->seconds, place, end);
    if (s->options->decider && tally_knows(s->tally, place) &&
        decider_hears(s->options->decider, place)) {
        writer_do(&s->writer, answer, s->options->decider);
        queue_reconsider(s->queue);
    }
    const size_t most = (size_t)s->options->max_failures;
    if (most > 0 && tally_failures(s->tally) >= most && !s->gave_up) {
        s->gave_up = true;
        tell(s, &(struct run_event){
                    .kind = RUN_STOPPING, .why = "too many cells have failed", .finishing = true});
    }
    return again;
}

static void end_cell(struct scheduler *s, struct flight *flight)
{
    struct record_end end;
    flight_end(&s->flights, flight, s->killed, &end);
    const bool again = judge(s, flight, &end);
    tell(s, &(struct run_event){.kind = RUN_CELL_ENDED,
                                .worker = flight_number(&s->flights, flight),
                                .cell = flight->cell,
                                .end = &end,
                                .again = again});
    flight_release(&s->flights, flight);
}

/* Of whom a record comes: for worker_read. */
struct sender {
    struct scheduler *scheduler;
    struct flight *flight;
};

static void take_record(void *context, const struct record *record)
{
    const struct sender *sender = context;
    struct scheduler *s = sender->scheduler;
    struct flight *flight = sender->flight;
    if (!flight_take(&s->flights, flight, record) || s->writer.silent)
        return;
    if (record->kind == RECORD_ARTIFACT)
        queue_scored(s->queue, place_of(s, flight->cell));
    tell(s, &(struct run_event){.kind = RUN_CELL_TOLD,
                                .worker = flight_number(&s->flights, flight),
                                .cell = flight->cell,
                                .record = record});
}

static void read_workers(struct scheduler *s)
{
    for (int i = 0; i < s->options->jobs; i++) {
        struct sender sender = {s, &s->flights.places[i]};
        if (sender.flight->cell && !worker_read(&sender.flight->worker, take_record, &sender))
            end_cell(s, sender.flight);
        kill_if_silent(s);
    }
}

/* Limits of the cells in flight, and of the whole. */
static void watch(struct scheduler *s)
{
    const int64_t now = time_now();
    if (now - s->watched < WATCH_NS)
        return;
    s->watched = now;
    writer_check_place(&s->writer);
    kill_if_silent(s);
    flight_watch(&s->flights, now);
    if (s->budget && !s->stopping && s->flights.running > 0 && budget_left(s->budget) <= 0)
        stop_gently(s, "the time is up");
}

/* ---- Signals ---- */

/* Ctrl-Z: as long as the scheduler stands still, so do the workers. */
static void stand_still(struct scheduler *s)
{
    const int64_t since = time_now();
    flight_signal(&s->flights, SIGSTOP);
    signals_stop();
    flight_signal(&s->flights, SIGCONT);
    s->writer.ledger.ns[PAUSE_STOPPED] += time_now() - since;
}

/* Whether the signal asks for a checkpoint first; a second one wants no more of that. */
static bool is_gentle(const struct scheduler *s, int number, int64_t now)
{
    return number == SIGUSR1 ||
           (number == SIGINT && (!s->stopping || now - s->interrupted < SAME_SIGNAL_NS));
}

/* Reads one signal and does what it asks for. */
static void take_signal(struct scheduler *s)
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
    if (s->writer.paused) /* what the cells in flight have to say cannot be kept */
        writer_silence(&s->writer, NULL);
    if (gentle && !s->writer.silent)
        stop_gently(s, NULL);
    else
        kill_workers(s);
}

/* Sleeps until a worker, a signal or the clock says something. */
static void wait_for_news(struct scheduler *s)
{
    struct pollfd fds[WORKER_FDS * RUN_MAX_JOBS + 1];
    nfds_t count = 0;
    fds[count++] = (struct pollfd){signals_descriptor(), POLLIN, 0};
    for (int i = 0; i < s->options->jobs; i++) {
        const struct flight *flight = &s->flights.places[i];
        if (!flight->cell)
            continue;
        worker_poll(&flight->worker, fds + count);
        count += WORKER_FDS;
    }
    if (poll(fds, count, TICK_MS) > 0 && fds[0].revents)
        take_signal(s);
}

/* ---- While nothing can be written ---- */

static void tell_pause(void *context, enum pause_kind kind)
{
    struct scheduler *s = context;
    tell(s, &(struct run_event){.kind = RUN_PAUSED,
                                .pause = pause_text(kind, s->options->db, &s->arena)});
}

static void tell_resumption(void *context, int64_t ns)
{
    struct str text = {0};
    str_add_duration(&text, (double)ns * 1e-9);
    tell(context, &(struct run_event){.kind = RUN_RESUMED, .pause = str_text(&text)});
    str_release(&text);
}

/* Only signals are news: what workers say has to wait. */
static void wait_for_signal(void *context, int ms)
{
    struct scheduler *s = context;
    struct pollfd signals = {signals_descriptor(), POLLIN, 0};
    if (poll(&signals, 1, ms) > 0)
        take_signal(s);
    tell(s, &(struct run_event){.kind = RUN_TICK});
}

/* ---- The whole --------------------------------------------------------------------------------*/

static void add_up(struct scheduler *s)
{
    const struct tally_counts counts = tally_count(s->tally);
    s->totals.done = counts.done;
    s->totals.failed = counts.failed;
    for (size_t i = 0; i < s->plan->count; i++)
        s->totals.left += run_wants(&s->plan->cells[i], s->options) && is_needed(s, i) &&
                          !tally_knows(s->tally, i);
    s->totals.doubtful = s->options->timing == RUN_TIMING_STRICT ? counts.doubtful : 0;
    s->totals.gave_up = s->gave_up;
    if (s->budget)
        budget_name_rest(s->seconds, s->queue, s->tally,
                         s->options->decider ? decider_needed(s->options->decider) : NULL,
                         &s->totals.blocks);
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
    }
    s->queue = queue_new(items, s->plan->count, may_open, s);
    if (s->options->limit)
        queue_limit(s->queue, (size_t)s->options->limit);
    s->tally = tally_new(s->plan->count);
    MEM_NEW(s->again, s->plan->count);
    s->seconds = budget_new(s->plan, s->options);
    if (s->options->budget > 0)
        s->budget = s->seconds;
    if (s->options->decider)
        queue_steer(s->queue, &steering);
    mem_free(items);
}

static void note_crowding(struct scheduler *s)
{
    const struct run_options *options = s->options;
    const int room = pin_room_here();
    if (run_crowds(options, room))
        s->flights.crowded = arena_printf(
            &s->arena, "up to %d cells at once, of %d thread%s each, on %d core%s", options->jobs,
            options->threads, options->threads == 1 ? "" : "s", room, room == 1 ? "" : "s");
}

int run_plan(const struct plan *plan, struct store *store, const struct run_options *options,
             const struct run_watcher *watcher, struct run_totals *ret_totals, struct err *err)
{
    struct scheduler *s;
    struct signals caught;
    struct record_environment environment;
    REQUIRE(options->jobs >= 1 && options->jobs <= RUN_MAX_JOBS && options->threads >= 1);
    signals_catch(&caught, run_signals);
    MEM_NEW(s, 1);
    s->plan = plan;
    s->options = options;
    s->watcher = watcher;
    const struct writer_waiting waiting = {tell_pause, tell_resumption, wait_for_signal, s};
    s->writer = (struct writer){.store = store, .db = options->db, .waiting = &waiting};
    s->flights.options = options;
    s->flights.writer = &s->writer;
    s->flights.assignments = worker_assignments(&s->arena);
    s->flights.environment = &environment;
    store_wait_for_lock(store, PAUSE_LOCK_MS);
    fill_queue(s);
    checkpoints_clear(options, plan);
    environment_record(options->threads, &s->arena, &environment);
    note_crowding(s);
    for (fill_places(s); s->flights.running > 0; fill_places(s)) {
        wait_for_news(s);
        read_workers(s);
        watch(s);
        tell(s, &(struct run_event){.kind = RUN_TICK});
    }
    writer_check_place(&s->writer);
    add_up(s);
    signals_release(&caught);
    *ret_totals = s->totals;
    const int failed = s->writer.broken.text[0] ? -1 : 0;
    if (failed) {
        run_totals_release(ret_totals);
        *err = s->writer.broken;
    }
    arena_release(&s->arena);
    queue_free(s->queue);
    tally_free(s->tally);
    budget_free(s->seconds);
    MEM_FREE(s->again, s);
    return failed;
}

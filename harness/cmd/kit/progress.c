#include "harness/cmd/kit/progress.h"

#include "base/num.h"
#include "base/time.h"
#include "harness/cmd/kit/cmd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REDRAW_NS = 200000000, BAR_WIDTH = 30, NARROWEST = 40, USUAL = 80, WIDEST = 240 };

struct shown {
    const struct plan_cell *cell; /* NULL: idle */
    int64_t started;
    char stage[64];
    int epoch, epochs;
    double images_per_s;
    bool reused;      /* an earlier cell's scores */
    double carried_s; /* charged for them */
};

/* Cells that are alike in all but the seed: what one took tells what another will take. */
struct group {
    double seconds; /* of those that ended */
    size_t ended, waiting;
};

struct progress {
    bool live;
    const struct plan *plan;
    const struct run_options *options;
    size_t wanted, ended, failed;
    int64_t redrawn;
    int lines; /* of the live part now on the screen */
    bool stopping;
    char pause[256]; /* "": none */
    struct shown workers[RUN_MAX_JOBS];
    size_t *group_of;     /* [plan->count] index into groups */
    struct group *groups; /* [group_count] */
    size_t group_count;
};

static int compare_texts(const char *a, const char *b, int before)
{
    return before ? before : strcmp(a, b);
}

static int compare_groups(const void *left, const void *right)
{
    const struct plan_cell *const *x = left, *const *y = right;
    const struct store_cell *a = &(*x)->stored, *b = &(*y)->stored;
    int order = compare_texts(a->dataset, b->dataset, 0);
    order = compare_texts(a->model_label, b->model_label, order);
    order = compare_texts(a->pruner, b->pruner, order);
    order = compare_texts(a->options, b->options, order);
    return order ? order : NUM_COMPARE(a->rate, b->rate);
}

static size_t place_of(const struct progress *p, const struct plan_cell *cell)
{
    return (size_t)(cell - p->plan->cells);
}

static void sort_into_groups(struct progress *p)
{
    const size_t count = p->plan->count;
    const struct plan_cell **cells;
    MEM_NEW(cells, count);
    MEM_NEW(p->group_of, count);
    MEM_NEW(p->groups, count);
    for (size_t i = 0; i < count; i++)
        cells[i] = &p->plan->cells[i];
    qsort(cells, count, sizeof *cells, compare_groups);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_groups(&cells[i - 1], &cells[i]) != 0)
            p->group_count++;
        p->group_of[place_of(p, cells[i])] = p->group_count - 1;
        p->groups[p->group_count - 1].waiting += run_wants(cells[i], p->options);
    }
    mem_free(cells);
}

struct progress *progress_new(const struct plan *plan, const struct run_options *options)
{
    struct progress *progress;
    MEM_NEW(progress, 1);
    progress->live = isatty(STDERR_FILENO) == 1;
    progress->plan = plan;
    progress->options = options;
    sort_into_groups(progress);
    progress->wanted = run_count_wanted(plan, options);
    if (options->limit && progress->wanted > (size_t)options->limit)
        progress->wanted = (size_t)options->limit;
    return progress;
}

/* ---- Text ---- */

/* "91,000" */
static void add_thousands(struct str *text, double value)
{
    const long long whole = llround(value);
    if (whole >= 1000000)
        str_addf(text, "%lld,%03lld,%03lld", whole / 1000000, whole / 1000 % 1000, whole % 1000);
    else if (whole >= 1000)
        str_addf(text, "%lld,%03lld", whole / 1000, whole % 1000);
    else
        str_addf(text, "%lld", whole);
}

static void add_ended(struct str *text, const struct progress *p, const struct run_event *event,
                      const struct shown *shown)
{
    const struct record_end *end = event->end;
    int width = snprintf(NULL, 0, "%zu", p->wanted);
    str_addf(text, "[%*zu/%zu] %s: ", width, p->ended, p->wanted, event->cell->label);
    if (end->state == ATTEMPT_DONE) {
        const double spent = (double)(end->phase_ns[PHASE_SCORE] + end->phase_ns[PHASE_SELECT] +
                                      end->phase_ns[PHASE_TRAIN]);
        str_addf(text, "accuracy %.2f %%, charged %.2f s of %.2f s", 100 * end->test_accuracy,
                 spent * 1e-9, (double)end->wall_ns * 1e-9);
        if (shown->reused)
            str_addf(text, " and %.2f s for reused scores", shown->carried_s);
        str_add(text, ", ");
        add_thousands(text, shown->images_per_s);
        str_add(text, " images/s");
        if (event->again)
            str_addf(text, "; again at the end, its seconds are doubtful: %s", end->timing.reason);
    } else {
        record_add_ended(text, attempt_state_names[end->state], attempt_cause_names[end->cause],
                         end->reason);
        str_add(text, event->again ? "; again at the end" : "");
    }
    str_add(text, "\n");
}

/* ---- Expectation ---- */

static struct group *group_of(const struct progress *p, const struct plan_cell *cell)
{
    return &p->groups[p->group_of[place_of(p, cell)]];
}

/* Mean seconds of the group's cells that ended; otherwise where there is none. */
static double expected(const struct group *group, double otherwise)
{
    return group->ended ? group->seconds / (double)group->ended : otherwise;
}

/* Seconds until the last cell ends, 0 while nothing is known. */
static double remaining(const struct progress *p)
{
    struct group all = {0};
    for (size_t k = 0; k < p->group_count; k++) {
        all.seconds += p->groups[k].seconds;
        all.ended += p->groups[k].ended;
        all.waiting += p->groups[k].waiting;
    }
    const double mean = expected(&all, 0);
    double total = 0, running = 0;
    size_t busy = 0;
    for (size_t k = 0; k < p->group_count; k++)
        total += (double)p->groups[k].waiting * expected(&p->groups[k], mean);
    for (int w = 0; w < p->options->jobs; w++) {
        const struct shown *shown = &p->workers[w];
        if (!shown->cell)
            continue;
        const double rest =
            expected(group_of(p, shown->cell), mean) - (double)(time_now() - shown->started) * 1e-9;
        running += rest > 0 ? rest : 0;
        busy++;
    }
    /* A limit starts fewer than are waiting. */
    const size_t starting = p->wanted - p->ended - busy;
    if (all.waiting > 0)
        total *= (double)starting / (double)all.waiting;
    return (total + running) / p->options->jobs;
}

/* ---- The live part ---- */

static size_t terminal_width(void)
{
    const int columns = cmd_terminal_of(STDERR_FILENO).columns;
    return columns < NARROWEST ? USUAL : columns < WIDEST ? (size_t)columns : WIDEST;
}

static void erase(struct progress *p)
{
    if (p->lines > 0)
        fprintf(stderr, "\033[%dA\033[J", p->lines);
    p->lines = 0;
}

static void print_cut(const struct str *text, size_t width)
{
    fprintf(stderr, "%.*s\n", (int)(width - 1), str_text(text));
}

static void draw_bar(const struct progress *p, size_t width)
{
    struct str text = {0};
    char bar[BAR_WIDTH + 1];
    const size_t full = p->wanted ? BAR_WIDTH * p->ended / p->wanted : BAR_WIDTH;
    for (size_t i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '=' : i == full ? '>' : ' ';
    bar[BAR_WIDTH] = '\0';
    str_addf(&text, "[%s] %zu of %zu cells", bar, p->ended, p->wanted);
    if (p->failed)
        str_addf(&text, ", %zu failed", p->failed);
    const double seconds = remaining(p);
    if (seconds > 0) {
        str_add(&text, ", about ");
        str_add_duration(&text, seconds);
        str_add(&text, " left");
    }
    if (p->pause[0])
        str_addf(&text, ", %s", p->pause);
    if (p->stopping)
        str_add(&text, ", stopping (Ctrl-C again: now)");
    print_cut(&text, width);
    str_release(&text);
}

static void draw(struct progress *p)
{
    const size_t width = terminal_width();
    erase(p);
    draw_bar(p, width);
    p->lines = 1;
    for (int w = 0; w < p->options->jobs; w++) {
        const struct shown *shown = &p->workers[w];
        if (!shown->cell)
            continue;
        struct str text = {0}, speed = {0};
        if (shown->epochs) {
            add_thousands(&speed, shown->images_per_s);
            str_addf(&text, "  %-9s %3d/%-3d %9s images/s  ", shown->stage, shown->epoch,
                     shown->epochs, str_text(&speed));
        } else {
            str_addf(&text, "  %-36s", "loading");
        }
        str_add(&text, shown->cell->label); /* last: it is what a narrow terminal cuts */
        str_release(&speed);
        print_cut(&text, width);
        str_release(&text);
        p->lines++;
    }
    p->redrawn = time_now();
}

/* ---- Events ---- */

static void end_cell(struct progress *p, const struct run_event *event)
{
    struct shown *shown = &p->workers[event->worker];
    struct str text = {0};
    struct group *group = group_of(p, event->cell);
    p->ended += !event->again;
    p->failed += !event->again && event->end->state != ATTEMPT_DONE;
    group->waiting += event->again;
    group->seconds += (double)(time_now() - shown->started) * 1e-9;
    group->ended++;
    add_ended(&text, p, event, shown);
    erase(p);
    cmd_say_lines(str_text(&text));
    str_release(&text);
    *shown = (struct shown){0};
    p->redrawn = 0;
}

/* A line of its own, also on a terminal: in the morning it tells of the night. */
static void tell_pause(struct progress *p, const struct run_event *event)
{
    const bool begins = event->kind == RUN_PAUSED;
    erase(p);
    cmd_say(begins ? "%s\n" : "going on after %s\n", event->pause);
    snprintf(p->pause, sizeof p->pause, "%s", begins ? event->pause : "");
}

static void take_record(struct shown *shown, const struct record *record)
{
    if (record->kind == RECORD_PROGRESS) {
        snprintf(shown->stage, sizeof shown->stage, "%s", record->progress.stage);
        shown->epoch = record->progress.epoch;
        shown->epochs = record->progress.epochs;
        shown->images_per_s = record->progress.images_per_s;
    } else if (record->kind == RECORD_ARTIFACT) {
        shown->reused = record->artifact.reused;
        shown->carried_s = (double)record->artifact.carried_ns * 1e-9;
    }
}

void progress_take(void *context, const struct run_event *event)
{
    struct progress *p = context;
    struct shown *shown = &p->workers[event->worker];
    switch (event->kind) {
    case RUN_CELL_STARTED:
        *shown = (struct shown){.cell = event->cell, .started = time_now()};
        group_of(p, event->cell)->waiting--;
        break;
    case RUN_CELL_TOLD:
        take_record(shown, event->record);
        break;
    case RUN_CELL_ENDED:
        end_cell(p, event);
        break;
    case RUN_STOPPING:
        p->stopping = true;
        if (!p->live)
            cmd_say("stopping%s%s: the cells in flight %s first; Ctrl-C%s stops now\n",
                    event->why ? ", " : "", event->why ? event->why : "",
                    event->finishing ? "are finished" : "write a checkpoint",
                    event->why ? "" : " again");
        break;
    case RUN_PAUSED:
    case RUN_RESUMED:
        tell_pause(p, event);
        break;
    case RUN_TICK:
        if (p->live && time_now() - p->redrawn >= REDRAW_NS)
            draw(p);
        break;
    }
}

void progress_pause(struct progress *progress)
{
    erase(progress);
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    erase(progress);
    MEM_FREE(progress->group_of, progress->groups, progress);
}

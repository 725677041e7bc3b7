#include "harness/cmd/grid/watch.h"

#include "harness/ask/table.h"
#include "harness/cmd/grid/counts.h"
#include "harness/cmd/kit/db.h"
#include "harness/plan/estimate.h"
#include "results/db.h"
#include "results/lock.h"
#include "results/place.h"
#include "results/record/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

DB_FILE(harness_cmd_grid_status);

enum { BAR_WIDTH = 24, ROW_BAR_WIDTH = 10, MOST_FAILURES = 10 };
enum { LEAST_COLUMNS = 20 };

/* A row of v_run. */
struct row {
    const char *experiment, *key, *label, *state, *cause, *reason;
    struct history_shape shape;
    int64_t attempt; /* that tells the state; 0: none */
    double age_s;    /* since its start */
    double wall_s;   /* of a good attempt */
    bool first;      /* of the cell: others are of other experiments */
    bool open;       /* a question of its experiment is */
    int epoch;       /* completed by a running one */
    double epoch_s;  /* wall clock at its end */
    double accuracy; /* NAN: none yet */
    double left_s;   /* until it ends; negative: not known */
    int64_t peak_memory_bytes;
};

/* One look at the database. */
struct look {
    bool at_work; /* somebody writes it */
    struct row *rows;
    size_t count;
    double per_hour;       /* cells done, of late; 0: none */
    const char *questions; /* and their answers, a line each */
    struct arena arena;
};

/* What was said of an attempt, or of an experiment, in lines. */
struct said {
    int64_t attempt;
    int epoch; /* -1: that it failed */
};

struct watch {
    const struct cmd_line *line;
    const char *path;
    bool live, colour;
    size_t columns, screen; /* of the terminal; lines of it */
    size_t drawn;           /* lines now on it */
    struct said *said;
    size_t said_count;
    struct str counts; /* the last line of each experiment */
};

/* ---- Looking ----------------------------------------------------------------------------------*/

static const char *text_at(struct look *look, const struct db_rows *row, int column)
{
    return arena_strdup(&look->arena, row_text(row, column));
}

static void take_row(struct look *look, const struct db_rows *at)
{
    MEM_ROOM(look->rows, look->count);
    look->rows[look->count++] = (struct row){
        .experiment = text_at(look, at, 0),
        .key = text_at(look, at, 1),
        .label = text_at(look, at, 2),
        .state = text_at(look, at, 3),
        .reason = text_at(look, at, 4),
        .cause = text_at(look, at, 16),
        .shape = {text_at(look, at, 5), text_at(look, at, 6), text_at(look, at, 7),
                  text_at(look, at, 8), row_real(at, 9), (int)row_int(at, 10)},
        .attempt = row_int(at, 11),
        .age_s = row_is_null(at, 12) ? 0 : row_real(at, 12),
        .wall_s = row_is_null(at, 13) ? 0 : row_real(at, 13),
        .first = row_int(at, 14) != 0,
        .peak_memory_bytes = row_int(at, 15),
        .open = row_int(at, 17) != 0,
        .accuracy = (double)NAN,
        .left_s = -1,
    };
}

static bool is(const struct row *row, const char *state)
{
    return strcmp(row->state, state) == 0;
}

static bool has_failed(const struct row *row)
{
    return is(row, "failed") || is(row, "diverged");
}

static bool is_over(const struct row *row)
{
    return is(row, "done") || has_failed(row) || is(row, counts_not_needed);
}

static int read_epoch(struct sqlite3 *db, struct row *row, struct err *err)
{
    struct db_rows last;
    db_ask_named(&last, db, DB_NAMED(harness_cmd_grid_status, "last epoch"),
                 DB_VALUES(db_int(row->attempt)));
    if (db_next(&last)) {
        row->epoch = (int)row_int(&last, 0);
        row->epoch_s = row_real(&last, 1);
        row->accuracy = row_real(&last, 2);
    }
    return db_close(&last, err);
}

static int read_rows(struct sqlite3 *db, struct look *look, struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, db, DB_NAMED(harness_cmd_grid_status, "cells"), DB_NO_VALUES);
    while (db_next(&rows))
        take_row(look, &rows);
    int failed = db_close(&rows, err);
    for (size_t i = 0; i < look->count && !failed; i++)
        if (is(&look->rows[i], "running"))
            failed = read_epoch(db, &look->rows[i], err);
    return failed;
}

static int read_questions(struct sqlite3 *db, struct look *look, struct err *err)
{
    struct db_rows rows;
    struct str lines = {0};
    db_ask_named(&rows, db, DB_NAMED(harness_cmd_grid_status, "question lines"), DB_NO_VALUES);
    while (db_next(&rows))
        str_addf(&lines, "%s\n", row_text(&rows, 0));
    look->questions = str_keep(&lines, &look->arena);
    return db_close(&rows, err);
}

/* Seconds that a running attempt still takes: by cells like it, or else by its own epochs. */
static double left_of(const struct row *row, const struct estimate *estimate)
{
    if (estimate->basis != ESTIMATE_UNKNOWN && estimate->seconds > row->age_s)
        return estimate->seconds - row->age_s;
    if (row->epoch == 0)
        return -1;
    const double left = row->epoch_s / row->epoch * (row->shape.epochs - row->epoch);
    const double since = row->age_s - row->epoch_s;
    return left > since && since > 0 ? left - since : since > 0 ? 0 : left;
}

static void estimate_rows(struct look *look)
{
    struct history_run *runs;
    struct history_shape *shapes;
    struct estimate *estimates;
    size_t run_count = 0;
    MEM_NEW(runs, look->count);
    MEM_NEW(shapes, look->count);
    MEM_NEW(estimates, look->count);
    for (size_t i = 0; i < look->count; i++) {
        const struct row *row = &look->rows[i];
        shapes[i] = row->shape;
        if (row->first && is(row, "done"))
            runs[run_count++] =
                (struct history_run){row->shape, row->wall_s, row->peak_memory_bytes};
    }
    estimate_cells(runs, run_count, shapes, look->count, estimates);
    for (size_t i = 0; i < look->count; i++) {
        struct row *row = &look->rows[i];
        if (is(row, "running"))
            row->left_s = left_of(row, &estimates[i]);
        else if (!is_over(row) && estimates[i].basis != ESTIMATE_UNKNOWN)
            row->left_s = estimates[i].seconds;
    }
    MEM_FREE(runs, shapes, estimates);
}

/* Over the last hour, or since the first of its cells began. */
static double done_per_hour(const struct look *look)
{
    static const double hour = 3600;
    double oldest = 0;
    size_t done = 0;
    for (size_t i = 0; i < look->count; i++) {
        const struct row *row = &look->rows[i];
        if (!row->first || !is(row, "done") || row->age_s - row->wall_s > hour)
            continue;
        done++;
        oldest = row->age_s > oldest ? row->age_s : oldest;
    }
    const double over = oldest < hour ? oldest : hour;
    return over > 0 ? (double)done * hour / over : 0;
}

static void look_release(struct look *look)
{
    mem_free(look->rows);
    arena_release(&look->arena);
}

/* -1: go on, and release *ret_look. Otherwise the exit code, and the reason was printed. */
static int look_at(const struct watch *watch, struct look *ret_look)
{
    struct store *store;
    struct err err;
    struct str resolved = {0};
    struct look look = {0};
    /* First: where nobody is at work now, nothing changes after what is read below. */
    place_resolve(watch->path, &resolved);
    look.at_work = lock_is_held(str_text(&resolved));
    str_release(&resolved);
    int done = cmd_open_store(watch->line, watch->path, NULL, &store);
    if (done >= 0)
        return done;
    if (read_rows(store_sqlite(store), &look, &err) ||
        read_questions(store_sqlite(store), &look, &err))
        done = cmd_fail(watch->line, EXIT_DATABASE, err.text);
    store_close(store);
    if (done >= 0) {
        look_release(&look);
        return done;
    }
    estimate_rows(&look);
    look.per_hour = done_per_hour(&look);
    *ret_look = look;
    return -1;
}

/* ---- Text -------------------------------------------------------------------------------------*/

/* What an experiment still takes. */
struct rest {
    size_t unknown; /* of those that are not over */
    double seconds;
};

/* One experiment's rows: from a place in look->rows on. */
static size_t count_rows(const struct look *look, size_t from, struct counts *ret_counts,
                         struct rest *ret_rest)
{
    struct counts counts = {.open = look->rows[from].open};
    struct rest rest = {0};
    double *seconds;
    size_t known = 0, i = from;
    MEM_NEW(seconds, look->count - from);
    for (int pass = 0; pass < 2; pass++) /* those under way have their workers already */
        for (i = from;
             i < look->count && strcmp(look->rows[i].experiment, look->rows[from].experiment) == 0;
             i++) {
            const struct row *row = &look->rows[i];
            const bool running = is(row, "running");
            if (running != (pass == 0))
                continue;
            counts.cells++;
            counts.running += running;
            counts.done += is(row, "done");
            counts.failed += has_failed(row);
            counts.not_needed += is(row, counts_not_needed);
            if (is_over(row))
                continue;
            counts.to_run += !running;
            if (row->left_s >= 0)
                seconds[known++] = row->left_s;
            else
                rest.unknown++;
        }
    rest.seconds = estimate_span(seconds, known, counts.running ? (int)counts.running : 1);
    mem_free(seconds);
    *ret_counts = counts;
    *ret_rest = rest;
    return i;
}

static void add_left(struct str *text, const struct look *look, const struct counts *counts,
                     const struct rest *rest)
{
    if (look->at_work && rest->seconds > 0) {
        str_addf(text, ", %s ", rest->unknown ? "at least" : counts->open ? "at most" : "about");
        str_add_duration(text, rest->seconds);
        str_add(text, " left");
    }
    if (look->at_work && look->per_hour > 0 && counts->running + counts->to_run > 0)
        str_addf(text, ", %.*f cells an hour", look->per_hour < 10 ? 1 : 0, look->per_hour);
}

static void add_attempt(struct str *text, const struct row *row)
{
    str_addf(text, "%s  ", row->key);
    table_add_bar(text, (double)row->epoch / (double)row->shape.epochs, ROW_BAR_WIDTH);
    str_addf(text, "  epoch %d of %d", row->epoch, row->shape.epochs);
    if (isfinite(row->accuracy))
        str_addf(text, ", accuracy %.2f %%", 100 * row->accuracy);
    str_add(text, ", ");
    str_add_duration(text, row->age_s);
    if (row->left_s >= 0) {
        str_add(text, ", about ");
        str_add_duration(text, row->left_s);
        str_add(text, " left");
    }
    str_addf(text, "  %s", row->label); /* last: it is what a narrow terminal cuts */
}

static void add_failure(struct str *text, const struct row *row)
{
    str_addf(text, "%s  ", row->key);
    record_add_ended(text, row->state, row->cause, row->reason);
    str_addf(text, "  %s", row->label);
}

/* ---- On a terminal ----------------------------------------------------------------------------*/

enum colour { PLAIN, BOLD, RED };

/* A picture in the making; it never grows beyond the terminal. */
struct picture {
    const struct watch *watch;
    struct str text;
    size_t lines;
};

/* Takes text, and leaves it empty. */
static void picture_add(struct picture *picture, enum colour colour, struct str *text)
{
    static const char *const codes[] = {[BOLD] = "\033[1m", [RED] = "\033[31m"};
    const struct watch *watch = picture->watch;
    const bool paint = watch->colour && colour != PLAIN;
    size_t bytes = 0;
    if (picture->lines + 1 < watch->screen) {
        const char *line = str_text(text);
        for (size_t column = 0; line[bytes]; bytes++) {
            column += ((unsigned char)line[bytes] & 0xc0) != 0x80; /* a character begins */
            if (column >= watch->columns) /* the last column stays free: some wrap there */
                break;
        }
        str_add(&picture->text, paint ? codes[colour] : "");
        str_add_bytes(&picture->text, line, bytes);
        str_add(&picture->text, paint ? "\033[0m\n" : "\n");
        picture->lines++;
    }
    str_clear(text);
}

static void picture_title(struct picture *picture, const char *title)
{
    struct str text = {0};
    picture_add(picture, PLAIN, &text);
    str_add(&text, title);
    picture_add(picture, BOLD, &text);
    str_release(&text);
}

static void picture_bars(struct picture *picture, const struct look *look)
{
    struct str text = {0};
    size_t widest = 0;
    for (size_t i = 0; i < look->count; i++)
        if (strlen(look->rows[i].experiment) > widest)
            widest = strlen(look->rows[i].experiment);
    for (size_t i = 0; i < look->count;) {
        struct counts counts;
        struct rest rest;
        const char *name = look->rows[i].experiment;
        i = count_rows(look, i, &counts, &rest);
        str_addf(&text, "%-*s  ", (int)widest, name);
        table_add_bar(&text, (double)counts.done / (double)counts.cells, BAR_WIDTH);
        str_add(&text, "  ");
        counts_add(&text, &counts, look->at_work);
        add_left(&text, look, &counts, &rest);
        picture_add(picture, PLAIN, &text);
    }
    str_release(&text);
}

static void picture_cells(struct picture *picture, const struct look *look)
{
    struct str text = {0};
    size_t shown = 0, failures = 0;
    for (size_t i = 0; i < look->count; i++) {
        const struct row *row = &look->rows[i];
        if (!row->first || !is(row, "running"))
            continue;
        if (shown++ == 0)
            picture_title(picture, look->at_work ? "running" : "interrupted");
        add_attempt(&text, row);
        picture_add(picture, PLAIN, &text);
    }
    for (size_t i = look->count; i-- > 0;) { /* from the end: that of a long grid is newer */
        const struct row *row = &look->rows[i];
        if (!row->first || !has_failed(row) || failures == MOST_FAILURES)
            continue;
        if (failures++ == 0)
            picture_title(picture, "failed; winnow show CELL says more");
        add_failure(&text, row);
        picture_add(picture, RED, &text);
    }
    str_release(&text);
}

static void picture_questions(struct picture *picture, const struct look *look)
{
    struct str line = {0};
    if (look->questions[0])
        picture_title(picture, "questions");
    for (const char *at = look->questions; str_next(&line, &at, "\n");)
        picture_add(picture, PLAIN, &line);
    str_release(&line);
}

static void measure_terminal(struct watch *watch)
{
    const struct cmd_terminal place = cmd_terminal_of(STDOUT_FILENO);
    watch->columns = (size_t)(place.columns < LEAST_COLUMNS ? LEAST_COLUMNS : place.columns);
    watch->screen = (size_t)(place.lines < 3 ? 3 : place.lines);
}

static void draw(struct watch *watch, const struct look *look)
{
    struct picture picture = {.watch = watch};
    measure_terminal(watch);
    picture_bars(&picture, look);
    picture_questions(&picture, look);
    picture_cells(&picture, look);
    if (watch->drawn)
        printf("\033[%zuA", watch->drawn);
    printf("\r\033[J%s", str_text(&picture.text));
    watch->drawn = picture.lines;
    str_release(&picture.text);
}

/* ---- Elsewhere --------------------------------------------------------------------------------*/

/* Whether it is news, which it is not any more afterwards. */
static bool is_news(struct watch *watch, int64_t attempt, int epoch)
{
    for (size_t i = watch->said_count; i-- > 0;) {
        struct said *said = &watch->said[i];
        if (said->attempt != attempt)
            continue;
        const bool news = said->epoch != epoch;
        said->epoch = epoch;
        return news;
    }
    MEM_ROOM(watch->said, watch->said_count);
    watch->said[watch->said_count++] = (struct said){attempt, epoch};
    return true;
}

/* watch->counts holds what was said last, each line between two newlines: one that is in it whole
   is no news. What is left and the rate change all the time, and are none by themselves. */
static void print_counts(struct watch *watch, const struct look *look)
{
    struct str all = {0}, line = {0};
    for (size_t i = 0; i < look->count;) {
        struct counts counts;
        struct rest rest;
        struct str text = {0};
        str_addf(&text, "\n%s: ", look->rows[i].experiment);
        i = count_rows(look, i, &counts, &rest);
        counts_add(&text, &counts, look->at_work);
        str_addf(&all, "%s\n", str_text(&text));
        if (!strstr(str_text(&watch->counts), str_text(&all) + all.length - text.length - 1)) {
            add_left(&text, look, &counts, &rest);
            puts(str_text(&text) + 1);
        }
        str_release(&text);
    }
    for (const char *at = look->questions; str_next(&line, &at, "\n");) {
        str_addf(&all, "\n%s\n", str_text(&line));
        if (!strstr(str_text(&watch->counts), str_text(&all) + all.length - line.length - 2))
            puts(str_text(&line));
    }
    str_release(&line);
    str_release(&watch->counts);
    watch->counts = all;
}

static void print_changes(struct watch *watch, const struct look *look)
{
    struct str text = {0};
    for (size_t i = 0; i < look->count; i++) {
        const struct row *row = &look->rows[i];
        const bool running = is(row, "running");
        if (!row->first || !(running || has_failed(row)) ||
            !is_news(watch, row->attempt, running ? row->epoch : -1))
            continue;
        if (running)
            add_attempt(&text, row);
        else
            add_failure(&text, row);
        puts(str_text(&text));
        str_clear(&text);
    }
    str_release(&text);
    print_counts(watch, look);
}

/* ---- The whole --------------------------------------------------------------------------------*/

static void pause_for(double seconds)
{
    const double whole = floor(seconds);
    struct timespec left = {(time_t)whole, (long)((seconds - whole) * 1e9)};
    nanosleep(&left, NULL);
}

static int watch_until_done(struct watch *watch, double interval)
{
    for (;;) {
        struct look look;
        int done = look_at(watch, &look);
        if (done >= 0)
            return done;
        if (watch->live)
            draw(watch, &look);
        else
            print_changes(watch, &look);
        const bool at_work = look.at_work;
        look_release(&look);
        done = cmd_flush(watch->line);
        if (done != EXIT_DONE)
            return done;
        if (!at_work) {
            cmd_say("winnow status: no scheduler is at work on %s\n", watch->path);
            return EXIT_DONE;
        }
        pause_for(interval);
    }
}

int watch_database(const struct cmd_line *line, const char *path, double interval)
{
    struct str chosen = {0};
    int code = cmd_choose_db(line, path, &chosen);
    if (code >= 0)
        return code;
    const struct cmd_terminal place = cmd_terminal_of(STDOUT_FILENO);
    struct watch watch = {
        .line = line, .path = str_text(&chosen), .live = place.live, .colour = place.colours};
    code = watch_until_done(&watch, interval);
    mem_free(watch.said);
    STR_RELEASE(&watch.counts, &chosen);
    return code;
}

/*
 * report_results: the table of the results, one for each dataset and model: per pruner, options and
 * rate the means over seeds with their intervals (stats.h, Student's t), and the speedup, a
 * geometric mean over seeds that `full` has too (v_speedup).
 */
#include "base/mem.h"
#include "base/stats.h"
#include "harness/cell/cell.h"
#include "harness/report/html.h"
#include "harness/report/report.h"
#include "results/conditions.h"
#include "results/db.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

DB_FILE(harness_report_results);

/* ---- Runs, gathered by arm --------------------------------------------------------------------*/

struct estimate {
    size_t n;
    double mean, low, high; /* NAN where there is none */
    bool equal;             /* n > 1 that are all the same, and so have no interval (stats.h) */
};

/* What is told of an arm; the speedup by its logarithms. */
enum measure { ACCURACY, CHARGED_S, KEPT, SPEEDUP, AUGMENTED, MEASURES };

struct arm {
    const char *dataset, *model, *pruner, *label;
    double rate;
    size_t not_done;
    struct estimate of[MEASURES];
};

struct arms {
    struct arm *items;
    size_t count;
    struct arena arena;
};

/* The values of one arm, while its rows go by. */
struct values {
    double *of[MEASURES];
    size_t count[MEASURES];
    double step; /* of the accuracies, the coarsest; 0: not known (stats.h) */
};

static struct estimate estimate(const double *values, size_t n, double least_sd)
{
    struct estimate result = {n, (double)NAN, (double)NAN, (double)NAN,
                              n > 1 && !stats_has_spread(values, n)};
    if (n > 0) {
        const struct stats_interval t = stats_t_interval_at(values, n, STATS_ALPHA, least_sd);
        result.mean = stats_mean(values, n);
        result.low = t.low;
        result.high = t.high;
    }
    return result;
}

static void take(double value, double *values, size_t *count)
{
    if (isfinite(value))
        values[(*count)++] = value;
}

/* From now on it is the values of the next arm. */
static void end_arm(struct arm *arm, struct values *values)
{
    for (int m = 0; m < MEASURES; m++) {
        arm->of[m] = estimate(values->of[m], values->count[m], m == ACCURACY ? values->step : 0);
        values->count[m] = 0;
    }
    values->step = 0;
}

static void take_row(const struct db_rows *row, struct arms *arms, struct arm *arm,
                     struct values *values)
{
    const double of[MEASURES] = {row_real(row, 7), row_real(row, 8), row_real(row, 9),
                                 log(row_real(row, 10)), row_real(row, 13)};
    if (!arm->label) {
        arm->dataset = arena_strdup(&arms->arena, row_raw(row, 1));
        arm->model = arena_strdup(&arms->arena, row_raw(row, 2));
        arm->pruner = arena_strdup(&arms->arena, row_raw(row, 3));
        arm->label = arena_strdup(&arms->arena, row_raw(row, 4));
        arm->rate = row_real(row, 5);
    }
    if (!row_int(row, 6)) {
        arm->not_done++;
        return;
    }
    values->step = fmax(values->step, stats_step(row_real(row, 11)));
    for (int m = 0; m < MEASURES; m++)
        take(of[m], values->of[m], &values->count[m]);
}

static int read_arms(const struct report *report, struct arms *arms, struct err *err)
{
    struct values values = {0};
    struct db_rows row;
    int64_t last = -1;
    db_ask_named(&row, report->db, DB_NAMED(harness_report_results, "runs"),
                 DB_VALUES(db_text(report->experiment)));
    while (db_next(&row)) {
        if (!arms->items) {
            const size_t runs = (size_t)row_int(&row, 12);
            ARENA_NEW(&arms->arena, arms->items, runs);
            for (int m = 0; m < MEASURES; m++)
                ARENA_NEW(&arms->arena, values.of[m], runs);
        }
        if (row_int(&row, 0) != last) {
            if (arms->count)
                end_arm(&arms->items[arms->count - 1], &values);
            arms->count++;
            last = row_int(&row, 0);
        }
        take_row(&row, arms, &arms->items[arms->count - 1], &values);
    }
    if (arms->count)
        end_arm(&arms->items[arms->count - 1], &values);
    return db_close(&row, err);
}

/* ---- A table ----------------------------------------------------------------------------------*/

enum { STRIP_WIDTH = 108, STRIP_MARGIN = 5 }; /* of a drawing, in its own units */

/* The arms of one dataset and model. */
struct task {
    const struct arm *arms;
    size_t count;
    double low, high, full; /* the scale of the accuracies drawn; full NAN: it has none */
    bool incomplete;        /* some are not done */
    bool augmented;         /* some have an accuracy with test-time augmentation */
    int digits;             /* of seconds */
};

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/*
 * From the lowest mean to the highest end of an interval that is not far from the means; what is
 * far below the others, as are the wrecks at high rates, must not press these into one point.
 */
static void set_scale(struct task *task)
{
    double *means;
    size_t count = 0;
    MEM_NEW(means, task->count);
    for (size_t i = 0; i < task->count; i++)
        take(task->arms[i].of[ACCURACY].mean, means, &count);
    qsort(means, count, sizeof *means, ascending);
    if (count) {
        const double top = means[count - 1], middle = means[count / 2];
        const double room = fmax(top - middle, 0.002); /* 0.2 points, where all are alike */
        task->low = fmax(means[0] - room, middle - 4 * room);
        task->high = top + room;
    }
    mem_free(means);
}

static struct task task_of(const struct arm *arms, size_t count)
{
    struct task task = {arms, count, 0, 0, (double)NAN, false, false, 2};
    set_scale(&task);
    for (size_t i = 0; i < count; i++) {
        task.incomplete = task.incomplete || arms[i].not_done > 0;
        task.augmented = task.augmented || arms[i].of[AUGMENTED].n > 0;
        if (strcmp(arms[i].pruner, "full") == 0)
            task.full = arms[i].of[ACCURACY].mean;
        if (arms[i].of[CHARGED_S].mean >= 100)
            task.digits = arms[i].of[CHARGED_S].mean >= 1000 || task.digits == 0 ? 0 : 1;
    }
    return task;
}

/* Where an accuracy is drawn; what is off the scale, at its end. */
static double place_of(const struct task *task, double accuracy)
{
    const double share = (accuracy - task->low) / (task->high - task->low);
    return STRIP_MARGIN + fmin(fmax(share, 0), 1) * (STRIP_WIDTH - 2 * STRIP_MARGIN);
}

/* Mean and interval on the scale of the task, with a line where `full` is; said in the columns
 * beside it, so that it says nothing to those who do not see it. */
static void add_strip(const struct task *task, const struct estimate *accuracy, struct str *out)
{
    str_add(out, "<td>");
    if (isfinite(accuracy->mean)) {
        str_addf(out, "<svg class=\"strip\" viewBox=\"0 0 %d 18\" aria-hidden=\"true\">",
                 STRIP_WIDTH);
        str_addf(out, "<path class=\"axis\" d=\"M0 9H%d\"/>", STRIP_WIDTH);
        if (isfinite(task->full))
            str_addf(out, "<path class=\"full\" d=\"M%.1f 0V18\"/>", place_of(task, task->full));
        if (isfinite(accuracy->low))
            str_addf(out, "<path class=\"span\" d=\"M%.1f 9H%.1f\"/>",
                     place_of(task, accuracy->low), place_of(task, accuracy->high));
        str_addf(out, "<circle cx=\"%.1f\" cy=\"9\" r=\"3\"%s/></svg>",
                 place_of(task, accuracy->mean),
                 accuracy->mean < task->low ? " class=\"off\"" : "");
    }
    str_add(out, "</td>");
}

static void add_task(const struct task *task, struct str *out)
{
    const struct html_column columns[] = {
        {"Pruner", HTML_HEAD, 0},
        {"Rate", HTML_NUMBER, 2},
        {"n", HTML_NUMBER, 0},
        {"Accuracy %", HTML_NUMBER, 2},
        {"95\xc2\xa0% interval", HTML_INTERVAL, 2},
        {"Beside full", HTML_DRAWING, 0},
        {"Charged s", HTML_NUMBER, task->digits},
        {"Speedup", HTML_NUMBER, 2},
        {"95\xc2\xa0% interval", HTML_INTERVAL, 2},
        {"Processed %", HTML_NUMBER, 1},
        {"TTA %", HTML_NUMBER, 2},
        {"Not done", HTML_NUMBER, 0},
    };
    struct html_column shown[sizeof columns / sizeof *columns];
    size_t count = 0;
    struct str caption = {0};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if ((i != 10 || task->augmented) && (i != 11 || task->incomplete))
            shown[count++] = columns[i];
    str_addf(&caption, "%s, %s", task->arms->dataset, task->arms->model);
    html_table_open(out, str_text(&caption), shown, count);
    for (size_t i = 0; i < task->count; i++) {
        const struct arm *arm = &task->arms[i];
        const struct estimate *accuracy = &arm->of[ACCURACY], *speedup = &arm->of[SPEEDUP];
        const bool full = strcmp(arm->pruner, "full") == 0;
        str_add(out, full ? "<tr class=\"reference\">" : "<tr>");
        html_text(out, &columns[0], arm->label);
        html_number(out, &columns[1],
                    cell_has_rate(arm->pruner, arm->rate) ? arm->rate : (double)NAN);
        html_number(out, &columns[2], (double)accuracy->n);
        html_number(out, &columns[3], 100 * accuracy->mean);
        html_interval(out, 100 * accuracy->low, 100 * accuracy->high, 2);
        add_strip(task, accuracy, out);
        html_number(out, &columns[6], arm->of[CHARGED_S].mean);
        html_number(out, &columns[7], full && accuracy->n ? 1 : exp(speedup->mean));
        html_interval(out, full ? (double)NAN : exp(speedup->low), exp(speedup->high), 2);
        html_number(out, &columns[9], 100 * arm->of[KEPT].mean);
        if (task->augmented)
            html_number(out, &columns[10], 100 * arm->of[AUGMENTED].mean);
        if (task->incomplete)
            html_number(out, &columns[11], (double)arm->not_done);
        html_row_close(out);
    }
    html_table_close(out);
    str_release(&caption);
}

/* Where no arm has a result, a table would have none either: says so, and returns true. */
static bool add_empty_task(const struct task *task, struct str *out)
{
    size_t not_done = 0;
    for (size_t i = 0; i < task->count; i++) {
        if (task->arms[i].of[ACCURACY].n)
            return false;
        not_done += task->arms[i].not_done;
    }
    html_put(out, "<p class=\"note\">", task->arms->dataset, ", ");
    html_add(out, task->arms->model);
    str_addf(out, ": none of the %zu cells is done.</p>\n", not_done);
    return true;
}

/* ---- All of them ------------------------------------------------------------------------------*/

static bool same_task(const struct arm *a, const struct arm *b)
{
    return strcmp(a->dataset, b->dataset) == 0 && strcmp(a->model, b->model) == 0;
}

/* Fewer pairs than runs: the speedup is of others than the accuracy. */
static void add_unpaired(const struct arms *arms, struct str *out)
{
    size_t unpaired = 0;
    for (size_t i = 0; i < arms->count; i++)
        if (strcmp(arms->items[i].pruner, "full") != 0)
            unpaired += arms->items[i].of[ACCURACY].n - arms->items[i].of[SPEEDUP].n;
    if (unpaired)
        str_addf(out,
                 "<p class=\"note\">%zu run%s no run of <code>full</code> with the same seed, "
                 "machine and program: not in any speedup.</p>\n",
                 unpaired, unpaired == 1 ? " has" : "s have");
}

static void add_augmented(const struct arms *arms, struct str *out)
{
    for (size_t i = 0; i < arms->count; i++)
        if (arms->items[i].of[AUGMENTED].n) {
            str_add(out,
                    "<p class=\"note\"><em>TTA</em>: the accuracy with test-time augmentation, "
                    "by the mean over several views of each test picture. All else is of the "
                    "plain accuracy.</p>\n");
            return;
        }
}

/* Several seeds without an interval: why. */
static void add_equal(const struct arms *arms, struct str *out)
{
    size_t accuracies = 0, speedups = 0;
    for (size_t i = 0; i < arms->count; i++) {
        accuracies += arms->items[i].of[ACCURACY].equal;
        speedups += arms->items[i].of[SPEEDUP].equal;
    }
    if (accuracies + speedups)
        str_addf(
            out,
            "<p class=\"note\">Without an interval, since the values are the same with every "
            "seed and do not show how far off the next may be: %zu accurac%s, %zu speedup%s.</p>\n",
            accuracies, accuracies == 1 ? "y" : "ies", speedups, STR_PLURAL(speedups));
}

/* "random 0.5 and ucb(c=1) 0.5 (synthetic, mlp)": arms that are not two. */
static int add_same_bits(const struct report *report, struct str *out, struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, report->db, DB_NAMED(harness_report_results, "same bits"),
                 DB_VALUES(db_text(report->experiment)));
    while (db_next(&rows)) {
        const int64_t seeds = row_int(&rows, 1);
        str_add(out, "<p class=\"note\">");
        html_add(out, row_text(&rows, 0));
        str_addf(out, ": the same bits in %s%lld seed%s, not two arms.</p>\n",
                 seeds > 1 ? "all " : "", (long long)seeds, STR_PLURAL(seeds));
    }
    return db_close(&rows, err);
}

static int add_doubts(const struct report *report, struct str *out, struct err *err)
{
    struct str lines = {0}, line = {0};
    const int failed = conditions_doubts(report->db, report->experiment, &lines, err);
    if (!failed && lines.length) {
        str_add(out, "<div class=\"doubts\"><p>Seconds to be read with care (<a href=\"#timing\">"
                     "details</a>):</p><ul class=\"plain\">\n");
        for (const char *at = str_text(&lines); str_next(&line, &at, "\n");)
            html_put(out, "<li>", str_text(&line), "</li>\n");
        str_add(out, "</ul></div>\n");
    }
    STR_RELEASE(&lines, &line);
    return failed;
}

static int add_quality(const struct report *report, struct str *out, struct err *err)
{
    struct db_rows rows;
    size_t count = 0;
    db_ask_named(&rows, report->db, DB_NAMED(harness_report_results, "quality"),
                 DB_VALUES(db_text(report->experiment)));
    return html_rows(out, "What else the networks are worth, means over n seeds", "ht202224222",
                     &rows, &count, err);
}

static int add_questions(const struct report *report, struct str *out, struct err *err)
{
    struct db_rows rows;
    size_t count = 0;
    db_ask_named(&rows, report->db, DB_NAMED(harness_report_results, "questions"),
                 DB_VALUES(db_text(report->experiment)));
    return html_rows(out,
                     "Questions, for which seeds were added one after the other: in points, or in "
                     "times. Low and high are an interval of 95 % that holds at any time; beside "
                     "it, that of a number of seeds fixed beforehand",
                     "lt0022222240", &rows, &count, err);
}

int report_results(const struct report *report, struct str *out, struct err *err)
{
    struct arms arms = {0};
    int failed = read_arms(report, &arms, err);
    if (!failed) {
        html_section_open(out, "results", "Results");
        str_add(out, "<p class=\"note\">Means over n seeds. <em>Speedup</em> pairs each seed with "
                     "<code>full</code>. <em>Beside full</em>: mean and interval on one scale, "
                     "<code>full</code> a dashed line, a hollow mark off the scale. The "
                     "columns are explained under <a href=\"#definitions\">"
                     "definitions</a>.</p>\n");
        for (size_t i = 0, end; i < arms.count; i = end) {
            for (end = i + 1; end < arms.count && same_task(&arms.items[i], &arms.items[end]);)
                end++;
            const struct task task = task_of(&arms.items[i], end - i);
            if (!add_empty_task(&task, out))
                add_task(&task, out);
        }
        add_augmented(&arms, out);
        add_unpaired(&arms, out);
        add_equal(&arms, out);
        failed = add_questions(report, out, err) || add_quality(report, out, err) ||
                 add_same_bits(report, out, err) || add_doubts(report, out, err);
        html_section_close(out);
    }
    arena_release(&arms.arena);
    return failed;
}

#include "harness/cmd/ask/compare_table.h"
#include "harness/cell/cell.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- The table --------------------------------------------------------------------------------*/

static void add_text(struct table *table, const char *text)
{
    table_add(table, (struct db_value){.type = text ? VALUE_TEXT : VALUE_NULL, .text = text});
}

static void add_real(struct table *table, double value)
{
    table_add(table, (struct db_value){.type = isfinite(value) ? VALUE_REAL : VALUE_NULL,
                                       .real = isfinite(value) ? value : 0});
}

static void add_count(struct table *table, size_t value)
{
    table_add(table, (struct db_value){.type = VALUE_INTEGER, .integer = (int64_t)value});
}

static void add_names(struct table *table, const char *const *names)
{
    for (table->columns = 0; names[table->columns]; table->columns++)
        add_text(table, names[table->columns]);
}

static void add_estimate(struct table *table, const struct compare_estimate *e,
                         double (*scale)(double value))
{
    const double all[] = {e->mean,   e->shown.low, e->shown.high, e->t.low,
                          e->t.high, e->bca.low,   e->bca.high};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        add_real(table, scale(all[i]));
    add_real(table, e->sd);
    add_real(table, e->sign_flip);
    add_real(table, e->wilcoxon);
    add_real(table, e->p_holm);
}

static double as_it_is(double value)
{
    return value;
}

/* Everything, for programs. */
static void fill_exact(const struct compare_list *list, const struct cmd_compare_look *look,
                       struct table *table)
{
    static const char *const names[] = {
        "experiment",
        "dataset",
        "model",
        "reference",
        "reference_rate",
        "arm",
        "arm_rate",
        "metric",
        "n",
        "unpaired",
        "diverged",
        "interval",
        "test",
        "reference_mean",
        "arm_mean",
        "points",
        "points_low",
        "points_high",
        "points_t_low",
        "points_t_high",
        "points_bca_low",
        "points_bca_high",
        "points_sd",
        "points_p_permutation",
        "points_p_wilcoxon",
        "points_p_holm",
        "faster",
        "faster_low",
        "faster_high",
        "faster_t_low",
        "faster_t_high",
        "faster_bca_low",
        "faster_bca_high",
        "faster_log_sd",
        "faster_p_permutation",
        "faster_p_wilcoxon",
        "faster_p_holm",
        "margin",
        "verdict",
        "more_seeds",
        "timing_doubts",
        "points_doubts",
        "points_least_sd",
        NULL,
    };
    add_names(table, names);
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        add_text(table, r->experiment);
        add_text(table, r->dataset);
        add_text(table, r->model);
        add_text(table, r->reference);
        add_real(table, r->reference_rate);
        add_text(table, r->arm);
        add_real(table, r->arm_rate);
        add_text(table, look->metric);
        add_count(table, r->n);
        add_count(table, r->unpaired);
        add_count(table, r->diverged);
        add_text(table, r->n < 2 ? NULL : compare_interval_names[r->interval]);
        add_text(table, r->n < 2 ? NULL : compare_test_names[look->test]);
        add_real(table, r->reference_mean);
        add_real(table, r->arm_mean);
        add_estimate(table, &r->accuracy, as_it_is);
        add_estimate(table, &r->time, exp);
        add_real(table, look->margin);
        add_text(table, r->verdict == VERDICT_NONE ? NULL : compare_verdict_names[r->verdict]);
        if (r->verdict == VERDICT_UNDECIDED && r->needed)
            add_count(table, r->needed);
        else
            add_text(table, NULL);
        add_text(table, r->doubts);
        add_text(table, r->points_doubts);
        add_real(table, r->accuracy.least_sd > 0 ? r->accuracy.least_sd : (double)NAN);
    }
}

/* ---- For people -------------------------------------------------------------------------------*/

/* What is the same in all comparisons goes into the title, and else into a column. */
struct place {
    const char *name;
    const char *(*of)(const struct compare_result *result);
};

static const char *experiment_of(const struct compare_result *result)
{
    return result->experiment;
}

static const char *dataset_of(const struct compare_result *result)
{
    return result->dataset;
}

static const char *model_of(const struct compare_result *result)
{
    return result->model;
}

static const struct place places[] = {
    {"experiment", experiment_of},
    {"dataset", dataset_of},
    {"model", model_of},
};
enum { PLACES = sizeof places / sizeof *places };

static bool is_everywhere(const struct compare_list *list, const struct place *place)
{
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(place->of(&list->items[0]), place->of(&list->items[i])) != 0)
            return false;
    return true;
}

static void add_fixed(struct table *table, double value, int digits, bool sign, const char *unit)
{
    char text[64];
    if (sign)
        snprintf(text, sizeof text, "%+.*f%s", digits, value, unit);
    else
        snprintf(text, sizeof text, "%.*f%s", digits, value, unit);
    add_text(table, isfinite(value) ? text : NULL);
}

static void add_range(struct table *table, double low, double high, bool sign)
{
    char text[64];
    snprintf(text, sizeof text, sign ? "[%+.2f, %+.2f]" : "[%.2f, %.2f]", low, high);
    add_text(table, isfinite(low) && isfinite(high) ? text : NULL);
}

/* "ucb(c=2) 0.5", and "full", which has no rate. */
static void add_arm(struct str *ret_text, const char *label, double rate)
{
    table_add_safe(ret_text, label);
    if (cell_has_rate(label, rate))
        str_addf(ret_text, " %g", rate);
}

void cmd_compare_add_arms(const struct compare_result *result, struct str *ret_text)
{
    add_arm(ret_text, result->arm, result->arm_rate);
    str_add(ret_text, " against ");
    add_arm(ret_text, result->reference, result->reference_rate);
}

static void fill_readable(const struct compare_list *list, struct table *table)
{
    static const char *const measured[] = {"arm",  "against", "n", "arm %", "against %", "points",
                                           "95 %", "by",      "p", "Holm",  "faster",    "95 %"};
    const size_t count = sizeof measured / sizeof *measured;
    struct str arm = {0};
    table->columns = count;
    for (size_t k = 0; k < PLACES; k++)
        if (!is_everywhere(list, &places[k])) {
            add_text(table, places[k].name);
            table->columns++;
        }
    for (size_t k = 0; k < count; k++)
        add_text(table, measured[k]);
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        const struct compare_estimate *points = &r->accuracy, *time = &r->time;
        for (size_t k = 0; k < PLACES; k++)
            if (!is_everywhere(list, &places[k]))
                add_text(table, places[k].of(r));
        str_clear(&arm);
        add_arm(&arm, r->arm, r->arm_rate);
        add_text(table, str_text(&arm));
        str_clear(&arm);
        add_arm(&arm, r->reference, r->reference_rate);
        add_text(table, str_text(&arm));
        add_count(table, r->n);
        add_fixed(table, r->arm_mean, 2, false, "");
        add_fixed(table, r->reference_mean, 2, false, "");
        add_fixed(table, points->mean, 2, true, "");
        add_range(table, points->shown.low, points->shown.high, true);
        add_text(table, r->n < 2 ? NULL : r->interval == INTERVAL_BCA ? "BCa" : "t");
        add_fixed(table, points->p, 3, false, "");
        add_fixed(table, points->p_holm, 3, false, "");
        add_fixed(table, exp(time->mean), 2, false, "x");
        add_range(table, exp(time->shown.low), exp(time->shown.high), false);
    }
    str_release(&arm);
}

static void add_title(const struct compare_list *list, const struct cmd_compare_look *look,
                      struct str *ret_text)
{
    for (size_t k = 0; k < PLACES; k++)
        if (is_everywhere(list, &places[k])) {
            str_add(ret_text, ret_text->length ? ", " : "");
            table_add_safe(ret_text, places[k].of(&list->items[0]));
        }
    str_addf(ret_text, "%s%s", ret_text->length ? ": " : "", look->metric);
    if (!look->at_time)
        str_add(ret_text, look->best_epoch ? "" : " at the last epoch");
    else if (strcmp(look->at_time, "first") == 0)
        str_add(ret_text, " when the quicker arm was done");
    else
        str_addf(ret_text, " after %s of charged time", look->at_time);
    str_add(ret_text, " and charged seconds, paired over seeds\n");
}

/* A line for each. */
static void add_verdicts(const struct compare_list *list, double margin, struct str *ret_text)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        if (r->verdict == VERDICT_NONE)
            continue;
        for (size_t k = 0; k < PLACES; k++)
            if (!is_everywhere(list, &places[k])) {
                table_add_safe(ret_text, places[k].of(r));
                str_add(ret_text, " ");
            }
        cmd_compare_add_arms(r, ret_text);
        str_addf(ret_text, ", n = %zu: ", r->n);
        compare_add_verdict(r, margin, ret_text);
        str_add(ret_text, "\n");
    }
}

static void add_estimators(const struct compare_list *list, const struct cmd_compare_look *look,
                           struct str *ret_text)
{
    bool t = false, bca = false, sampled = false, coarse = false;
    size_t fewest = 0, tested = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        if (r->n < 2)
            continue;
        t = t || r->interval == INTERVAL_T;
        bca = bca || r->interval == INTERVAL_BCA;
        coarse = coarse || (r->interval == INTERVAL_T && r->accuracy.sd < r->accuracy.least_sd &&
                            !r->points_doubts);
        sampled = sampled || r->n > STATS_EXACT_FLIPS;
        fewest = fewest && fewest < r->n ? fewest : r->n;
        tested++;
    }
    str_add(ret_text, "points: mean of arm - against; faster: geometric mean of the charged "
                      "seconds of against / arm\n");
    if (!fewest) {
        str_add(ret_text, "95 %, p: none with fewer than two seeds; run more\n");
        return;
    }
    str_add(ret_text, "95 %:");
    if (t)
        str_add(ret_text, " Student's t, n - 1 degrees of freedom");
    if (bca)
        str_addf(ret_text, "%s BCa bootstrap, %d resamples", t ? ";" : "", STATS_RESAMPLES);
    str_add(ret_text, " (faster: of the logarithms)\n");
    if (coarse)
        str_add(ret_text, "points: a standard deviation below one sample of the test set counts as "
                          "one sample\n");
    str_add(ret_text, "p: of points, two-sided, ");
    if (look->test == TEST_WILCOXON)
        str_add(ret_text, "Wilcoxon's signed ranks");
    else
        str_addf(ret_text, "sign-flip permutation%s", sampled ? ", sampled beyond 20 seeds" : "");
    str_addf(ret_text, "; Holm: of %zu comparison%s", tested, STR_PLURAL(tested));
    if (fewest < 6)
        str_addf(ret_text, "; with %zu seeds no p is below %.3g", fewest,
                 ldexp(1, 1 - (int)fewest));
    str_add(ret_text, "\n");
}

void cmd_compare_add_table(const struct compare_list *list, const struct cmd_compare_look *look,
                           struct str *ret_text)
{
    struct table table = {0};
    if (look->format == TABLE_CSV || look->format == TABLE_JSON) {
        fill_exact(list, look, &table);
        table_format(&table, look->format, ret_text);
    } else {
        const char *gap = look->format == TABLE_MARKDOWN ? "\n" : "";
        fill_readable(list, &table);
        add_title(list, look, ret_text);
        str_add(ret_text, gap);
        table_format(&table, look->format, ret_text);
        str_add(ret_text, gap);
        add_verdicts(list, look->margin, ret_text);
        str_add(ret_text, gap);
        add_estimators(list, look, ret_text);
    }
    table_release(&table);
}

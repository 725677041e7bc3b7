#include "harness/cmd/ask/compare_table.h"
#include "base/num.h"
#include "harness/cell/cell.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- Everything, for programs -----------------------------------------------------------------*/

static void put_estimate(const struct table_row *row, const char *name,
                         const struct compare_estimate *e, double (*scale)(double value))
{
    const struct {
        const char *suffix;
        double value;
    } all[] = {
        {"", scale(e->mean)},
        {"_low", scale(e->shown.low)},
        {"_high", scale(e->shown.high)},
        {"_t_low", scale(e->t.low)},
        {"_t_high", scale(e->t.high)},
        {"_bca_low", scale(e->bca.low)},
        {"_bca_high", scale(e->bca.high)},
        {scale == exp ? "_log_sd" : "_sd", e->sd},
        {"_p_permutation", e->sign_flip},
        {"_p_wilcoxon", e->wilcoxon},
        {"_p_holm", e->p_holm},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char column[64];
        snprintf(column, sizeof column, "%s%s", name, all[i].suffix);
        table_put(row, column, table_real(all[i].value));
    }
}

static void put_anytime(const struct table_row *row, const char *name,
                        const struct anytime_answer *answer, double (*scale)(double value))
{
    const struct {
        const char *suffix;
        double value;
    } all[] = {
        {"low", scale(answer->interval.low)},
        {"high", scale(answer->interval.high)},
        {"p", answer->p},
        {"p_holm", answer->p_holm},
        {"chance", answer->chance},
        {"expected", answer->expected},
    };
    char column[64];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        snprintf(column, sizeof column, "%s_anytime_%s", name, all[i].suffix);
        table_put(row, column, table_real(all[i].value));
    }
    snprintf(column, sizeof column, "%s_anytime_state", name);
    table_put(row, column, table_text(anytime_state_names[answer->state]));
}

static void put_work(const struct table_row *row, const char *name, const struct compare_work *work)
{
    const struct {
        const char *suffix;
        double value;
    } all[] = {
        {"samples_forward", work->forward},
        {"samples_backward", work->backward},
        {"flops", work->flops},
    };
    char column[64];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        snprintf(column, sizeof column, "%s_%s", name, all[i].suffix);
        table_put(row, column, table_real(all[i].value));
    }
}

static double as_it_is(double value)
{
    return value;
}

static void put_result(const struct table_row *row, const struct compare_result *r,
                       const struct cmd_compare_look *look)
{
    const bool estimated = r->n > 1, wanted = r->verdict == VERDICT_UNDECIDED && r->needed;
    table_put(row, "experiment", table_text(r->experiment));
    table_put(row, "dataset", table_text(r->dataset));
    table_put(row, "model", table_text(r->model));
    table_put(row, "reference", table_text(r->reference));
    table_put(row, "reference_rate", table_real(r->reference_rate));
    table_put(row, "arm", table_text(r->arm));
    table_put(row, "arm_rate", table_real(r->arm_rate));
    table_put(row, "metric", table_text(look->metric_name));
    table_put(row, "n", table_count(r->n));
    table_put(row, "unpaired", table_count(r->unpaired));
    table_put(row, "diverged", table_count(r->diverged));
    table_put(row, "interval", table_text(estimated ? compare_interval_names[r->interval] : NULL));
    table_put(row, "test", table_text(estimated ? compare_test_names[look->test] : NULL));
    table_put(row, "reference_mean", table_real(r->reference_mean));
    table_put(row, "arm_mean", table_real(r->arm_mean));
    put_estimate(row, "points", &r->accuracy, as_it_is);
    put_estimate(row, "faster", &r->time, exp);
    table_put(row, "margin", table_real(look->margin));
    table_put(row, "verdict", table_text(r->verdict ? compare_verdict_names[r->verdict] : NULL));
    table_put(row, "more_seeds", wanted ? table_count(r->needed) : table_text(NULL));
    table_put(row, "timing_doubts", table_text(r->doubts));
    table_put(row, "points_doubts", table_text(r->points_doubts));
    table_put(row, "points_least_sd",
              table_real(r->accuracy.least_sd > 0 ? r->accuracy.least_sd : (double)NAN));
    table_put(row, "unit", table_text(look->metric->unit));
    put_work(row, "reference", &r->reference_work);
    put_work(row, "arm", &r->arm_work);
    put_estimate(row, "less_work", &r->work, exp);
    table_put(row, "faster_n", table_count(r->timed_n));
    if (look->anytime_most) {
        table_put(row, "anytime_most", table_count(look->anytime_most));
        put_anytime(row, "points", &r->accuracy.anytime, as_it_is);
        put_anytime(row, "faster", &r->time.anytime, exp);
    }
}

static void fill_exact(const struct compare_list *list, const struct cmd_compare_look *look,
                       struct table *table)
{
    put_result(&(struct table_row){table, true}, &list->items[0], look);
    for (size_t i = 0; i < list->count; i++)
        put_result(&(struct table_row){table, false}, &list->items[i], look);
}

/* ---- For people -------------------------------------------------------------------------------*/

/* What is the same in all comparisons goes into the title, and else into a column. */
static const struct place {
    const char *name;
    size_t at; /* of the text, in a result */
} places[] = {
    {"experiment", offsetof(struct compare_result, experiment)},
    {"dataset", offsetof(struct compare_result, dataset)},
    {"model", offsetof(struct compare_result, model)},
};
enum { PLACES = sizeof places / sizeof *places };

static const char *text_of(const struct place *place, const struct compare_result *result)
{
    return *(const char *const *)(const void *)((const char *)result + place->at);
}

static bool is_everywhere(const struct compare_list *list, const struct place *place)
{
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(text_of(place, &list->items[0]), text_of(place, &list->items[i])) != 0)
            return false;
    return true;
}

static void add_fixed(struct table *table, double value, int digits, bool sign, const char *unit)
{
    char text[64];
    snprintf(text, sizeof text, sign ? "%+.*f%s" : "%.*f%s", digits, num_rounded(value, digits),
             unit);
    table_add(table, table_text(isfinite(value) ? text : NULL));
}

static void add_range(struct table *table, double low, double high, int digits, bool sign)
{
    char text[64];
    snprintf(text, sizeof text, sign ? "[%+.*f, %+.*f]" : "[%.*f, %.*f]", digits,
             num_rounded(low, digits), digits, num_rounded(high, digits));
    table_add(table, table_text(isfinite(low) && isfinite(high) ? text : NULL));
}

/* "ucb(c=2) 0.5", and "full", which has no rate. */
static void add_arm(struct str *ret_text, const char *label, double rate)
{
    str_add_shown(ret_text, label, "");
    if (cell_has_rate(label, rate))
        str_addf(ret_text, " %g", rate);
}

void cmd_compare_add_arms(const struct compare_result *result, struct str *ret_text)
{
    add_arm(ret_text, result->arm, result->arm_rate);
    str_add(ret_text, " against ");
    add_arm(ret_text, result->reference, result->reference_rate);
}

/* ---- Columns of every table -------------------------------------------------------------------*/

static void add_column(struct table *table, const char *name)
{
    table_add(table, table_text(name));
    table->columns++;
}

static void add_head(const struct compare_list *list, struct table *table)
{
    for (size_t k = 0; k < PLACES; k++)
        if (!is_everywhere(list, &places[k]))
            add_column(table, places[k].name);
    add_column(table, "arm");
    add_column(table, "against");
    add_column(table, "n");
}

static void add_which(const struct compare_list *list, const struct compare_result *r,
                      struct table *table)
{
    struct str arm = {0};
    for (size_t k = 0; k < PLACES; k++)
        if (!is_everywhere(list, &places[k]))
            table_add(table, table_text(text_of(&places[k], r)));
    add_arm(&arm, r->arm, r->arm_rate);
    table_add(table, table_text(str_text(&arm)));
    str_clear(&arm);
    add_arm(&arm, r->reference, r->reference_rate);
    table_add(table, table_text(str_text(&arm)));
    table_add(table, table_count(r->n));
    str_release(&arm);
}

static void add_measures(const struct compare_result *r, const struct compare_metric *metric,
                         bool anytime, struct table *table)
{
    const struct compare_estimate *points = &r->accuracy, *time = &r->time;
    const struct stats_interval *any = &points->anytime.interval,
                                *any_time = &time->anytime.interval;
    add_fixed(table, r->arm_mean, metric->digits, false, "");
    add_fixed(table, r->reference_mean, metric->digits, false, "");
    add_fixed(table, points->mean, metric->digits, true, "");
    add_range(table, points->shown.low, points->shown.high, metric->digits, true);
    table_add(table, table_text(r->n < 2 ? NULL : r->interval == INTERVAL_BCA ? "BCa" : "t"));
    if (anytime)
        add_range(table, any->low, any->high, metric->digits, true);
    add_fixed(table, anytime ? points->anytime.p : points->p, 3, false, "");
    add_fixed(table, anytime ? points->anytime.p_holm : points->p_holm, 3, false, "");
    add_fixed(table, exp(time->mean), 2, false, "x");
    add_range(table, exp(time->shown.low), exp(time->shown.high), 2, false);
    if (anytime)
        add_range(table, exp(any_time->low), exp(any_time->high), 2, false);
}

static void fill_readable(const struct compare_list *list, const struct compare_metric *metric,
                          bool anytime, struct table *table)
{
    const bool percent = metric->scale == 100;
    const struct {
        const char *name;
        bool anytime; /* only then */
    } measured[] = {{percent ? "arm %" : "of arm", false},
                    {percent ? "against %" : "of against", false},
                    {metric->unit, false},
                    {"95 %", false},
                    {"by", false},
                    {"any time", true},
                    {"p", false},
                    {"Holm", false},
                    {"faster", false},
                    {"95 %", false},
                    {"any time", true}};
    add_head(list, table);
    for (size_t k = 0; k < sizeof measured / sizeof *measured; k++)
        if (anytime || !measured[k].anytime)
            add_column(table, measured[k].name);
    for (size_t i = 0; i < list->count; i++) {
        add_which(list, &list->items[i], table);
        add_measures(&list->items[i], metric, anytime, table);
    }
}

/* What was computed, which is the same on every machine. */
static void fill_work(const struct compare_list *list, struct table *table)
{
    static const char *const measured[] = {"forward", "against", "backward",  "against",
                                           "TFLOP",   "against", "less work", "95 %"};
    static const double million = 1e6, tera = 1e12;
    add_head(list, table);
    for (size_t k = 0; k < sizeof measured / sizeof *measured; k++)
        add_column(table, measured[k]);
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        const struct compare_work *arm = &r->arm_work, *reference = &r->reference_work;
        add_which(list, r, table);
        add_fixed(table, arm->forward / million, 2, false, "");
        add_fixed(table, reference->forward / million, 2, false, "");
        add_fixed(table, arm->backward / million, 2, false, "");
        add_fixed(table, reference->backward / million, 2, false, "");
        add_fixed(table, arm->flops / tera, 2, false, "");
        add_fixed(table, reference->flops / tera, 2, false, "");
        add_fixed(table, exp(r->work.mean), 2, false, "x");
        add_range(table, exp(r->work.shown.low), exp(r->work.shown.high), 2, false);
    }
}

static void add_work(const struct compare_list *list, enum table_format format, const char *gap,
                     struct str *ret_text)
{
    struct table table = {0};
    fill_work(list, &table);
    str_addf(ret_text,
             "%swork: samples through the network, in millions, and floating-point "
             "operations, scoring included\n%s",
             gap, gap);
    table_format(&table, format, ret_text);
    str_addf(ret_text, "%sless work: geometric mean of the operations of against / arm\n", gap);
    table_release(&table);
}

static void add_title(const struct compare_list *list, const struct cmd_compare_look *look,
                      struct str *ret_text)
{
    for (size_t k = 0; k < PLACES; k++)
        if (is_everywhere(list, &places[k])) {
            str_add(ret_text, ret_text->length ? ", " : "");
            str_add_shown(ret_text, text_of(&places[k], &list->items[0]), "");
        }
    str_addf(ret_text, "%s%s", ret_text->length ? ": " : "", look->metric_name);
    if (!look->at_time)
        str_add(ret_text, look->metric->best_epoch ? "" : " at the last epoch");
    else if (strcmp(look->at_time, "first") == 0)
        str_add(ret_text, " when the quicker arm was done");
    else
        str_addf(ret_text, " after %s of charged time", look->at_time);
    str_add(ret_text, " and charged seconds, paired over seeds\n");
}

/* A line for each. */
static void add_verdicts(const struct compare_list *list, const struct cmd_compare_look *look,
                         struct str *ret_text)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        if (r->verdict == VERDICT_NONE)
            continue;
        for (size_t k = 0; k < PLACES; k++)
            if (!is_everywhere(list, &places[k])) {
                str_add_shown(ret_text, text_of(&places[k], r), "");
                str_add(ret_text, " ");
            }
        cmd_compare_add_arms(r, ret_text);
        str_addf(ret_text, ", n = %zu: ", r->n);
        compare_add_verdict(r, look->metric, look->margin, ret_text);
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
    const char *unit = look->metric->unit;
    const double bound = look->metric->less_is_better ? look->margin : -look->margin;
    str_addf(ret_text,
             "%s: mean of arm - against%s; faster: geometric mean of the charged seconds of "
             "against / arm\n",
             unit, look->metric->less_is_better ? ", less is better" : "");
    if (look->metric->note)
        str_addf(ret_text, "%s\n", look->metric->note);
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
        str_addf(ret_text,
                 "%s: a standard deviation below one sample of the test set counts as one sample\n",
                 unit);
    if (look->anytime_most) {
        str_addf(ret_text,
                 "any time: 95 %% whenever one stops, of looks after each seed from %zu to %zu\n"
                 "p: of %s and a bound of %g, two-sided, whenever one stops; Holm: of %zu "
                 "comparison%s\n",
                 look->anytime_least, look->anytime_most, unit,
                 isnan(look->margin) ? 0 : num_rounded(bound, NUM_DECIMALS), list->count,
                 STR_PLURAL(list->count));
        return;
    }
    str_addf(ret_text, "p: of %s, two-sided, ", unit);
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
        fill_readable(list, look->metric, look->anytime_most > 0, &table);
        add_title(list, look, ret_text);
        str_add(ret_text, gap);
        table_format(&table, look->format, ret_text);
        str_add(ret_text, gap);
        add_verdicts(list, look, ret_text);
        str_add(ret_text, gap);
        add_estimators(list, look, ret_text);
        if (look->work)
            add_work(list, look->format, gap, ret_text);
    }
    table_release(&table);
}

/*
 * winnow compare: does a pruner lose accuracy, and does it gain time? Paired over seeds.
 *
 *     winnow compare full ucb infobatch
 *     winnow compare full "ucb(c=2)@0.5" --noninferior 0.5 --gate || echo "not good enough"
 *
 * Whatever the format: n and what made the interval and the p are there.
 */
#include "harness/cmd/ask/compare_table.h"
#include "harness/cmd/kit/db.h"
#include "results/decision.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ARMS = 32 };

struct values {
    const char *db, *experiment, *dataset, *model, *where, *rate, *at_time, *noninferior;
    int metric, interval, test, format, anytime;
    bool gate, work, json;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, noninferior, 0, "POINTS",
             "report for each whether it loses no more than that; of nll, in nats"),
    CMD_SWITCH(struct values, gate, 0, "exit with 3 unless every comparison passes"),
    CMD_ENUM(struct values, metric, 0, "NAME", "accuracy", compare_metric_names,
             "what to compare; nll, ece and class_sd are better where they are less"),
    CMD_TEXT(struct values, at_time, 0, "TIME",
             "compare the metric after equal charged time (90s, 5m); first: when the quicker arm "
             "was done"),
    CMD_ENUM(struct values, interval, 0, "NAME", "auto", compare_interval_names,
             "Student's t or BCa bootstrap; auto: t below 30 seeds"),
    CMD_INT(struct values, anytime, 0, "SEEDS", "0", 0, ANYTIME_MOST,
            "seeds were added until the answers sufficed, up to so many: intervals, p and verdicts "
            "that allow for it; by default what the experiments' `decide:` says"),
    CMD_ENUM(struct values, test, 0, "NAME", "permutation", compare_test_names,
             "the test behind p: sign flips or signed ranks"),
    CMD_SWITCH(struct values, work, 0,
               "a second table: the samples and operations of each arm, and how many times less"),
    CMD_TEXT(struct values, experiment, 0, "NAME", "only this experiment"),
    CMD_TEXT(struct values, dataset, 0, "NAME", "only this dataset, whatever its options"),
    CMD_TEXT(struct values, model, 0, "NAME", "only this model, whatever its options"),
    CMD_TEXT(struct values, rate, 0, "RATE", "only this rate"),
    CMD_TEXT(struct values, where, 0, "SQL", "only runs for which this is true: SQL over v_run"),
    CMD_ENUM(struct values, format, 'f', "FORMAT", "table", table_format_names,
             "of the output; csv and json have all numbers, exactly"),
    CMD_SWITCH(struct values, json, 0, "the same as --format json"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "compare",
    "A B...",
    "Compares pruners with the first one, seed by seed: the accuracy they lose or gain, in "
    "points,\n"
    "and how many times faster they are in charged time (a geometric mean), each with its 95 %\n"
    "interval and an exact, Holm-corrected p. There is one comparison for each experiment, "
    "dataset,\n"
    "model and rate that has both. An arm is PRUNER[(OPTIONS)][@RATE], as in ucb,\n"
    "\"ucb(c=2)\", ucb@0.5.",
    flags,
    2,
    MOST_ARMS,
};

/* ---- What is doubtful -------------------------------------------------------------------------*/

static void warn(const struct compare_list *list)
{
    enum { FEW = 10 };
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        struct str place = {0};
        str_addf(&place, "%s %s %s, ", r->experiment, r->dataset, r->model);
        cmd_compare_add_arms(r, &place);
        if (r->unpaired)
            cmd_say("winnow compare: %s: %zu seed%s left out: one of the arms has no value there\n",
                    str_text(&place), r->unpaired, r->unpaired == 1 ? " is" : "s are");
        if (r->diverged)
            cmd_say("winnow compare: %s: diverged with %zu seed%s, which no mean counts\n",
                    str_text(&place), r->diverged, STR_PLURAL(r->diverged));
        if (r->points_doubts)
            cmd_say("winnow compare: %s: the points mean little: %s\n", str_text(&place),
                    r->points_doubts);
        if (r->timed_n < r->n)
            cmd_say("winnow compare: %s: %zu of %zu seeds left out of the times: seconds that are "
                    "doubtful, or of two environments\n",
                    str_text(&place), r->n - r->timed_n, r->n);
        if (r->doubts)
            cmd_say("winnow compare: %s: the times mean little: %s\n", str_text(&place), r->doubts);
        if (r->interval == INTERVAL_BCA && r->n > 1 && r->n < FEW)
            cmd_say("winnow compare: %s: BCa intervals of %zu seeds are too narrow to be trusted; "
                    "--interval t\n",
                    str_text(&place), r->n);
        str_release(&place);
    }
}

/* ---- The command ------------------------------------------------------------------------------*/

struct asked {
    struct compare_filter filter;
    struct compare_settings settings;
    struct compare_arm arms[MOST_ARMS];
    size_t arm_count;
    struct arena arena;
};

/* A number of the command line, NAN where it is not given. */
static int number_of(const char *text, const char *name, double high, double *ret_value,
                     struct err *err)
{
    double value = (double)NAN;
    if (text && (!str_parse_double(text, &value) || value < 0 || value > high))
        return err_set(err, "--%s: a number from 0 to %g, not '%.64s'", name, high, text);
    *ret_value = value;
    return 0;
}

static int time_of(const struct values *values, double *ret_at_s, struct err *err)
{
    static const struct option duration =
        OPTION_DURATION(struct compare_settings, at_s, "first", "first", 1e9, "");
    struct compare_settings settings = {.at_s = COMPARE_AT_END};
    if (values->at_time && !compare_metrics[values->metric].epoch)
        return err_set(err, "--at-time: %s is known for complete runs only",
                       compare_metric_names[values->metric]);
    if (values->at_time && option_set(&duration, &settings, values->at_time, NULL, err))
        return err_prefix(err, "--at-time: ");
    *ret_at_s = settings.at_s;
    return 0;
}

static int read_line(const struct values *values, const char *const *arms, struct asked *asked,
                     struct err *err)
{
    double rate = 0, margin = 0, at_s = 0;
    if (number_of(values->rate, "rate", 1, &rate, err) ||
        number_of(values->noninferior, "noninferior", 100, &margin, err) ||
        time_of(values, &at_s, err))
        return -1;
    if (values->anytime && values->anytime < ANYTIME_USUAL_LEAST)
        return err_set(err, "--anytime: at least %d seeds", ANYTIME_USUAL_LEAST);
    if (values->gate && !values->noninferior)
        return err_set(err, "--gate needs --noninferior POINTS: the loss that is acceptable");
    for (; asked->arm_count < MOST_ARMS && arms[asked->arm_count]; asked->arm_count++)
        if (compare_arm_parse(arms[asked->arm_count], &asked->arena, &asked->arms[asked->arm_count],
                              err))
            return -1;
    asked->filter = (struct compare_filter){
        values->experiment, values->where, values->dataset,
        values->model,      rate,          &compare_metrics[values->metric]};
    asked->settings = (struct compare_settings){
        .metric = &compare_metrics[values->metric],
        .interval = (enum compare_interval)values->interval,
        .test = (enum compare_test)values->test,
        .at_s = at_s,
        .margin = margin,
        .anytime_least = ANYTIME_USUAL_LEAST,
        .anytime_most = (size_t)values->anytime,
    };
    return 0;
}

static int find_arms(struct asked *asked, const struct compare_runs *runs, struct err *err)
{
    for (size_t i = 0; i < asked->arm_count; i++)
        if (compare_arm_find(runs, &asked->arms[i], &asked->arena, err))
            return -1;
    for (size_t i = 1; i < asked->arm_count; i++)
        if (strcmp(asked->arms[i].label, asked->arms[0].label) == 0 &&
            (isnan(asked->arms[i].rate) || asked->arms[i].rate == asked->arms[0].rate))
            return err_set(err, "'%.100s' with itself: which other arm?", asked->arms[0].label);
    return 0;
}

/* Where every experiment that is compared has added seeds until its questions were answered. */
static int allow_for_looks(struct sqlite3 *db, const struct compare_runs *runs,
                           struct compare_settings *settings, struct err *err)
{
    size_t least = ANYTIME_MOST, most = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const char *name = runs->items[i].experiment;
        size_t first = 0, last = 0;
        if (i && strcmp(runs->items[i - 1].experiment, name) == 0)
            continue;
        if (store_seed_limits(db, name, &first, &last, err))
            return -1;
        if (first < ANYTIME_LEAST || first > last || last > ANYTIME_MOST)
            return 0;
        least = first < least ? first : least;
        most = last > most ? last : most;
    }
    settings->anytime_least = least;
    settings->anytime_most = most;
    return 0;
}

static int print(const struct compare_list *list, const struct values *values,
                 const struct compare_settings *settings)
{
    const struct cmd_compare_look look = {
        .format = values->json ? TABLE_JSON : (enum table_format)values->format,
        .metric_name = compare_metric_names[values->metric],
        .metric = &compare_metrics[values->metric],
        .at_time = values->at_time,
        .test = (enum compare_test)values->test,
        .margin = settings->margin,
        .anytime_least = settings->anytime_least,
        .anytime_most = settings->anytime_most,
        .work = values->work,
    };
    struct str text = {0};
    cmd_compare_add_table(list, &look, &text);
    const int code = cmd_print(&line, &text);
    str_release(&text);
    return code;
}

static int gate(const struct compare_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].verdict != VERDICT_NONINFERIOR)
            return EXIT_GATE;
    return EXIT_DONE;
}

static int compare(struct sqlite3 *db, struct asked *asked, const struct values *values)
{
    struct compare_runs runs;
    struct compare_list list = {0};
    struct err err;
    bool usage;
    int code = EXIT_USAGE;
    if (compare_read(db, &asked->filter, &runs, &usage, &err))
        return cmd_fail(&line, usage ? EXIT_USAGE : EXIT_DATABASE, err.text);
    asked->settings.db = db;
    if (!values->anytime && allow_for_looks(db, &runs, &asked->settings, &err))
        cmd_fail(&line, code = EXIT_DATABASE, err.text);
    else if (find_arms(asked, &runs, &err) ||
             compare_arms(&runs, asked->arms, asked->arm_count, &asked->settings, &list, &err)) {
        cmd_fail(&line, code, err.text);
    } else {
        warn(&list);
        code = print(&list, values, &asked->settings);
        if (code == EXIT_DONE && values->gate)
            code = gate(&list);
    }
    compare_list_release(&list);
    compare_runs_release(&runs);
    return code;
}

int cmd_compare(int argc, char **argv)
{
    struct values values;
    const char *arms[MOST_ARMS];
    struct asked asked = {0};
    struct store *store;
    struct err err;
    int code = cmd_parse(&line, argc, argv, &values, arms);
    if (code >= 0)
        return code;
    if (read_line(&values, arms, &asked, &err))
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    if (code < 0)
        code = cmd_open_store(&line, values.db, NULL, &store);
    if (code < 0) {
        code = compare(store_sqlite(store), &asked, &values);
        store_close(store);
    }
    arena_release(&asked.arena);
    return code;
}

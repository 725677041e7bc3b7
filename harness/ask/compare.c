#include "harness/ask/compare.h"

#include <math.h>
#include <string.h>

const char *const compare_interval_names[] = {
    [INTERVAL_AUTO] = "auto",
    [INTERVAL_T] = "t",
    [INTERVAL_BCA] = "bca",
    [INTERVAL_BCA + 1] = NULL,
};
const char *const compare_test_names[] = {
    [TEST_PERMUTATION] = "permutation",
    [TEST_WILCOXON] = "wilcoxon",
    [TEST_WILCOXON + 1] = NULL,
};
const char *const compare_verdict_names[] = {
    [VERDICT_NONE] = "",
    [VERDICT_NONINFERIOR] = "noninferior",
    [VERDICT_INFERIOR] = "inferior",
    [VERDICT_UNDECIDED] = "undecided",
};

/* ---- What is compared with what ---------------------------------------------------------------*/

/* Runs of one arm, in one group. Borrowed from compare_runs. */
struct side {
    const struct compare_run **items;
    size_t count;
};

static bool same_group(const struct compare_run *a, const struct compare_run *b)
{
    return strcmp(a->experiment, b->experiment) == 0 && strcmp(a->dataset, b->dataset) == 0 &&
           strcmp(a->model, b->model) == 0;
}

static bool is_of(const struct compare_run *run, const struct compare_arm *arm)
{
    return strcmp(run->pruner, arm->pruner) == 0 && strcmp(run->options, arm->options) == 0;
}

/* The runs of an arm in the group of a run, at one rate or (NAN) at all. */
static struct side side_of(const struct compare_runs *runs, const struct compare_run *group,
                           const struct compare_arm *arm, double rate, struct arena *arena)
{
    struct side side = {0};
    ARENA_NEW(arena, side.items, runs->count);
    for (size_t i = 0; i < runs->count; i++) {
        const struct compare_run *run = &runs->items[i];
        if (is_of(run, arm) && same_group(run, group) && (isnan(rate) || run->rate == rate))
            side.items[side.count++] = run;
    }
    return side;
}

/* Its rates in the group, each once; those it was asked for, where it was. */
struct rates {
    double *items;
    size_t count;
    bool none; /* it has no rate: all its runs are at 0 */
};

static struct rates rates_of(const struct side *side, const struct compare_arm *arm,
                             struct arena *arena)
{
    struct rates rates = {.none = true};
    ARENA_NEW(arena, rates.items, side->count);
    for (size_t i = 0; i < side->count; i++) {
        const double rate = side->items[i]->rate;
        bool wanted = isnan(arm->rate) || rate == arm->rate;
        rates.none = rates.none && rate == 0;
        for (size_t k = 0; k < rates.count && wanted; k++)
            wanted = rates.items[k] != rate;
        if (wanted)
            rates.items[rates.count++] = rate;
    }
    return rates;
}

static const struct compare_run *find_seed(const struct side *side, int64_t seed)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->items[i]->seed == seed)
            return side->items[i];
    return NULL;
}

static int check_seeds(const struct side *side, struct err *err)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct compare_run *run = side->items[i];
        if (find_seed(side, run->seed) != run)
            return err_set(err,
                           "%s %s %s: %s at rate %g has seed %lld more than once: say which with "
                           "--where",
                           run->experiment, run->dataset, run->model, run->pruner, run->rate,
                           (long long)run->seed);
    }
    return 0;
}

/* ---- Pairs ------------------------------------------------------------------------------------*/

static bool same_network(const struct compare_run *a, const struct compare_run *b)
{
    for (size_t i = 0; i < 2; i++)
        if (!(a->losses[i] > 0 && a->losses[i] == b->losses[i])) /* 0: as all that fit everything */
            return false;
    return true;
}

static int metric_of(const struct compare_run *run, double at_s,
                     const struct compare_settings *settings, double *ret_metric, struct err *err)
{
    *ret_metric = run->metric;
    if (settings->at_s == COMPARE_AT_END || !run->attempt)
        return 0;
    return compare_metric_at(settings->db, run->attempt, at_s, settings->metric, ret_metric, err);
}

static void add_work(struct compare_work *sum, const struct compare_work *work)
{
    sum->forward += work->forward;
    sum->backward += work->backward;
    sum->flops += work->flops;
}

static struct compare_work mean_work(const struct compare_work *sum, size_t n)
{
    return (struct compare_work){sum->forward / (double)n, sum->backward / (double)n,
                                 sum->flops / (double)n};
}

/* log(a / b) as the n-th; without logs from the first pair on that cannot be divided. */
static void add_log(double **logs, size_t n, double a, double b)
{
    if (!(a > 0 && b > 0))
        *logs = NULL;
    if (*logs)
        (*logs)[n] = log(a / b);
}

/* What disturbs a clock, and another machine, are no effect of an arm. */
static bool is_timed(const struct compare_run *reference, const struct compare_run *arm)
{
    return reference->timing_valid && arm->timing_valid &&
           reference->environment == arm->environment;
}

static void add_time_of(const struct compare_run *reference, const struct compare_run *arm,
                        struct compare_pairs *pairs)
{
    if (!is_timed(reference, arm))
        return;
    add_log(&pairs->logs, pairs->timed_n, reference->charged_s, arm->charged_s);
    pairs->timed[pairs->timed_n][0] = reference;
    pairs->timed[pairs->timed_n++][1] = arm;
}

static bool is_to_come(const struct compare_run *run)
{
    return !run->attempt && !run->gave_up;
}

static int add_pair(const struct compare_run *reference, const struct compare_run *arm,
                    const struct compare_settings *settings, struct compare_pairs *pairs,
                    struct err *err)
{
    const double at_s = settings->at_s == COMPARE_AT_FIRST_END
                            ? fmin(reference->charged_s, arm->charged_s)
                            : settings->at_s;
    double of_reference, of_arm;
    if (metric_of(reference, at_s, settings, &of_reference, err) ||
        metric_of(arm, at_s, settings, &of_arm, err))
        return -1;
    pairs->diverged += strcmp(arm->state, "diverged") == 0;
    if (!isfinite(of_reference) || !isfinite(of_arm)) {
        pairs->unpaired += !is_to_come(reference) || !is_to_come(arm);
        return 0;
    }
    pairs->same += same_network(reference, arm);
    pairs->reference_sum += of_reference;
    pairs->arm_sum += of_arm;
    /* Accuracies are fractions of some thousand samples: what is equal on paper shall be equal,
     * since ranks depend on it. */
    const double scale = settings->metric->scale;
    pairs->points[pairs->n] = nearbyint(1e9 * scale * (of_arm - of_reference)) / 1e9;
    if (settings->metric->of_test_set)
        pairs->step =
            fmax(pairs->step, scale * fmax(stats_step(reference->test_n), stats_step(arm->test_n)));
    add_time_of(reference, arm, pairs);
    add_log(&pairs->work_logs, pairs->n, reference->work.flops, arm->work.flops);
    add_work(&pairs->reference_work, &reference->work);
    add_work(&pairs->arm_work, &arm->work);
    pairs->runs[pairs->n][0] = reference;
    pairs->runs[pairs->n++][1] = arm;
    return 0;
}

static int pair_up(const struct side *reference, const struct side *arm,
                   const struct compare_settings *settings, bool in_order, struct arena *arena,
                   struct compare_pairs *ret_pairs, struct err *err)
{
    struct compare_pairs pairs = {0};
    if (check_seeds(reference, err) || check_seeds(arm, err))
        return -1;
    ARENA_NEW(arena, pairs.runs, arm->count);
    ARENA_NEW(arena, pairs.points, arm->count);
    ARENA_NEW(arena, pairs.timed, arm->count);
    ARENA_NEW(arena, pairs.logs, arm->count);
    ARENA_NEW(arena, pairs.work_logs, arm->count);
    for (size_t i = 0; i < arm->count; i++) {
        const struct compare_run *other = find_seed(reference, arm->items[i]->seed);
        if (in_order && (is_to_come(arm->items[i]) || (other && is_to_come(other))))
            break;
        pairs.unpaired += !other;
        if (other && add_pair(other, arm->items[i], settings, &pairs, err))
            return -1;
    }
    for (size_t i = 0; i < reference->count && !in_order; i++)
        pairs.unpaired += !find_seed(arm, reference->items[i]->seed);
    *ret_pairs = pairs;
    return 0;
}

int compare_pair_in_order(const struct compare_runs *runs, const char *dataset, const char *model,
                          const struct compare_arm *reference, const struct compare_arm *arm,
                          struct arena *arena, struct compare_pairs *ret_pairs, struct err *err)
{
    static const struct compare_settings at_the_end = {.metric = &compare_metrics[0],
                                                       .at_s = COMPARE_AT_END};
    const struct compare_run group = {
        .experiment = runs->items[0].experiment, .dataset = dataset, .model = model};
    const struct side first = side_of(runs, &group, reference, reference->rate, arena),
                      later = side_of(runs, &group, arm, arm->rate, arena);
    return pair_up(&first, &later, &at_the_end, true, arena, ret_pairs, err);
}

/* ---- Conditions of the clock ------------------------------------------------------------------*/

static void add_doubt(struct str *doubts, size_t count, size_t of, const char *what)
{
    if (count)
        str_addf(doubts, "%s%zu of %zu %s", doubts->length ? ", " : "", count, of, what);
}

/* The two of a pair must be alike; whether one pair is like the next does not matter. */
static const char *doubts_of(const struct compare_pairs *pairs, struct arena *arena)
{
    const size_t n = pairs->timed_n;
    size_t threads = 0, beside = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        const struct compare_run *a = pairs->timed[i][0], *b = pairs->timed[i][1];
        threads += a->threads != b->threads;
        beside += a->beside != b->beside;
    }
    if (pairs->logs && n > 1 && !stats_has_spread(pairs->logs, n))
        equal = n;
    struct str doubts = {0};
    add_doubt(&doubts, threads, n, "seeds ran with two numbers of threads");
    add_doubt(&doubts, beside, n, "seeds ran beside two numbers of cells");
    add_doubt(&doubts, equal, n, "seeds have the same ratio, whose spread is not known");
    return doubts.length ? str_keep(&doubts, arena) : NULL;
}

/* Why differences of more than one seed have no interval; NULL: they have one. */
static const char *points_doubts_of(const struct compare_pairs *pairs, struct arena *arena)
{
    if (pairs->n < 2 || stats_has_spread(pairs->points, pairs->n))
        return NULL;
    if (pairs->same == pairs->n)
        return arena_printf(arena, "the same bits in all %zu seeds: not two arms", pairs->n);
    return arena_printf(arena, "the same difference in all %zu seeds: its spread is not known",
                        pairs->n);
}

/* ---- Numbers ----------------------------------------------------------------------------------*/

static const struct compare_estimate no_estimate = {
    .mean = (double)NAN,
    .sd = (double)NAN,
    .t = {(double)NAN, (double)NAN},
    .bca = {(double)NAN, (double)NAN},
    .shown = {(double)NAN, (double)NAN},
    .sign_flip = (double)NAN,
    .wilcoxon = (double)NAN,
    .p = (double)NAN,
    .p_holm = (double)NAN,
};

static enum compare_interval interval_of(const struct compare_settings *settings, size_t n)
{
    return settings->interval != INTERVAL_AUTO ? settings->interval
           : n >= COMPARE_BCA_FROM             ? INTERVAL_BCA
                                               : INTERVAL_T;
}

static struct compare_estimate estimate(const double *values, size_t n, double least_sd,
                                        const struct compare_settings *settings)
{
    struct compare_estimate result = no_estimate;
    if (!values || !n)
        return result;
    result.mean = stats_mean(values, n);
    if (n < 2)
        return result;
    result.sd = stats_sd(values, n);
    result.least_sd = least_sd;
    result.t = stats_t_interval_at(values, n, STATS_ALPHA, least_sd);
    result.bca = stats_bca_interval(values, n);
    result.shown = interval_of(settings, n) == INTERVAL_BCA ? result.bca : result.t;
    result.sign_flip = stats_sign_flip(values, n);
    result.wilcoxon = stats_wilcoxon(values, n);
    result.p = settings->test == TEST_WILCOXON ? result.wilcoxon : result.sign_flip;
    return result;
}

/* By the interval, or by the answer that allows for looking after every seed. */
static enum compare_verdict verdict_of(const struct compare_result *result,
                                       const struct compare_metric *metric, double margin)
{
    const struct compare_estimate *change = &result->accuracy;
    const enum anytime_state state = change->anytime.state;
    const bool any = result->anytime_most > 0, less = metric->less_is_better;
    const double least = less ? -change->shown.high : change->shown.low,
                 most = less ? -change->shown.low : change->shown.high;
    if (any ? state == (less ? ANYTIME_HOLDS : ANYTIME_FAILS) : most < -margin)
        return VERDICT_INFERIOR;
    /* A seed without a network has no accuracy to average, but it is a loss. */
    if ((any ? state == (less ? ANYTIME_FAILS : ANYTIME_HOLDS) : least >= -margin) &&
        !result->diverged)
        return VERDICT_NONINFERIOR;
    return VERDICT_UNDECIDED;
}

/* Of a change at the margin. */
static double bound_of(const struct compare_metric *metric, double margin)
{
    return metric->less_is_better ? margin : -margin;
}

static void decide(struct compare_result *result, const struct compare_metric *metric,
                   double margin)
{
    const struct compare_estimate *change = &result->accuracy;
    if (isnan(margin))
        return;
    result->needed = 0;
    result->verdict = verdict_of(result, metric, margin);
    if (result->verdict != VERDICT_UNDECIDED)
        return;
    if (result->n < 2) {
        result->needed = 2 - result->n;
        return;
    }
    if (result->points_doubts)
        return; /* of no spread nobody knows how many */
    const size_t n = stats_needed(fmax(change->sd, change->least_sd),
                                  fabs(change->mean - bound_of(metric, margin)));
    if (result->anytime_most)
        result->needed = change->anytime.needed;
    else
        result->needed = n > result->n ? n - result->n : n ? 1 : 0;
}

static void add_time(const struct compare_result *result, struct str *ret_text)
{
    const struct compare_estimate *time = &result->time;
    const struct stats_interval interval =
        result->anytime_most ? time->anytime.interval : time->shown;
    const double times = exp(time->mean), low = exp(interval.low), high = exp(interval.high);
    if (isnan(times))
        str_add(ret_text, "; its time is not known");
    else if (isnan(low))
        str_addf(ret_text, ", and takes %.2f of the time", 1 / times);
    else if (low > 1)
        str_addf(ret_text, ", and is %.2fx faster [%.2f, %.2f]", times, low, high);
    else if (high < 1)
        str_addf(ret_text, ", and takes %.2f times as long [%.2f, %.2f]", 1 / times, 1 / high,
                 1 / low);
    else
        str_addf(ret_text, ", time difference not significant: %.2fx [%.2f, %.2f]", times, low,
                 high);
}

void compare_add_verdict(const struct compare_result *result, const struct compare_metric *metric,
                         double margin, struct str *ret_text)
{
    const char *loses = metric->less_is_better ? "rises by" : "loses";
    switch (result->verdict) {
    case VERDICT_NONE:
        return;
    case VERDICT_NONINFERIOR:
        str_addf(ret_text, "%s no more than %g %s", loses, margin, metric->unit);
        add_time(result, ret_text);
        return;
    case VERDICT_INFERIOR:
        str_addf(ret_text, "%s more than %g %s", loses, margin, metric->unit);
        add_time(result, ret_text);
        return;
    case VERDICT_UNDECIDED:
        break;
    }
    str_add(ret_text, "undecided: ");
    if (result->diverged)
        str_addf(ret_text, "it diverged with %zu seed%s", result->diverged,
                 STR_PLURAL(result->diverged));
    else if (result->n < 2)
        str_addf(ret_text, "at least %zu more seed%s: the spread of %s is not known",
                 result->needed, STR_PLURAL(result->needed), result->n ? "one" : "none");
    else if (result->points_doubts)
        str_add(ret_text, result->points_doubts);
    else if (!result->needed)
        str_addf(ret_text, "cannot be decided with %d seeds", STATS_MOST_NEEDED);
    else if (result->accuracy.anytime.state == ANYTIME_FUTILE)
        str_addf(ret_text, "%zu seeds will hardly decide it; %zu would, if mean and spread stay",
                 result->anytime_most, result->n + result->needed);
    else
        str_addf(ret_text, "%zu more seed%s would decide, if mean and spread stay", result->needed,
                 STR_PLURAL(result->needed));
    if (result->accuracy.anytime.state == ANYTIME_OPEN && result->accuracy.anytime.chance > 0 &&
        !result->diverged)
        str_addf(ret_text, "; a chance of %.0f %% that %zu seeds do",
                 100 * result->accuracy.anytime.chance, result->anytime_most);
}

/* ---- The list ---------------------------------------------------------------------------------*/

/* Two experiments that share their cells make one comparison, the first one's. */
static bool is_known(const struct compare_list *list, const struct compare_result *result)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *other = &list->items[i];
        if (result->n && other->n == result->n &&
            memcmp(other->attempts, result->attempts, 2 * result->n * sizeof *result->attempts) ==
                0)
            return true;
    }
    return false;
}

static int compare_sides(const struct side *reference, const struct side *arm,
                         const struct compare_settings *settings, struct compare_result *result,
                         struct compare_list *list, struct err *err)
{
    struct compare_pairs pairs;
    if (pair_up(reference, arm, settings, false, &list->arena, &pairs, err))
        return -1;
    const double n = (double)pairs.n;
    result->n = pairs.n;
    result->timed_n = pairs.timed_n;
    result->unpaired = pairs.unpaired;
    result->diverged = pairs.diverged;
    ARENA_NEW(&list->arena, result->attempts, 2 * pairs.n);
    for (size_t i = 0; i < 2 * pairs.n; i++)
        result->attempts[i] = pairs.runs[i / 2][i % 2]->attempt;
    if (is_known(list, result))
        return 0;
    result->reference_mean = settings->metric->scale * (pairs.reference_sum / n); /* NAN of none */
    result->arm_mean = settings->metric->scale * (pairs.arm_sum / n);
    result->interval = interval_of(settings, pairs.n);
    result->accuracy = estimate(pairs.points, pairs.n, pairs.step, settings);
    result->time = estimate(pairs.logs, pairs.timed_n, 0, settings);
    result->work = estimate(pairs.work_logs, pairs.n, 0, settings);
    result->reference_work = mean_work(&pairs.reference_work, pairs.n);
    result->arm_work = mean_work(&pairs.arm_work, pairs.n);
    result->points = pairs.points;
    result->logs = pairs.logs;
    result->same = pairs.n && pairs.same == pairs.n;
    result->anytime_most = settings->anytime_most;
    result->doubts = doubts_of(&pairs, &list->arena);
    result->points_doubts = points_doubts_of(&pairs, &list->arena);
    if (!settings->anytime_most)
        decide(result, settings->metric, settings->margin);
    MEM_ROOM(list->items, list->count);
    list->items[list->count++] = *result;
    return 0;
}

/* The two arms in the group of a run, at each pair of rates that belongs together. */
static int compare_group(const struct compare_runs *runs, const struct compare_run *group,
                         const struct compare_arm *first, const struct compare_arm *arm,
                         const struct compare_settings *settings, struct compare_list *list,
                         struct err *err)
{
    struct arena *arena = &list->arena;
    const struct side all_first = side_of(runs, group, first, (double)NAN, arena);
    const struct side all_arm = side_of(runs, group, arm, (double)NAN, arena);
    const struct rates of_first = rates_of(&all_first, first, arena);
    const struct rates of_arm = rates_of(&all_arm, arm, arena);
    const bool both_given = !isnan(first->rate) && !isnan(arm->rate);
    for (size_t i = 0; i < of_arm.count; i++)
        for (size_t k = 0; k < of_first.count; k++) {
            const double rate = of_arm.items[i], other = of_first.items[k];
            if (rate != other && !of_arm.none && !of_first.none && !both_given)
                continue;
            struct compare_result result = {
                .experiment = arena_strdup(arena, group->experiment),
                .dataset = arena_strdup(arena, group->dataset),
                .model = arena_strdup(arena, group->model),
                .reference = arena_strdup(arena, first->label),
                .arm = arena_strdup(arena, arm->label),
                .reference_rate = other,
                .arm_rate = rate,
            };
            const struct side reference_side = side_of(runs, group, first, other, arena);
            const struct side arm_side = side_of(runs, group, arm, rate, arena);
            if (compare_sides(&reference_side, &arm_side, settings, &result, list, err))
                return -1;
        }
    return 0;
}

static int compare_two(const struct compare_runs *runs, const struct compare_arm *first,
                       const struct compare_arm *arm, const struct compare_settings *settings,
                       struct compare_list *list, struct err *err)
{
    const size_t before = list->count;
    for (size_t i = 0; i < runs->count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i && is_new; k++)
            is_new = !same_group(&runs->items[k], &runs->items[i]);
        if (is_new && compare_group(runs, &runs->items[i], first, arm, settings, list, err))
            return -1;
    }
    return list->count > before
               ? 0
               : err_set(err,
                         "no experiment has both '%.100s' and '%.100s' with the same dataset, "
                         "model and rate; PRUNER@RATE names a rate",
                         first->label, arm->label);
}

static void correct(struct compare_list *list)
{
    double *accuracy, *time;
    MEM_NEW(accuracy, list->count);
    MEM_NEW(time, list->count);
    for (size_t i = 0; i < list->count; i++) {
        accuracy[i] = list->items[i].accuracy.p;
        time[i] = list->items[i].time.p;
    }
    stats_holm(accuracy, list->count, accuracy);
    stats_holm(time, list->count, time);
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].accuracy.p_holm = accuracy[i];
        list->items[i].time.p_holm = time[i];
    }
    MEM_FREE(time, accuracy);
}

/* Of all comparisons together, the points and the times each by themselves, as with Holm's p. */
static int answer_anytime(struct compare_list *list, const struct compare_settings *settings,
                          struct err *err)
{
    const double margin = isnan(settings->margin) ? 0 : settings->margin;
    struct anytime_question *questions;
    struct anytime_answer *answers;
    ARENA_NEW(&list->arena, questions, 2 * list->count);
    ARENA_NEW(&list->arena, answers, 2 * list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct compare_result *r = &list->items[i];
        if (r->n > settings->anytime_most)
            return err_set(err, "%.100s against %.100s has %zu seeds: --anytime %zu, or more",
                           r->arm, r->reference, r->n, r->n);
        questions[i] = (struct anytime_question){.values = r->points,
                                                 .n = r->n,
                                                 .bound = bound_of(settings->metric, margin),
                                                 .least_sd = r->accuracy.least_sd,
                                                 .same = r->same};
        questions[list->count + i] =
            (struct anytime_question){.values = r->logs, .n = r->logs ? r->timed_n : 0};
    }
    for (size_t half = 0; half < 2 * list->count; half += list->count)
        anytime_answer(questions + half, list->count, settings->anytime_least,
                       settings->anytime_most, answers + half);
    for (size_t i = 0; i < list->count; i++) {
        struct compare_result *r = &list->items[i];
        r->accuracy.anytime = answers[i];
        r->time.anytime = answers[list->count + i];
        decide(r, settings->metric, settings->margin);
    }
    return 0;
}

int compare_arms(const struct compare_runs *runs, const struct compare_arm *arms, size_t arm_count,
                 const struct compare_settings *settings, struct compare_list *ret_list,
                 struct err *err)
{
    struct compare_list list = {0};
    for (size_t i = 1; i < arm_count; i++)
        if (compare_two(runs, &arms[0], &arms[i], settings, &list, err)) {
            compare_list_release(&list);
            return -1;
        }
    correct(&list);
    if (settings->anytime_most && answer_anytime(&list, settings, err)) {
        compare_list_release(&list);
        return -1;
    }
    *ret_list = list;
    return 0;
}

void compare_list_release(struct compare_list *list)
{
    mem_free(list->items);
    arena_release(&list->arena);
    *list = (struct compare_list){0};
}

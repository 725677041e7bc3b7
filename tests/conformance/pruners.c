/*
 * What every pruner must keep to, whatever it computes: each test takes each line of
 * pruners.def.
 */
#include "base/num.h"
#include "pruners/defaults.h"
#include "pruners/outlook.h"
#include "pruners/rate_schedule.h"
#include "tests/support/each.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 37, CLASSES = 4, EPOCHS = 6 };
static const double rates[] = {0, 0.1, 0.3, 0.5, 0.7, 0.95};
enum { RATES = sizeof rates / sizeof *rates };

#define EVERY_PRUNER(test) EACH(pruners, test, pruner_at)

static struct rehearsal_plan plan_for(size_t index)
{
    return (struct rehearsal_plan){
        .pruner = pruner_at(index),
        .n = N,
        .classes = CLASSES,
        .rate = 0.5,
        .epochs = EPOCHS,
        .seed = 1,
    };
}

static struct rehearsal begin(const struct rehearsal_plan *plan)
{
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(plan, &r, &err), 0, "%s: %s", plan->pruner->name, err.text);
    return r;
}

static void score(struct rehearsal *r)
{
    struct err err;
    cr_assert_eq(rehearsal_score(r, &err), 0, "%s", err.text);
}

static void run_epoch(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(rehearsal_epoch(r, epoch, &err), 0, "epoch %d: %s", epoch, err.text);
}

/* What pruner_select promises, checked without its help. */
static void expect_sound(const struct rehearsal *r, int epoch)
{
    const struct pruner *p = r->run->pruner;
    const struct pruner_task *task = &r->run->task;
    const struct pruner_selection *s = &r->selection;
    const int *schedule = default_option(p, r->run->options, "rate_schedule");
    const bool moves = schedule && *schedule != RATE_CONSTANT;
    if (pruner_anneals(r->run, epoch))
        cr_assert_eq(s->count, task->n, "%s: epoch %d: %zu kept of %zu in annealing", p->name,
                     epoch, s->count, task->n);
    else if (moves || p->flags & PRUNER_SOFT_BUDGET)
        cr_assert(s->count >= 1 && s->count <= task->n, "%s: epoch %d: %zu kept of %zu", p->name,
                  epoch, s->count, task->n);
    else
        cr_assert_eq(s->count, num_round_share(1 - task->rate, task->n),
                     "%s: epoch %d: %zu kept of %zu at rate %g", p->name, epoch, s->count, task->n,
                     task->rate);
    for (size_t j = 0; j < s->count; j++) {
        cr_assert_lt(s->index[j], task->n, "%s: kept %u of %zu", p->name, s->index[j], task->n);
        cr_assert(j == 0 || s->index[j - 1] < s->index[j], "%s: %u after %u", p->name, s->index[j],
                  s->index[j - 1]);
        cr_assert(isfinite(s->weight[j]) && s->weight[j] >= 0, "%s: weight %g", p->name,
                  (double)s->weight[j]);
        cr_assert(p->flags & (PRUNER_SOFT_BUDGET | PRUNER_WEIGHS) || s->weight[j] == 1.0f,
                  "%s: weight %g with an exact budget", p->name, (double)s->weight[j]);
    }
}

static void rehearse(const struct rehearsal_plan *plan)
{
    struct rehearsal r = begin(plan);
    score(&r);
    for (int epoch = 0; epoch < pruner_epochs(r.run); epoch++) {
        run_epoch(&r, epoch);
        expect_sound(&r, epoch);
    }
    rehearsal_end(&r);
}

static bool same_selection(const struct pruner_selection *a, const struct pruner_selection *b)
{
    return a->count == b->count && !memcmp(a->index, b->index, a->count * sizeof *a->index) &&
           !memcmp(a->weight, b->weight, a->count * sizeof *a->weight);
}

/* The number of epochs in which two rehearsals train on different selections. */
static int differing_epochs(const struct rehearsal_plan *one, const struct rehearsal_plan *other)
{
    int differing = 0;
    struct rehearsal a = begin(one), b = begin(other);
    score(&a);
    score(&b);
    for (int epoch = 0; epoch < pruner_epochs(a.run); epoch++) {
        run_epoch(&a, epoch);
        run_epoch(&b, epoch);
        differing += !same_selection(&a.selection, &b.selection);
    }
    rehearsal_end(&a);
    rehearsal_end(&b);
    return differing;
}

/* A plan asks before there is any data: pruner_foresee() does, with a task of one sample. */
EVERY_PRUNER(tells_what_it_will_do_before_there_is_any_state)
{
    _Alignas(16) unsigned char options[512] = {0};
    const struct pruner *pruner = pruner_at(index);
    cr_assert_leq(pruner->options_size, sizeof options);
    if (pruner->options)
        option_defaults(pruner->options, options);
    for (int epochs = 1; epochs <= 3 * EPOCHS; epochs++) {
        struct pruner_outlook outlook;
        struct str lines = {0};
        if (!pruner_foresee(pruner, pruner->options_size ? options : NULL, 0.5, epochs, &outlook)) {
            cr_expect_not_null(pruner->reads, "%s says nothing", pruner->name);
            return;
        }
        cr_expect_geq(outlook.epochs, 1);
        cr_expect(pruner->kind == PRUNER_STATIC || outlook.selections + outlook.annealed >= 1,
                  "%s chooses never in %d epochs", pruner->name, epochs);
        outlook_notes(&outlook, N, &lines);
        for (const char *p = str_text(&lines); *p; p += strcspn(p, "\n") + 1)
            cr_expect_neq(*p, '\n', "%s: an empty note", pruner->name);
        str_release(&lines);
    }
}

EVERY_PRUNER(declares_itself_wholly)
{
    const struct pruner *p = pruner_at(index);
    cr_assert_eq(pruner_find(p->name), p, "%s is not found by its name", p->name);
    cr_assert_eq(strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(p->name), "%s",
                 p->name);
    cr_assert(p->help && p->help[0] && !strpbrk(p->help, "\n|"), "%s: help: %s", p->name, p->help);
    cr_assert(p->cost && p->cost[0] && !strpbrk(p->cost, "\n|"), "%s: cost: %s", p->name, p->cost);
    cr_assert_eq(p->options == NULL, p->options_size == 0, "%s: options of %zu bytes", p->name,
                 p->options_size);
    const bool sees = p->observe || (pruner_trains_proxies(p) && !p->batch);
    cr_assert_eq(p->needs == 0 && !p->more_needs, !sees, "%s: needs %u", p->name, p->needs);
    if (p->kind == PRUNER_STATIC) {
        cr_assert(pruner_scores(p) || p->choose, "%s chooses nothing", p->name);
        cr_assert(p->choose || !option_find(p->options, "balance") ||
                      option_find(p->options, "ties"),
                  "%s: nobody obeys its balance: SAMPLER has it", p->name);
        cr_assert_eq(sees, pruner_trains_proxies(p), "%s sees nothing", p->name);
        cr_assert(!p->look || (!p->observe && !p->state_size && !p->sample_state), "%s looks twice",
                  p->name);
        cr_assert(!p->due && !p->watch_training && !p->anneal, "%s is static", p->name);
    } else {
        cr_assert(p->choose, "%s never chooses", p->name);
        cr_assert(p->anneal || option_find(p->options, "anneal"), "%s cannot anneal", p->name);
        cr_assert(!p->score && !p->look, "%s is dynamic", p->name);
        cr_assert(!p->watch || (p->batch && !p->observe), "%s watches but no batches", p->name);
    }
    cr_assert(!(p->flags & PRUNER_SCORES_PARTS) || (pruner_scores(p) && !p->choose),
              "%s chooses by more than scores", p->name);
    cr_assert(!p->batch || p->watch || p->flags & PRUNER_SOFT_BUDGET,
              "%s drops without a soft budget", p->name);
    for (const struct option *o = p->options; o && o->name; o++) {
        cr_assert(o->help && o->help[0], "%s: %s has no help", p->name, o->name);
        cr_assert_eq(option_find(p->options, o->name), o, "%s: %s is there twice", p->name,
                     o->name);
    }
}

EVERY_PRUNER(budget_is_exact_and_indices_are_unique)
{
    struct rehearsal_plan plan = plan_for(index);
    for (size_t i = 0; i < RATES; i++) {
        plan.rate = rates[i];
        rehearse(&plan);
    }
}

EVERY_PRUNER(rate_0_keeps_everything)
{
    struct rehearsal_plan plan = plan_for(index);
    const unsigned own = PRUNER_IGNORES_RATE | PRUNER_SOFT_BUDGET;
    if ((plan.pruner->flags & own) == own)
        return; /* how much it keeps is no matter of the rate */
    plan.rate = 0;
    struct rehearsal r = begin(&plan);
    score(&r);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        run_epoch(&r, epoch);
        cr_assert_eq(r.selection.count, (size_t)N, "epoch %d: %zu of %d", epoch, r.selection.count,
                     N);
        for (size_t j = 0; j < N; j++)
            cr_assert(r.selection.index[j] == j && r.selection.weight[j] == 1.0f,
                      "epoch %d: index %u weight %g at %zu", epoch, r.selection.index[j],
                      (double)r.selection.weight[j], j);
    }
    rehearsal_end(&r);
}

EVERY_PRUNER(same_seed_same_subsets)
{
    const struct rehearsal_plan plan = plan_for(index);
    const int differing = differing_epochs(&plan, &plan);
    cr_assert_eq(differing, 0, "%s: %d epochs differ", plan.pruner->name, differing);
}

/* Where nothing is observed, here or elsewhere, only the draws can tell two seeds apart. */
EVERY_PRUNER(other_seed_other_subsets_where_nothing_is_observed)
{
    const struct rehearsal_plan one = plan_for(index);
    struct rehearsal_plan other = one;
    other.seed = 2;
    if (one.pruner->needs || one.pruner->more_needs || one.pruner->batch ||
        one.pruner->flags & (PRUNER_IGNORES_RATE | PRUNER_SOFT_BUDGET) ||
        one.pruner->seconds_elsewhere)
        return;
    const int differing = differing_epochs(&one, &other);
    cr_assert_eq(differing, EPOCHS, "%s: %d of %d epochs differ", one.pruner->name, differing,
                 EPOCHS);
}

EVERY_PRUNER(highest_rate_keeps_one_sample_or_is_refused)
{
    struct rehearsal_plan plan = plan_for(index);
    plan.rate = 0.9864; /* rounds to one sample */
    rehearse(&plan);
    plan.rate = 0.999;
    if (plan.pruner->flags & (PRUNER_IGNORES_RATE | PRUNER_SOFT_BUDGET)) {
        rehearse(&plan);
        return;
    }
    struct rehearsal r;
    struct err err;
    char expected[128];
    snprintf(expected, sizeof expected,
             "%s: rate 0.999 keeps none of 37 samples; the highest rate is 0.9864",
             plan.pruner->name);
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), -1, "%s takes rate 0.999", plan.pruner->name);
    cr_assert_str_eq(err.text, expected, "%s", err.text);
}

EVERY_PRUNER(one_sample)
{
    struct rehearsal_plan plan = plan_for(index);
    plan.n = 1;
    rehearse(&plan);
}

EVERY_PRUNER(one_class)
{
    struct rehearsal_plan plan = plan_for(index);
    plan.classes = 1;
    rehearse(&plan);
}

EVERY_PRUNER(one_epoch)
{
    struct rehearsal_plan plan = plan_for(index);
    plan.epochs = 1;
    rehearse(&plan);
}

EVERY_PRUNER(empty_and_tiny_classes)
{
    uint16_t labels[N] = {0};
    labels[5] = 2; /* one sample; classes 1 and 3 have none */
    struct rehearsal_plan plan = plan_for(index);
    plan.labels = labels;
    rehearse(&plan);
    if (option_find(plan.pruner->options, "balance")) {
        plan.options = "balance=class";
        rehearse(&plan);
    }
}

static void rehearse_option(struct rehearsal_plan *plan, const char *name, const char *value)
{
    char text[96];
    snprintf(text, sizeof text, "%s=%s", name, value);
    plan->options = text;
    rehearse(plan);
}

EVERY_PRUNER(options_at_both_ends)
{
    struct rehearsal_plan plan = plan_for(index);
    plan.n = 11;
    for (const struct option *o = plan.pruner->options; o && o->name; o++) {
        char text[32];
        if (o->told_in) /* of many pruners alike: tests/unit/pruners/sampler.c */
            continue;
        if (o->type == OPTION_INT || o->type == OPTION_DOUBLE) {
            snprintf(text, sizeof text, "%.17g", o->min);
            rehearse_option(&plan, o->name, text);
            snprintf(text, sizeof text, "%.17g", o->max);
            rehearse_option(&plan, o->name, text);
        } else if (o->type == OPTION_ENUM) {
            for (size_t i = 0; option_choice(o, i); i++)
                rehearse_option(&plan, o->name, option_choice(o, i));
        }
    }
}

EVERY_PRUNER(presets_are_values_of_its_options)
{
    struct rehearsal_plan plan = plan_for(index);
    for (const struct kind_preset *p = plan.pruner->presets; p && p->name; p++) {
        char text[96];
        cr_assert(p->help && p->help[0], "%s: preset %s has no help", plan.pruner->name, p->name);
        snprintf(text, sizeof text, "preset=%s", p->name);
        plan.options = text;
        rehearse(&plan);
    }
}

EVERY_PRUNER(quotas_by_what_a_network_gets_wrong)
{
    const char *const options[] = {"quota=error", "quota=loss"};
    struct rehearsal_plan plan = plan_for(index);
    if (!option_find(plan.pruner->options, "quota") || !pruner_trains_proxies(plan.pruner))
        return;
    for (int i = 0; i < 2; i++) {
        plan.options = options[i];
        struct rehearsal r = begin(&plan), usual;
        plan.options = NULL;
        usual = begin(&plan);
        score(&r);
        score(&usual);
        cr_expect(r.run->needs & NEEDS_VALIDATION, "%s: no validation", plan.pruner->name);
        cr_expect(!memcmp(r.run->scores, usual.run->scores, N * sizeof(float)),
                  "%s %s: other scores", plan.pruner->name, options[i]);
        run_epoch(&r, 0);
        expect_sound(&r, 0);
        rehearsal_end(&r);
        rehearsal_end(&usual);
    }
}

EVERY_PRUNER(a_rate_that_moves_keeps_the_total)
{
    const char *const schedules[] = {"square", "linear"};
    struct rehearsal_plan plan = plan_for(index);
    const struct pruner *p = plan.pruner;
    if (p->kind == PRUNER_STATIC || p->flags & PRUNER_IGNORES_RATE)
        return;
    for (int i = 0; i < 2; i++) {
        char text[96];
        snprintf(text, sizeof text, "rate_schedule=%s swing=-0.7%s%s", schedules[i],
                 option_find(p->options, "period") ? " period=1" : "",
                 option_find(p->options, "anneal") ? " anneal=0" : "");
        plan.options = text;
        struct rehearsal r = begin(&plan);
        size_t total = 0, first = 0, last = 0;
        score(&r);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            run_epoch(&r, epoch);
            expect_sound(&r, epoch);
            last = r.selection.count;
            first = epoch ? first : last;
            total += last;
        }
        cr_expect_eq(r.run->task.rate, plan.rate, "%s: its rate is %g", p->name, r.run->task.rate);
        if (!(p->flags & PRUNER_SOFT_BUDGET)) {
            cr_expect_eq(total, EPOCHS * r.run->task.keep, "%s %s: %zu", p->name, text, total);
            cr_expect_lt(first, last, "%s %s: %zu, then %zu", p->name, text, first, last);
        }
        rehearsal_end(&r);
    }
}

/* Losses of a training about to diverge are finite; what is made of them must be as well. */
EVERY_PRUNER(huge_losses)
{
    const struct rehearsal_plan plan = plan_for(index);
    if (!(plan.pruner->needs & NEEDS_LOSSES))
        return;
    struct rehearsal r = begin(&plan);
    struct err err;
    /* What only training has is to be there. */
    const bool training = plan.pruner->needs & NEEDS_BATCH_LOSSES;
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 0, training, NULL);
    float *losses = rehearsal_array(&r, NEEDS_LOSSES);
    for (size_t i = 0; i < N; i++)
        losses[i] = i % 2 ? FLT_MAX : 0;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
    expect_sound(&r, 0);
    rehearsal_end(&r);
}

static const struct {
    enum pruner_needs need;
    const char *name;
} float_arrays[] = {
    {NEEDS_LOSSES, "losses"},
    {NEEDS_PROBABILITIES, "probabilities"},
    {NEEDS_LOGITS, "logits"},
    {NEEDS_FEATURES, "features"},
};

static size_t width_of(enum pruner_needs need, const struct pruner_pass *pass)
{
    return need == NEEDS_LOSSES ? 1 : need == NEEDS_FEATURES ? pass->feature_count : CLASSES;
}

EVERY_PRUNER(nan_is_refused_with_the_array_and_the_sample)
{
    enum { BAD = 17 };
    const struct rehearsal_plan plan = plan_for(index);
    struct rehearsal r = begin(&plan);
    unsigned char *before;
    MEM_NEW(before, r.run->state_size);
    if (r.run->state_size)
        memcpy(before, r.run->state, r.run->state_size);
    for (size_t a = 0; a < sizeof float_arrays / sizeof *float_arrays; a++) {
        if (!(r.run->needs & float_arrays[a].need))
            continue;
        const struct pruner_pass pass = rehearsal_pass(&r, 0, 3, false, NULL);
        const size_t width = width_of(float_arrays[a].need, &pass);
        rehearsal_array(&r, float_arrays[a].need)[BAD * width + width - 1] = NAN;
        struct err err;
        char expected[128];
        snprintf(expected, sizeof expected, "%s: %s%s of sample 17: nan after epoch 3",
                 plan.pruner->name, plan.pruner->kind == PRUNER_STATIC ? "proxy 0: " : "",
                 float_arrays[a].name);
        cr_assert_eq(pruner_observe(r.run, &pass, &err), -1, "%s takes NaN", plan.pruner->name);
        cr_assert_str_eq(err.text, expected, "%s", err.text);
        cr_assert(!memcmp(before, r.run->state, r.run->state_size), "%s has learned from it",
                  plan.pruner->name);
    }
    mem_free(before);
    rehearsal_end(&r);
}

EVERY_PRUNER(rows_that_were_not_seen_may_hold_anything)
{
    enum { BAD = 17 };
    const struct rehearsal_plan plan = plan_for(index);
    uint8_t seen[N];
    memset(seen, 1, sizeof seen);
    seen[BAD] = 0;
    struct rehearsal r = begin(&plan);
    for (size_t a = 0; a < sizeof float_arrays / sizeof *float_arrays; a++) {
        if (!(r.run->needs & float_arrays[a].need))
            continue;
        const struct pruner_pass pass = rehearsal_pass(&r, 0, 3, true, seen);
        const size_t width = width_of(float_arrays[a].need, &pass);
        for (size_t c = 0; c < width; c++)
            rehearsal_array(&r, float_arrays[a].need)[BAD * width + c] = NAN;
        struct err err;
        cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    }
    rehearsal_end(&r);
}

EVERY_PRUNER(scores_do_not_depend_on_rate)
{
    struct rehearsal_plan plan = plan_for(index);
    if (!pruner_scores(plan.pruner))
        return;
    plan.rate = 0.1;
    struct rehearsal low = begin(&plan);
    plan.rate = 0.9;
    struct rehearsal high = begin(&plan);
    score(&low);
    score(&high);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(low.run->scores[i], high.run->scores[i], "%s: sample %zu: %g and %g",
                     plan.pruner->name, i, (double)low.run->scores[i], (double)high.run->scores[i]);
    rehearsal_end(&low);
    rehearsal_end(&high);
}

/* Cells that differ in such an option alone share their scores. */
EVERY_PRUNER(what_only_chooses_matters_to_no_score)
{
    const struct rehearsal_plan plan = plan_for(index);
    struct rehearsal usual = begin(&plan);
    score(&usual);
    for (const struct option *o = plan.pruner->options; o && o->name; o++)
        for (int most = 0; o->chooses && most < 2; most++) {
            char text[96];
            struct rehearsal_plan other = plan;
            if (o->type == OPTION_ENUM || o->type == OPTION_BOOL)
                snprintf(text, sizeof text, "%s=%s", o->name,
                         o->type == OPTION_BOOL ? "true" : option_choice(o, (size_t)most));
            else
                snprintf(text, sizeof text, "%s=%.17g", o->name, most ? o->max : o->min);
            other.options = text;
            struct rehearsal changed = begin(&other);
            score(&changed);
            cr_expect_eq(usual.run->state_size, changed.run->state_size, "%s", text);
            cr_expect(!memcmp(usual.run->state, changed.run->state, usual.run->state_size),
                      "%s %s: another state", plan.pruner->name, text);
            cr_expect(!usual.run->scores ||
                          !memcmp(usual.run->scores, changed.run->scores, N * sizeof(float)),
                      "%s %s: other scores", plan.pruner->name, text);
            rehearsal_end(&changed);
        }
    rehearsal_end(&usual);
}

/* Copies the state into a second run and ruins the first: what the second does must not change. */
static void move_state(struct rehearsal *from, struct rehearsal *to)
{
    cr_assert_eq(from->run->state_size, to->run->state_size);
    if (from->run->state_size) {
        memcpy(to->run->state, from->run->state, from->run->state_size);
        memset(from->run->state, 0xa5, from->run->state_size);
    }
    const size_t count = to->selection.count = from->selection.count;
    memcpy(to->selection.index, from->selection.index, count * sizeof *to->selection.index);
    memcpy(to->selection.weight, from->selection.weight, count * sizeof *to->selection.weight);
    rehearsal_end(from);
}

static void expect_state_moves(const struct rehearsal_plan *plan)
{
    struct rehearsal whole = begin(plan), first = begin(plan), second = begin(plan);
    score(&whole);
    score(&first);
    score(&second);
    for (int epoch = 0; epoch < pruner_epochs(whole.run); epoch++) {
        if (epoch == pruner_epochs(whole.run) / 2)
            move_state(&first, &second);
        struct rehearsal *resumed = first.run ? &first : &second;
        run_epoch(&whole, epoch);
        run_epoch(resumed, epoch);
        cr_assert(same_selection(&whole.selection, &resumed->selection), "%s %s: epoch %d",
                  plan->pruner->name, plan->options ? plan->options : "", epoch);
    }
    rehearsal_end(&whole);
    rehearsal_end(&second);
}

EVERY_PRUNER(state_is_flat_and_all_there_is)
{
    struct rehearsal_plan plan = plan_for(index);
    if (plan.pruner->kind != PRUNER_DYNAMIC)
        return;
    if (option_find(plan.pruner->options, "period"))
        plan.options = "period=1";
    expect_state_moves(&plan);
    if (option_find(plan.pruner->options, "scores")) {
        plan.options = "period=1 scores=train";
        expect_state_moves(&plan);
    }
}

/* The same while proxies are watched. */
EVERY_PRUNER(state_of_a_static_pruner_is_flat)
{
    const struct rehearsal_plan plan = plan_for(index);
    if (!pruner_trains_proxies(plan.pruner) || plan.pruner->kind != PRUNER_STATIC)
        return;
    struct rehearsal whole = begin(&plan), first = begin(&plan), second = begin(&plan);
    struct err err;
    const struct pruner_watch watch = pruner_watch(whole.run);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        if (epoch == EPOCHS / 2)
            move_state(&first, &second);
        struct rehearsal *resumed = first.run ? &first : &second;
        const struct pruner_pass pass = rehearsal_pass(&whole, 0, epoch, watch.training, NULL);
        const struct pruner_pass again = rehearsal_pass(resumed, 0, epoch, watch.training, NULL);
        cr_assert_eq(pruner_observe(whole.run, &pass, &err), 0, "%s", err.text);
        cr_assert_eq(pruner_observe(resumed->run, &again, &err), 0, "%s", err.text);
    }
    cr_assert_eq(pruner_score(whole.run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(second.run, &err), 0, "%s", err.text);
    for (size_t i = 0; i < N && whole.run->scores; i++)
        cr_assert_eq(whole.run->scores[i], second.run->scores[i], "%s: sample %zu: %g and %g",
                     plan.pruner->name, i, (double)whole.run->scores[i],
                     (double)second.run->scores[i]);
    cr_assert_eq(pruner_select(whole.run, 0, &whole.selection, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(second.run, 0, &second.selection, &err), 0, "%s", err.text);
    cr_assert(same_selection(&whole.selection, &second.selection), "%s", plan.pruner->name);
    rehearsal_end(&whole);
    rehearsal_end(&second);
}

EVERY_PRUNER(chooses_first_before_epoch_0)
{
    const struct rehearsal_plan plan = plan_for(index);
    struct rehearsal r = begin(&plan);
    cr_assert_neq(pruner_due(r.run, 0), DUE_NO, "%s", plan.pruner->name);
    for (int epoch = 1; epoch < EPOCHS && plan.pruner->kind == PRUNER_STATIC; epoch++)
        cr_assert_eq(pruner_due(r.run, epoch), DUE_NO, "%s is due at epoch %d", plan.pruner->name,
                     epoch);
    rehearsal_end(&r);
}

/* Whatever the pruner is up to, in its last epochs all are kept, with weight 1. */
EVERY_PRUNER(annealed_epochs_keep_all)
{
    struct rehearsal_plan plan = plan_for(index);
    if (!option_find(plan.pruner->options, "anneal"))
        return;
    plan.options = "anneal=0.3";
    const int annealed = 2; /* round(.3 * 6) */
    struct rehearsal r = begin(&plan);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        const bool all = epoch >= EPOCHS - annealed;
        cr_assert_eq(pruner_anneals(r.run, epoch), all, "%s: epoch %d", plan.pruner->name, epoch);
        run_epoch(&r, epoch);
        expect_sound(&r, epoch);
        if (all)
            cr_assert_eq(r.selection.weight[N - 1], 1.0f, "weight %g",
                         (double)r.selection.weight[N - 1]);
    }
    rehearsal_end(&r);
}

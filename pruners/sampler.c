#include "pruners/sampler.h"

#include "base/num.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>

const char *const sampler_quota_names[] = {"none", "size", "error", "loss", NULL};
const char *const sampler_ties_names[] = {"index", "random", NULL};

const char *sampler_name_at(size_t i)
{
    return shelf_name_at(&sampler_shelf, i);
}

const struct sampler_options *sampler_options_of(const struct pruner *pruner, const void *options)
{
    const struct option *ties = option_find(pruner->options, "ties");
    return ties ? (const void *)((const char *)options + ties->offset -
                                 offsetof(struct sampler_options, ties))
                : NULL;
}

bool sampler_by_class(const struct sampler_options *options)
{
    return options->quota != QUOTA_NONE || options->balance == BALANCE_CLASS;
}

void sampler_note(const struct pruner *pruner, const void *options, struct str *ret_note)
{
    const struct sampler_options *given = sampler_options_of(pruner, options);
    if (!given || !option_find(pruner->options, "sampler"))
        return;
    const struct sampler *sampler = sampler_at((size_t)given->sampler);
    for (const struct option *o = pruner->options; o->name; o++)
        if (o->told_in && o->type != OPTION_ENUM && !option_is_default(o, options) &&
            !option_find(sampler->options, o->name))
            str_addf(ret_note, "%s%s changes nothing with sampler %s", ret_note->length ? "; " : "",
                     o->name, sampler->name);
}

bool sampler_redraws(const struct sampler_options *options)
{
    return options && options->sampler == SAMPLER_POOL;
}

/* ---- Quotas ---- */

unsigned sampler_needs(const struct sampler_options *options)
{
    const int quota = options ? options->quota : QUOTA_NONE;
    return quota == QUOTA_ERROR  ? NEEDS_VALIDATION | NEEDS_CORRECT
           : quota == QUOTA_LOSS ? NEEDS_VALIDATION | NEEDS_LOSSES
                                 : 0;
}

void sampler_look(const struct sampler_options *options, const struct pruner_task *task,
                  const struct pruner_pass *pass, double *ret_shares)
{
    const struct pruner_pass *v = pass->validation;
    const size_t classes = (size_t)task->classes;
    double all = 0;
    size_t *sizes;
    MEM_NEW(sizes, classes);
    for (size_t c = 0; c < classes; c++)
        ret_shares[c] = 0;
    for (size_t i = 0; i < v->n; i++) {
        const double lost = options->quota == QUOTA_ERROR ? !v->correct[i] : (double)v->losses[i];
        ret_shares[v->labels[i]] += lost;
        sizes[v->labels[i]]++;
        all += lost;
    }
    /* Of a class that the validation split has nothing of: what all lose. */
    for (size_t c = 0; c < classes; c++)
        ret_shares[c] = sizes[c] ? ret_shares[c] / (double)sizes[c] : all / (double)v->n;
    mem_free(sizes);
}

double *sampler_shares(const struct pruner_run *run)
{
    void *end = (char *)run->state + run->state_size;
    return (double *)end - run->task.classes;
}

/* One more for the largest remainders, the lower class of equal ones. */
static void add_remainders(double *rests, size_t classes, size_t left, size_t *budgets)
{
    for (; left > 0; left--) {
        size_t largest = 0;
        for (size_t c = 1; c < classes; c++)
            if (rests[c] > rests[largest])
                largest = c;
        budgets[largest]++;
        rests[largest] = 0;
    }
}

static double sum_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t c = 0; c < n; c++)
        sum += values[c];
    return sum;
}

void sampler_budgets(const struct pruner_task *task, const double *shares, size_t *ret_budgets)
{
    const size_t classes = (size_t)task->classes;
    size_t *sizes, left = task->keep;
    double *weights, each;
    bool filled;
    MEM_NEW(sizes, classes);
    MEM_NEW(weights, classes); /* 0: it gets nothing more */
    for (size_t i = 0; i < task->n; i++)
        sizes[task->labels[i]]++;
    for (size_t c = 0; c < classes; c++) {
        weights[c] = sizes[c] ? shares[c] : 0;
        ret_budgets[c] = 0;
    }
    do {
        const bool alike = sum_of(weights, classes) <= 0;
        for (size_t c = 0; alike && c < classes; c++)
            weights[c] = (double)(sizes[c] - ret_budgets[c]);
        each = (double)left / sum_of(weights, classes);
        filled = false;
        for (size_t c = 0; c < classes; c++) {
            if (weights[c] <= 0 || each * weights[c] < (double)sizes[c])
                continue;
            left -= sizes[c];
            ret_budgets[c] = sizes[c];
            weights[c] = 0;
            filled = true;
        }
    } while (filled && left > 0);
    size_t whole = 0;
    for (size_t c = 0; c < classes && left > 0; c++) {
        const double exact = each * weights[c];
        whole += (size_t)exact;
        ret_budgets[c] += (size_t)exact;
        weights[c] = exact - floor(exact);
    }
    add_remainders(weights, classes, left - whole, ret_budgets);
    MEM_FREE(sizes, weights);
}

/* ---- Groups ---- */

/* ret_order[n]: by falling score. */
static void rank(const struct pruner_run *run, const struct sampler_options *o,
                 const struct sampler_ease *ease, struct rng *rng, uint32_t *ret_order)
{
    const size_t n = run->task.n;
    const float *scores = run->scores;
    const struct sampler *sampler = sampler_at((size_t)o->sampler);
    num_order(scores, n, ret_order);
    for (size_t first = 0, end; o->ties == TIES_RANDOM && first < n; first = end) {
        for (end = first + 1; end < n && scores[ret_order[end]] == scores[ret_order[first]];)
            end++;
        rng_shuffle(rng, ret_order + first, end - first);
    }
    if (!sampler->keys)
        return;
    float *keys;
    MEM_NEW(keys, n);
    sampler->keys(&(struct sampling){o, &run->task, scores, ease, ret_order}, rng, keys);
    num_order(keys, n, ret_order);
    mem_free(keys);
}

/* Orders order[n], all of one group, so that those to be kept come first. */
static void pick(const struct pruner_run *run, const struct sampler_options *o, size_t n,
                 size_t keep, struct rng *rng, uint32_t *order)
{
    const struct sampler *sampler = sampler_at((size_t)o->sampler);
    if (sampler->pick && keep > 0)
        sampler->pick(&(struct sampling){o, &run->task, run->scores, NULL, NULL}, n, keep, rng,
                      order);
}

static void pick_of_classes(const struct pruner_run *run, const struct sampler_options *o,
                            struct rng *rng, const uint32_t *order,
                            struct pruner_selection *ret_selection)
{
    const struct pruner_task *task = &run->task;
    const size_t classes = (size_t)task->classes;
    size_t *budgets, *ends, kept = 0;
    uint32_t *members;
    MEM_NEW(budgets, classes);
    MEM_NEW(ends, classes + 1); /* of each class in members, once they are there */
    MEM_NEW(members, task->n);
    if (o->quota == QUOTA_ERROR || o->quota == QUOTA_LOSS)
        sampler_budgets(task, sampler_shares(run), budgets);
    else
        select_budgets(task, budgets);
    for (size_t i = 0; i < task->n; i++)
        ends[task->labels[i] + 1]++;
    for (size_t c = 1; c <= classes; c++)
        ends[c] += ends[c - 1];
    for (size_t j = 0; j < task->n; j++)
        members[ends[task->labels[order[j]]]++] = order[j];
    for (size_t c = 0, first = 0; c < classes; first = ends[c++]) {
        pick(run, o, ends[c] - first, budgets[c], rng, members + first);
        for (size_t j = 0; j < budgets[c]; j++)
            ret_selection->index[kept++] = members[first + j];
    }
    ret_selection->count = kept;
    MEM_FREE(budgets, ends, members);
}

void sampler_choose(const struct pruner_run *run, const struct sampler_options *options,
                    const struct sampler_ease *ease, struct rng *rng,
                    struct pruner_selection *ret_selection)
{
    uint32_t *order;
    MEM_NEW(order, run->task.n);
    rank(run, options, ease, rng, order);
    if (sampler_by_class(options)) {
        pick_of_classes(run, options, rng, order, ret_selection);
    } else {
        pick(run, options, run->task.n, run->task.keep, rng, order);
        memcpy(ret_selection->index, order, run->task.keep * sizeof *order);
        ret_selection->count = run->task.keep;
    }
    mem_free(order);
}

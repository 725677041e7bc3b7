#include "pruners/defaults.h"

#include "pruners/sampler.h"
#include "pruners/select.h"
#include "pruners/snapshot.h"

#include <string.h>

const void *default_option(const struct pruner *pruner, const void *options, const char *name)
{
    const struct option *option = option_find(pruner->options, name);
    return option ? (const char *)options + option->offset : NULL;
}

/* The option `runs`; 0: there is none, and the state of look() is float[n], else double[n]. */
static int runs_of(const struct pruner *pruner, const void *options)
{
    const int *runs = default_option(pruner, options, "runs");
    return runs ? *runs : 0;
}

unsigned default_needs(const struct pruner *pruner, const void *options)
{
    const int *params = default_option(pruner, options, "params");
    const unsigned gradients = params && *params == PARAMS_FULL ? NEEDS_GRADIENTS : 0;
    return pruner->needs | gradients | (pruner->more_needs ? pruner->more_needs(options) : 0);
}

/* ---- State ---- */

static size_t own_state_size(const struct pruner *pruner, const void *options,
                             const struct pruner_task *task)
{
    if (pruner->state_size)
        return pruner->state_size(options, task);
    if (pruner->sample_state)
        return pruner->shared_state + mem_size(task->n, pruner->sample_state);
    if (pruner->look)
        return mem_size(task->n, runs_of(pruner, options) ? sizeof(double) : sizeof(float));
    return pruner_trains_proxies(pruner) && !pruner->observe
               ? snapshot_size(task, default_needs(pruner, options))
               : 0;
}

size_t default_state_size(const struct pruner *pruner, const void *options,
                          const struct pruner_task *task)
{
    const size_t size = own_state_size(pruner, options, task), unit = sizeof(double);
    return sampler_needs(sampler_options_of(pruner, options))
               ? (size + unit - 1) / unit * unit + mem_size((size_t)task->classes, unit)
               : size;
}

/* ---- What it watches ---- */

static struct pruner_watch own_watch(const struct pruner_run *run)
{
    const struct pruner *pruner = run->pruner;
    if (pruner->watch)
        return pruner->watch(run);
    if (!pruner_trains_proxies(pruner))
        return (struct pruner_watch){.pass_every = -1};
    const int *at = default_option(pruner, run->options, "at"),
              *epochs = default_option(pruner, run->options, "epochs"),
              *T = default_option(pruner, run->options, "T");
    struct pruner_watch watch =
        at ? select_at_watch(*at, run)
           : select_training_watch(select_epochs(epochs ? *epochs : *T, &run->task));
    if (runs_of(pruner, run->options))
        watch.runs = runs_of(pruner, run->options);
    return watch;
}

struct pruner_watch default_watch(const struct pruner_run *run)
{
    struct pruner_watch watch = own_watch(run);
    if (sampler_needs(sampler_options_of(run->pruner, run->options)) && watch.pass_every < 0)
        watch.pass_every = 0;
    return watch;
}

bool default_asks_for(const struct pruner_watch *watch, const struct pruner_pass *pass)
{
    if (pass->run >= watch->runs || pass->epoch > watch->epochs)
        return false;
    if (pass->training)
        return watch->training;
    const bool in_turn = watch->pass_every > 0 && pass->epoch % watch->pass_every == 0;
    return in_turn || (watch->pass_every >= 0 && pass->epoch == watch->epochs);
}

bool default_scores_forward(const struct pruner_run *run)
{
    const int *scores = default_option(run->pruner, run->options, "scores");
    return scores && *scores == SCORES_FORWARD;
}

enum pruner_due default_due(const struct pruner_run *run, int epoch)
{
    const int *period = default_option(run->pruner, run->options, "period");
    if (run->pruner->due)
        return run->pruner->due(run, epoch);
    return select_due(epoch, period ? *period : 1,
                      default_scores_forward(run) ? DUE_FORWARD : DUE_SELECT);
}

static void add_look(struct pruner_run *run, const struct pruner_pass *pass)
{
    const size_t n = run->task.n;
    double *values;
    MEM_NEW(values, n);
    run->pruner->look(run, pass, values);
    if (runs_of(run->pruner, run->options)) {
        double *sums = run->state;
        for (size_t i = 0; i < n; i++)
            sums[i] += values[i];
    } else {
        float *kept = run->state;
        for (size_t i = 0; i < n; i++)
            kept[i] = (float)values[i];
    }
    mem_free(values);
}

/* What a quota goes by is of the first proxy, when it is done. False: the pass is only for that. */
static bool observe_for_quota(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct sampler_options *o = sampler_options_of(run->pruner, run->options);
    if (!sampler_needs(o))
        return true;
    const struct pruner_watch watch = own_watch(run);
    if (!pass->training && pass->run == 0 && pass->epoch == watch.epochs)
        sampler_look(o, &run->task, pass, sampler_shares(run));
    return default_asks_for(&watch, pass);
}

void default_observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    if (!observe_for_quota(run, pass))
        return;
    if (run->pruner->observe)
        run->pruner->observe(run, pass);
    else if (pass->training) /* it looks at a scoring pass */
        return;
    else if (run->pruner->look)
        add_look(run, pass);
    else
        snapshot_take(run->state, &run->task, default_needs(run->pruner, run->options), pass);
}

void default_score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    const int runs = runs_of(run->pruner, run->options);
    const double *sums = run->state;
    if (run->pruner->score)
        run->pruner->score(run, rng, ret_scores);
    else if (runs)
        for (size_t i = 0; i < run->task.n; i++)
            ret_scores[i] = (float)(sums[i] / runs);
    else
        memcpy(ret_scores, run->state, run->task.n * sizeof *ret_scores);
}

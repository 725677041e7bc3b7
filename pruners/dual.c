/*
 * dual: the samples that are uncertain and difficult early in training.
 *
 * Paper: Cho, Shin, Kang and Yun, "Lightweight Dataset Pruning without Full Training via Example
 * Difficulty and Prediction Uncertainty", ICML 2025 (arXiv 2502.06905).
 *
 *     score_i = mean over windows of std(p_y) (1 - mean p_y)
 *
 * over sliding windows of J epochs of the first T; p_y is the probability of the label when the
 * sample is presented in training, std is divided by J - 1. Without `beta`, the highest are kept.
 * Example, J = 2: p_y = .2, .6, .6 gives .2828 * .6 and 0 * .4: score .0849.
 *
 * At high rates the highest scores alone are too difficult. `beta: true` draws instead, without
 * replacement, with a density of the mean m_i of p_y over the T epochs that moves to easier samples
 * as the rate r rises:
 *
 *     weight_i = score_i * Beta(m_i; a, b)      b = 15 (1 - m) (1 - r^cD),  a = 16 - b
 *
 * m = mean of m_i over the 10 samples of highest score. Example: m = .4, r = .5, cD = 1: b = 4.5,
 * a = 11.5; the density peaks at (a - 1) / (a + b - 2) = .75.
 *
 * That is the sampler `beta` (samplers.c, which says how it is drawn), with cD in the place of
 * `easing`; `sampler: beta` is the same draw. Any score has it, but only this one knows m_i.
 *
 * Needs probabilities. Cost: a proxy of T epochs on the cell's recipe; T may exceed the epochs of
 * the training that is accelerated. Memory: J floats a sample.
 *
 * T 30, J 10, cD 5.5 (CIFAR-10) are the paper's; the authors' example for CIFAR-100 has cD 4.
 * a + b = 16 is the authors' program's. Our choices: m_i stays 1e-6 away from 0 and 1, where the
 * density may be infinite; weights below e^-700, those of score 0 too, count as that, so that a
 * budget can always be filled; T is two epochs at least; with T < J there is one window, of all
 * there is.
 *
 * Beside the authors' program, on the same arrays: its scores are 10 times ours, and the same
 * samples are kept at rates .3, .5, .7 and .9; with `beta` how often each is drawn agrees (150
 * draws, r .9998).
 */
#include "base/num.h"
#include "pruners/math/window.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

struct dual_options {
    int T, J;
    double cD;
    bool beta;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct dual_options, T, "30", 2, 100000, "epochs the proxy trains"),
    OPTION_INT(struct dual_options, J, "10", 2, 100000, "epochs of a window"),
    OPTION_DOUBLE(struct dual_options, cD, "5.5", 0.01, 1000,
                  "how late the rate moves the density to easier samples", .chooses = true),
    OPTION_BOOL(struct dual_options, beta, "false",
                "draw with a Beta density, which suits high rates", .chooses = true),
    SAMPLER_WITHOUT_EASING(struct dual_options, true),
    OPTION_END,
};

static int length_of(const struct dual_options *o)
{
    return o->J < o->T ? o->J : o->T;
}

static size_t state_size(const void *options, const struct pruner_task *task)
{
    return window_size(task->n, length_of(options));
}

static void note(const struct pruner_run *run, struct str *ret_note)
{
    const struct dual_options *o = run->options;
    window_note(o->J, o->T, ret_note);
}

static double window_score(const struct window_spread *spread)
{
    return window_deviation(spread) * (1 - spread->mean);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const int length = length_of(run->options);
    const size_t classes = (size_t)run->task.classes;
    for (size_t i = 0; i < pass->n; i++)
        if (!pass->seen || pass->seen[i])
            window_watch(run->state, length, i, pass->probabilities[i * classes + pass->labels[i]],
                         window_score);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const int length = length_of(run->options);
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] = (float)window_mean(run->state, length, i, window_score);
}

/* m_i, of a sample that was never presented .5. */
static double mean_of(const struct pruner_run *run, size_t i)
{
    const double margin = 1e-6,
                 mean = window_mean_value(run->state, length_of(run->options), i, 0.5);
    return fmin(fmax(mean, margin), 1 - margin);
}

/* m: of the samples that are the most so. */
static double anchor_of(const struct pruner_run *run)
{
    enum { MOST = 10 };
    const size_t n = run->task.n, count = n < MOST ? n : MOST;
    uint32_t *order;
    MEM_NEW(order, n);
    num_order(run->scores, n, order);
    double mean = 0;
    for (size_t j = 0; j < count; j++)
        mean += mean_of(run, order[j]) / (double)count;
    mem_free(order);
    return mean;
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct dual_options *o = run->options;
    struct sampler_options sampler = o->choice;
    double *easy;
    sampler.easing = o->cD;
    if (o->beta)
        sampler.sampler = SAMPLER_BETA;
    MEM_NEW(easy, run->task.n);
    for (size_t i = 0; i < run->task.n; i++)
        easy[i] = mean_of(run, i);
    const struct sampler_ease ease = {easy, anchor_of(run)};
    sampler_choose(run, &sampler, &ease, rng, ret_selection);
    mem_free(easy);
}

const struct pruner dual_pruner = {
    .name = "dual",
    .help = "the largest deviation of the label's probability times its distance from 1, early, "
            "mean over windows",
    .cite = "Cho et al. 2025, ICML",
    .cost = "a proxy of T epochs",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct dual_options, table),
    .presets = KIND_PRESETS({"cifar10", "beta=true", "the authors' with their sampler"},
                            {"cifar100", "beta=true cD=4", "the authors' example for CIFAR-100"}),
    .note = note,
    .state_size = state_size,
    .observe = observe,
    .score = score,
    .choose = choose,
};

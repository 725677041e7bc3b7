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
 * A draw one after the other with probability proportional to weight is a ranking by
 * log weight - log(-log u), u uniform (Gumbel, top-k): that is how it is done here, and why
 * `balance: class` works in the same way.
 *
 * Needs probabilities. Cost: a proxy of T epochs on the cell's recipe; T may exceed the epochs of
 * the training that is accelerated. Memory: J floats a sample.
 *
 * T 30, J 10, cD 5.5 (CIFAR-10) are the paper's; the authors' example for CIFAR-100 has cD 4.
 * a + b = 16 is the authors' program's. Our choices: m_i stays 1e-6 away from 0 and 1, where the
 * density may be infinite; weights below e^-700, those of score 0 too, count as that, so that a
 * budget can always be filled; T is two epochs at least; with T < J there is one window, of all
 * there is.
 */
#include "base/num.h"
#include "pruners/math/window.h"
#include "pruners/select.h"

#include <math.h>

struct dual_options {
    int T, J;
    double cD;
    bool beta;
    int balance; /* enum select_balance */
};

static const struct option table[] = {
    OPTION_INT(struct dual_options, T, "30", 2, 100000, "epochs the proxy trains"),
    OPTION_INT(struct dual_options, J, "10", 2, 100000, "epochs of a window"),
    OPTION_DOUBLE(struct dual_options, cD, "5.5", 0.01, 1000,
                  "how late the rate moves the density to easier samples"),
    OPTION_BOOL(struct dual_options, beta, "false",
                "draw with a Beta density, which suits high rates"),
    SELECT_BALANCE(struct dual_options),
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

/* Keys whose order is that of a weighted draw without replacement. */
static void draw_keys(const struct pruner_run *run, struct rng *rng, float *ret_keys)
{
    const struct dual_options *o = run->options;
    const double b = 15 * (1 - anchor_of(run)) * (1 - pow(run->task.rate, o->cD)), a = 16 - b;
    const double least = -700, tiniest = 0x1p-54;
    for (size_t i = 0; i < run->task.n; i++) {
        const double m = mean_of(run, i);
        const double weight = log((double)run->scores[i]) + (a - 1) * log(m) + (b - 1) * log(1 - m);
        const double u = fmax(rng_uniform(rng), tiniest);
        ret_keys[i] = (float)(fmax(weight, least) - log(-log(u)));
    }
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct dual_options *o = run->options;
    const enum select_balance balance = (enum select_balance)o->balance;
    if (!o->beta) {
        select_top(&run->task, run->scores, balance, ret_selection);
        return;
    }
    float *keys;
    MEM_NEW(keys, run->task.n);
    draw_keys(run, rng, keys);
    select_top(&run->task, keys, balance, ret_selection);
    mem_free(keys);
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
    .note = note,
    .state_size = state_size,
    .observe = observe,
    .score = score,
    .choose = choose,
};

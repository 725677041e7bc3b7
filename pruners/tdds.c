/*
 * tdds: the samples whose outputs move unevenly, the more so late in what is watched.
 *
 * Paper: Zhang, Du, Li, Xie and Zhou, "Spanning Training Progress: Temporal Dual-Depth Scoring
 * (TDDS) for Enhanced Dataset Pruning", CVPR 2024 (arXiv 2311.13613).
 *
 *     d_i(t)  = sum_c | p_t (log p_t - log p_t-1) |           p: softmax at epoch t, all classes
 *     r_i(w)  = sqrt( sum over the J - 1 steps t inside window w of (d_i(t) - their mean)^2 )
 *     score_i = EMA over windows: s <- (1 - beta) s + beta r_i(w), from 0
 *
 * Windows are of J epochs and slide by one; T epochs are watched, so there are T - J + 1. p is the
 * output when the sample is presented in training. The highest are kept. Example, J = 3, T = 4,
 * beta = .9, steps d = 1, 3, 3: windows sqrt(2) and 0, score .1 * .9 * sqrt(2) = .1273.
 *
 * T and J go with the rate. The pairs that the authors of dual use in their program for their
 * re-runs of tdds, in this order, presumably for 30, 50, 70, 80, 90 % removed:
 *
 *     T 90 J 10     T 70 J 10     T 60 J 20     T 20 J 10     T 10 J 5
 *
 * The defaults are the first. They do not follow the rate by themselves: scores must not depend on
 * it. An experiment that wants the others (presets) gives one pruner entry a rate.
 *
 * Needs probabilities. Cost: a proxy of T epochs; T may exceed the epochs of the training that is
 * accelerated. Memory: C + J floats a sample.
 *
 * As in the authors' program, 1e-8 is added to p inside the logarithms, the deviation is a
 * Euclidean norm (not divided by J - 1), and beta weighs the newest. With beta = .9 the last two
 * windows are 99 % of the score. Our choices: with T < J there is one window, of all there is; a
 * step goes from a sample's last presentation to this one; T and J are 3 at least, for the
 * deviation of a single step is always 0.
 *
 * Beside the authors' program, on the same arrays: equal (6e-7). The copy in DUAL's program never
 * slides its window and takes logits for probabilities: of 600 samples it keeps 262 of 420 and 22
 * of 180 of these, so tables that name "TDDS" after it mean something else.
 */
#include "pruners/math/window.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

struct tdds_options {
    int T, J;
    double beta;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct tdds_options, T, "90", 3, 100000, "epochs the proxy trains"),
    OPTION_INT(struct tdds_options, J, "10", 3, 100000, "epochs of a window"),
    OPTION_DOUBLE(struct tdds_options, beta, "0.9", 0.001, 1, "weight of the newest window"),
    SAMPLER(struct tdds_options),
    OPTION_END,
};

/* The state: samples[n], the windows, float previous[n][classes]. */
struct sample {
    double average;   /* EMA over windows */
    uint32_t windows; /* full ones so far */
    uint32_t presented;
};

/* Steps of a window. */
static int length_of(const struct tdds_options *o)
{
    return (o->J < o->T ? o->J : o->T) - 1;
}

static size_t state_size(const void *options, const struct pruner_task *task)
{
    return mem_size(task->n, sizeof(struct sample)) + window_size(task->n, length_of(options)) +
           mem_size(mem_size(task->n, (size_t)task->classes), sizeof(float));
}

static void note(const struct pruner_run *run, struct str *ret_note)
{
    const struct tdds_options *o = run->options;
    window_note(o->J, o->T, ret_note);
}

/* d_i(t): p, before [classes] */
static double step_of(const float *p, const float *before, size_t classes)
{
    const double least = 1e-8;
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum += fabs((double)p[c] * (log((double)p[c] + least) - log((double)before[c] + least)));
    return sum;
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct tdds_options *o = run->options;
    const int length = length_of(o);
    const size_t classes = (size_t)run->task.classes;
    struct sample *samples = run->state;
    void *windows = samples + pass->n;
    float *previous = (void *)((unsigned char *)windows + window_size(pass->n, length));
    for (size_t i = 0; i < pass->n; i++) {
        if (pass->seen && !pass->seen[i])
            continue;
        const float *p = pass->probabilities + i * classes;
        float *before = previous + i * classes;
        if (samples[i].presented++ > 0)
            window_push(windows, length, i, (float)step_of(p, before, classes));
        for (size_t c = 0; c < classes; c++)
            before[c] = p[c];
        if (!window_full(windows, length, i))
            continue;
        const struct window_spread spread = window_spread(windows, length, i);
        samples[i].average = (1 - o->beta) * samples[i].average + o->beta * sqrt(spread.squares);
        samples[i].windows++;
    }
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct tdds_options *o = run->options;
    const struct sample *samples = run->state;
    const void *windows = samples + run->task.n;
    for (size_t i = 0; i < run->task.n; i++) {
        const struct window_spread rest = window_spread(windows, length_of(o), i);
        ret_scores[i] =
            (float)(samples[i].windows ? samples[i].average : o->beta * sqrt(rest.squares));
    }
}

const struct pruner tdds_pruner = {
    .name = "tdds",
    .help = "the most uneven steps of the outputs inside sliding windows of J epochs, the newest "
            "weighing most",
    .cite = "Zhang et al. 2024, CVPR",
    .cost = "a proxy of T epochs",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct tdds_options, table),
    .presets =
        KIND_PRESETS({"at-50", "T=70 J=10", "for rate .5, in dual's program"},
                     {"at-70", "T=60 J=20", "for rate .7"}, {"at-80", "T=20 J=10", "for rate .8"},
                     {"at-90", "T=10 J=5", "for rate .9"}),
    .note = note,
    .state_size = state_size,
    .observe = observe,
    .score = score,
};

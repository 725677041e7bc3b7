/*
 * dyn-unc: the samples whose predicted probability of the label fluctuates most while training.
 *
 * Paper: He, Yang, Huang and Zhao, "Large-scale Dataset Pruning with Dynamic Uncertainty", CVPR
 * 2024 workshops (arXiv 2306.05175).
 *
 *     u_i(t)  = std of p_y over epochs t .. t+J-1          divided by J - 1
 *     score_i = mean of u_i over the windows of the training, each an epoch later than the last
 *
 * p_y is the probability of the label when the sample is presented in training, augmented. The
 * highest are kept. The method is static, in spite of its name: it chooses once, before training.
 * Example, J = 2: p_y = .2, .6, .6 has windows of std .2828 and 0: score .1414.
 *
 * Needs probabilities. Cost: one proxy training; by default as long as the training that is
 * accelerated. Memory: J floats a sample.
 *
 * A proxy of fewer than J epochs is one window, of all there is. A proxy trains two epochs at
 * least (our choice): one has no fluctuation. A sample presented fewer times than the others has a
 * window of its own presentations.
 *
 * Equal to DUAL's re-implementation. The authors' program (BAAI, ImageNet/get_coreset.py) stops one
 * window short: `preset: authors`. Of 600 samples of a recorded network that changes 2 of 300 kept
 * and 4 of 60.
 */
#include "pruners/math/window.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

enum windows { WINDOWS_ALL, WINDOWS_BUT_LAST };

static const char *const windows_names[] = {"all", "but-last", NULL};

struct dyn_unc_options {
    int J, epochs;
    int windows; /* enum windows */
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct dyn_unc_options, J, "10", 2, 100000, "epochs of a window"),
    OPTION_INT(struct dyn_unc_options, epochs, "0", 0, 100000,
               "epochs the proxy trains, at least 2; 0: as many as the training"),
    SAMPLER(struct dyn_unc_options),
    OPTION_ENUM(struct dyn_unc_options, windows, "all", windows_names,
                "which count; but-last: as in the authors' program", .added_later = true),
    OPTION_END,
};

static int epochs_of(const struct dyn_unc_options *o, const struct pruner_task *task)
{
    const int epochs = select_epochs(o->epochs, task);
    return epochs > 2 ? epochs : 2;
}

static int length_of(const struct dyn_unc_options *o, const struct pruner_task *task)
{
    const int epochs = epochs_of(o, task);
    return o->J < epochs ? o->J : epochs;
}

static size_t state_size(const void *options, const struct pruner_task *task)
{
    return window_size(task->n, length_of(options, task));
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    return select_training_watch(epochs_of(run->options, &run->task));
}

static void note(const struct pruner_run *run, struct str *ret_note)
{
    const struct dyn_unc_options *o = run->options;
    window_note(o->J, epochs_of(o, &run->task), ret_note);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const int length = length_of(run->options, &run->task);
    const size_t classes = (size_t)run->task.classes;
    for (size_t i = 0; i < pass->n; i++)
        if (!pass->seen || pass->seen[i])
            window_watch(run->state, length, i, pass->probabilities[i * classes + pass->labels[i]],
                         window_deviation);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct dyn_unc_options *o = run->options;
    const int length = length_of(o, &run->task);
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] =
            (float)(o->windows == WINDOWS_ALL
                        ? window_mean(run->state, length, i, window_deviation)
                        : window_mean_but_last(run->state, length, i, window_deviation));
}

const struct pruner dyn_unc_pruner = {
    .name = "dyn-unc",
    .help = "the largest deviation of the label's probability, mean over sliding windows of J "
            "epochs",
    .cite = "He et al. 2024, CVPR workshops",
    .cost = "a proxy of `epochs` epochs: by default a whole training",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct dyn_unc_options, table),
    .presets = KIND_PRESETS({"authors", "windows=but-last", "the last window left out"}),
    .note = note,
    .state_size = state_size,
    .observe = observe,
    .watch = watch,
    .score = score,
};

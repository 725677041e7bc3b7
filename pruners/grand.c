/*
 * grand: the samples of largest gradient, early in training.
 *
 * Paper: Paul, Ganguli and Dziugaite, "Deep Learning on a Data Diet: Finding Important Examples
 * Early in Training", NeurIPS 2021.
 *
 *     score_i = mean over runs of || g_i ||_2            g_i = gradient of sample i's own loss
 *
 *     params last    g_i in the last layer = (p_i - e_yi) (x) [phi_i ; 1], so that
 *                    || g_i || = || p_i - e_yi || * || [phi_i ; 1] ||
 *     params full    g_i in all parameters
 *
 * after `at` epochs of each run, by a scoring pass without augmentation. Keep the highest. Example:
 * p = (.7, .2, .1), y = 0, phi = (1, 2): sqrt(.14) * sqrt(1 + 4 + 1) = .917.
 *
 * A gradient here is of one sample. Programs that take it out of a batch's mean multiply by the
 * batch's size, and blow up the samples of the last batch if that is smaller; nothing here knows
 * of batches.
 *
 * Needs probabilities and features; `full` the norms of full gradients too. Cost: `runs` proxy
 * trainings of `at` epochs on all data, and one forward pass each; with `full`, one forward and
 * backward pass of batch 1 a sample.
 *
 * Defaults 10 runs at 20 epochs are the paper's for el2n; its grand is of all parameters, `last` is
 * the usual approximation (our choice of default). The paper also scores at initialization: Kirsch
 * ("Does 'Deep Learning on a Data Diet' reproduce?", arXiv 2303.14753) finds that no better than
 * random, and it is not offered. `at` may exceed the epochs of the training that is accelerated.
 *
 * Beside the authors' program (data_diet): the formula is the same; it was read, not run.
 */
#include "pruners/math/errors.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

struct grand_options {
    int runs, at;
    int params; /* enum select_params */
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct grand_options, runs, "10", 1, 1000, "proxy networks averaged over"),
    OPTION_INT(struct grand_options, at, "20", 1, 100000, "epochs each proxy trains"),
    SELECT_PARAMS(struct grand_options),
    SAMPLER(struct grand_options),
    OPTION_END,
};

static double last_norm(const struct pruner_pass *pass, size_t i, size_t classes)
{
    const float *p = pass->probabilities + i * classes;
    const float *phi = pass->features + i * pass->feature_count;
    return sqrt(errors_squares(p, pass->labels[i], classes) *
                errors_input_squares(phi, pass->feature_count));
}

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const struct grand_options *o = run->options;
    for (size_t i = 0; i < pass->n; i++)
        ret_values[i] = o->params == PARAMS_FULL ? (double)pass->gradient_norms[i]
                                                 : last_norm(pass, i, (size_t)run->task.classes);
}

const struct pruner grand_pruner = {
    .name = "grand",
    .help = "the largest norm of a sample's own gradient, early, mean over proxies",
    .cite = "Paul et al. 2021, NeurIPS",
    .cost =
        "`runs` proxies of `at` epochs, and a forward pass each; full: a backward pass of batch "
        "1 a sample too",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct grand_options, table),
    .presets = KIND_PRESETS({"drop", "quota=error", "DRoP with its scores"}),
    .look = look,
};

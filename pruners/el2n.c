/*
 * el2n: the samples whose predicted probabilities are farthest from the label, early in training.
 *
 * Paper: Paul, Ganguli and Dziugaite, "Deep Learning on a Data Diet: Finding Important Examples
 * Early in Training", NeurIPS 2021.
 *
 *     score_i = mean over runs of || p_i - e_yi ||_2        p = softmax, e = one-hot label
 *
 * after `at` epochs of each run, by a scoring pass without augmentation. Keep the highest, the
 * hardest. Example: p = (.7, .2, .1), y = 0:  sqrt(.09 + .04 + .01) = .374.
 *
 * Needs probabilities. Cost: `runs` proxy trainings of `at` epochs on all data and one forward pass
 * each: with the defaults, 200 epochs before the first epoch that counts.
 *
 * Defaults 10 runs at 20 epochs are the paper's. `at` may exceed the epochs of the training that is
 * accelerated: the proxies then train that long. Proxies follow the cell's own recipe.
 *
 * Beside the authors' program (data_diet), on the same arrays: equal.
 */
#include "pruners/math/errors.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

struct el2n_options {
    int runs, at;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct el2n_options, runs, "10", 1, 1000, "proxy networks averaged over"),
    OPTION_INT(struct el2n_options, at, "20", 1, 100000, "epochs each proxy trains"),
    SAMPLER(struct el2n_options),
    OPTION_END,
};

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const size_t classes = (size_t)run->task.classes;
    for (size_t i = 0; i < pass->n; i++) {
        const float *p = pass->probabilities + i * classes;
        ret_values[i] = sqrt(errors_squares(p, pass->labels[i], classes));
    }
}

const struct pruner el2n_pruner = {
    .name = "el2n",
    .help = "the largest distance of the probabilities from the label, early, mean over proxies",
    .cite = "Paul et al. 2021, NeurIPS",
    .cost = "`runs` proxies of `at` epochs, and a forward pass each",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct el2n_options, table),
    .look = look,
};

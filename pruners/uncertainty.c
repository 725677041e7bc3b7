/*
 * uncertainty: the samples of which a young network is least sure, whatever their label.
 *
 * Paper: Coleman et al., "Selection via Proxy: Efficient Data Selection for Deep Learning", ICLR
 * 2020 (arXiv 1906.11829); the measures are those of active learning (Settles 2009).
 *
 *     least-confidence   score_i = 1 - p1                  p1 >= p2: the two highest probabilities
 *     entropy            score_i = - sum_c p_c log p_c     natural logarithm, 0 log 0 = 0
 *     margin             score_i = - (p1 - p2)
 *
 * after `at` epochs of one run, by a scoring pass without augmentation. p are probabilities, not
 * logits. The highest are kept: the uncertain. Example: p = (.7, .2, .1): .3, .802, -.5.
 *
 * Needs probabilities. Cost: one proxy training of `at` epochs on all data, and one forward pass.
 * `at` may exceed the epochs of the training that is accelerated. The default measure is
 * least-confidence (our choice). With one class p2 = 0.
 *
 * Beside DeepCore's program, on the same arrays: entropy, margin and least confidence of
 * probabilities are equal. Its least confidence takes the highest logit (234 of 300, 30 of 60 the
 * same), and without budgets of classes it keeps the most certain.
 */
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

enum measure { MEASURE_LEAST_CONFIDENCE, MEASURE_ENTROPY, MEASURE_MARGIN };
static const char *const measure_names[] = {"least-confidence", "entropy", "margin", NULL};

struct uncertainty_options {
    int measure, at;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_ENUM(struct uncertainty_options, measure, "least-confidence", measure_names,
                "what makes a sample uncertain (default: our choice)"),
    OPTION_INT(struct uncertainty_options, at, "10", 1, 100000, "epochs the proxy trains"),
    SAMPLER(struct uncertainty_options),
    OPTION_END,
};

/* p [classes] */
static double entropy(const float *p, size_t classes)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum -= p[c] > 0 ? (double)p[c] * log((double)p[c]) : 0;
    return sum;
}

static double uncertainty(enum measure measure, const float *p, size_t classes)
{
    if (measure == MEASURE_ENTROPY)
        return entropy(p, classes);
    double highest = 0, second = 0;
    for (size_t c = 0; c < classes; c++) {
        const double q = (double)p[c];
        second = q > highest ? highest : fmax(second, q);
        highest = fmax(highest, q);
    }
    return measure == MEASURE_MARGIN ? second - highest : 1 - highest;
}

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const struct uncertainty_options *o = run->options;
    const size_t classes = (size_t)run->task.classes;
    for (size_t i = 0; i < pass->n; i++)
        ret_values[i] =
            uncertainty((enum measure)o->measure, pass->probabilities + i * classes, classes);
}

const struct pruner uncertainty_pruner = {
    .name = "uncertainty",
    .help = "the least certain prediction, early: least confidence, entropy or margin",
    .cite = "Coleman et al. 2020, ICLR",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct uncertainty_options, table),
    .presets = KIND_PRESETS({"drop", "quota=error sampler=mixed mix=1",
                             "DRoP: at random, more of classes that are got wrong"}),
    .look = look,
};

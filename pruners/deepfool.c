/*
 * deepfool: the samples nearest to the decision boundary.
 *
 * Papers: Moosavi-Dezfooli, Fawzi and Frossard, "DeepFool: A Simple and Accurate Method to Fool
 * Deep Neural Networks", CVPR 2016 (the distance); Ducoffe and Precioso, "Adversarial Active
 * Learning for Deep Networks: A Margin Based Approach", 2018, arXiv 1802.09841 (choosing by it).
 *
 *     z = W phi + b, p = the highest logit (the lowest class at ties)
 *     distance_i = min over k != p of  (z_p - z_k) / || w_p - w_k ||_2
 *
 * the shortest way from phi_i to a place where another class wins: exact, for the last layer is
 * linear. Keep the smallest distance. The label does not matter. Example: z = (3, 1), w_0 - w_1 =
 * (3, 4): distance 2 / 5.
 *
 * Needs logits and the last layer. Cost: a proxy of `at` epochs and one pass.
 *
 * Known deviations: the papers walk through the whole network to the nearest adversarial picture,
 * in steps with a gradient for each class; this stops at the features. A class with the same
 * weights as the predicted one never wins and is left out; with none left the sample comes last
 * (our choice).
 */
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct deepfool_options {
    int at;
    struct sampler_options choice;
};

static const struct option table[] = {
    SELECT_AT(struct deepfool_options),
    SAMPLER(struct deepfool_options),
    OPTION_END,
};

/* ret_gaps[classes][classes] = || w_a - w_b ||, without the biases. */
static void weight_gaps(const float *classifier, size_t classes, size_t d, double *ret_gaps)
{
    for (size_t a = 0; a < classes; a++)
        for (size_t b = 0; b < classes; b++) {
            const float *wa = classifier + a * (d + 1), *wb = classifier + b * (d + 1);
            double squares = 0;
            for (size_t f = 0; f < d; f++)
                squares += ((double)wa[f] - (double)wb[f]) * ((double)wa[f] - (double)wb[f]);
            ret_gaps[a * classes + b] = sqrt(squares);
        }
}

static double boundary_distance(const float *z, const double *gaps, size_t classes)
{
    size_t predicted = 0;
    for (size_t c = 1; c < classes; c++)
        if (z[c] > z[predicted])
            predicted = c;
    double least = (double)FLT_MAX;
    for (size_t c = 0; c < classes; c++) {
        const double gap = gaps[predicted * classes + c];
        if (c != predicted && gap > 0)
            least = fmin(least, ((double)z[predicted] - (double)z[c]) / gap);
    }
    return least;
}

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const size_t classes = (size_t)run->task.classes;
    double *gaps;
    MEM_NEW(gaps, classes * classes);
    weight_gaps(pass->classifier, classes, pass->feature_count, gaps);
    for (size_t i = 0; i < pass->n; i++)
        ret_values[i] = -boundary_distance(pass->logits + i * classes, gaps, classes);
    mem_free(gaps);
}

const struct pruner deepfool_pruner = {
    .name = "deepfool",
    .help = "the nearest to the decision boundary, in feature space",
    .cite = "Ducoffe and Precioso 2018, arXiv 1802.09841",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LOGITS | NEEDS_CLASSIFIER,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct deepfool_options, table),
    .look = look,
};

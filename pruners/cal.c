/*
 * cal: contrastive active learning: samples that are like their neighbours and predicted otherwise.
 *
 * Paper: Margatina, Vernikos, Barrault and Aletras, "Active Learning by Acquiring Contrastive
 * Examples", EMNLP 2021.
 *
 *     score_i = mean over j of KL(p_j || p_i),    j = the k nearest other samples in phi
 *     KL(p || q) = sum_c p_c log(p_c / q_c)
 *
 * Keep the highest: where the network turns from one class to another within a short way. Example:
 * p_i = (.5, .5), one neighbour with (1, 0): KL = log 2 = .693.
 *
 * Needs probabilities and features. Cost: a proxy of `at` epochs, one pass, and N^2 D / 2 products
 * for the neighbours.
 *
 * Known deviations: the paper's neighbours are labelled samples and its candidates are not; here
 * all are both, as where others prune with it. `k` 10 is the paper's. Probabilities that
 * underflowed to 0 count as the smallest normal float (our choice). Fewer than k other samples: all
 * of them.
 *
 * Beside DeepCore's program, on the same arrays: its divergence is the mean of both directions (292
 * of 300, 55 of 60 the same), and it keeps the lowest; with the paper's rule put in, equal.
 */
#include "pruners/math/geometry.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct cal_options {
    int k, at;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct cal_options, k, "10", 1, 100, "neighbours that a sample is compared with"),
    SELECT_AT(struct cal_options),
    SAMPLER(struct cal_options),
    OPTION_END,
};

static double log_of(float p)
{
    return log(fmax((double)p, (double)FLT_MIN));
}

static double divergence(const float *p, const float *q, size_t classes)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        if (p[c] > 0)
            sum += (double)p[c] * (log_of(p[c]) - log_of(q[c]));
    return sum;
}

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const struct cal_options *o = run->options;
    const size_t n = pass->n, classes = (size_t)run->task.classes, wanted = (size_t)o->k;
    const size_t k = wanted < n ? wanted : n - 1;
    float *distances;
    uint32_t *neighbours;
    if (k == 0)
        return;
    MEM_NEW(neighbours, mem_size(n, k));
    MEM_NEW(distances, mem_size(n, k));
    geometry_neighbours(pass->features, n, pass->feature_count, k, NULL, neighbours, distances);
    for (size_t i = 0; i < n; i++) {
        const float *p = pass->probabilities;
        double sum = 0;
        for (size_t j = 0; j < k; j++)
            sum += divergence(p + neighbours[i * k + j] * classes, p + i * classes, classes);
        ret_values[i] = sum / (double)k;
    }
    MEM_FREE(neighbours, distances);
}

const struct pruner cal_pruner = {
    .name = "cal",
    .help = "the largest divergence of the neighbours' predictions from a sample's own",
    .cite = "Margatina et al. 2021, EMNLP",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES | NEEDS_FEATURES,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct cal_options, table),
    .look = look,
};

/*
 * gm-matching: herding towards the geometric median, which wrong labels hardly move.
 *
 * Paper: Acharya, Dhillon and Sanghavi, "Geometric Median Matching for Robust k-Subset Selection
 * from Noisy Data", 2025, arXiv 2504.00564.
 *
 *     gm_c  = argmin over z of sum over the class of || phi_i - z ||
 *     next  = argmin over x of || gm_c - mean(taken + x) ||,    over and over, without replacement
 *
 * Example on a line: 0, 1, 2, 3, 100 have median 2 and mean 21.2: the first taken is 2, then 1 (and
 * 3 after it); the mean would take 3 and then 2.
 *
 * As with herding, the whole order is found once, score_i = -(how many of its class come before i),
 * and each class keeps its share of the budget. The larger the share, the less it can resist: the
 * last taken are the outliers. And where the median is off by e, the mean of m taken strays by m e
 * in sum until an outlier pays for it.
 *
 * Needs features. Cost: a proxy of `at` epochs, one pass, Weiszfeld's iteration, and herding's sum
 * over classes of N_c^2 D / 2 products.
 *
 * Known deviations: the authors' program herds by the cosine and from a random sample by default;
 * this by the distance and from the median, as the formula says. Its features come from CLIP, ours
 * from the proxy.
 */
#include "pruners/herd.h"
#include "pruners/math/geometry.h"

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    herd_look(run, pass, geometry_median, ret_values);
}

const struct pruner gm_matching_pruner = {
    .name = "gm-matching",
    .help = "per class, greedily, the samples that bring the mean of the features to their "
            "geometric median",
    .cite = "Acharya et al. 2025, arXiv 2504.00564",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    KIND_OPTIONS(struct herd_options, herd_table),
    .look = look,
    .choose = herd_choose,
};

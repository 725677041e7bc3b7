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
#include "pruners/geometry.h"
#include "pruners/select.h"

#include <string.h>

struct gm_matching_options {
    int at;
};

static const struct option table[] = {
    SELECT_AT(struct gm_matching_options),
    OPTION_END,
};

/* The state is float scores[n]: less one for each that its class takes before. */
static size_t state_size(const void *options, const struct pruner_task *task)
{
    (void)options;
    return mem_size(task->n, sizeof(float));
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    const struct gm_matching_options *o = run->options;
    return select_at_watch(o->at, run);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const size_t classes = (size_t)run->task.classes, d = pass->feature_count;
    float *scores = run->state;
    uint32_t *rows, *order;
    size_t *first;
    double *target;
    if (pass->training)
        return;
    MEM_NEW(rows, pass->n);
    MEM_NEW(order, pass->n);
    MEM_NEW(first, classes + 1);
    MEM_NEW(target, d);
    geometry_group(pass->labels, pass->n, classes, rows, first);
    for (size_t c = 0; c < classes; c++) {
        const size_t size = first[c + 1] - first[c];
        geometry_median(pass->features, rows + first[c], size, d, target);
        geometry_herd(pass->features, rows + first[c], size, d, target, order);
        for (size_t j = 0; j < size; j++)
            scores[order[j]] = -(float)j;
    }
    mem_free(rows);
    mem_free(order);
    mem_free(first);
    mem_free(target);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    memcpy(ret_scores, run->state, run->state_size);
}

static void choose(struct pruner_run *run, int epoch, struct rng *rng,
                   struct pruner_selection *ret_selection)
{
    (void)epoch;
    (void)rng;
    select_top(&run->task, run->scores, BALANCE_CLASS, ret_selection);
}

const struct pruner gm_matching_pruner = {
    .name = "gm-matching",
    .help = "per class, greedily, what brings the mean of the features to their geometric median",
    .cite = "Acharya et al. 2025, arXiv 2504.00564",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    .options = table,
    .options_size = sizeof(struct gm_matching_options),
    .state_size = state_size,
    .observe = observe,
    .watch = watch,
    .score = score,
    .select = choose,
};

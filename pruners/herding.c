/*
 * herding: the subset of each class whose mean is the class's mean.
 *
 * Papers: Welling, "Herding Dynamical Weights to Learn", ICML 2009; Rebuffi, Kolesnikov, Sperl and
 * Lampert, "iCaRL", CVPR 2017, for choosing samples of a class by their features.
 *
 *     mu_c  = mean of phi over the class
 *     next  = argMIN over x of || mu_c - mean(taken + x) ||,    over and over, without replacement
 *
 * Example on a line: 0, 1, 5 have mean 2: first 1 (distance 1), then 5 ((1 + 5) / 2 = 3 is nearer
 * than .5), then 0.
 *
 * The greedy choice of any size is the front of the choice of a larger one, so the whole order is
 * found once and serves every rate: score_i = -(how many of its class come before i). Each class
 * keeps its share of the budget.
 *
 * Needs features. Cost: a proxy of `at` epochs, one pass, and sum over classes of N_c^2 D / 2
 * products, read from memory: quadratic in the largest class.
 *
 * Known deviations: none. Programs in circulation take the argmax, which is the opposite.
 */
#include "pruners/geometry.h"
#include "pruners/select.h"

#include <string.h>

struct herding_options {
    int at;
};

static const struct option table[] = {
    SELECT_AT(struct herding_options),
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
    const struct herding_options *o = run->options;
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
        geometry_mean(pass->features, rows + first[c], size, d, target);
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

const struct pruner herding_pruner = {
    .name = "herding",
    .help = "per class, greedily, what keeps the mean of the features where it is",
    .cite = "Welling 2009, ICML",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    .options = table,
    .options_size = sizeof(struct herding_options),
    .state_size = state_size,
    .observe = observe,
    .watch = watch,
    .score = score,
    .select = choose,
};

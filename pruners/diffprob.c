/*
 * diffprob: per class, no two samples whose labels are about equally probable.
 *
 * Paper: Caldeira, Kolf, Damer and Boutros, "DiffProb: Data Pruning for Face Recognition", FG 2025
 * (arXiv 2505.15272).
 *
 *     q_i = the probability of the label of sample i, after `at` epochs of one proxy
 *     per class, from the highest q down:    the first is kept, then each whose q is below that of
 *                                            the last one kept by more than a threshold
 *
 * The threshold decides how many stay; here it is what leaves the class its share of the budget:
 * the highest at which that many are kept, found by halving. Where a step in it changes their
 * number by more than one, or equal q are many (then it is below 0, and takes equals), the lowest q
 * of those too many go.
 *
 * Worked example: q = .9 .85 .8 .5 .1, three to keep: with a threshold just below .4, the first and
 * then .5 and .1. So one of three that are all but certain stays, and the doubtful.
 *
 * Needs probabilities. Cost: a proxy of `at` epochs, by default a whole training, and a forward
 * pass; then O(N log N).
 *
 * Their numbers are of face recognition: half of CASIA-WebFace can go.
 *
 * Known deviations: the authors state the threshold, keep as many as come of it, and lower it by
 * 1 % at a time in classes that keep too few; here the rate is stated, and the threshold a class's
 * own. Their cleaning of samples that are misclassified is not here. Our choices: budgets of the
 * classes in proportion to their size; equal q by index.
 */
#include "base/num.h"
#include "pruners/select.h"

struct diffprob_options {
    int at;
};

static const struct option table[] = {
    OPTION_INT(struct diffprob_options, at, "0", 0, 100000,
               "epochs the proxy trains; 0: as many as the training"),
    OPTION_END,
};

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const size_t classes = (size_t)run->task.classes;
    for (size_t i = 0; i < pass->n; i++)
        ret_values[i] = (double)pass->probabilities[i * classes + pass->labels[i]];
}

/* Of order[n], by falling q, the first `most` that are kept, into ret_kept; returns how many. */
static size_t walk(const float *q, const uint32_t *order, size_t n, double threshold, size_t most,
                   uint32_t *ret_kept)
{
    size_t count = 0;
    for (size_t j = 0; j < n && count < most; j++)
        if (j == 0 || (double)q[ret_kept[count - 1]] - (double)q[order[j]] > threshold)
            ret_kept[count++] = order[j];
    return count;
}

/* keep of order[n], to ret_kept. */
static void thin_out(const float *q, const uint32_t *order, size_t n, size_t keep,
                     uint32_t *ret_kept)
{
    enum { HALVINGS = 64 };
    double enough = -1, high = 1; /* at -1 all are kept, at 1 only the first */
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (enough + high) / 2;
        if (walk(q, order, n, middle, keep, ret_kept) == keep)
            enough = middle;
        else
            high = middle;
    }
    walk(q, order, n, enough, keep, ret_kept);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    (void)rng;
    const struct pruner_task *task = &run->task;
    const size_t classes = (size_t)task->classes;
    uint32_t *order, *sorted;
    size_t *budgets;
    MEM_NEW(order, task->n);
    MEM_NEW(sorted, task->n);
    MEM_NEW(budgets, classes);
    select_budgets(task, budgets);
    num_order(run->scores, task->n, order);
    for (size_t c = 0, kept = 0; c < classes; c++) {
        size_t size = 0;
        for (size_t j = 0; j < task->n; j++)
            if (task->labels[order[j]] == c)
                sorted[size++] = order[j];
        thin_out(run->scores, sorted, size, budgets[c], ret_selection->index + kept);
        kept += budgets[c];
    }
    ret_selection->count = task->keep;
    MEM_FREE(order, sorted, budgets);
}

const struct pruner diffprob_pruner = {
    .name = "diffprob",
    .help = "per class, from the most certain down, each that is less certain by more than a step",
    .cite = "Caldeira et al. 2025, FG",
    .cost = "a proxy of `at` epochs, by default a whole training, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_PROBABILITIES,
    KIND_OPTIONS(struct diffprob_options, table),
    .look = look,
    .choose = choose,
};

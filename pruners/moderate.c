/*
 * moderate: the samples at a middling distance from their class's centre.
 *
 * Paper: Xia, Liu, Yu, Shen, Han and Liu, "Moderate Coreset: A Universal Method of Data Selection
 * for Real-world Data-efficient Deep Learning", ICLR 2023.
 *
 *     m_c      = the median of each coordinate of phi over the samples labelled c
 *     d_i      = || phi_i - m_yi ||_2
 *     score_i  = -| rank of d_i - middle |      rank 0 = nearest, middle = (N - 1) / 2
 *
 * So what is kept is a window of ranks around the median distance: neither the easiest nor the
 * farthest, among which the wrong labels are. Example: distances 3, 1, 9, 2, 5 have ranks
 * 2, 0, 4, 1, 3 and scores 0, -2, -2, -1, -1.
 *
 * Needs features. Cost: a proxy of `at` epochs and one pass.
 *
 * Known deviations: the paper writes the class's mean; the median, of each coordinate, is what
 * later programs take (Maharana et al.), and what resists wrong labels. With `balance: class` ranks
 * and middle are those within the class (our choice); the default ranks all samples together.
 * Two ranks equally far from the middle tie, and ties break by index: the authors round the
 * window's edges.
 *
 * Beside the authors' program, on the same arrays: the same samples at rates .3, .5, .7 and .9.
 */
#include "base/num.h"
#include "pruners/math/geometry.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

struct moderate_options {
    int at;
    struct sampler_options choice;
};

static const struct option table[] = {
    SELECT_AT(struct moderate_options),
    SAMPLER_OPTIONS(struct moderate_options, false),
    OPTION_END,
};

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const size_t classes = (size_t)run->task.classes, d = pass->feature_count;
    uint32_t *rows;
    size_t *first;
    double *median;
    MEM_NEW(rows, pass->n);
    MEM_NEW(first, classes + 1);
    MEM_NEW(median, d);
    geometry_group(pass->labels, pass->n, classes, rows, first);
    for (size_t c = 0; c < classes; c++) {
        geometry_coordinate_median(pass->features, rows + first[c], first[c + 1] - first[c], d,
                                   median);
        for (size_t j = first[c]; j < first[c + 1]; j++)
            ret_values[rows[j]] =
                -sqrt(geometry_distance2_to(pass->features + rows[j] * d, median, d));
    }
    MEM_FREE(rows, first, median);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct moderate_options *o = run->options;
    const struct pruner_task *task = &run->task;
    const bool by_class = o->choice.balance == BALANCE_CLASS;
    uint32_t *order;
    size_t *sizes, *ranks;
    MEM_NEW(order, task->n);
    MEM_NEW(sizes, (size_t)task->classes);
    MEM_NEW(ranks, (size_t)task->classes);
    for (size_t i = 0; i < task->n; i++)
        sizes[by_class ? task->labels[i] : 0]++;
    num_order(run->state, task->n, order);
    for (size_t j = 0; j < task->n; j++) {
        const size_t c = by_class ? task->labels[order[j]] : 0;
        const double middle = (double)(sizes[c] - 1) / 2;
        ret_scores[order[j]] = -(float)fabs((double)ranks[c]++ - middle);
    }
    MEM_FREE(order, sizes, ranks);
}

const struct pruner moderate_pruner = {
    .name = "moderate",
    .help = "the ranks around the median of the distances to the class's median features",
    .cite = "Xia et al. 2023, ICLR",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct moderate_options, table),
    .look = look,
    .score = score,
};

/*
 * divbs: of each batch the samples whose gradients point along the batch's mean, each in a
 * direction that those before it have left open.
 *
 * Paper: Hong et al., "Diversified Batch Selection for Training Acceleration", ICML 2024 (arXiv
 * 2406.04872).
 *
 *     of a batch of B, looked at before its step:   g_i = (p_i - e_yi) (x) phi_i, without bias
 *     r = mean of g_i;  k times:
 *         draw: multinomial   i with probability ~ |g_i . r|, of those not taken yet
 *               greatest      the i of the greatest |g_i . r|
 *         d = g_i less its part along those taken before, of length 1;    r <- r - (d . r) d
 *     where all |g_i . r| are 0:    the rest uniformly
 *     one step on the k, unweighted
 *
 * k = (1 - rate) B, rounded such that an epoch takes `keep` steps (pruner_spread).
 *
 * Nothing here is as long as a gradient: with all products K_ij = g_i . g_j of the batch, taking
 * samples one after the other is a Cholesky factorisation of K with the rows in the order in which
 * they are taken. Its columns are v_j = d . g_j, and d . r = mean v_j; what is left of g_j's square
 * is K_jj less all v_j^2. Where less than 1e-10 of K_jj is left, g_j lies in what those taken span:
 * its product with r is 0, but for rounding, and counts as that (our choice; in the authors'
 * program such a sample can be drawn again, and d is then a quotient of roundings).
 *
 * Worked example: gradients (2, 0), (1, 1), (0, 1), k = 2, greatest: r = (1, 2/3), products 2, 5/3,
 * 2/3: the first. Then r = (0, 2/3), products 0, 2/3, 2/3: the second, as the lower of equal ones.
 *
 * Cost: an evaluation-mode forward pass of all samples in every epoch, charged to `score`, as with
 * progressive-dropout; then B^2 (classes + features + k) operations a batch. No state.
 *
 * They report 95.4, 95.2 and 95.1 % on CIFAR-10 and 78.5, 78.2 and 77.2 % on CIFAR-100 with 30, 50
 * and 70 % left out; in their own tables 10 % of batches of 320 are kept. The control is smrd's
 * kind, as many at random: random-dynamic with `quota: batch`.
 *
 * Known deviations: k is rounded over the epoch, theirs down in each batch. The paper takes the
 * greatest product, their program (methods/DivBS.py at revision 33ae106) draws; so do we by
 * default.
 */
#include "base/linalg.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"
#include "pruners/soft.h"

#include <math.h>
#include <string.h>

enum draw { DRAW_MULTINOMIAL, DRAW_GREATEST };

static const char *const draws[] = {"multinomial", "greatest", NULL};

struct divbs_options {
    int draw; /* enum draw */
    double anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_ENUM(struct divbs_options, draw, "multinomial", draws,
                "how the next sample is taken by its product with what is left of the mean"),
    SELECT_ANNEAL(struct divbs_options),
    RATE_SCHEDULE(struct divbs_options),
    OPTION_END,
};

/* What is left of a gradient's square counts as nothing below this share of it. */
static const double NOTHING = 1e-10;

/* Row by row from float to double, to be freed. */
static double *widened(const float *values, size_t count)
{
    double *wide;
    MEM_NEW(wide, count);
    for (size_t i = 0; i < count; i++)
        wide[i] = (double)values[i];
    return wide;
}

/* ret_products[rows][rows]: g_i . g_j */
static void multiply(const struct pruner_batch *batch, size_t classes, double *ret_products)
{
    const size_t rows = batch->rows, width = batch->feature_count;
    double *errors = widened(batch->probabilities, rows * classes),
           *features = widened(batch->features, rows * width), *products;
    MEM_NEW(products, rows * rows);
    for (size_t i = 0; i < rows; i++)
        errors[i * classes + batch->labels[i]] -= 1;
    linalg_dgemm(products, rows, errors, classes, false, errors, classes, true, rows, rows, classes,
                 1, 0);
    linalg_dgemm(ret_products, rows, features, width, false, features, width, true, rows, rows,
                 width, 1, 0);
    for (size_t at = 0; at < rows * rows; at++)
        ret_products[at] *= products[at];
    MEM_FREE(errors, features, products);
}

/* By |along|[rows]; `rows` where all are 0. */
static size_t next_row(enum draw draw, struct rng *rng, const double *along, size_t rows)
{
    size_t greatest = rows, last = rows;
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        sum += fabs(along[i]);
        if (along[i] != 0 && (greatest == rows || fabs(along[i]) > fabs(along[greatest])))
            greatest = i;
    }
    if (draw == DRAW_GREATEST || greatest == rows)
        return greatest;
    double left = rng_uniform(rng) * sum;
    for (size_t i = 0; i < rows && left >= 0; i++)
        if (along[i] != 0) {
            left -= fabs(along[i]);
            last = i;
        }
    return last;
}

/* Takes up to count rows, 1 in ret_taken[rows], which comes in as 0; returns how many. */
static size_t take(enum draw draw, struct rng *rng, const double *products, size_t rows,
                   size_t count, float *ret_taken)
{
    double *columns, *left, *along;
    MEM_NEW(columns, count * rows); /* [count][rows] v */
    MEM_NEW(left, rows);            /* of each square */
    MEM_NEW(along, rows);           /* g_j . r */
    size_t taken = 0;
    for (size_t j = 0; j < rows; j++) {
        left[j] = products[j * rows + j];
        for (size_t i = 0; i < rows; i++)
            along[j] += products[j * rows + i] / (double)rows;
    }
    for (size_t i; taken < count && (i = next_row(draw, rng, along, rows)) < rows; taken++) {
        double *v = columns + taken * rows, mean = 0;
        memcpy(v, products + i * rows, rows * sizeof *v);
        for (size_t t = 0; t < taken; t++)
            linalg_daxpy(v, -columns[t * rows + i], columns + t * rows, rows);
        const double length = sqrt(left[i]);
        for (size_t j = 0; j < rows; j++) {
            v[j] /= length;
            mean += v[j] / (double)rows;
        }
        ret_taken[i] = 1;
        for (size_t j = 0; j < rows; j++) {
            const bool open = ret_taken[j] == 0 && along[j] != 0;
            left[j] -= v[j] * v[j];
            along[j] =
                open && left[j] > NOTHING * products[j * rows + j] ? along[j] - mean * v[j] : 0;
        }
    }
    MEM_FREE(columns, left, along);
    return taken;
}

static void diversify(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                      float *ret_weights)
{
    const struct divbs_options *o = run->options;
    const size_t n = run->task.n, keep = run->task.keep, rows = batch->rows,
                 count = pruner_spread(keep, n, batch->first + rows) -
                         pruner_spread(keep, n, batch->first);
    double *products;
    uint32_t *rest;
    if (count == rows)
        return;
    MEM_NEW(products, rows * rows);
    MEM_NEW(rest, rows);
    multiply(batch, (size_t)run->task.classes, products);
    memset(ret_weights, 0, rows * sizeof *ret_weights);
    const size_t taken = take((enum draw)o->draw, rng, products, rows, count, ret_weights);
    size_t others = 0;
    for (size_t row = 0; row < rows; row++)
        if (ret_weights[row] == 0)
            rest[others++] = (uint32_t)row;
    draw_front(rng, rest, others, count - taken);
    for (size_t j = 0; j < count - taken; j++)
        ret_weights[rest[j]] = 1;
    MEM_FREE(products, rest);
}

const struct pruner divbs_pruner = {
    .name = "divbs",
    .help = "of each batch the gradients along its mean, in directions that the others left open",
    .cite = "Hong et al. 2024, ICML",
    .cost = "a forward pass an epoch: 1/3 of a training",
    .kind = PRUNER_DYNAMIC,
    .flags = PRUNER_SOFT_BUDGET,
    KIND_OPTIONS(struct divbs_options, table),
    .due = soft_batches_due,
    .batch = diversify,
    .choose = select_everything,
};

/*
 * gradmatch: samples whose gradients, weighted, add up to that of all.
 *
 * Paper: Killamsetty et al., "GRAD-MATCH: Gradient Matching based Data Subset Selection for
 * Efficient Deep Model Training", ICML 2021 (arXiv 2103.00123), equation 5 and algorithm 2, with
 * the per-class approximation of its section 4.
 *
 *     a_i = (p_i,c - 1) [phi_i ; 1]      for a sample of class c: the part of the last layer's
 *                                        gradient that belongs to class c's own output
 *     per class:  min over S, w >= 0 of || sum_{i in class} a_i - sum_{j in S} w_j a_j ||^2
 *                                       + lambda ||w||^2            |S| = the class's budget
 *
 * after `at` epochs of one proxy, by orthogonal matching pursuit: budget times, add the sample of
 * the largest product with what is not matched yet, and solve for w again; w >= 0 at the end
 * (omp.h). The weights are scaled to a mean of 1 over all that is kept, classes together.
 *
 * Example: a = (-1, 0), (-1, 0), (0, -1), one kept: the sum is (-2, -1); products 2, 2, 1; the
 * first is kept. With two, the residual after it is (-2 / 3, -1) for lambda .5: the third is next.
 * w = 4/3 and 2/3, which happen to have mean 1.
 *
 * The matched sum is that of samples which are mostly learned; large weights go to those that are
 * not. Of 15,000 of Fashion-MNIST's pictures, LeNet, rate .3, the weighted mean error 1 - p_y of
 * the kept is .375, where all data have .120 and the kept without weights .162, and the weights
 * are as good as 4,616 equal ones of 10,500. A step of weight 1 is thus three times as long as on
 * all data, and towards the hard: 6.8 points below a random subset, and .1 with
 * `weights: none` (means of three seeds, experiments/all-pruners.yaml).
 *
 * Needs probabilities and features. Cost: one proxy of `at` epochs and one forward pass; then, a
 * pick, one product with the class's features and two with a matrix of feature_count + 1 squared.
 *
 * With `gradient: whole` a_i is the whole gradient (p_i - e_y) (x) [phi_i ; 1], as in DeepCore's
 * program: a matrix of classes * (feature_count + 1) squared, so for few features. That program
 * matches the class's mean, not its sum: w is linear in what is matched, so it chooses the same,
 * and weighs the same where classes are of one size. It has lambda 1 (`preset: deepcore`) and
 * leaves out what has weight 0, which here stays and pulls at nothing. Of 600 samples of a recorded
 * network 172 of 180 and 54 of 60 are the same.
 *
 * Known deviations: the paper chooses anew every 20 epochs; this is a static pruner and looks once,
 * as in DeepCore (Guo et al. 2022). The authors' program (CORDS: lambda 0, batches of samples)
 * stops when the residual is small and fills up with random samples of weight 1; here the pursuit
 * goes on, and where no product is positive any more the largest come next (our choice; some
 * weights come out as 0). Our choices: `at` 10; budgets of the classes in proportion to their size;
 * `weights: batch`, see craig.c. lambda .5 is the paper's.
 */
#include "pruners/class_gradients.h"
#include "pruners/math/omp.h"
#include "pruners/select.h"

enum gradient { GRADIENT_OWN, GRADIENT_WHOLE };

static const char *const gradients[] = {"own", "whole", NULL};

struct gradmatch_options {
    int at;
    int gradient; /* enum gradient */
    int weights;  /* enum select_weights */
    double lambda;
};

static const struct option table[] = {
    SELECT_AT(struct gradmatch_options),
    SELECT_WEIGHTS(struct gradmatch_options),
    OPTION_DOUBLE(struct gradmatch_options, lambda, "0.5", 1e-3, 1e6,
                  "weight of the squared weights against the squared mismatch", .chooses = true),
    OPTION_ENUM(struct gradmatch_options, gradient, "own", gradients,
                "in the last layer: the part of the sample's class, or all", .added_later = true,
                .chooses = true),
    OPTION_END,
};

/* Of one that is whole, omp.h keeps a matrix. */
static int check(const void *options, const struct pruner_task *task, struct err *err)
{
    enum { MOST_MIB = 2048 };
    const struct gradmatch_options *o = options;
    const size_t width = mem_size((size_t)task->classes, task->feature_count + 1),
                 mebibytes = mem_size(width, width) >> 17;
    if (o->gradient == GRADIENT_OWN || mebibytes <= MOST_MIB)
        return 0;
    return err_set(err,
                   "gradient whole: a matrix of %zu x %zu numbers takes %zu MiB, more than %d; a "
                   "model's bottleneck makes it smaller",
                   width, width, mebibytes, MOST_MIB);
}

/* Row i of ret_rows[n][width]: errors[i][first], ... times features[i], as many as fill it. */
static void multiply(const struct class_gradients *g, size_t first, size_t width, float *ret_rows)
{
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = 0; k < width; k++)
            ret_rows[i * width + k] = g->errors[i * g->classes + first + k / g->width] *
                                      g->features[i * g->width + k % g->width];
}

static void choose_of_class(const void *options, struct class_gradients *g, size_t keep,
                            uint32_t *ret_rows, double *ret_weights)
{
    const struct gradmatch_options *o = options;
    const bool own = o->gradient == GRADIENT_OWN;
    const size_t width = own ? g->width : g->classes * g->width;
    float *a; /* is reordered */
    double *sum;
    uint32_t *rows;
    MEM_NEW(a, mem_size(g->n, width));
    MEM_NEW(sum, width);
    MEM_NEW(rows, g->n);
    for (size_t i = 0; i < g->n; i++)
        rows[i] = (uint32_t)i;
    multiply(g, own ? (size_t)g->label : 0, width, a);
    omp_sum(a, g->n, width, sum);
    omp_pursue(a, rows, g->n, width, o->lambda, keep);
    omp_weigh(a + (g->n - keep) * width, keep, width, sum, o->lambda, ret_weights);
    for (size_t j = 0; j < keep; j++)
        ret_rows[j] = rows[g->n - keep + j];
    MEM_FREE(a, sum, rows);
}

CLASS_GRADIENTS_CHOOSE(choose_of_class)

const struct pruner gradmatch_pruner = {
    .name = "gradmatch",
    .help = "per class, by matching pursuit: weighted last-layer gradients that sum to the class's",
    .cite = "Killamsetty et al. 2021, ICML",
    .cost = "a proxy of `at` epochs, a forward pass, and a product with the features a sample kept",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_WEIGHS,
    KIND_OPTIONS(struct gradmatch_options, table),
    .presets = KIND_PRESETS({"deepcore", "gradient=whole lambda=1", "DeepCore's program"}),
    .check = check,
    .choose = choose,
};

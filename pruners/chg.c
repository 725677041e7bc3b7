/*
 * chg: per class, the samples whose last-layer gradient, times their loss, is nearest to the mean.
 *
 * Paper: Cai, "CHG Shapley: Efficient Data Valuation and Selection towards Trustworthy Machine
 * Learning", arXiv 2406.11730.
 *
 *     x_i     = l_i g_i           of: loss-gradient     g = gradient of the loss in the last layer
 *             = g_i               of: gradient          l = the loss
 *     alpha   = mean of x over the class
 *     score_i = - || x_i - alpha ||
 *
 * after `at` epochs of one proxy; the highest of each class are kept. Example: x = 0, 1, 5 on a
 * line: alpha = 2, scores -2, -1, -3.
 *
 * In the paper the score is the Shapley value of sample i in the game U(S) = 2 alpha . x_S -
 * || x_S ||^2, where x_S is the mean of x over S: what S gives, averaged over all orders in which a
 * class can come together. It has a closed form of six terms. Since alpha is the mean of the same
 * vectors, all of it but - c || x_i - alpha ||^2 is the same for the whole class, with c > 0 that
 * depends on the class's size alone: both rank the samples of a class alike. (For classes of 4 to
 * 13 samples this is checked against the sum over all subsets: tests/golden/pruners/newer.py.)
 *
 * That is not the same as the easiest ones: x of a learned sample is near 0, and so are most, but
 * their mean is not. Of 600 samples of a recorded network, those of the smallest loss in each class
 * share 326 of 419, 105 of 299, 2 of 179 and none of 57 with what is kept at rates .3, .5, .7, .9.
 *
 * Needs losses, probabilities and features. Cost: a proxy of `at` epochs and one forward pass; then
 * O(N (classes + features)).
 *
 * Known deviations: the authors choose anew every 20 of 300 epochs; this is a static pruner and
 * looks once. With `balance: none` scores of different classes are compared as they are, without
 * the factor c. Our choices: `at` 10; budgets of the classes in proportion to their size.
 */
#include "pruners/class_gradients.h"
#include "pruners/sampler.h"
#include "pruners/select.h"
#include "pruners/snapshot.h"

#include <float.h>
#include <math.h>

enum of { OF_LOSS_GRADIENT, OF_GRADIENT };

static const char *const of_names[] = {"loss-gradient", "gradient", NULL};

struct chg_options {
    int of, at; /* enum of */
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_ENUM(struct chg_options, of, "loss-gradient", of_names,
                "what is to be near its class's mean"),
    SELECT_AT(struct chg_options),
    SAMPLER_FIELD(struct chg_options, balance, OPTION_ENUM, .fallback = "class",
                  .choices = select_balance_names, .chooses = true,
                  .help = "class: each class keeps its share of the budget"),
    SAMPLER_QUOTA(struct chg_options),
    SAMPLER_TIES(struct chg_options),
    SAMPLER_KIND(struct chg_options),
    SAMPLER_SKIP(struct chg_options),
    SAMPLER_STRATA_COUNT(struct chg_options),
    SAMPLER_EASING(struct chg_options),
    SAMPLER_SPLIT(struct chg_options),
    SAMPLER_TEMPERATURE(struct chg_options),
    SAMPLER_MIX(struct chg_options),
    SAMPLER_SPARE(struct chg_options),
    OPTION_END,
};

/* Every gradient times its loss. */
static void weigh(struct class_gradients *g, const float *losses)
{
    for (size_t row = 0; row < g->n; row++) {
        const float loss = losses[g->members[row]];
        for (size_t c = 0; c < g->classes; c++)
            g->errors[row * g->classes + c] *= loss;
        g->norms[row] *= (double)loss;
    }
}

/* ret_values of the samples of a class. */
static void look_at_class(struct class_gradients *g, double *ret_values)
{
    double *mean, *along;
    MEM_NEW(mean, g->classes * g->width);
    MEM_NEW(along, g->n);
    class_gradients_add(g, NULL, g->n, 1 / (double)g->n, mean);
    class_gradients_dot(g, mean, NULL, g->n, along);
    double square = 0;
    for (size_t at = 0; at < g->classes * g->width; at++)
        square += mean[at] * mean[at];
    for (size_t row = 0; row < g->n; row++) {
        const double apart2 = g->norms[row] * g->norms[row] - 2 * along[row] + square;
        ret_values[g->members[row]] = fmax(-sqrt(fmax(apart2, 0)), -(double)FLT_MAX);
    }
    MEM_FREE(mean, along);
}

static void look(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values)
{
    const struct chg_options *o = run->options;
    const struct last_layer samples = snapshot_last_layer(pass, run->task.classes);
    for (int label = 0; label < run->task.classes; label++) {
        struct class_gradients g;
        class_gradients_init(&g, samples, label);
        if (o->of == OF_LOSS_GRADIENT)
            weigh(&g, pass->losses);
        if (g.n > 0)
            look_at_class(&g, ret_values);
        class_gradients_release(&g);
    }
}

const struct pruner chg_pruner = {
    .name = "chg",
    .help = "per class, the last-layer gradients times losses that are nearest to their mean",
    .cite = "Cai 2024, arXiv 2406.11730",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LOSSES | NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct chg_options, table),
    .look = look,
};

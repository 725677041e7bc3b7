/*
 * craig: samples whose weighted gradients stand for those of all.
 *
 * Paper: Mirzasoleiman, Bilmes and Leskovec, "Coresets for Data-efficient Training of Machine
 * Learning Models", ICML 2020 (arXiv 1906.01827), equations 8 to 11 and algorithm 1.
 *
 *     s_ij    = farthest distance - ||g_i - g_j||     g = gradient of the loss in the last layer
 *     per class: budget times, add the j of the largest gain in F(S) = sum_i max_{j in S} s_ij
 *     gamma_j = how many samples of the class have j as the nearest that is kept; j itself is one
 *               of them, once, so that the gammas sum to N
 *
 * after `at` epochs of one proxy. The paper shows that || sum_i g_i - sum_j gamma_j g_j || is at
 * most the sum of the distances to the nearest kept one, which is what F lowers.
 *
 * The mean gradient of all data is therefore sum_j gamma_j g_j / N, and the weight handed over is
 *
 *     weight_j = gamma_j * keep / N        of mean 1
 *
 * With `weights: rows` a batch's loss is divided by its rows: then the learning rate means the same
 * as on all data. But samples that are learned have gradients near 0 and near each other: LeNet on
 * 15,000 of Fashion-MNIST's pictures, half of them kept, gives 91 % of the kept a gamma of 1 and
 * one a gamma of 298, a weight of 149. Such a step ends the network: from that rate on its accuracy
 * was 10 %. The default, `weights: batch`, divides by the sum of the batch's weights, as DeepCore
 * (Guo et al. 2022) does; its weights are gamma + 1. (A class too small for any budget is nobody's
 * neighbour; N is then without it.)
 *
 * It does what it promises, on few samples: there the weighted mean error 1 - p_y of the kept is
 * that of all data (.119 and .120; unweighted .165), but (sum w)^2 / sum w^2 is 417 of 10,500 at
 * rate .3 and 46 of 1,500 at .9. So many samples does an epoch learn from: beside a random subset
 * it is .5 points worse at .3, 6 at .5, and at .7 the network ends at chance (three seeds).
 *
 * Example: gradients at 0, 1, 2, 3 and 10 on a line, two kept: first 2 (distances sum to 12,
 * against 16, 13, 13 and 34), then 10 (gain 8); gammas 4 and 1, weights 1.6 and .4.
 *
 * Needs probabilities and features. Cost: one proxy of `at` epochs and one forward pass; then
 * O(n_c^2) products a class. 512 MiB of similarities at most, see greedy.h.
 *
 * Known deviations: the paper chooses anew in every epoch, or every few; this is a static pruner
 * and looks once, as DeepCore does (Guo et al. 2022). Our choices: `at` 10; budgets of the classes
 * in proportion to their size; a sample between two kept ones belongs to the one picked first.
 *
 * Beside DeepCore's program, on the same arrays and with our budgets: the same samples, and the
 * same value of what is maximised; it weighs with gamma + 1.
 */
#include "pruners/class_gradients.h"
#include "pruners/math/greedy.h"
#include "pruners/select.h"

struct craig_options {
    int at;
    int weights; /* enum select_weights */
};

static const struct option table[] = {
    SELECT_AT(struct craig_options),
    SELECT_WEIGHTS(struct craig_options),
    OPTION_END,
};

static void choose_of_class(const void *options, struct class_gradients *gradients, size_t keep,
                            uint32_t *ret_rows, double *ret_weights)
{
    (void)options;
    greedy_facility_location(gradients, GREEDY_DISTANCE, GREEDY_BYTES, greedy_lazy, keep, ret_rows,
                             ret_weights);
}

CLASS_GRADIENTS_CHOOSE(choose_of_class)

const struct pruner craig_pruner = {
    .name = "craig",
    .help = "per class, greedily: every last-layer gradient is near a kept one; weighs by cluster",
    .cite = "Mirzasoleiman et al. 2020, ICML",
    .cost = "a proxy of `at` epochs, a forward pass, and the distances of all pairs of a class",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_WEIGHS,
    KIND_OPTIONS(struct craig_options, table),
    .choose = choose,
};

/*
 * graph-cut: samples that are similar to their class and not to each other.
 *
 * Source: Iyer et al., "Submodular Combinatorial Information Measures with Applications in Machine
 * Learning", ALT 2021; as a coreset method for deep learning in Guo, Zhao and Bai, "DeepCore",
 * DEXA 2022.
 *
 *     s_ij = (1 + cos(g_i, g_j)) / 2       g = gradient of the loss in the last layer
 *     F(S) = lambda sum_{i in class, j in S} s_ij - sum_{i, j in S} s_ij
 *     per class: budget times, add argmax_j lambda sum_class s_ij - 2 sum_{i in S} s_ij - s_jj
 *
 * after `at` epochs of one proxy; ties to the lower index. Example: unit gradients at 0, 10, 20 and
 * 90 degrees, three kept: first the third, as with facility-location; then the second (gains .52,
 * .59, -, .42), then the last (-1.46, -, -, -.76).
 *
 * The function is not monotone: past about half of a class every gain is negative. The budget is
 * filled all the same, by the least bad.
 *
 * Needs probabilities and features. Cost: one proxy of `at` epochs and one forward pass; then
 * products with one matrix, no similarities (greedy.h).
 *
 * Similarity, gain and lambda 1 are those of DeepCore's program (its gain leaves out s_jj, the same
 * for all). Known deviations: s_jj counts as 1 for all, also where a gradient is 0 (which has
 * cosine 0 with all others); gradients are those of the cross-entropy, as in that program since
 * January 2023 (before, it took the softmax twice). Of 600 samples of a recorded network it keeps
 * 418 of 420 alike at rate .3, 295 of 300, and all at .7 and .9; the rest are pairs that are each
 * other's nearest, which gain the same up to rounding. Our choices: `at` 10; budgets of the classes
 * in proportion to their size.
 */
#include "pruners/class_gradients.h"
#include "pruners/math/greedy.h"
#include "pruners/select.h"

struct graph_cut_options {
    int at;
    double lambda;
};

static const struct option table[] = {
    SELECT_AT(struct graph_cut_options),
    OPTION_DOUBLE(struct graph_cut_options, lambda, "1", 0, 1e6,
                  "weight of the similarity to the class against that to each other",
                  .chooses = true),
    OPTION_END,
};

static void choose_of_class(const void *options, struct class_gradients *gradients, size_t keep,
                            uint32_t *ret_rows, double *ret_weights)
{
    const struct graph_cut_options *o = options;
    (void)ret_weights;
    greedy_graph_cut(gradients, o->lambda, greedy_lazy, keep, ret_rows);
}

CLASS_GRADIENTS_CHOOSE(choose_of_class)

const struct pruner graph_cut_pruner = {
    .name = "graph-cut",
    .help = "per class, greedily: last-layer gradients like the class's, but unlike each other",
    .cite = "Iyer et al. 2021, ALT",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    KIND_OPTIONS(struct graph_cut_options, table),
    .choose = choose,
};

/*
 * infobatch: drops some of the easy samples each epoch, and weighs the others up.
 *
 * Paper: Qin et al., "InfoBatch: Lossless Training Speed Up by Unbiased Dynamic Data Pruning",
 * ICLR 2024 (arXiv 2303.04947).
 *
 *     s_i = the loss of sample i when training last saw it
 *     before each epoch: samples with s_i < mean(s) are dropped, each with probability r
 *                        weight_i = 1 / (1 - r)   of those below the mean that stay
 *                                 = 1             of all others
 *     the last (1 - delta) * E epochs: all data, weights 1
 *
 * A sample below the mean contributes (1 - r) * 1/(1 - r) = 1 of its gradient in expectation: the
 * gradient is that of full data without bias, provided that the batch's loss is divided by the
 * number of samples in the batch and not by the sum of their weights.
 *
 * r is the cell's rate. The budget is soft: with half of the samples below the mean, rate .5 drops
 * a quarter. Needs training's own losses, so it costs O(N) an epoch and no forward pass.
 *
 * The first epoch knows no losses. All s_i start equal, none is below their mean, and all are kept,
 * as in the authors' program; their common value (there 3, in earlier versions 1, here 0) does not
 * matter, since that epoch replaces it everywhere.
 *
 * `delta` is this pruner's annealing, under the paper's name and with the paper's default: the
 * share of the epochs that prune. 1 - delta is what other pruners call `anneal`.
 *
 * Weights grow with the rate: at .9 a kept sample below the mean weighs 10, and steps of such
 * batches ended LeNet at chance in two of three seeds (lr .05, batch 64;
 * experiments/all-pruners.yaml), one diverged at .7. At .5 it beats a random subset.
 *
 * Known deviations: the authors' program draws exactly floor((1 - r) * m) of the m samples below
 * the mean; here each is drawn by itself, as the paper's equation says. It treats r > .9 as .9;
 * here r is what the experiment asks for. It ends pruning when the epoch passes delta * E; here the
 * part without pruning is rounded to whole epochs.
 *
 * Worked example: s = .1 .2 .3 2 with rate .5: the mean is .65; of samples 0, 1 and 2 each is
 * dropped with probability .5, and those that stay weigh 2; sample 3 stays and weighs 1.
 *
 * It scores label-smoothed losses where the recipe smooths, here they never are (97 % of the
 * samples are on the same side of the mean). And two faults of it are not repeated here: its
 * weights go back to 1 only where delta * E is whole, and its subsets are seeded by the epoch
 * alone, so that all seeds draw alike (tests/unit/pruners/faults.c).
 */
#include "pruners/soft.h"

const struct pruner infobatch_pruner = {
    .name = "infobatch",
    .help = "drops samples below the mean loss with probability rate, weighs the rest of them up",
    .cite = "Qin et al. 2024, ICLR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES,
    .flags = PRUNER_SOFT_BUDGET,
    KIND_OPTIONS(struct soft_infobatch, soft_infobatch_options),
    .sample_state = sizeof(float),
    .observe = soft_observe_losses,
    .anneal = soft_infobatch_anneal,
    .choose = soft_infobatch_choose,
};

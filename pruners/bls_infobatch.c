/*
 * bls-infobatch: infobatch, with batch losses in place of the samples' own.
 *
 * Paper: Zhou et al., "Batch Loss Score for Dynamic Data Pruning", CVPR 2026 (arXiv 2604.04681).
 *
 *     each time training sees i:    s_i <- .9 s_i + .1 L      L = mean loss of the batch i was in
 *                                   s_i = 0 before
 *     before each epoch:            infobatch's rule on s (pruners/infobatch.c), r = rate
 *
 * The mean of a batch is a noisy measurement of each of its samples' losses; smoothed over epochs
 * the noise of the others averages out. It serves where a sample's own loss is hard to come by,
 * which here it never is: this pruner shows what that costs.
 *
 * Worked example: batch losses 2 and 1 in a sample's first two epochs: s = .2, then .18 + .1 = .28.
 *
 * Needs batch losses, of training itself: O(N) an epoch and no forward pass.
 *
 * Since s starts at 0 and approaches L only after some twenty visits, a sample seen less often has
 * the lower score, whatever its losses: one that was dropped tends to be below the mean again.
 * That is the method; nothing here corrects it.
 *
 * Known deviations: the authors weigh a whole batch by the mean of its samples' weights, as they
 * have but one loss a batch; here each sample has its weight, as in infobatch. Else as infobatch.
 *
 * alpha .9 is the authors' program's; a command in its README has .7.
 */
#include "pruners/soft.h"

const struct pruner bls_infobatch_pruner = {
    .name = "bls-infobatch",
    .help = "infobatch on the smoothed mean losses of the batches that a sample was in",
    .cite = "Zhou et al. 2026, CVPR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_BATCH_LOSSES,
    .flags = PRUNER_SOFT_BUDGET,
    KIND_OPTIONS(struct soft_infobatch, soft_infobatch_options),
    .sample_state = sizeof(float),
    .observe = soft_observe_batch_losses,
    .anneal = soft_infobatch_anneal,
    .choose = soft_infobatch_choose,
};

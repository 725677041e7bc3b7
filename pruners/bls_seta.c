/*
 * bls-seta: seta, with batch losses in place of the samples' own.
 *
 * Paper: Zhou et al., "Batch Loss Score for Dynamic Data Pruning", CVPR 2026 (arXiv 2604.04681).
 *
 *     each time training sees i:    s_i <- .9 s_i + .1 L      L = mean loss of the batch i was in
 *                                   s_i = 0 before
 *     before each epoch:            seta's rule on s (pruners/seta.c), with its options
 *
 * Worked example: batch losses 2 and 1 in a sample's first two epochs: s = .2, then .18 + .1 = .28.
 *
 * Needs batch losses, of training itself: no forward pass. Soft budget; the cell's rate means
 * nothing, for seta's reason.
 *
 * s starts at 0 and approaches L only after some twenty visits: the groups tell how often a sample
 * was seen as much as how hard it is, and one never seen counts as the easiest (with seta, as
 * hard). That is the method; nothing here corrects it.
 *
 * Known deviations: seta's.
 */
#include "pruners/soft.h"

const struct pruner bls_seta_pruner = {
    .name = "bls-seta",
    .help = "seta on the smoothed mean losses of the batches that a sample was in",
    .cite = "Zhou et al. 2026, CVPR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_BATCH_LOSSES,
    .flags = PRUNER_SOFT_BUDGET | PRUNER_IGNORES_RATE,
    KIND_OPTIONS(struct soft_seta, soft_seta_options),
    .note = soft_seta_note,
    .sample_state = sizeof(float),
    .observe = soft_observe_batch_losses,
    .choose = soft_seta_choose,
};

/*
 * smrd: as many samples of each batch as progressive-dropout would take, chosen at random. Its
 * control: is it the hard samples that help, or the schedule of ever fewer of them?
 *
 * Paper: Shriram et al., "Progressive Data Dropout: An Embarrassingly Simple Approach to Faster
 * Training", NeurIPS 2025 (arXiv 2505.22342); there "schedule-matched random dropout", SMRD.
 *
 *     for each batch:    k = the number of samples with p_y < tau, of a forward-only pass
 *                        one step on k of its samples, drawn uniformly without replacement
 *     the last epoch:    all data, without that pass
 *
 * Worked example: tau = .3 and p_y = .2 .9 .3 .05: the step is on any 2 of the 4 samples.
 *
 * k comes from this run's own network, as in the authors' program, not from a run of
 * progressive-dropout: where the two networks differ, so does k. Cost, needs, options and known
 * deviations are progressive-dropout's; a control could do without the forward-only pass only if it
 * copied the counts of another run.
 */
#include "pruners/select.h"
#include "pruners/soft.h"

static void drop(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                 float *ret_weights)
{
    const size_t rows = batch->rows, count = soft_dropout_unlearned(run, batch, ret_weights);
    uint32_t *order;
    MEM_NEW(order, rows);
    for (size_t row = 0; row < rows; row++)
        order[row] = (uint32_t)row;
    draw_front(rng, order, rows, count);
    for (size_t j = 0; j < rows; j++)
        ret_weights[order[j]] = j < count ? 1 : 0;
    mem_free(order);
}

const struct pruner smrd_pruner = {
    .name = "smrd",
    .help = "as many of each batch as progressive-dropout would take, but at random: its control",
    .cite = "Shriram et al. 2025, NeurIPS",
    .cost = "a forward pass an epoch: 1/3 of a training",
    .kind = PRUNER_DYNAMIC,
    .flags = PRUNER_SOFT_BUDGET | PRUNER_IGNORES_RATE,
    KIND_OPTIONS(struct soft_dropout, soft_dropout_options),
    .presets = soft_dropout_presets,
    .due = soft_batches_due,
    .anneal = soft_dropout_anneal,
    .batch = drop,
    .choose = select_everything,
};

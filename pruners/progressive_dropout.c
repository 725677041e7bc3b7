/*
 * progressive-dropout: looks at every sample, and back-propagates those not learned yet.
 *
 * Paper: Shriram et al., "Progressive Data Dropout: An Embarrassingly Simple Approach to Faster
 * Training", NeurIPS 2025 (arXiv 2505.22342); there "difficulty-based", DBPD.
 *
 *     for each batch:    p = softmax of a forward-only pass
 *                        one step on the samples with p_y < tau, none where there is none
 *     the last epoch:    all data, without that pass
 *
 * tau = 0 stands for "misclassified": the label has not the highest probability.
 *
 * Worked example: tau = .3 and p_y = .2 .9 .3 .05: the step is on samples 0 and 3, and the loss is
 * their mean, divided by 2.
 *
 * The budget is soft and the cell's rate means nothing: the network decides, and drops more as it
 * learns. Cost: the forward-only pass, a third of a training step for every sample of every epoch
 * but the last, charged to `score`; the step on k samples then takes a forward pass of its own. So
 * time falls to 1/3 at best, however few samples are left.
 *
 * Nothing is observed and there is no state. smrd is the control: as many, at random.
 *
 * A step may be on a single sample. Where a map is one pixel, batch norm has nothing to normalise
 * then: it gives its shift, passes no gradient, and its running variance falls by a tenth. (PyTorch
 * refuses such a batch.)
 *
 * What is not learned yet is what is hard or labelled wrongly, and the steps are on few samples. Of
 * 15,000 of Fashion-MNIST's pictures, LeNet, batch 64, 20 % are processed, and accuracy ends at
 * 72 %, 11 points below a random subset of that size (experiments/all-pruners.yaml, three seeds);
 * with learning rate .02 or .005 instead of .05 at 75 to 77 % (two seeds). smrd, as many samples at
 * random, ends at 85 to 87 %. The authors report gains, on CIFAR and ImageNet.
 *
 * Known deviations: the authors' forward-only pass is in training mode (batch statistics, which it
 * also averages into the running ones, and dropout): `preset: authors`; by default it is in
 * evaluation mode (our choice), so that looking changes nothing. Here the learning rate falls by
 * the epoch, so batches without a step do not stretch the schedule. Theirs was to: but its
 * scheduler is stepped with the validation loss in the place of the epoch's number, so that it
 * falls a little while that loss is above 1 and returns to its start for good below.
 */
#include "pruners/select.h"
#include "pruners/soft.h"

static void drop(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                 float *ret_weights)
{
    (void)rng;
    soft_dropout_unlearned(run, batch, ret_weights);
}

const struct pruner progressive_dropout_pruner = {
    .name = "progressive-dropout",
    .help = "in each batch only the samples whose label has a probability below tau",
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

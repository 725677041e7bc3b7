/*
 * influence-score: the samples whose removal would move the last layer's parameters farthest.
 *
 * Paper: Yang et al., "Dataset Pruning: Reducing Training Data by Examining Generalization
 * Influence", ICLR 2023 (arXiv 2205.09329), where it is the baseline without the group effect.
 *
 *     score_i = || S_i ||_2,   S_i = (1/N) H^-1 g_i          H, g_i: see influence.h
 *
 * after `at` epochs of one proxy, by a scoring pass without augmentation. Keep the highest.
 * Example: two classes, no features but the bias, p = (.5, .5) for all: H = (.25, -.25; -.25, .25)
 * + lambda I, g = (-.5, .5) for y = 0 is an eigenvector of it with eigenvalue .5 + lambda, and
 * ||S_i|| = sqrt(.5) / (N (.5 + lambda)).
 *
 * Needs the last layer's gradients. Cost: a proxy training and a forward pass, then C(D + 1) = P
 * parameters cost N P^2 operations: seconds at P = 510, some twenty at P = 5,130 and N =
 * 50,000. `solver_h: lissa` takes 15,000 steps of 5 P operations for each sample.
 *
 * What belongs to the experiment and not to this pruner: the paper's linear bottleneck of 50 units
 * before the classifier (P = 51 C) is the model's option `bottleneck`, and its recipes are the
 * train section's: the paper's text has batch 256 and lr .1, the authors' program batch 128 and
 * lr .01; both 200 epochs of SGD, momentum .9, weight decay 5e-4, cosine, crop and flip. What
 * concerns the pruner is `preset: authors`.
 *
 * Our choices: `at` is the whole training; lambda is the weight decay of the recipe; one proxy.
 */
#include "pruners/influence.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

struct influence_score_options {
    struct influence_options influence;
    struct sampler_options choice;
};

static const struct option table[] = {
    INFLUENCE_OPTIONS,
    SAMPLER(struct influence_score_options),
    OPTION_END,
};

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    influence_compute(run, rng, NULL, ret_scores);
}

const struct pruner influence_score_pruner = {
    .name = "influence-score",
    .help = "the largest change of the last layer's parameters if the sample is left out",
    .cite = "Yang et al. 2023, ICLR",
    .cost = "a proxy of `at` epochs, by default a whole training, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct influence_score_options, table),
    .score = score,
};

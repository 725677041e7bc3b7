/*
 * seta: groups of equal difficulty, and a window over them that slides from easy to hard.
 *
 * Paper: Zhou, Gao and Wang, "Scale Efficient Training for Large Datasets", CVPR 2025
 * (arXiv 2503.13385).
 *
 *     s_i = the loss of sample i when training last saw it, 3 before
 *     before epoch e of the E:
 *         1. keep (1 - r) N samples, uniformly
 *         2. k-means of their s into G groups, numbered from easy to hard
 *         3. keep the groups e mod (G - m + 1) to that + m - 1,    m = round(G w)
 *     epoch 0 and the last (1 - delta) E: 1. alone
 *
 * The window moves by one group an epoch and starts again at the easy end when it has reached the
 * hard one. With the defaults it holds 4 groups of 5: odd epochs go without the easiest group, even
 * ones without the hardest.
 *
 * `round` is Python's, halves to even: G w = 4.5 makes 4 groups. With 5 the window would be all
 * there is and never slide.
 *
 * Worked example: r = 0, G = 3, w = .67, s = .1 .1 .2 1 1.1 4: the groups are {0 1 2} {3 4} {5},
 * m = 2; epoch 1 trains on 3 4 5, epoch 2 on 0 1 2 3 4, epoch 3 on 3 4 5 again.
 *
 * The budget is soft, and the cell's rate means nothing: how much goes is up to r and to the size
 * of the groups outside the window. `r` is the method's own dial and the paper's, with its default
 * for CIFAR; taking it from `rate` would promise a fraction that nobody keeps. To prune more, vary
 * r (and w), as the paper does.
 *
 * Needs training's own losses: no forward pass. The k-means is exact (pruners/math/kmeans1d.h),
 * O(G N log N): .1 s an epoch for 50,000 samples in 5 groups.
 *
 * Known deviations: the authors' k-means starts at random (scikit-learn's) and may end at a local
 * optimum; here equal losses are never in different groups, so there may be fewer than G, and the
 * window is a share of those there are. `r` here is at most .99, theirs .9. The share without a
 * window is rounded to whole epochs. `anneal` is ours, as for every dynamic pruner: it leaves the
 * last epochs to all data.
 *
 * Beside the authors' k-means, on the same losses: up to .33 % of the samples in another group.
 * Their counts are cut off, ours rounded, and they keep a tenth at least; losses are label-smoothed
 * there where the recipe smooths.
 */
#include "pruners/soft.h"

/* Above most losses: what was never seen counts as hard, as in the authors' program. */
static const float NEVER_SEEN = 3;

static void init(struct pruner_run *run, struct rng *rng)
{
    (void)rng;
    float *scores = run->state;
    for (size_t i = 0; i < run->task.n; i++)
        scores[i] = NEVER_SEEN;
}

const struct pruner seta_pruner = {
    .name = "seta",
    .help = "drops a share r at random, groups the rest by loss, slides a window over the groups",
    .cite = "Zhou et al. 2025, CVPR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES,
    .flags = PRUNER_SOFT_BUDGET | PRUNER_IGNORES_RATE,
    KIND_OPTIONS(struct soft_seta, soft_seta_options),
    .note = soft_seta_note,
    .sample_state = sizeof(float),
    .init = init,
    .observe = soft_observe_losses,
    .choose = soft_seta_choose,
};

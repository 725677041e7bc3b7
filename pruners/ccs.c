/*
 * ccs: drops the hardest samples, and covers all other difficulties alike.
 *
 * Paper: Zheng et al., "Coverage-centric Coreset Selection for High Pruning Rates", ICLR 2023
 * (arXiv 2210.15809).
 *
 *     1  drop the beta N samples of highest score: the hardest, many of them labelled wrongly
 *     2  cut the range of the other scores into `strata` intervals of equal width
 *     3  go through the strata that have samples, smallest first: each gets
 *            budget = min(its size, budget left / strata left)              rounded down
 *     4  draw that many of each stratum, uniformly, without replacement
 *
 * Going from small to large, what a small stratum cannot use is shared by the larger ones, and the
 * budgets sum to `keep` exactly. Example, 9 to keep of strata of 1, 4 and 10 samples: budgets 1,
 * min(4, 8 / 2) = 4 and 4.
 *
 * Steps 1 to 4 are the sampler `strata` (samplers.c), which every score has: ccs is that and aum.
 * `score` is another pruner's, whose highest are taken as the hardest: aum, el2n, forgetting, ...
 * It costs what that one costs. Scores do not depend on the rate, the selection does. With aum the
 * margins are those of probabilities, as in the authors' program, unless `margin: logits` says
 * otherwise: of 600 samples of a recorded network, rates .5 and .9, the two drop and cut so
 * differently that 263 of 300 and 57 of 60 of the hardest are the same.
 *
 * The paper looks for the best beta at each rate; 0.1 is the default here, `preset: authors-90` is
 * their README's for CIFAR-10 at rate .9, `preset: d2-90` what D2's program takes there.
 *
 * Known deviations: no more than N - keep are dropped, so that the budget stays exact at low rates;
 * theirs drops beta N whatever the rate. Their topmost interval reaches .01 % farther. Ties (our
 * choices): of strata of one size the easier comes first; equal scores are dropped by index.
 * `balance: class` does all of this in each class with the class's budget (as Tsai et al. 2025,
 * "Class-Proportional Coreset Selection for Difficulty-Separable Data").
 *
 * Beside the authors' program, on the same scores: budgets and strata are the same law (150 draws,
 * differences as large as the draws' noise).
 */
#include "pruners/inner.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

struct ccs_options {
    struct inner_options inner;
    struct sampler_options choice; /* skip: beta */
};

static const struct option table[] = {
    INNER_SCORE("aum"),
    BRACED(.name = "beta", .type = OPTION_DOUBLE,
           .offset = offsetof(struct ccs_options, choice.skip), .fallback = "0.1", .max = 1,
           .help = "share of the samples dropped as the hardest", .chooses = true),
    SAMPLER_FIELD(struct ccs_options, strata, OPTION_INT, .fallback = "50", .min = 1, .max = 100000,
                  .help = "intervals of the scores' range", .chooses = true),
    SAMPLER_BALANCE(struct ccs_options, true),
    INNER_MARGIN("probabilities"),
    SAMPLER_QUOTA(struct ccs_options),
    SAMPLER_TIES(struct ccs_options),
    OPTION_END,
};

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct ccs_options *o = run->options;
    struct sampler_options strata = o->choice;
    strata.sampler = SAMPLER_STRATA;
    sampler_choose(run, &strata, NULL, rng, ret_selection);
}

const struct pruner ccs_pruner = {
    .name = "ccs",
    .help = "drops the hardest by another pruner's score, draws evenly from strata of the others",
    .cite = "Zheng et al. 2023, ICLR",
    .cost = "that of the pruner whose score it uses",
    .kind = PRUNER_STATIC,
    KIND_OPTIONS(struct ccs_options, table),
    .presets = KIND_PRESETS({"authors-90", "beta=0.3", "the authors' for CIFAR-10 at rate .9"},
                            {"d2-90", "beta=0.4", "D2's program at rate .9"}),
    .check = inner_check,
    .more_needs = inner_needs,
    .note = inner_note,
    .state_size = inner_state_size,
    .init = inner_init,
    .observe = inner_observe,
    .watch = inner_watch,
    .score = inner_score,
    .choose = choose,
};

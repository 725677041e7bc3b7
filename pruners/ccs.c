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
 */
#include "base/num.h"
#include "pruners/inner.h"
#include "pruners/select.h"

#include <stdlib.h>

struct ccs_options {
    struct inner_options inner;
    double beta;
    int strata;
    int balance; /* enum select_balance */
};

static const struct option table[] = {
    INNER_SCORE("aum"),
    OPTION_DOUBLE(struct ccs_options, beta, "0.1", 0, 1,
                  "share of the samples dropped as the hardest"),
    OPTION_INT(struct ccs_options, strata, "50", 1, 100000, "intervals of the scores' range"),
    SELECT_BALANCE(struct ccs_options),
    INNER_MARGIN("probabilities"),
    OPTION_END,
};

/* Samples of one interval: a part of an order by falling score. */
struct stratum {
    size_t first, size;
    size_t budget;
};

/* The smallest first; of one size the easier, which are farther back. */
static int compare_sizes(const void *left, const void *right)
{
    const struct stratum *a = left, *b = right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->first > b->first ? -1 : 1;
}

static int compare_places(const void *left, const void *right)
{
    const struct stratum *a = left, *b = right;
    return a->first < b->first ? -1 : 1;
}

/* order[n] is by falling score, n > 0. Returns the number of strata that have samples; ret_strata
 * [min(n, count)] */
static size_t cut(const float *scores, const uint32_t *order, size_t n, int count,
                  struct stratum *ret_strata)
{
    const double lowest = (double)scores[order[n - 1]], width = (double)scores[order[0]] - lowest;
    size_t cuts = 0;
    int last = -1;
    for (size_t j = 0; j < n; j++) {
        const double share = width > 0 ? ((double)scores[order[j]] - lowest) / width : 0;
        const int at = share < 1 ? (int)(share * count) : count - 1;
        if (at != last)
            ret_strata[cuts++] = (struct stratum){.first = j};
        ret_strata[cuts - 1].size++;
        last = at;
    }
    return cuts;
}

/* Chooses keep of order[n], all of one group, which are by falling score: to its front. */
static void choose_of(const struct ccs_options *o, const float *scores, size_t n, size_t keep,
                      struct rng *rng, uint32_t *order)
{
    const size_t hardest = num_round_share(o->beta, n), most = n - keep;
    const size_t dropped = hardest < most ? hardest : most;
    if (keep == 0)
        return;
    struct stratum *strata;
    MEM_NEW(strata, n - dropped < (size_t)o->strata ? n - dropped : (size_t)o->strata);
    const size_t count = cut(scores, order + dropped, n - dropped, o->strata, strata);
    qsort(strata, count, sizeof *strata, compare_sizes);
    size_t left = keep;
    for (size_t s = 0; s < count; s++) {
        const size_t share = left / (count - s);
        strata[s].budget = strata[s].size < share ? strata[s].size : share;
        left -= strata[s].budget;
    }
    REQUIRE(left == 0);
    qsort(strata, count, sizeof *strata, compare_places);
    size_t kept = 0;
    for (size_t s = 0; s < count; s++) {
        uint32_t *pool = order + dropped + strata[s].first;
        draw_front(rng, pool, strata[s].size, strata[s].budget);
        for (size_t j = 0; j < strata[s].budget; j++)
            order[kept++] = pool[j];
    }
    mem_free(strata);
}

/* The samples of class c, in the order of order[n]; c < 0: all. Returns their number. */
static size_t take_class(const struct pruner_task *task, const uint32_t *order, int c,
                         uint32_t *ret_members)
{
    size_t count = 0;
    for (size_t j = 0; j < task->n; j++)
        if (c < 0 || task->labels[order[j]] == c)
            ret_members[count++] = order[j];
    return count;
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct ccs_options *o = run->options;
    const struct pruner_task *task = &run->task;
    const bool by_class = o->balance == BALANCE_CLASS;
    uint32_t *order, *members;
    size_t *budgets, kept = 0;
    MEM_NEW(order, task->n);
    MEM_NEW(members, task->n);
    MEM_NEW(budgets, (size_t)task->classes);
    num_order(run->scores, task->n, order);
    select_budgets(task, budgets);
    for (int c = by_class ? 0 : -1; c < (by_class ? task->classes : 0); c++) {
        const size_t n = take_class(task, order, c, members);
        const size_t keep = by_class ? budgets[c] : task->keep;
        choose_of(o, run->scores, n, keep, rng, members);
        for (size_t j = 0; j < keep; j++)
            ret_selection->index[kept++] = members[j];
    }
    ret_selection->count = kept;
    MEM_FREE(order, members, budgets);
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

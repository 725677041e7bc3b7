/*
 * dp: prunes the group of samples whose removal together moves the last layer least.
 *
 * Paper: Yang et al., "Dataset Pruning: Reducing Training Data by Examining Generalization
 * Influence", ICLR 2023 (arXiv 2205.09329), the cardinality-guaranteed problem.
 *
 *     min over W of || W^T S ||_2   subject to   sum W = m = N - keep,  W in {0,1}^N
 *
 * W_i = 1: pruned; S_i as in influence.h. Unlike influence-score, samples whose influences cancel
 * may go together. Example: S = (1), (-1), (.4), m = 2: influence-score prunes .4 and one of the
 * others, a move of .6; dp prunes 1 and -1, which moves nothing.
 *
 * Solved by simulated annealing over swaps (anneal.h), `moves` of them, from the m smallest
 * ||S_i||. Where the shortest of 100 random draws is shorter still, from there (our choice): the
 * answer is never above both. The paper names no solver.
 *
 * The objective is nearly degenerate: at the optimum of the loss the S_i sum to almost nothing, and
 * a random half has a short sum already. So choose() reports, for the record, || W^T S || of
 *
 *     all              every sample pruned; its time is that of the Hessian and all S_i
 *     random           the mean over 100 uniform draws of m samples
 *     smallest-norms   the m smallest || S_i ||
 *     annealed         the answer, with its moves
 *
 * Needs the last layer's gradients. Cost: as influence-score, at each rate anew, and moves * P
 * operations. Memory: N P floats for S, 1 GB at N = 50,000 and P = 5,130; refused where `memory`
 * does not hold them. A model's bottleneck makes P small; 50 units are the paper's.
 *
 * Recipes, presets and the other choices: see influence_score.c.
 */
#include "pruners/influence.h"
#include "pruners/select.h"

#include <string.h>

struct dp_options {
    struct influence_options influence;
    int moves;
};

static const struct option table[] = {
    INFLUENCE_OPTIONS,
    OPTION_INT(struct dp_options, moves, "1000000", 0, 20000000,
               "swaps that the annealing tries (our choice)"),
    OPTION_END,
};

/* Reports random draws and the smallest norms; ret_start[n] is the shorter of the two. */
static void find_start(struct pruner_run *run, const struct anneal_problem *problem,
                       const uint32_t *order, size_t pruned, struct rng *rng, uint8_t *ret_start)
{
    uint8_t *drawn;
    MEM_NEW(drawn, problem->n);
    pruner_report(run, "random", anneal_random(problem, pruned, rng, drawn), 0);
    const double smallest = anneal_smallest(problem, order, pruned, ret_start);
    if (anneal_length(problem, drawn) < smallest)
        memcpy(ret_start, drawn, problem->n);
    pruner_report(run, "smallest-norms", smallest, 0);
    mem_free(drawn);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct dp_options *o = run->options;
    const size_t n = run->task.n;
    uint32_t *order;
    uint8_t *pruned;
    MEM_NEW(order, n);
    MEM_NEW(pruned, n);
    const struct anneal_problem problem = influence_all(run, rng, order);
    find_start(run, &problem, order, n - run->task.keep, rng, pruned);
    const double annealed = anneal_fixed(&problem, o->moves, rng, pruned);
    pruner_report(run, "annealed", annealed, o->moves);
    select_rest(pruned, n, ret_selection);
    MEM_FREE(problem.rows, order, pruned);
}

const struct pruner dp_pruner = {
    .name = "dp",
    .help = "prunes the group whose removal together changes the last layer's parameters least",
    .cite = "Yang et al. 2023, ICLR",
    .cost = "a proxy of `at` epochs, by default a whole training, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    KIND_OPTIONS(struct dp_options, table),
    .check = influence_check,
    .choose = choose,
};

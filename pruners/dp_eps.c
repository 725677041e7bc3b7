/*
 * dp-eps: prunes as many samples as possible while the last layer moves by at most eps.
 *
 * Paper: Yang et al., "Dataset Pruning: Reducing Training Data by Examining Generalization
 * Influence", ICLR 2023 (arXiv 2205.09329), the generalization-guaranteed problem.
 *
 *     max over W of sum W   subject to   || W^T S ||_2 <= eps,  sum W <= N - keep
 *
 * W_i = 1: pruned; S_i as in influence.h. Example: S = (1), (-1), (.4), eps .5: all three move .4
 * and might go; with at most two, 1 and -1, which move nothing.
 *
 * The second condition is ours. At the optimum of the loss the S_i sum to almost nothing, so that
 * pruning everything keeps to any eps: the problem as the paper writes it has a useless answer, and
 * its bound on the generalization gap, O(eps / N + m / N), is where m would come in. Here rate is
 * the most that may be pruned; the budget is soft, and fewer go where eps does not allow more. At
 * least one sample stays. As many as possible pruned, the shortest sum is taken that was found.
 *
 * Solved by simulated annealing over swaps, additions and removals, `moves` of them (anneal.h),
 * from the longest run of the smallest ||S_i|| whose sum keeps to eps, or from dp's answer for a
 * larger size where that does (our choice). Reported for the record, with m = the number that was
 * pruned: || W^T S || of
 *
 *     all              every sample pruned; its time is that of the Hessian and all S_i
 *     annealed         the answer, with its moves
 *     random           the mean over 100 uniform draws of m samples
 *     smallest-norms   the m smallest || S_i ||
 *
 * Needs, cost, memory, recipes and the other choices: see dp.c and influence_score.c. The paper has
 * no value of eps; .01 is our choice. Its scale is that of the parameters.
 */
#include "pruners/influence.h"
#include "pruners/select.h"

struct dp_eps_options {
    struct influence_options influence;
    int moves;
    double eps;
};

static const struct option table[] = {
    INFLUENCE_OPTIONS,
    OPTION_DOUBLE(struct dp_eps_options, eps, "0.01", 0, 1e9,
                  "the farthest that the parameters may move (our choice)"),
    OPTION_INT(struct dp_eps_options, moves, "1000000", 0, 20000000,
               "swaps, additions and removals that the annealing tries (our choice)"),
    OPTION_END,
};

/* What other sets of as many samples reach. */
static void compare(struct pruner_run *run, const struct anneal_problem *problem,
                    const uint32_t *order, size_t pruned, struct rng *rng)
{
    uint8_t *taken;
    MEM_NEW(taken, problem->n);
    pruner_report(run, "random", anneal_random(problem, pruned, rng, taken), 0);
    pruner_report(run, "smallest-norms", anneal_smallest(problem, order, pruned, taken), 0);
    mem_free(taken);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct dp_eps_options *o = run->options;
    const size_t n = run->task.n, least = run->task.keep > 0 ? run->task.keep : 1;
    if (least == n) {
        select_all(n, ret_selection);
        return;
    }
    uint32_t *order;
    uint8_t *pruned;
    MEM_NEW(order, n);
    MEM_NEW(pruned, n);
    const struct anneal_problem problem = influence_all(run, rng, order);
    const double annealed =
        anneal_within(&problem, order, o->eps, n - least, o->moves, rng, pruned);
    pruner_report(run, "annealed", annealed, o->moves);
    select_rest(pruned, n, ret_selection);
    compare(run, &problem, order, n - ret_selection->count, rng);
    MEM_FREE(problem.rows, order, pruned);
}

const struct pruner dp_eps_pruner = {
    .name = "dp-eps",
    .help = "prunes the most samples, up to rate, that change the last layer by at most eps",
    .cite = "Yang et al. 2023, ICLR",
    .cost = "a proxy of `at` epochs, by default a whole training, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_SOFT_BUDGET,
    KIND_OPTIONS(struct dp_eps_options, table),
    .check = influence_check,
    .choose = choose,
};

/*
 * select: the ways of choosing that pruners share.
 *
 * Most of them reorder an array of all sample indices so that the chosen ones stand at its front.
 * That composes: a pruner ranks, keeps the front, and draws the remainder from what is behind it,
 * in the selection's own index array and without ever merging two lists:
 *
 *     select_rank(scores, NULL, n, rng, selection->index);
 *     draw_front(rng, selection->index + top, n - top, keep - top);
 *     selection->count = keep;
 *
 * A higher score comes first and ties break by index. Scores must not be NaN.
 */
#pragma once

#include "pruners/math/draw.h"
#include "pruners/pruner.h"

/* ---- Options that mean the same for every pruner that has them ---- */

enum select_balance { BALANCE_NONE, BALANCE_CLASS };
extern const char *const select_balance_names[]; /* enum select_balance, NULL at the end */

/* Of pruners with a choose() of their own; those with scores have SAMPLER (sampler.h). */
#define SELECT_BALANCE(type)                                                                       \
    OPTION_ENUM(type, balance, "none", select_balance_names,                                       \
                "class: each class keeps its share of the budget", .chooses = true)

enum select_weights { WEIGHTS_BATCH, WEIGHTS_ROWS, WEIGHTS_NONE };
extern const char *const select_weights_names[]; /* enum select_weights, NULL at the end */

/* Pruners with PRUNER_WEIGHS; obeyed by the harness's side, without code in the pruner. */
#define SELECT_WEIGHTS(type)                                                                       \
    OPTION_ENUM(                                                                                   \
        type, weights, "batch", select_weights_names,                                              \
        "what a batch's weighted loss is divided by: their sum, its rows; none: all are 1",        \
        .chooses = true)

/* Dynamic pruners. `anneal` is obeyed by the harness's side, without code in the pruner. */
#define SELECT_PERIOD(type)                                                                        \
    OPTION_INT(type, period, "10", 1, 100000, "epochs between selections (our choice)")
#define SELECT_ANNEAL(type)                                                                        \
    OPTION_DOUBLE(type, anneal, "0", 0, 1, "share of the epochs, at the end, that use all data")

enum select_scores { SCORES_FORWARD, SCORES_TRAIN };
extern const char *const select_scores_names[]; /* enum select_scores, NULL at the end */

/* Dynamic pruners that rank by loss: where the losses come from. */
#define SELECT_SCORES(type)                                                                        \
    OPTION_ENUM(type, scores, "forward", select_scores_names,                                      \
                "losses from a forward pass at each selection, or those training had")

enum select_params { PARAMS_LAST, PARAMS_FULL };
extern const char *const select_params_names[]; /* enum select_params, NULL at the end */

/* Pruners by gradients: of what. With `full` the harness's side asks for NEEDS_GRADIENTS too. */
#define SELECT_PARAMS(type)                                                                        \
    OPTION_ENUM(type, params, "last", select_params_names,                                         \
                "gradients in the last layer, or in all parameters")

enum select_look { LOOK_EVALUATION, LOOK_TRAINING };
extern const char *const select_look_names[]; /* enum select_look, NULL at the end */

/* Pruners with a batch(): how the network is while it is looked at. Obeyed by the harness. */
#define SELECT_LOOK(type)                                                                          \
    OPTION_ENUM(type, look, "evaluation", select_look_names,                                       \
                "mode in which batches are looked at; training: by their own statistics",          \
                .added_later = true)

/* Static pruners that look once: how long the proxy trains before the pass that is looked at. */
#define SELECT_AT(type)                                                                            \
    OPTION_INT(type, at, "10", 0, 100000,                                                          \
               "epochs the proxy trains (our choice); 0: as many as the training")

/* A proxy's, of an option where 0 means as many as the training. */
int select_epochs(int wanted, const struct pruner_task *task);
/* One proxy and one pass at its end; or what its training computes in each epoch, and no pass. */
struct pruner_watch select_at_watch(int at, const struct pruner_run *run);
struct pruner_watch select_training_watch(int epochs);

/* A checkpoint before epochs 0, period, 2 period, ...: `at` there, DUE_NO elsewhere. */
enum pruner_due select_due(int epoch, int period, enum pruner_due at);

/* ---- Whole selections ---- */

/* All n, weights as they are. */
void select_all(size_t n, struct pruner_selection *ret_selection);
/* The same, as a pruner's choose(). */
void select_everything(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection);
/* Likewise: keep of them, uniformly, without replacement. */
void select_uniform(struct pruner_run *run, struct rng *rng,
                    struct pruner_selection *ret_selection);
/* The keep highest scores[n]; with BALANCE_CLASS the highest of each class, as many as its budget.
 */
void select_top(const struct pruner_task *task, const float *scores, enum select_balance balance,
                struct pruner_selection *ret_selection);

/* ---- Parts of one ---- */

/*
 * ret_order[0..n-1]: all samples by falling score. Those with fresh[i] != 0 (NULL: none) come
 * before all others and in random order, whatever their score: nothing is known of them yet, and
 * the order of a data file must not decide.
 */
void select_rank(const float *scores, const uint8_t *fresh, size_t n, struct rng *rng,
                 uint32_t *ret_order);

/* All that is not taken: taken[n] is 1 where it is. */
void select_rest(const uint8_t *taken, size_t n, struct pruner_selection *ret_selection);

/*
 * ret_budgets[classes]: keep shared out in proportion to the classes' sizes by largest remainder
 * (ties: the lower class). They sum to keep, and none exceeds its class.
 */
void select_budgets(const struct pruner_task *task, size_t *ret_budgets);

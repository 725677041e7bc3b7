/*
 * sampler: which samples are kept, once each has a score: three choices that every pruner with
 * scores leaves to the experiment.
 *
 *     {name: el2n, sampler: strata, skip: 0.1, quota: error, ties: random}
 *
 * sampler: how a budget is spent, on the samples of one group by falling score (samplers.c has what
 *          each does, and where it is from). `top`, the default, takes the highest.
 * quota:   which groups there are, and how large a budget each has. none: one group of all. Else
 *          the classes are the groups, and a budget goes by largest remainder
 *              size     by the class's samples, which is `balance: class` in other words
 *              error    by the share that the first proxy gets wrong of the class's samples in the
 *                       validation split (DRoP): nothing for one that has no error
 *              loss     by their mean loss there (the idea of RCAP, whose program holds no
 *                       formula: our choice)
 *          A class has no more than it has; what is left over goes to the others in the same
 *          proportion, by size where all others are at 0. error and loss need a validation split
 *          and a proxy, and ask for a pass after its last epoch where the pruner has none there.
 * ties:    which of equal scores comes first. index: the one that stands first in the dataset's
 *          file, at every seed. random: drawn anew with each seed. Where scores are counts, as
 *          forgetting's, a third of the samples may tie, and then the file's order chooses.
 *
 * So a published method is a score and these: ccs is aum with `strata`, dual with `beta: true` is
 * its score with `beta`, DRoP is any score with `quota: error, sampler: mixed, mix: 1`, ESPS's
 * sampler is `pool`.
 *
 * A pruner that has a choose() of its own (ccs, dual) hands it on to sampler_choose(); one without
 * needs nothing but the options:
 *
 *     struct el2n_options {                     static const struct option table[] = {
 *         int runs, at;                             OPTION_INT(struct el2n_options, runs, ...),
 *         struct sampler_options choice;            SAMPLER(struct el2n_options),
 *     };                                            OPTION_END,
 *
 * All but `quota` matter to choose() alone: cells that differ in nothing else share their scores.
 */
#pragma once

#include "pruners/pruner.h"

enum sampler_quota { QUOTA_NONE, QUOTA_SIZE, QUOTA_ERROR, QUOTA_LOSS };
enum sampler_ties { TIES_INDEX, TIES_RANDOM };
/* In the order of the shelf. */
enum sampler_kind {
    SAMPLER_TOP,
    SAMPLER_BOTTOM,
    SAMPLER_WINDOW,
    SAMPLER_STRATA,
    SAMPLER_BETA,
    SAMPLER_FLEXRAND,
    SAMPLER_SOFTMAX,
    SAMPLER_MIXED,
    SAMPLER_POOL,
};

struct sampler_options {
    int balance; /* enum select_balance */
    int quota;   /* enum sampler_quota */
    int ties;    /* enum sampler_ties */
    int sampler; /* enum sampler_kind */
    double skip;
    int strata;
    double easing, split, temperature, mix, spare;
};

/*
 * What `beta` knows of a sample beside its score: how easy it is, from 0 to 1, and how easy the
 * hardest are.
 */
struct sampler_ease {
    const double *ease; /* [n] */
    double hardest;
};

/* What a sampler sees. */
struct sampling {
    const struct sampler_options *options;
    const struct pruner_task *task;
    const float *scores;             /* [n] */
    const struct sampler_ease *ease; /* keys(): may be NULL */
    const uint32_t *order;           /* keys(): [n] samples by falling score */
};

/* One way of spending a budget: one of the two, or neither. */
struct sampler {
    KIND; /* options: those that mean something to it */
    /* Reorders order[n], samples of one group by falling score, so that the `keep` kept ones come
       first, 0 < keep <= n. */
    void (*pick)(const struct sampling *sampling, size_t n, size_t keep, struct rng *rng,
                 uint32_t *order);
    /* Other numbers, of which the highest of each group are kept: ret_keys[n], no NaN. */
    void (*keys)(const struct sampling *sampling, struct rng *rng, float *ret_keys);
};

/* sampler_shelf, sampler_at(), sampler_find(). */
SHELF_OF(struct sampler, sampler);
const char *sampler_name_at(size_t i);
extern const char *const sampler_quota_names[]; /* enum sampler_quota, NULL at the end */
extern const char *const sampler_ties_names[];  /* enum sampler_ties, NULL at the end */

/* Options of a table whose struct has the member `choice`. */
#define SAMPLER_FIELD(owner, field, kind, ...)                                                     \
    BRACED(.name = #field, .type = kind, .offset = offsetof(owner, choice.field), __VA_ARGS__)
#define SAMPLER_DOUBLE(owner, field, default_, least, most, ...)                                   \
    SAMPLER_FIELD(owner, field, OPTION_DOUBLE, .fallback = default_, .min = least, .max = most,    \
                  .added_later = true, .told_in = "samplers", .chooses = true,                     \
                  .help = __VA_ARGS__)

#define SAMPLER_BALANCE(owner, only_chooses)                                                       \
    SAMPLER_FIELD(owner, balance, OPTION_ENUM, .fallback = "none",                                 \
                  .choices = select_balance_names, .chooses = only_chooses,                        \
                  .help = "class: each class keeps its share of the "                              \
                          "budget")
#define SAMPLER_QUOTA(owner)                                                                       \
    SAMPLER_FIELD(                                                                                 \
        owner, quota, OPTION_ENUM, .fallback = "none", .choices = sampler_quota_names,             \
        .added_later = true, .told_in = "samplers",                                                \
        .help = "with any sampler: budgets of classes by size, or by validation error or loss")
#define SAMPLER_TIES(owner)                                                                        \
    SAMPLER_FIELD(owner, ties, OPTION_ENUM, .fallback = "index", .choices = sampler_ties_names,    \
                  .added_later = true, .told_in = "samplers", .chooses = true,                     \
                  .help = "with any sampler: which of equal scores comes first")
#define SAMPLER_KIND(owner)                                                                        \
    SAMPLER_FIELD(owner, sampler, OPTION_ENUM, .fallback = "top", .choice_at = sampler_name_at,    \
                  .added_later = true, .told_in = "samplers", .chooses = true,                     \
                  .help = "which of the scores are kept")
#define SAMPLER_SKIP(owner)                                                                        \
    SAMPLER_DOUBLE(owner, skip, "0", 0, 1, "share of the group, the highest, that is passed over")
#define SAMPLER_STRATA_COUNT(owner)                                                                \
    SAMPLER_FIELD(owner, strata, OPTION_INT, .fallback = "50", .min = 1, .max = 100000,            \
                  .added_later = true, .told_in = "samplers", .chooses = true,                     \
                  .help = "intervals of the scores' range")
#define SAMPLER_EASING(owner)                                                                      \
    SAMPLER_DOUBLE(owner, easing, "5.5", 0.01, 1000,                                               \
                   "how late the rate moves the density to easier samples")
#define SAMPLER_SPLIT(owner)                                                                       \
    SAMPLER_DOUBLE(owner, split, "0.5", 0, 1, "share of the group, the lowest, that is easy")
#define SAMPLER_TEMPERATURE(owner)                                                                 \
    SAMPLER_DOUBLE(owner, temperature, "1", 1e-6, 1e6, "in standard deviations of the scores")
#define SAMPLER_MIX(owner)                                                                         \
    SAMPLER_DOUBLE(owner, mix, "0.5", 0, 1, "share of the budget that is drawn at random")
#define SAMPLER_SPARE(owner)                                                                       \
    SAMPLER_DOUBLE(owner, spare, "0.1", 0, 10,                                                     \
                   "the pool's surplus, times 1.8 less the share kept: share of the group")

/* All of them; only_chooses: whether score() does not read `balance`. */
#define SAMPLER_OPTIONS(owner, only_chooses)                                                       \
    SAMPLER_WITHOUT_EASING(owner, only_chooses), SAMPLER_EASING(owner)
#define SAMPLER_WITHOUT_EASING(owner, only_chooses)                                                \
    SAMPLER_BALANCE(owner, only_chooses), SAMPLER_QUOTA(owner), SAMPLER_TIES(owner),               \
        SAMPLER_KIND(owner), SAMPLER_SKIP(owner), SAMPLER_STRATA_COUNT(owner),                     \
        SAMPLER_SPLIT(owner), SAMPLER_TEMPERATURE(owner), SAMPLER_MIX(owner), SAMPLER_SPARE(owner)
#define SAMPLER(owner) SAMPLER_OPTIONS(owner, true)

/* The options of a pruner whose table has SAMPLER, or a part of it with SAMPLER_TIES; else NULL. */
const struct sampler_options *sampler_options_of(const struct pruner *pruner, const void *options);
/* Whether each class has a budget of its own. */
bool sampler_by_class(const struct sampler_options *options);
/* For plans: the options that were given and that such a sampler does not read, as clauses. */
void sampler_note(const struct pruner *pruner, const void *options, struct str *ret_note);
/* Whether it chooses anew before each epoch. */
bool sampler_redraws(const struct sampler_options *options);

/* Chooses task->keep samples by run->scores. ease NULL: by rank. */
void sampler_choose(const struct pruner_run *run, const struct sampler_options *options,
                    const struct sampler_ease *ease, struct rng *rng,
                    struct pruner_selection *ret_selection);

/* ---- Quotas of what a network gets wrong: for defaults.c ---- */

/* What a pass must carry for it; 0 where the options ask for no such quota, or are NULL. */
unsigned sampler_needs(const struct sampler_options *options);
/* Where they are kept: [classes], the end of the state. */
double *sampler_shares(const struct pruner_run *run);
/* ret_shares[classes]: by what the classes' budgets go, of a scoring pass with its validation. */
void sampler_look(const struct sampler_options *options, const struct pruner_task *task,
                  const struct pruner_pass *pass, double *ret_shares);
/*
 * ret_budgets[classes]: keep in proportion to shares[classes] >= 0, none above its class's size,
 * what is over shared by the others likewise, by largest remainder; by size where all left are 0.
 */
void sampler_budgets(const struct pruner_task *task, const double *shares, size_t *ret_budgets);

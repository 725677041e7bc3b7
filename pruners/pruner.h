/*
 * pruner: the contract of everything that chooses samples.
 *
 * Pruners see numbers, never networks. A pruner declares what it must watch; the harness trains the
 * proxies, makes the passes, lends the arrays, and charges every nanosecond of it to the run. To
 * add one: one file whose last thing is a `const struct pruner`, and one line in pruners.def.
 * Options, `winnow list`, the README's table and the conformance tests pick it up from there.
 *
 * Words. N samples, C classes. rate = fraction REMOVED; keep = round((1 - rate) * N) = how many
 * stay. Indices are positions 0..N-1 in the training split. A higher score means "keep first"; ties
 * break by index. Nothing in this interface ever names the removed samples.
 *
 * A static pruner chooses once, before training:
 *
 *     proxies wanted?  -> watch(); for each run, for each epoch: observe()
 *     score()          -> one number a sample; must not depend on rate, so that rates share it
 *     choose()         -> the kept samples (NULL: by the scores, as the options of sampler.h say)
 *
 * One that looks once at a network that has trained for a while, as most do, has a look() and the
 * option `at` in the place of watch(), observe() and score() (defaults.h).
 *
 * A dynamic pruner chooses again at checkpoints, which lie between epochs of the training itself:
 *
 *     before epoch e:  due(e) = DUE_NO       go on with the last selection
 *                               DUE_SELECT   choose()
 *                               DUE_FORWARD  scoring pass over all N, observe(), choose()
 *     after epoch e:   observe() with what training computed anyway, if watch_training() says so
 *
 * Annealing: a dynamic pruner may leave the last epochs to all data, anneal() says how large a
 * share of them. There the harness keeps all n with weight 1 by itself and asks neither due(),
 * choose() nor batch(), so that the budget stays exact wherever the pruner chooses, and no pruner
 * has code for it.
 *
 * What a static pruner knows once it has scored (state and scores) is an artifact: it is kept and
 * serves every rate. Hence neither its state nor its scores may depend on rate or keep; only
 * choose() may.
 *
 * A dynamic pruner may have proxies too: with a watch() it knows before the training what it will
 * choose, before each epoch, from state alone. That state may depend on the rate: it is an artifact
 * that serves its own rate only.
 *
 * A batch() decides which samples of a batch take its step: of the training, or of the proxies
 * where the pruner trains any, whose batches it then sees before the training has them.
 *
 * Ownership and life: callbacks get a struct pruner_run, which lends them options, task and state.
 * The state is one zeroed block of state_size() bytes that the harness allocates and frees. It must
 * hold no pointers: a checkpoint is a copy of it. Arrays in a struct pruner_pass are lent for the
 * call. All randomness comes from the rng given to the call.
 *
 * Callbacks do not fail for lack of memory (that ends the process) and must not keep global state.
 * They are called through the functions at the end of this header, which check both sides.
 */
#pragma once

#include "base/err.h"
#include "base/kind.h"
#include "base/rng.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pruner_kind {
    PRUNER_STATIC,
    PRUNER_DYNAMIC,
};

/* What a pass must carry. Arrays that nobody declared are NULL. */
enum pruner_needs {
    NEEDS_LOSSES = 1 << 0,
    NEEDS_PROBABILITIES = 1 << 1,
    NEEDS_CORRECT = 1 << 2,
    NEEDS_LOGITS = 1 << 3,
    NEEDS_FEATURES = 1 << 4,
    /* The last layer's gradient of sample i is (p_i - e_yi) (x) [phi_i ; 1]: both factors are lent.
     */
    NEEDS_LAST_GRADIENTS = NEEDS_PROBABILITIES | NEEDS_FEATURES,
    /* The same arrays for the validation split, in a scoring pass's `validation`; the cell must
       have one. */
    NEEDS_VALIDATION = 1 << 5,
    /* The last layer itself. */
    NEEDS_CLASSIFIER = 1 << 6,
    /* Scoring passes only: each sample's gradient in all parameters, as its norm and its product
       with the mean gradient. Costs a backward pass of batch 1 a sample. */
    NEEDS_GRADIENTS = 1 << 7,
    /* Training only: the mean loss of the batch that a sample was in. */
    NEEDS_BATCH_LOSSES = 1 << 8,
};

enum pruner_flags {
    /* rate means nothing: one cell whatever the rate axis says. */
    PRUNER_IGNORES_RATE = 1 << 0,
    /* The number kept is the method's own affair; plots use samples processed, never rate. */
    PRUNER_SOFT_BUDGET = 1 << 1,
    /* The budget is exact, but the kept samples have loss weights of the method's own. */
    PRUNER_WEIGHS = 1 << 2,
    /* Static, of the scores alone: what it scores of a random part of the samples, by that part's
       own network, stands beside what it scores of another. A sample's score is then its own, or
       says where it lies among its like. */
    PRUNER_SCORES_PARTS = 1 << 3,
};

/* How the samples are looked at by networks that were not trained on them, one for each fold. */
enum pruner_folds {
    FOLDS_NONE,
    FOLDS_TOGETHER, /* one pass, to which each network gives the rows of its fold */
    FOLDS_APART,    /* a run for each fold, which sees no other; pruner_gather() */
};

/* Part of every artifact's key: raise it when a pruner's state or scores change their meaning. */
#define PRUNER_VERSION "1"

struct pruner_run;

enum { PRUNER_MAX_SOLUTIONS = 8 };

/* What a pruner may know of its cell. */
struct pruner_task {
    size_t n; /* samples in the training split */
    int classes;
    const uint16_t *labels; /* [n] */
    const uint32_t *origin; /* [n] positions in the dataset's own file, rising; NULL: 0..n-1 */
    size_t origin_n;        /* samples in that file; 0: unknown */
    size_t validation_n;    /* samples in the validation split */
    size_t feature_count;   /* of the network that is observed */
    double rate;            /* fraction removed, 0 <= rate < 1 */
    size_t keep;            /* round((1 - rate) * n); filled in by pruner_begin. In a dynamic
                               pruner's choose() and batch() both are the epoch's
                               (rate_schedule.h) */
    int epochs;             /* of the training that is accelerated */
    uint64_t seed;
};

/* One look at the samples. Rows are samples 0..n-1 of the split. */
struct pruner_pass {
    int run;       /* proxy run, 0..; 0 for the training itself */
    int epoch;     /* epochs the observed network has completed, 0 = initial weights */
    bool training; /* computed while training (augmented, weights changing), not in a pass */
    size_t n;
    const uint16_t *labels; /* [n] */
    /* [n] 1: the row is of this pass. Rows that are 0 are undefined. NULL: all are. */
    const uint8_t *seen;
    const float *losses;        /* [n] cross-entropy, never smoothed or weighted */
    const float *batch_losses;  /* [n] their mean over the batch that the sample was in */
    const float *probabilities; /* [n][classes] softmax */
    const uint8_t *correct;     /* [n] 1: the highest logit is the label's (lowest class at ties) */
    const float *logits;        /* [n][classes] */
    const float *features;      /* [n][feature_count] what the classifier reads */
    size_t feature_count;
    const float *classifier;     /* [classes][feature_count + 1] weights, the bias last */
    const float *gradient_norms; /* [n] ||g_i||, g_i = d l_i / d all parameters, without decay */
    const float *gradient_dots;  /* [n] g_i . gbar, gbar = mean of g_i over the n samples */
    const struct pruner_pass *validation; /* scoring passes, with NEEDS_VALIDATION */
};

/* One batch of the training, before its step: seen forward-only, augmented as training sees it. */
struct pruner_batch {
    int epoch;    /* from 0 */
    size_t first; /* samples of the epoch that came before it */
    size_t rows;
    const uint32_t *index;      /* [rows] samples */
    const uint16_t *labels;     /* [rows] */
    const float *losses;        /* [rows] */
    const float *probabilities; /* [rows][classes] */
    const float *features;      /* [rows][feature_count] what the classifier reads */
    size_t feature_count;
};

/* One way of solving a pruner's optimisation problem, for the record. */
struct pruner_solution {
    const char *method; /* "random", "smallest-norms", "annealed": a literal */
    double objective;
    int64_t moves; /* tried; 0 where it makes none */
    int64_t ns;    /* CLOCK_MONOTONIC_RAW; filled in by pruner_report */
};

/* What a pruner wants to see before the training. */
struct pruner_watch {
    int runs;       /* networks trained, each with its own initial weights; 0: none */
    int epochs;     /* for how long, on the cell's own recipe */
    bool training;  /* observe() after each epoch, with what training computed */
    int pass_every; /* observe() a scoring pass after each so many epochs and after the last; 0:
                       after the last only; -1: never */
    /* The proxies meet the samples as the training will: the epoch's permutation, the crops. Their
       initial weights are their own all the same. */
    bool same_order;
    /* Of the samples, how many take a step where batch() or train_on() decides: a forecast. 0:
       all, which pruner_watch() makes 1. */
    double step_share;
};

enum pruner_due { DUE_NO, DUE_SELECT, DUE_FORWARD };

/* The result. The arrays are the harness's, with room for n; the pruner fills them. */
struct pruner_selection {
    size_t count;    /* kept; exactly task->keep, or 1..n with PRUNER_SOFT_BUDGET */
    uint32_t *index; /* [n] kept samples, unique, in any order (they come out sorted) */
    float *weight;   /* [n] loss weight of index[j]; comes in as 1 and may stay so */
    /* A batch's loss is divided by the sum of its weights, not by its rows: a few large weights
       then cannot take a step out of all proportion. Set by pruner_select, by the option `weights`
       of the pruner. */
    bool average;
    /* As many steps as all n would have, each on its share of the kept (pruner_spread), in the
       epoch's order. Set by pruner_select, as spreads() says; else as many steps as the kept fill.
     */
    bool spread;
};

/*
 * Of `count` samples spread evenly over n places: how many are in the first so many of them. A
 * batch of B places thus has count B / n, rounded up or down, and all together exactly count.
 */
static inline size_t pruner_spread(size_t count, size_t n, size_t places)
{
    return (places * count + n / 2) / n;
}

/* A pruner at work on one cell. */
struct pruner_run {
    const struct pruner *pruner;
    const void *options; /* the struct that the option table describes, or NULL */
    struct pruner_task task;
    void *state; /* NULL where there is none */
    size_t state_size;
    unsigned needs; /* enum pruner_needs, with what the options ask for */
    float *scores;  /* [n] of a static pruner that scores; NULL before pruner_score */
    int epoch;      /* in choose(): the one that is about to begin, from 0 */
    bool by_steps;  /* pruner_go_by_steps() */
    double done;    /* if so: of the training, 0 to 1 */
    struct pruner_solution solutions[PRUNER_MAX_SOLUTIONS]; /* reported in the last choose() */
    int solution_count;
    int64_t reported_at; /* when the last of them was, or choose() began */
};

/*
 * epochs(), watch(), watch_training(), anneal(), due() and note() go by the options and by the
 * task's rate and epochs alone, never by the state: a plan asks them before there is any data.
 */
struct pruner {
    KIND;             /* help: the rule; cite: NULL for a control */
    const char *cost; /* one line: what it adds to a training, in trainings and passes */
    enum pruner_kind kind;
    unsigned needs; /* enum pruner_needs, whatever the options */
    unsigned flags; /* enum pruner_flags */

    /* MAY, default: fine. Refuses options that do not fit the task, with the reason. */
    int (*check)(const void *options, const struct pruner_task *task, struct err *err);
    /* MAY, default: none. A file whose content decides results: it is part of the cell's key. NULL
       where the options name none. */
    const char *(*reads)(const void *options);
    /* MAY, default: none. What these options need beyond `needs`. */
    unsigned (*more_needs)(const void *options);
    /* MAY, default: task->epochs. Epochs the training really runs, the schedule compressed into
     * them */
    int (*epochs)(const struct pruner_run *run);
    /* MAY, default: nothing. What the options ask for and such a training cannot give, as a clause
       into ret_note, which stays empty where there is nothing. What follows from due(), watch(),
       anneal() and epochs() is said without it (outlook.h). */
    void (*note)(const struct pruner_run *run, struct str *ret_note);
    /* MAY, default: what look() gave, or else a copy of the last scoring pass, of a static pruner
       that trains proxies without an observe() of its own; no state of others. Bytes of a state
       that is something for all samples, then something for each. */
    size_t shared_state, sample_state;
    /* MAY, in their place, where the size depends on options or task. Bytes of it. */
    size_t (*state_size)(const void *options, const struct pruner_task *task);
    /* MAY, default: the state starts as zeros. */
    void (*init)(struct pruner_run *run, struct rng *rng);
    /* MUST if a dynamic one has any needs; static: MAY, default: keeps what look() gives, or else
       all that it needs of the pass (snapshot.h). Takes in one pass; arrays are checked to be
       finite where seen. */
    void (*observe)(struct pruner_run *run, const struct pruner_pass *pass);

    /* ---- static ---- */
    /* MAY, of a dynamic one too. Default, static: `runs` proxies, or one, for as long as the option
       of the table says: `at`, and a pass at the end of each; or `epochs` or `T`, and after each
       epoch what training computed (0: as long as the training). No proxies where it has none of
       them. */
    struct pruner_watch (*watch)(const struct pruner_run *run);
    /* MAY, default: all. The samples that the proxies train on, one at least, from the state as
       init() left it. Only count and index; passes show all samples nonetheless. */
    void (*train_on)(const struct pruner_run *run, struct pruner_selection *ret_selection);
    /* MAY, default: 0. Seconds that the scores cost where they were made, >= 0: charged to the run
       beside its own scoring. */
    double (*seconds_elsewhere)(const void *options);
    /* MAY, of one that trains proxies and has no observe() and state_size() of its own. What a
       scoring pass says of each sample, ret_values [n], which come in as 0; finite. The state is
       the values, as float[n]; or their sums, double[n], where the table has `runs`. */
    void (*look)(const struct pruner_run *run, const struct pruner_pass *pass, double *ret_values);
    /* MUST, unless look or choose is given; default: what look() gave, the mean over `runs`.
       ret_scores [n], finite; rate and keep must not matter. */
    void (*score)(struct pruner_run *run, struct rng *rng, float *ret_scores);

    /* ---- dynamic ---- */
    /* MAY, default: none. The pruner that this one is with such options, bit for bit, where it
       chooses only once; NULL: none. */
    const char *(*once)(const void *options);
    /* MAY, default: before each epoch, or each `period` epochs where the table has that option,
       DUE_FORWARD where its option `scores` is forward, else DUE_SELECT. Asked once before each
       epoch, with that epoch's number from 0. due(0) is not DUE_NO. */
    enum pruner_due (*due)(const struct pruner_run *run, int epoch);
    /* MAY, default: whether it needs anything and nothing shows it that but training: it has no
       due(), and no option `scores` that is forward. true: observe() also after each epoch, with
       training's own outputs. */
    bool (*watch_training)(const struct pruner_run *run);
    /* MAY, default: no. Whether the selections of such options are spread. */
    bool (*spreads)(const void *options);
    /* MAY, default: the `anneal` option where the table has one, else 0. The share of the epochs,
       the last ones, that run on all data; rounded to whole epochs. due() and choose() are not
       called there. */
    double (*anneal)(const struct pruner_run *run);
    /* MAY, default: every sample of a batch is back-propagated. Called before each step of the
       training, or else of the proxies where there are any; ret_weights [rows] come in as 1: the
       loss weight of each, 0 leaves it out. The extra forward pass is charged to `score`. Without
       proxies, PRUNER_SOFT_BUDGET. */
    void (*batch)(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                  float *ret_weights);

    /* dynamic: MUST. static: MAY, default: by run->scores, as the options of sampler.h say where
       the table has them, else the keep highest. Called before run->epoch. */
    void (*choose)(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection);
};

/* For a pruner's choose(): this is what one way of solving reached, in the time since the last
 * report. */
void pruner_report(struct pruner_run *run, const char *method, double objective, int64_t moves);

/* pruner_shelf (pruners.def), pruner_at(), pruner_find(). */
SHELF_OF(struct pruner, pruner);

/* ---- The harness's side: every call goes through these, which check both sides ---- */

/*
 * Checks the options against the task and prepares the state. task->keep need not be set; where the
 * pruner ignores rate, its run has rate 0. An error where the rate leaves no sample of a budget
 * that is exact, or where check() refuses. Options and labels are borrowed until pruner_end.
 */
int pruner_begin(const struct pruner *pruner, const void *options, const struct pruner_task *task,
                 struct pruner_run **ret_run, struct err *err);
/* NULL is fine. */
void pruner_end(struct pruner_run *run);

/* What a pruner with these options needs. */
unsigned pruner_needs(const struct pruner *pruner, const void *options);
int pruner_epochs(const struct pruner_run *run);
/* Whether networks are trained beforehand for it to look at. */
bool pruner_trains_proxies(const struct pruner *pruner);
/* Whether batch() is to be asked before each step of these, and not of the training. */
bool pruner_drops_of_proxies(const struct pruner *pruner);
/* Whether each batch of all the data has its share of what is kept. */
bool pruner_spreads(const struct pruner *pruner, const void *options);
/* Whether it scores: static pruners only. */
bool pruner_scores(const struct pruner *pruner);
/* Whether it has an artifact: something that it knows once it has scored, the same at all rates if
   it is static. */
bool pruner_has_artifact(const struct pruner *pruner);
/* `given`: enum pruner_needs that are the same of any network. Where there are none, ret_why (NULL:
   nobody asks) is the reason, a clause after the pruner's name. */
enum pruner_folds pruner_folds(const struct pruner *pruner, const void *options, unsigned given,
                               const char **ret_why);
/* What to charge beside the time that score() takes. */
double pruner_seconds_elsewhere(const struct pruner_run *run);
/* runs = 0: it watches nothing. */
struct pruner_watch pruner_watch(const struct pruner_run *run);
/* The samples that its proxies train on, all of weight 1. */
void pruner_train_on(const struct pruner_run *run, struct pruner_selection *ret_selection);
/* static: DUE_SELECT before epoch 0, and never again, unless the sampler draws anew each epoch.
   Annealing: DUE_SELECT before its first epoch; by steps, before each. */
enum pruner_due pruner_due(const struct pruner_run *run, int epoch);
/* The share of the epochs, the last ones, that is to be left to all data, and where they begin once
 * it is rounded: at pruner_epochs() where there are none. */
double pruner_anneal_share(const struct pruner_run *run);
int pruner_first_annealed(const struct pruner_run *run);
/* For a training of so many steps, whose epochs nobody can count beforehand: before each of them,
   which share of the steps is done. It is then by this that the last epochs are known. */
void pruner_go_by_steps(struct pruner_run *run, double done);
/* Whether the epoch belongs to the last `share` of the training, which is rounded to whole epochs,
   or with steps begins with an epoch. */
bool pruner_is_in_last(const struct pruner_run *run, int epoch, double share);
/* Whether the epoch is one of the last, which anneal() leaves to all data. */
bool pruner_anneals(const struct pruner_run *run, int epoch);
bool pruner_watches_training(const struct pruner_run *run);
/* Whether batch() is to be asked before each step of the training's epoch. */
bool pruner_drops(const struct pruner_run *run, int epoch);
/* Whether the network is in training mode while the batches are looked at: it goes by their own
   statistics, and its running ones take these in. */
bool pruner_looks_in_training(const struct pruner_run *run);
/* An error where a weight is not finite or negative. step counts the epoch's batches from 0. */
int pruner_drop(struct pruner_run *run, const struct pruner_batch *batch, size_t step,
                float *ret_weights, struct err *err);
/* An error where a needed array has a value that is not finite: which array, which sample. */
int pruner_observe(struct pruner_run *run, const struct pruner_pass *pass, struct err *err);
/* An error where a score is not finite. Does nothing for pruners without scores. */
int pruner_score(struct pruner_run *run, struct err *err);
/* The scores of runs on the folds, in the place of pruner_score(): those of folds[f] (NULL: it is
   empty) are of the next samples of index [n]. A quota goes by what the first of them saw. */
void pruner_gather(struct pruner_run *run, struct pruner_run *const *folds, int count,
                   const uint32_t *index);
/*
 * Takes over the state [state_size] and the scores [n] (NULL where the pruner has none, or none
 * yet) of an earlier run with the same options, task and network: as if it had seen and done what
 * that one had. Of a static pruner, the rate may be another.
 */
void pruner_restore(struct pruner_run *run, const void *state, const float *scores);
/*
 * Fills ret_selection, sorted by index; all n with weight 1 where pruner_anneals(), and where a
 * static pruner's budget is all n. An error (a bug of the pruner, said with its name) where the
 * budget is not exact, an index is out of range or twice there, or a weight is not finite,
 * negative, or not 1 where the pruner weighs nothing.
 */
int pruner_select(struct pruner_run *run, int epoch, struct pruner_selection *ret_selection,
                  struct err *err);

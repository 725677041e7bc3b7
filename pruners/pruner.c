/*
 * pruner: the registry, and the harness's side of the contract.
 *
 * A pruner is written by somebody who thinks about scores; a harness by somebody who thinks about
 * time. Between them stand these functions. What the harness hands over is checked (arrays that are
 * needed are there and finite), and so is what the pruner gives back (exact budget, unique indices
 * in range, usable weights, finite scores), so that a wrong pruner ends its own cell with a
 * sentence and never a grid with quietly wrong numbers. What only a broken harness can do wrong
 * ends the process.
 *
 * Randomness: every call that may draw gets a stream of its own, named by the seed, the epoch and
 * the call. A run resumed from a copied state therefore draws what the whole run would have drawn.
 * The pruner's name is not part of it: at one seed, pruners that choose at random alike choose
 * alike.
 *
 * Limits: n < 2^32. Every call is O(n) beside what the pruner itself does.
 */
#include "pruners/pruner.h"

#include "base/num.h"
#include "base/time.h"
#include "pruners/defaults.h"
#include "pruners/inner.h"
#include "pruners/rate_schedule.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>

/* ---- The registry ---- */

#define PRUNER(name) extern const struct pruner name##_pruner;
#include "pruners/pruners.def"

static const struct kind *const kinds[] = {
#define PRUNER(name) &name##_pruner.is,
#include "pruners/pruners.def"
};

const struct shelf pruner_shelf = SHELF("pruner", "pruners", kinds);

/* ---- Beginning and end ---- */

/* Index of a pruner's stream: one for each call that may draw; batches count on from the last. */
enum { DRAWS_INIT, DRAWS_SCORE, DRAWS_SELECT, DRAWS_BATCH };

static struct rng stream(const struct pruner_run *run, int epoch, uint32_t draws)
{
    return rng_stream(run->task.seed, RNG_PRUNER, (uint32_t)epoch, draws);
}

static void require_sound(const struct pruner_task *task)
{
    REQUIRE(task->n > 0 && task->n <= UINT32_MAX);
    REQUIRE(task->classes > 0 && task->epochs > 0);
    REQUIRE(task->rate >= 0 && task->rate < 1);
    for (size_t i = 0; i < task->n; i++)
        REQUIRE(task->labels[i] < task->classes);
}

/* That keeps a sample, rounded down to four decimals. */
static double highest_rate(size_t n)
{
    return floor((1 - 0.5 / (double)n) * 1e4) / 1e4;
}

int pruner_begin(const struct pruner *pruner, const void *options, const struct pruner_task *task,
                 struct pruner_run **ret_run, struct err *err)
{
    struct pruner_run begun = {.pruner = pruner,
                               .options = options,
                               .task = *task,
                               .needs = pruner_needs(pruner, options)};
    require_sound(task);
    REQUIRE((options != NULL) == (pruner->options_size > 0));
    if (pruner->flags & PRUNER_IGNORES_RATE)
        begun.task.rate = 0;
    begun.task.keep = num_round_share(1 - begun.task.rate, task->n);
    if (begun.task.keep == 0 && !(pruner->flags & PRUNER_SOFT_BUDGET))
        return err_set(err, "%s: rate %.15g keeps none of %zu samples; the highest rate is %.4f",
                       pruner->name, task->rate, task->n, highest_rate(task->n));
    if (pruner->check && pruner->check(options, &begun.task, err))
        return err_prefix(err, "%s: ", pruner->name);
    if (sampler_needs(sampler_options_of(pruner, options)) && !pruner_trains_proxies(pruner))
        return err_set(err, "%s: its quota is of what a network gets wrong, and it trains none",
                       pruner->name);

    begun.state_size = default_state_size(pruner, options, &begun.task);
    if (begun.state_size > 0) {
        unsigned char *state;
        MEM_NEW(state, begun.state_size);
        begun.state = state;
    }
    struct pruner_run *run;
    MEM_NEW(run, 1);
    *run = begun;
    if (pruner->init) {
        struct rng rng = stream(run, 0, DRAWS_INIT);
        pruner->init(run, &rng);
    }
    *ret_run = run;
    return 0;
}

void pruner_end(struct pruner_run *run)
{
    if (!run)
        return;
    MEM_FREE(run->state, run->scores, run);
}

/* ---- What it asks for ---- */

unsigned pruner_needs(const struct pruner *pruner, const void *options)
{
    return default_needs(pruner, options) | sampler_needs(sampler_options_of(pruner, options));
}

int pruner_epochs(const struct pruner_run *run)
{
    const int epochs = run->pruner->epochs ? run->pruner->epochs(run) : run->task.epochs;
    REQUIRE(epochs >= 1);
    return epochs;
}

bool pruner_trains_proxies(const struct pruner *pruner)
{
    return pruner->watch ||
           (pruner->kind == PRUNER_STATIC &&
            (option_find(pruner->options, "at") || option_find(pruner->options, "epochs") ||
             option_find(pruner->options, "T")));
}

bool pruner_drops_of_proxies(const struct pruner *pruner)
{
    return pruner->batch && pruner_trains_proxies(pruner);
}

bool pruner_spreads(const struct pruner *pruner, const void *options)
{
    return pruner->spreads && pruner->spreads(options);
}

bool pruner_scores(const struct pruner *pruner)
{
    return pruner->kind == PRUNER_STATIC && (pruner->score || pruner->look);
}

bool pruner_has_artifact(const struct pruner *pruner)
{
    return pruner_trains_proxies(pruner) || pruner_scores(pruner);
}

/* Of one that is another's score chosen from, what that is. */
static bool scores_parts(const struct pruner *pruner, const void *options)
{
    return pruner->flags & PRUNER_SCORES_PARTS ||
           (!pruner->needs && option_find(pruner->options, "score_options") &&
            inner_flags(options) & PRUNER_SCORES_PARTS);
}

enum pruner_folds pruner_folds(const struct pruner *pruner, const void *options, unsigned given,
                               const char **ret_why)
{
    const unsigned each = NEEDS_LOSSES | NEEDS_PROBABILITIES | NEEDS_CORRECT | NEEDS_LOGITS,
                   needs = pruner_needs(pruner, options) & ~given,
                   shared = needs & ~each & ~(unsigned)NEEDS_VALIDATION;
    const char *why = pruner->kind == PRUNER_DYNAMIC ? "chooses while the network trains"
                      : !pruner_trains_proxies(pruner) || !needs ? "asks no network of the samples"
                      : shared && !scores_parts(pruner, options)
                          ? "compares all samples with each other, as one network sees them"
                          : NULL;
    if (ret_why)
        *ret_why = why;
    return why ? FOLDS_NONE : shared ? FOLDS_APART : FOLDS_TOGETHER;
}

double pruner_seconds_elsewhere(const struct pruner_run *run)
{
    if (!run->pruner->seconds_elsewhere)
        return 0;
    const double seconds = run->pruner->seconds_elsewhere(run->options);
    REQUIRE(isfinite(seconds) && seconds >= 0);
    return seconds;
}

struct pruner_watch pruner_watch(const struct pruner_run *run)
{
    struct pruner_watch watch = default_watch(run);
    if (watch.step_share == 0)
        watch.step_share = 1;
    REQUIRE(watch.runs >= 0 && (watch.runs == 0 || watch.epochs >= 1) && watch.pass_every >= -1);
    return watch;
}

static void fill(float *values, size_t n, float value)
{
    for (size_t i = 0; i < n; i++)
        values[i] = value;
}

void pruner_train_on(const struct pruner_run *run, struct pruner_selection *ret_selection)
{
    select_all(run->task.n, ret_selection);
    fill(ret_selection->weight, run->task.n, 1);
    ret_selection->average = ret_selection->spread = false;
    if (run->pruner->train_on)
        run->pruner->train_on(run, ret_selection);
    REQUIRE(ret_selection->count > 0 && ret_selection->count <= run->task.n);
}

bool pruner_watches_training(const struct pruner_run *run)
{
    const struct pruner *pruner = run->pruner;
    if (pruner->watch_training)
        return pruner->watch_training(run);
    return pruner->kind == PRUNER_DYNAMIC && run->needs && !pruner->due &&
           !default_scores_forward(run);
}

static const void *option_value(const struct pruner_run *run, const char *name)
{
    return default_option(run->pruner, run->options, name);
}

double pruner_anneal_share(const struct pruner_run *run)
{
    const double *option = option_value(run, "anneal");
    return run->pruner->anneal ? run->pruner->anneal(run) : option ? *option : 0;
}

int pruner_first_annealed(const struct pruner_run *run)
{
    const int epochs = pruner_epochs(run);
    return epochs - (int)num_round_share(pruner_anneal_share(run), (size_t)epochs);
}

void pruner_go_by_steps(struct pruner_run *run, double done)
{
    run->by_steps = true;
    run->done = done;
}

bool pruner_is_in_last(const struct pruner_run *run, int epoch, double share)
{
    const double rounding = 1e-9;
    const int epochs = pruner_epochs(run), last = (int)num_round_share(share, (size_t)epochs);
    return run->by_steps ? share > 0 && run->done >= 1 - share - rounding
                         : last > 0 && epoch >= epochs - last;
}

bool pruner_anneals(const struct pruner_run *run, int epoch)
{
    return run->pruner->kind == PRUNER_DYNAMIC &&
           pruner_is_in_last(run, epoch, pruner_anneal_share(run));
}

enum pruner_due pruner_due(const struct pruner_run *run, int epoch)
{
    REQUIRE(epoch >= 0);
    if (run->pruner->kind == PRUNER_STATIC)
        return epoch == 0 || sampler_redraws(sampler_options_of(run->pruner, run->options))
                   ? DUE_SELECT
                   : DUE_NO;
    if (pruner_anneals(run, epoch))
        return run->by_steps || epoch == pruner_first_annealed(run) ? DUE_SELECT : DUE_NO;
    const enum pruner_due due = default_due(run, epoch);
    REQUIRE(epoch > 0 || due != DUE_NO);
    return due;
}

/* ---- What it sees ---- */

/* The first value, in the rows seen, that is not finite; NULL where there is none. */
static const float *first_not_finite(const struct pruner_pass *pass, const float *values,
                                     size_t width)
{
    for (size_t i = 0; i < pass->n; i++)
        for (size_t c = 0; c < width && (!pass->seen || pass->seen[i]); c++)
            if (!isfinite(values[i * width + c]))
                return &values[i * width + c];
    return NULL;
}

static int check_pass(const struct pruner_run *run, const struct pruner_pass *pass,
                      const char *split, struct err *err)
{
    const unsigned needs = run->needs;
    const size_t classes = (size_t)run->task.classes;
    const struct {
        unsigned need;
        const char *name;
        const float *values;
        size_t width;
    } arrays[] = {
        {NEEDS_LOSSES, "losses", pass->losses, 1},
        {NEEDS_PROBABILITIES, "probabilities", pass->probabilities, classes},
        {NEEDS_LOGITS, "logits", pass->logits, classes},
        {NEEDS_FEATURES, "features", pass->features, pass->feature_count},
        {NEEDS_GRADIENTS, "gradient norms", pass->gradient_norms, 1},
        {NEEDS_GRADIENTS, "gradient products", pass->gradient_dots, 1},
        {NEEDS_BATCH_LOSSES, "batch losses", pass->batch_losses, 1},
    };
    const unsigned absent = pass->training ? NEEDS_GRADIENTS : NEEDS_BATCH_LOSSES;
    REQUIRE(!(needs & NEEDS_CORRECT) || pass->correct);
    REQUIRE(!(needs & NEEDS_CLASSIFIER) || pass->classifier || *split); /* lent once */
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) {
        if (!(needs & arrays[a].need & ~absent))
            continue;
        REQUIRE(arrays[a].values && arrays[a].width > 0);
        const float *bad = first_not_finite(pass, arrays[a].values, arrays[a].width);
        if (bad)
            return err_set(err, "%s%s of sample %zu: %g after epoch %d", split, arrays[a].name,
                           (size_t)(bad - arrays[a].values) / arrays[a].width, (double)*bad,
                           pass->epoch);
    }
    return 0;
}

int pruner_observe(struct pruner_run *run, const struct pruner_pass *pass, struct err *err)
{
    const struct pruner *pruner = run->pruner;
    /* Training says nothing of the validation split. */
    const bool validates = (run->needs & NEEDS_VALIDATION) && !pass->training;
    REQUIRE(pruner->observe || pruner_trains_proxies(pruner));
    REQUIRE(pass->n == run->task.n && (!validates || pass->validation));
    if (check_pass(run, pass, "", err) ||
        (validates && check_pass(run, pass->validation, "validation ", err)))
        return pruner->kind == PRUNER_STATIC
                   ? err_prefix(err, "%s: proxy %d: ", pruner->name, pass->run)
                   : err_prefix(err, "%s: ", pruner->name);
    default_observe(run, pass);
    return 0;
}

/* ---- What it says ---- */

int pruner_score(struct pruner_run *run, struct err *err)
{
    if (!pruner_scores(run->pruner))
        return 0;
    float *scores;
    MEM_NEW(scores, run->task.n);
    struct rng rng = stream(run, 0, DRAWS_SCORE);
    default_score(run, &rng, scores);
    for (size_t i = 0; i < run->task.n; i++)
        if (!isfinite(scores[i])) {
            err_set(err, "%s: bug: the score of sample %zu is %g", run->pruner->name, i,
                    (double)scores[i]);
            mem_free(scores);
            return -1;
        }
    mem_free(run->scores);
    run->scores = scores;
    return 0;
}

void pruner_gather(struct pruner_run *run, struct pruner_run *const *folds, int count,
                   const uint32_t *index)
{
    const struct sampler_options *o = sampler_options_of(run->pruner, run->options);
    float *scores;
    size_t placed = 0;
    MEM_NEW(scores, run->task.n);
    for (int f = count - 1; f >= 0 && sampler_needs(o); f--)
        if (folds[f])
            memcpy(sampler_shares(run), sampler_shares(folds[f]),
                   (size_t)run->task.classes * sizeof(double));
    for (int f = 0; f < count; f++)
        for (size_t j = 0; folds[f] && j < folds[f]->task.n; j++)
            scores[index[placed++]] = folds[f]->scores[j];
    REQUIRE(placed == run->task.n);
    mem_free(run->scores);
    run->scores = scores;
}

void pruner_restore(struct pruner_run *run, const void *state, const float *scores)
{
    REQUIRE(!scores || pruner_scores(run->pruner));
    if (run->state_size > 0)
        memcpy(run->state, state, run->state_size);
    if (!scores)
        return;
    if (!run->scores)
        MEM_NEW(run->scores, run->task.n);
    memcpy(run->scores, scores, run->task.n * sizeof *scores);
}

/* ---- What it chooses ---- */

void pruner_report(struct pruner_run *run, const char *method, double objective, int64_t moves)
{
    REQUIRE(run->solution_count < PRUNER_MAX_SOLUTIONS);
    const int64_t now = time_now();
    run->solutions[run->solution_count++] =
        (struct pruner_solution){method, objective, moves, now - run->reported_at};
    run->reported_at = now;
}

/* What a pruner without choose() does. */
static void select_by_score(struct pruner_run *run, struct rng *rng,
                            struct pruner_selection *ret_selection)
{
    static const struct sampler_options highest; /* of one without the options */
    const struct sampler_options *o = sampler_options_of(run->pruner, run->options);
    REQUIRE(run->scores);
    sampler_choose(run, o ? o : &highest, NULL, rng, ret_selection);
}

static int check_count(const struct pruner_run *run, int epoch, size_t count, struct err *err)
{
    const bool soft = run->pruner->flags & PRUNER_SOFT_BUDGET;
    const size_t most = soft ? run->task.n : run->task.keep, least = soft ? 1 : most;
    if (count >= least && count <= most)
        return 0;
    return err_set(err, "%s: bug: kept %zu samples before epoch %d, expected %s%zu",
                   run->pruner->name, count, epoch, soft ? "1 to " : "", most);
}

static const float NOT_KEPT = -1;

/* ret_weights[n]: the weight of each sample that is kept, NOT_KEPT of the others. */
static int check_samples(const struct pruner_run *run, int epoch,
                         const struct pruner_selection *selection, float *ret_weights,
                         struct err *err)
{
    const char *name = run->pruner->name;
    const bool weighs = run->pruner->flags & (PRUNER_WEIGHS | PRUNER_SOFT_BUDGET);
    fill(ret_weights, run->task.n, NOT_KEPT);
    for (size_t j = 0; j < selection->count; j++) {
        const uint32_t i = selection->index[j];
        const float weight = selection->weight[j];
        if (i >= run->task.n)
            return err_set(err, "%s: bug: kept sample %u of %zu before epoch %d", name, i,
                           run->task.n, epoch);
        if (ret_weights[i] != NOT_KEPT)
            return err_set(err, "%s: bug: kept sample %u twice before epoch %d", name, i, epoch);
        if (!isfinite(weight) || weight < 0 || (!weighs && weight != 1))
            return err_set(err, "%s: bug: weight %g of sample %u before epoch %d", name,
                           (double)weight, i, epoch);
        ret_weights[i] = weight;
    }
    return 0;
}

/* Checks what was chosen and hands it over, sorted by index. weights [n] is scratch. */
static int deliver(const struct pruner_run *run, int epoch, const struct pruner_selection *chosen,
                   float *weights, struct pruner_selection *ret_selection, struct err *err)
{
    if (check_count(run, epoch, chosen->count, err) ||
        check_samples(run, epoch, chosen, weights, err))
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < run->task.n; i++)
        if (weights[i] != NOT_KEPT) {
            ret_selection->index[count] = (uint32_t)i;
            ret_selection->weight[count++] = weights[i];
        }
    ret_selection->count = count;
    ret_selection->spread = pruner_spreads(run->pruner, run->options);
    return 0;
}

/* The option `weights`. */
static void apply_weights(const struct pruner_run *run, struct pruner_selection *selection)
{
    const int *option = option_value(run, "weights");
    selection->average = option && *option == WEIGHTS_BATCH;
    if (option && *option == WEIGHTS_NONE)
        fill(selection->weight, selection->count, 1);
}

int pruner_select(struct pruner_run *run, int epoch, struct pruner_selection *ret_selection,
                  struct err *err)
{
    const size_t n = run->task.n;
    const bool soft = run->pruner->flags & PRUNER_SOFT_BUDGET;
    run->epoch = epoch;
    run->solution_count = 0;
    run->reported_at = time_now();
    if (pruner_anneals(run, epoch) ||
        (run->pruner->kind == PRUNER_STATIC && !soft && run->task.keep == n)) {
        select_all(n, ret_selection);
        fill(ret_selection->weight, n, 1);
        ret_selection->average = ret_selection->spread = false;
        return 0;
    }
    const struct pruner_task task = run->task;
    rate_schedule_apply(run, epoch);
    /* The pruner fills arrays of our own, so that the caller's stay untouched when it is wrong. */
    struct pruner_selection chosen = {0};
    float *weights;
    MEM_NEW(chosen.index, n);
    MEM_NEW(chosen.weight, n);
    MEM_NEW(weights, n);
    fill(chosen.weight, n, 1);
    struct rng rng = stream(run, epoch, DRAWS_SELECT);
    if (run->pruner->choose)
        run->pruner->choose(run, &rng, &chosen);
    else
        select_by_score(run, &rng, &chosen);
    const int failed = deliver(run, epoch, &chosen, weights, ret_selection, err);
    run->task = task;
    if (!failed)
        apply_weights(run, ret_selection);
    MEM_FREE(chosen.index, chosen.weight, weights);
    return failed;
}

bool pruner_drops(const struct pruner_run *run, int epoch)
{
    const struct pruner *pruner = run->pruner;
    return pruner->batch && !pruner_drops_of_proxies(pruner) && !pruner_anneals(run, epoch);
}

bool pruner_looks_in_training(const struct pruner_run *run)
{
    const int *look = option_value(run, "look");
    return look && *look == LOOK_TRAINING;
}

int pruner_drop(struct pruner_run *run, const struct pruner_batch *batch, size_t step,
                float *ret_weights, struct err *err)
{
    REQUIRE(step < UINT32_MAX - DRAWS_BATCH);
    struct rng rng = stream(run, batch->epoch, DRAWS_BATCH + (uint32_t)step);
    const struct pruner_task task = run->task;
    fill(ret_weights, batch->rows, 1);
    rate_schedule_apply(run, batch->epoch);
    run->pruner->batch(run, batch, &rng, ret_weights);
    run->task = task;
    for (size_t row = 0; row < batch->rows; row++)
        if (!isfinite(ret_weights[row]) || ret_weights[row] < 0)
            return err_set(err, "%s: bug: weight %g of sample %u in epoch %d, batch %zu",
                           run->pruner->name, (double)ret_weights[row], batch->index[row],
                           batch->epoch + 1, step + 1);
    return 0;
}

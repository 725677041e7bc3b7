/*
 * extrapolate: scores a part of the samples, and gives each of the others what its neighbours have.
 *
 * Paper: Schmidt et al., "Effective Data Pruning through Score Extrapolation", arXiv 2506.09010.
 *
 *     U       = a random `share` of the samples; the proxies of `score` train on U alone
 *     score_i = that of `score`                                        i in U
 *             = the mean over the k nearest in U, by Euclidean distance of the features      others
 *
 * and the highest are kept. So what a static score costs falls to its share, and it can pay in a
 * single use. Features are those of the first proxy at its end, which has trained on U.
 *
 * Worked example: features 0, 1, 5, 9, k = 2; the samples at 0, 1 and 9 are scored with 2, 4 and 8:
 * the one at 5 has 4 and 4 as its nearest distances, to 1 and 9, and is given 6.
 *
 * Needs what `score` needs, and features. Cost: the proxies of `score`, with epochs of `share` of
 * the samples, its passes over all of them, and a pass for the features where it has none at the
 * end; then N^2 / 2 products of features.
 *
 * `score` sees passes over all samples, as always, and what training computed of U alone.
 *
 * Known deviations: the authors' features are of a network trained elsewhere (SSCD). Defaults are
 * theirs: share .2, k 12. Ties in distance go to the lower index.
 */
#include "base/num.h"
#include "pruners/inner.h"
#include "pruners/math/geometry.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

struct extrapolate_options {
    struct inner_options inner;
    double share;
    int k;
    struct sampler_options choice;
};

static const struct option table[] = {
    INNER_SCORE("el2n"),
    OPTION_DOUBLE(struct extrapolate_options, share, "0.2", 0, 1,
                  "of the samples, scored; one at least"),
    OPTION_INT(struct extrapolate_options, k, "12", 1, 1000,
               "neighbours whose mean the others get"),
    SAMPLER(struct extrapolate_options),
    OPTION_END,
};

static size_t scored_count(const struct extrapolate_options *o, const struct pruner_task *task)
{
    const size_t count = num_round_share(o->share, task->n);
    return count ? count : 1;
}

/* Neighbours that each of the others has. */
static size_t degree(const struct extrapolate_options *o, const struct pruner_task *task)
{
    const size_t count = scored_count(o, task), k = (size_t)o->k;
    return k < count ? k : count;
}

/* The state: uint32_t scored[n], neighbours[n][degree]; then the inner pruner's. */
struct parts {
    uint32_t *scored, *neighbours;
    void *inner;
};

/* Of uint32_t, an even number: what comes after them may be a double. */
static size_t word_count(const struct extrapolate_options *o, const struct pruner_task *task)
{
    return (mem_size(task->n, degree(o, task) + 1) + 1) / 2 * 2;
}

static size_t state_size(const void *options, const struct pruner_task *task)
{
    return mem_size(word_count(options, task), sizeof(uint32_t)) + inner_state_size(options, task);
}

static struct parts parts_of(const struct pruner_run *run)
{
    struct parts parts = {.scored = run->state};
    parts.neighbours = parts.scored + run->task.n;
    parts.inner = parts.scored + word_count(run->options, &run->task);
    return parts;
}

/* The run, with the inner pruner's part of the state. */
static struct pruner_run inner_run(const struct pruner_run *run)
{
    struct pruner_run inner = *run;
    inner.state = parts_of(run).inner;
    return inner;
}

static void init(struct pruner_run *run, struct rng *rng)
{
    const struct parts parts = parts_of(run);
    const size_t n = run->task.n, count = scored_count(run->options, &run->task);
    struct pruner_run inner = inner_run(run);
    uint32_t *order;
    MEM_NEW(order, n);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    draw_front(rng, order, n, count);
    for (size_t j = 0; j < count; j++)
        parts.scored[order[j]] = 1;
    mem_free(order);
    inner_init(&inner, rng);
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    const struct extrapolate_options *o = run->options;
    struct pruner_watch watch = inner_watch_and_look(run);
    watch.step_share = o->share;
    return watch;
}

static void train_on(const struct pruner_run *run, struct pruner_selection *ret_selection)
{
    const struct parts parts = parts_of(run);
    size_t count = 0;
    for (size_t i = 0; i < run->task.n; i++)
        if (parts.scored[i])
            ret_selection->index[count++] = (uint32_t)i;
    ret_selection->count = count;
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct parts parts = parts_of(run);
    struct pruner_run inner = inner_run(run);
    inner_observe(&inner, pass);
    if (!inner_is_last_look(run, pass))
        return;
    uint8_t *among;
    float *distances;
    const size_t k = degree(run->options, &run->task);
    MEM_NEW(among, pass->n);
    MEM_NEW(distances, mem_size(pass->n, k));
    for (size_t i = 0; i < pass->n; i++)
        among[i] = parts.scored[i] != 0;
    geometry_neighbours(pass->features, pass->n, pass->feature_count, k, among, parts.neighbours,
                        distances);
    MEM_FREE(among, distances);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    const struct parts parts = parts_of(run);
    const size_t n = run->task.n, k = degree(run->options, &run->task);
    struct pruner_run inner = inner_run(run);
    inner_score(&inner, rng, ret_scores);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        if (parts.scored[i])
            continue;
        for (size_t edge = i * k; edge < (i + 1) * k; edge++)
            sum += (double)ret_scores[parts.neighbours[edge]];
        ret_scores[i] = (float)(sum / (double)k);
    }
}

const struct pruner extrapolate_pruner = {
    .name = "extrapolate",
    .help = "the highest by `score`, which only a random share of them has; the others have the "
            "mean of their neighbours'",
    .cite = "Schmidt et al. 2025, arXiv 2506.09010",
    .cost = "that of `score`, with epochs of `share` of the samples, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    KIND_OPTIONS(struct extrapolate_options, table),
    .check = inner_check,
    .more_needs = inner_needs,
    .note = inner_note,
    .state_size = state_size,
    .init = init,
    .watch = watch,
    .train_on = train_on,
    .observe = observe,
    .score = score,
};

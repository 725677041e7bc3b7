/*
 * d2: hard samples, but not the same twice: messages over a graph of neighbours.
 *
 * Paper: Maharana, Yadav and Bansal, "D2 Pruning: Message Passing for Balancing Diversity &
 * Difficulty in Data Pruning", ICLR 2024.
 *
 *     graph      the k nearest other samples of each in phi, d_ij = || phi_i - phi_j ||_2
 *     forward    s_i <- s_i + sum over neighbours j of exp(-d_ij) s_j    from the inner scores
 *     then, until the budget is met:
 *         pick     the highest s_i
 *         reverse  s_j <- s_j - exp(-gamma d_ij) s_i    for the neighbours j of i
 *
 * so that a sample in a hard neighbourhood rises, and falls once one beside it is taken. Example:
 * two samples with s = 2, 1 and d = 0, k = 1: forward gives 3, 3; the first is picked, and the
 * other falls to 3 - 3 = 0.
 *
 * Needs features, and what the inner score needs. Cost: the inner score's, one pass more, and N^2 D
 * / 2 products for the neighbours.
 *
 * The features are those after the last epoch of the inner score's first proxy. Distances are as
 * they are, in the units of the features: the authors' program too takes exp(-d) of the distances
 * that it is given. Where the features lie far apart, the forward messages are therefore small.
 *
 * Our choices: `score` forgetting, k 5, gamma .1. Scores below 0 (aum's) are lifted so that the
 * lowest is 0, as the authors' program does for aum: a message must not change its sign. `drop` is
 * the share of the hardest that is left out first, for wrong labels are among them: they send no
 * messages, and are taken last, the easiest first, where the budget cannot be met without them.
 *
 * Known deviations: the authors take what they drop out of the graph; here it keeps its places in
 * others' neighbourhoods. Their program also has a graph whose edges go both ways, and can pick in
 * strata; this is their graph from given neighbours, with `sum` and `weighted`.
 */
#include "base/num.h"
#include "pruners/inner.h"
#include "pruners/math/geometry.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>

struct d2_options {
    struct inner_options inner;
    int k;
    double gamma, drop;
};

static const struct option table[] = {
    OPTION_INT(struct d2_options, k, "5", 1, 100,
               "neighbours that a sample exchanges messages with"),
    OPTION_DOUBLE(struct d2_options, gamma, "0.1", 0, 1000, "how fast reverse messages fade"),
    OPTION_DOUBLE(struct d2_options, drop, "0", 0, 1,
                  "share of the hardest that is left out first"),
    INNER_SCORE("forgetting"),
    OPTION_END,
};

/* Neighbours that each sample has. */
static size_t degree(const struct d2_options *o, const struct pruner_task *task)
{
    const size_t k = (size_t)o->k;
    return k < task->n ? k : task->n - 1;
}

/* The state: uint32_t neighbours[n][degree], float distances[n][degree], the inner pruner's. */
struct parts {
    uint32_t *neighbours;
    float *distances;
    void *inner;
};

static size_t edge_count(const struct d2_options *o, const struct pruner_task *task)
{
    return mem_size(task->n, degree(o, task));
}

static size_t state_size(const void *options, const struct pruner_task *task)
{
    const struct d2_options *o = options;
    return mem_size(edge_count(o, task), sizeof(uint32_t) + sizeof(float)) +
           inner_state_size(options, task);
}

static struct parts parts_of(const struct pruner_run *run)
{
    const size_t edges = edge_count(run->options, &run->task);
    struct parts parts = {.neighbours = run->state};
    void *after = parts.neighbours + edges;
    parts.distances = after;
    parts.inner = parts.distances + edges;
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
    struct pruner_run inner = inner_run(run);
    inner_init(&inner, rng);
}

/* The inner pruner's, and a pass after the last epoch for the graph. */
static struct pruner_watch watch(const struct pruner_run *run)
{
    struct pruner_watch inner = inner_watch(run);
    if (inner.runs == 0)
        return select_at_watch(0, run);
    if (inner.pass_every < 0)
        inner.pass_every = 0;
    return inner;
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct parts parts = parts_of(run);
    const size_t k = degree(run->options, &run->task);
    struct pruner_run inner = inner_run(run);
    inner_observe(&inner, pass);
    if (!pass->training && pass->run == 0 && pass->epoch == watch(run).epochs && k > 0)
        geometry_neighbours(pass->features, pass->n, pass->feature_count, k, parts.neighbours,
                            parts.distances);
}

/* s [n] lifted to 0; those of the `drop` hardest become -1 - s, below all others. */
static void lift_and_drop(float *s, size_t n, double drop)
{
    uint32_t *hardest;
    MEM_NEW(hardest, n);
    num_order(s, n, hardest);
    const float lowest = fminf(s[hardest[n - 1]], 0);
    for (size_t i = 0; i < n; i++)
        s[i] -= lowest;
    const size_t dropped = num_round_share(drop, n);
    for (size_t j = 0; j < dropped; j++)
        s[hardest[j]] = -1 - s[hardest[j]];
    mem_free(hardest);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    const struct d2_options *o = run->options;
    const struct parts parts = parts_of(run);
    const size_t n = run->task.n, k = degree(o, &run->task);
    struct pruner_run inner = inner_run(run);
    float *s;
    MEM_NEW(s, n);
    inner_score(&inner, rng, s);
    lift_and_drop(s, n, o->drop);
    for (size_t i = 0; i < n; i++) {
        double sum = (double)s[i];
        for (size_t edge = i * k; edge < (i + 1) * k && s[i] >= 0; edge++) {
            const double told = (double)s[parts.neighbours[edge]];
            if (told > 0)
                sum += exp(-(double)parts.distances[edge]) * told;
        }
        ret_scores[i] = (float)sum;
    }
    mem_free(s);
}

/* The place of the highest value under updates: a knockout. Ties go to the lower index. */
struct knockout {
    size_t size;      /* a power of two >= n */
    double *values;   /* [size] -INFINITY: not in the running */
    uint32_t *winner; /* [2 size] of each match, at 1 the last; leaves from `size` on */
};

static void play(struct knockout *k, size_t match)
{
    const uint32_t a = k->winner[2 * match], b = k->winner[2 * match + 1];
    k->winner[match] = k->values[b] > k->values[a] ? b : a;
}

static void knockout_init(struct knockout *k, const float *values, size_t n)
{
    for (k->size = 1; k->size < n; k->size *= 2)
        continue;
    MEM_NEW(k->values, k->size);
    MEM_NEW(k->winner, 2 * k->size);
    for (size_t i = 0; i < k->size; i++) {
        k->values[i] = i < n && values[i] >= 0 ? (double)values[i] : -HUGE_VAL;
        k->winner[k->size + i] = (uint32_t)i;
    }
    for (size_t match = k->size - 1; match > 0; match--)
        play(k, match);
}

static void knockout_set(struct knockout *k, size_t i, double value)
{
    k->values[i] = value;
    for (size_t match = (k->size + i) / 2; match > 0; match /= 2)
        play(k, match);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    (void)rng;
    const struct d2_options *o = run->options;
    const struct parts parts = parts_of(run);
    const size_t n = run->task.n, keep = run->task.keep, k = degree(o, &run->task);
    struct knockout left;
    size_t count = 0;
    knockout_init(&left, run->scores, n);
    for (; count < keep; count++) {
        const uint32_t best = left.winner[1];
        const double s = left.values[best];
        if (s == -HUGE_VAL)
            break;
        ret_selection->index[count] = best;
        knockout_set(&left, best, -HUGE_VAL);
        for (size_t edge = best * k; edge < (best + 1) * k; edge++) {
            const uint32_t j = parts.neighbours[edge];
            if (left.values[j] > -HUGE_VAL)
                knockout_set(&left, j,
                             left.values[j] - exp(-o->gamma * (double)parts.distances[edge]) * s);
        }
    }
    if (count < keep) { /* only the dropped are left; in `order` they come after all others */
        uint32_t *order;
        MEM_NEW(order, n);
        num_order(run->scores, n, order);
        memcpy(ret_selection->index + count, order + count, (keep - count) * sizeof *order);
        mem_free(order);
    }
    ret_selection->count = keep;
    MEM_FREE(left.values, left.winner);
}

const struct pruner d2_pruner = {
    .name = "d2",
    .help = "the hardest by `score`; each one taken lowers its k neighbours in feature space",
    .cite = "Maharana et al. 2024, ICLR",
    .cost = "that of `score`, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    KIND_OPTIONS(struct d2_options, table),
    .check = inner_check,
    .more_needs = inner_needs,
    .note = inner_note,
    .state_size = state_size,
    .init = init,
    .observe = observe,
    .watch = watch,
    .score = score,
    .choose = choose,
};

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
 * Which graph: `graph: directed`, the default, is the one above, as the authors' program has it
 * where it is given the neighbours; there the choice is the same at rates .3, .5, .7 and .9. By
 * default that program makes its graph itself, and lays an edge both ways between a sample and each
 * of its k nearest (core/data/sampling.py): `graph: mutual`, in which whoever is near to many has
 * many neighbours. For CIFAR it makes one such graph for each class, within the class's budget:
 * `balance: class`. These are other choices: of 600 samples of a recorded network mutual shares 332
 * of 420, 172 of 300, 56 of 180 and 21 of 60 with directed, with a graph a class 149 of 300, where
 * a random subset shares 150; on a LeNet's features it takes the easier samples. `preset:
 * authors-90` is their README's setting for CIFAR-10 at rate .9.
 *
 * Known deviations: the authors take what they drop out of the graph; here it keeps its places in
 * others' neighbourhoods. `drop` is a share of all samples, also with a graph a class (our choice).
 * Their program can also pick in strata.
 */
#include "base/num.h"
#include "pruners/inner.h"
#include "pruners/math/geometry.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>

enum graph { GRAPH_DIRECTED, GRAPH_MUTUAL };

static const char *const graphs[] = {"directed", "mutual", NULL};

struct d2_options {
    struct inner_options inner;
    int k;
    double gamma, drop;
    int graph;   /* enum graph */
    int balance; /* enum select_balance */
};

static const struct option table[] = {
    OPTION_INT(struct d2_options, k, "5", 1, 100,
               "neighbours that a sample exchanges messages with"),
    OPTION_DOUBLE(struct d2_options, gamma, "0.1", 0, 1000, "how fast reverse messages fade",
                  .chooses = true),
    OPTION_DOUBLE(struct d2_options, drop, "0", 0, 1,
                  "share of the hardest that is left out first"),
    INNER_SCORE("forgetting"),
    OPTION_ENUM(struct d2_options, graph, "directed", graphs,
                "mutual: an edge both ways where one is near to the other", .added_later = true),
    OPTION_ENUM(struct d2_options, balance, "none", select_balance_names,
                "class: a graph, and its share of the budget, for each class", .added_later = true),
    OPTION_END,
};

static const uint32_t NOBODY = UINT32_MAX;

/* Neighbours that there is room for; a class may have fewer samples. */
static size_t degree(const struct d2_options *o, const struct pruner_task *task)
{
    const size_t k = (size_t)o->k;
    return k < task->n ? k : task->n - 1;
}

/* The state: uint32_t neighbours[n][degree], NOBODY where there is none, float
   distances[n][degree], the inner pruner's. */
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

/* The neighbours of rows[n], samples of one class, among each other. */
static void find_of_class(const struct pruner_pass *pass, const uint32_t *rows, size_t n,
                          size_t degree, const struct parts *parts)
{
    const size_t d = pass->feature_count, k = degree < n ? degree : n - 1;
    uint32_t *near;
    float *features, *apart;
    if (k == 0)
        return;
    MEM_NEW(features, mem_size(n, d));
    MEM_NEW(near, mem_size(n, k));
    MEM_NEW(apart, mem_size(n, k));
    for (size_t j = 0; j < n; j++)
        memcpy(features + j * d, pass->features + rows[j] * d, d * sizeof *features);
    geometry_neighbours(features, n, d, k, NULL, near, apart);
    for (size_t j = 0; j < n; j++)
        for (size_t e = 0; e < k; e++) {
            parts->neighbours[rows[j] * degree + e] = rows[near[j * k + e]];
            parts->distances[rows[j] * degree + e] = apart[j * k + e];
        }
    MEM_FREE(features, near, apart);
}

static void find_by_class(const struct pruner_pass *pass, size_t classes, size_t degree,
                          const struct parts *parts)
{
    uint32_t *rows;
    size_t *first;
    MEM_NEW(rows, pass->n);
    MEM_NEW(first, classes + 1);
    geometry_group(pass->labels, pass->n, classes, rows, first);
    for (size_t e = 0; e < pass->n * degree; e++)
        parts->neighbours[e] = NOBODY;
    for (size_t c = 0; c < classes; c++)
        if (first[c + 1] > first[c])
            find_of_class(pass, rows + first[c], first[c + 1] - first[c], degree, parts);
    MEM_FREE(rows, first);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct d2_options *o = run->options;
    const struct parts parts = parts_of(run);
    const size_t k = degree(o, &run->task);
    struct pruner_run inner = inner_run(run);
    inner_observe(&inner, pass);
    if (k == 0 || !inner_is_last_look(run, pass))
        return;
    if (o->balance == BALANCE_CLASS)
        find_by_class(pass, (size_t)run->task.classes, k, &parts);
    else
        geometry_neighbours(pass->features, pass->n, pass->feature_count, k, NULL, parts.neighbours,
                            parts.distances);
}

/* Edges by sample: those of i are first[i] to first[i + 1]. */
struct edges {
    size_t *first; /* [n + 1] */
    uint32_t *to;  /* [first[n]] */
    float *apart;
};

static bool is_near(const struct parts *parts, size_t k, size_t i, uint32_t j)
{
    for (size_t e = i * k; e < (i + 1) * k; e++)
        if (parts->neighbours[e] == j)
            return true;
    return false;
}

/* Each sample's own neighbours come first, by distance; then, in a mutual graph, whoever it is a
   neighbour of, by index. */
static void edges_init(struct edges *ret_edges, const struct pruner_run *run)
{
    const struct d2_options *o = run->options;
    const struct parts parts = parts_of(run);
    const size_t n = run->task.n, k = degree(o, &run->task);
    size_t *next;
    struct edges edges = {0};
    MEM_NEW(edges.first, n + 1);
    MEM_NEW(next, n);
    for (int fill = 0; fill < 2; fill++) {
        for (int back = 0; back <= (o->graph == GRAPH_MUTUAL); back++)
            for (size_t e = 0; e < n * k; e++) {
                const uint32_t near = parts.neighbours[e], i = (uint32_t)(e / k);
                if (near == NOBODY || (back && is_near(&parts, k, near, i)))
                    continue;
                const uint32_t from = back ? near : i, to = back ? i : near;
                if (fill) {
                    edges.to[next[from]] = to;
                    edges.apart[next[from]] = parts.distances[e];
                }
                next[from]++;
            }
        if (fill)
            break;
        for (size_t i = 0; i < n; i++) {
            edges.first[i + 1] = edges.first[i] + next[i];
            next[i] = edges.first[i];
        }
        MEM_NEW(edges.to, edges.first[n]);
        MEM_NEW(edges.apart, edges.first[n]);
    }
    mem_free(next);
    *ret_edges = edges;
}

static void edges_release(struct edges *edges)
{
    MEM_FREE(edges->first, edges->to, edges->apart);
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
    const size_t n = run->task.n;
    struct pruner_run inner = inner_run(run);
    struct edges edges;
    float *s;
    MEM_NEW(s, n);
    inner_score(&inner, rng, s);
    lift_and_drop(s, n, o->drop);
    edges_init(&edges, run);
    for (size_t i = 0; i < n; i++) {
        double sum = (double)s[i];
        for (size_t e = edges.first[i]; e < edges.first[i + 1] && s[i] >= 0; e++) {
            const double told = (double)s[edges.to[e]];
            if (told > 0)
                sum += exp(-(double)edges.apart[e]) * told;
        }
        ret_scores[i] = (float)sum;
    }
    edges_release(&edges);
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

/* ret_left[classes]: how many each class may have. */
static void budgets_of(const struct pruner_run *run, size_t *ret_left)
{
    const struct d2_options *o = run->options;
    for (int c = 0; c < run->task.classes; c++)
        ret_left[c] = run->task.keep;
    if (o->balance == BALANCE_CLASS)
        select_budgets(&run->task, ret_left);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    (void)rng;
    const struct d2_options *o = run->options;
    const struct pruner_task *task = &run->task;
    const size_t n = task->n, keep = task->keep;
    struct knockout left;
    struct edges edges;
    size_t *budgets, count = 0;
    uint32_t *order;
    uint8_t *taken;
    MEM_NEW(budgets, (size_t)task->classes);
    MEM_NEW(order, n);
    MEM_NEW(taken, n);
    budgets_of(run, budgets);
    edges_init(&edges, run);
    knockout_init(&left, run->scores, n);
    while (count < keep) {
        const uint32_t best = left.winner[1];
        const double s = left.values[best];
        if (s == -HUGE_VAL)
            break;
        knockout_set(&left, best, -HUGE_VAL);
        if (budgets[task->labels[best]] == 0)
            continue;
        budgets[task->labels[best]]--;
        taken[best] = 1;
        ret_selection->index[count++] = best;
        for (size_t e = edges.first[best]; e < edges.first[best + 1]; e++) {
            const uint32_t j = edges.to[e];
            if (left.values[j] > -HUGE_VAL)
                knockout_set(&left, j,
                             left.values[j] - exp(-o->gamma * (double)edges.apart[e]) * s);
        }
    }
    num_order(run->scores, n, order); /* only the dropped are left; they come after all others */
    for (size_t j = 0; j < n && count < keep; j++)
        if (!taken[order[j]] && budgets[task->labels[order[j]]] > 0) {
            budgets[task->labels[order[j]]]--;
            ret_selection->index[count++] = order[j];
        }
    ret_selection->count = keep;
    edges_release(&edges);
    MEM_FREE(left.values, left.winner, budgets, order, taken);
}

const struct pruner d2_pruner = {
    .name = "d2",
    .help = "the hardest by `score`; each one taken lowers its k neighbours in feature space",
    .cite = "Maharana et al. 2024, ICLR",
    .cost = "that of `score`, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    KIND_OPTIONS(struct d2_options, table),
    .presets = KIND_PRESETS({"authors-90", "graph=mutual balance=class drop=0.4",
                             "the authors' for CIFAR-10 at rate .9"}),
    .check = inner_check,
    .more_needs = inner_needs,
    .note = inner_note,
    .state_size = state_size,
    .init = init,
    .observe = observe,
    .watch = inner_watch_and_look,
    .score = score,
    .choose = choose,
};

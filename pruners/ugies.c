/*
 * ugies: draws an epoch's samples by how uncertain the network is of them and how typical they are.
 *
 * Paper: "Data selection on graphs" (UGIES), ICML 2026 (arXiv 2606.12913).
 *
 *     when training sees i:    d_i = mean cosine distance of its features to those of all others
 *                                    (among: class    to those of its class)
 *                              s_i = w H(p_i) - d_i          H = entropy      (sign: plus    + d_i)
 *     before each epoch:       the 1 % of the highest s;    of the m others as many as the budget
 *                              has left, without replacement, with probabilities ~ exp(s_i / T)
 *     weight                   1 of the 1 %, m / drawn of the others
 *
 * At the default T = 5 the probabilities of two samples differ by a factor of e^((ln C + 2) / 5) at
 * the most, 2.4 with 10 classes: nearly uniform. `random-dynamic` is the control.
 *
 * Worked example: N = 100, rate .5: 1 sample at the top and 49 drawn of the other 99, which weigh
 * 99 / 49 each.
 *
 * The weights have a mean of 1 / (1 - rate), which multiplies the learning rate where a batch's
 * losses are divided by its rows, as in the authors' program (`weights: rows`; theirs train with
 * LARS, which knows no length of a gradient). With plain SGD that is too much at high rates: mlp on
 * the synthetic set, lr .2, rate .7, 3 seeds: .786 where random-dynamic has .831; draws that are
 * uniform (T 1e6) have .797 with these weights, and at .3 of the learning rate .830. So by default
 * a batch's losses are divided by the sum of its weights (our choice).
 *
 * The budget is exact. Needs training's own
 * features and probabilities: O(N (features + classes)) an epoch, no forward pass. Samples never
 * trained on come first, in random order (our choice). Draws without replacement are the highest of
 * s / T plus a Gumbel number each.
 *
 * They report 95.9 and 95.4 % on CIFAR-10 and 78.9, 78.6 and 77.6 % on CIFAR-100.
 *
 * Known deviations: in the authors' program (training/cifar/cifar_full_graph_dataloader.py at
 * revision 017e302) the features are those of a network that was trained before, and d is fixed, of
 * all samples or of the class's and those in the same of 10 clusters; here they are the features
 * training itself had last (our choice: no network to be charged), which move. It draws with
 * replacement and takes a sample as often as drawn. Its comment calls d a similarity: with a minus
 * it prefers the typical, and its ImageNet program, with a plus and w .2, the rare; the paper
 * speaks of diversity. Its kept share of .625 goes with 30 % left out, the last epochs on all data
 * included: here `anneal`.
 */
#include "base/num.h"
#include "pruners/math/geometry.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

#include <math.h>

enum among { AMONG_ALL, AMONG_CLASS };
enum sign { SIGN_MINUS, SIGN_PLUS };

static const char *const among_names[] = {"all", "class", NULL};
static const char *const sign_names[] = {"minus", "plus", NULL};

struct ugies_options {
    double w, T;
    int among, sign; /* enum among, enum sign */
    int weights;     /* enum select_weights */
    double anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_DOUBLE(struct ugies_options, w, "1", 0, 1000, "weight of the entropy"),
    OPTION_DOUBLE(struct ugies_options, T, "5", 0.001, 1e6, "temperature of the draws"),
    OPTION_ENUM(struct ugies_options, among, "all", among_names, "whom features are far from"),
    OPTION_ENUM(struct ugies_options, sign, "minus", sign_names,
                "minus: the typical first; plus: the rare"),
    SELECT_WEIGHTS(struct ugies_options),
    OPTION_DOUBLE(struct ugies_options, anneal, "0.125", 0, 1,
                  "share of the epochs, at the end, that use all data"),
    RATE_SCHEDULE(struct ugies_options),
    OPTION_END,
};

static const double TOP = 0.01; /* share that is always kept */

struct sample {
    float score;
    bool observed;
};

static double entropy(const float *p, size_t classes)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum -= p[c] > 0 ? (double)p[c] * log((double)p[c]) : 0;
    return sum;
}

static bool is_seen(const struct pruner_pass *pass, size_t i)
{
    return !pass->seen || pass->seen[i];
}

/* 1 / || phi ||; 0 where it is 0. */
static double scale_of(const float *phi, size_t d)
{
    double square = 0;
    for (size_t f = 0; f < d; f++)
        square += (double)phi[f] * (double)phi[f];
    return square > 0 ? 1 / sqrt(square) : 0;
}

/* ret_apart[n], of those seen: 1 - the mean cosine with all others, or with those of the class. */
static void measure(const struct pruner_pass *pass, enum among among, size_t classes,
                    double *ret_apart)
{
    const size_t d = pass->feature_count;
    double *sums, *sizes; /* [classes][d] of directions, [classes]; all: those of class 0 */
    MEM_NEW(sums, mem_size(classes, d));
    MEM_NEW(sizes, classes);
    for (size_t i = 0; i < pass->n; i++) {
        const size_t group = among == AMONG_CLASS ? pass->labels[i] : 0;
        if (!is_seen(pass, i))
            continue;
        const double scale = scale_of(pass->features + i * d, d);
        for (size_t f = 0; f < d; f++)
            sums[group * d + f] += scale * (double)pass->features[i * d + f];
        sizes[group]++;
    }
    for (size_t i = 0; i < pass->n; i++) {
        const size_t group = among == AMONG_CLASS ? pass->labels[i] : 0;
        const float *phi = pass->features + i * d;
        if (!is_seen(pass, i))
            continue;
        const double scale = scale_of(phi, d), others = sizes[group] - 1, own = scale > 0 ? 1 : 0,
                     alike = scale * geometry_dot(phi, sums + group * d, d) - own;
        ret_apart[i] = others > 0 ? 1 - alike / others : 0;
    }
    MEM_FREE(sums, sizes);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct ugies_options *o = run->options;
    struct sample *samples = run->state;
    const size_t classes = (size_t)run->task.classes;
    double *apart;
    MEM_NEW(apart, pass->n);
    measure(pass, (enum among)o->among, classes, apart);
    for (size_t i = 0; i < pass->n; i++) {
        if (!is_seen(pass, i))
            continue;
        const double uncertain = o->w * entropy(pass->probabilities + i * classes, classes);
        samples[i].score =
            (float)(o->sign == SIGN_PLUS ? uncertain + apart[i] : uncertain - apart[i]);
        samples[i].observed = true;
    }
    mem_free(apart);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    const struct ugies_options *o = run->options;
    const struct sample *samples = run->state;
    const size_t n = run->task.n, keep = run->task.keep, share = num_round_share(TOP, n),
                 top = share < keep ? share : keep;
    float *scores, *keys;
    uint8_t *fresh;
    uint32_t *order;
    MEM_NEW(scores, n);
    MEM_NEW(keys, n);
    MEM_NEW(fresh, n);
    MEM_NEW(order, n);
    for (size_t i = 0; i < n; i++) {
        scores[i] = samples[i].score;
        fresh[i] = !samples[i].observed;
        keys[i] = (float)((double)scores[i] / o->T - log(-log(1 - rng_uniform(rng))));
    }
    select_rank(scores, fresh, n, rng, order);
    for (size_t j = 0; j < top; j++)
        keys[order[j]] = INFINITY;
    num_order(keys, n, ret_selection->index);
    for (size_t j = top; j < keep; j++)
        ret_selection->weight[j] = (float)((double)(n - top) / (double)(keep - top));
    ret_selection->count = keep;
    MEM_FREE(scores, keys, fresh, order);
}

const struct pruner ugies_pruner = {
    .name = "ugies",
    .help = "drawn by the entropy of their predictions less their distance from the others",
    .cite = "UGIES 2026, ICML",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_PROBABILITIES | NEEDS_FEATURES,
    .flags = PRUNER_WEIGHS,
    KIND_OPTIONS(struct ugies_options, table),
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .choose = choose,
};

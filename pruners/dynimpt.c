/*
 * dynimpt: the middle of each class by three measures of the last few losses.
 *
 * Paper: Huang, Zhang, Guo, Shang and Fu, "DynImpt: A Dynamic Data Selection Method for Improving
 * Model Training Efficiency", IEEE TKDE 2024.
 *
 *     L_t,i = the loss of sample i in each of the last W epochs, L_0 the oldest; who was not
 *             trained on in an epoch has the loss of the one before
 *     a_i   = L_W-1,i - L_0,i                     it fell by less than others' did
 *     b_i   = L_W-1,i                             it is high
 *     c_i   = standard deviation of L_t,i over t  it goes up and down
 *     s_i   = a_i + b_i + c_i, each scaled to 0 .. 1 over all samples
 *     before each epoch, of each class:  keep: middle   without the highest and the lowest s, as
 *                                                       many of both (an odd one: of the highest)
 *                                        keep: easy     the lowest s
 *                                        keep: hard     the highest s
 *     the first W epochs, and each `full_every`-th: all data
 *
 * The paper divides the fall by the mean's, which is one number, positive by its sign rule: the
 * scaling to 0 .. 1 takes it out again.
 *
 * Worked example: W = 2, losses 1 2 4 4 of four samples and then 1 1 2 4: a = 0 -1 -2 0, scaled
 * 1 .5 0 1; b scaled 0 0 1/3 1; c = 0 .5 1 0; s = 1, 1, 1.33, 2. Of one class and rate .5, samples
 * 0 and 2 are kept: 3 is the highest, and of the equal 0 and 1 the later is the lower.
 *
 * The budget is soft because of the whole epochs; each other epoch keeps the rate's share of every
 * class (select_budgets). Needs training's own losses: O(N log N) an epoch, no forward pass. State:
 * W losses a sample.
 *
 * One outlier sets the scale of a measure for all: with a single huge loss, b decides nothing.
 *
 * Known deviations: in the authors' program (mod_train.py at revision 78eb858) the bounds are
 * quantiles of the class, `rate`/2 and 1 - `rate`/2, and what equals a bound is kept, so that ties
 * keep more; here ranks decide, and of equal scores the index. All samples are trained on in each
 * (E / 10)-th epoch of E there, the 20th of their 200; here each 20th, however long the training
 * is. Their published accuracy is that of the best epoch by test data.
 */
#include "base/num.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

#include <math.h>

enum keep { KEEP_MIDDLE, KEEP_EASY, KEEP_HARD };

static const char *const keep_names[] = {"middle", "easy", "hard", NULL};

struct dynimpt_options {
    int W, keep; /* enum keep */
    int full_every;
    double anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    OPTION_INT(struct dynimpt_options, W, "5", 2, 1000, "epochs of the window"),
    OPTION_ENUM(struct dynimpt_options, keep, "middle", keep_names,
                "which part of the scores of each class"),
    OPTION_INT(struct dynimpt_options, full_every, "20", 0, 100000,
               "all samples in every so many epochs, a tenth of the authors' 200; 0: never"),
    SELECT_ANNEAL(struct dynimpt_options),
    RATE_SCHEDULE(struct dynimpt_options),
    OPTION_END,
};

struct dynimpt {
    uint64_t epochs; /* observed */
    float losses[];  /* [W][n]: epoch t is in row t % W */
};

static size_t state_size(const void *options, const struct pruner_task *task)
{
    const struct dynimpt_options *o = options;
    return sizeof(struct dynimpt) + mem_size(mem_size((size_t)o->W, task->n), sizeof(float));
}

static void note(const struct pruner_run *run, struct str *ret_note)
{
    const struct dynimpt_options *o = run->options;
    const int epochs = run->task.epochs;
    if (epochs <= o->W)
        str_addf(ret_note, "its window of %d epochs is not full before the end of %d: all are kept",
                 o->W, epochs);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct dynimpt_options *o = run->options;
    struct dynimpt *state = run->state;
    const size_t n = pass->n, window = (size_t)o->W;
    float *losses = state->losses + state->epochs % window * n;
    const float *before = state->losses + (state->epochs + window - 1) % window * n;
    for (size_t i = 0; i < n; i++)
        losses[i] = !pass->seen || pass->seen[i] ? pass->losses[i] : before[i];
    state->epochs++;
}

/* sums[n] += values scaled to 0 .. 1; equal ones are 0. */
static void add_scaled(const double *values, size_t n, double *sums)
{
    double least = values[0], most = values[0];
    for (size_t i = 1; i < n; i++) {
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    for (size_t i = 0; i < n && most > least; i++)
        sums[i] += (values[i] - least) / (most - least);
}

/* The standard deviation of sample i's losses. */
static double instability(const struct dynimpt *state, size_t window, size_t n, size_t i)
{
    double mean = 0, squares = 0;
    for (size_t t = 0; t < window; t++)
        mean += (double)state->losses[t * n + i] / (double)window;
    for (size_t t = 0; t < window; t++) {
        const double difference = (double)state->losses[t * n + i] - mean;
        squares += difference * difference / (double)window;
    }
    return sqrt(squares);
}

static void score(const struct dynimpt *state, size_t window, size_t n, float *ret_scores)
{
    const float *oldest = state->losses + state->epochs % window * n,
                *newest = state->losses + (state->epochs + window - 1) % window * n;
    double *values, *sums;
    MEM_NEW(values, n);
    MEM_NEW(sums, n);
    for (size_t i = 0; i < n; i++)
        values[i] = (double)newest[i] - (double)oldest[i];
    add_scaled(values, n, sums);
    for (size_t i = 0; i < n; i++)
        values[i] = (double)newest[i];
    add_scaled(values, n, sums);
    for (size_t i = 0; i < n; i++)
        values[i] = instability(state, window, n, i);
    add_scaled(values, n, sums);
    for (size_t i = 0; i < n; i++)
        ret_scores[i] = (float)sums[i];
    MEM_FREE(values, sums);
}

/* Of a class with `out` to leave out, how many of the highest go. */
static size_t out_at_the_top(enum keep keep, size_t out)
{
    return keep == KEEP_EASY ? out : keep == KEEP_HARD ? 0 : (out + 1) / 2;
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    (void)rng;
    const struct dynimpt_options *o = run->options;
    const struct dynimpt *state = run->state;
    struct pruner_task task = run->task;
    const size_t n = task.n, classes = (size_t)task.classes;
    if (state->epochs < (uint64_t)o->W ||
        (o->full_every && (run->epoch + 1) % o->full_every == 0)) {
        select_all(n, ret_selection);
        return;
    }
    task.keep = task.keep ? task.keep : 1; /* the budget is soft, but not nothing */
    float *scores;
    uint32_t *order;
    size_t *sizes, *budgets, *ranks, count = 0;
    MEM_NEW(scores, n);
    MEM_NEW(order, n);
    MEM_NEW(sizes, classes);
    MEM_NEW(budgets, classes);
    MEM_NEW(ranks, classes);
    score(state, (size_t)o->W, n, scores);
    num_order(scores, n, order);
    select_budgets(&task, budgets);
    for (size_t i = 0; i < n; i++)
        sizes[task.labels[i]]++;
    for (size_t j = 0; j < n; j++) {
        const size_t c = task.labels[order[j]], rank = ranks[c]++,
                     first = out_at_the_top((enum keep)o->keep, sizes[c] - budgets[c]);
        if (rank >= first && rank < first + budgets[c])
            ret_selection->index[count++] = order[j];
    }
    ret_selection->count = count;
    MEM_FREE(scores, order, sizes, budgets, ranks);
}

const struct pruner dynimpt_pruner = {
    .name = "dynimpt",
    .help = "the middle of each class by how high the last losses are, how little they fall and "
            "how much they move",
    .cite = "Huang et al. 2024, IEEE TKDE",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES,
    .flags = PRUNER_SOFT_BUDGET,
    KIND_OPTIONS(struct dynimpt_options, table),
    .note = note,
    .state_size = state_size,
    .observe = observe,
    .choose = choose,
};

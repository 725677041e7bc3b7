#include "pruners/soft.h"

#include "base/num.h"
#include "pruners/math/kmeans1d.h"
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

#include <math.h>

/* ---- Scores ---- */

void soft_observe_losses(struct pruner_run *run, const struct pruner_pass *pass)
{
    float *scores = run->state;
    for (size_t i = 0; i < pass->n; i++)
        if (!pass->seen || pass->seen[i])
            scores[i] = pass->losses[i];
}

void soft_observe_batch_losses(struct pruner_run *run, const struct pruner_pass *pass)
{
    const double old = 0.9, newest = 0.1;
    float *scores = run->state;
    for (size_t i = 0; i < pass->n; i++)
        if (!pass->seen || pass->seen[i])
            scores[i] = (float)(old * (double)scores[i] + newest * (double)pass->batch_losses[i]);
}

/* ---- infobatch's rule ---- */

const struct option soft_infobatch_options[] = {
    OPTION_DOUBLE(struct soft_infobatch, delta, "0.875", 0, 1,
                  "share of the epochs that prune; the rest, at the end, use all data"),
    RATE_SCHEDULE(struct soft_infobatch),
    OPTION_END,
};

double soft_infobatch_anneal(const struct pruner_run *run)
{
    const struct soft_infobatch *o = run->options;
    return 1 - o->delta;
}

void soft_infobatch_choose(struct pruner_run *run, struct rng *rng,
                           struct pruner_selection *ret_selection)
{
    const float *scores = run->state;
    const size_t n = run->task.n;
    const double rate = run->task.rate, mean = num_sum(scores, n) / (double)n;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const bool easy = (double)scores[i] < mean;
        if (easy && rng_uniform(rng) < rate)
            continue;
        ret_selection->index[count] = (uint32_t)i;
        ret_selection->weight[count++] = easy ? (float)(1 / (1 - rate)) : 1;
    }
    ret_selection->count = count;
}

/* ---- SeTa's rule ---- */

const struct option soft_seta_options[] = {
    OPTION_DOUBLE(struct soft_seta, r, "0.1", 0, 0.99,
                  "share that is dropped at random in every epoch"),
    OPTION_INT(struct soft_seta, G, "5", 1, 100, "groups of equal difficulty"),
    OPTION_DOUBLE(struct soft_seta, w, "0.9", 0, 1,
                  "share of the groups in the window; their number is rounded, halves to even"),
    OPTION_DOUBLE(struct soft_seta, delta, "0.875", 0, 1,
                  "share of the epochs with a window; the rest, at the end, drop at random only"),
    SELECT_ANNEAL(struct soft_seta),
    OPTION_END,
};

/* Epochs that have a window: those without, at the end, are rounded as annealed ones are. */
static int window_epochs(const struct soft_seta *o, int epochs)
{
    return epochs - (int)num_round_share(1 - o->delta, (size_t)epochs);
}

void soft_seta_note(const struct pruner_run *run, struct str *ret_note)
{
    const struct soft_seta *o = run->options;
    const int epochs = run->task.epochs, windows = window_epochs(o, epochs);
    if (windows <= 1)
        str_addf(ret_note, "its window does not open within %d epoch%s: it only drops at random",
                 epochs, STR_PLURAL(epochs));
    else if (o->delta < 1 && windows == epochs)
        str_addf(ret_note,
                 "the last %.3g of the epochs should be without a window, but of %d that is none",
                 1 - o->delta, epochs);
}

/* Of the samples chosen, keeps those of the groups in the epoch's window. */
static void slide(const struct pruner_run *run, struct pruner_selection *selection)
{
    const struct soft_seta *o = run->options;
    const float *scores = run->state;
    float *values;
    uint32_t *group;
    MEM_NEW(values, selection->count);
    MEM_NEW(group, selection->count);
    for (size_t j = 0; j < selection->count; j++)
        values[j] = scores[selection->index[j]];
    const size_t groups = kmeans1d(values, selection->count, (size_t)o->G, group);
    const size_t rounded = (size_t)rint((double)groups * o->w), size = rounded ? rounded : 1;
    const size_t first = (size_t)run->epoch % (groups - size + 1);
    size_t count = 0;
    for (size_t j = 0; j < selection->count; j++)
        if (group[j] >= first && group[j] < first + size)
            selection->index[count++] = selection->index[j];
    selection->count = count;
    MEM_FREE(values, group);
}

void soft_seta_choose(struct pruner_run *run, struct rng *rng,
                      struct pruner_selection *ret_selection)
{
    const struct soft_seta *o = run->options;
    const size_t n = run->task.n, rounded = num_round_share(1 - o->r, n),
                 count = rounded ? rounded : 1;
    select_all(n, ret_selection);
    draw_front(rng, ret_selection->index, n, count);
    ret_selection->count = count;
    if (run->epoch > 0 && !pruner_is_in_last(run, run->epoch, 1 - o->delta))
        slide(run, ret_selection);
}

/* ---- Batches ---- */

enum pruner_due soft_batches_due(const struct pruner_run *run, int epoch)
{
    (void)run;
    return epoch == 0 ? DUE_SELECT : DUE_NO;
}

const struct option soft_dropout_options[] = {
    OPTION_DOUBLE(struct soft_dropout, tau, "0.3", 0, 1,
                  "a sample is learned from this probability of its label on; 0: when it is right"),
    OPTION_DOUBLE(struct soft_dropout, anneal, "0", 0, 1,
                  "share of the epochs, at the end, that use all data; at least one epoch"),
    SELECT_LOOK(struct soft_dropout),
    OPTION_END,
};

const struct kind_preset soft_dropout_presets[] = {
    {"authors", "look=training", "their program's look"},
    {NULL, NULL, NULL},
};

double soft_dropout_anneal(const struct pruner_run *run)
{
    const struct soft_dropout *o = run->options;
    return fmax(o->anneal, 1.0 / run->task.epochs);
}

static bool is_learned(const float *p, size_t classes, size_t label, double tau)
{
    if (tau > 0)
        return (double)p[label] >= tau;
    for (size_t c = 0; c < classes; c++)
        if (p[c] > p[label] || (c < label && p[c] == p[label]))
            return false;
    return true;
}

size_t soft_dropout_unlearned(const struct pruner_run *run, const struct pruner_batch *batch,
                              float *ret_unlearned)
{
    const struct soft_dropout *o = run->options;
    const size_t classes = (size_t)run->task.classes;
    size_t count = 0;
    for (size_t row = 0; row < batch->rows; row++) {
        const float *p = batch->probabilities + row * classes;
        const bool learned = is_learned(p, classes, batch->labels[row], o->tau);
        ret_unlearned[row] = learned ? 0 : 1;
        count += !learned;
    }
    return count;
}

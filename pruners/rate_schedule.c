#include "pruners/rate_schedule.h"

#include "pruners/defaults.h"

#include <math.h>

const char *const rate_schedule_names[] = {"constant", "square", "linear", NULL};

/* Epochs first .. last - 1 train on one selection. */
struct block {
    int first, last, number;
};

static bool next_block(const struct pruner_run *run, int end, struct block *block)
{
    block->first = block->last++;
    block->number++;
    while (block->last < end && default_due(run, block->last) == DUE_NO)
        block->last++;
    return block->first < end;
}

/* Before it is centred, from 1 to -1. */
static double shape_of(enum rate_schedule schedule, const struct block *block, int end)
{
    if (schedule == RATE_SQUARE)
        return block->number % 2 ? 1 : -1;
    return 1 - (double)(block->first + block->last) / end;
}

void rate_schedule_apply(struct pruner_run *run, int epoch)
{
    const int *schedule = default_option(run->pruner, run->options, "rate_schedule"),
              end = pruner_first_annealed(run);
    struct pruner_task *task = &run->task;
    if (!schedule || *schedule == RATE_CONSTANT || epoch >= end)
        return;
    const enum rate_schedule which = (enum rate_schedule) * schedule;
    const double *swing = default_option(run->pruner, run->options, "swing"),
                 most = *swing * fmin(task->rate, 1 - task->rate);
    double mean = 0, farthest = 0, wanted = 0, kept = 0;
    for (struct block b = {0}; next_block(run, end, &b);)
        mean += shape_of(which, &b, end) * (b.last - b.first) / end;
    for (struct block b = {0}; next_block(run, end, &b);)
        farthest = fmax(farthest, fabs(shape_of(which, &b, end) - mean));
    if (farthest == 0)
        return;
    for (struct block b = {0}; next_block(run, end, &b);) {
        const double more = most * (shape_of(which, &b, end) - mean) / farthest,
                     epochs = b.last - b.first;
        wanted += epochs * ((double)task->keep + more * (double)task->n);
        /* What rounding left over goes to the next ones. */
        const double nearest = floor((wanted - kept) / epochs + 0.5 + 1e-9), /* halves up */
            keep = fmin(fmax(nearest, task->keep > 0), (double)task->n);
        kept += epochs * keep;
        if (epoch < b.last) {
            task->rate -= more;
            task->keep = (size_t)keep;
            return;
        }
    }
}

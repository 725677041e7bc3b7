#include "pruners/class_gradients.h"

#include "base/mem.h"
#include "pruners/select.h"
#include "pruners/snapshot.h"

/* Weights whose sum is 0 say nothing: they become 1. */
static void scale_weights(const double *weights, struct pruner_selection *selection)
{
    double sum = 0;
    for (size_t j = 0; j < selection->count; j++)
        sum += weights[j];
    for (size_t j = 0; j < selection->count; j++)
        selection->weight[j] = sum > 0 ? (float)(weights[j] * ((double)selection->count / sum)) : 1;
}

void class_gradients_select(const struct pruner_run *run, class_gradients_choose *choose,
                            struct pruner_selection *ret_selection)
{
    const struct pruner_task *task = &run->task;
    const struct pruner_pass pass = snapshot_pass(run->state, task, NEEDS_LAST_GRADIENTS, NULL);
    const struct last_layer samples = snapshot_last_layer(&pass, task->classes);
    size_t *budgets;
    double *weights;
    MEM_NEW(budgets, (size_t)task->classes);
    MEM_NEW(weights, task->keep);
    select_budgets(task, budgets);
    size_t count = 0;
    for (int label = 0; label < task->classes; label++) {
        const size_t keep = budgets[label];
        if (keep == 0)
            continue;
        struct class_gradients g;
        class_gradients_init(&g, samples, label);
        uint32_t *rows = ret_selection->index + count;
        for (size_t j = 0; j < keep; j++)
            weights[count + j] = 1;
        choose(run->options, &g, keep, rows, weights + count);
        for (size_t j = 0; j < keep; j++)
            rows[j] = g.members[rows[j]];
        count += keep;
        class_gradients_release(&g);
    }
    ret_selection->count = count;
    scale_weights(weights, ret_selection);
    MEM_FREE(budgets, weights);
}

#include "pruners/select.h"

#include "base/num.h"

const char *const select_weights_names[] = {
    [WEIGHTS_BATCH] = "batch",
    [WEIGHTS_ROWS] = "rows",
    [WEIGHTS_NONE] = "none",
    NULL,
};

const char *const select_balance_names[] = {"none", "class", NULL};
const char *const select_scores_names[] = {"forward", "train", NULL};
const char *const select_look_names[] = {"evaluation", "training", NULL};
const char *const select_params_names[] = {"last", "full", NULL};

int select_epochs(int wanted, const struct pruner_task *task)
{
    return wanted > 0 ? wanted : task->epochs;
}

struct pruner_watch select_at_watch(int at, const struct pruner_run *run)
{
    return (struct pruner_watch){.runs = 1, .epochs = select_epochs(at, &run->task)};
}

struct pruner_watch select_training_watch(int epochs)
{
    return (struct pruner_watch){.runs = 1, .epochs = epochs, .training = true, .pass_every = -1};
}

enum pruner_due select_due(int epoch, int period, enum pruner_due at)
{
    return epoch % period == 0 ? at : DUE_NO;
}

void select_all(size_t n, struct pruner_selection *ret_selection)
{
    for (size_t i = 0; i < n; i++)
        ret_selection->index[i] = (uint32_t)i;
    ret_selection->count = n;
}

void select_everything(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    (void)rng;
    select_all(run->task.n, ret_selection);
}

void select_uniform(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    select_all(run->task.n, ret_selection);
    draw_front(rng, ret_selection->index, run->task.n, run->task.keep);
    ret_selection->count = run->task.keep;
}

void select_top(const struct pruner_task *task, const float *scores, enum select_balance balance,
                struct pruner_selection *ret_selection)
{
    num_order(scores, task->n, ret_selection->index);
    ret_selection->count = task->keep;
    if (balance == BALANCE_NONE)
        return;
    size_t *left, kept = 0;
    MEM_NEW(left, (size_t)task->classes);
    select_budgets(task, left);
    for (size_t j = 0; j < task->n; j++) {
        const uint32_t i = ret_selection->index[j];
        if (left[task->labels[i]] > 0) {
            left[task->labels[i]]--;
            ret_selection->index[kept++] = i;
        }
    }
    mem_free(left);
}

void select_rank(const float *scores, const uint8_t *fresh, size_t n, struct rng *rng,
                 uint32_t *ret_order)
{
    if (!fresh) {
        num_order(scores, n, ret_order);
        return;
    }
    uint32_t *order;
    MEM_NEW(order, n);
    num_order(scores, n, order);
    size_t placed = 0;
    for (size_t i = 0; i < n; i++)
        if (fresh[i])
            ret_order[placed++] = (uint32_t)i;
    rng_shuffle(rng, ret_order, placed);
    for (size_t j = 0; j < n; j++)
        if (!fresh[order[j]])
            ret_order[placed++] = order[j];
    mem_free(order);
}

void select_budgets(const struct pruner_task *task, size_t *ret_budgets)
{
    const size_t classes = (size_t)task->classes;
    for (size_t c = 0; c < classes; c++)
        ret_budgets[c] = 0;
    for (size_t i = 0; i < task->n; i++)
        ret_budgets[task->labels[i]]++;
    num_apportion(ret_budgets, classes, task->n, task->keep, ret_budgets);
}

void select_rest(const uint8_t *taken, size_t n, struct pruner_selection *ret_selection)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (!taken[i])
            ret_selection->index[count++] = (uint32_t)i;
    ret_selection->count = count;
}

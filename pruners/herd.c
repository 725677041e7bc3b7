#include "pruners/herd.h"

#include "pruners/math/geometry.h"
#include "pruners/select.h"

#include <string.h>

const struct option herd_table[] = {
    SELECT_AT(struct herd_options),
    OPTION_END,
};

/* The state is float scores[n]: less one for each that its class takes before. */
size_t herd_state_size(const void *options, const struct pruner_task *task)
{
    (void)options;
    return mem_size(task->n, sizeof(float));
}

struct pruner_watch herd_watch(const struct pruner_run *run)
{
    const struct herd_options *o = run->options;
    return select_at_watch(o->at, run);
}

void herd_observe(struct pruner_run *run, const struct pruner_pass *pass, herd_centre *centre)
{
    const size_t classes = (size_t)run->task.classes, d = pass->feature_count;
    float *scores = run->state;
    uint32_t *rows, *order;
    size_t *first;
    double *target;
    if (pass->training)
        return;
    MEM_NEW(rows, pass->n);
    MEM_NEW(order, pass->n);
    MEM_NEW(first, classes + 1);
    MEM_NEW(target, d);
    geometry_group(pass->labels, pass->n, classes, rows, first);
    for (size_t c = 0; c < classes; c++) {
        const size_t size = first[c + 1] - first[c];
        centre(pass->features, rows + first[c], size, d, target);
        geometry_herd(pass->features, rows + first[c], size, d, target, order);
        for (size_t j = 0; j < size; j++)
            scores[order[j]] = -(float)j;
    }
    mem_free(rows);
    mem_free(order);
    mem_free(first);
    mem_free(target);
}

void herd_score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    memcpy(ret_scores, run->state, run->state_size);
}

void herd_select(struct pruner_run *run, int epoch, struct rng *rng,
                 struct pruner_selection *ret_selection)
{
    (void)epoch;
    (void)rng;
    select_top(&run->task, run->scores, BALANCE_CLASS, ret_selection);
}

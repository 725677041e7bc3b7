#include "pruners/herd.h"

#include "pruners/math/geometry.h"
#include "pruners/select.h"

const struct option herd_table[] = {
    SELECT_AT(struct herd_options),
    OPTION_END,
};

void herd_look(const struct pruner_run *run, const struct pruner_pass *pass, herd_centre *centre,
               double *ret_values)
{
    const size_t classes = (size_t)run->task.classes, d = pass->feature_count;
    uint32_t *rows, *order;
    size_t *first;
    double *target;
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
            ret_values[order[j]] = -(double)j;
    }
    MEM_FREE(rows, order, first, target);
}

void herd_choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    (void)rng;
    select_top(&run->task, run->scores, BALANCE_CLASS, ret_selection);
}

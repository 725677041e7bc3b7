#include "pruners/influence.h"

#include "base/linalg.h"
#include "base/num.h"
#include "pruners/snapshot.h"

#include <math.h>
#include <string.h>

const char *const influence_preset_names[] = {"none", "authors", NULL};

/* Bytes of all influences, as floats. */
static size_t influence_bytes(const struct pruner_task *task)
{
    const size_t parameters = mem_size((size_t)task->classes, task->feature_count + 1);
    return mem_size(mem_size(task->n, parameters), sizeof(float));
}

/* The solver that the options and their memory allow, beside bytes that are taken. */
static enum influence_solver allowed(const struct influence_options *o, size_t parameters,
                                     size_t taken)
{
    const size_t memory = mem_size((size_t)o->memory, 1 << 20);
    const size_t dense = mem_size(mem_size(parameters, parameters), sizeof(double));
    if (o->solver_h == SOLVER_EXACT && (taken > memory || dense > memory - taken))
        return SOLVER_CG;
    return (enum influence_solver)o->solver_h;
}

/* Samples whose influences are computed at a time: blocks of at most 32 MiB, for BLAS's sake. */
static size_t block_count(size_t parameters)
{
    enum { MOST = 1024, LEAST = 8 };
    const size_t fitting = (32 << 20) / (parameters * sizeof(double));
    return fitting < LEAST ? LEAST : fitting < MOST ? fitting : MOST;
}

/* rows[count][P] times factor goes to ret_influences[count][P], if that is not NULL, and to
   ret_norms[count]. */
static void store(const double *rows, size_t count, size_t parameters, double factor,
                  float *ret_influences, float *ret_norms)
{
    for (size_t k = 0; k < count; k++) {
        const double *row = rows + k * parameters;
        ret_norms[k] = (float)(factor * sqrt(linalg_ddot(row, row, parameters)));
        for (size_t j = 0; ret_influences && j < parameters; j++)
            ret_influences[k * parameters + j] = (float)(factor * row[j]);
    }
}

void influence_compute(const struct pruner_run *run, struct rng *rng, float *ret_influences,
                       float *ret_norms)
{
    const struct influence_options *o = run->options;
    const size_t n = run->task.n;
    const bool authors = o->preset == PRESET_AUTHORS;
    const struct pruner_pass pass =
        snapshot_pass(run->state, &run->task, NEEDS_LAST_GRADIENTS, NULL);
    const struct last_layer problem = snapshot_last_layer(&pass, run->task.classes);
    const size_t parameters = influence_parameters(&problem), block = block_count(parameters);
    const enum influence_solver solver =
        allowed(o, parameters, ret_influences ? influence_bytes(&run->task) : 0);
    struct influence_inverse inverse = {0};
    uint32_t *index;
    double *rows; /* [block][P] */
    MEM_NEW(index, block);
    MEM_NEW(rows, mem_size(block, parameters));
    if (solver != SOLVER_LISSA)
        influence_inverse_init(&inverse, &problem, solver,
                               authors ? influence_lissa_damp * influence_lissa_scale : o->lambda);
    /* An estimate of LiSSA's has the authors' factor in it. */
    const double factor =
        (authors && solver != SOLVER_LISSA ? influence_lissa_scale : 1) / (double)n;
    for (size_t first = 0; first < n; first += block) {
        const size_t count = block < n - first ? block : n - first;
        for (size_t k = 0; k < count; k++)
            index[k] = (uint32_t)(first + k);
        if (solver == SOLVER_LISSA) {
            influence_lissa(&problem, index, count, rng, rows);
        } else {
            influence_gradients(&problem, index, count, rows);
            influence_solve(&inverse, rows, count);
        }
        store(rows, count, parameters, factor,
              ret_influences ? ret_influences + first * parameters : NULL, ret_norms + first);
    }
    influence_inverse_release(&inverse);
    MEM_FREE(index, rows);
}

int influence_check(const void *options, const struct pruner_task *task, struct err *err)
{
    const struct influence_options *o = options;
    const size_t mebibyte = 1 << 20, bytes = influence_bytes(task);
    const size_t needed = bytes / mebibyte + (bytes % mebibyte > 0);
    if (needed <= (size_t)o->memory)
        return 0;
    return err_set(
        err,
        "the influences of %zu samples on %d x %zu parameters take %zu MiB, memory is %d; "
        "a model's bottleneck makes them fewer",
        task->n, task->classes, task->feature_count + 1, needed, o->memory);
}

struct anneal_problem influence_all(struct pruner_run *run, struct rng *rng, uint32_t *ret_order)
{
    const size_t n = run->task.n;
    const size_t parameters = (size_t)run->task.classes * (run->task.feature_count + 1);
    float *influences, *norms;
    double *sum;
    MEM_NEW(influences, mem_size(n, parameters));
    MEM_NEW(norms, n);
    MEM_NEW(sum, parameters);
    influence_compute(run, rng, influences, norms);
    num_order(norms, n, ret_order);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < parameters; j++)
            sum[j] += (double)influences[i * parameters + j];
    pruner_report(run, "all", sqrt(linalg_ddot(sum, sum, parameters)), 0);
    MEM_FREE(norms, sum);
    return (struct anneal_problem){.n = n, .width = parameters, .rows = influences};
}

#include "harness/plan/estimate.h"

#include "base/num.h"
#include "harness/cell/cell.h"

#include <math.h>
#include <string.h>

const char *const estimate_basis_names[] = {
    [ESTIMATE_UNKNOWN] = "unknown",   [ESTIMATE_SAME] = "same",
    [ESTIMATE_RATE] = "other rates",  [ESTIMATE_PRUNER] = "other pruners",
    [ESTIMATE_MEASURED] = "measured",
};

struct history_shape estimate_shape_of(const struct store_cell *cell)
{
    return (struct history_shape){.dataset = cell->dataset,
                                  .model = cell->model_label,
                                  .pruner = cell->pruner,
                                  .options = cell->options,
                                  .rate = cell->rate,
                                  .epochs = cell->epochs};
}

/* ---- Seconds ----------------------------------------------------------------------------------*/

/* The narrowest basis on which a run tells something of the shape. */
static enum estimate_basis basis_of(const struct history_run *run,
                                    const struct history_shape *shape)
{
    if (strcmp(run->shape.dataset, shape->dataset) != 0 ||
        strcmp(run->shape.model, shape->model) != 0 || run->shape.epochs <= 0)
        return ESTIMATE_UNKNOWN;
    if (strcmp(run->shape.pruner, shape->pruner) != 0 ||
        strcmp(run->shape.options, shape->options) != 0)
        return ESTIMATE_PRUNER;
    return run->shape.rate == shape->rate ? ESTIMATE_SAME : ESTIMATE_RATE;
}

static double scaled(const struct history_run *run, const struct history_shape *shape,
                     enum estimate_basis basis)
{
    const double epochs = (double)shape->epochs / run->shape.epochs;
    const bool by_share = basis == ESTIMATE_RATE && !cell_options_train_on_all(shape->options);
    const double kept = by_share ? (1 - shape->rate) / (1 - run->shape.rate) : 1;
    return run->wall_s * epochs * kept;
}

struct estimate estimate_cell(const struct history_run *runs, size_t run_count,
                              const struct history_shape *shape)
{
    struct estimate estimate = {ESTIMATE_UNKNOWN, 0, 0, 0};
    double *seconds;
    MEM_NEW(seconds, run_count);
    for (size_t i = 0; i < run_count; i++) {
        const enum estimate_basis basis = basis_of(&runs[i], shape);
        if (basis == ESTIMATE_UNKNOWN ||
            (estimate.basis != ESTIMATE_UNKNOWN && basis > estimate.basis))
            continue;
        if (basis != estimate.basis) /* a narrower one: what was gathered tells less */
            estimate = (struct estimate){basis, 0, 0, 0};
        seconds[estimate.runs++] = scaled(&runs[i], shape, basis);
        if (runs[i].peak_memory_bytes > estimate.memory_bytes)
            estimate.memory_bytes = runs[i].peak_memory_bytes;
    }
    if (estimate.runs)
        estimate.seconds = num_quantile(seconds, estimate.runs, 0.5);
    mem_free(seconds);
    return estimate;
}

static bool same_shape(const struct history_shape *a, const struct history_shape *b)
{
    return a->rate == b->rate && a->epochs == b->epochs && strcmp(a->options, b->options) == 0 &&
           strcmp(a->pruner, b->pruner) == 0 && strcmp(a->model, b->model) == 0 &&
           strcmp(a->dataset, b->dataset) == 0;
}

void estimate_cells(const struct history_run *runs, size_t run_count,
                    const struct history_shape *shapes, size_t count, struct estimate *ret_each)
{
    size_t *firsts, distinct = 0; /* of each shape, in the order of appearance */
    MEM_NEW(firsts, count);
    for (size_t i = 0; i < count; i++) {
        size_t known = distinct; /* backwards: the seeds of one shape stand together */
        while (known > 0 && !same_shape(&shapes[firsts[known - 1]], &shapes[i]))
            known--;
        if (known > 0) {
            ret_each[i] = ret_each[firsts[known - 1]];
        } else {
            ret_each[i] = estimate_cell(runs, run_count, &shapes[i]);
            firsts[distinct++] = i;
        }
    }
    mem_free(firsts);
}

double estimate_span(const double *seconds, size_t count, int jobs)
{
    double *busy, last = 0; /* until when each worker is */
    MEM_NEW(busy, (size_t)jobs);
    for (size_t i = 0; i < count; i++) {
        int first = 0;
        for (int w = 1; w < jobs; w++)
            if (busy[w] < busy[first])
                first = w;
        busy[first] += seconds[i];
        last = busy[first] > last ? busy[first] : last;
    }
    mem_free(busy);
    return last;
}

/* ---- Disk and memory --------------------------------------------------------------------------*/

void estimate_add_up(struct estimate_needs *needs)
{
    needs->disk_bytes = (int64_t)needs->cells * needs->cell_bytes +
                        (int64_t)needs->artifacts * needs->artifact_bytes;
    needs->memory_bytes = needs->workers * needs->worker_bytes;
}

bool estimate_refuses(const struct estimate_needs *needs, struct str *ret_reasons)
{
    const bool disk =
        needs->disk_bytes > 0 && needs->free_disk > 0 && needs->disk_bytes > needs->free_disk;
    const bool memory = needs->memory_bytes > 0 && needs->free_memory > 0 &&
                        needs->memory_bytes > needs->free_memory;
    if (disk) {
        str_addf(ret_reasons, "disk: %zu cells need about ", needs->cells);
        str_add_size(ret_reasons, needs->disk_bytes);
        str_add(ret_reasons, ", ");
        str_add_size(ret_reasons, needs->free_disk);
        str_add(ret_reasons,
                " are free: make room, start fewer with --limit, or start anyway with --force\n");
    }
    if (memory) {
        str_addf(ret_reasons, "memory: %d worker%s of up to ", needs->workers,
                 STR_PLURAL(needs->workers));
        str_add_size(ret_reasons, needs->worker_bytes);
        str_addf(ret_reasons, " need%s ", needs->workers == 1 ? "s" : "");
        str_add_size(ret_reasons, needs->memory_bytes);
        str_add(ret_reasons, ", ");
        str_add_size(ret_reasons, needs->free_memory);
        str_addf(ret_reasons, " are available: %s, or start anyway with --force\n",
                 needs->workers == 1 ? "end other programs" : "run fewer at once with -j");
    }
    return disk || memory;
}

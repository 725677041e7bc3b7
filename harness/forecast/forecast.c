#include "harness/forecast/forecast.h"

#include "base/folder.h"
#include "base/time.h"

#include "base/disk.h"
#include "harness/forecast/measure.h"
#include "harness/machine/environment.h"
#include "results/record/artifact.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t LONGEST_NS = 20 * (int64_t)1000000000;

static void estimate_all(struct forecast *forecast, const struct plan *plan,
                         const struct history *history)
{
    struct history_shape *shapes;
    MEM_NEW(shapes, plan->count);
    for (size_t i = 0; i < plan->count; i++)
        shapes[i] = estimate_shape_of(&plan->cells[i].stored);
    estimate_cells(history->runs, history->run_count, shapes, plan->count, forecast->cells);
    mem_free(shapes);
}

/* Marks the cells that run would start, in its order. */
static void choose(struct forecast *forecast, const struct plan *plan,
                   const struct run_options *options, bool *ret_runs)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (options->limit && forecast->to_run >= (size_t)options->limit)
            return;
        ret_runs[i] = run_wants(&plan->cells[i], options);
        forecast->to_run += ret_runs[i];
    }
}

static void add_up(struct forecast *forecast, const struct plan *plan, const bool *runs, int jobs)
{
    double *seconds;
    size_t count = 0;
    forecast->unknown = 0;
    MEM_NEW(seconds, plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        if (!runs[i])
            continue;
        const struct estimate *estimate = &forecast->cells[i];
        if (estimate->basis == ESTIMATE_UNKNOWN)
            forecast->unknown++;
        else
            seconds[count++] = estimate->seconds;
        if (estimate->memory_bytes > forecast->needs.worker_bytes)
            forecast->needs.worker_bytes = estimate->memory_bytes;
    }
    forecast->seconds = estimate_span(seconds, count, jobs);
    mem_free(seconds);
}

/* ---- Disk -------------------------------------------------------------------------------------*/

/* Sets of scores that the cells share and no finished one has left behind. */
static size_t count_artifacts(const struct plan *plan, const bool *runs)
{
    const char **made, **wanted;
    size_t made_count = 0, wanted_count = 0, count = 0;
    MEM_NEW(made, plan->count);
    MEM_NEW(wanted, plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        if (cell->shared[0] && cell->state == CELL_DONE)
            made[made_count++] = cell->shared;
        else if (cell->shared[0] && runs[i])
            wanted[wanted_count++] = cell->shared;
    }
    qsort(made, made_count, sizeof *made, str_compare);
    qsort(wanted, wanted_count, sizeof *wanted, str_compare);
    for (size_t i = 0; i < wanted_count; i++)
        count += (i == 0 || strcmp(wanted[i - 1], wanted[i]) != 0) &&
                 !bsearch(&wanted[i], made, made_count, sizeof *made, str_compare);
    MEM_FREE(made, wanted);
    return count;
}

/* Mean size of the files there; 0 where there is none. */
static int64_t mean_artifact(const char *db)
{
    struct str path = {0};
    int64_t bytes = 0, files = 0;
    artifact_folder(db, &path);
    struct folder folder = {0};
    struct str file = {0};
    for (const char *name; (name = folder_next(&folder, str_text(&path)));) {
        struct stat about;
        str_clear(&file);
        str_addf(&file, "%s/%s", str_text(&path), name);
        if (stat(str_text(&file), &about) || !S_ISREG(about.st_mode))
            continue;
        bytes += about.st_size;
        files++;
    }
    folder_close(&folder, str_text(&path), NULL);
    STR_RELEASE(&path, &file);
    return files ? bytes / files : 0;
}

/* Of the folder of the database, or of the nearest above it that exists; 0: not told. */
static int64_t free_disk(const char *db)
{
    struct str folder = {0};
    struct disk disk;
    struct err err;
    size_t length = strlen(db);
    do { /* without its last part */
        while (length > 0 && db[length - 1] != '/')
            length--;
        str_clear(&folder);
        str_add_bytes(&folder, db, length);
        if (length > 0)
            length--;
        else
            str_add(&folder, ".");
    } while (access(str_text(&folder), F_OK) != 0 && length > 0);
    const int64_t bytes = disk_stat(str_text(&folder), &disk, &err) ? 0 : disk.free_bytes;
    str_release(&folder);
    return bytes;
}

/* ---- The whole --------------------------------------------------------------------------------*/

struct forecast *forecast_new(const struct plan *plan, const struct history *history,
                              const struct run_options *options, const char *db)
{
    struct forecast *forecast;
    bool *runs;
    MEM_NEW(forecast, 1);
    MEM_NEW(forecast->cells, plan->count);
    MEM_NEW(runs, plan->count);
    estimate_all(forecast, plan, history);
    choose(forecast, plan, options, runs);
    add_up(forecast, plan, runs, options->jobs);
    struct estimate_needs *needs = &forecast->needs;
    needs->cells = forecast->to_run;
    needs->workers =
        forecast->to_run < (size_t)options->jobs ? (int)forecast->to_run : options->jobs;
    needs->cell_bytes = history->run_bytes;
    needs->artifacts = options->artifacts ? count_artifacts(plan, runs) : 0;
    needs->artifact_bytes = needs->artifacts ? mean_artifact(db) : 0;
    needs->free_disk = free_disk(db);
    needs->free_memory = environment_available_memory();
    estimate_add_up(needs);
    mem_free(runs);
    return forecast;
}

static bool same_training(const struct plan_cell *a, const struct plan_cell *b)
{
    return strcmp(a->stored.model_label, b->stored.model_label) == 0 &&
           strcmp(a->stored.dataset, b->stored.dataset) == 0;
}

/* All cells of which nothing is known, from the first on, that are trained like it. */
static void tell_alike(struct forecast *forecast, const struct plan *plan, size_t first,
                       const struct mini_epoch *mini)
{
    size_t last = first;
    double seconds = measure_seconds(&plan->cells[first].cell, mini);
    for (size_t i = first; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i], *before = &plan->cells[last];
        if (forecast->cells[i].basis != ESTIMATE_UNKNOWN ||
            !same_training(cell, &plan->cells[first]))
            continue;
        if (cell->cell.pruner != before->cell.pruner || cell->stored.rate != before->stored.rate ||
            cell->stored.epochs != before->stored.epochs ||
            strcmp(cell->stored.options, before->stored.options) != 0)
            seconds = measure_seconds(&cell->cell, mini);
        last = i;
        forecast->cells[i] = (struct estimate){
            .basis = ESTIMATE_MEASURED, .seconds = seconds, .memory_bytes = mini->memory_bytes};
    }
}

void forecast_measure(struct forecast *forecast, const struct plan *plan,
                      const struct run_options *options)
{
    const int64_t start = time_now();
    bool *runs, *tried;
    MEM_NEW(runs, plan->count);
    MEM_NEW(tried, plan->count);
    forecast->to_run = 0;
    choose(forecast, plan, options, runs);
    for (size_t i = 0; i < plan->count && time_now() - start < LONGEST_NS; i++) {
        struct mini_epoch mini;
        struct err err;
        if (!runs[i] || tried[i] || forecast->cells[i].basis != ESTIMATE_UNKNOWN)
            continue;
        /* What cannot be measured stays unknown: the run itself will say why. */
        const int failed = measure_start(&plan->cells[i], options, &mini, &err);
        for (size_t j = i; failed && j < plan->count; j++)
            tried[j] = tried[j] || same_training(&plan->cells[i], &plan->cells[j]);
        if (!failed)
            tell_alike(forecast, plan, i, &mini);
    }
    add_up(forecast, plan, runs, options->jobs);
    MEM_FREE(tried, runs);
}

void forecast_free(struct forecast *forecast)
{
    if (!forecast)
        return;
    MEM_FREE(forecast->cells, forecast);
}

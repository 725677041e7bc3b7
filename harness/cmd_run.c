/*
 * winnow run: trains every cell of an experiment that is not done yet.
 */
#include "harness/artifact.h"
#include "harness/checkpoint.h"
#include "harness/cmd_config.h"
#include "harness/cmd_progress.h"
#include "harness/environment.h"
#include "harness/forecast.h"
#include "harness/run.h"

#include <stdio.h>
#include <stdlib.h>

struct values {
    int jobs, limit;
    bool retry_failed, no_reuse, force;
    const char *db;
    struct cmd_values set;
};

static const struct cmd_flag flags[] = {
    CMD_INT(struct values, jobs, 'j', "N", "0", 0, RUN_MAX_JOBS,
            "cells at once; 0: as many as the cores have room for"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_CONFIG_DB_HELP),
    CMD_INT(struct values, limit, 0, "N", "0", 0, 1000000, "start at most N cells; 0: all"),
    CMD_SWITCH(struct values, retry_failed, 0, "run failed and diverged cells again"),
    CMD_SWITCH(struct values, no_reuse, 0, "compute scores again that an earlier cell left"),
    CMD_SWITCH(struct values, force, 0,
               "start although disk or memory will not do, as far as finished cells tell"),
    CMD_TEXTS(struct values, set, 0, "K=V", CMD_SET_HELP),
    CMD_END,
};

static const struct cmd_line line = {
    "run",
    "FILE",
    "Trains every cell of an experiment that is not done yet, and writes each as it goes into the\n"
    "database. Cells are known by their content: running a file twice does nothing the second "
    "time,\n"
    "and a changed file runs what is new. Ctrl-C once writes a checkpoint of each cell in flight "
    "and\nstops, twice stops now; the next run goes on from the checkpoints.",
    flags,
    1,
    1,
};

static size_t count_state(const struct plan *plan, enum store_cell_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += plan->cells[i].state == state;
    return count;
}

/* ["accuracy-vs-time","phases"], in the arena. */
static const char *figures_json(const struct config *config, struct arena *arena)
{
    json_t *array = json_array();
    for (size_t i = 0; i < config->figure_count; i++)
        json_array_append_new(array, json_string(config->figures[i]));
    char *text = json_dumps(array, JSON_COMPACT);
    if (!text)
        DIE("out of memory: JSON");
    const char *kept = arena_strdup(arena, text);
    free(text);
    json_decref(array);
    return kept;
}

static int record_experiment(const struct config *config, const struct plan *plan,
                             struct store *store, struct err *err)
{
    struct store_cell *cells;
    struct arena arena;
    arena_init(&arena);
    ARENA_NEW(&arena, cells, plan->count);
    for (size_t i = 0; i < plan->count; i++)
        cells[i] = plan->cells[i].stored;
    const struct store_experiment experiment = {
        .name = config->name,
        .file = config->path,
        .yaml = config->text,
        .targets = config->targets,
        .target_count = config->target_count,
        .figures = figures_json(config, &arena),
    };
    const int failed = store_experiment(store, &experiment, cells, plan->count, err);
    arena_release(&arena);
    return failed;
}

/* By what finished cells took; -1: go on. Otherwise the exit code, and the reason was printed. */
static int refuse(const struct config *config, const struct plan *plan, struct store *store,
                  const struct run_options *options, const char *db, bool force)
{
    struct history *history;
    struct err err;
    struct str reasons = {0};
    int code = -1;
    if (history_read(store, config->name, &history, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    struct forecast *forecast = forecast_new(plan, history, options, db);
    if (estimate_refuses(&forecast->needs, &reasons)) {
        fprintf(stderr, "%s%s", force ? "warning: " : "winnow run: ", str_text(&reasons));
        code = force ? -1 : EXIT_ENVIRONMENT;
    }
    str_release(&reasons);
    forecast_free(forecast);
    history_free(history);
    return code;
}

static void print_totals(const struct run_totals *totals, const char *db)
{
    fprintf(stderr, "%zu cell%s done", totals->done, totals->done == 1 ? "" : "s");
    if (totals->failed)
        fprintf(stderr, ", %zu failed (winnow status tells why; --retry-failed runs them again)",
                totals->failed);
    if (totals->left)
        fprintf(stderr, ", %zu left for the next run", totals->left);
    fprintf(stderr, ": %s\n", db);
}

static int run_wanted(const struct plan *plan, struct store *store,
                      const struct run_options *options, const char *db)
{
    struct progress *progress = progress_new(plan, options);
    const struct run_watcher watcher = {progress_take, progress};
    struct run_totals totals;
    struct err err;
    const int failed = run_plan(plan, store, options, &watcher, &totals, &err);
    progress_free(progress);
    if (failed)
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    print_totals(&totals, db);
    return totals.interrupted ? EXIT_INTERRUPTED : totals.failed ? EXIT_CELLS_FAILED : EXIT_DONE;
}

/* ", of 2 threads each"; "" where that is one, as usual. */
static const char *threads_each(const struct run_options *options, struct arena *arena)
{
    return options->threads == 1 ? ""
                                 : arena_printf(arena, ", of %d threads each", options->threads);
}

static int run_stored(const struct config *config, struct plan *plan, struct store *store,
                      const struct run_options *options, const char *db, bool force)
{
    struct err err;
    if (plan_states(plan, store, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    const int refused = refuse(config, plan, store, options, db, force);
    if (refused >= 0)
        return refused;
    if (record_experiment(config, plan, store, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    const size_t done = count_state(plan, CELL_DONE), failed = count_state(plan, CELL_FAILED);
    const size_t wanted = plan->count - done - (options->retry_failed ? 0 : failed);
    int code = EXIT_DONE;
    if (wanted > 0) {
        fprintf(stderr, "%s: %zu of %zu cells to run, %d at once%s, into %s\n", config->name,
                wanted, plan->count, options->jobs, threads_each(options, &plan->arena), db);
        if (run_crowds(options, environment_cores()))
            fprintf(stderr, "warning: %d threads on %d core%s: the times will tell little\n",
                    options->jobs * options->threads, environment_cores(),
                    environment_cores() == 1 ? "" : "s");
        code = run_wanted(plan, store, options, db);
    } else {
        fprintf(stderr, "%s: nothing to run: %zu of %zu cells are done in %s\n", config->name, done,
                plan->count, db);
    }
    if (failed == 0 || options->retry_failed)
        return code;
    fprintf(stderr, "%zu failed earlier; winnow status tells why, --retry-failed runs them again\n",
            failed);
    return code == EXIT_DONE ? EXIT_CELLS_FAILED : code;
}

static int run_config(const struct config *config, const struct values *values)
{
    struct plan *plan;
    struct store *store;
    struct err err;
    struct str artifacts = {0}, checkpoints = {0};
    struct run_options options = {
        .jobs = run_jobs(values->jobs, config->engine.threads),
        .threads = config->engine.threads,
        .limit = values->limit,
        .retry_failed = values->retry_failed,
        .data_dir = config->data_dir,
        .reuse = !values->no_reuse,
    };
    if (plan_make(config, &plan, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    const char *db = cmd_config_db(config, values->db, &plan->arena);
    artifact_folder(db, &artifacts);
    options.artifacts = str_text(&artifacts);
    checkpoint_folder(db, &checkpoints);
    options.checkpoints = str_text(&checkpoints);
    int code = EXIT_DATABASE;
    if (store_open(db, STORE_WRITE, &store, &err)) {
        cmd_fail(&line, code, err.text);
    } else {
        code = run_stored(config, plan, store, &options, db, values->force);
        store_close(store);
    }
    plan_free(plan);
    str_release(&artifacts);
    str_release(&checkpoints);
    return code;
}

int cmd_run(int argc, char **argv)
{
    struct values values;
    const char *path;
    const int parsed = cmd_parse(&line, argc, argv, &values, &path);
    if (parsed >= 0)
        return parsed;
    struct config *config;
    const int wrong = cmd_load_config(path, &values.set, &config);
    if (wrong >= 0)
        return wrong;
    const int code = run_config(config, &values);
    config_free(config);
    return code;
}

#include "harness/cmd_config.h"
#include "harness/environment.h"
#include "harness/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHORT_KEY = 10 };

struct values {
    const char *db;
    bool json;
    struct cmd_values set;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, db, 0, "PATH", CMD_CONFIG_DB_HELP),
    CMD_SWITCH(struct values, json, 0, "print JSON"),
    CMD_TEXTS(struct values, set, 0, "K=V", CMD_SET_HELP),
    CMD_END,
};

static const struct cmd_line line = {
    "plan",
    "FILE",
    "Lists the cells of an experiment, in the order in which they would run, and what each still "
    "needs:\ndone; to run; retry (attempted, without success).",
    flags,
    1,
    1,
};

static const char *const state_names[] = {
    [CELL_NEW] = "to run",
    [CELL_DONE] = "done",
    [CELL_FAILED] = "retry",
};

enum { STATE_COUNT = sizeof state_names / sizeof *state_names };

static void count_states(const struct plan *plan, size_t ret_counts[STATE_COUNT])
{
    for (size_t i = 0; i < plan->count; i++)
        ret_counts[plan->cells[i].state]++;
}

/* What the cells' threads mean for how many run beside each other; nothing of one thread each. */
static void print_threads(int threads)
{
    const int cores = environment_cores(), room = engine_room(cores, threads);
    if (threads > 1)
        printf("%d threads a cell, %d cell%s at once on %d core%s%s\n", threads, room,
               room == 1 ? "" : "s", cores, cores == 1 ? "" : "s",
               threads > cores ? "; warning: more threads than cores, the times will tell little"
                               : "");
}

static void print_table(const struct plan *plan, const struct config *config, const char *db,
                        bool found)
{
    size_t counts[STATE_COUNT] = {0};
    count_states(plan, counts);
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        printf("%-6s  %.*s  %s\n", state_names[cell->state], SHORT_KEY, cell->key, cell->label);
    }
    printf("\n%s: %zu cell%s, %zu done, %zu to run, %zu to retry (%s%s)\n", config->name,
           plan->count, plan->count == 1 ? "" : "s", counts[CELL_DONE], counts[CELL_NEW],
           counts[CELL_FAILED], db, found ? "" : " does not exist yet");
    print_threads(config->engine.threads);
}

static json_t *cell_json(const struct plan_cell *cell)
{
    const struct store_cell *stored = &cell->stored;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:I, s:i}", "key", cell->key,
                     "state", state_names[cell->state], "label", cell->label, "dataset",
                     stored->dataset, "model", stored->model, "model_label", stored->model_label,
                     "pruner", stored->pruner, "options", stored->options, "rate", stored->rate,
                     "seed", (json_int_t)stored->seed, "epochs", stored->epochs);
}

static void print_json(const struct plan *plan, const struct config *config, const char *db,
                       bool found)
{
    size_t counts[STATE_COUNT] = {0};
    count_states(plan, counts);
    json_t *cells = json_array();
    for (size_t i = 0; i < plan->count; i++)
        if (json_array_append_new(cells, cell_json(&plan->cells[i])))
            DIE("out of memory: JSON");
    json_t *path = json_string(db); /* NULL: a path need not be UTF-8, JSON must */
    json_t *root =
        json_pack("{s:s, s:o, s:b, s:I, s:I, s:I, s:I, s:i, s:o}", "experiment", config->name,
                  "database", path ? path : json_null(), "database_exists", (int)found,
                  "cell_count", (json_int_t)plan->count, "done", (json_int_t)counts[CELL_DONE],
                  "to_run", (json_int_t)counts[CELL_NEW], "retry", (json_int_t)counts[CELL_FAILED],
                  "threads", config->engine.threads, "cells", cells);
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    if (!text)
        DIE("out of memory: JSON");
    puts(text);
    free(text);
    json_decref(root);
}

/* A database that is not there yet knows of nothing: *ret_found says so. */
static int read_states(struct plan *plan, const char *db, bool *ret_found, struct err *err)
{
    *ret_found = access(db, F_OK) == 0;
    if (!*ret_found)
        return 0;
    struct store *store;
    if (store_open(db, STORE_READ, &store, err))
        return -1;
    const int failed = plan_states(plan, store, err);
    store_close(store);
    return failed;
}

static int show(const struct config *config, const struct values *values)
{
    struct plan *plan;
    struct err err;
    if (plan_make(config, &plan, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    const char *db = cmd_config_db(config, values->db, &plan->arena);
    bool found;
    int code = EXIT_DONE;
    if (read_states(plan, db, &found, &err))
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    else if (values->json)
        print_json(plan, config, db, found);
    else
        print_table(plan, config, db, found);
    plan_free(plan);
    return code;
}

int cmd_plan(int argc, char **argv)
{
    struct values values;
    const char *file;
    const int done = cmd_parse(&line, argc, argv, &values, &file);
    if (done >= 0)
        return done;
    struct config *config;
    const int wrong = cmd_load_config(file, &values.set, &config);
    if (wrong >= 0)
        return wrong;
    const int code = show(config, &values);
    config_free(config);
    return code;
}

/*
 * winnow plan: what an experiment's cells still need, why, and what that will take.
 */
#include "base/json.h"
#include "harness/cmd/grid/counts.h"
#include "harness/cmd/kit/blocks.h"
#include "harness/cmd/kit/budget.h"
#include "harness/cmd/kit/config.h"
#include "harness/cmd/kit/where.h"
#include "harness/forecast/forecast.h"
#include "harness/keep/checkpoint.h"
#include "harness/machine/pin.h"
#include "harness/plan/explain.h"
#include "harness/run/decider.h"
#include "results/record/artifact.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHORT_KEY = 10 };

struct values {
    int jobs;
    const char *db, *where, *deadline;
    double budget;
    bool why, json, no_measure, strict;
    struct cmd_values set;
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, why, 0, "print the reason below each cell that is not done"),
    CMD_INT(struct values, jobs, 'j', "N", "0", 0, RUN_MAX_JOBS,
            "estimate for N cells at once; 0: as many as the cores have room for, as run does"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_CONFIG_DB_HELP),
    CMD_TEXT(struct values, where, 0, "EXPR", CMD_WHERE_HELP),
    CMD_TEXT(struct values, deadline, 0, "TIME", CMD_DEADLINE_HELP),
    CMD_DURATION(struct values, budget, 0, "TIME", "none", "none", CMD_LONGEST_BUDGET,
                 CMD_BUDGET_HELP),
    CMD_SWITCH(struct values, no_measure, 0, CMD_NO_MEASURE_HELP),
    CMD_SWITCH(struct values, json, 0, "print JSON, with the reasons"),
    CMD_SWITCH(struct values, strict, 0, CMD_STRICT_HELP),
    CMD_TEXTS(struct values, set, 0, "K=V", CMD_SET_HELP),
    CMD_END,
};

static const struct cmd_line line = {
    "plan",
    "FILE",
    "Lists the cells of an experiment in the order of its file, each with its state: done,\n"
    "to run, or retry (attempted without success; run --retry-failed). Below them the stale\n"
    "cells: the database has them, but the file no longer lists them. Time, disk and memory\n"
    "are estimated from the finished cells of the database; without any, a few batches are\n"
    "trained for a second.",
    flags,
    1,
    1,
};

static const char *const state_names[] = {
    [CELL_NEW] = "to run",
    [CELL_DONE] = "done",
    [CELL_FAILED] = "retry",
};
static const char stale_name[] = "stale";

enum { STATE_COUNT = sizeof state_names / sizeof *state_names };

/* All that is to be shown. */
struct view {
    const struct config *config;
    const struct values *values;
    struct plan *plan;
    const char *db;
    bool found; /* the database is there */
    struct history *history;
    struct explainer *explainer;
    struct forecast *forecast;
    struct run_options options;
    struct decider *decider;                  /* NULL: it asks nothing */
    size_t spared;                            /* cells that no question needs any more */
    size_t counts[STATE_COUNT], cells, stale; /* of those that --where means */
};

/* NULL: not known, or there is nothing to wait for. */
static const struct estimate *estimate_of(const struct view *view, size_t i)
{
    const struct estimate *estimate = &view->forecast->cells[i];
    return view->plan->cells[i].state == CELL_DONE || estimate->basis == ESTIMATE_UNKNOWN
               ? NULL
               : estimate;
}

/* How far its checkpoint is, in the plan's arena; NULL: it would start from the beginning. */
static const char *checkpoint_of(const struct view *view, const struct plan_cell *cell)
{
    struct checkpoint checkpoint;
    struct str path = {0}, text = {0};
    if (cell->state == CELL_DONE)
        return NULL;
    checkpoint_folder(view->db, &path);
    str_addf(&path, "/%s", cell->key);
    if (checkpoint_peek(str_text(&path), &checkpoint))
        checkpoint_describe(&checkpoint, &text);
    str_release(&path);
    return text.length ? str_keep(&text, &view->plan->arena) : NULL;
}

/* ---- For people -------------------------------------------------------------------------------*/

/* What the cells' threads mean for how many run beside each other; nothing of one thread each. */
static void print_threads(int threads)
{
    const int cores = pin_room_here(), room = engine_room(cores, threads);
    if (threads > 1)
        printf("%d threads a cell, %d cell%s at once on %d core%s%s\n", threads, room,
               STR_PLURAL(room), cores, STR_PLURAL(cores),
               threads > cores ? "; warning: more threads than cores: the times will mean little"
                               : "");
}

static void print_cell(const struct view *view, size_t i)
{
    const struct plan_cell *cell = &view->plan->cells[i];
    const struct estimate *estimate = estimate_of(view, i);
    printf("%-6s  %.*s  %s", state_names[cell->state], SHORT_KEY, cell->key, cell->label);
    if (estimate) {
        struct str text = {0};
        str_add_duration(&text, estimate->seconds);
        printf(", about %s", str_text(&text));
        str_release(&text);
    }
    const char *checkpoint = checkpoint_of(view, cell);
    if (checkpoint)
        printf(", continues after %s", checkpoint);
    printf("\n");
    if (!view->values->why || cell->state == CELL_DONE)
        return;
    const char *why = explain_cell(view->explainer, cell, &view->plan->arena);
    if (why[0])
        printf("        %s\n", why);
}

/* As cell_describe() has it, in the plan's arena. */
static const char *stale_label(const struct view *view, const struct history_cell *cell)
{
    struct str text = {0};
    str_add(&text, cell->label);
    cell_add_level(&text, cell->pruner, cell->rate, cell->seed);
    return str_keep(&text, &view->plan->arena);
}

static void print_stale(const struct view *view)
{
    const struct history_cell *cell;
    for (size_t i = 0; i < view->stale && (cell = explain_stale(view->explainer, i)); i++) {
        printf("%-6s  %.*s  %s\n", stale_name, SHORT_KEY, cell->key, stale_label(view, cell));
        if (view->values->why)
            printf("        the file no longer lists it; it is %s, and stays in the database\n",
                   cell->state);
    }
}

static void add_free(struct str *text, int64_t bytes)
{
    if (bytes > 0) {
        str_add(text, ", ");
        str_add_size(text, bytes);
        str_add(text, " free");
    }
    str_add(text, "\n");
}

static void print_needs(const struct view *view)
{
    const struct estimate_needs *needs = &view->forecast->needs;
    struct str text = {0};
    if (needs->disk_bytes > 0) {
        str_add(&text, "disk: about ");
        str_add_size(&text, needs->disk_bytes);
        add_free(&text, needs->free_disk);
    }
    if (needs->memory_bytes > 0) {
        str_add(&text, "memory: up to ");
        str_add_size(&text, needs->worker_bytes);
        str_addf(&text, " a worker, %d at once", needs->workers);
        add_free(&text, needs->free_memory);
    }
    fputs(str_text(&text), stdout);
    str_release(&text);
}

static void print_summary(const struct view *view)
{
    const struct forecast *forecast = view->forecast;
    struct str text = {0};
    const size_t cells = view->cells + view->spared;
    str_addf(&text, "%s: %zu cell%s, %zu done, %zu %s, %zu to retry", view->config->name, cells,
             STR_PLURAL(cells), view->counts[CELL_DONE], view->counts[CELL_NEW],
             counts_to_run(view->decider && decider_is_open(view->decider)),
             view->counts[CELL_FAILED]);
    if (view->spared)
        str_addf(&text, ", %zu %s", view->spared, counts_not_needed);
    if (view->stale)
        str_addf(&text, ", %zu stale", view->stale);
    str_addf(&text, " (%s%s)", view->db, view->found ? "" : " does not exist yet");
    if (forecast->to_run > 0 && forecast->unknown == forecast->to_run) {
        str_add(&text, "; no finished cell shows how long that takes");
    } else if (forecast->to_run > 0) {
        str_addf(&text, "; %s ", forecast->unknown ? "at least" : "about");
        str_add_duration(&text, forecast->seconds);
        str_addf(&text, " with -j %d", view->options.jobs);
        if (forecast->unknown)
            str_addf(&text, ", not known of %zu", forecast->unknown);
    }
    cmd_tell("%s\n", str_text(&text));
    str_release(&text);
}

/* Which folders the datasets come from; nothing of those that are made. */
static void print_data(const struct view *view)
{
    for (const struct plan_data *data = view->plan->data; data; data = data->next)
        if (data->folder)
            cmd_tell("data: %s from %s, content %.*s\n", data->type->name, data->folder, SHORT_KEY,
                     data->hash);
}

/* What is asked, and of how many cells: between the first seeds and all of them. */
static void print_questions(const struct view *view)
{
    const struct config *config = view->config;
    struct str lines = {0}, one = {0};
    decider_report(view->decider, &lines);
    for (const char *at = str_text(&lines); str_next(&one, &at, "\n");)
        cmd_tell("%s\n", str_text(&one));
    printf("%zu question%s, of %zu to %zu seeds: %zu cells at least, %zu at most\n",
           config->question_count, STR_PLURAL(config->question_count), config->at_least,
           config->seed_count, decider_least(view->decider), view->plan->count);
    STR_RELEASE(&lines, &one);
}

static void print_table(const struct view *view)
{
    for (size_t i = 0; i < view->plan->count; i++)
        if (!view->plan->cells[i].left_out)
            print_cell(view, i);
    print_stale(view);
    printf("\n");
    if (view->options.budget > 0)
        cmd_print_blocks(view->plan, &view->options);
    print_data(view);
    if (view->decider)
        print_questions(view);
    print_needs(view);
    print_summary(view);
    print_threads(view->config->engine.threads);
}

/* ---- JSON -------------------------------------------------------------------------------------*/

static json_t *known(bool is_known, json_t *value)
{
    if (is_known)
        return value;
    json_decref(value);
    return json_null();
}

static json_t *cell_json(const struct view *view, size_t i)
{
    const struct plan_cell *cell = &view->plan->cells[i];
    const struct store_cell *stored = &cell->stored;
    const struct estimate *estimate = estimate_of(view, i);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:I, s:i, s:o, s:o, s:o, s:o, s:s?}", "key",
        cell->key, "state", state_names[cell->state], "label", cell->label, "dataset",
        stored->dataset, "model", stored->model, "model_label", stored->model_label, "pruner",
        stored->pruner, "options", stored->options, "rate", stored->rate, "seed",
        (json_int_t)stored->seed, "epochs", stored->epochs, "why",
        json_text(explain_cell(view->explainer, cell, &view->plan->arena)), "eta_s",
        known(estimate != NULL, json_real(estimate ? estimate->seconds : 0)), "eta_from",
        known(estimate != NULL,
              json_text(estimate_basis_names[estimate ? estimate->basis : ESTIMATE_UNKNOWN])),
        "peak_memory_bytes",
        known(estimate && estimate->memory_bytes > 0,
              json_integer(estimate ? estimate->memory_bytes : 0)),
        "checkpoint", checkpoint_of(view, cell));
}

static json_t *stale_json(const struct view *view, const struct history_cell *cell)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:f, s:I, s:o, s:n}", "key", cell->key,
                     "state", stale_name, "label", json_text(stale_label(view, cell)), "dataset",
                     cell->dataset, "model", cell->model, "pruner", cell->pruner, "rate",
                     cell->rate, "seed", (json_int_t)cell->seed, "why",
                     json_sprintf("the file no longer lists it; it is %s", cell->state), "eta_s");
}

static json_t *cells_json(const struct view *view)
{
    json_t *cells = json_array();
    const struct history_cell *stale;
    for (size_t i = 0; i < view->plan->count; i++)
        if (!view->plan->cells[i].left_out)
            json_push(cells, cell_json(view, i));
    for (size_t i = 0; i < view->stale && (stale = explain_stale(view->explainer, i)); i++)
        json_push(cells, stale_json(view, stale));
    return cells;
}

static json_t *data_json(const struct view *view)
{
    json_t *list = json_array();
    for (const struct plan_data *data = view->plan->data; data; data = data->next)
        json_push(list, json_pack("{s:s, s:o, s:b, s:s}", "dataset", data->type->name, "folder",
                                  data->folder ? json_text(data->folder) : json_null(), "strayed",
                                  (int)data->strayed, "hash", data->hash));
    return list;
}

static json_t *notes_json(const struct view *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->plan->note_count; i++)
        json_push(list, json_pack("{s:s, s:o}", "place", view->plan->notes[i].place, "text",
                                  json_text(view->plan->notes[i].text)));
    return list;
}

static json_t *questions_json(const struct view *view)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "count",
                     (json_int_t)view->config->question_count, "at_least",
                     (json_int_t)view->config->at_least, "at_most",
                     (json_int_t)view->config->seed_count, "least_cells",
                     (json_int_t)decider_least(view->decider), "most_cells",
                     (json_int_t)view->plan->count, "spared", (json_int_t)view->spared);
}

static json_t *totals_json(const struct view *view)
{
    const struct forecast *forecast = view->forecast;
    const struct estimate_needs *needs = &forecast->needs;
    const bool some = forecast->unknown < forecast->to_run || forecast->to_run == 0;
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:i, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "cells",
        (json_int_t)view->cells, "done", (json_int_t)view->counts[CELL_DONE], "to_run",
        (json_int_t)view->counts[CELL_NEW], "retry", (json_int_t)view->counts[CELL_FAILED], "stale",
        (json_int_t)view->stale, "jobs", view->options.jobs, "eta_s",
        known(some, json_real(forecast->seconds)), "eta_unknown", (json_int_t)forecast->unknown,
        "disk_bytes", known(needs->disk_bytes > 0, json_integer(needs->disk_bytes)),
        "free_disk_bytes", known(needs->free_disk > 0, json_integer(needs->free_disk)),
        "worker_memory_bytes", known(needs->worker_bytes > 0, json_integer(needs->worker_bytes)),
        "memory_bytes", known(needs->memory_bytes > 0, json_integer(needs->memory_bytes)),
        "free_memory_bytes", known(needs->free_memory > 0, json_integer(needs->free_memory)));
}

static void print_json(const struct view *view)
{
    json_t *root =
        json_pack("{s:s, s:o, s:b, s:I, s:I, s:I, s:I, s:i, s:o, s:o, s:o, s:o}", "experiment",
                  view->config->name, "database", json_text(view->db), "database_exists",
                  (int)view->found, "cell_count", (json_int_t)view->cells, "done",
                  (json_int_t)view->counts[CELL_DONE], "to_run", (json_int_t)view->counts[CELL_NEW],
                  "retry", (json_int_t)view->counts[CELL_FAILED], "threads",
                  view->config->engine.threads, "data", data_json(view), "notes", notes_json(view),
                  "totals", totals_json(view), "cells", cells_json(view));
    if (root && view->decider)
        json_object_set_new(root, "questions", questions_json(view));
    if (root && view->options.budget > 0)
        json_object_set_new(root, "blocks", cmd_blocks_json(view->plan, &view->options));
    cmd_print_json(root);
}

/* ---- The whole --------------------------------------------------------------------------------*/

/* A database that is not there yet knows of nothing: view->found says so. */
static int read_database(struct view *view, struct err *err)
{
    view->found = access(view->db, F_OK) == 0;
    if (!view->found) {
        view->history = history_none();
        return decider_new(view->config, view->plan, NULL, &view->decider, err);
    }
    struct store *store;
    if (store_open(view->db, STORE_READ, &store, err))
        return -1;
    const int failed = plan_states(view->plan, store, err) ||
                       history_read(store, view->config->name, &view->history, err) ||
                       decider_new(view->config, view->plan, store, &view->decider, err);
    store_close(store);
    return failed;
}

/* What is decided needs no cells any more: they are no part of what is to come. */
static void spare(struct view *view)
{
    const bool *needed = decider_needed(view->decider);
    for (size_t i = 0; i < view->plan->count; i++) {
        struct plan_cell *cell = &view->plan->cells[i];
        if (needed[i] || cell->left_out || cell->state == CELL_DONE)
            continue;
        cell->left_out = true;
        view->spared++;
    }
}

static void reckon(struct view *view, double budget)
{
    if (view->decider)
        spare(view);
    struct str artifacts = {0};
    artifact_folder(view->db, &artifacts);
    view->options = (struct run_options){
        .jobs = run_jobs(view->values->jobs, view->config->engine.threads),
        .threads = view->config->engine.threads,
        .artifacts = str_text(&artifacts),
        .data_dir = view->config->data_dir,
        .budget = budget,
        .history = view->history,
    };
    view->explainer = explain_new(view->plan, view->history);
    view->forecast = forecast_new(view->plan, view->history, &view->options, view->db);
    if (view->forecast->unknown > 0 && !view->values->no_measure)
        forecast_measure(view->forecast, view->plan, &view->options);
    view->options.expected = view->forecast->cells;
    view->options.artifacts = NULL;
    str_release(&artifacts);
    for (size_t i = 0; i < view->plan->count; i++) {
        view->counts[view->plan->cells[i].state] += !view->plan->cells[i].left_out;
        view->cells += !view->plan->cells[i].left_out;
    }
    while (!view->values->where && explain_stale(view->explainer, view->stale))
        view->stale++;
}

static int show(const struct config *config, const struct values *values, double budget)
{
    struct view view = {.config = config, .values = values};
    struct err err;
    int code = cmd_make_plan(&line, config, values->strict, &view.plan);
    if (code >= 0)
        return code;
    code = EXIT_DONE;
    view.db = cmd_config_db(config, values->db, &view.plan->arena);
    if (read_database(&view, &err)) {
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    } else if (cmd_apply_where(view.plan, values->where, &err)) {
        err_prefix(&err, "--where: ");
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        reckon(&view, budget);
        if (values->json)
            print_json(&view);
        else
            print_table(&view);
    }
    decider_free(view.decider);
    forecast_free(view.forecast);
    explain_free(view.explainer);
    history_free(view.history);
    plan_free(view.plan);
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
    double budget;
    int wrong = cmd_choose_budget(&line, values.deadline, values.budget, &budget);
    if (wrong < 0)
        wrong = cmd_load_config(file, &values.set, values.strict, &config);
    if (wrong >= 0)
        return wrong;
    const int code = show(config, &values, budget);
    config_free(config);
    return code;
}

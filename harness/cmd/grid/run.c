/*
 * winnow run: trains every cell of an experiment that is not done yet.
 */
#include "harness/run/run.h"
#include "base/json.h"
#include "base/time.h"
#include "harness/cmd/kit/budget.h"
#include "harness/cmd/kit/config.h"
#include "harness/cmd/kit/progress.h"
#include "harness/cmd/kit/where.h"
#include "harness/forecast/forecast.h"
#include "harness/keep/checkpoint.h"
#include "harness/machine/pin.h"
#include "harness/plan/changed.h"
#include "harness/run/checkpoints.h"
#include "harness/run/decider.h"
#include "harness/run/pause.h"
#include "results/record/artifact.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct values {
    int jobs, limit, max_failures, timing;
    bool retry_failed, no_reuse, force, fail_fast, no_measure, no_pin, strict;
    const char *db, *where, *deadline;
    double budget;
    struct cmd_values set;
};

static const char *const timings[] = {
    [RUN_TIMING_RECORD] = "record", [RUN_TIMING_STRICT] = "strict", NULL};

static const struct cmd_flag flags[] = {
    CMD_INT(struct values, jobs, 'j', "N", "0", 0, RUN_MAX_JOBS,
            "cells at once; 0: as many as the cores have room for"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_CONFIG_DB_HELP),
    CMD_INT(struct values, limit, 0, "N", "0", 0, 1000000, "start at most N cells; 0: all"),
    CMD_TEXT(struct values, where, 0, "EXPR", CMD_WHERE_HELP),
    CMD_TEXT(struct values, deadline, 0, "TIME", CMD_DEADLINE_HELP),
    CMD_DURATION(struct values, budget, 0, "TIME", "none", "none", CMD_LONGEST_BUDGET,
                 CMD_BUDGET_HELP),
    CMD_SWITCH(struct values, no_measure, 0, CMD_NO_MEASURE_HELP),
    CMD_SWITCH(struct values, retry_failed, 0, "run failed and diverged cells again"),
    CMD_INT(struct values, max_failures, 0, "N", "0", 0, 1000000,
            "start no more cells after N have failed; 0: carry on"),
    CMD_SWITCH(struct values, fail_fast, 0, "the same as --max-failures 1"),
    CMD_ENUM(struct values, timing, 0, "HOW", "record", timings,
             "what to do with cells whose seconds are doubtful: record marks them, strict also "
             "runs them again at the end, twice at most"),
    CMD_SWITCH(struct values, no_reuse, 0,
               "compute scores again even if an earlier cell left them"),
    CMD_SWITCH(struct values, force, 0,
               "start even if disk or memory will not suffice, judging by finished cells, or on a "
               "network file system"),
    CMD_SWITCH(struct values, no_pin, 0, "let the kernel choose the processors of cells"),
    CMD_SWITCH(struct values, strict, 0, CMD_STRICT_HELP),
    CMD_TEXTS(struct values, set, 0, "K=V", CMD_SET_HELP),
    CMD_END,
};

static const struct cmd_line line = {
    "run",
    "FILE",
    "Trains every cell of an experiment that is not done yet and records its progress in the\n"
    "database. Cells are identified by their content: running a file twice does nothing the\n"
    "second time, and a changed file runs only what is new. Ctrl-C once checkpoints the\n"
    "cells in flight and stops; twice stops at once. The next run continues from the\n"
    "checkpoints. FILE is an experiment's file, or the name of one that comes with winnow:\n"
    "winnow list experiments shows them.",
    flags,
    1,
    1,
};

/* Of those that are meant. */
static size_t count_state(const struct plan *plan, enum store_cell_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += plan->cells[i].state == state && !plan->cells[i].left_out;
    return count;
}

/* ["accuracy-vs-time","phases"], in the arena. */
static const char *figures_json(const struct config *config, struct arena *arena)
{
    struct str text = {0};
    json_t *array = json_made(json_array());
    for (size_t i = 0; i < config->figure_count; i++)
        json_push(array, json_text(config->figures[i]));
    json_add_dump(&text, array, JSON_COMPACT);
    json_decref(array);
    return str_keep(&text, arena);
}

static int record_experiment(const struct config *config, const struct plan *plan,
                             struct store *store, struct err *err)
{
    struct store_cell *cells;
    struct store_questions questions;
    struct arena arena = {0};
    decide_questions(config, plan, &arena, &questions);
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
        .notes = plan->notes,
        .note_count = plan->note_count,
        .questions = questions.items,
        .question_count = questions.count,
    };
    const int failed = store_experiment(store, &experiment, cells, plan->count, err);
    arena_release(&arena);
    return failed;
}

/* By what finished cells took; -1: go on. Otherwise the exit code, and the reason was printed. */
static int refuse(const struct forecast *forecast, bool force)
{
    struct str reasons = {0};
    int code = -1;
    if (estimate_refuses(&forecast->needs, &reasons)) {
        cmd_say(force ? "warning: " : "winnow run: ");
        cmd_say_lines(str_text(&reasons));
        code = force ? -1 : EXIT_ENVIRONMENT;
    }
    str_release(&reasons);
    return code;
}

/* ---- Running ----------------------------------------------------------------------------------*/

/* Who watches the grid: the screen, and the file it came from. */
struct watch {
    struct progress *progress;
    struct changed *changed;
    int64_t looked; /* at the file */
    struct str changes;
};

static const int64_t LOOK_NS = 60 * (int64_t)1000000000;

static void look(struct watch *watch)
{
    watch->looked = time_now();
    str_clear(&watch->changes);
    if (changed_look(watch->changed, &watch->changes))
        cmd_say_lines(str_text(&watch->changes));
}

static void take_event(void *context, const struct run_event *event)
{
    struct watch *watch = context;
    progress_take(watch->progress, event);
    if (event->kind == RUN_TICK && time_now() - watch->looked >= LOOK_NS) {
        progress_pause(watch->progress);
        look(watch);
    }
}

static void print_totals(const struct run_totals *totals, const struct values *values,
                         const char *db)
{
    cmd_say("%zu cell%s done", totals->done, STR_PLURAL(totals->done));
    if (totals->failed)
        cmd_say(", %zu failed (winnow status shows why; --retry-failed runs them again)",
                totals->failed);
    if (totals->left)
        cmd_say(", %zu left for the next run", totals->left);
    cmd_say(": %s\n", db);
    if (totals->gave_up)
        cmd_say("stopped after %zu failed cell%s (%s)\n", totals->failed,
                STR_PLURAL(totals->failed), values->fail_fast ? "--fail-fast" : "--max-failures");
    if (totals->doubtful)
        cmd_say("%zu of those done ha%s doubtful seconds in every attempt: see winnow why CELL\n",
                totals->doubtful, totals->doubtful == 1 ? "s" : "ve");
    cmd_say_lines(str_text(&totals->blocks));
}

/* Processors for the cells at once; NULL, and a note says why, where they cannot have their own. */
static struct pins *pin(const struct run_options *options, size_t wanted)
{
    struct pin_machine machine;
    struct err why;
    const int slots = wanted < (size_t)options->jobs ? (int)wanted : options->jobs;
    pin_machine_read("", &machine);
    struct pins *pins = pins_claim(&machine, slots, options->threads, &why);
    if (!pins)
        cmd_say("note: cells are not bound to processors: %s\n", why.text);
    pin_machine_release(&machine);
    return pins;
}

static int run_wanted(const struct config *config, const struct plan *plan, struct store *store,
                      const struct run_options *options, const struct values *values)
{
    struct watch watch = {
        .progress = progress_new(plan, options),
        .changed = changed_new(config, values->set.items, values->set.count),
        .looked = time_now(),
    };
    const struct run_watcher watcher = {take_event, &watch};
    struct run_totals totals;
    struct err err;
    const int failed = run_plan(plan, store, options, &watcher, &totals, &err);
    progress_free(watch.progress);
    int code = EXIT_DATABASE;
    if (failed) {
        cmd_fail(&line, code, err.text);
    } else {
        print_totals(&totals, values, options->db);
        look(&watch);
        code = totals.interrupted ? EXIT_INTERRUPTED
               : totals.failed    ? EXIT_CELLS_FAILED
                                  : EXIT_DONE;
        run_totals_release(&totals);
    }
    changed_free(watch.changed);
    str_release(&watch.changes);
    return code;
}

/* ", of 2 threads each"; "" where that is one, as usual. */
static const char *threads_each(const struct run_options *options, struct arena *arena)
{
    return options->threads == 1 ? ""
                                 : arena_printf(arena, ", of %d threads each", options->threads);
}

/* What the file says into the database, and what is decided already. */
static int record(const struct config *config, const struct plan *plan, struct store *store,
                  struct decider **ret_decider, struct err *err)
{
    return record_experiment(config, plan, store, err) ||
           decider_new(config, plan, store, ret_decider, err);
}

static void print_decisions(const struct decider *decider)
{
    struct str lines = {0};
    if (!decider)
        return;
    decider_report(decider, &lines);
    cmd_say_lines(str_text(&lines));
    str_release(&lines);
}

static int run_stored(const struct config *config, struct plan *plan, struct store *store,
                      struct run_options *options, const struct values *values,
                      struct pause_start *start)
{
    const char *db = options->db;
    struct err err;
    while (record(config, plan, store, &options->decider, &err))
        if (!pause_start_again(start, &err))
            return cmd_fail(&line, EXIT_DATABASE, err.text);
    pause_start_end(start);
    if (start->end) /* to measure and to wait took some of it */
        options->budget = fmax(1e-3, (double)(start->end - time_boot()) * 1e-9);
    const size_t done = count_state(plan, CELL_DONE), failed = count_state(plan, CELL_FAILED);
    const size_t wanted = run_count_wanted(plan, options);
    size_t meant = 0;
    for (size_t i = 0; i < plan->count; i++)
        meant += !plan->cells[i].left_out;
    int code = EXIT_DONE;
    if (wanted > 0) {
        cmd_say("%s: %s%zu of %zu cells to run, %d at once%s, into %s\n", config->name,
                options->decider ? "up to " : "", wanted, plan->count, options->jobs,
                threads_each(options, &plan->arena), db);
        const int room = pin_room_here();
        const bool crowds = run_crowds(options, room);
        if (crowds)
            cmd_say("warning: %d threads on %d core%s: the times will mean little\n",
                    options->jobs * options->threads, room, STR_PLURAL(room));
        struct pins *pins = crowds || values->no_pin ? NULL : pin(options, wanted);
        options->pins = pins;
        code = run_wanted(config, plan, store, options, values);
        options->pins = NULL;
        pins_release(pins);
    } else {
        checkpoints_clear(options, plan);
        cmd_say("%s: nothing to run: %zu of %zu cells are done in %s%s\n", config->name, done,
                meant, db, meant < plan->count ? ", counting only what --where selects" : "");
    }
    print_decisions(options->decider);
    decider_free(options->decider);
    options->decider = NULL;
    if (failed == 0 || options->retry_failed)
        return code;
    cmd_say("%zu failed earlier; winnow status shows why, --retry-failed runs them again\n",
            failed);
    return code == EXIT_DONE ? EXIT_CELLS_FAILED : code;
}

/* What is known of the plan decides whether it starts, and with a budget how far it goes. */
static int run_known(const struct config *config, struct plan *plan, struct store *store,
                     struct run_options *options, const struct values *values,
                     struct pause_start *start)
{
    struct history *history;
    struct err err;
    if (plan_states(plan, store, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    if (cmd_apply_where(plan, values->where, &err) ||
        history_read(store, config->name, &history, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    struct forecast *forecast = forecast_new(plan, history, options, options->db);
    int code = refuse(forecast, values->force);
    if (code < 0) {
        if (options->budget > 0 && !values->no_measure)
            forecast_measure(forecast, plan, options);
        options->history = history;
        options->expected = forecast->cells;
        code = run_stored(config, plan, store, options, values, start);
    }
    forecast_free(forecast);
    history_free(history);
    return code;
}

static void say(const char *text)
{
    cmd_say("%s\n", text);
}

/* budget: seconds, or 0. */
static int run_config(const struct config *config, const struct values *values, double budget)
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
        .max_failures = values->fail_fast ? 1 : values->max_failures,
        .timing = values->timing,
        .budget = budget,
    };
    struct pause_start start = {.end = budget > 0 ? time_boot() + (int64_t)(budget * 1e9) : 0,
                                .say = say};
    int failed, code = cmd_make_plan(&line, config, values->strict, &plan);
    if (code >= 0)
        return code;
    if (cmd_apply_where(plan, values->where, &err)) { /* before there is a database */
        plan_free(plan);
        err_prefix(&err, "--where: ");
        return cmd_fail(&line, EXIT_USAGE, err.text);
    }
    const char *db = cmd_config_db(config, values->db, &plan->arena);
    artifact_folder(db, &artifacts);
    options.artifacts = str_text(&artifacts);
    options.db = start.db = db;
    checkpoint_folder(db, &checkpoints);
    options.checkpoints = str_text(&checkpoints);
    code = EXIT_DATABASE;
    const enum store_mode mode = STORE_WRITE | STORE_BRIEFLY | (values->force ? STORE_ANYWHERE : 0);
    while ((failed = store_open(db, mode, &store, &err)) && pause_start_again(&start, &err))
        ;
    if (failed) {
        cmd_fail(&line, code, err.text);
    } else {
        code = run_known(config, plan, store, &options, values, &start);
        rmdir(options.checkpoints); /* where no cell goes on from it */
        store_close(store);
    }
    plan_free(plan);
    STR_RELEASE(&artifacts, &checkpoints);
    return code;
}

int cmd_run(int argc, char **argv)
{
    struct values values;
    const char *path;
    /* Whoever read what it says may leave (`| head -1`): the grid goes on without. */
    signal(SIGPIPE, SIG_IGN);
    const int parsed = cmd_parse(&line, argc, argv, &values, &path);
    if (parsed >= 0)
        return parsed;
    struct config *config;
    double budget;
    int wrong = cmd_choose_budget(&line, values.deadline, values.budget, &budget);
    if (wrong < 0)
        wrong = cmd_load_config(path, &values.set, values.strict, &config);
    if (wrong >= 0)
        return wrong;
    const int code = run_config(config, &values, budget);
    config_free(config);
    return code;
}

/*
 * winnow paper: the figures, tables and numbers of a paper, from the experiments that repeat it,
 * and what became of its claims.
 *
 *     winnow paper a --size smoke --run     runs the experiment paper-a-smoke, renders
 *     winnow paper b                        renders what results/paper-b-night.db has
 *     winnow paper b --verify               is what was rendered edited, or out of date?
 *
 * Experiments run as `winnow run` does, in a process of its own each: the flags are handed on.
 */
#include "harness/paper/paper.h"
#include "base/process.h"
#include "base/signals.h"
#include "harness/cmd/kit/db.h"
#include "harness/data/data.h"
#include "harness/paper/outputs.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct values {
    const char *db, *output, *data_dir, *where, *budget, *deadline;
    struct cmd_values set;
    int size;
    int jobs;
    bool run, verify, force, data_only;
};

static const struct cmd_flag flags[] = {
    CMD_ENUM(
        struct values, size, 's', "SIZE", "night", paper_sizes,
        "full: as published; night: a night on 2 cores; smoke: a few minutes, to try the path"),
    CMD_SWITCH(struct values, run, 0, "run the cells that are not done first"),
    CMD_SWITCH(struct values, verify, 0, "report what is edited or out of date, and write nothing"),
    CMD_TEXT(struct values, output, 'o', "DIR",
             "the folder to write to; default: results/paper-ID-SIZE"),
    CMD_TEXT(struct values, db, 0, "PATH", "the database; default: results/paper-ID-SIZE.db"),
    CMD_SWITCH(struct values, force, 0, "overwrite files that were edited"),
    CMD_SWITCH(struct values, data_only, 0, "only the numbers of the figures"),
    CMD_INT(struct values, jobs, 'j', "N", "0", 0, 1024, "with --run: cells at once"),
    CMD_TEXT(struct values, data_dir, 0, "DIR", "with --run: where the datasets are"),
    CMD_TEXT(struct values, where, 0, "EXPR", "with --run: only these cells, as in winnow run"),
    CMD_TEXT(struct values, budget, 0, "TIME", "with --run: time for each experiment"),
    CMD_TEXT(struct values, deadline, 0, "TIME",
             "with --run: start whole blocks that end before this time"),
    CMD_TEXTS(struct values, set, 0, "K=V", "with --run: change a key of the files"),
    CMD_END,
};
static const struct cmd_line line = {
    "paper",
    "a|b",
    "Renders a paper's figures, tables (csv, md, tex), numbers for LaTeX and claims from the\n"
    "experiments that repeat it, prints the claims' verdicts, and writes manifest.json.\n"
    "a: Raju et al. 2021, dynamic pruning; b: Yang et al. 2023, generalization influence.",
    flags,
    1,
    1,
};

/* ---- Running ----------------------------------------------------------------------------------*/

enum { MOST_WORDS = 16 + 2 * CMD_MAX_VALUES };

/* What stops or ends this process is for the one that it waits for. */
static const int handed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, SIGCHLD, 0};

/* Whether one of them was to end it. */
static bool hand_on(const struct process *process)
{
    struct signals_news news;
    bool told = false;
    while (signals_take(&news)) {
        if (news.number == SIGCHLD)
            continue;
        kill(process->pid, news.number);
        told = told || news.number != SIGTSTP;
        if (news.number == SIGTSTP) {
            signals_stop();
            kill(process->pid, SIGCONT);
        }
    }
    return told;
}

/*
 * In a group of its own, so that the terminal's Ctrl-C comes once, by way of this process; to write
 * to the terminal is allowed to it nevertheless (SIGTTOU). Its exit code, or 128 + signal;
 * interrupted where it was told to end.
 */
static int spawn(const char *const *words)
{
    static const int blocked[] = {SIGTTOU, 0};
    const struct process_setup setup = {
        .argv = words, .self = true, .apart = true, .blocked = blocked};
    struct signals caught;
    struct process process;
    struct process_end end;
    struct err err;
    bool told = false;
    signals_catch(&caught, handed_on);
    const int failed = process_start(&setup, &process, &err);
    while (!failed && !process_ended(&process, &end)) {
        struct pollfd news = {signals_descriptor(), POLLIN, 0};
        poll(&news, 1, -1);
        told = hand_on(&process) || told;
    }
    signals_release(&caught);
    if (failed)
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    return told ? EXIT_INTERRUPTED : end.code;
}

static int run(const struct values *values, const char *experiment, const char *db)
{
    struct arena arena = {0};
    const char *words[MOST_WORDS];
    size_t n = 0;
    words[n++] = "winnow";
    words[n++] = "run";
    words[n++] = arena_printf(&arena, "--jobs=%d", values->jobs);
    words[n++] = arena_printf(&arena, "--db=%s", db);
    const char *const given[][2] = {
        {"where", values->where}, {"budget", values->budget}, {"deadline", values->deadline}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (given[i][1])
            words[n++] = arena_printf(&arena, "--%s=%s", given[i][0], given[i][1]);
    for (size_t i = 0; i < values->set.count; i++)
        words[n++] = arena_printf(&arena, "--set=%s", values->set.items[i]);
    words[n++] = experiment;
    words[n] = NULL;
    cmd_say("winnow paper: %s\n", experiment);
    const int code = spawn(words);
    arena_release(&arena);
    return code;
}

/* -1: go on; cells that failed are the claims' business too, and hold up nothing. */
static int run_all(const struct values *values, const char *paper, const char *db, bool *ret_failed)
{
    struct str experiment = {0};
    int code = -1;
    if (values->data_dir && setenv("WINNOW_DATA", values->data_dir, 1))
        return EXIT_ENVIRONMENT;
    for (size_t i = 0; code < 0 && paper_next(paper, paper_sizes[values->size], &i, &experiment);) {
        const int ended = run(values, str_text(&experiment), db);
        *ret_failed = *ret_failed || ended == EXIT_CELLS_FAILED;
        code = ended == EXIT_DONE || ended == EXIT_CELLS_FAILED ? -1 : ended;
    }
    str_release(&experiment);
    return code;
}

/* ---- Rendering --------------------------------------------------------------------------------*/

static int verify(const struct paper_job *job, const struct paper_outputs *outputs)
{
    struct str lines = {0};
    struct err err;
    int code = EXIT_DONE;
    if (paper_verify(job, outputs, &lines, &err))
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    else if (cmd_print(&line, &lines))
        code = EXIT_ENVIRONMENT;
    else if (lines.length)
        code = EXIT_GATE;
    else
        cmd_say("winnow paper: everything in %s is unedited and up to date\n", job->directory);
    str_release(&lines);
    return code;
}

static int render(const struct paper_job *job, const struct paper_outputs *outputs, bool force)
{
    struct str files = {0};
    struct err err;
    int code = EXIT_DONE;
    if (paper_write(job, outputs, force, &files, &err)) {
        code = cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    } else {
        cmd_say("winnow paper: %s/claims.md, manifest.json, ...\n", job->directory);
        code = cmd_print(&line, &outputs->summary);
    }
    str_release(&files);
    return code;
}

static void tell_skipped(const struct paper_outputs *outputs)
{
    for (const char *text = str_text(&outputs->skipped); *text; text += strcspn(text, "\n") + 1)
        cmd_say("winnow paper: %.*s\n", (int)strcspn(text, "\n"), text);
}

static int make(const struct values *values, struct paper_job *job)
{
    struct paper_outputs outputs;
    struct store *store;
    struct err err;
    int code = cmd_open_store(&line, job->db_path, NULL, &store);
    if (code >= 0)
        return code;
    job->db = store_sqlite(store);
    if (paper_collect(job, &outputs, &err)) {
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    } else {
        tell_skipped(&outputs);
        code = values->verify ? verify(job, &outputs) : render(job, &outputs, values->force);
        paper_outputs_release(&outputs);
    }
    store_close(store);
    return code;
}

static bool is_paper(const char *id)
{
    struct str name = {0};
    const bool found = paper_next(id, paper_sizes[0], &(size_t){0}, &name) != NULL;
    str_release(&name);
    return found;
}

int cmd_paper(int argc, char **argv)
{
    struct values values;
    const char *paper;
    int code = cmd_parse(&line, argc, argv, &values, &paper);
    if (code >= 0)
        return code;
    if (!is_paper(paper))
        return cmd_fail(&line, EXIT_USAGE, "which paper? a or b");
    if (values.verify && (values.run || values.force))
        return cmd_fail(&line, EXIT_USAGE, "--verify writes nothing: no --run or --force");
    if (!values.run && (values.where || values.budget || values.deadline || values.data_dir ||
                        values.set.count || values.jobs))
        return cmd_fail(&line, EXIT_USAGE,
                        "-j, --where, --budget, --deadline, --data-dir, --set need --run");
    struct err err;
    if (values.data_dir && dataset_check_dir(values.data_dir, &err)) {
        err_prefix(&err, "--data-dir: ");
        return cmd_fail(&line, EXIT_USAGE, err.text);
    }
    struct str folder = {0}, db = {0};
    bool failed = false;
    str_add(&folder, "results/");
    paper_experiment(paper, "", paper_sizes[values.size], &folder);
    str_addf(&db, "%s.db", str_text(&folder));
    struct paper_job job = {
        .paper = paper,
        .size = paper_sizes[values.size],
        .directory = values.output ? values.output : str_text(&folder),
        .db_path = values.db ? values.db : str_text(&db),
        .data_only = values.data_only,
    };
    code = values.run ? run_all(&values, paper, job.db_path, &failed) : -1;
    if (code < 0)
        code = make(&values, &job);
    if (code == EXIT_DONE && failed)
        code = EXIT_CELLS_FAILED;
    str_release(&folder);
    str_release(&db);
    return code;
}

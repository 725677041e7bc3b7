/*
 * winnow emit: an experiment as jobs for other schedulers. The plan is frozen into a folder with
 * the scripts that run it; what they leave there, `winnow merge` takes in.
 *
 *     DIR/plan.jsonl      harness/cluster/frozen_plan.h
 *     DIR/cells-K.sbatch, merge.sbatch, submit.sh      of emit slurm
 *     DIR/run.sh          of emit parallel
 *     DIR/shards, checkpoints, artifacts, logs         of the jobs
 */
#include "harness/cmd/grid/emit.h"
#include "base/folder.h"
#include "base/process.h"
#include "base/save.h"
#include "harness/cluster/emit.h"
#include "harness/cluster/shards.h"
#include "harness/cmd/kit/config.h"
#include "harness/cmd/kit/db.h"
#include "results/place.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_TASKS = 4000001,     /* Slurm's own limit of MaxArraySize */
    DEFAULT_MAX_ARRAY = 1001, /* Slurm's default */
    LONGEST = 365 * 24 * 3600,
};

/* ---- Flags ------------------------------------------------------------------------------------*/

struct values {
    const char *output, *db, *data_dir, *partition, *account, *mem, *hosts;
    struct cmd_values set, sbatch;
    int cells, max_array, cpus, jobs;
    double time, grace;
    bool force, strict;
};

#define SHARED_FLAGS                                                                               \
    CMD_TEXT(struct values, output, 'o', "DIR", "write the plan and the scripts there"),           \
        CMD_TEXT(struct values, db, 0, "PATH", CMD_CONFIG_DB_HELP),                                \
        CMD_TEXT(                                                                                  \
            struct values, data_dir, 0, "PATH",                                                    \
            "where the data is on the machines that compute; default: the same place as here"),    \
        CMD_INT(struct values, cells, 0, "N", "1", 1, 1000000,                                     \
                "cells per job, one after another: several if they are short"),                    \
        CMD_SWITCH(struct values, force, 0, "write into a folder that holds something else"),      \
        CMD_SWITCH(struct values, strict, 0, CMD_STRICT_HELP),                                     \
        CMD_TEXTS(struct values, set, 0, "K=V", CMD_SET_HELP), CMD_END

static const struct cmd_flag slurm_flags[] = {
    CMD_TEXT(struct values, partition, 'p', "NAME", "partition of the jobs"),
    CMD_TEXT(struct values, account, 0, "NAME", "the account that the jobs are charged to"),
    CMD_DURATION(
        struct values, time, 't', "TIME", "none", "none", LONGEST,
        "time limit of a job, e.g. 4h; a cell that reaches it is checkpointed and queued again"),
    CMD_DURATION(struct values, grace, 0, "TIME", "none", "60s", 65535,
                 "how long before the limit a job is signalled; default 60s"),
    CMD_INT(struct values, cpus, 0, "N", "0", 0, 4096,
            "processors of a job; 0: the threads of a cell"),
    CMD_TEXT(struct values, mem, 0, "SIZE", "memory of a job, as Slurm writes it: 4G"),
    CMD_TEXTS(struct values, sbatch, 0, "OPTION",
              "another option for sbatch, e.g. --qos=long; may be repeated"),
    CMD_INT(struct values, max_array, 0, "N", "0", 0, MOST_TASKS,
            "MaxArraySize; 0: what scontrol reports here, or else 1001"),
    SHARED_FLAGS,
};
static const struct cmd_line slurm_line = {
    "emit slurm",
    "FILE",
    "Freezes the plan of an experiment in a folder, with array jobs that run it on a Slurm\n"
    "cluster, a job that merges their results, and submit.sh, which submits what is not done\nyet.",
    slurm_flags,
    1,
    1,
};

static const struct cmd_flag parallel_flags[] = {
    CMD_TEXT(
        struct values, hosts, 0, "FILE",
        "ssh logins, one a line, as parallel --sshloginfile reads them; default: this machine"),
    CMD_INT(struct values, jobs, 'j', "N", "0", 0, 4096,
            "jobs at once on each host; 0: as many as it has cores"),
    SHARED_FLAGS,
};
static const struct cmd_line parallel_line = {
    "emit parallel",
    "FILE",
    "Freezes the plan of an experiment in a folder, with a script that runs what is not done\n"
    "yet with GNU parallel, here or over ssh on hosts that see the folder under the same\n"
    "path.",
    parallel_flags,
    1,
    1,
};

/* ---- The folder -------------------------------------------------------------------------------*/

/* Against the working folder; nothing has to exist. */
static const char *absolute(const char *path, struct arena *arena)
{
    char cwd[PATH_MAX];
    if (!path || path[0] == '/' || !getcwd(cwd, sizeof cwd))
        return path;
    return arena_printf(arena, "%s/%s", cwd, path);
}

static bool holds_something(const char *folder)
{
    struct folder entries = {0};
    const bool holds = folder_next(&entries, folder) != NULL;
    folder_close(&entries, folder, NULL);
    return holds;
}

/* The folder's plan stays where it says the same: its time is when it was frozen. 0, or the exit
 * code. */
static int put_plan(const char *folder, const struct str *text, const struct frozen_plan *frozen,
                    bool force, struct err *err)
{
    struct frozen_plan *there = NULL;
    struct str path = {0};
    struct err why;
    if (folder_make_alone(folder, err))
        return EXIT_ENVIRONMENT;
    str_addf(&path, "%s/plan.jsonl", folder);
    const bool exists = access(str_text(&path), F_OK) == 0;
    const bool readable = exists && frozen_plan_read(str_text(&path), &there, &why) == 0;
    const bool same = readable && strcmp(there->id, frozen->id) == 0;
    int code = EXIT_DONE;
    if (!same && !force && (exists || holds_something(folder))) {
        code = EXIT_USAGE;
        if (exists)
            err_set(err, "%s holds another plan%s%.300s: choose another folder, or --force", folder,
                    readable ? "" : ", ", readable ? "" : why.text);
        else
            err_set(err, "%s is not empty, and has no plan: choose another folder, or --force",
                    folder);
    } else if (!same && save_file(str_text(&path), str_text(text), err)) {
        code = EXIT_ENVIRONMENT;
    }
    frozen_plan_free(there);
    str_release(&path);
    return code;
}

/* ---- Slurm ------------------------------------------------------------------------------------*/

/* "MaxArraySize            = 1001", or 0 where there is no Slurm that answers. */
static int ask_max_array(void)
{
    static const char *const argv[] = {"scontrol", "show", "config", NULL};
    static const struct process_setup setup = {
        .argv = argv, .streams = {PROCESS_NOTHING, PROCESS_PIPE, PROCESS_NOTHING}};
    struct str text = {0};
    struct process_end end;
    int64_t found = 0;
    str_add(&text, "\n"); /* before each line there is one */
    process_run(&setup, &text, &end, NULL);
    const char *line = strstr(str_text(&text), "\nMaxArraySize");
    const char *equals = line ? strchr(line, '=') : NULL;
    if (equals) {
        char number[24];
        equals += 1 + strspn(equals + 1, " ");
        snprintf(number, sizeof number, "%.*s", (int)strcspn(equals, "\n"), equals);
        if (!str_parse_int(number, &found))
            found = 0;
    }
    str_release(&text);
    return found > 1 && found <= MOST_TASKS ? (int)found : 0;
}

/* Into the folder; a program is one that people start. */
static int put_script(const struct emit *emit, const char *name, const struct str *text,
                      bool program, struct err *err)
{
    struct save *save;
    struct str path = {0};
    str_addf(&path, "%s/%s", emit->folder, name);
    int failed = save_open(str_text(&path), &save, err);
    if (!failed) {
        if (program)
            save_executable(save);
        save_put(save, str_text(text), text->length);
        failed = save_close(save, err);
    }
    str_release(&path);
    return failed;
}

static int put_slurm(const struct emit *emit, struct err *err)
{
    struct str text = {0}, merge = {0}, submit = {0};
    int failed = 0;
    for (size_t chunk = 1; chunk <= emit_chunks(emit) && !failed; chunk++) {
        char name[64];
        snprintf(name, sizeof name, "cells-%zu.sbatch", chunk);
        str_clear(&text);
        emit_script(emit, EMIT_CELLS, chunk, &text);
        failed = put_script(emit, name, &text, false, err);
    }
    /* Of an earlier emit that had more of them. */
    for (size_t chunk = emit_chunks(emit) + 1; !failed; chunk++) {
        str_clear(&text);
        str_addf(&text, "%s/cells-%zu.sbatch", emit->folder, chunk);
        if (unlink(str_text(&text)))
            break;
    }
    emit_script(emit, EMIT_MERGE, 1, &merge);
    emit_script(emit, EMIT_SUBMIT, 1, &submit);
    failed = failed || put_script(emit, "merge.sbatch", &merge, false, err) ||
             put_script(emit, "submit.sh", &submit, true, err);
    STR_RELEASE(&text, &merge, &submit);
    return failed ? -1 : 0;
}

static int put_parallel(const struct emit *emit, struct err *err)
{
    struct str text = {0};
    emit_script(emit, EMIT_RUN, 1, &text);
    const int failed = put_script(emit, "run.sh", &text, true, err);
    str_release(&text);
    return failed;
}

/* Their words stand in #SBATCH lines, which end with the line. */
static const char *find_control(const struct emit *emit)
{
    const char *const single[] = {emit->partition, emit->account, emit->memory};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (single[i] && single[i][strcspn(single[i], " \t\r\n'\"")])
            return single[i];
    for (size_t i = 0; i < emit->line_count; i++)
        if (emit->lines[i][strcspn(emit->lines[i], "\r\n")])
            return emit->lines[i];
    return NULL;
}

/* ---- Both -------------------------------------------------------------------------------------*/

/* As a word for the shell, and what follows it: "/run.sh" is part of that word. */
static void add_path(struct str *ret_text, const char *path, const char *after)
{
    str_add_word(ret_text, path);
    str_add(ret_text, after);
}

static void explain(const struct emit *emit, bool slurm, struct str *ret_text)
{
    struct disk disk;
    const struct frozen_plan *frozen = emit->frozen;
    str_addf(ret_text, "%s: %zu cells in %zu elements, frozen in %s/plan.jsonl\n\n  ", frozen->name,
             frozen->plan->count, frozen->elements, emit->folder);
    add_path(ret_text, emit->folder, slurm ? "/submit.sh\n" : "/run.sh\n");
    if (slurm)
        str_addf(ret_text,
                 "      submits what is neither done nor queued, as %zu array job%s at most, and a "
                 "job that merges\n"
                 "      their results. Run it again after a bad night: it submits what is left.\n",
                 emit_chunks(emit), STR_PLURAL(emit_chunks(emit)));
    else
        str_addf(
            ret_text, "      runs what is not done%s%s, and merges. Run it again at any time.\n",
            emit->hosts ? " on the hosts of " : " on this machine", emit->hosts ? emit->hosts : "");
    str_add(ret_text, "  winnow merge ");
    add_path(ret_text, emit->db, " ");
    add_path(ret_text, emit->folder,
             "\n      takes in the results so far, as often as you like.\n");
    if (place_network(emit->db, &disk))
        str_addf(ret_text,
                 "\nThe database would lie on a network file system (%s), where winnow does not "
                 "write: --db names\none on a disk of the machine that merges.\n",
                 disk.type);
    if (place_network(emit->folder, &disk) == false)
        str_add(ret_text, "\nThe folder is on a disk of this machine: other machines must see it "
                          "under the same path.\n");
}

/* This program's own path, for the scripts. */
static const char *own_path(struct arena *arena)
{
    struct str path = {0};
    struct err err;
    if (process_own_path(&path, &err))
        str_add(&path, "winnow");
    return str_keep(&path, arena);
}

static int write_folder(const struct cmd_line *line, const struct emit *emit,
                        const struct str *plan, bool force)
{
    const bool slurm = line == &slurm_line;
    struct str text = {0};
    struct err err;
    int code = put_plan(emit->folder, plan, emit->frozen, force, &err);
    if (code != EXIT_DONE)
        return cmd_fail(line, code, err.text);
    if (slurm ? put_slurm(emit, &err) : put_parallel(emit, &err))
        return cmd_fail(line, EXIT_ENVIRONMENT, err.text);
    explain(emit, slurm, &text);
    code = cmd_print(line, &text);
    str_release(&text);
    return code;
}

static int emit_plan(const struct cmd_line *line, const struct config *config,
                     const struct plan *plan, const struct values *values, struct arena *arena)
{
    const size_t cells = (size_t)values->cells, elements = (plan->count + cells - 1) / cells;
    char cwd[PATH_MAX];
    struct str text = {0};
    struct err err;
    struct emit emit = {
        .folder = absolute(values->output, arena),
        .db = absolute(cmd_config_db(config, values->db, arena), arena),
        .winnow = own_path(arena),
        .cwd = getcwd(cwd, sizeof cwd) ? cwd : "/",
        .data_dir = values->data_dir ? dataset_dir_expand(values->data_dir, arena) : NULL,
        .partition = values->partition,
        .account = values->account,
        .memory = values->mem,
        .lines = values->sbatch.items,
        .line_count = values->sbatch.count,
        .cpus = values->cpus ? values->cpus : config->engine.threads,
        .time = values->time,
        .grace = values->grace,
        .hosts = absolute(values->hosts, arena),
        .jobs = values->jobs,
    };
    struct frozen_plan *frozen;
    if (emit.data_dir && dataset_check_dir(emit.data_dir, &err))
        cmd_say("note: --data-dir: not on this machine; jobs end at once where it is not\n");
    const char *control = find_control(&emit);
    if (control) {
        err_set(&err, "'%.100s' cannot stand in an #SBATCH line", control);
        return cmd_fail(line, EXIT_USAGE, err.text);
    }
    emit.max_array = values->max_array     ? values->max_array
                     : line == &slurm_line ? ask_max_array()
                                           : 0;
    emit.max_array = emit.max_array ? emit.max_array : DEFAULT_MAX_ARRAY;
    frozen_plan_text(config, plan, absolute(config->data_dir, arena), elements, &text);
    /* Read again, so that nothing is written that could not be. */
    int code = EXIT_ENVIRONMENT;
    if (frozen_plan_parse(str_text(&text), "plan.jsonl", &frozen, &err)) {
        cmd_fail(line, code, err.text);
    } else {
        emit.frozen = frozen;
        code = write_folder(line, &emit, &text, values->force);
        frozen_plan_free(frozen);
    }
    str_release(&text);
    return code;
}

static int emit_file(const struct cmd_line *line, int argc, char **argv)
{
    struct values values = {0};
    const char *path;
    struct config *config;
    struct plan *plan;
    struct arena arena = {0};
    int code = cmd_parse(line, argc, argv, &values, &path);
    if (code >= 0)
        return code;
    if (!values.output)
        return cmd_fail(line, EXIT_USAGE, "-o DIR is missing");
    code = cmd_load_config(path, &values.set, values.strict, &config);
    if (code >= 0)
        return code;
    code = cmd_make_plan(line, config, values.strict, &plan);
    if (code < 0) {
        code = emit_plan(line, config, plan, &values, &arena);
        plan_free(plan);
    }
    arena_release(&arena);
    config_free(config);
    return code;
}

static int emit_slurm_verb(int argc, char **argv)
{
    return emit_file(&slurm_line, argc, argv);
}

static int emit_parallel_verb(int argc, char **argv)
{
    return emit_file(&parallel_line, argc, argv);
}

/* ---- The verbs --------------------------------------------------------------------------------*/

static const struct cmd verbs[] = {
    {"slurm", emit_slurm_verb, "array jobs for a Slurm cluster, and one that merges"},
    {"parallel", emit_parallel_verb, "a script for GNU parallel, here or over ssh"},
    {"pending", cmd_emit_pending, "which elements of an emitted plan are not done"},
};

int cmd_emit(int argc, char **argv)
{
    return cmd_run_verb("emit", "[FLAGS] FILE", verbs, sizeof verbs / sizeof *verbs, argc, argv);
}

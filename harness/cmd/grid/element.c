/*
 * winnow cell --plan: the cells of one element of a frozen plan, one after the other, outside any
 * `winnow run`: what an array job of Slurm or GNU parallel calls.
 *
 * It is `winnow run` with one slot, into a database of its own on the node's own disk, because
 * SQLite cannot be trusted on a network file system. The shared folder gets a copy of it (a shard)
 * after each cell, at most every few seconds, and at the end. What earlier shards of the element
 * say is done is not run again: so it can be started any number of times, by whomever.
 *
 * Checkpoints lie in the shared folder, for whichever machine goes on from them, and are one
 * start's at a time: another one of the same element beside it (of a node that was cut off and
 * works on, say) begins at the beginning and keeps its own on its node's disk.
 *
 * SIGUSR1, which Slurm sends before the time limit: the cell at work writes a checkpoint and stops,
 * and the exit code is 85; with --requeue the job has queued itself again before, and goes on from
 * there.
 */
#include "base/process.h"
#include "base/signals.h"
#include "base/str.h"
#include "base/time.h"
#include "harness/cluster/shards.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/cmd/kit/progress.h"
#include "harness/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PUBLISH_SECONDS = 10, /* between two copies of a shard that grows, at least */
    MOST_ELEMENTS = 1000000000,
    MOST_REQUEUES = 1000000,
};

struct values {
    const char *plan, *shards, *checkpoints, *artifacts, *scratch, *data_dir;
    int element, requeues;
    bool requeue, retry_failed, with_parent;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, plan, 0, "FILE", "a plan that winnow emit wrote"),
    CMD_INT(struct values, element, 0, "I", "0", 0, MOST_ELEMENTS,
            "which of the plan's elements, from 0"),
    CMD_TEXT(struct values, shards, 0, "DIR",
             "leave the results there; default: shards/ beside "
             "the plan"),
    CMD_TEXT(struct values, checkpoints, 0, "DIR", "default: checkpoints/ beside the plan"),
    CMD_TEXT(struct values, artifacts, 0, "DIR",
             "scores that cells share; default: artifacts/ "
             "beside the plan"),
    CMD_TEXT(struct values, scratch, 0, "DIR",
             "a folder on a local disk; default: $TMPDIR, or /tmp"),
    CMD_TEXT(struct values, data_dir, 0, "PATH", "where the data is; default: where the plan says"),
    CMD_SWITCH(struct values, requeue, 0, "stopped by SIGUSR1: queue this Slurm job again"),
    CMD_INT(struct values, requeues, 0, "N", "100", 0, MOST_REQUEUES, "at most this often"),
    CMD_SWITCH(struct values, retry_failed, 0, "run failed and diverged cells again"),
    CMD_SWITCH(struct values, with_parent, 0, "stop when the process that started this one dies"),
    CMD_END,
};
static const struct cmd_line line = {
    "cell",
    "",
    "Runs one element of a plan that winnow emit wrote, and leaves a shard for winnow merge.\n"
    "Cells that are done according to its shards do not run again. SIGUSR1, or Ctrl-C once:\n"
    "checkpoint and stop. Without flags it is the worker that winnow run starts: a job on\n"
    "stdin, records to descriptor 3.",
    flags,
    0,
    0,
};

/* ---- Where ------------------------------------------------------------------------------------*/

struct element {
    const struct values *values;
    struct frozen_plan *frozen;
    struct plan *plan; /* of its cells */
    char id[FROZEN_ELEMENT_SIZE];
    struct arena arena;
    const char *shards, *checkpoints, *artifacts;
    const char *scratch;          /* folder on the node's disk, made for this start */
    const char *db, *copy, *path; /* the database there, its copy, and that in shards */
    struct store *store;
    struct progress *progress;
    bool changed;       /* since it was published */
    int64_t published;  /* time_now() */
    struct err trouble; /* why it was not; "" */
};

/* given, or the folder of that name beside the plan. */
static const char *beside_plan(struct element *element, const char *given, const char *name)
{
    char *path = arena_strdup(&element->arena, element->values->plan);
    return given ? given : arena_printf(&element->arena, "%s/%s", dirname(path), name);
}

static int make_scratch(struct element *element, struct err *err)
{
    const char *given = element->values->scratch, *tmpdir = getenv("TMPDIR");
    const char *parent = given ? given : tmpdir && tmpdir[0] ? tmpdir : "/tmp";
    char *path = arena_printf(&element->arena, "%s/winnow-cell-XXXXXX", parent);
    if (!mkdtemp(path))
        return err_set(err, "no folder in %s: %s; --scratch names another disk", parent,
                       strerror(errno));
    element->scratch = path;
    element->db = arena_printf(&element->arena, "%s/shard.db", path);
    element->copy = arena_printf(&element->arena, "%s/copy.db", path);
    return 0;
}

/* Where checkpoints lie that nobody else goes on from. */
static const char *own_checkpoints(struct element *element)
{
    return arena_printf(&element->arena, "%s/checkpoints", element->scratch);
}

static void remove_scratch(struct element *element)
{
    const char *checkpoints = own_checkpoints(element);
    for (size_t i = 0; i < element->plan->count; i++)
        unlink(arena_printf(&element->arena, "%s/%s", checkpoints, element->plan->cells[i].key));
    rmdir(checkpoints);
    unlink(element->db);
    unlink(element->copy);
    rmdir(element->scratch);
}

/* Of this start alone until the process ends. A file system without locks answers for nobody. */
static bool claim_checkpoints(struct element *element)
{
    mkdir(element->checkpoints, 0777); /* where that fails, the first checkpoint says why */
    const int file =
        open(arena_printf(&element->arena, "%s/%s.lock", element->checkpoints, element->id),
             O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return file < 0 || flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* After make_scratch. */
static const char *choose_checkpoints(struct element *element)
{
    if (claim_checkpoints(element))
        return element->checkpoints;
    fprintf(stderr, "note: another start of this element is running: this one begins its cells "
                    "anew, and its checkpoints stay on this machine\n");
    return own_checkpoints(element);
}

/* ---- Publishing -------------------------------------------------------------------------------*/

static void publish(struct element *element)
{
    struct err err;
    element->published = time_now();
    if (shards_publish(element->store, element->copy, element->path, &err)) {
        element->trouble = err;
        fprintf(stderr, "winnow cell: %s; trying again\n", err.text);
        return;
    }
    element->changed = false;
    element->trouble.text[0] = '\0';
}

static void take_event(void *context, const struct run_event *event)
{
    struct element *element = context;
    progress_take(element->progress, event);
    element->changed = element->changed || event->kind == RUN_CELL_ENDED;
    if (element->changed && time_now() - element->published > (int64_t)PUBLISH_SECONDS * 1000000000)
        publish(element);
}

/* ---- Queueing again ---------------------------------------------------------------------------*/

/* The array's own number would be all of its tasks. NULL: this is no job of Slurm's. */
static const char *job_name(struct arena *arena)
{
    const char *array = getenv("SLURM_ARRAY_JOB_ID"), *task = getenv("SLURM_ARRAY_TASK_ID");
    return array && task ? arena_printf(arena, "%s_%s", array, task) : getenv("SLURM_JOB_ID");
}

static int run_scontrol(const char *job, struct err *err)
{
    const char *const argv[] = {"scontrol", "requeue", job, NULL};
    const struct process_setup setup = {.argv = argv};
    struct process_end end;
    if (process_run(&setup, NULL, &end, err))
        return -1;
    return end.code ? err_set(err, "scontrol requeue %s failed", job) : 0;
}

/* Slurm ends the job when it queues it again: this comes last. */
static void requeue(struct element *element)
{
    const char *job = job_name(&element->arena), *restarts = getenv("SLURM_RESTART_COUNT");
    int64_t count = 0;
    struct err err;
    if (!element->values->requeue)
        return;
    if (restarts && str_parse_int(restarts, &count) && count >= element->values->requeues)
        err_set(&err, "it has been queued again %lld times already (--requeues)", (long long)count);
    else if (!job)
        err_set(&err, "there is no SLURM_JOB_ID");
    else if (run_scontrol(job, &err) == 0)
        return;
    fprintf(stderr, "winnow cell: not queued again: %s; submit.sh submits what is left\n",
            err.text);
}

/* ---- Running ----------------------------------------------------------------------------------*/

static size_t count_state(const struct plan *plan, enum store_cell_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += plan->cells[i].state == state;
    return count;
}

static int exit_code(const struct element *element, const struct run_totals *totals)
{
    if (element->changed)
        return EXIT_DATABASE;
    if (totals->interrupted && totals->left > 0)
        return totals->signal == SIGUSR1 ? EXIT_CHECKPOINTED : EXIT_INTERRUPTED;
    return totals->failed ? EXIT_CELLS_FAILED : EXIT_DONE;
}

static int run_into(struct element *element, const struct run_options *options)
{
    const struct run_watcher watcher = {take_event, element};
    struct run_totals totals;
    struct err err;
    if (frozen_plan_record(element->frozen, element->plan, element->store, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    element->progress = progress_new(element->plan, options);
    const int failed = run_plan(element->plan, element->store, options, &watcher, &totals, &err);
    progress_free(element->progress);
    if (failed)
        cmd_fail(&line, EXIT_DATABASE, err.text);
    element->changed = true; /* lost attempts have their row too */
    publish(element);
    const int code = failed ? EXIT_DATABASE : exit_code(element, &totals);
    if (code == EXIT_CHECKPOINTED) {
        fprintf(stderr, "%s: stopped on request, %zu cell%s left: exit code %d\n",
                element->frozen->name, totals.left, STR_PLURAL(totals.left), code);
        requeue(element);
    }
    return code;
}

static int run_scratch(struct element *element, struct run_options *options)
{
    struct err err;
    struct str path = {0};
    if (shards_new_name(element->shards, element->id, &path, &err) || make_scratch(element, &err)) {
        str_release(&path);
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    }
    element->path = arena_strdup(&element->arena, str_text(&path));
    str_release(&path);
    options->db = element->db;
    options->checkpoints = choose_checkpoints(element);
    int code = EXIT_DATABASE;
    if (store_open(element->db, STORE_WRITE, &element->store, &err)) {
        cmd_fail(&line, code, err.text);
    } else {
        code = run_into(element, options);
        store_close(element->store);
    }
    if (element->trouble.text[0] && access(element->db, F_OK) == 0)
        fprintf(stderr,
                "winnow cell: its results are in %s on this machine: winnow merge takes "
                "them from there\n",
                element->db);
    else
        remove_scratch(element);
    return code;
}

static int run_element(struct element *element)
{
    const struct values *values = element->values;
    struct shards shards;
    struct err err;
    struct str notes = {0};
    struct run_options options = {
        .jobs = 1,
        .threads = element->frozen->threads,
        .retry_failed = values->retry_failed,
        .data_dir = values->data_dir ? values->data_dir : element->frozen->data_dir,
        .artifacts = element->artifacts,
        .reuse = true,
    };
    if (shards_list(element->shards, &shards, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    shards_states(element->shards, &shards, element->id, element->plan->cells, element->plan->count,
                  &notes);
    shards_release(&shards);
    fputs(str_text(&notes), stderr);
    str_release(&notes);
    const size_t done = count_state(element->plan, CELL_DONE);
    const size_t failed = values->retry_failed ? 0 : count_state(element->plan, CELL_FAILED);
    fprintf(stderr, "%s: element %d of %zu: %zu of %zu cells to run\n", element->frozen->name,
            values->element, element->frozen->elements, element->plan->count - done - failed,
            element->plan->count);
    const int code =
        done + failed == element->plan->count ? EXIT_DONE : run_scratch(element, &options);
    return code == EXIT_DONE && failed ? EXIT_CELLS_FAILED : code;
}

/* What is read in place of what somebody named; its content is that of the plan all the same. */
static void print_strayed(const struct element *element)
{
    const char *given = element->values->data_dir;
    for (const struct plan_data *data = element->plan->data; data; data = data->next)
        if (data->strayed)
            fprintf(stderr, "note: %s is not in %s: it is read from %s\n", data->type->name,
                    given                       ? given
                    : element->frozen->data_dir ? element->frozen->data_dir
                                                : "$WINNOW_DATA",
                    data->folder);
}

static int open_plan(struct element *element)
{
    const struct values *values = element->values;
    struct err err;
    if (frozen_plan_read(values->plan, &element->frozen, &err))
        return cmd_fail(&line, EXIT_USAGE, err.text);
    if ((size_t)values->element >= element->frozen->elements) {
        err_set(&err, "%s has the elements 0 to %zu", values->plan, element->frozen->elements - 1);
        return cmd_fail(&line, EXIT_USAGE, err.text);
    }
    if (frozen_plan_element(element->frozen, (size_t)values->element, values->data_dir,
                            &element->plan, &err))
        return cmd_fail(&line, EXIT_ENVIRONMENT, err.text);
    print_strayed(element);
    frozen_plan_element_id(element->frozen, (size_t)values->element, element->id);
    element->shards = beside_plan(element, values->shards, "shards");
    element->checkpoints = beside_plan(element, values->checkpoints, "checkpoints");
    element->artifacts = beside_plan(element, values->artifacts, "artifacts");
    return -1;
}

int cmd_element(int argc, char **argv)
{
    struct values values;
    struct element element = {.values = &values};
    struct signals caught;
    /* From the start to the end, for run_plan to read: none can come too early, and none ends the
       process while a shard is under way. */
    signals_catch(&caught, run_signals);
    const pid_t parent = getppid();
    int code = cmd_parse(&line, argc, argv, &values, NULL);
    if (code >= 0)
        return code;
    if (!values.plan)
        return cmd_fail(&line, EXIT_USAGE, "--plan FILE is missing; see winnow cell --help");
    if (values.with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent))
        return cmd_fail(&line, EXIT_INTERRUPTED, "the process that started this one is gone");
    arena_init(&element.arena);
    code = open_plan(&element);
    if (code < 0)
        code = run_element(&element);
    plan_free(element.plan);
    frozen_plan_free(element.frozen);
    arena_release(&element.arena);
    return code;
}

#include "harness/cluster/element.h"

#include "base/exit.h"
#include "base/process.h"
#include "base/str.h"
#include "base/time.h"
#include "harness/cluster/shards.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PUBLISH_SECONDS = 10 }; /* between two copies of a shard that grows, at least */

struct element {
    const struct element_job *job;
    const struct element_watcher *watcher;
    struct frozen_plan *frozen;
    struct plan *plan; /* of its cells */
    char id[FROZEN_ELEMENT_SIZE];
    struct arena arena;
    const char *shards, *checkpoints, *artifacts;
    const char *scratch;          /* folder on the node's disk, made for this start */
    const char *db, *copy, *path; /* the database there, its copy, and that in shards */
    struct store *store;
    const struct run_options *options; /* while cells run */
    bool changed;                      /* since it was published */
    int64_t published;                 /* time_now() */
    struct err trouble;                /* why it was not; "" */
};

static void say(const struct element *element, bool wrong, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(const struct element *element, bool wrong, const char *format, ...)
{
    char text[1280];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    element->watcher->say(element->watcher->context, wrong, text);
}

static int fail(const struct element *element, int code, const struct err *err)
{
    say(element, true, "%s", err->text);
    return code;
}

/* ---- Where ------------------------------------------------------------------------------------*/

/* given, or the folder of that name beside the plan. */
static const char *beside_plan(struct element *element, const char *given, const char *name)
{
    char *path = arena_strdup(&element->arena, element->job->plan);
    return given ? given : arena_printf(&element->arena, "%s/%s", dirname(path), name);
}

static int make_scratch(struct element *element, struct err *err)
{
    const char *given = element->job->scratch, *tmpdir = getenv("TMPDIR");
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
    say(element, false,
        "note: another start of this element is running: this one begins its cells anew, "
        "and its checkpoints stay on this machine");
    return own_checkpoints(element);
}

/* ---- Publishing -------------------------------------------------------------------------------*/

static void publish(struct element *element)
{
    struct err err;
    element->published = time_now();
    if (shards_publish(element->store, element->copy, element->path, &err)) {
        element->trouble = err;
        say(element, true, "%s; trying again", err.text);
        return;
    }
    element->changed = false;
    element->trouble.text[0] = '\0';
}

static void take_event(void *context, const struct run_event *event)
{
    struct element *element = context;
    element->watcher->take(element->watcher->context, element->plan, element->options, event);
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
    if (!element->job->requeue)
        return;
    if (restarts && str_parse_int(restarts, &count) && count >= element->job->requeues)
        err_set(&err, "it has been queued again %lld times already (--requeues)", (long long)count);
    else if (!job)
        err_set(&err, "there is no SLURM_JOB_ID");
    else if (run_scontrol(job, &err) == 0)
        return;
    say(element, true, "not queued again: %s; submit.sh submits what is left", err.text);
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
    const struct run_watcher events = {take_event, element};
    struct run_totals totals;
    struct err err;
    if (frozen_plan_record(element->frozen, element->plan, element->store, &err))
        return fail(element, EXIT_DATABASE, &err);
    element->options = options;
    const int failed = run_plan(element->plan, element->store, options, &events, &totals, &err);
    element->watcher->take(element->watcher->context, element->plan, options, NULL);
    if (failed)
        fail(element, EXIT_DATABASE, &err);
    element->changed = true; /* lost attempts have their row too */
    publish(element);
    const int code = failed ? EXIT_DATABASE : exit_code(element, &totals);
    if (code == EXIT_CHECKPOINTED) {
        say(element, false, "%s: stopped on request, %zu cell%s left: exit code %d",
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
        return fail(element, EXIT_ENVIRONMENT, &err);
    }
    element->path = str_keep(&path, &element->arena);
    options->db = element->db;
    options->checkpoints = choose_checkpoints(element);
    int code = EXIT_DATABASE;
    if (store_open(element->db, STORE_WRITE, &element->store, &err)) {
        fail(element, code, &err);
    } else {
        code = run_into(element, options);
        store_close(element->store);
    }
    if (element->trouble.text[0] && access(element->db, F_OK) == 0)
        say(element, true,
            "its results are in %s on this machine: winnow merge takes them from there",
            element->db);
    else
        remove_scratch(element);
    return code;
}

static int run_element(struct element *element)
{
    const struct element_job *job = element->job;
    struct shards shards;
    struct err err;
    struct str notes = {0};
    struct run_options options = {
        .jobs = 1,
        .threads = element->frozen->threads,
        .retry_failed = job->retry_failed,
        .data_dir = job->data_dir ? job->data_dir : element->frozen->data_dir,
        .artifacts = element->artifacts,
        .reuse = true,
    };
    if (shards_list(element->shards, &shards, &err))
        return fail(element, EXIT_ENVIRONMENT, &err);
    shards_states(element->shards, &shards, element->id, element->plan->cells, element->plan->count,
                  &notes);
    shards_release(&shards);
    for (const char *at = str_text(&notes); *at;) {
        const size_t length = strcspn(at, "\n");
        say(element, false, "%.*s", (int)length, at);
        at += length + (at[length] == '\n');
    }
    str_release(&notes);
    const size_t done = count_state(element->plan, CELL_DONE);
    const size_t failed = job->retry_failed ? 0 : count_state(element->plan, CELL_FAILED);
    say(element, false, "%s: element %d of %zu: %zu of %zu cells to run", element->frozen->name,
        job->element, element->frozen->elements, element->plan->count - done - failed,
        element->plan->count);
    const int code =
        done + failed == element->plan->count ? EXIT_DONE : run_scratch(element, &options);
    return code == EXIT_DONE && failed ? EXIT_CELLS_FAILED : code;
}

/* What is read in place of what somebody named; its content is that of the plan all the same. */
static void note_strayed(const struct element *element)
{
    const char *given = element->job->data_dir;
    for (const struct plan_data *data = element->plan->data; data; data = data->next)
        if (data->strayed)
            say(element, false, "note: %s is not in %s: it is read from %s", data->type->name,
                given                       ? given
                : element->frozen->data_dir ? element->frozen->data_dir
                                            : "$WINNOW_DATA",
                data->folder);
}

static int open_plan(struct element *element)
{
    const struct element_job *job = element->job;
    struct err err;
    if (frozen_plan_read(job->plan, &element->frozen, &err))
        return fail(element, EXIT_USAGE, &err);
    if ((size_t)job->element >= element->frozen->elements) {
        err_set(&err, "%s has the elements 0 to %zu", job->plan, element->frozen->elements - 1);
        return fail(element, EXIT_USAGE, &err);
    }
    if (frozen_plan_element(element->frozen, (size_t)job->element, job->data_dir, &element->plan,
                            &err))
        return fail(element, EXIT_ENVIRONMENT, &err);
    note_strayed(element);
    frozen_plan_element_id(element->frozen, (size_t)job->element, element->id);
    element->shards = beside_plan(element, job->shards, "shards");
    element->checkpoints = beside_plan(element, job->checkpoints, "checkpoints");
    element->artifacts = beside_plan(element, job->artifacts, "artifacts");
    return -1;
}

int element_run(const struct element_job *job, const struct element_watcher *watcher)
{
    struct element element = {.job = job, .watcher = watcher};
    int code = open_plan(&element);
    if (code < 0)
        code = run_element(&element);
    plan_free(element.plan);
    frozen_plan_free(element.frozen);
    arena_release(&element.arena);
    return code;
}

/*
 * winnow cell --plan: one element of a frozen plan (harness/cluster/element.h), for array jobs of
 * Slurm and for GNU parallel.
 */
#include "harness/cluster/element.h"
#include "base/signals.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/cmd/kit/progress.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    MOST_ELEMENTS = 1000000000,
    MOST_REQUEUES = 1000000,
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct element_job, plan, 0, "FILE", "a plan that winnow emit wrote"),
    CMD_INT(struct element_job, element, 0, "I", "0", 0, MOST_ELEMENTS,
            "which of the plan's elements, from 0"),
    CMD_TEXT(struct element_job, shards, 0, "DIR",
             "leave the results there; default: shards/ beside "
             "the plan"),
    CMD_TEXT(struct element_job, checkpoints, 0, "DIR", "default: checkpoints/ beside the plan"),
    CMD_TEXT(struct element_job, artifacts, 0, "DIR",
             "scores that cells share; default: artifacts/ "
             "beside the plan"),
    CMD_TEXT(struct element_job, scratch, 0, "DIR",
             "a folder on a local disk; default: $TMPDIR, or /tmp"),
    CMD_TEXT(struct element_job, data_dir, 0, "PATH",
             "where the data is; default: where the plan says"),
    CMD_SWITCH(struct element_job, requeue, 0, "stopped by SIGUSR1: queue this Slurm job again"),
    CMD_INT(struct element_job, requeues, 0, "N", "100", 0, MOST_REQUEUES, "at most this often"),
    CMD_SWITCH(struct element_job, retry_failed, 0, "run failed and diverged cells again"),
    CMD_SWITCH(struct element_job, with_parent, 0,
               "stop when the process that started this one dies"),
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

/* The context is the progress, NULL while no cell runs. */
static void say(void *context, bool wrong, const char *text)
{
    struct progress **progress = context;
    if (*progress)
        progress_pause(*progress);
    cmd_say("%s%s\n", wrong ? "winnow cell: " : "", text);
}

static void take(void *context, const struct plan *plan, const struct run_options *options,
                 const struct run_event *event)
{
    struct progress **progress = context;
    if (!*progress)
        *progress = progress_new(plan, options);
    if (event) {
        progress_take(*progress, event);
    } else {
        progress_free(*progress);
        *progress = NULL;
    }
}

int cmd_element(int argc, char **argv)
{
    struct element_job job;
    struct signals caught;
    struct progress *progress = NULL;
    /* From the start to the end, for run_plan to read: none can come too early, and none ends the
       process while a shard is under way. */
    signals_catch(&caught, run_signals);
    const pid_t parent = getppid();
    const int code = cmd_parse(&line, argc, argv, &job, NULL);
    if (code >= 0)
        return code;
    if (!job.plan)
        return cmd_fail(&line, EXIT_USAGE, "--plan FILE is missing; see winnow cell --help");
    if (job.with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent))
        return cmd_fail(&line, EXIT_INTERRUPTED, "the process that started this one is gone");
    return element_run(&job, &(struct element_watcher){say, take, &progress});
}

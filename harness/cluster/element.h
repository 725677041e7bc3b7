/*
 * element: the cells of one element of a frozen plan, one after the other, outside any `winnow
 * run`: what an array job of Slurm or GNU parallel does.
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
 *
 *     const struct element_job job = {.plan = "grid/plan.jsonl", .element = 3};
 *     return element_run(&job, &watcher);
 */
#pragma once

#include "harness/run/run.h"

/* What is to be done. A text that is NULL: the default. */
struct element_job {
    const char *plan; /* the file; its folder has those of the others by default: */
    int element;      /* from 0 */
    const char *shards, *checkpoints, *artifacts;
    const char *scratch;  /* a folder on a local disk; $TMPDIR, or /tmp */
    const char *data_dir; /* where the plan says */
    bool requeue;         /* stopped by SIGUSR1: queue this job of Slurm's again, */
    int requeues;         /* at most this often */
    bool retry_failed;
    bool with_parent; /* the caller's: to end with the process that started this one */
};

struct element_watcher {
    /* MUST: a line for people, without its end. wrong: it is about something that went wrong. */
    void (*say)(void *context, bool wrong, const char *text);
    /* MUST: what happens to cells of the plan, which is the element's (run.h); NULL: it is over. */
    void (*take)(void *context, const struct plan *plan, const struct run_options *options,
                 const struct run_event *event);
    void *context;
};

/*
 * Returns the exit code (base/exit.h). Who calls it catches run_signals (run.h) before, and until
 * the process ends: none must end it while a shard is under way.
 */
int element_run(const struct element_job *job, const struct element_watcher *watcher);

/*
 * cmd_progress: what `winnow run` shows: on a terminal a bar and a line for each worker, redrawn in
 * place; elsewhere a line for each cell that ended. To stderr.
 */
#pragma once

#include "harness/run/run.h"

struct progress;

/* Of the cells that options want from plan. */
struct progress *progress_new(const struct plan *plan, const struct run_options *options);
/* A run_watcher's take. */
void progress_take(void *progress, const struct run_event *event);
/* Clears the live part until the next event, so that something else can be printed. */
void progress_pause(struct progress *progress);
/* Clears the live part. */
void progress_free(struct progress *progress);

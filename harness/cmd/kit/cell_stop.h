/*
 * What `winnow cell` does when it is told to stop (SIGUSR1, SIGTERM): a checkpoint, one line on
 * stderr that says how far it came, and exit code 85, at once, whatever it is doing.
 */
#ifndef WINNOW_CMD_CELL_STOP_H
#define WINNOW_CMD_CELL_STOP_H

#include "harness/keep/keeper.h"

/*
 * Starts a thread that waits for the signals, which are blocked in the calling thread and in all
 * that it starts from now on: to be called before there are others. keeper must live as long as the
 * process.
 */
int cmd_cell_stop_watch(struct keeper *keeper, struct err *err);

#endif

/*
 * keeper: holds the last state from which a cell at work can go on, and writes it when it is time.
 *
 * At each epoch's end the cell hands its state over; the keeper copies it in memory (8 bytes a
 * parameter: far below 1 % of an epoch) and writes a checkpoint (checkpoint.h) where `every`
 * seconds have gone by since the last. When the process is told to stop, in the middle of whatever
 * it does, another thread writes what is held: nothing has to be asked between batches, and an
 * epoch or a solver of many minutes does not delay it.
 *
 *     struct keeper *keeper = keeper_new(path, 60);
 *     keeper_record(keeper, &record);                  each record that is sent
 *     keeper_take(keeper, &checkpoint, false, &err);   at an epoch's end
 *     keeper_finish(keeper);                           before the end record
 *
 *     keeper_stop(keeper, &text)                       in the thread that was told to stop
 *
 * Limits: the copy is memory beside what the cell needs: 8 bytes a parameter, 8 a sample, the
 * pruner's state.
 */
#pragma once

#include "harness/keep/checkpoint.h"

struct keeper;

/* every: seconds between two checkpoints, at least. */
struct keeper *keeper_new(const char *path, double every);
/* NULL is fine. Not while another thread may call keeper_stop. */
void keeper_free(struct keeper *keeper);
const char *keeper_path(const struct keeper *keeper);

/* Notes what was sent, in order; progress is for whoever watches now, and is not kept. */
void keeper_record(struct keeper *keeper, const struct record *record);
/*
 * Holds `now`, with all records so far (its own are ignored). must: writes it whatever the time. An
 * error is a file that could not be written; the state is held all the same.
 */
int keeper_take(struct keeper *keeper, const struct checkpoint *now, bool must, struct err *err);
/* What was read from the file is what is held, and its records are those that were sent. */
void keeper_resume(struct keeper *keeper, const struct checkpoint *from);
/* From here on the cell comes to its end: keeper_stop has nothing to do any more. */
void keeper_finish(struct keeper *keeper);

/*
 * Writes what is held where it is not in the file yet, and lets no other call go on: the caller
 * ends the process. *ret_text says where the cell stands, in one line. false: the cell is at its
 * end and must not be disturbed.
 */
bool keeper_stop(struct keeper *keeper, struct str *ret_text);

/*
 * resume: handing the state of a cell to its keeper, and going on from a checkpoint. Nothing
 * happens in a cell without a keeper.
 */
#pragma once

#include "harness/train/session.h"

/*
 * Reads the checkpoint, if there is one. *ret_resumed: the books are as they were, what was sent is
 * sent again, and s->from says where to go on; the network is to be restored by session_restore.
 * One that will not do is told in a warning. An error is the pruner's file, which cannot be read.
 */
int session_resume(struct session *s, bool *ret_resumed, struct err *err);
/* Whether the cell is to go on from that stage, in that proxy run (0 in others). */
bool session_resumes_at(const struct session *s, enum checkpoint_stage stage, int run);
/* Puts the network where the checkpoint was made; returns the epochs that it has done. */
int session_restore(struct session *s, struct trainer *trainer);
/* The state is what the cell is made of now; trainer NULL: no network is needed to go on. */
void session_keep(struct session *s, enum checkpoint_stage stage, int run, int epoch, int epochs,
                  struct trainer *trainer);

/*
 * score: looking at samples with a network, and what a pruner makes of that: its proxies,
 * its scores, and the file that shares them with other cells (artifact.h).
 */
#pragma once

#include "harness/train/session.h"

/* A scoring pass with trainer's network, handed to the pruner. */
int session_observe_forward(struct session *s, struct trainer *trainer, int run, int epoch,
                            struct err *err);
/* Hands over what the last epoch's training computed. */
int session_observe_training(struct session *s, int run, int epoch, struct err *err);
/* Fills s->proxy, once there is s->trainer. */
int session_measure_proxy(struct session *s, struct err *err);
/* Nothing to do, and nothing charged, for a pruner that neither watches nor scores. */
int session_score(struct session *s, struct err *err);

/*
 * choose: the pruner chooses, and the record says what.
 */
#pragma once

#include "harness/train/session.h"

/* Which samples of the file it trains on. */
void session_send_split(struct session *s);
/* Which labels and pictures were changed, where the dataset was given noise or worse pictures. */
void session_send_changes(struct session *s);
int session_select(struct session *s, int epoch, struct err *err);

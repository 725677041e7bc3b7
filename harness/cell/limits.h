/*
 * limits: how a cell may run: the `limits:` mapping of an experiment, or of an override.
 *
 *     limits: {checkpoint: 60s, timeout: 2h, retries: 1, memory: 4GiB}
 *
 * None of it is part of the cell's key: it decides whether there is a result, never what it is.
 */
#pragma once

#include "base/option.h"

struct limits {
    double checkpoint; /* seconds between checkpoints, at least; 0: none are written */
    double timeout;    /* seconds of an attempt's wall clock; 0: none */
    int retries;       /* of an attempt that failed by crash, kill, timeout or memory */
    int64_t memory;    /* bytes that a worker may hold; 0: no limit */
};

extern const struct option limits_options[];

#include "harness/cell/limits.h"

enum { LONGEST = 365 * 24 * 3600 };

const struct option limits_options[] = {
    OPTION_DURATION(struct limits, checkpoint, "none", "60s", LONGEST,
                    "least time between two checkpoints of a cell, written at epoch ends"),
    OPTION_DURATION(struct limits, timeout, "none", "none", LONGEST,
                    "wall clock after which an attempt is stopped and has failed"),
    OPTION_INT(struct limits, retries, "0", 0, 100,
               "further attempts at a cell that crashed, was killed or went over a limit"),
    OPTION_BYTES(struct limits, memory, "none", "none",
                 "that a worker may hold before its attempt is stopped and has failed"),
    OPTION_END,
};

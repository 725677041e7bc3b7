#include "results/record/record.h"

#include <math.h>

const struct phase_kind phase_kinds[PHASE_COUNT] = {
    [PHASE_LOAD] = {"load", false},   [PHASE_INIT] = {"init", false},
    [PHASE_SCORE] = {"score", true},  [PHASE_SELECT] = {"select", true},
    [PHASE_TRAIN] = {"train", true},  [PHASE_EVAL] = {"eval", false},
    [PHASE_OTHER] = {"other", false}, [PHASE_CHECKPOINT] = {"checkpoint", false},
};

struct record_end record_end_of(enum attempt_state state)
{
    return (struct record_end){
        .state = state,
        .test_accuracy = (double)NAN,
        .val_accuracy = (double)NAN,
        .best_val_accuracy = (double)NAN,
        .best_val_test_accuracy = (double)NAN,
        .test_loss = (double)NAN,
        .train_loss = (double)NAN,
        .train_accuracy = (double)NAN,
        .kept_fraction = (double)NAN,
        .load_average = (double)NAN,
        .timing = {.beside_mean = (double)NAN,
                   .cpu_ns = -1,
                   .threads_measured = (double)NAN,
                   .probe_before = (double)NAN,
                   .probe_after = (double)NAN,
                   .load_after = (double)NAN,
                   .steal = (double)NAN,
                   .throttled = -1},
    };
}

const char *const attempt_state_names[] = {
    [ATTEMPT_RUNNING] = "running",   [ATTEMPT_DONE] = "done", [ATTEMPT_FAILED] = "failed",
    [ATTEMPT_DIVERGED] = "diverged", [ATTEMPT_LOST] = "lost", [ATTEMPT_LOST + 1] = NULL,
};

const char *const attempt_cause_names[] = {
    [CAUSE_NONE] = "none",       [CAUSE_CRASH] = "crash",       [CAUSE_KILLED] = "killed",
    [CAUSE_TIMEOUT] = "timeout", [CAUSE_MEMORY] = "memory",     [CAUSE_BROKEN] = "broken",
    [CAUSE_REFUSED] = "refused", [CAUSE_DIVERGED] = "diverged", [CAUSE_DIVERGED + 1] = NULL,
};

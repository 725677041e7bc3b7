#include "results/record/fields.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

const struct phase_kind phase_kinds[PHASE_COUNT] = {
    [PHASE_LOAD] = {"load", false},   [PHASE_INIT] = {"init", false},
    [PHASE_SCORE] = {"score", true},  [PHASE_SELECT] = {"select", true},
    [PHASE_TRAIN] = {"train", true},  [PHASE_EVAL] = {"eval", false},
    [PHASE_OTHER] = {"other", false}, [PHASE_CHECKPOINT] = {"checkpoint", false},
};

/* Nothing of it is measured; all else is 0. */
static struct record blank(enum record_kind kind)
{
    struct record record = {.kind = kind};
    for (const struct field *f = record_forms[kind].fields; f->name; f++) {
        void *at = (char *)&record + f->offset;
        if (f->rule == FIELD_MEASURED)
            *(int64_t *)at = -1;
        else if (f->type == FIELD_DOUBLE)
            *(double *)at = (double)NAN;
    }
    return record;
}

struct record_epoch record_epoch_of(int epoch)
{
    struct record_epoch record = blank(RECORD_EPOCH).epoch;
    record.epoch = epoch;
    record.work = (struct work){0};
    return record;
}

struct record_end record_end_of(enum attempt_state state)
{
    struct record_end record = blank(RECORD_END).end;
    record.state = state;
    record.work = (struct work){0};
    return record;
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

void record_add_ended(struct str *ret_text, const char *state, const char *cause,
                      const char *reason)
{
    const bool named = *reason && strcmp(cause, attempt_cause_names[CAUSE_DIVERGED]) == 0;
    str_addf(ret_text, "%s%s%s", named ? "" : state, named || !*reason ? "" : ": ", reason);
}

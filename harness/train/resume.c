#include "harness/train/resume.h"

#include "base/mem.h"
#include "harness/keep/keeper.h"
#include "results/record/wire.h"

#include <string.h>

static struct checkpoint_identity identity_of(const struct session *s)
{
    return (struct checkpoint_identity){s->identity, NN_VERSION, PRUNER_VERSION,
                                        s->places->machine};
}

/* ---- Keeping ---- */

/* What the end would be now; the clock's stretches are booked. */
static struct record_end end_so_far(struct session *s)
{
    struct record_end end = *s->end;
    end.work = s->work;
    clock_balance(s->clock, end.phase_ns, &end.wall_ns);
    return end;
}

void session_keep(struct session *s, enum checkpoint_stage stage, int run, int epoch, int epochs,
                  struct trainer *trainer)
{
    if (!s->places->keeper)
        return;
    const enum phase before = clock_enter(s->clock, PHASE_CHECKPOINT);
    struct checkpoint now = {
        .identity = identity_of(s),
        .stage = stage,
        .run = run,
        .epoch = epoch,
        .epochs = epochs,
        .end = end_so_far(s),
        .carried_ns = s->clock->carried_ns,
        .unscored_ns = s->unscored_ns,
        .trained = s->trained,
        .n = s->pruner->scores ? s->data->train.n : 0,
        .scores = s->pruner->scores,
        .state_size = s->pruner->state_size,
        .state = s->pruner->state,
    };
    if (trainer) {
        now.param_count = nn_param_count(trainer->net);
        now.params = nn_params(trainer->net);
        now.optimizer_count = trainer->optimizer.state_count;
        now.optimizer = trainer->optimizer.state;
        now.steps = trainer->optimizer.steps;
        now.buffer_count = nn_buffer_count(trainer->net);
        now.buffers = nn_buffers(trainer->net);
    }
    if (stage == CHECKPOINT_TRAIN) {
        now.kept = s->selection.count;
        now.index = s->selection.index;
        now.weight = s->selection.weight;
        now.average = s->selection.average;
        now.spread = s->selection.spread;
    }
    struct err err;
    /* Scores are written at once, as their artifact is. */
    if (keeper_take(s->places->keeper, &now, stage == CHECKPOINT_SCORED, &err) && !s->unwritten) {
        session_warn(s, "CHECKPOINT", err.text);
        s->unwritten = true;
    }
    clock_enter(s->clock, before);
}

/* ---- Going on ---- */

static int identify(struct session *s, struct err *err)
{
    struct arena arena = {0};
    char file[HASH_HEX_SIZE];
    if (cell_file_hash(s->cell, file, err))
        return -1;
    cell_key_of(cell_to_json(s->cell, &arena), s->data->hash, file, "", s->identity);
    arena_release(&arena);
    return 0;
}

/* Sends the lines again, or only looks whether they can be read. */
static int replay(const struct session *s, const struct checkpoint *from, bool send,
                  struct err *err)
{
    struct str lines = {0};
    int failed = 0;
    str_add_bytes(&lines, from->records, from->record_bytes);
    for (char *line = lines.text, *end; !failed && line && *line; line = end + 1) {
        struct arena arena = {0};
        struct record record;
        end = strchr(line, '\n');
        if (!end) {
            failed = err_set(err, "its last record is cut short");
            break;
        }
        *end = '\0';
        failed = wire_decode(line, &arena, &record, err);
        if (!failed && send)
            s->sink->take(s->sink->context, &record);
        arena_release(&arena);
    }
    str_release(&lines);
    return failed;
}

static void take_over(struct session *s, const struct checkpoint *from)
{
    *s->end = from->end;
    s->end->resumed++;
    s->work = from->end.work;
    s->unscored_ns = from->unscored_ns;
    s->trained = from->trained;
    s->selection.count = from->kept;
    s->selection.average = from->average;
    s->selection.spread = from->spread;
    if (from->kept) {
        memcpy(s->selection.index, from->index, from->kept * sizeof *from->index);
        memcpy(s->selection.weight, from->weight, from->kept * sizeof *from->weight);
    }
    pruner_restore(s->pruner, from->state, from->scores);
    clock_resume(s->clock, from->end.phase_ns, from->carried_ns, from->end.wall_ns);
}

/* false: there is none, or one that will not do, which was told. */
static bool load(struct session *s)
{
    struct keeper *keeper = s->places->keeper;
    struct checkpoint peeked;
    const bool proxy =
        checkpoint_peek(keeper_path(keeper), &peeked) && peeked.stage == CHECKPOINT_PROXY;
    const size_t params = proxy ? s->proxy.param_count : nn_param_count(s->trainer.net),
                 buffers = proxy ? s->proxy.buffer_count : nn_buffer_count(s->trainer.net);
    const struct checkpoint expected = {
        .identity = identity_of(s),
        .param_count = params,
        .optimizer_count = optimizer_state_count(&s->trainer.optimizer.setting, params, buffers),
        .buffer_count = buffers,
        .n = s->data->train.n,
        .state_size = s->pruner->state_size,
    };
    struct err err;
    enum checkpoint_found found = checkpoint_read(keeper_path(keeper), &expected, &s->from, &err);
    if (found == CHECKPOINT_LOADED && replay(s, &s->from, false, &err)) {
        err_prefix(&err, "%s: ", keeper_path(keeper));
        checkpoint_release(&s->from);
        found = CHECKPOINT_REFUSED;
    }
    if (found == CHECKPOINT_REFUSED) {
        err_prefix(&err, "the cell starts over: ");
        session_warn(s, "CHECKPOINT", err.text);
    }
    return found == CHECKPOINT_LOADED;
}

int session_resume(struct session *s, bool *ret_resumed, struct err *err)
{
    *ret_resumed = false;
    if (!s->places->keeper)
        return 0;
    const enum phase before = clock_enter(s->clock, PHASE_LOAD);
    if (identify(s, err))
        return -1;
    if (load(s)) {
        take_over(s, &s->from);
        keeper_resume(s->places->keeper, &s->from);
        replay(s, &s->from, true, err);
        *ret_resumed = true;
    }
    clock_enter(s->clock, before);
    return 0;
}

bool session_resumes_at(const struct session *s, enum checkpoint_stage stage, int run)
{
    return s->from.memory && s->from.stage == stage && s->from.run == run;
}

int session_restore(struct session *s, struct trainer *trainer)
{
    const struct checkpoint *from = &s->from;
    const int epoch = from->epoch;
    memcpy(nn_params(trainer->net), from->params, from->param_count * sizeof *from->params);
    memcpy(trainer->optimizer.state, from->optimizer,
           from->optimizer_count * sizeof *from->optimizer);
    trainer->optimizer.steps = from->steps;
    if (from->buffer_count)
        memcpy(nn_buffers(trainer->net), from->buffers, from->buffer_count * sizeof *from->buffers);
    checkpoint_release(&s->from);
    return epoch;
}

#include "harness/train/session.h"

#include "base/mem.h"
#include "base/time.h"
#include "harness/keep/keeper.h"
#include "results/record/bitmap.h"

/* ---- Telling ---- */

void session_send(const struct session *s, const struct record *record)
{
    if (s->places->keeper)
        keeper_record(s->places->keeper, record);
    s->sink->take(s->sink->context, record);
}

void session_warn(const struct session *s, const char *code, const char *text)
{
    session_send(s, &(struct record){.kind = RECORD_WARNING, .warning = {code, text}});
}

void session_progress(const struct session *s, const char *stage, int epoch, int epochs,
                      double speed)
{
    session_send(
        s, &(struct record){.kind = RECORD_PROGRESS, .progress = {stage, epoch, epochs, speed}});
}

/* ---- Memory ---- */

static void init_observers(struct session *s)
{
    const struct dataset *data = s->data;
    const unsigned needs = s->pruner->needs;
    const size_t classes = (size_t)data->classes;
    const size_t features = s->pruner->task.feature_count;
    observer_init(&s->observer, needs, data->train.n, classes, features, data->train.labels);
    if (needs & NEEDS_VALIDATION)
        observer_init(&s->validation_observer, needs, data->validation.n, classes, features,
                      data->validation.labels);
    if (s->embeddings) {
        observer_give_features(&s->observer, s->embeddings);
        s->embeddings = NULL;
    }
}

void session_allocate(struct session *s)
{
    const size_t n = s->data->train.n;
    init_observers(s);
    MEM_NEW(s->selection.index, n);
    MEM_NEW(s->selection.weight, n);
    MEM_NEW(s->all.index, n);
    MEM_NEW(s->all.weight, n);
    s->all.count = n;
    for (size_t i = 0; i < n; i++) {
        s->all.index[i] = (uint32_t)i;
        s->all.weight[i] = 1;
    }
    MEM_NEW(s->bitmap, bitmap_bytes(s->data->train_file_n));
    MEM_NEW(s->class_kept, (size_t)s->data->classes);
}

void session_release(struct session *s)
{
    pruner_end(s->pruner);
    observer_release(&s->observer);
    observer_release(&s->validation_observer);
    trainer_release(&s->trainer);
    dataset_free(s->data);
    MEM_FREE(s->selection.index, s->selection.weight, s->all.index, s->all.weight, s->bitmap,
             s->class_kept, s->embeddings);
    checkpoint_release(&s->from);
}

/* ---- An epoch ---- */

/* A pruner that drops samples batch by batch, for trainer_epoch; looking and deciding is charged to
 * PHASE_SCORE. */
struct dropping {
    struct session *s;
    enum phase before;
    bool wrong; /* the pruner's mistake ended the epoch */
};

static void enter_score(void *context)
{
    struct dropping *dropping = context;
    dropping->before = clock_enter(dropping->s->clock, PHASE_SCORE);
}

static int decide(void *context, const struct pruner_batch *batch, size_t step, float *ret_weights,
                  struct err *err)
{
    struct dropping *dropping = context;
    dropping->wrong = pruner_drop(dropping->s->pruner, batch, step, ret_weights, err) != 0;
    clock_enter(dropping->s->clock, dropping->before);
    return dropping->wrong ? -1 : 0;
}

int session_train_epoch(struct session *s, struct trainer *trainer, int epoch, int epochs,
                        const struct pruner_selection *selection, bool watched, double *ret_loss,
                        double *ret_speed, struct err *err)
{
    const int64_t started = time_now();
    if (watched)
        observer_clear(&s->observer);
    struct dropping dropping = {.s = s};
    const struct trainer_drop drop = {&dropping, pruner_looks_in_training(s->pruner), enter_score,
                                      decide};
    const bool drops = trainer == &s->trainer ? pruner_drops(s->pruner, epoch)
                                              : pruner_drops_of_proxies(s->cell->pruner);
    const int failed = trainer_epoch(trainer, epoch, epochs, selection, drops ? &drop : NULL,
                                     watched ? &s->observer : NULL, &s->work, ret_loss, err);
    *ret_speed = (double)selection->count / ((double)(time_now() - started) * 1e-9);
    if (failed && !dropping.wrong) {
        s->end->state = ATTEMPT_DIVERGED;
        s->end->diverged_epoch = trainer->diverged_epoch;
        s->end->diverged_step = trainer->diverged_step;
    }
    return failed;
}

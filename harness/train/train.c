#include "base/time.h"
#include "harness/train/train_private.h"

#include "base/mem.h"
#include "harness/keep/keeper.h"
#include "results/record/bitmap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* Not by session_send: a checkpoint must not bring back where an earlier attempt had read it. */
static void send_data(const struct session *s)
{
    const struct record_data data = {s->data->folder ? s->data->folder : "", s->data->hash,
                                     (int64_t)s->data->test.n};
    s->sink->take(s->sink->context, &(struct record){.kind = RECORD_DATA, .data = data});
}

static void send_engine(const struct session *s)
{
    char implementations[256];
    nn_implementations(s->trainer.net, implementations, sizeof implementations);
    session_send(s, &(struct record){.kind = RECORD_ENGINE, .engine = {implementations}});
    const char *asked = engine_setting(&s->cell->engine, &s->cell->recipe).conv;
    if (!asked || !implementations[0] || strstr(implementations, asked))
        return;
    char text[512];
    snprintf(text, sizeof text, "conv: %s can do none of this network's convolutions: %s", asked,
             implementations);
    session_warn(s, "CONV", text);
}

/* ---- Observing ---- */

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
}

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
    const struct trainer_drop drop = {&dropping, enter_score, decide};
    const int failed = trainer_epoch(trainer, epoch, epochs, selection,
                                     pruner_drops(s->pruner, epoch) ? &drop : NULL,
                                     watched ? &s->observer : NULL, &s->work, ret_loss, err);
    *ret_speed = (double)selection->count / ((double)(time_now() - started) * 1e-9);
    s->diverged = failed && !dropping.wrong;
    s->diverged_epoch = trainer->diverged_epoch;
    s->diverged_step = trainer->diverged_step;
    return failed;
}

/* The checkpoint before `epoch`; a static pruner has one, before the first. */
static int checkpoint(struct session *s, int epoch, struct err *err)
{
    const enum pruner_due due = pruner_due(s->pruner, epoch);
    if (due == DUE_NO)
        return 0;
    if (due == DUE_FORWARD) {
        const enum phase before = clock_enter(s->clock, PHASE_SCORE);
        const int failed = session_observe_forward(s, &s->trainer, 0, epoch, err);
        clock_enter(s->clock, before);
        if (failed)
            return -1;
    }
    return session_select(s, epoch, err);
}

/* ---- The training ---- */

static void evaluate(struct session *s, int epoch, int epochs, struct record_epoch *record,
                     struct record_end *end)
{
    const bool last = epoch + 1 == epochs;
    if ((epoch + 1) % s->cell->recipe.eval_every != 0 && !last)
        return;
    const enum phase before = clock_enter(s->clock, PHASE_EVAL);
    const struct trainer_quality test = trainer_evaluate(&s->trainer, &s->data->test);
    record->test_accuracy = test.accuracy;
    record->val_accuracy = trainer_evaluate(&s->trainer, &s->data->validation).accuracy;
    if (last) {
        const struct trainer_quality train = trainer_evaluate(&s->trainer, &s->data->train);
        end->test_accuracy = record->test_accuracy;
        end->val_accuracy = record->val_accuracy;
        end->test_loss = test.loss;
        end->train_loss = train.loss;
        end->train_accuracy = train.accuracy;
    }
    clock_enter(s->clock, before);
    if (isfinite(record->val_accuracy) && !(record->val_accuracy <= end->best_val_accuracy)) {
        end->best_val_accuracy = record->val_accuracy;
        end->best_val_test_accuracy = record->test_accuracy;
    }
}

static int run_epoch(struct session *s, int epoch, int epochs, struct record_end *end,
                     struct err *err)
{
    const bool watched = pruner_watches_training(s->pruner);
    if (checkpoint(s, epoch, err))
        return -1;
    struct record_epoch record = {
        .epoch = epoch + 1,
        .lr = trainer_lr(&s->trainer, epoch + 1, epochs),
        .val_accuracy = (double)NAN,
        .test_accuracy = (double)NAN,
    };
    double speed;
    const int64_t steps_before = s->work.samples_backward;
    const enum phase before = clock_enter(s->clock, PHASE_TRAIN);
    const struct pruner_selection *used = s->cell->scoring.only ? &s->all : &s->selection;
    int failed = session_train_epoch(s, &s->trainer, epoch, epochs, used, watched,
                                     &record.train_loss, &speed, err);
    if (!failed && watched) {
        clock_enter(s->clock, PHASE_SCORE);
        failed = session_observe_training(s, 0, epoch + 1, err);
    }
    clock_enter(s->clock, before);
    if (failed)
        return -1;
    record.kept = s->work.samples_backward - steps_before;
    s->trained += record.kept;
    record.charged_ns = clock_charged(s->clock);
    evaluate(s, epoch, epochs, &record, end);
    record.wall_ns = clock_wall(s->clock);
    record.work = s->work;
    session_send(s, &(struct record){.kind = RECORD_EPOCH, .epoch = record});
    session_progress(s, "train", epoch + 1, epochs, speed);
    session_keep(s, CHECKPOINT_TRAIN, 0, epoch + 1, epochs, &s->trainer);
    return 0;
}

static int begin(struct session *s, struct err *err)
{
    const struct cell *cell = s->cell;
    clock_enter(s->clock, PHASE_LOAD);
    if (dataset_load(cell->dataset, &cell->data, (uint64_t)cell->seed, s->places->data_dirs,
                     &s->data, err))
        return -1;
    clock_enter(s->clock, PHASE_INIT);
    if (trainer_init(&s->trainer, cell->model, cell->model_options, s->data, &cell->recipe,
                     &cell->engine, (uint64_t)cell->seed, err))

        return -1;
    const size_t n = s->data->train.n;
    if (pruner_needs(cell->pruner, cell->pruner_options) & NEEDS_VALIDATION &&
        s->data->validation.n == 0)
        return err_set(err, "pruner %s needs a validation split: give the dataset a val_fraction",
                       cell->pruner->name);
    if (session_measure_proxy(s, err))
        return -1;
    const struct pruner_task task = {
        .n = n,
        .classes = s->data->classes,
        .labels = s->data->train.labels,
        .origin = s->data->train.origin,
        .origin_n = s->data->train_file_n,
        .validation_n = s->data->validation.n,
        .feature_count = s->proxy.features,
        .rate = cell->rate,
        .epochs = cell->recipe.epochs,
        .seed = (uint64_t)cell->seed,
    };
    if (pruner_begin(cell->pruner, cell->pruner_options, &task, &s->pruner, err))
        return -1;
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
    MEM_NEW(s->bitmap, bitmap_bytes(n));
    MEM_NEW(s->class_kept, (size_t)s->data->classes);
    clock_enter(s->clock, PHASE_OTHER);
    send_data(s);
    bool resumed = false;
    if (session_resume(s, &resumed, err))
        return -1;
    if (resumed)
        return 0;
    send_engine(s);
    session_send_noise(s);
    return 0;
}

static void release(struct session *s)
{
    pruner_end(s->pruner);
    observer_release(&s->observer);
    observer_release(&s->validation_observer);
    trainer_release(&s->trainer);
    dataset_free(s->data);
    mem_free(s->selection.index);
    mem_free(s->selection.weight);
    mem_free(s->all.index);
    mem_free(s->all.weight);
    mem_free(s->bitmap);
    mem_free(s->class_kept);
    checkpoint_release(&s->from);
}

static void close_ledger(struct session *s, struct record_end *end)
{
    if (!clock_balance(s->clock, end->phase_ns, &end->wall_ns))
        session_warn(s, "LEDGER_GAP", "the phases' sum is off the wall clock by over 0.1 %");
    end->work = s->work;
    end->train_n = s->data ? (int64_t)s->data->train.n : 0;
    const double planned = (double)end->train_n * s->cell->recipe.epochs;
    end->kept_fraction = planned > 0 ? (double)s->trained / planned : (double)NAN;
}

int train_cell(const struct cell *cell, const struct train_places *places, struct clock *clock,
               const struct train_sink *sink, struct record_end *ret_end, struct err *err)
{
    struct record_end end = record_end_of(ATTEMPT_DONE);
    struct session s = {.cell = cell, .places = places, .clock = clock, .sink = sink, .end = &end};
    int failed = begin(&s, err);
    if (!failed)
        failed = session_score(&s, err);
    const int epochs = failed ? 0 : pruner_epochs(s.pruner);
    const bool resumes = session_resumes_at(&s, CHECKPOINT_TRAIN, 0);
    for (int epoch = resumes ? session_restore(&s, &s.trainer) : 0; !failed && epoch < epochs;
         epoch++)
        failed = run_epoch(&s, epoch, epochs, &end, err);
    if (s.diverged) {
        end.state = ATTEMPT_DIVERGED;
        end.cause = CAUSE_DIVERGED;
        end.reason = err->text;
        end.diverged_epoch = s.diverged_epoch;
        end.diverged_step = s.diverged_step;
        failed = 0;
    }
    if (!failed) {
        close_ledger(&s, &end);
        *ret_end = end;
    }
    release(&s);
    return failed;
}

#include "harness/train/train.h"

#include "harness/train/choose.h"
#include "harness/train/embeddings.h"
#include "harness/train/resume.h"
#include "harness/train/score.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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
    snprintf(text, sizeof text, "conv: %s supports none of this network's convolutions; used: %s",
             asked, implementations);
    session_warn(s, "CONV", text);
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

/* Of a training that ends by its steps, whatever its epochs keep. */
enum { ANY_EPOCHS = INT_MAX };

static void send_test(const struct session *s, const char *corruption, int severity,
                      const struct quality *quality, const struct quality_sums *sums)
{
    const struct record_test test = {
        .corruption = corruption,
        .severity = severity,
        .accuracy = quality->accuracy,
        .worst_class_accuracy = quality->worst_class,
        .class_sd = quality->class_sd,
        .loss = quality->loss,
        .calibration_error = quality->calibration_error,
        .classes = s->data->classes,
        .class_n = sums->n,
        .class_correct = sums->correct,
    };
    session_send(s, &(struct record){.kind = RECORD_TEST, .test = test});
}

static void test_corrupted(struct session *s)
{
    struct corrupter corrupter;
    struct quality_sums sums;
    corrupter_init(&corrupter, s->data->h, s->data->w, s->data->c);
    for (int kind = 0; kind < CORRUPTIONS; kind++)
        for (int severity = 1; severity <= CORRUPT_SEVERITIES; severity++) {
            const struct quality quality = trainer_test_corrupted(
                &s->trainer, &corrupter, (enum corruption)kind, severity, &sums);
            send_test(s, corruption_names[kind], severity, &quality, &sums);
        }
    corrupter_release(&corrupter);
}

static void evaluate(struct session *s, int epoch, int epochs, int64_t steps_before,
                     struct record_epoch *record, struct record_end *end)
{
    const bool last = trainer_is_done(&s->trainer, epoch + 1, epochs);
    const int64_t every = s->cell->recipe.eval_every;
    const bool due = s->cell->recipe.steps
                         ? s->trainer.optimizer.steps / every > steps_before / every
                         : (epoch + 1) % every == 0;
    if (!due && !last)
        return;
    const enum phase before = clock_enter(s->clock, PHASE_EVAL);
    struct quality_sums sums;
    const struct quality test = trainer_test(&s->trainer, &sums);
    record->test_accuracy = test.accuracy;
    record->test_worst_class_accuracy = test.worst_class;
    record->test_class_sd = test.class_sd;
    record->test_loss = test.loss;
    record->test_calibration_error = test.calibration_error;
    record->test_tta_accuracy = test.tta_accuracy;
    record->val_accuracy = trainer_evaluate(&s->trainer, &s->data->validation).accuracy;
    if (last) {
        const struct quality train = trainer_evaluate(&s->trainer, &s->data->train);
        end->test_accuracy = record->test_accuracy;
        end->val_accuracy = record->val_accuracy;
        end->test_loss = test.loss;
        end->train_loss = train.loss;
        end->train_accuracy = train.accuracy;
        send_test(s, "none", 0, &test, &sums);
        if (s->cell->recipe.corrupted_test)
            test_corrupted(s);
    }
    clock_enter(s->clock, before);
    if (isfinite(record->val_accuracy) && !(record->val_accuracy <= end->best_val_accuracy)) {
        end->best_val_accuracy = record->val_accuracy;
        end->best_val_test_accuracy = record->test_accuracy;
    }
}

/* epochs is ANY_EPOCHS: as many as there will be, going by the steps so far. */
static int foreseen(const struct session *s, int epoch, int epochs)
{
    const struct trainer *trainer = &s->trainer;
    return epochs < ANY_EPOCHS ? epochs
                               : (int)ceil((epoch + 1) * (double)trainer->steps /
                                           fmax(1, (double)trainer->optimizer.steps));
}

static int run_epoch(struct session *s, int epoch, int epochs, struct record_end *end,
                     struct err *err)
{
    const bool watched = pruner_watches_training(s->pruner);
    if (epochs == ANY_EPOCHS)
        pruner_go_by_steps(s->pruner,
                           (double)s->trainer.optimizer.steps / (double)s->trainer.steps);
    if (checkpoint(s, epoch, err))
        return -1;
    struct record_epoch record = record_epoch_of(epoch + 1);
    double speed;
    const int64_t trained_before = s->work.samples_backward,
                  steps_before = s->trainer.optimizer.steps;
    const struct nn_rows computed_before = nn_rows(s->trainer.net);
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
    const struct nn_rows computed = nn_rows(s->trainer.net);
    record.lr = trainer_lr(&s->trainer, epoch + 1, epochs);
    record.kept = s->work.samples_backward - trained_before;
    record.forward_computed = (double)(computed.forward - computed_before.forward);
    record.backward_computed = (double)(computed.backward - computed_before.backward);
    s->trained += record.kept;
    record.charged_ns = clock_charged(s->clock);
    evaluate(s, epoch, epochs, steps_before, &record, end);
    record.wall_ns = clock_wall(s->clock);
    record.work = s->work;
    session_send(s, &(struct record){.kind = RECORD_EPOCH, .epoch = record});
    session_progress(s, "train", epoch + 1, foreseen(s, epoch, epochs), speed);
    session_keep(s, CHECKPOINT_TRAIN, 0, epoch + 1, foreseen(s, epoch, epochs), &s->trainer);
    return 0;
}

/* Data, networks and the pruner. */
static int prepare(struct session *s, struct err *err)
{
    const struct cell *cell = s->cell;
    clock_enter(s->clock, PHASE_LOAD);
    if (dataset_load(cell->dataset, cell->data, (uint64_t)cell->seed, s->places->data_dirs,
                     &s->data, err))
        return -1;
    clock_enter(s->clock, PHASE_INIT);
    if (trainer_init(&s->trainer, cell->model, cell->model_options, s->data, &cell->recipe,
                     &cell->engine, (uint64_t)cell->seed, err))
        return -1;
    if (pruner_needs(cell->pruner, cell->pruner_options) & NEEDS_VALIDATION &&
        s->data->validation.n == 0)
        return err_set(err, "pruner %s needs a validation split: give the dataset a val_fraction",
                       cell->pruner->name);
    if (session_measure_proxy(s, err))
        return -1;
    if (cell->scoring.embeddings &&
        embeddings_read(cell->scoring.embeddings, s->data, &s->embeddings, &s->proxy.features, err))
        return -1;
    const struct pruner_task task = {
        .n = s->data->train.n,
        .classes = s->data->classes,
        .labels = s->data->train.labels,
        .origin = s->data->train.origin,
        .origin_n = s->data->train_file_n,
        .validation_n = s->data->validation.n,
        .feature_count = s->proxy.features,
        .rate = cell->rate,
        .epochs = cell_task_epochs(cell, s->data->train.n),
        .seed = (uint64_t)cell->seed,
    };
    if (pruner_begin(cell->pruner, cell->pruner_options, &task, &s->pruner, err))
        return -1;
    session_allocate(s);
    clock_enter(s->clock, PHASE_OTHER);
    return 0;
}

/* Says what it works with, or takes that over from where it goes on. */
static int begin(struct session *s, struct err *err)
{
    bool resumed = false;
    if (prepare(s, err))
        return -1;
    send_data(s);
    if (session_resume(s, &resumed, err))
        return -1;
    if (resumed)
        return 0;
    send_engine(s);
    session_send_split(s);
    session_send_changes(s);
    return 0;
}

/* That full data would take. */
static double epochs_of_all(const struct cell *cell, int64_t n)
{
    const struct recipe *recipe = &cell->recipe;
    return recipe->steps && n > 0
               ? (double)recipe->steps / (double)recipe_epoch_steps(recipe, (size_t)n)
               : recipe->epochs;
}

static void close_ledger(struct session *s, struct record_end *end)
{
    if (!clock_balance(s->clock, end->phase_ns, &end->wall_ns))
        session_warn(s, "LEDGER_GAP", "the phases' sum differs from the wall clock by over 0.1 %");
    end->work = s->work;
    end->train_n = s->data ? (int64_t)s->data->train.n : 0;
    const double planned = (double)end->train_n * epochs_of_all(s->cell, end->train_n);
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
    const int epochs = failed                   ? 0
                       : cell_epochs_vary(cell) ? ANY_EPOCHS
                       : cell->recipe.steps     ? cell_epochs(cell, s.data->train.n)
                                                : pruner_epochs(s.pruner);
    const bool resumes = session_resumes_at(&s, CHECKPOINT_TRAIN, 0);
    for (int epoch = resumes ? session_restore(&s, &s.trainer) : 0;
         !failed && !trainer_is_done(&s.trainer, epoch, epochs); epoch++)
        failed = run_epoch(&s, epoch, epochs, &end, err);
    if (end.state == ATTEMPT_DIVERGED) {
        end.cause = CAUSE_DIVERGED;
        end.reason = err->text;
        failed = 0;
    }
    if (!failed) {
        close_ledger(&s, &end);
        *ret_end = end;
    }
    session_release(&s);
    return failed;
}

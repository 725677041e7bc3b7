#include "harness/train.h"

#include "harness/artifact.h"
#include "harness/base/linalg.h"
#include "harness/base/mem.h"
#include "harness/observe.h"
#include "harness/trainer.h"

#include <math.h>
#include <stdio.h>

/* A cell at work. */
struct session {
    const struct cell *cell;
    const struct train_places *places;
    struct clock *clock;
    const struct train_sink *sink;
    struct dataset *data;
    struct pruner_run *pruner;
    struct trainer trainer;              /* the cell's own network */
    struct observer observer;            /* of the training split */
    struct observer validation_observer; /* only with NEEDS_VALIDATION */
    struct pruner_selection selection;   /* current; arrays with room for n */
    struct pruner_selection all;         /* every sample, of weight 1 */
    uint8_t *bitmap;                     /* [(n + 7) / 8] of the current selection */
    int64_t *class_kept;                 /* [classes] likewise */
    struct work work;
    int64_t trained; /* samples, proxies not counted */
    bool diverged;   /* why the last step failed: a result, not an error */
};

static void send(const struct session *s, const struct record *record)
{
    s->sink->take(s->sink->context, record);
}

static void send_engine(const struct session *s)
{
    char implementations[256];
    nn_implementations(s->trainer.net, implementations, sizeof implementations);
    send(s, &(struct record){.kind = RECORD_ENGINE, .engine = {implementations}});
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

/* A scoring pass with trainer's network, handed to the pruner. */
static int observe_forward(struct session *s, struct trainer *trainer, int run, int epoch,
                           struct err *err)
{
    trainer_pass(trainer, &s->data->train, &s->observer, &s->work);
    struct pruner_pass pass = observer_pass(&s->observer, run, epoch, false), validation;
    if (s->pruner->needs & NEEDS_VALIDATION) {
        trainer_pass(trainer, &s->data->validation, &s->validation_observer, &s->work);
        validation = observer_pass(&s->validation_observer, run, epoch, false);
        pass.validation = &validation;
    }
    return pruner_observe(s->pruner, &pass, err);
}

/* Hands over what the last epoch's training computed. */
static int observe_training(struct session *s, int run, int epoch, struct err *err)
{
    const struct pruner_pass pass = observer_pass(&s->observer, run, epoch, true);
    return pruner_observe(s->pruner, &pass, err);
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

/* trainer_epoch, with the session's books; images a second go to ret_speed. */
static int train_epoch(struct session *s, struct trainer *trainer, int epoch, int epochs,
                       const struct pruner_selection *selection, bool watched, double *ret_loss,
                       double *ret_speed, struct err *err)
{
    const int64_t started = clock_now();
    if (watched)
        observer_clear(&s->observer);
    struct dropping dropping = {.s = s};
    const struct trainer_drop drop = {&dropping, enter_score, decide};
    const int failed = trainer_epoch(trainer, epoch, epochs, selection,
                                     pruner_drops(s->pruner, epoch) ? &drop : NULL,
                                     watched ? &s->observer : NULL, &s->work, ret_loss, err);
    *ret_speed = (double)selection->count / ((double)(clock_now() - started) * 1e-9);
    s->diverged = failed && !dropping.wrong;
    return failed;
}

static void send_progress(const struct session *s, const char *stage, int epoch, int epochs,
                          double speed)
{
    send(s, &(struct record){.kind = RECORD_PROGRESS, .progress = {stage, epoch, epochs, speed}});
}

/* ---- Static pruners: proxies ---- */

static int init_proxy(const struct session *s, uint64_t seed, struct trainer *ret_proxy,
                      struct err *err)
{
    const struct cell *cell = s->cell;
    const struct scoring *scoring = &cell->scoring;
    if (trainer_init(ret_proxy, scoring->model ? scoring->model : cell->model,
                     scoring->model ? scoring->model_options : cell->model_options, s->data,
                     &cell->recipe, &cell->engine, seed, err))
        return scoring->model ? err_prefix(err, "prune_with: ") : -1;
    return 0;
}

/* Features of the network that the pruner watches. */
static int count_features(const struct session *s, size_t *ret_count, struct err *err)
{
    struct trainer proxy = {0};
    const bool own = !s->cell->scoring.model;
    if (!own && init_proxy(s, 0, &proxy, err))
        return -1;
    *ret_count = (size_t)nn_feature_count(own ? s->trainer.net : proxy.net);
    trainer_release(&proxy);
    return 0;
}

static int train_proxy(struct session *s, const struct pruner_watch *watch, int run,
                       const struct pruner_selection *all, struct err *err)
{
    struct trainer proxy = {0};
    struct rng rng = rng_stream((uint64_t)s->cell->seed, RNG_PROXY, 0, (uint32_t)run);
    int failed = init_proxy(s, rng_u64(&rng), &proxy, err);
    /* A proxy is the beginning of a training: it follows the cell's own schedule. */
    const int schedule =
        s->cell->recipe.epochs > watch->epochs ? s->cell->recipe.epochs : watch->epochs;
    char stage[64];
    snprintf(stage, sizeof stage, "proxy %d/%d", run + 1, watch->runs);
    for (int epoch = 0; !failed && epoch < watch->epochs; epoch++) {
        double loss, speed;
        failed = train_epoch(s, &proxy, epoch, schedule, all, watch->training, &loss, &speed, err);
        if (!failed && watch->training)
            failed = observe_training(s, run, epoch + 1, err);
        const bool last = epoch + 1 == watch->epochs;
        const bool due = watch->pass_every > 0 && (epoch + 1) % watch->pass_every == 0;
        if (!failed && (due || (last && watch->pass_every >= 0)))
            failed = observe_forward(s, &proxy, run, epoch + 1, err);
        send_progress(s, stage, epoch + 1, watch->epochs, speed);
    }
    trainer_release(&proxy);
    return failed;
}

/* All that a static pruner does before it selects, in PHASE_SCORE. */
static int compute_scores(struct session *s, struct err *err)
{
    const enum phase before = clock_enter(s->clock, PHASE_SCORE);
    const struct pruner_watch watch = pruner_watch(s->pruner);
    int failed = 0;
    for (int run = 0; !failed && run < watch.runs; run++)
        failed = train_proxy(s, &watch, run, &s->all, err);
    if (!failed) {
        linalg_set_threads(s->cell->engine.threads);
        failed = pruner_score(s->pruner, err);
        linalg_set_threads(1);
    }
    clock_enter(s->clock, before);
    return failed;
}

static void add_work(struct work *work, const struct work *more)
{
    work->samples_forward += more->samples_forward;
    work->samples_backward += more->samples_backward;
    work->flops += more->flops;
}

static void warn(const struct session *s, const char *code, const char *text)
{
    send(s, &(struct record){.kind = RECORD_WARNING, .warning = {code, text}});
}

/* What an earlier cell knew, charged with what it cost there. false: nothing that can be used. */
static bool reuse_scores(struct session *s, const char *key)
{
    float some; /* only whether there are scores is asked */
    const struct artifact expected = {
        .n = s->data->train.n,
        .state_size = s->pruner->state_size,
        .scores = s->cell->pruner->score ? &some : NULL,
    };
    struct artifact found;
    struct err err;
    const enum phase before = clock_enter(s->clock, PHASE_LOAD);
    const enum artifact_found what =
        artifact_load(s->places->artifacts, key, &expected, &found, &err);
    if (what == ARTIFACT_DAMAGED)
        warn(s, "ARTIFACT", err.text);
    if (what == ARTIFACT_LOADED) {
        pruner_restore(s->pruner, found.state, found.scores);
        clock_carry(s->clock, found.score_ns);
        add_work(&s->work, &found.work);
        artifact_release(&found);
    }
    clock_enter(s->clock, before);
    return what == ARTIFACT_LOADED;
}

static void keep_scores(struct session *s, const char *key, int64_t score_ns)
{
    const struct artifact artifact = {
        .n = s->data->train.n,
        .state_size = s->pruner->state_size,
        .state = s->pruner->state,
        .scores = s->pruner->scores,
        .score_ns = score_ns,
        .work = s->work,
    };
    struct err err;
    const enum phase before = clock_enter(s->clock, PHASE_CHECKPOINT);
    if (artifact_save(s->places->artifacts, key, &artifact, &err))
        warn(s, "ARTIFACT", err.text);
    clock_enter(s->clock, before);
}

/* Nothing to do, and nothing charged, for a pruner that neither watches nor scores. */
static int score_statically(struct session *s, struct err *err)
{
    if (!pruner_has_artifact(s->cell->pruner))
        return 0;
    struct arena arena;
    char file[HASH_HEX_SIZE], shared[HASH_HEX_SIZE], key[HASH_HEX_SIZE];
    if (cell_file_hash(s->cell, file, err))
        return -1;
    arena_init(&arena);
    cell_key(cell_shared_json(s->cell, &arena), s->data->hash, file, shared);
    artifact_key(shared, s->places->machine, key);
    arena_release(&arena);
    clock_carry(s->clock, (int64_t)(pruner_seconds_elsewhere(s->pruner) * 1e9));
    const bool kept = s->places->artifacts != NULL;
    const bool reused = kept && s->places->reuse && reuse_scores(s, key);
    if (!reused) {
        const int64_t before = clock_charged(s->clock);
        if (compute_scores(s, err))
            return -1;
        if (kept)
            keep_scores(s, key, clock_charged(s->clock) - before);
    }
    send(s, &(struct record){.kind = RECORD_ARTIFACT,
                             .artifact = {kept ? key : NULL, reused, s->clock->carried_ns}});
    return 0;
}

/* ---- Selecting ---- */

static void set_bit(uint8_t *bitmap, size_t i)
{
    bitmap[i / 8] = (uint8_t)(bitmap[i / 8] | 1u << i % 8);
}

/* Of the selection, those with a changed label; -1 where no label was. */
static int64_t noise_kept(const struct session *s)
{
    const uint8_t *flipped = s->data->train.flipped;
    int64_t count = 0;
    for (size_t j = 0; flipped && j < s->selection.count; j++)
        count += flipped[s->selection.index[j]] != 0;
    return flipped ? count : -1;
}

/* Which labels were changed, where the dataset was given noise. */
static void send_noise(struct session *s)
{
    const struct split *train = &s->data->train;
    if (!train->flipped)
        return;
    for (size_t i = 0; i < (train->n + 7) / 8; i++)
        s->bitmap[i] = 0;
    for (size_t i = 0; i < train->n; i++)
        if (train->flipped[i])
            set_bit(s->bitmap, i);
    send(s,
         &(struct record){.kind = RECORD_NOISE,
                          .noise = {(int64_t)train->n, (int64_t)train->flipped_count, s->bitmap}});
}

static void send_selection(struct session *s, int epoch)
{
    const struct dataset *data = s->data;
    const size_t n = data->train.n;
    for (size_t i = 0; i < (n + 7) / 8; i++)
        s->bitmap[i] = 0;
    for (int c = 0; c < data->classes; c++)
        s->class_kept[c] = 0;
    for (size_t j = 0; j < s->selection.count; j++) {
        const size_t i = s->selection.index[j];
        set_bit(s->bitmap, i);
        s->class_kept[data->train.labels[i]]++;
    }
    send(s, &(struct record){.kind = RECORD_SELECTION,
                             .selection = {.epoch = epoch,
                                           .n = (int64_t)n,
                                           .kept = (int64_t)s->selection.count,
                                           .bitmap = s->bitmap,
                                           .classes = data->classes,
                                           .class_kept = s->class_kept,
                                           .noise_kept = noise_kept(s)}});
}

static void send_solution(const struct session *s, int epoch, int i)
{
    const struct pruner_solution *solution = &s->pruner->solutions[i];
    send(s, &(struct record){.kind = RECORD_SOLVER,
                             .solver = {epoch, i + 1, solution->method, solution->objective,
                                        solution->moves, solution->ns}});
}

static int select_samples(struct session *s, int epoch, struct err *err)
{
    const enum phase before = clock_enter(s->clock, PHASE_SELECT);
    /* BLAS is the pruner's own here, with the cell's threads. */
    linalg_set_threads(s->cell->engine.threads);
    const int failed = pruner_select(s->pruner, epoch, &s->selection, err);
    linalg_set_threads(1);
    clock_enter(s->clock, before);
    if (failed)
        return -1;
    send_selection(s, epoch);
    for (int i = 0; i < s->pruner->solution_count; i++)
        send_solution(s, epoch, i);
    return 0;
}

/* The checkpoint before `epoch`; a static pruner has one, before the first. */
static int checkpoint(struct session *s, int epoch, struct err *err)
{
    const enum pruner_due due = pruner_due(s->pruner, epoch);
    if (due == DUE_NO)
        return 0;
    if (due == DUE_FORWARD) {
        const enum phase before = clock_enter(s->clock, PHASE_SCORE);
        const int failed = observe_forward(s, &s->trainer, 0, epoch, err);
        clock_enter(s->clock, before);
        if (failed)
            return -1;
    }
    return select_samples(s, epoch, err);
}

/* ---- The training ---- */

static void evaluate(struct session *s, int epoch, int epochs, struct record_epoch *record,
                     struct record_end *end)
{
    const bool last = epoch + 1 == epochs;
    if ((epoch + 1) % s->cell->recipe.eval_every != 0 && !last)
        return;
    const enum phase before = clock_enter(s->clock, PHASE_EVAL);
    record->test_accuracy = trainer_accuracy(&s->trainer, &s->data->test);
    record->val_accuracy = trainer_accuracy(&s->trainer, &s->data->validation);
    clock_enter(s->clock, before);
    if (last) {
        end->test_accuracy = record->test_accuracy;
        end->val_accuracy = record->val_accuracy;
    }
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
    int failed =
        train_epoch(s, &s->trainer, epoch, epochs, s->cell->scoring.only ? &s->all : &s->selection,
                    watched, &record.train_loss, &speed, err);
    if (!failed && watched) {
        clock_enter(s->clock, PHASE_SCORE);
        failed = observe_training(s, 0, epoch + 1, err);
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
    send(s, &(struct record){.kind = RECORD_EPOCH, .epoch = record});
    send_progress(s, "train", epoch + 1, epochs, speed);
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
    send_engine(s);
    const size_t n = s->data->train.n;
    if (pruner_needs(cell->pruner, cell->pruner_options) & NEEDS_VALIDATION &&
        s->data->validation.n == 0)
        return err_set(err, "pruner %s needs a validation split: give the dataset a val_fraction",
                       cell->pruner->name);
    size_t features;
    if (count_features(s, &features, err))
        return -1;
    const struct pruner_task task = {
        .n = n,
        .classes = s->data->classes,
        .labels = s->data->train.labels,
        .origin = s->data->train.origin,
        .origin_n = s->data->train_file_n,
        .validation_n = s->data->validation.n,
        .feature_count = features,
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
    MEM_NEW(s->bitmap, (n + 7) / 8);
    MEM_NEW(s->class_kept, (size_t)s->data->classes);
    clock_enter(s->clock, PHASE_OTHER);
    send_noise(s);
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
}

static void close_ledger(struct session *s, struct record_end *end)
{
    if (!clock_balance(s->clock, end->phase_ns, &end->wall_ns))
        warn(s, "LEDGER_GAP", "the phases' sum is off the wall clock by over 0.1 %");
    end->work = s->work;
    end->train_n = s->data ? (int64_t)s->data->train.n : 0;
    const double planned = (double)end->train_n * s->cell->recipe.epochs;
    end->kept_fraction = planned > 0 ? (double)s->trained / planned : (double)NAN;
}

int train_cell(const struct cell *cell, const struct train_places *places, struct clock *clock,
               const struct train_sink *sink, struct record_end *ret_end, struct err *err)
{
    struct session s = {.cell = cell, .places = places, .clock = clock, .sink = sink};
    struct record_end end = record_end_of(ATTEMPT_DONE);
    int failed = begin(&s, err);
    if (!failed)
        failed = score_statically(&s, err);
    const int epochs = failed ? 0 : pruner_epochs(s.pruner);
    for (int epoch = 0; !failed && epoch < epochs; epoch++)
        failed = run_epoch(&s, epoch, epochs, &end, err);
    if (s.diverged) {
        end.state = ATTEMPT_DIVERGED;
        end.reason = err->text;
        failed = 0;
    }
    if (!failed) {
        close_ledger(&s, &end);
        *ret_end = end;
    }
    release(&s);
    return failed;
}

#include "harness/train/score.h"

#include "base/linalg.h"
#include "base/mem.h"
#include "harness/train/resume.h"
#include "results/record/artifact.h"

#include <stdio.h>
#include <string.h>

/* ---- Observing ---- */

int session_observe_forward(struct session *s, struct trainer *trainer, int run, int epoch,
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

int session_observe_training(struct session *s, int run, int epoch, struct err *err)
{
    const struct pruner_pass pass = observer_pass(&s->observer, run, epoch, true);
    return pruner_observe(s->pruner, &pass, err);
}

/* ---- Proxies ---- */

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

int session_measure_proxy(struct session *s, struct err *err)
{
    struct trainer proxy = {0};
    const bool own = !s->cell->scoring.model;
    if (!own && init_proxy(s, 0, &proxy, err))
        return -1;
    const struct nn_net *net = own ? s->trainer.net : proxy.net;
    s->proxy = (struct proxy_sizes){(size_t)nn_feature_count(net), nn_param_count(net),
                                    nn_buffer_count(net)};
    trainer_release(&proxy);
    return 0;
}

static int train_proxy(struct session *s, const struct pruner_watch *watch, int run,
                       struct err *err)
{
    struct trainer proxy = {0};
    struct rng rng = rng_stream((uint64_t)s->cell->seed, RNG_PROXY, 0, (uint32_t)run);
    /* A network that is there once more is charged to nobody. */
    const bool resumes = session_resumes_at(s, CHECKPOINT_PROXY, run);
    const enum phase before = clock_enter(s->clock, resumes ? PHASE_INIT : PHASE_SCORE);
    int epoch = 0, failed = init_proxy(s, rng_u64(&rng), &proxy, err);
    /* A proxy is the beginning of a training: it follows the cell's own schedule. */
    const int whole = s->pruner->task.epochs,
              schedule = whole > watch->epochs ? whole : watch->epochs;
    char stage[64];
    snprintf(stage, sizeof stage, "proxy %d/%d", run + 1, watch->runs);
    if (!failed && resumes)
        epoch = session_restore(s, &proxy);
    pruner_train_on(s->pruner, &s->selection); /* nothing has been chosen yet */
    if (!failed && watch->same_order)
        proxy.seed = (uint64_t)s->cell->seed;
    if (!failed && proxy.steps && watch->epochs > whole)
        proxy.steps =
            watch->epochs * (int64_t)recipe_epoch_steps(&s->cell->recipe, s->data->train.n);
    clock_enter(s->clock, before);
    for (; !failed && epoch < watch->epochs; epoch++) {
        double loss, speed;
        failed = session_train_epoch(s, &proxy, epoch, schedule, &s->selection, watch->training,
                                     &loss, &speed, err);
        if (!failed && watch->training)
            failed = session_observe_training(s, run, epoch + 1, err);
        const bool last = epoch + 1 == watch->epochs;
        const bool due = watch->pass_every > 0 && (epoch + 1) % watch->pass_every == 0;
        if (!failed && (due || (last && watch->pass_every >= 0)))
            failed = session_observe_forward(s, &proxy, run, epoch + 1, err);
        session_progress(s, stage, epoch + 1, watch->epochs, speed);
        if (!failed)
            session_keep(s, CHECKPOINT_PROXY, run, epoch + 1, watch->epochs, &proxy);
    }
    trainer_release(&proxy);
    return failed;
}

/* What a file says of the samples, in the place of a proxy at its end. */
static int observe_embeddings(struct session *s, const struct pruner_watch *watch, int run,
                              struct err *err)
{
    memset(s->observer.seen, 1, s->observer.n);
    const struct pruner_pass pass = observer_pass(&s->observer, run, watch->epochs, false);
    return pruner_observe(s->pruner, &pass, err);
}

/* All that is done before the training, in PHASE_SCORE. */
static int compute_scores(struct session *s, struct err *err)
{
    const enum phase before = clock_enter(s->clock, PHASE_SCORE);
    const struct pruner_watch watch = pruner_watch(s->pruner);
    int failed = 0;
    const int done = session_resumes_at(s, CHECKPOINT_PROXY, s->from.run) ? s->from.run : 0;
    for (int run = done; !failed && run < watch.runs; run++)
        failed = cell_asks_network(s->cell) ? train_proxy(s, &watch, run, err)
                                            : observe_embeddings(s, &watch, run, err);
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

/* What an earlier cell knew, charged with what it cost there. false: nothing that can be used. */
static bool reuse_scores(struct session *s, const char *key)
{
    float some; /* only whether there are scores is asked */
    const struct artifact expected = {
        .n = s->data->train.n,
        .state_size = s->pruner->state_size,
        .scores = pruner_scores(s->cell->pruner) ? &some : NULL,
    };
    struct artifact found;
    struct err err;
    const enum phase before = clock_enter(s->clock, PHASE_LOAD);
    const enum artifact_found what =
        artifact_load(s->places->artifacts, key, &expected, &found, &err);
    if (what == ARTIFACT_DAMAGED)
        session_warn(s, "ARTIFACT", err.text);
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
        session_warn(s, "ARTIFACT", err.text);
    clock_enter(s->clock, before);
}

int session_score(struct session *s, struct err *err)
{
    if (!pruner_has_artifact(s->cell->pruner) || session_resumes_at(s, CHECKPOINT_TRAIN, 0))
        return 0;
    struct arena arena = {0};
    char file[HASH_HEX_SIZE], shared[HASH_HEX_SIZE], key[HASH_HEX_SIZE];
    if (cell_file_hash(s->cell, file, err))
        return -1;
    cell_key(cell_shared_json(s->cell, &arena), s->data->hash, file, shared);
    artifact_key(shared, s->places->machine, PRUNER_VERSION, key);
    arena_release(&arena);
    const bool kept = s->places->artifacts != NULL;
    const bool scored = session_resumes_at(s, CHECKPOINT_SCORED, 0);
    bool reused = false;
    if (!scored && !session_resumes_at(s, CHECKPOINT_PROXY, s->from.run)) {
        clock_carry(s->clock, (int64_t)(pruner_seconds_elsewhere(s->pruner) * 1e9));
        reused = kept && s->places->reuse && reuse_scores(s, key);
        s->unscored_ns = clock_charged(s->clock);
    }
    if (!scored && !reused) {
        if (compute_scores(s, err))
            return -1;
        /* Before others can see the artifact: resumed, this cell must know that it made it. */
        session_keep(s, CHECKPOINT_SCORED, 0, 0, 0, NULL);
    }
    if (kept && !reused)
        keep_scores(s, key, clock_charged(s->clock) - s->unscored_ns);
    session_send(s,
                 &(struct record){.kind = RECORD_ARTIFACT,
                                  .artifact = {kept ? key : NULL, reused, s->clock->carried_ns}});
    return 0;
}

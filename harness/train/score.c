#include "harness/train/score.h"

#include "base/linalg.h"
#include "base/mem.h"
#include "harness/train/resume.h"
#include "results/record/artifact.h"

#include <stdio.h>
#include <string.h>

/* ---- Observing ---- */

/* Where it is wanted, beside a pass: what the network says of the validation split. */
static void add_validation(struct session *s, struct trainer *trainer, struct pruner_pass *pass,
                           struct pruner_pass *validation)
{
    if (!(s->pruner->needs & NEEDS_VALIDATION) || pass->training)
        return;
    trainer_pass(trainer, &s->data->validation, &s->validation_observer, &s->work);
    *validation = observer_pass(&s->validation_observer, pass->run, pass->epoch, false);
    pass->validation = validation;
}

int session_observe_forward(struct session *s, struct trainer *trainer, int run, int epoch,
                            struct err *err)
{
    trainer_pass(trainer, &s->data->train, &s->observer, &s->work);
    struct pruner_pass pass = observer_pass(&s->observer, run, epoch, false), validation;
    add_validation(s, trainer, &pass, &validation);
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

/* The fold-th network of a run (0: its only one, or first); it follows the cell's own schedule, as
   the beginning of a training. */
static int begin_proxy(const struct session *s, const struct pruner_watch *watch, int run, int fold,
                       struct trainer *ret_proxy, int *ret_schedule, struct err *err)
{
    const int whole = s->pruner->task.epochs;
    struct rng rng = rng_stream((uint64_t)s->cell->seed, RNG_PROXY, (uint32_t)fold, (uint32_t)run);
    if (init_proxy(s, rng_u64(&rng), ret_proxy, err))
        return -1;
    if (watch->same_order)
        ret_proxy->seed = (uint64_t)s->cell->seed;
    if (ret_proxy->steps && watch->epochs > whole)
        ret_proxy->steps =
            watch->epochs * (int64_t)recipe_epoch_steps(&s->cell->recipe, s->data->train.n);
    *ret_schedule = whole > watch->epochs ? whole : watch->epochs;
    return 0;
}

static int train_proxy(struct session *s, const struct pruner_watch *watch, int run,
                       struct err *err)
{
    struct trainer proxy = {0};
    /* A network that is there once more is charged to nobody. */
    const bool resumes = session_resumes_at(s, CHECKPOINT_PROXY, run);
    const enum phase before = clock_enter(s->clock, resumes ? PHASE_INIT : PHASE_SCORE);
    int epoch = 0, schedule = 0, failed = begin_proxy(s, watch, run, 0, &proxy, &schedule, err);
    char stage[64];
    snprintf(stage, sizeof stage, "proxy %d/%d", run + 1, watch->runs);
    if (!failed && resumes)
        epoch = session_restore(s, &proxy);
    pruner_train_on(s->pruner, &s->selection); /* nothing has been chosen yet */
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

/* ---- Folds ----
 *
 * A network has learned what it was trained on, and what it then says of a sample is about itself
 * as much as about the sample. With folds, as many networks are trained side by side, each without
 * a fold of the samples, and each sample is seen by the one that does not know it: after each epoch
 * where a pruner would watch the training, and in place of scoring passes.
 *
 * What networks say of samples one by one (losses, probabilities, ...) they say together, in one
 * pass. Features and gradients of different networks cannot be held against each other: a pruner
 * that wants those has a run of its own on each fold, and the folds are those of the first proxies
 * for all proxies. Of the validation split, which none of them knows, the first is asked. */

struct folds {
    int count;
    struct trainer *proxies;       /* [count] */
    uint32_t *order;               /* [n] samples, fold by fold */
    size_t *first;                 /* [count + 1] where each fold begins */
    struct pruner_selection known; /* what a network is trained on */
    uint8_t *marks;                /* [n] scratch */
    struct pruner_run **runs;      /* [count]; NULL: together. One of an empty fold is NULL */
    uint16_t *labels;              /* [n] as in order, of the runs */
};

static void folds_init(struct folds *folds, const struct session *s)
{
    const size_t n = s->data->train.n;
    folds->count = s->cell->scoring.folds;
    MEM_NEW(folds->proxies, (size_t)folds->count);
    MEM_NEW(folds->order, n);
    MEM_NEW(folds->first, (size_t)folds->count + 1);
    MEM_NEW(folds->known.index, n);
    MEM_NEW(folds->known.weight, n);
    MEM_NEW(folds->marks, n);
    if (cell_folds(s->cell, NULL) != FOLDS_APART)
        return;
    MEM_NEW(folds->runs, (size_t)folds->count);
    MEM_NEW(folds->labels, n);
}

static void folds_release(struct folds *folds)
{
    for (int f = 0; folds->runs && f < folds->count; f++)
        pruner_end(folds->runs[f]);
    MEM_FREE(folds->proxies, folds->order, folds->first, folds->known.index, folds->known.weight,
             folds->marks, folds->runs, folds->labels);
}

/* Each class is dealt out to the folds in turn, in an order drawn for the run, and begins where the
 * class before it ended: folds differ by one sample at most, however small the classes are. */
static void folds_deal(struct folds *folds, const struct session *s, int run)
{
    const struct split *train = &s->data->train;
    uint32_t *drawn, *fold_of;
    int *next; /* [classes] */
    MEM_NEW(drawn, train->n);
    MEM_NEW(fold_of, train->n);
    MEM_NEW(next, (size_t)s->data->classes);
    for (size_t i = 0; i < train->n; i++) {
        drawn[i] = (uint32_t)i;
        next[train->labels[i]]++;
    }
    for (int c = 0, dealt = 0; c < s->data->classes; c++) {
        const int of_class = next[c];
        next[c] = dealt % folds->count;
        dealt += of_class;
    }
    struct rng rng = rng_stream((uint64_t)s->cell->seed, RNG_PROXY, UINT32_MAX, (uint32_t)run);
    rng_shuffle(&rng, drawn, train->n);
    for (size_t i = 0; i < train->n; i++)
        fold_of[drawn[i]] = (uint32_t)(next[train->labels[drawn[i]]]++ % folds->count);
    size_t placed = 0;
    for (int f = 0; f < folds->count; f++) {
        folds->first[f] = placed;
        for (size_t i = 0; i < train->n; i++)
            if (fold_of[i] == (uint32_t)f)
                folds->order[placed++] = (uint32_t)i;
    }
    folds->first[folds->count] = placed;
    MEM_FREE(drawn, fold_of, next);
}

static int folds_begin_runs(struct folds *folds, const struct session *s, struct err *err)
{
    for (size_t j = 0; j < s->data->train.n; j++)
        folds->labels[j] = s->data->train.labels[folds->order[j]];
    for (int f = 0; f < folds->count; f++) {
        struct pruner_task task = s->pruner->task;
        task.n = folds->first[f + 1] - folds->first[f];
        task.labels = folds->labels + folds->first[f];
        task.origin = NULL;
        task.rate = 0; /* no score goes by it, and it might leave nothing of a small fold */
        if (task.n > 0 &&
            pruner_begin(s->cell->pruner, s->cell->pruner_options, &task, &folds->runs[f], err))
            return -1;
    }
    return 0;
}

/* All that the proxies train on but fold f. */
static void leave_out(struct folds *folds, const struct pruner_selection *all, int f)
{
    memset(folds->marks, 0, folds->first[folds->count]);
    for (size_t j = folds->first[f]; j < folds->first[f + 1]; j++)
        folds->marks[folds->order[j]] = 1;
    folds->known.count = 0;
    for (size_t j = 0; j < all->count; j++)
        if (!folds->marks[all->index[j]]) {
            folds->known.index[folds->known.count] = all->index[j];
            folds->known.weight[folds->known.count++] = 1;
        }
}

static int observe_together(struct session *s, struct folds *folds, int run, int epoch,
                            bool training, struct err *err)
{
    observer_clear(&s->observer);
    for (int f = 0; f < folds->count; f++)
        trainer_look(&folds->proxies[f], &s->data->train, folds->order + folds->first[f],
                     folds->first[f + 1] - folds->first[f], &s->observer, &s->work);
    struct pruner_pass pass = observer_pass(&s->observer, run, epoch, training), validation;
    add_validation(s, &folds->proxies[0], &pass, &validation);
    return pruner_observe(s->pruner, &pass, err);
}

/* The samples of fold f as a split of its own, with labels that are the folds'. */
static struct split fold_split(const struct session *s, const struct folds *folds, int f)
{
    const struct split *train = &s->data->train;
    const size_t picture = (size_t)(s->data->h * s->data->w * s->data->c);
    struct split split = {.n = folds->first[f + 1] - folds->first[f],
                          .labels = folds->labels + folds->first[f]};
    MEM_NEW(split.pixels, mem_size(split.n, picture));
    for (size_t j = 0; j < split.n; j++)
        memcpy(split.pixels + j * picture,
               train->pixels + folds->order[folds->first[f] + j] * picture, picture);
    return split;
}

static int observe_apart(struct session *s, struct folds *folds, int run, int epoch, bool training,
                         struct err *err)
{
    struct pruner_pass beside = {.run = run, .epoch = epoch, .training = training}, validation;
    int failed = 0;
    add_validation(s, &folds->proxies[0], &beside, &validation);
    for (int f = 0; f < folds->count && !failed; f++) {
        if (!folds->runs[f])
            continue;
        struct split split = fold_split(s, folds, f);
        struct observer observer;
        observer_init(&observer, s->pruner->needs, split.n, (size_t)s->data->classes,
                      s->proxy.features, split.labels);
        trainer_pass(&folds->proxies[f], &split, &observer, &s->work);
        struct pruner_pass pass = observer_pass(&observer, run, epoch, training);
        pass.validation = beside.validation;
        failed = pruner_observe(folds->runs[f], &pass, err);
        observer_release(&observer);
        mem_free(split.pixels);
    }
    return failed;
}

static int train_folds(struct session *s, struct folds *folds, const struct pruner_watch *watch,
                       int run, struct err *err)
{
    int failed = 0, schedule = 0;
    char stage[64];
    snprintf(stage, sizeof stage, "proxy %d/%d", run + 1, watch->runs);
    if (!folds->runs || run == 0)
        folds_deal(folds, s, run);
    if (folds->runs && run == 0)
        failed = folds_begin_runs(folds, s, err);
    int (*const observe)(struct session *, struct folds *, int, int, bool, struct err *) =
        folds->runs ? observe_apart : observe_together;
    pruner_train_on(s->pruner, &s->selection); /* nothing has been chosen yet */
    for (int f = 0; f < folds->count && !failed; f++)
        failed = begin_proxy(s, watch, run, f, &folds->proxies[f], &schedule, err);
    for (int epoch = 0; epoch < watch->epochs && !failed; epoch++) {
        double loss, speed = 0;
        for (int f = 0; f < folds->count && !failed; f++) {
            leave_out(folds, &s->selection, f);
            failed = session_train_epoch(s, &folds->proxies[f], epoch, schedule, &folds->known,
                                         false, &loss, &speed, err);
        }
        const bool last = epoch + 1 == watch->epochs;
        const bool due = watch->pass_every > 0 && (epoch + 1) % watch->pass_every == 0;
        if (!failed && watch->training)
            failed = observe(s, folds, run, epoch + 1, true, err);
        if (!failed && (due || (last && watch->pass_every >= 0)))
            failed = observe(s, folds, run, epoch + 1, false, err);
        session_progress(s, stage, epoch + 1, watch->epochs, speed);
    }
    for (int f = 0; f < folds->count; f++)
        trainer_release(&folds->proxies[f]);
    return failed;
}

static int folds_score(struct session *s, struct folds *folds, struct err *err)
{
    for (int f = 0; f < folds->count; f++)
        if (folds->runs[f] && pruner_score(folds->runs[f], err))
            return -1;
    pruner_gather(s->pruner, folds->runs, folds->count, folds->order);
    return 0;
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
    struct folds folds = {0};
    int failed = 0;
    if (s->cell->scoring.folds)
        folds_init(&folds, s);
    const int done = session_resumes_at(s, CHECKPOINT_PROXY, s->from.run) ? s->from.run : 0;
    for (int run = done; !failed && run < watch.runs; run++)
        failed = !cell_asks_network(s->cell) ? observe_embeddings(s, &watch, run, err)
                 : folds.count               ? train_folds(s, &folds, &watch, run, err)
                                             : train_proxy(s, &watch, run, err);
    if (!failed) {
        linalg_set_threads(s->cell->engine.threads);
        failed = folds.runs ? folds_score(s, &folds, err) : pruner_score(s->pruner, err);
        linalg_set_threads(1);
    }
    folds_release(&folds);
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

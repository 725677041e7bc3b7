#include "tests/support/rehearsal.h"

#include "base/num.h"
#include "tests/support/recording.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* For pruners that read a file: one that suits any made-up task and the recording. */
static const char SOME_FILE[] = "tests/golden/pruners/scores.csv";

enum { FEATURES = 3, VALIDATION = 12, BATCH = 8 };

/* Of one split. */
struct outputs {
    size_t n;
    uint16_t *labels;                      /* [n] */
    float *logits, *probabilities;         /* [n][classes] */
    float *losses, *batch_losses;          /* [n] */
    float *features;                       /* [n][feature_count] */
    float *gradient_norms, *gradient_dots; /* [n] */
    uint8_t *correct, *seen;               /* [n] */
};

struct rehearsal_arrays {
    const struct recording *recording; /* or NULL */
    struct outputs train, validation;
    float *classifier; /* [classes][feature_count + 1] */
    struct pruner_pass validation_pass;
};

static void outputs_init(struct outputs *a, size_t n, size_t classes, size_t feature_count,
                         const uint16_t *labels)
{
    a->n = n;
    MEM_NEW(a->labels, n);
    MEM_NEW(a->logits, n * classes);
    MEM_NEW(a->probabilities, n * classes);
    MEM_NEW(a->losses, n);
    MEM_NEW(a->batch_losses, n);
    MEM_NEW(a->features, n * feature_count);
    MEM_NEW(a->gradient_norms, n);
    MEM_NEW(a->gradient_dots, n);
    MEM_NEW(a->correct, n);
    MEM_NEW(a->seen, n);
    for (size_t i = 0; i < n; i++)
        a->labels[i] = (uint16_t)(labels ? labels[i] : i % classes);
}

static void outputs_release(struct outputs *a)
{
    mem_free(a->labels);
    mem_free(a->logits);
    mem_free(a->probabilities);
    mem_free(a->losses);
    mem_free(a->batch_losses);
    mem_free(a->features);
    mem_free(a->gradient_norms);
    mem_free(a->gradient_dots);
    mem_free(a->correct);
    mem_free(a->seen);
}

static void *read_options(const struct pruner *pruner, const char *text)
{
    if (pruner->options_size == 0)
        return NULL;
    unsigned char *options;
    MEM_NEW(options, pruner->options_size);
    option_defaults(pruner->options, options);
    for (const struct option *o = pruner->options; o && o->name; o++)
        if (pruner->reads && o->type == OPTION_STRING)
            *(const char **)(void *)(options + o->offset) = SOME_FILE;
    static struct arena texts; /* of options: until the test's process ends */
    struct err err;
    if (text && kind_assign(&pruner->is, text, " ", options, &texts, &err))
        DIE("%s", err.text);
    return options;
}

int rehearsal_begin(const struct rehearsal_plan *plan, struct rehearsal *ret_rehearsal,
                    struct err *err)
{
    const struct recording *recording = plan->recording;
    const struct pruner_task task = {
        .n = recording ? recording->n : plan->n,
        .classes = recording ? recording->classes : plan->classes,
        .validation_n = recording ? recording->validation_n : VALIDATION,
        .feature_count = recording ? recording->feature_count : FEATURES,
        .rate = plan->rate,
        .epochs = plan->epochs,
        .seed = plan->seed,
    };
    const size_t classes = (size_t)task.classes, features = task.feature_count;
    struct rehearsal r = {.options = read_options(plan->pruner, plan->options)};
    MEM_NEW(r.selection.index, task.n);
    MEM_NEW(r.selection.weight, task.n);
    MEM_NEW(r.arrays, 1);
    r.arrays->recording = recording;
    MEM_NEW(r.arrays->classifier, classes * (features + 1));
    outputs_init(&r.arrays->train, task.n, classes, features,
                 recording ? recording->labels : plan->labels);
    outputs_init(&r.arrays->validation, task.validation_n, classes, features,
                 recording ? recording->validation_labels : NULL);
    struct pruner_task labelled = task;
    labelled.labels = r.arrays->train.labels;
    if (pruner_begin(plan->pruner, r.options, &labelled, &r.run, err)) {
        rehearsal_end(&r);
        return -1;
    }
    *ret_rehearsal = r;
    return 0;
}

void rehearsal_end(struct rehearsal *rehearsal)
{
    pruner_end(rehearsal->run);
    mem_free(rehearsal->selection.index);
    mem_free(rehearsal->selection.weight);
    mem_free(rehearsal->options);
    if (rehearsal->arrays) {
        mem_free(rehearsal->arrays->classifier);
        outputs_release(&rehearsal->arrays->train);
        outputs_release(&rehearsal->arrays->validation);
    }
    mem_free(rehearsal->arrays);
    *rehearsal = (struct rehearsal){0};
}

/* Streams of the splits: sample i of the validation split is VALIDATION_FROM + i. */
enum { VALIDATION_FROM = 1 << 20 };

/* What follows from the logits. */
static void derive(struct outputs *a, size_t classes)
{
    for (size_t i = 0; i < a->n; i++) {
        const float *z = a->logits + i * classes;
        float *p = a->probabilities + i * classes;
        num_softmax(p, z, 1, classes);
        a->losses[i] = -logf(p[a->labels[i]]);
        size_t highest = 0;
        for (size_t c = 1; c < classes; c++)
            if (z[c] > z[highest])
                highest = c;
        a->correct[i] = highest == a->labels[i];
    }
}

static void make_up(struct outputs *a, size_t classes, int run, int epoch, uint32_t from)
{
    enum { SLOW = 20 };
    for (size_t i = 0; i < a->n; i++) {
        struct rng rng = rng_stream((uint64_t)run, RNG_TEST, (uint32_t)epoch, from + (uint32_t)i);
        float *z = a->logits + i * classes;
        for (size_t c = 0; c < classes; c++)
            z[c] = (float)(4 * rng_uniform(&rng));
        z[a->labels[i]] += 2 * (float)epoch / (float)(epoch + SLOW);
        for (size_t f = 0; f < FEATURES; f++)
            a->features[i * FEATURES + f] = (float)rng_uniform(&rng);
        a->gradient_norms[i] = (float)(3 * rng_uniform(&rng));
        a->gradient_dots[i] = (float)(2 * rng_uniform(&rng) - 1);
    }
}

static void make_up_classifier(struct rehearsal *r, int run, int epoch)
{
    struct rng rng = rng_stream((uint64_t)run, RNG_TEST, (uint32_t)epoch, 2 * VALIDATION_FROM);
    const size_t count = (size_t)r->run->task.classes * (FEATURES + 1);
    for (size_t i = 0; i < count; i++)
        r->arrays->classifier[i] = (float)(2 * rng_uniform(&rng) - 1);
}

/* Arrays that the recording does not have of such a pass keep what they held. */
static void play(struct rehearsal *r, int run, int epoch, bool training)
{
    struct rehearsal_arrays *a = r->arrays;
    const struct recording *rec = a->recording;
    const size_t n = rec->n, classes = (size_t)rec->classes, width = rec->feature_count;
    recording_read(rec, run, epoch, training, "logits", n * classes, a->train.logits);
    if (training) {
        recording_read(rec, run, epoch, true, "batch_losses", n, a->train.batch_losses);
        return;
    }
    const size_t others = rec->validation_n;
    recording_read(rec, run, epoch, false, "features", n * width, a->train.features);
    recording_read(rec, run, epoch, false, "gradient_norms", n, a->train.gradient_norms);
    recording_read(rec, run, epoch, false, "gradient_dots", n, a->train.gradient_dots);
    recording_read(rec, run, epoch, false, "classifier", classes * (width + 1), a->classifier);
    recording_read(rec, run, epoch, false, "validation_logits", others * classes,
                   a->validation.logits);
    recording_read(rec, run, epoch, false, "validation_features", others * width,
                   a->validation.features);
}

/* Fills all arrays. */
static void run_network(struct rehearsal *r, int run, int epoch, bool training)
{
    struct rehearsal_arrays *a = r->arrays;
    const size_t classes = (size_t)r->run->task.classes;
    if (a->recording) {
        play(r, run, epoch, training);
    } else {
        make_up(&a->train, classes, run, epoch, 0);
        make_up(&a->validation, classes, run, epoch, VALIDATION_FROM);
        make_up_classifier(r, run, epoch);
    }
    derive(&a->train, classes);
    derive(&a->validation, classes);
}

/* Lends what was declared. */
static struct pruner_pass lend(const struct outputs *a, unsigned needs, size_t feature_count,
                               bool training)
{
    return (struct pruner_pass){
        .training = training,
        .n = a->n,
        .labels = a->labels,
        .losses = needs & NEEDS_LOSSES ? a->losses : NULL,
        .batch_losses = needs & NEEDS_BATCH_LOSSES && training ? a->batch_losses : NULL,
        .probabilities = needs & NEEDS_PROBABILITIES ? a->probabilities : NULL,
        .correct = needs & NEEDS_CORRECT ? a->correct : NULL,
        .logits = needs & NEEDS_LOGITS ? a->logits : NULL,
        .features = needs & NEEDS_FEATURES ? a->features : NULL,
        .feature_count = needs & (NEEDS_FEATURES | NEEDS_CLASSIFIER) ? feature_count : 0,
        .gradient_norms = needs & NEEDS_GRADIENTS && !training ? a->gradient_norms : NULL,
        .gradient_dots = needs & NEEDS_GRADIENTS && !training ? a->gradient_dots : NULL,
    };
}

/* Made up: batches of BATCH samples that were seen (NULL: all), in the order of their indices. */
static void make_batch_losses(struct outputs *a, const uint8_t *seen)
{
    double sum = 0;
    for (size_t i = 0, first = 0, rows = 0; i < a->n; i++) {
        const bool in = !seen || seen[i];
        sum += in ? (double)a->losses[i] : 0;
        rows += in;
        if (rows < BATCH && i + 1 < a->n)
            continue;
        for (; first <= i; first++)
            a->batch_losses[first] = (float)(sum / (double)(rows ? rows : 1));
        sum = 0;
        rows = 0;
    }
}

struct pruner_pass rehearsal_pass(struct rehearsal *r, int run, int epoch, bool training,
                                  const uint8_t *seen)
{
    const unsigned needs = r->run->needs;
    const size_t feature_count = r->run->task.feature_count;
    struct rehearsal_arrays *a = r->arrays;
    run_network(r, run, epoch, training);
    if (!a->recording)
        make_batch_losses(&a->train, seen);
    struct pruner_pass pass = lend(&a->train, needs, feature_count, training);
    pass.run = run;
    pass.epoch = epoch;
    pass.seen = seen;
    if (needs & NEEDS_CLASSIFIER)
        pass.classifier = a->classifier;
    if (needs & NEEDS_VALIDATION && !training) {
        a->validation_pass = lend(&a->validation, needs, feature_count, false);
        a->validation_pass.epoch = epoch;
        pass.validation = &a->validation_pass;
    }
    return pass;
}

float *rehearsal_array(struct rehearsal *r, enum pruner_needs need)
{
    const struct outputs *a = &r->arrays->train;
    return need == NEEDS_LOSSES          ? a->losses
           : need == NEEDS_BATCH_LOSSES  ? a->batch_losses
           : need == NEEDS_PROBABILITIES ? a->probabilities
           : need == NEEDS_LOGITS        ? a->logits
           : need == NEEDS_GRADIENTS     ? a->gradient_norms
                                         : a->features;
}

static int show(struct rehearsal *r, int run, int epoch, bool training, const uint8_t *seen,
                struct err *err)
{
    const struct pruner_pass pass = rehearsal_pass(r, run, epoch, training, seen);
    return pruner_observe(r->run, &pass, err);
}

/* The epoch in batches of BATCH samples, in the order of their indices. */
static int drop(struct rehearsal *r, int epoch, struct err *err)
{
    const struct outputs *a = &r->arrays->train;
    const size_t classes = (size_t)r->run->task.classes, width = r->run->task.feature_count;
    run_network(r, 0, epoch, false);
    for (size_t first = 0, step = 0; first < r->selection.count; first += BATCH, step++) {
        const size_t left = r->selection.count - first, rows = left < BATCH ? left : BATCH;
        uint16_t labels[BATCH];
        float losses[BATCH], weights[BATCH], *probabilities, *features;
        MEM_NEW(probabilities, BATCH * classes);
        MEM_NEW(features, BATCH * width);
        for (size_t row = 0; row < rows; row++) {
            const size_t i = r->selection.index[first + row];
            labels[row] = a->labels[i];
            losses[row] = a->losses[i];
            memcpy(probabilities + row * classes, a->probabilities + i * classes,
                   classes * sizeof *probabilities);
            memcpy(features + row * width, a->features + i * width, width * sizeof *features);
        }
        const struct pruner_batch batch = {
            epoch,         first,    rows, r->selection.index + first, labels, losses,
            probabilities, features, width};
        const int failed = pruner_drop(r->run, &batch, step, weights, err);
        MEM_FREE(probabilities, features);
        for (size_t row = 0; !failed && row < rows; row++)
            if (weights[row] == 0)
                a->seen[r->selection.index[first + row]] = 0;
        if (failed)
            return -1;
    }
    return 0;
}

/* seen [n] of the selection. */
static const uint8_t *mark_selected(struct rehearsal *r)
{
    uint8_t *seen = r->arrays->train.seen;
    memset(seen, 0, r->run->task.n);
    for (size_t j = 0; j < r->selection.count; j++)
        seen[r->selection.index[j]] = 1;
    return seen;
}

int rehearsal_score(struct rehearsal *r, struct err *err)
{
    const struct pruner_watch watch = pruner_watch(r->run);
    pruner_train_on(r->run, &r->selection);
    for (int run = 0; run < watch.runs; run++)
        for (int epoch = 1; epoch <= watch.epochs; epoch++) {
            const bool pass = watch.pass_every > 0 && epoch % watch.pass_every == 0;
            const bool last = watch.pass_every >= 0 && epoch == watch.epochs;
            if (pruner_drops_of_proxies(r->run->pruner) && drop(r, epoch - 1, err))
                return -1;
            if (watch.training && show(r, run, epoch, true, mark_selected(r), err))
                return -1;
            if ((pass || last) && show(r, run, epoch, false, NULL, err))
                return -1;
        }
    return pruner_score(r->run, err);
}

int rehearsal_epoch(struct rehearsal *r, int epoch, struct err *err)
{
    const enum pruner_due due = pruner_due(r->run, epoch);
    if (due == DUE_FORWARD && show(r, 0, epoch, false, NULL, err))
        return -1;
    if (due != DUE_NO && pruner_select(r->run, epoch, &r->selection, err))
        return -1;
    const uint8_t *seen = mark_selected(r);
    if (pruner_drops(r->run, epoch) && drop(r, epoch, err))
        return -1;
    return pruner_watches_training(r->run) ? show(r, 0, epoch + 1, true, seen, err) : 0;
}

const uint8_t *rehearsal_trained(const struct rehearsal *r)
{
    return r->arrays->train.seen;
}

int rehearsal_run(struct rehearsal *r, struct err *err)
{
    if (rehearsal_score(r, err))
        return -1;
    for (int epoch = 0; epoch < pruner_epochs(r->run); epoch++)
        if (rehearsal_epoch(r, epoch, err))
            return -1;
    return 0;
}

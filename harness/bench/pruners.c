#include "harness/bench/pruners.h"

#include "base/linalg.h"
#include "base/num.h"
#include "base/process.h"
#include "base/time.h"
#include "harness/bench/bench.h"
#include "harness/bench/made_up.h"
#include "harness/cell/cell.h"
#include "harness/machine/environment.h"
#include "pruners/select.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const double enough_s = 20; /* of measuring: then no round begins */

/* ---- What is asked for ---- */

int bench_pruner_parse(const char *text, struct arena *arena,
                       struct bench_pruner_setting *ret_setting, const char **ret_label,
                       struct err *err)
{
    struct choice choice;
    if (choice_parse(&pruner_shelf, text, arena, &choice, err))
        return -1;
    ret_setting->pruner = (const void *)choice.kind;
    ret_setting->options = choice.options;
    *ret_label = cell_label(choice.kind, choice.options, arena);
    return 0;
}

/* ---- A round ---- */

struct training {
    const struct bench_pruner_setting *setting;
    struct pruner_run *run;
    struct made_up made_up;
    uint8_t *seen; /* [n] by the last epoch of training */
    struct pruner_selection selection;
    size_t bytes; /* of these arrays */
};

/* The pruner's own time in a round, and how often it was called. */
struct round {
    int64_t observe_ns, score_ns, select_ns, drop_ns;
    int passes, selections, dropping_epochs;
};

static int observe(struct training *t, const struct pruner_pass *pass, struct round *round,
                   struct err *err)
{
    const int64_t start = time_now();
    const int failed = pruner_observe(t->run, pass, err);
    round->observe_ns += time_now() - start;
    round->passes++;
    return failed;
}

static int choose(struct training *t, int epoch, struct round *round, struct err *err)
{
    const int64_t start = time_now();
    const int failed = pruner_select(t->run, epoch, &t->selection, err);
    round->select_ns += time_now() - start;
    round->selections++;
    return failed;
}

/* Every batch of an epoch, in the order of the selection. */
static int drop(struct training *t, int epoch, struct round *round, struct err *err)
{
    const struct pruner_pass pass = made_up_pass(&t->made_up, 0, epoch, true);
    const struct made_up_split *split = &t->made_up.train;
    const size_t classes = t->made_up.classes, width = t->made_up.width;
    uint16_t labels[MADE_UP_BATCH];
    float losses[MADE_UP_BATCH], weights[MADE_UP_BATCH], *probabilities, *features;
    int failed = 0;
    MEM_NEW(probabilities, MADE_UP_BATCH * classes);
    MEM_NEW(features, MADE_UP_BATCH * width);
    for (size_t from = 0; from < t->selection.count && !failed; from += MADE_UP_BATCH) {
        const size_t left = t->selection.count - from;
        struct pruner_batch batch = {.epoch = epoch,
                                     .first = from,
                                     .rows = left < MADE_UP_BATCH ? left : MADE_UP_BATCH,
                                     .index = t->selection.index + from,
                                     .labels = labels,
                                     .losses = losses,
                                     .probabilities = probabilities,
                                     .features = features,
                                     .feature_count = width};
        for (size_t row = 0; row < batch.rows; row++) {
            const size_t i = batch.index[row];
            labels[row] = pass.labels[i];
            losses[row] = split->losses[i];
            memcpy(probabilities + row * classes, split->probabilities + i * classes,
                   classes * sizeof *probabilities);
            memcpy(features + row * width, split->features + i * width, width * sizeof *features);
        }
        const int64_t start = time_now();
        failed = pruner_drop(t->run, &batch, from / MADE_UP_BATCH, weights, err);
        round->drop_ns += time_now() - start;
    }
    round->dropping_epochs++;
    MEM_FREE(probabilities, features);
    return failed;
}

static int watch_proxies(struct training *t, struct round *round, struct err *err)
{
    const struct pruner_watch watch = pruner_watch(t->run);
    for (int run = 0; run < watch.runs; run++)
        for (int epoch = 1; epoch <= watch.epochs; epoch++) {
            const bool due = watch.pass_every > 0 && epoch % watch.pass_every == 0;
            const bool last = watch.pass_every >= 0 && epoch == watch.epochs;
            if (pruner_drops_of_proxies(t->run->pruner)) {
                select_all(t->setting->n, &t->selection);
                if (drop(t, epoch - 1, round, err))
                    return -1;
            }
            for (int training = 1; training >= 0; training--) {
                if (training ? !watch.training : !due && !last)
                    continue;
                const struct pruner_pass pass = made_up_pass(&t->made_up, run, epoch, training);
                if (observe(t, &pass, round, err))
                    return -1;
            }
        }
    return 0;
}

static int play_epoch(struct training *t, int epoch, struct round *round, struct err *err)
{
    const enum pruner_due due = pruner_due(t->run, epoch);
    if (due == DUE_FORWARD) {
        const struct pruner_pass pass = made_up_pass(&t->made_up, 0, epoch, false);
        if (observe(t, &pass, round, err))
            return -1;
    }
    if (due != DUE_NO && choose(t, epoch, round, err))
        return -1;
    if (pruner_drops(t->run, epoch) && drop(t, epoch, round, err))
        return -1;
    if (!pruner_watches_training(t->run))
        return 0;
    memset(t->seen, 0, t->setting->n);
    for (size_t j = 0; j < t->selection.count; j++)
        t->seen[t->selection.index[j]] = 1;
    struct pruner_pass pass = made_up_pass(&t->made_up, 0, epoch + 1, true);
    pass.seen = t->seen;
    return observe(t, &pass, round, err);
}

static int play_round(struct training *t, struct round *round, struct err *err)
{
    if (watch_proxies(t, round, err))
        return -1;
    const int64_t start = time_now();
    if (pruner_score(t->run, err))
        return -1;
    if (t->run->scores)
        round->score_ns = time_now() - start;
    const bool dynamic = t->run->pruner->kind == PRUNER_DYNAMIC;
    const int epochs = dynamic ? pruner_epochs(t->run) : 1;
    for (int epoch = 0; epoch < epochs; epoch++)
        if (play_epoch(t, epoch, round, err))
            return -1;
    return 0;
}

/* ---- All rounds ---- */

static void training_init(struct training *t, const struct bench_pruner_setting *setting)
{
    *t = (struct training){.setting = setting,
                           .bytes = setting->n * (sizeof *t->seen + sizeof *t->selection.index +
                                                  sizeof *t->selection.weight)};
    MEM_NEW(t->seen, setting->n);
    MEM_NEW(t->selection.index, setting->n);
    MEM_NEW(t->selection.weight, setting->n);
    /* Batches show features whatever the needs are. */
    const unsigned needs = pruner_needs(setting->pruner, setting->options) |
                           (setting->pruner->batch ? NEEDS_FEATURES : 0);
    made_up_init(&t->made_up, needs, setting->n, setting->feature_count, setting->classes);
}

static void training_release(struct training *t)
{
    pruner_end(t->run);
    MEM_FREE(t->seen, t->selection.index, t->selection.weight);
    made_up_release(&t->made_up);
}

static int begin(struct training *t, struct err *err)
{
    const struct bench_pruner_setting *s = t->setting;
    const struct pruner_task task = {
        .n = s->n,
        .classes = s->classes,
        .labels = t->made_up.train.labels,
        .validation_n = t->made_up.validation.n,
        .feature_count = t->made_up.width,
        .rate = s->rate,
        .epochs = s->epochs,
    };
    return pruner_begin(s->pruner, s->options, &task, &t->run, err);
}

static double mean_s(int64_t ns, int count)
{
    return count > 0 ? 1e-9 * (double)ns / count : 0;
}

/* Medians of count rounds, one of them at least. */
static void summarise(const struct round *rounds, size_t count, struct bench_pruner_result *result)
{
    enum { OBSERVE, SCORE, SELECT, DROP, FIELDS };
    double *values[FIELDS], medians[FIELDS];
    const struct round *first = &rounds[0]; /* all make the same calls */
    for (size_t f = 0; f < FIELDS; f++)
        MEM_NEW(values[f], count);
    for (size_t i = 0; i < count; i++) {
        const struct round *r = &rounds[i];
        values[OBSERVE][i] = mean_s(r->observe_ns, r->passes);
        values[SCORE][i] = mean_s(r->score_ns, 1);
        values[SELECT][i] = mean_s(r->select_ns, r->selections);
        values[DROP][i] = mean_s(r->drop_ns, r->dropping_epochs);
    }
    for (size_t f = 0; f < FIELDS; f++) {
        medians[f] = num_quantile(values[f], count, 0.5);
        mem_free(values[f]);
    }
    result->rounds = (int)count;
    result->passes = first->passes;
    result->observe_s = medians[OBSERVE];
    result->score_s = medians[SCORE];
    result->select_s = medians[SELECT];
    result->drop_s = medians[DROP];
    result->round_s = first->passes * medians[OBSERVE] + medians[SCORE] +
                      first->selections * medians[SELECT] + first->dropping_epochs * medians[DROP];
}

int bench_pruner_measure(const struct bench_pruner_setting *setting,
                         struct bench_pruner_result *ret_result, bool *ret_refused, struct err *err)
{
    struct training t;
    struct round *rounds;
    double spent_s = 0;
    int failed = 0, count = 0;
    linalg_set_threads(setting->threads);
    training_init(&t, setting);
    MEM_NEW(rounds, (size_t)setting->rounds);
    *ret_refused = false;
    for (; count < setting->rounds && spent_s < enough_s && !failed; count++) {
        pruner_end(t.run);
        t.run = NULL;
        failed = begin(&t, err);
        *ret_refused = failed;
        if (!failed)
            failed = play_round(&t, &rounds[count], err);
        const struct round *r = &rounds[count];
        spent_s += mean_s(r->observe_ns + r->score_ns + r->select_ns + r->drop_ns, 1);
    }
    if (!failed) {
        *ret_result = (struct bench_pruner_result){.made_up_bytes = t.bytes + t.made_up.bytes,
                                                   .state_bytes = t.run->state_size,
                                                   .peak_bytes = environment_peak_memory(),
                                                   .solution_count = t.run->solution_count};
        memcpy(ret_result->solutions, t.run->solutions, sizeof t.run->solutions);
        summarise(rounds, (size_t)count, ret_result);
    }
    mem_free(rounds);
    training_release(&t);
    return failed ? -1 : 0;
}

double bench_pruner_growth(size_t n, double seconds, size_t many, double many_seconds)
{
    return log(many_seconds / seconds) / log((double)many / (double)n);
}

/* ---- In a process of its own ---- */

int bench_pruner_ask(const char *const *argv, json_t **ret_answer, struct err *err)
{
    const struct process_setup setup = {
        .argv = argv, .self = true, .streams = {[STDOUT_FILENO] = PROCESS_PIPE}};
    struct str text = {0};
    struct process_end end;
    if (process_run(&setup, &text, &end, err))
        return -1;
    json_t *answer = json_loads(str_text(&text), 0, NULL);
    str_release(&text);
    if (end.code == 0 && answer) {
        *ret_answer = answer;
        return 0;
    }
    json_decref(answer);
    return err_set(err, end.signal ? "ended by %s" : "ended with %s and no answer",
                   process_how(end).text);
}

/*
 * bench_pruners: is the made-up training one that the contract allows, and are the right calls
 * counted?
 */
#include "harness/bench/pruners.h"
#include "harness/bench/made_up.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum {
    N = 300,
    FEATURES = 24,
    CLASSES = 4,
    EPOCHS = 6,
    ALL_NEEDS = 2 * NEEDS_BATCH_LOSSES - 1,
};

static const struct bench_pruner_setting usual = {
    .n = N,
    .feature_count = FEATURES,
    .classes = CLASSES,
    .epochs = EPOCHS,
    .rounds = 2,
    .threads = 1,
    .rate = 0.5,
};

static struct bench_pruner_result measure(const char *text)
{
    struct arena arena = {0};
    struct bench_pruner_setting setting = usual;
    struct bench_pruner_result result;
    struct err err;
    const char *label;
    bool refused;
    cr_assert_eq(bench_pruner_parse(text, &arena, &setting, &label, &err), 0, "%s", err.text);
    cr_assert_eq(bench_pruner_measure(&setting, &result, &refused, &err), 0, "%s", err.text);
    arena_release(&arena);
    return result;
}

/* ---- What is lent ---- */

static double mean_loss(const struct pruner_pass *pass)
{
    double sum = 0;
    for (size_t i = 0; i < pass->n; i++)
        sum += (double)pass->losses[i];
    return sum / (double)pass->n;
}

/* Logits are W phi + b, and all the rest follows from them. */
static void expect_consistent(const struct pruner_pass *pass, const float *classifier)
{
    static const double close = 1e-4;
    for (size_t i = 0; i < pass->n; i++) {
        const float *z = pass->logits + i * CLASSES, *p = pass->probabilities + i * CLASSES;
        double sum = 0, exponentials = 0;
        size_t highest = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            const float *w = classifier + c * (FEATURES + 1);
            double expected = (double)w[FEATURES];
            for (size_t d = 0; d < FEATURES; d++)
                expected += (double)w[d] * (double)pass->features[i * FEATURES + d];
            cr_assert_float_eq((double)z[c], expected, close, "logit %zu of sample %zu", c, i);
            exponentials += exp((double)z[c]);
            sum += (double)p[c];
            highest = z[c] > z[highest] ? c : highest;
        }
        cr_assert_float_eq(sum, 1, close, "probabilities of sample %zu", i);
        cr_assert_lt(pass->labels[i], CLASSES);
        cr_assert_float_eq((double)pass->losses[i], log(exponentials) - (double)z[pass->labels[i]],
                           close, "loss of sample %zu", i);
        cr_assert_eq(pass->correct[i], highest == pass->labels[i], "sample %zu", i);
    }
}

Test(bench_pruners, the_made_up_training_is_consistent)
{
    struct made_up m;
    made_up_init(&m, ALL_NEEDS, N, FEATURES, CLASSES);
    const struct pruner_pass pass = made_up_pass(&m, 1, 3, false);
    cr_assert_eq(pass.n, N);
    cr_assert_eq(pass.feature_count, FEATURES);
    expect_consistent(&pass, pass.classifier);
    cr_assert_not_null(pass.validation);
    cr_expect_eq(pass.validation->n, N / 10 + 1);
    expect_consistent(pass.validation, pass.classifier);
    for (size_t i = 0; i < N; i++) {
        double squares = 0, length = 1;
        for (size_t c = 0; c < CLASSES; c++)
            squares += pow((double)pass.probabilities[i * CLASSES + c] - (c == pass.labels[i]), 2);
        for (size_t d = 0; d < FEATURES; d++)
            length += pow((double)pass.features[i * FEATURES + d], 2);
        cr_assert_float_eq((double)pass.gradient_norms[i], sqrt(squares * length), 1e-3);
        cr_assert(isfinite(pass.gradient_dots[i]));
    }
    made_up_release(&m);
}

Test(bench_pruners, losses_fall_and_differ_between_runs)
{
    struct made_up m;
    made_up_init(&m, NEEDS_LOSSES, N, FEATURES, CLASSES);
    struct pruner_pass pass = made_up_pass(&m, 0, 0, false);
    const double initial = mean_loss(&pass);
    pass = made_up_pass(&m, 0, 20, false);
    const double trained = mean_loss(&pass);
    cr_expect_lt(trained, 0.7 * initial, "%g after %g", trained, initial);
    pass = made_up_pass(&m, 1, 20, false);
    cr_expect_neq(mean_loss(&pass), trained, "runs are alike");
    pass = made_up_pass(&m, 0, 20, false);
    cr_expect_eq(mean_loss(&pass), trained, "the same pass twice differs");
    made_up_release(&m);
}

Test(bench_pruners, no_two_samples_are_alike)
{
    struct made_up m;
    made_up_init(&m, NEEDS_FEATURES, N, 3, CLASSES);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert(memcmp(m.train.features + 3 * i, m.train.features + 3 * j,
                             3 * sizeof *m.train.features) != 0,
                      "%zu and %zu", i, j);
    made_up_release(&m);
}

/* Few features, so that what is made up weighs little, where the pruner does not look at them. */
Test(bench_pruners, only_what_is_needed_is_lent)
{
    struct made_up m, all;
    made_up_init(&m, NEEDS_LOSSES, N, 512, CLASSES);
    made_up_init(&all, ALL_NEEDS, N, 512, CLASSES);
    cr_expect_lt(m.bytes * 10, all.bytes, "%zu bytes, %zu", m.bytes, all.bytes);
    const struct pruner_pass pass = made_up_pass(&m, 0, 1, false);
    cr_expect_not_null(pass.losses);
    cr_expect(!pass.probabilities && !pass.correct && !pass.logits && !pass.features &&
              !pass.classifier && !pass.gradient_norms && !pass.batch_losses && !pass.validation);
    struct pruner_pass training = made_up_pass(&all, 0, 1, true);
    cr_expect(training.batch_losses && !training.gradient_norms && !training.validation);
    training = made_up_pass(&all, 0, 1, false);
    cr_expect(!training.batch_losses && training.gradient_norms && training.validation);
    made_up_release(&m);
    made_up_release(&all);
}

/* ---- What is measured ---- */

Test(bench_pruners, static_ones_watch_and_score)
{
    const struct bench_pruner_result r = measure("el2n:runs=3,at=4");
    cr_expect_eq(r.passes, 3, "%d passes", r.passes); /* one after the last epoch of each */
    cr_expect_eq(r.rounds, 2);
    cr_expect_gt(r.observe_s, 0);
    cr_expect_gt(r.score_s, 0);
    cr_expect_gt(r.select_s, 0);
    cr_expect_eq(r.drop_s, 0);
    cr_expect_float_eq(r.round_s, 3 * r.observe_s + r.score_s + r.select_s, 1e-12);
    cr_expect_eq(r.state_bytes, N * sizeof(double), "%zu", r.state_bytes);
    cr_expect_gt(r.made_up_bytes, N * CLASSES * sizeof(float));
    cr_expect_gt(r.peak_bytes, (int64_t)r.made_up_bytes);
    cr_expect_eq(measure("forgetting").passes, EPOCHS); /* each epoch of training */
}

Test(bench_pruners, dynamic_ones_look_at_each_checkpoint)
{
    cr_expect_eq(measure("ucb:period=2").passes, EPOCHS / 2);
    cr_expect_eq(measure("ucb:period=2,anneal=0.5").passes, 2); /* before epochs 0 and 2 */
    cr_expect_eq(measure("ucb:scores=train").passes, EPOCHS);
    cr_expect_eq(measure("random-dynamic:period=1").passes, 0);
}

/* ---- Pruners made for these tests ---- */

/* Of the dropping pruner: samples in batches, of the epochs that it saw. */
struct dropped {
    size_t rows, epochs_seen, selected, rows_seen;
};

static size_t dropped_size(const void *options, const struct pruner_task *task)
{
    (void)options;
    (void)task;
    return sizeof(struct dropped);
}

static void dropped_observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct dropped *state = run->state;
    cr_assert(pass->training && pass->seen && pass->batch_losses);
    cr_expect_eq(pass->epoch, (int)++state->epochs_seen);
    for (size_t i = 0; i < pass->n; i++)
        state->rows_seen += pass->seen[i];
    cr_expect_eq(state->rows_seen, state->selected);
    cr_expect_eq(state->rows, state->selected, "batches hold %zu of %zu", state->rows,
                 state->selected);
}

static enum pruner_due dropped_due(const struct pruner_run *run, int epoch)
{
    (void)run;
    (void)epoch;
    return DUE_SELECT;
}

static bool dropped_watch(const struct pruner_run *run)
{
    (void)run;
    return true;
}

static void dropped_batch(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                          float *ret_weights)
{
    (void)rng;
    struct dropped *state = run->state;
    state->rows += batch->rows;
    for (size_t row = 0; row < batch->rows; row++) {
        const float p = batch->probabilities[row * CLASSES + batch->labels[row]];
        cr_expect_eq(batch->labels[row], run->task.labels[batch->index[row]]);
        cr_expect_float_eq((double)batch->losses[row], -log((double)p), 1e-4);
        ret_weights[row] = 0;
    }
}

/* Every other sample; reports two solutions. */
static void dropped_choose(struct pruner_run *run, struct rng *rng,
                           struct pruner_selection *ret_selection)
{
    (void)rng;
    struct dropped *state = run->state;
    ret_selection->count = 0;
    for (size_t i = 0; i < run->task.n; i += 2)
        ret_selection->index[ret_selection->count++] = (uint32_t)i;
    state->selected += ret_selection->count;
    pruner_report(run, "first", 1, 0);
    pruner_report(run, "second", run->epoch, 5);
}

static const struct pruner dropping = {
    .name = "dropping",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES | NEEDS_BATCH_LOSSES,
    .flags = PRUNER_SOFT_BUDGET,
    .state_size = dropped_size,
    .observe = dropped_observe,
    .due = dropped_due,
    .watch_training = dropped_watch,
    .batch = dropped_batch,
    .choose = dropped_choose,
};

Test(bench_pruners, batches_hold_the_selection)
{
    struct bench_pruner_setting setting = usual;
    struct bench_pruner_result result;
    struct err err;
    bool refused;
    setting.pruner = &dropping;
    cr_assert_eq(bench_pruner_measure(&setting, &result, &refused, &err), 0, "%s", err.text);
    cr_expect_eq(result.passes, EPOCHS);
    cr_expect_gt(result.drop_s, 0);
    cr_expect_eq(result.score_s, 0);
    cr_assert_eq(result.solution_count, 2);
    cr_expect_str_eq(result.solutions[1].method, "second");
    cr_expect_eq(result.solutions[1].objective, EPOCHS - 1);
    cr_expect_eq(result.solutions[1].moves, 5);
}

static int refuse(const void *options, const struct pruner_task *task, struct err *err)
{
    (void)options;
    return err_set(err, "%zu samples are not to its taste", task->n);
}

static void select_one(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    (void)run;
    (void)rng;
    ret_selection->index[0] = 0;
    ret_selection->count = 1;
}

static const struct pruner refusing = {
    .name = "refusing", .kind = PRUNER_STATIC, .check = refuse, .choose = select_one};
static const struct pruner wrong = {.name = "wrong", .kind = PRUNER_STATIC, .choose = select_one};

Test(bench_pruners, refusals_are_told_from_mistakes)
{
    struct bench_pruner_setting setting = usual;
    struct bench_pruner_result result;
    struct err err;
    bool refused;
    setting.pruner = &refusing;
    cr_assert_eq(bench_pruner_measure(&setting, &result, &refused, &err), -1);
    cr_expect(refused);
    cr_expect_str_eq(err.text, "refusing: 300 samples are not to its taste");
    setting.pruner = &wrong;
    cr_assert_eq(bench_pruner_measure(&setting, &result, &refused, &err), -1);
    cr_expect_not(refused);
    cr_expect_not_null(strstr(err.text, "wrong: bug: kept 1 samples"), "%s", err.text);
}

/* ---- Names and numbers ---- */

Test(bench_pruners, names_are_read_as_those_of_models)
{
    static const struct {
        const char *text, *result; /* label or error */
    } cases[] = {
        {"ucb", "ucb"},
        {"ucb:c=2,period=3", "ucb(c=2 period=3)"},
        {"ucb(c=2 period=3)", "ucb(c=2 period=3)"},
        {"el2m", "unknown pruner 'el2m', did you mean el2n?"},
        {"xyzzy", "unknown pruner 'xyzzy'; winnow list pruners shows them"},
        {"ucb:perod=3", "ucb has no option 'perod', did you mean period?"},
        {"ucb:c", "ucb: 'c' is not of the form name=value"},
        {"ucb:c=-1", "ucb: c: expected a number from 0 to 1000, found '-1'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct bench_pruner_setting setting = usual;
        struct err err;
        const char *label;
        const int failed = bench_pruner_parse(cases[i].text, &arena, &setting, &label, &err);
        cr_expect_str_eq(failed ? err.text : label, cases[i].result);
        arena_release(&arena);
    }
}

Test(bench_pruners, growth_is_an_exponent)
{
    cr_expect_float_eq(bench_pruner_growth(100, 1, 1000, 100), 2, 1e-12);
    cr_expect_float_eq(bench_pruner_growth(5000, 0.25, 50000, 2.5), 1, 1e-12);
}

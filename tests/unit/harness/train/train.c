/*
 * One cell at work, on made-up data: what it trains, observes, counts and reports. Pruners that
 * only tests need are written here, against the public contract.
 */
#include "harness/train/train.h"

#include "base/mem.h"
#include "harness/train/trainer.h"
#include "models/whiten.h"
#include "tests/support/cell_bench.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- What every cell does ---- */

Test(train, a_cell_reports_each_epoch_and_its_work)
{
    struct bench b;
    bench_setup(&b, pruner_find("full"), 0);
    bench_run_well(&b);
    cr_assert_eq(b.kept.epoch_count, BENCH_EPOCHS);
    cr_assert_eq(b.kept.selection_count, 1);
    int64_t sum = 0;
    for (int i = 0; i < PHASE_COUNT; i++)
        sum += b.end.phase_ns[i];
    cr_assert_leq(llabs(sum - b.end.wall_ns), b.end.wall_ns / 1000);
    for (size_t e = 0; e < BENCH_EPOCHS; e++) {
        const struct record_epoch *epoch = &b.kept.epochs[e];
        cr_assert_eq(epoch->epoch, (int)e + 1);
        cr_assert_eq(epoch->kept, BENCH_SAMPLES);
        cr_assert_eq(epoch->forward_computed, BENCH_SAMPLES, "%g", epoch->forward_computed);
        cr_assert_eq(epoch->backward_computed, BENCH_SAMPLES, "%g", epoch->backward_computed);
        cr_assert_eq(epoch->work.samples_forward, BENCH_SAMPLES * ((int64_t)e + 1));
        cr_assert_eq(epoch->work.samples_backward, BENCH_SAMPLES * ((int64_t)e + 1));
        cr_assert(isnan(epoch->val_accuracy));
        cr_assert_gt(epoch->charged_ns, e ? b.kept.epochs[e - 1].charged_ns : 0);
        cr_assert_gt(epoch->wall_ns, epoch->charged_ns);
    }
    cr_assert_gt(b.end.work.flops, 0);
    cr_assert_eq(b.end.train_n, BENCH_SAMPLES);
    cr_assert_float_eq(b.end.kept_fraction, 1, 1e-12);
    cr_assert(b.end.test_accuracy == b.kept.epochs[BENCH_EPOCHS - 1].test_accuracy);
    cr_assert_gt(b.end.test_accuracy, 0.5, "four classes, guessing gives 0.25: %g",
                 b.end.test_accuracy);
    cr_assert_gt(b.end.test_loss, 0);
    cr_assert_lt(b.end.train_loss, log(4), "of guessing");
    cr_assert_gt(b.end.train_accuracy, 0.5);
    bench_teardown(&b);
}

/* Of the test set that is evaluated, not of the one that was found: accuracies are twelfths. */
Test(train, the_test_set_is_counted_after_limits)
{
    struct bench b;
    bench_setup(&b, pruner_find("full"), 0);
    b.data->common.test_limit = 12;
    bench_run_well(&b);
    cr_assert_eq(b.kept.test_n, 12, "%lld", (long long)b.kept.test_n);
    const double right = 12 * b.end.test_accuracy;
    cr_assert_float_eq(right, nearbyint(right), 1e-9, "%.12g of 12", right);
    bench_teardown(&b);
}

Test(train, the_same_cell_gives_the_same_bits)
{
    const char *const pruners[] = {"random", "ucb", "infobatch", "el2n"};
    for (size_t i = 0; i < sizeof pruners / sizeof *pruners; i++) {
        struct bench a, b;
        bench_setup(&a, pruner_find(pruners[i]), 0.5);
        bench_setup(&b, pruner_find(pruners[i]), 0.5);
        bench_run_well(&a);
        bench_run_well(&b);
        bench_assert_same_bits(&a.kept, &b.kept);
        bench_teardown(&a);
        bench_teardown(&b);
    }
}

Test(train, pruning_nothing_is_training_on_everything_bit_for_bit)
{
    struct bench full, random, el2n;
    bench_setup(&full, pruner_find("full"), 0);
    bench_setup(&random, pruner_find("random-dynamic"), 0);
    bench_setup(&el2n, pruner_find("el2n"), 0);
    bench_run_well(&full);
    bench_run_well(&random);
    bench_run_well(&el2n);
    bench_assert_same_bits(&full.kept, &random.kept);
    bench_assert_same_bits(&full.kept, &el2n.kept);
    bench_teardown(&full);
    bench_teardown(&random);
    bench_teardown(&el2n);
}

Test(train, another_seed_is_another_run)
{
    struct bench a, b;
    bench_setup(&a, pruner_find("full"), 0);
    bench_setup(&b, pruner_find("full"), 0);
    b.cell.seed = 2;
    bench_run_well(&a);
    bench_run_well(&b);
    cr_assert(a.kept.epochs[0].train_loss != b.kept.epochs[0].train_loss);
    bench_teardown(&a);
    bench_teardown(&b);
}

Test(train, evaluation_waits_for_its_epochs_but_never_skips_the_last)
{
    struct bench b;
    bench_setup(&b, pruner_find("random"), 0.5);
    b.cell.recipe.eval_every = 3;
    b.data->common.val_fraction = 0.2;
    bench_run_well(&b);
    const bool wanted[BENCH_EPOCHS] = {false, false, true, true};
    for (size_t e = 0; e < BENCH_EPOCHS; e++) {
        cr_assert_eq(isfinite(b.kept.epochs[e].test_accuracy), wanted[e], "epoch %zu", e);
        cr_assert_eq(isfinite(b.kept.epochs[e].val_accuracy), wanted[e], "epoch %zu", e);
    }
    cr_assert_eq(b.end.train_n, 160);
    cr_assert_eq(b.kept.epochs[0].kept, 80);
    cr_assert(isfinite(b.end.best_val_accuracy));
    bench_teardown(&b);
}

/* ---- Budgets and charges ---- */

Test(train, proxies_are_counted_and_charged_to_score)
{
    struct bench b;
    bench_setup(&b, pruner_find("el2n"), 0.5);
    for (const struct option *o = b.cell.pruner->options; o->name; o++) {
        struct err err;
        if (strcmp(o->name, "runs") == 0 || strcmp(o->name, "at") == 0)
            cr_assert_eq(
                option_set(o, (void *)(uintptr_t)b.cell.pruner_options, "2", &b.arena, &err), 0);
    }
    bench_run_well(&b);
    /* 2 networks x (2 epochs + a pass), then 4 epochs of half. */
    cr_assert_eq(b.end.work.samples_forward,
                 2 * 3 * BENCH_SAMPLES + BENCH_EPOCHS * BENCH_SAMPLES / 2);
    cr_assert_eq(b.end.work.samples_backward,
                 2 * 2 * BENCH_SAMPLES + BENCH_EPOCHS * BENCH_SAMPLES / 2);
    cr_assert_gt(b.end.phase_ns[PHASE_SCORE], 0);
    cr_assert_gt(b.end.phase_ns[PHASE_SELECT], 0);
    cr_assert_gt(b.kept.epochs[0].charged_ns, b.end.phase_ns[PHASE_SCORE]);
    cr_assert_float_eq(b.end.kept_fraction, 0.5, 1e-12, "proxies are no training: %g",
                       b.end.kept_fraction);
    bench_teardown(&b);
}

Test(train, a_scoring_pass_counts_forward_only)
{
    struct bench b;
    bench_setup(&b, pruner_find("ucb"),
                0.5); /* its period, 10, is longer than the training: one pass */
    bench_run_well(&b);
    cr_assert_eq(b.end.work.samples_forward, BENCH_SAMPLES + BENCH_EPOCHS * BENCH_SAMPLES / 2);
    cr_assert_eq(b.end.work.samples_backward, BENCH_EPOCHS * BENCH_SAMPLES / 2);
    cr_assert_eq(b.kept.selection_count, 1);
    bench_teardown(&b);
}

Test(train, full_short_trains_on_everything_for_fewer_epochs)
{
    struct bench b;
    bench_setup(&b, pruner_find("full-short"), 0.5);
    bench_run_well(&b);
    cr_assert_eq(b.kept.epoch_count, BENCH_EPOCHS / 2);
    cr_assert_eq(b.kept.epochs[0].kept, BENCH_SAMPLES);
    cr_assert_float_eq(b.end.kept_fraction, 0.5, 1e-12);
    /* The whole schedule in half the epochs: half through, the cosine is at half its height. */
    cr_assert_float_eq(b.kept.epochs[0].lr, b.cell.recipe.lr / 2, 1e-12);
    cr_assert_float_eq(b.kept.epochs[1].lr, 0, 1e-12);
    bench_teardown(&b);
}

Test(train, schedule_follows_epochs_not_steps)
{
    struct bench full, pruned;
    bench_setup(&full, pruner_find("full"), 0);
    bench_setup(&pruned, pruner_find("random"), 0.9);
    bench_run_well(&full);
    bench_run_well(&pruned);
    for (size_t e = 0; e < BENCH_EPOCHS; e++)
        cr_assert(full.kept.epochs[e].lr == pruned.kept.epochs[e].lr, "epoch %zu", e);
    bench_teardown(&full);
    bench_teardown(&pruned);
}

/* ---- What a pruner is shown ---- */

struct seen_state {
    int forward_passes, training_passes, validation_rows, correct;
    float loss_sum;
};

static size_t seen_size(const void *options, const struct pruner_task *task)
{
    (void)options, (void)task;
    return sizeof(struct seen_state);
}

static enum pruner_due always_forward(const struct pruner_run *run, int epoch)
{
    (void)run, (void)epoch;
    return DUE_FORWARD;
}

static bool always(const struct pruner_run *run)
{
    (void)run;
    return true;
}

static void check_row(const struct pruner_pass *pass, size_t i, size_t classes)
{
    const float *p = pass->probabilities + i * classes, *z = pass->logits + i * classes;
    float sum = 0, highest = z[0];
    for (size_t c = 0; c < classes; c++) {
        sum += p[c];
        highest = z[c] > highest ? z[c] : highest;
    }
    cr_assert_float_eq(sum, 1.0f, 1e-5f);
    cr_assert_float_eq(pass->losses[i], -logf(p[pass->labels[i]]), 1e-4f);
    cr_assert_eq(pass->correct[i], z[pass->labels[i]] == highest);
}

static void check_pass(struct pruner_run *run, const struct pruner_pass *pass)
{
    struct seen_state *state = run->state;
    state->training_passes += pass->training;
    state->forward_passes += !pass->training;
    size_t seen = 0;
    for (size_t i = 0; i < pass->n; i++)
        if (pass->seen[i]) {
            check_row(pass, i, (size_t)run->task.classes);
            seen++;
        }
    cr_assert_eq(seen, pass->training ? run->task.keep : run->task.n);
    cr_assert_gt(pass->feature_count, 0u);
    cr_assert_eq(pass->labels, run->task.labels);
    if (pass->training)
        return;
    cr_assert_not_null(pass->validation);
    state->validation_rows += (int)pass->validation->n;
    for (size_t i = 0; i < pass->validation->n; i++)
        check_row(pass->validation, i, (size_t)run->task.classes);
}

static void keep_first(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    const struct seen_state *state = run->state;
    (void)rng;
    cr_assert_eq(state->forward_passes, run->epoch + 1);
    cr_assert_eq(state->training_passes, run->epoch);
    cr_assert_eq(state->validation_rows, 40 * (run->epoch + 1));
    ret_selection->count = run->task.keep;
    for (size_t j = 0; j < run->task.keep; j++)
        ret_selection->index[j] = (uint32_t)j;
}

static const struct pruner watcher = {
    .name = "watcher",
    .help = "wants to see everything",
    .kind = PRUNER_DYNAMIC,
    .needs = NEEDS_LOSSES | NEEDS_PROBABILITIES | NEEDS_CORRECT | NEEDS_LOGITS | NEEDS_FEATURES |
             NEEDS_VALIDATION,
    .state_size = seen_size,
    .observe = check_pass,
    .due = always_forward,
    .watch_training = always,
    .choose = keep_first,
};

Test(train, a_pruner_is_shown_what_it_needs)
{
    struct bench b;
    bench_setup(&b, &watcher, 0);
    b.cell.rate = 0.25;
    b.data->common.val_fraction = 0.2;
    bench_run_well(&b);
    cr_assert_eq(b.kept.selection_count, BENCH_EPOCHS);
    for (int e = 0; e < BENCH_EPOCHS; e++) {
        cr_assert_eq(b.kept.selection_epoch[e], e);
        cr_assert_eq(b.kept.selection_kept[e], 120);
    }
    bench_teardown(&b);
}

Test(train, a_pruner_that_needs_validation_is_refused_without)
{
    struct bench b;
    bench_setup(&b, &watcher, 0);
    cr_assert_neq(bench_run(&b), 0);
    cr_assert(strstr(b.err.text, "val_fraction"), "%s", b.err.text);
    bench_teardown(&b);
}

/* ---- What goes wrong ---- */

Test(train, divergence_is_a_result_with_its_place)
{
    struct bench b;
    bench_setup(&b, pruner_find("random"), 0.5);
    b.cell.recipe.lr = 1000;
    b.cell.recipe.momentum = 1;
    b.cell.recipe.weight_decay = 10;
    b.cell.recipe.epochs = BENCH_MOST_EPOCHS - 1;
    cr_assert_eq(bench_run(&b), 0, "%s", b.err.text);
    cr_assert_eq(b.end.state, ATTEMPT_DIVERGED);
    cr_assert(strstr(b.end.reason, "not finite in epoch"), "%s", b.end.reason);
    bench_teardown(&b);
}

/* ---- The engine ---- */

static void set(struct bench *b, const struct option *table, const void *options, const char *name,
                const char *value)
{
    /* made by defaults(), so not const */
    cr_assert_eq(
        option_set(option_find(table, name), (void *)(uintptr_t)options, value, &b->arena, &b->err),
        0, "%s: %s", name, b->err.text);
}

static void setup_convnet(struct bench *b, const char *pruner)
{
    bench_setup(b, pruner_find(pruner), 0.5);
    bench_set_model(b, "convnet");
    set(b, b->cell.model->options, b->cell.model_options, "width", "16");
    set(b, b->cell.model->options, b->cell.model_options, "depth", "2");
    b->cell.recipe.augment = AUGMENT_CROP_FLIP;
    b->cell.recipe.epochs = 2;
}

/* Proxies and passes: all that the threads share. */
static void setup_threads(struct bench *b)
{
    setup_convnet(b, "el2n");
    set(b, b->cell.pruner->options, b->cell.pruner_options, "runs", "1");
    set(b, b->cell.pruner->options, b->cell.pruner_options, "at", "2");
    b->cell.engine.threads = 2;
}

Test(train, the_same_number_of_threads_gives_the_same_bits)
{
    struct bench a, b;
    setup_threads(&a);
    setup_threads(&b);
    bench_run_well(&a);
    bench_run_well(&b);
    bench_assert_same_bits(&a.kept, &b.kept);
    bench_teardown(&a);
    bench_teardown(&b);
}

static void assert_near(const struct bench *a, const struct bench *b, double tolerance)
{
    cr_assert_eq(a->kept.epoch_count, b->kept.epoch_count);
    const double x = a->kept.epochs[0].train_loss, y = b->kept.epochs[0].train_loss;
    cr_assert_float_eq(x, y, tolerance * x, "%.9g, %.9g", x, y);
}

/* Sums in another order, over an epoch of few steps. */
static const double ROUNDING = 1e-4;

Test(train, threads_change_no_more_than_rounding)
{
    struct bench one, three;
    setup_convnet(&one, "full");
    setup_convnet(&three, "full");
    three.cell.engine.threads = 3; /* batches and parameters are no multiple of it */
    bench_run_well(&one);
    bench_run_well(&three);
    assert_near(&one, &three, ROUNDING);
    cr_assert_eq(one.end.work.samples_forward, three.end.work.samples_forward);
    bench_teardown(&one);
    bench_teardown(&three);
}

/* bfloat16 has 8 bits of precision. */
static const double HALF_ROUNDING = 0.05;

Test(train, precision_reaches_the_network)
{
    struct bench full, half;
    setup_convnet(&full, "full");
    setup_convnet(&half, "full");
    half.cell.recipe.precision = NN_BFLOAT16;
    bench_run_well(&full);
    bench_run_well(&half);
    cr_assert(full.kept.epochs[0].train_loss != half.kept.epochs[0].train_loss);
    assert_near(&full, &half, HALF_ROUNDING);
    bench_teardown(&full);
    bench_teardown(&half);
}

Test(train, a_forced_implementation_is_named)
{
    const char *name;
    for (size_t i = 0; (name = nn_conv_name(i)); i++) {
        struct bench b;
        setup_convnet(&b, "full");
        b.cell.recipe.epochs = 1;
        b.cell.engine.conv = (int)i + 1;
        cr_assert_eq(bench_run(&b), 0, "%s", b.err.text);
        cr_assert_eq(b.end.state, ATTEMPT_DONE, "%s", b.end.reason);
        cr_assert_neq(b.kept.implementations[0], '\0', "%s: nothing recorded", name);
        /* One that this build or CPU lacks, as oneDNN on Debian 13, is not replaced in silence. */
        cr_assert_eq(b.kept.warning_count, !strstr(b.kept.implementations, name), "%s: %zu", name,
                     (size_t)b.kept.warning_count);
        /* The last one accepts everything: it can hand over to nobody. */
        if (!nn_conv_name(i + 1))
            cr_assert_str_eq(b.kept.implementations, name);
        bench_teardown(&b);
    }
}

/* ---- What is refused ---- */

Test(train, a_crop_larger_than_the_picture_is_refused)
{
    struct bench b;
    bench_setup(&b, pruner_find("full"), 0);
    b.cell.recipe.augment = AUGMENT_CROP;
    b.cell.recipe.crop_pad = 64;
    cr_assert_neq(bench_run(&b), 0);
    cr_assert(strstr(b.err.text, "crop_pad"), "%s", b.err.text);
    bench_teardown(&b);
}

/* Evaluation in whole and padded batches, against a scoring pass over the same split. */
Test(trainer, evaluation_is_the_mean_of_a_scoring_pass)
{
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    struct observer seen;
    struct work work = {0};
    bench_setup(&b, pruner_find("full"), 0);
    cr_assert_eq(
        dataset_load(b.cell.dataset, b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    cr_assert_eq(trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                              &b.cell.engine, 1, &b.err),
                 0, "%s", b.err.text);
    observer_init(&seen, NEEDS_LOSSES | NEEDS_CORRECT, data->train.n, (size_t)data->classes, 1,
                  data->train.labels);
    trainer_pass(&trainer, &data->train, &seen, &work);
    double loss = 0, correct = 0, worst = 1;
    double of_class[DATA_MAX_CLASSES] = {0}, right[DATA_MAX_CLASSES] = {0};
    for (size_t i = 0; i < data->train.n; i++) {
        loss += (double)seen.losses[i] / (double)data->train.n;
        correct += seen.correct[i];
        of_class[data->train.labels[i]]++;
        right[data->train.labels[i]] += seen.correct[i];
    }
    for (int k = 0; k < data->classes; k++)
        worst = fmin(worst, right[k] / of_class[k]);
    const struct quality all = trainer_evaluate(&trainer, &data->train);
    cr_expect_float_eq(all.loss, loss, 1e-6 * loss);
    cr_expect_eq(all.accuracy, correct / (double)data->train.n);
    cr_expect_eq(all.worst_class, worst, "%g, expected %g", all.worst_class, worst);
    cr_expect_lt(worst, all.accuracy, "an untrained network is not as bad in every class");
    /* A class that is not there has no accuracy. */
    struct split one = data->train;
    one.n = 1;
    const struct quality single = trainer_evaluate(&trainer, &one);
    cr_expect_eq(single.worst_class, single.accuracy);
    cr_expect_eq(single.class_sd, 0);
    const struct quality none = trainer_evaluate(&trainer, &data->validation);
    cr_expect(isnan(none.loss) && isnan(none.accuracy) && isnan(none.worst_class));
    observer_release(&seen);
    trainer_release(&trainer);
    dataset_free(data);
    bench_teardown(&b);
}

/* ---- Test-time augmentation ---- */

/* The share of the test split that is right by the weighted mean of the logits of these views. */
static double accuracy_of_views(struct trainer *trainer, const struct window *views,
                                const double *weights, size_t count)
{
    const struct dataset *data = trainer->data;
    double right = 0;
    for (uint32_t i = 0; i < data->test.n; i++) {
        float logits[DATA_MAX_CLASSES] = {0};
        for (size_t v = 0; v < count; v++) {
            const struct augment augment = {.view = &views[v]};
            dataset_gather(data, &data->test, &i, 1, &augment, nn_input_buffer(trainer->net));
            nn_forward(trainer->net, 1, &(struct nn_mode){0});
            for (int k = 0; k < data->classes; k++)
                logits[k] += (float)weights[v] * nn_logits(trainer->net)[k];
        }
        right += observe_argmax(logits, (size_t)data->classes) == data->test.labels[i];
    }
    return right / (double)data->test.n;
}

/* More samples than a batch has. The mean is another than each view's, and plain numbers stay. */
Test(trainer, views_of_the_test_set_count_by_their_weights)
{
    static const struct window views[] = {
        {0, 0, false, false},  {0, 0, true, false},  {-1, -1, false, false},
        {-1, -1, true, false}, {1, 1, false, false}, {1, 1, true, false},
    };
    static const double weights[TTA_KINDS][6] = {
        {1}, {0.5, 0.5}, {0.25, 0.25, 0.125, 0.125, 0.125, 0.125}};
    static const size_t counts[TTA_KINDS] = {1, 2, 6};
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    bench_setup(&b, pruner_find("full"), 0);
    b.data->samples = 3000;
    cr_assert_eq(
        dataset_load(b.cell.dataset, b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    cr_assert_eq(trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                              &b.cell.engine, 1, &b.err),
                 0, "%s", b.err.text);
    cr_assert_gt(data->test.n, TRAINER_EVAL_BATCH);
    const struct quality plain = trainer_evaluate(&trainer, &data->test);
    cr_expect(isnan(plain.tta_accuracy));
    for (int kind = TTA_NONE; kind < TTA_KINDS; kind++) {
        b.cell.recipe.tta = kind;
        const double expected = accuracy_of_views(&trainer, views, weights[kind], counts[kind]);
        struct quality_sums sums;
        const struct quality quality = trainer_test(&trainer, &sums);
        cr_expect_eq(trainer_test_views(&b.cell.recipe), counts[kind]);
        cr_expect_eq(quality.accuracy, plain.accuracy);
        cr_expect_eq(quality.loss, plain.loss);
        if (kind == TTA_NONE)
            cr_expect(isnan(quality.tta_accuracy));
        else
            cr_expect(quality.tta_accuracy == expected && expected != plain.accuracy,
                      "%d: %g, not %g; %g", kind, quality.tta_accuracy, expected, plain.accuracy);
    }
    trainer_release(&trainer);
    dataset_free(data);
    bench_teardown(&b);
}

/* The message names the option and what else it may be; the mirror image fits any picture. */
Test(trainer, pictures_that_cannot_be_shifted_have_no_shifted_views)
{
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    bench_setup(&b, pruner_find("full"), 0);
    cr_assert_eq(
        dataset_load(b.cell.dataset, b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    data->h = 1;
    for (int kind = TTA_NONE; kind < TTA_KINDS; kind++) {
        b.cell.recipe.tta = kind;
        if (trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                         &b.cell.engine, 1, &b.err) == 0)
            trainer_release(&trainer);
        else
            cr_expect_eq(kind, TTA_MIRROR_SHIFT);
    }
    cr_expect_str_eq(b.err.text, "tta: mirror-shift shifts pictures, mirror does not: synthetic "
                                 "has pictures of 1 x 8, too small to be shifted by 1");
    dataset_free(data);
    bench_teardown(&b);
}

/* ---- Initial weights ---- */

/* All that there are, since they are fewer than the model wants, and not augmented. */
Test(trainer, a_model_sees_the_training_pictures_before_it_is_trained)
{
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    bench_setup(&b, pruner_find("full"), 0);
    bench_set_model(&b, "airbench");
    b.data->size = 1; /* 16 x 16 */
    b.cell.recipe.augment = AUGMENT_CROP_FLIP;
    cr_assert_eq(
        dataset_load(b.cell.dataset, b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    cr_assert_eq(trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                              &b.cell.engine, 1, &b.err),
                 0, "%s", b.err.text);
    const struct nn_shape shape = {data->h, data->w, data->c};
    const size_t n = data->train.n,
                 weights = (size_t)whiten_filters(shape, 2) * 4 * (size_t)data->c;
    float *pictures, *expected;
    MEM_NEW(pictures, n * nn_floats(shape));
    MEM_NEW(expected, weights);
    for (uint32_t i = 0; i < n; i++)
        dataset_gather(data, &data->train, &i, 1, NULL, pictures + i * nn_floats(shape));
    whiten(expected, pictures, n, shape, 2);
    cr_expect(!memcmp(nn_params(trainer.net), expected, weights * sizeof *expected),
              "the first layer does not whiten them");
    MEM_FREE(pictures, expected);
    trainer_release(&trainer);
    dataset_free(data);
    bench_teardown(&b);
}

/* ---- Common random numbers ---- */

Test(trainer, shared_samples_come_in_the_same_order)
{
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    struct work work = {0};
    uint32_t index[2][BENCH_SAMPLES], order[BENCH_SAMPLES];
    float weight[BENCH_SAMPLES];
    double loss;
    bench_setup(&b, pruner_find("full"), 0);
    cr_assert_eq(
        dataset_load(b.cell.dataset, b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    cr_assert_eq(trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                              &b.cell.engine, 1, &b.err),
                 0, "%s", b.err.text);
    for (uint32_t i = 0; i < BENCH_SAMPLES; i++) {
        index[0][i] = i;
        index[1][i] = 3 * i;
        weight[i] = 1;
    }
    const struct pruner_selection all = {
        .count = BENCH_SAMPLES, .index = index[0], .weight = weight};
    const struct pruner_selection third = {
        .count = BENCH_SAMPLES / 3, .index = index[1], .weight = weight};
    cr_assert_eq(trainer_epoch(&trainer, 2, BENCH_EPOCHS, &all, NULL, NULL, &work, &loss, &b.err),
                 0);
    memcpy(order, trainer.order, sizeof order);
    cr_assert_eq(trainer_epoch(&trainer, 2, BENCH_EPOCHS, &third, NULL, NULL, &work, &loss, &b.err),
                 0);
    size_t next = 0;
    for (size_t i = 0; i < BENCH_SAMPLES; i++)
        if (order[i] % 3 == 0 && order[i] / 3 < BENCH_SAMPLES / 3)
            cr_assert_eq(trainer.order[next++], order[i]);
    cr_assert_eq(next, BENCH_SAMPLES / 3);
    trainer_release(&trainer);
    dataset_free(data);
    bench_teardown(&b);
}

/*
 * One cell at work, on made-up data: what it trains, observes, counts and reports. Pruners that
 * only tests need are written here, against the public contract.
 */
#include "harness/train.h"

#include "harness/trainer.h"
#include "pruners/select.h"
#include "tests/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 200, EPOCHS = 4, BATCH = 32, MOST_EPOCHS = 64 };

/* ---- A cell, and a sink that keeps what it is told ---- */

struct kept {
    struct record_epoch epochs[MOST_EPOCHS];
    size_t epoch_count, selection_count;
    int64_t selection_kept[MOST_EPOCHS];
    int selection_epoch[MOST_EPOCHS];
    bool bad_counts; /* a selection whose bitmap, kept and class counts disagree */
    size_t warning_count;
    char implementations[256];
    struct record_artifact artifact;
    char artifact_key[HASH_HEX_SIZE];
    int artifact_count;
};

static void keep_selection(struct kept *kept, const struct record_selection *selection)
{
    int64_t bits = 0, by_class = 0;
    for (int64_t i = 0; i < selection->n; i++)
        bits += selection->bitmap[i / 8] >> i % 8 & 1;
    for (int c = 0; c < selection->classes; c++)
        by_class += selection->class_kept[c];
    kept->bad_counts = kept->bad_counts || bits != selection->kept || by_class != selection->kept;
    kept->selection_kept[kept->selection_count] = selection->kept;
    kept->selection_epoch[kept->selection_count++] = selection->epoch;
}

static void keep(void *context, const struct record *record)
{
    struct kept *kept = context;
    if (record->kind == RECORD_EPOCH)
        kept->epochs[kept->epoch_count++] = record->epoch;
    if (record->kind == RECORD_SELECTION)
        keep_selection(kept, &record->selection);
    if (record->kind == RECORD_ENGINE)
        snprintf(kept->implementations, sizeof kept->implementations, "%s",
                 record->engine.implementations);
    if (record->kind == RECORD_ARTIFACT) {
        kept->artifact = record->artifact;
        kept->artifact_count++;
        snprintf(kept->artifact_key, sizeof kept->artifact_key, "%s",
                 record->artifact.key ? record->artifact.key : "");
    }
    kept->warning_count += record->kind == RECORD_WARNING;
}

struct bench {
    struct arena arena;
    struct cell cell;
    struct train_places places; /* data and machine are filled in */
    struct kept kept;
    struct record_end end;
    struct err err;
};

static void *defaults(struct arena *arena, const struct option *table, size_t size)
{
    if (size == 0)
        return NULL;
    void *options = arena_alloc(arena, 1, size);
    option_defaults(table, options);
    return options;
}

static void setup_pruner(struct bench *b, const struct pruner *pruner)
{
    *b = (struct bench){0};
    arena_init(&b->arena);
    b->cell.dataset = dataset_find("synthetic");
    option_defaults(b->cell.dataset->options, &b->cell.data);
    b->cell.data.samples = SAMPLES;
    b->cell.data.classes = 4;
    b->cell.model = model_find("softmax");
    b->cell.model_options =
        defaults(&b->arena, b->cell.model->options, b->cell.model->options_size);
    b->cell.pruner = pruner;
    b->cell.pruner_options = defaults(&b->arena, pruner->options, pruner->options_size);
    b->cell.seed = 1;
    option_defaults(engine_options, &b->cell.engine);
    option_defaults(recipe_options, &b->cell.recipe);
    b->cell.recipe.epochs = EPOCHS;
    b->cell.recipe.batch = BATCH;
}

static void setup(struct bench *b, const char *pruner, double rate)
{
    cr_assert_not_null(pruner_find(pruner), "%s", pruner);
    setup_pruner(b, pruner_find(pruner));
    b->cell.rate = rate;
}

static int run(struct bench *b)
{
    struct clock clock;
    const struct train_sink sink = {keep, &b->kept};
    struct train_places places = b->places;
    places.data_dirs = dataset_dirs(NULL, &b->arena);
    places.machine = "one";
    clock_start(&clock, clock_now());
    return train_cell(&b->cell, &places, &clock, &sink, &b->end, &b->err);
}

static void run_well(struct bench *b)
{
    cr_assert_eq(run(b), 0, "%s", b->err.text);
    cr_assert_eq(b->end.state, ATTEMPT_DONE, "%s", b->end.reason);
    cr_assert_not(b->kept.bad_counts);
    cr_assert_eq(b->kept.warning_count, 0);
}

static void teardown(struct bench *b)
{
    arena_release(&b->arena);
}

static void assert_same_bits(const struct kept *a, const struct kept *b)
{
    cr_assert_eq(a->epoch_count, b->epoch_count);
    for (size_t e = 0; e < a->epoch_count; e++) {
        cr_assert(a->epochs[e].train_loss == b->epochs[e].train_loss, "epoch %zu: %.17g, %.17g", e,
                  a->epochs[e].train_loss, b->epochs[e].train_loss);
        cr_assert(a->epochs[e].test_accuracy == b->epochs[e].test_accuracy);
    }
}

/* ---- What every cell does ---- */

Test(train, a_cell_reports_each_epoch_and_its_work)
{
    struct bench b;
    setup(&b, "full", 0);
    run_well(&b);
    cr_assert_eq(b.kept.epoch_count, EPOCHS);
    cr_assert_eq(b.kept.selection_count, 1);
    int64_t sum = 0;
    for (int i = 0; i < PHASE_COUNT; i++)
        sum += b.end.phase_ns[i];
    cr_assert_leq(llabs(sum - b.end.wall_ns), b.end.wall_ns / 1000);
    for (size_t e = 0; e < EPOCHS; e++) {
        const struct record_epoch *epoch = &b.kept.epochs[e];
        cr_assert_eq(epoch->epoch, (int)e + 1);
        cr_assert_eq(epoch->kept, SAMPLES);
        cr_assert_eq(epoch->work.samples_forward, SAMPLES * ((int64_t)e + 1));
        cr_assert_eq(epoch->work.samples_backward, SAMPLES * ((int64_t)e + 1));
        cr_assert(isnan(epoch->val_accuracy));
        cr_assert_gt(epoch->charged_ns, e ? b.kept.epochs[e - 1].charged_ns : 0);
        cr_assert_gt(epoch->wall_ns, epoch->charged_ns);
    }
    cr_assert_gt(b.end.work.flops, 0);
    cr_assert_eq(b.end.train_n, SAMPLES);
    cr_assert_float_eq(b.end.kept_fraction, 1, 1e-12);
    cr_assert(b.end.test_accuracy == b.kept.epochs[EPOCHS - 1].test_accuracy);
    cr_assert_gt(b.end.test_accuracy, 0.5, "four classes, guessing gives 0.25: %g",
                 b.end.test_accuracy);
    teardown(&b);
}

Test(train, the_same_cell_gives_the_same_bits)
{
    const char *const pruners[] = {"random", "ucb", "infobatch", "el2n"};
    for (size_t i = 0; i < sizeof pruners / sizeof *pruners; i++) {
        struct bench a, b;
        setup(&a, pruners[i], 0.5);
        setup(&b, pruners[i], 0.5);
        run_well(&a);
        run_well(&b);
        assert_same_bits(&a.kept, &b.kept);
        teardown(&a);
        teardown(&b);
    }
}

Test(train, pruning_nothing_is_training_on_everything_bit_for_bit)
{
    struct bench full, random, el2n;
    setup(&full, "full", 0);
    setup(&random, "random-dynamic", 0);
    setup(&el2n, "el2n", 0);
    run_well(&full);
    run_well(&random);
    run_well(&el2n);
    assert_same_bits(&full.kept, &random.kept);
    assert_same_bits(&full.kept, &el2n.kept);
    teardown(&full);
    teardown(&random);
    teardown(&el2n);
}

Test(train, another_seed_is_another_run)
{
    struct bench a, b;
    setup(&a, "full", 0);
    setup(&b, "full", 0);
    b.cell.seed = 2;
    run_well(&a);
    run_well(&b);
    cr_assert(a.kept.epochs[0].train_loss != b.kept.epochs[0].train_loss);
    teardown(&a);
    teardown(&b);
}

Test(train, evaluation_waits_for_its_epochs_but_never_skips_the_last)
{
    struct bench b;
    setup(&b, "random", 0.5);
    b.cell.recipe.eval_every = 3;
    b.cell.data.val_fraction = 0.2;
    run_well(&b);
    const bool wanted[EPOCHS] = {false, false, true, true};
    for (size_t e = 0; e < EPOCHS; e++) {
        cr_assert_eq(isfinite(b.kept.epochs[e].test_accuracy), wanted[e], "epoch %zu", e);
        cr_assert_eq(isfinite(b.kept.epochs[e].val_accuracy), wanted[e], "epoch %zu", e);
    }
    cr_assert_eq(b.end.train_n, 160);
    cr_assert_eq(b.kept.epochs[0].kept, 80);
    cr_assert(isfinite(b.end.best_val_accuracy));
    teardown(&b);
}

/* ---- Budgets and charges ---- */

Test(train, proxies_are_counted_and_charged_to_score)
{
    struct bench b;
    setup(&b, "el2n", 0.5);
    for (const struct option *o = b.cell.pruner->options; o->name; o++) {
        struct err err;
        if (strcmp(o->name, "runs") == 0 || strcmp(o->name, "at") == 0)
            cr_assert_eq(
                option_set(o, (void *)(uintptr_t)b.cell.pruner_options, "2", &b.arena, &err), 0);
    }
    run_well(&b);
    /* 2 networks x (2 epochs + a pass), then 4 epochs of half. */
    cr_assert_eq(b.end.work.samples_forward, 2 * 3 * SAMPLES + EPOCHS * SAMPLES / 2);
    cr_assert_eq(b.end.work.samples_backward, 2 * 2 * SAMPLES + EPOCHS * SAMPLES / 2);
    cr_assert_gt(b.end.phase_ns[PHASE_SCORE], 0);
    cr_assert_gt(b.end.phase_ns[PHASE_SELECT], 0);
    cr_assert_gt(b.kept.epochs[0].charged_ns, b.end.phase_ns[PHASE_SCORE]);
    cr_assert_float_eq(b.end.kept_fraction, 0.5, 1e-12, "proxies are no training: %g",
                       b.end.kept_fraction);
    teardown(&b);
}

Test(train, a_scoring_pass_counts_forward_only)
{
    struct bench b;
    setup(&b, "ucb", 0.5); /* its period, 10, is longer than the training: one pass */
    run_well(&b);
    cr_assert_eq(b.end.work.samples_forward, SAMPLES + EPOCHS * SAMPLES / 2);
    cr_assert_eq(b.end.work.samples_backward, EPOCHS * SAMPLES / 2);
    cr_assert_eq(b.kept.selection_count, 1);
    teardown(&b);
}

Test(train, full_short_trains_on_everything_for_fewer_epochs)
{
    struct bench b;
    setup(&b, "full-short", 0.5);
    run_well(&b);
    cr_assert_eq(b.kept.epoch_count, EPOCHS / 2);
    cr_assert_eq(b.kept.epochs[0].kept, SAMPLES);
    cr_assert_float_eq(b.end.kept_fraction, 0.5, 1e-12);
    /* The whole schedule in half the epochs: half through, the cosine is at half its height. */
    cr_assert_float_eq(b.kept.epochs[0].lr, b.cell.recipe.lr / 2, 1e-12);
    cr_assert_float_eq(b.kept.epochs[1].lr, 0, 1e-12);
    teardown(&b);
}

Test(train, schedule_follows_epochs_not_steps)
{
    struct bench full, pruned;
    setup(&full, "full", 0);
    setup(&pruned, "random", 0.9);
    run_well(&full);
    run_well(&pruned);
    for (size_t e = 0; e < EPOCHS; e++)
        cr_assert(full.kept.epochs[e].lr == pruned.kept.epochs[e].lr, "epoch %zu", e);
    teardown(&full);
    teardown(&pruned);
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

static void keep_first(struct pruner_run *run, int epoch, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    const struct seen_state *state = run->state;
    (void)rng;
    cr_assert_eq(state->forward_passes, epoch + 1);
    cr_assert_eq(state->training_passes, epoch);
    cr_assert_eq(state->validation_rows, 40 * (epoch + 1));
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
    .select = keep_first,
};

Test(train, a_pruner_is_shown_what_it_needs)
{
    struct bench b;
    setup_pruner(&b, &watcher);
    b.cell.rate = 0.25;
    b.cell.data.val_fraction = 0.2;
    run_well(&b);
    cr_assert_eq(b.kept.selection_count, EPOCHS);
    for (int e = 0; e < EPOCHS; e++) {
        cr_assert_eq(b.kept.selection_epoch[e], e);
        cr_assert_eq(b.kept.selection_kept[e], 120);
    }
    teardown(&b);
}

Test(train, a_pruner_that_needs_validation_is_refused_without)
{
    struct bench b;
    setup_pruner(&b, &watcher);
    cr_assert_neq(run(&b), 0);
    cr_assert(strstr(b.err.text, "val_fraction"), "%s", b.err.text);
    teardown(&b);
}

/* ---- What goes wrong ---- */

Test(train, divergence_is_a_result_with_its_place)
{
    struct bench b;
    setup(&b, "random", 0.5);
    b.cell.recipe.lr = 1000;
    b.cell.recipe.momentum = 1;
    b.cell.recipe.weight_decay = 10;
    b.cell.recipe.epochs = MOST_EPOCHS - 1;
    cr_assert_eq(run(&b), 0, "%s", b.err.text);
    cr_assert_eq(b.end.state, ATTEMPT_DIVERGED);
    cr_assert(strstr(b.end.reason, "not finite in epoch"), "%s", b.end.reason);
    teardown(&b);
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
    setup(b, pruner, 0.5);
    b->cell.model = model_find("convnet");
    b->cell.model_options =
        defaults(&b->arena, b->cell.model->options, b->cell.model->options_size);
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
    run_well(&a);
    run_well(&b);
    assert_same_bits(&a.kept, &b.kept);
    teardown(&a);
    teardown(&b);
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
    run_well(&one);
    run_well(&three);
    assert_near(&one, &three, ROUNDING);
    cr_assert_eq(one.end.work.samples_forward, three.end.work.samples_forward);
    teardown(&one);
    teardown(&three);
}

/* bfloat16 has 8 bits of precision. */
static const double HALF_ROUNDING = 0.05;

Test(train, precision_reaches_the_network)
{
    struct bench full, half;
    setup_convnet(&full, "full");
    setup_convnet(&half, "full");
    half.cell.recipe.precision = NN_BFLOAT16;
    run_well(&full);
    run_well(&half);
    cr_assert(full.kept.epochs[0].train_loss != half.kept.epochs[0].train_loss);
    assert_near(&full, &half, HALF_ROUNDING);
    teardown(&full);
    teardown(&half);
}

Test(train, a_forced_implementation_is_named)
{
    const char *name;
    for (size_t i = 0; (name = nn_conv_name(i)); i++) {
        struct bench b;
        setup_convnet(&b, "full");
        b.cell.recipe.epochs = 1;
        b.cell.engine.conv = (int)i + 1;
        run_well(&b);
        cr_assert_neq(b.kept.implementations[0], '\0', "%s: nothing recorded", name);
        /* The last one accepts everything: it can hand over to nobody. */
        if (!nn_conv_name(i + 1))
            cr_assert_str_eq(b.kept.implementations, name);
        teardown(&b);
    }
}

/* ---- What is refused ---- */

Test(train, a_crop_larger_than_the_picture_is_refused)
{
    struct bench b;
    setup(&b, "full", 0);
    b.cell.recipe.augment = AUGMENT_CROP;
    b.cell.recipe.crop_pad = 64;
    cr_assert_neq(run(&b), 0);
    cr_assert(strstr(b.err.text, "crop pad"), "%s", b.err.text);
    teardown(&b);
}

/* ---- Common random numbers ---- */

Test(trainer, shared_samples_come_in_the_same_order)
{
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    struct work work = {0};
    uint32_t index[2][SAMPLES], order[SAMPLES];
    float weight[SAMPLES];
    double loss;
    setup(&b, "full", 0);
    cr_assert_eq(
        dataset_load(b.cell.dataset, &b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    cr_assert_eq(trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                              &b.cell.engine, 1, &b.err),
                 0, "%s", b.err.text);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        index[0][i] = i;
        index[1][i] = 3 * i;
        weight[i] = 1;
    }
    const struct pruner_selection all = {.count = SAMPLES, .index = index[0], .weight = weight};
    const struct pruner_selection third = {
        .count = SAMPLES / 3, .index = index[1], .weight = weight};
    cr_assert_eq(trainer_epoch(&trainer, 2, EPOCHS, &all, NULL, NULL, &work, &loss, &b.err), 0);
    memcpy(order, trainer.order, sizeof order);
    cr_assert_eq(trainer_epoch(&trainer, 2, EPOCHS, &third, NULL, NULL, &work, &loss, &b.err), 0);
    size_t next = 0;
    for (size_t i = 0; i < SAMPLES; i++)
        if (order[i] % 3 == 0 && order[i] / 3 < SAMPLES / 3)
            cr_assert_eq(trainer.order[next++], order[i]);
    cr_assert_eq(next, SAMPLES / 3);
    trainer_release(&trainer);
    dataset_free(data);
    teardown(&b);
}

/* ---- Scores that several cells use ---- */

static void set_option(struct bench *b, const char *name, const char *value)
{
    const struct option *option = option_find(b->cell.pruner->options, name);
    cr_assert_not_null(option, "%s", name);
    cr_assert_eq(option_set(option, (void *)b->cell.pruner_options, value, &b->arena, &b->err), 0,
                 "%s", b->err.text);
}

/* el2n at a rate, its scores kept in folder. */
static struct bench scored(double rate, const char *folder, bool reuse)
{
    struct bench b;
    setup(&b, "el2n", rate);
    set_option(&b, "runs", "2");
    set_option(&b, "at", "2");
    b.places.artifacts = folder;
    b.places.reuse = reuse;
    cr_assert_eq(run(&b), 0, "%s", b.err.text);
    cr_assert_eq(b.kept.artifact_count, 1);
    return b;
}

Test(train, scores_are_computed_once_and_charged_in_full)
{
    struct str folder = {0};
    str_addf(&folder, "%s/artifacts", test_dir());
    struct bench first = scored(0.3, str_text(&folder), true);
    struct bench second = scored(0.6, str_text(&folder), true);
    struct bench alone = scored(0.6, NULL, true);
    cr_expect_eq(first.kept.artifact.reused, 0);
    cr_expect_eq(second.kept.artifact.reused, 1);
    cr_expect_str_eq(first.kept.artifact_key, second.kept.artifact_key);
    cr_expect_eq(alone.kept.artifact_key[0], '\0', "nothing is kept without a folder");
    /* The same training, the same work, and the first one's seconds. */
    assert_same_bits(&second.kept, &alone.kept);
    cr_expect_eq(second.end.work.samples_forward, alone.end.work.samples_forward);
    cr_expect_eq(second.end.work.samples_backward, alone.end.work.samples_backward);
    cr_expect(second.end.work.flops == alone.end.work.flops);
    cr_expect_eq(second.kept.artifact.carried_ns, first.end.phase_ns[PHASE_SCORE],
                 "%lld, not the %lld of the first", (long long)second.kept.artifact.carried_ns,
                 (long long)first.end.phase_ns[PHASE_SCORE]);
    cr_expect_eq(second.end.phase_ns[PHASE_SCORE], 0);
    cr_expect_geq(second.kept.epochs[0].charged_ns, second.kept.artifact.carried_ns);
    cr_expect_eq(first.kept.artifact.carried_ns, 0);
    struct bench again = scored(0.6, str_text(&folder), false);
    cr_expect_eq(again.kept.artifact.reused, 0, "asked not to");
    teardown(&first);
    teardown(&second);
    teardown(&alone);
    teardown(&again);
    str_release(&folder);
}

Test(train, damaged_scores_are_made_again_with_a_warning)
{
    struct str folder = {0}, path = {0};
    str_addf(&folder, "%s/artifacts", test_dir());
    struct bench first = scored(0.3, str_text(&folder), true);
    str_addf(&path, "%s/%s", str_text(&folder), first.kept.artifact_key);
    test_write_file(str_text(&path), "not what it was");
    struct bench second = scored(0.6, str_text(&folder), true);
    cr_expect_eq(second.kept.artifact.reused, 0);
    cr_expect_eq(second.kept.warning_count, 1);
    struct bench third = scored(0.7, str_text(&folder), true);
    cr_expect_eq(third.kept.artifact.reused, 1, "the second has replaced them");
    teardown(&first);
    teardown(&second);
    teardown(&third);
    str_release(&folder);
    str_release(&path);
}

Test(train, scores_are_not_shared_by_what_decides_them)
{
    struct str folder = {0};
    str_addf(&folder, "%s/artifacts", test_dir());
    struct bench first = scored(0.3, str_text(&folder), true);
    struct bench other;
    setup(&other, "el2n", 0.3);
    other.cell.seed = 2;
    other.cell.recipe.epochs = 1;
    other.places = first.places;
    set_option(&other, "runs", "2");
    set_option(&other, "at", "2");
    cr_assert_eq(run(&other), 0, "%s", other.err.text);
    cr_expect_eq(other.kept.artifact.reused, 0);
    teardown(&first);
    teardown(&other);
    str_release(&folder);
}

/* ---- Weights ---- */

struct heavy_options {
    int weights;
};

static const struct option heavy_table[] = {
    SELECT_WEIGHTS(struct heavy_options),
    OPTION_END,
};

/* The first half, each four times as heavy as it should be. */
static void choose_heavy(struct pruner_run *run, int epoch, struct rng *rng,
                         struct pruner_selection *ret_selection)
{
    (void)epoch;
    (void)rng;
    ret_selection->count = run->task.keep;
    for (uint32_t j = 0; j < run->task.keep; j++) {
        ret_selection->index[j] = j;
        ret_selection->weight[j] = 4;
    }
}

static const struct pruner heavy = {
    .name = "heavy",
    .kind = PRUNER_STATIC,
    .flags = PRUNER_WEIGHS,
    .options = heavy_table,
    .options_size = sizeof(struct heavy_options),
    .select = choose_heavy,
};

static struct bench run_heavy(const char *weights)
{
    struct bench b;
    setup_pruner(&b, &heavy);
    b.cell.rate = 0.5;
    set_option(&b, "weights", weights);
    run_well(&b);
    return b;
}

Test(train, a_batch_divided_by_its_weights_does_not_feel_their_scale)
{
    struct bench batch = run_heavy("batch"), none = run_heavy("none"), rows = run_heavy("rows");
    assert_same_bits(&batch.kept, &none.kept);
    cr_expect_neq(rows.kept.epochs[0].train_loss, none.kept.epochs[0].train_loss);
    teardown(&batch);
    teardown(&none);
    teardown(&rows);
}

#include "tests/support/cell_bench.h"

#include "base/time.h"

#include "results/record/bitmap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void keep_selection(struct kept *kept, const struct record_selection *selection)
{
    int64_t bits = 0, by_class = 0;
    for (int64_t i = 0; i < selection->n; i++)
        bits += bitmap_has(selection->bitmap, (size_t)i);
    for (int c = 0; c < selection->classes; c++)
        by_class += selection->class_kept[c];
    kept->bad_counts = kept->bad_counts || bits != selection->kept || by_class != selection->kept;
    kept->selection_kept[kept->selection_count] = selection->kept;
    kept->selection_epoch[kept->selection_count++] = selection->epoch;
}

static void keep_test(struct kept *kept, const struct record_test *test)
{
    int64_t n = 0, correct = 0;
    for (int c = 0; c < test->classes; c++) {
        n += test->class_n[c];
        correct += test->class_correct[c];
    }
    kept->bad_counts =
        kept->bad_counts || n != kept->test_n || test->accuracy != (double)correct / (double)n;
    kept->tests[kept->test_count] = *test;
    kept->tests[kept->test_count].class_n = NULL;
    kept->tests[kept->test_count++].class_correct = NULL;
}

static void keep(void *context, const struct record *record)
{
    struct kept *kept = context;
    if (record->kind == RECORD_EPOCH)
        kept->epochs[kept->epoch_count++] = record->epoch;
    if (record->kind == RECORD_TEST)
        keep_test(kept, &record->test);
    if (record->kind == RECORD_SELECTION)
        keep_selection(kept, &record->selection);
    if (record->kind == RECORD_ENGINE)
        snprintf(kept->implementations, sizeof kept->implementations, "%s",
                 record->engine.implementations);
    if (record->kind == RECORD_DATA)
        kept->test_n = record->data.test_n;
    if (record->kind == RECORD_ARTIFACT) {
        kept->artifact = record->artifact;
        kept->artifact_count++;
        snprintf(kept->artifact_key, sizeof kept->artifact_key, "%s",
                 record->artifact.key ? record->artifact.key : "");
    }
    kept->warning_count += record->kind == RECORD_WARNING;
}

void bench_set_model(struct bench *b, const char *name)
{
    b->cell.model = model_find(name);
    cr_assert_not_null(b->cell.model, "%s", name);
    b->cell.model_options = kind_defaults(&b->cell.model->is, &b->arena);
}

void bench_setup(struct bench *b, const struct pruner *pruner, double rate)
{
    cr_assert_not_null(pruner);
    *b = (struct bench){0};
    b->cell.dataset = dataset_find("synthetic");
    b->data = kind_defaults(&b->cell.dataset->is, &b->arena);
    b->data->samples = BENCH_SAMPLES;
    b->data->classes = 4;
    b->cell.data = &b->data->common;
    bench_set_model(b, "softmax");
    b->cell.pruner = pruner;
    b->cell.pruner_options = kind_defaults(&pruner->is, &b->arena);
    b->cell.rate = rate;
    b->cell.seed = 1;
    option_defaults(engine_options, &b->cell.engine);
    option_defaults(recipe_options, &b->cell.recipe);
    b->cell.recipe.epochs = BENCH_EPOCHS;
    b->cell.recipe.batch = BENCH_BATCH;
}

void bench_set_option(struct bench *b, const char *name, const char *value)
{
    const struct option *option = option_find(b->cell.pruner->options, name);
    cr_assert_not_null(option, "%s", name);
    cr_assert_eq(option_set(option, (void *)b->cell.pruner_options, value, &b->arena, &b->err), 0,
                 "%s", b->err.text);
}

int bench_run(struct bench *b)
{
    struct clock clock;
    const struct train_sink sink = {keep, &b->kept};
    struct train_places places = b->places;
    places.data_dirs = dataset_dirs(NULL, &b->arena);
    places.machine = "one";
    clock_start(&clock, time_now());
    return train_cell(&b->cell, &places, &clock, &sink, &b->end, &b->err);
}

void bench_run_well(struct bench *b)
{
    cr_assert_eq(bench_run(b), 0, "%s", b->err.text);
    cr_assert_eq(b->end.state, ATTEMPT_DONE, "%s", b->end.reason);
    cr_assert_not(b->kept.bad_counts);
    cr_assert_eq(b->kept.warning_count, 0);
}

void bench_teardown(struct bench *b)
{
    arena_release(&b->arena);
}

void bench_assert_same_bits(const struct kept *a, const struct kept *b)
{
    cr_assert_eq(a->epoch_count, b->epoch_count);
    for (size_t e = 0; e < a->epoch_count; e++) {
        cr_assert(a->epochs[e].train_loss == b->epochs[e].train_loss, "epoch %zu: %.17g, %.17g", e,
                  a->epochs[e].train_loss, b->epochs[e].train_loss);
        cr_assert(a->epochs[e].test_accuracy == b->epochs[e].test_accuracy);
    }
}

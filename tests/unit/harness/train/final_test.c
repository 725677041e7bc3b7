/*
 * What a cell tells of its network at the end: class by class, and on corrupted test pictures.
 */
#include "base/mem.h"
#include "harness/train/trainer.h"
#include "tests/support/cell_bench.h"

#include <criterion/criterion.h>
#include <math.h>

Test(final_test, a_cell_tells_how_good_its_network_is_at_the_end)
{
    struct bench b;
    bench_setup(&b, pruner_find("full"), 0);
    bench_run_well(&b);
    const struct record_epoch *last = &b.kept.epochs[BENCH_EPOCHS - 1];
    const struct record_test *test = &b.kept.tests[0];
    cr_assert_eq(b.kept.test_count, 1);
    cr_expect_str_eq(test->corruption, "none");
    cr_expect_eq(test->severity, 0);
    cr_expect(test->accuracy == b.end.test_accuracy && test->accuracy == last->test_accuracy);
    cr_expect(test->loss == b.end.test_loss && test->loss == last->test_loss);
    cr_expect(test->worst_class_accuracy == last->test_worst_class_accuracy);
    cr_expect(test->class_sd == last->test_class_sd && test->class_sd > 0);
    cr_expect(test->calibration_error == last->test_calibration_error);
    bench_teardown(&b);
}

/* And is not trained otherwise for that. */
Test(final_test, corrupted_pictures_are_tested_on_at_the_end_where_asked_for)
{
    struct bench plain, b;
    bench_setup(&plain, pruner_find("random"), 0.5);
    bench_setup(&b, pruner_find("random"), 0.5);
    b.cell.recipe.corrupted_test = true;
    bench_run_well(&plain);
    bench_run_well(&b);
    bench_assert_same_bits(&plain.kept, &b.kept);
    cr_assert_eq(plain.kept.test_count, 1);
    cr_assert_eq(b.kept.test_count, 1 + CORRUPTIONS * CORRUPT_SEVERITIES);
    cr_expect(b.kept.tests[0].loss == plain.kept.tests[0].loss);
    for (size_t i = 1; i < b.kept.test_count; i++) {
        const struct record_test *test = &b.kept.tests[i];
        cr_expect_str_eq(test->corruption, corruption_names[(i - 1) / CORRUPT_SEVERITIES]);
        cr_expect_eq(test->severity, (int)((i - 1) % CORRUPT_SEVERITIES) + 1);
        cr_expect(test->loss != b.kept.tests[i - 1].loss, "%s %d is as what was before it",
                  test->corruption, test->severity);
    }
    bench_teardown(&plain);
    bench_teardown(&b);
}

/* More samples than a batch has, against all of them corrupted at once. */
Test(final_test, corrupted_pictures_are_those_of_the_whole_test_set)
{
    struct bench b;
    struct dataset *data;
    struct trainer trainer;
    struct corrupter corrupter;
    struct quality_sums sums;
    bench_setup(&b, pruner_find("full"), 0);
    b.data->samples = 3000;
    cr_assert_eq(
        dataset_load(b.cell.dataset, b.cell.data, 1, dataset_dirs(NULL, &b.arena), &data, &b.err),
        0, "%s", b.err.text);
    cr_assert_eq(trainer_init(&trainer, b.cell.model, b.cell.model_options, data, &b.cell.recipe,
                              &b.cell.engine, 1, &b.err),
                 0, "%s", b.err.text);
    cr_assert_gt(data->test.n, TRAINER_EVAL_BATCH);
    const size_t picture = (size_t)(data->h * data->w * data->c);
    struct split whole = data->test;
    MEM_NEW(whole.pixels, whole.n * picture);
    corrupter_init(&corrupter, data->h, data->w, data->c);
    for (int kind = 0; kind < CORRUPTIONS; kind++) {
        for (size_t i = 0; i < whole.n; i++)
            corrupter_apply(&corrupter, (enum corruption)kind, 4, whole.origin[i],
                            data->test.pixels + i * picture, whole.pixels + i * picture);
        const struct quality expected = trainer_evaluate(&trainer, &whole),
                             found = trainer_test_corrupted(&trainer, &corrupter,
                                                            (enum corruption)kind, 4, &sums);
        cr_expect(found.loss == expected.loss && found.accuracy == expected.accuracy, "%s: %g, %g",
                  corruption_names[kind], found.loss, expected.loss);
        cr_expect(isnan(found.tta_accuracy));
    }
    corrupter_release(&corrupter);
    mem_free(whole.pixels);
    trainer_release(&trainer);
    dataset_free(data);
    bench_teardown(&b);
}

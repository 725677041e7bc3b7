/* What a cell takes from a pruner: scores that several cells use, and weights. */
#include "pruners/select.h"
#include "tests/support/cell_bench.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>

/* ---- Scores that several cells use ---- */

/* el2n at a rate, its scores kept in folder. */
static struct bench scored(double rate, const char *folder, bool reuse)
{
    struct bench b;
    bench_setup(&b, pruner_find("el2n"), rate);
    bench_set_option(&b, "runs", "2");
    bench_set_option(&b, "at", "2");
    b.places.artifacts = folder;
    b.places.reuse = reuse;
    cr_assert_eq(bench_run(&b), 0, "%s", b.err.text);
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
    bench_assert_same_bits(&second.kept, &alone.kept);
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
    bench_teardown(&first);
    bench_teardown(&second);
    bench_teardown(&alone);
    bench_teardown(&again);
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
    bench_teardown(&first);
    bench_teardown(&second);
    bench_teardown(&third);
    str_release(&folder);
    str_release(&path);
}

Test(train, scores_are_not_shared_by_what_decides_them)
{
    struct str folder = {0};
    str_addf(&folder, "%s/artifacts", test_dir());
    struct bench first = scored(0.3, str_text(&folder), true);
    struct bench other;
    bench_setup(&other, pruner_find("el2n"), 0.3);
    other.cell.seed = 2;
    other.cell.recipe.epochs = 1;
    other.places = first.places;
    bench_set_option(&other, "runs", "2");
    bench_set_option(&other, "at", "2");
    cr_assert_eq(bench_run(&other), 0, "%s", other.err.text);
    cr_expect_eq(other.kept.artifact.reused, 0);
    bench_teardown(&first);
    bench_teardown(&other);
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
static void choose_heavy(struct pruner_run *run, struct rng *rng,
                         struct pruner_selection *ret_selection)
{
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
    KIND_OPTIONS(struct heavy_options, heavy_table),
    .choose = choose_heavy,
};

static struct bench run_heavy(const char *weights)
{
    struct bench b;
    bench_setup(&b, &heavy, 0);
    b.cell.rate = 0.5;
    bench_set_option(&b, "weights", weights);
    bench_run_well(&b);
    return b;
}

Test(train, a_batch_divided_by_its_weights_does_not_feel_their_scale)
{
    struct bench batch = run_heavy("batch"), none = run_heavy("none"), rows = run_heavy("rows");
    bench_assert_same_bits(&batch.kept, &none.kept);
    cr_expect_neq(rows.kept.epochs[0].train_loss, none.kept.epochs[0].train_loss);
    bench_teardown(&batch);
    bench_teardown(&none);
    bench_teardown(&rows);
}

/* Estimates: which finished cells tell something of another, and what does not fit. */
#include "harness/plan/estimate.h"

#include "harness/data/corrupt.h"
#include "harness/forecast/measure.h"
#include "tests/support/cell_bench.h"

#include <criterion/criterion.h>
#include <math.h>

enum { GIB = 1 << 30, MIB = 1 << 20 };

static const struct history_run runs[] = {
    {{"d", "m", "ucb", "c=2", 0.5, 10}, 20, 5 * MIB},
    {{"d", "m", "ucb", "c=2", 0.5, 10}, 30, 9 * MIB},
    {{"d", "m", "ucb", "c=2", 0.5, 20}, 80, 7 * MIB}, /* twice the epochs: counts as 40 */
    {{"d", "m", "ucb", "c=2", 0.2, 10}, 64, 6 * MIB},
    {{"d", "m", "ucb", "", 0.5, 10}, 1000, 8 * MIB},
    {{"d", "m", "full", "", 0, 10}, 100, 3 * MIB},
    {{"d", "other", "ucb", "c=2", 0.5, 10}, 7, 0},
};
enum { RUNS = sizeof runs / sizeof *runs };

static void expect(struct history_shape shape, enum estimate_basis basis, size_t count,
                   double seconds, int64_t memory)
{
    const struct estimate e = estimate_cell(runs, RUNS, &shape);
    cr_expect_eq(e.basis, basis, "%s, expected %s", estimate_basis_names[e.basis],
                 estimate_basis_names[basis]);
    cr_expect_eq(e.runs, count, "%zu runs, expected %zu", e.runs, count);
    cr_expect_float_eq(e.seconds, seconds, 1e-9, "%g s, expected %g", e.seconds, seconds);
    cr_expect_eq(e.memory_bytes, memory, "%lld bytes", (long long)e.memory_bytes);
}

Test(estimate, the_most_alike_tell)
{
    /* The median of 20, 30 and 40, of whatever order. */
    expect((struct history_shape){"d", "m", "ucb", "c=2", 0.5, 10}, ESTIMATE_SAME, 3, 30, 9 * MIB);
    expect((struct history_shape){"d", "m", "ucb", "c=2", 0.5, 5}, ESTIMATE_SAME, 3, 15, 9 * MIB);
    /* A tenth kept: of 20, 30, 40 a fifth, of 64 an eighth: the median of 4, 6, 8, 8. */
    expect((struct history_shape){"d", "m", "ucb", "c=2", 0.9, 10}, ESTIMATE_RATE, 4, 7, 9 * MIB);
    /* All of the dataset and model, as they are: 20 30 40 64 100 1000. */
    expect((struct history_shape){"d", "m", "el2n", "", 0.5, 10}, ESTIMATE_PRUNER, 6, 52, 9 * MIB);
    expect((struct history_shape){"d", "other", "ucb", "c=2", 0.5, 10}, ESTIMATE_SAME, 1, 7, 0);
    expect((struct history_shape){"d", "none", "ucb", "c=2", 0.5, 10}, ESTIMATE_UNKNOWN, 0, 0, 0);
    expect((struct history_shape){"e", "m", "ucb", "c=2", 0.5, 10}, ESTIMATE_UNKNOWN, 0, 0, 0);
}

/* It trains on everything whatever it chooses: another rate takes as long, 12 s. */
Test(estimate, what_only_scores_keeps_all)
{
    static const struct history_run only[] = {
        {{"d", "m", "ucb", "c=2 score_only=true", 0.5, 10}, 12, 0},
        {{"d", "m", "ucb", "c=2", 0.5, 10}, 8, 0},
    };
    struct history_shape shape = {"d", "m", "ucb", "c=2 score_only=true", 0.9, 20};
    struct estimate e = estimate_cell(only, 2, &shape);
    cr_expect(e.basis == ESTIMATE_RATE && e.runs == 1 && e.seconds == 24, "%g s of %zu runs",
              e.seconds, e.runs);
    shape.options = "c=2"; /* a fifth of 8 s, twice the epochs */
    e = estimate_cell(only, 2, &shape);
    cr_expect(e.runs == 1 && fabs(e.seconds - 3.2) < 1e-9, "%g s of %zu runs", e.seconds, e.runs);
    cr_expect(cell_options_train_on_all("score_only=true"));
    cr_expect_not(cell_options_train_on_all(""));
    cr_expect_not(cell_options_train_on_all("path=a_score_only=true"));
}

/* Start 1, load 2, init 3, four evaluations of 5 and four epochs of 10 s, of half the samples. */
Test(estimate, a_mini_epoch_of_what_only_scores)
{
    const struct mini_epoch mini = {1, 2, 3, 10, 4, 5, BENCH_SAMPLES, 0};
    struct bench b;
    bench_setup(&b, pruner_find("random"), 0.5);
    cr_expect_float_eq(measure_seconds(&b.cell, &mini), 46, 1e-9, "%g s",
                       measure_seconds(&b.cell, &mini));
    b.cell.scoring.only = true;
    cr_expect_float_eq(measure_seconds(&b.cell, &mini), 66, 1e-9, "%g s",
                       measure_seconds(&b.cell, &mini));
    bench_teardown(&b);
}

/* The same, and as many tests on corrupted pictures as there are of them; a test of six views takes
   5 s, one of the one in which they are seen a sixth. */
Test(estimate, a_mini_epoch_of_a_cell_that_is_tested_on_corrupted_pictures)
{
    const struct mini_epoch mini = {1, 2, 3, 10, 4, 5, BENCH_SAMPLES, 0};
    const double tests = (double)CORRUPTIONS * CORRUPT_SEVERITIES;
    struct bench b;
    bench_setup(&b, pruner_find("random"), 0.5);
    b.cell.recipe.corrupted_test = true;
    cr_expect_float_eq(measure_seconds(&b.cell, &mini), 46 + tests * 5, 1e-9, "%g s",
                       measure_seconds(&b.cell, &mini));
    b.cell.recipe.tta = TTA_MIRROR_SHIFT;
    cr_expect_float_eq(measure_seconds(&b.cell, &mini), 46 + tests * 5 / 6, 1e-9, "%g s",
                       measure_seconds(&b.cell, &mini));
    bench_teardown(&b);
}

/* The same, and a proxy: init 3, four epochs of a pass of 4 and steps on an eighth of them. */
Test(estimate, a_mini_epoch_of_a_proxy_that_drops)
{
    const struct mini_epoch mini = {1, 2, 3, 10, 4, 5, BENCH_SAMPLES, 0};
    struct bench b;
    bench_setup(&b, pruner_find("proxy-filter"), 0.5);
    cr_expect_float_eq(measure_seconds(&b.cell, &mini), 46 + 3 + 4 * (4 + 1.25), 1e-9, "%g s",
                       measure_seconds(&b.cell, &mini));
    bench_teardown(&b);
}

Test(estimate, nothing_is_known_of_an_empty_database)
{
    const struct history_shape shape = {"d", "m", "ucb", "c=2", 0.5, 10};
    cr_expect_eq(estimate_cell(NULL, 0, &shape).basis, ESTIMATE_UNKNOWN);
}

Test(estimate, many_at_once_are_those_one_by_one)
{
    const struct history_shape shapes[] = {
        {"d", "m", "ucb", "c=2", 0.5, 10}, {"d", "m", "full", "", 0, 10},
        {"d", "m", "ucb", "c=2", 0.5, 10}, {"d", "m", "ucb", "c=2", 0.5, 20},
        {"d", "none", "full", "", 0, 10},  {"d", "m", "full", "", 0, 10},
    };
    struct estimate each[6];
    estimate_cells(runs, RUNS, shapes, 6, each);
    for (size_t i = 0; i < 6; i++) {
        const struct estimate alone = estimate_cell(runs, RUNS, &shapes[i]);
        cr_expect(each[i].basis == alone.basis && each[i].seconds == alone.seconds &&
                      each[i].memory_bytes == alone.memory_bytes,
                  "shape %zu", i);
    }
}

Test(estimate, span_of_workers)
{
    const double seconds[] = {4, 1, 1, 5};
    cr_expect_float_eq(estimate_span(seconds, 4, 1), 11, 1e-12);
    cr_expect_float_eq(estimate_span(seconds, 4, 2), 7, 1e-12); /* 4; 1 1 5 */
    cr_expect_float_eq(estimate_span(seconds, 4, 9), 5, 1e-12);
    cr_expect_float_eq(estimate_span(NULL, 0, 2), 0, 1e-12);
}

static void expect_refusal(struct estimate_needs needs, const char *wanted)
{
    struct str reasons = {0};
    estimate_add_up(&needs);
    const bool refused = estimate_refuses(&needs, &reasons);
    cr_expect_eq(refused, wanted[0] != '\0', "%s", str_text(&reasons));
    cr_expect_str_eq(str_text(&reasons), wanted);
    str_release(&reasons);
}

Test(estimate, what_does_not_fit_is_refused_with_the_numbers)
{
    const struct estimate_needs fits = {
        .cells = 100,
        .artifacts = 10,
        .cell_bytes = 10 * MIB,
        .artifact_bytes = 2 * MIB,
        .workers = 4,
        .worker_bytes = GIB,
        .free_disk = 1020 * (int64_t)MIB,
        .free_memory = 4 * (int64_t)GIB,
    };
    struct estimate_needs needs = fits;
    expect_refusal(needs, "");
    needs.free_disk--;
    expect_refusal(needs, "disk: 100 cells need about 1020.0 MiB, 1020.0 MiB are free: make room, "
                          "start fewer with --limit, or start anyway with --force\n");
    needs = fits;
    needs.free_memory = 3 * (int64_t)GIB;
    expect_refusal(needs, "memory: 4 workers of up to 1.0 GiB need 4.0 GiB, 3.0 GiB are available: "
                          "run fewer at once with -j, or start anyway with --force\n");
    needs.workers = 3;
    expect_refusal(needs, "");
    /* What was not measured, or is not told, refuses nothing. */
    needs = fits;
    needs.free_disk = needs.free_memory = 0;
    expect_refusal(needs, "");
    needs = fits;
    needs.cell_bytes = needs.artifact_bytes = needs.worker_bytes = 0;
    needs.free_disk = needs.free_memory = 1;
    expect_refusal(needs, "");
}

Test(estimate, text)
{
    static const struct {
        double seconds;
        const char *text;
    } durations[] = {{0, "0 s"},          {0.01, "0.1 s"},      {0.3, "0.3 s"}, {44.6, "45 s"},
                     {192, "3 min 12 s"}, {7500, "2 h 05 min"}, {0.97, "1 s"}};
    static const struct {
        int64_t bytes;
        const char *text;
    } sizes[] = {{820, "820 bytes"}, {1536, "1.5 KiB"}, {12 * MIB, "12.0 MiB"}};
    struct str text = {0};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        str_add_duration(&text, durations[i].seconds);
        cr_expect_str_eq(str_text(&text), durations[i].text);
        str_clear(&text);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        str_add_size(&text, sizes[i].bytes);
        cr_expect_str_eq(str_text(&text), sizes[i].text);
        str_clear(&text);
    }
    str_release(&text);
}

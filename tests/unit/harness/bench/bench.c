/*
 * bench: what a slice measures, and how models and sizes are written.
 */
#include "harness/bench/bench.h"
#include "models/nn/peak.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double SHORT = 0.002; /* seconds of a slice */

struct convnet_start {
    int depth, width; /* as models/convnet.c begins its options */
};

Test(bench, writes_a_model_in_three_ways)
{
    static const char *const texts[] = {"convnet(depth=2 width=32)", "convnet(depth=2, width=32)",
                                        "convnet:depth=2,width=32", "convnet:,width=32 depth=2,"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct bench_model model;
        struct err err;
        cr_assert_eq(bench_model_parse(texts[i], &arena, &model, &err), 0, "%s: %s", texts[i],
                     err.text);
        const struct convnet_start *options = model.options;
        cr_expect_str_eq(model.model->name, "convnet");
        cr_expect_eq(options->depth, 2, "%s: depth %d", texts[i], options->depth);
        cr_expect_eq(options->width, 32, "%s: width %d", texts[i], options->width);
        cr_expect_str_eq(model.label, "convnet(depth=2 width=32)");
    }
    arena_release(&arena);
}

/* Every model of the registry by its bare name, with its defaults. */
Test(bench, knows_every_model)
{
    struct arena arena = {0};
    const struct model *expected;
    for (size_t i = 0; (expected = model_at(i)); i++) {
        struct bench_model model;
        struct err err;
        cr_assert_eq(bench_model_parse(expected->name, &arena, &model, &err), 0, "%s", err.text);
        cr_expect_eq(model.model, expected, "%s gave %s", expected->name, model.model->name);
        cr_expect_str_eq(model.label, expected->name);
        const struct nn_shape input = bench_usual_input(expected);
        struct nn_net *net;
        cr_assert_eq(model_build(expected, model.options, input, 10, &net, &err), 0, "%s",
                     err.text);
        nn_net_free(net);
    }
    arena_release(&arena);
}

Test(bench, refuses_models_and_sizes)
{
    static const struct {
        const char *text, *message;
    } models[] = {
        {"mpl", "unknown model 'mpl', did you mean mlp?"},
        {"", "unknown model ''; winnow list models shows them"},
        {"convnet(depth=2", "'convnet(depth=2': the options' ')' must be there, and last"},
        {"convnet(depth=2)x", "'convnet(depth=2)x': the options' ')' must be there, and last"},
        {"convnet:deph=2", "convnet has no option 'deph', did you mean depth?"},
        {"softmax:width=2", "softmax has no option 'width'"},
        {"convnet:depth", "convnet: 'depth' is not of the form name=value"},
    };
    static const char *const sizes[] = {"",         "28",       "28x28",    "28x28x",  "0x28x1",
                                        "28x28x1x", "a28x28x1", "28x-28x1", "5000x1x1"};
    struct arena arena = {0};
    struct err err;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct bench_model model;
        cr_assert_eq(bench_model_parse(models[i].text, &arena, &model, &err), -1, "%s",
                     models[i].text);
        cr_expect_str_eq(err.text, models[i].message);
    }
    struct nn_shape input = {1, 2, 3};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        cr_expect_eq(bench_input_parse(sizes[i], &input, &err), -1, "'%s'", sizes[i]);
    cr_expect(input.h == 1 && input.w == 2 && input.c == 3, "untouched by a failure");
    cr_assert_eq(bench_input_parse("28x30x3", &input, &err), 0, "%s", err.text);
    cr_expect(input.h == 28 && input.w == 30 && input.c == 3, "%dx%dx%d", input.h, input.w,
              input.c);
    arena_release(&arena);
}

static void open_small(struct bench *bench, struct arena *arena)
{
    struct bench_setting setting = {.input = {8, 8, 1}, .batch = 16, .eval_batch = 32};
    struct err err;
    cr_assert_eq(bench_model_parse("mlp:width=8", arena, &setting.model, &err), 0, "%s", err.text);
    cr_assert_eq(bench_open(bench, &setting, &err), 0, "%s", err.text);
}

Test(bench, a_slice_really_trains)
{
    struct arena arena = {0};
    struct bench bench;
    open_small(&bench, &arena);
    const size_t n = nn_param_count(bench.net);
    float *before;
    MEM_NEW(before, n);
    memcpy(before, nn_params(bench.net), n * sizeof *before);
    nn_forward(bench.net, 16, &(struct nn_mode){.train = true});
    const double loss_before = nn_loss(bench.net, 16, bench.labels, NULL, 0, NULL);
    const struct bench_slice slice = bench_train(&bench, 10 * SHORT);
    size_t changed = 0;
    for (size_t i = 0; i < n; i++)
        changed += before[i] != nn_params(bench.net)[i];
    cr_expect_gt(changed, n / 2, "%zu of %zu weights changed", changed, n);
    nn_forward(bench.net, 16, &(struct nn_mode){.train = true});
    const double loss_after = nn_loss(bench.net, 16, bench.labels, NULL, 0, NULL);
    cr_expect_lt(loss_after, loss_before, "loss %g, before %g", loss_after, loss_before);
    cr_expect_geq(slice.steps, 1);
    mem_free(before);
    bench_close(&bench);
    arena_release(&arena);
}

/* The phases are a step's: neither more nor much less. */
Test(bench, a_slice_adds_up)
{
    struct arena arena = {0};
    struct bench bench;
    open_small(&bench, &arena);
    bench_warm(&bench);
    const struct bench_slice slice = bench_train(&bench, SHORT);
    double sum = 0;
    for (int phase = 0; phase < BENCH_PHASES; phase++) {
        cr_expect_gt(slice.phase_s[phase], 0, "%s: %g s", bench_phase_names[phase],
                     slice.phase_s[phase]);
        sum += slice.phase_s[phase];
    }
    cr_expect_null(bench_phase_names[BENCH_PHASES]);
    const double mean_step = 16 / slice.through_images_per_s;
    cr_expect_leq(sum, mean_step, "phases %g s, a step %g s", sum, mean_step);
    cr_expect_gt(slice.images_per_s, 0);
    const struct bench_slice one = bench_train(&bench, 0);
    cr_expect_eq(one.steps, 1, "%d steps in no time", one.steps);
    cr_expect_gt(bench_forward(&bench, 0), 0);
    bench_close(&bench);
    arena_release(&arena);
}

Test(bench, refuses_pictures_that_do_not_fit)
{
    struct arena arena = {0};
    struct bench bench;
    struct err err;
    struct bench_setting setting = {.input = {4, 4, 1}, .batch = 2, .eval_batch = 2};
    cr_assert_eq(bench_model_parse("convnet", &arena, &setting.model, &err), 0, "%s", err.text);
    cr_assert_eq(bench_open(&bench, &setting, &err), -1);
    cr_expect(strstr(err.text, "4 x 4"), "%s", err.text);
    arena_release(&arena);
}

Test(bench, the_machine_has_a_peak)
{
    struct arena arena = {0};
    struct bench bench;
    open_small(&bench, &arena);
    const double peak = bench_peak(&bench, SHORT), gemm = bench_gemm(&bench);
    cr_expect(isfinite(peak) && peak > 0, "peak %g GFLOP/s", peak);
    cr_expect(isfinite(gemm) && gemm > 0, "gemm %g GFLOP/s", gemm);
    bench_close(&bench);
    arena_release(&arena);
}

Test(bench, a_share_is_a_share)
{
    struct bench_watch watch;
    bench_watch_start(&watch);
    nn_peak_gflops(0.05);
    const double foreign = bench_watch_foreign(&watch);
    cr_expect(isnan(foreign) || (foreign >= 0 && foreign <= 1), "%g", foreign);
    /* What this process has used cannot have been others': as if all of it had been idle before. */
    watch.used -= 1e9;
    cr_expect(isnan(foreign) || bench_watch_foreign(&watch) == 0);
}

/*
 * winnow bench: what people and programs get, and what is refused.
 */
#include "pruners/pruner.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

#define QUICK "--rounds 1 --seconds 0.005 --batch 16 --eval-batch 16"

static json_t *bench_json(const char *arguments)
{
    json_error_t error;
    struct test_output output = test_run("winnow bench %s --json " QUICK, arguments);
    cr_assert_eq(output.status, 0, "%s", output.err);
    json_t *json = json_loads(output.out, 0, &error);
    cr_assert_not_null(json, "%s in %s", error.text, output.out);
    test_output_release(&output);
    return json;
}

static void expect_positive(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    cr_assert(json_is_number(value), "%s is no number", name);
    cr_expect_gt(json_number_value(value), 0, "%s is %g", name, json_number_value(value));
}

Test(bench_cli, one_model_is_one_object)
{
    static const char *const numbers[] = {
        "train_images_per_s", "forward_images_per_s", "peak_gflops", "gemm_gflops", "gflops",
        "forward_flops",      "backward_flops",       "parameters"};
    json_t *object = bench_json("softmax --precision fp32 --threads 1");
    cr_assert(json_is_object(object));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_positive(object, numbers[i]);
    cr_expect_str_eq(json_string_value(json_object_get(object, "model")), "softmax");
    cr_expect_str_eq(json_string_value(json_object_get(object, "precision")), "fp32");
    cr_expect_str_eq(json_string_value(json_object_get(object, "input")), "28x28x1");
    cr_expect_eq(json_integer_value(json_object_get(object, "threads")), 1);
    cr_expect_eq(json_integer_value(json_object_get(object, "batch")), 16);
    cr_expect_eq(json_integer_value(json_object_get(object, "eval_batch")), 16);
    cr_expect_eq(json_integer_value(json_object_get(object, "rounds")), 1);
    cr_expect_eq(json_integer_value(json_object_get(object, "parameters")), 10 * (28 * 28 + 1));
    cr_expect(json_is_array(json_object_get(object, "implementations")));
    const json_t *quartiles = json_object_get(object, "train_quartiles");
    cr_expect_eq(json_array_size(quartiles), 2);
    const json_t *phases = json_object_get(object, "phases_ms"),
                 *memory = json_object_get(object, "memory");
    static const char *const names[] = {"forward", "loss", "backward", "update"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_positive(phases, names[i]);
    expect_positive(memory, "planned_bytes");
    expect_positive(memory, "peak_bytes");
    const json_t *foreign = json_object_get(object, "foreign_cpu");
    cr_expect(json_is_null(foreign) ||
              (json_real_value(foreign) >= 0 && json_real_value(foreign) <= 1));
    cr_expect_null(json_object_get(object, "layers"));
    json_decref(object);
}

Test(bench_cli, several_models_are_an_array)
{
    static const char *const labels[] = {"softmax", "mlp(width=8)"};
    json_t *array = bench_json("softmax mlp:width=8 --input 8x8x3 --threads 2 --layers");
    cr_assert(json_is_array(array));
    cr_assert_eq(json_array_size(array), 2, "%zu", json_array_size(array));
    for (size_t i = 0; i < 2; i++) {
        const json_t *object = json_array_get(array, i);
        cr_expect_str_eq(json_string_value(json_object_get(object, "model")), labels[i]);
        cr_expect_str_eq(json_string_value(json_object_get(object, "input")), "8x8x3");
        cr_expect_eq(json_integer_value(json_object_get(object, "threads")), 2);
        const json_t *layers = json_object_get(object, "layers");
        cr_expect_geq(json_array_size(layers), 1);
        cr_expect(json_is_string(json_object_get(json_array_get(layers, 0), "op")));
    }
    json_decref(array);
}

Test(bench_cli, bf16_says_so)
{
    json_t *object = bench_json("mlp:width=16 --precision=bf16");
    cr_expect_str_eq(json_string_value(json_object_get(object, "precision")), "bf16");
    expect_positive(object, "train_images_per_s");
    json_decref(object);
}

Test(bench_cli, compares_cells_with_threads)
{
    json_t *object = bench_json("mlp:width=16 --cells");
    static const char *const numbers[] = {"one_cell_images_per_s", "threads_images_per_s",
                                          "cells_images_per_s", "threads_ratio", "cells_ratio"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_positive(object, numbers[i]);
    cr_expect_eq(json_integer_value(json_object_get(object, "n")), 2);
    const double threads = json_real_value(json_object_get(object, "threads_images_per_s"));
    const double cells = json_real_value(json_object_get(object, "cells_images_per_s"));
    cr_expect_str_eq(json_string_value(json_object_get(object, "better")),
                     cells >= threads ? "cells" : "threads");
    json_decref(object);
}

Test(bench_cli, people_get_tables)
{
    struct test_output output = test_run("winnow bench softmax --layers " QUICK);
    cr_assert_eq(output.status, 0, "%s", output.err);
    static const char *const parts[] = {"peak: ",  "train/s",  "% of peak",
                                        "step ms", "backward", "runs as"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(strstr(output.out, parts[i]), "no '%s' in %s", parts[i], output.out);
    test_output_release(&output);
    output = test_run("winnow bench softmax --cells " QUICK);
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_expect(strstr(output.out, "N cells x 1"), "%s", output.out);
    test_output_release(&output);
}

#define SMALL "--samples 40,80 --features 4 --classes 3 --rounds 2 --epochs 4"

static json_t *pruners_json(const char *arguments)
{
    json_error_t error;
    struct test_output output = test_run("winnow bench --pruners %s --json", arguments);
    cr_assert_eq(output.status, 0, "%s", output.err);
    json_t *json = json_loads(output.out, 0, &error);
    cr_assert_not_null(json, "%s in %s", error.text, output.out);
    test_output_release(&output);
    return json;
}

Test(bench_cli, pruners_for_programs)
{
    static const char *const numbers[] = {"round_s", "observe_s", "select_s", "made_up_bytes",
                                          "peak_bytes"};
    json_t *object = pruners_json("el2n:runs=2 ucb " SMALL);
    const json_t *pruners = json_object_get(object, "pruners");
    cr_expect_eq(json_integer_value(json_object_get(object, "features")), 4);
    cr_expect_eq(json_integer_value(json_object_get(object, "threads")), 1);
    cr_assert_eq(json_array_size(pruners), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *entry = json_array_get(pruners, i), *sizes = json_object_get(entry, "sizes");
        cr_expect_str_eq(json_string_value(json_object_get(entry, "pruner")),
                         i ? "ucb" : "el2n(runs=2)");
        cr_expect(json_is_real(json_object_get(entry, "growth")));
        cr_assert_eq(json_array_size(sizes), 2);
        for (size_t s = 0; s < 2; s++) {
            const json_t *size = json_array_get(sizes, s);
            for (size_t j = 0; j < sizeof numbers / sizeof *numbers; j++)
                expect_positive(size, numbers[j]);
            cr_expect_eq(json_integer_value(json_object_get(size, "samples")), s ? 80 : 40);
            cr_expect_eq(json_integer_value(json_object_get(size, "rounds")), 2);
            cr_expect_eq(json_integer_value(json_object_get(size, "passes")), i ? 1 : 2);
            cr_expect(json_is_array(json_object_get(size, "solutions")));
        }
    }
    json_decref(object);
}

/* Without names it is all of the registry; those that refuse say why. */
Test(bench_cli, all_pruners_are_measured_or_left_out)
{
    json_t *object = pruners_json("--samples 40 --features 4 --classes 3 --rounds 1 --epochs 4");
    const json_t *pruners = json_object_get(object, "pruners");
    const struct pruner *p;
    size_t i = 0;
    for (; (p = pruner_at(i)); i++) {
        const json_t *entry = json_array_get(pruners, i);
        const json_t *size = json_array_get(json_object_get(entry, "sizes"), 0);
        cr_expect_str_eq(json_string_value(json_object_get(entry, "pruner")), p->name);
        cr_expect_null(json_object_get(size, "failed"), "%s: %s", p->name,
                       json_string_value(json_object_get(size, "failed")));
        cr_expect(json_object_get(size, "rounds") || json_object_get(size, "left_out"), "%s",
                  p->name);
    }
    cr_expect_eq(json_array_size(pruners), i);
    json_decref(object);
}

Test(bench_cli, pruners_for_people)
{
    struct test_output output = test_run("winnow bench --pruners ucb random " SMALL);
    cr_assert_eq(output.status, 0, "%s", output.err);
    static const char *const parts[] = {
        "1 thread; a made-up training of 4 epochs, 4 features, 3 classes, rate 0.3",
        "observe ms",
        "peak MiB",
        "growth",
        "\nucb          40       1 ",
        "\nrandom       80       0           - "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(strstr(output.out, parts[i]), "no '%s' in %s", parts[i], output.out);
    cr_expect(strstr(output.err, "[2/2] random, 80 samples: "), "%s", output.err);
    test_output_release(&output);
}

Test(bench_cli, a_pruner_that_refuses_is_left_out)
{
    struct test_output output =
        test_run("winnow bench --pruners el2n --rate 0.9 --samples 4,40 --features 4 --rounds 1");
    cr_assert_eq(output.status, 0, "%s", output.err);
    cr_expect(strstr(output.out, "\nleft out at 4 samples: el2n: rate 0.9 keeps none of 4 "
                                 "samples; the highest rate is 0.8750\n"),
              "%s", output.out);
    cr_expect(strstr(output.out, "\nel2n         40 "), "%s", output.out);
    test_output_release(&output);
}

Test(bench_cli, mistakes)
{
    static const struct {
        const char *arguments, *message;
    } cases[] = {
        {"mpl", "winnow bench: unknown model 'mpl', did you mean mlp?\n"},
        {"mlp --precision fp8",
         "winnow bench: --precision: expected one of fp32, bf16, found 'fp8'\n"},
        {"convnet:deph=2", "winnow bench: convnet has no option 'deph', did you mean depth?\n"},
        {"mlp --input 28x28",
         "winnow bench: --input: expected HEIGHTxWIDTHxCHANNELS, as in 28x28x1, not '28x28'\n"},
        {"mlp --conv naiv", "winnow bench: --conv: unknown implementation 'naiv', did you mean "
                            "naive?\n"},
        {"--pruners uct", "winnow bench: unknown pruner 'uct', did you mean ucb?\n"},
        {"--pruners ucb:perod=3",
         "winnow bench: ucb has no option 'perod', did you mean period?\n"},
        {"--pruners --samples 50,5",
         "winnow bench: --samples: expected rising numbers from 1 to 10000000, at most 8 of them, "
         "as in 5000,50000, found '50,5'\n"},
        {"--pruners ucb --cells", "winnow bench: --pruners measures no models: --cells, --layers, "
                                  "--conv and --input do not apply\n"},
        {"mlp --samples 5", "winnow bench: --samples and --to need --pruners\n"},
        {"mlp --seconds 0", "winnow bench: --seconds: expected a number from 0.001 to 3600, found "
                            "'0'\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test_output output = test_run("winnow bench %s", cases[i].arguments);
        cr_expect_eq(output.status, 2, "%s: exit code %d", cases[i].arguments, output.status);
        cr_expect_str_eq(output.err, cases[i].message);
        cr_expect_str_eq(output.out, "");
        test_output_release(&output);
    }
}

/* A cell that cannot be built says why itself; the comparison then ends. */
Test(bench_cli, a_cell_that_ends_is_noticed)
{
    struct test_output output = test_run("winnow bench convnet --cells --input 4x4x1 " QUICK);
    cr_expect_eq(output.status, 2, "exit code %d", output.status);
    cr_expect(strstr(output.err, "a cell has ended before it answered"), "%s", output.err);
    cr_expect_str_eq(output.out, "");
    test_output_release(&output);
}

/*
 * winnow doctor: this machine as the program itself finds it. tests/cli/doctor.t has other kernels,
 * and what people read.
 */
#include "base/cpu.h"
#include "base/linalg.h"
#include "models/nn/nn.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

/* Runs it and returns its findings; ret_status is the exit code. */
static json_t *findings(int *ret_status)
{
    json_error_t error;
    struct test_output output =
        test_run("unset OPENBLAS_CORETYPE WINNOW_BLAS_FOUND; winnow doctor --json");
    cr_expect_str_eq(output.err, "");
    json_t *object = json_loads(output.out, 0, &error);
    cr_assert_not_null(object, "%s in %s", error.text, output.out);
    json_t *array = json_incref(json_object_get(object, "findings"));
    json_decref(object);
    *ret_status = output.status;
    test_output_release(&output);
    return array;
}

static const json_t *finding(const json_t *array, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "name")), name) == 0)
            return item;
    }
    cr_expect_fail("no finding named %s", name);
    return NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* Each implementation is named, and one that the build lacks with the reason. */
static void expect_convolutions(const json_t *convolutions)
{
    const char *text = text_of(convolutions, "text"), *name;
    bool complete = true;
    for (size_t i = 0; (name = nn_conv_name(i)); i++) {
        const char *missing = nn_conv_missing(i);
        complete = complete && !missing;
        cr_expect_not_null(strstr(text, name), "no %s in %s", name, text);
        cr_expect(!missing || strstr(text, missing), "%s is missing: %s", name, text);
    }
    cr_expect_str_eq(text_of(convolutions, "level"), complete ? "ok" : "note");
}

Test(doctor, finds_this_machine)
{
    int status;
    json_t *all = findings(&status);
    size_t i, missing = 0;
    json_t *item;
    json_array_foreach(all, i, item)
    {
        cr_expect_gt(strlen(text_of(item, "text")), 0, "%s", text_of(item, "name"));
        missing += strcmp(text_of(item, "level"), "missing") == 0;
    }
    cr_expect_eq(status, missing ? 4 : 0, "exit code %d with %zu missing", status, missing);
    cr_expect_str_eq(text_of(finding(all, "cpu"), "model"), cpu_model().name);
    cr_expect_str_eq(text_of(finding(all, "cpu"), "runs"), cpu_set_names[cpu_runs()]);
    /* Up to its kernels, which OPENBLAS_CORETYPE may have chosen for this process alone. */
    const char *version = linalg_version(), *kernel_set = strstr(version, linalg_core());
    cr_assert_not_null(kernel_set);
    cr_expect_eq(
        strncmp(text_of(finding(all, "blas"), "version"), version, (size_t)(kernel_set - version)),
        0, "%s", text_of(finding(all, "blas"), "version"));
    cr_expect_gt(number_of(finding(all, "disk"), "free_bytes"), 0);
    cr_expect_gt(number_of(finding(all, "memory"), "total_bytes"), 0);
    const json_t *kernels = finding(all, "kernels");
    const char *found = text_of(kernels, "found"), *better = cpu_blas_core(cpu_runs(), found);
    cr_expect_str_eq(text_of(kernels, "chosen"), better ? better : found);
    cr_expect_gt(number_of(kernels, "found_gflops"), 0);
    cr_expect_gt(number_of(kernels, "chosen_gflops"), 0);
    expect_convolutions(finding(all, "convolutions"));
    json_decref(all);
}

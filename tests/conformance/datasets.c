/*
 * Every dataset of the registry keeps the contract of harness/data/data.h: those whose files are
 * here (the synthetic one always, Fashion-MNIST from its package, others where $WINNOW_DATA or
 * ./data has them) by what they load, all of them by what they say when nothing is there.
 */
#include "harness/data/data.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

#define ROUNDING 1e-5F /* of a normalised value, a float of at most about 3 */

static size_t registered(void)
{
    size_t n = 0;
    while (dataset_at(n))
        n++;
    return n;
}

static void free_indices(struct criterion_test_params *params)
{
    cr_free(params->params);
}

static struct criterion_test_params each_dataset(void)
{
    const size_t n = registered();
    size_t *indices = cr_malloc(n * sizeof *indices);
    for (size_t i = 0; i < n; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, n, free_indices);
}

static void expect_valid(const struct dataset *data, const struct split *split, const char *name)
{
    for (size_t i = 0; i < split->n; i++) {
        cr_assert(split->labels[i] < data->classes, "%s label %zu is %d of %d classes", name, i,
                  split->labels[i], data->classes);
        cr_assert(split->origin[i] < data->train_file_n || split == &data->test,
                  "%s origin %zu is %u of %zu", name, i, split->origin[i], data->train_file_n);
        cr_assert(i == 0 || split->origin[i] > split->origin[i - 1],
                  "%s origin %zu is %u, after %u", name, i, split->origin[i],
                  split->origin[i ? i - 1 : 0]);
    }
}

static void expect_normalised(const struct dataset *data)
{
    enum { SAMPLES = 100 };
    const size_t picture = (size_t)data->h * (size_t)data->w * (size_t)data->c;
    uint32_t index[SAMPLES];
    float *out;
    MEM_NEW(out, SAMPLES * picture);
    for (uint32_t i = 0; i < SAMPLES; i++)
        index[i] = i;
    dataset_gather(data, &data->train, index, SAMPLES, NULL, out);
    for (size_t i = 0; i < SAMPLES * picture; i++) {
        const size_t k = i % (size_t)data->c;
        const float expected =
            (float)((data->train.pixels[i] / 255.0 - data->mean[k]) / data->stddev[k]);
        cr_assert(fabsf(out[i] - expected) < ROUNDING, "value %zu is %g, expected %g", i,
                  (double)out[i], (double)expected);
    }
    mem_free(out);
}

ParameterizedTestParameters(datasets, load_what_the_contract_says)
{
    return each_dataset();
}

ParameterizedTest(size_t *i, datasets, load_what_the_contract_says)
{
    const struct dataset_type *type = dataset_at(*i);
    struct arena arena = {0};
    struct dataset *data;
    struct err err;
    struct data_spec *spec = kind_defaults(&type->is, &arena);
    spec->train_limit = 1000;
    spec->test_limit = 200;
    spec->val_fraction = 0.1;
    const int failed = dataset_load(type, spec, 1, dataset_dirs(NULL, &arena), &data, &err);
    arena_release(&arena);
    if (failed) {
        const bool must_be_here =
            !strcmp(type->name, "synthetic") || !strcmp(type->name, "fashion-mnist");
        cr_assert(strstr(err.text, "not found; get it from") && !must_be_here, "%s", err.text);
        cr_skip_test("%s", err.text);
    }
    cr_expect(data->type == type);
    cr_expect(data->train.n == 900, "%zu", data->train.n);
    cr_expect(data->validation.n == 100, "%zu", data->validation.n);
    cr_expect(data->test.n == 200, "%zu", data->test.n);
    cr_expect(strlen(data->hash) == HASH_HEX_SIZE - 1 &&
                  strspn(data->hash, "0123456789abcdef") == HASH_HEX_SIZE - 1,
              "hash %s", data->hash);
    for (int k = 0; k < data->c; k++)
        cr_expect(data->mean[k] > 0 && data->mean[k] < 1 && data->stddev[k] > 0 &&
                      data->stddev[k] < 1,
                  "channel %d: %g, %g", k, data->mean[k], data->stddev[k]);
    for (int k = 0; data->class_names && k < data->classes; k++)
        cr_expect(data->class_names[k] && data->class_names[k][0], "class %d has no name", k);
    expect_valid(data, &data->train, "train");
    expect_valid(data, &data->validation, "validation");
    expect_valid(data, &data->test, "test");
    expect_normalised(data);
    dataset_free(data);
}

ParameterizedTestParameters(datasets, say_what_is_missing_and_where_to_get_it)
{
    return each_dataset();
}

ParameterizedTest(size_t *i, datasets, say_what_is_missing_and_where_to_get_it)
{
    const struct dataset_type *type = dataset_at(*i);
    const char *const dirs[] = {test_dir(), "/nowhere", NULL};
    struct arena arena = {0};
    struct dataset *data = NULL;
    struct err err;
    const int failed = dataset_load(type, kind_defaults(&type->is, &arena), 0, dirs, &data, &err);
    arena_release(&arena);
    if (!failed) {
        dataset_free(data); /* made, not read */
        return;
    }
    cr_expect_null(data);
    const char *const wanted[] = {type->name, type->source, dirs[0], dirs[1], "not found"};
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
        cr_expect_not_null(strstr(err.text, wanted[w]), "'%s' is not in '%s'", wanted[w], err.text);
}

Test(datasets, are_found_by_their_names_and_no_others)
{
    for (size_t i = 0; dataset_at(i); i++) {
        const struct dataset_type *type = dataset_at(i);
        cr_expect(dataset_find(type->name) == type, "%s is registered twice", type->name);
        cr_expect(type->help && type->help[0] && type->source && type->source[0], "%s", type->name);
        static const char *const common[] = {"train_limit", "test_limit", "val_fraction",
                                             "imbalance",   "noise",      "noise_kind",
                                             "labels",      "corrupt",    "corrupt_kind"};
        for (size_t o = 0; o < sizeof common / sizeof *common; o++)
            cr_expect_not_null(option_find(type->options, common[o]), "%s lacks %s", type->name,
                               common[o]);
    }
    cr_expect_null(dataset_find("imagenet"));
    cr_expect_null(dataset_find(""));
    cr_expect_null(dataset_at(registered() + 7));
}

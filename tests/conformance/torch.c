/*
 * torch: every model of models/models.def against the same network in PyTorch.
 *
 * tests/golden/torch/models.py has filled a network, pictures and labels with made-up numbers,
 * taken one step in float64, and written CASE.json: logits, loss, something of each gradient, and
 * logits in evaluation mode after the step. Here the same numbers are made up and the same is done.
 *
 * What float32 may change is in the file too, as `noise`: see models.py.
 */
#include "base/mem.h"
#include "base/str.h"
#include "models/model.h"
#include "tests/support/networks.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "tests/golden/torch";

/*
 * A deviation may be as large as the noise in the file made it in the worst of a few draws, and no
 * less than a few roundings of float32 in sums that partly cancel.
 */
static const double LEAST_TOLERANCE = 1e-5;

/*
 * A single entry may be off by more of its own size than the whole gradient is of its norm. With
 * plain sums, 6 standard deviations cover all the sampled entries of a case. Winograd's rounding is
 * ten times that and turns a relu over here and there: what that changes is what one channel got,
 * so all of the error may sit in one of up to 512 channels, sqrt(512) times what it would be if
 * spread evenly. Each case is therefore run both ways.
 */
struct way {
    struct nn_engine engine;
    double entry_deviations;
};
static const struct way WAYS[] = {{{.conv = "im2col"}, 6}, {{.conv = NULL}, 23}};

/* ---- Made-up numbers: models.py has the same ---- */

/* Streams; a parameter block's own number is its values'. */
enum { PICTURES = 1 << 20, LABELS = 1 << 21, POSITIONS = 1 << 22 };

static uint32_t mixed(uint32_t stream, size_t i)
{
    uint32_t h = (uint32_t)i * 0x9e3779b1U ^ (stream + 1) * 0x85ebca77U;
    h = (h ^ h >> 16) * 0x85ebca6bU;
    h = (h ^ h >> 13) * 0xc2b2ae35U;
    return h ^ h >> 16;
}

static void make_up(float *values, uint32_t stream, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(low + (high - low) * ((mixed(stream, i) >> 8) / 16777216.0));
}

/* ---- Golden files ---- */

static int is_case(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".json") == 0;
}

static size_t list_cases(struct dirent ***ret_files)
{
    const int count = scandir(folder, ret_files, is_case, alphasort);
    cr_assert(count > 0, "no cases in %s: run the tests in the repository's root", folder);
    return (size_t)count;
}

static void free_cases(struct dirent **files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(files[i]);
    free(files);
}

static json_t *load_case(const char *file)
{
    struct str path = {0};
    json_error_t error;
    str_addf(&path, "%s/%s", folder, file);
    json_t *json = json_load_file(str_text(&path), 0, &error);
    cr_assert(json != NULL, "%s:%d: %s", str_text(&path), error.line, error.text);
    str_release(&path);
    return json;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    cr_assert(json_is_number(value), "no number '%s'", key);
    return json_number_value(value);
}

static size_t whole(const json_t *object, const char *key)
{
    return (size_t)number(object, key);
}

static double item(const json_t *array, size_t i)
{
    cr_assert(i < json_array_size(array), "entry %zu of %zu", i, json_array_size(array));
    return json_number_value(json_array_get(array, i));
}

static struct nn_net *build(const json_t *golden)
{
    const struct model *model = model_find(json_string_value(json_object_get(golden, "model")));
    const json_t *input = json_object_get(golden, "input");
    const struct nn_shape shape = {(int)item(input, 0), (int)item(input, 1), (int)item(input, 2)};
    cr_assert(model != NULL);
    struct nn_net *net = NULL;
    struct err err;
    char *options;
    MEM_NEW(options, model->options_size);
    option_defaults(model->options, options);
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(golden, "options"), key, value)
    {
        const struct option *option = option_find(model->options, key);
        cr_assert(option != NULL, "%s has no option %s", model->name, key);
        cr_assert(option_set(option, options, json_string_value(value), NULL, &err) == 0, "%s",
                  err.text);
    }
    cr_assert(model_build(model, options, shape, (int)whole(golden, "classes"), &net, &err) == 0,
              "%s", err.text);
    mem_free(options);
    return net;
}

/* ---- Comparison ---- */

static double tolerance(const json_t *object)
{
    return fmax(number(object, "noise"), LEAST_TOLERANCE);
}

/* values[count] against those of the golden file; of the expected ones' norm. */
static void compare(const char *name, const json_t *golden, const char *key, const float *values,
                    size_t count)
{
    const json_t *object = json_object_get(golden, key), *all = json_object_get(object, "values");
    double gap = 0, norm = 0;
    cr_assert(json_array_size(all) == count, "%s: %zu %s, not %zu", name, count, key,
              json_array_size(all));
    for (size_t i = 0; i < count; i++) {
        gap += pow((double)values[i] - item(all, i), 2);
        norm += pow(item(all, i), 2);
    }
    const double error = sqrt(gap / norm);
    cr_expect(error <= tolerance(object), "%s: %s are off by %g of their norm, allowed is %g", name,
              key, error, tolerance(object));
}

/* gradient[count] of one parameter block */
static void compare_gradient(const char *name, const json_t *block, size_t index,
                             const float *gradient, double entry_deviations)
{
    const size_t count = whole(block, "count");
    const json_t *sampled = json_object_get(block, "sampled");
    const double norm = number(block, "norm"), allowed = tolerance(block),
                 typical = norm / sqrt((double)count);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)gradient[i];
        squares += (double)gradient[i] * (double)gradient[i];
    }
    const double norm_gap = fabs(sqrt(squares) - norm), sum_gap = fabs(sum - number(block, "sum"));
    cr_expect(norm_gap <= allowed * norm, "%s: gradient %zu has norm %g, not %g: off by %g > %g",
              name, index, sqrt(squares), norm, norm_gap / norm, allowed);
    /* |sum of errors| <= sqrt(count) |errors| */
    cr_expect(sum_gap <= allowed * norm * sqrt((double)count),
              "%s: gradient %zu has sum %g, not %g", name, index, sum, number(block, "sum"));
    for (size_t i = 0; i < json_array_size(sampled); i++) {
        const size_t at = mixed(POSITIONS + (uint32_t)index, i) % count;
        const double expected = item(sampled, i), gap = fabs((double)gradient[at] - expected);
        cr_expect(gap <= entry_deviations * allowed * fmax(typical, fabs(expected)),
                  "%s: gradient %zu, entry %zu of %zu is %g, not %g (%g is typical, %g allowed)",
                  name, index, at, count, (double)gradient[at], expected, typical, allowed);
    }
}

/* ---- One case ---- */

/* Fills the network's parameters, which must be those of the golden file. */
static void fill(struct nn_net *net, const char *name, const json_t *blocks)
{
    size_t at = 0, i;
    json_t *block;
    json_array_foreach(blocks, i, block) at += whole(block, "count");
    cr_assert(at == nn_param_count(net), "%s: %zu parameters, PyTorch has %zu", name,
              nn_param_count(net), at);
    at = 0;
    json_array_foreach(blocks, i, block)
    {
        make_up(nn_params(net) + at, (uint32_t)i, whole(block, "count"), number(block, "low"),
                number(block, "high"));
        at += whole(block, "count");
    }
}

static void check_case(const char *name, const struct way *way)
{
    json_t *golden = load_case(name), *block;
    const json_t *blocks = json_object_get(golden, "blocks");
    struct nn_net *net = build(golden);
    const struct nn_shape in = nn_shape_of(net, 0);
    const int n = (int)whole(golden, "n"), classes = nn_classes(net);
    const size_t logits = (size_t)n * (size_t)classes;
    uint16_t *labels;
    MEM_NEW(labels, (size_t)n);
    nn_net_plan(net, n, n, &way->engine);
    test_init(net, 1);
    fill(net, name, blocks);
    make_up(nn_input_buffer(net), PICTURES, (size_t)(n * in.h * in.w * in.c), -1.7, 1.7);
    for (int i = 0; i < n; i++)
        labels[i] = (uint16_t)(mixed(LABELS, (size_t)i) % (uint32_t)classes);

    nn_forward(net, n, &(struct nn_mode){.train = true});
    const float loss = (float)nn_loss(net, n, labels, NULL, 0, NULL);
    compare(name, golden, "logits", nn_logits(net), logits);
    compare(name, golden, "loss", &loss, 1);
    nn_backward(net, n);
    size_t at = 0, i;
    json_array_foreach(blocks, i, block)
    {
        compare_gradient(name, block, i, nn_gradients(net) + at, way->entry_deviations);
        at += whole(block, "count");
    }
    nn_forward(net, n, &(struct nn_mode){0});
    compare(name, golden, "evaluated", nn_logits(net), logits);

    nn_net_free(net);
    mem_free(labels);
    json_decref(golden);
}

ParameterizedTestParameters(torch, agrees)
{
    static size_t indices[64];
    struct dirent **files;
    const size_t count = list_cases(&files);
    cr_assert(count <= sizeof indices / sizeof *indices);
    for (size_t i = 0; i < count; i++)
        indices[i] = i;
    free_cases(files, count);
    return cr_make_param_array(size_t, indices, count);
}

ParameterizedTest(size_t *index, torch, agrees, .timeout = 60)
{
    struct dirent **files;
    const size_t count = list_cases(&files);
    for (size_t w = 0; w < sizeof WAYS / sizeof *WAYS; w++)
        check_case(files[*index]->d_name, &WAYS[w]);
    free_cases(files, count);
}

Test(torch, knows_every_model)
{
    struct dirent **files;
    const size_t count = list_cases(&files);
    for (size_t m = 0; model_at(m); m++) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++) {
            json_t *golden = load_case(files[i]->d_name);
            const char *model = json_string_value(json_object_get(golden, "model"));
            found = strcmp(model, model_at(m)->name) == 0;
            json_decref(golden);
        }
        cr_expect(found, "%s has no case in %s/models.py", model_at(m)->name, folder);
    }
    free_cases(files, count);
}

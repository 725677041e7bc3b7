/*
 * Optimisers against PyTorch's: tests/golden/optim/optim.py has taken the same steps in float64 and
 * written CASE.json, which says what all of its numbers are.
 */
#include "models/nn/optim.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "tests/golden/optim";

/* Of values of about 1 in 8 steps of float32, and what 64 times the learning rate makes of it. */
static const double TOLERANCE = 1e-5;

static int is_case(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".json") == 0;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* The network of the cases, as a store of parameters. */
static struct nn_net *new_net(const json_t *training)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 3});
    const int layers[] = {nn_linear(net, nn_input(net), 4), 2};
    nn_classifier(net, layers[0], 2);
    size_t i;
    const json_t *told;
    json_array_foreach(training, i, told)
    {
        const char *role = json_string_value(json_array_get(told, 1));
        nn_set_training(net, layers[json_integer_value(json_array_get(told, 0))],
                        strcmp(role, "biases") == 0 ? NN_BIASES : NN_WEIGHTS,
                        (struct nn_training){
                            .lr = json_number_value(json_array_get(told, 2)),
                            .decay = json_number_value(json_array_get(told, 3)),
                            .epochs = (int)json_integer_value(json_array_get(told, 4)),
                        });
    }
    nn_net_plan(net, 2, 1, &(struct nn_engine){.threads = 2});
    return net;
}

static struct optimizer_setting setting_of(const json_t *golden)
{
    const json_t *setting = json_object_get(golden, "setting"),
                 *lookahead = json_object_get(setting, "lookahead");
    const char *name = json_string_value(json_object_get(golden, "optimizer"));
    return (struct optimizer_setting){
        .kind = strcmp(name, "adamw") == 0 ? OPTIMIZER_ADAMW : OPTIMIZER_SGD,
        .beta2 = number(setting, "beta2"),
        .epsilon = number(setting, "epsilon"),
        .momentum = number(setting, "momentum"),
        .weight_decay = number(setting, "weight_decay"),
        .nesterov = json_is_true(json_object_get(setting, "nesterov")),
        .lookahead = {(int)json_number_value(json_array_get(lookahead, 0)),
                      json_number_value(json_array_get(lookahead, 1)),
                      json_number_value(json_array_get(lookahead, 2))},
    };
}

static void read_floats(float *ret_values, const json_t *array, size_t count)
{
    cr_assert(json_array_size(array) == count, "%zu numbers, not %zu", json_array_size(array),
              count);
    for (size_t i = 0; i < count; i++)
        ret_values[i] = (float)json_number_value(json_array_get(array, i));
}

static void assert_weights(const char *name, size_t step, struct nn_net *net, const json_t *weights)
{
    for (size_t i = 0; i < nn_param_count(net); i++) {
        const double expected = json_number_value(json_array_get(weights, i)),
                     found = (double)nn_params(net)[i];
        cr_assert(fabs(found - expected) <= TOLERANCE * fmax(1, fabs(expected)),
                  "%s, step %zu: weight %zu is %.9g, PyTorch has %.9g", name, step, i, found,
                  expected);
    }
}

static void check_case(const char *name)
{
    char path[300];
    json_error_t error;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    json_t *golden = json_load_file(path, 0, &error);
    cr_assert(golden != NULL, "%s:%d: %s", path, error.line, error.text);
    struct nn_net *net = new_net(json_object_get(golden, "training"));
    const struct optimizer_setting setting = setting_of(golden);
    const size_t count = nn_param_count(net);
    struct optimizer optimizer;
    optimizer_init(&optimizer, &setting, net);
    read_floats(nn_params(net), json_object_get(golden, "start"), count);
    optimizer_begin(&optimizer, net);
    size_t s;
    const json_t *step, *steps = json_object_get(golden, "steps");
    json_array_foreach(steps, s, step)
    {
        const json_t *weights = json_object_get(step, "weights");
        read_floats(nn_gradients(net), json_object_get(step, "gradients"), count);
        optimizer_step(&optimizer, net, number(step, "lr"), (int)number(step, "epoch"));
        optimizer_look_ahead(&optimizer, net, (double)(s + 1) / (double)json_array_size(steps));
        assert_weights(name, s, net, weights);
        for (size_t i = 0; i < count; i++)
            cr_assert(nn_gradients(net)[i] == 0, "%s, step %zu: gradient %zu is left", name, s, i);
    }
    cr_assert(s >= 8, "%s: %zu steps", name, s);
    optimizer_settle(&optimizer, net);
    const json_t *settled = json_object_get(golden, "settled");
    if (settled)
        assert_weights(name, s, net, settled);
    optimizer_release(&optimizer);
    nn_net_free(net);
    json_decref(golden);
}

Test(optim_torch, agrees)
{
    struct dirent **files;
    const int count = scandir(folder, &files, is_case, alphasort);
    cr_assert(count > 0, "no cases in %s: run the tests in the repository's root", folder);
    for (int i = 0; i < count; i++) {
        check_case(files[i]->d_name);
        free(files[i]);
    }
    free(files);
}

/*
 * The models that there are: their sizes as the literature gives them, and what they refuse.
 */
#include "models/model.h"

#include "base/mem.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const struct model_common none = {0};

static void assert_params(const char *name, struct nn_shape input, size_t expected)
{
    struct nn_net *net = test_build(model_find(name), input, 10);
    cr_assert(net != NULL, "%s does not build", name);
    cr_assert(nn_param_count(net) == expected, "%s has %zu parameters, not %zu", name,
              nn_param_count(net), expected);
    nn_net_free(net);
}

Test(model, sizes_are_those_of_the_papers)
{
    const struct nn_shape mnist = {28, 28, 1}, cifar = {32, 32, 3};
    assert_params("softmax", mnist, 784 * 10 + 10);
    assert_params("mlp", mnist, 784 * 256 + 256 + 256 * 10 + 10);
    assert_params("lenet", mnist, 61706);
    assert_params("lenet", (struct nn_shape){32, 32, 1}, 61706);
    /* The paper's 269,722 (shortcuts without parameters) and two 1 x 1 convolutions with norms. */
    assert_params("resnet20", cifar, 269722 + 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64);
    assert_params("resnet18", cifar, 11173962);
    assert_params("resnet34", cifar, 21282122);
    assert_params("resnet50", cifar, 23520842);
    /* resnet18 and two linear layers, c -> c/16 -> c, in each block. */
    size_t gates = 0;
    for (size_t c = 64; c <= 512; c *= 2)
        gates += 2 * (c * (c / 16) + c / 16 + (c / 16) * c + c);
    assert_params("senet18", cifar, 11173962 + gates);
    /* 9,231,114 with the biases that the norms take away again: 64 + 128 + 2 256 + 4 512. */
    assert_params("vgg11", cifar, 9231114 - 2752);
    assert_params("wrn16-4", cifar, 2748890);
    assert_params("airbench", cifar, 1971640);
    assert_params("airbench", mnist, 1971640 - 24 * 13 - 16 * 64 * 9 + 8 * 5);
}

/* Summed layer by layer. airbench: 312 of what whitens, then (24 + w + 4 w + 3 * 16 w) w 3 x 3
   filters, the norms' 18 w shifts, and 4 w 10 of the classifier. senet18: 27 w + 2724 w^2 filters,
   150 w of norms, 80 w + 10 of the classifier, and gates of c / 16 = 1, 2, 5 and 10 units. */
Test(model, widths_have_their_parameters)
{
    static const struct {
        const char *model, *width;
        size_t params;
    } known[] = {{"airbench", "16", 126808},
                 {"airbench", "32", 497528},
                 {"airbench", "64", 1971640},
                 {"senet18", "21", 1206691 + 128 + 424 + 1858 + 7076}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct model *model = model_find(known[i].model);
        struct nn_net *net = NULL;
        char *options;
        MEM_NEW(options, model->options_size);
        option_defaults(model->options, options);
        cr_assert_eq(
            option_set(option_find(model->options, "width"), options, known[i].width, NULL, NULL),
            0);
        cr_assert_eq(model_build(model, options, (struct nn_shape){32, 32, 3}, 10, &net, NULL), 0);
        cr_expect(nn_param_count(net) == known[i].params, "%s width %s: %zu, not %zu",
                  known[i].model, known[i].width, nn_param_count(net), known[i].params);
        nn_net_free(net);
        mem_free(options);
    }
}

Test(model, vgg_takes_pictures_that_end_as_one_pixel)
{
    struct nn_net *net = NULL;
    struct err err;
    cr_assert(model_build(model_find("vgg11"), &none, (struct nn_shape){15, 40, 3}, 10, &net,
                          &err) == -1);
    const char *expected = "vgg11: pictures must be 16 x 16 or larger, these are 15 x 40";
    cr_assert(strcmp(err.text, expected) == 0, "'%s', not '%s'", err.text, expected);
    const int sides[] = {16, 28, 32};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        net = test_build(model_find("vgg11"), (struct nn_shape){sides[i], sides[i], 1}, 10);
        cr_assert(net != NULL && nn_feature_count(net) == 512, "%d", sides[i]);
        nn_net_free(net);
    }
}

Test(model, features_are_what_the_classifier_reads)
{
    struct nn_net *net = test_build(model_find("resnet8"), (struct nn_shape){28, 28, 1}, 10);
    cr_assert(nn_feature_count(net) == 64, "%d features", nn_feature_count(net));
    nn_net_free(net);
    net = test_build(model_find("lenet"), (struct nn_shape){28, 28, 1}, 10);
    cr_assert(nn_feature_count(net) == 84, "%d features", nn_feature_count(net));
    nn_net_free(net);
    net = test_build(model_find("convnet"), (struct nn_shape){28, 28, 1}, 10);
    cr_assert(nn_feature_count(net) == 3 * 3 * 128, "%d features", nn_feature_count(net));
    nn_net_free(net);
}

static struct nn_net *build_with_bottleneck(const struct model *model, const char *units)
{
    const struct option *option = option_find(model->options, "bottleneck");
    struct nn_net *net;
    struct err err;
    char *options;
    cr_assert(option != NULL, "%s has no bottleneck", model->name);
    MEM_NEW(options, model->options_size);
    option_defaults(model->options, options);
    cr_assert(option_set(option, options, units, NULL, &err) == 0, "%s", err.text);
    cr_assert(model_build(model, options, (struct nn_shape){28, 28, 1}, 10, &net, &err) == 0, "%s",
              err.text);
    mem_free(options);
    return net;
}

/* The last two layers are c x units and units x 10 in place of c x 10; the first of them has
   biases, the last where it had them. */
Test(model, bottleneck_is_what_the_classifier_reads_in_every_model)
{
    const struct model *model;
    for (size_t i = 0; (model = model_at(i)); i++) {
        struct nn_net *plain = build_with_bottleneck(model, "none"),
                      *usual = test_build(model, (struct nn_shape){28, 28, 1}, 10),
                      *narrow = build_with_bottleneck(model, "50");
        const size_t c = (size_t)nn_feature_count(plain);
        nn_net_plan(plain, 1, 1, NULL);
        const size_t biases = nn_classifier_bias(plain) ? 1 : 0;
        const size_t expected =
            nn_param_count(plain) - (c + biases) * 10 + (c + 1) * 50 + (50 + biases) * 10;
        cr_assert(nn_param_count(usual) == nn_param_count(plain), "%s", model->name);
        cr_assert(nn_feature_count(narrow) == 50, "%s: %d features", model->name,
                  nn_feature_count(narrow));
        cr_assert(nn_param_count(narrow) == expected, "%s: %zu parameters, not %zu", model->name,
                  nn_param_count(narrow), expected);
        nn_net_free(plain);
        nn_net_free(usual);
        nn_net_free(narrow);
    }
}

/* No activation: the units take both signs, and are a linear function of the layer before. */
Test(model, bottleneck_is_linear_and_leaves_the_other_initial_weights_alone)
{
    enum { N = 4, UNITS = 8, PIXELS = 28 * 28 };
    const struct model *model = model_find("softmax");
    struct nn_net *net = build_with_bottleneck(model, "8");
    nn_net_plan(net, N, N, NULL);
    nn_net_init(net, 1);
    test_fill_normal(nn_input_buffer(net), N * PIXELS, 0);
    const float *x = nn_input_buffer(net), *w = nn_params(net);
    nn_forward(net, N, &(struct nn_mode){0});
    int negative = 0;
    double squares = 0;
    for (size_t u = 0; u < UNITS; u++) {
        double sum = 0;
        for (size_t p = 0; p < PIXELS; p++) {
            sum += (double)x[p] * (double)w[u * PIXELS + p];
            squares += (double)w[u * PIXELS + p] * (double)w[u * PIXELS + p];
        }
        cr_assert(fabs(sum - (double)nn_features(net)[u]) < 1e-4, "unit %zu is %g, not %g", u,
                  (double)nn_features(net)[u], sum);
        negative += sum < 0;
    }
    cr_assert(negative > 0 && negative < UNITS, "%d of 8 units are negative", negative);
    cr_assert(fabs(squares / UNITS - 1) < 0.1, "gain %g", sqrt(squares / UNITS));
    nn_net_free(net);

    struct nn_net *plain = build_with_bottleneck(model_find("lenet"), "none"),
                  *narrow = build_with_bottleneck(model_find("lenet"), "8");
    nn_net_plan(plain, 1, 1, NULL);
    nn_net_plan(narrow, 1, 1, NULL);
    nn_net_init(plain, 3);
    nn_net_init(narrow, 3);
    const size_t before = nn_param_count(plain) - 85 * 10;
    cr_assert(memcmp(nn_params(plain), nn_params(narrow), before * sizeof(float)) == 0);
    nn_net_free(plain);
    nn_net_free(narrow);
}

Test(model, unknown_names_are_not_found)
{
    cr_assert(model_find("resnet19") == NULL);
    cr_assert(model_find("") == NULL);
}

/* pairs: option, value, ..., NULL */
static int build_convnet(struct nn_shape input, const char *const *pairs, struct err *err)
{
    const struct model *model = model_find("convnet");
    struct nn_net *net = NULL;
    char *options;
    MEM_NEW(options, model->options_size);
    option_defaults(model->options, options);
    for (; *pairs; pairs += 2)
        cr_assert(option_set(option_find(model->options, pairs[0]), options, pairs[1], NULL, err) ==
                      0,
                  "%s: %s", pairs[0], err->text);
    const int failed = model_build(model, options, input, 10, &net, err);
    nn_net_free(net);
    mem_free(options);
    return failed;
}

Test(model, convnet_refuses_poolings_that_do_not_fit)
{
    const char *const deep[] = {"depth", "4", NULL}, *const flat[] = {"depth", "4", "pooling",
                                                                      "none", NULL};
    struct err err;
    cr_assert(build_convnet((struct nn_shape){16, 16, 1}, deep, &err) == 0, "%s", err.text);
    cr_assert(build_convnet((struct nn_shape){12, 40, 1}, flat, &err) == 0, "%s", err.text);
    cr_assert(build_convnet((struct nn_shape){12, 40, 1}, deep, &err) == -1);
    const char *expected =
        "convnet: depth 4 halves the picture 4 times, but it is only 12 x 40 pixels";
    cr_assert(strcmp(err.text, expected) == 0, "'%s', not '%s'", err.text, expected);
}

Test(model, convnet_refuses_groups_that_do_not_divide_the_width)
{
    const char *const odd[] = {"width", "30", "normalisation", "group", NULL};
    struct err err;
    cr_assert(build_convnet((struct nn_shape){28, 28, 1}, odd, &err) == -1);
    cr_assert(strstr(err.text, "divisible by 4, not 30") != NULL, "%s", err.text);
}

Test(model, nonsense_is_refused)
{
    struct nn_net *net;
    struct err err;
    cr_assert(model_build(model_find("softmax"), &none, (struct nn_shape){28, 28, 1}, 1, &net,
                          &err) == -1);
    cr_assert(model_build(model_find("softmax"), &none, (struct nn_shape){0, 28, 1}, 10, &net,
                          &err) == -1);
    cr_assert(strncmp(err.text, "softmax: ", 9) == 0, "%s", err.text);
}

/*
 * Every model of models/models.def: fits the pictures it is meant for, passes the gradient check,
 * can learn samples by heart, treats samples alone as in a batch, and repeats itself bit by bit.
 */
#include "base/mem.h"
#include "models/nn/conv/conv.h"
#include "models/nn/optim.h"
#include "tests/support/each.h"
#include "tests/support/gradcheck.h"
#include "tests/support/networks.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Relative error of one parameter block's gradient. Kinks of relu and max leave some per cent with
 * float32 (tests/support/gradcheck.c); what a model can do wrong, its wiring, is off by far more.
 */
static const double GRADIENT_TOLERANCE = 0.1;
/* Of a large network's gradient as a whole. The kinks average out. */
static const double WHOLE_GRADIENT_TOLERANCE = 0.05;
static const double BATCH_TOLERANCE = 1e-4; /* of the largest logit */
static const double LEARNT_LOSS = 0.05;

enum { CLASSES = 4, LEARNT_SAMPLES = 32, LEARNING_STEPS = 300 };

/*
 * Parameters of a large network: its gradient is checked as a whole, and it learns a quarter of the
 * samples by heart. make soak takes the large ones as the others, but for those whose gradient
 * would take minutes block by block.
 */
enum { LARGE = 10000000, LARGE_IN_SOAK = 15000000 };

static bool is_large(const struct nn_net *net)
{
    return nn_param_count(net) > (test_soak() ? LARGE_IN_SOAK : LARGE);
}

/* The smallest pictures, not square and of two channels, that suit the model. */
static struct nn_net *new_small(const struct model *model)
{
    for (int size = 8; size <= 32; size += 4) {
        struct nn_net *net = test_build(model, (struct nn_shape){size, size + 1, 2}, CLASSES);
        if (net)
            return net;
    }
    cr_assert_fail("%s fits no picture up to 32 x 33", model->name);
    return NULL;
}

static size_t input_floats(const struct nn_net *net)
{
    const struct nn_shape in = nn_shape_of(net, 0);
    return (size_t)(in.h * in.w * in.c);
}

/* The same, planned and initialised, with a batch of n pictures and their labels. */
static struct nn_net *new_ready(const struct model *model, int n, const struct nn_engine *engine,
                                uint16_t *ret_labels)
{
    struct nn_net *net = new_small(model);
    nn_net_plan(net, n, n, engine);
    test_init(net, 1);
    test_fill_normal(nn_input_buffer(net), (size_t)n * input_floats(net), 0);
    test_fill_labels(ret_labels, (size_t)n, CLASSES);
    return net;
}

/* ---- Building ---- */

EACH(models, fit_the_usual_pictures, model_at)
{
    const struct model *model = model_at(index);
    const struct nn_shape usual[] = {{28, 28, 1}, {32, 32, 3}};
    cr_assert(model_find(model->name) == model, "%s is not found by its name", model->name);
    cr_assert(model->help != NULL && model->build != NULL);
    for (size_t i = 0; i < 2; i++) {
        struct nn_net *net = test_build(model, usual[i], 10);
        cr_assert(net != NULL, "%s does not fit %d x %d", model->name, usual[i].h, usual[i].w);
        cr_assert(nn_classes(net) == 10, "%d classes", nn_classes(net));
        cr_assert(nn_feature_count(net) > 0 && nn_param_count(net) > 0);
        cr_assert(nn_flops_backward(net, 0) >= nn_flops_forward(net),
                  "%s: %g FLOP forward, %g backward", model->name, nn_flops_forward(net),
                  nn_flops_backward(net, 0));
        nn_net_free(net);
    }
}

/* An option set to one end of its range or one of its choices builds and computes, or is refused
   with a reason. */
static void try_option(const struct model *model, const struct option *option, const char *value)
{
    char *options;
    struct nn_net *net;
    struct err err;
    MEM_NEW(options, model->options_size);
    option_defaults(model->options, options);
    cr_assert(option_set(option, options, value, NULL, &err) == 0, "%s", err.text);
    if (model_build(model, options, (struct nn_shape){16, 17, 1}, CLASSES, &net, &err)) {
        cr_assert(strncmp(err.text, model->name, strlen(model->name)) == 0, "%s", err.text);
    } else {
        uint16_t labels[2] = {0, 3};
        nn_net_plan(net, 2, 1, NULL);
        test_init(net, 1);
        test_fill_normal(nn_input_buffer(net), 2 * input_floats(net), 0);
        const double loss = test_step(net, 2, labels, 0);
        cr_assert(loss > 0 && loss < 100, "%s: %s: %s: loss %g", model->name, option->name, value,
                  loss);
        nn_net_free(net);
    }
    mem_free(options);
}

EACH(models, build_with_every_choice, model_at)
{
    const struct model *model = model_at(index);
    for (const struct option *o = model->options; o && o->name; o++) {
        char value[64];
        for (size_t i = 0; o->type == OPTION_ENUM && o->choices[i]; i++)
            try_option(model, o, o->choices[i]);
        if (o->type == OPTION_INT || o->type == OPTION_DOUBLE)
            for (int end = 0; end < 2; end++) {
                snprintf(value, sizeof value, "%.15g", end ? o->max : o->min);
                try_option(model, o, value);
            }
    }
}

/* ---- Gradients ---- */

/*
 * Relative error of the gradient g as a whole: the loss along it, L(w + h g/|g|) - L(w - h g/|g|),
 * against 2h |g|. h is such that the loss should change by so much to either side: the slopes are
 * steep and bend soon. The best of two counts, as in tests/support/gradcheck.c.
 */
static double whole_gradient_error(struct nn_net *net, int n, const uint16_t *labels)
{
    const double changes[] = {0.03, 0.01};
    const size_t count = nn_param_count(net);
    float *params = nn_params(net), *start, *direction;
    double norm = 0, best = HUGE_VAL;
    MEM_NEW(start, count);
    MEM_NEW(direction, count);
    test_gradients(net, n, labels, 0);
    memcpy(start, params, count * sizeof *params);
    memcpy(direction, nn_gradients(net), count * sizeof *direction);
    for (size_t i = 0; i < count; i++)
        norm += (double)direction[i] * (double)direction[i];
    norm = sqrt(norm);
    for (size_t s = 0; s < sizeof changes / sizeof *changes; s++) {
        const double h = changes[s] / norm;
        double change = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            for (size_t i = 0; i < count; i++)
                params[i] = start[i] + (float)(sign * h / norm * (double)direction[i]);
            nn_forward(net, n, &(struct nn_mode){.train = true, .seed = 1});
            change += sign * nn_loss(net, n, labels, NULL, 0, NULL);
        }
        best = fmin(best, fabs(change / (2 * h * norm) - 1));
    }
    mem_free(start);
    mem_free(direction);
    return best;
}

/* Differences of losses want the least rounding: Winograd's is ten times that of plain sums. What
   each implementation computes is checked in convs.c. */
static const struct nn_engine PRECISE = {.conv = "im2col"};

/* Of the large ones tests/conformance/torch.c compares each block with PyTorch's. */
EACH(models, pass_the_gradient_check, model_at, .timeout = 600)
{
    enum { N = 8 };
    const struct model *model = model_at(index);
    uint16_t labels[N];
    struct nn_net *net = new_ready(model, N, &PRECISE, labels);
    if (is_large(net)) {
        const double error = whole_gradient_error(net, N, labels);
        cr_assert(error <= WHOLE_GRADIENT_TOLERANCE, "%s: the gradient is wrong by %g", model->name,
                  error);
    } else {
        const struct gradcheck found = nn_gradcheck(net, N, labels, 3, false);
        cr_assert(found.checked > 0);
        cr_assert(found.worst <= GRADIENT_TOLERANCE, "%s: block %d is wrong by %g of its gradient",
                  model->name, found.worst_block, found.worst);
    }
    nn_net_free(net);
}

/* ---- Learning ---- */

EACH(models, learn_samples_by_heart, model_at, .timeout = 600)
{
    const struct model *model = model_at(index);
    uint16_t labels[LEARNT_SAMPLES];
    struct nn_net *net = new_ready(model, LEARNT_SAMPLES, NULL, labels);
    struct optimizer optimizer;
    optimizer_init(&optimizer, &(struct optimizer_setting){.momentum = 0.9}, net);
    const int n = is_large(net) && !test_soak() ? LEARNT_SAMPLES / 4 : LEARNT_SAMPLES;
    double loss = 100, first = 0;
    uint32_t step = 0;
    for (; step < LEARNING_STEPS && loss > LEARNT_LOSS; step++) {
        loss = test_gradients(net, n, labels, step);
        optimizer_step(&optimizer, net, 0.02, 0);
        first = step ? first : loss;
    }
    cr_assert(first > 10 * LEARNT_LOSS, "%s starts at loss %g", model->name, first);
    cr_assert(loss <= LEARNT_LOSS, "%s: loss %g after %u steps, %g at first", model->name, loss,
              step, first);
    optimizer_release(&optimizer);
    nn_net_free(net);
}

/* ---- Divergence must show ---- */

EACH(models, let_nan_through, model_at)
{
    enum { N = 3 };
    const struct model *model = model_at(index);
    uint16_t labels[N];
    struct nn_net *net = new_ready(model, N, NULL, labels);
    float losses[N];
    const size_t middle = input_floats(net) / 2;
    nn_input_buffer(net)[input_floats(net) + middle] = NAN;
    nn_forward(net, N, &(struct nn_mode){0});
    nn_loss(net, N, labels, NULL, 0, losses);
    for (size_t i = 0; i < N; i++)
        cr_assert(!isfinite(losses[i]) == (i == 1), "%s: loss %zu is %g, sample 1 has a NaN",
                  model->name, i, (double)losses[i]);
    nn_net_free(net);
}

/* ---- Batches ---- */

/* Both networks are given the same weights, running statistics and pictures; they are evaluated
   in pieces of different size. */
EACH(models, treat_a_row_alone_as_in_a_batch, model_at)
{
    enum { N = 6, PIECE = 2 };
    const struct model *model = model_at(index);
    const struct nn_mode eval = {0};
    struct nn_net *whole = new_small(model), *parts = new_small(model);
    const size_t floats = input_floats(whole), features = (size_t)nn_feature_count(whole);
    uint16_t labels[N];
    float *pictures;
    MEM_NEW(pictures, N * floats);
    test_fill_normal(pictures, N * floats, 2);
    test_fill_labels(labels, N, CLASSES);
    nn_net_plan(whole, PIECE, N, NULL);
    nn_net_plan(parts, N, PIECE, NULL);

    /* A step of training first, so that running statistics are no longer the initial ones. */
    test_init(parts, 1);
    memcpy(nn_input_buffer(parts), pictures, N * floats * sizeof *pictures);
    test_step(parts, N, labels, 0);
    memcpy(nn_params(whole), nn_params(parts), nn_param_count(whole) * sizeof(float));
    memcpy(nn_buffers(whole), nn_buffers(parts), nn_buffer_count(whole) * sizeof(float));

    memcpy(nn_input_buffer(whole), pictures, N * floats * sizeof *pictures);
    nn_forward(whole, N, &eval);
    for (int size = 1; size <= PIECE; size++)
        for (size_t i = 0; i + (size_t)size <= N; i += (size_t)size) {
            memcpy(nn_input_buffer(parts), pictures + i * floats,
                   (size_t)size * floats * sizeof *pictures);
            nn_forward(parts, size, &eval);
            const double logit_gap = test_distance(nn_logits(parts), nn_logits(whole) + i * CLASSES,
                                                   (size_t)size * CLASSES),
                         feature_gap =
                             test_distance(nn_features(parts), nn_features(whole) + i * features,
                                           (size_t)size * features);
            cr_assert(logit_gap <= BATCH_TOLERANCE, "%s: logits of row %zu differ by %g",
                      model->name, i, logit_gap);
            cr_assert(feature_gap <= BATCH_TOLERANCE, "%s: features of row %zu differ by %g",
                      model->name, i, feature_gap);
        }
    mem_free(pictures);
    nn_net_free(whole);
    nn_net_free(parts);
}

/* ---- What a batch costs ---- */

/* Steps of n pictures in a network that is planned for more: what is computed is at most an eighth
   more than what is asked for, in training and in evaluation. */
static void count_rows(const struct model *model, const struct nn_engine *engine)
{
    enum { N = 18, EIGHTH = 8 };
    static const int steps[] = {N, 1, 7, 17};
    uint16_t labels[N];
    struct nn_net *net = new_ready(model, N, engine, labels);
    int64_t asked = 0, most = 0;
    for (size_t i = is_large(net) ? 1 : 0; i < sizeof steps / sizeof *steps; i++) {
        const int n = steps[i];
        asked += n;
        most += n + n / EIGHTH;
        nn_forward(net, n, &(struct nn_mode){0});
        test_gradients(net, n, labels, (uint32_t)i);
        const struct nn_rows rows = nn_rows(net);
        cr_assert(rows.backward >= asked && rows.backward <= most && rows.forward >= 2 * asked &&
                      rows.forward <= 2 * most,
                  "%s: %lld forward and %lld backward are computed, %lld and %lld asked for",
                  model->name, (long long)rows.forward, (long long)rows.backward,
                  2 * (long long)asked, (long long)asked);
    }
    nn_net_free(net);
}

EACH(models, compute_no_more_than_is_asked, model_at)
{
    if (conv_impl_find("onednn")) /* the documents' tree has a registry of its own */
        count_rows(model_at(index), &(struct nn_engine){.conv = "onednn"});
}

/* ---- Repeatability ---- */

/* Three steps, the last with a smaller batch; `watched` also evaluates in between. */
static struct nn_net *new_trained(const struct model *model, int eval_batch, bool watched)
{
    enum { N = 8, LAST = 5 };
    struct nn_net *net = new_small(model);
    uint16_t labels[N];
    test_fill_labels(labels, N, CLASSES);
    nn_net_plan(net, N, eval_batch, NULL);
    test_init(net, 42);
    for (uint32_t step = 0; step < 3; step++) {
        if (watched) {
            test_fill_normal(nn_input_buffer(net), input_floats(net), 100);
            nn_forward(net, 1, &(struct nn_mode){0});
            nn_loss(net, 1, labels, NULL, 0, NULL);
        }
        test_fill_normal(nn_input_buffer(net), N * input_floats(net), step);
        test_step(net, step == 2 ? LAST : N, labels, step);
    }
    return net;
}

EACH(models, repeat_themselves_bit_by_bit, model_at)
{
    const struct model *model = model_at(index);
    struct nn_net *one = new_trained(model, 4, false), *two = new_trained(model, 9, true);
    cr_assert(memcmp(nn_params(one), nn_params(two), nn_param_count(one) * sizeof(float)) == 0,
              "%s: weights differ after the same three steps", model->name);
    cr_assert(memcmp(nn_buffers(one), nn_buffers(two), nn_buffer_count(one) * sizeof(float)) == 0,
              "%s: running statistics differ after the same three steps", model->name);
    nn_net_free(one);
    nn_net_free(two);
}

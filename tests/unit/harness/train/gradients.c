/* Scoring passes that lend gradients and the classifier. */
#include "base/mem.h"
#include "harness/data/synthetic.h"
#include "harness/train/trainer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { SAMPLES = 50, BATCH = 16, CLASSES = 4 };
static const double ROUNDING = 1e-3; /* of a norm */

struct bench {
    struct dataset *data;
    struct recipe recipe;
    struct engine engine;
    struct trainer trainer;
    struct observer observer;
    struct work work;
    struct arena arena;
};

static void setup(struct bench *b, const char *model_name, int threads, unsigned needs, int limit)
{
    const struct model *model = model_find(model_name);
    const struct dataset_type *type = dataset_find("synthetic");
    const char *const dirs[] = {NULL};
    struct synthetic_options spec = {0};
    struct err err;
    *b = (struct bench){0};
    option_defaults(type->options, &spec);
    option_defaults(engine_options, &b->engine);
    option_defaults(recipe_options, &b->recipe);
    void *options = arena_alloc(&b->arena, 1, model->options_size);
    option_defaults(model->options, options);
    spec.samples = SAMPLES;
    spec.classes = CLASSES;
    spec.common.train_limit = limit;
    spec.size = model->smallest > 8;
    b->engine.threads = threads;
    b->recipe.batch = BATCH;
    b->recipe.label_smoothing = 0.1;
    cr_assert_eq(dataset_load(type, &spec.common, 1, dirs, &b->data, &err), 0, "%s", err.text);
    cr_assert_eq(
        trainer_init(&b->trainer, model, options, b->data, &b->recipe, &b->engine, 1, &err), 0,
        "%s", err.text);
    observer_init(&b->observer, needs, b->data->train.n, CLASSES,
                  (size_t)nn_feature_count(b->trainer.net), b->data->train.labels);
}

static void teardown(struct bench *b)
{
    observer_release(&b->observer);
    trainer_release(&b->trainer);
    dataset_free(b->data);
    arena_release(&b->arena);
}

static void train(struct bench *b, int epoch)
{
    uint32_t index[SAMPLES];
    float weight[SAMPLES];
    const struct pruner_selection all = {
        .count = b->data->train.n, .index = index, .weight = weight};
    double loss;
    struct err err;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        index[i] = i;
        weight[i] = 1;
    }
    cr_assert_eq(
        trainer_epoch(&b->trainer, epoch, 4, &all, NULL, &b->observer, &b->work, &loss, &err), 0,
        "%s", err.text);
}

static double norm(const float *values, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)values[i] * (double)values[i];
    return sqrt(squares);
}

/* The gradient of the mean, plain loss of all samples, which are one batch, in frozen mode. */
static double whole_norm(struct bench *b)
{
    struct nn_net *net = b->trainer.net;
    const struct split *split = &b->data->train;
    uint32_t index[BATCH];
    for (uint32_t i = 0; i < split->n; i++)
        index[i] = i;
    dataset_gather(b->data, split, index, split->n, NULL, nn_input_buffer(net));
    nn_forward(net, (int)split->n, &(struct nn_mode){.train = true, .frozen = true});
    nn_loss(net, (int)split->n, split->labels, NULL, 0, NULL);
    nn_backward(net, (int)split->n);
    const double length = norm(nn_gradients(net), nn_param_count(net));
    nn_zero_gradients(net);
    return length;
}

Test(gradients, of_one_sample_are_those_of_backward)
{
    struct bench b;
    setup(&b, "convnet", 1, NEEDS_GRADIENTS, 1);
    train(&b, 0);
    trainer_pass(&b.trainer, &b.data->train, &b.observer, &b.work);
    const double length = whole_norm(&b);
    const struct pruner_pass pass = observer_pass(&b.observer, 0, 1, false);
    cr_expect(fabs((double)pass.gradient_norms[0] - length) <= ROUNDING * length, "%g, not %g",
              (double)pass.gradient_norms[0], length);
    cr_expect(fabs((double)pass.gradient_dots[0] - length * length) <= ROUNDING * length * length,
              "%g, not %g", (double)pass.gradient_dots[0], length * length);
    teardown(&b);
}

/* gbar . gbar is the mean of g_i . gbar: one batch and several must agree with it. */
Test(gradients, products_are_with_the_mean_over_the_split)
{
    for (int threads = 1; threads <= 3; threads++) {
        struct bench b;
        setup(&b, "resnet8", threads, NEEDS_GRADIENTS, BATCH - 3);
        train(&b, 0);
        trainer_pass(&b.trainer, &b.data->train, &b.observer, &b.work);
        const double length = whole_norm(&b);
        double mean = 0;
        for (size_t i = 0; i < b.data->train.n; i++)
            mean += (double)b.observer.gradient_dots[i] / (double)b.data->train.n;
        cr_expect(fabs(mean - length * length) <= ROUNDING * length * length,
                  "%d threads: %g, not %g", threads, mean, length * length);
        teardown(&b);
    }
}

Test(gradients, threads_and_batches_agree)
{
    struct bench one, two;
    setup(&one, "resnet8", 1, NEEDS_GRADIENTS, 0);
    setup(&two, "resnet8", 2, NEEDS_GRADIENTS, 0);
    trainer_pass(&one.trainer, &one.data->train, &one.observer, &one.work);
    two.recipe.batch = 7; /* several batches, and a last one that is smaller */
    trainer_pass(&two.trainer, &two.data->train, &two.observer, &two.work);
    for (size_t i = 0; i < SAMPLES; i++) {
        const double length = (double)one.observer.gradient_norms[i],
                     norm_gap = fabs((double)two.observer.gradient_norms[i] - length),
                     dot_gap = fabs((double)two.observer.gradient_dots[i] -
                                    (double)one.observer.gradient_dots[i]);
        cr_expect(norm_gap <= ROUNDING * length, "sample %zu: norms differ by %g of %g", i,
                  norm_gap, length);
        cr_expect(dot_gap <= ROUNDING * length * length, "sample %zu: products differ by %g", i,
                  dot_gap);
    }
    teardown(&one);
    teardown(&two);
}

/* A look must not change what is looked at. */
Test(gradients, training_goes_on_as_if_nobody_had_looked)
{
    for (int threads = 1; threads <= 2; threads++) {
        struct bench watched, alone;
        setup(&watched, "resnet8", threads, NEEDS_GRADIENTS, 0);
        setup(&alone, "resnet8", threads, 0, 0);
        for (int epoch = 0; epoch < 2; epoch++) {
            trainer_pass(&watched.trainer, &watched.data->train, &watched.observer, &watched.work);
            train(&watched, epoch);
            train(&alone, epoch);
        }
        cr_expect(!memcmp(nn_params(watched.trainer.net), nn_params(alone.trainer.net),
                          nn_param_count(alone.trainer.net) * sizeof(float)));
        cr_expect(!memcmp(nn_buffers(watched.trainer.net), nn_buffers(alone.trainer.net),
                          nn_buffer_count(alone.trainer.net) * sizeof(float)));
        teardown(&watched);
        teardown(&alone);
    }
}

Test(gradients, three_looks_are_counted)
{
    struct bench b;
    setup(&b, "softmax", 1, NEEDS_GRADIENTS, 0);
    trainer_pass(&b.trainer, &b.data->train, &b.observer, &b.work);
    cr_expect_eq(b.work.samples_forward, 3 * SAMPLES);
    cr_expect_eq(b.work.samples_backward, 2 * SAMPLES);
    teardown(&b);
}

/* Neither dropout nor label smoothing is in them. softmax: ||(p - e) (x) [x; 1]||. */
Test(gradients, have_the_closed_form_where_there_is_one)
{
    struct bench b;
    setup(&b, "softmax", 2, NEEDS_GRADIENTS | NEEDS_LAST_GRADIENTS, 0);
    train(&b, 0);
    trainer_pass(&b.trainer, &b.data->train, &b.observer, &b.work);
    const size_t width = b.observer.feature_count;
    for (size_t i = 0; i < SAMPLES; i++) {
        float error[CLASSES];
        memcpy(error, b.observer.probabilities + i * CLASSES, sizeof error);
        error[b.data->train.labels[i]] -= 1;
        const double x = norm(b.observer.features + i * width, width),
                     length = norm(error, CLASSES) * sqrt(x * x + 1);
        cr_expect(fabs((double)b.observer.gradient_norms[i] - length) <= ROUNDING * length,
                  "sample %zu: %g, not %g", i, (double)b.observer.gradient_norms[i], length);
    }
    teardown(&b);
}

/* ---- The classifier ---- */

/* A classifier without one has the bias 0. */
static void check_classifier(const char *model)
{
    struct bench b;
    setup(&b, model, 1, NEEDS_CLASSIFIER | NEEDS_FEATURES | NEEDS_LOGITS, 0);
    train(&b, 0);
    const struct pruner_pass training = observer_pass(&b.observer, 0, 1, true);
    const size_t width = training.feature_count, row = width + 1;
    for (size_t c = 0; c < CLASSES; c++) { /* that of the network as the epoch left it */
        const float *lent = training.classifier + c * row;
        cr_expect(
            !memcmp(lent, nn_classifier_weights(b.trainer.net) + c * width, width * sizeof *lent));
        const float *bias = nn_classifier_bias(b.trainer.net);
        cr_expect_eq(lent[width], bias ? bias[c] : 0, "%s", model);
    }
    trainer_pass(&b.trainer, &b.data->train, &b.observer, &b.work);
    const struct pruner_pass pass = observer_pass(&b.observer, 0, 1, false);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t c = 0; c < CLASSES; c++) {
            double z = (double)pass.classifier[c * row + width];
            for (size_t f = 0; f < width; f++)
                z += (double)pass.classifier[c * row + f] * (double)pass.features[i * width + f];
            cr_expect(fabs(z - (double)pass.logits[i * CLASSES + c]) <= 1e-4 * fmax(1, fabs(z)),
                      "sample %zu, class %zu: %g, not %g", i, c,
                      (double)pass.logits[i * CLASSES + c], z);
        }
    teardown(&b);
}

Test(gradients, classifier_is_lent_with_its_bias_last)
{
    check_classifier("convnet");
    check_classifier("airbench");
}

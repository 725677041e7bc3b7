/*
 * Threads inside a network, and bfloat16: the same network in several threads computes what it does
 * in one, always the same bits; what remains of a batch is shared too.
 */
#include "base/mem.h"
#include "models/nn/nn.h"
#include "models/nn/optim.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { BATCH = 7, H = 8, W = 8, C = 3, CLASSES = 4, STEPS = 3 };

/* Float sums of the same values in another order. */
static const double TOLERANCE = 1e-4;
/* 8 bits of precision, through two convolutions, two norms and their gradients. */
static const double BF16_TOLERANCE = 0.1;

/* A residual network in small: all that threads must agree about. */
static struct nn_net *new_net(const struct nn_engine *engine)
{
    struct nn_net *net = nn_net_new((struct nn_shape){H, W, C});
    int x = nn_input(net);
    x = nn_conv2d(net, x, (struct nn_conv){.out = 16, .kernel = 3, .pad = 1});
    x = nn_relu(net, nn_batch_norm(net, x));
    const int y = nn_conv2d(net, x, (struct nn_conv){.out = 16, .kernel = 3, .pad = 1});
    x = nn_relu(net, nn_add(net, nn_batch_norm(net, y), x));
    x = nn_avg_pool(net, nn_sigmoid(net, x), 2, 2);
    x = nn_global_avg_pool(net, nn_group_norm(net, x, 4));
    nn_classifier(net, nn_relu(net, nn_linear(net, x, 12)), CLASSES);
    nn_net_plan(net, BATCH, 2 * BATCH, engine);
    nn_net_init(net, 5);
    return net;
}

/* What a few steps on batches of n leave behind. */
struct outcome {
    double loss;
    float logits[2 * BATCH * CLASSES];
    float features[2 * BATCH * 12];
    float params[8192];
    size_t count;
};

static void train(struct outcome *ret, const struct nn_engine *engine, int n)
{
    struct nn_net *net = new_net(engine);
    uint16_t labels[2 * BATCH];
    test_fill_labels(labels, 2 * BATCH, CLASSES);
    memset(ret, 0, sizeof *ret);
    test_fill_normal(nn_input_buffer(net), (size_t)n * H * W * C, 1);
    for (uint32_t step = 0; step < STEPS; step++)
        ret->loss = test_step(net, n, labels, step);
    test_fill_normal(nn_input_buffer(net), (size_t)2 * BATCH * H * W * C, 2);
    nn_forward(net, 2 * BATCH, &(struct nn_mode){.train = false});
    memcpy(ret->logits, nn_logits(net), sizeof ret->logits);
    memcpy(ret->features, nn_features(net), sizeof ret->features);
    ret->count = nn_param_count(net);
    cr_assert(ret->count <= sizeof ret->params / sizeof *ret->params);
    memcpy(ret->params, nn_params(net), ret->count * sizeof(float));
    nn_net_free(net);
}

static void assert_near(const struct outcome *found, const struct outcome *expected,
                        double tolerance, const char *what)
{
    cr_assert(fabs(found->loss - expected->loss) <= tolerance, "%s: loss %g, not %g", what,
              found->loss, expected->loss);
    double distance = test_distance(found->logits, expected->logits, 2 * BATCH * CLASSES);
    cr_assert(distance <= tolerance, "%s: logits differ by %g", what, distance);
    distance = test_distance(found->features, expected->features, 2 * BATCH * 12);
    cr_assert(distance <= tolerance, "%s: features differ by %g", what, distance);
    distance = test_distance(found->params, expected->params, expected->count);
    cr_assert(distance <= tolerance, "%s: parameters differ by %g", what, distance);
}

/* 7, 6 and 1 samples in 1, 2 and 3 threads: uneven shares, empty ones. */
Test(shares, threads_change_rounding_only)
{
    static struct outcome one, many, again;
    const int batches[] = {BATCH, BATCH - 1, 1};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
        for (int threads = 2; threads <= 3; threads++) {
            train(&one, NULL, batches[i]);
            train(&many, &(struct nn_engine){.threads = threads}, batches[i]);
            train(&again, &(struct nn_engine){.threads = threads}, batches[i]);
            assert_near(&many, &one, TOLERANCE, "threads against one");
            cr_assert(!memcmp(&many, &again, sizeof many), "%d threads, n %d: other bits", threads,
                      batches[i]);
        }
}

Test(shares, bf16_is_float32_with_less_precision)
{
    static struct outcome single, half, threaded;
    train(&single, NULL, BATCH);
    train(&half, &(struct nn_engine){.precision = NN_BFLOAT16}, BATCH);
    assert_near(&half, &single, BF16_TOLERANCE, "bf16 against float32");
    cr_assert(memcmp(half.logits, single.logits, sizeof half.logits), "bf16 changed nothing");
    train(&threaded, &(struct nn_engine){.precision = NN_BFLOAT16, .threads = 2}, BATCH);
    assert_near(&threaded, &half, BF16_TOLERANCE, "bf16 in threads");
}

Test(shares, every_implementation_of_the_convolution_can_be_forced)
{
    static struct outcome best, forced;
    train(&best, NULL, BATCH);
    for (size_t i = 0; nn_conv_name(i); i++) {
        train(&forced, &(struct nn_engine){.conv = nn_conv_name(i)}, BATCH);
        assert_near(&forced, &best, TOLERANCE, nn_conv_name(i));
    }
}

Test(shares, implementations_are_named_once)
{
    struct nn_net *net = new_net(&(struct nn_engine){.conv = "naive"});
    char text[256];
    nn_implementations(net, text, sizeof text);
    cr_assert(!strcmp(text, "naive"), "\"%s\"", text);
    nn_net_free(net);
}

Test(shares, profiles_say_where_the_time_goes)
{
    struct nn_net *net = new_net(&(struct nn_engine){.threads = 2});
    uint16_t labels[BATCH];
    test_fill_labels(labels, BATCH, CLASSES);
    test_fill_normal(nn_input_buffer(net), (size_t)BATCH * H * W * C, 1);
    test_gradients(net, BATCH, labels, 0);
    for (int i = 0; i < nn_use_count(net); i++)
        cr_assert(nn_use_at(net, i).seconds[0] == 0, "time was taken unasked");
    nn_profile(net, true);
    test_gradients(net, BATCH, labels, 1);
    nn_profile(net, false);
    for (int i = 0; i < nn_use_count(net); i++) {
        const struct nn_use use = nn_use_at(net, i);
        cr_assert(use.seconds[0] > 0 && use.seconds[1] > 0, "%s took no time", use.op);
    }
    nn_net_free(net);
}

/* Each thread marks its part. */
struct marks {
    int by[3], threads;
};

static void mark(void *context, int rank, int threads)
{
    struct marks *marks = context;
    marks->by[rank]++;
    if (rank == 0)
        marks->threads = threads;
}

Test(shares, other_work_runs_in_the_same_threads)
{
    struct nn_net *net = new_net(&(struct nn_engine){.threads = 3});
    struct marks marks = {0};
    nn_parallel(net, mark, &marks);
    cr_assert(marks.threads == 3 && marks.by[0] == 1 && marks.by[1] == 1 && marks.by[2] == 1,
              "%d threads: %d %d %d", marks.threads, marks.by[0], marks.by[1], marks.by[2]);
    nn_net_free(net);
}

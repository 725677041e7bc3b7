/*
 * The network as its users see it: graph, memory, initial weights, what training keeps track of.
 * Ops are tested one by one in tests/conformance/ops.c.
 */
#include "models/nn/nn.h"

#include "base/mem.h"
#include "tests/support/gradcheck.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <signal.h>
#include <string.h>

enum { CLASSES = 3 };

static void assert_close(double found, double expected, double tolerance, const char *what)
{
    cr_assert(fabs(found - expected) <= tolerance, "%s is %.9g, not %.9g", what, found, expected);
}

static const struct nn_mode EVAL = {.train = false};

static struct nn_mode train_mode(uint64_t seed, uint32_t epoch, uint32_t step)
{
    return (struct nn_mode){.train = true, .seed = seed, .epoch = epoch, .step = step};
}

/* ---- Graph ---- */

Test(net, shapes_follow_from_the_layers)
{
    struct nn_net *net = nn_net_new((struct nn_shape){11, 8, 3});
    int x = nn_conv2d(net, nn_input(net), (struct nn_conv){.out = 5, .kernel = 3, .stride = 2});
    struct nn_shape s = nn_shape_of(net, x); /* (11 - 3) / 2 + 1, (8 - 3) / 2 + 1 */
    cr_assert(s.h == 5 && s.w == 3 && s.c == 5, "%d x %d x %d", s.h, s.w, s.c);
    x = nn_max_pool(net, x, 2, 2);
    s = nn_shape_of(net, x); /* the fifth row and the third column are left out */
    cr_assert(s.h == 2 && s.w == 1 && s.c == 5, "%d x %d x %d", s.h, s.w, s.c);
    nn_classifier(net, x, CLASSES);
    cr_assert(nn_feature_count(net) == 10, "%d features", nn_feature_count(net));
    cr_assert(nn_classes(net) == CLASSES, "%d classes", nn_classes(net));
    cr_assert(nn_param_count(net) == 5 * 27 + CLASSES * 10 + CLASSES, "%zu parameters",
              nn_param_count(net));
    nn_net_free(net);
}

Test(net, shapes_that_differ_are_a_bug, .signal = SIGABRT)
{
    struct nn_net *net = nn_net_new((struct nn_shape){4, 4, 1});
    const int x = nn_input(net);
    nn_add(net, x, nn_linear(net, x, 4));
}

Test(net, a_node_that_nobody_reads_is_a_bug, .signal = SIGABRT)
{
    struct nn_net *net = nn_net_new((struct nn_shape){4, 4, 1});
    const int x = nn_input(net);
    nn_relu(net, x);
    nn_classifier(net, x, CLASSES);
    nn_net_plan(net, 1, 1, NULL);
}

Test(net, backward_without_a_loss_is_a_bug, .signal = SIGABRT)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 2});
    nn_classifier(net, nn_input(net), CLASSES);
    nn_net_plan(net, 1, 1, NULL);
    nn_forward(net, 1, &(struct nn_mode){.train = true});
    nn_backward(net, 1);
}

Test(net, more_samples_than_planned_are_a_bug, .signal = SIGABRT)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 2});
    nn_classifier(net, nn_input(net), CLASSES);
    nn_net_plan(net, 2, 8, NULL);
    nn_forward(net, 3, &(struct nn_mode){.train = true});
}

/* Nodes with two and three readers, some in place, one read twice by the same node. */
Test(net, gradients_of_all_readers_are_added)
{
    enum { N = 4 };
    struct nn_net *net = nn_net_new((struct nn_shape){5, 4, 2});
    const int x = nn_conv2d(net, nn_input(net), (struct nn_conv){.out = 4, .kernel = 3, .pad = 1});
    const int a = nn_batch_norm(net, x), b = nn_sigmoid(net, x);
    const int c = nn_add(net, nn_add(net, a, b), x);
    const int d = nn_sigmoid(net, nn_add(net, c, c));
    const int e = nn_conv2d(net, d, (struct nn_conv){.out = 4, .kernel = 1});
    nn_classifier(net, nn_add(net, d, nn_add(net, e, b)), CLASSES);
    nn_net_plan(net, N, 1, NULL);
    nn_net_init(net, 1);
    test_fill_normal(nn_input_buffer(net), N * 40, 0);
    const struct gradcheck found = nn_gradcheck(net, N, (const uint16_t[N]){0, 1, 2, 0}, 1, false);
    cr_assert(found.worst <= 5e-3, "block %d is wrong by %g", found.worst_block, found.worst);
    nn_net_free(net);
}

Test(net, backward_adds_to_the_gradients)
{
    enum { N = 3 };
    const uint16_t labels[N] = {0, 1, 2};
    struct nn_net *net = nn_net_new((struct nn_shape){3, 3, 2});
    nn_classifier(net, nn_relu(net, nn_linear(net, nn_input(net), 7)), CLASSES);
    nn_net_plan(net, N, 1, NULL);
    nn_net_init(net, 1);
    test_fill_normal(nn_input_buffer(net), N * 18, 0);
    float *once;
    MEM_NEW(once, nn_param_count(net));
    for (int time = 1; time <= 2; time++) {
        nn_forward(net, N, &(struct nn_mode){.train = true});
        nn_loss(net, N, labels, NULL, 0, NULL);
        nn_backward(net, N);
        if (time == 1)
            memcpy(once, nn_gradients(net), nn_param_count(net) * sizeof *once);
    }
    for (size_t i = 0; i < nn_param_count(net); i++)
        assert_close((double)nn_gradients(net)[i], 2 * (double)once[i], 1e-6, "gradient");
    mem_free(once);
    nn_net_free(net);
}

/* ---- Memory ---- */

/* Bytes that are not parameters or gradients, of a chain of linear layers. */
static size_t chain_memory(int depth, int train_batch, int eval_batch)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 64});
    int x = nn_input(net);
    for (int i = 0; i < depth; i++)
        x = nn_linear(net, x, 64);
    nn_classifier(net, x, 64);
    nn_net_plan(net, train_batch, eval_batch, NULL);
    const size_t bytes = nn_memory(net) - 2 * nn_param_count(net) * sizeof(float);
    nn_net_free(net);
    return bytes;
}

/* input, features and logits stay, the last two also as one array for the user; between them an
   array and its successor are enough. */
Test(net, evaluation_reuses_memory)
{
    const size_t array = 512 * 64 * sizeof(float), bytes = chain_memory(20, 1, 512);
    cr_assert(bytes <= 6 * array + 8192, "%zu bytes for 20 layers, an array has %zu", bytes, array);
}

/* Wide pictures and few weights: samples go through in pieces, not all 512 at once. */
Test(net, evaluation_goes_in_pieces_that_fit_a_cache)
{
    enum { SIDE = 32, C = 16, N = 512 };
    struct nn_net *net = nn_net_new((struct nn_shape){SIDE, SIDE, 1});
    int x = nn_conv2d(net, nn_input(net), (struct nn_conv){.out = C, .kernel = 3, .pad = 1});
    x = nn_relu(net, nn_conv2d(net, x, (struct nn_conv){.out = C, .kernel = 3, .pad = 1}));
    nn_classifier(net, nn_global_avg_pool(net, x), CLASSES);
    nn_net_plan(net, 1, N, &(struct nn_engine){.conv = "naive"});
    const size_t picture = SIDE * SIDE * C * sizeof(float),
                 input = (size_t)N * SIDE * SIDE * sizeof(float);
    cr_assert(nn_memory(net) <= input + 64 * picture, "%zu bytes, a picture has %zu",
              nn_memory(net), picture);
    nn_net_init(net, 1);
    test_fill_normal(nn_input_buffer(net), (size_t)N * SIDE * SIDE, 0);
    nn_forward(net, N, &EVAL);
    static float all[N * CLASSES];
    memcpy(all, nn_logits(net), sizeof all);
    for (int i = 0; i < N; i += 73) { /* each alone gives the same */
        test_fill_normal(nn_input_buffer(net), (size_t)N * SIDE * SIDE, 0);
        memmove(nn_input_buffer(net), nn_input_buffer(net) + (size_t)i * SIDE * SIDE,
                SIDE * SIDE * sizeof(float));
        nn_forward(net, 1, &EVAL);
        for (int k = 0; k < CLASSES; k++)
            assert_close((double)nn_logits(net)[k], (double)all[i * CLASSES + k], 1e-5, "logit");
    }
    nn_net_free(net);
}

/* All outputs are kept, but the gradients of two neighbours are enough; features, logits and the
   logits' gradient are there for the user once more. */
Test(net, training_reuses_gradients)
{
    const size_t array = 512 * 64 * sizeof(float), bytes = chain_memory(20, 512, 1);
    cr_assert(bytes <= (22 + 2 + 3) * array + 16384, "%zu bytes, an array has %zu", bytes, array);
    cr_assert(bytes >= 22 * array, "%zu bytes cannot hold all outputs", bytes);
}

/* ---- Initial weights ---- */

Test(net, initial_weights_are_hes)
{
    enum { IN = 784, HIDDEN = 256 };
    struct nn_net *net = nn_net_new((struct nn_shape){28, 28, 1});
    nn_classifier(net, nn_batch_norm(net, nn_linear(net, nn_input(net), HIDDEN)), 10);
    nn_net_plan(net, 1, 1, NULL);
    nn_net_init(net, 3);
    const float *w = nn_params(net), *bias = w + IN * HIDDEN, *scale = bias + HIDDEN,
                *shift = scale + HIDDEN, *last = shift + HIDDEN;
    double squares = 0, last_squares = 0;
    for (size_t i = 0; i < IN * HIDDEN; i++)
        squares += (double)w[i] * (double)w[i];
    for (size_t i = 0; i < HIDDEN * 10; i++)
        last_squares += (double)last[i] * (double)last[i];
    /* Four standard errors of a standard deviation: 4 / sqrt(2 n), of 200704 and 2560 values. */
    assert_close(sqrt(squares / (IN * HIDDEN)) / sqrt(2.0 / IN), 1, 0.0064, "hidden deviation");
    assert_close(sqrt(last_squares / (HIDDEN * 10)) / sqrt(1.0 / HIDDEN), 1, 0.056,
                 "classifier's deviation");
    for (size_t i = 0; i < HIDDEN; i++)
        cr_assert(bias[i] == 0 && scale[i] == 1 && shift[i] == 0);
    for (size_t i = 0; i < HIDDEN; i++) /* running mean, then variance */
        cr_assert(nn_buffers(net)[i] == 0 && nn_buffers(net)[HIDDEN + i] == 1);
    nn_net_free(net);
}

/* The deviation of a uniform distribution from -b to b is b / sqrt 3; four standard errors of it
   are 4 sqrt(1 / 5 n), of 2560 values 0.036. */
Test(net, uniform_weights_go_as_far_as_one_over_the_root_of_the_fan_in)
{
    enum { IN = 256, OUT = 10 };
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, IN});
    const struct nn_head head = {.no_bias = true, .init = NN_INIT_UNIFORM};
    nn_classifier_with(net, nn_input(net), OUT, head);
    nn_net_plan(net, 1, 1, NULL);
    nn_net_init(net, 3);
    cr_assert(nn_param_count(net) == IN * OUT && nn_classifier_bias(net) == NULL);
    const double bound = 1 / sqrt(IN);
    double squares = 0, largest = 0;
    for (size_t i = 0; i < IN * OUT; i++) {
        squares += pow((double)nn_params(net)[i], 2);
        largest = fmax(largest, fabs((double)nn_params(net)[i]));
    }
    assert_close(sqrt(3 * squares / (IN * OUT)) / bound, 1, 0.036, "deviation");
    cr_assert(largest <= bound && largest > 0.99 * bound, "%g of %g", largest, bound);
    nn_net_free(net);
}

/* Channels that the input has come out again; of 2 x 2 the lower right is the middle. */
Test(net, dirac_weights_hand_on_the_channels)
{
    enum { SIDE = 5, IN = 3, OUT = 4 };
    for (int kernel = 1; kernel <= 3; kernel++) {
        struct nn_net *net = nn_net_new((struct nn_shape){SIDE, SIDE, IN});
        const struct nn_conv conv = {.out = OUT, .kernel = kernel, .init = NN_INIT_DIRAC};
        const int x = nn_conv2d(net, nn_input(net), conv);
        const struct nn_shape shape = nn_shape_of(net, x);
        nn_classifier(net, x, CLASSES);
        nn_net_plan(net, 1, 1, &(struct nn_engine){.conv = "naive"});
        nn_net_init(net, 3);
        test_fill_normal(nn_input_buffer(net), SIDE * SIDE * IN, 0);
        nn_forward(net, 1, &EVAL);
        const int off = kernel / 2;
        for (int i = 0; i < shape.h * shape.w; i++) {
            const float *in = nn_input_buffer(net) +
                              ((i / shape.w + off) * SIDE + i % shape.w + off) * IN,
                        *out = nn_features(net) + i * OUT;
            for (int c = 0; c < IN; c++)
                cr_expect(out[c] == in[c], "%d: pixel %d, channel %d", kernel, i, c);
        }
        /* The last filter is drawn as in PyTorch, and no identity. */
        const size_t window = (size_t)(kernel * kernel * IN);
        for (size_t i = IN * window; i < OUT * window; i++)
            cr_expect(fabs((double)nn_params(net)[i]) * sqrt((double)window) <= 1 &&
                      nn_params(net)[i] != 0);
        nn_net_free(net);
    }
}

Test(net, initial_weights_are_named_by_their_seed)
{
    enum { FLOATS = 20 * 8 };
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 20});
    nn_classifier(net, nn_linear(net, nn_input(net), 8), CLASSES);
    nn_net_plan(net, 1, 1, NULL);
    float first[FLOATS];
    nn_net_init(net, 1);
    memcpy(first, nn_params(net), sizeof first);
    nn_net_init(net, 2);
    cr_assert(memcmp(first, nn_params(net), sizeof first) != 0, "seed 2 starts as seed 1 does");
    nn_net_init(net, 1);
    cr_assert(memcmp(first, nn_params(net), sizeof first) == 0, "the same name, other weights");
    nn_net_free(net);
}

/* ---- Batch norm ---- */

/*
 * First batch 1 2 3 4: mean 2.5, variance 1.25, unbiased 5/3. Running: 0.25 and 0.9 + 0.5/3.
 * Second batch 2 2 2 6: mean 3, unbiased 4. Running: 0.525 and 0.9 * 1.0666667 + 0.4 = 1.36.
 */
Test(net, batch_norm_keeps_running_statistics)
{
    const float batches[2][4] = {{1, 2, 3, 4}, {2, 2, 2, 6}};
    const double expected[2][2] = {{0.25, 1.0666667}, {0.525, 1.36}};
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 1});
    nn_classifier(net, nn_batch_norm(net, nn_input(net)), CLASSES);
    nn_net_plan(net, 4, 1, NULL);
    nn_net_init(net, 1);
    for (size_t i = 0; i < 2; i++) {
        memcpy(nn_input_buffer(net), batches[i], sizeof batches[i]);
        nn_forward(net, 4, &(struct nn_mode){.train = true});
        assert_close((double)nn_buffers(net)[0], expected[i][0], 1e-6, "running mean");
        assert_close((double)nn_buffers(net)[1], expected[i][1], 1e-6, "running variance");
    }
    assert_close((double)nn_features(net)[3], 3 / sqrt(3 + 1e-5), 1e-6, "normalised value");
    nn_input_buffer(net)[0] = 1;
    nn_forward(net, 1, &EVAL);
    assert_close((double)nn_features(net)[0], (1 - 0.525) / sqrt(1.36 + 1e-5), 1e-6,
                 "value in evaluation");
    assert_close((double)nn_buffers(net)[0], 0.525, 1e-6, "running mean after evaluation");
    nn_net_free(net);
}

/* ---- Dropout ---- */

enum { DROP_N = 8, DROP_C = 1000 };
static const double DROP_P = 0.3;

/* Two dropouts in a row of an input of ones; the features are the output of the second. */
static struct nn_net *new_dropout(int count)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, DROP_C});
    int x = nn_input(net);
    for (int i = 0; i < count; i++)
        x = nn_dropout(net, x, DROP_P);
    nn_classifier(net, x, CLASSES);
    nn_net_plan(net, DROP_N, DROP_N, NULL);
    nn_net_init(net, 1);
    for (size_t i = 0; i < (size_t)DROP_N * DROP_C; i++)
        nn_input_buffer(net)[i] = 1;
    return net;
}

static size_t count_kept(struct nn_net *net, struct nn_mode mode, double scale)
{
    size_t kept = 0;
    nn_forward(net, DROP_N, &mode);
    for (size_t i = 0; i < (size_t)DROP_N * DROP_C; i++) {
        const double value = (double)nn_features(net)[i];
        cr_assert(value == 0 || fabs(value - scale) < 1e-6, "a kept 1 becomes %g, not %g", value,
                  scale);
        kept += value != 0;
    }
    return kept;
}

/* Four standard deviations of a share of 8000 draws: 4 sqrt(p (1 - p) / 8000). */
Test(net, dropout_drops_its_share_and_scales_the_rest)
{
    struct nn_net *net = new_dropout(1);
    const size_t kept = count_kept(net, train_mode(1, 0, 0), 1 / (1 - DROP_P));
    assert_close((double)kept / (DROP_N * DROP_C), 1 - DROP_P, 0.0205, "share kept");
    nn_net_free(net);
}

Test(net, dropouts_of_one_network_are_independent)
{
    struct nn_net *net = new_dropout(2);
    const size_t kept = count_kept(net, train_mode(1, 0, 0), 1 / (1 - DROP_P) / (1 - DROP_P));
    assert_close((double)kept / (DROP_N * DROP_C), (1 - DROP_P) * (1 - DROP_P), 0.0224,
                 "share kept by both");
    nn_net_free(net);
}

Test(net, dropout_masks_are_named_by_seed_epoch_and_step)
{
    static float first[DROP_N * DROP_C];
    struct nn_net *net = new_dropout(1);
    const struct nn_mode mode = train_mode(1, 2, 3);
    nn_forward(net, DROP_N, &mode);
    memcpy(first, nn_features(net), sizeof first);
    const struct nn_mode others[] = {train_mode(2, 2, 3), train_mode(1, 3, 3), train_mode(1, 2, 4)};
    for (size_t i = 0; i < 3; i++) {
        nn_forward(net, DROP_N, &others[i]);
        cr_assert(memcmp(first, nn_features(net), sizeof first) != 0, "other name %zu, same mask",
                  i);
    }
    nn_forward(net, DROP_N, &mode);
    cr_assert(memcmp(first, nn_features(net), sizeof first) == 0, "same name, other mask");
    nn_net_free(net);
}

Test(net, dropout_is_off_in_evaluation)
{
    struct nn_net *net = new_dropout(1);
    const size_t kept = count_kept(net, EVAL, 1);
    cr_assert(kept == DROP_N * DROP_C, "%zu of %d kept", kept, DROP_N * DROP_C);
    nn_net_free(net);
}

/* ---- The rest ---- */

Test(net, denormals_are_left_as_they_were)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 1});
    nn_classifier(net, nn_input(net), CLASSES);
    nn_net_plan(net, 1, 1, NULL);
    nn_forward(net, 1, &EVAL);
    volatile float tiny = FLT_MIN;
    tiny /= 4;
    cr_assert(tiny > 0, "the caller's denormals are flushed");
    nn_net_free(net);
}

/* 784 -> 256 -> 10: two products and a relu forward. Backward: of the first layer the weights'
   gradient alone, of the relu the input's, of the second layer both. */
Test(net, flops_count_what_is_computed)
{
    struct nn_net *net = nn_net_new((struct nn_shape){28, 28, 1});
    nn_classifier(net, nn_relu(net, nn_linear(net, nn_input(net), 256)), 10);
    const double first = 2.0 * 784 * 256, relu = 256, second = 2.0 * 256 * 10;
    assert_close(nn_flops_forward(net), first + relu + second, 0, "FLOP forward");
    assert_close(nn_flops_backward(net, 0), first + relu + 2 * second, 0, "FLOP backward");
    nn_net_free(net);
}

/*
 * Norm, addition and relu in a row become one op: which do, which must not, and the same values.
 */
#include "models/nn/nn.h"
#include "tests/support/gradcheck.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 3, H = 4, W = 5, C = 2, OUT = 16, CLASSES = 3, VALUES = N * H * W * OUT };
static const double TOLERANCE = 1e-6;
static const struct nn_conv CONV = {.out = OUT, .kernel = 3, .pad = 1};

static struct nn_net *new_net(int *ret_input)
{
    struct nn_net *net = nn_net_new((struct nn_shape){H, W, C});
    *ret_input = nn_input(net);
    return net;
}

/* Plans and runs the network that ends in x. */
static void run(struct nn_net *net, int x)
{
    nn_classifier(net, x, CLASSES);
    nn_net_plan(net, N, 1, NULL);
    nn_net_init(net, 1);
    test_fill_normal(nn_input_buffer(net), (size_t)N * H * W * C, 0);
    nn_forward(net, N, &(struct nn_mode){.train = true});
}

/* "conv2d batch_norm linear " */
static void assert_ops(const struct nn_net *net, const char *expected)
{
    char found[256] = "";
    for (int i = 0; i < nn_use_count(net); i++) {
        const size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s ", nn_use_at(net, i).op);
    }
    cr_assert(!strcmp(found, expected), "the network runs %s, not %s", found, expected);
}

/* Gradients of the network in training, its parameters and its input. */
static void assert_gradients(struct nn_net *net)
{
    const struct gradcheck found = nn_gradcheck(net, N, (const uint16_t[N]){0, 1, 2}, 1, false);
    cr_assert(found.worst < 0.06, "block %d is wrong by %g", found.worst_block, found.worst);
}

/* features[VALUES] of a network of a convolution and such a norm */
static void norm_alone(struct nn_batch_norm options, float *features)
{
    int x;
    struct nn_net *net = new_net(&x);
    run(net, nn_batch_norm_with(net, nn_conv2d(net, x, CONV), options));
    memcpy(features, nn_features(net), VALUES * sizeof *features);
    nn_net_free(net);
}

static void convolution_alone(float *features)
{
    int x;
    struct nn_net *net = new_net(&x);
    run(net, nn_conv2d(net, x, CONV));
    memcpy(features, nn_features(net), VALUES * sizeof *features);
    nn_net_free(net);
}

Test(fuse, norm_and_relu)
{
    static float norm[VALUES];
    norm_alone((struct nn_batch_norm){0}, norm);
    int x;
    struct nn_net *net = new_net(&x);
    run(net, nn_relu(net, nn_batch_norm(net, nn_conv2d(net, x, CONV))));
    assert_ops(net, "conv2d batch_norm linear ");
    for (size_t i = 0; i < VALUES; i++)
        cr_assert(fabs((double)nn_features(net)[i] - fmax(0, (double)norm[i])) < TOLERANCE,
                  "[%zu] is %g, the norm's is %g", i, (double)nn_features(net)[i], (double)norm[i]);
    assert_gradients(net);
    nn_net_free(net);
}

Test(fuse, group_norm_and_relu)
{
    int x;
    struct nn_net *net = new_net(&x);
    run(net, nn_relu(net, nn_group_norm(net, nn_conv2d(net, x, CONV), 4)));
    assert_ops(net, "conv2d group_norm linear ");
    assert_gradients(net);
    nn_net_free(net);
}

/* The norm comes second in the addition, and the other branch later than the norm. */
static void add_and_relu(struct nn_batch_norm options)
{
    static float norm[VALUES], conv[VALUES];
    norm_alone(options, norm);
    convolution_alone(conv);
    int x;
    struct nn_net *net = new_net(&x);
    const int y = nn_conv2d(net, x, CONV), z = nn_batch_norm_with(net, y, options);
    run(net, nn_relu(net, nn_add(net, nn_leaky_relu(net, y), z)));
    assert_ops(net, "conv2d leaky_relu batch_norm_add linear ");
    for (size_t i = 0; i < VALUES; i++) {
        const double c = (double)conv[i], leaky = c > 0 ? c : 0.01 * c,
                     expected = fmax(0, leaky + (double)norm[i]);
        cr_assert(fabs((double)nn_features(net)[i] - expected) < TOLERANCE, "[%zu] is %g, not %g",
                  i, (double)nn_features(net)[i], expected);
    }
    assert_gradients(net);
    nn_net_free(net);
}

Test(fuse, norm_addition_and_relu)
{
    add_and_relu((struct nn_batch_norm){0});
}

Test(fuse, a_norm_without_scale_addition_and_relu)
{
    add_and_relu((struct nn_batch_norm){.no_scale = true, .epsilon = 0.1});
}

Test(fuse, of_two_norms_one_is_taken)
{
    int x;
    struct nn_net *net = new_net(&x);
    const int y = nn_conv2d(net, x, CONV), z = nn_conv2d(net, x, CONV);
    const int a = nn_batch_norm(net, y), b = nn_batch_norm(net, z);
    run(net, nn_add(net, a, b));
    assert_ops(net, "conv2d conv2d batch_norm batch_norm_add linear ");
    assert_gradients(net);
    nn_net_free(net);
}

/* What two nodes read, or the user, stays. */
Test(fuse, what_others_read_is_left_alone)
{
    int x;
    struct nn_net *net = new_net(&x);
    const int norm = nn_batch_norm(net, nn_conv2d(net, x, CONV));
    const int relu = nn_relu(net, norm), sigmoid = nn_sigmoid(net, norm);
    run(net, nn_add(net, relu, sigmoid));
    assert_ops(net, "conv2d batch_norm relu sigmoid add linear ");
    assert_gradients(net);
    nn_net_free(net);

    net = new_net(&x);
    run(net, nn_batch_norm(net, nn_conv2d(net, x, CONV)));
    assert_ops(net, "conv2d batch_norm linear ");
    nn_net_free(net);

    net = new_net(&x);
    const int both = nn_batch_norm(net, nn_conv2d(net, x, CONV));
    run(net, nn_relu(net, nn_add(net, both, both)));
    assert_ops(net, "conv2d batch_norm add relu linear ");
    nn_net_free(net);
}

/* A relu after a fused relu has nothing to join. */
Test(fuse, relus_are_not_stacked)
{
    int x;
    struct nn_net *net = new_net(&x);
    run(net, nn_relu(net, nn_relu(net, nn_batch_norm(net, nn_conv2d(net, x, CONV)))));
    assert_ops(net, "conv2d batch_norm relu linear ");
    nn_net_free(net);
}

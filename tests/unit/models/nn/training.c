/*
 * Parameters that are trained differently, or not at all (nn_set_training): which gradients are
 * computed and counted. What a step makes of them is in optim_torch.c.
 */
#include "models/nn/net.h"
#include "models/nn/optim.h"
#include "tests/support/gradcheck.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum { N = 6, CLASSES = 3, OUT = 8, UNTIL = 3 };

static const struct nn_training NEVER = {0}, AT_FIRST = {.lr = 1, .decay = 1, .epochs = UNTIL};

/* 6 x 6 x 3 -> conv 2x2, bias -> relu -> conv 3x3, norm, relu -> classifier; of the first the
   weights as said and the bias at first. */
static struct nn_net *new_net(const struct nn_training *weights, int threads)
{
    struct nn_net *net = nn_net_new((struct nn_shape){6, 6, 3});
    int x = nn_conv2d(net, nn_input(net), (struct nn_conv){.out = OUT, .kernel = 2, .bias = true});
    if (weights) {
        nn_set_training(net, x, NN_WEIGHTS, *weights);
        nn_set_training(net, x, NN_BIASES, AT_FIRST);
    }
    x = nn_conv2d(net, nn_relu(net, x), (struct nn_conv){.out = OUT, .kernel = 3, .pad = 1});
    nn_classifier(net, nn_relu(net, nn_batch_norm(net, x)), CLASSES);
    nn_net_plan(net, N, N, &(struct nn_engine){.threads = threads});
    nn_net_init(net, 4);
    test_fill_normal(nn_input_buffer(net), (size_t)N * 6 * 6 * 3, 0);
    return net;
}

static void step(struct nn_net *net, uint32_t epoch)
{
    uint16_t labels[N];
    test_fill_labels(labels, N, CLASSES);
    nn_zero_gradients(net);
    nn_forward(net, N, &(struct nn_mode){.train = true, .epoch = epoch});
    nn_loss(net, N, labels, NULL, 0, NULL);
    nn_backward(net, N);
}

/* Those of the parts that are trained are the same bits as where all is. */
static void assert_gradients(const struct nn_training *weights, uint32_t epoch, bool of_weights,
                             bool of_bias)
{
    for (int threads = 1; threads <= 2; threads++) {
        struct nn_net *all = new_net(NULL, threads), *some = new_net(weights, threads);
        step(all, epoch);
        step(some, epoch);
        for (int g = 0; g < nn_group_count(all); g++) {
            const struct nn_group group = nn_group_at(all, g);
            const bool trained = g == 0 ? of_weights : g == 1 ? of_bias : true;
            double square = 0;
            for (size_t i = group.from; i < group.to; i++) {
                const float wanted = trained ? nn_gradients(all)[i] : 0;
                cr_assert(nn_gradients(some)[i] == wanted,
                          "%d threads, epoch %u, group %d: %g, not %g", threads, epoch, g,
                          (double)nn_gradients(some)[i], (double)wanted);
                square += pow((double)nn_gradients(all)[i], 2);
            }
            cr_assert(square > 0, "group %d has no gradient anyhow", g);
        }
        nn_net_free(all);
        nn_net_free(some);
    }
}

Test(training, computes_only_the_gradients_that_are_trained)
{
    static const struct nn_training always = {1, 1, INT_MAX};
    assert_gradients(&NEVER, 0, false, true);
    assert_gradients(&NEVER, UNTIL - 1, false, true);
    assert_gradients(&NEVER, UNTIL, false, false);
    assert_gradients(&always, UNTIL - 1, true, true);
    assert_gradients(&always, UNTIL, true, false);
}

/* 2 x 2 on 3 channels gives 5 x 5; the second convolution's input gradient is wanted for the first
   layer's sake alone. */
Test(training, flops_are_those_of_the_gradients_that_are_computed)
{
    struct nn_net *all = new_net(NULL, 1), *some = new_net(&NEVER, 1);
    const double first = 2.0 * 25 * OUT * 4 * 3;
    const double whole = nn_flops_backward(all, 0), at_first = nn_flops_backward(some, 0),
                 later = nn_flops_backward(some, UNTIL);
    cr_assert(whole - at_first == first, "%g, not %g", whole - at_first, first);
    const struct nn_use conv = nn_use_at(all, 2), relu = nn_use_at(all, 1);
    cr_assert(strcmp(conv.op, "conv2d") == 0 && strcmp(relu.op, "relu") == 0);
    cr_assert(at_first - later == conv.flops[0] + relu.flops[0], "%g, not %g", at_first - later,
              conv.flops[0] + relu.flops[0]);
    nn_net_free(all);
    nn_net_free(some);
}

Test(training, gradients_that_are_left_are_right)
{
    uint16_t labels[N];
    struct nn_net *net = new_net(&NEVER, 1);
    test_fill_labels(labels, N, CLASSES);
    const struct gradcheck found = nn_gradcheck(net, N, labels, 1, false);
    cr_assert(found.worst <= 2e-2, "block %d is wrong by %g", found.worst_block, found.worst);
    nn_net_free(net);
}

/* What a sample's own gradient is measured by has no part for what is never trained. */
Test(training, a_samples_gradient_is_of_what_is_trained)
{
    uint16_t labels[N];
    float norms[2][N], dots[N], *direction;
    test_fill_labels(labels, N, CLASSES);
    for (int way = 0; way < 2; way++) {
        struct nn_net *net = new_net(way ? &NEVER : NULL, 1);
        MEM_NEW(direction, nn_param_count(net));
        nn_zero_gradients(net);
        nn_sample_gradients(net, N, labels, direction, norms[way], dots);
        mem_free(direction);
        nn_net_free(net);
    }
    for (int i = 0; i < N; i++)
        cr_assert(norms[1][i] > 0 && norms[1][i] < norms[0][i], "sample %d: %g of %g", i,
                  (double)norms[1][i], (double)norms[0][i]);
}

/* The step is then one call over all of them. */
Test(training, parameters_that_are_trained_alike_are_one_group)
{
    static const struct optimizer_setting setting = {.momentum = 0.9};
    const struct nn_training *const ways[] = {NULL, &NEVER};
    static const int expected[] = {1, 3}; /* weights, bias, all else */
    for (int i = 0; i < 2; i++) {
        struct nn_net *net = new_net(ways[i], 1);
        struct optimizer optimizer;
        optimizer_init(&optimizer, &setting, net);
        cr_assert(optimizer.group_count == expected[i], "%d groups", optimizer.group_count);
        cr_assert(optimizer.groups[0].from == 0);
        cr_assert(optimizer.groups[expected[i] - 1].to == nn_param_count(net));
        optimizer_release(&optimizer);
        nn_net_free(net);
    }
}

/* The average is 0, then (0 + 8) / 2 = 4 after two steps and (4 + 10) / 2 = 7 after four. */
Test(training, lookahead_takes_in_running_statistics)
{
    static const struct optimizer_setting setting = {.lookahead = {2, 0.5, 0}};
    struct nn_net *net = new_net(NULL, 2);
    struct optimizer optimizer;
    float *mean = nn_buffers(net); /* 0 at the start */
    optimizer_init(&optimizer, &setting, net);
    optimizer_begin(&optimizer, net);
    static const float moved[] = {4, 8, 3, 10, -7}, expected[] = {4, 4, 3, 7, -7};
    for (size_t i = 0; i < 5; i++) {
        optimizer_step(&optimizer, net, 0, 0);
        mean[1] = moved[i];
        optimizer_look_ahead(&optimizer, net, 1);
        cr_assert(mean[1] == expected[i], "after step %zu: %g, not %g", i + 1, (double)mean[1],
                  (double)expected[i]);
    }
    optimizer_settle(&optimizer, net);
    cr_assert(mean[1] == 7, "in the end: %g", (double)mean[1]);
    optimizer_release(&optimizer);
    nn_net_free(net);
}

Test(training, what_is_over_stays_as_it_is_whatever_its_momentum)
{
    static const struct optimizer_setting setting = {.momentum = 0.9, .weight_decay = 0.1};
    struct nn_net *net = new_net(&NEVER, 1);
    struct optimizer optimizer;
    optimizer_init(&optimizer, &setting, net);
    const struct nn_group weights = nn_group_at(net, 0), bias = nn_group_at(net, 1);
    float first[64 * OUT], last[OUT];
    memcpy(first, nn_params(net), weights.to * sizeof *first);
    for (uint32_t epoch = 0; epoch < UNTIL + 2; epoch++) {
        step(net, epoch);
        memcpy(last, nn_params(net) + bias.from, sizeof last);
        optimizer_step(&optimizer, net, 0.1, (int)epoch);
        cr_assert(memcmp(first, nn_params(net), weights.to * sizeof *first) == 0);
        cr_assert((memcmp(last, nn_params(net) + bias.from, sizeof last) == 0) == (epoch >= UNTIL),
                  "epoch %u", epoch);
    }
    optimizer_release(&optimizer);
    nn_net_free(net);
}

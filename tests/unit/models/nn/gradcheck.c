/*
 * The gradient check itself: it passes what is right and finds what is wrong. The wrong ops are
 * true ones whose backward is spoilt afterwards, each in a way that bugs take.
 */
#include "tests/support/gradcheck.h"

#include "base/mem.h"
#include "models/nn/op.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* What is right comes out below the first, what is wrong above the second. */
static const double RIGHT = 5e-3, WRONG = 0.05;

enum { N = 5, CLASSES = 3, IN = 6, HIDDEN = 8 };

/* input -> linear (blocks 0, 1) -> first -> second -> classifier (the last two blocks) */
static struct nn_net *new_net(const struct nn_op *first, const struct nn_op *second)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, IN});
    const struct nn_attr attr = {.out = HIDDEN, .gain = 1};
    const int x = nn_linear(net, nn_input(net), HIDDEN);
    const int y = nn_add_node(net, first, &attr, x, x);
    nn_classifier(net, nn_add_node(net, second, &attr, y, x), CLASSES);
    nn_net_plan(net, N, 1, NULL);
    nn_net_init(net, 2);
    test_fill_normal(nn_input_buffer(net), (size_t)N * IN, 0);
    return net;
}

static struct gradcheck check(struct nn_net *net)
{
    uint16_t labels[N];
    test_fill_labels(labels, N, CLASSES);
    return nn_gradcheck(net, N, labels, 1, false);
}

static struct gradcheck check_ops(const struct nn_op *first, const struct nn_op *second)
{
    struct nn_net *net = new_net(first, second);
    const struct gradcheck found = check(net);
    nn_net_free(net);
    return found;
}

Test(gradcheck, passes_what_is_right)
{
    const struct gradcheck found = check_ops(&linear_op, &sigmoid_op);
    cr_assert(found.worst <= RIGHT, "block %d is said to be wrong by %g", found.worst_block,
              found.worst);
    cr_assert(found.checked >= 7, "only %zu numbers checked", found.checked);
}

Test(gradcheck, leaves_everything_as_it_was)
{
    struct nn_net *net = new_net(&linear_op, &sigmoid_op);
    const size_t params = nn_param_count(net), inputs = (size_t)N * IN;
    float *params_before, *inputs_before;
    MEM_NEW(params_before, params);
    MEM_NEW(inputs_before, inputs);
    memcpy(params_before, nn_params(net), params * sizeof(float));
    memcpy(inputs_before, nn_input_buffer(net), inputs * sizeof(float));
    check(net);
    cr_assert(memcmp(params_before, nn_params(net), params * sizeof(float)) == 0);
    cr_assert(memcmp(inputs_before, nn_input_buffer(net), inputs * sizeof(float)) == 0);
    for (size_t i = 0; i < params; i++)
        cr_assert(nn_gradients(net)[i] == 0, "gradient %zu is left at %g", i,
                  (double)nn_gradients(net)[i]);
    mem_free(params_before);
    mem_free(inputs_before);
    nn_net_free(net);
}

static void assert_found(const struct nn_op *first, const struct nn_op *second, int block)
{
    const struct gradcheck found = check_ops(first, second);
    cr_assert(found.worst >= WRONG, "the largest error found is %g", found.worst);
    cr_assert(found.worst_block == block, "block %d is blamed, not %d", found.worst_block, block);
}

/* ---- Parameter gradients ---- */

static void bias_too_large(const struct nn_call *call)
{
    linear_op.backward(call);
    for (int i = 0; i < HIDDEN; i++)
        call->gradients[1][i] *= 1.1F;
}

Test(gradcheck, finds_a_gradient_that_is_10_percent_off)
{
    struct nn_op broken = linear_op;
    broken.backward = bias_too_large;
    assert_found(&broken, &sigmoid_op, 3);
}

/* What is left is right, and at a right angle to what is missing. */
static void a_unit_forgotten(const struct nn_call *call)
{
    linear_op.backward(call);
    for (int i = 0; i < HIDDEN; i++)
        call->gradients[0][3 * HIDDEN + i] = 0;
}

Test(gradcheck, finds_a_part_that_is_missing)
{
    struct nn_op broken = linear_op;
    broken.backward = a_unit_forgotten;
    assert_found(&broken, &sigmoid_op, 2);
}

/* ---- Input gradients: seen in everything before the op ---- */

static void slope_forgotten(const struct nn_call *call)
{
    memcpy(call->dx[0], call->dy, (size_t)call->n * HIDDEN * sizeof(float));
}

static bool blames_before(const struct gradcheck *found, int block)
{
    return found->worst >= WRONG && found->worst_block < block;
}

Test(gradcheck, finds_a_wrong_slope)
{
    struct nn_op broken = sigmoid_op;
    broken.backward = slope_forgotten;
    const struct gradcheck found = check_ops(&linear_op, &broken);
    cr_assert(blames_before(&found, 4), "found %g in block %d", found.worst, found.worst_block);
}

/* The second of two consumers overwrites what the first has left. */
static void overwrites(const struct nn_call *call)
{
    struct nn_call wrong = *call;
    wrong.add[0] = false;
    sigmoid_op.backward(&wrong);
}

Test(gradcheck, finds_a_branch_that_is_overwritten)
{
    struct nn_op broken = sigmoid_op;
    broken.backward = overwrites;
    const struct gradcheck right = check_ops(&sigmoid_op, &add_op),
                           found = check_ops(&broken, &add_op);
    cr_assert(right.worst <= RIGHT, "the right network is off by %g", right.worst);
    cr_assert(blames_before(&found, 2), "found %g in block %d", found.worst, found.worst_block);
}

static void not_a_number(const struct nn_call *call)
{
    linear_op.backward(call);
    call->gradients[0][5] = NAN;
}

Test(gradcheck, finds_what_is_not_a_number)
{
    struct nn_op broken = linear_op;
    broken.backward = not_a_number;
    assert_found(&broken, &sigmoid_op, 2);
}

/*
 * nn_loss against numbers worked out by hand. The network is a classifier whose weights are the
 * identity, so that its logits are its inputs.
 */
#include "models/nn/nn.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <string.h>

static const double TOLERANCE = 1e-6;

enum { CLASSES = 3 };

/* For z = (1, 2, 3): log sum exp = 3.40760596, p = (0.09003057, 0.24472847, 0.66524096). */
static const float LADDER[CLASSES] = {1, 2, 3};
static const double LADDER_P[CLASSES] = {0.09003057, 0.24472847, 0.66524096};
static const double LADDER_LOSS[CLASSES] = {2.40760596, 1.40760596, 0.40760596};
static const double LOG_3 = 1.09861229; /* the loss of equal logits */

/* A forward pass whose logits are those given, [n][CLASSES]. */
static struct nn_net *new_with_logits(const float *logits, int n, bool train)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, CLASSES});
    nn_classifier(net, nn_input(net), CLASSES);
    nn_net_plan(net, n, n, NULL);
    for (size_t i = 0; i < CLASSES; i++)
        nn_params(net)[i * CLASSES + i] = 1;
    memcpy(nn_input_buffer(net), logits, (size_t)n * CLASSES * sizeof *logits);
    nn_forward(net, n, &(struct nn_mode){.train = train});
    return net;
}

static void assert_close(double found, double expected, const char *what)
{
    cr_assert(fabs(found - expected) <= TOLERANCE, "%s is %.9g, not %.9g", what, found, expected);
}

/* The gradient at the logits of one sample is the gradient of the biases. */
static void assert_gradient(struct nn_net *net, const double *expected)
{
    nn_backward(net, 1);
    for (size_t k = 0; k < CLASSES; k++)
        assert_close((double)nn_gradients(net)[CLASSES * CLASSES + k], expected[k], "gradient");
}

Test(loss, of_each_label)
{
    const float logits[] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 0, 0, 0};
    const uint16_t labels[] = {0, 1, 2, 1};
    float losses[4];
    struct nn_net *net = new_with_logits(logits, 4, false);
    const double mean = nn_loss(net, 4, labels, NULL, 0, losses);
    double sum = LOG_3;
    for (size_t i = 0; i < CLASSES; i++) {
        assert_close((double)losses[i], LADDER_LOSS[i], "loss");
        sum += LADDER_LOSS[i];
    }
    assert_close((double)losses[3], LOG_3, "loss of equal logits");
    assert_close(mean, sum / 4, "mean");
    nn_net_free(net);
}

Test(loss, weights_multiply_and_the_mean_divides_by_n)
{
    const float logits[] = {1, 2, 3, 0, 0, 0};
    float losses[2];
    struct nn_net *net = new_with_logits(logits, 2, false);
    const double mean =
        nn_loss(net, 2, (const uint16_t[]){2, 0}, (const float[]){3, 0.5F}, 0, losses);
    assert_close(mean, (3 * LADDER_LOSS[2] + 0.5 * LOG_3) / 2, "weighted mean");
    assert_close((double)losses[0], LADDER_LOSS[2], "loss, never weighted");
    nn_net_free(net);
}

Test(loss, smoothing_changes_what_is_minimised_only)
{
    float loss;
    struct nn_net *net = new_with_logits(LADDER, 1, false);
    const double smoothed = nn_loss(net, 1, (const uint16_t[]){2}, NULL, 0.1, &loss);
    /* 0.9 * 0.40760596 + 0.1 * (2.40760596 + 1.40760596 + 0.40760596) / 3 */
    assert_close(smoothed, 0.50760596, "smoothed loss");
    assert_close((double)loss, LADDER_LOSS[2], "loss, never smoothed");
    nn_net_free(net);
}

Test(loss, gradient_is_p_minus_the_label)
{
    struct nn_net *net = new_with_logits(LADDER, 1, true);
    nn_loss(net, 1, (const uint16_t[]){2}, (const float[]){2}, 0, NULL);
    assert_gradient(net, (const double[]){2 * LADDER_P[0], 2 * LADDER_P[1], 2 * (LADDER_P[2] - 1)});
    nn_net_free(net);
}

Test(loss, gradient_with_smoothing)
{
    struct nn_net *net = new_with_logits(LADDER, 1, true);
    nn_loss(net, 1, (const uint16_t[]){1}, NULL, 0.3, NULL);
    assert_gradient(net, (const double[]){LADDER_P[0] - 0.1, LADDER_P[1] - 0.8, LADDER_P[2] - 0.1});
    nn_net_free(net);
}

Test(loss, huge_logits_do_not_overflow)
{
    const float logits[] = {1000, -1000, 0, 1000, -1000, 0};
    float losses[2];
    struct nn_net *net = new_with_logits(logits, 2, false);
    nn_loss(net, 2, (const uint16_t[]){0, 1}, NULL, 0, losses);
    assert_close((double)losses[0], 0, "loss of a certain hit");
    assert_close((double)losses[1], 2000, "loss of a certain miss");
    nn_net_free(net);
}

Test(loss, nan_logits_show)
{
    const float logits[] = {0, NAN, 0};
    struct nn_net *net = new_with_logits(logits, 1, false);
    const double loss = nn_loss(net, 1, (const uint16_t[]){0}, NULL, 0, NULL);
    cr_assert(isnan(loss), "the loss is %g", loss);
    nn_net_free(net);
}

Test(loss, label_out_of_range_is_a_bug, .signal = SIGABRT)
{
    struct nn_net *net = new_with_logits(LADDER, 1, false);
    nn_loss(net, 1, (const uint16_t[]){CLASSES}, NULL, 0, NULL);
}

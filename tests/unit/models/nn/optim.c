#include "models/nn/optim.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-6;

static void assert_close(double found, double expected, const char *what)
{
    cr_assert(fabs(found - expected) <= TOLERANCE * fmax(1, fabs(expected)), "%s is %.9g, not %.9g",
              what, found, expected);
}

/* A network of 2 n parameters, as a store of them. */
static struct nn_net *new_net(int n, int threads)
{
    struct nn_net *net = nn_net_new((struct nn_shape){1, 1, 1});
    nn_classifier(net, nn_input(net), n);
    nn_net_plan(net, threads, 1, &(struct nn_engine){.threads = threads});
    return net;
}

/* Three steps from w = 1 with lr 0.1 and gradients 0.5, -0.2, 0.1. */
static void assert_steps(double momentum, double weight_decay, bool nesterov,
                         const double *expected)
{
    const float gradients[] = {0.5F, -0.2F, 0.1F};
    const struct optimizer_setting setting = {
        .momentum = momentum, .weight_decay = weight_decay, .nesterov = nesterov};
    struct nn_net *net = new_net(1, 1);
    struct optimizer optimizer;
    optimizer_init(&optimizer, &setting, net);
    float *w = nn_params(net), *g = nn_gradients(net);
    w[0] = 1;
    for (size_t i = 0; i < 3; i++) {
        g[0] = gradients[i];
        optimizer_step(&optimizer, net, 0.1, 0);
        assert_close((double)w[0], expected[i], "weight");
        cr_assert(g[0] == 0, "left for the next backward pass: %g", (double)g[0]);
    }
    optimizer_release(&optimizer);
    nn_net_free(net);
}

Test(optim, plain_descent)
{
    assert_steps(0, 0, false, (const double[]){0.95, 0.97, 0.96});
}

/*
 * d = 0.51,        v = 0.51,                              w = 1 - 0.051
 * d = -0.19051,    v = 0.459 - 0.19051 = 0.26849,         w = 0.949 - 0.026849
 * d = 0.10922151,  v = 0.241641 + 0.10922151,             w = 0.922151 - 0.0350862510
 */
Test(optim, momentum_and_weight_decay)
{
    assert_steps(0.9, 0.01, false, (const double[]){0.949, 0.922151, 0.887064749});
}

/*
 * d = 0.51,         v = 0.51,                             w = 1 - 0.1 (0.51 + 0.459)
 * d = -0.190969,    v = 0.459 - 0.190969 = 0.268031,      w = 0.9031 - 0.1 (-0.190969 + 0.2412279)
 * d = 0.1089807411, v = 0.2412279 + 0.1089807411,         w = 0.89807411 - 0.1 (d + 0.315187777)
 */
Test(optim, nesterov)
{
    assert_steps(0.9, 0.01, true, (const double[]){0.9031, 0.89807411, 0.855657258});
}

Test(optim, every_weight_has_its_own_momentum)
{
    enum { N = 37 };
    struct nn_net *net = new_net(N, 1);
    struct optimizer optimizer;
    optimizer_init(&optimizer, &(struct optimizer_setting){.momentum = 0.5}, net);
    for (int step = 0; step < 2; step++) {
        for (size_t i = 0; i < (size_t)2 * N; i++)
            nn_gradients(net)[i] = (float)i;
        optimizer_step(&optimizer, net, 1, 0);
    }
    for (size_t i = 0; i < (size_t)2 * N; i++) /* -i, then -(0.5 i + i) more */
        assert_close((double)nn_params(net)[i], -2.5 * (double)i, "weight");
    optimizer_release(&optimizer);
    nn_net_free(net);
}

/* Bit for bit, however many threads share the parameters. */
Test(optim, threads_add_up_to_the_whole)
{
    enum { N = 51, WAYS = 4 };
    static const int threads[WAYS] = {1, 2, 3, 8};
    const struct optimizer_setting setting = {
        .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true};
    float first[2 * N];
    for (int way = 0; way < WAYS; way++) {
        struct nn_net *net = new_net(N, threads[way]);
        struct optimizer optimizer;
        optimizer_init(&optimizer, &setting, net);
        for (size_t i = 0; i < (size_t)2 * N; i++)
            nn_params(net)[i] = 0.01F * (float)i - 0.3F;
        for (int step = 0; step < 3; step++) {
            for (size_t i = 0; i < (size_t)2 * N; i++)
                nn_gradients(net)[i] = 1 / (1 + (float)i);
            optimizer_step(&optimizer, net, 0.1, 0);
        }
        for (size_t i = 0; i < (size_t)2 * N; i++) {
            first[i] = way ? first[i] : nn_params(net)[i];
            cr_assert(first[i] == nn_params(net)[i], "%d threads, weight %zu: %.9g, %.9g",
                      threads[way], i, (double)nn_params(net)[i], (double)first[i]);
            cr_assert(nn_gradients(net)[i] == 0, "%d threads, gradient %zu", threads[way], i);
        }
        optimizer_release(&optimizer);
        nn_net_free(net);
    }
}

/* ---- LARS, by its definition ---- */

enum { LARGEST = 40 };

/* One step of one layer's weights or biases, in double: w, v, g [n]. */
static void lars_by_hand(double *w, double *v, const double *g, size_t n,
                         const struct optimizer_setting *s, double lr)
{
    double ww = 0, gg = 0;
    for (size_t i = 0; i < n; i++) {
        ww += w[i] * w[i];
        gg += g[i] * g[i];
    }
    const double ratio =
        ww > 0 && gg > 0 ? s->trust * sqrt(ww) / (sqrt(gg) + s->weight_decay * sqrt(ww)) : 1;
    for (size_t i = 0; i < n; i++) {
        const double d = ratio * (g[i] + s->weight_decay * w[i]);
        v[i] = s->momentum * v[i] + d;
        w[i] -= lr * (s->nesterov ? d + s->momentum * v[i] : v[i]);
    }
}

/* Biases start at 0, where there is no ratio. */
static void expect_lars(bool nesterov, int threads)
{
    const struct optimizer_setting setting = {.kind = OPTIMIZER_LARS,
                                              .trust = 0.1,
                                              .momentum = 0.9,
                                              .weight_decay = 0.05,
                                              .nesterov = nesterov};
    struct nn_net *net = new_net(LARGEST / 2, threads);
    const size_t half = LARGEST / 2;
    struct optimizer optimizer;
    double w[LARGEST] = {0}, v[LARGEST] = {0}, g[LARGEST];
    optimizer_init(&optimizer, &setting, net);
    for (size_t i = 0; i < half; i++)
        nn_params(net)[i] = (float)(w[i] = 0.25 * (double)i - 2);
    for (int step = 0; step < 5; step++) {
        for (size_t i = 0; i < LARGEST; i++)
            nn_gradients(net)[i] = (float)(g[i] = (double)((int)i * 7 % 11 - 5 + step) / 8);
        optimizer_step(&optimizer, net, 0.5, 0);
        lars_by_hand(w, v, g, half, &setting, 0.5);
        lars_by_hand(w + half, v + half, g + half, half, &setting, 0.5);
        for (size_t i = 0; i < LARGEST; i++)
            assert_close((double)nn_params(net)[i], w[i], "weight");
    }
    optimizer_release(&optimizer);
    nn_net_free(net);
}

Test(optim, lars)
{
    expect_lars(false, 1);
    expect_lars(true, 1);
    expect_lars(true, 3);
}

/* ---- Schedules: a peak of 0.1 over 10 epochs, unless said otherwise ---- */

static void assert_lr(struct schedule schedule, double epoch, double epochs, double expected)
{
    const double lr = schedule_lr(&schedule, epoch, epochs);
    cr_assert(fabs(lr - expected) <= 1e-9, "%s at epoch %g of %g is %.12g, not %.12g",
              schedule_names[schedule.kind], epoch, epochs, lr, expected);
}

Test(optim, names_are_those_of_the_kinds)
{
    const char *const expected[] = {"constant",  "step",     "cosine",
                                    "one-cycle", "triangle", "milestones"};
    for (size_t i = 0; i < 6; i++)
        cr_assert(strcmp(schedule_names[i], expected[i]) == 0, "%s, not %s", schedule_names[i],
                  expected[i]);
    cr_assert(schedule_names[6] == NULL);
    cr_assert(SCHEDULE_CONSTANT == 0 && SCHEDULE_STEP == 1 && SCHEDULE_COSINE == 2 &&
              SCHEDULE_ONE_CYCLE == 3 && SCHEDULE_TRIANGLE == 4);
}

Test(optim, constant)
{
    const struct schedule s = {.kind = SCHEDULE_CONSTANT, .lr = 0.1};
    assert_lr(s, 0, 10, 0.1);
    assert_lr(s, 10, 10, 0.1);
}

Test(optim, cosine)
{
    const struct schedule s = {.kind = SCHEDULE_COSINE, .lr = 0.1};
    assert_lr(s, 0, 10, 0.1);
    assert_lr(s, 2.5, 10, 0.05 * (1 + sqrt(0.5)));
    assert_lr(s, 5, 10, 0.05);
    assert_lr(s, 10, 10, 0);
    assert_lr(s, 11, 10, 0);
}

Test(optim, warmup_comes_before_the_schedule)
{
    const struct schedule s = {.kind = SCHEDULE_COSINE, .lr = 0.1, .warmup = 2};
    assert_lr(s, 0, 10, 0);
    assert_lr(s, 0.5, 10, 0.025);
    assert_lr(s, 2, 10, 0.1);
    assert_lr(s, 6, 10, 0.05); /* half of the 8 epochs left */
    assert_lr(s, 10, 10, 0);
    const struct schedule all = {.kind = SCHEDULE_CONSTANT, .lr = 0.1, .warmup = 20};
    assert_lr(all, 10, 10, 0.05);
}

Test(optim, step_falls_at_shares_of_the_epochs)
{
    const struct schedule s = {
        .kind = SCHEDULE_STEP, .lr = 0.1, .step_every = 0.3, .step_factor = 0.1};
    assert_lr(s, 26.9, 90, 0.1);
    assert_lr(s, 27, 90, 0.01);
    assert_lr(s, 53.9, 90, 0.01);
    assert_lr(s, 54, 90, 0.001);
    assert_lr(s, 81, 90, 0.0001);
    const struct schedule half = {
        .kind = SCHEDULE_STEP, .lr = 0.1, .warmup = 2, .step_every = 0.5, .step_factor = 0.2};
    assert_lr(half, 5.9, 10, 0.1);
    assert_lr(half, 6, 10, 0.02);
}

/* 60, 120 and 160 of 200, by .2 each; a training of 100 has them at 30, 60 and 80. */
Test(optim, milestones_are_epochs_at_which_it_falls)
{
    static const double at[] = {60, 120, 160};
    const struct schedule s = {.kind = SCHEDULE_MILESTONES,
                               .lr = 0.1,
                               .warmup = 5,
                               .step_factor = 0.2,
                               .milestones = at,
                               .milestone_count = 3,
                               .milestones_of = 200};
    assert_lr(s, 2.5, 200, 0.05);
    assert_lr(s, 59.99, 200, 0.1);
    assert_lr(s, 60, 200, 0.02);
    assert_lr(s, 119.9, 200, 0.02);
    assert_lr(s, 120, 200, 0.004);
    assert_lr(s, 160, 200, 0.0008);
    assert_lr(s, 200, 200, 0.0008);
    assert_lr(s, 29.9, 100, 0.1);
    assert_lr(s, 30, 100, 0.02);
    assert_lr(s, 80, 100, 0.0008);
}

Test(optim, one_cycle_rises_and_falls)
{
    const struct schedule s = {
        .kind = SCHEDULE_ONE_CYCLE, .lr = 0.1, .warmup = 5, .cycle_rise = 0.3};
    assert_lr(s, 0, 10, 0.1 / 25);
    assert_lr(s, 1.5, 10, (0.1 / 25 + 0.1) / 2);
    assert_lr(s, 3, 10, 0.1);
    assert_lr(s, 6.5, 10, (0.1 + 0.1 / 1e4) / 2);
    assert_lr(s, 10, 10, 0.1 / 1e4);
}

Test(optim, one_cycle_at_both_ends_of_its_option)
{
    const struct schedule falls = {.kind = SCHEDULE_ONE_CYCLE, .lr = 0.1, .cycle_rise = 0},
                          rises = {.kind = SCHEDULE_ONE_CYCLE, .lr = 0.1, .cycle_rise = 1};
    assert_lr(falls, 0, 10, 0.1);
    assert_lr(falls, 10, 10, 0.1 / 1e4);
    assert_lr(rises, 0, 10, 0.1 / 25);
    assert_lr(rises, 10, 10, 0.1);
}

/* Of 10 epochs 4 rise: half of the way up is 0.1 (0.2 + 1) / 2, half of the way down 0.1 (1 + 0.06)
   / 2. Warm-up is refused (config) and ignored. */
Test(optim, triangle_rises_and_falls_in_lines)
{
    const struct schedule s = {.kind = SCHEDULE_TRIANGLE,
                               .lr = 0.1,
                               .warmup = 5,
                               .triangle_start = 0.2,
                               .triangle_end = 0.06,
                               .triangle_rise = 0.4};
    assert_lr(s, 0, 10, 0.02);
    assert_lr(s, 2, 10, 0.06);
    assert_lr(s, 4, 10, 0.1);
    assert_lr(s, 7, 10, 0.053);
    assert_lr(s, 10, 10, 0.006);
    struct schedule falls = s, rises = s;
    falls.triangle_rise = 0;
    assert_lr(falls, 0, 10, 0.1);
    assert_lr(falls, 5, 10, 0.053);
    rises.triangle_rise = 1;
    assert_lr(rises, 5, 10, 0.06);
    assert_lr(rises, 10, 10, 0.1);
}

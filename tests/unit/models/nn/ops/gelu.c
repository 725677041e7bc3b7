/*
 * gelu and silu where the conformance tests' small values do not lead: far out, at the ends of what
 * a float can be, and beyond.
 */
#include "models/nn/op.h"

#include <criterion/criterion.h>
#include <math.h>

/* Of each value; of 1 for slopes, whose two parts cancel. The shares have 3e-7 (gelu.c). */
static const double TOLERANCE = 1e-6;
/* What is less may be 0: x exp(-87), as far out as the test looks. */
static const double LEAST = 3e-36;

enum { COUNT = 4001 };

struct curve {
    const struct nn_op *op;
    double (*share)(double x), (*density)(double x);
};

static double normal(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

static double normal_density(double x)
{
    return exp(-x * x / 2) / sqrt(2 * acos(-1));
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double sigmoid_density(double x)
{
    return sigmoid(x) * sigmoid(-x);
}

static const struct curve curves[] = {
    {&gelu_op, normal, normal_density},
    {&silu_op, sigmoid, sigmoid_density},
};

/* y[n] and dx[n] of x[n] with dy = 1 */
static void run(const struct nn_op *op, const float *x, float *y, float *dx, float *dy, int n)
{
    const struct nn_layer layer = {.in = {{1, 1, n}}, .out = {1, 1, n}};
    const struct nn_mode mode = {.train = true};
    for (int i = 0; i < n; i++)
        dy[i] = 1;
    const struct nn_call call = {
        .layer = &layer, .mode = &mode, .n = 1, .x = {x}, .y = y, .dy = dy, .dx = {dx}};
    op->forward(&call);
    op->backward(&call);
}

Test(gelu, is_exact_far_out)
{
    static float x[COUNT], y[COUNT], dx[COUNT], dy[COUNT];
    for (int i = 0; i < COUNT; i++)
        x[i] = (float)(i - COUNT / 2) / 16; /* -125 to 125 */
    for (size_t k = 0; k < sizeof curves / sizeof *curves; k++) {
        const struct curve *curve = &curves[k];
        run(curve->op, x, y, dx, dy, COUNT);
        for (int i = 0; i < COUNT; i++) {
            const double at = (double)x[i], value = at * curve->share(at),
                         slope = curve->share(at) + at * curve->density(at);
            const double far = fmax(1, at * at / 16); /* an exponent's rounding is a share of it */
            cr_assert(fabs((double)y[i] - value) <= TOLERANCE * far * fabs(value) + LEAST,
                      "%s(%g) is %.9g, not %.9g", curve->op->name, at, (double)y[i], value);
            cr_assert(fabs((double)dx[i] - slope) <= TOLERANCE, "%s'(%g) is %.9g, not %.9g",
                      curve->op->name, at, (double)dx[i], slope);
        }
    }
}

Test(gelu, keeps_nan_and_what_is_huge)
{
    const float x[] = {NAN, -NAN, 3e38F, -3e38F, 0, -0.0F, 1e-40F, INFINITY};
    enum { N = sizeof x / sizeof *x };
    for (size_t k = 0; k < sizeof curves / sizeof *curves; k++) {
        float y[N], dx[N], dy[N];
        run(curves[k].op, x, y, dx, dy, N);
        const char *name = curves[k].op->name;
        cr_assert(isnan(y[0]) && isnan(y[1]) && isnan(dx[0]) && isnan(dx[1]),
                  "%s of NaN: %g, slope %g", name, (double)y[0], (double)dx[0]);
        cr_assert(y[2] == x[2] && dx[2] == 1, "%s: %g, slope %g", name, (double)y[2],
                  (double)dx[2]);
        cr_assert(y[3] == 0 && dx[3] == 0, "%s: %g, slope %g", name, (double)y[3], (double)dx[3]);
        cr_assert(y[4] == 0 && y[5] == 0 && dx[4] == 0.5F, "%s: %g, slope %g", name, (double)y[4],
                  (double)dx[4]);
        cr_assert(y[7] == INFINITY, "%s: %g", name, (double)y[7]);
    }
}

/*
 * gradcheck: see gradcheck.h. How the step and the measure are chosen:
 *
 * Each array (a parameter block, or the input) is moved by h along directions of random signs, so
 * that (analytic - true gradient) . d has the mean square |analytic - true|^2. The root mean square
 * over a few directions, divided by |analytic|, is therefore an estimate of the array's relative
 * error, and never divides by a number that is small by chance. Then by h along the one entry with
 * the largest gradient.
 *
 * float32 gives the loss to about 1e-7, so h must not be too small. Where relu and max_pool have
 * kinks between w - h d and w + h d, the difference is off by about the square root of their share,
 * so h must not be large. No h suits all arrays: two are tried, relative to the size of the array's
 * values, and the best counts, for a wrong gradient is wrong at every h. What to expect of a right
 * one: below 1e-3 where all is smooth, up to 0.06 in a deep network of relus.
 *
 * An array whose gradient is nearly 0 (a bias before a norm) is measured against FLOOR times the
 * norm of the whole gradient instead.
 */
#include "tests/support/gradcheck.h"

#include "base/mem.h"
#include "models/nn/net.h"

#include <math.h>

enum { DIRECTIONS = 2, STEP_COUNT = 2, INPUT_BLOCK = -1 };

static const double STEPS[STEP_COUNT] = {1e-2, 2e-4}; /* of the values' root mean square */
static const double SMALLEST_SIZE = 0.1;              /* taken for arrays of zeros */
static const double GOOD = 2e-3;  /* no further step is tried below this error */
static const double BAD = 2e-2;   /* above it the next step is tried at once */
static const double FLOOR = 1e-2; /* of the whole gradient's norm */

/* What is moved, and what backward says of it. */
struct array {
    float *values;         /* [count] */
    const float *gradient; /* [count] */
    size_t count;
    int block;
};

struct check {
    struct nn_net *net;
    int n;
    const uint16_t *labels;
    uint64_t seed;
    bool frozen;
    double floor; /* of the norm that an error is divided by */
};

static double norm(const float *values, size_t count)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (double)values[i] * (double)values[i];
    return sqrt(squares);
}

static double loss(const struct check *check)
{
    const struct nn_mode mode = {.train = true, .seed = check->seed, .frozen = check->frozen};
    nn_forward(check->net, check->n, &mode);
    return nn_loss(check->net, check->n, check->labels, NULL, 0, NULL);
}

/* values = saved + h * (random signs) */
static void move(const struct array *array, const float *saved, double h, struct rng rng)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < array->count; i++, bits >>= 1) {
        if (i % 32 == 0)
            bits = rng_u32(&rng);
        array->values[i] = saved[i] + (float)(bits & 1 ? h : -h);
    }
}

/* (L(w + h d) - L(w - h d)) / 2h - g . d, with the steps as float32 has rounded them. */
static double direction_error(const struct check *check, const struct array *array,
                              const float *saved, double h, struct rng rng)
{
    double expected = 0;
    move(array, saved, h, rng);
    for (size_t i = 0; i < array->count; i++)
        expected += (double)array->gradient[i] * ((double)array->values[i] - (double)saved[i]);
    double change = loss(check);
    move(array, saved, -h, rng);
    for (size_t i = 0; i < array->count; i++)
        expected -= (double)array->gradient[i] * ((double)array->values[i] - (double)saved[i]);
    change -= loss(check);
    for (size_t i = 0; i < array->count; i++)
        array->values[i] = saved[i];
    return (change - expected) / (2 * h);
}

static double entry_error(const struct check *check, const struct array *array, size_t i, double h)
{
    const float saved = array->values[i];
    array->values[i] = saved + (float)h;
    double step = (double)array->values[i], change = loss(check);
    array->values[i] = saved - (float)h;
    step -= (double)array->values[i];
    change -= loss(check);
    array->values[i] = saved;
    return change / step - (double)array->gradient[i];
}

/*
 * Relative error of an array at one step; saved [count] is a copy of its values. Gives up where the
 * first directions alone make it larger than enough.
 */
static double error_at(const struct check *check, const struct array *array, const float *saved,
                       double h, double enough)
{
    const double length = fmax(norm(array->gradient, array->count), check->floor);
    if (!isfinite(length))
        return HUGE_VAL;
    size_t largest = 0;
    for (size_t i = 1; i < array->count; i++)
        if (fabsf(array->gradient[i]) > fabsf(array->gradient[largest]))
            largest = i;
    double squares = 0;
    for (uint32_t d = 0; d < DIRECTIONS; d++) {
        const struct rng rng = rng_stream(check->seed, RNG_TEST, (uint32_t)array->block, d);
        squares += pow(direction_error(check, array, saved, h, rng), 2) / DIRECTIONS;
        if (sqrt(squares) > enough * length)
            return sqrt(squares) / length;
    }
    const double single = fabs(entry_error(check, array, largest, h)) /
                          fmax(fabs((double)array->gradient[largest]), check->floor);
    return fmax(sqrt(squares) / length, single);
}

static double check_array(const struct check *check, const struct array *array)
{
    float *saved;
    MEM_NEW(saved, array->count);
    for (size_t i = 0; i < array->count; i++)
        saved[i] = array->values[i];
    const double size = fmax(norm(saved, array->count) / sqrt((double)array->count), SMALLEST_SIZE);
    double best = HUGE_VAL;
    for (size_t i = 0; i < STEP_COUNT && best > GOOD; i++)
        best = fmin(best, error_at(check, array, saved, STEPS[i] * size,
                                   i + 1 < STEP_COUNT ? BAD : HUGE_VAL));
    mem_free(saved);
    return best;
}

static void take(struct gradcheck *result, const struct check *check, const struct array *array)
{
    const double error = check_array(check, array);
    result->checked += DIRECTIONS + 1;
    if (!(error <= result->worst)) {
        result->worst = error;
        result->worst_block = array->block;
    }
}

struct gradcheck nn_gradcheck(struct nn_net *net, int n, const uint16_t *labels, uint64_t seed,
                              bool frozen)
{
    const size_t inputs = (size_t)n * nn_floats(net->input_shape),
                 room = net->rows * nn_floats(net->input_shape);
    struct check check = {.net = net, .n = n, .labels = labels, .seed = seed, .frozen = frozen};
    struct gradcheck result = {.worst_block = INPUT_BLOCK};
    MEM_NEW(net->input_gradient, room);
    nn_zero_gradients(net);
    loss(&check);
    nn_backward(net, n);
    check.floor = FLOOR * norm(net->gradients, net->blocks.floats);

    const struct array input = {net->input, net->input_gradient, inputs, INPUT_BLOCK};
    take(&result, &check, &input);
    for (int i = 0; i < net->blocks.count; i++) {
        const struct nn_block_place *place = &net->blocks.items[i];
        if (!nn_trained(net, place->how.epochs))
            continue;
        const struct array block = {net->params + place->at, net->gradients + place->at,
                                    place->block.count, i};
        take(&result, &check, &block);
    }
    nn_zero_gradients(net);
    mem_free(net->input_gradient);
    net->input_gradient = NULL;
    return result;
}

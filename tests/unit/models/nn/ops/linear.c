/*
 * The linear layer in bf16: the operands of all three products are rounded to bfloat16, and nothing
 * else is.
 */
#include "base/mem.h"
#include "models/nn/op.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 3, IN = 33, OUT = 5 };

/* What one pass reads and writes. */
struct pass {
    float x[N * IN], w[OUT * IN], bias[OUT], dy[N * OUT];
    float y[N * OUT], dx[N * IN], dw[OUT * IN], dbias[OUT];
};

static void fill(float *values, size_t n, uint32_t stream)
{
    struct rng rng = rng_stream(13, RNG_TEST, 0, stream);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)rng_normal(&rng);
}

static void run(struct pass *pass, enum nn_type precision)
{
    const struct nn_layer layer = {
        .in = {{1, 1, IN}}, .out = {1, 1, OUT}, .precision = precision, .attr.out = OUT};
    struct nn_call call = {
        .layer = &layer,
        .mode = &(struct nn_mode){.train = true},
        .n = N,
        .x = {pass->x},
        .y = pass->y,
        .params = {pass->w, pass->bias},
        .dy = pass->dy,
        .dx = {pass->dx},
        .gradients = {pass->dw, pass->dbias},
    };
    MEM_NEW(call.scratch, linear_op.scratch(&layer, N));
    linear_op.forward(&call);
    linear_op.backward(&call);
    mem_free(call.scratch);
}

static void assert_same(const float *found, const float *expected, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(found[i] == expected[i], "%s[%zu] is %.9g, not %.9g", what, i, (double)found[i],
                  (double)expected[i]);
}

Test(linear, rounds_the_operands_in_bf16)
{
    struct pass narrow = {0}, rounded = {0};
    fill(narrow.x, N * IN, 0);
    fill(narrow.w, OUT * IN, 1);
    fill(narrow.bias, OUT, 2);
    fill(narrow.dy, N * OUT, 3);
    nn_round(rounded.x, narrow.x, N * IN);
    nn_round(rounded.w, narrow.w, OUT * IN);
    nn_round(rounded.dy, narrow.dy, N * OUT);
    for (int i = 0; i < OUT; i++)
        rounded.bias[i] = narrow.bias[i];
    run(&narrow, NN_BFLOAT16);
    run(&rounded, NN_FLOAT32);
    assert_same(narrow.y, rounded.y, N * OUT, "y");
    assert_same(narrow.dx, rounded.dx, N * IN, "dx");
    assert_same(narrow.dw, rounded.dw, OUT * IN, "dw");
    for (int o = 0; o < OUT; o++) {
        const double sum =
            (double)narrow.dy[o] + (double)narrow.dy[OUT + o] + (double)narrow.dy[2 * OUT + o];
        cr_assert(fabs((double)narrow.dbias[o] - sum) <= 1e-6, "dbias[%d] is %.9g, not %.9g", o,
                  (double)narrow.dbias[o], sum);
    }
}

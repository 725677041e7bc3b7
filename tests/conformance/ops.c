/*
 * Every op of models/nn/ops.def: forward and backward against its naive reference, on shapes that
 * are odd in every way, and on those that go by 16 channels; with arrays in bfloat16; in place,
 * without an input gradient, with no samples; with relu built in; and by gradient check.
 */
#include "base/cpu.h"
#include "base/mem.h"
#include "models/nn/op.h"
#include "tests/support/each.h"
#include "tests/support/gradcheck.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the largest value of the array; float sums of up to some thousand terms. */
static const double REFERENCE_TOLERANCE = 1e-5;
static const double GRADIENT_TOLERANCE = 5e-3;
/* Of a value that is stored in bfloat16, once: half a unit in the last of 8 bits. */
static const double ROUNDING = 0x1p-8;

static const struct nn_shape shapes[] = {
    {1, 1, 1},   {1, 1, 300}, {2, 3, 1},  {5, 4, 3},   {7, 9, 17}, {3, 8, 130},
    {11, 6, 12}, {40, 33, 3}, {8, 8, 16}, {6, 10, 32}, {1, 1, 48}, {4, 4, 64},
};
static const int batches[] = {1, 3};

enum { SHAPES = sizeof shapes / sizeof *shapes, BATCHES = sizeof batches / sizeof *batches };

static const struct nn_op *op_at(size_t i)
{
    static const struct nn_op *const all[] = {
#define OP(name) &name##_op,
#include "models/nn/ops.def"
#undef OP
        NULL,
    };
    return all[i];
}

/* ---- A single call, with each array in an allocation of its own ---- */

struct fixture {
    const struct nn_op *op;
    struct nn_layer layer;
    struct nn_mode mode;
    struct nn_call call;
    size_t inputs[NN_MAX_INPUTS], outputs; /* values of a batch */
    size_t params[NN_MAX_BLOCKS], buffers[NN_MAX_BLOCKS];
};

/* NaN, so that reading what nobody has written shows. */
static float *new_floats(size_t n)
{
    float *values = malloc(n * sizeof *values + 1); /* + 1: never 0 bytes */
    cr_assert(values != NULL);
    for (size_t i = 0; i < n; i++)
        values[i] = NAN;
    return values;
}

/* Multiples of 1/4, so that equal values, zeros and ties happen; bfloat16 can hold all of them. */
static float *new_random(size_t n, uint32_t stream)
{
    struct rng rng = rng_stream(7, RNG_TEST, 0, stream);
    float *values = new_floats(n);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(round(4 * rng_normal(&rng)) / 4);
    return values;
}

/* values[n] as an array of `type`, in an allocation of just that size; frees values. */
static float *as_type(float *values, size_t n, enum nn_type type)
{
    void *result = malloc(n * nn_type_size(type) + 1);
    cr_assert(result != NULL);
    nn_store(result, type, values, n, false);
    free(values);
    return result;
}

static void new_blocks(int (*ask)(const struct nn_layer *, struct nn_block *),
                       const struct nn_layer *layer, uint32_t stream, float **ret, size_t *counts)
{
    struct nn_block blocks[NN_MAX_BLOCKS];
    const int count = ask ? ask(layer, blocks) : 0;
    for (int i = 0; i < count; i++) {
        ret[i] = new_random(blocks[i].count, stream + (uint32_t)i);
        counts[i] = blocks[i].count;
    }
}

/* Arrays have room for n samples, or for one where n is 0. */
static void fixture_init(struct fixture *f, const struct nn_op *op, const struct nn_layer *layer,
                         int n, bool train, bool add)
{
    const int room = n ? n : 1;
    *f = (struct fixture){
        .op = op,
        .layer = *layer,
        .mode = {.train = train, .seed = 3, .epoch = 1, .step = 2},
        .outputs = (size_t)room * nn_floats(layer->out),
    };
    layer = &f->layer;
    if (op->open)
        op->open(&f->layer, &(struct nn_setting){.train_batch = room, .eval_batch = room});
    float *params[NN_MAX_BLOCKS] = {0};
    new_blocks(op->params, layer, 10, params, f->params);
    new_blocks(op->params, layer, 20, f->call.gradients, f->params);
    new_blocks(op->buffers, layer, 30, f->call.buffers, f->buffers);
    for (int k = 0; k < NN_MAX_BLOCKS; k++) {
        f->call.params[k] = params[k];
        for (size_t i = 0; i < f->buffers[k]; i++) /* a variance */
            f->call.buffers[k][i] = fabsf(f->call.buffers[k][i]) + 0.5F;
    }
    f->call.layer = layer;
    f->call.mode = &f->mode;
    f->call.node = 4;
    f->call.n = n;
    for (uint32_t k = 0; k < (uint32_t)op->inputs; k++) {
        const size_t count = f->inputs[k] = (size_t)room * nn_floats(layer->in[k]);
        f->call.x[k] = as_type(new_random(count, 1 + k), count, layer->in_type[k]);
        f->call.dx[k] = as_type(new_random(count, 40 + k), count, layer->in_type[k]);
        f->call.add[k] = add;
    }
    f->call.y = as_type(new_floats(f->outputs), f->outputs, layer->out_type);
    f->call.dy = as_type(new_random(f->outputs, 51), f->outputs, layer->out_type);
    f->call.saved = new_floats(op->saved ? op->saved(layer, room) : 0);
    f->call.scratch = new_floats(op->scratch ? op->scratch(layer, room) : 0);
}

static void fixture_release(struct fixture *f)
{
    for (int k = 0; k < NN_MAX_BLOCKS; k++) {
        free((void *)(uintptr_t)f->call.params[k]);
        free(f->call.gradients[k]);
        free(f->call.buffers[k]);
    }
    for (int k = 0; k < NN_MAX_INPUTS; k++) {
        free((void *)(uintptr_t)f->call.x[k]);
        free(f->call.dx[k]);
    }
    free(f->call.y);
    free((void *)(uintptr_t)f->call.dy);
    free(f->call.saved);
    free(f->call.scratch);
    if (f->op->close)
        f->op->close(&f->layer);
}

/* ---- Going through cases and shapes ---- */

static void describe(char *ret_text, size_t size, const struct nn_op *op,
                     const struct nn_layer *layer, int n)
{
    const struct nn_attr *a = &layer->attr;
    snprintf(ret_text, size, "%s %d x %d x %d x %d, out %d kernel %d stride %d pad %d groups %d%s",
             op->name, n, layer->in[0].h, layer->in[0].w, layer->in[0].c, a->out, a->kernel,
             a->stride, a->pad, a->groups, a->relu ? " relu" : "");
}

/* Fills in the shapes; a second input is as the first one or one value for each channel. */
static bool fits(const struct nn_op *op, const struct nn_attr *attr, struct nn_shape in,
                 struct nn_layer *ret_layer)
{
    struct err err;
    *ret_layer = (struct nn_layer){.attr = *attr, .in = {in, in}};
    if (!op->shape(attr, ret_layer->in, &ret_layer->out, &err))
        return true;
    ret_layer->in[1] = (struct nn_shape){1, 1, in.c};
    return op->inputs > 1 && !op->shape(attr, ret_layer->in, &ret_layer->out, &err);
}

typedef void visit_function(const struct nn_op *op, const struct nn_layer *layer, int n);

/* Calls visit for each case on the shapes that it fits, or one in `every`; it must fit some. */
static void each_layer_of(const struct nn_op *op, size_t every, visit_function *visit)
{
    cr_assert(op->inputs == 0 || op->case_count > 0, "%s has no cases", op->name);
    for (size_t i = 0; i < op->case_count; i++) {
        int fitting = 0;
        for (size_t s = 0; s < SHAPES; s += every) {
            struct nn_layer layer;
            if (!fits(op, &op->cases[i], shapes[s], &layer))
                continue;
            fitting++;
            for (size_t b = 0; b < BATCHES; b++)
                visit(op, &layer, batches[b]);
        }
        cr_assert(fitting > 0 || every > 1, "case %zu of %s fits none of the shapes", i, op->name);
    }
}

static void each_layer(const struct nn_op *op, visit_function *visit)
{
    each_layer_of(op, 1, visit);
}

static void assert_near(const float *found, const float *expected, size_t n, const char *what,
                        const char *where)
{
    double largest = 1;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)expected[i]));
    for (size_t i = 0; i < n; i++)
        cr_assert(fabs((double)found[i] - (double)expected[i]) <= REFERENCE_TOLERANCE * largest,
                  "%s of %s: [%zu] is %.9g, the reference says %.9g", what, where, i,
                  (double)found[i], (double)expected[i]);
}

static void assert_same_bits(const float *found, const float *expected, size_t n, const char *what,
                             const char *where)
{
    for (size_t i = 0; i < n; i++)
        cr_assert(found[i] == expected[i], "%s of %s: [%zu] is %.9g, not %.9g", what, where, i,
                  (double)found[i], (double)expected[i]);
}

/* ---- Against the reference ---- */

static void compare_with_reference(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    char where[128];
    describe(where, sizeof where, op, layer, n);
    for (int variant = 0; variant < 6; variant++) {
        const bool train = variant >= 2, frozen = variant >= 4, add = variant & 1;
        struct fixture fast, naive;
        fixture_init(&fast, op, layer, n, train, add);
        fixture_init(&naive, op, layer, n, train, add);
        fast.mode.frozen = naive.mode.frozen = frozen;
        op->forward(&fast.call);
        op->forward_naive(&naive.call);
        assert_near(fast.call.y, naive.call.y, fast.outputs, "output", where);
        for (int k = 0; k < NN_MAX_BLOCKS; k++)
            assert_near(fast.call.buffers[k], naive.call.buffers[k], fast.buffers[k], "buffer",
                        where);
        if (train) {
            for (int k = 0; k < op->inputs && !add; k++)
                for (size_t i = 0; i < fast.inputs[k]; i++)
                    fast.call.dx[k][i] = NAN; /* must be overwritten */
            op->backward(&fast.call);
            op->backward_naive(&naive.call);
            for (int k = 0; k < op->inputs; k++)
                assert_near(fast.call.dx[k], naive.call.dx[k], fast.inputs[k], "input gradient",
                            where);
            for (int k = 0; k < NN_MAX_BLOCKS; k++)
                assert_near(fast.call.gradients[k], naive.call.gradients[k], fast.params[k],
                            "parameter gradient", where);
        }
        fixture_release(&fast);
        fixture_release(&naive);
    }
}

EACH(ops, match_their_references, op_at)
{
    each_layer(op_at(index), compare_with_reference);
}

/* ---- Arrays in bfloat16, against the reference on the same values in float32 ---- */

/*
 * Rounded once when it is stored; where pools' windows overlap, once for each of them. What is
 * added to before[n] (NULL: nothing was there) may have been rounded before that, too.
 */
static void assert_near_stored(const void *found, enum nn_type type, const float *expected,
                               const float *before, size_t n, const struct nn_attr *attr,
                               const char *what, const char *where)
{
    const bool overlaps = attr->out == 0 && attr->kernel > attr->stride;
    float *values = new_floats(n);
    nn_load(values, found, type, n);
    double largest = 1;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)expected[i]));
    for (size_t i = 0; i < n; i++) {
        double rounded =
            overlaps ? attr->kernel * attr->kernel * largest : fabs((double)expected[i]);
        if (before)
            rounded += fabs((double)expected[i] - (double)before[i]);
        const double tolerance =
            REFERENCE_TOLERANCE * largest + (type == NN_BFLOAT16 ? ROUNDING * rounded : 0);
        cr_assert(fabs((double)values[i] - (double)expected[i]) <= tolerance,
                  "%s of %s: [%zu] is %.9g, the reference says %.9g", what, where, i,
                  (double)values[i], (double)expected[i]);
    }
    free(values);
}

/* What a network of precision bf16 keeps in bfloat16. */
static enum nn_type stored_type(struct nn_shape shape)
{
    return shape.h * shape.w > 1 ? NN_BFLOAT16 : NN_FLOAT32;
}

/* from_input: x[0] is the network's own input, which stays float32. */
static void compare_stored(const struct nn_op *op, const struct nn_layer *layer, int n,
                           bool from_input, bool train, bool add)
{
    char where[128];
    describe(where, sizeof where, op, layer, n);
    struct nn_layer typed = *layer;
    typed.precision = NN_BFLOAT16;
    for (int k = 0; k < op->inputs; k++)
        typed.in_type[k] = k == 0 && from_input ? NN_FLOAT32 : stored_type(typed.in[k]);
    typed.out_type = stored_type(typed.out);
    struct fixture fast, naive;
    fixture_init(&fast, op, &typed, n, train, add);
    fixture_init(&naive, op, layer, n, train, add);
    op->forward(&fast.call);
    op->forward_naive(&naive.call);
    assert_near_stored(fast.call.y, typed.out_type, naive.call.y, NULL, fast.outputs, &typed.attr,
                       "stored output", where);
    for (int k = 0; k < NN_MAX_BLOCKS; k++)
        assert_near(fast.call.buffers[k], naive.call.buffers[k], fast.buffers[k], "buffer", where);
    if (train) {
        float *before[NN_MAX_INPUTS];
        for (int k = 0; k < op->inputs; k++) {
            before[k] = new_floats(fast.inputs[k]);
            memcpy(before[k], naive.call.dx[k], fast.inputs[k] * sizeof(float));
        }
        op->backward(&fast.call);
        op->backward_naive(&naive.call);
        for (int k = 0; k < op->inputs; k++) {
            assert_near_stored(fast.call.dx[k], typed.in_type[k], naive.call.dx[k],
                               add ? before[k] : NULL, fast.inputs[k], &typed.attr,
                               "stored input gradient", where);
            free(before[k]);
        }
        for (int k = 0; k < NN_MAX_BLOCKS; k++)
            assert_near(fast.call.gradients[k], naive.call.gradients[k], fast.params[k],
                        "parameter gradient", where);
    }
    fixture_release(&fast);
    fixture_release(&naive);
}

static void compare_types(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    for (int variant = 0; variant < 8 && op->flags & NN_TYPED; variant++)
        compare_stored(op, layer, n, variant & 1, variant & 2, variant & 4);
}

EACH(ops, match_their_references_in_bf16, op_at)
{
    each_layer(op_at(index), compare_types);
}

/* ---- With fewer instructions than this CPU has, on some of the shapes ---- */

static void compare_with(enum cpu_set set, size_t index)
{
    enum { SOME = 4 }; /* one of 1 channel, one of an odd number, one of 16 */
    if (set > cpu_has())
        cr_skip("this CPU has no more than %s", cpu_set_names[cpu_has()]);
    setenv("WINNOW_CPU", cpu_set_names[set], 1);
    cr_assert_eq(cpu_runs(), set, "%s runs", cpu_set_names[cpu_runs()]);
    if (op_at(index) == &conv2d_op || op_at(index) == &linear_op)
        return; /* their products are convs.c's and BLAS's */
    each_layer_of(op_at(index), SOME, compare_with_reference);
    each_layer_of(op_at(index), SOME, compare_types);
}

EACH(ops, match_with_avx2, op_at)
{
    compare_with(CPU_AVX2, index);
}

EACH(ops, match_with_baseline, op_at)
{
    compare_with(CPU_BASELINE, index);
}

/* ---- No samples: nothing is learnt ---- */

static void run_empty(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    (void)n;
    char where[128];
    describe(where, sizeof where, op, layer, 0);
    struct fixture empty, untouched;
    fixture_init(&empty, op, layer, 0, true, false);
    fixture_init(&untouched, op, layer, 0, true, false);
    op->forward(&empty.call);
    op->backward(&empty.call);
    empty.mode.train = false;
    op->forward(&empty.call);
    for (int k = 0; k < NN_MAX_BLOCKS; k++) {
        assert_same_bits(empty.call.gradients[k], untouched.call.gradients[k], empty.params[k],
                         "parameter gradient", where);
        assert_same_bits(empty.call.buffers[k], untouched.call.buffers[k], empty.buffers[k],
                         "buffer", where);
    }
    fixture_release(&empty);
    fixture_release(&untouched);
}

EACH(ops, do_nothing_without_samples, op_at)
{
    each_layer(op_at(index), run_empty);
}

/* ---- relu built in is relu afterwards: the same bits ---- */

static void compare_relu(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    if (!layer->attr.relu)
        return;
    char where[128];
    describe(where, sizeof where, op, layer, n);
    struct nn_layer plain_layer = *layer;
    plain_layer.attr.relu = false;
    struct fixture fused, plain;
    fixture_init(&fused, op, layer, n, true, false);
    fixture_init(&plain, op, &plain_layer, n, true, false);
    op->forward(&fused.call);
    op->forward(&plain.call);
    float *dy = new_floats(plain.outputs);
    for (size_t i = 0; i < plain.outputs; i++) {
        const bool passes = plain.call.y[i] > 0;
        plain.call.y[i] = passes ? plain.call.y[i] : 0;
        dy[i] = passes ? plain.call.dy[i] : 0;
    }
    assert_same_bits(fused.call.y, plain.call.y, fused.outputs, "output with relu", where);
    op->backward(&fused.call);
    struct nn_call call = plain.call;
    call.dy = dy;
    op->backward(&call);
    for (int k = 0; k < op->inputs; k++)
        assert_same_bits(fused.call.dx[k], call.dx[k], fused.inputs[k], "input gradient with relu",
                         where);
    for (int k = 0; k < NN_MAX_BLOCKS; k++)
        assert_same_bits(fused.call.gradients[k], call.gradients[k], fused.params[k],
                         "parameter gradient with relu", where);
    free(dy);
    fixture_release(&fused);
    fixture_release(&plain);
}

EACH(ops, relu_built_in_is_relu_afterwards, op_at)
{
    each_layer(op_at(index), compare_relu);
}

/* ---- In place, and without an input gradient: the same bits ---- */

static void compare_in_place(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    char where[128];
    describe(where, sizeof where, op, layer, n);
    struct fixture apart, in_place;
    fixture_init(&apart, op, layer, n, true, false);
    fixture_init(&in_place, op, layer, n, true, false);
    op->forward(&apart.call);
    struct nn_call call = in_place.call;
    if (op->flags & NN_FORWARD_IN_PLACE) {
        memcpy(call.y, call.x[0], in_place.outputs * sizeof *call.y);
        call.x[0] = call.y;
    }
    op->forward(&call);
    assert_same_bits(call.y, apart.call.y, apart.outputs, "output in place", where);

    op->backward(&apart.call);
    call.x[0] = in_place.call.x[0];
    if (op->flags & NN_BACKWARD_IN_PLACE) {
        memcpy(call.dx[0], call.dy, in_place.outputs * sizeof *call.dy);
        call.dy = call.dx[0];
    }
    op->backward(&call);
    for (int k = 0; k < op->inputs; k++)
        assert_same_bits(call.dx[k], apart.call.dx[k], apart.inputs[k], "input gradient in place",
                         where);
    fixture_release(&apart);
    fixture_release(&in_place);
}

EACH(ops, work_in_place, op_at)
{
    each_layer(op_at(index), compare_in_place);
}

static void compare_unwanted(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    char where[128];
    describe(where, sizeof where, op, layer, n);
    struct fixture wanted, unwanted;
    fixture_init(&wanted, op, layer, n, true, false);
    fixture_init(&unwanted, op, layer, n, true, false);
    op->forward(&wanted.call);
    op->backward(&wanted.call);
    struct nn_call call = unwanted.call;
    op->forward(&call);
    for (int k = 0; k < NN_MAX_INPUTS; k++) {
        const unsigned reads = k ? NN_READS_SECOND : NN_READS_INPUT;
        call.x[k] = op->flags & reads ? call.x[k] : NULL;
        call.dx[k] = NULL;
    }
    call.y = op->flags & NN_READS_OUTPUT ? call.y : NULL;
    op->backward(&call);
    for (int k = 0; k < NN_MAX_BLOCKS; k++)
        assert_same_bits(call.gradients[k], wanted.call.gradients[k], wanted.params[k],
                         "parameter gradient alone", where);
    fixture_release(&wanted);
    fixture_release(&unwanted);
}

EACH(ops, can_leave_out_the_input_gradient, op_at)
{
    each_layer(op_at(index), compare_unwanted);
}

/* Of each block in turn; the others' gradients and the inputs' stay the same. */
static void compare_untrained(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    char where[128];
    describe(where, sizeof where, op, layer, n);
    struct fixture trained;
    fixture_init(&trained, op, layer, n, true, false);
    op->forward(&trained.call);
    op->backward(&trained.call);
    for (int untrained = 0; untrained < NN_MAX_BLOCKS && trained.params[untrained]; untrained++) {
        struct fixture f;
        fixture_init(&f, op, layer, n, true, false);
        struct nn_call call = f.call;
        op->forward(&call);
        call.gradients[untrained] = NULL;
        op->backward(&call);
        for (int k = 0; k < NN_MAX_BLOCKS; k++)
            if (k != untrained)
                assert_same_bits(call.gradients[k], trained.call.gradients[k], trained.params[k],
                                 "parameter gradient beside one that is not trained", where);
        for (int k = 0; k < op->inputs; k++)
            assert_same_bits(call.dx[k], trained.call.dx[k], trained.inputs[k],
                             "input gradient beside parameters that are not trained", where);
        fixture_release(&f);
    }
    fixture_release(&trained);
}

EACH(ops, can_leave_out_a_parameter_gradient, op_at)
{
    each_layer(op_at(index), compare_untrained);
}

/* ---- Gradient check ---- */

/* Values in -2..2, shuffled, all different and none near 0: away from the kinks of relu and max. */
static void fill_spaced(float *values, size_t n)
{
    uint32_t *order;
    MEM_NEW(order, n);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    rng_shuffle(&rng, order, n);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(4 * ((double)order[i] + 0.5) / (double)n - 2);
    mem_free(order);
}

/* A norm's values are within a few units of 0; shifts[c] beyond that: half of the channels pass the
   relu as they are, the others not at all. */
static void keep_off_the_kink(float *shifts, size_t c)
{
    for (size_t j = 0; j < c; j++)
        shifts[j] = j % 2 ? 8 : -8;
}

static void check_gradient(const struct nn_op *op, const struct nn_layer *layer, int n)
{
    enum { SAMPLES = 4, CLASSES = 3 };
    if (n != batches[0] || nn_floats(layer->in[0]) > 1200)
        return;
    char where[128];
    describe(where, sizeof where, op, layer, SAMPLES);
    struct nn_net *net = nn_net_new(layer->in[0]);
    const int x = nn_input(net);
    const bool equal = nn_floats(layer->in[0]) == nn_floats(layer->in[1]);
    const int other = op->inputs < 2 ? x : equal ? nn_sigmoid(net, x) : nn_global_avg_pool(net, x);
    nn_classifier(net, nn_add_node(net, op, &layer->attr, x, other), CLASSES);
    nn_net_plan(net, SAMPLES, 1, NULL);
    nn_net_init(net, 5);
    if (layer->attr.relu)
        keep_off_the_kink(nn_params(net) + (layer->attr.no_scale ? 0 : layer->in[0].c),
                          (size_t)layer->in[0].c);
    fill_spaced(nn_input_buffer(net), SAMPLES * nn_floats(layer->in[0]));
    /* At first not frozen, over and over, so that running statistics are those of the batch. */
    for (int frozen = 0; frozen < 2; frozen++) {
        const struct gradcheck found =
            nn_gradcheck(net, SAMPLES, (const uint16_t[SAMPLES]){0, 2, 1, 1}, 9, frozen);
        cr_assert(found.worst <= GRADIENT_TOLERANCE,
                  "%s%s: block %d is wrong by %g of its gradient", where, frozen ? ", frozen" : "",
                  found.worst_block, found.worst);
    }
    nn_net_free(net);
}

EACH(ops, pass_the_gradient_check, op_at)
{
    each_layer(op_at(index), check_gradient);
}

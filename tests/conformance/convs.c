/*
 * Every implementation of the convolution (models/nn/conv/convs.def) against the naive one: sizes,
 * strides, borders and kernels that are odd in every way, all directions, types and precisions,
 * full and partial batches; and how an implementation is chosen and forced.
 */
#include "base/cpu.h"
#include "base/rng.h"
#include "models/nn/conv/conv.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the largest value of the array: float32 sums of up to some thousand products, and what
   Winograd's transforms (factors up to 8 and their inverses) make of the same. */
static const double SUM_TOLERANCE = 1e-5, WINOGRAD_TOLERANCE = 5e-5;
/* Of the value: rounding to the 8 bits of a bfloat16. */
static const double BF16_ROUNDING = 1.0 / 256;

static const struct {
    int h, w, in, out, kernel, stride, pad;
} shapes[] = {
    {5, 4, 1, 6, 5, 1, 2},     {10, 9, 1, 32, 3, 1, 1}, {7, 9, 3, 16, 3, 1, 1},
    {12, 9, 3, 20, 7, 2, 3},   {7, 6, 6, 16, 5, 1, 0},  {9, 7, 20, 6, 3, 3, 0},
    {8, 8, 16, 16, 3, 1, 1},   {5, 5, 16, 16, 2, 1, 1}, {7, 9, 16, 32, 3, 2, 1},
    {6, 10, 32, 32, 3, 1, 1},  {8, 7, 32, 48, 1, 2, 0}, {5, 6, 48, 20, 2, 2, 0},
    {3, 3, 64, 16, 3, 1, 1},   {4, 4, 64, 48, 3, 1, 1}, {6, 5, 16, 64, 1, 1, 0},
    {1, 1, 48, 16, 1, 1, 0},   {9, 8, 16, 16, 5, 2, 2}, {8, 8, 32, 64, 3, 2, 1},
    {3, 2, 32, 32, 3, 1, 2},   {10, 6, 64, 3, 3, 1, 1}, {18, 17, 16, 16, 3, 1, 1},
    {32, 32, 3, 24, 2, 1, 0},  {9, 8, 16, 32, 2, 1, 0}, {31, 31, 24, 16, 3, 1, 1},
    {15, 15, 16, 32, 3, 1, 1},
};

static const struct {
    enum nn_type x, y, precision;
} types[] = {
    {NN_FLOAT32, NN_FLOAT32, NN_FLOAT32},   {NN_BFLOAT16, NN_BFLOAT16, NN_BFLOAT16},
    {NN_FLOAT32, NN_BFLOAT16, NN_BFLOAT16}, {NN_BFLOAT16, NN_FLOAT32, NN_BFLOAT16},
    {NN_FLOAT32, NN_FLOAT32, NN_BFLOAT16},
};

/* Parameters follow each other without gaps: they start anywhere. */
enum { PARAMETERS_AT = 3 };

enum { SHAPES = sizeof shapes / sizeof *shapes, TYPES = sizeof types / sizeof *types, IMAGES = 2 };

static struct conv conv_of(size_t shape, size_t type)
{
    const int k = shapes[shape].kernel, stride = shapes[shape].stride, pad = shapes[shape].pad;
    return (struct conv){
        .n = IMAGES,
        .in = {shapes[shape].h, shapes[shape].w, shapes[shape].in},
        .out = {(shapes[shape].h + 2 * pad - k) / stride + 1,
                (shapes[shape].w + 2 * pad - k) / stride + 1, shapes[shape].out},
        .kernel = k,
        .stride = stride,
        .pad = pad,
        .x_type = types[type].x,
        .y_type = types[type].y,
        .precision = types[type].precision,
    };
}

static void describe(char *ret_text, size_t size, const struct conv *conv,
                     enum conv_direction direction, const char *detail)
{
    static const char *const directions[] = {"forward", "backward data", "backward weights"};
    snprintf(ret_text, size,
             "%s, %s, %d x %d x %d to %d x %d x %d, kernel %d stride %d pad %d, %s %s %s", detail,
             directions[direction], conv->in.h, conv->in.w, conv->in.c, conv->out.h, conv->out.w,
             conv->out.c, conv->kernel, conv->stride, conv->pad, conv->x_type ? "bf16" : "fp32",
             conv->y_type ? "bf16" : "fp32", conv->precision ? "bf16" : "fp32");
}

/* ---- Arrays: what a call reads and writes, each in an allocation of its very size ---- */

struct array {
    enum nn_type type;
    size_t count;
    void *memory, *data;
};

static size_t size_of(struct nn_shape shape)
{
    return (size_t)shape.h * (size_t)shape.w * (size_t)shape.c;
}

static double value_of(const struct array *array, size_t i)
{
    return array->type == NN_BFLOAT16 ? (double)nn_bf16_to_float(((const nn_bf16 *)array->data)[i])
                                      : (double)((const float *)array->data)[i];
}

/* NaN, so that what nobody has written shows. Starts `offset` values after a cache line. */
static struct array new_array(enum nn_type type, size_t count, size_t offset)
{
    const size_t size = nn_type_size(type);
    struct array array = {.type = type, .count = count};
    cr_assert_eq(posix_memalign(&array.memory, 64, (offset + count) * size + 1), 0); /* never 0 */
    array.data = (char *)array.memory + offset * size;
    for (size_t i = 0; i < count; i++)
        if (type == NN_BFLOAT16)
            ((nn_bf16 *)array.data)[i] = nn_float_to_bf16(NAN);
        else
            ((float *)array.data)[i] = NAN;
    return array;
}

/* The first `count` values are random, such that bfloat16 can hold them where `coarse`. */
static void fill(struct array *array, size_t count, bool coarse, uint32_t stream)
{
    float *values = malloc(count * sizeof *values + 1);
    cr_assert_not_null(values);
    struct rng rng = rng_stream(5, RNG_TEST, 0, stream);
    for (size_t i = 0; i < count; i++) /* -1..1; many values are needed, and these are cheap */
        values[i] = (float)((int32_t)rng_u32(&rng)) / 2147483648.0F;
    if (coarse)
        nn_round(values, values, count);
    nn_store(array->data, array->type, values, count, false);
    free(values);
}

struct arrays {
    struct array x, y, dy, dx, w, bias, dw, scratch;
};

/* Random inputs of n pictures; outputs, and the pictures from n on, are NaN. dx is an input where
   it is added to. With `exact` all is float32, the values being the same. */
static struct arrays new_arrays(const struct conv *conv, int n, bool add, size_t scratch,
                                bool exact)
{
    const size_t in = size_of(conv->in), out = size_of(conv->out), all = (size_t)conv->n,
                 w = (size_t)(conv->kernel * conv->kernel * conv->in.c * conv->out.c);
    const enum nn_type x_type = exact ? NN_FLOAT32 : conv->x_type,
                       y_type = exact ? NN_FLOAT32 : conv->y_type;
    struct arrays a = {
        .x = new_array(x_type, all * in, 0),
        .y = new_array(y_type, all * out, 0),
        .dy = new_array(y_type, all * out, 0),
        .dx = new_array(x_type, all * in, 0),
        .w = new_array(NN_FLOAT32, w, PARAMETERS_AT),
        .bias = new_array(NN_FLOAT32, (size_t)conv->out.c, PARAMETERS_AT),
        .dw = new_array(NN_FLOAT32, w, PARAMETERS_AT),
        .scratch = new_array(NN_FLOAT32, scratch, 0),
    };
    fill(&a.x, (size_t)n * in, conv->x_type == NN_BFLOAT16, 1);
    fill(&a.dy, (size_t)n * out, conv->y_type == NN_BFLOAT16, 2);
    if (add)
        fill(&a.dx, (size_t)n * in, conv->x_type == NN_BFLOAT16, 3);
    fill(&a.w, w, false, 4);
    fill(&a.bias, a.bias.count, false, 5);
    fill(&a.dw, w, false, 6);
    return a;
}

static void arrays_release(struct arrays *a)
{
    struct array *const all[] = {&a->x, &a->y,    &a->dy, &a->dx,
                                 &a->w, &a->bias, &a->dw, &a->scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->memory);
}

static struct conv_call call_of(const struct conv *conv, const struct arrays *a, const void *state,
                                int n, bool add, bool bias)
{
    return (struct conv_call){
        .conv = conv,
        .state = state,
        .n = n,
        .x = a->x.data,
        .y = a->y.data,
        .dy = a->dy.data,
        .dx = a->dx.data,
        .add = add,
        .w = a->w.data,
        .bias = bias ? a->bias.data : NULL,
        .dw = a->dw.data,
        .scratch = a->scratch.data,
    };
}

/* What a direction writes, and how many values of it for n pictures. */
static struct array *output_of(struct arrays *a, enum conv_direction direction)
{
    return direction == CONV_FORWARD ? &a->y : direction == CONV_BACKWARD_DATA ? &a->dx : &a->dw;
}

static size_t output_count(const struct conv *conv, const struct arrays *a,
                           enum conv_direction direction, int n)
{
    return direction == CONV_FORWARD         ? (size_t)n * size_of(conv->out)
           : direction == CONV_BACKWARD_DATA ? (size_t)n * size_of(conv->in)
                                             : a->dw.count;
}

/* ---- Against the reference ---- */

/* One parameter for each implementation: its number in the registry. */
static struct criterion_test_params each_implementation(void)
{
    static size_t indices[64];
    size_t count = 0;
    while (conv_impl_at(count)) {
        cr_assert(count < sizeof indices / sizeof *indices);
        indices[count] = count;
        count++;
    }
    return cr_make_param_array(size_t, indices, count);
}

static void assert_unchanged(const struct array *found, const struct array *expected, size_t count,
                             const char *what, const char *where)
{
    for (size_t i = 0; i < count; i++)
        cr_assert(value_of(found, i) == value_of(expected, i), "%s: %s[%zu] became %g, was %g",
                  where, what, i, value_of(found, i), value_of(expected, i));
}

static void assert_near(const struct array *found, const struct array *expected,
                        const struct array *before, size_t count, bool add, double tolerance,
                        const char *where)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(value_of(expected, i)));
    for (size_t i = 0; i < count; i++) {
        const double right = value_of(expected, i), is = value_of(found, i);
        /* A sum may be rounded twice: what is added, and the sum. */
        const double rounded = fabs(right) + (add ? fabs(right - value_of(before, i)) : 0);
        const double allowed =
            tolerance * largest + (found->type == NN_BFLOAT16 ? BF16_ROUNDING * rounded : 0);
        cr_assert(fabs(is - right) <= allowed, "%s: [%zu] is %.9g, the reference says %.9g", where,
                  i, is, right);
    }
}

static void compare(const struct conv *conv, enum conv_direction direction,
                    const struct conv_choice *choice, int n, bool add, bool bias)
{
    char where[256];
    const char *detail = conv_detail(conv, direction, choice);
    describe(where, sizeof where, conv, direction, detail);
    struct conv exact = *conv;
    exact.x_type = exact.y_type = NN_FLOAT32;
    struct arrays found = new_arrays(conv, n, add, conv_scratch(conv, direction, choice), false),
                  expected = new_arrays(conv, n, add, 0, true),
                  before = new_arrays(conv, n, add, 0, true);
    const struct conv_call call = call_of(conv, &found, choice->state, n, add, bias),
                           reference = call_of(&exact, &expected, NULL, n, add, bias);
    choice->impl->run[direction](&call);
    conv_impl_find("naive")->run[direction](&reference);
    assert_near(output_of(&found, direction), output_of(&expected, direction),
                output_of(&before, direction), output_count(conv, &found, direction, n),
                add && direction == CONV_BACKWARD_DATA,
                strstr(detail, "wino") ? WINOGRAD_TOLERANCE : SUM_TOLERANCE, where);
    assert_unchanged(&found.x, &before.x, (size_t)n * size_of(conv->in), "x", where);
    assert_unchanged(&found.dy, &before.dy, (size_t)n * size_of(conv->out), "dy", where);
    assert_unchanged(&found.w, &before.w, found.w.count, "w", where);
    arrays_release(&found);
    arrays_release(&expected);
    arrays_release(&before);
}

/* Whether the implementation accepted. */
static bool try_implementation(const struct conv_impl *impl, const struct conv *conv,
                               enum conv_direction direction)
{
    if (!conv_accepts(impl, conv, direction))
        return false;
    struct conv_choice choice = {.impl = impl};
    if (impl->open && !(choice.state = impl->open(conv, direction)))
        return false;
    compare(conv, direction, &choice, conv->n, true, true);
    compare(conv, direction, &choice, conv->n - 1, false, false);
    compare(conv, direction, &choice, 0, false, true);
    conv_choice_release(&choice);
    return true;
}

static bool accepts_everything(const struct conv_impl *impl)
{
    return !strcmp(impl->name, "im2col") || !strcmp(impl->name, "naive");
}

ParameterizedTestParameters(convs, match_the_reference)
{
    return each_implementation();
}

ParameterizedTest(size_t *index, convs, match_the_reference)
{
    const struct conv_impl *impl = conv_impl_at(*index);
    int accepted = 0;
    for (size_t s = 0; s < SHAPES; s++)
        for (size_t t = 0; t < TYPES; t++)
            for (int d = 0; d < CONV_DIRECTIONS; d++) {
                const struct conv conv = conv_of(s, t);
                accepted += try_implementation(impl, &conv, (enum conv_direction)d);
            }
    if (accepts_everything(impl))
        cr_assert_eq(accepted, SHAPES * TYPES * CONV_DIRECTIONS, "%s accepted %d of %d", impl->name,
                     accepted, SHAPES * TYPES * CONV_DIRECTIONS);
    if (accepted == 0)
        cr_skip("%s: this CPU or this build has nothing for it", impl->name);
}

/*
 * With fewer instructions than this CPU has, on some of the shapes: those that need more accept
 * nothing, and all others are right.
 */
#ifdef __x86_64__
static void match_with(enum cpu_set set, const char *const *expected)
{
    enum { SOME = 6 };
    const struct conv_impl *impl;
    if (set > cpu_has())
        cr_skip("this CPU has no more than %s", cpu_set_names[cpu_has()]);
    setenv("WINNOW_CPU", cpu_set_names[set], 1);
    cr_assert_eq(cpu_runs(), set, "%s runs", cpu_set_names[cpu_runs()]);
    for (size_t i = 0; (impl = conv_impl_at(i)); i++) {
        int accepted = 0;
        bool may = false;
        for (const char *const *name = expected; *name; name++)
            may |= !strcmp(*name, impl->name);
        for (size_t s = 0; s < SHAPES; s += SOME)
            for (size_t t = 0; t < 2; t++)
                for (int d = 0; d < CONV_DIRECTIONS; d++) {
                    const struct conv conv = conv_of(s, t);
                    accepted += try_implementation(impl, &conv, (enum conv_direction)d);
                }
        cr_expect_eq(accepted > 0, may && !impl->missing, "%s accepts %d with %s", impl->name,
                     accepted, cpu_set_names[set]);
    }
}

Test(convs, match_with_avx512)
{
    match_with(CPU_AVX512,
               (const char *const[]){"winograd", "direct", "onednn", "im2col", "naive", NULL});
}

Test(convs, match_with_avx2)
{
    match_with(CPU_AVX2, (const char *const[]){"winograd", "im2col", "naive", NULL});
}

Test(convs, match_with_baseline)
{
    match_with(CPU_BASELINE, (const char *const[]){"im2col", "naive", NULL});
}
#endif

/* So many that an implementation may put them side by side. */
ParameterizedTestParameters(convs, take_many_small_pictures)
{
    return each_implementation();
}

ParameterizedTest(size_t *index, convs, take_many_small_pictures)
{
    enum { MANY = 64, SMALL = 20 };
    const struct conv_impl *impl = conv_impl_at(*index);
    int accepted = 0;
    for (size_t s = 0; s < SHAPES; s++)
        for (size_t t = 0; t < 2; t++)
            for (int d = 0; d < CONV_DIRECTIONS; d++) {
                struct conv conv = conv_of(s, t);
                conv.n = MANY;
                if (conv.out.h * conv.out.w <= SMALL && conv.kernel > 1)
                    accepted += try_implementation(impl, &conv, (enum conv_direction)d);
            }
    if (accepted == 0)
        cr_skip("%s: this CPU or this build has nothing for it", impl->name);
}

/* Rows of every width up to two tiles and some, for one, two and four vectors of channels, columns
   at all the usual distances. */
ParameterizedTestParameters(convs, take_every_width)
{
    return each_implementation();
}

ParameterizedTest(size_t *index, convs, take_every_width)
{
    static const int channels[] = {1, 3, 6, 16, 24, 40};
    const struct conv_impl *impl = conv_impl_at(*index);
    int accepted = 0;
    for (int w = 1; w <= 34; w++)
        for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
            for (int out = 16; out <= 64; out *= 2)
                for (enum nn_type type = NN_FLOAT32; type <= NN_BFLOAT16; type++) {
                    const struct conv conv = {.n = IMAGES,
                                              .in = {1, w, channels[i]},
                                              .out = {1, w, out},
                                              .kernel = 1,
                                              .stride = 1,
                                              .x_type = type,
                                              .y_type = type,
                                              .precision = type};
                    accepted += try_implementation(impl, &conv, CONV_FORWARD);
                }
    if (accepted == 0)
        cr_skip("%s: it takes no kernel of 1 x 1", impl->name);
}

/* ---- A few images cost a few ---- */

enum { BATCH = 18, ROWS_EIGHTH = 8 };
static const double FEW_FLOPS = 4e5; /* of an image, as the naive one is slow */

/* What is there for the images from `from` on is as it was. */
static void assert_untouched(const struct array *found, const struct array *before, size_t from,
                             const char *what, const char *where)
{
    const size_t at = from * nn_type_size(found->type),
                 all = found->count * nn_type_size(found->type);
    cr_assert(memcmp((char *)found->data + at, (char *)before->data + at, all - at) == 0,
              "%s: %s is touched beyond the images that are computed", where, what);
}

/*
 * n images of a batch: no more than an eighth more are computed, as is said, and what is computed
 * has the same bits as in a full batch. (BLAS has another order for products of another size.)
 */
static void try_rows(const struct conv *conv, enum conv_direction direction,
                     const struct conv_choice *choice, int n)
{
    char where[256];
    describe(where, sizeof where, conv, direction, conv_detail(conv, direction, choice));
    const size_t in = size_of(conv->in), out = size_of(conv->out);
    struct arrays few = new_arrays(conv, n, false, conv_scratch(conv, direction, choice), false),
                  all =
                      new_arrays(conv, BATCH, false, conv_scratch(conv, direction, choice), false),
                  before = new_arrays(conv, n, false, 0, false);
    const int rows = conv_rows(conv, choice, n);
    cr_assert(rows >= n && rows <= n + n / ROWS_EIGHTH && rows <= BATCH,
              "%s: %d images are computed for %d of %d", where, rows, n, BATCH);
    const size_t dy_image = out * nn_type_size(all.dy.type); /* what is 0 adds nothing to dw */
    memset((char *)all.dy.data + (size_t)n * dy_image, 0, (size_t)(BATCH - n) * dy_image);
    const struct conv_call call = call_of(conv, &few, choice->state, n, false, true),
                           full = call_of(conv, &all, choice->state, BATCH, false, true);
    choice->impl->run[direction](&call);
    choice->impl->run[direction](&full);
    assert_untouched(&few.x, &before.x, (size_t)rows * in, "x", where);
    assert_untouched(&few.y, &before.y, (size_t)rows * out, "y", where);
    assert_untouched(&few.dy, &before.dy, (size_t)rows * out, "dy", where);
    assert_untouched(&few.dx, &before.dx, (size_t)rows * in, "dx", where);
    if (strcmp(choice->impl->name, "im2col"))
        assert_unchanged(output_of(&few, direction), output_of(&all, direction),
                         output_count(conv, &few, direction, n), "the output", where);
    arrays_release(&few);
    arrays_release(&before);
    arrays_release(&all);
}

ParameterizedTestParameters(convs, compute_no_more_than_is_asked)
{
    return each_implementation();
}

ParameterizedTest(size_t *index, convs, compute_no_more_than_is_asked)
{
    static const int counts[] = {1, 17};
    const struct conv_impl *impl = conv_impl_at(*index);
    int accepted = 0;
    for (size_t s = 0; s < SHAPES; s++)
        for (size_t t = 0; t < 2; t++)
            for (int d = 0; d < CONV_DIRECTIONS; d++) {
                const enum conv_direction direction = (enum conv_direction)d;
                struct conv conv = conv_of(s, t);
                conv.n = BATCH;
                struct conv_choice choice = {.impl = impl};
                if (conv_flops(&conv) > FEW_FLOPS || !conv_accepts(impl, &conv, direction) ||
                    (impl->open && !(choice.state = impl->open(&conv, direction))))
                    continue;
                for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
                    try_rows(&conv, direction, &choice, counts[i]);
                conv_choice_release(&choice);
                accepted++;
            }
    if (accepted == 0)
        cr_skip("%s: this CPU or this build has nothing for it", impl->name);
}

/* ---- Threads may share what open() made ---- */

struct runner {
    const struct conv_choice *choice;
    enum conv_direction direction;
    struct conv_call call;
};

static void *run_some_times(void *context)
{
    enum { TIMES = 5 };
    const struct runner *runner = context;
    for (int i = 0; i < TIMES; i++)
        runner->choice->impl->run[runner->direction](&runner->call);
    return NULL;
}

static void share(const struct conv *conv, enum conv_direction direction,
                  const struct conv_choice *choice, int n)
{
    enum { THREADS = 2, RUNNERS };
    struct arrays arrays[RUNNERS];
    struct runner runners[RUNNERS];
    pthread_t threads[THREADS];
    char where[256];
    describe(where, sizeof where, conv, direction, conv_detail(conv, direction, choice));
    for (int i = 0; i < RUNNERS; i++) {
        arrays[i] = new_arrays(conv, n, false, conv_scratch(conv, direction, choice), false);
        runners[i] = (struct runner){choice, direction,
                                     call_of(conv, &arrays[i], choice->state, n, false, true)};
    }
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, run_some_times, &runners[i]), 0);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    run_some_times(&runners[THREADS]); /* alone */
    const size_t count = output_count(conv, &arrays[0], direction, n);
    for (int i = 0; i < THREADS; i++)
        assert_unchanged(output_of(&arrays[i], direction), output_of(&arrays[THREADS], direction),
                         count, "the output of two threads", where);
    for (int i = 0; i < RUNNERS; i++)
        arrays_release(&arrays[i]);
}

ParameterizedTestParameters(convs, can_be_shared_by_threads)
{
    return each_implementation();
}

/* With the first shape that it accepts; false where there is none. */
static bool share_one(const struct conv_impl *impl, enum conv_direction direction, size_t type)
{
    for (size_t s = 0; s < SHAPES; s++) {
        const struct conv conv = conv_of(s, type);
        struct conv_choice choice = {.impl = impl};
        if (!conv_accepts(impl, &conv, direction) ||
            (impl->open && !(choice.state = impl->open(&conv, direction))))
            continue;
        share(&conv, direction, &choice, IMAGES);
        share(&conv, direction, &choice, IMAGES - 1);
        conv_choice_release(&choice);
        return true;
    }
    return false;
}

ParameterizedTest(size_t *index, convs, can_be_shared_by_threads)
{
    int accepted = 0;
    for (size_t t = 0; t < TYPES; t++)
        for (int d = 0; d < CONV_DIRECTIONS; d++)
            accepted += share_one(conv_impl_at(*index), (enum conv_direction)d, t);
    if (accepted == 0)
        cr_skip("%s: this CPU or this build has nothing for it", conv_impl_at(*index)->name);
}

/* ---- Choosing ---- */

ParameterizedTestParameters(convs, can_be_forced)
{
    return each_implementation();
}

static bool opens(const struct conv_impl *impl, const struct conv *conv,
                  enum conv_direction direction)
{
    if (!conv_accepts(impl, conv, direction))
        return false;
    struct conv_choice choice = {.impl = impl};
    if (impl->open && !(choice.state = impl->open(conv, direction)))
        return false;
    conv_choice_release(&choice);
    return true;
}

/* The forced one where it can, the fastest elsewhere. */
ParameterizedTest(size_t *index, convs, can_be_forced)
{
    const struct conv_impl *impl = conv_impl_at(*index);
    cr_assert_eq(conv_impl_find(impl->name), impl, "%s is not found", impl->name);
    for (size_t s = 0; s < SHAPES; s++)
        for (int d = 0; d < CONV_DIRECTIONS; d++) {
            const enum conv_direction direction = (enum conv_direction)d;
            const struct conv conv = conv_of(s, 0);
            struct conv_choice forced = conv_choose(&conv, direction, impl),
                               best = conv_choose(&conv, direction, NULL);
            const struct conv_impl *expected = opens(impl, &conv, direction) ? impl : best.impl;
            cr_assert_eq(forced.impl, expected, "%s gave %s, not %s", impl->name, forced.impl->name,
                         expected->name);
            conv_choice_release(&forced);
            conv_choice_release(&best);
        }
}

/* Of those that can, none says that it is faster than the one that is taken. */
Test(convs, the_fastest_is_taken)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (int d = 0; d < CONV_DIRECTIONS; d++) {
            const enum conv_direction direction = (enum conv_direction)d;
            const struct conv conv = conv_of(s, 0);
            struct conv_choice best = conv_choose(&conv, direction, NULL);
            const double speed = best.impl->speed(&conv, direction);
            for (size_t i = 0; conv_impl_at(i); i++) {
                const struct conv_impl *other = conv_impl_at(i);
                cr_assert(!opens(other, &conv, direction) ||
                              other->speed(&conv, direction) <= speed,
                          "%s was taken, %s is faster", best.impl->name, other->name);
            }
            conv_choice_release(&best);
        }
}

#ifndef __x86_64__
/* No speed was measured: what stands on BLAS is taken, and nothing is claimed of the others. */
Test(convs, where_nothing_was_measured_a_matrix_product_is_taken)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (int d = 0; d < CONV_DIRECTIONS; d++) {
            const struct conv conv = conv_of(s, 0);
            struct conv_choice best = conv_choose(&conv, (enum conv_direction)d, NULL);
            cr_assert_str_eq(best.impl->name, "im2col");
            conv_choice_release(&best);
        }
}
#endif

Test(convs, unknown_names_are_not_found)
{
    cr_assert_null(conv_impl_find("im2co"));
    cr_assert_null(conv_impl_find(""));
}

/*
 * onednn: the direct convolution by oneDNN (libdnnl, versions 2 and 3), which writes its kernels at
 * run time for the CPU; bfloat16 where the CPU has the instructions. Its blocked layout "nChw16c"
 * is ours, so pictures are used where they lie. (The Winograd of version 2 is no faster than ours,
 * and sums in an order that depends on the number of pictures; version 3 has none.)
 *
 * A primitive is for one number of pictures. That for conv->n is made when the network is planned;
 * the first batch that has fewer makes one of its own, for a few more at most, and keeps it (some
 * 0.3 ms). All of them sum in the same order, and where a smaller one cannot be had the full one
 * serves. What a pass costs beyond its primitive:
 *
 *     weights   [out][k][k][in] -> the kernel's own blocks of 16 x 16 (and bfloat16), in scratch
 *     dw        the kernel's blocks, in scratch -> += [out][k][k][in]
 *     dx +=     dx in scratch, added afterwards
 *     filling up   pictures that only the primitive has are computed from whatever lies there;
 *                  for the weights' gradient they are set to 0
 *
 * Threads may share a primitive, as its scratch memory is handed to it; streams and memory objects
 * (which only say what lies where) they may not. These are made for each pass: less than a
 * microsecond each.
 *
 * Limits: channels in multiples of 16, x and y of one type, that of the precision; AVX-512, and for
 * bfloat16 the extension of that name: elsewhere oneDNN would fall back to plain loops. dx += of
 * bfloat16 rounds twice: what is added, and the sum.
 *
 * Example: 64 -> 128 channels at 32 x 32, kernel 3, stride 2: "onednn jit:avx512_core" for all
 * three directions.
 */
#include "base/cpu.h"
#include "base/err.h"
#include "base/mem.h"
#include "models/nn/conv/conv.h"

#ifdef WINNOW_ONEDNN

#include "models/nn/conv/onednn_version.h"

#include <pthread.h>
#include <stdio.h>

enum {
    DIMENSIONS = 4, /* n, c, h, w */
    MAX_ARGUMENTS = 5,
    ALIGN = 16, /* floats of a cache line: where the parts of scratch start */
};

struct argument {
    int name; /* DNNL_ARG_... */
    onednn_const_md shape;
    void *data;
};

struct primitive {
    dnnl_primitive_t run;
    onednn_md scratchpad; /* of no bytes: none needed */
};

/* The convolution of so many pictures. */
struct pass {
    struct pass *next; /* of fewer pictures than conv->n, in no order */
    int rows;
    struct primitive run;
    bool usable;
    onednn_md x, y; /* or their gradients, which lie alike */
};

struct onednn {
    struct conv conv;
    enum conv_direction direction;
    dnnl_engine_t engine;
    struct primitive reorder;
    struct pass full;
    pthread_mutex_t lock; /* on full.next: threads make passes as they meet them */
    onednn_md bias;
    onednn_md w, packed; /* ours; the kernel's. Or their gradients */
    float *no_bias;      /* [out.c] zeros */
    /* Scratch memory, in floats: packed weights or their gradient; dx, where it is to be added;
       what the pass or the reorder wants for itself. */
    size_t dx_at, scratchpad_at, scratch_size;
    char name[64], detail[80];
};

/* ---- Making ---- */

static dnnl_data_type_t data_type(enum nn_type type)
{
    return type == NN_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
}

static bool describe_picture(onednn_md *ret_shape, struct nn_shape shape, int n, enum nn_type type)
{
    const dnnl_dims_t dims = {n, shape.c, shape.h, shape.w};
    return dnnl_memory_desc_create_with_tag(ret_shape, DIMENSIONS, dims, data_type(type),
                                            dnnl_nChw16c) == dnnl_success;
}

static bool describe_weights(onednn_md *ret_shape, const struct conv *conv, dnnl_data_type_t type,
                             dnnl_format_tag_t tag)
{
    const dnnl_dims_t dims = {conv->out.c, conv->in.c, conv->kernel, conv->kernel};
    return dnnl_memory_desc_create_with_tag(ret_shape, DIMENSIONS, dims, type, tag) == dnnl_success;
}

/* All that the parameters of a convolution say, in oneDNN's form; packed: its weights. */
static bool describe(dnnl_primitive_desc_t *ret_desc, const struct onednn *s,
                     const struct pass *pass, onednn_const_md packed, dnnl_primitive_attr_t attr)
{
    const struct conv *conv = &s->conv;
    const dnnl_alg_kind_t how = dnnl_convolution_direct;
    const dnnl_dims_t strides = {conv->stride, conv->stride}, pads = {conv->pad, conv->pad},
                      dense = {0};
    switch (s->direction) {
    case CONV_FORWARD:
        /* "Inference" could use weights transformed beforehand, but these change at each step. */
        return dnnl_convolution_forward_primitive_desc_create(
                   ret_desc, s->engine, dnnl_forward_training, how, pass->x, packed, s->bias,
                   pass->y, strides, dense, pads, pads, attr) == dnnl_success;
    case CONV_BACKWARD_DATA:
        return dnnl_convolution_backward_data_primitive_desc_create(
                   ret_desc, s->engine, how, pass->x, packed, pass->y, strides, dense, pads, pads,
                   NULL, attr) == dnnl_success;
    case CONV_BACKWARD_WEIGHTS:
        return dnnl_convolution_backward_weights_primitive_desc_create(
                   ret_desc, s->engine, how, pass->x, packed, NULL, pass->y, strides, dense, pads,
                   pads, NULL, attr) == dnnl_success;
    case CONV_DIRECTIONS:
        break;
    }
    return false;
}

/* Scratch memory is handed over by the caller; with `add` the result is added. */
static dnnl_primitive_attr_t new_attr(bool add)
{
    dnnl_primitive_attr_t attr = NULL;
    dnnl_post_ops_t ops = NULL;
    bool good =
        dnnl_primitive_attr_create(&attr) == dnnl_success &&
        dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success;
    if (good && add)
        good = dnnl_post_ops_create(&ops) == dnnl_success &&
               onednn_append_sum(ops) == dnnl_success &&
               dnnl_primitive_attr_set_post_ops(attr, ops) == dnnl_success;
    if (ops)
        dnnl_post_ops_destroy(ops);
    if (good)
        return attr;
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return NULL;
}

static void forget(onednn_md shape)
{
    if (shape)
        dnnl_memory_desc_destroy(shape);
}

static bool primitive_init(struct primitive *primitive, const_dnnl_primitive_desc_t desc)
{
    return dnnl_memory_desc_clone(
               &primitive->scratchpad,
               dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0)) == dnnl_success &&
           dnnl_primitive_create(&primitive->run, desc) == dnnl_success;
}

/* What is written for this CPU is called "jit..." or "brg..."; "ref" and "gemm" are slower than
   what comes after oneDNN in the list of implementations. */
static bool is_fast(const char *name)
{
    return !strncmp(name, "jit", strlen("jit")) || !strncmp(name, "brg", strlen("brg"));
}

/*
 * Makes a pass for pass->rows pictures. The full one decides how weights are packed and by which of
 * oneDNN's kernels; the others are the same.
 */
static bool make_pass(struct onednn *s, struct pass *pass)
{
    const struct conv *conv = &s->conv;
    const bool first = pass == &s->full, gradient = s->direction == CONV_BACKWARD_WEIGHTS;
    /* The gradient is summed up in float32 whatever the operands are. */
    const dnnl_data_type_t type = gradient ? dnnl_f32 : data_type(conv->precision);
    onednn_md any = NULL;
    dnnl_primitive_desc_t desc = NULL;
    const char *name = "";
    dnnl_primitive_attr_t attr = new_attr(false);
    bool good =
        attr && describe_picture(&pass->x, conv->in, pass->rows, conv->x_type) &&
        describe_picture(&pass->y, conv->out, pass->rows, conv->y_type) &&
        (!first || describe_weights(&any, conv, type, dnnl_format_tag_any)) &&
        describe(&desc, s, pass, first ? any : s->packed, attr) &&
        dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name) == dnnl_success &&
        (first ? is_fast(name) : !strcmp(name, s->name)) && primitive_init(&pass->run, desc);
    if (good && first) {
        const dnnl_query_t weights = gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
        good = dnnl_memory_desc_clone(&s->packed, dnnl_primitive_desc_query_md(desc, weights, 0)) ==
               dnnl_success;
        snprintf(s->name, sizeof s->name, "%s", name);
        snprintf(s->detail, sizeof s->detail, "onednn %s", s->name);
    }
    forget(any);
    if (desc)
        dnnl_primitive_desc_destroy(desc);
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return good;
}

/* Packs the weights, or unpacks and adds their gradient. */
static bool make_reorder(struct onednn *s)
{
    const bool unpack = s->direction == CONV_BACKWARD_WEIGHTS;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_attr_t attr = new_attr(unpack);
    const bool good = attr &&
                      dnnl_reorder_primitive_desc_create(&desc, unpack ? s->packed : s->w,
                                                         s->engine, unpack ? s->w : s->packed,
                                                         s->engine, attr) == dnnl_success &&
                      primitive_init(&s->reorder, desc);
    if (desc)
        dnnl_primitive_desc_destroy(desc);
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return good;
}

static size_t floats_of(onednn_const_md shape)
{
    const size_t line = ALIGN * sizeof(float), bytes = dnnl_memory_desc_get_size(shape);
    return (bytes + line - 1) / line * ALIGN;
}

static void plan_scratch(struct onednn *s)
{
    const size_t pass = floats_of(s->full.run.scratchpad),
                 reorder = floats_of(s->reorder.scratchpad);
    s->dx_at = floats_of(s->packed);
    s->scratchpad_at = s->dx_at + (s->direction == CONV_BACKWARD_DATA ? floats_of(s->full.x) : 0);
    s->scratch_size = s->scratchpad_at + (pass > reorder ? pass : reorder);
}

static void release(struct primitive *primitive)
{
    if (primitive->run)
        dnnl_primitive_destroy(primitive->run);
    forget(primitive->scratchpad);
}

static void release_pass(struct pass *pass)
{
    release(&pass->run);
    forget(pass->x);
    forget(pass->y);
}

static void close(void *state)
{
    struct onednn *s = state;
    if (!s)
        return;
    for (struct pass *pass = s->full.next, *next; pass; pass = next) {
        next = pass->next;
        release_pass(pass);
        mem_free(pass);
    }
    release_pass(&s->full);
    release(&s->reorder);
    forget(s->bias);
    forget(s->w);
    forget(s->packed);
    if (s->engine)
        dnnl_engine_destroy(s->engine);
    pthread_mutex_destroy(&s->lock);
    MEM_FREE(s->no_bias, s);
}

static void *open(const struct conv *conv, enum conv_direction direction)
{
    struct onednn *s;
    MEM_NEW(s, 1);
    MEM_NEW(s->no_bias, (size_t)conv->out.c);
    s->conv = *conv;
    s->direction = direction;
    s->full.rows = conv->n;
    pthread_mutex_init(&s->lock, NULL);
    const dnnl_dims_t bias = {conv->out.c};
    const bool good =
        dnnl_engine_create(&s->engine, dnnl_cpu, 0) == dnnl_success &&
        describe_weights(&s->w, conv, dnnl_f32, dnnl_ohwi) &&
        dnnl_memory_desc_create_with_tag(&s->bias, 1, bias, dnnl_f32, dnnl_a) == dnnl_success &&
        make_pass(s, &s->full) && make_reorder(s);
    if (!good) {
        close(s);
        return NULL;
    }
    plan_scratch(s);
    return s;
}

/* So few numbers of rows that each can have its pass: at most an eighth more than n. */
static int rounded_up(int n)
{
    int step = 1;
    while (n / (2 * step) >= 8)
        step *= 2;
    return (n + step - 1) / step * step;
}

/* The pass for n pictures, or some more. */
static const struct pass *pass_for(struct onednn *s, int n)
{
    const int rows = rounded_up(n);
    if (rows >= s->full.rows)
        return &s->full;
    pthread_mutex_lock(&s->lock);
    struct pass *pass = s->full.next;
    while (pass && pass->rows != rows)
        pass = pass->next;
    if (!pass) {
        MEM_NEW(pass, 1);
        pass->rows = rows;
        pass->usable = make_pass(s, pass) &&
                       s->scratchpad_at + floats_of(pass->run.scratchpad) <= s->scratch_size;
        pass->next = s->full.next;
        s->full.next = pass;
    }
    pthread_mutex_unlock(&s->lock);
    return pass->usable ? pass : &s->full;
}

/* What it makes kernels for; as far as WINNOW_CPU lets it, which is too late after the first. */
static bool makes(dnnl_cpu_isa_t needed)
{
    static const dnnl_cpu_isa_t most[] = {
        [CPU_BASELINE] = dnnl_cpu_isa_sse41,
        [CPU_AVX2] = dnnl_cpu_isa_avx2,
        [CPU_AVX512] = dnnl_cpu_isa_avx512_core,
        [CPU_AVX512_BF16] = dnnl_cpu_isa_avx512_core_bf16,
    };
    const enum cpu_set runs = cpu_runs();
    if (runs < cpu_has())
        dnnl_set_max_cpu_isa(most[runs]);
    return (dnnl_get_effective_cpu_isa() & needed) == needed;
}

static bool accepts(const struct conv *conv, enum conv_direction direction)
{
    (void)direction;
    return conv->in.c % NN_LANES == 0 && conv->out.c % NN_LANES == 0 &&
           conv->x_type == conv->precision && conv->y_type == conv->precision &&
           makes(conv->precision == NN_BFLOAT16 ? dnnl_cpu_isa_avx512_core_bf16
                                                : dnnl_cpu_isa_avx512_core);
}

/*
 * bfloat16 with dot products in vectors: twice float32; but CPUs with matrix registers (AMX) do
 * these at half of float32's rate, and oneDNN uses the registers for channels innermost only. Large
 * weights on few pixels are slow: their gradients, and there all directions.
 */
static double speed(const struct conv *conv, enum conv_direction direction)
{
    enum { FEW_PIXELS = 16, LARGE_WEIGHTS = 256 * 1024 };
    const bool weights = direction == CONV_BACKWARD_WEIGHTS,
               poor = conv->out.h * conv->out.w <= FEW_PIXELS &&
                      conv->in.c * conv->out.c * conv->kernel * conv->kernel > LARGE_WEIGHTS;
    if (conv->precision == NN_FLOAT32)
        return weights && poor ? 0.3 : 0.9;
    if (makes(dnnl_cpu_isa_avx512_core_amx))
        return weights ? 0.3 : poor ? 0.6 : 0.9;
    return !weights ? 1.9 : poor ? 0.6 : 1.4;
}

/* ---- Running ---- */

static size_t scratch(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)conv, (void)direction;
    return ((const struct onednn *)state)->scratch_size;
}

/* The machinery can fail for lack of memory only. */
static void must(dnnl_status_t status)
{
    if (status != dnnl_success)
        DIE("oneDNN says %d: out of memory?", (int)status);
}

/* oneDNN's arguments are not const; what it reads it does not change. */
static void *readable(const void *pointer)
{
    return (void *)(uintptr_t)pointer;
}

/* The state, whose lock and list of passes change. */
static struct onednn *state_of(const void *state)
{
    return readable(state);
}

/* Runs a primitive with `count` arguments and the scratchpad. */
static void execute(const struct onednn *s, const struct primitive *primitive,
                    const struct argument *arguments, int count, float *scratchpad)
{
    dnnl_exec_arg_t given[MAX_ARGUMENTS];
    dnnl_stream_t stream;
    must(dnnl_stream_create(&stream, s->engine, dnnl_stream_default_flags));
    for (int i = 0; i <= count; i++) {
        const struct argument argument =
            i < count ? arguments[i]
                      : (struct argument){DNNL_ARG_SCRATCHPAD, primitive->scratchpad, scratchpad};
        given[i].arg = argument.name;
        must(dnnl_memory_create(&given[i].memory, argument.shape, s->engine, argument.data));
    }
    must(dnnl_primitive_execute(primitive->run, stream, count + 1, given));
    must(dnnl_stream_wait(stream));
    for (int i = 0; i <= count; i++)
        must(dnnl_memory_destroy(given[i].memory));
    must(dnnl_stream_destroy(stream));
}

static void pack(const struct conv_call *call, const struct onednn *s)
{
    const struct argument arguments[] = {{DNNL_ARG_FROM, s->w, readable(call->w)},
                                         {DNNL_ARG_TO, s->packed, call->scratch}};
    execute(s, &s->reorder, arguments, 2, call->scratch + s->scratchpad_at);
}

static void forward(const struct conv_call *call)
{
    struct onednn *s = state_of(call->state);
    if (call->n == 0)
        return;
    const struct pass *p = pass_for(s, call->n);
    pack(call, s);
    const struct argument arguments[] = {
        {DNNL_ARG_SRC, p->x, call->x},
        {DNNL_ARG_WEIGHTS, s->packed, call->scratch},
        {DNNL_ARG_BIAS, s->bias, readable(call->bias ? call->bias : s->no_bias)},
        {DNNL_ARG_DST, p->y, call->y},
    };
    execute(s, &p->run, arguments, 4, call->scratch + s->scratchpad_at);
}

/* to[n] += from[n], of one type */
static void add(void *to, const void *from, enum nn_type type, size_t n)
{
    enum { PIECE = 1024 }; /* stays in the L1 cache */
    float piece[PIECE];
    for (size_t i = 0, count; i < n; i += count) {
        count = n - i < PIECE ? n - i : PIECE;
        const size_t at = i * nn_type_size(type);
        const void *values = (const char *)from + at;
        if (type != NN_FLOAT32)
            nn_load(piece, values, type, count);
        nn_store((char *)to + at, type, type == NN_FLOAT32 ? values : piece, count, true);
    }
}

static void backward_data(const struct conv_call *call)
{
    struct onednn *s = state_of(call->state);
    const struct conv *conv = call->conv;
    if (call->n == 0)
        return;
    const struct pass *p = pass_for(s, call->n);
    void *dx = call->add ? call->scratch + s->dx_at : call->dx;
    pack(call, s);
    const struct argument arguments[] = {
        {DNNL_ARG_DIFF_DST, p->y, call->dy},
        {DNNL_ARG_WEIGHTS, s->packed, call->scratch},
        {DNNL_ARG_DIFF_SRC, p->x, dx},
    };
    execute(s, &p->run, arguments, 3, call->scratch + s->scratchpad_at);
    if (call->add)
        add(call->dx, dx, conv->x_type, (size_t)call->n * nn_floats(conv->in));
}

/* Pictures n and on, as far as the pass sees them, become 0. */
static void clear_rest(void *array, const struct pass *p, struct nn_shape shape, enum nn_type type,
                       int n)
{
    const size_t picture = nn_floats(shape) * nn_type_size(type);
    memset((char *)array + (size_t)n * picture, 0, (size_t)(p->rows - n) * picture);
}

static void backward_weights(const struct conv_call *call)
{
    struct onednn *s = state_of(call->state);
    const struct conv *conv = call->conv;
    if (call->n == 0)
        return;
    const struct pass *p = pass_for(s, call->n);
    /* Both: what lies there could be NaN, which times 0 is no 0. */
    clear_rest(call->x, p, conv->in, conv->x_type, call->n);
    clear_rest(call->dy, p, conv->out, conv->y_type, call->n);
    const struct argument pass[] = {
        {DNNL_ARG_SRC, p->x, call->x},
        {DNNL_ARG_DIFF_DST, p->y, call->dy},
        {DNNL_ARG_DIFF_WEIGHTS, s->packed, call->scratch},
    };
    execute(s, &p->run, pass, 3, call->scratch + s->scratchpad_at);
    const struct argument unpack[] = {{DNNL_ARG_FROM, s->packed, call->scratch},
                                      {DNNL_ARG_TO, s->w, call->dw}};
    execute(s, &s->reorder, unpack, 2, call->scratch + s->scratchpad_at);
}

static int rows(const struct conv *conv, const void *state, int n)
{
    (void)conv;
    return n ? pass_for(state_of(state), n)->rows : 0;
}

static const char *detail(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)conv, (void)direction;
    return ((const struct onednn *)state)->detail;
}

const struct conv_impl onednn_conv = {
    .name = "onednn",
    .accepts = accepts,
    .speed = speed,
    .open = open,
    .close = close,
    .scratch = scratch,
    .run = {forward, backward_data, backward_weights},
    .rows = rows,
    .detail = detail,
};

#else /* The name stays known, so that an experiment that asks for it runs, with something else. */

const struct conv_impl onednn_conv = {.name = "onednn", .missing = "built without oneDNN"};

#endif

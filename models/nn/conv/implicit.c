/*
 * implicit: the convolution in bfloat16 as matrix products whose left side, windows of pixels, is
 * nowhere written down: for kernels, strides and borders of any size. Two of them, one plan:
 *
 *     dots     vectors of 16 pairs of bfloat16 (AVX-512-BF16)
 *     tiles    matrix registers, 16 rows of 16 pairs (Intel's AMX)
 *
 * (The same plan with vectors of float32 was tried, and was no faster than direct.)
 *
 * A row is 16 lanes, 64 bytes: 32 channels of a pixel. What a product wants to read is many
 * rows at equal distances; so pictures are first copied, several of them one after the other, each
 * line with as much of a border of zeros as a window reaches over (the border at the end of a line
 * is that before the next):
 *
 *     position   0 1 2 3 .  5 6 7 8 .  10 ...         of 4 x 4 pixels, border 1, 5 to a line
 *
 * For all positions a tap of the kernel then lies at one distance, the rows of a product are
 * positions one after the other, and results at positions of the border are computed and dropped.
 * With stride s a picture is read as s * s pictures, its phases, of every s-th pixel: each tap sees
 * one of them, with stride 1. So the three directions are:
 *
 *     forward  y at all positions = sum over taps of rows of x times weights
 *     data     the same, from dy to each of the s * s phases of dx, with the taps that reach it
 *     weights  dw, for each tap, = sum over positions of dy, transposed, times x; a lane is one
 *              channel of two pictures
 *
 * Small pictures, of whose positions a tenth or more would be border, lie side by side instead,
 * pixel by pixel, and the rows of a product are one pixel of many pictures.
 *
 * Where there are but 16 channels, a row of 32 is two pixels side by side, and two taps are done at
 * once. Channels fill up to 16 with zeros.
 *
 * Limits: 16 channels at least on either side; x86 CPUs with AVX-512, and what else a kernel needs.
 *
 * Example: 64 -> 64 channels at 32 x 32, 3 x 3, by tiles: 33 positions a line, 18 steps (9 taps of
 * 2 x 32 channels) for 32 positions x 32 results, which are four tiles of sums.
 */
#include "models/nn/conv/implicit.h"

#include "base/braced.h"

#ifdef __x86_64__

#include "base/cpu.h"
#include "base/mem.h"

#include <sys/syscall.h>
#include <unistd.h>

enum {
    CHUNK = 512 * 1024,  /* bytes of a copy, about, that stay in the L2 cache */
    LARGE = 1024 * 1024, /* bytes of a gradient for which more of them pay */
    MOST = 1100 * 1024,  /* bytes of a copy of pictures side by side */
};

static int divided(int a, int b)
{
    return (a + b - 1) / b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

/* ---- Where taps see what ---- */

/*
 * Along one axis: which phase of what is read tap k sees for results of `phase`, and how far from
 * their position. False: none.
 */
static bool sees(const struct conv *conv, enum conv_direction direction, int phase, int k,
                 int *ret_phase, int *ret_offset)
{
    const int s = conv->stride;
    if (direction == CONV_BACKWARD_DATA) {
        const int from = phase + conv->pad - k;
        *ret_phase = 0;
        *ret_offset = from / s;
        return from % s == 0;
    }
    const int from = k - conv->pad;
    *ret_phase = (from % s + s) % s;
    *ret_offset = (from - *ret_phase) / s;
    return true;
}

/* The border, in positions, before and after. */
static void reach(const struct conv *conv, enum conv_direction direction, int *ret_before,
                  int *ret_after)
{
    *ret_before = *ret_after = 0;
    for (int phase = 0; phase < conv->stride; phase++)
        for (int k = 0, seen, offset; k < conv->kernel; k++)
            if (sees(conv, direction, phase, k, &seen, &offset)) {
                *ret_before = -lesser(-*ret_before, offset);
                *ret_after = -lesser(-*ret_after, -offset);
            }
}

/* Positions along one axis, for so many results and pixels of a phase, of which `seen` are used. */
static int extent(int results, int pixels, int before, int after, int *ret_seen)
{
    *ret_seen = lesser(pixels, results + after);
    const int wanted = *ret_seen + before;
    return wanted > results + after ? wanted : results + after;
}

/* Whether a row is two pixels, for two taps. */
static bool has_two_taps(const struct implicit *s)
{
    return s->direction != CONV_BACKWARD_WEIGHTS && s->distance < IMPLICIT_LANES;
}

/* A step for each plane, of one tap or of two. */
static void add_steps(struct implicit *s, int tap, int next, size_t at)
{
    const bool two = has_two_taps(s);
    for (size_t b = 0; b < s->blocks; b++)
        s->steps[s->step_count++] = (struct implicit_step){
            at + b * s->positions * s->distance,
            {{tap, b * s->halves}, {two ? next : tap, two ? b : b * s->halves + 1}}};
}

/* The steps of a line of taps that see one phase, from left to right. */
static void plan_line(struct implicit *s, const struct conv *conv, int x, int line, int phase_x,
                      size_t at)
{
    const bool backwards = s->direction == CONV_BACKWARD_DATA;
    int waiting = -1, waiting_dx = 0; /* a tap whose neighbour may come */
    for (int i = 0, phase, dx; i < conv->kernel; i++) {
        const int k = backwards ? conv->kernel - 1 - i : i, tap = line * conv->kernel + k;
        if (!sees(conv, s->direction, x, k, &phase, &dx) || phase != phase_x)
            continue;
        const bool neighbour = waiting >= 0 && dx == waiting_dx + 1;
        if (waiting >= 0)
            add_steps(s, waiting, neighbour ? tap : -1,
                      at + (size_t)waiting_dx * s->side * s->distance);
        waiting = -1;
        if (!has_two_taps(s))
            add_steps(s, tap, -1, at + (size_t)dx * s->side * s->distance);
        else if (!neighbour) {
            waiting = tap;
            waiting_dx = dx;
        }
    }
    if (waiting >= 0)
        add_steps(s, waiting, -1, at + (size_t)waiting_dx * s->side * s->distance);
}

static void plan_job(struct implicit *s, const struct conv *conv, int y, int x)
{
    struct implicit_job *job = &s->jobs[s->job_count++];
    *job = (struct implicit_job){y, x, s->step_count, 0};
    for (int k = 0, phase_y, dy; k < conv->kernel; k++) {
        if (!sees(conv, s->direction, y, k, &phase_y, &dy))
            continue;
        for (int phase_x = 0; phase_x < s->step; phase_x++) {
            const size_t before = s->step_count, phase = (size_t)(phase_y * s->step + phase_x);
            plan_line(s, conv, x, k, phase_x,
                      (phase * s->blocks * s->positions + s->before +
                       (size_t)(dy * (ptrdiff_t)(s->pitch * s->side))) *
                          s->distance);
            s->used[phase] |= s->step_count > before;
        }
    }
    job->count = s->step_count - job->first;
}

static struct implicit_layout layout_of(struct nn_shape shape)
{
    const bool whole = shape.c % IMPLICIT_LANES == 0;
    const size_t pixels = (size_t)shape.h * (size_t)shape.w;
    return (struct implicit_layout){.shape = shape,
                                    .blocks =
                                        ((size_t)shape.c + IMPLICIT_LANES - 1) / IMPLICIT_LANES,
                                    .picture = nn_floats(shape),
                                    .block = whole ? pixels * IMPLICIT_LANES : IMPLICIT_LANES,
                                    .pixel = whole ? IMPLICIT_LANES : (size_t)shape.c};
}

/* Bytes of the copy of so many positions. */
static size_t copy_bytes(const struct implicit *s, size_t positions)
{
    return positions * (size_t)(s->step * s->step) * s->blocks * s->distance * sizeof(float);
}

/* Bytes of a copy, about. */
static size_t chunk_size(const struct implicit *s, const struct conv *conv)
{
    const size_t gradient = (size_t)conv->in.c * (size_t)conv->out.c *
                            (size_t)(conv->kernel * conv->kernel) * sizeof(float);
    return s->direction == CONV_BACKWARD_WEIGHTS && gradient >= LARGE ? 4 * CHUNK : CHUNK;
}

/* Pictures, or pairs: whole groups, or for weights whole tiles. */
static size_t chunk_side_by_side(const struct implicit *s, const struct conv *conv, size_t bytes)
{
    if (s->direction != CONV_BACKWARD_WEIGHTS)
        return s->kernel->group;
    const size_t n = ((size_t)conv->n + s->each - 1) / s->each, most = chunk_size(s, conv) / bytes,
                 some = smaller(most, n + IMPLICIT_LANES - 1) / IMPLICIT_LANES * IMPLICIT_LANES;
    return some ? some : IMPLICIT_LANES;
}

static void plan_positions(struct implicit *s, const struct conv *conv, bool side_by_side)
{
    int before, after;
    reach(conv, s->direction, &before, &after);
    const struct nn_shape from = s->from.shape;
    const int lines = extent(s->rows, divided(from.h, s->step), before, after, &s->seen_rows);
    s->pitch =
        (size_t)extent(s->columns, divided(from.w, s->step), before, after, &s->seen_columns);
    s->picture = (size_t)lines * s->pitch;
    const size_t bytes = copy_bytes(s, s->picture), n = ((size_t)conv->n + s->each - 1) / s->each;
    if (side_by_side)
        s->side = s->chunk = chunk_side_by_side(s, conv, bytes);
    else {
        s->side = 1;
        s->chunk = smaller(chunk_size(s, conv) / bytes, n);
        s->chunk += s->chunk == 0;
    }
    s->before = (size_t)before * (s->pitch + 1) * s->side;
    /* A window of the last group of rows, and what a row of two pixels has beside it. */
    s->positions = s->before + s->chunk * s->picture + IMPLICIT_GROUP_MAX +
                   (size_t)after * (s->pitch + 1) * s->side + 1;
}

static struct implicit *plan(const struct conv *conv, enum conv_direction direction,
                             const struct implicit_kernel *kernel, bool side_by_side)
{
    struct implicit *s;
    MEM_NEW(s, 1);
    const bool data = direction == CONV_BACKWARD_DATA, weights = direction == CONV_BACKWARD_WEIGHTS;
    s->kernel = kernel;
    s->direction = direction;
    s->from = layout_of(data ? conv->out : conv->in);
    s->to = layout_of(data ? conv->in : conv->out);
    s->step = data ? 1 : conv->stride;
    s->spread = data ? conv->stride : 1;
    s->rows = divided(s->to.shape.h, s->spread);
    s->columns = divided(s->to.shape.w, s->spread);
    s->each = weights ? 2 : 1;
    s->halves = !weights && s->from.blocks > 1 ? 2 : 1;
    s->blocks = (s->from.blocks + s->halves - 1) / s->halves;
    s->distance = s->each * s->halves == 1 ? IMPLICIT_LANES / 2 : IMPLICIT_LANES;
    plan_positions(s, conv, side_by_side);
    MEM_NEW(s->steps, s->blocks * (size_t)(conv->kernel * conv->kernel));
    for (int phase = 0; phase < s->spread * s->spread; phase++)
        plan_job(s, conv, phase / s->spread, phase % s->spread);
    return s;
}

static void release(void *state)
{
    struct implicit *s = state;
    if (!s)
        return;
    release(s->few);
    MEM_FREE(s->steps, s);
}

/* Side by side, where a tenth of the positions or more would be border, if that stays in L2. */
static void *open_with(const struct conv *conv, enum conv_direction direction,
                       const struct implicit_kernel *kernel)
{
    struct implicit *s = plan(conv, direction, kernel, false);
    if (has_two_taps(s) || s->picture * 10 < (size_t)(s->rows * s->columns) * 11)
        return s;
    struct implicit *all = plan(conv, direction, kernel, true);
    if (direction != CONV_BACKWARD_WEIGHTS && copy_bytes(all, all->chunk * all->picture) > MOST) {
        release(all);
        return s;
    }
    all->few = s;
    return all;
}

/* ---- The contract ---- */

static bool takes(const struct conv *conv)
{
    return conv->precision == NN_BFLOAT16 && conv->in.c >= IMPLICIT_LANES &&
           conv->out.c >= IMPLICIT_LANES && conv->stride <= IMPLICIT_STRIDE_MAX;
}

static size_t scratch(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)conv, (void)direction;
    return implicit_scratch(state);
}

/* The functions that know which kernel they are for. */
#define OPEN(kernel)                                                                               \
    static void *open_##kernel(const struct conv *conv, enum conv_direction direction)             \
    {                                                                                              \
        return open_with(conv, direction, &implicit_##kernel);                                     \
    }
OPEN(dots)
OPEN(tiles)

static bool accepts_dots(const struct conv *conv, enum conv_direction direction)
{
    (void)direction;
    return takes(conv) && cpu_runs() >= CPU_AVX512_BF16;
}

/* Twice float32's rate on AMD's CPUs (not measured here); on Intel's, half of it. */
static double speed_dots(const struct conv *conv, enum conv_direction direction)
{
    (void)conv, (void)direction;
    return __builtin_cpu_is("amd") ? 1.8 : 0.5;
}

/* A process has to ask for the registers. */
static bool accepts_tiles(const struct conv *conv, enum conv_direction direction)
{
    enum { REQUEST_STATE = 0x1023, TILE_DATA = 18 };
    (void)direction;
    return takes(conv) && cpu_runs() >= CPU_AMX &&
           syscall(SYS_arch_prctl, REQUEST_STATE, TILE_DATA) == 0;
}

static double speed_tiles(const struct conv *conv, enum conv_direction direction)
{
    (void)conv, (void)direction;
    return 4;
}

#define IMPLICIT(kernel)                                                                           \
    BRACED(.name = "implicit-" #kernel, .accepts = accepts_##kernel, .speed = speed_##kernel,      \
           .open = open_##kernel, .close = release, .scratch = scratch,                            \
           .run = {implicit_forward, implicit_backward_data, implicit_backward_weights})

#else

#define IMPLICIT(kernel) BRACED(.name = "implicit-" #kernel, .missing = "for x86-64")

#endif

const struct conv_impl implicit_dots_conv = IMPLICIT(dots);
const struct conv_impl implicit_tiles_conv = IMPLICIT(tiles);

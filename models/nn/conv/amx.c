/*
 * amx: the convolution in bfloat16 on a CPU's matrix registers (Intel's AMX), for kernels, strides
 * and borders of any size.
 *
 * A matrix register, a tile, is 16 rows of 64 bytes: 16 pixels of 32 channels, or 16 x 16 float32
 * sums. One instruction adds to such sums the product of 16 pixels x 32 channels and 32 channels x
 * 16 channels. What it wants to read is a run of pixels at equal distances, with 32 channels side
 * by side; so pictures are first copied into such rows, several of them one after the other, each
 * line with as much of a border of zeros as a window reaches over (the border at the end of a line
 * is that before the next):
 *
 *     position   0 1 2 3 .  5 6 7 8 .  10 ...         of 4 x 4 pixels, border 1, 5 to a line
 *
 * For all positions a tap of the kernel then lies at one distance, a tile of pixels is 16 positions
 * in a row, and results at positions of the border are computed and dropped. With stride s a
 * picture is read as s * s pictures, its phases, of every s-th pixel: each tap sees one of them,
 * with stride 1. So the three directions are:
 *
 *     forward  y at all positions = sum over taps of pixels of x times weights
 *     data     the same, from dy to each of the s * s phases of dx, with the taps that reach it
 *     weights  dw, for each tap, = sum over positions of dy, transposed, times x: here what a row
 *              of 64 bytes holds is one position of two pictures, 16 channels of each
 *
 * Where there are but 16 channels, 64 bytes are two pixels side by side, and two taps are done at
 * once. Channels fill up to 16 with zeros.
 *
 * Limits: 16 channels at least on either side; the CPU and the kernel (Linux 5.16) must have AMX.
 *
 * Example: 64 -> 64 channels at 32 x 32, 3 x 3: 33 positions a line, 18 steps (9 taps of 2 x 32
 * channels) for 32 positions x 32 results, which take four tiles of sums.
 */
#include "models/nn/conv/amx.h"

#if defined __x86_64__

#include "base/mem.h"

#include <cpuid.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    CHUNK = 512 * 1024,  /* bytes of a copy, about, that stay in the L2 cache */
    LARGE = 1024 * 1024, /* bytes of a gradient for which more of them pay */
};

static int divided(int a, int b)
{
    return (a + b - 1) / b;
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

/* A step for each block of channels, of one tap or, where a row is two pixels, of two. */
static void add_steps(struct amx *s, int tap, int next, size_t at)
{
    const bool pairs = s->lanes == AMX_TILE;
    for (size_t b = 0; b < s->blocks; b++)
        s->steps[s->step_count++] = (struct amx_step){
            at + b * s->positions * s->lanes,
            {{tap, pairs ? b : 2 * b}, {pairs ? next : tap, pairs ? b : 2 * b + 1}}};
}

/* The steps of a line of taps that see one phase, from left to right. */
static void plan_line(struct amx *s, const struct conv *conv, int x, int line, int phase_x,
                      size_t at)
{
    const bool backwards = s->direction == CONV_BACKWARD_DATA,
               pairs = s->lanes == AMX_TILE && s->direction != CONV_BACKWARD_WEIGHTS;
    int waiting = -1, waiting_dx = 0; /* a tap whose neighbour may come */
    for (int i = 0, phase, dx; i < conv->kernel; i++) {
        const int k = backwards ? conv->kernel - 1 - i : i, tap = line * conv->kernel + k;
        if (!sees(conv, s->direction, x, k, &phase, &dx) || phase != phase_x)
            continue;
        const bool neighbour = waiting >= 0 && dx == waiting_dx + 1;
        if (waiting >= 0)
            add_steps(s, waiting, neighbour ? tap : -1, at + (size_t)waiting_dx * s->lanes);
        waiting = -1;
        if (!pairs)
            add_steps(s, tap, -1, at + (size_t)dx * s->lanes);
        else if (!neighbour) {
            waiting = tap;
            waiting_dx = dx;
        }
    }
    if (waiting >= 0)
        add_steps(s, waiting, -1, at + (size_t)waiting_dx * s->lanes);
}

static void plan_job(struct amx *s, const struct conv *conv, int y, int x)
{
    struct amx_job *job = &s->jobs[s->job_count++];
    *job = (struct amx_job){y, x, s->step_count, 0};
    for (int k = 0, phase_y, dy; k < conv->kernel; k++) {
        if (!sees(conv, s->direction, y, k, &phase_y, &dy))
            continue;
        for (int phase_x = 0; phase_x < s->step; phase_x++) {
            const size_t before = s->step_count, phase = (size_t)(phase_y * s->step + phase_x);
            plan_line(s, conv, x, k, phase_x,
                      (phase * s->blocks * s->positions + s->before +
                       (size_t)(dy * (ptrdiff_t)s->pitch)) *
                          s->lanes);
            s->used[phase] |= s->step_count > before;
        }
    }
    job->count = s->step_count - job->first;
}

static struct amx_layout layout_of(struct nn_shape shape)
{
    const bool whole = shape.c % AMX_TILE == 0;
    const size_t pixels = (size_t)shape.h * (size_t)shape.w;
    return (struct amx_layout){.shape = shape,
                               .blocks = ((size_t)shape.c + AMX_TILE - 1) / AMX_TILE,
                               .picture = nn_floats(shape),
                               .block = whole ? pixels * AMX_TILE : AMX_TILE,
                               .pixel = whole ? AMX_TILE : (size_t)shape.c};
}

static size_t rounded_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static void plan_positions(struct amx *s, const struct conv *conv)
{
    int before, after;
    reach(conv, s->direction, &before, &after);
    const struct nn_shape from = s->from.shape;
    const int lines = extent(s->rows, divided(from.h, s->step), before, after, &s->seen_rows);
    s->pitch =
        (size_t)extent(s->columns, divided(from.w, s->step), before, after, &s->seen_columns);
    s->picture = (size_t)lines * s->pitch;
    s->before = (size_t)before * (s->pitch + 1);
    const bool weights = s->direction == CONV_BACKWARD_WEIGHTS;
    const size_t gradient = (size_t)conv->in.c * (size_t)conv->out.c *
                            (size_t)(conv->kernel * conv->kernel) * sizeof(float),
                 most = weights && gradient >= LARGE ? 4 * CHUNK : CHUNK,
                 bytes = s->picture * (size_t)(s->step * s->step) * s->blocks * s->lanes *
                         sizeof(nn_bf16),
                 n = weights ? ((size_t)conv->n + 1) / 2 : (size_t)conv->n;
    s->chunk = most / bytes ? most / bytes : 1;
    if (s->chunk > n && n)
        s->chunk = n;
    /* A window of the last tile, and what a row of two pixels has beside it. */
    s->positions = s->before + rounded_up(s->chunk * s->picture, 2 * AMX_TILE) +
                   (size_t)after * (s->pitch + 1) + 1;
}

static void *plan(const struct conv *conv, enum conv_direction direction)
{
    struct amx *s;
    MEM_NEW(s, 1);
    const bool data = direction == CONV_BACKWARD_DATA, weights = direction == CONV_BACKWARD_WEIGHTS;
    s->direction = direction;
    s->from = layout_of(data ? conv->out : conv->in);
    s->to = layout_of(data ? conv->in : conv->out);
    s->step = data ? 1 : conv->stride;
    s->spread = data ? conv->stride : 1;
    s->rows = divided(s->to.shape.h, s->spread);
    s->columns = divided(s->to.shape.w, s->spread);
    s->lanes = weights || s->from.blocks > 1 ? AMX_ROW : AMX_TILE;
    s->blocks = weights ? s->from.blocks : (s->from.blocks + 1) / 2;
    plan_positions(s, conv);
    MEM_NEW(s->steps, s->blocks * (size_t)(conv->kernel * conv->kernel));
    for (int phase = 0; phase < s->spread * s->spread; phase++)
        plan_job(s, conv, phase / s->spread, phase % s->spread);
    return s;
}

static void release(void *state)
{
    struct amx *s = state;
    MEM_FREE(s->steps, s);
}

/* ---- The contract ---- */

/* Whether CPU and operating system have it; a process has to ask for the registers. */
static bool is_there(void)
{
    enum { REQUEST_STATE = 0x1023, TILE_DATA = 18, BF16 = 1 << 22, TILES = 1 << 24 };
    unsigned a, b, c, d;
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bf16") &&
           __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & BF16) && (d & TILES) &&
           syscall(SYS_arch_prctl, REQUEST_STATE, TILE_DATA) == 0;
}

static bool accepts(const struct conv *conv, enum conv_direction direction)
{
    (void)direction;
    return conv->precision == NN_BFLOAT16 && conv->in.c >= AMX_TILE && conv->out.c >= AMX_TILE &&
           conv->stride <= AMX_STRIDE_MAX && is_there();
}

static double speed(const struct conv *conv, enum conv_direction direction)
{
    (void)conv, (void)direction;
    return 4;
}

static size_t scratch(const struct conv *conv, enum conv_direction direction, const void *state)
{
    (void)conv, (void)direction;
    return amx_scratch(state);
}

const struct conv_impl amx_conv = {
    .name = "amx",
    .accepts = accepts,
    .speed = speed,
    .open = plan,
    .close = release,
    .scratch = scratch,
    .run = {amx_forward, amx_backward_data, amx_backward_weights},
};

#else

const struct conv_impl amx_conv = {.name = "amx", .missing = "for x86-64"};

#endif

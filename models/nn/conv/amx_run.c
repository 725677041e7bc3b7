/*
 * amx_run: copies, weights, tiles and results of the convolution on matrix registers. See amx.c.
 *
 * Of the eight tiles, 0 to 3 are sums, 4 and 5 left sides, 6 and 7 right sides: so each tile that
 * is loaded is used twice. All of them are 16 rows of 64 bytes.
 */
#include "models/nn/conv/amx.h"

#if defined __x86_64__

#include "models/nn/num/simd.h"

#include <immintrin.h>
#include <stdalign.h>
#include <string.h>

enum { TILE = AMX_TILE, ROW = AMX_ROW, SUMS = TILE * TILE, WEIGHTS = TILE * ROW };

/* CPUs with matrix registers have all of these. */
#define AMX                                                                                        \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16")))
#define AMX_INLINE AMX NN_INLINE

AMX static void tiles_begin(void)
{
    static const struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[TILE];
        uint8_t rows[TILE];
    } whole = {.palette = 1,
               .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
               .rows = {TILE, TILE, TILE, TILE, TILE, TILE, TILE, TILE}};
    _tile_loadconfig(&whole);
}

AMX static void tiles_end(void)
{
    _tile_release();
}

AMX_INLINE void sums_begin(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

/* [2 left sides][2 right sides][16][16] */
AMX_INLINE void sums_end(float *sums)
{
    _tile_stored(0, sums, TILE * sizeof *sums);
    _tile_stored(1, sums + SUMS, TILE * sizeof *sums);
    _tile_stored(2, sums + 2 * SUMS, TILE * sizeof *sums);
    _tile_stored(3, sums + 3 * SUMS, TILE * sizeof *sums);
}

/* ---- Values that lie as shape.h says ---- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The channels of a block that there are, as bits. */
static __mmask16 channels_from(int channels, size_t first)
{
    return (__mmask16)((1U << smaller(TILE, (size_t)channels - first)) - 1);
}

static __mmask16 channels_of(const struct amx_layout *l, size_t block)
{
    return channels_from(l->shape.c, block * TILE);
}

static size_t value_at(const struct amx_layout *l, size_t picture, size_t block, int y, int x)
{
    return picture * l->picture + block * l->block +
           ((size_t)y * (size_t)l->shape.w + (size_t)x) * l->pixel;
}

/* As nn_narrow16 does it, but for numbers below 1.2e-38, which count as 0. */
AMX_INLINE nn_h16 narrow(__m512 value)
{
    return (nn_h16)_mm512_cvtneps_pbh(value);
}

/* 16 values, 0 where there is none. */
AMX_INLINE nn_h16 read16(const void *from, size_t at, enum nn_type type, __mmask16 channels)
{
    if (type == NN_BFLOAT16)
        return (nn_h16)_mm256_maskz_loadu_epi16(channels, (const nn_bf16 *)from + at);
    return narrow(_mm512_maskz_loadu_ps(channels, (const float *)from + at));
}

AMX_INLINE nn_h32 interleave(nn_h16 a, nn_h16 b)
{
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8,
                                   24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/* ---- The copy ---- */

static size_t copy_size(const struct amx *s)
{
    const size_t values = (size_t)(s->step * s->step) * s->blocks * s->positions * s->lanes;
    return (values + ROW - 1) / ROW * ROW;
}

/* A line of a phase of one picture, or of two, whose values then alternate. */
AMX_INLINE void copy_line(const struct amx *s, nn_bf16 *to, const void *from, enum nn_type type,
                          const size_t *pictures, int y, int x, size_t block, const bool pairs)
{
    const __mmask16 channels = channels_of(&s->from, block);
    const size_t next = (size_t)s->step * s->from.pixel;
    size_t one = value_at(&s->from, pictures[0], block, y, x),
           other = value_at(&s->from, pictures[1], block, y, x);
    for (int i = 0; i < s->seen_columns && x < s->from.shape.w; i++, x += s->step, to += s->lanes) {
        const nn_h16 value = read16(from, one, type, channels);
        if (pairs)
            *(nn_h32 *)to = interleave(value, read16(from, other, type, channels));
        else
            *(nn_h16 *)to = value;
        one += next;
        other += next;
    }
}

/* Pictures first..first + count - 1; borders stay as they are. A last one without its other half is
   there twice: the results of the second are 0. */
AMX_INLINE void copy_all(const struct amx *s, nn_bf16 *to, const void *from, enum nn_type type,
                         size_t first, size_t count, const bool pairs)
{
    const size_t each = pairs ? 2 : 1, halves = s->lanes == TILE || pairs ? 1 : 2;
    for (size_t i = 0; i < count; i += each)
        for (int phase = 0; phase < s->step * s->step; phase++)
            for (size_t b = 0; s->used[phase] && b < s->from.blocks; b++) {
                const size_t plane = (size_t)phase * s->blocks + b / halves,
                             start = plane * s->positions + s->before + i / each * s->picture,
                             pictures[2] = {first + i, first + smaller(i + 1, count - 1)};
                int y = phase / s->step;
                for (int line = 0; line < s->seen_rows && y < s->from.shape.h; line++, y += s->step)
                    copy_line(s,
                              to + (start + (size_t)line * s->pitch) * s->lanes + b % halves * TILE,
                              from, type, pictures, y, phase % s->step, b, pairs);
            }
}

AMX static void copy(const struct amx *s, nn_bf16 *to, const void *from, enum nn_type type,
                     size_t first, size_t count)
{
    const bool pairs = s->direction == CONV_BACKWARD_WEIGHTS;
    if (type == NN_BFLOAT16 && !pairs)
        copy_all(s, to, from, NN_BFLOAT16, first, count, false);
    else if (type == NN_BFLOAT16)
        copy_all(s, to, from, NN_BFLOAT16, first, count, true);
    else
        copy_all(s, to, from, NN_FLOAT32, first, count, pairs);
}

/* ---- Weights ---- */

AMX_INLINE nn_h16 weights16(const struct conv *conv, const float *w, size_t out, int tap, size_t in)
{
    if (tap < 0 || out >= (size_t)conv->out.c || in >= (size_t)conv->in.c)
        return (nn_h16){0};
    const size_t taps = (size_t)(conv->kernel * conv->kernel);
    return read16(w, (out * taps + (size_t)tap) * (size_t)conv->in.c + in, NN_FLOAT32,
                  channels_from(conv->in.c, in));
}

/* to [16][16][2]: pairs of values of what is read, for each of the 16 channels of what is made */
AMX_INLINE void pack_tile(nn_bf16 *to, const struct amx *s, const struct conv *conv, const float *w,
                          const struct amx_step *step, size_t block)
{
    nn_v16 rows[TILE];
    for (size_t i = 0; i < TILE; i++) {
        nn_h16 half[2];
        for (size_t j = 0; j < 2; j++) {
            if (s->direction == CONV_FORWARD) {
                const struct amx_half *h = &step->half[j];
                half[j] = weights16(conv, w, block * TILE + i, h->tap, h->block * TILE);
            } else {
                const struct amx_half *h = &step->half[i / (TILE / 2)];
                half[j] =
                    weights16(conv, w, h->block * TILE + 2 * i % TILE + j, h->tap, block * TILE);
            }
        }
        if (s->direction == CONV_FORWARD)
            memcpy(&rows[i], half, sizeof half);
        else
            rows[i] = (nn_v16)interleave(half[0], half[1]);
    }
    if (s->direction == CONV_FORWARD)
        nn_transpose16(rows);
    memcpy(to, rows, sizeof rows);
}

/* In the order in which they are multiplied. */
AMX static void pack(nn_bf16 *to, const struct amx *s, const struct conv *conv, const float *w)
{
    for (size_t j = 0; j < s->job_count; j++)
        for (size_t first = 0; first < s->to.blocks; first += 2)
            for (size_t i = 0; i < s->jobs[j].count; i++)
                for (size_t b = first; b < first + 2 && b < s->to.blocks; b++, to += WEIGHTS)
                    pack_tile(to, s, conv, w, &s->steps[s->jobs[j].first + i], b);
}

/* ---- Forward, backward data ---- */

/* Positions go through pictures line by line. */
struct place {
    size_t picture, y, x;
};

AMX_INLINE void advance(struct place *at, const struct amx *s, size_t by)
{
    at->x += by;
    if (at->x < s->pitch)
        return;
    at->x = 0;
    at->y++;
    if (at->y < s->picture / s->pitch)
        return;
    at->y = 0;
    at->picture++;
}

struct made {
    void *pictures;
    enum nn_type type;
    const float *bias;
    bool add;
};

/* Sums of positions of a line, to results of one block. */
AMX_INLINE void put_line(const struct made *to, enum nn_type type, size_t at, size_t next,
                         const float *sums, size_t count, __m512 bias, __mmask16 channels)
{
    for (size_t i = 0; i < count; i++, at += next, sums += TILE) {
        __m512 value = _mm512_loadu_ps(sums) + bias;
        if (type == NN_FLOAT32) {
            float *result = (float *)to->pictures + at;
            if (to->add)
                value += _mm512_maskz_loadu_ps(channels, result);
            _mm512_mask_storeu_ps(result, channels, value);
        } else {
            nn_bf16 *result = (nn_bf16 *)to->pictures + at;
            if (to->add) {
                const __m256i before = _mm256_maskz_loadu_epi16(channels, result);
                value += (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(before), 16);
            }
            _mm256_mask_storeu_epi16(result, channels, (__m256i)narrow(value));
        }
    }
}

/* The results of `count` <= 32 positions, of one or two blocks, as far as they are in a picture. */
AMX_INLINE void put(const struct made *to, const struct amx *s, const struct amx_job *job,
                    struct place *at, const float *sums, size_t count, size_t first, size_t blocks,
                    enum nn_type type)
{
    const struct nn_shape shape = s->to.shape;
    const size_t spread = (size_t)s->spread,
                 columns = ((size_t)shape.w - (size_t)job->x + spread - 1) / spread;
    for (size_t i = 0, run; i < count; i += run) {
        /* to the end of the line, of the tile */
        run = smaller(smaller(s->pitch - at->x, count - i), TILE - i % TILE);
        const size_t y = at->y * spread + (size_t)job->y, x = at->x * spread + (size_t)job->x;
        if (y < (size_t)shape.h && at->x < columns)
            for (size_t b = first; b < first + blocks; b++) {
                const __mmask16 channels = channels_of(&s->to, b);
                __m512 bias = {0};
                if (to->bias)
                    bias = _mm512_maskz_loadu_ps(channels, to->bias + b * TILE);
                put_line(to, type, value_at(&s->to, at->picture, b, (int)y, (int)x),
                         spread * s->to.pixel,
                         sums + (i / TILE * 2 + b - first) * SUMS + i % TILE * TILE,
                         smaller(run, columns - at->x), bias, channels);
            }
        advance(at, s, run);
    }
}

/*
 * sums = 32 positions from x on, times weights. Without `two`, w has one block of results, and the
 * sums of the other are undefined.
 */
AMX static void multiply(float *sums, const nn_bf16 *x, size_t lanes, const struct amx_step *steps,
                         size_t count, const nn_bf16 *w, bool two)
{
    const size_t distance = lanes * sizeof *x, row = ROW * sizeof *w;
    sums_begin();
    for (size_t i = 0; i < count; i++, w += WEIGHTS) {
        const nn_bf16 *from = x + steps[i].at;
        _tile_loadd(4, from, distance);
        _tile_loadd(6, w, row);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(5, from + TILE * lanes, distance);
        _tile_dpbf16ps(2, 5, 6);
        if (two) {
            w += WEIGHTS;
            _tile_loadd(7, w, row);
            _tile_dpbf16ps(1, 4, 7);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
    sums_end(sums);
}

/* All results of `count` pictures. */
AMX static void multiply_all(const struct made *to, const struct amx *s, const nn_bf16 *x,
                             size_t count, const nn_bf16 *w)
{
    alignas(64) float sums[4 * SUMS];
    const size_t positions = count * s->picture;
    for (size_t j = 0; j < s->job_count; j++) {
        const struct amx_job *job = &s->jobs[j];
        for (size_t b = 0; b < s->to.blocks; b += 2) {
            const size_t blocks = smaller(2, s->to.blocks - b);
            struct place at = {0};
            for (size_t p = 0; p < positions; p += 2 * TILE) {
                const size_t left = smaller(2 * TILE, positions - p);
                multiply(sums, x + p * s->lanes, s->lanes, s->steps + job->first, job->count, w,
                         blocks == 2);
                if (to->type == NN_BFLOAT16)
                    put(to, s, job, &at, sums, left, b, blocks, NN_BFLOAT16);
                else
                    put(to, s, job, &at, sums, left, b, blocks, NN_FLOAT32);
            }
            w += job->count * blocks * WEIGHTS;
        }
    }
}

static void run_pictures(const struct conv_call *call, const void *from, enum nn_type from_type,
                         struct made to)
{
    const struct amx *s = call->state;
    nn_bf16 *const x = (nn_bf16 *)call->scratch, *const w = x + copy_size(s);
    const size_t size = s->to.picture * nn_type_size(to.type), n = (size_t)call->n;
    char *const made = to.pictures;
    pack(w, s, call->conv, call->w);
    memset(x, 0, copy_size(s) * sizeof *x);
    tiles_begin();
    for (size_t first = 0; first < n; first += s->chunk) {
        const size_t count = smaller(s->chunk, n - first);
        copy(s, x, from, from_type, first, count);
        to.pictures = made + first * size;
        multiply_all(&to, s, x, count, w);
    }
    tiles_end();
}

void amx_forward(const struct conv_call *call)
{
    run_pictures(call, call->x, call->conv->x_type,
                 (struct made){call->y, call->conv->y_type, call->bias, false});
}

void amx_backward_data(const struct conv_call *call)
{
    run_pictures(call, call->dy, call->conv->y_type,
                 (struct made){call->dx, call->conv->x_type, NULL, call->add});
}

/* ---- Backward weights ---- */

/* Steps of 16 positions that hold so many pairs of pictures. */
static size_t steps_of(const struct amx *s, size_t pairs)
{
    return (pairs * s->picture + TILE - 1) / TILE;
}

/* to [block][steps][16 channels][16 positions][2 pictures], 0 where there is no result */
AMX_INLINE void transpose_all(nn_bf16 *to, const struct amx *s, const void *dy, enum nn_type type,
                              size_t first, size_t count)
{
    const size_t steps = steps_of(s, (count + 1) / 2);
    for (size_t b = 0; b < s->to.blocks; b++) {
        const __mmask16 channels = channels_of(&s->to, b);
        struct place at = {0};
        for (size_t step = 0; step < steps; step++, to += WEIGHTS) {
            nn_v16 rows[TILE];
            for (int i = 0; i < TILE; i++, advance(&at, s, 1)) {
                const size_t picture = 2 * at.picture,
                             from = value_at(&s->to, first + picture, b, (int)at.y, (int)at.x);
                nn_h16 one = {0}, other = {0};
                if ((int)at.y < s->rows && (int)at.x < s->columns && picture < count) {
                    one = read16(dy, from, type, channels);
                    if (picture + 1 < count)
                        other = read16(dy, from + s->to.picture, type, channels);
                }
                rows[i] = (nn_v16)interleave(one, other);
            }
            nn_transpose16(rows);
            memcpy(to, rows, sizeof rows);
        }
    }
}

AMX static void transpose(nn_bf16 *to, const struct amx *s, const void *dy, enum nn_type type,
                          size_t first, size_t count)
{
    if (type == NN_BFLOAT16)
        transpose_all(to, s, dy, NN_BFLOAT16, first, count);
    else
        transpose_all(to, s, dy, NN_FLOAT32, first, count);
}

/* sums = over `count` times 16 positions of dy times x, of one block of each, or of two. */
AMX static void accumulate(float *sums, const nn_bf16 *dy, size_t dy_block, const nn_bf16 *x,
                           size_t x_block, size_t count, bool two_dy, bool two_x)
{
    const size_t row = ROW * sizeof *x;
    sums_begin();
    for (size_t i = 0; i < count; i++, dy += WEIGHTS, x += WEIGHTS) {
        _tile_loadd(4, dy, row);
        _tile_loadd(6, x, row);
        _tile_dpbf16ps(0, 4, 6);
        if (two_x) {
            _tile_loadd(7, x + x_block, row);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (two_dy) {
            _tile_loadd(5, dy + dy_block, row);
            _tile_dpbf16ps(2, 5, 6);
            if (two_x)
                _tile_dpbf16ps(3, 5, 7);
        }
    }
    sums_end(sums);
}

/* dw += one tap of 16 x 16 channels, or those that there are */
AMX static void add_tap(float *dw, const struct conv *conv, const float *sums, size_t out, int tap,
                        size_t in)
{
    const size_t taps = (size_t)(conv->kernel * conv->kernel);
    const __mmask16 channels = channels_from(conv->in.c, in);
    for (size_t i = 0; i < TILE && out + i < (size_t)conv->out.c; i++, sums += TILE) {
        float *to = dw + ((out + i) * taps + (size_t)tap) * (size_t)conv->in.c + in;
        const __m512 before = _mm512_maskz_loadu_ps(channels, to);
        _mm512_mask_storeu_ps(to, channels, before + _mm512_loadu_ps(sums));
    }
}

static void accumulate_all(float *dw, const struct conv *conv, const struct amx *s,
                           const nn_bf16 *dy, const nn_bf16 *x, size_t steps)
{
    alignas(64) float sums[4 * SUMS];
    const size_t outs = s->to.blocks, ins = s->blocks, plane = s->positions * ROW;
    for (size_t o = 0; o < outs; o += 2)
        for (size_t i = 0; i < ins; i += 2) {
            const size_t rows = smaller(2, outs - o), columns = smaller(2, ins - i);
            for (size_t t = 0; t < s->step_count; t += ins) {
                const struct amx_step *tap = &s->steps[t];
                accumulate(sums, dy + o * steps * WEIGHTS, steps * WEIGHTS, x + tap->at + i * plane,
                           plane, steps, rows == 2, columns == 2);
                for (size_t r = 0; r < rows; r++)
                    for (size_t c = 0; c < columns; c++)
                        add_tap(dw, conv, sums + (2 * r + c) * SUMS, (o + r) * TILE,
                                tap->half[0].tap, (i + c) * TILE);
            }
        }
}

void amx_backward_weights(const struct conv_call *call)
{
    const struct amx *s = call->state;
    nn_bf16 *const x = (nn_bf16 *)call->scratch, *const dy = x + copy_size(s);
    const size_t n = (size_t)call->n;
    memset(x, 0, copy_size(s) * sizeof *x);
    tiles_begin();
    for (size_t first = 0; first < n; first += 2 * s->chunk) {
        const size_t count = smaller(2 * s->chunk, n - first);
        copy(s, x, call->x, call->conv->x_type, first, count);
        transpose(dy, s, call->dy, call->conv->y_type, first, count);
        accumulate_all(call->dw, call->conv, s, dy, x, steps_of(s, (count + 1) / 2));
    }
    tiles_end();
}

size_t amx_scratch(const struct amx *s)
{
    const size_t tiles =
        s->direction == CONV_BACKWARD_WEIGHTS ? steps_of(s, s->chunk) : s->step_count;
    return (copy_size(s) + tiles * s->to.blocks * WEIGHTS) / 2;
}

#endif

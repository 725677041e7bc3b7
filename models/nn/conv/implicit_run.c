/*
 * implicit_run: the copy of what is read, the weights in tiles, and results back to where they
 * belong. See implicit.c.
 */
#include "models/nn/conv/implicit.h"

#ifdef __x86_64__

#include "models/nn/num/simd.h"

#include <immintrin.h>
#include <stdalign.h>
#include <string.h>

enum { LANES = IMPLICIT_LANES, TILE = IMPLICIT_TILE };

/* Whatever has AVX-512 and is of interest has these. */
#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define WIDE_INLINE WIDE NN_INLINE

/* ---- Values that lie as shape.h says ---- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The channels of a block that there are, as bits. */
static __mmask16 channels_from(int channels, size_t first)
{
    return (__mmask16)((1U << smaller(LANES, (size_t)channels - first)) - 1);
}

static __mmask16 channels_of(const struct implicit_layout *l, size_t block)
{
    return channels_from(l->shape.c, block * LANES);
}

static size_t value_at(const struct implicit_layout *l, size_t picture, size_t block, size_t y,
                       size_t x)
{
    return picture * l->picture + block * l->block + (y * (size_t)l->shape.w + x) * l->pixel;
}

/* As nn_float_to_bf16. */
WIDE_INLINE __m256i narrow(__m512 value)
{
    const __m512i bits = _mm512_castps_si512(value), one = _mm512_set1_epi32(1),
                  odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), one),
                  rounded =
                      _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd),
                  quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
    const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(rounded, nan, quiet), 16));
}

WIDE_INLINE __m512 widen(__m256i value)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(value), 16));
}

/* 16 values, 0 where there is none. */
WIDE_INLINE __m256i read_bf16(const void *from, size_t at, enum nn_type type, __mmask16 channels)
{
    if (type == NN_BFLOAT16)
        return _mm256_maskz_loadu_epi16(channels, (const nn_bf16 *)from + at);
    return narrow(_mm512_maskz_loadu_ps(channels, (const float *)from + at));
}

WIDE_INLINE __m512 read_float(const void *from, size_t at, enum nn_type type, __mmask16 channels)
{
    if (type == NN_BFLOAT16)
        return widen(_mm256_maskz_loadu_epi16(channels, (const nn_bf16 *)from + at));
    return _mm512_maskz_loadu_ps(channels, (const float *)from + at);
}

/* a0 b0 a1 b1 ... */
WIDE_INLINE __m512i interleave(__m256i a, __m256i b)
{
    return _mm512_or_si512(_mm512_cvtepu16_epi32(a),
                           _mm512_slli_epi32(_mm512_cvtepu16_epi32(b), 16));
}

/* ---- The copy ---- */

/* Position of the first pixel of a chunk's picture, after the border. */
static size_t place_of(const struct implicit *s, size_t picture)
{
    return picture * (s->side > 1 ? 1 : s->picture);
}

static size_t copy_size(const struct implicit *s)
{
    const size_t lanes = (size_t)(s->step * s->step) * s->blocks * s->positions * s->distance;
    return (lanes + LANES - 1) / LANES * LANES;
}

/* What lies at one position: half a row of one picture, or a row of two. */
WIDE_INLINE void copy_position(float *to, const struct implicit *s, const void *from,
                               enum nn_type type, size_t at, size_t other, __mmask16 channels)
{
    const __m256i value = read_bf16(from, at, type, channels);
    if (s->each == 1)
        _mm256_storeu_si256((__m256i *)(void *)to, value);
    else
        _mm512_storeu_si512(to, interleave(value, read_bf16(from, other, type, channels)));
}

/* A line of a phase, of one block of channels. pictures: the two that share a position, if so. */
WIDE_INLINE void copy_line(float *to, const struct implicit *s, const void *from, enum nn_type type,
                           const size_t *pictures, size_t block, size_t y, size_t x)
{
    const __mmask16 channels = channels_of(&s->from, block);
    const size_t step = (size_t)s->step, next = step * s->from.pixel, w = (size_t)s->from.shape.w,
                 count = smaller((size_t)s->seen_columns, x < w ? (w - x + step - 1) / step : 0);
    size_t at = value_at(&s->from, pictures[0], block, y, x),
           other = value_at(&s->from, pictures[1], block, y, x);
    for (size_t i = 0; i < count; i++, to += s->side * s->distance, at += next, other += next)
        copy_position(to, s, from, type, at, other, channels);
}

/* Pictures first..first + count - 1; borders stay as they are. A last one that has no other is
   there twice: as another its results are 0. */
WIDE_INLINE void copy_all(float *to, const struct implicit *s, const void *from, enum nn_type type,
                          size_t first, size_t count)
{
    for (size_t i = 0; i < count; i += s->each)
        for (int phase = 0; phase < s->step * s->step; phase++)
            for (size_t b = 0; s->used[phase] && b < s->from.blocks; b++) {
                const size_t plane = (size_t)phase * s->blocks + b / s->halves,
                             half = b % s->halves * (LANES / 2),
                             start = plane * s->positions + s->before + place_of(s, i / s->each),
                             pictures[2] = {first + i, first + smaller(i + 1, count - 1)};
                int y = phase / s->step;
                for (int line = 0; line < s->seen_rows && y < s->from.shape.h; line++, y += s->step)
                    copy_line(to + (start + (size_t)line * s->pitch * s->side) * s->distance + half,
                              s, from, type, pictures, b, (size_t)y, (size_t)(phase % s->step));
            }
}

WIDE static void copy(float *to, const struct implicit *s, const void *from, enum nn_type type,
                      size_t first, size_t count)
{
    if (type == NN_BFLOAT16)
        copy_all(to, s, from, NN_BFLOAT16, first, count);
    else
        copy_all(to, s, from, NN_FLOAT32, first, count);
}

/* ---- Weights ---- */

/* Channels in.. of x, of one channel of y and one tap; 0 where there are none. */
WIDE_INLINE __m256i weights_of(const struct conv *conv, const float *w, size_t out, int tap,
                               size_t in)
{
    if (tap < 0 || out >= (size_t)conv->out.c || in >= (size_t)conv->in.c)
        return _mm256_setzero_si256();
    const size_t taps = (size_t)(conv->kernel * conv->kernel);
    return read_bf16(w, (out * taps + (size_t)tap) * (size_t)conv->in.c + in, NN_FLOAT32,
                     channels_from(conv->in.c, in));
}

/*
 * to [16][16]: for each lane of what is read, 16 channels of what is made. Of x's channels lanes
 * are read side by side, and then turned; of y's, one row after the other.
 */
WIDE_INLINE void pack_tile(float *to, const struct implicit *s, const struct conv *conv,
                           const float *w, const struct implicit_step *step, size_t block)
{
    nn_v16 rows[LANES];
    for (size_t i = 0; i < LANES; i++)
        if (s->direction == CONV_FORWARD) {
            for (size_t j = 0; j < 2; j++)
                _mm256_storeu_si256((__m256i *)(void *)&rows[i] + j,
                                    weights_of(conv, w, block * LANES + i, step->half[j].tap,
                                               step->half[j].block * LANES));
        } else {
            const struct implicit_half *h = &step->half[i / (LANES / 2)];
            const size_t out = h->block * LANES + 2 * i % LANES;
            _mm512_storeu_si512(&rows[i],
                                interleave(weights_of(conv, w, out, h->tap, block * LANES),
                                           weights_of(conv, w, out + 1, h->tap, block * LANES)));
        }
    if (s->direction == CONV_FORWARD)
        nn_transpose16(rows);
    memcpy(to, rows, sizeof rows);
}

/* In the order in which they are multiplied. */
WIDE static void pack(float *to, const struct implicit *s, const struct conv *conv, const float *w)
{
    for (size_t j = 0; j < s->job_count; j++)
        for (size_t first = 0; first < s->to.blocks; first += 2)
            for (size_t i = 0; i < s->jobs[j].count; i++)
                for (size_t b = first; b < first + 2 && b < s->to.blocks; b++, to += TILE)
                    pack_tile(to, s, conv, w, &s->steps[s->jobs[j].first + i], b);
}

/* ---- Forward, backward data ---- */

struct made {
    void *pictures;
    enum nn_type type;
    const float *bias;
    bool add;
};

/* Some sums of the channels of a block, to results that are `next` values apart. */
WIDE_INLINE void put_row(const struct made *to, size_t at, size_t next, const float *sums,
                         size_t count, __m512 bias, __mmask16 channels, enum nn_type type)
{
    for (size_t i = 0; i < count; i++, at += next, sums += LANES) {
        __m512 value = _mm512_add_ps(_mm512_loadu_ps(sums), bias);
        if (to->add)
            value = _mm512_add_ps(value, read_float(to->pictures, at, type, channels));
        if (type == NN_FLOAT32)
            _mm512_mask_storeu_ps((float *)to->pictures + at, channels, value);
        else
            _mm256_mask_storeu_epi16((nn_bf16 *)to->pictures + at, channels, narrow(value));
    }
}

/* A position whose results are at a pixel, if they are: y, x count pixels of a phase. */
struct place {
    size_t picture, y, x;
};

/*
 * `count` results from a position on, of one or two blocks: those of a line, or where pictures are
 * side by side, of so many of these.
 */
WIDE_INLINE void put(const struct made *to, const struct implicit *s,
                     const struct implicit_job *job, const struct place *at, const float *sums,
                     size_t count, size_t first, size_t blocks)
{
    const struct nn_shape shape = s->to.shape;
    const size_t spread = (size_t)s->spread, y = at->y * spread + (size_t)job->y,
                 x = at->x * spread + (size_t)job->x;
    if (y >= (size_t)shape.h || x >= (size_t)shape.w)
        return;
    if (s->side == 1)
        count = smaller(count, ((size_t)shape.w - x + spread - 1) / spread);
    const size_t next = s->side > 1 ? s->to.picture : spread * s->to.pixel;
    for (size_t b = 0; b < blocks; b++, sums += s->kernel->group * LANES) {
        const __mmask16 channels = channels_of(&s->to, first + b);
        const size_t result = value_at(&s->to, at->picture, first + b, y, x);
        const __m512 bias = to->bias
                                ? _mm512_maskz_loadu_ps(channels, to->bias + (first + b) * LANES)
                                : _mm512_setzero_ps();
        if (to->type == NN_BFLOAT16)
            put_row(to, result, next, sums, count, bias, channels, NN_BFLOAT16);
        else
            put_row(to, result, next, sums, count, bias, channels, NN_FLOAT32);
    }
}

/* What is multiplied: a job, and its weights for one or two blocks of what is made. */
struct product {
    const struct implicit_job *job;
    const float *w;
    size_t first, blocks;
};

WIDE_INLINE void multiply(float *sums, const struct implicit *s, const struct product *p,
                          const float *x, size_t position, size_t rows)
{
    s->kernel->multiply(sums, rows, x + position * s->distance, s->distance,
                        s->steps + p->job->first, p->job->count, p->w, p->blocks);
}

/* Pictures one after the other: groups go through them line by line, and across. */
WIDE_INLINE void multiply_lines(const struct made *to, const struct implicit *s,
                                const struct product *p, const float *x, size_t count)
{
    alignas(64) float sums[2 * IMPLICIT_GROUP_MAX * LANES];
    const size_t group = s->kernel->group, positions = count * s->picture;
    struct place at = {0};
    for (size_t first = 0; first < positions; first += group) {
        const size_t rows = smaller(group, positions - first);
        multiply(sums, s, p, x, first, rows);
        for (size_t i = 0, run; i < rows; i += run) {
            run = smaller(s->pitch - at.x, rows - i);
            put(to, s, p->job, &at, sums + i * LANES, run, p->first, p->blocks);
            at.x += run;
            if (at.x < s->pitch)
                continue;
            at.x = 0;
            at.y++;
            if (at.y * s->pitch < s->picture)
                continue;
            at.y = 0;
            at.picture++;
        }
    }
}

/* Pictures side by side: groups are of one pixel of several. */
WIDE_INLINE void multiply_pixels(const struct made *to, const struct implicit *s,
                                 const struct product *p, const float *x, size_t count)
{
    alignas(64) float sums[2 * IMPLICIT_GROUP_MAX * LANES];
    struct place at;
    for (at.y = 0; at.y < (size_t)s->rows; at.y++)
        for (at.x = 0; at.x < (size_t)s->columns; at.x++)
            for (at.picture = 0; at.picture < count; at.picture += s->kernel->group) {
                const size_t rows = smaller(s->kernel->group, count - at.picture),
                             position = (at.y * s->pitch + at.x) * s->side + at.picture;
                multiply(sums, s, p, x, position, rows);
                put(to, s, p->job, &at, sums, rows, p->first, p->blocks);
            }
}

/* All results of `count` pictures. */
WIDE static void multiply_all(const struct made *to, const struct implicit *s, const float *x,
                              size_t count, const float *w)
{
    for (size_t j = 0; j < s->job_count; j++)
        for (size_t b = 0; b < s->to.blocks; b += 2) {
            const struct product p = {&s->jobs[j], w, b, smaller(2, s->to.blocks - b)};
            if (s->side > 1)
                multiply_pixels(to, s, &p, x, count);
            else
                multiply_lines(to, s, &p, x, count);
            w += p.job->count * p.blocks * TILE;
        }
}

static void begin(const struct implicit *s)
{
    if (s->kernel->begin)
        s->kernel->begin();
}

static void end(const struct implicit *s)
{
    if (s->kernel->end)
        s->kernel->end();
}

/* For n pictures: side by side, if that fills the groups. */
static const struct implicit *plan_for(const struct implicit *s, size_t n)
{
    const size_t rows = s->direction == CONV_BACKWARD_WEIGHTS ? LANES * s->each : s->kernel->rows,
                 computed = (n + rows - 1) / rows * rows;
    return s->few && computed * 8 > n * 9 ? s->few : s;
}

static void run_pictures(const struct conv_call *call, const void *from, enum nn_type from_type,
                         struct made to)
{
    const size_t n = (size_t)call->n;
    const struct implicit *s = plan_for(call->state, n);
    float *const x = call->scratch, *const w = x + copy_size(s);
    const size_t size = s->to.picture * nn_type_size(to.type);
    char *const made = to.pictures;
    pack(w, s, call->conv, call->w);
    memset(x, 0, copy_size(s) * sizeof *x);
    begin(s);
    for (size_t first = 0; first < n; first += s->chunk) {
        const size_t count = smaller(s->chunk, n - first);
        copy(x, s, from, from_type, first, count);
        to.pictures = made + first * size;
        multiply_all(&to, s, x, count, w);
    }
    end(s);
}

void implicit_forward(const struct conv_call *call)
{
    run_pictures(call, call->x, call->conv->x_type,
                 (struct made){call->y, call->conv->y_type, call->bias, false});
}

void implicit_backward_data(const struct conv_call *call)
{
    run_pictures(call, call->dy, call->conv->y_type,
                 (struct made){call->dx, call->conv->x_type, NULL, call->add});
}

/* ---- Backward weights ---- */

/* Tiles of 16 positions: in a line, where pictures are side by side; else of `count` pictures. */
static size_t tiles_of(const struct implicit *s, size_t count)
{
    if (s->side > 1)
        return (size_t)s->columns * s->side / LANES;
    return ((count + s->each - 1) / s->each * s->picture + LANES - 1) / LANES;
}

static size_t lines_of(const struct implicit *s)
{
    return s->side > 1 ? (size_t)s->rows : 1;
}

/* Results at one position: a row of channels, 0 where there are none. */
WIDE_INLINE void gather_row(nn_v16 *row, const struct implicit *s, const void *dy,
                            enum nn_type type, const struct place *at, size_t first, size_t count,
                            size_t block)
{
    const size_t picture = at->picture * s->each;
    const bool there = picture < count && (int)at->y < s->rows && (int)at->x < s->columns,
               both = there && picture + 1 < count;
    const __mmask16 channels = channels_of(&s->to, block);
    const size_t from = there ? value_at(&s->to, first + picture, block, at->y, at->x) : 0;
    _mm512_storeu_si512(
        row, interleave(read_bf16(dy, from, type, there ? channels : 0),
                        read_bf16(dy, both ? from + s->to.picture : 0, type, both ? channels : 0)));
}

/* The position after this one, in the order of a chunk's. */
WIDE_INLINE void advance(struct place *at, const struct implicit *s)
{
    const size_t columns = s->side > 1 ? (size_t)s->columns : s->pitch;
    if (s->side > 1 && ++at->picture < s->side)
        return;
    if (s->side > 1)
        at->picture = 0;
    if (++at->x < columns)
        return;
    at->x = 0;
    if (++at->y * s->pitch < s->picture || s->side > 1)
        return;
    at->y = 0;
    at->picture++;
}

/* to [block][line][tile][16 positions][16 channels], or turned */
WIDE_INLINE void gather_all(float *to, const struct implicit *s, const void *dy, enum nn_type type,
                            size_t first, size_t count)
{
    for (size_t b = 0; b < s->to.blocks; b++) {
        struct place at = {0};
        for (size_t left = lines_of(s) * tiles_of(s, count); left > 0; left--, to += TILE) {
            nn_v16 rows[LANES];
            for (int i = 0; i < LANES; i++, advance(&at, s))
                gather_row(&rows[i], s, dy, type, &at, first, count, b);
            if (s->kernel->turned)
                nn_transpose16(rows);
            memcpy(to, rows, sizeof rows);
        }
    }
}

WIDE static void gather(float *to, const struct implicit *s, const void *dy, enum nn_type type,
                        size_t first, size_t count)
{
    if (type == NN_BFLOAT16)
        gather_all(to, s, dy, NN_BFLOAT16, first, count);
    else
        gather_all(to, s, dy, NN_FLOAT32, first, count);
}

/* dw += one tap of 16 x 16 channels, or those that there are */
WIDE static void add_tap(float *dw, const struct conv *conv, const float *sums, size_t out, int tap,
                         size_t in)
{
    const size_t taps = (size_t)(conv->kernel * conv->kernel);
    const __mmask16 channels = channels_from(conv->in.c, in);
    for (size_t i = 0; i < LANES && out + i < (size_t)conv->out.c; i++, sums += LANES) {
        float *to = dw + ((out + i) * taps + (size_t)tap) * (size_t)conv->in.c + in;
        _mm512_mask_storeu_ps(
            to, channels,
            _mm512_add_ps(_mm512_maskz_loadu_ps(channels, to), _mm512_loadu_ps(sums)));
    }
}

static void accumulate_all(float *dw, const struct conv *conv, const struct implicit *s,
                           const float *dy, const float *x, size_t count)
{
    alignas(64) float sums[4 * TILE];
    const size_t outs = s->to.blocks, ins = s->blocks, plane = s->positions * s->distance;
    struct implicit_sum sum = {.dy_block = lines_of(s) * tiles_of(s, count) * TILE,
                               .x_block = plane,
                               .lines = lines_of(s),
                               .tiles = tiles_of(s, count),
                               .x_line = s->pitch * s->side * s->distance};
    for (size_t o = 0; o < outs; o += 2)
        for (size_t i = 0; i < ins; i += 2)
            for (size_t t = 0; t < s->step_count; t += ins) {
                const struct implicit_step *tap = &s->steps[t];
                sum.dy = dy + o * sum.dy_block;
                sum.x = x + tap->at + i * plane;
                sum.dy_blocks = smaller(2, outs - o);
                sum.x_blocks = smaller(2, ins - i);
                s->kernel->accumulate(sums, &sum);
                for (size_t r = 0; r < sum.dy_blocks; r++)
                    for (size_t c = 0; c < sum.x_blocks; c++)
                        add_tap(dw, conv, sums + (2 * r + c) * TILE, (o + r) * LANES,
                                tap->half[0].tap, (i + c) * LANES);
            }
}

void implicit_backward_weights(const struct conv_call *call)
{
    const size_t n = (size_t)call->n;
    const struct implicit *s = plan_for(call->state, n);
    float *const x = call->scratch, *const dy = x + copy_size(s);
    const size_t chunk = s->chunk * s->each;
    memset(x, 0, copy_size(s) * sizeof *x);
    begin(s);
    for (size_t first = 0; first < n; first += chunk) {
        const size_t count = smaller(chunk, n - first);
        copy(x, s, call->x, call->conv->x_type, first, count);
        gather(dy, s, call->dy, call->conv->y_type, first, count);
        accumulate_all(call->dw, call->conv, s, dy, x, count);
    }
    end(s);
}

size_t implicit_scratch(const struct implicit *s)
{
    const size_t tiles = s->direction == CONV_BACKWARD_WEIGHTS
                             ? lines_of(s) * tiles_of(s, s->chunk * s->each)
                             : s->step_count;
    const size_t mine = copy_size(s) + tiles * s->to.blocks * TILE;
    const size_t other = s->few ? implicit_scratch(s->few) : 0;
    return mine > other ? mine : other;
}

#endif

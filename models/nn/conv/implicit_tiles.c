/*
 * implicit_tiles: products of bfloat16 on a CPU's matrix registers (Intel's AMX). See implicit.c.
 *
 * Of the eight tiles, 0 to 3 are sums, 4 and 5 left sides, 6 and 7 right sides: so each tile that
 * is loaded is used twice. All of them are 16 rows of 64 bytes.
 */
#include "models/nn/conv/implicit.h"

#ifdef __x86_64__

#include <immintrin.h>

#define AMX __attribute__((target("amx-tile,amx-bf16")))
#define AMX_INLINE AMX static inline __attribute__((always_inline))

enum { ROWS = IMPLICIT_LANES, TILE = IMPLICIT_TILE, ROW = IMPLICIT_LANES * sizeof(float) };

AMX static void begin(void)
{
    static const struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } whole = {.palette = 1,
               .bytes = {ROW, ROW, ROW, ROW, ROW, ROW, ROW, ROW},
               .rows = {ROWS, ROWS, ROWS, ROWS, ROWS, ROWS, ROWS, ROWS}};
    _tile_loadconfig(&whole);
}

AMX static void end(void)
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

/* Sums that were not made are 0. */
AMX_INLINE void sums_end(float *sums)
{
    _tile_stored(0, sums, ROW);
    _tile_stored(1, sums + TILE, ROW);
    _tile_stored(2, sums + 2 * TILE, ROW);
    _tile_stored(3, sums + 3 * TILE, ROW);
}

AMX static void multiply(float *sums, size_t rows, const float *x, size_t distance,
                         const struct implicit_step *steps, size_t count, const float *w,
                         size_t blocks)
{
    const size_t bytes = distance * sizeof *x;
    sums_begin();
    for (size_t i = 0; i < count; i++, w += TILE) {
        const float *from = x + steps[i].at;
        _tile_loadd(4, from, bytes);
        _tile_loadd(6, w, ROW);
        _tile_dpbf16ps(0, 4, 6);
        if (rows > ROWS) {
            _tile_loadd(5, from + ROWS * distance, bytes);
            _tile_dpbf16ps(1, 5, 6);
        }
        if (blocks == 2) {
            w += TILE;
            _tile_loadd(7, w, ROW);
            _tile_dpbf16ps(2, 4, 7);
            if (rows > ROWS)
                _tile_dpbf16ps(3, 5, 7);
        }
    }
    sums_end(sums);
}

AMX static void accumulate(float *sums, const struct implicit_sum *sum)
{
    const size_t x_block = sum->x_block, dy_block = sum->dy_block;
    const bool two_x = sum->x_blocks == 2, two_dy = sum->dy_blocks == 2;
    const float *dy = sum->dy;
    sums_begin();
    for (size_t line = 0; line < sum->lines; line++) {
        const float *x = sum->x + line * sum->x_line;
        for (size_t i = 0; i < sum->tiles; i++, dy += TILE, x += TILE) {
            _tile_loadd(4, dy, ROW);
            _tile_loadd(6, x, ROW);
            _tile_dpbf16ps(0, 4, 6);
            if (two_x) {
                _tile_loadd(7, x + x_block, ROW);
                _tile_dpbf16ps(1, 4, 7);
            }
            if (two_dy) {
                _tile_loadd(5, dy + dy_block, ROW);
                _tile_dpbf16ps(2, 5, 6);
                if (two_x)
                    _tile_dpbf16ps(3, 5, 7);
            }
        }
    }
    sums_end(sums);
}

const struct implicit_kernel implicit_tiles = {
    .group = 2 * ROWS,
    .rows = ROWS,
    .turned = true,
    .begin = begin,
    .end = end,
    .multiply = multiply,
    .accumulate = accumulate,
};

#endif

#include "models/nn/num/channels.h"

#include "models/nn/num/kernel.h"

#include <string.h>

enum {
    WIDE = 256,   /* floats a folded row has at most: 4 arrays of them stay in the L1 cache */
    STRETCH = 32, /* folded rows summed in float before they are added up in double */
};

/*
 * How rows of c channels become wide rows. c <= WIDE / 2: `fold` rows side by side, and `rest` rows
 * left over. Otherwise: one row at a time, in blocks of at most WIDE channels.
 */
struct folding {
    size_t fold, whole, rest;
};

static struct folding fold_rows(size_t rows, size_t c)
{
    size_t fold = c <= WIDE / 2 ? WIDE / c : 1;
    if (fold > rows)
        fold = rows;
    return (struct folding){fold, rows / fold, rows % fold};
}

static size_t block_width(size_t from, size_t c)
{
    return c - from < WIDE ? c - from : WIDE;
}

/* sum[width] += sums of the columns of x[rows][width], rows `stride` apart */
NN_CLONES(static, add_columns,
          (double *sum, const float *x, size_t rows, size_t stride, size_t width),
          (sum, x, rows, stride, width))
{
    float part[WIDE];
    for (size_t r = 0; r < rows; r += STRETCH) {
        const size_t end = rows - r < STRETCH ? rows : r + STRETCH;
        memset(part, 0, sizeof part);
        for (size_t i = r; i < end; i++)
            for (size_t j = 0; j < width; j++)
                part[j] += x[i * stride + j];
        for (size_t j = 0; j < width; j++)
            sum[j] += (double)part[j];
    }
}

void channels_add_sums(float *sum, const float *x, size_t rows, size_t c)
{
    const struct folding f = fold_rows(rows, c);
    for (size_t from = 0; from < c; from += WIDE) {
        const size_t width = block_width(from, c);
        double wide[WIDE] = {0}, total[WIDE] = {0}; /* [fold][width], [width] */
        add_columns(wide, x + from, f.whole, f.fold * c, f.fold * width);
        /* Rows are left over only where there is just one block. */
        add_columns(wide, x + f.whole * f.fold * c, f.rest, c, width);
        for (size_t i = 0; i < f.fold; i++)
            for (size_t j = 0; j < width; j++)
                total[j] += wide[i * width + j];
        for (size_t j = 0; j < width; j++)
            sum[from + j] += (float)total[j];
    }
}

void channels_fill(float *y, const float *row, size_t rows, size_t c)
{
    const struct folding f = fold_rows(rows, c);
    for (size_t from = 0; from < c; from += WIDE) {
        const size_t width = block_width(from, c);
        float wide[WIDE]; /* [fold][width] the same row, so that one copy serves a folded row */
        for (size_t i = 0; i < f.fold; i++)
            memcpy(wide + i * width, row + from, width * sizeof *row);
        for (size_t r = 0; r < f.whole; r++)
            memcpy(y + r * f.fold * c + from, wide, f.fold * width * sizeof *y);
        for (size_t r = rows - f.rest; r < rows; r++)
            memcpy(y + r * c + from, wide, width * sizeof *y);
    }
}

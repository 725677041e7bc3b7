/*
 * Per-channel sums and fills against plain loops in double, on row counts and channel counts
 * around those where the folding of rows changes.
 */
#include "models/nn/num/channels.h"

#include "base/mem.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>

static const size_t ROWS[] = {1, 2, 31, 33, 64, 1000}, CHANNELS[] = {1, 3, 64, 127, 129, 256, 513};

enum {
    ROW_COUNTS = sizeof ROWS / sizeof *ROWS,
    CHANNEL_COUNTS = sizeof CHANNELS / sizeof *CHANNELS
};

/* Relative: float32 sums of 32 values. */
static const double TOLERANCE = 1e-5;

static void each_size(void (*visit)(size_t rows, size_t c, const float *x))
{
    for (size_t r = 0; r < ROW_COUNTS; r++)
        for (size_t k = 0; k < CHANNEL_COUNTS; k++) {
            float *x;
            MEM_NEW(x, ROWS[r] * CHANNELS[k]);
            test_fill_normal(x, ROWS[r] * CHANNELS[k], 0);
            visit(ROWS[r], CHANNELS[k], x);
            mem_free(x);
        }
}

static void check_sums(size_t rows, size_t c, const float *x)
{
    float *sum;
    MEM_NEW(sum, c);
    for (size_t j = 0; j < c; j++)
        sum[j] = 5;
    channels_add_sums(sum, x, rows, c);
    for (size_t j = 0; j < c; j++) {
        double expected = 5;
        for (size_t i = 0; i < rows; i++)
            expected += (double)x[i * c + j];
        cr_assert(fabs((double)sum[j] - expected) <= TOLERANCE * fmax(1, fabs(expected)),
                  "%zu x %zu: sum[%zu] is %.9g, not %.9g", rows, c, j, (double)sum[j], expected);
    }
    mem_free(sum);
}

Test(channels, sums_are_added)
{
    each_size(check_sums);
}

static void check_fill(size_t rows, size_t c, const float *x)
{
    float *filled;
    MEM_NEW(filled, rows * c);
    channels_fill(filled, x, rows, c);
    for (size_t i = 0; i < rows * c; i++)
        cr_assert(filled[i] == x[i % c], "%zu x %zu: [%zu] is %g, not %g", rows, c, i,
                  (double)filled[i], (double)x[i % c]);
    mem_free(filled);
}

Test(channels, fill_repeats_a_row)
{
    each_size(check_fill);
}

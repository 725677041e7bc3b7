/*
 * Filters that whiten: by hand for a window of one pixel, by what defines them for a larger one.
 */
#include "models/whiten.h"

#include "base/mem.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>

static const double LEAST = 5e-4;
/* Filters are up to 1 / sqrt(LEAST) = 45 long and rounded to 2^-25 of that; on 12 pixels of 2.5, in
   the mean, two of them err by 2 * 12 * 2.5 * 45 * 2^-25. */
static const double CLOSE = 8e-5;

/* The mean of the squares is (1 + 4 + 4 + 16) / 4. */
Test(whiten, one_pixel_is_divided_by_its_root_mean_square)
{
    const float pictures[] = {-1, 2, -2, 4};
    float weights[2];
    const struct nn_shape shape = {1, 2, 1};
    cr_assert(whiten_filters(shape, 1) == 2);
    whiten(weights, pictures, 2, shape, 1);
    cr_assert_float_eq(weights[0], 1 / sqrt(6.25 + LEAST), 1e-7, "%g", (double)weights[0]);
    cr_assert(weights[1] == -weights[0]);
}

enum { SIDE = 6, C = 3, KERNEL = 2, N = 40, SIZE = KERNEL * KERNEL * C, FILTERS = 2 * SIZE };

static const struct nn_shape shape = {SIDE, SIDE + 1, C};

/* Neighbours resemble each other, one channel nearly is another, and the mean is not 0. */
static void make_pictures(float *pictures)
{
    const size_t floats = SIDE * (SIDE + 1) * C;
    test_fill_normal(pictures, N * floats, 0);
    for (size_t i = 0; i < N * floats; i++)
        pictures[i] = i % C == 2 ? 0.99F * pictures[i - 1] + 0.01F * pictures[i]
                                 : 0.5F + pictures[i] + (i % floats >= C ? pictures[i - C] : 0);
}

/* ret_means [FILTERS][FILTERS] of r_i r_j over all windows, r_i what filter i makes of one: the
   definition, pixel by pixel. */
static void means_of_products(const float *weights, const float *pictures, double *ret_means)
{
    const int rows = SIDE + 1 - KERNEL, columns = SIDE + 2 - KERNEL;
    for (int at = 0; at < N * rows * columns; at++) {
        const int n = at / (rows * columns), y = at / columns % rows, x = at % columns;
        double r[FILTERS] = {0};
        for (int f = 0; f < FILTERS; f++)
            for (int ky = 0; ky < KERNEL; ky++)
                for (int kx = 0; kx < KERNEL; kx++)
                    for (int c = 0; c < C; c++)
                        r[f] +=
                            (double)weights[((f * KERNEL + ky) * KERNEL + kx) * C + c] *
                            (double)pictures[((n * SIDE + y + ky) * (SIDE + 1) + x + kx) * C + c];
        for (int f = 0; f < FILTERS; f++)
            for (int g = 0; g < FILTERS; g++)
                ret_means[f * FILTERS + g] += r[f] * r[g] / (N * rows * columns);
    }
}

/*
 * |f|^2 = 1 / (e + LEAST), so that the mean square of what a filter makes, e / (e + LEAST), is
 * 1 - LEAST |f|^2; two eigenvectors are uncorrelated. The smallest e here is below LEAST.
 */
Test(whiten, filters_make_numbers_of_mean_square_1_that_are_not_correlated)
{
    float pictures[N * SIDE * (SIDE + 1) * C], weights[FILTERS * SIZE];
    double means[FILTERS * FILTERS] = {0}, before = 0, longest = 0;
    make_pictures(pictures);
    cr_assert(whiten_filters(shape, KERNEL) == FILTERS);
    whiten(weights, pictures, N, shape, KERNEL);
    means_of_products(weights, pictures, means);
    for (size_t f = 0; f < SIZE; f++) {
        const float *filter = weights + f * SIZE;
        double square = 0, largest = 0;
        for (size_t i = 0; i < SIZE; i++) {
            square += (double)filter[i] * (double)filter[i];
            largest = fmax(largest, fabs((double)filter[i]));
            cr_expect(weights[(SIZE + f) * SIZE + i] == -filter[i], "filter %zu has no opposite",
                      f);
        }
        bool positive = false;
        for (size_t i = 0; i < SIZE; i++)
            positive |= (double)filter[i] == largest;
        cr_expect(positive, "the largest entry of filter %zu is negative", f);
        cr_expect(square >= before, "filter %zu: the largest eigenvalue comes first", f);
        before = square;
        longest = fmax(longest, square);
        for (size_t g = 0; g < SIZE; g++) {
            const double expected = f == g ? 1 - LEAST * square : 0;
            cr_expect_float_eq(means[f * FILTERS + g], expected, CLOSE, "%zu, %zu: %g, not %g", f,
                               g, means[f * FILTERS + g], expected);
        }
    }
    cr_assert(longest > 0.5 / LEAST, "no direction varies little: %g", longest);
}

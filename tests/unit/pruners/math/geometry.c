/* pruners/math/geometry.h against plain versions in double. */
#include "pruners/math/geometry.h"

#include "base/linalg.h"
#include "base/mem.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double TOLERANCE = 1e-6;

/* Whole numbers 0..levels-1: exact sums, many ties and copies. levels = 0: normal, around `far`. */
static float *make_rows(size_t n, size_t d, uint32_t levels, double far)
{
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    float *x;
    MEM_NEW(x, n * d);
    for (size_t j = 0; j < n * d; j++)
        x[j] = levels ? (float)rng_below(&rng, levels) : (float)(rng_normal(&rng) + far);
    return x;
}

static double plain_distance2(const float *a, const float *b, size_t d)
{
    double sum = 0;
    for (size_t f = 0; f < d; f++)
        sum += ((double)a[f] - (double)b[f]) * ((double)a[f] - (double)b[f]);
    return sum;
}

/* The k nearest of i, one after the other, by looking at all. distances2 [n] of i; spoilt. */
static void expect_nearest(double *distances2, size_t n, size_t i, size_t k,
                           const uint32_t *neighbours, const float *distances)
{
    distances2[i] = HUGE_VAL;
    for (size_t place = 0; place < k; place++) {
        size_t best = 0;
        for (size_t j = 1; j < n; j++)
            if (distances2[j] < distances2[best])
                best = j;
        cr_assert_eq(neighbours[place], best, "row %zu: neighbour %zu is %u, not %zu", i, place,
                     neighbours[place], best);
        cr_assert_float_eq((double)distances[place], sqrt(distances2[best]),
                           TOLERANCE * (1 + sqrt(distances2[best])), "row %zu: distance %zu is %g",
                           i, place, (double)distances[place]);
        distances2[best] = HUGE_VAL;
    }
}

static void expect_neighbours(float *x, size_t n, size_t d, size_t k)
{
    uint32_t *neighbours;
    float *distances;
    double *distances2;
    MEM_NEW(neighbours, n * k);
    MEM_NEW(distances, n * k);
    MEM_NEW(distances2, n);
    geometry_neighbours(x, n, d, k, NULL, neighbours, distances);
    for (size_t i = 0; i < n; i += 7) {
        for (size_t j = 0; j < n; j++)
            distances2[j] = plain_distance2(x + i * d, x + j * d, d);
        expect_nearest(distances2, n, i, k, neighbours + i * k, distances + i * k);
    }
    mem_free(neighbours);
    mem_free(distances);
    mem_free(distances2);
    mem_free(x);
}

/* Tiles have 1024 rows. */
Test(geometry, neighbours_with_many_ties_over_several_tiles)
{
    expect_neighbours(make_rows(2500, 5, 4, 0), 2500, 5, 6);
}

Test(geometry, neighbours_far_from_the_origin)
{
    expect_neighbours(make_rows(1100, 19, 0, 1000), 1100, 19, 10);
}

Test(geometry, neighbours_of_two_rows)
{
    expect_neighbours(make_rows(2, 3, 0, 0), 2, 3, 1);
}

/* Every third row; the others have the nearest of those, over two tiles and with ties. */
Test(geometry, neighbours_among_some)
{
    enum { N = 1300, D = 4, K = 6 };
    static uint32_t neighbours[N * K];
    static float distances[N * K];
    static double distances2[N];
    static uint8_t among[N];
    float *x = make_rows(N, D, 4, 0);
    for (size_t i = 0; i < N; i++)
        among[i] = i % 3 == 0;
    geometry_neighbours(x, N, D, K, among, neighbours, distances);
    for (size_t i = 1; i < N; i += 3) {
        for (size_t j = 0; j < N; j++)
            distances2[j] = among[j] ? plain_distance2(x + i * D, x + j * D, D) : HUGE_VAL;
        expect_nearest(distances2, N, i, K, neighbours + i * K, distances + i * K);
    }
    mem_free(x);
}

Test(geometry, neighbours_do_not_depend_on_threads)
{
    enum { N = 1500, D = 33, K = 5 };
    static uint32_t one[N * K], two[N * K];
    static float distances[N * K];
    float *x = make_rows(N, D, 0, 3);
    const int threads = linalg_threads();
    linalg_set_threads(1);
    geometry_neighbours(x, N, D, K, NULL, one, distances);
    linalg_set_threads(2);
    geometry_neighbours(x, N, D, K, NULL, two, distances);
    linalg_set_threads(threads);
    cr_assert_arr_eq(one, two, sizeof one);
    mem_free(x);
}

Test(geometry, lower_bounds_are_below_and_near)
{
    enum { N = 40, D = 65 };
    static float bounds[N * N];
    float *x = make_rows(N, D, 0, 10);
    struct geometry_cloud cloud;
    geometry_cloud_init(&cloud, x, NULL, N, D);
    geometry_lower_bounds(bounds, N, cloud.x, cloud.norms, N, cloud.x, cloud.norms, N, D);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            const double truth = plain_distance2(x + i * D, x + j * D, D);
            const double scale = (double)cloud.norms[i] + (double)cloud.norms[j];
            cr_assert_leq((double)bounds[i * N + j], truth, "%zu %zu: %.9g > %.9g", i, j,
                          (double)bounds[i * N + j], truth);
            cr_assert_geq((double)bounds[i * N + j], truth - 2e-5 * scale, "%zu %zu: %.9g of %.9g",
                          i, j, (double)bounds[i * N + j], truth);
        }
    geometry_cloud_release(&cloud);
    mem_free(x);
}

Test(geometry, coordinate_median_of_odd_even_one_and_none)
{
    const float x[] = {3, -1, 1, 5, 2, 4, 9, 0};
    const uint32_t rows[] = {3, 0, 1};
    double median[2];
    geometry_coordinate_median(x, NULL, 4, 2, median); /* 3 1 2 9 and -1 5 4 0 */
    cr_assert(median[0] == 2.5 && median[1] == 2, "%g %g", median[0], median[1]);
    geometry_coordinate_median(x, rows, 3, 2, median); /* 9 3 1 and 0 -1 5 */
    cr_assert(median[0] == 3 && median[1] == 0, "%g %g", median[0], median[1]);
    geometry_coordinate_median(x, rows, 1, 2, median);
    cr_assert(median[0] == 9 && median[1] == 0, "%g %g", median[0], median[1]);
    geometry_coordinate_median(x, rows, 0, 2, median);
    cr_assert(median[0] == 0 && median[1] == 0, "%g %g", median[0], median[1]);
}

static int compare_floats(const void *a, const void *b)
{
    const float *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

/* Quickselect against sorting, with ties and more columns than are gathered at a time. */
Test(geometry, coordinate_median_is_the_sorted_middle)
{
    enum { N = 501, D = 37 };
    for (uint32_t levels = 0; levels <= 3; levels += 3) {
        float *x = make_rows(N, D, levels, 0), column[N];
        double median[D];
        geometry_coordinate_median(x, NULL, N, D, median);
        for (size_t f = 0; f < D; f++) {
            for (size_t i = 0; i < N; i++)
                column[i] = x[i * D + f];
            qsort(column, N, sizeof *column, compare_floats);
            cr_assert_eq(median[f], (double)column[N / 2], "column %zu: %g", f, median[f]);
        }
        mem_free(x);
    }
}

static void expect_median(const float *x, size_t count, double first, double second)
{
    double median[2];
    geometry_median(x, NULL, count, 2, median);
    cr_assert_float_eq(median[0], first, 1e-5, "%.9g, not %.9g", median[0], first);
    cr_assert_float_eq(median[1], second, 1e-5, "%.9g, not %.9g", median[1], second);
}

Test(geometry, geometric_median)
{
    const float line[] = {0, 0, 1, 0, 2, 0, 3, 0, 100, 0};
    expect_median(line, 5, 2, 0); /* on a row, and exactly: the step of Vardi and Zhang */
    double median[2];
    geometry_median(line, NULL, 5, 2, median);
    cr_assert(median[0] == 2 && median[1] == 0, "%.17g %.17g", median[0], median[1]);
    const float square[] = {0, 0, 4, 0, 0, 4, 4, 4};
    expect_median(square, 4, 2, 2);
    const float crowd[] = {1, 1, 1, 1, 1, 1, 7, -9, 30, 2};
    expect_median(crowd, 5, 1, 1); /* more than half in one place */
    expect_median(crowd, 1, 1, 1);
    /* All sides seen under 120 degrees (Fermat's point), which lies on the axis of symmetry. */
    const float triangle[] = {-1, 0, 1, 0, 0, 5};
    expect_median(triangle, 3, 0, 1 / sqrt(3));
}

static void expect_herd(float *x, size_t n, size_t d)
{
    double *target, *mean;
    uint32_t *order;
    bool *taken;
    MEM_NEW(target, d);
    MEM_NEW(mean, d);
    MEM_NEW(order, n);
    MEM_NEW(taken, n);
    geometry_mean(x, NULL, n, d, target);
    target[0] += 0.5; /* not the mean: sums may run away */
    geometry_herd(x, NULL, n, d, target, order);
    for (size_t t = 0; t < n; t++) { /* mean: sum of what is taken, less the target each time */
        size_t best = n;
        double least = HUGE_VAL;
        for (size_t i = 0; i < n; i++) {
            double apart = 0;
            for (size_t f = 0; f < d; f++)
                apart += pow(mean[f] + (double)x[i * d + f] - target[f], 2);
            if (!taken[i] && apart < least - 1e-9) {
                least = apart;
                best = i;
            }
        }
        cr_assert_eq(order[t], best, "place %zu: row %u, not %zu", t, order[t], best);
        taken[best] = true;
        for (size_t f = 0; f < d; f++)
            mean[f] += (double)x[best * d + f] - target[f];
    }
    mem_free(target);
    mem_free(mean);
    mem_free(order);
    mem_free(taken);
    mem_free(x);
}

Test(geometry, herding_is_the_plain_program)
{
    expect_herd(make_rows(300, 21, 0, 5), 300, 21);
}

Test(geometry, herding_takes_the_lower_index_of_copies)
{
    enum { N = 64 };
    float *x = make_rows(N, 4, 0, 0);
    for (size_t j = 0; j < N / 2 * 4; j++)
        x[N / 2 * 4 + j] = x[j];
    expect_herd(x, N, 4);
}

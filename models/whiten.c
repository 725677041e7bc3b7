#include "models/whiten.h"

#include "base/linalg.h"
#include "base/mem.h"

#include <math.h>

/* Added to eigenvalues: a direction in which the pictures hardly vary is not blown up. */
static const double LEAST = 5e-4;

static size_t window_size(struct nn_shape picture, int kernel)
{
    return (size_t)(kernel * kernel * picture.c);
}

int whiten_filters(struct nn_shape picture, int kernel)
{
    return 2 * (int)window_size(picture, kernel);
}

/* windows [rows][columns][kernel][kernel][c] of a picture [h][w][c] */
static void take_windows(double *windows, const float *picture, struct nn_shape shape, int kernel)
{
    const size_t c = (size_t)shape.c, row = (size_t)shape.w * c, run = (size_t)kernel * c;
    for (int y = 0; y + kernel <= shape.h; y++)
        for (int x = 0; x + kernel <= shape.w; x++)
            for (int ky = 0; ky < kernel; ky++) {
                const float *from = picture + (size_t)(y + ky) * row + (size_t)x * c;
                for (size_t i = 0; i < run; i++)
                    *windows++ = (double)from[i];
            }
}

/* The lower triangle of covariance [size][size], not centred. */
static void add_up(double *covariance, const float *pictures, size_t n, struct nn_shape shape,
                   int kernel)
{
    const size_t size = window_size(shape, kernel),
                 count = (size_t)(shape.h - kernel + 1) * (size_t)(shape.w - kernel + 1);
    double *windows;
    MEM_NEW(windows, mem_size(count, size));
    for (size_t i = 0; i < n; i++) {
        take_windows(windows, pictures + i * nn_floats(shape), shape, kernel);
        linalg_dsyrk(covariance, size, windows, size, size, count, 1 / ((double)n * (double)count),
                     i > 0 ? 1 : 0);
    }
    mem_free(windows);
}

static double largest(const double *values, size_t n)
{
    double found = 0;
    for (size_t i = 0; i < n; i++)
        found = fabs(values[i]) > fabs(found) ? values[i] : found;
    return found;
}

void whiten(float *weights, const float *pictures, size_t n, struct nn_shape picture, int kernel)
{
    const size_t size = window_size(picture, kernel);
    double *vectors, *values;
    REQUIRE(n > 0);
    MEM_NEW(vectors, mem_size(size, size));
    MEM_NEW(values, size);
    add_up(vectors, pictures, n, picture, kernel);
    linalg_eigenvectors(vectors, size, size, values);
    for (size_t i = 0; i < size; i++) {
        const double *v = vectors + (size - 1 - i) * size; /* they come in ascending order */
        const double sign = largest(v, size) < 0 ? -1 : 1,
                     scale = sign / sqrt(values[size - 1 - i] + LEAST);
        for (size_t j = 0; j < size; j++) {
            weights[i * size + j] = (float)(scale * v[j]);
            weights[(size + i) * size + j] = -weights[i * size + j];
        }
    }
    MEM_FREE(vectors, values);
}

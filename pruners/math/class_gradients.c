#include "pruners/math/class_gradients.h"

#include "base/linalg.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { BLOCK = CLASS_GRADIENTS_BLOCK };

static double squares(const float *values, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += (double)values[k] * (double)values[k];
    return sum;
}

/* Row `row` of the gradients becomes sample i. */
static void take(struct class_gradients *g, size_t row, const struct last_layer *samples, size_t i)
{
    float *d = g->errors + row * g->classes, *f = g->features + row * g->width;
    g->members[row] = (uint32_t)i;
    memcpy(d, samples->probabilities + i * g->classes, g->classes * sizeof *d);
    d[samples->labels[i]] -= 1;
    memcpy(f, samples->features + i * (g->width - 1), (g->width - 1) * sizeof *f);
    f[g->width - 1] = 1;
    g->norms[row] = sqrt(squares(d, g->classes) * squares(f, g->width));
}

void class_gradients_init(struct class_gradients *ret_gradients, struct last_layer samples,
                          int label)
{
    struct class_gradients g = {
        .label = label, .classes = samples.classes, .width = samples.feature_count + 1};
    for (size_t i = 0; i < samples.n; i++)
        g.n += label == CLASS_GRADIENTS_ALL || samples.labels[i] == label;
    MEM_NEW(g.members, g.n);
    MEM_NEW(g.errors, mem_size(g.n, g.classes));
    MEM_NEW(g.features, mem_size(g.n, g.width));
    MEM_NEW(g.norms, g.n);
    MEM_NEW(g.scratch, BLOCK * (g.classes + g.width));
    for (size_t i = 0, row = 0; i < samples.n; i++)
        if (label == CLASS_GRADIENTS_ALL || samples.labels[i] == label)
            take(&g, row++, &samples, i);
    *ret_gradients = g;
}

void class_gradients_release(struct class_gradients *gradients)
{
    MEM_FREE(gradients->members, gradients->errors, gradients->features, gradients->norms,
             gradients->scratch);
    *gradients = (struct class_gradients){0};
}

void class_gradients_normalise(struct class_gradients *g)
{
    for (size_t i = 0; i < g->n; i++) {
        if (g->norms[i] == 0)
            continue;
        float *d = g->errors + i * g->classes, *f = g->features + i * g->width;
        const double d_norm = sqrt(squares(d, g->classes)), f_norm = sqrt(squares(f, g->width));
        for (size_t c = 0; c < g->classes; c++)
            d[c] = (float)((double)d[c] / d_norm);
        for (size_t k = 0; k < g->width; k++)
            f[k] = (float)((double)f[k] / f_norm);
        g->norms[i] = 1;
    }
}

static size_t row_of(const uint32_t *which, size_t at)
{
    return which ? which[at] : at;
}

/* Copies the f of up to BLOCK rows, from `first` of which on, into doubles [count][width]. */
static void widen(const struct class_gradients *g, const uint32_t *which, size_t first,
                  size_t count, double *ret_features)
{
    for (size_t b = 0; b < count; b++) {
        const float *f = g->features + row_of(which, first + b) * g->width;
        double *to = ret_features + b * g->width;
        for (size_t k = 0; k < g->width; k++)
            to[k] = (double)f[k];
    }
}

static size_t block_at(size_t first, size_t count)
{
    return count - first < BLOCK ? count - first : BLOCK;
}

void class_gradients_dot(struct class_gradients *g, const double *v, const uint32_t *which,
                         size_t count, double *ret_dots)
{
    double *f = g->scratch, *vf = f + BLOCK * g->width; /* [BLOCK][width], [BLOCK][classes] */
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t rows = block_at(first, count);
        widen(g, which, first, rows, f);
        linalg_dgemm(vf, g->classes, f, g->width, false, v, g->width, true, rows, g->classes,
                     g->width, 1, 0);
        for (size_t b = 0; b < rows; b++) {
            const float *d = g->errors + row_of(which, first + b) * g->classes;
            double sum = 0;
            for (size_t c = 0; c < g->classes; c++)
                sum += (double)d[c] * vf[b * g->classes + c];
            ret_dots[first + b] = sum;
        }
    }
}

void class_gradients_add(struct class_gradients *g, const uint32_t *which, size_t count,
                         double scale, double *v)
{
    double *f = g->scratch, *d = f + BLOCK * g->width; /* [BLOCK][width], [BLOCK][classes] */
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t rows = block_at(first, count);
        widen(g, which, first, rows, f);
        for (size_t b = 0; b < rows; b++)
            for (size_t c = 0; c < g->classes; c++)
                d[b * g->classes + c] =
                    (double)g->errors[row_of(which, first + b) * g->classes + c];
        linalg_dgemm(v, g->width, d, g->classes, true, f, g->width, false, g->classes, g->width,
                     rows, scale, 1);
    }
}

/* In tiles of columns, so that the products of the errors stay in the cache. */
void class_gradients_products(const struct class_gradients *g, const uint32_t *which, size_t count,
                              size_t from, float *ret_products, size_t ld)
{
    enum { TILE = 1024 };
    float *d, *f, *dd;
    MEM_NEW(d, count * g->classes);
    MEM_NEW(f, count * g->width);
    MEM_NEW(dd, count * TILE);
    for (size_t b = 0; b < count; b++) {
        memcpy(d + b * g->classes, g->errors + which[b] * g->classes, g->classes * sizeof *d);
        memcpy(f + b * g->width, g->features + which[b] * g->width, g->width * sizeof *f);
    }
    for (size_t j = from; j < g->n; j += TILE) {
        const size_t columns = g->n - j < TILE ? g->n - j : TILE;
        linalg_gemm(ret_products + j, ld, f, g->width, false, g->features + j * g->width, g->width,
                    true, count, columns, g->width, 1, 0);
        linalg_gemm(dd, TILE, d, g->classes, false, g->errors + j * g->classes, g->classes, true,
                    count, columns, g->classes, 1, 0);
        for (size_t b = 0; b < count; b++)
            for (size_t t = 0; t < columns; t++)
                ret_products[b * ld + j + t] *= dd[b * TILE + t];
    }
    MEM_FREE(d, f, dd);
}

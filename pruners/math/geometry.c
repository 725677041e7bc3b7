#include "pruners/math/geometry.h"

#include "base/linalg.h"
#include "base/mem.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- Sums in double; LANES partial sums, because one alone cannot be vectorised ---- */

enum { LANES = 16 };

#define SUM(name, type, term)                                                                      \
    double name(const float *a, const type *b, size_t d)                                           \
    {                                                                                              \
        double lanes[LANES] = {0}, sum = 0;                                                        \
        size_t f = 0;                                                                              \
        for (; f + LANES <= d; f += LANES)                                                         \
            for (size_t l = 0; l < LANES; l++) {                                                   \
                const double x = (double)a[f + l], y = (double)b[f + l];                           \
                lanes[l] += term;                                                                  \
            }                                                                                      \
        for (size_t l = 0; f < d; l++, f++) {                                                      \
            const double x = (double)a[f], y = (double)b[f];                                       \
            lanes[l] += term;                                                                      \
        }                                                                                          \
        for (size_t l = 0; l < LANES; l++)                                                         \
            sum += lanes[l];                                                                       \
        return sum;                                                                                \
    }

SUM(geometry_distance2, float, (x - y) * (x - y))
SUM(geometry_distance2_to, double, (x - y) * (x - y))
SUM(geometry_dot, double, x *y)

/* y[d] += scale * x */
static void add_scaled(double *y, double scale, const float *x, size_t d)
{
    for (size_t f = 0; f < d; f++)
        y[f] += scale * (double)x[f];
}

static const float *row_at(const float *x, const uint32_t *rows, size_t j, size_t d)
{
    return x + (rows ? rows[j] : j) * d;
}

/* ---- Centres of a set of rows ---- */

void geometry_mean(const float *x, const uint32_t *rows, size_t count, size_t d, double *ret_mean)
{
    for (size_t f = 0; f < d; f++)
        ret_mean[f] = 0;
    for (size_t j = 0; j < count; j++)
        add_scaled(ret_mean, 1, row_at(x, rows, j, d), d);
    for (size_t f = 0; f < d && count > 0; f++)
        ret_mean[f] /= (double)count;
}

/* Brings the k-th smallest of values[n] to its place, no larger ones before it (Hoare's
 * quickselect). */
static void place(float *values, size_t n, size_t k)
{
    size_t first = 0, last = n - 1;
    while (first < last) {
        const float pivot = values[first + (last - first) / 2];
        size_t i = first, j = last;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            const float swapped = values[i];
            values[i++] = values[j];
            values[j--] = swapped;
        }
        if (k <= j)
            last = j;
        else
            first = j + 1;
    }
}

static double median_of(float *values, size_t n)
{
    const size_t middle = n / 2;
    place(values, n, middle);
    if (n % 2)
        return (double)values[middle];
    float below = values[0];
    for (size_t i = 1; i < middle; i++)
        below = values[i] > below ? values[i] : below;
    return ((double)below + (double)values[middle]) / 2;
}

void geometry_coordinate_median(const float *x, const uint32_t *rows, size_t count, size_t d,
                                double *ret_median)
{
    enum { STRIP = 16 }; /* coordinates gathered at a time: one cache line of each row */
    float *columns;
    MEM_NEW(columns, STRIP * count);
    for (size_t first = 0; first < d; first += STRIP) {
        const size_t width = d - first < STRIP ? d - first : STRIP;
        for (size_t j = 0; j < count; j++)
            for (size_t f = 0; f < width; f++)
                columns[f * count + j] = row_at(x, rows, j, d)[first + f];
        for (size_t f = 0; f < width; f++)
            ret_median[first + f] = count > 0 ? median_of(columns + f * count, count) : 0;
    }
    mem_free(columns);
}

/* One step of Weiszfeld's from at[d]. ret_next[d]; returns the mean distance from `at`. */
static double weiszfeld(const float *x, const uint32_t *rows, size_t count, size_t d,
                        const double *at, double *ret_next)
{
    double weights = 0, distances = 0, pull = 0;
    size_t here = 0; /* rows that `at` lies on */
    for (size_t f = 0; f < d; f++)
        ret_next[f] = 0;
    for (size_t j = 0; j < count; j++) {
        const float *row = row_at(x, rows, j, d);
        const double distance = sqrt(geometry_distance2_to(row, at, d));
        distances += distance;
        if (distance == 0) {
            here++;
            continue;
        }
        add_scaled(ret_next, 1 / distance, row, d);
        weights += 1 / distance;
    }
    for (size_t f = 0; f < d && weights > 0; f++) {
        const double towards = ret_next[f] - weights * at[f];
        pull += towards * towards;
        ret_next[f] /= weights;
    }
    pull = sqrt(pull);
    const double stay = here == 0 ? 0 : pull > (double)here ? (double)here / pull : 1;
    for (size_t f = 0; f < d; f++)
        ret_next[f] = (1 - stay) * ret_next[f] + stay * at[f];
    return distances / (double)count;
}

void geometry_median(const float *x, const uint32_t *rows, size_t count, size_t d,
                     double *ret_median)
{
    enum { MOST = 200 };
    static const double CLOSE = 1e-7;
    double *next;
    MEM_NEW(next, d);
    geometry_coordinate_median(x, rows, count, d, ret_median);
    for (int step = 0; step < MOST && count > 0; step++) {
        const double spread = weiszfeld(x, rows, count, d, ret_median, next);
        double moved = 0;
        for (size_t f = 0; f < d; f++) {
            moved += (next[f] - ret_median[f]) * (next[f] - ret_median[f]);
            ret_median[f] = next[f];
        }
        if (sqrt(moved) <= CLOSE * spread)
            break;
    }
    mem_free(next);
}

void geometry_group(const uint16_t *labels, size_t n, size_t classes, uint32_t *ret_rows,
                    size_t *ret_first)
{
    for (size_t c = 0; c <= classes; c++)
        ret_first[c] = 0;
    for (size_t i = 0; i < n; i++)
        ret_first[labels[i] + 1]++;
    for (size_t c = 0; c < classes; c++)
        ret_first[c + 1] += ret_first[c];
    for (size_t i = 0; i < n; i++)
        ret_rows[ret_first[labels[i]]++] = (uint32_t)i;
    for (size_t c = classes; c > 0; c--)
        ret_first[c] = ret_first[c - 1];
    ret_first[0] = 0;
}

/* ---- Distances ---- */

void geometry_cloud_init(struct geometry_cloud *cloud, const float *x, const uint32_t *rows,
                         size_t n, size_t d)
{
    double *mean;
    *cloud = (struct geometry_cloud){.n = n, .d = d};
    MEM_NEW(cloud->x, mem_size(n, d));
    MEM_NEW(cloud->norms, n);
    MEM_NEW(mean, d);
    geometry_mean(x, rows, n, d, mean);
    for (size_t j = 0; j < n; j++) {
        const float *from = row_at(x, rows, j, d);
        for (size_t f = 0; f < d; f++)
            cloud->x[j * d + f] = (float)((double)from[f] - mean[f]);
        cloud->norms[j] = (float)geometry_distance2_to(from, mean, d);
    }
    mem_free(mean);
}

void geometry_cloud_release(struct geometry_cloud *cloud)
{
    MEM_FREE(cloud->x, cloud->norms);
    *cloud = (struct geometry_cloud){0};
}

/* Of a float dot product of d terms, relative to ||a|| ||b||; 8 more for centring and norms. */
static double float_error(size_t d)
{
    return (double)(d + 8) * (double)FLT_EPSILON / 2;
}

void geometry_lower_bounds(float *ret, size_t ld, const float *a, const float *a_norms, size_t m,
                           const float *b, const float *b_norms, size_t n, size_t d)
{
    const float shrink = (float)(1 - float_error(d));
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            ret[i * ld + j] = shrink * (a_norms[i] + b_norms[j]);
    linalg_gemm(ret, ld, a, d, false, b, d, true, m, n, d, -2, 1);
}

/* The k nearest rows met so far of each row, sorted; unfilled places are at infinity. */
struct nearest {
    size_t k;
    uint32_t *index;      /* [n][k] */
    double *distances;    /* [n][k], squared */
    float *worst;         /* [n] the last of each, rounded up: above it nothing can come in */
    const uint8_t *among; /* [n] 1: a neighbour, that has none itself; NULL: all have all */
};

/* Rows must be offered in rising order of j: then ties keep the lower index. */
static void offer(struct nearest *nearest, size_t i, size_t j, double distance2)
{
    const size_t k = nearest->k;
    double *distances = nearest->distances + i * k;
    uint32_t *index = nearest->index + i * k;
    if (distance2 >= distances[k - 1] ||
        (nearest->among && (nearest->among[i] || !nearest->among[j])))
        return;
    size_t at = k - 1;
    for (; at > 0 && distances[at - 1] > distance2; at--) {
        distances[at] = distances[at - 1];
        index[at] = index[at - 1];
    }
    distances[at] = distance2;
    index[at] = (uint32_t)j;
    nearest->worst[i] = nextafterf((float)distances[k - 1], INFINITY);
}

/* Offers each other what the rows of a tile, I from first_i and J from first_j >= first_i, are. */
static void offer_tile(struct nearest *nearest, const float *bounds, size_t ld, const float *x,
                       size_t d, size_t first_i, size_t m, size_t first_j, size_t n)
{
    for (size_t i = first_i; i < first_i + m; i++) {
        const float *row = bounds + (i - first_i) * ld;
        for (size_t j = first_j > i ? first_j : i + 1; j < first_j + n; j++) {
            const float bound = row[j - first_j];
            if (bound >= nearest->worst[i] && bound >= nearest->worst[j])
                continue;
            const double distance2 = geometry_distance2(x + i * d, x + j * d, d);
            offer(nearest, i, j, distance2);
            offer(nearest, j, i, distance2);
        }
    }
}

/*
 * Tiles (I, J) with I <= J, row by row of tiles: a row meets the others of lower index first, as
 * the column of a tile, then those of higher index.
 */
void geometry_neighbours(const float *x, size_t n, size_t d, size_t k, const uint8_t *among,
                         uint32_t *ret_neighbours, float *ret_distances)
{
    enum { TILE = 1024 };
    struct geometry_cloud cloud;
    struct nearest nearest = {.k = k, .index = ret_neighbours, .among = among};
    float *bounds;
    geometry_cloud_init(&cloud, x, NULL, n, d);
    MEM_NEW(nearest.distances, mem_size(n, k));
    MEM_NEW(nearest.worst, n);
    MEM_NEW(bounds, (size_t)TILE * TILE);
    for (size_t j = 0; j < n * k; j++)
        nearest.distances[j] = HUGE_VAL;
    for (size_t i = 0; i < n; i++)
        nearest.worst[i] = among && among[i] ? -INFINITY : INFINITY;
    for (size_t i = 0; i < n; i += TILE)
        for (size_t j = i; j < n; j += TILE) {
            const size_t m = n - i < TILE ? n - i : TILE, width = n - j < TILE ? n - j : TILE;
            geometry_lower_bounds(bounds, TILE, cloud.x + i * d, cloud.norms + i, m,
                                  cloud.x + j * d, cloud.norms + j, width, d);
            offer_tile(&nearest, bounds, TILE, x, d, i, m, j, width);
        }
    for (size_t j = 0; j < n * k; j++)
        ret_distances[j] = (float)sqrt(nearest.distances[j]);
    geometry_cloud_release(&cloud);
    MEM_FREE(nearest.distances, nearest.worst, bounds);
}

/* ---- Herding ---- */

/*
 * With y = x - target and S = the sum of the y taken, the next is the y of least
 * ||S + y||^2 - ||S||^2 = ||y||^2 + 2 y.S
 */
struct herd {
    size_t count, d; /* rows not yet taken, the first of all arrays */
    float *y;        /* [count][d] */
    double *norms;   /* [count] */
    uint32_t *rows;  /* [count] */
    double *sum;     /* [d] S */
    float *sum_f;    /* [d] the same in float */
    float *dots;     /* [count] y.S, in float */
};

static void herd_init(struct herd *h, const float *x, const uint32_t *rows, size_t count, size_t d,
                      const double *target)
{
    h->count = count;
    h->d = d;
    MEM_NEW(h->y, mem_size(count, d));
    MEM_NEW(h->norms, count);
    MEM_NEW(h->rows, count);
    MEM_NEW(h->sum, d);
    MEM_NEW(h->sum_f, d);
    MEM_NEW(h->dots, count);
    for (size_t j = 0; j < count; j++) {
        const float *from = row_at(x, rows, j, d);
        float *y = h->y + j * d;
        h->rows[j] = rows ? rows[j] : (uint32_t)j;
        for (size_t f = 0; f < d; f++)
            y[f] = (float)((double)from[f] - target[f]);
        for (size_t f = 0; f < d; f++)
            h->norms[j] += (double)y[f] * (double)y[f];
    }
}

/* The place of the next one: by the dots in float, then in double among those that may be it. */
static size_t herd_next(struct herd *h)
{
    double length2 = 0, least = HUGE_VAL;
    for (size_t f = 0; f < h->d; f++) {
        length2 += h->sum[f] * h->sum[f];
        h->sum_f[f] = (float)h->sum[f];
    }
    linalg_gemv(h->dots, h->y, h->d, false, h->sum_f, h->count, h->d, 1, 0);
    const double slack = 2 * float_error(h->d) * sqrt(length2); /* times ||y|| */
    for (size_t j = 0; j < h->count; j++)
        least = fmin(least, h->norms[j] + 2 * (double)h->dots[j] + slack * sqrt(h->norms[j]));
    size_t best = 0;
    double best_value = HUGE_VAL;
    for (size_t j = 0; j < h->count; j++) {
        if (h->norms[j] + 2 * (double)h->dots[j] - slack * sqrt(h->norms[j]) > least)
            continue;
        const double value = h->norms[j] + 2 * geometry_dot(h->y + j * h->d, h->sum, h->d);
        if (value < best_value || (value == best_value && h->rows[j] < h->rows[best])) {
            best_value = value;
            best = j;
        }
    }
    return best;
}

void geometry_herd(const float *x, const uint32_t *rows, size_t count, size_t d,
                   const double *target, uint32_t *ret_order)
{
    struct herd h = {0};
    herd_init(&h, x, rows, count, d, target);
    for (size_t taken = 0; taken < count; taken++) {
        const size_t at = herd_next(&h), last = --h.count;
        ret_order[taken] = h.rows[at];
        add_scaled(h.sum, 1, h.y + at * d, d);
        h.rows[at] = h.rows[last];
        h.norms[at] = h.norms[last];
        if (at != last)
            memcpy(h.y + at * d, h.y + last * d, d * sizeof *h.y);
    }
    MEM_FREE(h.y, h.norms, h.rows, h.sum, h.sum_f, h.dots);
}

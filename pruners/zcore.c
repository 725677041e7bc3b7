/*
 * zcore: what is near to points drawn at random in feature space, and has few others near it.
 *
 * Paper: Griffin, Marks and Corso, "Zero-Shot Coreset Selection", arXiv 2411.15349 (WACV 2026).
 *
 *     s_i ~ U(0, 1) at the start;  then `draws` times N:
 *         2 dimensions of the features at random, and a point in them: each coordinate from the
 *             triangular density over (least, median, greatest) of its dimension
 *         i = the nearest sample, in the sum of the 2 distances:         s_i += 1
 *         its `neighbours` nearest others j, in the same two:            s_j -= d_j^-exponent / sum
 *         but where the nearest other is at distance 0, of that alone:   s_j -= 1
 *
 * after `at` epochs of one proxy; the highest are kept. No labels are looked at. So a sample gains
 * where it covers a part of the space, and loses to those that cover it already.
 *
 * Worked example: with two dimensions that are equal, samples at 0, 1 and 4, exponent 1: a point at
 * (.8, .8) gives 1 to the second sample, and takes 3/4 of the first and 1/4 of the third, which are
 * 2 and 6 away.
 *
 * Needs features. Cost: a proxy of `at` epochs and one forward pass; then the draws. A plain
 * program compares each with all samples twice, 2 N^2 draws distances in all. Here the draws that
 * share their first dimension come together, the samples are sorted by it, and the nearest are
 * looked for from the point outwards, until those that follow are too far by that dimension alone:
 * that finds the same neighbours.
 *
 * Known deviations: the authors draw a million times whatever N is, 20 N for CIFAR; here it goes by
 * N. Their features are those of networks trained elsewhere (CLIP, and a ResNet on ImageNet); here
 * they are a proxy's. They leave out the first of the sorted distances as i itself, which may be
 * another where there are copies; here i is left out. Ties by index.
 */
#include "base/num.h"
#include "pruners/math/geometry.h"
#include "pruners/sampler.h"
#include "pruners/select.h"
#include "pruners/snapshot.h"

#include <math.h>

struct zcore_options {
    int at, draws, neighbours, exponent;
    struct sampler_options choice;
};

static const struct option table[] = {
    SELECT_AT(struct zcore_options),
    OPTION_INT(struct zcore_options, draws, "20", 1, 1000, "points drawn for each sample"),
    OPTION_INT(struct zcore_options, neighbours, "1000", 1, 1000000,
               "others that pay for being near"),
    OPTION_INT(struct zcore_options, exponent, "4", 0, 64, "how fast that fades with distance"),
    SAMPLER(struct zcore_options),
    OPTION_END,
};

/* ---- The nearest in two dimensions ---- */

struct plane {
    size_t n;
    const uint32_t *order; /* [n] by falling x */
    const float *x;        /* [n] x of order[j] */
    const float *y;        /* [n] y of sample i */
};

struct near {
    float distance;
    uint32_t i;
};

static bool is_farther(struct near a, struct near b)
{
    return a.distance > b.distance || (a.distance == b.distance && a.i > b.i);
}

/* Into a heap whose farthest is first, of at most k. */
static void hold(struct near *heap, size_t *count, size_t k, struct near one)
{
    size_t at = 0;
    if (*count < k) {
        for (at = (*count)++; at > 0 && is_farther(one, heap[(at - 1) / 2]); at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
    } else if (is_farther(heap[0], one)) {
        for (size_t child; (child = 2 * at + 1) < k; at = child) {
            if (child + 1 < k && is_farther(heap[child + 1], heap[child]))
                child++;
            if (!is_farther(heap[child], one))
                break;
            heap[at] = heap[child];
        }
    } else {
        return;
    }
    heap[at] = one;
}

/* The k nearest to (x, y), but for sample `except`, in any order; returns how many there are. */
static size_t find_nearest(const struct plane *plane, float x, float y, size_t except, size_t k,
                           struct near *ret_near)
{
    size_t from = 0, to = plane->n, count = 0;
    while (from < to) { /* the first that is not above x */
        const size_t middle = from + (to - from) / 2;
        if (plane->x[middle] > x)
            from = middle + 1;
        else
            to = middle;
    }
    while (from > 0 || to < plane->n) {
        const float above = from > 0 ? plane->x[from - 1] - x : HUGE_VALF,
                    below = to < plane->n ? x - plane->x[to] : HUGE_VALF,
                    apart = fminf(above, below);
        if (count == k && apart > ret_near[0].distance)
            break;
        const uint32_t i = plane->order[above < below ? --from : to++];
        if (i != except)
            hold(ret_near, &count, k, (struct near){apart + fabsf(plane->y[i] - y), i});
    }
    return count;
}

/* ---- Draws ---- */

struct draw {
    uint32_t dimension[2];
    float point[2];
};

/* Of each dimension. */
struct range {
    double least, median, greatest;
};

static float draw_triangular(struct rng *rng, const struct range *r)
{
    const double u = rng_uniform(rng), width = r->greatest - r->least;
    const double rise = r->median - r->least, fall = r->greatest - r->median;
    return (float)(u * width < rise ? r->least + sqrt(u * width * rise)
                                    : r->greatest - sqrt((1 - u) * width * fall));
}

/* All draws, by their first dimension: those of a begin at ret_first[a]. */
static void draw_points(struct rng *rng, const struct range *ranges, size_t d, size_t count,
                        struct draw *ret_draws, size_t *ret_first)
{
    struct draw *drawn;
    MEM_NEW(drawn, count);
    for (size_t j = 0; j < count; j++) {
        const uint32_t a = rng_below(rng, (uint32_t)d),
                       other = d > 1 ? rng_below(rng, (uint32_t)d - 1) : a,
                       b = d > 1 && other >= a ? other + 1 : other;
        drawn[j].dimension[0] = a;
        drawn[j].dimension[1] = b;
        drawn[j].point[0] = draw_triangular(rng, &ranges[a]);
        drawn[j].point[1] = draw_triangular(rng, &ranges[b]);
        ret_first[a + 1]++;
    }
    for (size_t a = 0; a < d; a++)
        ret_first[a + 1] += ret_first[a];
    for (size_t j = count; j-- > 0;) /* leaves ret_first[a + 1] where a begins */
        ret_draws[--ret_first[drawn[j].dimension[0] + 1]] = drawn[j];
    for (size_t a = 0; a < d; a++)
        ret_first[a] = ret_first[a + 1];
    ret_first[d] = count;
    mem_free(drawn);
}

/* What the neighbours of a sample that was just rewarded pay. */
static void pay(const struct near *near, size_t count, int exponent, double *sums)
{
    struct near nearest = near[0];
    double total = 0;
    for (size_t j = 1; j < count; j++)
        if (is_farther(nearest, near[j]))
            nearest = near[j];
    if (nearest.distance == 0) {
        sums[nearest.i] -= 1;
        return;
    }
    for (int pays = 0; pays < 2; pays++)
        for (size_t j = 0; j < count; j++) {
            const double ratio = (double)nearest.distance / (double)near[j].distance;
            double share = 1;
            for (int e = 0; e < exponent; e++)
                share *= ratio;
            if (pays)
                sums[near[j].i] -= share / total;
            else
                total += share;
        }
}

/* ---- The pruner ---- */

/* ret_columns [d][n], ret_ranges [d] */
static void look_along(const float *x, size_t n, size_t d, float *ret_columns,
                       struct range *ret_ranges)
{
    double *median;
    MEM_NEW(median, d);
    geometry_coordinate_median(x, NULL, n, d, median);
    for (size_t a = 0; a < d; a++) {
        struct range *r = &ret_ranges[a];
        *r = (struct range){(double)x[a], median[a], (double)x[a]};
        for (size_t i = 0; i < n; i++) {
            const float value = ret_columns[a * n + i] = x[i * d + a];
            /* (Not fmin() and fmax(): gcc 12 for arm64 ends with an internal error.) */
            if ((double)value < r->least)
                r->least = (double)value;
            if ((double)value > r->greatest)
                r->greatest = (double)value;
        }
    }
    mem_free(median);
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    const struct zcore_options *o = run->options;
    const struct pruner_pass pass = snapshot_pass(run->state, &run->task, NEEDS_FEATURES, NULL);
    const size_t n = pass.n, d = pass.feature_count, count = mem_size(n, (size_t)o->draws),
                 most = (size_t)o->neighbours < n ? (size_t)o->neighbours : n - 1;
    float *columns, *x;
    struct range *ranges;
    struct draw *draws;
    size_t *first;
    uint32_t *order;
    struct near *near;
    double *sums;
    MEM_NEW(columns, mem_size(n, d));
    MEM_NEW(x, n);
    MEM_NEW(ranges, d);
    MEM_NEW(draws, count);
    MEM_NEW(first, d + 1);
    MEM_NEW(order, n);
    MEM_NEW(near, most);
    MEM_NEW(sums, n);
    look_along(pass.features, n, d, columns, ranges);
    for (size_t i = 0; i < n; i++)
        sums[i] = rng_uniform(rng);
    draw_points(rng, ranges, d, count, draws, first);
    for (size_t a = 0; a < d; a++) {
        const float *column = columns + a * n;
        num_order(column, n, order);
        for (size_t j = 0; j < n; j++)
            x[j] = column[order[j]];
        for (size_t j = first[a]; j < first[a + 1]; j++) {
            const float *y = columns + draws[j].dimension[1] * n;
            const struct plane plane = {n, order, x, y};
            struct near one = {0};
            find_nearest(&plane, draws[j].point[0], draws[j].point[1], n, 1, &one);
            sums[one.i] += 1;
            if (most > 0)
                pay(near, find_nearest(&plane, column[one.i], y[one.i], one.i, most, near),
                    o->exponent, sums);
        }
    }
    for (size_t i = 0; i < n; i++)
        ret_scores[i] = (float)sums[i];
    MEM_FREE(columns, x, ranges, draws, first, order, near, sums);
}

const struct pruner zcore_pruner = {
    .name = "zcore",
    .help = "the nearest to points drawn in feature space, two dimensions at a time, less those "
            "near them",
    .cite = "Griffin et al. 2026, WACV",
    .cost = "a proxy of `at` epochs, and a forward pass",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_FEATURES,
    KIND_OPTIONS(struct zcore_options, table),
    .score = score,
};

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
 * share their first dimension come together, the samples are sorted by it, and only those are
 * compared that are near enough in that dimension alone: that finds the same neighbours.
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

#include <float.h>
#include <math.h>
#include <string.h>

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
    float *some;           /* [n] scratch: distances */
};

/* One who is near: its distance's bits above its index. Of distances, which are not below 0, the
   bits have the numbers' order, so that the lesser is the nearer, the lower index at ties. */
static uint64_t near_of(float distance, uint32_t i)
{
    uint32_t bits;
    memcpy(&bits, &distance, sizeof bits);
    return (uint64_t)bits << 32 | i;
}

static double distance_of(uint64_t near)
{
    const uint32_t bits = (uint32_t)(near >> 32);
    float distance;
    memcpy(&distance, &bits, sizeof distance);
    return (double)distance;
}

static bool is_within(uint64_t near, float distance, size_t except)
{
    return near <= near_of(distance, UINT32_MAX) && (uint32_t)near != except;
}

/* The k least of near[count] come first, in any order. */
static void bring_forward(uint64_t *near, size_t count, size_t k)
{
    for (size_t from = 0, to = count; from < k && k < to;) {
        const size_t middle = from + (to - from) / 2;
        const uint64_t pivot = near[middle];
        size_t less = from;
        near[middle] = near[to - 1];
        for (size_t j = from; j < to - 1; j++) { /* no branch: it would be guessed wrongly */
            const uint64_t one = near[j];
            near[j] = near[less];
            near[less] = one;
            less += one < pivot;
        }
        near[to - 1] = near[less];
        near[less] = pivot;
        if (less < k)
            from = less + 1;
        else
            to = less;
    }
}

static float apart(const struct plane *plane, float x, float y, size_t j)
{
    return fabsf(plane->x[j] - x) + fabsf(plane->y[plane->order[j]] - y);
}

/* Hardly more than the rank-th smallest of distances[count], rank <= count: they are counted in
   parts of their range. */
static float bound(const float *distances, size_t count, size_t rank)
{
    enum { PARTS = 512 };
    const float above = 1 + 1e-6F; /* the rounding of the division */
    uint32_t counts[PARTS] = {0};
    float greatest = 0;
    for (size_t j = 0; j < count; j++)
        greatest = distances[j] > greatest ? distances[j] : greatest;
    if (greatest < FLT_MIN * PARTS)
        return greatest;
    const float scale = PARTS / greatest;
    for (size_t j = 0; j < count; j++) {
        const size_t part = (size_t)(distances[j] * scale);
        counts[part < PARTS ? part : PARTS - 1]++;
    }
    size_t part = 0;
    for (size_t within = counts[0]; within < rank; within += counts[part])
        part++;
    return part + 1 < PARTS ? (float)(part + 1) / scale * above : greatest;
}

/* A distance within which there should be `wanted`: by some of the samples around x, as many as
   had to be looked at if all were spread evenly. */
static float guess(const struct plane *plane, float x, float y, size_t at, size_t wanted)
{
    enum { ENOUGH = 64 }; /* of those wanted */
    const size_t n = plane->n, even = (size_t)sqrt(2 * (double)wanted * (double)n),
                 strip = even < wanted ? wanted
                         : even < n    ? even
                                       : n;
    const size_t before = at > strip / 2 ? at - strip / 2 : 0,
                 from = before < n - strip ? before : n - strip;
    const size_t step = wanted > ENOUGH ? wanted / ENOUGH : 1, some = strip / step,
                 mean = wanted / step,
                 safe = step > 1 ? mean + (size_t)(3 * sqrt((double)mean)) : mean;
    for (size_t j = 0; j < some; j++)
        plane->some[j] = apart(plane, x, y, from + j * step);
    return bound(plane->some, some, safe < some ? safe : some);
}

/* All within that distance but for sample `except`, in any order; returns how many. Who is farther
   away in x alone cannot be. */
static size_t collect(const struct plane *plane, float x, float y, size_t at, float within,
                      size_t except, uint64_t *ret_near)
{
    size_t count = 0;
    for (size_t j = at; j-- > 0 && plane->x[j] - x <= within;) {
        ret_near[count] = near_of(apart(plane, x, y, j), plane->order[j]);
        count += is_within(ret_near[count], within, except);
    }
    for (size_t j = at; j < plane->n && x - plane->x[j] <= within; j++) {
        ret_near[count] = near_of(apart(plane, x, y, j), plane->order[j]);
        count += is_within(ret_near[count], within, except);
    }
    return count;
}

/* The k nearest to (x, y), but for sample `except`, in any order. ret_near [n + 1] */
static void find_nearest(const struct plane *plane, float x, float y, size_t except, size_t k,
                         uint64_t *ret_near)
{
    size_t at = 0;
    for (size_t end = plane->n; at < end;) { /* the first that is not above x */
        const size_t middle = at + (end - at) / 2;
        if (plane->x[middle] > x)
            at = middle + 1;
        else
            end = middle;
    }
    const float within = guess(plane, x, y, at, k + (except < plane->n));
    size_t count = collect(plane, x, y, at, within, except, ret_near);
    if (count < k)
        count = collect(plane, x, y, at, HUGE_VALF, except, ret_near);
    bring_forward(ret_near, count, k);
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

/* What the neighbours of a sample that was just rewarded pay. shares [count] is scratch. */
static void pay(const uint64_t *near, size_t count, int exponent, double *shares, double *sums)
{
    uint64_t nearest = near[0];
    double total = 0;
    for (size_t j = 1; j < count; j++)
        nearest = near[j] < nearest ? near[j] : nearest;
    const double least = distance_of(nearest);
    if (least == 0) {
        sums[(uint32_t)nearest] -= 1;
        return;
    }
    for (size_t j = 0; j < count; j++) {
        const double ratio = least / distance_of(near[j]);
        shares[j] = 1;
        for (int e = 0; e < exponent; e++)
            shares[j] *= ratio;
        total += shares[j];
    }
    for (size_t j = 0; j < count; j++)
        sums[(uint32_t)near[j]] -= shares[j] / total;
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
    float *columns, *x, *some;
    struct range *ranges;
    struct draw *draws;
    size_t *first;
    uint32_t *order;
    uint64_t *near;
    double *sums, *shares;
    MEM_NEW(columns, mem_size(n, d));
    MEM_NEW(x, n);
    MEM_NEW(ranges, d);
    MEM_NEW(draws, count);
    MEM_NEW(first, d + 1);
    MEM_NEW(order, n);
    MEM_NEW(some, n);
    MEM_NEW(near, n + 1);
    MEM_NEW(shares, n);
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
            const struct plane plane = {n, order, x, y, some};
            find_nearest(&plane, draws[j].point[0], draws[j].point[1], n, 1, near);
            const uint32_t one = (uint32_t)near[0];
            sums[one] += 1;
            if (most > 0) {
                find_nearest(&plane, column[one], y[one], one, most, near);
                pay(near, most, o->exponent, shares, sums);
            }
        }
    }
    for (size_t i = 0; i < n; i++)
        ret_scores[i] = (float)sums[i];
    MEM_FREE(columns, x, some, ranges, draws, first, order, near, shares, sums);
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

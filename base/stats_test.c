#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

/* ---- Sign flips -------------------------------------------------------------------------------*/

/* Ways to set the signs of the n values such that the sum, begun with `sum`, comes to |bound|. */
static double count_flips(const double *values, size_t n, double sum, double bound)
{
    if (n == 0)
        return fabs(sum) >= bound;
    return count_flips(values + 1, n - 1, sum + values[0], bound) +
           count_flips(values + 1, n - 1, sum - values[0], bound);
}

static double sample_flips(const double *values, size_t n, double bound)
{
    enum { SAMPLES = 99999 };
    struct rng rng = rng_stream(0, RNG_BOOTSTRAP, 0, 0);
    double count = 1; /* the signs as they are */
    for (size_t s = 0; s < SAMPLES; s++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += rng_below(&rng, 2) ? values[i] : -values[i];
        count += fabs(sum) >= bound;
    }
    return count / (SAMPLES + 1);
}

double stats_sign_flip(const double *values, size_t n)
{
    REQUIRE(n > 0);
    double sum = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        size += fabs(values[i]);
    }
    /* Sums that are the same on paper differ in their last bits. */
    const double bound = fabs(sum) - 1e-10 * size;
    if (n > STATS_EXACT_FLIPS)
        return sample_flips(values, n, bound);
    return count_flips(values, n, 0, bound) / ldexp(1, (int)n);
}

/* ---- Wilcoxon ---------------------------------------------------------------------------------*/

enum { EXACT_RANKS = 50 }; /* beyond, 2^n ways are more than a double counts */

struct ranked {
    double value;
    size_t rank2; /* twice the rank of |value|, so that the mean of tied ranks is whole */
};

static int by_size(const void *left, const void *right)
{
    const double a = fabs(((const struct ranked *)left)->value);
    const double b = fabs(((const struct ranked *)right)->value);
    return a < b ? -1 : a > b;
}

/* Ranks the values that are not 0; returns the sum of t^3 - t over the sizes t of ties. */
static double rank(const double *values, size_t n, struct ranked *ret_ranked, size_t *ret_count)
{
    size_t count = 0;
    double ties = 0;
    for (size_t i = 0; i < n; i++)
        if (values[i] != 0)
            ret_ranked[count++].value = values[i];
    qsort(ret_ranked, count, sizeof *ret_ranked, by_size);
    for (size_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && fabs(ret_ranked[end].value) == fabs(ret_ranked[i].value))
            end++;
        for (size_t k = i; k < end; k++)
            ret_ranked[k].rank2 = i + 1 + end;
        const double tied = (double)(end - i);
        ties += tied * tied * tied - tied;
    }
    *ret_count = count;
    return ties;
}

/* Each of the 2^n sets of ranks is as likely to be the positive ones as any other. */
static double exact_p(const struct ranked *ranked, size_t n, size_t positive2)
{
    const size_t total = n * (n + 1); /* twice the sum of all ranks */
    double *ways, at_most = 0, at_least = 0;
    MEM_NEW(ways, total + 1);
    ways[0] = 1;
    for (size_t i = 0; i < n; i++)
        for (size_t sum = total; sum >= ranked[i].rank2; sum--)
            ways[sum] += ways[sum - ranked[i].rank2];
    for (size_t sum = 0; sum <= total; sum++) {
        at_most += sum <= positive2 ? ways[sum] : 0;
        at_least += sum >= positive2 ? ways[sum] : 0;
    }
    mem_free(ways);
    return fmin(1, 2 * fmin(at_most, at_least) / ldexp(1, (int)n));
}

static double normal_p(size_t n, double positive, double ties)
{
    const double count = (double)n, mean = count * (count + 1) / 4;
    const double variance = (count * (count + 1) * (2 * count + 1) - ties / 2) / 24;
    return 2 * stats_normal_cdf(-fabs(positive - mean) / sqrt(variance));
}

double stats_wilcoxon(const double *values, size_t n)
{
    REQUIRE(n > 0);
    struct ranked *ranked;
    size_t count, positive2 = 0;
    MEM_NEW(ranked, n);
    const double ties = rank(values, n, ranked, &count);
    for (size_t i = 0; i < count; i++)
        positive2 += ranked[i].value > 0 ? ranked[i].rank2 : 0;
    const double p = count > EXACT_RANKS ? normal_p(count, (double)positive2 / 2, ties)
                                         : exact_p(ranked, count, positive2);
    mem_free(ranked);
    return p;
}

/* ---- Several hypotheses -----------------------------------------------------------------------*/

struct hypothesis {
    double p;
    size_t index;
};

static int by_p(const void *left, const void *right)
{
    const struct hypothesis *a = left, *b = right;
    return a->p < b->p ? -1 : a->p > b->p;
}

void stats_holm(const double *p, size_t count, double *ret_adjusted)
{
    struct hypothesis *family;
    size_t size = 0;
    double floor = 0; /* a larger p is never adjusted to less than a smaller one */
    MEM_NEW(family, count);
    for (size_t i = 0; i < count; i++)
        if (isnan(p[i]))
            ret_adjusted[i] = p[i];
        else
            family[size++] = (struct hypothesis){p[i], i};
    qsort(family, size, sizeof *family, by_p);
    for (size_t i = 0; i < size; i++) {
        floor = fmax(floor, fmin(1, (double)(size - i) * family[i].p));
        ret_adjusted[family[i].index] = floor;
    }
    mem_free(family);
}

#include "base/stats.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rng.h"

#include <math.h>

/* ---- Distributions ----------------------------------------------------------------------------*/

double stats_normal_cdf(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

double stats_t_cdf(double t, size_t df)
{
    REQUIRE(df > 0);
    const double v = (double)df, theta = atan(fabs(t) / sqrt(v));
    const double cosine = cos(theta), square = cosine * cosine;
    const double pi = 3.14159265358979323846;
    /* P(-|t| < T < |t|): a sum of df / 2 powers of the cosine, odd or even ones. */
    double term = df % 2 ? cosine : 1, sum = df > 1 ? term : 0, inside;
    for (size_t k = df % 2 ? 3 : 2; k < df; k += 2) {
        term *= square * (double)(k - 1) / (double)k;
        sum += term;
    }
    if (df % 2)
        inside = 2 / pi * (theta + sin(theta) * sum);
    else
        inside = sin(theta) * sum;
    return t < 0 ? 0.5 - 0.5 * inside : 0.5 + 0.5 * inside;
}

static double normal_cdf(double z, size_t unused)
{
    (void)unused;
    return stats_normal_cdf(z);
}

/* The x >= 0 at which a rising cdf is 0.5 <= p < 1: no starting value to get wrong, no series to
 * cut off, and nobody waits for it. */
static double invert(double (*cdf)(double x, size_t df), size_t df, double p)
{
    double low = 0, high = 1;
    while (cdf(high, df) < p) {
        low = high;
        high *= 2;
    }
    for (;;) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return high;
        if (cdf(middle, df) < p)
            low = middle;
        else
            high = middle;
    }
}

static double quantile(double (*cdf)(double x, size_t df), size_t df, double p)
{
    REQUIRE(p > 0 && p < 1);
    return p == 0.5 ? 0 : p < 0.5 ? -invert(cdf, df, 1 - p) : invert(cdf, df, p);
}

double stats_normal_quantile(double p)
{
    return quantile(normal_cdf, 0, p);
}

double stats_t_quantile(double p, size_t df)
{
    return quantile(stats_t_cdf, df, p);
}

/* ---- Estimates --------------------------------------------------------------------------------*/

double stats_mean(const double *values, size_t n)
{
    REQUIRE(n > 0);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

double stats_sd(const double *values, size_t n)
{
    if (n < 2)
        return (double)NAN;
    const double mean = stats_mean(values, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

bool stats_has_spread(const double *values, size_t n)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    return n > 1 && high - low > fmax(1e-12, 1e-9 * fmax(fabs(low), fabs(high)));
}

double stats_step(double n)
{
    return n > 0 ? 1 / n : 0;
}

/* Half the width of the t interval; n > 1. */
static double t_half(double sd, size_t n, double alpha)
{
    return stats_t_quantile(1 - alpha / 2, n - 1) * sd / sqrt((double)n);
}

struct stats_interval stats_t_interval_at(const double *values, size_t n, double alpha,
                                          double least_sd)
{
    if (!stats_has_spread(values, n))
        return (struct stats_interval){(double)NAN, (double)NAN};
    const double sd = fmax(stats_sd(values, n), least_sd);
    const double mean = stats_mean(values, n), half = t_half(sd, n, alpha);
    return (struct stats_interval){mean - half, mean + half};
}

struct stats_interval stats_t_interval(const double *values, size_t n)
{
    return stats_t_interval_at(values, n, STATS_ALPHA, 0);
}

/* The means of resamples, and the share of them that is below the sample's mean. */
static double resample(const double *values, size_t n, double *ret_means)
{
    struct rng rng = rng_stream(0, RNG_BOOTSTRAP, 0, 0);
    const double mean = stats_mean(values, n);
    double size = 0, below = 0;
    for (size_t i = 0; i < n; i++)
        size = fmax(size, fabs(values[i]));
    /* Means of the same values in another order differ in their last bits. */
    const double same = 1e-12 * size;
    for (size_t b = 0; b < STATS_RESAMPLES; b++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += values[rng_below(&rng, (uint32_t)n)];
        ret_means[b] = sum / (double)n;
        const double difference = ret_means[b] - mean;
        below += fabs(difference) <= same ? 0.5 : difference < 0;
    }
    return below / STATS_RESAMPLES;
}

/* From the means that leave one value out: a sixth of their skewness. */
static double acceleration(const double *values, size_t n)
{
    const double mean = stats_mean(values, n);
    double squares = 0, cubes = 0;
    for (size_t i = 0; i < n; i++) {
        const double influence = values[i] - mean; /* (n - 1) (mean - mean without i) */
        squares += influence * influence;
        cubes += influence * influence * influence;
    }
    return cubes / (6 * pow(squares, 1.5));
}

struct stats_interval stats_bca_interval(const double *values, size_t n)
{
    if (!stats_has_spread(values, n))
        return (struct stats_interval){(double)NAN, (double)NAN};
    double *means;
    MEM_NEW(means, STATS_RESAMPLES);
    const double below = resample(values, n, means);
    struct stats_interval interval = {(double)NAN, (double)NAN};
    if (below > 0 && below < 1) {
        const double bias = stats_normal_quantile(below), a = acceleration(values, n);
        const double z = stats_normal_quantile(1 - STATS_ALPHA / 2);
        const double from = bias - z, to = bias + z;
        interval.low =
            num_quantile(means, STATS_RESAMPLES, stats_normal_cdf(bias + from / (1 - a * from)));
        interval.high =
            num_quantile(means, STATS_RESAMPLES, stats_normal_cdf(bias + to / (1 - a * to)));
    }
    mem_free(means);
    return interval;
}

size_t stats_needed(double sd, double distance)
{
    size_t low = 2, high = STATS_MOST_NEEDED; /* the half width falls with n */
    if (!(t_half(sd, high, STATS_ALPHA) < distance))
        return 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (t_half(sd, middle, STATS_ALPHA) < distance)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

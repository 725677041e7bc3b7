#include "harness/data/corrupt.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/stats.h"

#include <math.h>

const char *const corruption_names[] = {
    [CORRUPTION_NOISE] = "noise",
    [CORRUPTION_BLUR] = "blur",
    [CORRUPTION_CONTRAST] = "contrast",
    [CORRUPTION_BRIGHTNESS] = "brightness",
    [CORRUPTIONS] = NULL,
};

static const double steps[CORRUPTIONS][CORRUPT_SEVERITIES] = {
    [CORRUPTION_NOISE] = {.04, .06, .08, .09, .10},
    [CORRUPTION_BLUR] = {.4, .6, .7, .8, 1},
    [CORRUPTION_CONTRAST] = {.75, .5, .4, .3, .15},
    [CORRUPTION_BRIGHTNESS] = {.05, .1, .15, .2, .3},
};

enum { BLUR_SIDE = 32, BLUR_REACH = 3 /* standard deviations */ };

static double blur_sd(const struct corrupter *corrupter, double step)
{
    const int shorter = corrupter->h < corrupter->w ? corrupter->h : corrupter->w;
    return step * (shorter > BLUR_SIDE ? (double)shorter / BLUR_SIDE : 1);
}

void corrupter_init(struct corrupter *corrupter, int h, int w, int c)
{
    *corrupter = (struct corrupter){.h = h, .w = w, .c = c};
    for (size_t i = 0; i < CORRUPT_NORMALS; i++)
        corrupter->normals[i] = (float)stats_normal_quantile(((double)i + 0.5) / CORRUPT_NORMALS);
    const double widest = blur_sd(corrupter, CORRUPT_MOST_BLUR);
    MEM_NEW(corrupter->weights, 2 * (size_t)ceil(BLUR_REACH * widest) + 1);
    MEM_NEW(corrupter->blurred, mem_size((size_t)h * (size_t)w, (size_t)c));
}

void corrupter_release(struct corrupter *corrupter)
{
    MEM_FREE(corrupter->weights, corrupter->blurred);
}

/* value: of 0 to 255. Without calls of libm, which took most of the time. */
static inline uint8_t byte_of(float value)
{
    return value < 0 ? 0 : value < UINT8_MAX ? (uint8_t)(value + 0.5F) : UINT8_MAX;
}

static size_t bytes_of(const struct corrupter *corrupter)
{
    return (size_t)corrupter->h * (size_t)corrupter->w * (size_t)corrupter->c;
}

void corrupter_noise(const struct corrupter *corrupter, double s, struct rng *rng,
                     const uint8_t *restrict picture, uint8_t *restrict out)
{
    const float sd = (float)(255 * s);
    const size_t n = bytes_of(corrupter);
    for (size_t i = 0; i < n; i++)
        out[i] = byte_of((float)picture[i] +
                         sd * corrupter->normals[rng_u32(rng) >> (32 - CORRUPT_NORMALS_LOG2)]);
}

/* Into weights[2 radius + 1], which add up to 1; returns the radius. */
static int make_weights(double sd, float *weights)
{
    const int radius = (int)ceil(BLUR_REACH * sd);
    double sum = 0;
    for (int d = -radius; d <= radius; d++)
        sum += exp(-d * d / (2 * sd * sd));
    for (int d = -radius; d <= radius; d++)
        weights[d + radius] = (float)(exp(-d * d / (2 * sd * sd)) / sum);
    return radius;
}

static size_t within(int i, int n)
{
    return (size_t)(i < 0 ? 0 : i < n ? i : n - 1);
}

/* Down the columns, then along the rows. */
void corrupter_blur(struct corrupter *corrupter, double s, const uint8_t *restrict picture,
                    uint8_t *restrict out)
{
    REQUIRE(s <= CORRUPT_MOST_BLUR);
    const size_t c = (size_t)corrupter->c, row = (size_t)corrupter->w * c;
    const int radius = make_weights(blur_sd(corrupter, s), corrupter->weights);
    const float *weights = corrupter->weights;
    for (int y = 0; y < corrupter->h; y++) {
        float *blurred = corrupter->blurred + (size_t)y * row;
        for (size_t i = 0; i < row; i++)
            blurred[i] = 0;
        for (int d = -radius; d <= radius; d++) {
            const uint8_t *from = picture + within(y + d, corrupter->h) * row;
            for (size_t i = 0; i < row; i++)
                blurred[i] += weights[d + radius] * (float)from[i];
        }
        for (int x = 0; x < corrupter->w; x++)
            for (size_t k = 0; k < c; k++) {
                float sum = 0;
                for (int d = -radius; d <= radius; d++)
                    sum += weights[d + radius] * blurred[within(x + d, corrupter->w) * c + k];
                *out++ = byte_of(sum);
            }
    }
}

/* Each byte of a channel becomes offset + factor * byte. */
static void rescale(float offset, float factor, size_t n, size_t c, const uint8_t *restrict picture,
                    uint8_t *restrict out)
{
    uint8_t of_byte[UINT8_MAX + 1];
    for (int byte = 0; byte <= UINT8_MAX; byte++)
        of_byte[byte] = byte_of(offset + factor * (float)byte);
    for (size_t i = 0; i < n; i += c)
        out[i] = of_byte[picture[i]];
}

static double mean_of(const uint8_t *picture, size_t n, size_t c)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += c)
        sum += picture[i];
    return sum * (double)c / (double)n;
}

void corrupter_apply(struct corrupter *corrupter, enum corruption kind, int severity,
                     uint32_t origin, const uint8_t *restrict picture, uint8_t *restrict out)
{
    const size_t c = (size_t)corrupter->c, n = bytes_of(corrupter);
    struct rng rng = rng_stream(0, RNG_CORRUPT, 2, origin);
    REQUIRE(severity >= 1 && severity <= CORRUPT_SEVERITIES);
    const double step = steps[kind][severity - 1];
    if (kind == CORRUPTION_NOISE)
        corrupter_noise(corrupter, step, &rng, picture, out);
    else if (kind == CORRUPTION_BLUR)
        corrupter_blur(corrupter, step, picture, out);
    else if (kind == CORRUPTION_BRIGHTNESS)
        rescale((float)(255 * step), 1, n, 1, picture, out);
    else
        for (size_t k = 0; k < c; k++)
            rescale((float)((1 - step) * mean_of(picture + k, n, c)), (float)step, n, c,
                    picture + k, out + k);
}

/*
 * synthetic: made-up pictures whose best possible error is known, for tests.
 *
 * Class k is a normal distribution around grey plus the k-th Walsh pattern: +-amplitude by the
 * parity of the bits that k + 1 and the pixel's number have in common. Those patterns are
 * orthogonal, of equal norm, and use every pixel alike. The noise is independent in each pixel, so
 * the classes are round blobs at equal distances, and all that matters is that distance in standard
 * deviations, `separation` = d. Writing m = d / sqrt 2 for the length of a pattern in standard
 * deviations, a sample of class k projects to m + e_k on its own pattern and to e_j on another's, e
 * standard normal and independent; the best rule takes the largest projection (the nearest mean),
 * and with C classes of equal size
 *
 *     Bayes error = 1 - Integral phi(t) Phi(t + m)^(C-1) dt
 *
 * Worked example: C = 2, d = 4: Phi(-2) = 0.0228. C = 10, d = 4: 0.1247. C = 10, d = 0: 0.9.
 *
 * The noise is made as large as fits: a byte leaves room for 5.5 standard deviations beyond a
 * pattern, so that at most one pixel in 26 million is clipped, and rounding to bytes adds at most
 * 0.03 % to the variance of the noise (d = 20, size 8).
 *
 * The data is a function of the options alone, not of the cell's seed. Samples of one number have
 * the same noise whatever the separation.
 *
 * With `imbalance` or `noise`, which leave the test split alone, the error is still that of the
 * test split: equal classes, clean labels.
 *
 * Limits: one channel, at most 32 classes. A horizontal flip turns some patterns into their
 * negatives: augmenting these pictures makes another, harder problem than the error speaks of.
 */
#include "harness/data/synthetic.h"

#include "base/rng.h"
#include "harness/data/loader.h"

#include <math.h>

enum { SMALLEST_SIDE = 8, TRAIN_PER_TEST = 5 };

static const char *const sizes[] = {"8", "16", "32", NULL};

static const struct option options[] = {
    LOADER_OPTIONS,
    OPTION_INT(struct synthetic_options, classes, "10", 2, 32, "classes, of equal size"),
    OPTION_INT(struct synthetic_options, samples, "2000", 10, 200000,
               "training samples; a fifth as many test samples"),
    OPTION_DOUBLE(struct synthetic_options, separation, "4", 0, 20,
                  "distance of two class means in standard deviations"),
    OPTION_ENUM(struct synthetic_options, size, "8", sizes,
                "side of the square pictures in pixels"),
    OPTION_END,
};

/* +1 or -1 */
static int walsh(unsigned pattern, unsigned pixel)
{
    return __builtin_parity(pattern & pixel) ? -1 : 1;
}

static uint8_t to_byte(double level)
{
    const double rounded = floor(level + 0.5);
    return rounded <= 0 ? 0 : rounded >= 255 ? 255 : (uint8_t)rounded;
}

/* part, the streams' "epoch": 0 train, 1 test; their orders of labels are streams 2 and 3. */
static void generate(const struct synthetic_options *spec, size_t n, unsigned pixels, uint32_t part,
                     struct split *split)
{
    const double pattern = spec->separation / sqrt(2.0 * pixels); /* in standard deviations */
    const double stddev = 127 / (5.5 + pattern);
    uint32_t *order;
    MEM_NEW(order, n);
    split->n = n;
    MEM_NEW(split->pixels, mem_size(n, pixels));
    MEM_NEW(split->labels, n);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    struct rng order_rng = rng_stream(0, RNG_SYNTHETIC, 2 + part, 0);
    rng_shuffle(&order_rng, order, n);
    for (size_t i = 0; i < n; i++) {
        const unsigned label = order[i] % (unsigned)spec->classes;
        struct rng rng = rng_stream(0, RNG_SYNTHETIC, part, (uint32_t)i);
        split->labels[i] = (uint8_t)label;
        for (unsigned p = 0; p < pixels; p++)
            split->pixels[i * pixels + p] =
                to_byte(127.5 + stddev * (pattern * walsh(label + 1, p) + rng_normal(&rng)));
    }
    mem_free(order);
}

/*
 * 1 - Integral phi(t) Phi(t + m)^(C-1) dt, as Integral phi(t) (1 - (1 - Q(t + m))^(C-1)) dt, which
 * keeps its digits where the error is tiny. The trapezoid rule is exact to rounding for a smooth
 * integrand that vanishes at both ends.
 */
static double bayes_error(int classes, double separation)
{
    const double m = separation / sqrt(2), step = 1.0 / 32;
    double sum = 0;
    for (int i = -12 * 32; i <= 12 * 32; i++) {
        const double t = i * step, q = erfc((t + m) / sqrt(2)) / 2;
        sum += exp(-t * t / 2) * -expm1((classes - 1) * log1p(-q));
    }
    return sum * step / sqrt(2 * acos(-1));
}

static int load(const void *values, const char *folder, struct dataset *data, struct err *err)
{
    const struct synthetic_options *spec = values;
    (void)folder;
    (void)err;
    const unsigned side = (unsigned)SMALLEST_SIDE << spec->size;
    const size_t samples = (size_t)spec->samples;
    data->h = data->w = (int)side;
    data->c = 1;
    data->classes = spec->classes;
    generate(spec, samples, side * side, 0, &data->train);
    generate(spec, samples / TRAIN_PER_TEST, side * side, 1, &data->test);
    data->bayes_error = bayes_error(spec->classes, spec->separation);
    return 0;
}

static size_t train_n(const void *values)
{
    const struct synthetic_options *spec = values;
    return (size_t)spec->samples;
}

const struct dataset_type synthetic_dataset = {
    .name = "synthetic",
    .help = "made-up pictures with a known Bayes error, for tests",
    .source = "itself: it is computed",
    KIND_OPTIONS(struct synthetic_options, options),
    .train_n = train_n,
    .load = load,
};

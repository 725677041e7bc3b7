/* The synthetic set is what it says: its classes lie where they should and its Bayes error is met.
 */
#include "tests/support/made_data.h"

#include <criterion/parameterized.h>

#define SAMPLING 3.0 /* standard deviations of a share counted in so many samples */

struct blobs {
    int classes, samples;
    double separation;
    int size; /* index into 8, 16, 32 */
};

static const struct blobs cases[] = {
    {2, 20000, 2, 0},  {2, 20000, 0, 0},  {3, 20000, 3, 0},
    {10, 20000, 4, 0}, {32, 20000, 5, 0}, {5, 5000, 3, 1},
};

static struct dataset *load_blobs(struct blobs blobs)
{
    struct synthetic_options spec = made_spec("synthetic");
    spec.classes = blobs.classes;
    spec.samples = blobs.samples;
    spec.separation = blobs.separation;
    spec.size = blobs.size;
    return made_load("synthetic", &spec.common, 0, "");
}

/* ret_means[classes][pixels] of the training samples */
static void class_means(const struct dataset *data, size_t pixels, double *ret_means)
{
    size_t counts[DATA_MAX_CLASSES] = {0};
    for (size_t i = 0; i < data->train.n; i++) {
        double *mean = ret_means + data->train.labels[i] * pixels;
        counts[data->train.labels[i]]++;
        for (size_t p = 0; p < pixels; p++)
            mean[p] += data->train.pixels[i * pixels + p];
    }
    for (size_t k = 0; k < (size_t)data->classes; k++)
        for (size_t p = 0; p < pixels; p++)
            ret_means[k * pixels + p] /= (double)counts[k];
}

static double squared_distance(const uint8_t *pixels, const double *mean, size_t n)
{
    double sum = 0;
    for (size_t p = 0; p < n; p++)
        sum += (pixels[p] - mean[p]) * (pixels[p] - mean[p]);
    return sum;
}

/*
 * The best rule, by the patterns that synthetic.c documents: they are of equal norm, so the nearest
 * mean is the one with the largest projection.
 */
static int nearest_mean(const uint8_t *picture, int classes, unsigned pixels)
{
    int best = 0;
    long largest = 0;
    for (int k = 0; k < classes; k++) {
        long projection = 0;
        for (unsigned p = 0; p < pixels; p++)
            projection += __builtin_parity((unsigned)(k + 1) & p) ? -picture[p] : picture[p];
        if (k == 0 || projection > largest) {
            best = k;
            largest = projection;
        }
    }
    return best;
}

static size_t errors(const struct split *split, int classes, unsigned pixels)
{
    size_t wrong = 0;
    for (size_t i = 0; i < split->n; i++)
        wrong += nearest_mean(split->pixels + i * pixels, classes, pixels) != split->labels[i];
    return wrong;
}

ParameterizedTestParameters(data, synthetic_nearest_mean_meets_the_bayes_error)
{
    static size_t indices[sizeof cases / sizeof *cases];
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, sizeof indices / sizeof *indices);
}

ParameterizedTest(size_t *i, data, synthetic_nearest_mean_meets_the_bayes_error)
{
    struct dataset *data = load_blobs(cases[*i]);
    const unsigned pixels = (unsigned)(data->h * data->w);
    const size_t wrong =
        errors(&data->train, data->classes, pixels) + errors(&data->test, data->classes, pixels);
    const double n = (double)(data->train.n + data->test.n), error = data->bayes_error;
    EXPECT_NEAR((double)wrong / n, error, SAMPLING * sqrt(error * (1 - error) / n));
    dataset_free(data);
}

Test(data, synthetic_bayes_error_has_its_known_values)
{
    static const double separations[] = {0, 0.5, 1, 4, 12, 20};
    for (size_t i = 0; i < sizeof separations / sizeof *separations; i++) {
        const double d = separations[i], exact = erfc(d / 2 / sqrt(2)) / 2; /* Phi(-d/2) */
        struct dataset *data = load_blobs((struct blobs){2, 10, d, 0});
        EXPECT_NEAR(data->bayes_error / exact, 1, 1e-9);
        dataset_free(data);
    }
    struct dataset *data = load_blobs((struct blobs){25, 25, 0, 0});
    EXPECT_NEAR(data->bayes_error, 1 - 1.0 / 25, 1e-12); /* nothing to see: guessing */
    dataset_free(data);
}

Test(data, synthetic_classes_are_equally_far_apart)
{
    enum { CLASSES = 4, PIXELS = 64 };
    const double separation = 6;
    struct dataset *data = load_blobs((struct blobs){CLASSES, 20000, separation, 0});
    double means[CLASSES * PIXELS] = {0}, variance = 0;
    class_means(data, PIXELS, means);
    for (size_t i = 0; i < data->train.n; i++)
        variance += squared_distance(data->train.pixels + i * PIXELS,
                                     means + data->train.labels[i] * PIXELS, PIXELS);
    variance /= (double)(data->train.n * PIXELS);
    for (size_t a = 0; a < CLASSES; a++)
        for (size_t b = 0; b < a; b++) {
            double squares = 0;
            for (size_t p = 0; p < PIXELS; p++) {
                const double difference = means[a * PIXELS + p] - means[b * PIXELS + p];
                squares += difference * difference;
            }
            EXPECT_NEAR(sqrt(squares / variance), separation, 0.01 * separation);
        }
    dataset_free(data);
}

Test(data, synthetic_pixels_are_not_clipped)
{
    struct dataset *data = load_blobs((struct blobs){8, 5000, 20, 0});
    size_t clipped = 0;
    for (size_t i = 0; i < data->train.n * 64; i++)
        clipped += data->train.pixels[i] == 0 || data->train.pixels[i] == 255;
    cr_expect(clipped <= 1, "%zu of 320,000 pixels are black or white", clipped);
    dataset_free(data);
}

Test(data, synthetic_classes_are_balanced_and_mixed)
{
    struct dataset *data = load_blobs((struct blobs){7, 100, 4, 0});
    size_t counts[7] = {0}, in_first_half = 0;
    ASSERT_EQ(data->train.n, 100);
    ASSERT_EQ(data->test.n, 20);
    for (size_t i = 0; i < 100; i++)
        counts[data->train.labels[i]]++;
    for (size_t k = 0; k < 7; k++)
        cr_expect(counts[k] == 14 || counts[k] == 15, "class %zu has %zu", k, counts[k]);
    for (size_t i = 0; i < 50; i++)
        in_first_half += data->train.labels[i] == 0;
    cr_expect(in_first_half > 1 && in_first_half < 14, "%zu of class 0 come first", in_first_half);
    dataset_free(data);
}

Test(data, synthetic_is_a_function_of_its_options)
{
    const struct blobs blobs = {4, 200, 4, 0};
    struct dataset *a = load_blobs(blobs), *again = load_blobs(blobs);
    struct dataset *wider = load_blobs((struct blobs){4, 200, 4, 2});
    struct dataset *other = load_blobs((struct blobs){4, 200, 4.5, 0});
    EXPECT_TEXT(a->hash, again->hash);
    EXPECT_OTHER_TEXT(a->hash, other->hash);
    EXPECT_EQ(wider->h, 32);
    EXPECT_EQ(wider->w, 32);
    EXPECT_EQ(wider->c, 1);
    for (size_t i = 0; i < a->test.n; i++)
        cr_expect(a->train.labels[i] != a->test.labels[i] ||
                      memcmp(a->train.pixels + 64 * i, a->test.pixels + 64 * i, 64) != 0,
                  "test sample %zu repeats a training sample", i);
    dataset_free(a);
    dataset_free(again);
    dataset_free(wider);
    dataset_free(other);
}

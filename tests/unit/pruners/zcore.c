/* zcore: its search for neighbours against all distances, and what is paid. */
#include "base/mem.h"
#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 3, SCORE = 1 }; /* SCORE: the index of its stream */

/* Scores of n samples with such features [n][WIDTH]; ret_scores [n] */
static void score(const char *options, size_t n, const float *features, uint64_t seed,
                  float *ret_scores)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("zcore"),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = 0.5,
                                        .epochs = 4,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 10, false, NULL);
    memcpy(rehearsal_array(&r, NEEDS_FEATURES), features, n * WIDTH * sizeof *features);
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    memcpy(ret_scores, r.run->scores, n * sizeof *ret_scores);
    rehearsal_end(&r);
}

/*
 * Samples on the diagonal at 0, 1 and 4, whatever the dimensions. A coordinate is of the triangle
 * over (0, 1, 4): below .5, nearest to 0 if both are the same, ... On the whole the one in the
 * middle is drawn most and pays least. All that is gained is paid.
 */
Test(zcore, what_is_gained_is_paid_by_the_others)
{
    const float features[] = {0, 0, 0, 1, 1, 1, 4, 4, 4};
    float s[3];
    double sum = 0;
    score("draws=500 exponent=1", 3, features, 1, s);
    for (int i = 0; i < 3; i++)
        sum += (double)s[i];
    cr_assert(sum >= 0 && sum < 3, "what is left is the start: %g", sum);
    cr_assert(s[1] > s[0] && s[1] > s[2], "%g %g %g", (double)s[0], (double)s[1], (double)s[2]);
}

/* Two samples: whoever is drawn gains 1, and the other pays 1. */
Test(zcore, the_only_neighbour_pays_all)
{
    const float features[] = {0, 0, 0, 2, 2, 2};
    float s[2];
    for (uint64_t seed = 0; seed < 20; seed++) {
        score("draws=3", 2, features, seed, s);
        const double sum = (double)s[0] + (double)s[1];
        cr_assert(sum >= 0 && sum < 2, "what is left is the start: %g", sum);
    }
}

/* An exact copy pays alone, the lowest of several: 20 n draws, all of which go to the copies. */
Test(zcore, a_copy_pays_alone)
{
    enum { N = 4 };
    const float features[N * WIDTH] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    float s[N];
    score(NULL, N, features, 1, s);
    /* The nearest to any point is sample 0, its copy of the lowest index sample 1. */
    cr_assert(s[0] >= 80 && s[0] < 81, "%g", (double)s[0]);
    cr_assert(s[1] >= -80 && s[1] < -79, "%g", (double)s[1]);
    cr_assert(s[2] >= 0 && s[2] < 1 && s[3] >= 0 && s[3] < 1, "%g %g", (double)s[2], (double)s[3]);
}

Test(zcore, one_sample_has_nobody_who_pays)
{
    const float features[] = {1, 2, 3};
    float s;
    score(NULL, 1, features, 1, &s);
    cr_assert(s >= 20 && s < 21, "%g", (double)s);
}

/* Far and alone beats a crowd, but for those at its edge. */
Test(zcore, prefers_what_is_alone)
{
    enum { CROWD = 30, N = CROWD + 1 };
    float features[N * WIDTH], s[N];
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    for (int f = 0; f < CROWD * WIDTH; f++)
        features[f] = (float)rng_uniform(&rng);
    for (int f = 0; f < WIDTH; f++)
        features[CROWD * WIDTH + f] = 3;
    score("neighbours=5", N, features, 1, s);
    int above = 0;
    for (int i = 0; i < CROWD; i++)
        above += s[i] > s[CROWD];
    cr_assert_leq(above, CROWD / 10, "%d of the crowd have more than %g", above, (double)s[CROWD]);
}

/* ---- Against all distances ---- */

static float draw_coordinate(struct rng *rng, const float *features, size_t n, size_t a)
{
    double sorted[400];
    for (size_t i = 0; i < n; i++)
        sorted[i] = (double)features[i * WIDTH + a];
    const double median = num_quantile(sorted, n, 0.5), least = sorted[0], most = sorted[n - 1];
    const double u = rng_uniform(rng), width = most - least;
    if (u * width < median - least)
        return (float)(least + sqrt(u * width * (median - least)));
    return (float)(most - sqrt((1 - u) * width * (most - median)));
}

/* -distances in two dimensions from a point: the order of num_order() is from the nearest. */
static void measure(const float *features, size_t n, const size_t *dimension, const float *point,
                    float *ret_negative)
{
    for (size_t i = 0; i < n; i++)
        ret_negative[i] = -(fabsf(features[i * WIDTH + dimension[0]] - point[0]) +
                            fabsf(features[i * WIDTH + dimension[1]] - point[1]));
}

/*
 * More neighbours than the search takes a sample of, on features of which many are the same and
 * some far out, so that its guess is often wrong.
 */
Test(zcore, finds_all_who_are_near)
{
    enum { N = 400, NEIGHBOURS = 150, DRAWS = 2 };
    float features[N * WIDTH], scores[N], negative[N];
    double expected[N];
    uint32_t order[N];
    struct rng rng = rng_stream(2, RNG_TEST, 0, 0);
    for (int f = 0; f < N * WIDTH; f++) {
        const double x = rng_normal(&rng);
        features[f] = (float)round(8 * x * x * x) / 8;
    }
    score("draws=2 neighbours=150 exponent=2", N, features, 5, scores);
    rng = rng_stream(5, RNG_PRUNER, 0, SCORE);
    for (int i = 0; i < N; i++)
        expected[i] = rng_uniform(&rng);
    for (int draw = 0; draw < DRAWS * N; draw++) {
        size_t dimension[2];
        dimension[0] = rng_below(&rng, WIDTH);
        dimension[1] = rng_below(&rng, WIDTH - 1);
        dimension[1] += dimension[1] >= dimension[0];
        float point[2];
        for (int k = 0; k < 2; k++)
            point[k] = draw_coordinate(&rng, features, N, dimension[k]);
        measure(features, N, dimension, point, negative);
        num_order(negative, N, order);
        const uint32_t one = order[0];
        expected[one] += 1;
        for (int k = 0; k < 2; k++)
            point[k] = features[one * WIDTH + dimension[k]];
        measure(features, N, dimension, point, negative);
        negative[one] = -INFINITY;
        num_order(negative, N, order);
        double total = 0;
        for (int j = 0; j < NEIGHBOURS; j++)
            total += pow((double)negative[order[j]], -2);
        for (int j = 0; j < NEIGHBOURS && negative[order[0]] < 0; j++)
            expected[order[j]] -= pow((double)negative[order[j]], -2) / total;
        if (negative[order[0]] >= 0)
            expected[order[0]] -= 1;
    }
    for (int i = 0; i < N; i++)
        cr_assert_float_eq(scores[i], (float)expected[i], 1e-5F, "%d: %.9g, %.9g", i,
                           (double)scores[i], expected[i]);
}

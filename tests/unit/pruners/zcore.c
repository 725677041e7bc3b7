/* zcore: its search for neighbours against all distances, and what is paid. */
#include "base/mem.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 3 };

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

/* moderate, d2, herding, gm-matching, k-center, cal, deepfool and ssp on made-up arrays. Their
 * numbers on a trained network are in tests/golden/pruners/geometry.json. */
#include "base/mem.h"
#include "base/num.h"
#include "base/rng.h"
#include "pruners/pruner.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double TOLERANCE = 1e-6;

/* What a pruner is shown, and what it makes of it. */
struct show {
    size_t n, d;
    int classes;
    const uint16_t *labels;
    const float *features, *logits, *classifier;
    const uint8_t *correct; /* [2][n] at two presentations of training, for d2 by forgetting */
    struct pruner_run *run;
    unsigned char *options;
    struct pruner_selection kept;
};

static unsigned char *read_options(const struct pruner *pruner, const char *text)
{
    unsigned char *options;
    char name[32], value[32];
    int length;
    MEM_NEW(options, pruner->options_size);
    option_defaults(pruner->options, options);
    for (; text && sscanf(text, " %31[^=]=%31s%n", name, value, &length) == 2; text += length) {
        struct err err;
        const struct option *option = option_find(pruner->options, name);
        cr_assert(option && option_set(option, options, value, NULL, &err) == 0, "%s=%s", name,
                  value);
    }
    return options;
}

static void observe(struct show *s, struct pruner_pass pass)
{
    struct err err;
    const unsigned needs = s->run->needs;
    float *probabilities;
    MEM_NEW(probabilities, s->n * (size_t)s->classes);
    if (s->logits)
        num_softmax(probabilities, s->logits, s->n, (size_t)s->classes);
    pass.n = s->n;
    pass.labels = s->labels;
    pass.feature_count = s->d;
    pass.features = needs & NEEDS_FEATURES ? s->features : NULL;
    pass.logits = needs & NEEDS_LOGITS ? s->logits : NULL;
    pass.probabilities = needs & NEEDS_PROBABILITIES ? probabilities : NULL;
    pass.classifier = needs & NEEDS_CLASSIFIER ? s->classifier : NULL;
    cr_assert_eq(pruner_observe(s->run, &pass, &err), 0, "%s", err.text);
    mem_free(probabilities);
}

static void play(struct show *s, const char *name, const char *options, double rate)
{
    const struct pruner *pruner = pruner_find(name);
    const struct pruner_task task = {.n = s->n,
                                     .classes = s->classes,
                                     .labels = s->labels,
                                     .feature_count = s->d,
                                     .rate = rate,
                                     .epochs = 2,
                                     .seed = 1};
    struct err err;
    s->options = read_options(pruner, options);
    cr_assert_eq(pruner_begin(pruner, s->options, &task, &s->run, &err), 0, "%s", err.text);
    const struct pruner_watch watch = pruner_watch(s->run);
    for (int epoch = 1; watch.training && epoch <= watch.epochs; epoch++)
        observe(s, (struct pruner_pass){.epoch = epoch,
                                        .training = true,
                                        .correct = s->correct + (size_t)(epoch - 1) * s->n});
    observe(s, (struct pruner_pass){.epoch = watch.epochs, .correct = s->correct});
    cr_assert_eq(pruner_score(s->run, &err), 0, "%s", err.text);
    MEM_NEW(s->kept.index, s->n);
    MEM_NEW(s->kept.weight, s->n);
    cr_assert_eq(pruner_select(s->run, 0, &s->kept, &err), 0, "%s", err.text);
}

static void end(struct show *s)
{
    pruner_end(s->run);
    mem_free(s->options);
    mem_free(s->kept.index);
    mem_free(s->kept.weight);
}

static void expect_scores(const struct show *s, const double *expected)
{
    for (size_t i = 0; i < s->n; i++)
        cr_assert_float_eq((double)s->run->scores[i], expected[i],
                           TOLERANCE * (1 + fabs(expected[i])), "%s: score of %zu: %.9g, not %.9g",
                           s->run->pruner->name, i, (double)s->run->scores[i], expected[i]);
}

static void expect_kept(const struct show *s, size_t count, const uint32_t *expected)
{
    cr_assert_eq(s->kept.count, count, "%zu kept", s->kept.count);
    for (size_t j = 0; j < count; j++)
        cr_assert_eq(s->kept.index[j], expected[j], "%s: kept %u, not %u", s->run->pruner->name,
                     s->kept.index[j], expected[j]);
}

static size_t kept_of(const struct show *s, const uint8_t *marked)
{
    size_t count = 0;
    for (size_t j = 0; j < s->kept.count; j++)
        count += marked[s->kept.index[j]];
    return count;
}

/* ---- Planted: three clouds, 40 % of the labels flipped to the next class ---- */

enum { PLANTED = 600, WIDTH = 6, CLOUDS = 3 };

struct planted {
    float features[PLANTED * WIDTH];
    uint16_t labels[PLANTED];
    uint8_t flipped[PLANTED];
};

static struct show plant(struct planted *p)
{
    struct rng rng = rng_stream(1, RNG_TEST, 1, 0);
    for (size_t i = 0; i < PLANTED; i++) {
        const size_t cloud = i % CLOUDS;
        p->flipped[i] = i / CLOUDS % 5 < 2;
        p->labels[i] = (uint16_t)((cloud + p->flipped[i]) % CLOUDS);
        for (size_t f = 0; f < WIDTH; f++)
            p->features[i * WIDTH + f] = (float)rng_normal(&rng) + (f == cloud ? 12.0f : 0.0f);
    }
    return (struct show){
        .n = PLANTED, .d = WIDTH, .classes = CLOUDS, .labels = p->labels, .features = p->features};
}

static double share_of_flipped(const char *name, const char *options, double rate)
{
    static struct planted p;
    struct show s = plant(&p);
    play(&s, name, options, rate);
    const double share = (double)kept_of(&s, p.flipped) / (double)s.kept.count;
    end(&s);
    return share;
}

/* One class of three rare, each with features of its own. */
static size_t rare_kept(const char *name, const char *options)
{
    static struct planted p;
    static uint8_t rare[PLANTED];
    struct show s = plant(&p);
    for (size_t i = 0; i < PLANTED; i++) {
        rare[i] = i % 60 == 0;
        p.labels[i] = rare[i] ? 2 : (uint8_t)(i % 2);
    }
    play(&s, name, options, 0.8);
    const size_t kept = kept_of(&s, rare);
    end(&s);
    return kept;
}

Test(feature_pruners, balance_keeps_the_rare_class)
{
    static const char *const names[] = {"moderate", "k-center", "ssp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t kept = rare_kept(names[i], "balance=class"); /* 20 % of 10 */
        cr_assert_eq(kept, (size_t)2, "%s: %zu of the rare class", names[i], kept);
    }
    cr_assert_eq(rare_kept("herding", NULL), (size_t)2);
    cr_assert_eq(rare_kept("gm-matching", NULL), (size_t)2);
}

Test(feature_pruners, look_once_after_at_epochs)
{
    static const char *const names[] = {"moderate", "herding",  "gm-matching", "k-center",
                                        "cal",      "deepfool", "ssp"};
    const uint16_t labels[] = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int at = 0; at <= 10; at += 10) {
            const struct pruner *pruner = pruner_find(names[i]);
            const struct pruner_task task = {
                .n = 1, .classes = 1, .labels = labels, .feature_count = 1, .epochs = 7};
            unsigned char *options = read_options(pruner, at ? NULL : "at=0");
            struct pruner_run *run;
            struct err err;
            cr_assert_eq(pruner_begin(pruner, options, &task, &run, &err), 0, "%s", err.text);
            const struct pruner_watch watch = pruner_watch(run);
            cr_assert(watch.runs == 1 && watch.epochs == (at ? 10 : 7) && !watch.training &&
                          watch.pass_every == 0,
                      "%s: %d runs of %d epochs", names[i], watch.runs, watch.epochs);
            pruner_end(run);
            mem_free(options);
        }
}

/* ---- moderate ---- */

Test(moderate, worked_example)
{
    const uint16_t labels[5] = {0};
    const float features[] = {3, 1, -9, -2, 5}; /* median 1: distances 2 0 10 3 4 */
    struct show s = {.n = 5, .d = 1, .classes = 1, .labels = labels, .features = features};
    play(&s, "moderate", NULL, 0.4);
    expect_scores(&s, (const double[]){-1, -2, -2, 0, -1});
    expect_kept(&s, 3, (const uint32_t[]){0, 3, 4});
    end(&s);
}

/* The example, and in another network's features the same from its end, a hundred times as far. */
Test(moderate, folds_are_ranked_alone)
{
    const uint16_t labels[10] = {0};
    const float near[] = {3, 1, -9, -2, 5}, far[] = {500, -200, -900, 100, 300};
    const uint32_t index[] = {0, 2, 4, 6, 8, 9, 7, 5, 3, 1};
    struct show a = {.n = 5, .d = 1, .classes = 1, .labels = labels, .features = near},
                b = {.n = 5, .d = 1, .classes = 1, .labels = labels, .features = far},
                all = {.n = 10, .d = 1, .classes = 1, .labels = labels};
    const struct pruner_task task = {
        .n = 10, .classes = 1, .labels = labels, .feature_count = 1, .rate = 0.5, .epochs = 2};
    struct err err;
    play(&a, "moderate", NULL, 0);
    play(&b, "moderate", NULL, 0);
    cr_assert_eq(pruner_begin(a.run->pruner, a.options, &task, &all.run, &err), 0, "%s", err.text);
    struct pruner_run *const folds[] = {a.run, NULL, b.run};
    pruner_gather(all.run, folds, 3, index);
    expect_scores(&all, (const double[]){-1, -1, -2, -2, -2, -2, 0, 0, -1, -1});
    end(&all);
    end(&a);
    end(&b);
}

/* Of 40 % flipped labels, which are the farthest 40 %, the middle fifth has none. */
Test(moderate, resists_flipped_labels)
{
    const double share = share_of_flipped("moderate", NULL, 0.8);
    cr_assert_lt(share, 0.01, "%g of the kept are flipped", share);
}

/* ---- d2 ---- */

Test(d2, worked_example)
{
    const uint16_t labels[3] = {0};
    const uint8_t correct[] = {1, 0, 1, 0, 0, 1}; /* forgetting: 1, 2, 0 */
    const float features[] = {0, 0, 5};
    struct show s = {
        .n = 3, .d = 1, .classes = 1, .labels = labels, .features = features, .correct = correct};
    play(&s, "d2", "score=forgetting k=1 gamma=0.5", 0.3);
    expect_scores(&s, (const double[]){3, 3, exp(-5)});
    expect_kept(&s, 2, (const uint32_t[]){0, 2});
    end(&s);
}

/* Without messages to speak of (all far apart), d2 keeps what its score keeps. */
static void far_apart(const char *options, double rate, size_t count, const uint32_t *expected)
{
    const uint16_t labels[4] = {0};
    const uint8_t correct[] = {1, 0, 1, 1, 0, 0, 1, 1}; /* 1, 2, 0, 0 */
    const float features[] = {0, 1e4f, 2e4f, 3e4f};
    struct show s = {
        .n = 4, .d = 1, .classes = 1, .labels = labels, .features = features, .correct = correct};
    play(&s, "d2", options, rate);
    expect_kept(&s, count, expected);
    end(&s);
}

Test(d2, drop_leaves_the_hardest_for_the_last)
{
    far_apart("score=forgetting", 0.75, 1, (const uint32_t[]){1});
    far_apart("score=forgetting drop=0.25", 0.75, 1, (const uint32_t[]){0});
    far_apart("score=forgetting drop=0.5", 0.5, 2, (const uint32_t[]){2, 3});
    far_apart("score=forgetting drop=0.5", 0.25, 3, (const uint32_t[]){0, 2, 3});
    far_apart("score=forgetting drop=1", 0.25, 3, (const uint32_t[]){0, 2, 3});
}

/* ---- herding, gm-matching ---- */

Test(herding, worked_example)
{
    const uint16_t labels[3] = {0};
    const float features[] = {0, 1, 5};
    struct show s = {.n = 3, .d = 1, .classes = 1, .labels = labels, .features = features};
    play(&s, "herding", NULL, 0.3);
    expect_scores(&s, (const double[]){-2, 0, -1});
    expect_kept(&s, 2, (const uint32_t[]){1, 2});
    end(&s);
}

/* The trap: with the argmax, the mean of what is kept runs away from the class's. */
Test(herding, argmin_not_argmax)
{
    static struct planted p;
    struct show s = plant(&p);
    play(&s, "herding", NULL, 0.9);
    for (uint8_t c = 0; c < CLOUDS; c++)
        for (size_t f = 0; f < WIDTH; f++) {
            double all = 0, kept = 0;
            size_t count = 0;
            for (size_t i = 0; i < PLANTED; i++)
                all +=
                    p.labels[i] == c ? (double)p.features[i * WIDTH + f] / (PLANTED / CLOUDS) : 0;
            for (size_t j = 0; j < s.kept.count; j++)
                if (p.labels[s.kept.index[j]] == c) {
                    kept += (double)p.features[s.kept.index[j] * WIDTH + f];
                    count++;
                }
            cr_assert_eq(count, (size_t)PLANTED / CLOUDS / 10, "%zu of class %u", count, c);
            cr_assert_float_eq(kept / (double)count, all, 0.6, "class %u: %g, not %g", c,
                               kept / (double)count, all);
        }
    end(&s);
}

Test(gm_matching, worked_example)
{
    const uint16_t labels[5] = {0};
    const float features[] = {0, 1, 2, 3, 100};
    struct show s = {.n = 5, .d = 1, .classes = 1, .labels = labels, .features = features};
    play(&s, "gm-matching", NULL, 0.4);
    expect_scores(&s, (const double[]){-3, -1, 0, -2, -4});
    expect_kept(&s, 3, (const uint32_t[]){1, 2, 3});
    end(&s);
}

Test(gm_matching, resists_flipped_labels_where_herding_does_not)
{
    const double robust = share_of_flipped("gm-matching", NULL, 0.8);
    const double mean = share_of_flipped("herding", NULL, 0.8);
    cr_assert_lt(robust, 0.2, "%g of the kept are flipped", robust);
    cr_assert_gt(mean, 0.35, "herding: %g of the kept are flipped", mean);
}

/* ---- k-center ---- */

Test(k_center, worked_example)
{
    const uint16_t labels[4] = {0};
    const float features[] = {0, 4, 5, 10};
    struct show s = {.n = 4, .d = 1, .classes = 1, .labels = labels, .features = features};
    play(&s, "k-center", NULL, 0.25);
    expect_scores(&s, (const double[]){-1, -3, 0, -2});
    expect_kept(&s, 3, (const uint32_t[]){0, 2, 3});
    end(&s);
}

static double apart2(const float *x, size_t d, size_t i, size_t j)
{
    double sum = 0;
    for (size_t f = 0; f < d; f++)
        sum += pow((double)x[i * d + f] - (double)x[j * d + f], 2);
    return sum;
}

static size_t nearest_to_mean(const float *x, size_t n, size_t d)
{
    double least = HUGE_VAL;
    size_t nearest = 0;
    for (size_t i = 0; i < n; i++) {
        double apart = 0;
        for (size_t f = 0; f < d; f++) {
            double mean = 0;
            for (size_t j = 0; j < n; j++)
                mean += (double)x[j * d + f] / (double)n;
            apart += pow((double)x[i * d + f] - mean, 2);
        }
        if (apart < least - 1e-12) {
            least = apart;
            nearest = i;
        }
    }
    return nearest;
}

/* Plain farthest-first, all distances after each pick. */
static void expect_farthest_first(size_t n, size_t d, uint32_t levels)
{
    struct rng rng = rng_stream(2, RNG_TEST, 0, 0);
    float *x;
    uint16_t *labels;
    double *expected, *distances;
    MEM_NEW(x, n * d);
    MEM_NEW(labels, n);
    MEM_NEW(expected, n);
    MEM_NEW(distances, n);
    for (size_t j = 0; j < n * d; j++)
        x[j] = levels ? (float)rng_below(&rng, levels) : (float)rng_normal(&rng) + 3;
    size_t pick = nearest_to_mean(x, n, d);
    for (size_t i = 0; i < n; i++)
        distances[i] = HUGE_VAL;
    for (size_t t = 0; t < n; t++) {
        expected[pick] = -(double)t;
        distances[pick] = -1;
        for (size_t i = 0; i < n; i++)
            distances[i] = fmin(distances[i], apart2(x, d, i, pick));
        pick = 0;
        for (size_t i = 1; i < n; i++)
            if (distances[i] > distances[pick])
                pick = i;
    }
    struct show s = {.n = n, .d = d, .classes = 1, .labels = labels, .features = x};
    play(&s, "k-center", NULL, 0.5);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq((double)s.run->scores[i], expected[i], "sample %zu: %g, not %g", i,
                     (double)s.run->scores[i], expected[i]);
    end(&s);
    mem_free(x);
    mem_free(labels);
    mem_free(expected);
    mem_free(distances);
}

/* Blocks have 256 samples, tiles 1024 picks. */
Test(k_center, is_plain_farthest_first)
{
    expect_farthest_first(1500, 20, 0);
}

Test(k_center, is_plain_farthest_first_with_ties_and_copies)
{
    expect_farthest_first(1400, 3, 7); /* 343 places */
}

/* However near the others lie to each other, and far from the origin. */
Test(k_center, drops_copies_before_anything_else)
{
    enum { N = 300, DISTINCT = 210, D = 8 };
    struct rng rng = rng_stream(3, RNG_TEST, 0, 0);
    static float x[N * D];
    static uint16_t labels[N];
    for (size_t i = 0; i < N; i++)
        for (size_t f = 0; f < D; f++)
            x[i * D + f] =
                i < DISTINCT ? (float)rng_normal(&rng) * 1e-3f + 9 : x[(i - DISTINCT) / 3 * D + f];
    struct show s = {.n = N, .d = D, .classes = 1, .labels = labels, .features = x};
    play(&s, "k-center", NULL, 0.3);
    for (size_t j = 0; j < DISTINCT; j++)
        for (size_t k = 0; k < j; k++)
            cr_assert_gt(apart2(x, D, s.kept.index[j], s.kept.index[k]), 0.0,
                         "%u and %u are the same", s.kept.index[j], s.kept.index[k]);
    end(&s);
}

/* ---- cal ---- */

Test(cal, worked_example)
{
    const uint16_t labels[2] = {0};
    const float features[] = {0, 1}, logits[] = {0, 0, 200, 0}; /* (.5, .5) and (1, 0) */
    struct show s = {
        .n = 2, .d = 1, .classes = 2, .labels = labels, .features = features, .logits = logits};
    play(&s, "cal", "k=1", 0.5);
    /* KL(p_1 || p_0) = log 2; of p_0 from p_1: the 0 counts as the smallest normal float. */
    cr_assert_float_eq((double)s.run->scores[0], log(2), TOLERANCE, "%.9g",
                       (double)s.run->scores[0]);
    cr_assert_float_eq((double)s.run->scores[1], 0.5 * log(0.5) + 0.5 * log(0.5 / 1.17549435e-38),
                       1e-4, "%.9g", (double)s.run->scores[1]);
    end(&s);
}

/* The trap: the samples beside the boundary are kept, not those deep inside a class. */
Test(cal, keeps_the_highest)
{
    enum { N = 40 };
    uint16_t labels[N];
    float features[N], logits[2 * N];
    for (size_t i = 0; i < N; i++) {
        labels[i] = i >= N / 2;
        features[i] = (float)i;
        logits[2 * i] = i < N / 2 ? 4 : 0;
        logits[2 * i + 1] = i < N / 2 ? 0 : 4;
    }
    struct show s = {
        .n = N, .d = 1, .classes = 2, .labels = labels, .features = features, .logits = logits};
    play(&s, "cal", "k=4", 0.9);
    expect_kept(&s, 4, (const uint32_t[]){18, 19, 20, 21});
    end(&s);
}

/* ---- deepfool ---- */

Test(deepfool, worked_example)
{
    const uint16_t labels[3] = {1, 1, 1};
    /* w_0 = (3, 4), w_1 = w_2 = 0; the biases do not count. */
    const float classifier[] = {3, 4, 9, 0, 0, -9, 0, 0, 0};
    const float logits[] = {3, 1, 0, 0, 5, 4, 2, 0, 2};
    struct show s = {
        .n = 3, .d = 2, .classes = 3, .labels = labels, .logits = logits, .classifier = classifier};
    play(&s, "deepfool", NULL, 0.3);
    /* 2 / 5; class 1 against 0 only, for 2 has its weights: 5 / 5; on the boundary. */
    expect_scores(&s, (const double[]){-0.4, -1, 0});
    expect_kept(&s, 2, (const uint32_t[]){0, 2});
    end(&s);
}

/* ---- ssp ---- */

static void expect_prototypes(const char *options, double sign)
{
    const uint16_t labels[6] = {0, 0, 0, 1, 1, 1};
    const float features[] = {10, 1, 10, -1, 10, 0, 0, 5, 0, 7, 0, 6};
    struct show s = {.n = 6, .d = 2, .classes = 2, .labels = labels, .features = features};
    play(&s, "ssp", options, 0.5);
    const double angle = sign * (1 - 10 / sqrt(101));
    expect_scores(&s, (const double[]){angle, angle, 0, 0, 0, 0});
    end(&s);
}

/* Two clusters, prototypes (10, 0) and (0, 6): k-means must find them whatever it starts from. */
Test(ssp, distances_from_planted_prototypes)
{
    expect_prototypes(NULL, 1); /* k = classes */
    expect_prototypes("k=2", 1);
    expect_prototypes("k=2 keep=easy", -1);
}

Test(ssp, zeros_and_copies_have_finite_distances)
{
    const uint16_t labels[4] = {0};
    const float features[] = {0, 0, 0, 0, 2, 0, 2, 0};
    struct show s = {.n = 4, .d = 2, .classes = 1, .labels = labels, .features = features};
    play(&s, "ssp", "k=3", 0.5);
    expect_scores(&s, (const double[]){1, 1, 0, 0});
    end(&s);
}

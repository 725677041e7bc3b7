#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 30, CLASSES = 3, WIDTH = 3 };

/* As in pruners/ugies.c. */
struct sample {
    float score;
    bool observed;
};

static struct rehearsal begin(const char *options, size_t n, double rate, uint64_t seed)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("ugies"),
                                        .options = options,
                                        .n = n,
                                        .classes = CLASSES,
                                        .rate = rate,
                                        .epochs = 16,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static double cosine(const float *a, const float *b)
{
    double ab = 0, aa = 0, bb = 0;
    for (int f = 0; f < WIDTH; f++) {
        ab += (double)a[f] * (double)b[f];
        aa += (double)a[f] * (double)a[f];
        bb += (double)b[f] * (double)b[f];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* Pair by pair. */
static void expect_scores(const char *options, double w, double sign, bool by_class)
{
    uint8_t seen[N];
    struct rehearsal r = begin(options, N, 0.5, 1);
    struct err err;
    for (int i = 0; i < N; i++)
        seen[i] = i % 4 != 1;
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 3, true, seen);
    float *features = rehearsal_array(&r, NEEDS_FEATURES);
    features[0] = features[1] = features[2] = 0; /* one without a direction */
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    const struct sample *samples = r.run->state;
    for (int i = 0; i < N; i++) {
        double apart = 0, others = 0, entropy = 0;
        for (int j = 0; j < N; j++)
            if (j != i && seen[j] && (!by_class || pass.labels[i] == pass.labels[j])) {
                apart += 1 - cosine(features + i * WIDTH, features + j * WIDTH);
                others++;
            }
        for (int c = 0; c < CLASSES; c++) {
            const double p = (double)pass.probabilities[i * CLASSES + c];
            entropy -= p * log(p);
        }
        const double expected = seen[i] ? w * entropy + sign * apart / others : 0;
        cr_assert_float_eq((double)samples[i].score, expected, 1e-5, "%s: sample %d: %g, not %g",
                           options, i, (double)samples[i].score, expected);
        cr_assert_eq(samples[i].observed, seen[i]);
    }
    rehearsal_end(&r);
}

Test(ugies, entropy_and_distance_from_the_others)
{
    expect_scores("w=1", 1, -1, false);
    expect_scores("w=0.2 sign=plus", 0.2, 1, false);
    expect_scores("w=3 among=class", 3, -1, true);
}

static void choose(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
}

/* 100 samples: the highest is always there and weighs 1, 49 of the other 99 weigh 99 / 49. */
Test(ugies, worked_example)
{
    enum { MANY = 100, HIGHEST = 57 };
    struct rehearsal r = begin("T=1e6", MANY, 0.5, 1);
    struct sample *samples = r.run->state;
    for (int i = 0; i < MANY; i++)
        samples[i] = (struct sample){i == HIGHEST ? 2 : (float)i / MANY, true};
    for (int epoch = 0; epoch < 8; epoch++) {
        choose(&r, epoch);
        bool highest = false;
        for (size_t j = 0; j < r.selection.count; j++) {
            const bool is = r.selection.index[j] == HIGHEST;
            cr_assert_float_eq((double)r.selection.weight[j], is ? 1 : 99.0 / 49, 1e-6);
            highest = highest || is;
        }
        cr_assert(highest, "epoch %d", epoch);
    }
    rehearsal_end(&r);
}

/* Weights of a mean of 2 would double the learning rate, as the authors' do. */
Test(ugies, weights_do_not_multiply_the_learning_rate)
{
    for (int theirs = 0; theirs < 2; theirs++) {
        struct rehearsal r = begin(theirs ? "weights=rows" : NULL, 100, 0.5, 1);
        choose(&r, 0);
        cr_assert_eq(r.selection.average, !theirs, "theirs %d", theirs);
        rehearsal_end(&r);
    }
}

/* Two samples of which one is drawn: odds e^((s_0 - s_1) / T). */
Test(ugies, draws_by_the_softmax)
{
    enum { SEEDS = 4000 };
    const double share = 1 / (1 + exp(-1.0));
    int first = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin("T=2", 2, 0.5, seed);
        struct sample *samples = r.run->state;
        samples[0] = (struct sample){3, true};
        samples[1] = (struct sample){1, true};
        choose(&r, 3);
        cr_assert_eq(r.selection.count, (size_t)1);
        cr_assert_eq(r.selection.weight[0], 2.0f);
        first += r.selection.index[0] == 0;
        rehearsal_end(&r);
    }
    cr_assert_lt(fabs(first - share * SEEDS), 5 * sqrt(share * (1 - share) * SEEDS), "%d of %d",
                 first, SEEDS);
}

/* Before anything was seen any sample may be at the top, not those that the file begins with. */
Test(ugies, nothing_is_known_before_the_first_epoch)
{
    enum { MANY = 100, SEEDS = 400 };
    int often[MANY] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin(NULL, MANY, 0.98, seed);
        choose(&r, 0);
        for (size_t j = 0; j < r.selection.count; j++)
            often[r.selection.index[j]]++;
        rehearsal_end(&r);
    }
    for (int i = 0; i < MANY; i++) /* 8, standard deviation 2.8 */
        cr_assert(often[i] <= 23, "sample %d: %d of %d", i, often[i], SEEDS);
}

Test(ugies, its_last_epochs_use_all_data)
{
    struct rehearsal r = begin(NULL, 20, 0.5, 1);
    cr_assert(!pruner_anneals(r.run, 13) && pruner_anneals(r.run, 14));
    cr_assert(pruner_watches_training(r.run));
    rehearsal_end(&r);
}

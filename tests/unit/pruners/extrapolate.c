#include "pruners/outlook.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 40, WIDTH = 3, AT = 4 };

static struct rehearsal begin(const char *options, size_t n, uint64_t seed)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("extrapolate"),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = 0.5,
                                        .epochs = 4,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* ret_scored[n]: 1 where proxies train on it; returns how many. */
static size_t scored(struct rehearsal *r, size_t n, uint8_t *ret_scored)
{
    pruner_train_on(r->run, &r->selection);
    for (size_t i = 0; i < n; i++)
        ret_scored[i] = 0;
    for (size_t j = 0; j < r->selection.count; j++) {
        ret_scored[r->selection.index[j]] = 1;
        cr_assert_eq(r->selection.weight[j], 1.0f);
    }
    return r->selection.count;
}

static double distance(const float *a, const float *b)
{
    double sum = 0;
    for (int f = 0; f < WIDTH; f++)
        sum += pow((double)a[f] - (double)b[f], 2);
    return sqrt(sum);
}

/* The mean of the scores of the k nearest of those scored, looked for one after the other. */
static double plain_mean(const float *features, const float *scores, const uint8_t *is_scored,
                         size_t i, int k)
{
    bool taken[N] = {false};
    double sum = 0;
    for (int place = 0; place < k; place++) {
        size_t best = N;
        for (size_t j = 0; j < N; j++)
            if (is_scored[j] && !taken[j] &&
                (best == N || distance(features + i * WIDTH, features + j * WIDTH) <
                                  distance(features + i * WIDTH, features + best * WIDTH)))
                best = j;
        taken[best] = true;
        sum += (double)scores[best];
    }
    return sum / k;
}

/* Those scored have what `score` gives alone; the others the mean of their nearest. */
Test(extrapolate, others_have_the_mean_of_their_neighbours)
{
    const struct rehearsal_plan alone = {.pruner = pruner_find("el2n"),
                                         .options = "runs=2 at=4",
                                         .n = N,
                                         .classes = 2,
                                         .rate = 0.5,
                                         .epochs = 4};
    uint8_t is_scored[N];
    struct rehearsal el2n, r = begin("share=0.3 k=5 score_options=runs=2\tat=4", N, 1);
    struct err err;
    cr_assert_eq(rehearsal_begin(&alone, &el2n, &err), 0, "%s", err.text);
    cr_assert_eq(rehearsal_score(&el2n, &err), 0, "%s", err.text);
    cr_assert_eq(rehearsal_score(&r, &err), 0, "%s", err.text);
    cr_assert_eq(scored(&r, N, is_scored), (size_t)12);
    rehearsal_pass(&r, 0, AT, false, NULL);
    const float *features = rehearsal_array(&r, NEEDS_FEATURES);
    for (size_t i = 0; i < N; i++) {
        const double expected = is_scored[i]
                                    ? (double)el2n.run->scores[i]
                                    : plain_mean(features, el2n.run->scores, is_scored, i, 5);
        cr_assert_float_eq((double)r.run->scores[i], expected, 1e-6, "sample %zu: %g, not %g", i,
                           (double)r.run->scores[i], expected);
    }
    rehearsal_end(&el2n);
    rehearsal_end(&r);
}

Test(extrapolate, which_are_scored_is_drawn)
{
    enum { SEEDS = 2000 };
    const double share = 0.2;
    int often[N] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        uint8_t is_scored[N];
        struct rehearsal r = begin(NULL, N, seed);
        cr_assert_eq(scored(&r, N, is_scored), (size_t)8);
        for (int i = 0; i < N; i++)
            often[i] += is_scored[i];
        rehearsal_end(&r);
    }
    for (int i = 0; i < N; i++)
        cr_assert_lt(fabs(often[i] - share * SEEDS), 5 * sqrt(share * (1 - share) * SEEDS),
                     "sample %d: %d of %d", i, often[i], SEEDS);
}

/* One sample at least, and no more neighbours than there are. */
Test(extrapolate, few_samples)
{
    uint8_t is_scored[3];
    struct rehearsal r = begin("share=0", 3, 1);
    struct err err;
    cr_assert_eq(scored(&r, 3, is_scored), (size_t)1);
    cr_assert_eq(rehearsal_score(&r, &err), 0, "%s", err.text);
    for (int i = 1; i < 3; i++)
        cr_assert_eq(r.run->scores[i], r.run->scores[0], "only one score is known");
    rehearsal_end(&r);
}

/* Of a score that watches training, as forgetting does: the epochs, and a pass at the end. */
Test(extrapolate, watches_what_its_score_does_and_looks_once)
{
    struct rehearsal r = begin("score=forgetting share=0.25", N, 1);
    const struct pruner_watch watch = pruner_watch(r.run);
    cr_assert(watch.training && watch.runs == 1 && watch.epochs == 4 && watch.pass_every == 0);
    cr_assert_eq(watch.step_share, 0.25);
    rehearsal_end(&r);
    r = begin(NULL, N, 1);
    cr_assert_eq(pruner_watch(r.run).pass_every, 0);
    rehearsal_end(&r);
}

/* 10 proxies of 20 epochs with a fifth of the samples, for a training of 4. */
Test(extrapolate, tells_what_scoring_costs)
{
    struct rehearsal r = begin(NULL, N, 1);
    struct pruner_outlook outlook;
    struct str lines = {0};
    cr_assert(pruner_foresee(r.run->pruner, r.options, 0.5, 4, &outlook));
    outlook_notes(&outlook, N, &lines);
    cr_assert_str_eq(str_text(&lines),
                     "its proxies train for 20 epochs, the cell itself for 4: scoring costs 10 "
                     "trainings\n",
                     "%s", str_text(&lines));
    str_release(&lines);
    rehearsal_end(&r);
}

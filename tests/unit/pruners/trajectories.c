/*
 * The pruners that follow a sample over epochs (aum, uncertainty, tdds, dyn-unc, dual, eva) and
 * their window, by hand and in the traps that people fall into.
 */
#include "pruners/math/window.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-6; /* scores are float */

static struct rehearsal begin(const char *pruner, const char *options, size_t n, int classes,
                              const uint16_t *labels)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find(pruner),
        .options = options,
        .n = n,
        .classes = classes,
        .labels = labels,
        .rate = 0.5,
        .epochs = 20,
        .seed = 1,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* One pass whose array [n * width] is the given one. */
static void show(struct rehearsal *r, int epoch, bool training, enum pruner_needs need,
                 const float *values, size_t count, const uint8_t *seen)
{
    const struct pruner_pass pass = rehearsal_pass(r, 0, epoch, training, seen);
    struct err err;
    memcpy(rehearsal_array(r, need), values, count * sizeof *values);
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

static void expect_scores(struct rehearsal *r, size_t n, const double *expected)
{
    struct err err;
    cr_assert_eq(pruner_score(r->run, &err), 0, "%s", err.text);
    for (size_t i = 0; i < n; i++)
        cr_assert_float_eq((double)r->run->scores[i], expected[i], TOLERANCE,
                           "sample %zu: %.9g, expected %.9g", i, (double)r->run->scores[i],
                           expected[i]);
}

/* Two samples of two classes, labels 0 and 1: the label's probability of each, an epoch a row. */
static void show_labels(struct rehearsal *r, int epochs, const float p[][2])
{
    for (int t = 0; t < epochs; t++) {
        const float both[] = {p[t][0], 1 - p[t][0], 1 - p[t][1], p[t][1]};
        show(r, t + 1, true, NEEDS_PROBABILITIES, both, 4, NULL);
    }
}

/* ---- The window ---- */

Test(window, slides_and_forgets)
{
    enum { LENGTH = 3, N = 2 };
    unsigned char *windows;
    MEM_NEW(windows, window_size(N, LENGTH));
    const float values[] = {5, 1, 4, 6, 2};
    const double means[] = {5, 3, 10 / 3.0, 11 / 3.0, 4};
    const double squares[] = {0, 8, 26 / 3.0, 38 / 3.0, 8};
    for (int t = 0; t < 5; t++) {
        window_push(windows, LENGTH, 1, values[t]);
        const struct window_spread s = window_spread(windows, LENGTH, 1);
        cr_assert_eq(window_full(windows, LENGTH, 1), t >= 2, "after %d", t + 1);
        cr_assert_eq(s.count, t < 3 ? t + 1 : 3, "%d after %d", s.count, t + 1);
        cr_assert_float_eq(s.mean, means[t], TOLERANCE, "%g after %d", s.mean, t + 1);
        cr_assert_float_eq(s.squares, squares[t], TOLERANCE, "%g after %d", s.squares, t + 1);
    }
    const struct window_spread other = window_spread(windows, LENGTH, 0);
    cr_assert_eq(other.count, 0, "%d", other.count);
    cr_assert_eq(window_deviation(&other), 0.0);
    mem_free(windows);
}

/* ---- aum ---- */

Test(aum, worked_example)
{
    const uint16_t labels[] = {0};
    struct rehearsal r = begin("aum", NULL, 1, 3, labels);
    show(&r, 1, true, NEEDS_LOGITS, (const float[]){1, 3, 2}, 3, NULL);
    show(&r, 2, true, NEEDS_LOGITS, (const float[]){4, 3, 2}, 3, NULL);
    expect_scores(&r, 1, (const double[]){0.5});
    rehearsal_end(&r);
}

Test(aum, accumulates_over_all_epochs_and_is_not_reset_every_epoch)
{
    const uint16_t labels[] = {0, 0};
    struct rehearsal r = begin("aum", NULL, 2, 2, labels);
    show(&r, 1, true, NEEDS_LOGITS, (const float[]){0, 9, 1, 0}, 4, NULL);
    show(&r, 2, true, NEEDS_LOGITS, (const float[]){3, 0, 1, 0}, 4, NULL);
    show(&r, 3, true, NEEDS_LOGITS, (const float[]){3, 0, 1, 0}, 4, NULL);
    expect_scores(&r, 2, (const double[]){1, -1}); /* of the last epoch alone: -3, -1 */
    rehearsal_end(&r);
}

Test(aum, averages_over_a_sample_s_own_presentations)
{
    const uint16_t labels[] = {0, 0};
    const uint8_t first[] = {1, 0};
    struct rehearsal r = begin("aum", NULL, 2, 2, labels);
    show(&r, 1, true, NEEDS_LOGITS, (const float[]){2, 0, NAN, NAN}, 4, first);
    show(&r, 2, true, NEEDS_LOGITS, (const float[]){4, 0, 5, 0}, 4, NULL);
    expect_scores(&r, 2, (const double[]){-3, -5});
    rehearsal_end(&r);
}

/* The network learns what the samples are; what the labels say of the flipped ones it learns by
   heart at the end. */
Test(aum, forty_percent_of_flipped_labels_are_hardest)
{
    enum { N = 100, CLASSES = 4, EPOCHS = 20 };
    uint16_t labels[N];
    for (size_t i = 0; i < N; i++)
        labels[i] = (uint16_t)((i % CLASSES + (i % 5 < 2)) % CLASSES);
    struct rehearsal r = begin("aum", NULL, N, CLASSES, labels);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        float logits[N * CLASSES];
        struct rng rng = rng_stream(1, RNG_TEST, (uint32_t)epoch, 0);
        for (size_t j = 0; j < N * CLASSES; j++)
            logits[j] = (float)(2 * rng_uniform(&rng));
        for (size_t i = 0; i < N; i++) {
            logits[i * CLASSES + i % CLASSES] += (float)epoch / 4;
            if (epoch > EPOCHS - 3)
                logits[i * CLASSES + labels[i]] += 8;
        }
        show(&r, epoch, true, NEEDS_LOGITS, logits, N * CLASSES, NULL);
    }
    struct err err;
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    float easiest = INFINITY, hardest = -INFINITY;
    for (size_t i = 0; i < N; i++) {
        const float score = r.run->scores[i];
        if (i % 5 < 2)
            easiest = fminf(easiest, score);
        else
            hardest = fmaxf(hardest, score);
    }
    cr_assert_gt(easiest, hardest, "flipped %g, right %g", (double)easiest, (double)hardest);
    rehearsal_end(&r);
}

Test(aum, balance_keeps_a_rare_class)
{
    enum { N = 100, RARE = 5 };
    uint16_t labels[N] = {0};
    float logits[N * 2];
    for (size_t i = 0; i < N; i++) {
        labels[i] = i < RARE;
        logits[2 * i + labels[i]] = i < RARE ? 9 : 1; /* the rare ones are the easiest */
        logits[2 * i + !labels[i]] = 0;
    }
    for (int balanced = 0; balanced < 2; balanced++) {
        struct rehearsal r = begin("aum", balanced ? "balance=class" : NULL, N, 2, labels);
        struct err err;
        size_t rare = 0;
        r.run->task.keep = 40;
        show(&r, 1, true, NEEDS_LOGITS, logits, N * 2, NULL);
        cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
        cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
        for (size_t j = 0; j < r.selection.count; j++)
            rare += r.selection.index[j] < RARE;
        cr_assert_eq(rare, balanced ? (size_t)2 : (size_t)0, "%zu", rare);
        rehearsal_end(&r);
    }
}

/* ---- uncertainty ---- */

Test(uncertainty, worked_example)
{
    static const struct {
        const char *options;
        double score;
    } cases[] = {
        {"measure=least-confidence", 0.3},
        {"measure=entropy", 0.8018186},
        {"measure=margin", -0.5},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const uint16_t labels[] = {2};
        struct rehearsal r = begin("uncertainty", cases[k].options, 1, 3, labels);
        show(&r, 10, false, NEEDS_PROBABILITIES, (const float[]){0.7f, 0.2f, 0.1f}, 3, NULL);
        expect_scores(&r, 1, &cases[k].score);
        rehearsal_end(&r);
    }
}

Test(uncertainty, keeps_the_uncertain_and_not_the_most_confident)
{
    static const char *const measures[] = {"measure=least-confidence", "measure=entropy",
                                           "measure=margin"};
    const uint16_t labels[] = {0, 0, 1, 1};
    const float p[] = {1, 0, 0, 0.4f, 0.3f, 0.3f, 0.05f, 0.9f, 0.05f, 0.4f, 0.35f, 0.25f};
    for (size_t k = 0; k < sizeof measures / sizeof *measures; k++) {
        struct rehearsal r = begin("uncertainty", measures[k], 4, 3, labels);
        struct err err;
        show(&r, 10, false, NEEDS_PROBABILITIES, p, 12, NULL);
        cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
        cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
        cr_assert(r.selection.index[0] == 1 && r.selection.index[1] == 3, "%s: %u %u", measures[k],
                  r.selection.index[0], r.selection.index[1]);
        rehearsal_end(&r);
    }
}

Test(uncertainty, reads_probabilities_and_not_logits)
{
    struct rehearsal r = begin("uncertainty", NULL, 2, 2, NULL);
    cr_assert_eq(r.run->needs, (unsigned)NEEDS_PROBABILITIES, "%u", r.run->needs);
    rehearsal_end(&r);
}

/* ---- dyn-unc and dual ---- */

Test(dyn_unc, worked_example)
{
    const float p[][2] = {{0.2f, 0.5f}, {0.6f, 0.5f}, {0.6f, 0.5f}};
    struct rehearsal r = begin("dyn-unc", "J=2", 2, 2, NULL);
    show_labels(&r, 3, p);
    expect_scores(&r, 2, (const double[]){sqrt(0.08) / 2, 0});
    rehearsal_end(&r);
}

Test(dyn_unc, short_proxies_are_one_window_of_all_there_is)
{
    const float p[][2] = {{0.1f, 0.5f}, {0.4f, 0.5f}, {0.7f, 0.8f}};
    struct rehearsal r = begin("dyn-unc", "J=10 epochs=3", 2, 2, NULL);
    show_labels(&r, 3, p);
    expect_scores(&r, 2, (const double[]){0.3, sqrt(0.03)});
    rehearsal_end(&r);
}

Test(dyn_unc, a_proxy_has_two_epochs_at_least)
{
    struct rehearsal r = begin("dyn-unc", "epochs=1", 2, 2, NULL);
    const struct pruner_watch watch = pruner_watch(r.run);
    cr_assert_eq(watch.epochs, 2, "%d", watch.epochs);
    cr_assert(watch.training && watch.pass_every == -1);
    rehearsal_end(&r);
}

Test(dual, worked_example)
{
    const float p[][2] = {{0.2f, 0.9f}, {0.6f, 0.9f}, {0.6f, 0.9f}};
    struct rehearsal r = begin("dual", "J=2", 2, 2, NULL);
    show_labels(&r, 3, p);
    expect_scores(&r, 2, (const double[]){sqrt(0.08) * 0.6 / 2, 0});
    rehearsal_end(&r);
}

Test(dual, is_watched_for_T_epochs_whatever_the_training_has)
{
    struct rehearsal r = begin("dual", NULL, 2, 2, NULL);
    cr_assert_eq(pruner_watch(r.run).epochs, 30, "%d", pruner_watch(r.run).epochs);
    rehearsal_end(&r);
}

/* One of three is drawn: how often each, against weight / sum of weights. m is the mean over all
   three, which are fewer than ten. */
Test(dual, beta_draws_in_proportion_to_score_times_density)
{
    enum { N = 3, DRAWS = 20000 };
    const double rate = 0.66, means[] = {0.3, 0.5, 0.8}, spread[] = {0.1, 0.2, 0.1};
    const double b = 15 * (1 - 1.6 / 3) * (1 - pow(rate, 2)), a = 16 - b;
    const uint16_t labels[N] = {0};
    struct rehearsal r = begin("dual", "T=2 J=2 cD=2 beta=true", N, 2, labels);
    double weights[N], sum = 0;
    float p[2][N * 2];
    for (size_t i = 0; i < N; i++) {
        p[0][2 * i] = (float)(means[i] - spread[i]);
        p[1][2 * i] = (float)(means[i] + spread[i]);
        p[0][2 * i + 1] = 1 - p[0][2 * i];
        p[1][2 * i + 1] = 1 - p[1][2 * i];
        weights[i] =
            sqrt(2) * spread[i] * (1 - means[i]) * pow(means[i], a - 1) * pow(1 - means[i], b - 1);
        sum += weights[i];
    }
    for (int t = 0; t < 2; t++)
        show(&r, t + 1, true, NEEDS_PROBABILITIES, p[t], (size_t)N * 2, NULL);
    struct err err;
    size_t drawn[N] = {0};
    r.run->task.rate = rate;
    r.run->task.keep = 1;
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    for (int k = 0; k < DRAWS; k++) {
        r.run->task.seed = (uint64_t)k;
        cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
        drawn[r.selection.index[0]]++;
    }
    for (size_t i = 0; i < N; i++) {
        const double share = weights[i] / sum, deviation = sqrt(share * (1 - share) / DRAWS);
        cr_assert_float_eq((double)drawn[i] / DRAWS, share, 4 * deviation,
                           "sample %zu: %zu of %d, expected a share of %g", i, drawn[i], DRAWS,
                           share);
    }
    rehearsal_end(&r);
}

Test(dual, beta_fills_the_budget_from_samples_of_score_0)
{
    const float p[][2] = {{0, 1}, {0, 1}};
    struct rehearsal r = begin("dual", "T=2 J=2 beta=true", 2, 2, NULL);
    struct err err;
    show_labels(&r, 2, p);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
    cr_assert_eq(r.selection.count, (size_t)1);
    rehearsal_end(&r);
}

Test(dual, beta_moves_to_easier_samples_as_the_rate_rises)
{
    enum { N = 400 };
    double easiness[2];
    for (int high = 0; high < 2; high++) {
        const uint16_t labels[N] = {0};
        struct rehearsal r = begin("dual", "T=2 J=2 cD=4 beta=true", N, 2, labels);
        for (int t = 0; t < 2; t++) {
            float p[N * 2];
            for (size_t i = 0; i < N; i++) {
                p[2 * i] = (float)(0.05 + 0.85 * (double)i / N + 0.05 * t);
                p[2 * i + 1] = 1 - p[2 * i];
            }
            show(&r, t + 1, true, NEEDS_PROBABILITIES, p, (size_t)N * 2, NULL);
        }
        struct err err;
        r.run->task.rate = high ? 0.9 : 0.3;
        r.run->task.keep = 40; /* of both, so that only the density differs */
        cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
        cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
        easiness[high] = 0;
        for (size_t j = 0; j < r.selection.count; j++)
            easiness[high] += (double)r.selection.index[j] / N / 40;
        rehearsal_end(&r);
    }
    cr_assert_gt(easiness[1], easiness[0] + 0.1, "%g at rate .9, %g at .3", easiness[1],
                 easiness[0]);
}

/* ---- tdds ---- */

/* d_i(t), as the paper has it. */
static double step(double p, double before)
{
    const double least = 1e-8;
    return fabs(p * log((p + least) / (before + least))) +
           fabs((1 - p) * log((1 - p + least) / (1 - before + least)));
}

Test(tdds, is_the_moving_average_of_the_windows_deviations)
{
    enum { EPOCHS = 5 };
    const float p[EPOCHS][2] = {{0.1f, 0.5f}, {0.3f, 0.5f}, {0.9f, 0.5f}, {0.8f, 0.5f}, {0.2f, 0}};
    struct rehearsal r = begin("tdds", "T=5 J=3 beta=0.75", 2, 2, NULL);
    show_labels(&r, EPOCHS, p);
    double expected[2] = {0};
    for (int i = 0; i < 2; i++)
        for (int t = 2; t < EPOCHS; t++) {
            /* Of two steps a and b, both are (a - b) / 2 from their mean. */
            const double a = step((double)p[t - 1][i], (double)p[t - 2][i]);
            const double b = step((double)p[t][i], (double)p[t - 1][i]);
            expected[i] = 0.25 * expected[i] + 0.75 * fabs(a - b) / sqrt(2);
        }
    cr_assert(isfinite(expected[1]) && expected[1] > 0.3, "%g", expected[1]); /* p falls to 0 */
    expect_scores(&r, 2, expected);
    rehearsal_end(&r);
}

/* A program that reads the first J epochs again for each window scores the trouble at the start,
   and is blind to that at the end. */
Test(tdds, the_window_slides)
{
    enum { EPOCHS = 12 };
    float p[EPOCHS][2];
    for (int t = 0; t < EPOCHS; t++) {
        p[t][0] = t == 1 ? 0.9f : 0.5f;
        p[t][1] = t == EPOCHS - 2 ? 0.9f : 0.5f;
    }
    struct rehearsal r = begin("tdds", "T=12 J=4", 2, 2, NULL);
    show_labels(&r, EPOCHS, p);
    struct err err;
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_lt(r.run->scores[0], 1e-6, "%g: long gone", (double)r.run->scores[0]);
    cr_assert_gt(r.run->scores[1], 0.1, "%g", (double)r.run->scores[1]);
    rehearsal_end(&r);
}

Test(tdds, watches_T_epochs)
{
    struct rehearsal r = begin("tdds", NULL, 2, 2, NULL);
    const struct pruner_watch watch = pruner_watch(r.run);
    cr_assert_eq(watch.epochs, 90, "%d", watch.epochs);
    cr_assert(watch.training && watch.pass_every == -1);
    rehearsal_end(&r);
}

/* ---- eva ---- */

/* With two classes || p - e || = sqrt(2) (1 - p_y): variances are twice those of p_y. */
Test(eva, worked_example)
{
    const float p[][2] = {{0.5f, 0.5f}, {0.7f, 0.6f}, {0.1f, 0.9f},
                          {0.1f, 0.1f}, {0.6f, 0.4f}, {0.6f, 0.8f}};
    struct rehearsal r = begin("eva", "window=2 epochs=6 late=5", 2, 2, NULL);
    show_labels(&r, 6, p);
    /* Early .5 .7 and .5 .6: 4 to 1. Late .6 .6 and .4 .8: 0 to 1. */
    expect_scores(&r, 2, (const double[]){0.4, 0.1 + 0.5});
    rehearsal_end(&r);
}

Test(eva, the_late_window_begins_after_half_of_the_epochs_and_is_cut_at_the_end)
{
    const float p[][2] = {{0.5f, 0.5f}, {0.5f, 0.5f}, {0.5f, 0.5f}, {0.5f, 0.5f},
                          {0.2f, 0.5f}, {0.2f, 0.1f}, {0.2f, 0.1f}, {0.2f, 0.1f}};
    struct rehearsal r = begin("eva", "window=2 epochs=8", 2, 2, NULL);
    show_labels(&r, 8, p); /* early 1 and 2: nothing; late 5 and 6 */
    expect_scores(&r, 2, (const double[]){0, 0.5});
    rehearsal_end(&r);
    r = begin("eva", "window=3 epochs=8 early=4 late=90", 2, 2, NULL);
    show_labels(&r, 8, p); /* early 4 to 6: .03 and .16 / 3; late 7 and 8: nothing */
    const double first = 0.03, second = 0.16 / 3;
    expect_scores(&r, 2,
                  (const double[]){first / (first + second) / 2, second / (first + second) / 2});
    rehearsal_end(&r);
}

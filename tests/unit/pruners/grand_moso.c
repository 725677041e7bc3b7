/* grand and moso: gradients, by hand and against plain vectors. */
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double TOLERANCE = 1e-5; /* relative to 1; scores are float */

static struct rehearsal begin(const char *pruner, const char *options, size_t n, int classes)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find(pruner),
        .options = options,
        .n = n,
        .classes = classes,
        .rate = 0.5,
        .epochs = 5,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void observe(struct rehearsal *r, const struct pruner_pass *pass)
{
    struct err err;
    cr_assert_eq(pruner_observe(r->run, pass, &err), 0, "%s", err.text);
}

static void score(struct rehearsal *r)
{
    struct err err;
    cr_assert_eq(pruner_score(r->run, &err), 0, "%s", err.text);
}

static void expect_score(const struct rehearsal *r, size_t i, double expected)
{
    cr_assert_float_eq((double)r->run->scores[i], expected, TOLERANCE,
                       "sample %zu: %.9g, expected %.9g", i, (double)r->run->scores[i], expected);
}

Test(grand, worked_example)
{
    struct rehearsal r = begin("grand", "runs=1", 4, 3);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 20, false, NULL);
    memcpy(rehearsal_array(&r, NEEDS_PROBABILITIES), (const float[]){0.7f, 0.2f, 0.1f},
           3 * sizeof(float));
    memcpy(rehearsal_array(&r, NEEDS_FEATURES), (const float[]){1, 2, 0}, 3 * sizeof(float));
    observe(&r, &pass);
    score(&r);
    expect_score(&r, 0, sqrt(0.14 * 6));
    rehearsal_end(&r);
}

/* A sample's score is its own, wherever it stands and however many there are. */
Test(grand, is_not_inflated_in_the_last_partial_batch)
{
    float alone = 0;
    for (size_t n = 1; n <= 129; n += 64) {
        struct rehearsal r = begin("grand", "runs=1", n, 3);
        const struct pruner_pass pass = rehearsal_pass(&r, 0, 20, false, NULL);
        float *p = rehearsal_array(&r, NEEDS_PROBABILITIES);
        float *phi = rehearsal_array(&r, NEEDS_FEATURES);
        memmove(p + (n - 1) * 3, p, 3 * sizeof *p);
        memmove(phi + (n - 1) * 3, phi, 3 * sizeof *phi);
        cr_assert_eq(pass.labels[n - 1], 0 + (n - 1) % 3, "%u", pass.labels[n - 1]);
        observe(&r, &pass);
        score(&r);
        alone = n == 1 ? r.run->scores[0] : alone;
        cr_assert_eq(r.run->scores[0], alone, "%zu samples: %g and %g", n, (double)r.run->scores[0],
                     (double)alone);
        if ((n - 1) % 3 == 0)
            cr_assert_eq(r.run->scores[n - 1], alone, "last of %zu: %g and %g", n,
                         (double)r.run->scores[n - 1], (double)alone);
        rehearsal_end(&r);
    }
}

Test(grand, full_is_the_mean_of_the_norms_it_is_lent)
{
    struct rehearsal r = begin("grand", "runs=2 at=1 params=full", 6, 3);
    cr_assert(r.run->needs & NEEDS_GRADIENTS, "%u", r.run->needs);
    for (int run = 0; run < 2; run++) {
        const struct pruner_pass pass = rehearsal_pass(&r, run, 1, false, NULL);
        rehearsal_array(&r, NEEDS_GRADIENTS)[2] = run ? 5 : 2;
        observe(&r, &pass);
    }
    score(&r);
    expect_score(&r, 2, 3.5);
    rehearsal_end(&r);
}

Test(grand, watches_one_pass_at_the_end_of_each_proxy)
{
    struct rehearsal r = begin("grand", NULL, 6, 3);
    const struct pruner_watch watch = pruner_watch(r.run);
    cr_assert(watch.runs == 10 && watch.epochs == 20, "%d, %d", watch.runs, watch.epochs);
    cr_assert(!watch.training && watch.pass_every == 0, "%d", watch.pass_every);
    rehearsal_end(&r);
}

/* ---- moso ---- */

enum { CLASSES = 3, FEATURES = 3, WIDTH = CLASSES * (FEATURES + 1) };

/* g_i, written out. */
static void gradient(const struct pruner_pass *pass, size_t i, double ret_gradient[WIDTH])
{
    for (size_t c = 0; c < CLASSES; c++)
        for (size_t d = 0; d <= FEATURES; d++) {
            const double input = d < FEATURES ? (double)pass->features[i * FEATURES + d] : 1;
            const double p = (double)pass->probabilities[i * CLASSES + c];
            ret_gradient[c * (FEATURES + 1) + d] = (p - (c == pass->labels[i])) * input;
        }
}

/* Adds (sum over the others of g_j) . g_i / n. */
static void add_plainly(const struct pruner_pass *pass, double *scores)
{
    double sum[WIDTH] = {0}, g[WIDTH];
    for (size_t i = 0; i < pass->n; i++) {
        gradient(pass, i, g);
        for (size_t k = 0; k < WIDTH; k++)
            sum[k] += g[k];
    }
    for (size_t i = 0; i < pass->n; i++) {
        gradient(pass, i, g);
        for (size_t k = 0; k < WIDTH; k++)
            scores[i] += (sum[k] - g[k]) * g[k] / (double)pass->n;
    }
}

/* Sizes below, at, and between multiples of the tile. */
Test(moso, tiles_give_what_plain_vectors_give)
{
    static const size_t sizes[] = {1, 7, 255, 256, 257, 512, 700};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const size_t n = sizes[k];
        struct rehearsal r = begin("moso", NULL, n, CLASSES);
        double *expected;
        MEM_NEW(expected, n);
        for (int epoch = 5; epoch <= 15; epoch += 5) {
            const struct pruner_pass pass = rehearsal_pass(&r, 0, epoch, false, NULL);
            add_plainly(&pass, expected);
            observe(&r, &pass);
        }
        score(&r);
        for (size_t i = 0; i < n; i++)
            expect_score(&r, i, expected[i] / 3);
        mem_free(expected);
        rehearsal_end(&r);
    }
}

Test(moso, worked_example)
{
    struct rehearsal r = begin("moso", "params=full", 2, 2);
    struct pruner_pass pass = rehearsal_pass(&r, 0, 5, false, NULL);
    const float norms[] = {1, 3}, dots[] = {2, 6};
    pass.gradient_norms = norms;
    pass.gradient_dots = dots;
    observe(&r, &pass);
    score(&r);
    expect_score(&r, 0, 1.5);
    expect_score(&r, 1, 1.5);
    rehearsal_end(&r);
}

/* Of equal samples, those labelled against the others pull the wrong way. */
Test(moso, wrong_labels_come_last)
{
    enum { N = 30, WRONG = 5 };
    struct rehearsal r = begin("moso", NULL, N, 1 + CLASSES);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 5, false, NULL);
    float *p = rehearsal_array(&r, NEEDS_PROBABILITIES);
    float *phi = rehearsal_array(&r, NEEDS_FEATURES);
    uint16_t labels[N];
    struct pruner_pass labelled = pass;
    labelled.labels = labels;
    for (size_t i = 0; i < N; i++) {
        labels[i] = i < WRONG;
        for (size_t c = 0; c < 1 + CLASSES; c++)
            p[i * (1 + CLASSES) + c] = 0.25f;
        for (size_t d = 0; d < FEATURES; d++)
            phi[i * FEATURES + d] = 1;
    }
    observe(&r, &labelled);
    score(&r);
    cr_assert_lt(r.run->scores[0], 0, "wrong: %g", (double)r.run->scores[0]);
    cr_assert_gt(r.run->scores[N - 1], 0, "right: %g", (double)r.run->scores[N - 1]);
    rehearsal_end(&r);
}

Test(moso, passes_are_evenly_spaced_and_no_more_than_asked_for)
{
    static const struct {
        const char *options;
        int every;
    } cases[] = {
        {NULL, 5}, {"epochs=50 checkpoints=20", 3}, {"epochs=5", 1}, {"checkpoints=1", 50}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct rehearsal r = begin("moso", cases[k].options, 2, 2);
        const struct pruner_watch watch = pruner_watch(r.run);
        cr_assert_eq(watch.pass_every, cases[k].every, "%d", watch.pass_every);
        cr_assert(!watch.training && watch.runs == 1);
        rehearsal_end(&r);
    }
}

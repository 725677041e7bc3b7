#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>

static struct rehearsal begin(const char *options)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("esps"),
                                        .options = options,
                                        .n = 2,
                                        .classes = 2,
                                        .labels = (const uint16_t[]){0, 0},
                                        .rate = 0.5,
                                        .epochs = 4};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* Sample 1 is seen in the first epoch and no other. */
static void expect_scores(const char *options, double first, double second)
{
    const float p[3][2] = {{1, 0}, {0.6f, 0.8f}, {0, 1}};
    struct rehearsal r = begin(options);
    struct err err;
    for (int epoch = 0; epoch < 3; epoch++) {
        const uint8_t seen[] = {1, epoch == 0};
        const struct pruner_pass pass = rehearsal_pass(&r, 0, epoch + 1, true, seen);
        float *to = rehearsal_array(&r, NEEDS_PROBABILITIES);
        for (int i = 0; i < 4; i++)
            to[i] = p[epoch][i % 2];
        cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    }
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_float_eq((double)r.run->scores[0], first, 1e-6, "%g", (double)r.run->scores[0]);
    cr_assert_float_eq((double)r.run->scores[1], second, 1e-6, "%g", (double)r.run->scores[1]);
    rehearsal_end(&r);
}

Test(esps, worked_example)
{
    expect_scores(NULL, 0.3, 0);
    expect_scores("noise=true", -(0.3 + 1 - 1.6 / 3), 0);
}

Test(esps, watches_training)
{
    struct rehearsal r = begin(NULL);
    struct pruner_watch watch = pruner_watch(r.run);
    cr_assert(watch.runs == 1 && watch.epochs == 10 && watch.training && watch.pass_every == -1);
    rehearsal_end(&r);
    r = begin("T=2");
    watch = pruner_watch(r.run);
    cr_assert_eq(watch.epochs, 2);
    rehearsal_end(&r);
}

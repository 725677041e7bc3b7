#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 30, CLASSES = 3 };
static const double TOLERANCE = 1e-6; /* scores are float */

static struct rehearsal begin(const char *options, double rate)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("el2n"),
        .options = options,
        .n = N,
        .classes = CLASSES,
        .rate = rate,
        .epochs = 5,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void run(struct rehearsal *r)
{
    struct err err;
    cr_assert_eq(rehearsal_run(r, &err), 0, "%s", err.text);
}

/* sqrt(sum of squares), written out. */
static double distance(const float *p, int label)
{
    double squares = 0;
    for (int c = 0; c < CLASSES; c++)
        squares += pow((double)p[c] - (c == label ? 1 : 0), 2);
    return sqrt(squares);
}

Test(el2n, worked_example)
{
    struct rehearsal r = begin("runs=1", 0.5);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 20, false, NULL);
    float *p = rehearsal_array(&r, NEEDS_PROBABILITIES); /* of sample 0, label 0 */
    p[0] = 0.7f;
    p[1] = 0.2f;
    p[2] = 0.1f;
    struct err err;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_float_eq((double)r.run->scores[0], sqrt(0.14), TOLERANCE, "%.9g",
                       (double)r.run->scores[0]);
    rehearsal_end(&r);
}

Test(el2n, is_the_mean_of_the_plain_formula_over_runs)
{
    enum { RUNS = 4, AT = 3 };
    struct rehearsal r = begin("runs=4 at=3", 0.5);
    run(&r);
    double expected[N] = {0};
    for (int proxy = 0; proxy < RUNS; proxy++) {
        const struct pruner_pass pass = rehearsal_pass(&r, proxy, AT, false, NULL);
        for (size_t i = 0; i < N; i++)
            expected[i] += distance(pass.probabilities + i * CLASSES, pass.labels[i]) / RUNS;
    }
    for (size_t i = 0; i < N; i++)
        cr_assert_float_eq((double)r.run->scores[i], expected[i], TOLERANCE,
                           "sample %zu: %.9g, expected %.9g", i, (double)r.run->scores[i],
                           expected[i]);
    rehearsal_end(&r);
}

Test(el2n, watches_one_pass_at_the_end_of_each_proxy)
{
    struct rehearsal r = begin(NULL, 0.5);
    const struct pruner_watch watch = pruner_watch(r.run);
    cr_assert_eq(watch.runs, 10, "%d", watch.runs);
    cr_assert_eq(watch.epochs, 20, "%d", watch.epochs); /* more than the training's own 5 */
    cr_assert(!watch.training, "scores would be of augmented pictures");
    cr_assert_eq(watch.pass_every, 0, "%d", watch.pass_every);
    rehearsal_end(&r);
}

Test(el2n, keeps_the_hardest)
{
    struct rehearsal r = begin("runs=2 at=1", 0.5);
    run(&r);
    float easiest_kept = INFINITY, hardest = 0;
    for (size_t i = 0, j = 0; i < N; i++) {
        const float score = r.run->scores[i];
        if (j < r.selection.count && r.selection.index[j] == i) {
            easiest_kept = fminf(easiest_kept, score);
            j++;
        } else {
            hardest = fmaxf(hardest, score);
        }
    }
    cr_assert_geq(easiest_kept, hardest, "kept %g, left %g", (double)easiest_kept, (double)hardest);
    rehearsal_end(&r);
}

Test(el2n, balance_keeps_the_classes_shares)
{
    struct rehearsal r = begin("runs=1 balance=class", 0.4);
    run(&r);
    size_t kept[CLASSES] = {0};
    for (size_t j = 0; j < r.selection.count; j++)
        kept[r.run->task.labels[r.selection.index[j]]]++;
    for (int c = 0; c < CLASSES; c++)
        cr_assert_eq(kept[c], (size_t)6, "class %d: %zu of 10", c, kept[c]);
    rehearsal_end(&r);
}

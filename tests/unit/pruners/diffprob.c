#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>

/* Kept of samples whose labels have these probabilities; classes alternate. */
static void expect_kept(size_t n, int classes, const float *q, double rate, size_t count,
                        const uint32_t *index)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("diffprob"), .n = n, .classes = classes, .rate = rate, .epochs = 4};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 4, false, NULL);
    float *p = rehearsal_array(&r, NEEDS_PROBABILITIES);
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < classes; c++)
            p[i * (size_t)classes + (size_t)c] = c == pass.labels[i] ? q[i] : 0;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
    cr_assert_eq(r.selection.count, count, "%zu", r.selection.count);
    for (size_t j = 0; j < count; j++)
        cr_assert_eq(r.selection.index[j], index[j], "%u in place of %u", r.selection.index[j],
                     index[j]);
    rehearsal_end(&r);
}

Test(diffprob, worked_example)
{
    const float q[] = {0.85f, 0.9f, 0.5f, 0.8f, 0.1f};
    expect_kept(5, 1, q, 0.4, 3, (const uint32_t[]){1, 2, 4});
    expect_kept(5, 1, q, 0.8, 1, (const uint32_t[]){1});
    /* A threshold below .05 would keep all five; .05 itself keeps .9, .8, .5 and .1. */
    expect_kept(5, 1, q, 0.2, 4, (const uint32_t[]){1, 2, 3, 4});
}

/* Where equal ones have to be kept, it is the first of them. */
Test(diffprob, equal_probabilities)
{
    const float q[] = {0.5f, 0.5f, 0.5f, 0.5f};
    expect_kept(4, 1, q, 0.5, 2, (const uint32_t[]){0, 1});
    const float two[] = {1, 1, 1, 0};
    expect_kept(4, 1, two, 0.5, 2, (const uint32_t[]){0, 3});
    expect_kept(4, 1, two, 0.25, 3, (const uint32_t[]){0, 1, 2});
}

/* Each class with a threshold of its own. */
Test(diffprob, per_class)
{
    const float q[] = {0.9f, 0.3f, 0.89f, 0.2f, 0.4f, 0.29f};
    expect_kept(6, 2, q, 1.0 / 3, 4, (const uint32_t[]){0, 1, 3, 4});
}

#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>

enum { N = 40, EASY = 24 };

static struct rehearsal begin(double rate)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("bls-infobatch"),
                                        .n = N,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = 8,
                                        .seed = 1};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void observe(struct rehearsal *r, float easy, float hard)
{
    float losses[N];
    for (int i = 0; i < N; i++)
        losses[i] = i < EASY ? easy : hard;
    struct pruner_pass pass = rehearsal_pass(r, 0, 1, true, NULL);
    struct err err;
    cr_assert_null(pass.losses, "a sample's own loss is not looked at");
    pass.batch_losses = losses;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

Test(bls_infobatch, drops_below_the_mean_score_and_weighs_up)
{
    struct rehearsal r = begin(0.75);
    struct err err;
    observe(&r, 2, 1);
    observe(&r, 0.5f, 3); /* scores .23 and .39: the order of the second epoch's losses wins */
    const float *scores = r.run->state;
    cr_assert_float_eq(scores[0], 0.23f, 1e-6f, "%g", (double)scores[0]);
    cr_assert_float_eq(scores[N - 1], 0.39f, 1e-6f, "%g", (double)scores[N - 1]);
    cr_assert_eq(pruner_select(r.run, 2, &r.selection, &err), 0, "%s", err.text);
    size_t easy = 0, hard = 0;
    for (size_t j = 0; j < r.selection.count; j++) {
        const bool is_easy = r.selection.index[j] < EASY;
        easy += is_easy;
        hard += !is_easy;
        cr_assert_eq(r.selection.weight[j], is_easy ? 4.0f : 1.0f, "%g",
                     (double)r.selection.weight[j]);
    }
    cr_assert_eq(hard, (size_t)(N - EASY), "%zu hard ones", hard);
    cr_assert(easy > 0 && easy < EASY, "%zu easy ones", easy);
    rehearsal_end(&r);
}

/* One batch, one loss: nothing tells two of its samples apart. */
Test(bls_infobatch, one_batch_for_all_keeps_all)
{
    struct rehearsal r = begin(0.9);
    struct err err;
    observe(&r, 0.7f, 0.7f);
    observe(&r, 0.1f, 0.1f);
    cr_assert_eq(pruner_select(r.run, 2, &r.selection, &err), 0, "%s", err.text);
    cr_assert_eq(r.selection.count, (size_t)N, "%zu kept", r.selection.count);
    rehearsal_end(&r);
}

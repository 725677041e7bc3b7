/* The harness's side of the contract, with pruners made for the purpose, most of them wrong. */
#include "pruners/select.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <string.h>

enum { N = 8, KEEP = 4 };

static struct rehearsal begin(const struct pruner *pruner, double rate, int epochs)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner,
        .n = N,
        .classes = 2,
        .rate = rate,
        .epochs = epochs,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* ---- Wrong pruners: each keeps 0..3 of 8 but for one mistake ---- */

static void keep_first(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    (void)rng;
    select_all(run->task.n, ret_selection);
    ret_selection->count = run->task.keep;
}

static void keep_one_too_few(struct pruner_run *run, struct rng *rng,
                             struct pruner_selection *ret_selection)
{
    keep_first(run, rng, ret_selection);
    ret_selection->count--;
}

static void keep_one_too_many(struct pruner_run *run, struct rng *rng,
                              struct pruner_selection *ret_selection)
{
    keep_first(run, rng, ret_selection);
    ret_selection->count++;
}

static void keep_none(struct pruner_run *run, struct rng *rng,
                      struct pruner_selection *ret_selection)
{
    (void)run;
    (void)rng;
    ret_selection->count = 0;
}

static void keep_twice(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    keep_first(run, rng, ret_selection);
    ret_selection->index[3] = 1;
}

static void keep_out_of_range(struct pruner_run *run, struct rng *rng,
                              struct pruner_selection *ret_selection)
{
    keep_first(run, rng, ret_selection);
    ret_selection->index[2] = N;
}

static void weigh_nan(struct pruner_run *run, struct rng *rng,
                      struct pruner_selection *ret_selection)
{
    keep_first(run, rng, ret_selection);
    ret_selection->weight[3] = NAN;
}

static void weigh_negative(struct pruner_run *run, struct rng *rng,
                           struct pruner_selection *ret_selection)
{
    keep_first(run, rng, ret_selection);
    ret_selection->weight[3] = -0.5f;
}

static void score_nan(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] = i == 5 ? NAN : 1;
}

static void expect_refused(const char *name, unsigned flags,
                           void (*choose)(struct pruner_run *, struct rng *,
                                          struct pruner_selection *),
                           const char *expected)
{
    const struct pruner wrong = {
        .name = name,
        .kind = PRUNER_STATIC,
        .flags = flags,
        .choose = choose,
    };
    struct rehearsal r = begin(&wrong, 0.5, 1);
    struct err err;
    r.selection.count = 77;
    r.selection.index[0] = 88;
    r.selection.weight[0] = 99;
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), -1, "%s passes", name);
    cr_assert_str_eq(err.text, expected, "%s", err.text);
    cr_assert(r.selection.count == 77 && r.selection.index[0] == 88 && r.selection.weight[0] == 99,
              "touched on failure: %zu %u %g", r.selection.count, r.selection.index[0],
              (double)r.selection.weight[0]);
    rehearsal_end(&r);
}

Test(pruner, wrong_budgets_are_refused_by_name)
{
    expect_refused("too-few", 0, keep_one_too_few,
                   "too-few: bug: kept 3 samples before epoch 0, expected 4");
    expect_refused("too-many", 0, keep_one_too_many,
                   "too-many: bug: kept 5 samples before epoch 0, expected 4");
    expect_refused("none", PRUNER_SOFT_BUDGET, keep_none,
                   "none: bug: kept 0 samples before epoch 0, expected 1 to 8");
}

Test(pruner, wrong_indices_are_refused_by_name)
{
    expect_refused("twice", 0, keep_twice, "twice: bug: kept sample 1 twice before epoch 0");
    expect_refused("outside", 0, keep_out_of_range,
                   "outside: bug: kept sample 8 of 8 before epoch 0");
}

Test(pruner, wrong_weights_are_refused_by_name)
{
    expect_refused("nan", 0, weigh_nan, "nan: bug: weight nan of sample 3 before epoch 0");
    expect_refused("negative", 0, weigh_negative,
                   "negative: bug: weight -0.5 of sample 3 before epoch 0");
}

Test(pruner, wrong_scores_are_refused_by_name)
{
    const struct pruner wrong = {.name = "nan-score", .kind = PRUNER_STATIC, .score = score_nan};
    struct rehearsal r = begin(&wrong, 0.5, 1);
    struct err err;
    cr_assert_eq(pruner_score(r.run, &err), -1, "a NaN score passes");
    cr_assert_str_eq(err.text, "nan-score: bug: the score of sample 5 is nan", "%s", err.text);
    cr_assert_null(r.run->scores);
    rehearsal_end(&r);
}

/* ---- Right ones ---- */

static void score_by_index(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] = (float)i;
}

/* Known trap: the interface speaks of those that stay, and a higher score stays. */
Test(pruner, kept_ids_are_returned_not_pruned_ones)
{
    const struct pruner by_index = {.name = "x", .kind = PRUNER_STATIC, .score = score_by_index};
    struct rehearsal r = begin(&by_index, 0.75, 1);
    struct err err;
    cr_assert_eq(rehearsal_run(&r, &err), 0, "%s", err.text);
    cr_assert_eq(r.selection.count, (size_t)2, "%zu kept", r.selection.count);
    cr_assert(r.selection.index[0] == 6 && r.selection.index[1] == 7, "kept %u and %u",
              r.selection.index[0], r.selection.index[1]);
    rehearsal_end(&r);
}

static void keep_backwards(struct pruner_run *run, struct rng *rng,
                           struct pruner_selection *ret_selection)
{
    (void)rng;
    ret_selection->count = run->task.keep;
    for (uint32_t j = 0; j < run->task.keep; j++) {
        ret_selection->index[j] = N - 1 - j;
        ret_selection->weight[j] = (float)(KEEP - 1 - j); /* 0 is a weight, too */
    }
}

Test(pruner, weights_follow_their_samples_when_sorted)
{
    const struct pruner backwards = {
        .name = "x", .kind = PRUNER_STATIC, .flags = PRUNER_WEIGHS, .choose = keep_backwards};
    struct rehearsal r = begin(&backwards, 0.5, 1);
    struct err err;
    cr_assert_eq(rehearsal_run(&r, &err), 0, "%s", err.text);
    for (uint32_t j = 0; j < KEEP; j++) {
        cr_assert_eq(r.selection.index[j], KEEP + j, "%u at %u", r.selection.index[j], j);
        cr_assert_eq(r.selection.weight[j], (float)j, "weight %g of sample %u",
                     (double)r.selection.weight[j], r.selection.index[j]);
    }
    rehearsal_end(&r);
}

Test(pruner, weights_are_for_those_that_declare_them)
{
    const struct pruner backwards = {.name = "x", .kind = PRUNER_STATIC, .choose = keep_backwards};
    struct rehearsal r = begin(&backwards, 0.5, 1);
    struct err err;
    cr_assert_eq(rehearsal_run(&r, &err), -1);
    cr_assert_str_eq(err.text, "x: bug: weight 3 of sample 7 before epoch 0", "%s", err.text);
    rehearsal_end(&r);
}

static int refuse(const void *options, const struct pruner_task *task, struct err *err)
{
    (void)options;
    return err_set(err, "%zu samples are not enough", task->n);
}

Test(pruner, refusals_of_check_carry_the_name)
{
    const struct pruner strict = {
        .name = "strict", .kind = PRUNER_STATIC, .check = refuse, .choose = keep_first};
    const struct rehearsal_plan plan = {.pruner = &strict, .n = N, .classes = 2, .epochs = 1};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), -1);
    cr_assert_str_eq(err.text, "strict: 8 samples are not enough", "%s", err.text);
}

/* ---- Annealing ---- */

static enum pruner_due due_in_even_epochs(const struct pruner_run *run, int epoch)
{
    (void)run;
    return epoch % 2 == 0 ? DUE_SELECT : DUE_NO;
}

static double anneal_all(const struct pruner_run *run)
{
    (void)run;
    return 1;
}

static double anneal_third(const struct pruner_run *run)
{
    (void)run;
    return 1.0 / 3;
}

static void keep_all(struct pruner_run *run, struct rng *rng,
                     struct pruner_selection *ret_selection)
{
    (void)rng;
    select_all(run->task.n, ret_selection);
}

Test(pruner, annealing_is_done_by_the_harness)
{
    const struct pruner p = {
        .name = "x",
        .kind = PRUNER_DYNAMIC,
        .due = due_in_even_epochs,
        .anneal = anneal_third,
        .choose = keep_first,
    };
    struct rehearsal r = begin(&p, 0.5, 7); /* round(7 / 3) = 2: epochs 5 and 6 */
    static const enum pruner_due expected[] = {DUE_SELECT, DUE_NO,     DUE_SELECT, DUE_NO,
                                               DUE_SELECT, DUE_SELECT, DUE_NO};
    struct err err;
    for (int epoch = 0; epoch < 7; epoch++) {
        cr_assert_eq(pruner_due(r.run, epoch), expected[epoch], "epoch %d: due %d, expected %d",
                     epoch, (int)pruner_due(r.run, epoch), (int)expected[epoch]);
        cr_assert_eq(rehearsal_epoch(&r, epoch, &err), 0, "%s", err.text);
        const size_t kept = epoch < 5 ? KEEP : N;
        cr_assert_eq(r.selection.count, kept, "epoch %d: %zu kept, expected %zu", epoch,
                     r.selection.count, kept);
    }
    rehearsal_end(&r);
}

/* Keeping everything is allowed where annealing was declared, and nowhere else. */
Test(pruner, keeping_all_before_annealing_is_refused)
{
    const struct pruner p = {
        .name = "greedy",
        .kind = PRUNER_DYNAMIC,
        .due = due_in_even_epochs,
        .anneal = anneal_third,
        .choose = keep_all,
    };
    struct rehearsal r = begin(&p, 0.5, 7);
    struct err err;
    cr_assert_eq(pruner_select(r.run, 4, &r.selection, &err), -1);
    cr_assert_str_eq(err.text, "greedy: bug: kept 8 samples before epoch 4, expected 4", "%s",
                     err.text);
    cr_assert_eq(pruner_select(r.run, 5, &r.selection, &err), 0, "%s", err.text);
    rehearsal_end(&r);
}

Test(pruner, annealing_may_be_all_there_is)
{
    const struct pruner p = {
        .name = "x",
        .kind = PRUNER_DYNAMIC,
        .due = due_in_even_epochs,
        .anneal = anneal_all,
        .choose = keep_first,
    };
    struct rehearsal r = begin(&p, 0.5, 2);
    cr_assert_eq(pruner_due(r.run, 0), DUE_SELECT);
    cr_assert_eq(pruner_due(r.run, 1), DUE_NO);
    rehearsal_end(&r);
}

/* ---- What is handed over ---- */

static void ignore_pass(struct pruner_run *run, const struct pruner_pass *pass)
{
    (void)run;
    (void)pass;
}

static const struct pruner validating = {
    .name = "validating",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LOSSES | NEEDS_VALIDATION,
    .observe = ignore_pass,
    .score = score_by_index,
};

Test(pruner, validation_arrays_are_checked_too)
{
    struct rehearsal r = begin(&validating, 0.5, 1);
    const float losses[3] = {1, -INFINITY, 2};
    const struct pruner_pass validation = {.n = 3, .run = 2, .epoch = 5, .losses = losses};
    struct pruner_pass pass = rehearsal_pass(&r, 2, 5, false, NULL);
    pass.validation = &validation;
    struct err err;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), -1);
    cr_assert_str_eq(err.text,
                     "validating: proxy 2: validation losses of sample 1: -inf after epoch 5", "%s",
                     err.text);
    rehearsal_end(&r);
}

Test(pruner, a_missing_array_ends_the_process, .signal = SIGABRT)
{
    struct rehearsal r = begin(pruner_find("ucb"), 0.5, 1);
    struct pruner_pass pass = rehearsal_pass(&r, 0, 1, false, NULL);
    pass.losses = NULL;
    pruner_observe(r.run, &pass, NULL);
}

/* ---- The registry ---- */

Test(pruner, registry_ends_and_finds)
{
    size_t count = 0;
    while (pruner_at(count))
        count++;
    cr_assert_gt(count, (size_t)0);
    cr_assert_null(pruner_at(count + 1));
    cr_assert_null(pruner_find("no-such-pruner"));
    cr_assert_null(pruner_find(""));
}

Test(pruner, end_takes_null)
{
    pruner_end(NULL);
}

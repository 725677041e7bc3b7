#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <string.h>

enum { N = 6, EPOCHS = 6 };

static struct rehearsal begin(const char *options, int epochs)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("forgetting"),
        .options = options,
        .n = N,
        .classes = 2,
        .rate = 0.5,
        .epochs = epochs,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/* Shows one run. Line i tells of sample i, letter e of its presentation in epoch e: '1' right, '0'
   wrong, '-' not presented. */
static void show(struct rehearsal *r, int run, const char *const *lines)
{
    struct err err;
    for (int epoch = 0; lines[0][epoch]; epoch++) {
        uint8_t correct[N], seen[N];
        for (int i = 0; i < N; i++) {
            correct[i] = lines[i][epoch] == '1';
            seen[i] = lines[i][epoch] != '-';
        }
        struct pruner_pass pass = rehearsal_pass(r, run, epoch + 1, true, seen);
        pass.correct = correct;
        cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
    }
}

static void expect_scores(struct rehearsal *r, const float *expected)
{
    struct err err;
    cr_assert_eq(pruner_score(r->run, &err), 0, "%s", err.text);
    for (int i = 0; i < N; i++)
        cr_assert_eq(r->run->scores[i], expected[i], "sample %d: %g, expected %g", i,
                     (double)r->run->scores[i], (double)expected[i]);
    rehearsal_end(r);
}

Test(forgetting, counts_flips_from_right_to_wrong)
{
    static const char *const lines[N] = {
        "011010", /* the worked example */
        "111111", /* never forgotten */
        "000001", /* learned at last */
        "101010", /* as often as can be */
        "100000", /* once, and never again */
        "010001",
    };
    struct rehearsal r = begin(NULL, EPOCHS);
    show(&r, 0, lines);
    expect_scores(&r, (const float[]){2, 0, 0, 3, 1, 1});
}

/* Known trap: no flips is what both the easiest and the hardest samples have. */
Test(forgetting, never_learned_is_the_maximum_not_zero)
{
    static const char *const lines[N] = {"101010", "000000", "111111",
                                         "000000", "010101", "110110"};
    struct rehearsal r = begin(NULL, EPOCHS);
    show(&r, 0, lines);
    struct err err;
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    const float never = r.run->scores[1];
    cr_assert_eq(never, r.run->scores[3]);
    for (int i = 0; i < N; i++)
        if (i != 1 && i != 3)
            cr_assert_lt(r.run->scores[i], never, "sample %d: %g, never learned: %g", i,
                         (double)r.run->scores[i], (double)never);
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
    cr_assert_eq(r.selection.count, (size_t)3);
    cr_assert(r.selection.index[0] == 0 && r.selection.index[1] == 1 && r.selection.index[2] == 3,
              "kept %u %u %u", r.selection.index[0], r.selection.index[1], r.selection.index[2]);
    rehearsal_end(&r);
}

Test(forgetting, one_epoch_tells_learned_from_never_learned)
{
    static const char *const lines[N] = {"1", "0", "1", "0", "1", "0"};
    struct rehearsal r = begin(NULL, 1);
    show(&r, 0, lines);
    expect_scores(&r, (const float[]){0, 1, 0, 1, 0, 1});
}

/* Successive presentations, wherever epochs lie between them. */
Test(forgetting, absence_is_no_presentation)
{
    static const char *const lines[N] = {"1--0--", "1-1-1-", "--0--1",
                                         "------", "1--0-1", "-1-0-0"};
    struct rehearsal r = begin(NULL, EPOCHS);
    show(&r, 0, lines);
    expect_scores(&r, (const float[]){1, 0, 0, EPOCHS, 1, 1});
}

Test(forgetting, runs_are_averaged_and_do_not_run_into_each_other)
{
    static const char *const first[N] = {"101", "111", "000", "001", "011", "110"};
    static const char *const second[N] = {"011", "000", "000", "101", "010", "111"};
    struct rehearsal r = begin("runs=2", 3);
    show(&r, 0, first);
    show(&r, 1, second); /* sample 0 ends right and begins wrong: another network, no flip */
    expect_scores(&r, (const float[]){0.5f, 1.5f, 3, 0.5f, 0.5f, 0.5f});
}

Test(forgetting, watches_the_whole_training_unless_told)
{
    struct rehearsal r = begin(NULL, EPOCHS);
    struct pruner_watch watch = pruner_watch(r.run);
    cr_assert(watch.runs == 1 && watch.epochs == EPOCHS, "%d runs, %d epochs", watch.runs,
              watch.epochs);
    cr_assert(watch.training && watch.pass_every == -1, "training %d, passes %d", watch.training,
              watch.pass_every);
    rehearsal_end(&r);
    r = begin("epochs=2 runs=3", EPOCHS);
    watch = pruner_watch(r.run);
    cr_assert(watch.runs == 3 && watch.epochs == 2, "%d runs, %d epochs", watch.runs, watch.epochs);
    rehearsal_end(&r);
}

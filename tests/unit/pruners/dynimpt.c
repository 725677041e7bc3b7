#include "pruners/outlook.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <float.h>

static struct rehearsal begin(const char *options, size_t n, int classes, double rate, int epochs)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find("dynimpt"),
                                        .options = options,
                                        .n = n,
                                        .classes = classes,
                                        .rate = rate,
                                        .epochs = epochs};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void observe(struct rehearsal *r, const float *losses, const uint8_t *seen)
{
    struct pruner_pass pass = rehearsal_pass(r, 0, 1, true, seen);
    struct err err;
    pass.losses = losses;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

static void expect(struct rehearsal *r, int epoch, size_t count, const uint32_t *index)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
    cr_assert_eq(r->selection.count, count, "epoch %d: %zu kept, not %zu", epoch,
                 r->selection.count, count);
    for (size_t j = 0; j < count; j++)
        cr_assert_eq(r->selection.index[j], index[j], "epoch %d: %u in place of %u", epoch,
                     r->selection.index[j], index[j]);
}

static const uint32_t all[] = {0, 1, 2, 3};

/* Scores 1, 1, 4/3, 2, as the header has them. */
static void expect_kept(const char *options, const uint32_t *index)
{
    struct rehearsal r = begin(options, 4, 1, 0.5, 30);
    observe(&r, (const float[]){1, 2, 4, 4}, NULL);
    expect(&r, 1, 4, all);
    observe(&r, (const float[]){1, 1, 2, 4}, NULL);
    expect(&r, 2, 2, index);
    rehearsal_end(&r);
}

Test(dynimpt, worked_example)
{
    expect_kept("W=2", (const uint32_t[]){0, 2});
    expect_kept("W=2 keep=hard", (const uint32_t[]){2, 3});
    expect_kept("W=2 keep=easy", (const uint32_t[]){0, 1});
}

Test(dynimpt, who_was_out_keeps_its_loss_and_the_window_slides)
{
    const uint8_t seen[] = {1, 1, 1, 0};
    struct rehearsal r = begin("W=2", 4, 1, 0.5, 30);
    observe(&r, (const float[]){9, 50, 0, 7}, NULL);
    observe(&r, (const float[]){1, 2, 4, 4}, NULL);
    /* Sample 3 had 4 and still has: as in the worked example, the first epoch forgotten. */
    observe(&r, (const float[]){1, 1, 2, 0}, seen);
    expect(&r, 3, 2, (const uint32_t[]){0, 2});
    rehearsal_end(&r);
}

Test(dynimpt, each_class_keeps_its_share)
{
    /* Classes alternate; those of class 1 are all harder. */
    const float losses[] = {1, 11, 2, 12, 3, 13, 4, 14};
    struct rehearsal r = begin("W=2", 8, 2, 0.5, 30);
    observe(&r, losses, NULL);
    observe(&r, losses, NULL);
    expect(&r, 2, 4, (const uint32_t[]){2, 3, 4, 5});
    rehearsal_end(&r);
}

Test(dynimpt, whole_epochs)
{
    const float losses[] = {1, 2, 3, 4};
    struct rehearsal r = begin("W=2 full_every=4", 4, 1, 0.5, 30);
    for (int epoch = 0; epoch < 12; epoch++) {
        struct err err;
        cr_assert_eq(pruner_select(r.run, epoch, &r.selection, &err), 0, "%s", err.text);
        const bool whole = epoch < 2 || epoch % 4 == 3;
        cr_assert_eq(r.selection.count, whole ? (size_t)4 : 2, "epoch %d: %zu", epoch,
                     r.selection.count);
        observe(&r, losses, NULL);
    }
    rehearsal_end(&r);
    r = begin("W=2 full_every=0", 4, 1, 0.5, 30);
    observe(&r, losses, NULL);
    observe(&r, losses, NULL);
    expect(&r, 19, 2, (const uint32_t[]){1, 2});
    rehearsal_end(&r);
}

/* Of equal losses no measure says anything; huge ones have a range that no float holds. */
Test(dynimpt, equal_and_huge_losses)
{
    const float equal[] = {2, 2, 2, 2}, huge[] = {0, FLT_MAX, 1, FLT_MAX};
    struct rehearsal r = begin("W=2 keep=hard", 4, 1, 0.5, 30);
    observe(&r, equal, NULL);
    observe(&r, equal, NULL);
    expect(&r, 2, 2, (const uint32_t[]){0, 1});
    observe(&r, huge, NULL);
    expect(&r, 3, 2, (const uint32_t[]){1, 3});
    rehearsal_end(&r);
}

Test(dynimpt, tells_that_its_window_is_never_full)
{
    const struct {
        int epochs;
        const char *note;
    } cases[] = {{5, "its window of 5 epochs is not full before the end of 5: all are kept\n"},
                 {6, ""}};
    struct rehearsal r = begin(NULL, 4, 1, 0.5, 6);
    for (size_t c = 0; c < 2; c++) {
        struct pruner_outlook outlook;
        struct str lines = {0};
        cr_assert(pruner_foresee(r.run->pruner, r.options, 0.5, cases[c].epochs, &outlook));
        outlook_notes(&outlook, 100, &lines);
        cr_assert_str_eq(str_text(&lines), cases[c].note, "%s", str_text(&lines));
        str_release(&lines);
    }
    rehearsal_end(&r);
}

/* What a pruner cannot do in a training, told from its contract: one test for each kind. */
#include "pruners/outlook.h"

#include "base/mem.h"
#include "base/str.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { LARGEST = 256 };

/* Lines about a pruner, whose options are texts as in {"period", "3"}, NULL at the end. */
static void expect_notes(const char *name, const char *const (*options)[2], double rate, int epochs,
                         size_t n, const char *wanted)
{
    _Alignas(16) unsigned char values[LARGEST] = {0};
    const struct pruner *pruner = pruner_find(name);
    struct pruner_outlook outlook;
    struct str lines = {0};
    struct arena arena = {0};
    struct err err;
    cr_assert(pruner && pruner->options_size <= LARGEST, "%s", name);
    if (pruner->options)
        option_defaults(pruner->options, values);
    for (size_t i = 0; options && options[i][0]; i++)
        cr_assert_eq(option_set(option_find(pruner->options, options[i][0]), values, options[i][1],
                                &arena, &err),
                     0, "%s", err.text);
    cr_assert(pruner_foresee(pruner, pruner->options_size ? values : NULL, rate, epochs, &outlook));
    outlook_notes(&outlook, n, &lines);
    cr_expect_str_eq(str_text(&lines), wanted, "%s, rate %g, %d epochs:\n%sexpected\n%s", name,
                     rate, epochs, str_text(&lines), wanted);
    str_release(&lines);
    arena_release(&arena);
}

Test(outlook, a_period_beyond_the_training_chooses_once)
{
    expect_notes("random-dynamic", NULL, 0.5, 8, 0,
                 "chooses once in 8 epochs (period 10): the same as random\n");
    expect_notes("random-dynamic", NULL, 0.5, 10, 0,
                 "chooses once in 10 epochs (period 10): the same as random\n");
    expect_notes("random-dynamic", NULL, 0.5, 11, 0, "");
    expect_notes("random-dynamic", (const char *const[][2]){{"period", "4"}, {0}}, 0.5, 8, 0, "");
    /* random has steps of another size. */
    expect_notes("random-dynamic", (const char *const[][2]){{"quota", "batch"}, {0}}, 0.5, 8, 0,
                 "chooses once in 8 epochs (period 10)\n");
    /* With epochs on all data it is no other pruner. */
    expect_notes("random-dynamic", (const char *const[][2]){{"anneal", "0.25"}, {0}}, 0.5, 8, 0,
                 "chooses once in 8 epochs (period 10)\n");
    expect_notes("ucb", NULL, 0.5, 8, 0,
                 "chooses once in 8 epochs (period 10), by an untrained network\n");
    expect_notes("epsilon-greedy", (const char *const[][2]){{"scores", "train"}, {0}}, 0.5, 8, 0,
                 "chooses once in 8 epochs (period 10), before it has seen the samples\n");
    /* What chooses inside batches goes on choosing. */
    expect_notes("progressive-dropout", NULL, 0, 8, 0, "");
    expect_notes("proxy-filter", NULL, 0.5, 1, 0, "");
}

Test(outlook, a_proxy_longer_than_the_training_is_counted_in_trainings)
{
    expect_notes("tdds", NULL, 0.5, 8, 0,
                 "its proxy trains for 90 epochs, the cell itself for 8: scoring costs 11.2 "
                 "trainings\n");
    expect_notes("tdds", NULL, 0.5, 90, 0, "");
    /* 2 proxies of 92 epochs are 23 trainings of 8. */
    expect_notes("el2n", (const char *const[][2]){{"runs", "2"}, {"at", "92"}, {0}}, 0.5, 8, 0,
                 "its proxies train for 92 epochs, the cell itself for 8: scoring costs 23 "
                 "trainings\n");
    expect_notes("forgetting", NULL, 0.5, 8, 0, "");
    expect_notes("ccs", (const char *const[][2]){{"score", "el2n"}, {"score_options", "at=9"}, {0}},
                 0.5, 8, 0,
                 "its proxies train for 9 epochs, the cell itself for 8: scoring costs 11.2 "
                 "trainings\n");
}

Test(outlook, a_budget_that_whole_epochs_do_not_meet_is_told_with_its_samples)
{
    expect_notes("full-short", NULL, 0.9, 5, 1000,
                 "rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 1000 samples instead of 500, 2 "
                 "times the budget\n");
    expect_notes("full-short", NULL, 0.9, 5, 0,
                 "rate 0.9 leaves 0.5 of 5 epochs, but it trains 1: 2 times the budget\n");
    expect_notes("full-short", NULL, 0.3, 3, 1000,
                 "rate 0.3 leaves 2.1 of 3 epochs, but it trains 2: 2000 samples instead of 2100, "
                 "0.952 times the budget\n");
    for (int tenths = 1; tenths < 10; tenths++)
        expect_notes("full-short", NULL, tenths / 10.0, 30, 1000, "");
    expect_notes("random", NULL, 0.9, 5, 1000, "");
}

Test(outlook, a_rate_that_leaves_nothing_out_is_full_data)
{
    expect_notes("random", NULL, 0, 8, 0, "rate 0 leaves nothing out: the same as full\n");
    expect_notes("rs2", NULL, 0, 8, 0, "rate 0 leaves nothing out: the same as full\n");
    expect_notes("full-short", NULL, 0, 8, 0, "rate 0 leaves nothing out: the same as full\n");
    expect_notes("random", NULL, 0.001, 8, 400,
                 "rate 0.001 of 400 samples rounds to none: the same as full\n");
    expect_notes("random", NULL, 0.001, 8, 4000, "");
    expect_notes("full", NULL, 0, 8, 0, "");
    expect_notes("seta", NULL, 0, 20, 0, "");
}

Test(outlook, epochs_on_all_data_that_round_to_none_or_all)
{
    expect_notes("infobatch", NULL, 0.5, 3, 0,
                 "the last 0.125 of the epochs should use all data, but of 3 that is none\n");
    expect_notes("infobatch", NULL, 0.5, 8, 0, "");
    expect_notes("rs2", (const char *const[][2]){{"anneal", "0.9"}, {0}}, 0.5, 3, 0,
                 "all its epochs use all data: the same as full\n");
    expect_notes("progressive-dropout", NULL, 0, 1, 0,
                 "its only epoch uses all data: the same as full\n");
}

Test(outlook, windows_and_checkpoints_that_do_not_fit)
{
    expect_notes("dyn-unc", NULL, 0.5, 8, 0,
                 "windows of 10 epochs in a proxy of 8: there is one, "
                 "of all 8\n");
    expect_notes("dyn-unc", NULL, 0.5, 10, 0, "");
    expect_notes("dual", (const char *const[][2]){{"T", "5"}, {0}}, 0.5, 8, 0,
                 "windows of 10 epochs in a proxy of 5: there is one, of all 5\n");
    expect_notes("eva", NULL, 0.5, 12, 0,
                 "the late window, epochs 7 to 16, is cut short by a proxy of 12\n");
    expect_notes("eva", NULL, 0.5, 20, 0, "");
    expect_notes(
        "moso", (const char *const[][2]){{"epochs", "8"}, {0}}, 0.5, 8, 0,
        "a surrogate of 8 epochs has no room for 10 evenly spaced checkpoints: it has 8\n");
    expect_notes("ccs", (const char *const[][2]){{"score", "dyn-unc"}, {0}}, 0.5, 8, 0,
                 "dyn-unc: windows of 10 epochs in a proxy of 8: there is one, of all 8\n");
    expect_notes("forgetting", NULL, 0.5, 1, 0,
                 "a proxy of one epoch sees each sample once, so nothing can be forgotten\n");
    expect_notes("seta", NULL, 0, 1, 0,
                 "chooses once in 1 epoch, before it has seen the samples\n"
                 "its window does not open within 1 epoch: it only drops at random\n");
    expect_notes("orderdp", NULL, 0.1, 8, 0,
                 "a pool of 0.75 is no larger than what rate 0.1 keeps: the choice is uniform\n");
}

Test(outlook, options_that_a_sampler_does_not_read_are_told)
{
    expect_notes("uncertainty", (const char *const[][2]){{"skip", "0.2"}, {"mix", "0.1"}, {0}}, 0.5,
                 12, 0,
                 "skip changes nothing with sampler top; mix changes nothing with sampler top\n");
    expect_notes("uncertainty",
                 (const char *const[][2]){{"sampler", "window"}, {"skip", "0.2"}, {0}}, 0.5, 12, 0,
                 "");
    expect_notes("uncertainty", (const char *const[][2]){{"quota", "error"}, {0}}, 0.5, 12, 0, "");
    expect_notes("ccs", (const char *const[][2]){{"beta", "0.3"}, {"strata", "9"}, {0}}, 0.5, 12, 0,
                 "");
}

Test(outlook, options_that_are_refused_tell_nothing)
{
    _Alignas(16) unsigned char values[LARGEST] = {0};
    const struct pruner *pruner = pruner_find("ccs");
    struct pruner_outlook outlook;
    struct arena arena = {0};
    struct err err;
    option_defaults(pruner->options, values);
    cr_assert_eq(option_set(option_find(pruner->options, "score_options"), values, "nothing=1",
                            &arena, &err),
                 0);
    cr_expect_not(pruner_foresee(pruner, values, 0.5, 8, &outlook));
    arena_release(&arena);
}

/*
 * Faults of well-known programs, which must not become ours. What other files hold already: TDDS's
 * window that never slides and AUM that starts anew each epoch (DUAL's copies): trajectories.c
 * GLISTER's gradient that is never refreshed (DeepCore): glister.c the last window that does not
 * count (BAAI's dyn-unc): ../../golden/pruners/trajectories.py a mask by position in the epoch
 * (AdaPruner): ../harness/train/proxies.c, train.c a learning rate by the loss in the place of the
 * epoch (progressive dropout): ../harness/train/train.c
 */
#include "pruners/sampler.h"
#include "tests/support/rehearsal.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { N = 40, CLASSES = 4 };

static struct rehearsal begin(const char *pruner, const char *options, double rate, int epochs,
                              uint64_t seed)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find(pruner),
                                        .options = options,
                                        .n = N,
                                        .classes = CLASSES,
                                        .rate = rate,
                                        .epochs = epochs,
                                        .seed = seed};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s: %s", pruner, err.text);
    cr_assert_eq(rehearsal_score(&r, &err), 0, "%s: %s", pruner, err.text);
    return r;
}

static void run_epoch(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(rehearsal_epoch(r, epoch, &err), 0, "%s", err.text);
}

/* InfoBatch sets them back to 1 where the epoch's number equals .875 E: of 30 epochs, never. */
Test(faults, weights_are_set_back_where_no_whole_number_of_epochs_prunes)
{
    const char *const pruners[] = {"infobatch", "bls-infobatch"};
    for (size_t p = 0; p < sizeof pruners / sizeof *pruners; p++) {
        struct rehearsal r = begin(pruners[p], NULL, 0.5, 30, 1);
        bool weighed = false;
        for (int epoch = 0; epoch < 30; epoch++) {
            run_epoch(&r, epoch);
            bool all_one = r.selection.count == N;
            for (size_t j = 0; j < r.selection.count; j++)
                all_one = all_one && r.selection.weight[j] == 1;
            weighed = weighed || (epoch < 26 && !all_one);
            cr_expect(epoch < 26 || all_one, "%s: epoch %d of 30", pruners[p], epoch);
        }
        cr_expect(weighed, "%s weighs nothing", pruners[p]);
        rehearsal_end(&r);
    }
}

/* InfoBatch seeds its subset by the epoch's number alone. A rehearsal's losses are the same at any
   seed, so that only draws can tell two apart. */
Test(faults, subsets_of_an_epoch_differ_with_the_seed)
{
    const char *const pruners[] = {"infobatch", "bls-infobatch", "seta",          "bls-seta",
                                   "orderdp",   "rs2",           "random-dynamic"};
    for (size_t p = 0; p < sizeof pruners / sizeof *pruners; p++) {
        struct rehearsal a = begin(pruners[p], NULL, 0.5, 8, 1),
                         b = begin(pruners[p], NULL, 0.5, 8, 2);
        int differing = 0;
        for (int epoch = 0; epoch < 4; epoch++) {
            run_epoch(&a, epoch);
            run_epoch(&b, epoch);
            differing += a.selection.count != b.selection.count ||
                         memcmp(a.selection.index, b.selection.index,
                                a.selection.count * sizeof *a.selection.index) != 0;
        }
        cr_expect_geq(differing, 3, "%s: %d of 4 epochs", pruners[p], differing);
        rehearsal_end(&a);
        rehearsal_end(&b);
    }
}

/* MoSo picks by class from scores with 0 for all others: where a class has negative scores, others'
   samples win. */
Test(faults, a_class_of_negative_scores_keeps_samples_of_its_own)
{
    const char *const by_class[] = {"balance=class", "quota=size"};
    for (int i = 0; i < 2; i++) {
        char path[512], options[640];
        struct str text = {0};
        int kept[CLASSES] = {0};
        snprintf(path, sizeof path, "%s/scores", test_dir());
        str_add(&text, "index,score\n");
        for (int s = 0; s < N; s++)
            str_addf(&text, "%d,%d\n", s, s % CLASSES == 2 ? -100 - s : s);
        test_write_file(path, str_text(&text));
        str_release(&text);
        snprintf(options, sizeof options, "path=%s %s", path, by_class[i]);
        struct rehearsal r = begin("file", options, 0.7, 4, 1);
        run_epoch(&r, 0);
        for (size_t j = 0; j < r.selection.count; j++)
            kept[r.selection.index[j] % CLASSES]++;
        for (int c = 0; c < CLASSES; c++)
            cr_expect_eq(kept[c], 3, "%s: %d of class %d", by_class[i], kept[c], c);
        rehearsal_end(&r);
    }
}

/* UGIES draws with replacement, so that samples come twice, and its sign is the other way round in
   one of its programs: at any temperature each is kept once, the higher more often. */
Test(faults, a_draw_by_score_takes_no_sample_twice_and_the_higher_more_often)
{
    enum { SEEDS = 200 };
    int low = 0, high = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin("uncertainty", "sampler=softmax temperature=2", 0.5, 4, seed);
        run_epoch(&r, 0);
        double kept = 0, all = 0;
        for (size_t j = 0; j < r.selection.count; j++) {
            cr_assert(j == 0 || r.selection.index[j - 1] < r.selection.index[j], "twice");
            kept += (double)r.run->scores[r.selection.index[j]] / (double)r.selection.count;
        }
        for (size_t i = 0; i < N; i++)
            all += (double)r.run->scores[i] / N;
        high += kept > all;
        low += kept < all;
        rehearsal_end(&r);
    }
    cr_expect_gt(high, 3 * low, "%d above the mean score, %d below", high, low);
}

/* DRoP takes full classes out of the list that it is walking along, and so passes over the next. */
Test(faults, classes_that_are_full_next_to_each_other_are_all_found)
{
    enum { KINDS = 4 };
    const double shares[KINDS] = {0.4, 0.4, 0.4, 0.1};
    const size_t sizes[KINDS] = {3, 4, 5, 20}, expected[KINDS] = {3, 4, 5, 8};
    uint16_t labels[32];
    size_t budgets[KINDS], n = 0;
    for (uint8_t c = 0; c < KINDS; c++)
        for (size_t i = 0; i < sizes[c]; i++)
            labels[n++] = c;
    sampler_budgets(&(struct pruner_task){.n = n, .classes = KINDS, .labels = labels, .keep = 20},
                    shares, budgets);
    for (size_t c = 0; c < KINDS; c++)
        cr_expect_eq(budgets[c], expected[c], "class %zu: %zu", c, budgets[c]);
}

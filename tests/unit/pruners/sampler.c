/* The ways of spending a budget on scores, on the pruner `file`: it has no other part. */
#include "pruners/sampler.h"
#include "tests/support/recording.h"
#include "tests/support/rehearsal.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, CLASSES = 2 };

/* Scores that fall with the index are 9, 8, ...; labels alternate. */
struct made {
    size_t n;
    float scores[MOST];
    uint16_t labels[MOST];
    double rate;
};

static struct made falling(size_t n, double rate)
{
    struct made made = {.n = n, .rate = rate};
    for (size_t i = 0; i < n; i++) {
        made.scores[i] = (float)(n - i);
        made.labels[i] = i % CLASSES;
    }
    return made;
}

/* ret_kept[n]: 1 where it is kept before the epoch. */
static void choose(const struct made *made, const char *options, uint64_t seed, int epoch,
                   uint8_t *ret_kept)
{
    char path[512], all[640], line[64];
    struct str text = {0};
    struct err err;
    snprintf(path, sizeof path, "%s/scores.csv", test_dir());
    str_add(&text, "index,score\n");
    for (size_t i = 0; i < made->n; i++) {
        snprintf(line, sizeof line, "%zu,%.9g\n", i, (double)made->scores[i]);
        str_add(&text, line);
    }
    test_write_file(path, str_text(&text));
    str_release(&text);
    snprintf(all, sizeof all, "path=%s %s", path, options);
    const struct rehearsal_plan plan = {.pruner = pruner_find("file"),
                                        .options = all,
                                        .n = made->n,
                                        .classes = CLASSES,
                                        .labels = made->labels,
                                        .rate = made->rate,
                                        .epochs = 4,
                                        .seed = seed};
    struct rehearsal r;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, epoch, &r.selection, &err), 0, "%s", err.text);
    memset(ret_kept, 0, made->n);
    for (size_t j = 0; j < r.selection.count; j++)
        ret_kept[r.selection.index[j]] = 1;
    rehearsal_end(&r);
}

/* "0 1 4" */
static void expect_kept(const struct made *made, const char *options, const char *expected)
{
    uint8_t kept[MOST];
    char found[256] = "";
    choose(made, options, 1, 0, kept);
    for (size_t i = 0; i < made->n; i++)
        if (kept[i])
            snprintf(found + strlen(found), sizeof found - strlen(found), "%s%zu",
                     found[0] ? " " : "", i);
    cr_expect_str_eq(found, expected, "%s: %s, not %s", options, found, expected);
}

/* How often each of n is kept in so many seeds. */
static void count_kept(const struct made *made, const char *options, int seeds, int *ret_counts)
{
    uint8_t kept[MOST];
    for (size_t i = 0; i < made->n; i++)
        ret_counts[i] = 0;
    for (int seed = 0; seed < seeds; seed++) {
        choose(made, options, (uint64_t)seed, 0, kept);
        for (size_t i = 0; i < made->n; i++)
            ret_counts[i] += kept[i];
    }
}

static void expect_share(const char *what, int count, int seeds, double share)
{
    const double stddev = sqrt(seeds * share * (1 - share));
    cr_expect_leq(fabs(count - seeds * share), 5 * stddev, "%s: %d of %d, not %g", what, count,
                  seeds, share);
}

Test(sampler, what_needs_no_draw)
{
    const struct made made = falling(10, 0.7);
    expect_kept(&made, "", "0 1 2");
    expect_kept(&made, "sampler=top", "0 1 2");
    expect_kept(&made, "sampler=bottom", "7 8 9");
    expect_kept(&made, "sampler=window skip=0.2", "2 3 4");
    expect_kept(&made, "sampler=window skip=0.25", "3 4 5"); /* halves up */
    expect_kept(&made, "sampler=window skip=1", "7 8 9");    /* as far as the budget goes */
    expect_kept(&made, "sampler=strata strata=1000 skip=0.2", "2 3 4");
    expect_kept(&made, "sampler=mixed mix=0", "0 1 2");
    expect_kept(&made, "sampler=softmax temperature=1e-6", "0 1 2");
    expect_kept(&made, "sampler=pool spare=0", "0 1 2");
}

Test(sampler, options_at_both_ends_keep_the_budget)
{
    for (size_t s = 0; sampler_at(s); s++)
        for (const struct option *o = sampler_at(s)->options; o && o->name; o++)
            for (int end = 0; end < 2 && o->type != OPTION_ENUM; end++)
                for (double rate = 0.1; rate < 1; rate += 0.4) {
                    const struct made made = falling(11, rate);
                    char options[96];
                    uint8_t kept[MOST]; /* choose() fails where the budget is not exact */
                    snprintf(options, sizeof options, "sampler=%s %s=%.17g", sampler_at(s)->name,
                             o->name, end ? o->max : o->min);
                    choose(&made, options, 1, 0, kept);
                    choose(&made, strcat(options, " quota=size"), 1, 0, kept);
                }
}

Test(sampler, quotas_by_size_hold_with_any_sampler)
{
    struct made made = falling(10, 0.4);
    for (size_t i = 0; i < 10; i++)
        made.labels[i] = i >= 6; /* 6 and 4: budgets 3.6 and 2.4, so 4 and 2 */
    expect_kept(&made, "quota=size", "0 1 2 3 6 7");
    expect_kept(&made, "balance=class", "0 1 2 3 6 7");
    expect_kept(&made, "quota=size sampler=bottom", "2 3 4 5 8 9");
    expect_kept(&made, "quota=size sampler=window skip=0.3", "2 3 4 5 7 8");
    for (size_t i = 0; sampler_at(i); i++) {
        char options[64];
        uint8_t kept[MOST];
        int first = 0, second = 0;
        snprintf(options, sizeof options, "quota=size sampler=%s", sampler_at(i)->name);
        choose(&made, options, 3, 0, kept);
        for (size_t j = 0; j < 10; j++)
            *(j >= 6 ? &second : &first) += kept[j];
        cr_expect(first == 4 && second == 2, "%s: %d and %d", options, first, second);
    }
}

Test(sampler, ties_go_by_the_file_or_by_the_seed)
{
    enum { SEEDS = 400 };
    const char *const samplers[] = {"top", "bottom"};
    struct made made = falling(10, 0.5);
    int counts[MOST];
    for (size_t i = 0; i < 10; i++) /* one is apart at each end, eight tie */
        made.scores[i] = i == 4 ? 2.0F : i == 7 ? 0.0F : 1.0F;
    expect_kept(&made, "", "0 1 2 3 4");
    expect_kept(&made, "sampler=bottom", "0 1 2 3 7");
    for (int s = 0; s < 2; s++) {
        char options[64];
        const size_t always = s == 0 ? 4 : 7, never = s == 0 ? 7 : 4;
        snprintf(options, sizeof options, "ties=random sampler=%s", samplers[s]);
        count_kept(&made, options, SEEDS, counts);
        for (size_t i = 0; i < 10; i++)
            expect_share(options, counts[i], SEEDS, i == always ? 1 : i == never ? 0 : 0.5);
    }
}

Test(sampler, flexrand_takes_half_of_the_budget_from_the_smaller_part)
{
    enum { SEEDS = 400 };
    static const struct {
        const char *options;
        double rate;
        size_t hard, of_hard, of_easy; /* of 10: how many are hard; kept of each part */
    } cases[] = {
        {"split=0.5", 0.6, 5, 2, 2},  {"split=0.3", 0.6, 7, 2, 2}, {"split=0.1", 0.4, 9, 5, 1},
        {"split=0.8", 0.2, 2, 2, 6},  {"split=0", 0.5, 10, 5, 0},  {"split=1", 0.5, 0, 0, 5},
        {"split=0.45", 0.1, 5, 5, 4}, /* .45 of 10 rounds to 5; half of 9 is 4 */
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const struct made made = falling(10, cases[c].rate);
        char options[64];
        int counts[MOST];
        snprintf(options, sizeof options, "sampler=flexrand %s", cases[c].options);
        count_kept(&made, options, SEEDS, counts);
        const size_t hard = cases[c].hard;
        for (size_t i = 0; i < 10; i++)
            expect_share(options, counts[i], SEEDS,
                         i < hard ? (double)cases[c].of_hard / (double)hard
                                  : (double)cases[c].of_easy / (double)(10 - hard));
    }
}

Test(sampler, mixed_draws_its_share_from_the_rest)
{
    enum { SEEDS = 400 };
    const struct made made = falling(10, 0.6);
    int counts[MOST];
    count_kept(&made, "sampler=mixed mix=0.5", SEEDS, counts);
    for (size_t i = 0; i < 10; i++)
        expect_share("half", counts[i], SEEDS, i < 2 ? 1 : 2.0 / 8);
    count_kept(&made, "sampler=mixed mix=1", SEEDS, counts);
    for (size_t i = 0; i < 10; i++)
        expect_share("random", counts[i], SEEDS, 0.4);
}

/* Of 2: the first of a draw without replacement, by hand. */
Test(sampler, softmax_is_a_draw_by_weight)
{
    enum { SEEDS = 2000 };
    struct made made = falling(2, 0.5);
    int counts[MOST];
    made.scores[0] = 3;
    made.scores[1] = 1; /* standard deviation 1, so z = 1 and -1 */
    count_kept(&made, "sampler=softmax temperature=2", SEEDS, counts);
    expect_share("e^.5 of e^.5 + e^-.5", counts[0], SEEDS, 1 / (1 + exp(-1.0)));
    made.scores[0] = 1; /* all alike */
    count_kept(&made, "sampler=softmax", SEEDS, counts);
    expect_share("even", counts[0], SEEDS, 0.5);
}

/* Two samples of easinesses 1/4 and 3/4 by rank, and scores 2 and 1; hardest 1/2, rate 1/2. */
Test(sampler, beta_weighs_by_score_and_density)
{
    enum { SEEDS = 2000 };
    const struct made made = falling(2, 0.5);
    int counts[MOST];
    count_kept(&made, "sampler=beta easing=1", SEEDS, counts);
    const double b = 15 * 0.5 * 0.5, a = 16 - b; /* 3.75, 12.25 */
    const double first = 2 * pow(0.25, a - 1) * pow(0.75, b - 1),
                 second = pow(0.75, a - 1) * pow(0.25, b - 1);
    expect_share("by weight", counts[0], SEEDS, first / (first + second));
}

Test(sampler, beta_lifts_scores_below_0)
{
    struct made made = falling(10, 0.5), lifted = made;
    uint8_t kept[MOST], as_lifted[MOST];
    for (size_t i = 0; i < 10; i++) {
        made.scores[i] -= 20;
        lifted.scores[i] -= 1; /* the lowest is 0 in both, then */
    }
    choose(&made, "sampler=beta", 1, 0, kept);
    choose(&lifted, "sampler=beta", 1, 0, as_lifted);
    cr_expect_arr_eq(kept, as_lifted, 10);
}

/* 20 of 40, and (1.8 - .5) .2 40 = 10.4 more: 30. */
Test(sampler, a_pool_is_drawn_from_anew_each_epoch)
{
    enum { N = 40, SEEDS = 300 };
    const struct made made = falling(N, 0.5);
    int counts[MOST];
    uint8_t before[MOST], now[MOST];
    count_kept(&made, "sampler=pool spare=0.2", SEEDS, counts);
    for (size_t i = 0; i < N; i++)
        expect_share("pool", counts[i], SEEDS, i < 30 ? 20.0 / 30 : 0);
    choose(&made, "sampler=pool spare=0.2", 1, 0, before);
    for (int epoch = 1; epoch < 4; epoch++) {
        choose(&made, "sampler=pool spare=0.2", 1, epoch, now);
        cr_expect(memcmp(before, now, N) != 0, "epoch %d", epoch);
        memcpy(before, now, N);
    }
}

Test(sampler, a_pool_makes_a_static_pruner_choose_before_each_epoch)
{
    const struct {
        const char *options;
        enum pruner_due later;
    } cases[] = {{"sampler=pool", DUE_SELECT}, {"sampler=beta", DUE_NO}};
    for (size_t c = 0; c < 2; c++) {
        const struct rehearsal_plan plan = {.pruner = pruner_find("el2n"),
                                            .options = cases[c].options,
                                            .n = 40,
                                            .classes = 2,
                                            .rate = 0.5,
                                            .epochs = 4};
        struct rehearsal r;
        struct err err;
        cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
        cr_expect_eq(pruner_due(r.run, 0), DUE_SELECT);
        for (int epoch = 1; epoch < 4; epoch++)
            cr_expect_eq(pruner_due(r.run, epoch), cases[c].later, "%s", cases[c].options);
        rehearsal_end(&r);
    }
}

/* ---- The published combinations ---- */

static void select_of(const char *pruner, const char *options, double rate,
                      struct pruner_selection *ret_selection)
{
    static struct recording recording;
    struct err err;
    if (recording.n == 0)
        recording_load(&recording);
    const struct rehearsal_plan plan = {.pruner = pruner_find(pruner),
                                        .options = options,
                                        .recording = &recording,
                                        .rate = rate,
                                        .epochs = recording.epochs,
                                        .seed = 7};
    struct rehearsal r;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s: %s", pruner, err.text);
    cr_assert_eq(rehearsal_score(&r, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
    *ret_selection = r.selection;
    r.selection = (struct pruner_selection){0};
    rehearsal_end(&r);
}

Test(sampler, a_published_method_is_its_score_with_its_sampler)
{
    static const struct {
        const char *method, *options, *score, *sampler;
    } pairs[] = {
        {"ccs", "", "aum", "margin=probabilities sampler=strata skip=0.1"},
        {"ccs", "balance=class beta=0.3 strata=4", "aum",
         "margin=probabilities sampler=strata skip=0.3 strata=4 balance=class"},
        {"ccs", "score=uncertainty score_options=at=3 quota=error", "uncertainty",
         "at=3 sampler=strata skip=0.1 quota=error"},
        {"dual", "T=9 J=3 beta=true", "dual", "T=9 J=3 sampler=beta"},
        {"dual", "T=9 J=3 beta=true cD=4 balance=class", "dual",
         "T=9 J=3 cD=4 sampler=beta quota=size"},
    };
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        for (double rate = 0.3; rate < 1; rate += 0.2) {
            struct pruner_selection a, b;
            select_of(pairs[p].method, pairs[p].options, rate, &a);
            select_of(pairs[p].score, pairs[p].sampler, rate, &b);
            cr_assert_eq(a.count, b.count);
            cr_expect(!memcmp(a.index, b.index, a.count * sizeof *a.index), "%s %s at %g",
                      pairs[p].method, pairs[p].options, rate);
            MEM_FREE(a.index, a.weight, b.index, b.weight);
        }
}

/* ---- Budgets ---- */

static void expect_budgets(const double *shares, const size_t *sizes, size_t keep,
                           const size_t *expected)
{
    enum { KINDS = 3 };
    uint16_t labels[MOST];
    size_t budgets[KINDS], n = 0;
    for (uint8_t c = 0; c < KINDS; c++)
        for (size_t i = 0; i < sizes[c]; i++)
            labels[n++] = c;
    const struct pruner_task task = {.n = n, .classes = KINDS, .labels = labels, .keep = keep};
    sampler_budgets(&task, shares, budgets);
    for (size_t c = 0; c < KINDS; c++)
        cr_expect_eq(budgets[c], expected[c], "class %zu: %zu, not %zu", c, budgets[c],
                     expected[c]);
}

Test(sampler, budgets_go_by_shares_and_none_has_more_than_there_is)
{
    static const struct {
        double shares[3];
        size_t sizes[3], keep, expected[3];
    } cases[] = {
        {{0.1, 0.2, 0.3}, {20, 20, 20}, 12, {2, 4, 6}},
        {{1, 1, 1}, {20, 20, 20}, 10, {4, 3, 3}}, /* ties: the lower class */
        {{0.1, 0.1, 0.8}, {20, 20, 5}, 20, {8, 7, 5}},
        {{0.1, 0.3, 0.8}, {20, 8, 5}, 30, {17, 8, 5}}, /* 25 for 1 : 3, and 8 is too few */
        {{0, 0, 0.5}, {12, 6, 5}, 11, {4, 2, 5}},      /* the rest by size */
        {{0, 0, 0}, {12, 6, 6}, 8, {4, 2, 2}},
        {{0.5, 0.5, 0.5}, {12, 0, 6}, 8, {4, 0, 4}},
        {{0.2, 0.3, 0.4}, {3, 4, 5}, 12, {3, 4, 5}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        expect_budgets(cases[c].shares, cases[c].sizes, cases[c].keep, cases[c].expected);
}

Test(sampler, a_quota_of_errors_needs_a_network)
{
    char path[512], options[640];
    snprintf(path, sizeof path, "%s/list", test_dir());
    test_write_file(path, "0\n1\n");
    snprintf(options, sizeof options, "path=%s quota=loss", path);
    const struct rehearsal_plan plan = {.pruner = pruner_find("file"),
                                        .options = options,
                                        .n = 4,
                                        .classes = 2,
                                        .rate = 0.5,
                                        .epochs = 4};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), -1);
    cr_expect_str_eq(err.text,
                     "file: its quota is of what a network gets wrong, and it trains none");
}

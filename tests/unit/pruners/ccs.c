#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A run of ccs on given margins of logits of two classes: the score of sample i is scores[i]. */
static struct rehearsal begin(const char *options, size_t n, const float *scores,
                              const uint16_t *labels, size_t keep)
{
    char all[128];
    snprintf(all, sizeof all, "margin=logits %s", options ? options : "");
    const struct rehearsal_plan plan = {
        .pruner = pruner_find("ccs"),
        .options = all,
        .n = n,
        .classes = 2,
        .labels = labels,
        .rate = 0.5,
        .epochs = 3,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 1, true, NULL);
    float *logits = rehearsal_array(&r, NEEDS_LOGITS);
    for (size_t i = 0; i < n; i++) {
        logits[2 * i + pass.labels[i]] = -scores[i];
        logits[2 * i + !pass.labels[i]] = 0;
    }
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    r.run->task.keep = keep;
    return r;
}

static void choose(struct rehearsal *r, uint64_t seed)
{
    struct err err;
    r->run->task.seed = seed;
    cr_assert_eq(pruner_select(r->run, 0, &r->selection, &err), 0, "%s", err.text);
}

/* Kept samples with first <= index < end. */
static size_t kept(const struct rehearsal *r, size_t first, size_t end)
{
    size_t count = 0;
    for (size_t j = 0; j < r->selection.count; j++)
        count += r->selection.index[j] >= first && r->selection.index[j] < end;
    return count;
}

/* 20 samples: 5 hardest that go, then strata of 1, 4 and 10 (0 to 1 in three intervals). */
static const float example[20] = {9,    9,    9,    9,    9,    1.0f, 0.5f, 0.4f, 0.6f, 0.5f,
                                  0.0f, 0.1f, 0.1f, 0.2f, 0.3f, 0.3f, 0.1f, 0.2f, 0.2f, 0.0f};

Test(ccs, worked_example)
{
    struct rehearsal r = begin("beta=0.25 strata=3", 20, example, NULL, 9);
    choose(&r, 1);
    cr_assert_eq(kept(&r, 0, 5), (size_t)0, "%zu of the hardest", kept(&r, 0, 5));
    cr_assert_eq(kept(&r, 5, 6), (size_t)1, "%zu of 1", kept(&r, 5, 6));
    cr_assert_eq(kept(&r, 6, 10), (size_t)4, "%zu of 4", kept(&r, 6, 10));
    cr_assert_eq(kept(&r, 10, 20), (size_t)4, "%zu of 10", kept(&r, 10, 20));
    rehearsal_end(&r);
}

Test(ccs, keeps_exactly_the_budget_when_strata_run_out)
{
    for (size_t keep = 1; keep < 20; keep++)
        for (int strata = 1; strata <= 16; strata++) {
            char options[32];
            snprintf(options, sizeof options, "beta=0.25 strata=%d", strata);
            struct rehearsal r = begin(options, 20, example, NULL, keep);
            choose(&r, 1);
            cr_assert_eq(r.selection.count, keep, "%zu of %zu", r.selection.count, keep);
            /* The hardest are only kept where the others do not suffice. */
            const size_t spared = keep > 15 ? keep - 15 : 0;
            cr_assert_leq(kept(&r, 0, 5), spared, "%zu of the hardest, keep %zu", kept(&r, 0, 5),
                          keep);
            rehearsal_end(&r);
        }
}

Test(ccs, equal_scores_are_one_stratum)
{
    const float scores[6] = {2, 2, 2, 2, 2, 2};
    struct rehearsal r = begin("beta=0", 6, scores, NULL, 3);
    choose(&r, 1);
    cr_assert_eq(r.selection.count, (size_t)3);
    rehearsal_end(&r);
}

/* Inside a stratum each sample is as likely as any other: 4 of 10. */
Test(ccs, draws_uniformly_inside_a_stratum)
{
    enum { DRAWS = 4000 };
    struct rehearsal r = begin("beta=0.25 strata=3", 20, example, NULL, 9);
    size_t counts[20] = {0};
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        choose(&r, seed);
        for (size_t j = 0; j < r.selection.count; j++)
            counts[r.selection.index[j]]++;
    }
    const double expected = 0.4 * DRAWS, deviation = sqrt(expected * 0.6);
    for (size_t i = 10; i < 20; i++)
        cr_assert_float_eq((double)counts[i], expected, 4 * deviation, "sample %zu: %zu of %d", i,
                           counts[i], DRAWS);
    rehearsal_end(&r);
}

Test(ccs, drops_forty_percent_of_flipped_labels)
{
    enum { N = 100 };
    float scores[N];
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < N; i++) /* what aum makes of flipped labels: see trajectories.c */
        scores[i] = (float)rng_uniform(&rng) + (i % 5 < 2 ? 2 : 0);
    struct rehearsal r = begin("beta=0.4", N, scores, NULL, 50);
    choose(&r, 1);
    for (size_t j = 0; j < r.selection.count; j++)
        cr_assert_geq(r.selection.index[j] % 5, 2, "kept %u", r.selection.index[j]);
    rehearsal_end(&r);
}

Test(ccs, balance_keeps_a_rare_class)
{
    enum { N = 100, RARE = 10 };
    float scores[N];
    uint16_t labels[N];
    for (size_t i = 0; i < N; i++) {
        labels[i] = i < RARE;
        scores[i] = i < RARE ? 9 + (float)i / N : (float)i / N; /* all among the hardest */
    }
    struct rehearsal r = begin("beta=0.1", N, scores, labels, 30);
    choose(&r, 1);
    cr_assert_eq(kept(&r, 0, RARE), (size_t)0, "%zu", kept(&r, 0, RARE));
    rehearsal_end(&r);
    r = begin("beta=0.1 balance=class", N, scores, labels, 30);
    choose(&r, 1);
    cr_assert_eq(kept(&r, 0, RARE), (size_t)3, "%zu", kept(&r, 0, RARE));
    cr_assert_eq(kept(&r, RARE - 1, RARE), (size_t)0, "the hardest of the class is kept");
    rehearsal_end(&r);
}

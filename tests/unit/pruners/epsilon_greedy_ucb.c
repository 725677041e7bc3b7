/* epsilon-greedy and ucb, against the paper's formulas written out plainly. */
#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 64 };

static struct rehearsal begin(const char *pruner, const char *options, size_t n, double rate,
                              uint64_t seed)
{
    const struct rehearsal_plan plan = {
        .pruner = pruner_find(pruner),
        .options = options,
        .n = n,
        .classes = 2,
        .rate = rate,
        .epochs = 100,
        .seed = seed,
    };
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

static void observe(struct rehearsal *r, const float *losses, const uint8_t *seen)
{
    struct pruner_pass pass = rehearsal_pass(r, 0, 0, seen != NULL, seen);
    pass.losses = losses;
    struct err err;
    cr_assert_eq(pruner_observe(r->run, &pass, &err), 0, "%s", err.text);
}

static void choose(struct rehearsal *r, int epoch)
{
    struct err err;
    cr_assert_eq(pruner_select(r->run, epoch, &r->selection, &err), 0, "%s", err.text);
}

static bool is_kept(const struct rehearsal *r, uint32_t sample)
{
    for (size_t j = 0; j < r->selection.count; j++)
        if (r->selection.index[j] == sample)
            return true;
    return false;
}

/* ---- The formulas ---- */

struct reference {
    double s, mu, var;
};

static void take_in(struct reference *x, double alpha, double loss)
{
    const double old_mu = x->mu;
    x->s = (1 - alpha) * x->s + alpha * loss;
    x->mu = (1 - alpha) * old_mu + alpha * loss;
    x->var = (1 - alpha) * x->var + alpha * (loss - old_mu) * (loss - old_mu);
}

/* How many of n are above sample i: it must be kept where that is below keep. */
static size_t above(const double *scores, size_t n, size_t i)
{
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        count += scores[k] > scores[i];
    return count;
}

static void make_losses(float *losses, size_t n, uint32_t checkpoint)
{
    struct rng rng = rng_stream(5, RNG_TEST, checkpoint, 0);
    for (size_t i = 0; i < n; i++)
        losses[i] = (float)(-2 * log(1 - rng_uniform(&rng)));
}

/* ---- ucb ---- */

static const double EXACT = 1e-12; /* a few roundings of doubles */

Test(ucb, worked_example_of_the_formulas)
{
    struct reference x = {0};
    take_in(&x, 0.8, 1);
    cr_assert_float_eq(x.mu, 0.8, EXACT, "mu %.15g", x.mu);
    cr_assert_float_eq(x.var, 0.8, EXACT, "var %.15g", x.var);
    take_in(&x, 0.8, 2);
    cr_assert_float_eq(x.mu, 1.76, EXACT, "mu %.15g", x.mu);
    cr_assert_float_eq(x.var, 1.312, EXACT, "var %.15g", x.var);
}

/* Sample 0 has losses 1 and 2, sample 1 losses 0 and x. One is kept: is it sample 1? */
static bool beats_worked_example(const char *options, float x)
{
    struct rehearsal r = begin("ucb", options, 2, 0.5, 1);
    observe(&r, (const float[]){1, 0}, NULL);
    observe(&r, (const float[]){2, x}, NULL);
    choose(&r, 0);
    const bool beats = is_kept(&r, 1);
    rehearsal_end(&r);
    return beats;
}

/*
 * The state is the pruner's own affair, so its numbers are weighed against a rival whose are easy:
 * losses 0 and x give mu = .8 x and var = .8 x^2. Equal scores are found at x = 2.2 for mu = 1.76
 * alone, and for mu + var = 3.072 at the root of .8 x + .8 x^2 = 3.072.
 */
Test(ucb, worked_example_of_the_pruner)
{
    const float slack = 1e-5f;
    cr_assert(!beats_worked_example("c=0", 2.2f - slack), "mu is below 1.76");
    cr_assert(beats_worked_example("c=0", 2.2f + slack), "mu is above 1.76");
    const float x = (float)((sqrt(1 + 4 * 3.072 / 0.8) - 1) / 2);
    cr_assert(!beats_worked_example("c=1", x - slack), "mu + var is below 3.072");
    cr_assert(beats_worked_example("c=1", x + slack), "mu + var is above 3.072");
    const float y = (float)((sqrt(1.312) + 1.76) / (0.8 + sqrt(0.8))); /* std: .8 y + sqrt(.8) y */
    cr_assert(!beats_worked_example("bonus=std", y - slack), "mu + std is below 2.905");
    cr_assert(beats_worked_example("bonus=std", y + slack), "mu + std is above 2.905");
}

/* The pruner keeps what the formulas rank highest, at every checkpoint. */
static void expect_top_by_formula(const char *options, double alpha, double c, bool root)
{
    enum { N = MOST, KEEP = 20, CHECKPOINTS = 8 };
    struct rehearsal r = begin("ucb", options, N, 1 - (double)KEEP / N, 1);
    struct reference x[N] = {{0}};
    for (uint32_t checkpoint = 0; checkpoint < CHECKPOINTS; checkpoint++) {
        float losses[N];
        double scores[N];
        make_losses(losses, N, checkpoint);
        observe(&r, losses, NULL);
        choose(&r, (int)checkpoint);
        for (size_t i = 0; i < N; i++) {
            take_in(&x[i], alpha, (double)losses[i]);
            scores[i] = x[i].mu + c * (root ? sqrt(x[i].var) : x[i].var);
        }
        for (uint32_t i = 0; i < N; i++)
            cr_assert_eq(is_kept(&r, i), above(scores, N, i) < KEEP,
                         "%s: checkpoint %u: sample %u, %zu above it", options, checkpoint, i,
                         above(scores, N, i));
    }
    rehearsal_end(&r);
}

Test(ucb, keeps_the_top_by_mean_plus_c_times_variance)
{
    expect_top_by_formula("c=1", 0.8, 1, false);
    expect_top_by_formula("c=0", 0.8, 0, false);
    expect_top_by_formula("alpha=0.3 c=2.5", 0.3, 2.5, false);
}

Test(ucb, std_takes_the_root_of_the_variance)
{
    expect_top_by_formula("bonus=std c=2", 0.8, 2, true);
}

/* ucb1, N = 4, one kept a time, losses constant: each is tried once, then mean + bonus decides. */
Test(ucb, ucb1_tries_each_sample_once_and_counts_choices)
{
    enum { N = 4 };
    static const float losses[N] = {0.2f, 0.1f, 0.4f, 0.3f};
    struct rehearsal r = begin("ucb", "alpha=1 bonus=ucb1 c=0.5", N, 0.75, 1);
    int chosen[N] = {0};
    for (int t = 1; t <= 40; t++) {
        double scores[N];
        for (int i = 0; i < N; i++)
            scores[i] = chosen[i] ? (double)losses[i] + 0.5 * sqrt(log(t) / chosen[i]) : HUGE_VAL;
        observe(&r, losses, NULL);
        choose(&r, t - 1);
        const uint32_t kept = r.selection.index[0];
        cr_assert_eq(above(scores, N, kept), (size_t)0, "checkpoint %d: sample %u", t, kept);
        chosen[kept]++;
        for (int i = 0; t == N && i < N; i++)
            cr_assert_eq(chosen[i], 1, "sample %d was tried %d times", i, chosen[i]);
    }
    cr_assert_gt(chosen[2], chosen[1], "the highest loss %d times, the lowest %d", chosen[2],
                 chosen[1]);
    rehearsal_end(&r);
}

/* ---- epsilon-greedy ---- */

Test(epsilon_greedy, takes_the_top_and_a_share_at_random)
{
    enum { N = 40, KEEP = 20, EXPLORED = 5, TOP = KEEP - EXPLORED, SEEDS = 2000 };
    float losses[2][N];
    double scores[N];
    struct reference x[N] = {{0}};
    for (uint32_t t = 0; t < 2; t++) {
        make_losses(losses[t], N, t);
        for (size_t i = 0; i < N; i++)
            take_in(&x[i], 0.8, (double)losses[t][i]);
    }
    for (size_t i = 0; i < N; i++)
        scores[i] = x[i].s;

    int counts[N] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct rehearsal r = begin("epsilon-greedy", "eps=0.25", N, 0.5, seed);
        observe(&r, losses[0], NULL);
        observe(&r, losses[1], NULL);
        choose(&r, 0);
        cr_assert_eq(r.selection.count, (size_t)KEEP, "%zu", r.selection.count);
        for (size_t j = 0; j < KEEP; j++)
            counts[r.selection.index[j]]++;
        rehearsal_end(&r);
    }

    /* Drawn EXPLORED of REST at a time, the counts' covariance is that of a chi-square with
       REST - 1 degrees of freedom, once scaled by (REST - 1) / REST. */
    enum { REST = N - TOP };
    const double lowest = 8.085, highest = 51.18; /* quantiles .001 and .999 of chi-square(24) */
    const double p = (double)EXPLORED / REST;
    double chi_square = 0;
    for (size_t i = 0; i < N; i++) {
        if (above(scores, N, i) < TOP) {
            cr_assert_eq(counts[i], SEEDS, "sample %zu of the top: %d times", i, counts[i]);
            continue;
        }
        const double surplus = counts[i] - SEEDS * p;
        chi_square += surplus * surplus / (SEEDS * p * (1 - p)) * (REST - 1) / REST;
    }
    cr_assert(chi_square > lowest && chi_square < highest, "chi-square %g, expected %g to %g",
              chi_square, lowest, highest);
}

Test(epsilon_greedy, eps_0_is_greedy)
{
    struct rehearsal r = begin("epsilon-greedy", "eps=0", 6, 0.5, 1);
    observe(&r, (const float[]){3, 1, 4, 1, 5, 9}, NULL);
    choose(&r, 0);
    cr_assert(is_kept(&r, 2) && is_kept(&r, 4) && is_kept(&r, 5), "kept %u %u %u",
              r.selection.index[0], r.selection.index[1], r.selection.index[2]);
    rehearsal_end(&r);
}

Test(epsilon_greedy, smooths_with_alpha)
{
    /* alpha = .25: s = .25 * 8 * .75 = 1.5 against .25 * 5 = 1.25: the old loss still leads. */
    struct rehearsal r = begin("epsilon-greedy", "eps=0 alpha=0.25", 2, 0.5, 1);
    observe(&r, (const float[]){8, 0}, NULL);
    observe(&r, (const float[]){0, 5}, NULL);
    choose(&r, 0);
    cr_assert_eq(r.selection.index[0], 0u, "kept %u", r.selection.index[0]);
    rehearsal_end(&r);
}

/* ---- Both: where the losses come from ---- */

static const char *const both[] = {"epsilon-greedy", "ucb"};

Test(paper_a, forward_passes_at_multiples_of_the_period)
{
    for (size_t p = 0; p < 2; p++) {
        struct rehearsal r = begin(both[p], NULL, 10, 0.5, 1);
        cr_assert(!pruner_watches_training(r.run), "%s", both[p]);
        for (int epoch = 0; epoch < 100; epoch++)
            cr_assert_eq(pruner_due(r.run, epoch), epoch % 10 ? DUE_NO : DUE_FORWARD,
                         "%s: epoch %d", both[p], epoch);
        rehearsal_end(&r);
    }
}

Test(paper_a, losses_of_training_need_no_pass)
{
    for (size_t p = 0; p < 2; p++) {
        struct rehearsal r = begin(both[p], "scores=train period=3", 10, 0.5, 1);
        cr_assert(pruner_watches_training(r.run), "%s", both[p]);
        for (int epoch = 0; epoch < 100; epoch++)
            cr_assert_eq(pruner_due(r.run, epoch), epoch % 3 ? DUE_NO : DUE_SELECT, "%s: epoch %d",
                         both[p], epoch);
        rehearsal_end(&r);
    }
}

/* A third is kept at a time: three checkpoints see everything once. */
static void expect_fresh_samples_first(const char *pruner, const char *options)
{
    enum { N = 60, KEEP = 20 };
    struct rehearsal r = begin(pruner, options, N, 2.0 / 3, 1);
    uint8_t seen[N] = {0};
    for (int epoch = 0; epoch < 3; epoch++) {
        struct err err;
        cr_assert_eq(rehearsal_epoch(&r, epoch, &err), 0, "%s", err.text);
        for (size_t j = 0; j < KEEP; j++) {
            const uint32_t i = r.selection.index[j];
            cr_assert(!seen[i], "%s %s: sample %u again in epoch %d", pruner, options, i, epoch);
            seen[i] = 1;
        }
        cr_assert(epoch > 0 || r.selection.index[KEEP - 1] >= KEEP,
                  "%s %s: goes by the order of the file", pruner, options);
    }
    rehearsal_end(&r);
}

Test(epsilon_greedy, samples_never_seen_come_first_and_not_in_file_order)
{
    expect_fresh_samples_first("epsilon-greedy", "scores=train period=1 eps=0");
}

Test(ucb, samples_never_seen_come_first_and_not_in_file_order)
{
    expect_fresh_samples_first("ucb", "scores=train period=1");
}

Test(ucb, ucb1_tries_samples_not_in_file_order)
{
    expect_fresh_samples_first("ucb", "bonus=ucb1 period=1");
}

/* A stale score stays: the sample left out keeps the loss it had. */
Test(paper_a, samples_left_out_keep_a_stale_score)
{
    static const char *const options[] = {"scores=train eps=0 alpha=1", "scores=train alpha=1 c=0"};
    for (size_t p = 0; p < 2; p++) {
        struct rehearsal r = begin(both[p], options[p], 3, 0.5, 1);
        observe(&r, (const float[]){3, 2, 1}, (const uint8_t[]){1, 1, 1});
        observe(&r, (const float[]){0, 0, 2.5f}, (const uint8_t[]){0, 1, 1});
        choose(&r, 1);
        cr_assert(is_kept(&r, 0) && is_kept(&r, 2), "%s: kept %u and %u", both[p],
                  r.selection.index[0], r.selection.index[1]);
        rehearsal_end(&r);
    }
}

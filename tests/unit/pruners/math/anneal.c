/*
 * anneal: the two problems against every subset there is, and what it promises on larger ones; then
 * the pruners dp and dp-eps on planted influences.
 */
#include "pruners/math/anneal.h"

#include "base/mem.h"
#include "base/num.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double EXACT = 1e-9; /* relative; sums of doubles in another order */

/* rows[n][width], normal about a small mean. */
static float *make_rows(size_t n, size_t width, uint32_t which)
{
    struct rng rng = rng_stream(8, RNG_TEST, which, 0);
    float *rows;
    MEM_NEW(rows, n * width);
    for (size_t k = 0; k < n * width; k++)
        rows[k] = (float)(rng_normal(&rng) + 0.1);
    return rows;
}

static double plain_length(const struct anneal_problem *p, const uint8_t *taken)
{
    double squares = 0;
    for (size_t k = 0; k < p->width; k++) {
        double sum = 0;
        for (size_t i = 0; i < p->n; i++)
            sum += taken[i] * (double)p->rows[i * p->width + k];
        squares += sum * sum;
    }
    return sqrt(squares);
}

static size_t count_of(const uint8_t *taken, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += taken[i];
    return count;
}

/* ret_best[m]: the least length of m rows, for every m, by looking at all 2^n subsets. */
static void brute_force(const struct anneal_problem *p, double *ret_best)
{
    uint8_t *taken;
    MEM_NEW(taken, p->n);
    for (size_t m = 0; m <= p->n; m++)
        ret_best[m] = HUGE_VAL;
    for (uint32_t set = 0; set < 1u << p->n; set++) {
        for (size_t i = 0; i < p->n; i++)
            taken[i] = set >> i & 1;
        const size_t m = count_of(taken, p->n);
        ret_best[m] = fmin(ret_best[m], plain_length(p, taken));
    }
    mem_free(taken);
}

/* Samples by falling norm. */
static uint32_t *by_norm(const struct anneal_problem *p)
{
    float *norms;
    uint32_t *order;
    MEM_NEW(norms, p->n);
    MEM_NEW(order, p->n);
    for (size_t i = 0; i < p->n; i++) {
        double squares = 0;
        for (size_t k = 0; k < p->width; k++)
            squares += pow((double)p->rows[i * p->width + k], 2);
        norms[i] = (float)sqrt(squares);
    }
    num_order(norms, p->n, order);
    mem_free(norms);
    return order;
}

static void expect_brute_force(size_t n, size_t width)
{
    enum { MOST = 18, MOVES = 50000 };
    float *rows = make_rows(n, width, (uint32_t)(100 * n + width));
    const struct anneal_problem p = {n, width, rows};
    uint32_t *order = by_norm(&p);
    double best[MOST + 1];
    uint8_t taken[MOST];
    brute_force(&p, best);
    for (size_t m = 1; m < n; m++) {
        struct rng rng = rng_stream(1, RNG_TEST, (uint32_t)m, 1);
        anneal_smallest(&p, order, m, taken);
        const double length = anneal_fixed(&p, MOVES, &rng, taken);
        cr_assert_eq(count_of(taken, n), m, "%zu of %zu", count_of(taken, n), m);
        cr_assert_float_eq(length, best[m], EXACT, "%zu of %zu rows: %.12g, the best is %.12g", m,
                           n, length, best[m]);
        cr_assert_float_eq(length, plain_length(&p, taken), EXACT, "says %.12g", length);

        if (m % 3 != 1)
            continue;
        /* How many go at most, if a little more is allowed than that takes? */
        const double eps = best[m] * 1.05;
        size_t most = n - 1;
        while (best[most] > eps)
            most--;
        const double within = anneal_within(&p, order, eps, n - 1, 40 * MOVES, &rng, taken);
        cr_assert_eq(count_of(taken, n), most, "eps %g of %zu rows: %zu, the most is %zu", eps, n,
                     count_of(taken, n), most);
        cr_assert_leq(within, eps * (1 + EXACT), "%g of %g", within, eps);
        cr_assert_float_eq(within, plain_length(&p, taken), EXACT, "says %.12g", within);
    }
    mem_free(order);
    mem_free(rows);
}

Test(anneal, equals_brute_force)
{
    expect_brute_force(3, 1);
    expect_brute_force(8, 2);
    expect_brute_force(12, 16);
    expect_brute_force(13, 35);
}

Test(anneal, equals_brute_force_of_18)
{
    expect_brute_force(18, 5);
}

Test(anneal, never_above_its_start)
{
    enum { N = 300, WIDTH = 40 };
    static const int64_t moves[] = {0, 1, 10, 1000, 20000};
    float *rows = make_rows(N, WIDTH, 1);
    const struct anneal_problem p = {N, WIDTH, rows};
    uint32_t *order = by_norm(&p);
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        for (size_t m = 1; m < N; m += 37) {
            uint8_t taken[N];
            struct rng rng = rng_stream(1, RNG_TEST, (uint32_t)m, 2);
            const double start = anneal_smallest(&p, order, m, taken);
            const double length = anneal_fixed(&p, moves[k], &rng, taken);
            cr_assert_leq(length, start, "%zu rows, %d moves", m, (int)moves[k]);
            cr_assert_eq(count_of(taken, N), m);
            cr_assert_float_eq(length, plain_length(&p, taken), EXACT * start, "says %g", length);
        }
    mem_free(order);
    mem_free(rows);
}

/* The walk goes on for many more moves than it remembers after its best. */
Test(anneal, the_best_is_what_it_says_after_long_walks)
{
    enum { N = 2000, WIDTH = 19, EPS = 3 };
    float *rows = make_rows(N, WIDTH, 2);
    const struct anneal_problem p = {N, WIDTH, rows};
    uint32_t *order = by_norm(&p);
    static uint8_t taken[N];
    struct rng rng = rng_stream(1, RNG_TEST, 0, 3);
    const double start = anneal_smallest(&p, order, N / 2, taken);
    const double length = anneal_fixed(&p, 200000, &rng, taken);
    cr_assert_eq(count_of(taken, N), (size_t)N / 2);
    cr_assert_float_eq(length, plain_length(&p, taken), EXACT * start, "says %.12g", length);
    cr_assert_lt(length, start / 20, "%g from %g", length, start);

    const size_t before = anneal_smallest_within(&p, order, EPS, N - 1, taken);
    const double within = anneal_within(&p, order, EPS, N - 1, 200000, &rng, taken);
    cr_assert_float_eq(within, plain_length(&p, taken), EXACT * EPS, "says %.12g", within);
    cr_assert_leq(within, EPS * (1 + EXACT), "%g", within);
    cr_assert_gt(count_of(taken, N), before, "%zu, %zu before", count_of(taken, N), before);
    mem_free(order);
    mem_free(rows);
}

Test(anneal, smallest_within_is_the_longest_run_that_fits)
{
    /* 1, -1.5, 2, -1.4 by rising norm 1, -1.4, -1.5, 2: sums 1, -.4, -1.9, .1 */
    float rows[] = {1, -1.5f, 2, -1.4f};
    const struct anneal_problem p = {4, 1, rows};
    uint32_t *order = by_norm(&p);
    uint8_t taken[4];
    cr_assert_eq(anneal_smallest_within(&p, order, 0.5, 4, taken), (size_t)4);
    cr_assert_eq(anneal_smallest_within(&p, order, 0.5, 3, taken), (size_t)2);
    cr_assert(taken[0] && taken[3] && !taken[1] && !taken[2]);
    cr_assert_eq(anneal_smallest_within(&p, order, 0, 3, taken), (size_t)0);
    cr_assert_eq(count_of(taken, 4), (size_t)0);
    mem_free(order);
}

/* E ||v||^2 of m rows drawn from n without replacement, by the textbook. */
Test(anneal, random_draws_have_the_length_that_sampling_gives)
{
    enum { N = 1300, WIDTH = 60, TAKEN = 500 }; /* tiles of 512 rows */
    float *rows = make_rows(N, WIDTH, 3);
    const struct anneal_problem p = {N, WIDTH, rows};
    double expected = 0;
    for (size_t k = 0; k < WIDTH; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < N; i++) {
            const double x = (double)rows[i * WIDTH + k];
            sum += x;
            squares += x * x;
        }
        const double mean = sum / N, variance = (squares - N * mean * mean) / (N - 1);
        expected += pow(TAKEN * mean, 2) + TAKEN * variance * (1 - (double)TAKEN / N);
    }
    static uint8_t shortest[N];
    struct rng rng = rng_stream(1, RNG_TEST, 0, 4);
    const double mean = anneal_random(&p, TAKEN, &rng, shortest);
    cr_assert_float_eq(mean, sqrt(expected), 0.02 * mean, "%g, expected %g", mean, sqrt(expected));
    cr_assert_eq(count_of(shortest, N), (size_t)TAKEN);
    cr_assert_lt(plain_length(&p, shortest), mean);
    mem_free(rows);
}

/* ---- dp and dp-eps ---- */

static struct rehearsal begin(const char *pruner, const char *options, size_t n, double rate)
{
    const struct rehearsal_plan plan = {.pruner = pruner_find(pruner),
                                        .options = options,
                                        .n = n,
                                        .classes = 2,
                                        .rate = rate,
                                        .epochs = 1};
    struct rehearsal r;
    struct err err;
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s", err.text);
    return r;
}

/*
 * Features are 0, so that all influences are multiples of (1, -1) at the two biases: by
 * p_0 - [y = 0] = -.5, .5, -.2, .9. Samples 0 and 1 cancel. The unit is sqrt(2) / (4 (.375 +
 * lambda)) = .941.
 */
static struct rehearsal choose_planted(const char *pruner, const char *options, double rate)
{
    static const float p0[] = {0.5f, 0.5f, 0.8f, 0.9f};
    struct rehearsal r = begin(pruner, options, 4, rate);
    const struct pruner_pass pass = rehearsal_pass(&r, 0, 1, false, NULL);
    float *p = rehearsal_array(&r, NEEDS_PROBABILITIES), *phi = rehearsal_array(&r, NEEDS_FEATURES);
    memset(phi, 0, 4 * pass.feature_count * sizeof *phi);
    for (size_t i = 0; i < 4; i++) {
        p[2 * i] = p0[i];
        p[2 * i + 1] = 1 - p0[i];
    }
    struct err err;
    cr_assert_eq(pruner_observe(r.run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(r.run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(r.run, 0, &r.selection, &err), 0, "%s", err.text);
    return r;
}

static const struct pruner_solution *solution(const struct rehearsal *r, const char *method)
{
    for (int k = 0; k < r->run->solution_count; k++)
        if (strcmp(r->run->solutions[k].method, method) == 0)
            return &r->run->solutions[k];
    cr_assert_fail("nothing is reported of %s", method);
    return NULL;
}

Test(dp, prunes_what_cancels_and_not_the_smallest)
{
    struct rehearsal r = choose_planted("dp", "moves=1000", 0.5);
    cr_assert(r.selection.index[0] == 2 && r.selection.index[1] == 3, "kept %u and %u",
              r.selection.index[0], r.selection.index[1]);
    rehearsal_end(&r);
    r = choose_planted("influence-score", NULL, 0.5);
    cr_assert_eq(r.selection.index[1], 3u, "kept %u", r.selection.index[1]);
    cr_assert_neq(r.selection.index[0], 2u, "the smallest is kept");
    rehearsal_end(&r);
}

Test(dp, reports_what_it_is_compared_with)
{
    const double unit = sqrt(2) / (4 * (0.375 + 5e-4)), tolerance = 1e-5;
    struct rehearsal r = choose_planted("dp", "moves=1000", 0.5);
    cr_assert_eq(r.run->solution_count, 4, "%d", r.run->solution_count);
    cr_assert_float_eq(solution(&r, "all")->objective, 0.7 * unit, tolerance, "%g",
                       solution(&r, "all")->objective);
    cr_assert_float_eq(solution(&r, "smallest-norms")->objective, 0.7 * unit,
                       0.4 * unit + tolerance);
    cr_assert_float_eq(solution(&r, "annealed")->objective, 0, tolerance, "%g",
                       solution(&r, "annealed")->objective);
    cr_assert_eq(solution(&r, "annealed")->moves, 1000);
    /* pairs: 0, .7, .4, .3, 1.4, .7 */
    cr_assert_float_eq(solution(&r, "random")->objective, 3.5 / 6 * unit, 0.15 * unit, "%g",
                       solution(&r, "random")->objective);
    rehearsal_end(&r);
}

Test(dp_eps, prunes_as_many_as_eps_allows)
{
    struct rehearsal r = choose_planted("dp-eps", "moves=20000 eps=0.1", 0.9);
    cr_assert(r.selection.count == 2 && r.selection.index[0] == 2 && r.selection.index[1] == 3,
              "%zu kept, the first %u", r.selection.count, r.selection.index[0]);
    rehearsal_end(&r);
    r = choose_planted("dp-eps", "moves=20000 eps=0.2", 0.9); /* .2 of the unit is .188 */
    cr_assert_eq(r.selection.count, (size_t)1, "%zu kept", r.selection.count);
    cr_assert_leq(solution(&r, "annealed")->objective, 0.2);
    rehearsal_end(&r);
}

Test(dp_eps, eps_0_prunes_what_moves_nothing)
{
    struct rehearsal r = choose_planted("dp-eps", "moves=20000 eps=0", 0.9);
    cr_assert_eq(solution(&r, "annealed")->objective, 0);
    rehearsal_end(&r);
}

/* All influences sum to nothing at an optimum: without rate's bound, nothing would be left. */
Test(dp_eps, rate_is_the_most_and_one_sample_stays)
{
    static const double rates[] = {0, 0.25, 0.5, 0.999};
    static const size_t kept[] = {4, 3, 2, 1};
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct rehearsal r = choose_planted("dp-eps", "moves=20000 eps=1000", rates[k]);
        cr_assert_eq(r.selection.count, kept[k], "rate %g: %zu kept", rates[k], r.selection.count);
        rehearsal_end(&r);
    }
}

Test(dp, annealed_is_never_above_both_starts)
{
    static const char *const moves[] = {"moves=0", "moves=1", "moves=30", "moves=5000"};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++) {
        struct rehearsal r = begin("dp", moves[k], 90, 0.6);
        struct err err;
        cr_assert_eq(rehearsal_run(&r, &err), 0, "%s", err.text);
        const double annealed = solution(&r, "annealed")->objective;
        cr_assert_leq(annealed, solution(&r, "smallest-norms")->objective, "%s", moves[k]);
        cr_assert_leq(annealed, solution(&r, "random")->objective, "%s", moves[k]);
        rehearsal_end(&r);
    }
}

Test(dp, refuses_influences_that_memory_does_not_hold)
{
    static const char *const both[] = {"dp", "dp-eps"};
    for (size_t k = 0; k < 2; k++) {
        const struct rehearsal_plan plan = {.pruner = pruner_find(both[k]),
                                            .options = "memory=1",
                                            .n = 40000,
                                            .classes = 2,
                                            .rate = 0.5,
                                            .epochs = 1};
        struct rehearsal r;
        struct err err;
        cr_assert_eq(rehearsal_begin(&plan, &r, &err), -1, "%s", both[k]);
        cr_assert_not_null(strstr(err.text, "the influences of 40000 samples on 2 x 4 parameters "
                                            "take 2 MiB, memory is 1"),
                           "%s", err.text);
    }
}

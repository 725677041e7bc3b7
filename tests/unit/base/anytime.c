/*
 * anytime: its level and what it foretells, counted over simulated samples; its evidence against
 * the integral that it stands for; questions by hand. bench/anytime counts the same at full size.
 */
#include "base/anytime.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 3, MOST = 20 };

/* Standard errors that a count may be off: one of 15,000 counts is. */
static const double errors_allowed = 4;

/* Student's t of the first n values against 0. */
static double t_of(const double *values, size_t n)
{
    return stats_mean(values, n) / stats_sd(values, n) * sqrt((double)n);
}

static void draw(double *values, double effect, uint32_t index)
{
    struct rng rng = rng_stream(7, RNG_TEST, (uint32_t)(1000 * effect), index);
    for (size_t i = 0; i < MOST; i++)
        values[i] = rng_normal(&rng) + effect;
}

/* Values until the plan decides, or gives up where asked; negative: it did not decide. */
static int follow(const struct anytime_plan *plan, const double *values, bool gives_up)
{
    for (size_t n = plan->at_least; n <= plan->at_most; n++) {
        const double t = t_of(values, n);
        if (fabs(t) >= plan->decides[n])
            return (int)n;
        if (gives_up && fabs(t) <= plan->futile[n])
            return -(int)n;
    }
    return -(int)plan->at_most;
}

/* ---- Levels -----------------------------------------------------------------------------------*/

static void expect_level(size_t at_least, size_t at_most, double alpha)
{
    enum { RUNS = 40000 };
    struct anytime_plan plan;
    double values[MOST], decided = 0;
    anytime_plan(at_least, at_most, alpha, &plan);
    for (uint32_t run = 0; run < RUNS; run++) {
        draw(values, 0, run);
        decided += follow(&plan, values, false) > 0;
    }
    const double error = sqrt(alpha * (1 - alpha) / RUNS), level = decided / RUNS;
    cr_expect(fabs(level - ANYTIME_USED * alpha) < errors_allowed * error,
              "%zu to %zu values: decided in %.4f of all cases without an effect, not %g +- %.4f",
              at_least, at_most, level, alpha, error);
    anytime_plan_release(&plan);
}

Test(anytime, wrong_answers_at_all_looks_together_are_as_rare_as_promised)
{
    expect_level(LEAST, MOST, 0.05);
    expect_level(LEAST, 12, 0.01);
    expect_level(2, 6, 0.1);
}

Test(anytime, one_look_is_students_t)
{
    static const size_t looks[] = {2, 3, 4, 6, 20};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct anytime_plan plan;
        const size_t n = looks[i];
        anytime_plan(n, n, 0.05, &plan);
        const double wanted = stats_t_quantile(1 - ANYTIME_USED * 0.025, n - 1);
        cr_expect(fabs(plan.decides[n] / wanted - 1) < 1e-3, "%zu values: %.6f, not %.6f", n,
                  plan.decides[n], wanted);
        anytime_plan_release(&plan);
    }
}

/* The table of docs/statistics.md is what is decided today; `make bench-anytime` prints it. */
Test(anytime, the_page_says_what_is_decided)
{
    FILE *page = fopen("docs/statistics.md", "r");
    char line[512];
    struct anytime_plan plan;
    size_t rows = 0;
    cr_assert_not_null(page);
    anytime_plan(LEAST, MOST, 0.05, &plan);
    /* The first table of the page. */
    while (fgets(line, sizeof line, page) && strcmp(line, "<!-- end of table -->\n") != 0) {
        size_t n;
        double decides, usual, futile = -1;
        if (sscanf(line, "| %zu | %lf | %lf | %lf |", &n, &decides, &usual, &futile) < 3)
            continue;
        rows++;
        cr_assert(n >= LEAST && n <= MOST, "%s", line);
        cr_expect_float_eq(decides, plan.decides[n], 0.0051, "%.4f: %s", plan.decides[n], line);
        cr_expect_float_eq(usual, stats_t_quantile(0.975, n - 1), 0.0051, "%s", line);
        if (n < MOST)
            cr_expect_float_eq(futile, plan.futile[n], 0.0051, "%.4f: %s", plan.futile[n], line);
    }
    fclose(page);
    cr_expect_eq(rows, MOST - LEAST + 1, "%zu rows", rows);
    anytime_plan_release(&plan);
}

/* ---- Evidence ---------------------------------------------------------------------------------*/

/* Density of t's data under an effect of unknown size and spread, up to a factor of n alone: with
 * u the reciprocal of the spread, the integral of u^(n - 1) exp(-(sum of (u x - effect)^2) / 2) du.
 * The values have this t and a spread of 1. */
static double likelihood(size_t n, double t, double effect)
{
    enum { STEPS = 1000 };
    const double mean = t / sqrt((double)n), squares = (double)(n - 1); /* of a spread of 1 */
    const double top = 40 / sqrt(squares + (double)n * mean * mean);
    double sum = 0;
    for (size_t i = 1; i < STEPS; i++) {
        const double u = top * (double)i / STEPS, from = u * mean - effect;
        sum += pow(u, (double)(n - 1)) * exp(-(u * u * squares + (double)n * from * from) / 2);
    }
    return sum;
}

/* Of effects that are normal, with this standard deviation. */
static double mixed(size_t n, double t, double sd)
{
    enum { STEPS = 200 };
    double sum = 0, weights = 0;
    for (int i = -STEPS; i <= STEPS; i++) {
        const double effect = 6 * sd * i / STEPS, weight = exp(-effect * effect / (2 * sd * sd));
        sum += weight * likelihood(n, t, effect);
        weights += weight;
    }
    return sum / weights;
}

Test(anytime, evidence_is_the_ratio_of_two_likelihoods)
{
    struct anytime_plan plan;
    static const size_t looks[] = {4, 9, 20};
    anytime_plan(LEAST, MOST, 0.05, &plan);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        const size_t n = looks[i];
        const double t = plan.decides[n];
        const double ratio =
            (0.95 * mixed(n, t, 1.5) + 0.05 * mixed(n, t, 5)) / likelihood(n, t, 0);
        const double wanted = n == MOST ? plan.threshold / 2 : plan.threshold;
        cr_expect(fabs(ratio / wanted - 1) < 1e-3, "%zu values, t %.4f: %.5f, not %.5f", n, t,
                  ratio, wanted);
    }
    anytime_plan_release(&plan);
}

/* ---- What comes soon, and what will not -------------------------------------------------------*/

Test(anytime, answers_come_as_soon_as_promised)
{
    enum { RUNS = 6000 };
    static const struct {
        double effect, seeds; /* docs/statistics.md */
    } rows[] = {{1, 10.6}, {1.5, 7.0}, {2, 5.6}, {3, 4.4}};
    struct anytime_plan plan;
    double values[MOST];
    anytime_plan(LEAST, MOST, 0.05, &plan);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double seeds = 0, squares = 0, decided = 0, once = 0;
        for (uint32_t run = 0; run < RUNS; run++) {
            draw(values, rows[i].effect, run);
            const int n = follow(&plan, values, true);
            seeds += abs(n);
            squares += n * n;
            decided += n > 0;
            once += t_of(values, MOST) > stats_t_quantile(0.975, MOST - 1);
        }
        const double mean = seeds / RUNS, error = sqrt((squares / RUNS - mean * mean) / RUNS);
        cr_expect(mean < rows[i].seeds + errors_allowed * error,
                  "effect %g: %.3f values, not %.1f +- %.3f", rows[i].effect, mean, rows[i].seeds,
                  error);
        cr_expect(decided > once - 0.055 * RUNS, "effect %g: decided in %g of %d, at once in %g",
                  rows[i].effect, decided, RUNS, once);
    }
    anytime_plan_release(&plan);
}

Test(anytime, what_is_hopeless_ends_early)
{
    enum { RUNS = 2000 };
    struct anytime_plan plan;
    double values[MOST], seeds[3] = {0}, futile = 0;
    anytime_plan(LEAST, MOST, 0.05, &plan);
    for (uint32_t run = 0; run < RUNS; run++)
        for (size_t i = 0; i < 3; i++) {
            draw(values, i == 2 ? 1.5 : 0.25 * (double)i, run);
            const int n = follow(&plan, values, true);
            seeds[i] += abs(n);
            futile += i == 2 && n < 0;
        }
    cr_expect(seeds[0] < 12 * RUNS, "no effect: %g values", seeds[0] / RUNS);
    cr_expect(seeds[1] < 13 * RUNS, "an effect of 0.25: %g values", seeds[1] / RUNS);
    cr_expect(futile < 0.005 * RUNS, "an effect of 1.5: given up in %g of %d", futile, RUNS);
    anytime_plan_release(&plan);
}

/* With effects drawn as the mixture has them. */
Test(anytime, what_is_foretold_comes)
{
    enum { RUNS = 20000, AT = 8 };
    struct anytime_plan plan;
    double values[MOST], decided = 0, seeds = 0, later = 0, chance = 0, more = 0, expected = 0;
    anytime_plan(LEAST, MOST, 0.05, &plan);
    for (uint32_t run = 0; run < RUNS; run++) {
        struct rng rng = rng_stream(8, RNG_TEST, 0, run);
        const double effect = (rng_uniform(&rng) < 0.95 ? 1.5 : 5) * rng_normal(&rng);
        for (size_t i = 0; i < MOST; i++)
            values[i] = rng_normal(&rng) + effect;
        const int n = follow(&plan, values, false);
        decided += n > 0;
        seeds += abs(n);
        if (abs(n) <= AT)
            continue;
        later += n > 0;
        more += abs(n) - AT;
        chance += anytime_chance(&plan, AT, t_of(values, AT));
        expected += anytime_expected(&plan, AT, t_of(values, AT));
    }
    const double some = errors_allowed * 0.5 / sqrt(RUNS); /* of a share, at most */
    const double first = anytime_chance(&plan, 1, INFINITY),
                 length = 1 + anytime_expected(&plan, 1, INFINITY);
    cr_expect(fabs(decided / RUNS - first) < some, "%.4f, foretold %.4f", decided / RUNS, first);
    cr_expect(fabs(seeds / RUNS - length) < some * MOST, "%.3f, foretold %.3f", seeds / RUNS,
              length);
    cr_expect(fabs(later - chance) < some * RUNS, "of those after 8: %g, foretold %.1f", later,
              chance);
    cr_expect(fabs(more - expected) < some * RUNS * (MOST - AT),
              "of those after 8: %g, foretold "
              "%.1f",
              more, expected);
    anytime_plan_release(&plan);
}

/* ---- Intervals --------------------------------------------------------------------------------*/

static void expect_interval(struct stats_interval interval, double low, double high)
{
    cr_expect(fabs(interval.low - low) < 1e-12 && fabs(interval.high - high) < 1e-12,
              "[%.15g, %.15g], not [%.15g, %.15g]", interval.low, interval.high, low, high);
}

/* -1, 1, -1, 1, ...: means of 0 and spreads by hand; the fifth value moves the interval up. */
Test(anytime, intervals_are_the_meet_of_all_looks)
{
    const double values[] = {-1, 1, -1, 1, 6}, same[] = {2, 2, 2, 2, 2};
    struct anytime_plan plan;
    anytime_plan(4, 6, 0.05, &plan);
    const double at4 = plan.decides[4] * sqrt(4.0 / 3) / 2;
    const double at5 = plan.decides[5] * sqrt(8.2 / 5); /* mean 1.2, squares 40 - 7.2 */
    cr_expect(isnan(anytime_interval(&plan, values, 3, 0).low), "before the first look");
    expect_interval(anytime_interval(&plan, values, 4, 0), -at4, at4);
    expect_interval(anytime_interval(&plan, values, 5, 0), fmax(-at4, 1.2 - at5),
                    fmin(at4, 1.2 + at5));
    cr_expect(isnan(anytime_interval(&plan, same, 5, 0.1).low), "without a spread");
    anytime_plan_release(&plan);
}

/* Two looks that contradict each other: the last one is said. */
Test(anytime, intervals_that_do_not_meet)
{
    const double values[] = {0.99, 1, 1.01, 1, 900, 900, 900, 900, 900, 900, 900, 900};
    struct anytime_plan plan;
    anytime_plan(4, 12, 0.05, &plan);
    const struct stats_interval first = anytime_interval(&plan, values, 4, 0),
                                last = anytime_interval(&plan, values, 12, 0);
    cr_expect(first.low < 1 && first.high > 1 && first.high < 1.1, "[%g, %g]", first.low,
              first.high);
    const double half = plan.decides[12] * stats_sd(values, 12) / sqrt(12);
    cr_assert(stats_mean(values, 12) - half > first.high);
    expect_interval(last, stats_mean(values, 12) - half, stats_mean(values, 12) + half);
    anytime_plan_release(&plan);
}

Test(anytime, steps_of_the_measure_hold_the_spread_up)
{
    const double values[] = {0.01, 0, 0.01, 0};
    struct anytime_plan plan;
    anytime_plan(3, 20, 0.05, &plan);
    const double half = plan.decides[4] * 0.02 / 2;
    const struct stats_interval interval = anytime_interval(&plan, values, 4, 0.02);
    expect_interval(interval, 0.005 - half, 0.005 + half);
    anytime_plan_release(&plan);
}

/* ---- Questions --------------------------------------------------------------------------------*/

static struct anytime_answer ask(const double *values, size_t n, double bound, double least_sd)
{
    const struct anytime_question question = {
        .values = values, .n = n, .bound = bound, .least_sd = least_sd};
    struct anytime_answer answer;
    anytime_answer(&question, 1, LEAST, MOST, &answer);
    return answer;
}

static void expect_state(struct anytime_answer answer, enum anytime_state wanted, const char *what)
{
    cr_expect_eq(answer.state, wanted, "%s: %s, p %g, chance %g, not %s", what,
                 anytime_state_names[answer.state], answer.p, answer.chance,
                 anytime_state_names[wanted]);
}

static const double five[] = {0.31, 0.12, 0.25, 0.22, 0.18};

Test(anytime, questions_have_answers)
{
    const double none[] = {0.3, -0.2, 0.1, -0.3, 0.2, -0.1, 0.15, -0.15, 0.02, -0.02, 0.3, -0.3};
    expect_state(ask(five, 5, -0.5, 0), ANYTIME_HOLDS, "far above");
    expect_state(ask(five, 5, 1, 0), ANYTIME_FAILS, "far below");
    expect_state(ask(five, 5, 0.2, 0), ANYTIME_OPEN, "at the mean, after few");
    expect_state(ask(none, 12, 0, 0), ANYTIME_FUTILE, "at the mean, after many");
    expect_state(ask(five, 5, -0.5, 5), ANYTIME_OPEN, "of a measure that is too coarse");
    expect_state(ask(five, 2, -0.5, 0), ANYTIME_OPEN, "before the first look");
}

/* What was decided stays so: t of all six is 1, of the first five far more. */
Test(anytime, answers_stay)
{
    const double six[] = {0.31, 0.12, 0.25, 0.22, 0.18, -6};
    expect_state(ask(five, 5, -0.5, 0), ANYTIME_HOLDS, "of five");
    expect_state(ask(six, 6, -0.5, 0), ANYTIME_HOLDS, "of six");
}

Test(anytime, p_is_the_level_at_which_it_would_be_decided)
{
    const struct anytime_answer answer = ask(five, 5, 0, 0);
    static const double factors[] = {0.99, 1.01};
    const double t = 0.216 / stats_sd(five, 5) * sqrt(5);
    for (size_t i = 0; i < 2; i++) {
        struct anytime_plan plan;
        bool decided = false;
        anytime_plan(LEAST, MOST, factors[i] * answer.p, &plan);
        for (size_t n = LEAST; n <= 5; n++)
            decided = decided || fabs(t_of(five, n)) >= plan.decides[n];
        cr_expect_eq(decided, i == 1, "p %g, at %g of it: t %g of 5 values, decided from %g",
                     answer.p, factors[i], t, plan.decides[5]);
        anytime_plan_release(&plan);
    }
}

Test(anytime, without_values_or_spread)
{
    const double same[] = {0.5, 0.5, 0.5, 0.5};
    const struct anytime_answer nothing = ask(NULL, 0, 0, 0), one = ask(five, 1, 0, 0),
                                equal = ask(same, 4, 0, 0), steps = ask(same, 4, 0, 0.01);
    expect_state(nothing, ANYTIME_OPEN, "no values");
    cr_expect(nothing.expected == one.expected + 1 && one.expected > 5 && one.expected < 19,
              "%g, %g", nothing.expected, one.expected);
    cr_expect(isnan(nothing.interval.low) && nothing.p == 1);
    expect_state(equal, ANYTIME_OPEN, "equal values");
    cr_expect(isnan(equal.chance) && isnan(equal.expected) && !equal.needed, "chance %g, %zu",
              equal.chance, equal.needed);
    expect_state(steps, ANYTIME_OPEN, "equal values of a measure with steps");
    cr_expect(steps.chance > 0.9 && steps.needed == 1, "chance %g, %zu more", steps.chance,
              steps.needed);
}

/* As many more as make t = mean / sd * sqrt(n) large enough, counted with a plan. */
Test(anytime, how_many_more_it_would_take)
{
    const struct anytime_answer answer = ask(five, 5, 0.15, 0);
    const double effect = (0.216 - 0.15) / stats_sd(five, 5);
    struct anytime_plan plan;
    anytime_plan(LEAST, MOST, 0.05, &plan);
    size_t n = 6;
    while (n <= MOST && effect * sqrt((double)n) < plan.decides[n])
        n++;
    cr_assert(n <= MOST, "%zu", n);
    expect_state(answer, ANYTIME_OPEN, "0.15");
    cr_expect_eq(answer.needed, n - 5, "%zu more, not %zu", answer.needed, n - 5);
    cr_expect_eq(ask(five, 5, stats_mean(five, 5), 0).needed, 0);
    anytime_plan_release(&plan);
}

/* p of 0.015 is enough alone, and not among four of which three know nothing; with one that is
 * decided its level rises. */
Test(anytime, holm_is_over_all_questions)
{
    const double none[] = {0.1, -0.1, 0.2, -0.2};
    struct anytime_question questions[4] = {{.values = five, .n = 5}};
    struct anytime_answer answers[4];
    for (size_t i = 1; i < 4; i++)
        questions[i] = (struct anytime_question){.values = none, .n = 4};
    anytime_answer(questions, 4, LEAST, MOST, answers);
    const double p = answers[0].p;
    cr_assert(p > 0.0125 && p < 0.0166, "%g", p);
    expect_state(answers[0], ANYTIME_OPEN, "one of four");
    cr_expect_float_eq(answers[0].p_holm, 4 * p, 1e-12, "%g", answers[0].p_holm);
    cr_expect_float_eq(answers[0].level, 0.05 / 4, 1e-12, "%g", answers[0].level);
    questions[1].same = true;
    anytime_answer(questions, 4, LEAST, MOST, answers);
    expect_state(answers[0], ANYTIME_HOLDS, "one of three");
    expect_state(answers[1], ANYTIME_SAME, "the same arm twice");
    cr_expect_float_eq(answers[2].level, 0.05 / 2, 1e-12, "%g", answers[2].level);
}

/* t of the first three is 28.9, beyond the 26.68 of one question and not beyond what two ask for.
 * That the other question is surer in the end does not make it known any earlier. */
Test(anytime, when_it_was_decided_does_not_change)
{
    const double clear[] = {1, 1.06, 0.94, 1};
    double sure[MOST];
    for (size_t i = 0; i < MOST; i++)
        sure[i] = i % 2 ? 0.5 : 0.3;
    struct anytime_question questions[] = {{.values = clear, .n = 3}, {.values = sure, .n = 3}};
    struct anytime_answer answers[2];
    anytime_answer(questions, 1, LEAST, MOST, answers);
    cr_expect_eq(answers[0].decided, 3, "alone: %zu", answers[0].decided);
    anytime_answer(questions, 2, LEAST, MOST, answers);
    expect_state(answers[0], ANYTIME_OPEN, "one of two");
    cr_expect_eq(answers[0].decided, 0, "%zu", answers[0].decided);
    questions[1].n = MOST; /* once it is decided, the three are enough */
    anytime_answer(questions, 2, LEAST, MOST, answers);
    expect_state(answers[0], ANYTIME_HOLDS, "beside one that is decided");
    cr_expect_eq(answers[0].decided, 3, "%zu of three", answers[0].decided);
    questions[0].n = 4;
    anytime_answer(questions, 2, LEAST, MOST, answers);
    cr_assert(answers[1].p < answers[0].p);
    cr_expect_eq(answers[0].decided, 4, "%zu", answers[0].decided);
    cr_expect(answers[1].decided >= 4 && answers[1].decided < MOST, "%zu", answers[1].decided);
}

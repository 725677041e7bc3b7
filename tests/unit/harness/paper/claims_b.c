/* Claims B1 to B5 on made results that are worked out by hand. */
#include "tests/support/claims_db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void open_empty(void)
{
    claims_open("claims.db");
}

TestSuite(paper_claims_b, .init = open_empty, .fini = claims_close);

static const char TRANSFER[] = "prune_with=mlp";
static const struct claims_run full = {.pruner = "full", .percent = 90, .train_s = 10};

/* ---- B1: full is within a point of its end after 10 s, at the second epoch -------------------*/

/* Seeds 0 and 2 take 1 / PACE and PACE times as long: what makes the interval of a ratio. */
static const double PACE = 1.01;

static const char TRAINING[] = "times faster to converge, training alone";
static const char CHARGED[] = "times faster to converge, charged";
static const char POINTS[] = "accuracy against full data";

/* dp: 3 s of scores, 1 of choosing, then 2.5 of training until it is there, and 5 in all. */
static struct claims_run dp(double percent)
{
    return (struct claims_run){.pruner = "dp",
                               .rate = .4,
                               .percent = percent,
                               .score_s = 3,
                               .select_s = 1,
                               .train_s = 5,
                               .early_percent = percent - .5,
                               .early_s = 6.5,
                               .pace = PACE};
}

static void expect_ratio(const struct paper_finding *finding, const char *measure, double mean,
                         enum paper_verdict verdict)
{
    claims_expect_line(finding, "dp 0.4", measure, 3, mean, mean * pow(PACE, -claims_half),
                       mean * pow(PACE, claims_half), verdict);
}

static void add_full_of_b1(void)
{
    struct claims_run run = full;
    run.early_percent = 50;
    run.early_s = 5;
    claims_add_seeds(run, 0);
}

Test(paper_claims_b, b1_held)
{
    add_full_of_b1();
    claims_add_seeds(dp(89), .1);
    claims_runs[1].doubtful = true; /* full's seed 1 */
    const struct paper_finding b1 = claims_find("B1");
    claims_expect(&b1, CLAIM_HELD);
    expect_ratio(&b1, TRAINING, 4, CLAIM_HELD);
    claims_expect_line(&b1, "dp 0.4", POINTS, 3, -1, -1 - .1 * claims_half, -1 + .1 * claims_half,
                       CLAIM_HELD);
    expect_ratio(&b1, CHARGED, 10 / 6.5, CLAIM_SHOWN);
    expect_ratio(&b1, "times faster in all, charged", 10 / 9., CLAIM_SHOWN);
    cr_expect_eq(claims_line_of(&b1, "dp 0.4", TRAINING)->doubtful, 1);
    cr_expect_eq(claims_line_of(&b1, "dp 0.4", POINTS)->doubtful, 0);
}

/* 2 points lost. Other rates, and dp that only scores, are another matter. */
Test(paper_claims_b, b1_not_held)
{
    struct claims_run other = dp(90), scoring = dp(90);
    other.rate = .2;
    scoring.options = "score_only=true";
    add_full_of_b1();
    claims_add_seeds(dp(88), .1);
    claims_add_seeds(other, 0);
    claims_add_seeds(scoring, 0);
    const struct paper_finding b1 = claims_find("B1");
    claims_expect(&b1, CLAIM_NOT_HELD);
    cr_expect_eq(b1.count, 4, "%zu lines", b1.count);
    claims_expect_line(&b1, "dp 0.4", POINTS, 3, -2, -2 - .1 * claims_half, -2 + .1 * claims_half,
                       CLAIM_NOT_HELD);
}

/* 5, 2.5 and 1.25 s of training: 2, 4 and 8 times, of which the mean is 4, and the logarithms have
 * the standard deviation log 2. Two sets of options are two arms. */
Test(paper_claims_b, b1_undecided)
{
    add_full_of_b1();
    for (int seed = 0; seed < 3; seed++) {
        struct claims_run run = dp(89), more = dp(89);
        run.seed = more.seed = seed;
        run.early_s = 4 + 5 / pow(2, seed);
        claims_add(run);
        more.options = "moves=9";
        if (seed == 0)
            claims_add(more);
    }
    const struct paper_finding b1 = claims_find("B1");
    claims_expect(&b1, CLAIM_UNDECIDED);
    claims_expect_line(&b1, "dp 0.4", TRAINING, 3, 4, 4 * exp(-claims_half * log(2)),
                       4 * exp(claims_half * log(2)), CLAIM_UNDECIDED);
    claims_expect_line(&b1, "dp(moves=9) 0.4", TRAINING, 1, 4, 0, 0, CLAIM_UNDECIDED);
}

/* ---- B2: m / N + eps / N is 0 (full), 0.2 + 0.2 and 0.8 --------------------------------------*/

static const char CORRELATION[] = "correlation of predicted and observed gap";

static void add_gaps(int seed, double at_0, double at_4, double at_8)
{
    claims_add((struct claims_run){.pruner = "full", .seed = seed, .percent = 90, .gap = at_0});
    claims_add((struct claims_run){.pruner = "dp",
                                   .rate = .2,
                                   .seed = seed,
                                   .percent = 89,
                                   .gap = at_4,
                                   .objective = .2 * CLAIMS_TRAIN_N});
    claims_add(
        (struct claims_run){.pruner = "dp", .rate = .8, .seed = seed, .percent = 88, .gap = at_8});
}

/* The gap in the middle is 0.03 off with seed 1: 0.08 / sqrt(0.32 (0.02 + 0.0006)) = 0.985329. The
 * mean is 1 less a third of that, the standard deviation sqrt(1 / 3) of it. */
static const double OFF = 1 - 0.9853293;

Test(paper_claims_b, b2_held)
{
    for (int seed = 0; seed < 3; seed++)
        add_gaps(seed, .1, seed == 1 ? .23 : .2, .3);
    const struct paper_finding b2 = claims_find("B2");
    claims_expect(&b2, CLAIM_HELD);
    claims_expect_line(&b2, "dp", CORRELATION, 3, 1 - OFF / 3,
                       1 - OFF / 3 - claims_half * OFF / sqrt(3), 1, CLAIM_HELD);
}

/* Deviations -0.4, 0, 0.4 and -0.1, 0.1, 0: 0.04 / sqrt(0.32 * 0.02) = 0.5 of the second seed.
   The interval ends where correlations do. */
Test(paper_claims_b, b2_undecided)
{
    add_gaps(0, .1, .2, .3);
    add_gaps(1, .1, .3, .2);
    add_gaps(2, .1, .2, .3);
    const double mean = 2.5 / 3, width = claims_half * .2886751;
    const struct paper_finding b2 = claims_find("B2");
    claims_expect(&b2, CLAIM_UNDECIDED);
    claims_expect_line(&b2, "dp", CORRELATION, 3, mean, mean - width, 1, CLAIM_UNDECIDED);
}

Test(paper_claims_b, b2_not_held)
{
    for (int seed = 0; seed < 3; seed++)
        add_gaps(seed, .3, seed == 1 ? .23 : .2, .1);
    const struct paper_finding b2 = claims_find("B2");
    claims_expect(&b2, CLAIM_NOT_HELD);
    claims_expect_line(&b2, "dp", CORRELATION, 3, OFF / 3 - 1, -1,
                       OFF / 3 - 1 + claims_half * OFF / sqrt(3), CLAIM_NOT_HELD);
}

/* ---- B3: dp less influence-score at 0.2 and 0.6 ----------------------------------------------*/

static const char LOW[] = "dp against influence-score 0.2";
static const char HIGH[] = "dp against influence-score 0.6";
static const char MORE[] = "dp against influence-score, 0.6 less 0.2";

/* Points that dp is better by, and what it differs by from seed to seed. */
static void add_advantages(double low, double low_spread, double high, double high_spread)
{
    for (int i = 0; i < 2; i++) {
        struct claims_run run = {.rate = i ? .6 : .2, .pruner = "influence-score", .percent = 80};
        claims_add_seeds(run, 0);
        run.pruner = "dp";
        run.percent += i ? high : low;
        claims_add_seeds(run, i ? high_spread : low_spread);
        run.options = "score_only=true"; /* trains on everything */
        run.percent = 99;
        claims_add_seeds(run, 0);
    }
}

Test(paper_claims_b, b3_held)
{
    add_advantages(1, .1, 3, .2);
    /* A network that has other rates has ends of its own. */
    claims_add_seeds(
        (struct claims_run){.model = "lenet", .pruner = "dp", .rate = .1, .percent = 81}, .1);
    claims_add_seeds(
        (struct claims_run){
            .model = "lenet", .pruner = "influence-score", .rate = .1, .percent = 80},
        0);
    const struct paper_finding b3 = claims_find("B3");
    claims_expect(&b3, CLAIM_HELD);
    cr_expect_eq(b3.count, 4, "%zu lines", b3.count);
    claims_expect_line(&b3, LOW, "accuracy", 3, 1, 1 - .1 * claims_half, 1 + .1 * claims_half,
                       CLAIM_HELD);
    claims_expect_line(&b3, HIGH, "accuracy", 3, 3, 3 - .2 * claims_half, 3 + .2 * claims_half,
                       CLAIM_HELD);
    claims_expect_line(&b3, MORE, "advantage", 3, 2, 2 - .1 * claims_half, 2 + .1 * claims_half,
                       CLAIM_HELD);
}

/* Better at both, and less so at the higher: 1 less 2, and 0.1 - 0.2 from seed to seed. */
Test(paper_claims_b, b3_not_held)
{
    add_advantages(2, .2, 1, .1);
    const struct paper_finding b3 = claims_find("B3");
    claims_expect(&b3, CLAIM_NOT_HELD);
    claims_expect_line(&b3, MORE, "advantage", 3, -1, -1 - .1 * claims_half, -1 + .1 * claims_half,
                       CLAIM_NOT_HELD);
}

/* -0.2 +- 0.248 at 0.2: neither. */
Test(paper_claims_b, b3_undecided)
{
    add_advantages(-.2, .1, 1, .1);
    const struct paper_finding b3 = claims_find("B3");
    claims_expect(&b3, CLAIM_UNDECIDED);
    claims_expect_line(&b3, LOW, "accuracy", 3, -.2, -.2 - .1 * claims_half, -.2 + .1 * claims_half,
                       CLAIM_UNDECIDED);
}

/* One line against it, at 0.25 +- 0.248, is one of three that chance may make: with intervals of
 * 1 - 0.05 / 3 it is not. t(1 - 0.05 / 6, 2) = 7.6488, so +- 0.4416. */
Test(paper_claims_b, b3_is_not_lost_by_chance)
{
    add_advantages(-.25, .1, 1, .1);
    const struct paper_finding b3 = claims_find("B3");
    claims_expect(&b3, CLAIM_UNDECIDED);
    claims_expect_line(&b3, LOW, "accuracy", 3, -.25, -.25 - .1 * claims_half,
                       -.25 + .1 * claims_half, CLAIM_NOT_HELD);
    cr_expect_eq(claims_line_of(&b3, LOW, "accuracy")->strict, CLAIM_UNDECIDED);
}

/* However large it is. */
Test(paper_claims_b, b3_of_one_seed_is_undecided)
{
    claims_add((struct claims_run){.pruner = "dp", .rate = .2, .percent = 99});
    claims_add((struct claims_run){.pruner = "influence-score", .rate = .2, .percent = 10});
    claims_add((struct claims_run){
        .pruner = "dp", .rate = .6, .seed = 1, .percent = 50}); /* nobody beside */
    const struct paper_finding b3 = claims_find("B3");
    claims_expect(&b3, CLAIM_UNDECIDED);
    cr_expect_eq(b3.count, 1, "%zu lines", b3.count);
    claims_expect_line(&b3, LOW, "accuracy", 1, 89, 0, 0, CLAIM_UNDECIDED);
}

/* Two: 1 and 3 points, and t(0.975, 1) = 12.7062 makes 12.7062 * sqrt(2) / sqrt(2) of 2 +- 1. */
Test(paper_claims_b, b3_of_two_seeds)
{
    for (int seed = 0; seed < 2; seed++) {
        claims_add((struct claims_run){
            .pruner = "dp", .rate = .2, .seed = seed, .percent = 81 + 2 * seed});
        claims_add((struct claims_run){
            .pruner = "influence-score", .rate = .2, .seed = seed, .percent = 80});
    }
    const struct paper_finding b3 = claims_find("B3");
    claims_expect(&b3, CLAIM_UNDECIDED);
    claims_expect_line(&b3, LOW, "accuracy", 2, 2, 2 - 12.70620, 2 + 12.70620, CLAIM_UNDECIDED);
}

/* ---- B4: random has 80, dp's own choice 82 ---------------------------------------------------*/

static const char BESIDE_RANDOM[] = "accuracy against random";
static const char BESIDE_OWN[] = "accuracy against its own choice";

static void add_transfer(double percent)
{
    claims_add_seeds((struct claims_run){.pruner = "random", .rate = .4, .percent = 80}, 0);
    claims_add_seeds((struct claims_run){.pruner = "dp", .rate = .4, .percent = 82}, 0);
    claims_add_seeds(
        (struct claims_run){.pruner = "dp", .options = TRANSFER, .rate = .4, .percent = percent},
        .1);
}

Test(paper_claims_b, b4_held)
{
    add_transfer(81);
    const struct paper_finding b4 = claims_find("B4");
    claims_expect(&b4, CLAIM_HELD);
    cr_expect(b4.count == 2 && b4.judged == 1, "%zu lines, %zu judged", b4.count, b4.judged);
    claims_expect_line(&b4, "dp(prune_with=mlp) 0.4", BESIDE_RANDOM, 3, 1, 1 - .1 * claims_half,
                       1 + .1 * claims_half, CLAIM_HELD);
    claims_expect_line(&b4, "dp(prune_with=mlp) 0.4", BESIDE_OWN, 3, -1, -1 - .1 * claims_half,
                       -1 + .1 * claims_half, CLAIM_SHOWN);
}

Test(paper_claims_b, b4_not_held)
{
    add_transfer(79);
    const struct paper_finding b4 = claims_find("B4");
    claims_expect(&b4, CLAIM_NOT_HELD);
}

/* Two small networks are two arms and no six seeds of one; where the own choice has several sets of
 * options it is the file's first. */
Test(paper_claims_b, b4_undecided_and_several_networks)
{
    add_transfer(80.2);
    claims_add_seeds(
        (struct claims_run){
            .pruner = "dp", .options = "prune_with=lenet", .rate = .4, .percent = 85},
        .1);
    claims_add_seeds(
        (struct claims_run){.pruner = "dp", .options = "moves=9", .rate = .4, .percent = 10}, 0);
    const struct paper_finding b4 = claims_find("B4");
    claims_expect(&b4, CLAIM_UNDECIDED);
    claims_expect_line(&b4, "dp(prune_with=mlp) 0.4", BESIDE_RANDOM, 3, .2, .2 - .1 * claims_half,
                       .2 + .1 * claims_half, CLAIM_UNDECIDED);
    claims_expect_line(&b4, "dp(prune_with=lenet) 0.4", BESIDE_RANDOM, 3, 5, 5 - .1 * claims_half,
                       5 + .1 * claims_half, CLAIM_HELD);
    claims_expect_line(&b4, "dp(prune_with=lenet) 0.4", BESIDE_OWN, 3, 3, 3 - .1 * claims_half,
                       3 + .1 * claims_half, CLAIM_SHOWN);
}

/* ---- B5: eight networks, that full data ranks 1 to 8 -----------------------------------------*/

enum { NETWORKS = 8 };
static const char RANKING[] = "rank correlation of 8 networks";

/* The first two of seed 1 change places: 1 - 6 * 2 / (8 * 63) = 0.976190. */
static const double SWAPPED = 1.0 / 42;

/* dp ranks them as full data does, or the other way round. */
static void add_ranks(int seeds, bool reversed, bool swapped)
{
    static const char *const networks[NETWORKS] = {"w1",  "w2",  "w4",  "w8",
                                                   "w16", "w32", "w64", "w128"};
    for (int i = 0; i < NETWORKS; i++)
        for (int seed = 0; seed < seeds; seed++) {
            const int rank = swapped && seed == 1 && i < 2 ? 1 - i : i;
            claims_add((struct claims_run){
                .model = networks[i], .pruner = "full", .seed = seed, .percent = 80 + i});
            claims_add((struct claims_run){.model = networks[i],
                                           .pruner = "dp",
                                           .rate = .6,
                                           .seed = seed,
                                           .percent = reversed ? 70 - rank : 70 + rank});
        }
}

Test(paper_claims_b, b5_held)
{
    const double mean = 1 - SWAPPED / 3, half = claims_half * SWAPPED / sqrt(3);
    add_ranks(3, false, true);
    const struct paper_finding b5 = claims_find("B5");
    claims_expect(&b5, CLAIM_HELD);
    claims_expect_line(&b5, "dp 0.6", RANKING, 3, mean, mean - half, 1, CLAIM_HELD);
    claims_expect_line(&b5, "full, another seed", RANKING, 2, 1, (double)NAN, (double)NAN,
                       CLAIM_SHOWN);
}

Test(paper_claims_b, b5_not_held)
{
    const double mean = SWAPPED / 3 - 1, half = claims_half * SWAPPED / sqrt(3);
    add_ranks(3, true, true);
    const struct paper_finding b5 = claims_find("B5");
    claims_expect(&b5, CLAIM_NOT_HELD);
    claims_expect_line(&b5, "dp 0.6", RANKING, 3, mean, -1, mean + half, CLAIM_NOT_HELD);
}

/* Few networks have few rankings, and seeds that agree are no wonder. */
Test(paper_claims_b, b5_the_same_with_every_seed_is_undecided)
{
    add_ranks(3, false, false);
    const struct paper_finding b5 = claims_find("B5");
    claims_expect(&b5, CLAIM_UNDECIDED);
    claims_expect_line(&b5, "dp 0.6", RANKING, 3, 1, (double)NAN, (double)NAN, CLAIM_UNDECIDED);
}

Test(paper_claims_b, b5_of_one_seed_is_undecided)
{
    add_ranks(1, false, false);
    const struct paper_finding b5 = claims_find("B5");
    claims_expect(&b5, CLAIM_UNDECIDED);
    claims_expect_line(&b5, "dp 0.6", RANKING, 1, 1, 0, 0, CLAIM_UNDECIDED);
}

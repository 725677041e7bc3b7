/* Claims A1 to A5 and the table of what ran, on made results that are worked out by hand. */
#include "results/db.h"
#include "tests/support/claims_db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void open_empty(void)
{
    claims_open("claims.db");
}

TestSuite(paper_claims, .init = open_empty, .fini = claims_close);

/* ---- A1 to A4: tests/cli/paper.t has the rest ------------------------------------------------*/

static const struct claims_run full = {.pruner = "full", .percent = 90, .train_s = 10};

/* 12 s for 10; half of the values have a clock that was disturbed, of the run or of full's. What
 * only scores trains on everything, and is no static pruning. */
Test(paper_claims, a1_tells_of_doubtful_clocks)
{
    claims_add_seeds(full, 0);
    claims_runs[0].doubtful = true;
    claims_add_seeds(
        (struct claims_run){
            .pruner = "el2n", .rate = .5, .percent = 89, .score_s = 7, .train_s = 5, .pace = 1.01},
        0);
    claims_runs[3].doubtful = claims_runs[4].doubtful = true; /* seed 0 both ways: one value */
    claims_add_seeds((struct claims_run){.pruner = "el2n",
                                         .options = "score_only=true",
                                         .rate = .5,
                                         .percent = 90,
                                         .train_s = 1},
                     0);
    const struct paper_finding a1 = claims_find("A1");
    struct str reserve = {0};
    claims_expect(&a1, CLAIM_HELD);
    cr_expect_eq(a1.count, 1, "%zu lines", a1.count);
    claims_expect_line(&a1, "el2n 0.5", "charged time over full data's", 3, 1.2,
                       1.2 * pow(1.01, -claims_half), 1.2 * pow(1.01, claims_half), CLAIM_HELD);
    cr_expect(a1.doubtful == 2 && a1.values == 3, "%zu of %zu", a1.doubtful, a1.values);
    paper_add_reserve(&a1, &reserve);
    cr_expect_str_eq(str_text(&reserve), "2 of 3 values with doubtful seconds");
    str_release(&reserve);
}

/* Two seeds, both better by a point: that decides nothing, and no interval of width 0 is told. */
Test(paper_claims, equal_differences_are_undecided)
{
    for (int seed = 0; seed < 2; seed++) {
        const double percent = 80 + 3.7 * seed;
        claims_add((struct claims_run){
            .pruner = "random-dynamic", .rate = .5, .seed = seed, .percent = percent});
        claims_add(
            (struct claims_run){.pruner = "ucb", .rate = .5, .seed = seed, .percent = percent + 1});
    }
    const struct paper_finding a3 = claims_find("A3");
    static const char arm[] = "ucb 0.5 against random-dynamic";
    struct str text = {0};
    claims_expect(&a3, CLAIM_UNDECIDED);
    claims_expect_line(&a3, arm, "accuracy", 2, 1, (double)NAN, (double)NAN, CLAIM_UNDECIDED);
    paper_add_value(claims_line_of(&a3, arm, "accuracy"), &text);
    cr_expect_str_eq(str_text(&text),
                     "+1.00 points, n = 2, the same with every seed: its spread is not known");
    str_release(&text);
}

/* Two arms of two seeds with equal accuracies and losses; the second's last loss may differ. */
static struct paper_finding find_pair(const struct claims_run *first,
                                      const struct claims_run *second, const char *claim,
                                      double further)
{
    char name[64];
    snprintf(name, sizeof name, "%s %g.db", claim, further);
    claims_close();
    claims_open(name);
    for (int seed = 0; seed < 2; seed++) {
        struct claims_run runs[] = {*first, *second};
        for (int i = 0; i < 2; i++) {
            runs[i].seed = seed;
            runs[i].percent = runs[i].early_percent = 80;
            runs[i].early_s = runs[i].train_s = 1;
            runs[i].gap = 0.5 + seed + (i == 1 && seed == 1 ? further : 0);
            claims_add(runs[i]);
        }
    }
    return claims_find(claim);
}

/* Two arms that ended with the same network with both seeds; with one seed's, they are two arms. */
Test(paper_claims, the_same_bits_are_not_two_arms)
{
    static const struct {
        const char *claim, *arm, *measure;
        struct claims_run first, second;
    } pairs[] = {
        {"A2",
         "random-dynamic against el2n 0.5",
         "accuracy",
         {.pruner = "random-dynamic", .rate = .5},
         {.pruner = "el2n", .rate = .5}},
        {"A3",
         "ucb 0.5 against random-dynamic",
         "accuracy",
         {.pruner = "random-dynamic", .rate = .5},
         {.pruner = "ucb", .rate = .5}},
        {"A4",
         "ucb 0.5",
         "accuracy against full data",
         {.pruner = "full"},
         {.pruner = "ucb", .rate = .5}},
        {"B1",
         "dp 0.4",
         "accuracy against full data",
         {.pruner = "full"},
         {.pruner = "dp", .rate = .4}},
        {"B3",
         "dp against influence-score 0.4",
         "accuracy",
         {.pruner = "influence-score", .rate = .4},
         {.pruner = "dp", .rate = .4}},
        {"B4",
         "dp(prune_with=mlp) 0.4",
         "accuracy against random",
         {.pruner = "random", .rate = .4},
         {.pruner = "dp", .options = "prune_with=mlp", .rate = .4}},
    };
    for (size_t i = 0; i < 2 * (sizeof pairs / sizeof *pairs); i++) {
        const struct paper_finding finding = find_pair(&pairs[i / 2].first, &pairs[i / 2].second,
                                                       pairs[i / 2].claim, i % 2 ? 0.125 : 0);
        struct str text = {0};
        paper_add_value(claims_line_of(&finding, pairs[i / 2].arm, pairs[i / 2].measure), &text);
        cr_expect_str_eq(str_text(&text),
                         i % 2 ? "+0.00 points, n = 2, the same with every seed: its spread is not "
                                 "known"
                               : "+0.00 points, n = 2, the same bits with every seed: not two arms",
                         "%s: %s", pairs[i / 2].claim, str_text(&text));
        claims_expect(&finding, CLAIM_UNDECIDED);
        str_release(&text);
    }
}

/* Better by 1, 1 and 2 samples of 100: 1.33 +- 1.43 points by their spread of 0.58, surely no worse
 * than -1; by one of a sample +- 2.48. Ratios of seconds have no such step. */
Test(paper_claims, the_least_spread_is_one_sample_of_the_test_set)
{
    for (int seed = 0; seed < 3; seed++) {
        const double slower = pow(1.01, seed - 1);
        claims_add((struct claims_run){
            .pruner = "full", .seed = seed, .percent = 80, .train_s = 10, .test_n = 100});
        claims_add((struct claims_run){.pruner = "ucb",
                                       .rate = .5,
                                       .seed = seed,
                                       .percent = seed == 2 ? 82 : 81,
                                       .train_s = 5 * slower});
    }
    const struct paper_finding a4 = claims_find("A4");
    claims_expect(&a4, CLAIM_UNDECIDED);
    claims_expect_line(&a4, "ucb 0.5", "accuracy against full data", 3, 4.0 / 3,
                       4.0 / 3 - claims_half, 4.0 / 3 + claims_half, CLAIM_UNDECIDED);
    claims_expect_line(&a4, "ucb 0.5", "times faster than full data", 3, 2,
                       2 * pow(1.01, -claims_half), 2 * pow(1.01, claims_half), CLAIM_HELD);
}

/* What is said of time is said of work, too, and not judged: el2n computes 1.2 times as much and
 * ucb a quarter, whatever the clock says. Of forgetting it is not known. */
static struct paper_finding find_in_work(const char *id)
{
    claims_add_seeds((struct claims_run){.pruner = "full", .train_s = 10, .flops = 100}, 0);
    claims_add_seeds((struct claims_run){.pruner = "el2n", .rate = .5, .train_s = 5, .flops = 120},
                     0);
    claims_add_seeds((struct claims_run){.pruner = "ucb", .rate = .5, .train_s = 20, .flops = 25},
                     0);
    claims_add_seeds((struct claims_run){.pruner = "forgetting", .rate = .5, .train_s = 5}, 0);
    return claims_find(id);
}

Test(paper_claims, a1_in_work)
{
    const struct paper_finding a1 = find_in_work("A1");
    cr_expect_eq(a1.count, 3, "%zu lines", a1.count);
    claims_expect_line(&a1, "el2n 0.5", "operations over full data's", 3, 1.2, (double)NAN,
                       (double)NAN, CLAIM_SHOWN);
}

Test(paper_claims, a4_in_work)
{
    const struct paper_finding a4 = find_in_work("A4");
    claims_expect_line(&a4, "ucb 0.5", "times fewer operations than full data", 3, 4, (double)NAN,
                       (double)NAN, CLAIM_SHOWN);
}

/* Each network has a highest rate of its own: 0.7 and 0.5. */
Test(paper_claims, a2_at_each_networks_highest_rate)
{
    for (int i = 0; i < 2; i++) {
        const struct claims_run run = {.model = i ? "lenet" : "mlp", .rate = i ? .5 : .7};
        struct claims_run dynamic = run, el2n = run;
        dynamic.pruner = "random-dynamic";
        dynamic.percent = 85;
        el2n.pruner = "el2n";
        el2n.percent = i ? 86 : 84;
        claims_add_seeds(dynamic, 0);
        claims_add_seeds(el2n, .1);
    }
    claims_add_seeds((struct claims_run){.pruner = "random-dynamic", .rate = .3, .percent = 88}, 0);
    claims_add_seeds((struct claims_run){.pruner = "el2n", .rate = .3, .percent = 89}, 0);
    const struct paper_finding a2 = claims_find("A2");
    claims_expect(&a2, CLAIM_NOT_HELD);
    cr_expect_eq(a2.count, 2, "%zu lines", a2.count);
    claims_expect_line(&a2, "random-dynamic against el2n 0.7", "accuracy", 3, 1,
                       1 - .1 * claims_half, 1 + .1 * claims_half, CLAIM_HELD);
    claims_expect_line(&a2, "random-dynamic against el2n 0.5", "accuracy", 3, -1,
                       -1 - .1 * claims_half, -1 + .1 * claims_half, CLAIM_NOT_HELD);
}

/* Of what is not compared nothing follows; of what is, that the means are of the lucky ones. */
Test(paper_claims, a3_and_runs_that_diverged)
{
    claims_add_seeds((struct claims_run){.pruner = "random-dynamic", .rate = .5, .percent = 85}, 0);
    claims_add_seeds((struct claims_run){.pruner = "ucb", .rate = .5, .percent = 86}, .1);
    claims_add((struct claims_run){.pruner = "el2n", .rate = .5, .diverged = true});
    const struct paper_finding other = claims_find("A3");
    claims_expect(&other, CLAIM_HELD);
    cr_expect(other.diverged == 1 && other.diverged_here == 0);
    claims_expect_line(&other, "ucb 0.5 against random-dynamic", "accuracy", 3, 1,
                       1 - .1 * claims_half, 1 + .1 * claims_half, CLAIM_HELD);
}

Test(paper_claims, a3_of_which_one_diverged)
{
    claims_add_seeds((struct claims_run){.pruner = "random-dynamic", .rate = .5, .percent = 85}, 0);
    claims_add_seeds((struct claims_run){.pruner = "ucb", .rate = .5, .percent = 86}, .1);
    claims_add((struct claims_run){.pruner = "ucb", .rate = .5, .seed = 3, .diverged = true});
    const struct paper_finding a3 = claims_find("A3");
    claims_expect(&a3, CLAIM_UNDECIDED);
    cr_expect_not_null(strstr(a3.why ? a3.why : "", "1 run of what it compares diverged"));
}

/* Twice as fast and half a point worse; but at 0.7 four times as fast, and 5 points. */
Test(paper_claims, a4_wants_one_arm)
{
    claims_add_seeds(full, 0);
    claims_add_seeds(
        (struct claims_run){
            .pruner = "ucb", .rate = .5, .percent = 89.5, .train_s = 5, .pace = 1.01},
        .02);
    claims_add_seeds(
        (struct claims_run){
            .pruner = "ucb", .rate = .7, .percent = 85, .train_s = 2.5, .pace = 1.01},
        .1);
    const double low = pow(1.01, -claims_half), high = pow(1.01, claims_half);
    const struct paper_finding a4 = claims_find("A4");
    claims_expect(&a4, CLAIM_HELD);
    claims_expect_line(&a4, "ucb 0.5", "times faster than full data", 3, 2, 2 * low, 2 * high,
                       CLAIM_HELD);
    claims_expect_line(&a4, "ucb 0.5", "accuracy against full data", 3, -.5,
                       -.5 - .02 * claims_half, -.5 + .02 * claims_half, CLAIM_HELD);
    claims_expect_line(&a4, "ucb 0.7", "times faster than full data", 3, 4, 4 * low, 4 * high,
                       CLAIM_HELD);
    claims_expect_line(&a4, "ucb 0.7", "accuracy against full data", 3, -5, -5 - .1 * claims_half,
                       -5 + .1 * claims_half, CLAIM_NOT_HELD);
}

/* ---- A5: samples 0 to 4 first, then others: sometimes selected is what only one of both has */

enum { FIRST = 0x01f, SIX = 0x0f8, FOUR = 0x07c, TWO = 0x03e }; /* tenths that are sometimes */

static void add_scoring(int seed, uint16_t second)
{
    claims_add((struct claims_run){.pruner = "ucb",
                                   .options = "period=2 score_only=true",
                                   .rate = .5,
                                   .seed = seed,
                                   .percent = 90,
                                   .chosen = {FIRST, second}});
}

/* 0.6, 0.4, 0.6: mean 0.5333, standard deviation 0.11547. Half of the samples each time: by chance
 * a quarter is always selected, a quarter never. */
Test(paper_claims, a5_held)
{
    static const char arm[] = "ucb(period=2 score_only=true) 0.5";
    const double width = claims_half * .1154701;
    add_scoring(0, SIX);
    add_scoring(1, FOUR);
    add_scoring(2, SIX);
    /* What trains on its choice is shown beside, and one selection is none to compare. */
    claims_add(
        (struct claims_run){.pruner = "ucb", .rate = .5, .percent = 88, .chosen = {FIRST, FIRST}});
    claims_add((struct claims_run){.pruner = "ucb", .rate = .7, .percent = 88, .chosen = {FIRST}});
    const struct paper_finding a5 = claims_find("A5");
    claims_expect(&a5, CLAIM_HELD);
    cr_expect(a5.count == 4 && a5.judged == 1, "%zu lines, %zu judged", a5.count, a5.judged);
    claims_expect_line(&a5, arm, "share sometimes selected", 3, 1.6 / 3, 1.6 / 3 - width,
                       1.6 / 3 + width, CLAIM_HELD);
    claims_expect_line(&a5, arm, "the same by chance", 3, .5, (double)NAN, (double)NAN,
                       CLAIM_SHOWN);
    claims_expect_line(&a5, "ucb 0.5", "share sometimes selected", 1, 0, 0, 0, CLAIM_SHOWN);
}

/* 0.6, 0.4, 0.2: 0.4 +- 0.497, which does not exclude 0.1. No share is below 0. */
Test(paper_claims, a5_undecided)
{
    add_scoring(0, SIX);
    add_scoring(1, FOUR);
    add_scoring(2, TWO);
    const struct paper_finding a5 = claims_find("A5");
    claims_expect(&a5, CLAIM_UNDECIDED);
    claims_expect_line(&a5, "ucb(period=2 score_only=true) 0.5", "share sometimes selected", 3, .4,
                       0, .4 + .2 * claims_half, CLAIM_UNDECIDED);
}

/* The same again: nobody is sometimes selected. */
Test(paper_claims, a5_the_same_share_with_every_seed_is_undecided)
{
    for (int seed = 0; seed < 3; seed++)
        add_scoring(seed, FIRST);
    const struct paper_finding a5 = claims_find("A5");
    claims_expect(&a5, CLAIM_UNDECIDED);
    claims_expect_line(&a5, "ucb(period=2 score_only=true) 0.5", "share sometimes selected", 3, 0,
                       (double)NAN, (double)NAN, CLAIM_UNDECIDED);
}

Test(paper_claims, a5_not_measured)
{
    claims_add(
        (struct claims_run){.pruner = "ucb", .rate = .5, .percent = 88, .chosen = {FIRST, SIX}});
    const struct paper_finding none = claims_find("A5");
    claims_expect(&none, CLAIM_NOT_MEASURED);
    cr_expect_eq(none.count, 2, "what is shown is shown all the same");
}

/* ---- What ran --------------------------------------------------------------------------------*/

Test(paper_claims, what_ran_of_a_part)
{
    struct table table = {0};
    struct str text = {0};
    struct err err;
    claims_add((struct claims_run){.pruner = "full", .percent = 90, .train_s = 1800});
    claims_add((struct claims_run){
        .pruner = "full", .seed = 1, .percent = 90, .train_s = 1800, .doubtful = true});
    claims_add((struct claims_run){.pruner = "ucb", .rate = .3, .percent = 90, .train_s = 900});
    claims_add((struct claims_run){.pruner = "ucb", .rate = .3, .seed = 1, .diverged = true});
    claims_add((struct claims_run){.pruner = "dp", .rate = .7, .seed = 2, .diverged = true});
    claims_add(
        (struct claims_run){.model = "lenet", .pruner = "full", .percent = 90, .train_s = 3600});
    claims_record();
    const char *sql = paper_what_ran();
    cr_assert_eq(paper_ask(store_sqlite(claims_store), sql, "made", &table, &err), 0, "%s",
                 err.text);
    table_format(&table, TABLE_CSV, &text);
    cr_expect_str_eq(str_text(&text),
                     "experiment,dataset,model,cells,done,failed,arms,whole arms,pruners,rates,"
                     "seeds,conditions,doubtful,charged h,wall h,machine\n"
                     "made,d,mlp: 2 of 2 networks,6,4,2,4,2,2 of 3: full ucb,0.3 of 0.3 0.7,"
                     "0 1 of 0 1 2,1,1,2.25,2.25,\"cpu, 2 cores\"\n");
    str_release(&text);
    table_release(&table);
    table = (struct table){0};
    cr_assert_eq(paper_ask(store_sqlite(claims_store), sql, "other", &table, &err), 0, "%s",
                 err.text);
    cr_expect_eq(table_rows(&table), 1);
    cr_expect_str_eq(paper_cell(&table, 0, "model")->text, "not in the database");
    table_release(&table);
}

/* Better by a point, give or take 0.1: of three seeds that were fixed beforehand that holds. Where
 * seeds were added, t has to come to 26.68 and not to 4.30 (docs/statistics.md). */
Test(paper_claims, seeds_that_were_added_need_wider_intervals)
{
    static const char question[] =
        "INSERT INTO question SELECT id, 1, '', 'better', 0, 3, 20, 'd', 'mlp', 'ucb', '', 0.5, "
        "'random-dynamic', '', 0.5 FROM experiment";
    static const char arm[] = "ucb 0.5 against random-dynamic";
    claims_add_seeds((struct claims_run){.pruner = "random-dynamic", .rate = .5, .percent = 80}, 0);
    claims_add_seeds((struct claims_run){.pruner = "ucb", .rate = .5, .percent = 81}, .1);
    struct paper_finding a3 = claims_find("A3");
    const struct paper_claim *claim = a3.claim;
    struct arena arena = {0};
    struct str text = {0};
    struct err err;
    claims_expect_line(&a3, arm, "accuracy", 3, 1, 1 - claims_half * .1, 1 + claims_half * .1,
                       CLAIM_HELD);
    cr_assert_eq(db_exec(store_sqlite(claims_store), question, &err), 0, "%s", err.text);
    cr_assert_eq(paper_find(store_sqlite(claims_store), claim, "made", &arena, &a3, &err), 0);
    const struct paper_line *line = claims_line_of(&a3, arm, "accuracy");
    const double half = 26.68 * .1 / sqrt(3);
    cr_expect_eq(line->verdict, CLAIM_UNDECIDED);
    cr_expect_float_eq(line->interval.low, 1 - half, 1e-3, "%g", line->interval.low);
    paper_add_value(line, &text);
    cr_expect_str_eq(str_text(&text),
                     "+1.00 points [-0.54, +2.54] at any time, as if fixed [+0.75, +1.25], n = 3");
    str_release(&text);
    arena_release(&arena);
}

/*
 * winnow compare on a made database whose differences can be worked out by hand:
 *
 *     arm           rate  seeds  accuracy             charged seconds
 *     full                1..6   0.900 + 0.001 seed   10; 0.5 after 3 of them
 *     ucb(c=1)      0.5   1..6   full's - 0.1, 0.2, 0.1, 0.3, 0.2, 0.3 points
 *                                                     4 and 6.25 in turns: 2.5 and 1.6 times faster
 *     ucb(c=2)      0.5   1      full's               5, beside another cell
 *     random        0.5   1..3   full's - 2, 2.2 points; seed 3 diverged
 *                                                     8, on another machine, the second disturbed
 *     random        0.7   1, 2   full's - 5, 5.1 points
 *                                                     2, 2.5
 *     el2n          0.5   1, 2   full's - 0.3 points  4, 8
 *     grand         0.5   1, 2   full's, and its network: both losses are the same
 *                                                     4, 5
 *
 * Of ucb(c=1): mean -0.2 points, standard deviation sqrt(0.04 / 5) = 0.08944, t(0.975, 5) = 2.5706,
 * so 95 % of -0.2 +- 0.0939; the logarithms of the ratios are log 2 +- 0.2231, so 2 times faster,
 * 95 % from 1.55 to 2.58. All six signs are alike: p = 2 / 2^6.
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

static char db[256];

struct made_run {
    const char *pruner, *options;
    double rate, accuracy, charged_s;
    int seed;
    enum attempt_state state;
    bool elsewhere, disturbed;
    double beside; /* cells that ran beside it */
    double loss;   /* of the last network; 0: not measured */
};

static double full(int seed)
{
    return 0.9 + 0.001 * seed;
}

static size_t make_runs(struct made_run *ret_runs)
{
    static const double lost[] = {0.1, 0.2, 0.1, 0.3, 0.2, 0.3};
    size_t n = 0;
    for (int seed = 1; seed <= 6; seed++)
        ret_runs[n++] = (struct made_run){
            .pruner = "full",
            .options = "",
            .accuracy = full(seed),
            .charged_s = 10,
            .seed = seed,
            .state = ATTEMPT_DONE,
            .loss = 0.3 + 0.01 * seed,
        };
    for (int seed = 1; seed <= 6; seed++)
        ret_runs[n++] = (struct made_run){
            .pruner = "ucb",
            .options = "c=1",
            .rate = 0.5,
            .accuracy = full(seed) - lost[seed - 1] / 100,
            .charged_s = seed % 2 ? 4 : 6.25,
            .seed = seed,
            .state = ATTEMPT_DONE,
        };
    const struct made_run others[] = {
        {"ucb", "c=2", 0.5, full(1), 5, 1, ATTEMPT_DONE, false, false, 1.2, 0},
        {"random", "", 0.5, full(1) - 0.02, 8, 1, ATTEMPT_DONE, true, false, 0, 0},
        {"random", "", 0.5, full(2) - 0.022, 8, 2, ATTEMPT_DONE, true, true, 0, 0},
        {"random", "", 0.5, (double)NAN, 8, 3, ATTEMPT_DIVERGED, true, false, 0, 0},
        {"random", "", 0.7, full(1) - 0.05, 2, 1, ATTEMPT_DONE, false, false, 0, 0},
        {"random", "", 0.7, full(2) - 0.051, 2.5, 2, ATTEMPT_DONE, false, false, 0, 0},
        {"el2n", "", 0.5, full(1) - 0.003, 4, 1, ATTEMPT_DONE, false, false, 0, 0.33},
        {"el2n", "", 0.5, full(2) - 0.003, 8, 2, ATTEMPT_DONE, false, false, 0, 0.34},
        {"grand", "", 0.5, full(1), 4, 1, ATTEMPT_DONE, false, false, 0, 0.3 + 0.01 * 1},
        {"grand", "", 0.5, full(2), 5, 2, ATTEMPT_DONE, false, false, 0, 0.3 + 0.01 * 2},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ret_runs[n++] = others[i];
    return n;
}

static void add_epoch(struct store *store, int64_t attempt, int epoch, double accuracy,
                      double charged_s)
{
    struct err err;
    const struct record_epoch record = {
        .epoch = epoch,
        .test_accuracy = accuracy,
        .val_accuracy = (double)NAN,
        .charged_ns = llround(charged_s * 1e9),
    };
    cr_assert_eq(
        store_put(store, attempt, &(struct record){.kind = RECORD_EPOCH, .epoch = record}, &err), 0,
        "%s", err.text);
}

static void add_run(struct store *store, const char *key, const struct made_run *run)
{
    struct record_environment environment = made_environment;
    struct record_end end = record_end_of(run->state);
    struct err err;
    int64_t attempt;
    if (run->elsewhere)
        environment.host = "another";
    cr_assert_eq(store_attempt_begin(store, key, &environment, 0, &attempt, &err), 0, "%s",
                 err.text);
    if (run->state == ATTEMPT_DONE) {
        add_epoch(store, attempt, 1, 0.5, 3);
        add_epoch(store, attempt, 2, run->accuracy, run->charged_s);
    }
    end.test_accuracy = run->accuracy;
    if (run->loss > 0)
        end.test_loss = end.train_loss = run->loss;
    end.phase_ns[PHASE_TRAIN] = llround(run->charged_s * 1e9);
    end.wall_ns = end.phase_ns[PHASE_TRAIN];
    end.timing.beside_mean = run->beside;
    end.timing.reason = run->disturbed ? "another program" : NULL;
    cr_assert_eq(store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err),
                 0, "%s", err.text);
}

static void make_db(void)
{
    enum { MOST = 32 };
    struct made_run runs[MOST];
    struct store_cell cells[MOST];
    char keys[MOST][65];
    struct err err;
    const size_t n = make_runs(runs);
    snprintf(db, sizeof db, "%s", made_path("compare.db"));
    struct store *store = must_open(db, STORE_WRITE);
    for (size_t i = 0; i < n; i++) {
        snprintf(keys[i], sizeof keys[i], "%064zx", i + 1);
        cells[i] = (struct store_cell){
            .key = keys[i],
            .json = "{}",
            .dataset = "synthetic(samples=100)",
            .model = "mlp",
            .model_label = "mlp",
            .pruner = runs[i].pruner,
            .options = runs[i].options,
            .rate = runs[i].rate,
            .seed = runs[i].seed,
            .epochs = 2,
        };
    }
    /* Full data and ucb are cells of both: one comparison, not two. */
    const struct store_experiment grid = {.name = "grid", .file = "grid.yaml", .yaml = ""};
    const struct store_experiment part = {.name = "part", .file = "part.yaml", .yaml = ""};
    cr_assert_eq(store_experiment(store, &grid, cells, n, &err), 0, "%s", err.text);
    cr_assert_eq(store_experiment(store, &part, cells, 12, &err), 0, "%s", err.text);
    for (size_t i = 0; i < n; i++)
        add_run(store, keys[i], &runs[i]);
    store_close(store);
    cli_enter();
}

TestSuite(cli_compare, .init = make_db, .fini = cli_release);

/* ---- Numbers ----------------------------------------------------------------------------------*/

Test(cli_compare, paired_differences_by_hand)
{
    RUN("winnow compare full 'ucb(c=1)' --db '%s'", db);
    expect(0,
           "grid, synthetic(samples=100), mlp: accuracy at the last epoch and charged seconds, "
           "paired over seeds\n"
           "arm           against  n  arm %  against %  points  95 %            by      p   Holm  "
           "faster  95 %\n"
           "------------  -------  -  -----  ---------  ------  --------------  --  -----  -----  "
           "------  ------------\n"
           "ucb(c=1) 0.5  full     6  90.15      90.35   -0.20  [-0.29, -0.11]  t   0.031  0.031  "
           " 2.00x  [1.55, 2.58]\n",
           "");
    expect(0, "95 %: Student's t, n - 1 degrees of freedom", "");
    expect(0, "sign-flip permutation; Holm: of 1 comparison\n", "");
    cr_expect_str_eq(output.err, "", "%s", output.err);
}

static double number(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    cr_assert(json_is_number(value), "%s is no number", name);
    return json_number_value(value);
}

static json_t *read_json(void)
{
    json_error_t error;
    json_t *json = json_loads(output.out, 0, &error);
    cr_assert_not_null(json, "%s\n%s", error.text, output.out);
    return json;
}

Test(cli_compare, json_has_every_number)
{
    const double t = 2.570581836; /* (0.975, 5) */
    const double half = t * sqrt(0.04 / 5 / 6), log_half = t * log(1.25) / sqrt(5);
    const struct {
        const char *name;
        double value;
    } wanted[] = {
        {"n", 6},
        {"points", -0.2},
        {"points_t_low", -0.2 - half},
        {"points_t_high", -0.2 + half},
        {"points_sd", 0.08944272},
        {"points_p_permutation", 2.0 / 64},
        {"points_p_wilcoxon", 2.0 / 64},
        {"points_p_holm", 3 * 2.0 / 64}, /* of three that have a p */
        {"faster", 2},
        {"faster_low", 2 * exp(-log_half)},
        {"faster_high", 2 * exp(log_half)},
        {"faster_p_permutation", 2.0 / 64},
        {"margin", 0.25},
        {"more_seeds", 9},
    };
    RUN("winnow compare full 'ucb(c=1)' random --db '%s' --json --noninferior 0.25", db);
    expect(0, "", "");
    json_t *json = read_json(), *row = json_array_get(json, 0);
    cr_assert_eq(json_array_size(json), 3);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const double value = number(row, wanted[i].name);
        cr_expect_float_eq(value, wanted[i].value, 1e-7, "%s: %.10g, not %.10g", wanted[i].name,
                           value, wanted[i].value);
    }
    cr_expect(number(row, "points_bca_low") > -0.2939 && number(row, "points_bca_low") < -0.2);
    cr_expect_str_eq(json_string_value(json_object_get(row, "interval")), "t");
    cr_expect_str_eq(json_string_value(json_object_get(row, "test")), "permutation");
    cr_expect_str_eq(json_string_value(json_object_get(row, "verdict")), "undecided");
    cr_expect(json_is_null(json_object_get(row, "timing_doubts")));
    json_decref(json);
}

Test(cli_compare, formats_interval_and_test)
{
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --format csv --test wilcoxon --interval bca", db);
    expect(0, "experiment,dataset,model,reference,reference_rate,arm,arm_rate,metric,n,", "");
    expect(0, "\ngrid,synthetic(samples=100),mlp,full,0,ucb(c=1),0.5,accuracy,6,0,0,bca,wilcoxon,",
           "BCa intervals of 6 seeds are too narrow");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' -f markdown --test wilcoxon --interval bca", db);
    expect(0, "\n| ucb(c=1) 0.5 | full | 6 | 90.15 | 90.35 | -0.20 |", "");
    expect(0, "95 %: BCa bootstrap, 10000 resamples", "");
    expect(0, "Wilcoxon's signed ranks", "");
}

Test(cli_compare, at_equal_time)
{
    /* ucb was done when full data stood at 50 %: 90.15 - 50. */
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --at-time first --json", db);
    expect(0, "\"points\": 40.15", "");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --at-time 3s --json", db);
    expect(0, "\"points\": 0,", "");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --at-time 2s --experiment grid", db);
    expect(0, "ucb(c=1) 0.5  full     0  -", "6 seeds are left out");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --at-time soon", db);
    expect(2, "", "--at-time: ");
}

/* ---- Verdicts ---------------------------------------------------------------------------------*/

Test(cli_compare, verdicts_and_the_gate)
{
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --noninferior 0.5 --gate", db);
    expect(0,
           "\nucb(c=1) 0.5 against full, n = 6: loses no more than 0.5 points, and is 2.00x faster "
           "[1.55, 2.58]\n",
           "");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --noninferior 0.1 --gate", db);
    expect(3, "loses more than 0.1 points, and is 2.00x faster [1.55, 2.58]\n", "");
    /* t(0.975, 14) 0.08944 / sqrt(15) = 0.0495 is below 0.25 - 0.2, with 14 seeds 0.0516 is not. */
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --noninferior 0.25 --gate", db);
    expect(3, "undecided: 9 more seeds would decide, if mean and spread stay\n", "");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --noninferior 0.25", db);
    expect(0, "undecided", "");
    /* Worse on average, and no more than that. */
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --noninferior 0.15 --gate", db);
    expect(3, "undecided: 9 more seeds would decide, if mean and spread stay\n", "");
    /* One that fails is enough. */
    RUN("winnow compare full 'ucb(c=1)' random@0.7 --db '%s' --noninferior 0.5 --gate", db);
    expect(3, "loses no more than 0.5 points", "");
    RUN("winnow compare 'ucb(c=1)' full --db '%s' --noninferior 0.5", db);
    expect(0,
           "full against ucb(c=1) 0.5, n = 6: loses no more than 0.5 points, and takes 2.00 "
           "times as long [1.55, 2.58]",
           "");
    RUN("winnow compare full random --db '%s' --gate", db);
    expect(2, "", "--gate needs --noninferior POINTS");
}

Test(cli_compare, one_seed_decides_nothing)
{
    RUN("winnow compare full 'ucb(c=2)' --db '%s' --noninferior 0.5 --gate", db);
    expect(3, "n = 1: undecided: at least 1 more seed: the spread of one is not known\n",
           "5 seeds are left out");
    expect(3, "none with fewer than two seeds", "");
    RUN("winnow compare full 'ucb(c=2)' --db '%s' --json", db);
    expect(0, "\"n\": 1, \"unpaired\": 5, \"diverged\": 0, \"interval\": null", "");
}

/* -0.3 and -0.3 points: no interval of width 0, which would be surely no worse than -0.5. Seconds:
 * 2.5 and 1.25 times faster, log 1.7678 +- 12.7062 * log(2) / 2. */
Test(cli_compare, equal_differences_decide_nothing)
{
    RUN("winnow compare full el2n --db '%s' --noninferior 0.5 --gate", db);
    expect(3,
           "\nel2n 0.5 against full, n = 2: undecided: the same difference in all 2 seeds: its "
           "spread is not known\n",
           "el2n 0.5 against full: the points mean little: the same difference in all 2 seeds");
    expect(3, "  -0.30  -     t   0.500  0.500   1.77x  [0.02, 144.51]\n", "");
    RUN("winnow compare full el2n --db '%s' --noninferior 0.5 --gate --interval bca", db);
    expect(3, "undecided: the same difference in all 2 seeds", "");
    RUN("winnow compare full el2n --db '%s' --noninferior 0.5 --json", db);
    expect(0, "\"points_low\": null, \"points_high\": null, \"points_t_low\": null, ", "");
    expect(0,
           "\"verdict\": \"undecided\", \"more_seeds\": null, \"timing_doubts\": null, "
           "\"points_doubts\": \"the same difference in all 2 seeds: its spread is not known\"",
           "");
    RUN("winnow compare full random@0.7 --db '%s' --json", db);
    expect(0, "\"points_doubts\": null", "");
}

/*
 * Of 1000 samples -5 and -5.1 points are 50 and 51 of them: a standard deviation of 0.071 points
 * counts as 0.1, so -5.05 +- 12.7062 * 0.1 / sqrt(2). Of ucb(c=1) 0.0894 do, and to tell -0.2 from
 * -0.25 takes 18 seeds: t(0.975, 17) 0.1 / sqrt(18) = 0.0497, with 17 seeds 0.0514.
 */
Test(cli_compare, the_least_spread_is_one_sample_of_the_test_set)
{
    static const char coarse[] = "a standard deviation below one sample of the test set";
    RUN("winnow compare full random@0.7 --db '%s' --noninferior 5.8 --gate", db);
    expect(0, "[-5.69, -4.41]", ""); /* as nobody knows of how many samples */
    cr_expect_null(strstr(output.out, coarse), "%s", output.out);
    RUN("sqlite3 '%s' \"DROP TRIGGER attempt_changes_once; "
        "UPDATE attempt SET test_n = 1000, val_accuracy = test_accuracy\"",
        db);
    RUN("winnow compare full random@0.7 --db '%s' --noninferior 5.8 --gate", db);
    expect(3, "  -5.05  [-5.95, -4.15]  t ", "");
    expect(3, coarse, "");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --noninferior 0.25", db);
    expect(0, "undecided: 12 more seeds would decide, if mean and spread stay\n", "");
    RUN("winnow compare full random@0.7 --db '%s' --json", db);
    expect(0, "\"points_least_sd\": 0.1", "");
    /* The validation split has another size. */
    RUN("winnow compare full random@0.7 --db '%s' --metric val_accuracy", db);
    expect(0, "[-5.69, -4.41]", "");
    RUN("winnow compare full random@0.7 --db '%s' --metric val_accuracy --json", db);
    expect(0, "\"points_least_sd\": null", "");
}

/* 10 / 4 = 10 / 4: as often as the clock may tick, that tells of no spread. */
Test(cli_compare, equal_ratios_of_seconds_have_no_interval)
{
    RUN("sqlite3 '%s' \"UPDATE phase SET ns = 4000000000 WHERE phase = 'train' AND attempt IN "
        "(SELECT id FROM attempt "
        "JOIN cell ON key = cell WHERE pruner = 'el2n')\"",
        db);
    RUN("winnow compare full el2n --db '%s' --noninferior 0.2", db);
    expect(0, "   2.50x  -\n",
           "the times mean little: 2 of 2 seeds have the same ratio, whose spread is not known\n");
}

Test(cli_compare, the_same_bits_are_not_two_arms)
{
    RUN("winnow compare full grand --db '%s' --noninferior 0.5 --gate", db);
    expect(
        3,
        "\ngrand 0.5 against full, n = 2: undecided: the same bits in all 2 seeds: not two arms\n",
        "grand 0.5 against full: the points mean little: the same bits in all 2 seeds: not two "
        "arms\n");
    RUN("winnow sql --named same-bits --db '%s' -f csv", db);
    expect(0, "\ngrid,synthetic(samples=100),mlp,full,,0,grand,,0.5,2\n", "");
    cr_expect_null(strstr(output.out, "el2n"), "%s", output.out);
}

/* The seeds that are left of it may look good: the one that is lost counts. */
Test(cli_compare, diverged_runs_are_no_success)
{
    RUN("winnow compare full random@0.5 --db '%s' --noninferior 20 --gate", db);
    expect(3, "random 0.5 against full, n = 2: undecided: it diverged with 1 seed\n",
           "random 0.5 against full: 4 seeds are left out");
    expect(3, "", "diverged with 1 seed, which no mean counts");
    RUN("winnow compare full random@0.7 --db '%s' --noninferior 20 --gate", db);
    expect(0, "loses no more than 20 points", "");
}

Test(cli_compare, seconds_of_different_conditions)
{
    RUN("winnow compare full random@0.5 --db '%s'", db);
    expect(0, "1.25x",
           "the times mean little: 2 of 2 seeds ran in two environments, 1 of 4 runs "
           "have timing_valid = 0");
    RUN("sqlite3 '%s' \"UPDATE cell SET json = '{\\\"engine\\\":{\\\"threads\\\":2}}' "
        "WHERE pruner = 'full'\"",
        db);
    expect(0, "", "");
    RUN("winnow compare full 'ucb(c=2)' --db '%s'", db);
    expect(0, "",
           "1 of 1 seeds ran with two numbers of threads, 1 of 1 seeds ran beside two numbers of "
           "cells\n");
}

/* ---- Which arms -------------------------------------------------------------------------------*/

Test(cli_compare, rates)
{
    /* Full data has no rate and stands beside every one. */
    RUN("winnow compare full random --db '%s'", db);
    expect(0, "random 0.5  full", "");
    expect(0, "random 0.7  full", "");
    RUN("winnow compare full random --rate 0.7 --db '%s' -f csv", db);
    cr_expect_null(strstr(output.out, "random,0.5"), "%s", output.out);
    /* The same rate, unless both are said. */
    RUN("winnow compare random 'ucb(c=1)' --db '%s' -f csv", db);
    expect(0, "random,0.5,ucb(c=1),0.5,accuracy,2,", "");
    cr_expect_null(strstr(output.out, "random,0.7"), "%s", output.out);
    RUN("winnow compare random@0.7 'ucb(c=1)' --db '%s'", db);
    expect(2, "", "no experiment has both 'random' and 'ucb(c=1)'");
    RUN("winnow compare random@0.7 'ucb(c=1)@0.5' --db '%s' -f csv", db);
    expect(0, "random,0.7,ucb(c=1),0.5,accuracy,2,", "");
}

Test(cli_compare, narrowing)
{
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --experiment part", db);
    expect(0, "part, synthetic", "");
    RUN("winnow compare full 'ucb(c=1)' --db '%s' --dataset synthetic --model mlp --where 'seed < "
        "4' "
        "-f csv",
        db);
    expect(0, "accuracy,3,0,0,t,", "");
    RUN("winnow compare full random --db '%s' --experiment prt", db);
    expect(2, "", "there is no experiment 'prt', did you mean part? There is grid, part");
    RUN("winnow compare full random --db '%s' --dataset synth", db);
    expect(2, "", "there is no dataset 'synth'");
    RUN("winnow compare full random --db '%s' --where 'sead = 1'", db);
    expect(2, "", "--where: no such column: sead");
    RUN("winnow compare full random --db '%s' --where 'seed = 99'", db);
    expect(2, "", "no cell is left to compare");
    RUN("winnow compare full random --db '%s.none'", db);
    expect(5, "", "no such file");
}

Test(cli_compare, arms_that_are_none)
{
    RUN("winnow compare full radnom --db '%s'", db);
    expect(2, "",
           "no run of 'radnom', did you mean random? There is:\n  full, rate 0\n"
           "  ucb(c=1), rate 0.5\n  ucb(c=2), rate 0.5\n  random, rate 0.5 0.7\n");
    RUN("winnow compare full ucb --db '%s'", db);
    expect(2, "", "'ucb' is ambiguous; give more of the options:\n  ucb(c=1), rate 0.5\n");
    RUN("winnow compare full 'ucb(c=3)' --db '%s'", db);
    expect(2, "", "no run of 'ucb(c=3)'; there is:\n  ucb(c=1), rate 0.5\n");
    RUN("winnow compare full 'ucb()' --db '%s'", db);
    expect(2, "", "no run of 'ucb()'");
    RUN("winnow compare full random@0.9 --db '%s'", db);
    expect(2, "", "no run of 'random' at rate 0.9; there is rate 0.5 0.7");
    RUN("winnow compare full random random full --db '%s'", db);
    expect(2, "", "'full' with itself");
    RUN("winnow compare full --db '%s'", db);
    expect(2, "", "is missing");
    static const char *const wrong[] = {"ucb(c=2", "@0.5", "ucb@2", "ucb@half", "ucb(c=2)x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        RUN("winnow compare full '%s' --db '%s'", wrong[i], db);
        expect(2, "", wrong[i]);
    }
}

/* Options in any order, some of them, with commas. */
Test(cli_compare, options_that_are_enough)
{
    RUN("sqlite3 '%s' \"UPDATE cell SET options = 'c=2 period=5 alpha=0.8' WHERE options = 'c=2'\"",
        db);
    RUN("winnow compare full 'ucb(period=5,c=2)' --db '%s' -f csv", db);
    expect(0, "full,0,ucb(c=2 period=5 alpha=0.8),0.5,", "");
    RUN("winnow compare full 'ucb(period=5)' --db '%s' -f csv", db);
    expect(0, "full,0,ucb(c=2 period=5 alpha=0.8),0.5,", "");
    /* What fits exactly goes before what has more. */
    RUN("sqlite3 '%s' \"UPDATE cell SET options = 'c=1 period=5' WHERE options LIKE 'c=2%%'\"", db);
    RUN("winnow compare full 'ucb(c=1)' --db '%s' -f csv", db);
    expect(0, "full,0,ucb(c=1),0.5,", "");
    RUN("winnow compare full 'ucb(period=50)' --db '%s' -f csv", db);
    expect(2, "", "no run of 'ucb(period=50)'");
}

Test(cli_compare, a_seed_is_there_once)
{
    RUN("sqlite3 '%s' \"UPDATE cell SET seed = 1 WHERE pruner = 'full' AND seed = 2\"", db);
    RUN("winnow compare full 'ucb(c=1)' --db '%s'", db);
    expect(2, "", "full at rate 0 has seed 1 more than once: say which with --where");
}

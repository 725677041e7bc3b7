/* What runs answer: full and random at 0.5, seeds one after the other, seconds and accuracies that
 * are put into a database by hand. The boundary is that of docs/statistics.md, of 3 to 20 seeds. */
#include "harness/decide/decide.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SEEDS = 20, FULL = 0, RANDOM = 1 };

static struct store *store;
static const char *doubt; /* why the seconds of what is put are not valid; NULL: they are */

static const char *key_of(int seed, int arm)
{
    static char key[65];
    snprintf(key, sizeof key, "%064d", 2 * seed + arm);
    return key;
}

static void open_asking(const char *claim, double margin)
{
    static char keys[2 * SEEDS][65];
    struct store_cell cells[2 * SEEDS];
    for (int i = 0; i < 2 * SEEDS; i++) {
        snprintf(keys[i], sizeof keys[i], "%s", key_of(i / 2, i % 2));
        cells[i] = (struct store_cell){
            .key = keys[i],
            .json = "{}",
            .dataset = "synthetic",
            .model = "mlp",
            .model_label = "mlp",
            .pruner = i % 2 == FULL ? "full" : "random",
            .options = "",
            .rate = i % 2 == FULL ? 0 : 0.5,
            .seed = i / 2,
            .epochs = 1,
        };
    }
    const struct store_question question = {
        .text = "is it?",
        .claim = claim,
        .margin = margin,
        .at_least = 3,
        .at_most = SEEDS,
        .dataset = "synthetic",
        .model = "mlp",
        .arm = "random",
        .arm_options = "",
        .arm_rate = 0.5,
        .reference = "full",
        .reference_options = "",
    };
    const struct store_experiment experiment = {
        .name = "e", .file = "e.yaml", .yaml = "", .questions = &question, .question_count = 1};
    struct err err;
    store = must_open(made_path("decide.db"), STORE_WRITE);
    cr_assert_eq(store_experiment(store, &experiment, cells, 2 * SEEDS, &err), 0, "%s", err.text);
}

static void put(int seed, int arm, enum attempt_state state, double accuracy, double seconds)
{
    const struct record_end end = {
        .state = state,
        .reason = state == ATTEMPT_DONE ? NULL : "why",
        .cause = state == ATTEMPT_DONE ? CAUSE_NONE : CAUSE_DIVERGED,
        .test_accuracy = state == ATTEMPT_DONE ? accuracy : (double)NAN,
        .val_accuracy = (double)NAN,
        .best_val_accuracy = (double)NAN,
        .best_val_test_accuracy = (double)NAN,
        .wall_ns = (int64_t)llround(seconds * 1e9),
        .phase_ns = {[PHASE_TRAIN] = (int64_t)llround(seconds * 1e9)},
        .timing.reason = doubt,
    };
    int64_t attempt;
    struct err err;
    cr_assert_eq(
        store_attempt_begin(store, key_of(seed, arm), &made_environment, 0, &attempt, &err), 0,
        "%s", err.text);
    cr_assert_eq(store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err),
                 0, "%s", err.text);
}

/* Both arms of a seed, full at 0.9 in 10 s. */
static void put_pair(int seed, double points, double seconds)
{
    put(seed, FULL, ATTEMPT_DONE, 0.9, 10);
    put(seed, RANDOM, ATTEMPT_DONE, 0.9 + points / 100, seconds);
}

/* "STATE SEEDS LEFT_OUT DECIDED" */
static void expect(const char *expected)
{
    struct err err;
    cr_assert_eq(decide_update(store, "e", &err), 0, "%s", err.text);
    const char *found = ask_text(store, "SELECT state || ' ' || seeds || ' ' || left_out || ' ' || "
                                        "coalesce(decided_seeds, '-') FROM v_decision");
    cr_expect_str_eq(found, expected, "'%s', expected '%s'", found, expected);
}

TestSuite(decide);

/* t is 17.3 of three and 24.5 of four: from 26.68 and from 5.62 it is decided. */
Test(decide, better_after_four)
{
    open_asking("better", 0);
    expect("open 0 0 -");
    const double points[] = {1, 1.1, 0.9, 1};
    for (int seed = 0; seed < 4; seed++) {
        expect(seed == 0   ? "open 0 0 -"
               : seed == 1 ? "open 1 0 -"
               : seed == 2 ? "open 2 0 -"
                           : "open 3 0 -");
        put_pair(seed, points[seed], 5);
    }
    expect("holds 4 0 4");
    put_pair(4, -5, 5);
    expect("holds 5 0 4");
    cr_expect_eq(ask(store, "SELECT count(*) FROM v_look"), 5);
    cr_expect(fabs(ask(store, "SELECT mean FROM v_look WHERE seeds = 4") - 1) < 1e-9);
    cr_expect_eq(ask(store, "SELECT attempt - reference_attempt FROM v_look WHERE seeds = 2"), 1);
    cr_expect_eq(ask(store, "SELECT decided IS NOT NULL FROM v_decision"), 1);
    store_close(store);
}

Test(decide, only_seeds_before_the_first_that_is_to_come)
{
    open_asking("noninferior", 0.5);
    put_pair(0, 1, 5);
    put_pair(2, 1.1, 5);
    put_pair(3, 0.9, 5);
    put(1, FULL, ATTEMPT_DONE, 0.9, 10);
    expect("open 1 0 -");
    put(1, RANDOM, ATTEMPT_DONE, 0.91, 5);
    expect("holds 4 0 3"); /* of 1, 1 and 1.1, from -0.5: t is 46 */
    store_close(store);
}

Test(decide, a_seed_that_failed_is_left_out_and_an_arm_that_diverged_never_holds)
{
    open_asking("better", 0);
    const double points[] = {1, 0, 1.1, 0.9, 1};
    for (int seed = 0; seed < 5; seed++) {
        put(seed, FULL, ATTEMPT_DONE, 0.9, 10);
        put(seed, RANDOM, seed == 1 ? ATTEMPT_DIVERGED : ATTEMPT_DONE, 0.9 + points[seed] / 100, 5);
    }
    expect("futile 4 1 -");
    store_close(store);
}

Test(decide, the_references_failure_does_not_count_against_the_arm)
{
    open_asking("better", 0);
    const double points[] = {1, 0, 1.1, 0.9, 1};
    for (int seed = 0; seed < 5; seed++) {
        put(seed, FULL, seed == 1 ? ATTEMPT_DIVERGED : ATTEMPT_DONE, 0.9, 10);
        put(seed, RANDOM, ATTEMPT_DONE, 0.9 + points[seed] / 100, 5);
    }
    expect("holds 4 1 4");
    store_close(store);
}

/* Twice as long with each seed, by a little more or less: of the first three t is 48. */
Test(decide, slower_and_faster_by_the_ratio_of_the_seconds)
{
    open_asking("slower", 0);
    const double seconds[] = {20, 20.5, 19.5, 20};
    for (int seed = 0; seed < 4; seed++)
        put_pair(seed, 0, seconds[seed]);
    expect("holds 4 0 3");
    cr_expect(fabs(ask(store, "SELECT mean FROM v_decision") - 2) < 0.01);
    cr_expect_eq(ask(store, "SELECT low > 1.5 AND high < 2.6 AND bound = 1 FROM v_decision"), 1);
    store_close(store);
    remove(made_path("decide.db"));
    open_asking("faster", 0);
    for (int seed = 0; seed < 4; seed++)
        put_pair(seed, 0, seconds[seed]);
    expect("fails 4 0 3");
    cr_expect(fabs(ask(store, "SELECT mean FROM v_decision") - 0.5) < 0.01);
    store_close(store);
}

/* What a busy machine says of time is no evidence, and of accuracy as good as any. */
static void put_pairs_with_a_doubtful_one(void)
{
    const double seconds[] = {20, 1, 20.5, 19.5, 20};
    for (int seed = 0; seed < 5; seed++) {
        doubt = seed == 1 ? "another program" : NULL;
        put_pair(seed, -1 - .1 * (seed % 2), seconds[seed]);
    }
    doubt = NULL;
}

Test(decide, doubtful_seconds_are_left_out_of_claims_about_time)
{
    open_asking("slower", 0);
    put_pairs_with_a_doubtful_one();
    expect("holds 4 1 3");
    store_close(store);
}

Test(decide, and_not_of_others)
{
    open_asking("better", 0);
    put_pairs_with_a_doubtful_one();
    expect("fails 5 0 3");
    store_close(store);
}

Test(decide, numbers_of_seeds_that_no_plan_can_have_are_refused)
{
    struct err err;
    open_asking("better", 0);
    struct arena arena = {0};
    struct store_questions questions;
    struct store_decision *decisions;
    cr_assert_eq(store_questions(store_sqlite(store), "e", &arena, &questions, &err), 0);
    questions.items[0].at_most = 1000;
    cr_expect_neq(decide_answer(store_sqlite(store), "e", &questions, &arena, &decisions, &err), 0);
    cr_expect(strstr(err.text, "seeds from 3 to 1000"), "%s", err.text);
    arena_release(&arena);
    store_close(store);
}

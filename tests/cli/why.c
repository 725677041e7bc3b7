/* winnow why and winnow logs on a made database, as a user types them. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char db[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    made_db(db);
}

TestSuite(cli_why, .init = make_db, .fini = cli_release);
TestSuite(cli_logs, .init = make_db, .fini = cli_release);

/* What is wrapped, on one line. */
static void unwrap(void)
{
    char *to = output.out;
    for (const char *from = output.out; *from; from++)
        if (*from == '\n' && strncmp(from, "\n  ", 3) == 0) {
            *to++ = ' ';
            from += 2;
        } else {
            *to++ = *from;
        }
    *to = '\0';
}

static void why(const char *cell)
{
    RUN("winnow why %s --db '%s'", cell, db);
    unwrap();
}

Test(cli_why, done)
{
    why("4");
    expect(0, "cell 4000000000: synthetic mlp el2n(runs=3) rate 0.5 seed 1", "");
    expect(0, " It is done: attempt 6 is its result, 60.00 % on the test set.", "");
    expect(0, " It is cell 4 of made, from made.yaml.", "");
    expect(0, "\nWhat happened Attempt 5 began on 20", "");
    expect(0, " UTC and took 3.0 s. It failed: out of memory. 1 other cell was running when", "");
    expect(0, " UTC and took 7.0 s. It is done: 60.00 % on the test set.", "");
    cr_expect_null(strstr(output.out, "What to do"), "%s", output.out);
    cr_expect_null(strstr(output.out, "The end of the log"), "of the last one: %s", output.out);
    why("3");
    expect(0, "Its seconds are in doubt (LEDGER_GAP): 1 ms are in no phase.", "");
    RUN("winnow why %s --db '%s'", made_key(1), db);
    expect(0, "of made, from made.yaml.\n  It is cell 1 of other, from other.yaml.\n", "");
}

Test(cli_why, failed)
{
    RUN("winnow why 6 --db '%s'", db);
    expect(0, "  It failed: killed by signal 9.\n", "");
    expect(0, "The end of the log of attempt 8:\n  first line\n  last  [31mline\n", "");
    expect(0, "All that is left of its log:\n    winnow logs 6000000000 --db /", "");
    expect(0, "try it again:\n    winnow run made.yaml --db /", "");
    expect(0, "made.db --retry-failed\n", "");
    why("5");
    expect(0, " It diverged: the loss is not finite in epoch 2.", "");
    expect(0, "The same cell comes to the same end. Lower train.lr", "");
}

Test(cli_why, to_run)
{
    why("8");
    expect(0, " It is to run: nobody has tried it yet.", "");
    expect(0, "What to do Run it:   winnow run made.yaml --db ", "");
    why("9");
    expect(0, " It is to run: attempt 1 was lost, which counts as no try: interrupted.", "");
    expect(0, ". It was lost: interrupted.", "");
    why("7");
    expect(0, "attempt 9 was interrupted with its scheduler after 1 of 2 epochs", "");
    expect(0, " UTC and was left running.", "");
}

/* While somebody writes, with another cell beside it and scores that were reused. */
Test(cli_why, running)
{
    struct store *writer = must_open(db, STORE_WRITE);
    const struct record_artifact scores = {
        .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        .reused = 1,
        .carried_ns = (int64_t)75 * 1000000000,
    };
    struct err err;
    int64_t attempt, beside;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    cr_assert_eq(store_put(writer, attempt,
                           &(struct record){.kind = RECORD_ARTIFACT, .artifact = scores}, &err),
                 0);
    cr_assert_eq(store_attempt_begin(writer, made_key(9), &made_environment, 1, &beside, &err), 0);
    why("8");
    expect(0, " It is running: attempt 10 has finished 0 of 2 epochs.", "");
    expect(0,
           " UTC and is running. Its scores were made by an earlier cell, and it is charged with "
           "the 1 min 15 s that they took. No other cell was running when it began. Beside it "
           "ran, for a while at least: 9000000000 (synthetic mlp rs2 rate 0.5 seed 0).",
           "");
    store_close(writer);
}

Test(cli_why, stale)
{
    RUN("sqlite3 '%s' \"DELETE FROM experiment_cell WHERE cell GLOB '3*'; UPDATE cell SET seed = 0 "
        "WHERE key GLOB '4*'\"",
        db);
    expect(0, "", "");
    why("3");
    expect(0, "It is stale: no experiment lists it any more", "");
    expect(0,
           "The nearest cell that one lists is 4000000000: its recipe is the same, so the "
           "content of the dataset, or the engine, has changed since.",
           "");
    RUN("sqlite3 '%s' \"UPDATE cell SET json = json_set(json, '\\$.recipe', json('{\\\"lr\\\": "
        "0.1}'))"
        " WHERE key GLOB '3*'; UPDATE cell SET json = json_set(json, '\\$.recipe', "
        "json('{\\\"lr\\\": 0.2}')) WHERE key GLOB '4*'\"",
        db);
    expect(0, "", "");
    cr_expect_str_eq(output.err, "");
    why("3");
    expect(0, "is 4000000000: recipe.lr is 0.1 here and 0.2 there.", "");
}

Test(cli_why, keys)
{
    RUN("winnow why abc --db '%s'", db);
    expect(2, "", "'abc' is the beginning of 2 cells");
    RUN("winnow why --db '%s'", db);
    expect(2, "", "CELL is missing");
    RUN("winnow why 4 --db '%s.none'", db);
    expect(5, "", "no such file");
}

Test(cli_logs, raw)
{
    RUN("winnow logs 6 --db '%s'", db);
    expect(0, "", "");
    cr_expect_str_eq(output.out, "first line\nlast \x1b[31mline\n");
    RUN("winnow logs 4 --db '%s'", db); /* the latest that left one */
    cr_expect_str_eq(output.out, "first line\nlast \x1b[31mline\n");
    RUN("winnow logs 4 --attempt 5 --db '%s'", db);
    cr_expect_str_eq(output.out, "first line\nlast \x1b[31mline\n");
    RUN("winnow logs 4 --attempt 6 --db '%s'", db);
    expect(0, "", "winnow logs: there is none; attempts that end well keep none\n");
    cr_expect_str_eq(output.out, "");
    RUN("winnow logs 4 --attempt 1 --db '%s'", db);
    expect(2, "", "attempt 1 is none of cell 4000000000; winnow why 4000000000 tells its attempts");
}

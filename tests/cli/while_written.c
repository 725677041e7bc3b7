/* winnow status and winnow why on the made database while a scheduler writes it. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char db[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    made_db(db);
    cli_enter();
}

TestSuite(cli_status, .init = make_db, .fini = cli_release);
TestSuite(cli_why, .init = make_db, .fini = cli_release);

Test(cli_status, while_somebody_writes)
{
    struct store *writer = must_open(db, STORE_WRITE); /* cell 7 becomes lost */
    struct err err;
    int64_t attempt;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    RUN("winnow status --db '%s'", db);
    expect(0, "1 running, 2 to run", "");
    expect(0, "synthetic mlp random rate 0.5 seed 1  0 of 2", "");
    store_close(writer);
}

Test(cli_status, empty_database)
{
    store_close(must_open(made_path("empty.db"), STORE_WRITE));
    RUN("winnow status --db '%s'", made_path("empty.db"));
    expect(0, "no experiment has been run", "");
}

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

/* With another cell beside it and scores that were reused. */
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
    RUN("winnow why 8 --db '%s'", db);
    unwrap();
    expect(0, " It is running: attempt 10 has finished 0 of 2 epochs.", "");
    expect(0,
           " UTC and is running. Its scores were made by an earlier cell, and it is charged with "
           "the 1 min 15 s that they took. No other cell was running when it began. Beside it "
           "ran, for a while at least: 9000000000 (synthetic mlp rs2 rate 0.5 seed 0).",
           "");
    store_close(writer);
}

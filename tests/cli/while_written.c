/* winnow status, why and db on the made database while a scheduler writes it. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char db[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    made_db(db);
    cli_enter();
}

TestSuite(cli_status, .init = make_db, .fini = cli_release);
TestSuite(cli_why, .init = make_db, .fini = cli_release);
TestSuite(cli_db, .init = make_db, .fini = cli_release);

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

Test(cli_db, check_while_somebody_writes)
{
    struct store *writer = must_open(db, STORE_WRITE);
    struct err err;
    int64_t attempt;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    RUN("winnow db check --db '%s'", db);
    expect(0, "10 attempts, 1 selection, 0 artifacts: 0 damaged, 0 notes\n", "");
    store_close(writer);
}

Test(cli_db, backup_while_the_log_is_open)
{
    struct store *writer = must_open(db, STORE_WRITE);
    struct err err;
    int64_t attempt;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    cr_assert_eq(access(made_path("made.db-wal"), F_OK), 0);
    RUN("winnow db backup --db '%s' -o '%s'", db, made_path("copy"));
    expect(0, "/copy\n", "");
    RUN("cd '%s'; sqlite3 copy \"SELECT state FROM attempt WHERE id = 10; PRAGMA integrity_check; "
        "PRAGMA journal_mode\"; sqlite3 copy .dump >copy.sql; sqlite3 made.db .dump | "
        "cmp - copy.sql; ls copy* made.db*",
        test_dir());
    cr_expect_str_eq(output.out, "running\nok\ndelete\ncopy\ncopy.sql\nmade.db\nmade.db-shm\n"
                                 "made.db-wal\nmade.db.lock\n");
    store_close(writer);
    RUN("winnow status --db '%s'", made_path("copy"));
    expect(0, "made ", "");
}

/* At this database or at another one beside it: whoever is at work may be about to read them. */
Test(cli_db, gc_is_refused_while_a_scheduler_is_at_work)
{
    const char *const busy[] = {"made.db", "other.db"};
    char holder[64];
    snprintf(holder, sizeof holder, "process %d on ", (int)getpid());
    made_db(made_path("other.db"));
    RUN("cd '%s'; mkdir artifacts; touch artifacts/$(printf '%%064d' 7)", test_dir());
    for (int i = 0; i < 2; i++) {
        struct store *writer = must_open(made_path(busy[i]), STORE_WRITE);
        RUN("winnow db gc --db '%s'", db);
        expect(5, "", holder);
        expect(5, "", busy[i]);
        RUN("ls '%s/artifacts'; winnow db gc --dry-run --db '%s'", test_dir(), db);
        expect(0, "0007\n", "");
        expect(0, "would remove 1 file", "");
        store_close(writer);
    }
}

#include "harness/run/pause.h"

#include "base/str.h"
#include "results/db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

static void expect_reason(struct pause_ledger passed, const char *known, const char *wanted)
{
    const struct pause_ledger before = {{3 * SECOND, 4 * SECOND, 5 * SECOND, 6 * SECOND}};
    struct pause_ledger now;
    struct arena arena = {0};
    for (int i = 0; i < PAUSE_KINDS; i++)
        now.ns[i] = before.ns[i] + passed.ns[i];
    const char *reason = pause_reason(&before, &now, known, &arena);
    cr_expect(reason && wanted ? strcmp(reason, wanted) == 0 : reason == wanted,
              "got '%s', wanted '%s'", reason ? reason : "", wanted ? wanted : "");
    arena_release(&arena);
}

Test(pauses, reasons_tell_what_held_an_attempt_up)
{
    expect_reason((struct pause_ledger){{0}}, NULL, NULL);
    expect_reason((struct pause_ledger){{0}}, "the clock drifted", "the clock drifted");
    expect_reason((struct pause_ledger){{12 * SECOND}}, NULL, "paused for 12 s: the disk was full");
    expect_reason((struct pause_ledger){{[PAUSE_LOCKED] = 70 * SECOND}}, "it was busy",
                  "it was busy; paused for 1 min 10 s: the database was locked by another program");
    expect_reason((struct pause_ledger){{[PAUSE_STOPPED] = SECOND / 2}}, NULL,
                  "stopped for 0.5 s by Ctrl-Z");
    expect_reason((struct pause_ledger){{[PAUSE_SLEPT] = 3 * 3600 * SECOND}}, NULL,
                  "the machine slept for 3 h 00 min in between");
    /* Two clocks read one after the other. */
    expect_reason((struct pause_ledger){{[PAUSE_SLEPT] = SECOND / 1000}}, NULL, NULL);
    expect_reason((struct pause_ledger){{[PAUSE_SLEPT] = -SECOND / 1000}}, NULL, NULL);
    expect_reason((struct pause_ledger){{2 * SECOND, 0, 0, 5 * SECOND}}, NULL,
                  "paused for 2 s: the disk was full; the machine slept for 5 s in between");
}

Test(pauses, texts_say_what_to_do)
{
    static const struct {
        enum pause_kind kind;
        const char *path, *wanted;
    } cases[] = {
        {PAUSE_FULL, "results/a.db", "disk full: paused; make room in results"},
        {PAUSE_FULL, "a.db", "disk full: paused; make room in ."},
        {PAUSE_FULL, "/a.db", "disk full: paused; make room in /"},
        {PAUSE_LOCKED, "a.db", "database is locked by another program: waiting for a.db"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_str_eq(pause_text(cases[i].kind, cases[i].path, &arena), cases[i].wanted);
    arena_release(&arena);
}

Test(pauses, causes_of_sqlite_s_codes)
{
    static const struct {
        int code, system_error;
        enum err_cause cause;
    } cases[] = {
        {SQLITE_FULL, 0, ERR_FULL},
        {SQLITE_IOERR_WRITE, ENOSPC, ERR_FULL},
        {SQLITE_IOERR_WRITE, EDQUOT, ERR_FULL},
        {SQLITE_IOERR_SHMSIZE, ENOSPC, ERR_FULL},
        {SQLITE_CANTOPEN, ENOSPC, ERR_FULL},
        {SQLITE_IOERR_WRITE, EIO, ERR_OTHER},
        {SQLITE_CANTOPEN, EACCES, ERR_OTHER},
        {SQLITE_BUSY, 0, ERR_BUSY},
        {SQLITE_BUSY_RECOVERY, 0, ERR_BUSY},
        {SQLITE_LOCKED, 0, ERR_BUSY},
        {SQLITE_PROTOCOL, 0, ERR_BUSY},
        {SQLITE_CONSTRAINT_CHECK, ENOSPC, ERR_OTHER},
        {SQLITE_CORRUPT, 0, ERR_OTHER},
        {SQLITE_READONLY_DBMOVED, 0, ERR_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(db_cause(cases[i].code, cases[i].system_error), cases[i].cause,
                     "code %d, errno %d", cases[i].code, cases[i].system_error);
}

Test(pauses, an_error_forgets_the_cause_of_the_one_before)
{
    struct err err = {.cause = ERR_FULL};
    err_prefix(&err, "x.db: ");
    cr_expect_eq(err.cause, ERR_FULL);
    err_set(&err, "another");
    cr_expect_eq(err.cause, ERR_OTHER);
}

Test(pauses, room_is_looked_for_where_the_database_lies)
{
    char path[256];
    snprintf(path, sizeof path, "%s/a.db", test_dir());
    cr_expect(pause_has_room(path), "a test machine has 4 MiB");
    cr_expect(pause_has_room("/proc/a.db"), "what counts no blocks is not full");
    cr_expect(pause_has_room("/nowhere/at/all/a.db"), "what cannot be known");
}

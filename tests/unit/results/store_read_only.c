/* Reading where no file can be made beside the database, whatever a killed writer left there. */
#include "results/store.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[256];

static void make(void)
{
    snprintf(path, sizeof path, "%s", made_path("folder/x.db"));
    made_db(path);
    cr_assert_eq(chmod(test_dir(), 0755), 0);
}

TestSuite(store_read_only, .init = make);

static bool exists(const char *suffix)
{
    char name[300];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

enum { REFUSED = 100 };

/* What somebody without any rights to the folder finds, root too: attempts at cell 8, or REFUSED,
 * and why goes to ret_why. */
static int attempts_seen(struct err *ret_why)
{
    int why[2], status;
    cr_assert_eq(pipe(why), 0);
    cr_assert_eq(chmod(path, 0444) || chmod(made_path("folder"), 0555), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        struct store *store;
        struct err err = {0};
        if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
            _exit(101);
        const bool failed = store_open(path, STORE_READ, &store, &err);
        if (write(why[1], &err, sizeof err) != (ssize_t)sizeof err)
            _exit(102);
        if (failed)
            _exit(REFUSED);
        const double cells = ask(store, "SELECT count(*) FROM attempt WHERE cell GLOB '8*'");
        store_close(store);
        _exit((int)cells);
    }
    cr_assert_eq(read(why[0], ret_why, sizeof *ret_why), (ssize_t)sizeof *ret_why);
    waitpid(pid, &status, 0);
    cr_assert_eq(chmod(made_path("folder"), 0755), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* By who begins an attempt at cell 8, and is killed. */
static void leave_wal(void)
{
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        struct store *store = must_open(path, STORE_WRITE);
        struct err err;
        int64_t attempt;
        if (store_attempt_begin(store, made_key(8), &made_environment, 0, &attempt, &err))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFSIGNALED(status));
    cr_assert(exists("-wal") && exists("-shm"));
}

Test(store_read_only, the_file_alone)
{
    struct err why;
    cr_expect_eq(attempts_seen(&why), 0, "%s", why.text);
    cr_expect_not(exists("-wal"));
}

Test(store_read_only, with_all_that_a_killed_writer_left)
{
    struct err why;
    leave_wal();
    cr_expect_eq(attempts_seen(&why), 1, "%s", why.text);
}

/* As who copies what looks like data. */
Test(store_read_only, with_the_wal_alone)
{
    struct err why;
    leave_wal();
    cr_assert_eq(unlink(made_path("folder/x.db-shm")), 0);
    cr_expect_eq(attempts_seen(&why), 1, "%s", why.text);
    cr_expect(exists("-wal"));
    cr_expect_not(exists("-shm"));
}

/* Half of its pages are in the file already. */
Test(store_read_only, a_transaction_that_was_broken_off_is_told_of)
{
    struct err why;
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        sqlite3 *db;
        sqlite3_open(path, &db);
        sqlite3_exec(
            db, "PRAGMA cache_size = 1; BEGIN; CREATE TABLE t AS SELECT zeroblob(9999) FROM cell",
            NULL, NULL, NULL);
        kill(getpid(), SIGKILL);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(exists("-journal"));
    cr_expect_eq(attempts_seen(&why), REFUSED);
    cr_expect(strstr(why.text, "x.db: a transaction was broken off in it") &&
                  strstr(why.text, "copy both files"),
              "%s", why.text);
    struct store *store = must_open(path, STORE_READ); /* where it can be written */
    cr_expect_eq(ask(store, "SELECT count(*) FROM sqlite_schema WHERE name = 't'"), 0);
    store_close(store);
}

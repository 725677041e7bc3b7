/* A database that is moved, replaced or deleted while a process writes it, or has two names. */
#include "results/store.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char x[300], y[300], wal[300], lock[300];

static void make(void)
{
    snprintf(x, sizeof x, "%s", made_path("x.db"));
    snprintf(y, sizeof y, "%s", made_path("y.db"));
    snprintf(wal, sizeof wal, "%s", made_path("x.db-wal"));
    snprintf(lock, sizeof lock, "%s", made_path("x.db.lock"));
    made_db(x);
}

TestSuite(store_place, .init = make);

static int begin(struct store *store, struct err *err)
{
    int64_t attempt;
    return store_attempt_begin(store, made_key(8), &made_environment, 0, &attempt, err);
}

static void expect_refusal(struct store *store, const char *why)
{
    struct err err = {0};
    cr_expect_neq(store_in_place(store, &err), 0);
    cr_expect_neq(begin(store, &err), 0, "it was written");
    cr_expect(strstr(err.text, "it was moved or replaced") && strstr(err.text, why), "%s",
              err.text);
    cr_expect_eq(err.cause, ERR_OTHER, "to wait is of no use");
}

static double attempts_in(const char *path)
{
    struct store *store = must_open(path, STORE_READ);
    const double count = ask(store, "SELECT count(*) FROM attempt");
    store_close(store);
    return count;
}

Test(store_place, what_was_committed_moves_with_the_file)
{
    struct err err;
    const double before = attempts_in(x);
    struct store *store = must_open(x, STORE_WRITE);
    cr_assert_eq(begin(store, &err), 0, "%s", err.text);
    cr_assert_eq(rename(x, y), 0);
    expect_refusal(store, "x.db is gone");
    store_close(store);
    cr_expect_eq(attempts_in(y), before + 1);
    cr_expect_neq(access(wal, F_OK), 0, "our own goes");
    cr_expect_neq(access(lock, F_OK), 0);
}

/* Another process has begun a new database there. */
Test(store_place, what_lies_there_now_is_left_alone)
{
    struct store *store = must_open(x, STORE_WRITE);
    test_write_file(y, "another");
    cr_assert_eq(rename(y, x) || unlink(wal) || unlink(lock), 0);
    test_write_file(wal, "another's");
    test_write_file(lock, "1 another\n");
    expect_refusal(store, "x.db is another file now");
    store_close(store);
    const char *const paths[] = {x, wal, lock}, *const texts[] = {"another", "another's",
                                                                  "1 another\n"};
    for (int i = 0; i < 3; i++) {
        char *text = test_read_file(paths[i]);
        cr_expect(text && strcmp(text, texts[i]) == 0, "%s: %s", paths[i], text);
        free(text);
    }
}

Test(store_place, without_its_wal_nothing_is_lost)
{
    struct err err;
    const double before = attempts_in(x);
    struct store *store = must_open(x, STORE_WRITE);
    cr_assert_eq(begin(store, &err), 0, "%s", err.text);
    cr_assert_eq(unlink(wal), 0);
    expect_refusal(store, "x.db-wal is gone");
    store_close(store);
    cr_expect_eq(attempts_in(x), before + 1);
}

/* `cp BACKUP x.db`: the same file, with other contents. */
Test(store_place, a_backup_that_was_copied_into_it_stays_whole)
{
    struct err err;
    const double before = attempts_in(x);
    struct store *store = must_open(x, STORE_WRITE);
    cr_assert_eq(store_copy(store, y, false, &err), 0, "%s", err.text);
    cr_assert_eq(begin(store, &err), 0, "%s", err.text);
    struct test_output copied = test_run("cp '%s' '%s'", y, x);
    cr_assert_eq(copied.status, 0, "%s", copied.err);
    test_output_release(&copied);
    expect_refusal(store, "copied into it");
    store_close(store);
    cr_expect_eq(attempts_in(x), before);
    struct test_output differ = test_run("cmp '%s' '%s'", x, y);
    cr_expect_eq(differ.status, 0, "%s", differ.out);
    test_output_release(&differ);
}

Test(store_place, two_names_of_one_file_have_one_writer)
{
    struct store *other = NULL;
    struct err err = {0};
    cr_assert_eq(link(x, y), 0);
    struct store *store = must_open(x, STORE_WRITE);
    cr_expect_neq(store_open(y, STORE_WRITE, &other, &err), 0, "two write one file");
    cr_expect(strstr(err.text, "y.db: another process is writing it under another name"), "%s",
              err.text);
    cr_expect_eq(begin(store, &err), 0, "it goes on: %s", err.text);
    cr_expect_neq(store_open(y, STORE_READ, &other, &err), 0, "it reads without the -wal");
    cr_expect(strstr(err.text, "y.db: a process is writing it under another name"), "%s", err.text);
    store_close(store);
    store_close(must_open(y, STORE_READ));
    store_close(must_open(y, STORE_WRITE));
}

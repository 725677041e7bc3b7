/* Opening: one writer, readers beside it, and files that are not winnow's. */
#include "results/db.h"
#include "results/lock.h"
#include "results/store.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The path with something after it; valid until the next call. */
static const char *beside(const char *path, const char *suffix)
{
    static char name[300];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return name;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void expect_refusal(const char *path, enum store_mode mode, const char *reason)
{
    struct store *store = NULL;
    struct err err = {0};
    cr_assert_neq(store_open(path, mode, &store, &err), 0, "opened: expected '%s'", reason);
    cr_expect_null(store, "outputs stay untouched");
    cr_expect(strstr(err.text, reason), "'%s', expected '%s'", err.text, reason);
    cr_expect_eq(strncmp(err.text, path, strlen(path)), 0, "'%s' names the file", err.text);
    cr_expect_not(exists(beside(path, ".lock")), "the lock is given back");
}

static void make_sqlite(const char *path, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* By its header (https://www.sqlite.org/fileformat.html), as whoever has the file alone sees it. */
static bool wants_wal(const char *path)
{
    unsigned char header[20] = {0};
    const int fd = open(path, O_RDONLY);
    cr_assert_eq(read(fd, header, sizeof header), (ssize_t)sizeof header);
    close(fd);
    cr_assert_eq(header[18], header[19]);
    return header[18] == 2;
}

Test(store_open, new_database_says_what_it_is)
{
    const char *path = made_path("x.db");
    struct store *store = must_open(path, STORE_WRITE);
    cr_expect_eq(ask(store, "PRAGMA application_id"), 2003398254);
    cr_expect_geq(ask(store, "PRAGMA user_version"), 6);
    cr_expect_eq(ask(store, "PRAGMA foreign_keys"), 1);
    cr_expect_eq(ask(store, "PRAGMA synchronous"), 1, "NORMAL");
    cr_expect_str_eq(ask_text(store, "PRAGMA journal_mode"), "wal");
    cr_expect_str_eq(ask_text(store, "PRAGMA integrity_check"), "ok");
    cr_expect_eq(ask(store, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND "
                            "type = 'table' AND name NOT LIKE 'sqlite%' AND NOT strict"),
                 0, "every table is STRICT");
    cr_expect(wants_wal(path));
    store_close(store);
    cr_expect(exists(path));
    cr_expect_not(wants_wal(path), "at rest any SQLite reads it, also one without WAL");
    cr_expect_not(exists(beside(path, "-wal")));
    cr_expect_not(exists(beside(path, "-shm")));
    cr_expect_not(exists(beside(path, ".lock")));
}

/* What the program knows is put right in a file that says otherwise. */
Test(store_open, phases_are_the_programs)
{
    const char *path = made_path("x.db");
    store_close(must_open(path, STORE_WRITE));
    make_sqlite(path,
                "UPDATE phase_kind SET charged = 1; DELETE FROM phase_kind WHERE name = 'init'");
    store_close(must_open(path, STORE_WRITE));
    struct store *store = must_open(path, STORE_READ);
    cr_expect_str_eq(ask_text(store, "SELECT group_concat(name || charged, ' ') FROM "
                                     "(SELECT * FROM phase_kind ORDER BY name)"),
                     "checkpoint0 eval0 init0 load0 other0 score1 select1 train1");
    store_close(store);
}

Test(store_open, last_folder_is_made_and_no_more)
{
    char path[256];
    struct store *store;
    struct err err;
    snprintf(path, sizeof path, "%s", made_path("new/x.db"));
    store_close(must_open(path, STORE_WRITE));
    cr_expect(exists(path));
    cr_expect_neq(store_open(made_path("a/b/x.db"), STORE_WRITE, &store, &err), 0);
    cr_expect(strstr(err.text, "a/b: cannot create the folder"), "%s", err.text);
}

Test(store_open, odd_names_are_files)
{
    cr_assert_eq(chdir(test_dir()), 0);
    store_close(must_open(":memory:", STORE_WRITE));
    cr_expect(exists(":memory:"));
    store_close(must_open("file:x?a=%20#.db", STORE_WRITE));
    cr_expect(exists("file:x?a=%20#.db"));
    store_close(must_open("file:x?a=%20#.db", STORE_READ));
    struct store *store;
    struct err err;
    cr_expect_neq(store_open("", STORE_WRITE, &store, &err), 0);
}

Test(store_open, second_writer_is_told_who_the_first_one_is)
{
    const char *path = made_path("x.db");
    struct store *first = must_open(path, STORE_WRITE), *second = NULL;
    struct err err;
    char holder[64];
    snprintf(holder, sizeof holder, "process %ld on ", (long)getpid());
    cr_assert_neq(store_open(path, STORE_WRITE, &second, &err), 0, "two writers");
    cr_expect(strstr(err.text, holder), "'%s' should name '%s'", err.text, holder);
    cr_expect(exists(beside(path, ".lock")), "the holder's lock file stays");
    cr_expect(lock_is_held(path));
    store_close(first);
    cr_expect_not(lock_is_held(path));
    store_close(must_open(path, STORE_WRITE));
}

Test(store_open, link_is_the_same_database)
{
    char path[256], link[256];
    struct store *second;
    struct err err;
    snprintf(path, sizeof path, "%s", made_path("x.db"));
    snprintf(link, sizeof link, "%s", made_path("link.db"));
    struct store *first = must_open(path, STORE_WRITE);
    cr_assert_eq(symlink(path, link), 0);
    cr_expect_neq(store_open(link, STORE_WRITE, &second, &err), 0, "two writers");
    store_close(first);
}

Test(store_open, a_lock_file_of_another_machine_is_refused_with_what_to_do)
{
    const char *path = made_path("x.db");
    char here[64] = "", boot[64] = "", text[256];
    struct store *store = NULL;
    struct err err;
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    cr_assert(file && fscanf(file, "%63s", boot) == 1);
    fclose(file);
    gethostname(here, sizeof here - 1);
    test_write_file(beside(path, ".lock"), "1 elsewhere 0-0\n");
    cr_assert_neq(store_open(path, STORE_WRITE, &store, &err), 0);
    cr_expect(strstr(err.text, "process 1 on elsewhere was writing it"), "%s", err.text);
    cr_expect(strstr(err.text, "remove ") && strstr(err.text, "x.db.lock"), "%s", err.text);
    cr_expect(exists(beside(path, ".lock")), "it is not ours to remove");
    /* This machine before it was restarted, and a container that it ran. */
    snprintf(text, sizeof text, "1 %s 0-0\n", here);
    test_write_file(beside(path, ".lock"), text);
    store_close(must_open(path, STORE_WRITE));
    snprintf(text, sizeof text, "1 elsewhere %s\n", boot);
    test_write_file(beside(path, ".lock"), text);
    store_close(must_open(path, STORE_WRITE));
}

Test(store_open, stale_lock_file_is_no_obstacle)
{
    const char *path = made_path("x.db");
    test_write_file(beside(path, ".lock"), "1 somewhere\n");
    cr_expect_not(lock_is_held(path));
    store_close(must_open(path, STORE_WRITE));
    cr_expect_not(exists(beside(path, ".lock")));
}

/* Opens, begins an attempt at cell 8, says so, and waits to be killed. */
static pid_t start_writer(const char *path)
{
    int ready[2];
    char byte;
    cr_assert_eq(pipe(ready), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        struct store *store = must_open(path, STORE_WRITE);
        struct err err;
        int64_t attempt;
        if (store_attempt_begin(store, made_key(8), &made_environment, 0, &attempt, &err))
            _exit(1);
        if (write(ready[1], "!", 1) != 1)
            _exit(1);
        pause();
    }
    close(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1, "the writer began");
    close(ready[0]);
    return pid;
}

static void end_writer(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFSIGNALED(status));
}

Test(store_open, attempts_of_a_killed_writer_are_lost)
{
    const char *path = made_path("x.db");
    made_db(path); /* leaves one attempt running */
    const pid_t pid = start_writer(path);
    struct store *reader = must_open(path, STORE_READ);
    cr_expect_str_eq(
        ask_text(reader, "SELECT group_concat(state) FROM v_run WHERE pruner = 'random'"),
        "lost,running");
    cr_expect(lock_is_held(path));
    end_writer(pid);
    cr_expect_not(lock_is_held(path));
    cr_expect_eq(ask(reader, "SELECT count(*) FROM attempt WHERE state = 'running'"), 1,
                 "a reader changes nothing");
    store_close(reader);
    struct store *store = must_open(path, STORE_WRITE);
    cr_expect_eq(ask(store, "SELECT count(*) FROM attempt WHERE state = 'running'"), 0);
    cr_expect_str_eq(ask_text(store, "SELECT reason FROM attempt ORDER BY id DESC LIMIT 1"),
                     "the scheduler ended before it did");
    enum store_cell_state state;
    struct err err;
    cr_expect_eq(store_cell_state(store, made_key(8), &state, &err), 0);
    cr_expect_eq(state, CELL_NEW, "to be run again, not %d", state);
    store_close(store);
}

Test(store_open, reader_sees_what_a_writer_has_written)
{
    const char *path = made_path("x.db");
    made_db(path);
    struct store *writer = must_open(path, STORE_WRITE), *reader = must_open(path, STORE_READ);
    int64_t attempt;
    struct err err;
    const double before = ask(reader, "SELECT count(*) FROM attempt");
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    cr_expect_eq(ask(reader, "SELECT count(*) FROM attempt"), before + 1);
    cr_expect_eq(sqlite3_exec(store_sqlite(reader), "DELETE FROM warning", NULL, NULL, NULL),
                 SQLITE_READONLY);
    store_close(writer);
    cr_expect_eq(ask(reader, "SELECT count(*) FROM attempt"), before + 1);
    store_close(reader);
    cr_expect_not(exists(beside(path, "-wal")), "one file remains, whoever closes last");
    cr_expect_not(exists(beside(path, "-shm")));
    cr_expect(wants_wal(path), "a reader changes nothing in it");
    store_close(must_open(path, STORE_WRITE));
    cr_expect_not(wants_wal(path), "the next writer does");
}

/* It begins before there is any connection that it would inherit. */
static pid_t start_reader(const char *path, int order, int ready)
{
    const pid_t pid = fork();
    char byte;
    if (pid == 0) {
        if (read(order, &byte, 1) != 1)
            _exit(1);
        struct store *store = must_open(path, STORE_READ);
        if (ask(store, "SELECT count(*) FROM cell") != MADE_CELLS || write(ready, "!", 1) != 1)
            _exit(2);
        usleep(30000);
        store_close(store);
        _exit(0);
    }
    return pid;
}

Test(store_open, who_reads_and_goes_is_waited_for_at_the_end)
{
    const char *path = made_path("x.db");
    int order[2], ready[2], status;
    char byte;
    made_db(path);
    cr_assert_eq(pipe(order) || pipe(ready), 0);
    const pid_t pid = start_reader(path, order[0], ready[1]);
    struct store *store = must_open(path, STORE_WRITE);
    cr_assert_eq(write(order[1], "!", 1), 1);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    store_close(store);
    cr_expect_not(wants_wal(path));
    waitpid(pid, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}

Test(store_open, reads_with_the_programs_views)
{
    static const char older[] = "DROP VIEW v_run; DROP VIEW v_series;"
                                "CREATE VIEW v_run AS SELECT 'older' AS pruner";
    const char *path = made_path("x.db");
    made_db(path);
    make_sqlite(path, older);
    struct store *reader = must_open(path, STORE_READ);
    cr_expect_eq(ask(reader, "SELECT count(*) FROM v_run WHERE experiment = 'made'"), MADE_CELLS);
    cr_expect_gt(ask(reader, "SELECT count(*) FROM v_series"), 0);
    cr_expect_str_eq(ask_text(reader, "SELECT pruner FROM main.v_run"), "older", "it was changed");
    store_close(reader);
    cr_expect_not(exists(beside(path, "-wal")));
}

Test(store_open, what_is_not_winnows_is_refused_and_left_alone)
{
    static const char foreign[] = "CREATE TABLE t (a); INSERT INTO t VALUES (1)";
    const char *path = made_path("foreign.db");
    make_sqlite(path, foreign);
    expect_refusal(path, STORE_WRITE, "not one of winnow's (application_id 0)");
    expect_refusal(path, STORE_READ, "not one of winnow's (application_id 0)");
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_expect_eq(sqlite3_exec(db, "SELECT a FROM t", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_stmt *mode;
    cr_assert_eq(sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &mode, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_step(mode), SQLITE_ROW);
    cr_expect_str_eq((const char *)sqlite3_column_text(mode, 0), "delete", "as it was");
    sqlite3_finalize(mode);
    sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    sqlite3_close(db);
    expect_refusal(path, STORE_WRITE, "not one of winnow's (application_id 0)");
    cr_expect(wants_wal(path), "as it was");
}

Test(store_open, text_file_is_refused)
{
    const char *path = made_path("text.db");
    test_write_file(path, "name: quickstart\n# long enough to be looked at as a header\n");
    expect_refusal(path, STORE_WRITE, "file is not a database");
    expect_refusal(path, STORE_READ, "file is not a database");
    char *text = test_read_file(path);
    cr_expect_eq(strncmp(text, "name: quickstart", 16), 0, "left as it was");
    free(text);
}

Test(store_open, missing_empty_and_folder)
{
    expect_refusal(made_path("none.db"), STORE_READ, "no such file");
    cr_expect_not(exists(made_path("none.db")), "reading creates nothing");
    const char *path = made_path("empty.db");
    test_write_file(path, "");
    expect_refusal(path, STORE_READ, "an empty file");
    store_close(must_open(path, STORE_WRITE)); /* what a kill in the first moment leaves */
    cr_assert_eq(mkdir(made_path("folder.db"), 0777), 0);
    expect_refusal(made_path("folder.db"), STORE_READ, "unable to open database file");
    expect_refusal(made_path("folder.db"), STORE_WRITE, "unable to open database file");
}

/* ---- Old databases ----------------------------------------------------------------------------*/

/* The statement without comments, with single blanks, and none inside of parentheses. */
static void squeeze(char *sql)
{
    char *to = sql;
    for (const char *at = sql; *at; at++) {
        if (at[0] == '-' && at[1] == '-')
            at += strcspn(at, "\n") - 1;
        else if (*at == ' ' || *at == '\n') {
            *to = ' ';
            to += to[-1] != ' ' && to[-1] != '(';
        } else {
            to -= (*at == ')' || *at == ',') && to[-1] == ' ';
            *to++ = *at;
        }
    }
    *to = '\0';
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A line; of a table one for each column and constraint, by the alphabet: a column that was added
 * stands behind those that a new file has after it. */
static void add_statement(char *sql, struct str *ret_text)
{
    enum { MOST = 64 };
    const bool table = strncmp(sql, "CREATE TABLE", 12) == 0;
    char *parts[MOST];
    int count = 0, depth = 0;
    squeeze(sql);
    parts[count++] = sql;
    for (char *at = sql; *at; at++) {
        depth += *at == '(';
        const bool cut = table && depth == 1 && strchr("(,)", *at);
        depth -= *at == ')';
        if (cut) {
            cr_assert_lt(count, MOST);
            *at = '\0';
            parts[count++] = at + 1 + (at[1] == ' ');
        }
    }
    qsort(parts, (size_t)count, sizeof *parts, by_text);
    for (int i = 0; i < count; i++)
        str_addf(ret_text, "%s\n", parts[i]);
}

/* Of all statements of sqlite_schema. */
static char *schema_of(struct store *store)
{
    struct str text = {0};
    struct db_rows rows;
    struct err err;
    for (db_ask(&rows, store_sqlite(store),
                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
                DB_NO_VALUES);
         db_next(&rows);) {
        char *sql = strdup(row_raw(&rows, 0));
        add_statement(sql, &text);
        free(sql);
    }
    cr_assert_eq(db_close(&rows, &err), 0, "%s", err.text);
    return text.text;
}

/* Prints the first line that differs. */
static void expect_same_lines(const char *text, const char *expected)
{
    size_t same = 0, line = 0;
    for (; text[same] && text[same] == expected[same]; same++)
        if (text[same] == '\n')
            line = same + 1;
    cr_expect_eq(text[same], expected[same], "%.*s, expected %.*s", (int)strcspn(text + line, "\n"),
                 text + line, (int)strcspn(expected + line, "\n"), expected + line);
}

/* An old database, as text, gets the schema of a new one, and says what it said. */
static void expect_brought_up(const char *sql, const char *backup, const char *said)
{
    char path[256];
    snprintf(path, sizeof path, "%s", made_path("old.db"));
    make_sqlite(path, sql);
    struct store *fresh = must_open(made_path("new.db"), STORE_WRITE);
    struct store *store = must_open(path, STORE_WRITE);
    char *expected = schema_of(fresh), *schema = schema_of(store);
    cr_expect(exists(beside(path, backup)));
    cr_expect_eq(ask(store, "PRAGMA user_version"), ask(fresh, "PRAGMA user_version"));
    expect_same_lines(schema, expected);
    cr_expect_str_eq(ask_text(store, "SELECT state || accuracy || attempts || precision || conv || "
                                     "threads || coalesce(implementations, '-') FROM v_run"),
                     said);
    cr_expect_eq(ask(store, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    store_close(fresh);
    store_close(store);
    free(expected);
    free(schema);
}

static void expect_golden_brought_up(int version, const char *said)
{
    char golden[64], backup[32];
    snprintf(golden, sizeof golden, "tests/golden/database-v%d.sql", version);
    snprintf(backup, sizeof backup, ".v%d.backup", version);
    char *sql = test_read_file(golden);
    cr_assert_not_null(sql, "tests run in the repository's root");
    expect_brought_up(sql, backup, said);
    free(sql);
}

Test(store_open, version_1_is_brought_up)
{
    expect_golden_brought_up(1, "done0.752fp32auto1-");
}

Test(store_open, version_4_is_brought_up)
{
    expect_golden_brought_up(4, "done0.752fp32auto1-");
    struct store *store = must_open(made_path("old.db"), STORE_READ);
    cr_expect_str_eq(ask_text(store,
                              "SELECT coalesce(data_folder, '-') || coalesce(data_hash, '-') || "
                              "coalesce(test_n, '-') FROM v_run"),
                     "---");
    cr_expect_eq(ask(store, "SELECT count(*) FROM v_note"), 0);
    store_close(store);
}

Test(store_open, version_5_is_brought_up)
{
    expect_golden_brought_up(5, "done0.7511fp32auto1-");
    struct store *store = must_open(made_path("old.db"), STORE_READ);
    cr_expect_str_eq(ask_text(store, "SELECT group_concat(coalesce(cause, '-'), ' ') FROM "
                                     "(SELECT cause FROM attempt WHERE id < 20 ORDER BY id)"),
                     "- refused timeout memory killed crash crash broken refused diverged -");
    cr_expect_eq(ask(store, "SELECT charged_s FROM v_run"), 1);
    /* All of a file is its split; of a part nobody knows which. Both say what they said. */
    cr_expect_str_eq(ask_text(store, "SELECT group_concat(told, ' ') FROM (SELECT attempt || "
                                     "positions || n || kept || coalesce(file_n || "
                                     "kept_count(split), '-') || kept_always(bitmap, n) AS told "
                                     "FROM v_selection GROUP BY attempt)"),
                     "1file10410100.4 20split104-0.4");
    struct err err;
    int64_t both;
    cr_expect_neq(db_get_int(store_sqlite(store),
                             "SELECT kept_both(a.bitmap, b.bitmap, a.positions = b.positions) "
                             "FROM v_selection a JOIN v_selection b ON a.attempt < b.attempt",
                             NULL, 0, &both, &err),
                  0);
    cr_expect(strstr(err.text, "kept_both: not of the same samples"), "%s", err.text);
    store_close(store);
    store = must_open(made_path("old.db"), STORE_WRITE);
    cr_expect_neq(store_put(store, 2, &(struct record){.kind = RECORD_ENGINE}, &err), 0,
                  "what has ended still changes no more");
    cr_expect_neq(
        sqlite3_exec(store_sqlite(store), "UPDATE attempt SET cause = NULL", NULL, NULL, NULL),
        SQLITE_OK);
    store_close(store);
}

/* What schema.sql makes is of a version that has been in use. */
Test(store_open, version_of_the_schema_is_brought_up)
{
    static const char rows[] =
        "INSERT INTO experiment VALUES (1, 'old', 'old.yaml', 'name: old', '[]', 1);"
        "INSERT INTO cell SELECT printf('%064d', 1), '{}', 'synthetic', 'mlp', 'mlp', 'full', '', "
        "0, 0, 1;"
        "INSERT INTO experiment_cell SELECT 1, 1, key FROM cell;"
        "INSERT INTO environment VALUES (1, 'host', 'cpu', 'os', '', 2, 1, 'blas', 'Haswell', "
        "'Prescott', 'gcc', '-O3', '1234567', 1, 1);"
        "INSERT INTO attempt (id, cell, environment, state, beside, started_at, ended_at, "
        "test_accuracy) SELECT 1, key, 1, 'done', 0, 3, 4, 0.75 FROM cell;"
        "INSERT INTO epoch VALUES (1, 1, 10, 0.1, 0.5, NULL, 0.75, 1, 1, 1, 1, 1, 0.25);";
    struct str sql = {0};
    char *schema = test_read_file("results/schema.sql");
    str_addf(&sql, "%s%s", schema, rows);
    expect_brought_up(str_text(&sql), ".v6.backup", "done0.751fp32auto1-");
    str_release(&sql);
    free(schema);
    struct store *store = must_open(made_path("old.db"), STORE_READ);
    cr_expect_str_eq(ask_text(store, "SELECT test_worst_class_accuracy || coalesce("
                                     "test_calibration_error, '-') FROM v_run"),
                     "0.25-");
    cr_expect_eq(ask(store, "SELECT count(*) FROM v_epoch WHERE test_accuracy = 0.75 AND "
                            "test_calibration_error IS NULL"),
                 1);
    store_close(store);
}

Test(store_open, newer_version_is_refused)
{
    const char *path = made_path("x.db");
    made_db(path);
    make_sqlite(path, "PRAGMA user_version = 1000");
    expect_refusal(path, STORE_WRITE, "newer winnow");
    expect_refusal(path, STORE_READ, "newer winnow");
}

Test(store_open, damaged_file_is_an_error)
{
    const char *path = made_path("x.db");
    struct store *store = NULL;
    struct err err = {0};
    made_db(path);
    /* The file's header stays, the first page behind it is gone. */
    const int fd = open(path, O_RDWR);
    char noise[3500];
    memset(noise, 0xAA, sizeof noise);
    cr_assert_eq(pwrite(fd, noise, sizeof noise, 100), (ssize_t)sizeof noise);
    close(fd);
    cr_expect_neq(store_open(path, STORE_READ, &store, &err), 0);
    cr_expect(strstr(err.text, "x.db: ") && strstr(err.text, "malformed"), "%s", err.text);
    cr_expect_neq(store_open(path, STORE_WRITE, &store, &err), 0);
    cr_expect(strstr(err.text, "malformed"), "%s", err.text);
}

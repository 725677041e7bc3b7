/* winnow db check, backup and gc on a made database, as a user types them. */
#include "results/record/artifact.h"
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of artifacts: what their names begin with. */
enum { NAMED = 'a', NAMED_ELSEWHERE = 'b', NAMED_BY_NONE = 'c' };

static char db[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    made_db(db);
    cli_enter();
}

TestSuite(cli_db, .init = make_db, .fini = cli_release);
TestSuite(cli_db_backup, .init = make_db, .fini = cli_release);
TestSuite(cli_db_gc, .init = make_db, .fini = cli_release);

/* Defensive, as the shell is from SQLite 3.42 on, it would not let a test damage the schema. */
static void change(const char *sql)
{
    RUN("sqlite3 -cmd '.dbconfig defensive off' '%s' \"%s\"", db, sql);
    cr_assert_eq(output.status, 0, "%s: %s", sql, output.err);
}

/* 64 times the digit. */
static const char *artifact_name(char digit)
{
    static char key[HASH_HEX_SIZE];
    memset(key, digit, sizeof key - 1);
    return key;
}

static void save_artifact(char digit)
{
    float scores[] = {1, 2, 3};
    const struct artifact artifact = {.n = 3, .scores = scores};
    struct err err;
    cr_assert_eq(artifact_save(made_path("artifacts"), artifact_name(digit), &artifact, &err), 0,
                 "%s", err.text);
}

/* An attempt at cell 8 that names the artifact. */
static void name_artifact(const char *path, char digit)
{
    struct store *store = must_open(path, STORE_WRITE);
    const struct record_artifact artifact = {.key = artifact_name(digit)};
    int64_t attempt;
    struct err err;
    cr_assert_eq(store_attempt_begin(store, made_key(8), &made_environment, 0, &attempt, &err), 0);
    cr_assert_eq(store_put(store, attempt,
                           &(struct record){.kind = RECORD_ARTIFACT, .artifact = artifact}, &err),
                 0, "%s", err.text);
    const struct record_end end = {.state = ATTEMPT_DONE};
    cr_assert_eq(store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err),
                 0, "%s", err.text);
    store_close(store);
}

static bool exists(const char *name)
{
    return access(made_path(name), F_OK) == 0;
}

static bool has_artifact(char digit)
{
    char name[128];
    snprintf(name, sizeof name, "artifacts/%s", artifact_name(digit));
    return exists(name);
}

/* ---- The verbs --------------------------------------------------------------------------------*/

Test(cli_db, without_a_verb_it_tells_them)
{
    RUN("winnow db");
    expect(2, "", "usage: winnow db VERB");
    RUN("winnow db --help");
    expect(0, "  backup   ", "");
    RUN("winnow db chek");
    expect(2, "", "did you mean check?");
    RUN("winnow db gc --help");
    expect(0, "usage: winnow db gc", "");
    RUN("winnow db check --dbb x");
    expect(2, "", "winnow db check: unknown flag '--dbb', did you mean --db?");
}

/* ---- check ------------------------------------------------------------------------------------*/

Test(cli_db, check_of_a_whole_one)
{
    RUN("winnow db check --db '%s'", db);
    expect(0, "note: attempt 9 (cell 7000000000) was left running, and no scheduler runs", "");
    expect(0, "made.db: 9 cells, 9 attempts, 1 selection, 0 artifacts: 0 damaged, 1 note\n", "");
    struct store *writer = must_open(db, STORE_WRITE);
    struct err err;
    int64_t attempt;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    RUN("winnow db check --db '%s'", db); /* while it is written */
    expect(0, "10 attempts, 1 selection, 0 artifacts: 0 damaged, 0 notes\n", "");
    store_close(writer);
}

Test(cli_db, check_finds_what_is_wrong)
{
    static const struct {
        const char *damage, *finding;
    } cases[] = {
        {"UPDATE selection SET bitmap = x'00'",
         "damaged: attempt 6 (cell 4000000000): the bitmap of its selection from epoch 0 does not "
         "unpack"},
        {"UPDATE selection SET n = 1000", "does not unpack to as many samples as there are\n"},
        {"UPDATE selection SET n = 9223372036854775807",
         "does not unpack to as many samples as there are\n"},
        {"UPDATE selection SET n = 8, class_kept = '[3]'",
         "does not unpack to as many samples as there are\n"},
        {"UPDATE selection SET bitmap = x''", " is empty\n"},
        {"UPDATE selection SET kept = 4", "from epoch 0 has 5 bits and not 4\n"},
        {"INSERT INTO noise SELECT attempt, n, 3, bitmap FROM selection",
         "the bitmap of its label noise has 5 bits and not 3\n"},
        {"UPDATE phase SET ns = ns + 1000000000 WHERE attempt = 2 AND phase = 'train'",
         "damaged: attempt 2 (cell abc0000000): its phases add up to 14.000000 s and its wall "
         "clock says 13.000000 s, without a LEDGER_GAP\n"},
        {"INSERT INTO warning VALUES (99, 999, 'X', 'y')",
         "damaged: row 99 of table warning names one of attempt that is not there\n"},
        {"INSERT INTO phase VALUES (999, 'load', 1)",
         "damaged: a row of table phase names one of attempt that is not there\n"},
        {"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'reason TEXT', "
         "'reason TEXT NOT NULL') WHERE name = 'attempt'",
         "damaged: SQLite: NULL value in attempt.reason\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made_db(made_path("other.db"));
        RUN("rm '%s'; mv '%s' '%s'", db, made_path("other.db"), db);
        change(cases[i].damage);
        RUN("winnow db check --db '%s'", db);
        expect(5, cases[i].finding, "");
        cr_expect_null(strstr(output.out, ": 0 damaged"), "%s", output.out);
    }
    /* A gap that is owned up to is none. */
    RUN("rm '%s'", db);
    made_db(db);
    change("UPDATE phase SET ns = ns + 1000000000 WHERE attempt = 4 AND phase = 'train'");
    RUN("winnow db check --db '%s'", db);
    expect(0, ": 0 damaged, 1 note\n", "");
}

Test(cli_db, check_of_a_broken_page_tells_the_rest_too)
{
    RUN("page=$(sqlite3 '%s' \"SELECT rootpage FROM sqlite_schema WHERE name = 'phase'\"); "
        "size=$(sqlite3 '%s' 'PRAGMA page_size'); head -c 64 /dev/urandom | tr '\\0' x | "
        "dd of='%s' bs=1 seek=$(((page - 1) * size)) conv=notrunc status=none",
        db, db, db);
    expect(0, "", "");
    RUN("winnow db check --db '%s'", db);
    expect(5, "damaged: SQLite: ", "");
    expect(5, "damaged: phases cannot be read: database disk image is malformed\n", "");
    expect(5, "9 cells, 9 attempts, 1 selection", "");
}

Test(cli_db, check_wants_a_database_of_its_own)
{
    RUN("winnow db check --db Makefile");
    expect(5, "", "Makefile: file is not a database");
    RUN("winnow db check --db '%s.none'", db);
    expect(5, "", "no such file");
    change("PRAGMA user_version = 1000");
    RUN("winnow db check --db '%s'", db);
    expect(5, "", "written by a newer winnow (its version is 1000");
    change("PRAGMA application_id = 9");
    RUN("winnow db check --db '%s'", db);
    expect(5, "", "not one of winnow's (application_id 9)");
    RUN("cd '%s' && winnow db check", test_dir());
    expect(5, "", "no database in results/");
}

Test(cli_db, check_of_artifacts)
{
    name_artifact(db, NAMED);
    save_artifact(NAMED);
    RUN("winnow db check --db '%s'", db);
    expect(0, "1 artifact: 0 damaged, 0 notes\n", "");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/artifacts/%s", test_dir(), artifact_name(NAMED));
    RUN("printf x >>'%s'; winnow db check --db '%s'", path, db);
    expect(5, ": its checksum is wrong: delete it, and the next cell that wants it", "");
    expect(5, "1 artifact: 1 damaged, 0 notes\n", "");
    cr_assert_eq(unlink(path), 0);
    RUN("winnow db check --db '%s'", db);
    expect(0, "note: artifact aaaaaaaaaa is not in ", "");
    expect(0, "; 1 attempt names it, and the next cell that wants it computes it again\n", "");
}

/* ---- backup -----------------------------------------------------------------------------------*/

Test(cli_db_backup, while_the_log_is_open)
{
    struct store *writer = must_open(db, STORE_WRITE);
    struct err err;
    int64_t attempt;
    cr_assert_eq(store_attempt_begin(writer, made_key(8), &made_environment, 0, &attempt, &err), 0);
    cr_assert(exists("made.db-wal"));
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

Test(cli_db_backup, has_the_time_in_its_name)
{
    RUN("cd '%s' && winnow db backup --db made.db && ls made.db.*.backup", test_dir());
    expect(0, "made.db.20", "");
    cr_expect_eq(strlen(output.out), 2 * (strlen("made.db.YYYYMMDD-HHMMSS.backup") + 1), "%s",
                 output.out);
    const size_t half = strlen(output.out) / 2;
    cr_expect_eq(memcmp(output.out, output.out + half, half), 0, "%s", output.out);
}

Test(cli_db_backup, overwrites_nothing_unless_told_to)
{
    test_write_file(made_path("copy"), "precious");
    RUN("cd '%s' && winnow db backup --db made.db -o copy; ls copy* made*; cat copy", test_dir());
    expect(0, "copy\nmade.db\nprecious", "copy exists; --force replaces it");
    RUN("cd '%s' && winnow db backup --db made.db -o copy --force && winnow db check --db copy",
        test_dir());
    expect(0, "copy\nnote", "");
    RUN("cd '%s' && winnow db backup --db made.db -o ./made.db --force", test_dir());
    expect(5, "", "./made.db is the database itself");
    RUN("cd '%s' && touch copy-wal && winnow db backup --db made.db -o copy --force", test_dir());
    expect(5, "", "copy is in use: there is a -wal or -journal beside it");
    RUN("cd '%s' && winnow db backup --db made.db -o none/copy", test_dir());
    expect(5, "", "cannot write none/copy: ");
}

/* A limit on the size of files stands for the full disk. */
Test(cli_db_backup, appears_whole_or_not_at_all)
{
    RUN("cd '%s' && (ulimit -f 100; trap '' XFSZ; winnow db backup --db made.db -o copy); "
        "echo $?; ls copy* made* 2>/dev/null; true",
        test_dir());
    cr_expect_str_eq(output.out, "5\nmade.db\n", "%s", output.out);
    expect(0, "", "cannot write copy: ");
}

/* ---- gc ---------------------------------------------------------------------------------------*/

/* Artifacts a (made.db names it), b (another database does) and c (nobody does). */
static void make_artifacts(void)
{
    made_db(made_path("other.db"));
    name_artifact(db, NAMED);
    name_artifact(made_path("other.db"), NAMED_ELSEWHERE);
    save_artifact(NAMED);
    save_artifact(NAMED_ELSEWHERE);
    save_artifact(NAMED_BY_NONE);
}

static void expect_artifacts(bool unnamed)
{
    cr_expect(has_artifact(NAMED));
    cr_expect(has_artifact(NAMED_ELSEWHERE), "another database needs it");
    cr_expect_eq(has_artifact(NAMED_BY_NONE), unnamed);
}

Test(cli_db_gc, removes_what_no_database_names)
{
    make_artifacts();
    RUN("winnow db gc --dry-run --db '%s'", db);
    expect(0, ": no attempt names it, ", "");
    expect(0, " bytes\nwould remove 1 file, ", "");
    expect(0, "; 2 artifacts are needed by 2 databases\n", "");
    expect_artifacts(true);
    RUN("winnow db gc --db '%s'", db);
    expect(0, "removed 1 file, ", "");
    expect(0, "made.db: ", "");
    expect(0, " KiB now\n", "");
    expect_artifacts(false);
    RUN("winnow db gc --db '%s'; ls '%s'", db, test_dir());
    expect(0, "removed 0 files, 0 bytes; 2 artifacts", "");
    expect(0, "artifacts\nmade.db\nother.db\n", "");
}

Test(cli_db_gc, a_backup_needs_them_too)
{
    make_artifacts();
    RUN("cd '%s' && winnow db backup --db other.db && rm other.db && winnow db gc --db made.db",
        test_dir());
    expect(0, "removed 1 file, ", "");
    expect_artifacts(false);
}

Test(cli_db_gc, clears_up_after_dead_processes_only)
{
    make_artifacts();
    RUN("cd '%s' && touch artifacts/%s.2147483647 artifacts/%s.%d artifacts/notes.2147483647 "
        "made.db.x.backup.2147483647 && winnow db gc --db made.db && ls artifacts made.db*",
        test_dir(), artifact_name(NAMED), artifact_name(NAMED), (int)getpid());
    expect(0, "removed 3 files, ", "");
    expect(0, "half written by a process that no longer runs", "");
    expect(0, "notes.2147483647", "");
    cr_expect_null(strstr(strstr(output.out, " now\n"), "a.2147483647"), "%s", output.out);
    cr_expect_null(strstr(strstr(output.out, " now\n"), "backup.2147483647"), "%s", output.out);
    char alive[32];
    snprintf(alive, sizeof alive, "a.%d\n", (int)getpid());
    expect(0, alive, "");
}

Test(cli_db_gc, is_refused_while_a_scheduler_is_at_work)
{
    const char *const busy[] = {"made.db", "other.db"};
    char holder[64];
    snprintf(holder, sizeof holder, "process %d on ", (int)getpid());
    make_artifacts();
    for (int i = 0; i < 2; i++) {
        struct store *writer = must_open(made_path(busy[i]), STORE_WRITE);
        RUN("winnow db gc --db '%s'", db);
        expect(5, "", holder);
        expect(5, "", busy[i]);
        expect_artifacts(true);
        RUN("winnow db gc --dry-run --db '%s'", db);
        expect(0, "would remove 1 file", "");
        store_close(writer);
    }
}

Test(cli_db_gc, removes_nothing_where_a_database_cannot_be_asked)
{
    make_artifacts();
    test_write_file(made_path("broken.db"), "not a database, or not any more");
    RUN("winnow db gc --db '%s'", db);
    expect(5, "", "cannot tell what another database needs: ");
    expect(5, "", "broken.db: file is not a database; put it right, or elsewhere");
    expect_artifacts(true);
    /* Another program's, and copies from before there were artifacts. */
    RUN("cd '%s' && rm broken.db && sqlite3 foreign.db 'CREATE TABLE t (a)' && "
        "sqlite3 made.db.v2.backup 'PRAGMA application_id = 2003398254; PRAGMA user_version = 2; "
        "CREATE TABLE t (a)' && winnow db gc --db made.db",
        test_dir());
    expect(0, "2 artifacts are needed by 2 databases\n", "");
    expect_artifacts(false);
}

Test(cli_db_gc, attempts_stay)
{
    change("DELETE FROM experiment_cell WHERE cell GLOB '4*'");
    RUN("winnow db gc --db '%s' && sqlite3 '%s' 'SELECT count(*) FROM attempt'", db, db);
    expect(0, "2 attempts at 1 cell that no experiment lists any more stay", "");
    expect(0, "now\n9\n", "");
    RUN("winnow db gc --db '%s.none'; ls '%s'", db, test_dir());
    expect(0, "made.db\n", "no such file");
}

Test(cli_db_gc, shrinks_the_file)
{
    change("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(3000000)); DROP TABLE t");
    RUN("winnow db gc --db '%s'", db);
    expect(0, "made.db: 3.0 MiB before, 1", "");
}

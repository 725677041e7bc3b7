/*
 * The SQL functions on bitmaps, against counts made by hand: 10 samples, three selections.
 *
 *     sample   0 1 2 3 4 5 6 7 8 9
 *     epoch 0  x x x x x . . . . .
 *     epoch 4  x x x . . x x . . .
 *     epoch 2  x . . x . x x x . .
 */
#include "base/err.h"
#include "base/mem.h"
#include "results/functions/functions.h"
#include "tests/support/bits.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>

enum { N = 10 };

static sqlite3 *db;

static void run(const char *sql)
{
    char *message = NULL;
    sqlite3_exec(db, sql, NULL, NULL, &message);
    cr_assert_null(message, "%s: %s", sql, message);
}

static void add(int epoch, const char *kept)
{
    sqlite3_stmt *row;
    sqlite3_prepare_v2(db, "INSERT INTO s VALUES (?, ?)", -1, &row, NULL);
    sqlite3_bind_int(row, 1, epoch);
    test_bind_bits(row, 2, kept);
    cr_assert_eq(sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(row);
}

static void open_db(void)
{
    struct err err;
    cr_assert_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    cr_assert_eq(functions_register(db, &err), 0);
    run("CREATE TABLE s (epoch INTEGER, bitmap BLOB)");
    add(0, "xxxxx.....");
    add(4, "xxx..xx...");
    add(2, "x..x.xxx..");
}

static void close_db(void)
{
    REQUIRE(sqlite3_close(db) == SQLITE_OK);
}

TestSuite(selection_functions, .init = open_db, .fini = close_db);

/* The first value as text, "NULL", or the error. */
static void expect(const char *sql, const char *expected)
{
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    const bool found = sqlite3_step(row) == SQLITE_ROW;
    const char *text = found ? (const char *)sqlite3_column_text(row, 0) : sqlite3_errmsg(db);
    cr_expect_str_eq(text ? text : "NULL", expected, "%s: %s, expected %s", sql,
                     text ? text : "NULL", expected);
    sqlite3_finalize(row);
}

Test(selection_functions, always_and_never)
{
    expect("SELECT kept_always(bitmap, 10) FROM s", "0.1");                   /* sample 0 */
    expect("SELECT kept_never(bitmap, 10) FROM s", "0.2");                    /* 8 and 9 */
    expect("SELECT kept_always(bitmap, 10) FROM s WHERE epoch <> 2", "0.3");  /* 0, 1, 2 */
    expect("SELECT chance_always(bitmap, 10) FROM s", "0.125");               /* 5/10, thrice */
    expect("SELECT chance_never(bitmap, 10) FROM s WHERE epoch < 4", "0.25"); /* twice */
    expect("SELECT kept_always(bitmap, 10) FROM s WHERE epoch > 9", "NULL");
    expect("SELECT kept_always(NULL, 10)", "NULL");
}

/* Kept thrice: 0. Twice, in the order of their first: 1 2 3 (epoch 0), 5 6 (2). Once: 4, then 7.
   Never: 8 9. */
Test(selection_functions, map)
{
    expect("SELECT kept_map(bitmap, 10, epoch, 5) FROM s",
           "[{\"epoch\": 0, \"kept\": [1, 1, 0, 0.5, 0]}, "
           "{\"epoch\": 2, \"kept\": [0.5, 0.5, 1, 0.5, 0]}, "
           "{\"epoch\": 4, \"kept\": [1, 0.5, 1, 0, 0]}]");
    expect("SELECT json_array_length(kept_map(bitmap, 10, epoch, 4000), '$[0].kept') FROM s", "10");
}

/* The same subsets of the same ten samples, which are every third of a file's 30 but the first: no
 * number changes, wherever the samples lie in the file. */
Test(selection_functions, bitmaps_of_a_file_tell_the_same_of_its_split)
{
    static const char *const sql[] = {
        "SELECT kept_always(bitmap, 10) FROM %s",
        "SELECT kept_never(bitmap, 10) FROM %s",
        "SELECT chance_always(bitmap, 10) FROM %s",
        "SELECT chance_never(bitmap, 10) FROM %s",
        "SELECT kept_map(bitmap, 10, epoch, 5) FROM %s",
        "SELECT kept_map(bitmap, 10, epoch, 10) FROM %s",
    };
    static const char *const kept[] = {"xxxxx.....", "xxx..xx...", "x..x.xxx.."};
    run("CREATE TABLE f (epoch INTEGER, bitmap BLOB)");
    for (int k = 0; k < 3; k++) {
        char of_file[3 * N + 1] = "..............................", insert[64];
        for (int i = 0; i < N; i++)
            of_file[3 * i + 2] = kept[k][i];
        sqlite3_stmt *row;
        snprintf(insert, sizeof insert, "INSERT INTO f VALUES (%d, ?)", (int[]){0, 4, 2}[k]);
        sqlite3_prepare_v2(db, insert, -1, &row, NULL);
        test_bind_bits(row, 1, of_file);
        cr_assert_eq(sqlite3_step(row), SQLITE_DONE);
        sqlite3_finalize(row);
    }
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        char of_split[128], of_file[128], same[300];
        snprintf(of_split, sizeof of_split, sql[i], "s");
        snprintf(of_file, sizeof of_file, sql[i], "f");
        snprintf(same, sizeof same, "SELECT (%s) = (%s)", of_split, of_file);
        expect(same, "1");
    }
    expect("SELECT kept_always(bitmap, 4) FROM f", "not a bitmap of that many samples");
    expect("SELECT kept_always(bitmap, 10) FROM (SELECT * FROM f UNION ALL SELECT * FROM s)",
           "not a bitmap of that many samples");
}

Test(selection_functions, refuses_what_is_no_bitmap)
{
    const char *wrong = "not a bitmap of that many samples";
    expect("SELECT kept_always(x'0102', 10)", wrong);
    expect("SELECT kept_always('text', 10)", wrong);
    expect("SELECT kept_always(bitmap, 100) FROM s", wrong);
    expect("SELECT kept_always(bitmap, 0) FROM s", wrong);
    expect("SELECT kept_always(bitmap, -1) FROM s", wrong);
    expect("SELECT kept_always(bitmap, 2000000000) FROM s", wrong);
    expect("SELECT kept_always(bitmap, 10 + epoch) FROM s", wrong);
    expect("SELECT kept_map(bitmap, 10, epoch, 0) FROM s", "kept_map() wants 1 to 4096 bins");
}

/*
 * score_profile() on a file with ten scores, by hand. Sorted, with what is kept of them:
 *
 *     score    -4  -3   0   0   0   0   1   2   5   9
 *     sample    7   3   0   2   4   9   1   5   8   6
 *     kept      .   .   x   .   .   x   x   x   x   x
 */
#include "results/functions/functions_scores.h"
#include "base/err.h"
#include "base/mem.h"
#include "results/record/artifact.h"
#include "tests/support/bits.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { N = 10 };

static const float scores[N] = {0, 1, 0, -3, 0, 2, 9, -4, 5, 0};
static const char kept[] = "xx...xx.xx";
static sqlite3 *db;
static char folder[256], key[HASH_HEX_SIZE];

static void save(const float *of)
{
    const struct artifact artifact = {.n = N, .scores = (float *)of};
    struct err err;
    cr_assert_eq(artifact_save(folder, key, &artifact, &err), 0, "%s", err.text);
}

static void open_db(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/a.db", test_dir());
    snprintf(folder, sizeof folder, "%s/artifacts", test_dir());
    artifact_key("shared", "machine", "1", key);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(functions_scores_register(db), SQLITE_OK);
    save(scores);
}

static void close_db(void)
{
    REQUIRE(sqlite3_close(db) == SQLITE_OK);
}

TestSuite(functions_scores, .init = open_db, .fini = close_db);

/* Of score_profile(), what json picks, as text; "NULL"; or the error. */
static void expect(const char *of, const char *selection, int n, int bins, const char *pick,
                   const char *expected)
{
    sqlite3_stmt *row;
    cr_assert_eq(
        sqlite3_prepare_v2(db, "SELECT json_extract(score_profile(?, ?, ?, ?), ?)", -1, &row, NULL),
        SQLITE_OK);
    sqlite3_bind_text(row, 1, of, -1, SQLITE_TRANSIENT);
    test_bind_bits(row, 2, selection);
    sqlite3_bind_int(row, 3, n);
    sqlite3_bind_int(row, 4, bins);
    sqlite3_bind_text(row, 5, pick, -1, SQLITE_TRANSIENT);
    const int code = sqlite3_step(row);
    const char *text =
        code == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : sqlite3_errmsg(db);
    cr_expect_str_eq(text ? text : "NULL", expected, "%s: %s, expected %s", pick,
                     text ? text : "NULL", expected);
    sqlite3_finalize(row);
}

Test(functions_scores, quantiles_and_what_is_kept_of_each_bin)
{
    expect(key, kept, N, 5, "$.n", "10");
    expect(key, kept, N, 5, "$.lowest", "-4");
    expect(key, kept, N, 5, "$.highest", "9");
    /* Type 7 at 0.1, 0.3, ...: places 0.9, 2.7, 4.5, 6.3, 8.1 of the sorted ones. */
    expect(key, kept, N, 5, "$.scores", "[-3.1,0,0,1.3,5.4]");
    /* Half of the four zeros is kept, whichever of them come first. */
    expect(key, kept, N, 5, "$.kept", "[0,0.5,0.5,1,1]");
}

Test(functions_scores, a_cut_is_where_one_score_parts_them)
{
    /* Among equals anything goes. */
    expect(key, kept, N, 2, "$.cut", "0.4");
    expect(key, kept, N, 2, "$.side", "high");
    expect(key, "...x...x..", N, 2, "$.cut", "0.2");
    expect(key, "...x...x..", N, 2, "$.side", "low");
    expect(key, "......xx..", N, 2, "$.cut", "NULL"); /* the highest and the lowest */
    expect(key, "xxxxxxxxxx", N, 2, "$.side", "NULL");
}

Test(functions_scores, no_number_is_left_out_and_infinite_is_null)
{
    const float odd[N] = {NAN, 1, NAN, 2, 3, INFINITY, -INFINITY, 4, 5, 6};
    save(odd);
    expect(key, kept, N, 4, "$.n", "8");
    expect(key, kept, N, 4, "$.lowest", "NULL");
    expect(key, kept, N, 4, "$.highest", "NULL");
    expect(key, kept, N, 4, "$.scores", "[null,2.625,4.375,null]");
    const float none[N] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    save(none);
    expect(key, kept, N, 4, "$", "{\"n\":0}");
    save(NULL);
    expect(key, kept, N, 4, "$", "{\"n\":0}");
}

Test(functions_scores, what_is_not_there_is_null_and_what_is_damaged_is_told)
{
    char path[400], told[500];
    expect(key, kept, N - 1, 2, "$.n", "NULL"); /* of another number of samples */
    expect("../a.db", kept, N, 2, "$.n", "NULL");
    snprintf(path, sizeof path, "%s/%s", folder, key);
    test_write_file(path, "winnow artifact");
    snprintf(told, sizeof told, "score_profile: %s: it has 15 bytes", path);
    expect(key, kept, N, 2, "$.n", told);
    unlink(path);
    expect(key, kept, N, 2, "$.n", "NULL");
    expect(key, kept, 99, 2, "$.n",
           "score_profile: not a bitmap of that many samples (by position in the file? then "
           "add v_selection.split after the bins)");
    expect(key, kept, N, 0, "$.n", "score_profile() wants 1 to 4096 bins");
}

/* The samples lie at every second place of a file. */
Test(functions_scores, a_bitmap_of_a_file_tells_the_same_with_its_split)
{
    static const char sql[] = "SELECT score_profile(?1, ?2, ?3, 5) = score_profile(?1, ?4, ?3, 5, "
                              "?5) AND score_profile(?1, ?2, ?3, 5) = score_profile(?1, ?2, ?3, 5, "
                              "NULL)";
    char of_file[2 * N + 1] = "", split[2 * N + 1] = "";
    sqlite3_stmt *row;
    for (int i = 0; i < N; i++) {
        of_file[2 * i] = split[2 * i] = '.';
        of_file[2 * i + 1] = kept[i];
        split[2 * i + 1] = 'x';
    }
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_bind_text(row, 1, key, -1, SQLITE_STATIC);
    test_bind_bits(row, 2, kept);
    sqlite3_bind_int(row, 3, N);
    test_bind_bits(row, 4, of_file);
    test_bind_bits(row, 5, split);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW, "%s", sqlite3_errmsg(db));
    cr_expect_eq(sqlite3_column_int(row, 0), 1);
    sqlite3_reset(row);
    test_bind_bits(row, 5, kept); /* another file's */
    cr_expect_eq(sqlite3_step(row), SQLITE_ERROR);
    cr_expect(strstr(sqlite3_errmsg(db), "not bitmaps of one file"), "%s", sqlite3_errmsg(db));
    sqlite3_finalize(row);
}

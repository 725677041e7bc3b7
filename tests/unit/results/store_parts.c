/* What the store is made of: migrations, places, the aggregates. */
#include "results/db.h"
#include "results/functions/functions.h"
#include "results/migrate.h"
#include "results/place.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sqlite3 *open_db(const char *path)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static int64_t get(sqlite3 *db, const char *sql)
{
    int64_t value = -1;
    struct err err = {0};
    cr_expect_eq(db_get_int(db, sql, NULL, 0, &value, &err), 0, "%s: %s", sql, err.text);
    return value;
}

/* ---- Migrations -------------------------------------------------------------------------------*/

static const char first_step[] = "CREATE TABLE t (a); PRAGMA user_version = 1";
static const char second_step[] = "ALTER TABLE t ADD COLUMN b DEFAULT 5; PRAGMA user_version = 2";

Test(migrate, old_file_is_backed_up_and_brought_up)
{
    char path[256], backup[300];
    struct err err = {0};
    snprintf(path, sizeof path, "%s", made_path("x.db"));
    snprintf(backup, sizeof backup, "%s.v1.backup", path);
    const char *const steps[] = {first_step, second_step};
    sqlite3 *db = open_db(path);
    cr_assert_eq(migrate_tables(db, path, steps, 1, NULL, &err), 0, "%s", err.text);
    cr_expect_neq(access(backup, F_OK), 0, "a new file needs no backup");
    cr_assert_eq(db_exec(db, "INSERT INTO t VALUES (7)", &err), 0);
    cr_assert_eq(migrate_tables(db, path, steps, 2, NULL, &err), 0, "%s", err.text);
    cr_expect_eq(get(db, "SELECT a * 10 + b FROM t"), 75);
    cr_expect_eq(get(db, "PRAGMA user_version"), 2);
    sqlite3 *old = open_db(backup);
    cr_expect_eq(get(old, "SELECT a FROM t"), 7);
    cr_expect_eq(get(old, "PRAGMA user_version"), 1);
    sqlite3_close(old);
    cr_expect_neq(migrate_tables(db, path, steps, 1, NULL, &err), 0, "newer than the program");
    cr_expect(strstr(err.text, "its version is 2, this program knows 1"), "%s", err.text);
    sqlite3_close(db);
}

Test(migrate, failed_step_leaves_the_old_version)
{
    const char *path = made_path("x.db");
    struct err err = {0};
    const char *const steps[] = {first_step, "CREATE TABLE u (a); no SQL"};
    sqlite3 *db = open_db(path);
    cr_assert_eq(migrate_tables(db, path, steps, 1, NULL, &err), 0, "%s", err.text);
    cr_assert_neq(migrate_tables(db, path, steps, 2, NULL, &err), 0);
    cr_expect(strstr(err.text, "step from version 1: "), "%s", err.text);
    cr_expect_eq(get(db, "PRAGMA user_version"), 1);
    cr_expect_eq(get(db, "SELECT count(*) FROM sqlite_schema"), 1);
    /* Again: the backup is there already, and is not overwritten. */
    cr_expect_neq(migrate_tables(db, path, steps, 2, NULL, &err), 0);
    cr_expect(strstr(err.text, "cannot back it up to"), "%s", err.text);
    sqlite3_close(db);
}

Test(migrate, views_are_replaced_where_they_differ)
{
    sqlite3 *db = open_db(made_path("x.db"));
    struct err err = {0};
    const char *old = "CREATE VIEW v_a AS SELECT 1 AS x; CREATE VIEW v_b AS SELECT 2 AS x;";
    const char *new = "CREATE VIEW v_a AS SELECT 3 AS x;";
    cr_assert_eq(db_exec(db, "CREATE VIEW mine AS SELECT 4 AS x", &err), 0);
    cr_assert_eq(migrate_views(db, (const char *const[]){old}, 1, &err), 0, "%s", err.text);
    const int64_t changes = get(db, "PRAGMA schema_version");
    cr_assert_eq(migrate_views(db, (const char *const[]){old}, 1, &err), 0, "%s", err.text);
    cr_expect_eq(get(db, "PRAGMA schema_version"), changes, "the same: nothing is written");
    cr_assert_eq(migrate_views(db, (const char *const[]){new}, 1, &err), 0, "%s", err.text);
    cr_expect_eq(get(db, "SELECT x FROM v_a"), 3);
    cr_expect_eq(get(db, "SELECT x FROM mine"), 4, "a view of the user's stays");
    cr_expect_eq(get(db, "SELECT count(*) FROM sqlite_schema"), 2, "v_b is gone");
    cr_expect_neq(migrate_views(db, (const char *const[]){"CREATE VIEW v_c AS wrong"}, 1, &err), 0);
    cr_expect_eq(get(db, "SELECT x FROM v_a"), 3, "put back");
    sqlite3_close(db);
}

/* ---- Places -----------------------------------------------------------------------------------*/

Test(place, a_local_folder_is_no_network)
{
    struct disk disk;
    cr_expect_not(place_network("/proc/x.db", &disk));
    cr_expect_str_eq(disk.type, "proc");
    cr_expect_not(place_network("/no/such/folder/x.db", &disk));
}

/* ---- Aggregates -------------------------------------------------------------------------------*/

static double value_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW, "%s: %s", sql, sqlite3_errmsg(db));
    const double value =
        sqlite3_column_type(row, 0) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(row, 0);
    sqlite3_finalize(row);
    return value;
}

static sqlite3 *open_with_functions(void)
{
    sqlite3 *db = open_db(":memory:");
    struct err err;
    cr_assert_eq(functions_register(db, &err), 0);
    cr_assert_eq(db_exec(db,
                         "CREATE TABLE t (g, x);"
                         "INSERT INTO t VALUES (1, 4), (1, 1), (1, NULL), (1, 3.5), (2, 10), "
                         "(3, NULL), (4, 1), (4, 2), (4, 3), (4, 4);",
                         &err),
                 0);
    return db;
}

Test(functions, median_and_quantile)
{
    sqlite3 *db = open_with_functions();
    static const struct {
        const char *sql;
        double expected; /* NAN: NULL */
    } cases[] = {
        {"SELECT median(x) FROM t WHERE g = 1", 3.5},
        {"SELECT median(x) FROM t WHERE g = 2", 10},
        {"SELECT median(x) FROM t WHERE g = 3", (double)NAN},
        {"SELECT median(x) FROM t WHERE g = 99", (double)NAN},
        {"SELECT median(x) FROM t WHERE g = 4", 2.5},
        {"SELECT quantile(x, 0) FROM t WHERE g = 4", 1},
        {"SELECT quantile(x, 1) FROM t WHERE g = 4", 4},
        {"SELECT quantile(x, 0.25) FROM t WHERE g = 4", 1.75},
        {"SELECT sum(m) FROM (SELECT median(x) AS m FROM t GROUP BY g)", 16},
        {"SELECT ci_low(x) FROM t WHERE g = 2", (double)NAN},
        {"SELECT median(x) FROM (SELECT '2.5' AS x)", 2.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double found = value_of(db, cases[i].sql);
        cr_expect(found == cases[i].expected || (isnan(found) && isnan(cases[i].expected)),
                  "%s: %g, expected %g", cases[i].sql, found, cases[i].expected);
    }
    sqlite3_close(db);
}

Test(functions, fixed)
{
    sqlite3 *db = open_with_functions();
    cr_expect_eq(get(db, "SELECT fixed(1.005, 1) = '1.0' AND fixed(2, 3) = '2.000' AND "
                         "fixed(NULL, 2) IS NULL AND fixed(0.5, 1, '+') = '+0.5' AND "
                         "fixed(-0.5, 1, '+') = '-0.5' AND "
                         "fixed(-1e-16, 2) = '0.00' AND fixed(-1e-16, 2, '+') = '+0.00' AND "
                         "significant(0.3) = '0.3' AND "
                         "significant(1234567) = '1.23457e+06' AND significant(NULL) IS NULL AND "
                         "rounded(NULL, 2) IS NULL AND rounded(-0.4, 0) = 0 AND "
                         "typeof(rounded(2, 0)) = 'real'"),
                 1);
    sqlite3_close(db);
}

/* Halfway between two decimals a double takes the even one; 1.005 and 2.675 are not halfway, but a
 * little below, as doubles. SQLite's round() raises all of these. */
Test(functions, numbers_are_rounded_as_printf_rounds_them)
{
    sqlite3 *db = open_with_functions();
    static const struct {
        double value;
        int digits;
        const char *text;
        double number;
    } cases[] = {
        {1234.5, 0, "1234", 1234},
        {0.125, 2, "0.12", 0.12},
        {0.375, 2, "0.38", 0.38},
        {1.005, 2, "1.00", 1},
        {2.675, 2, "2.67", 2.67},
        {2.5, 0, "2", 2},
        {-2.5, 0, "-2", -2},
        {90.125, 2, "90.12", 90.12},
        {1e22, 0, "10000000000000000000000", 1e22},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT fixed(%.17g, %d) = '%s'", cases[i].value, cases[i].digits,
                 cases[i].text);
        cr_expect_eq(get(db, sql), 1, "%s", sql);
        snprintf(sql, sizeof sql, "SELECT rounded(%.17g, %d) = %.17g", cases[i].value,
                 cases[i].digits, cases[i].number);
        cr_expect_eq(get(db, sql), 1, "%s", sql);
    }
    cr_expect_eq(get(db, "SELECT significant(12.5, 2) = '12' AND significant(0.1234565) = "
                         "'0.123456'"),
                 1);
    sqlite3_close(db);
}

Test(functions, wrong_arguments_are_errors)
{
    sqlite3 *db = open_with_functions();
    static const struct {
        const char *sql, *message;
    } cases[] = {
        {"SELECT median('abc')", "median() wants numbers"},
        {"SELECT fixed(1, 61)", "60 at most"},
        {"SELECT rounded(1, -1)", "60 at most"},
        {"SELECT significant(1, 0)", "60 at most"},
        {"SELECT quantile(x, 1.5) FROM t", "from 0 to 1"},
        {"SELECT quantile(x, NULL) FROM t", "from 0 to 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        cr_expect_neq(db_exec(db, cases[i].sql, &err), 0);
        cr_expect(strstr(err.text, cases[i].message), "%s: '%s'", cases[i].sql, err.text);
    }
    sqlite3_close(db);
}

/* Two values that are the same do not tell how far they spread. */
Test(functions, no_interval_of_equal_values)
{
    sqlite3 *db = open_with_functions();
    static const char *const values[] = {"VALUES (0.9), (0.9)", "VALUES (0), (0), (0), (NULL)",
                                         "VALUES (0.902 - 0.9), (0.012 - 0.01)"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char sql[160];
        snprintf(sql, sizeof sql,
                 "SELECT ci_low(column1) IS NULL AND ci_high(column1) IS NULL AND "
                 "ci_low(column1, 0.5) IS NULL FROM (%s)",
                 values[i]);
        cr_expect_eq(value_of(db, sql), 1, "%s", sql);
    }
    cr_expect_eq(value_of(db, "SELECT ci_low(column1) FROM (VALUES (1e-6), (3e-6))"), 1e-6);
    sqlite3_close(db);
}

/* 100 values 0..99: mean 49.5, standard error 28.866 / 10; the bootstrap comes near 1.96 of it. */
Test(functions, interval_of_the_mean)
{
    enum { ROUGHLY = 1 };
    sqlite3 *db = open_db(":memory:");
    struct err err;
    cr_assert_eq(functions_register(db, &err), 0);
    static const char rising[] = "WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n "
                                 "WHERE x < 99) SELECT %s FROM (SELECT x FROM n ORDER BY x %s)";
    char sql[256];
    snprintf(sql, sizeof sql, rising, "ci_low(x)", "");
    const double low = value_of(db, sql);
    snprintf(sql, sizeof sql, rising, "ci_high(x)", "");
    const double high = value_of(db, sql);
    snprintf(sql, sizeof sql, rising, "ci_low(x)", "DESC");
    const double low_reversed = value_of(db, sql);
    cr_expect(fabs(low - (49.5 - 1.96 * 2.8866)) < ROUGHLY, "low %g", low);
    cr_expect(fabs(high - (49.5 + 1.96 * 2.8866)) < ROUGHLY, "high %g", high);
    cr_expect_eq(low, low_reversed, "%.17g and %.17g: the order of the rows does not matter", low,
                 low_reversed);
    sqlite3_close(db);
}

/* Asking a database row by row; what is recorded by the same calls has tests of its own (store). */
#include "results/db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

static sqlite3 *db;

static void open_db(void)
{
    cr_assert_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
}

static void close_db(void)
{
    sqlite3_close(db);
}

TestSuite(db, .init = open_db, .fini = close_db);

Test(db, a_row_has_values_of_every_type)
{
    struct db_rows rows;
    struct err err;
    db_ask(&rows, db, "SELECT ?1 + 1 AS i, ?2 AS r, ?3 AS t, ?4 AS b, NULL AS n",
           DB_VALUES(db_int(41), db_real(0.5), db_text("é"), db_blob("\0x", 2)));
    cr_assert(db_next(&rows));
    cr_expect_eq(row_columns(&rows), 5);
    cr_expect_str_eq(row_name(&rows, 2), "t");
    cr_expect_eq(row_int(&rows, 0), 42);
    cr_expect(row_real(&rows, 1) == 0.5);
    cr_expect_str_eq(row_text(&rows, 2), "é");
    const struct db_value blob = row_value(&rows, 3);
    cr_expect(blob.type == VALUE_BLOB && blob.integer == 2 && memcmp(blob.text, "\0x", 2) == 0);
    cr_expect(row_is_null(&rows, 4) && row_value(&rows, 4).type == VALUE_NULL);
    cr_expect(isnan(row_real(&rows, 4)) && row_int(&rows, 4) == 0 && !*row_text(&rows, 4));
    cr_expect(!db_next(&rows));
    cr_expect_eq(db_close(&rows, &err), 0);
}

/* Somebody else's database; the texts of a row live together until the next. */
Test(db, text_is_fit_to_be_shown)
{
    struct db_rows rows;
    struct err err;
    db_ask(&rows, db,
           "SELECT char(27) || '[1m', 'a' || char(10) || 'b', CAST(x'ff' AS TEXT) "
           "UNION ALL SELECT 'plain', NULL, ''",
           DB_NO_VALUES);
    cr_assert(db_next(&rows));
    const char *const shown[] = {row_text(&rows, 0), row_text(&rows, 1), row_text(&rows, 2)};
    cr_expect_str_eq(shown[0], " [1m");
    cr_expect_str_eq(shown[1], "a b");
    cr_expect_str_eq(shown[2], STR_REPLACEMENT);
    cr_expect_str_eq(row_raw(&rows, 0), "\033[1m");
    cr_expect_str_eq(row_raw(&rows, 1), "a\nb");
    cr_assert(db_next(&rows));
    cr_expect_str_eq(row_text(&rows, 0), "plain");
    cr_expect_str_eq(row_raw(&rows, 1), "");
    cr_expect_eq(db_close(&rows, &err), 0);
    db_ask(&rows, db, "SELECT * FROM \"a\n\033[1m\"", DB_NO_VALUES);
    cr_expect_eq(db_close(&rows, &err), -1);
    cr_expect_str_eq(err.text, "no such table: a  [1m");
}

/* Values that a query does not ask for are no mistake: some have no parameter. */
Test(db, values_that_are_left_over)
{
    struct str text = {0};
    struct err err;
    cr_expect_eq(db_get_text(db, "SELECT 'one'", DB_VALUES(db_text("two")), &text, &err), 0);
    cr_expect_eq(db_get_text(db, "SELECT 1 WHERE 0", DB_NO_VALUES, &text, &err), 0);
    cr_expect_str_eq(str_text(&text), "one");
    str_release(&text);
}

/* A query that is none, and one that fails at its third row. */
Test(db, an_error_ends_the_rows_and_is_kept_until_they_are_closed)
{
    static const struct {
        const char *sql, *error;
        int rows;
    } cases[] = {
        {"SELECT absent", "no such column: absent", 0},
        {"WITH t (i) AS (VALUES (1), (2), (3)) "
         "SELECT iif(i = 3, abs(-9223372036854775807 - 1), i) FROM t",
         "integer overflow", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct db_rows rows, other;
        struct err err;
        int count = 0;
        for (db_ask(&rows, db, cases[i].sql, DB_NO_VALUES); db_next(&rows);)
            count++;
        db_ask(&other, db, "SELECT 1", DB_NO_VALUES); /* SQLite forgets its own message here */
        cr_expect(db_next(&other) && !db_next(&rows));
        cr_expect_eq(db_close(&other, NULL), 0);
        cr_expect_eq(count, cases[i].rows, "%s: %d rows", cases[i].sql, count);
        cr_expect(rows.failed && !rows.absent);
        cr_expect_eq(db_close(&rows, &err), -1);
        cr_expect_str_eq(err.text, cases[i].error);
    }
}

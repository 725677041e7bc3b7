/* Result sets as text: aligned, CSV, JSON, Markdown. */
#include "harness/ask/table.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;

static void open_db(void)
{
    sqlite3_open(":memory:", &db);
}

static void close_db(void)
{
    sqlite3_close(db);
}

TestSuite(table, .init = open_db, .fini = close_db);

/* Free it. */
static char *written(const char *sql, enum table_format format)
{
    struct db_rows rows;
    struct err err = {0};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    db_ask(&rows, db, sql, DB_NO_VALUES);
    table_write(out, &rows, format);
    cr_assert_eq(db_close(&rows, &err), 0, "%s", err.text);
    fclose(out);
    return text;
}

static void expect(const char *sql, enum table_format format, const char *expected)
{
    char *text = written(sql, format);
    cr_expect_str_eq(text, expected, "%s as %s:\n%s\nexpected:\n%s", sql,
                     table_format_names[format], text, expected);
    free(text);
}

static const char mixed[] = "SELECT 'full' AS pruner, 12 AS runs, 0.1 + 0.2 AS \"a,b\" UNION ALL "
                            "SELECT 'é|\"x\"', NULL, 1e-7";

Test(table, aligned)
{
    expect(mixed, TABLE_ALIGNED,
           "pruner  runs    a,b\n"
           "------  ----  -----\n"
           "full      12    0.3\n"
           "é|\"x\"      -  1e-07\n");
}

Test(table, csv)
{
    expect(mixed, TABLE_CSV,
           "pruner,runs,\"a,b\"\n"
           "full,12,0.30000000000000004\n"
           "\"é|\"\"x\"\"\",,1e-07\n");
}

Test(table, json)
{
    expect(mixed, TABLE_JSON,
           "[\n"
           "{\"pruner\": \"full\", \"runs\": 12, \"a,b\": 0.30000000000000004},\n"
           "{\"pruner\": \"é|\\\"x\\\"\", \"runs\": null, \"a,b\": 1e-07}\n"
           "]\n");
}

Test(table, markdown)
{
    expect(mixed, TABLE_MARKDOWN,
           "| pruner | runs | a,b |\n"
           "| --- | ---: | ---: |\n"
           "| full | 12 | 0.3 |\n"
           "| é\\|\"x\" | - | 1e-07 |\n");
}

Test(table, without_rows)
{
    expect("SELECT 1 AS one, 2 AS two WHERE 0", TABLE_ALIGNED, "one  two\n---  ---\n");
    expect("SELECT 1 AS one, 2 AS two WHERE 0", TABLE_CSV, "one,two\n");
    expect("SELECT 1 AS one, 2 AS two WHERE 0", TABLE_JSON, "[\n]\n");
    expect("SELECT 1 AS one, 2 AS two WHERE 0", TABLE_MARKDOWN, "| one | two |\n| --- | --- |\n");
}

Test(table, numbers_in_text_go_to_the_right)
{
    expect("SELECT '9.50' AS a, 'x' AS b UNION ALL SELECT '10.25', 'yy' UNION ALL "
           "SELECT 'not reached', '1'",
           TABLE_ALIGNED,
           "          a  b\n"
           "-----------  --\n"
           "       9.50  x\n"
           "      10.25  yy\n"
           "not reached  1\n");
}

Test(table, hostile_text_cannot_steer_a_terminal)
{
    /* ESC, a C1 control, a line break, an overlong slash, a lone continuation byte */
    expect("SELECT CAST(x'1B5B33316DC29B0AC0AF8041' AS TEXT) AS t", TABLE_ALIGNED,
           "t\n"
           "-----------\n"
           " [31m  \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
           "A\n");
}

Test(table, json_is_json_whatever_the_bytes)
{
    json_error_t error;
    char *text =
        written("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 255) "
                "SELECT CAST(CAST(char(i) AS BLOB) || x'80' AS TEXT) AS t, 1e999 AS inf FROM n",
                TABLE_JSON);
    json_t *json = json_loads(text, 0, &error);
    cr_assert_not_null(json, "%s at line %d", error.text, error.line);
    cr_expect_eq(json_array_size(json), 255);
    cr_expect(json_is_null(json_object_get(json_array_get(json, 0), "inf")));
    json_decref(json);
    free(text);
}

Test(table, exact_numbers_come_back)
{
    static const char *const literals[] = {"0.1",   "1.0 / 3", "1e300", "5e-324", "123456789.125",
                                           "-0.85", "1e15",    "2.5",   "1e-5"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        char sql[64];
        json_error_t error;
        sqlite3_stmt *row;
        snprintf(sql, sizeof sql, "SELECT %s AS x", literals[i]);
        cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
        sqlite3_step(row);
        const double expected = sqlite3_column_double(row, 0);
        sqlite3_finalize(row);
        char *text = written(sql, TABLE_JSON);
        json_t *json = json_loads(text, 0, &error);
        const double found = json_number_value(json_object_get(json_array_get(json, 0), "x"));
        cr_expect_eq(found, expected, "%s: %.17g, expected %.17g", text, found, expected);
        json_decref(json);
        free(text);
    }
}

Test(table, blob_is_hexadecimal)
{
    expect("SELECT x'00FF10' AS b", TABLE_CSV, "b\n00ff10\n");
    expect("SELECT x'' AS b", TABLE_CSV, "b\n\n");
}

Test(table, many_rows)
{
    static const char first[] = "i,j\n1,2\n2,4\n", last[] = "\n999,1998\n1000,2000\n";
    char *text =
        written("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
                "SELECT i, i * 2 AS j FROM n",
                TABLE_CSV);
    cr_expect_eq(strncmp(text, first, strlen(first)), 0);
    cr_expect_str_eq(text + strlen(text) - strlen(last), last);
    free(text);
}

Test(table, errors_of_the_query_are_told)
{
    static const struct {
        const char *sql, *error;
    } cases[] = {
        {"SELECT abs(-9223372036854775808)", "integer overflow"},
        {"SELECT absent", "no such column: absent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table table = {0};
        struct err err = {0};
        struct db_rows rows;
        db_ask(&rows, db, cases[i].sql, DB_NO_VALUES);
        table_read(&table, &rows);
        cr_expect_eq(db_close(&rows, &err), -1);
        cr_expect_str_eq(err.text, cases[i].error);
        table_release(&table);
    }
}

Test(table, bar)
{
    static const struct {
        double share;
        const char *expected;
    } cases[] = {
        {0, "    "}, {0.25, "█   "}, {0.375, "█▌  "}, {1, "████"}, {2, "████"}, {-1, "    "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = {0};
        table_add_bar(&text, cases[i].share, 4);
        cr_expect_str_eq(str_text(&text), cases[i].expected, "%g: '%s', expected '%s'",
                         cases[i].share, str_text(&text), cases[i].expected);
        str_release(&text);
    }
}

Test(table, of_cells_that_come_from_no_statement)
{
    struct table table = {.columns = 2};
    struct str text = {0};
    char word[] = "speed";
    table_add(&table, (struct db_value){.type = VALUE_TEXT, .text = "what"});
    table_add(&table, (struct db_value){.type = VALUE_TEXT, .text = "x"});
    table_add(&table, (struct db_value){.type = VALUE_TEXT, .text = word});
    table_add(&table, (struct db_value){.type = VALUE_REAL, .real = 1.5});
    word[0] = 'X'; /* it is the table's own copy that counts */
    cr_expect_eq(table_rows(&table), 1, "%zu rows", table_rows(&table));
    table_render(&table, &text);
    cr_expect_str_eq(str_text(&text), "what     x\n"
                                      "-----  ---\n"
                                      "speed  1.5\n");
    str_release(&text);
    table_release(&table);
}

/*
 * winnow report in a browser (tests/report_browser.py, headless Chromium). What it says,
 * tests/cli/report.t has.
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char db[256], page[256], folder[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    snprintf(page, sizeof page, "%s", made_path("made.html"));
    snprintf(folder, sizeof folder, "%s", test_dir());
    made_db(db);
}

TestSuite(cli_report, .init = make_db, .fini = cli_release, .timeout = 120);

/* Whether the page has a text. */
static void expect_text(const char *wanted, bool there)
{
    char *text = test_read_file(page);
    cr_assert_not_null(text);
    cr_expect_eq(strstr(text, wanted) != NULL, there, "%s: %s", there ? "missing" : "there",
                 wanted);
    free(text);
}

static void change(const char *sql)
{
    struct store *store = must_open(db, STORE_WRITE);
    cr_assert_eq(sqlite3_exec(store_sqlite(store), sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(store_sqlite(store)));
    store_close(store);
}

/* Texts of the database that want to be more than texts, and the page in a browser, which reports a
   script that the page's policy stopped just as one that ran. Figures carry some of them too. */
Test(cli_report, is_whole_in_a_browser_whatever_the_database_says)
{
    change("DROP TRIGGER attempt_changes_once;"
           "UPDATE experiment SET yaml = 'hypothesis: \"<script>throw 1</script> {{css}} & more\"'"
           "    || char(10) || 'name: made' || char(10);"
           "UPDATE cell SET options = '</svg></td><script>throw 2</script>' WHERE pruner = 'el2n';"
           "UPDATE cell SET model_label = 'm\"''><img src=x onerror=throw(3)>' WHERE rowid > 0;"
           "UPDATE attempt SET reason = '</table><iframe src=\"http://127.0.0.1:9\">',"
           "    log = '</pre><style>*{display:none}</style>' || x'01ff' || '<a id=\"main\">'"
           "    WHERE state = 'failed';"
           "INSERT INTO warning (attempt, code, text) SELECT id, 'ODD', '<script>throw 4</script>'"
           "    FROM attempt WHERE state = 'done' LIMIT 1");
    test_write_file(made_path("claims.json"),
                    "[{\"claim\": \"A1\", \"text\": \"</table><script>throw 5</script>\", "
                    "\"verdict\": \"held\", \"points\": 0.25}]");
    RUN("mkdir '%s/tmp' && TMPDIR='%s/tmp' winnow report --db '%s' -e made -o '%s' "
        "--title '</title><script>throw 6</script>' --claims '%s/claims.json'",
        folder, folder, db, page, folder);
    expect(0, page, "");
    expect_text("&lt;script&gt;throw 1&lt;/script&gt; {{css}} &amp; more", true);
    expect_text("<td class=\"held\">held</td>", true);
    expect_text("<script>throw", false);
    expect_text("<img", false);
    expect_text("<iframe", false);
    RUN("ls -A '%s/tmp'", folder);
    cr_expect_str_eq(output.out, "", "left behind: %s", output.out);
    RUN("tests/report_browser.py '%s'", page);
    if (output.status == 77) { /* Criterion keeps the reason of a skip to itself */
        fprintf(stderr, "SKIPPED, the report was looked at in no browser: %s", output.err);
        cr_skip("no browser");
    }
    expect(0, "nothing found", "");
}

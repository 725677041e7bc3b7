/*
 * winnow report: as a user types it, and in a browser (tests/report_browser.py, headless Chromium).
 */
#include "base/str.h"
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

/* made_db.h has the numbers: accuracies 0.7 and 0.6, 8 and 4 s against 10 and 14. */
Test(cli_report, tells_what_was_measured)
{
    RUN("winnow report --db '%s' -e made -o '%s'", db, page);
    expect(0, page, "");
    expect_text("<td class=\"n\">65.00</td>", true);
    expect_text("<td class=\"n\">6.00</td>", true);
    expect_text("<td class=\"n\">2.09</td>", true); /* sqrt(10 / 8 * 14 / 4) */
    expect_text("4 of 9", true);
    expect_text("1 failed, 1 diverged, 3 not run or under way", true);
    /* What ran: 4 of 9 cells, 2 failed; 2 of 5 arms whole, 2 of 5 pruners; 36 and 48 s. */
    expect_text("<caption>What ran</caption>", true);
    expect_text("<th scope=\"row\">mlp</th><td>synthetic</td><td class=\"n\">9</td>"
                "<td class=\"n\">4</td><td class=\"n\">2</td><td class=\"n\">5</td>"
                "<td class=\"n\">2</td><td>2 of 5: full el2n</td>",
                true);
    expect_text("1 of 4 runs has doubtful seconds", true);
    expect_text("<h2 id=\"claims-head\">", false);
}

/* Both seeds of el2n 0.7, and its network full's: no interval of width 0. */
Test(cli_report, equal_values_have_no_interval)
{
    change("DROP TRIGGER attempt_changes_once;"
           "UPDATE attempt SET test_accuracy = 0.7, test_loss = 0.5, train_loss = 0.25"
           "    WHERE state = 'done'");
    RUN("winnow report --db '%s' -e made -o '%s'", db, page);
    expect(0, page, "");
    expect_text("<td class=\"n\">70.00</td>", true);
    expect_text("[70.00, 70.00]", false);
    expect_text("do not show how far off the next may be: 2 accuracies, 0 speedups.", true);
    expect_text("full 0 and el2n(runs=3) 0.5 (synthetic, mlp): the same bits in all 2 seeds, not "
                "two arms.",
                true);
}

/* 70 and 72 %, one sample of 50 apart: not 71 +- 12.71, but 12.7062 * 2 / sqrt(2). */
Test(cli_report, the_least_spread_is_one_sample_of_the_test_set)
{
    change("DROP TRIGGER attempt_changes_once;"
           "UPDATE attempt SET test_accuracy = iif(test_accuracy IN (0.7, 0.9), 0.7, 0.72),"
           "    test_n = 50 WHERE state = 'done'");
    RUN("winnow report --db '%s' -e made -o '%s'", db, page);
    expect(0, page, "");
    expect_text(">[53.03, 88.97]<", true);
}

/* No table of nothing. */
Test(cli_report, says_where_nothing_is_done)
{
    RUN("sqlite3 '%s' \"DROP TRIGGER attempt_changes_once; "
        "UPDATE attempt SET state = 'failed' WHERE state = 'done'\"; "
        "winnow report --db '%s' -e made -o '%s'",
        db, db, page);
    expect(0, page, "");
    expect_text("<p class=\"note\">synthetic, mlp: none of the 9 cells is done.</p>", true);
    expect_text("Beside full</th>", false);
}

Test(cli_report, replaces_reports_and_nothing_else)
{
    test_write_file(page, "a letter to my mother");
    RUN("winnow report --db '%s' -e made -o '%s'", db, page);
    expect(2, "", "is not a report of winnow's");
    expect_text("a letter to my mother", true);
    RUN("winnow report --db '%s' -e made -o '%s' --force", db, page);
    expect(0, page, "");
    RUN("winnow report --db '%s' -e made -o '%s' --title Again", db, page);
    expect(0, page, "");
    expect_text("<title>Again</title>", true);
}

Test(cli_report, says_what_is_wrong)
{
    static const struct {
        const char *claims, *err;
    } cases[] = {
        {"[{]", "claims.json:1:3: "},
        {"[]", "expected a list of claims"},
        {"{\"claims\": 3}", "expected a list of claims"},
        {"[{\"a\": 1}, 2]", "claim 2 is not an object"},
        {"[{}]", "the first claim is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_write_file(made_path("claims.json"), cases[i].claims);
        RUN("winnow report --db '%s' -e made -o '%s' --claims '%s/claims.json'", db, page, folder);
        expect(2, "", cases[i].err);
    }
    RUN("winnow report --db '%s' -e made -o '%s' --claims '%s/none.json'", db, page, folder);
    expect(2, "", "none.json");
    RUN("winnow report --db '%s' -o '%s'", db, page);
    expect(2, "", "which experiment? The database holds made, other");
    RUN("winnow report --db '%s' -e made -o '%s/none/x.html'", db, folder);
    expect(4, "", "none/x.html");
    RUN("ls '%s'", page);
    cr_expect_neq(output.status, 0, "a page is there after all");
}

/* Notes on an experiment: what is right and cannot do what it says. Every command that reads a file
 * tells them, --strict takes them for mistakes, and the database and the report keep them. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char noted[] = "name: noted\n"
                            "dataset: {name: synthetic, samples: 200, classes: 2}\n"
                            "model: softmax\n"
                            "pruner:\n"
                            "  - full\n"
                            "  - random\n"
                            "  - random-dynamic\n"
                            "  - full-short\n"
                            "rate: [0, 0.9]\n"
                            "seed: 1\n"
                            "train: {epochs: 5, batch: 50, lr: 0.1}\n";

#define CHOOSES                                                                                    \
    "noted.yaml:7:5: note: random-dynamic: chooses once in 5 epochs (period 10): the same as "     \
    "random\n"
#define SHORT                                                                                      \
    "noted.yaml:8:5: note: full-short: rate 0.9 leaves 0.5 of 5 epochs, and it trains 1: 200 "     \
    "samples instead of 100, 2 times the budget\n"
#define ZERO "noted.yaml:6:5: note: random: rate 0 leaves nothing out: the same as full\n"

static void write_noted(void)
{
    char path[256];
    cli_enter();
    snprintf(path, sizeof path, "%s/noted.yaml", test_dir());
    test_write_file(path, noted);
}

TestSuite(cli_notes, .init = write_noted, .fini = cli_release);

Test(cli_notes, check_and_plan_tell_them_with_their_places)
{
    static const char *const commands[] = {"check", "plan --no-measure"};
    for (size_t i = 0; i < 2; i++) {
        RUN("cd %s && winnow %s noted.yaml", test_dir(), commands[i]);
        expect(0, "7 cells", ZERO);
        expect(0, "", CHOOSES);
        expect(0, "", SHORT);
    }
    RUN("cd %s && winnow plan noted.yaml --no-measure --json", test_dir());
    expect(0, "\"place\": \"7:5\"", "");
    expect(0, "\"text\": \"random-dynamic: chooses once in 5 epochs (period 10): the same as", "");
    RUN("cd %s && winnow check noted.yaml --set train.epochs=20 --set rate=0.5", test_dir());
    expect(0, "4 cells", "");
    cr_expect_null(strstr(output.err, "note"), "%s", output.err);
    RUN("cd %s && winnow check noted.yaml --set pruner=random-dynamic --set rate=0.5", test_dir());
    expect(0, "", "--set pruner: note: random-dynamic: chooses once in 5 epochs");
}

Test(cli_notes, strict_takes_them_for_mistakes)
{
    static const char *const commands[] = {"check", "plan", "run --db a.db",
                                           "emit parallel -o jobs"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        RUN("cd %s && winnow %s --strict noted.yaml", test_dir(), commands[i]);
        expect(2, "", "noted.yaml:7:5: random-dynamic: chooses once in 5 epochs");
        cr_expect_null(strstr(output.err, "note:"), "%s", output.err);
    }
    RUN("cd %s && ls a.db jobs", test_dir());
    cr_expect_neq(output.status, 0, "something was written: %s", output.out);
    RUN("cd %s && winnow check --strict noted.yaml --set train.epochs=20 --set rate=0.5",
        test_dir());
    expect(0, "4 cells", "");
}

Test(cli_notes, the_database_and_the_report_keep_them)
{
    RUN("cd %s && winnow run noted.yaml --db a.db --set pruner=[full,random-dynamic] "
        "--set rate=0.9 -j 1",
        test_dir());
    expect(0, "", "--set pruner: note: random-dynamic: chooses once");
    expect_sql("a.db", "SELECT experiment || place || text FROM v_note",
               "noted--set prunerrandom-dynamic: chooses once in 5 epochs (period 10): the same as "
               "random");
    RUN("cd %s && winnow report --db a.db -o a.html && cat a.html", test_dir());
    expect(0, "Notes on the experiment", "");
    expect(0, "random-dynamic: chooses once in 5 epochs (period 10): the same as random", "");
    /* Mended, it has none. */
    RUN("cd %s && winnow run noted.yaml --db a.db --set pruner=full -j 1", test_dir());
    expect_sql("a.db", "SELECT count(*) FROM v_note", "0");
    RUN("cd %s && winnow report --force --db a.db -o a.html && cat a.html", test_dir());
    cr_expect_null(strstr(output.out, "Notes on the"), "there are none");
}

/* What the note says is so. */
Test(cli_notes, random_dynamic_that_chooses_once_is_random_bit_for_bit)
{
    RUN("cd %s && winnow run noted.yaml --db a.db --set pruner=[random,random-dynamic] "
        "--set rate=0.9 -j 1",
        test_dir());
    expect(0, "", "2 cells done");
    expect_sql("a.db",
               "SELECT count(*) || ' ' || count(DISTINCT train_loss) || ' ' || "
               "(SELECT count(DISTINCT bitmap) FROM selection) FROM epoch",
               "10 5 1");
}

Test(cli_notes, a_rate_that_leaves_nothing_out_is_full_bit_for_bit)
{
    RUN("cd %s && winnow run noted.yaml --db a.db --set rate=[0] --set "
        "'pruner=[full,random,rs2,ucb,infobatch,orderdp,{name: el2n, runs: 1, at: 1},herding]'",
        test_dir());
    expect(0, "", "8 cells done");
    expect_sql("a.db", "SELECT count(*), count(DISTINCT final_train_loss) FROM v_run", "8|1");
}

Test(cli_notes, a_frozen_plan_brings_them_along)
{
    RUN("cd %s && winnow emit parallel -o jobs noted.yaml --set rate=0.9 --cells 9 2>/dev/null && "
        "winnow cell --plan jobs/plan.jsonl --element 0 && winnow merge b.db jobs",
        test_dir());
    expect(0, "", "");
    expect_sql("b.db", "SELECT count(*) || min(place) FROM v_note", "27:5");
}

/* The rate belongs to an arm wherever it means something to its pruner, 0 or not. */
Test(cli_notes, an_arm_at_rate_zero_is_printed_like_any_other)
{
    RUN("cd %s && winnow run noted.yaml --db a.db --set pruner=[full,random,seta] --set rate=[0] "
        "-j 1",
        test_dir());
    expect(0, "", " random rate 0 seed 0: ");
    RUN("cd %s && winnow compare full random seta --db a.db", test_dir());
    expect(0, "\nrandom 0  full ", "");
    expect(0, "\nseta      full ", "");
    RUN("cd %s && winnow status --db a.db", test_dir());
    expect(0, "\nfull       -  ", "");
    expect(0, "\nrandom     0  ", "");
    expect(0, "\nseta       -  ", "");
    RUN("cd %s && winnow plan noted.yaml --db a.db --set pruner=full --set seed=[1] --no-measure",
        test_dir());
    expect(0, " softmax random rate 0 seed 0\n", "");
    expect(0, " softmax seta seed 0\n", "");
    RUN("cd %s && winnow show $(sqlite3 a.db \"SELECT short FROM v_run WHERE pruner = 'full'\") "
        "--db a.db",
        test_dir());
    expect(0, " softmax full seed 0\n", "");
    RUN("cd %s && winnow report --db a.db -o a.html && cat a.html", test_dir());
    expect(0, "<dt>Rates</dt><dd>0</dd>", "");
}

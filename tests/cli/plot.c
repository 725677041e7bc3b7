/*
 * winnow plot: as a user types it, on a database that the store has made.
 */
#include "base/str.h"
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char db[256], out[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    snprintf(out, sizeof out, "%s", made_path("figures"));
    made_db(db);
}

TestSuite(cli_plot, .init = make_db, .fini = cli_release);

/* All of stdout and stderr. */
static void expect_exactly(int status, const char *stdout_text, const char *stderr_text)
{
    cr_expect_eq(output.status, status, "status %d, expected %d\n%s", output.status, status,
                 output.err);
    cr_expect_str_eq(output.out, stdout_text);
    cr_expect_str_eq(output.err, stderr_text);
}

/* What every figure with seconds says of this database. */
static const char doubt[] =
    "warning: 1 of 4 runs has doubtful seconds: 1 with a clock that does not add up\n";

static void expect_drawn(const char *const *names, const char *stderr_text)
{
    char all[2048] = "";
    for (; *names; names++) {
        const size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s/%s\n", out, *names);
    }
    expect_exactly(0, all, stderr_text);
}

static void expect_files(const char *const *names)
{
    expect_drawn(names, "");
}

Test(cli_plot, draws_what_the_experiment_lists)
{
    RUN("winnow plot --db '%s' --experiment made -o '%s'", db, out);
    expect_drawn(
        (const char *const[]){"phases.tsv", "phases.svg", "phases.pdf", "phases.png", NULL}, doubt);
}

Test(cli_plot, draws_all_or_what_is_named)
{
    RUN("winnow plot --db '%s' -e made -o '%s' -f svg --all", db, out);
    /* No run of random is done, and no subset was recorded: that is told, and is no failure of the
       others. */
    static const char *const empty[] = {
        "versus-random: no pruner to compare with random, at its seeds and numbers of samples,",
        "always-sometimes-never: no pruner that chose more than once",
        "selection-heat-map: no pruner that chose more than once",
        "overlap: no two pruners with subsets of the same samples",
        "gap-theory: no losses of dp or dp-eps, with its objective,",
        "transfer: no pruner with prune_with, beside random at its seeds and rates,",
        "architecture-ranking: no subset on which three networks were trained, as on full data,",
        "score-distributions: no pruner whose scores lie beside the database"};
    struct str told = {0};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        str_addf(&told, "winnow plot: %s in the 4 finished cells of experiment 'made'\n", empty[i]);
    /* Its cells are made up: no sample of theirs can be had. */
    str_add(&told, "winnow plot: sample-sheets: a cell's JSON: Object item not found: engine\n");
    str_add(&told, "warning: 1 of 4 runs has doubtful seconds: 1 with a clock that does not add "
                   "up\n");
    cr_expect_str_eq(output.err, str_text(&told));
    str_release(&told);
    expect_drawn((const char *const[]){"accuracy-vs-time.tsv", "accuracy-vs-time.svg",
                                       "accuracy-vs-rate.tsv", "accuracy-vs-rate.svg", "phases.tsv",
                                       "phases.svg", "time-to-accuracy.tsv", "time-to-accuracy.svg",
                                       "seeds.tsv", "seeds.svg", "speedup-vs-accuracy.tsv",
                                       "speedup-vs-accuracy.svg", "amortization.tsv",
                                       "amortization.svg", "performance-profile.tsv",
                                       "performance-profile.svg", NULL},
                 output.err);
    RUN("winnow plot --db '%s' -e made -o '%s' -f png,png accuracy-vs-rate", db, out);
    expect_files((const char *const[]){"accuracy-vs-rate.tsv", "accuracy-vs-rate.png", NULL});
}

/* Two panels, which a page has beside each other. */
Test(cli_plot, draws_for_a_page_or_a_column)
{
    struct store *store = must_open(db, STORE_WRITE);
    cr_assert_eq(sqlite3_exec(store_sqlite(store),
                              "UPDATE cell SET model_label = 'cnn' WHERE pruner = 'full'", NULL,
                              NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(store_sqlite(store)));
    store_close(store);
    static const struct {
        const char *flag, *found;
    } cases[] = {{"", "width=\"672\"\n"},
                 {"--width page", "width=\"672\"\n"},
                 {"-w column", "width=\"336\"\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        RUN("winnow plot accuracy-vs-rate --db '%s' -e made -o '%s' -f svg %s", db, out,
            cases[i].flag);
        RUN("grep -o '^ *width=[^ ]*' '%s/accuracy-vs-rate.svg' | tr -d ' '", out);
        expect_exactly(0, cases[i].found, "");
    }
}

/* made_db.h has the numbers: el2n took 2 + 1 + 5 and 2 + 1 + 1 seconds, one of them in doubt. */
Test(cli_plot, shows_what_was_measured)
{
    RUN("winnow plot --db '%s' -e made -o '%s' -f svg phases accuracy-vs-time", db, out);
    RUN("cut -f 3-5,9,12-15,21,22 '%s/phases.tsv'", out);
    expect_exactly(
        0,
        "unfinished\tdoubtful\tn\tpruner\trate\tscore_s\tselect_s\ttrain_s\tcharged_s\twall_s\n"
        "5\t1\t2\tel2n\t0.5\t2\t1\t3\t6\t9\n\n\n"
        "5\t1\t2\tfull\t0\t0\t0\t12\t12\t15\n",
        "");
    RUN("cut -f 9,14-18,20 '%s/accuracy-vs-time.tsv'", out);
    expect_exactly(0,
                   "pruner\tepoch\tcharged_s\taccuracy\tlow\thigh\ttargets\n"
                   "el2n\t1\t4.5\t0.375\t0.3\t0.45\t0.5 0.9\n"
                   "el2n\t2\t6\t0.65\t0.6\t0.7\t0.5 0.9\n\n\n"
                   "full\t1\t6\t0.5\t0.4\t0.6\t0.5 0.9\n"
                   "full\t2\t12\t0.85\t0.8\t0.9\t0.5 0.9\n",
                   "");
}

Test(cli_plot, numbers_alone)
{
    RUN("(PATH=/nonexistent; winnow plot seeds --data-only --db '%s' -e made -o '%s')", db, out);
    expect_files((const char *const[]){"seeds.tsv", NULL});
    RUN("cut -f 9,12-18 '%s/seeds.tsv'", out);
    expect_exactly(0,
                   "pruner\trate\tfacet\tseed\taccuracy\tmedian\tlow\thigh\n"
                   "el2n\t0.5\t1\t0\t0.7\t0.65\t0.6\t0.7\n"
                   "el2n\t0.5\t1\t1\t0.6\t0.65\t0.6\t0.7\n\n\n"
                   "full\t0.5\t1\t0\t0.9\t0.85\t0.8\t0.9\n"
                   "full\t0.5\t1\t1\t0.8\t0.85\t0.8\t0.9\n",
                   "");
    RUN("winnow plot seeds --data-only --format svg --db '%s' -e made", db);
    expect_exactly(2, "", "winnow plot: --data-only draws nothing: no --format or --width\n");
}

/* What the experiment wants of accuracy 0.5 and 0.9: ucb diverged at 0.2, which is no reason to
   forget it; full got there in one seed of two. */
Test(cli_plot, shows_what_was_never_reached)
{
    RUN("winnow plot time-to-accuracy --data-only --db '%s' -e made -o '%s'", db, out);
    RUN("grep -v '^$' '%s/time-to-accuracy.tsv' | cut -f 5,9,14-21 | grep -v 0.5$", out);
    expect_exactly(0,
                   "n\tpruner\ttarget\tseed\treached\tcharged_s\twatched_s\treached_n\t"
                   "median_s\ttold\n"
                   "2\tel2n\t0.5\t0\t1\t8\t8\t2\t6\t0\n"
                   "2\tel2n\t0.5\t1\t1\t4\t4\t2\t6\t0\n"
                   "2\tfull\t0.5\t0\t1\t5\t10\t2\t9.5\t0\n"
                   "2\tfull\t0.5\t1\t1\t14\t14\t2\t9.5\t0\n"
                   "1\tucb\t0.5\t0\t0\tNaN\t3\t0\tNaN\t1\n"
                   "2\tel2n\t0.9\t0\t0\tNaN\t8\t0\tNaN\t1\n"
                   "2\tel2n\t0.9\t1\t0\tNaN\t4\t0\tNaN\t0\n"
                   "2\tfull\t0.9\t0\t1\t10\t10\t1\tNaN\t0\n"
                   "2\tfull\t0.9\t1\t0\tNaN\t14\t1\tNaN\t1\n"
                   "1\tucb\t0.9\t0\t0\tNaN\t3\t0\tNaN\t1\n",
                   "");
}

/* An edited script is used, and never written over. */
Test(cli_plot, scripts_can_be_edited)
{
    RUN("winnow plot seeds --eject '%s'", out);
    cr_expect_eq(output.status, 0, "%s", output.err);
    cr_expect_not_null(strstr(output.out, "/seeds.sql\n"), "%s", output.out);
    cr_expect_not_null(strstr(output.out, "/style.gp\n"), "%s", output.out);
    RUN("winnow plot seeds phases --eject '%s'", out);
    cr_expect_eq(output.status, 0, "the same once more: %s", output.err);
    RUN("cd '%s' && sed -i 's/a seed/mine/' seeds.gp && sed -i 's/ Not finished/ Undone/' style.gp",
        out);
    RUN("rm '%s/page.gp' && winnow plot seeds --eject '%s'", out, out);
    cr_expect_eq(output.status, 4);
    cr_expect_not_null(strstr(output.err, "seeds.gp is not as winnow would write it"), "%s",
                       output.err);
    RUN("winnow plot seeds --scripts '%s' --db '%s' -e made -o '%s' -f svg", out, db, out);
    expect_files((const char *const[]){"seeds.tsv", "seeds.svg", NULL});
    RUN("grep -o '>mine<\\|Undone: 5' '%s/seeds.svg'", out);
    expect_exactly(0, ">mine<\nUndone: 5\n", "");
    RUN("cd '%s' && sed -i 's/:experiment AS experiment/7 AS experiment/' columns.sql && "
        "winnow plot seeds --scripts . --db '%s' -e made -o . --data-only && "
        "sed -n 2p seeds.tsv | cut -f 2",
        out, db);
    expect_exactly(0, "./seeds.tsv\n7\n", "");
    RUN("winnow plot overlap --scripts '%s/none' --db '%s' -e made", out, db);
    cr_expect_eq(output.status, 2);
    cr_expect_not_null(strstr(output.err, "has none of the scripts of overlap"), "%s", output.err);
}

/* el2n's cell with seed 0 becomes random's with seed 1: 0.6 against 0.7, both with half of it. */
Test(cli_plot, compares_with_random)
{
    RUN("winnow plot versus-random --db '%s' -e made -o '%s' -f svg", db, out);
    expect_exactly(
        5, "",
        "winnow plot: versus-random: no pruner to compare with random, at its seeds and numbers "
        "of samples, in the 4 finished cells of experiment 'made'\n");
    struct store *store = must_open(db, STORE_WRITE);
    cr_assert_eq(sqlite3_exec(store_sqlite(store),
                              "UPDATE cell SET pruner = 'random', options = '', seed = 1 "
                              "WHERE pruner = 'el2n' AND seed = 0",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(store_sqlite(store)));
    store_close(store);
    RUN("winnow plot versus-random --db '%s' -e made -o '%s' -f svg", db, out);
    expect_files((const char *const[]){"versus-random.tsv", "versus-random.svg", NULL});
    RUN("cut -f 5,9,12-22 '%s/versus-random.tsv'", out);
    expect_exactly(
        0,
        "n\tpruner\trate\tfacet\town\tline\tprocessed\tdifference\tlow\thigh\tverdict\tdynamic\t"
        "place\n"
        "1\tel2n\t0.5\t1\t0\t0\t0.5\t-0.1\tNaN\tNaN\tNaN\tNaN\t1\n",
        "");
}

Test(cli_plot, refuses_what_it_does_not_know)
{
    RUN("winnow plot phase --db '%s'", db);
    expect_exactly(2, "",
                   "winnow plot: unknown figure 'phase', did you mean phases?; there are: "
                   "accuracy-vs-time, accuracy-vs-rate, phases, versus-random, "
                   "time-to-accuracy, seeds, always-sometimes-never, speedup-vs-accuracy, "
                   "amortization, performance-profile, selection-heat-map, overlap, "
                   "gap-theory, transfer, architecture-ranking, "
                   "score-distributions, sample-sheets\n");
    RUN("winnow plot --db '%s' --format svg,gif", db);
    expect_exactly(2, "",
                   "winnow plot: unknown format 'gif'; there are: svg, pdf, png, cairolatex, "
                   "terminal\n");
    RUN("winnow plot --db '%s' --format ''", db);
    expect_exactly(2, "",
                   "winnow plot: unknown format ''; there are: svg, pdf, png, cairolatex, "
                   "terminal\n");
    RUN("winnow plot --db '%s' --width slide", db);
    expect_exactly(2, "", "winnow plot: unknown width 'slide'; there are: page, column\n");
    RUN("winnow plot phases --all --db '%s'", db);
    expect_exactly(2, "", "winnow plot: give figures or --all, not both\n");
    RUN("winnow plot --db '%s'", db);
    expect_exactly(2, "", "winnow plot: which experiment? The database holds made, other\n");
    RUN("winnow plot --db '%s' -e maid", db);
    expect_exactly(
        2, "",
        "winnow plot: no experiment 'maid' in the database, did you mean made?; it holds made, "
        "other\n");
}

Test(cli_plot, tells_trouble_apart)
{
    RUN("winnow plot --db '%s/none.db'", test_dir());
    cr_expect_eq(output.status, 5, "%s", output.err);
    RUN("(PATH=/nonexistent; winnow plot --db '%s' -e made -o '%s')", db, out);
    expect_exactly(4, "",
                   "winnow plot: gnuplot is not installed; Debian's package is gnuplot-nox\n");
}

/* Of two runs of full data, one had company. */
Test(cli_plot, warns_and_notes_where_conditions_mix)
{
    struct store *store = must_open(db, STORE_WRITE);
    cr_assert_eq(sqlite3_exec(store_sqlite(store),
                              "DROP TRIGGER attempt_changes_once;"
                              "UPDATE attempt SET beside_mean = 0;"
                              "UPDATE attempt SET beside_mean = 2.7 WHERE id = "
                              "(SELECT attempt FROM v_run WHERE experiment = 'other')",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(store_sqlite(store)));
    store_close(store);
    RUN("winnow plot --db '%s' -e made -o '%s' -f svg phases accuracy-vs-time", db, out);
    cr_expect_not_null(strstr(output.err, "warning: synthetic, mlp: seconds of 2 conditions: 3 "
                                          "runs with "),
                       "%s", output.err);
    cr_expect_not_null(strstr(output.err, "not bound, 0 beside; 1 run with "), "%s", output.err);
    RUN("cd '%s' && grep -l 'Times of 2 conditions are mixed' phases.svg accuracy-vs-time.svg",
        out);
    expect_exactly(0, "phases.svg\naccuracy-vs-time.svg\n", "");
    RUN("winnow plot --db '%s' -e made -o '%s' -f svg accuracy-vs-rate", db, out);
    cr_expect_str_eq(output.err, "", "no seconds, no warning");
}

/* Scores and samples are not in the database. What is not there any more is said, and what is there
   but of other data is not shown. */
Test(cli_plot, shows_scores_and_samples_that_are_there)
{
    static const char grid[] = "name: shown\n"
                               "dataset: {name: synthetic, samples: 90, classes: 3}\n"
                               "model: softmax\n"
                               "pruner: [{name: ucb, period: 1}, {name: el2n, runs: 1, at: 1}]\n"
                               "rate: [0.3, 0.5]\n"
                               "seed: 2\n"
                               "train: {epochs: 3}\n";
    char dir[256];
    snprintf(dir, sizeof dir, "%s", made_path("shown"));
    RUN("mkdir -p %s", dir);
    test_write_file(made_path("shown/g.yaml"), grid);
    RUN("cd %s; winnow run g.yaml --db a.db 2>&1 && rm artifacts/$(sqlite3 a.db \"SELECT DISTINCT "
        "artifact "
        "FROM v_run WHERE pruner = 'el2n' AND seed = 1\")",
        dir);
    cr_assert_eq(output.status, 0, "%s", output.out);
    RUN("cd %s; winnow plot sample-sheets score-distributions --db a.db -f svg,pdf,png -o f && "
        "grep -c pixels f/*.tsv; grep -c '<image' f/sample-sheets.svg; "
        "grep -o 'Scores no longer kept: [0-9] runs' f/score-distributions.svg; "
        "awk -F'\t' '!/^#/ && NF && $14 == \"kept\" { n[$17]++ } "
        "END { print n[1], n[2], n[3] }' f/sample-sheets.tsv",
        dir);
    cr_expect_not_null(strstr(output.out, "f/sample-sheets.tsv:0\n"), "%s", output.out);
    cr_expect_null(strstr(output.out, "\n0\n"), "no pictures: %s", output.out);
    cr_expect_not_null(strstr(output.out, "Scores no longer kept: 2 runs"), "%s", output.out);
    cr_expect_not_null(strstr(output.out, "\n6 6 6\n"), "el2n's of each class: %s", output.out);
    RUN("cd %s; winnow plot sample-sheets seeds --db a.db -f terminal", dir);
    cr_expect_eq(output.status, 5, "status %d", output.status);
    RUN("cd %s; winnow plot --all --db a.db -f terminal", dir);
    cr_expect_eq(output.status, 0, "status %d", output.status);
    cr_expect_not_null(strstr(output.out, "seeds: how far apart"), "%s", output.out);
    cr_expect_not_null(strstr(output.err, "sample-sheets: pictures, which letters cannot show: "
                                          "take --format png\n"),
                       "%s", output.err);
    RUN("cd %s; sqlite3 a.db \"UPDATE cell SET json = replace(json, '\\\"separation\\\":4', "
        "'\\\"separation\\\":3')\"; winnow plot sample-sheets seeds --db a.db -f svg -o g",
        dir);
    cr_expect_eq(output.status, 5, "status %d", output.status);
    cr_expect_str_eq(output.out, "g/seeds.tsv\ng/seeds.svg\n");
    cr_expect_not_null(strstr(output.err, "winnow plot: sample-sheets: synthetic: the files found "
                                          "now are not those that cell "),
                       "%s", output.err);
}

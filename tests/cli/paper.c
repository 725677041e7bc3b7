/*
 * winnow paper on a made database, whose claims can be worked out by hand: 3 seeds, rate 0.7, e is
 * -0.1, 0, 0.1 points, and seconds are all of training; but of full data's, those of the first and
 * last seed are 1.01 times as short and as long.
 *
 *     experiment     pruner          accuracy %   seconds
 *     all            full            90           10
 *                    random-dynamic  88           3
 *     paper-a-smoke  el2n            86 + 2 e     15
 *                    epsilon-greedy  87 + e       10
 *                    ucb             87 + e       4
 *     paper-a        el2n            88 + 10 e    9
 *                    ucb             90 + e       4
 *     paper-a-night  those of paper-a, and a run of ucb that diverged
 *
 * The standard deviation of e is 0.1, t(0.975, 2) is 4.3027: e has the half width 0.2484, 2 e
 * 0.4968.
 * Where one of two lines is looked for, t(0.9875, 2) = 6.2053 makes that 0.3583. The
 * interval of a ratio of seconds to those of full data is 1 / 1.01^2.4841 = 0.9756 to 1.0250 times
 * its mean.
 *
 * paper-b-architectures-smoke: full data ranks three networks 1, 2, 3, dp's subset 3, 2, 1, and
 * with one seed 3, 1, 2: correlations of -1, -0.5, -1, their mean -0.8333 +- 0.2887 * 2.4841.
 */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, SEEDS = 3 };

struct made_run {
    const char *model, *pruner;
    double rate, accuracy, charged_s; /* accuracy NAN: diverged */
    int seed;
};

struct made_runs {
    struct made_run items[MOST];
    struct store_cell cells[MOST];
    char keys[MOST][65];
    size_t count;
};

static char db[256], out[256];

static void add(struct made_runs *runs, const char *model, const char *pruner, double rate,
                double percent, double spread, double charged_s)
{
    for (int seed = 0; seed < SEEDS; seed++)
        runs->items[runs->count++] = (struct made_run){
            .model = model,
            .pruner = pruner,
            .rate = rate,
            .accuracy = (percent + spread * (seed - 1) / 10) / 100,
            .charged_s = charged_s * (strcmp(pruner, "full") == 0 ? 1 : pow(1.01, seed - 1)),
            .seed = seed,
        };
}

static void record_cells(struct store *store, struct made_runs *runs)
{
    struct err err;
    for (size_t i = 0; i < runs->count; i++) {
        const struct made_run *run = &runs->items[i];
        struct record_end end =
            record_end_of(isnan(run->accuracy) ? ATTEMPT_DIVERGED : ATTEMPT_DONE);
        int64_t attempt;
        end.test_accuracy = run->accuracy;
        end.kept_fraction = 1 - run->rate;
        end.phase_ns[PHASE_TRAIN] = end.wall_ns = llround(run->charged_s * 1e9);
        cr_assert_eq(
            store_attempt_begin(store, runs->keys[i], &made_environment, 0, &attempt, &err), 0);
        cr_assert_eq(
            store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err), 0,
            "%s", err.text);
    }
}

/* mark: in the keys, so that each experiment has cells of its own. */
static void record(struct store *store, const char *experiment, int mark, struct made_runs *runs)
{
    const struct store_experiment made = {.name = experiment,
                                          .file = "made.yaml",
                                          .yaml = "",
                                          .figures = "[\"phases\", \"overlap\"]"};
    struct err err;
    for (size_t i = 0; i < runs->count; i++) {
        snprintf(runs->keys[i], sizeof runs->keys[i], "%064zx", (size_t)mark * MOST + i + 1);
        runs->cells[i] = (struct store_cell){
            .key = runs->keys[i],
            .json = "{}",
            .dataset = "made",
            .model = "mlp",
            .model_label = runs->items[i].model,
            .pruner = runs->items[i].pruner,
            .options = "",
            .rate = runs->items[i].rate,
            .seed = runs->items[i].seed,
            .epochs = 2,
        };
    }
    cr_assert_eq(store_experiment(store, &made, runs->cells, runs->count, &err), 0, "%s", err.text);
    record_cells(store, runs);
}

static void make_db(void)
{
    struct made_runs smoke = {.count = 0}, full = {.count = 0}, networks = {.count = 0};
    cli_enter();
    snprintf(db, sizeof db, "%s", made_path("paper.db"));
    snprintf(out, sizeof out, "%s", made_path("out"));
    struct store *store = must_open(db, STORE_WRITE);
    add(&smoke, "mlp", "full", 0, 90, 0, 10);
    add(&smoke, "mlp", "random-dynamic", 0.7, 88, 0, 3);
    add(&smoke, "mlp", "el2n", 0.7, 86, 2, 15);
    add(&smoke, "mlp", "epsilon-greedy", 0.7, 87, 1, 10);
    add(&smoke, "mlp", "ucb", 0.7, 87, 1, 4);
    record(store, "paper-a-smoke", 1, &smoke);
    add(&full, "mlp", "full", 0, 90, 0, 10);
    add(&full, "mlp", "random-dynamic", 0.7, 88, 0, 3);
    add(&full, "mlp", "el2n", 0.7, 88, 10, 9);
    add(&full, "mlp", "ucb", 0.7, 90, 1, 4);
    record(store, "paper-a", 2, &full);
    full.items[full.count++] = (struct made_run){"mlp", "ucb", 0.7, (double)NAN, 1, SEEDS};
    record(store, "paper-a-night", 3, &full);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"mlp", "mlp(width=8)", "mlp(width=16)"};
        add(&networks, names[i], "full", 0, 80 + i, 0, 1);
        add(&networks, names[i], "dp", 0.6, 80 - i, 0, 1);
        networks.items[networks.count - 2].accuracy += (i == 1 ? -1 : i == 2 ? 1 : 0) / 100.0;
    }
    record(store, "paper-b-architectures-smoke", 4, &networks);
    store_close(store);
}

TestSuite(cli_paper, .init = make_db, .fini = cli_release);

/* Each of them, in what was printed or in a file of the output. */
static void expect_in(const char *text, const char *const *wanted)
{
    cr_assert_not_null(text);
    for (; *wanted; wanted++)
        cr_expect(strstr(text, *wanted), "expected '%s' in:\n%s", *wanted, text);
}

static void expect_file(const char *name, const char *const *wanted)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", out, name);
    char *text = test_read_file(path);
    expect_in(text, wanted);
    free(text);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- Claims -----------------------------------------------------------------------------------*/

Test(cli_paper, claims_held_and_not_held)
{
    RUN("winnow paper a --size smoke --data-only --db '%s' -o '%s'", db, out);
    cr_expect_eq(output.status, 0, "%s", output.err);
    expect_in(output.out, LIST("A1  held          static", "A2  held          random",
                               "A3  not held      epsilon", "A4  not held      about",
                               "A5  not measured  a sizeable"));
    expect_file("claims.md", LIST("| made mlp | el2n 0.7 | charged",
                                  "1.500x [1.463, 1.538], n = 3 | > 1 | held |",
                                  "+2.00 points [+1.50, +2.50], n = 3 | > 0 | held |",
                                  "-1.00 points [-1.25, -0.75], n = 3 | > 0 | not held |",
                                  "2.500x [2.439, 2.563], n = 3 | > 1.8 | held |",
                                  "paper-a-smoke: 15 of 15 cells are done.",
                                  "none of the runs that it compares is done"));
    expect_file("claims.csv", LIST("\nA2,held,,paper-a-smoke,15,15,made mlp,random-dynamic against "
                                   "el2n 0.7,accuracy,points,3,"));
    expect_file("numbers.tex", LIST("\\newcommand{\\winnowAThree}{not held}\n",
                                    "\\winnowSet{A1/made-mlp/el2n-0.7/charged-time-over-full-data-s"
                                    "/mean}{1.5}\n",
                                    "\\winnowSet{a/accuracy/made/mlp/ucb//0.7/accuracy}{87}\n"));
    expect_file(
        "claims.tex",
        LIST("A3 & epsilon-greedy and ucb beat random-dynamic & not held & \\raggedright "));
    expect_file("tables/accuracy.tex", LIST("\\toprule\ndataset & model & ",
                                            "made & mlp & ucb &  & 0.7 & 3 & 87 & 0.1 & 30 & 0 \\\\"
                                            "\n"));
}

Test(cli_paper, claims_undecided)
{
    RUN("winnow paper a --size full --data-only --db '%s' -o '%s'", db, out);
    cr_expect_eq(output.status, 0, "%s", output.err);
    expect_in(output.out, LIST("A1  not held ", "A2  undecided ", "A3  held ", "A4  held ",
                               "A5  not measured "));
    expect_file("claims.md", LIST("+0.00 points [-2.48, +2.48], n = 3 | > 0 | undecided |",
                                  "0.900x [0.878, 0.923], n = 3 | > 1 | not held |"));
}

/* The seeds that are left of it may look good. */
Test(cli_paper, a_run_that_diverged_is_no_success)
{
    RUN("winnow paper a --data-only --db '%s' -o '%s'", db, out);
    expect_in(output.out, LIST("A1  not held ", "A3  undecided ", "A4  undecided "));
    expect_file("claims.md", LIST("all lines hold, but 1 run of what it compares diverged",
                                  "12 of 13 cells are done, 1 diverged."));
}

/* 12 of 13 cells: said with every verdict. */
Test(cli_paper, what_ran_in_part_is_said)
{
    RUN("winnow paper a --data-only --db '%s' -o '%s'", db, out);
    expect_in(output.out, LIST("static scoring raises the total time [12 of 13 cells]\n"));
    expect_file("claims.md", LIST("| **not held** | 12 of 13 cells; of 1 lines",
                                  "\n## What ran\n\nExperiment: paper-a-night.\n"));
    expect_file("tables/what-ran.md",
                LIST("| paper-a-night | made | mlp | 13 | 12 | 1 | 4 | 3 | all 4 | 0.7 | "
                     "0 1 2 of 0 1 2 3 | 1 | 0 | 0.022 | 0.022 | cpu, 2 cores |"));
    expect_file("tables/what-ran.tex", LIST("Wants \\usepackage{booktabs,graphicx}",
                                            "\\resizebox{\\linewidth}{!}{%", "\\end{tabular}}"));
    expect_file("numbers.tex", LIST("\\winnowSet{a/what-ran/paper-a-night/made/mlp/done}{12}"));
    /* Whole: no reserve. */
    RUN("winnow paper a --size smoke --data-only --db '%s' -o '%s.s'", db, out);
    cr_expect_null(strstr(output.out, "cells]"), "%s", output.out);
    /* Those that were not run at all. */
    RUN("winnow paper b --size smoke --data-only --db '%s' -o '%s.b'; cat '%s.b/tables/"
        "what-ran.csv'",
        db, out, out);
    expect_in(output.out, LIST("\npaper-b-transfer-smoke,,not in the database,0,0,",
                               "\npaper-b-architectures-smoke,made,mlp: 3 of 3 networks,18,18,"));
}

Test(cli_paper, networks_in_another_order)
{
    RUN("winnow paper b --size smoke --data-only --db '%s' -o '%s'", db, out);
    expect_in(output.out,
              LIST("B1  not measured ", "B2  not measured ", "B4  not measured ", "B5  not held "));
    expect_file("claims.md", LIST("| made | dp 0.6 | rank correlation of 3 networks | -0.833 "
                                  "correlation [-1.000, -0.116], n = 3 | > 0.9 | not held |",
                                  "full, another seed | rank correlation of 3 networks | 1.000",
                                  "the experiment is not in the database"));
    expect_file("tables/ranking.csv", LIST("\nmade,dp,,0.6,3,3,-0.8333,-1,-0.5\n"));
}

/* ---- Files ------------------------------------------------------------------------------------*/

Test(cli_paper, verify_tells_what_is_edited_missing_and_out_of_date)
{
    RUN("winnow paper a --size smoke --db '%s' -o '%s' --verify", db, out);
    expect(2, "", "manifest.json: no such file: nothing was made there yet");
    RUN("winnow paper a --size smoke --db '%s' -o '%s'", db, out);
    expect(0, "A1  held", "overlap: no two pruners");
    RUN("winnow paper a --size smoke --db '%s' -o '%s' --verify; echo $?; ls %s/paper-a-smoke", db,
        out, out);
    cr_expect_str_eq(output.out, "0\nphases-latex.pdf\nphases-latex.tex\nphases.pdf\nphases.svg\n"
                                 "phases.tsv\n");
    RUN("cd %s; echo '<!-- -->' >>paper-a-smoke/phases.svg; rm claims.tex; "
        "winnow paper a --size smoke --db '%s' -o '%s' --verify",
        out, db, out);
    cr_expect_eq(output.status, 3);
    expect_in(output.out,
              LIST("edited: ", "/paper-a-smoke/phases.svg\n", "missing: ", "/claims.tex\n"));
    cr_expect_null(strstr(output.out, "out of date"), "%s", output.out);

    /* Nothing is written over what somebody edited, and all else stays too. */
    RUN("winnow paper a --size smoke --db '%s' -o '%s'", db, out);
    expect(4, "", "these would be written over; give --force, or another -o:\n");
    expect(4, "", "/paper-a-smoke/phases.svg: edited");
    RUN("tail -n 1 '%s/paper-a-smoke/phases.svg'; ls '%s/claims.tex'", out, out);
    expect(2, "<!-- -->", "");
    RUN("winnow paper a --size smoke --db '%s' -o '%s' --force --data-only", db, out);
    expect(0, "A1  held", "");
    /* What a killed one leaves is no edit. */
    RUN("sed -i 's/\"sha256\": \".*\"/\"sha256\": \"\"/' '%s/manifest.json'; echo "
        ">>'%s/claims.md'; "
        "winnow paper a --size smoke --db '%s' -o '%s' --verify; "
        "winnow paper a --size smoke --db '%s' -o '%s' --data-only",
        out, out, db, out, db, out);
    expect(0, "/claims.md\n", "");
    expect(0, "unfinished: ", "");
    /* What is not made any more goes. */
    RUN("ls %s/paper-a-smoke", out);
    cr_expect_str_eq(output.out, "phases.tsv\n");

    /* Runs that are taken for others. */
    RUN("sqlite3 '%s' \"UPDATE cell SET pruner = 'rs2' WHERE pruner = 'ucb'\"; "
        "winnow paper a --size smoke --db '%s' -o '%s' --verify",
        db, db, out);
    cr_expect_eq(output.status, 3);
    expect_in(output.out, LIST("/tables/accuracy.md (its data changed)\n",
                               "/paper-a-smoke/phases.tsv (its data changed)\n"));
    /* The experiment's file and the machine: no number of these, and named all the same. */
    RUN("sqlite3 '%s' \"UPDATE cell SET pruner = 'ucb' WHERE pruner = 'rs2'; "
        "UPDATE experiment SET yaml = 'name: x'; UPDATE environment SET os = 'another'\"; "
        "winnow paper a --size smoke --db '%s' -o '%s' --verify",
        db, db, out);
    cr_expect_eq(output.status, 3);
    expect_in(output.out, LIST("changed: experiment paper-a-smoke (its file, its machines)\n"));
    cr_expect_null(strstr(output.out, "its runs"), "%s", output.out);
    /* A table by hand. */
    RUN("echo 1 >>'%s/tables/time.csv'; winnow paper a --size smoke --db '%s' -o '%s' --verify",
        out, db, out);
    expect_in(output.out, LIST("edited: ", "/tables/time.csv\n"));
}

Test(cli_paper, leaves_files_alone_that_it_did_not_make)
{
    RUN("mkdir -p '%s/tables'; echo mine >'%s/tables/time.csv'; "
        "winnow paper a --size smoke --data-only --db '%s' -o '%s'",
        out, out, db, out);
    expect(4, "", "/tables/time.csv: not made by winnow paper");
    RUN("cat '%s/tables/time.csv'; find '%s' -type f | wc -l", out, out);
    cr_expect_str_eq(output.out, "mine\n1\n");
    RUN("echo '{}' >'%s/manifest.json'; winnow paper a --size smoke --force --db '%s' -o '%s'", out,
        db, out);
    expect(4, "", "not a manifest of winnow paper");
    /* Of a pipe that nobody reads, or that is read again, there would be no end. */
    RUN("cd '%s'; rm manifest.json tables/time.csv; mkfifo tables/time.csv; "
        "timeout 60 \"$W\" paper a --size smoke --data-only --force --db '%s' -o .; "
        "code=$?; ls manifest.json; exit $code",
        out, db);
    expect(4, "", "give another -o:\n  ./tables/time.csv: not a regular file");
    RUN("cd '%s'; mkfifo manifest.json; timeout 60 \"$W\" paper a --size smoke --force "
        "--db '%s' -o .",
        out, db);
    expect(4, "", "not a manifest of winnow paper");
}

/* ---- The command ------------------------------------------------------------------------------*/

Test(cli_paper, runs_the_experiments_first)
{
    RUN("cp -r experiments %s; cd %s; winnow paper a --size smoke --run -j 1 --data-only "
        "--set seed=2 --set rate=0.5 --set train.epochs=4 "
        "--set 'dataset={name: synthetic, samples: 500}'",
        test_dir(), test_dir());
    expect(0, "A1  ", "winnow paper: paper-a-smoke\n");
    cr_expect_null(strstr(output.out, "not measured"), "%s", output.out);
    RUN("cd %s; ls results/paper-a-smoke.db results/paper-a-smoke/claims.md; "
        "winnow paper a --size smoke --verify",
        test_dir());
    expect(0, "results/paper-a-smoke.db\nresults/paper-a-smoke/claims.md\n", "up to date");
    /* Whoever stops it stops what it started, and nothing is rendered. */
    RUN("cd %s; start paper b --size smoke --run -j 1 --set train.epochs=100000 "
        "--set 'dataset={name: synthetic, samples: 500}' -o stopped; cd %s; "
        "db=results/paper-b-smoke.db; "
        "until [ \"$(sqlite3 $db 'SELECT count(*) FROM attempt' 2>&1)\" = 1 ]; "
        "do kill -0 $pid || exit 9; sleep 0.05; done; "
        "kill -INT $pid; wait $pid; code=$?; ls stopped; exit $code",
        test_dir(), test_dir());
    expect(130, "", "");
    /* A file that is wrong ends it. */
    RUN("cd %s; winnow paper a --size smoke --run --set train.epoks=4", test_dir());
    expect(2, "", "epoks");
}

Test(cli_paper, mistakes)
{
    RUN("winnow paper c --db '%s'", db);
    expect(2, "", "which paper? a or b");
    RUN("winnow paper a --db '%s' --verify --force", db);
    expect(2, "", "--verify writes nothing");
    RUN("winnow paper a --db '%s' --where 'seed = 1'", db);
    expect(2, "", "need --run");
    RUN("winnow paper a --db '%s.none'", db);
    expect(5, "", "no such file");
}

/* Noise, long tails, bottlenecks and subsets made elsewhere, from the YAML file to the database. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

TestSuite(cli_data_options, .init = cli_enter, .fini = cli_release);

static void run_grid(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.yaml", test_dir(), name);
    test_write_file(path, text);
    RUN("cd %s; winnow run %s.yaml --db a.db", test_dir(), name);
    cr_assert_eq(output.status, 0, "%s", output.err);
}

Test(cli_data_options, kept_noise_is_a_question_in_sql)
{
    run_grid("noisy", "name: noisy\n"
                      "dataset: {name: synthetic, samples: 1000, noise: 0.2, val_fraction: 0.1}\n"
                      "model: softmax\n"
                      "pruner: [random, {name: aum, epochs: 4}]\n"
                      "rate: [0, 0.5]\n"
                      "seed: 1\n"
                      "train: {epochs: 2}\n");
    expect_sql("a.db", "SELECT DISTINCT flipped || ' of ' || n FROM v_noise", "180 of 900");
    expect_sql("a.db", "SELECT DISTINCT kept_share FROM v_noise WHERE rate = 0", "1.0");
    expect_sql("a.db",
               "SELECT kept_share BETWEEN 0.4 AND 0.6 FROM v_noise WHERE pruner = 'random' AND "
               "rate = 0.5",
               "1");
    expect_sql("a.db", "SELECT kept_share > 0.9 FROM v_noise WHERE pruner = 'aum' AND rate = 0.5",
               "1");
    expect_sql("a.db", "SELECT count(*) FROM v_selection WHERE noise_kept IS NULL", "0");
}

Test(cli_data_options, without_noise_there_is_none)
{
    run_grid("clean", "name: clean\ndataset: {name: synthetic, samples: 300}\nmodel: softmax\n"
                      "pruner: random\nrate: 0.5\nseed: 1\ntrain: {epochs: 1}\n");
    expect_sql("a.db",
               "SELECT count(*) || ' ' || (SELECT count(noise_kept) FROM v_selection) FROM v_noise",
               "0 0");
}

Test(cli_data_options, a_long_tail)
{
    run_grid("tail", "name: tail\n"
                     "dataset: {name: synthetic, samples: 1000, classes: 4, imbalance: 8}\n"
                     "model: softmax\npruner: full\nseed: 1\ntrain: {epochs: 1}\n");
    /* The largest class has some 250; 1, 1/2, 1/4 and 1/8 of it. */
    expect_sql("a.db",
               "SELECT class_kept ->> '$[0]' > 220 AND "
               "abs((class_kept ->> '$[0]') - 8 * (class_kept ->> '$[3]')) <= 4 AND "
               "abs((class_kept ->> '$[1]') - 2 * (class_kept ->> '$[2]')) <= 1 FROM v_selection",
               "1");
}

Test(cli_data_options, a_bottleneck_gives_the_features)
{
    run_grid("narrow", "name: narrow\n"
                       "dataset: {name: synthetic, samples: 300}\n"
                       "model: [{name: mlp, width: 32, bottleneck: none}, "
                       "{name: mlp, width: 32, bottleneck: 5}]\n"
                       "pruner: dp\nrate: 0.5\nseed: 1\ntrain: {epochs: 2}\n");
    expect_sql("a.db",
               "SELECT group_concat(model, ' ') FROM (SELECT model FROM v_run ORDER BY position)",
               "mlp(width=32) mlp(width=32 bottleneck=5)");
    expect_sql("a.db",
               "SELECT group_concat(method) FROM (SELECT DISTINCT method FROM v_solver WHERE "
               "model LIKE '%%=5)' ORDER BY step)",
               "all,random,smallest-norms,annealed");
    expect_sql("a.db",
               "SELECT a.objective <= r.objective AND a.objective <= s.objective FROM v_solver a "
               "JOIN v_solver r USING (cell) JOIN v_solver s USING (cell) WHERE a.method = "
               "'annealed' AND r.method = 'random' AND s.method = 'smallest-norms' LIMIT 1",
               "1");
}

/* What one cell computed and kept is what `file` keeps, by scores and by the list. */
Test(cli_data_options, scores_go_out_and_come_in_again)
{
    run_grid("out", "name: out\ndataset: {name: synthetic, samples: 300, val_fraction: 0.2}\n"
                    "model: softmax\npruner: {name: el2n, runs: 1, at: 1}\nrate: 0.5\nseed: 1\n"
                    "train: {epochs: 2}\n");
    RUN("cd %s; key=$(sqlite3 a.db 'SELECT short FROM v_run'); winnow scores $key --db a.db -o "
        "scores.csv && winnow scores $key --db a.db --kept -o kept.txt",
        test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
    run_grid("in", "name: in\ndataset: {name: synthetic, samples: 300, val_fraction: 0.2}\n"
                   "model: softmax\n"
                   "pruner: [{name: file, path: scores.csv, seconds: 7.5}, "
                   "{name: file, path: kept.txt}]\n"
                   "rate: 0.5\nseed: 1\ntrain: {epochs: 2}\n");
    expect_sql("a.db", "SELECT count(DISTINCT hex(bitmap)) FROM v_selection", "1");
    expect_sql("a.db", "SELECT count(DISTINCT accuracy) FROM v_run", "1");
    expect_sql("a.db",
               "SELECT carried_s, score_s > 7.5, charged_s > 7.5, wall_s < 7 FROM v_run WHERE "
               "options LIKE '%%seconds%%'",
               "7.5|1|1|1");
    /* Another content is another cell. */
    RUN("cd %s; winnow plan in.yaml --db a.db 2>&1 | tail -1; echo 3 >>kept.txt; "
        "winnow plan in.yaml --db a.db 2>&1 | tail -1",
        test_dir());
    cr_expect(strstr(output.out, "2 cells, 2 done, 0 to run"), "%s", output.out);
    cr_expect(strstr(output.out, "2 cells, 1 done, 1 to run"), "%s", output.out);
}

/* lenet's windows are 5 x 5, and Winograd's are 3 x 3. */
Test(cli_data_options, convolutions_that_none_of_the_asked_for_ran_have_a_warning)
{
    run_grid("conv", "name: conv\n"
                     "dataset: {name: synthetic, samples: 100, size: 16}\n"
                     "model: [lenet, {name: convnet, depth: 2, width: 16}, softmax]\n"
                     "pruner: full\n"
                     "train: {epochs: 1}\n"
                     "engine: {conv: winograd}\n");
    expect_sql("a.db",
               "SELECT count(*), model, text LIKE 'conv: winograd can do none of this network%' "
               "FROM v_warning JOIN v_run USING (attempt) WHERE code = 'CONV'",
               "1|lenet|1");
}

/* Scores that cells share, and getting at them, as a user does. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char grid[] = "name: shared\n"
                           "dataset: {name: synthetic, samples: 300, val_fraction: 0.1}\n"
                           "model: softmax\n"
                           "pruner: [random, {name: el2n, runs: 2, at: 2}]\n"
                           "rate: [0.3, 0.5, 0.7]\n"
                           "seed: 2\n"
                           "train: {epochs: 2}\n";

static void run_grid(void)
{
    char path[PATH_MAX];
    cli_enter();
    snprintf(path, sizeof path, "%s/shared.yaml", test_dir());
    test_write_file(path, grid);
    output = test_run("cd %s; winnow run shared.yaml -j 2 --db a.db", test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
}

TestSuite(cli_scores, .init = run_grid, .fini = cli_release);

Test(cli_scores, each_is_computed_once_whatever_runs_beside_it)
{
    cr_expect(strstr(output.err, "for reused scores"), "%s", output.err);
    expect_sql("a.db",
               "SELECT group_concat(n) FROM (SELECT sum(reused) AS n FROM v_run WHERE "
               "pruner = 'el2n' GROUP BY seed)",
               "2,2");
    expect_sql("a.db", "SELECT count(DISTINCT artifact) FROM v_run", "2");
    expect_sql("a.db", "SELECT count(*) FROM v_run WHERE pruner = 'el2n' AND score_s <= 0", "0");
    expect_sql("a.db",
               "SELECT group_concat(DISTINCT trainings) FROM v_amortized WHERE pruner = 'el2n'",
               "3");
    expect_sql("a.db",
               "SELECT count(*) FROM v_run WHERE abs(wall_s - (load_s + init_s + score_s - "
               "carried_s + select_s + train_s + eval_s + checkpoint_s + other_s)) > 1e-6",
               "0");
    RUN("cd %s; ls artifacts | wc -l", test_dir());
    cr_expect_eq(atoi(output.out), 2, "%s files", output.out);
}

Test(cli_scores, later_grids_reuse_them_unless_told_not_to)
{
    RUN("cd %s; sed 's/0.3, 0.5, 0.7/0.9/' shared.yaml > more.yaml; winnow run more.yaml --db b.db "
        "2>/dev/null; sqlite3 b.db \"SELECT sum(reused) FROM v_run\"",
        test_dir());
    cr_expect_eq(atoi(output.out), 2, "%s reused%s", output.out, output.err);
    RUN("cd %s; winnow run more.yaml --db c.db --no-reuse 2>/dev/null; "
        "sqlite3 c.db \"SELECT sum(reused) FROM v_run\"",
        test_dir());
    cr_expect_eq(atoi(output.out), 0, "%s reused", output.out);
    RUN("cd %s; sqlite3 c.db \"ATTACH 'b.db' AS b; SELECT count(*) FROM v_run x JOIN attempt y ON "
        "y.id = x.attempt JOIN b.attempt z ON z.cell = y.cell WHERE z.state = 'done' AND "
        "y.test_accuracy = z.test_accuracy AND y.samples_forward = z.samples_forward\"",
        test_dir());
    cr_expect_eq(atoi(output.out), 4, "reused or not, the same results: %s", output.out);
}

/* Scores of another network are that network's, and what a score-only run chooses changes nothing.
 */
Test(cli_scores, prune_with_and_score_only)
{
    RUN("cd %s; sed 's/shared/with/; s/softmax/{name: mlp, width: 8}/; s/at: 2}/at: 2, prune_with: "
        "[same, "
        "softmax]}, "
        "full, {name: ucb, period: 1, score_only: true}/' shared.yaml > with.yaml; "
        "winnow run with.yaml -j 2 --db a.db",
        test_dir());
    cr_assert_eq(output.status, 0, "%s", output.err);
    expect_sql("a.db",
               "SELECT count(*) || ' ' || sum(reused) FROM v_run WHERE options LIKE "
               "'%prune_with=softmax'",
               "6 6");
    expect_sql("a.db",
               "SELECT count(*) FROM v_run w JOIN v_selection s USING (attempt) JOIN "
               "(SELECT r.rate, r.seed, o.bitmap FROM v_run r JOIN v_selection o USING (attempt) "
               "WHERE r.model = 'softmax' AND r.pruner = 'el2n') x USING (rate, seed) "
               "WHERE w.options LIKE '%prune_with=softmax' AND s.bitmap = x.bitmap",
               "6");
    expect_sql("a.db",
               "SELECT count(*) FROM v_run u JOIN v_run f USING (model, seed) JOIN v_epoch ue ON "
               "ue.attempt = u.attempt JOIN v_epoch fe ON fe.attempt = f.attempt AND fe.epoch = "
               "ue.epoch WHERE u.pruner = 'ucb' AND f.pruner = 'full' AND ue.train_loss = "
               "fe.train_loss AND ue.test_accuracy = fe.test_accuracy AND ue.kept = fe.kept",
               "12");
    expect_sql("a.db",
               "SELECT count(*) FROM v_run JOIN v_selection s USING (attempt) WHERE pruner = 'ucb' "
               "AND s.kept BETWEEN 1 AND s.n - 1",
               "12");
}

/* The key of a cell, in *ret_key. */
static void key_of(const char *pruner, const char *rate, char ret_key[11])
{
    RUN("cd %s; sqlite3 a.db \"SELECT short FROM v_run WHERE pruner = '%s' AND rate = %s AND "
        "seed = 0\"",
        test_dir(), pruner, rate);
    snprintf(ret_key, 11, "%s", output.out);
}

Test(cli_scores, a_csv_of_all_samples)
{
    char key[11];
    key_of("el2n", "0.7", key);
    RUN("cd %s; winnow scores %s --db a.db -o s.csv && head -1 s.csv && sed 1d s.csv | awk -F, "
        "'NF == 4 && $3 > 0 { rows++; kept += $4 } $4 && (!low || $3 < low) { low = $3 } "
        "!$4 && $3 > high { high = $3 } END { print rows, kept, (low >= high) }'",
        test_dir(), key);
    cr_expect_str_eq(output.out, "index,label,score,kept\n270 81 1\n", "%s%s", output.out,
                     output.err);
    RUN("cd %s; winnow scores %s --db a.db --kept | sort -n | uniq | wc -l", test_dir(), key);
    cr_expect_eq(atoi(output.out), 81, "%s", output.out);
    key_of("random", "0.5", key);
    RUN("cd %s; winnow scores %s --db a.db | awk -F, 'NR > 1 && $3 == \"\" { rows++; kept += $4 } "
        "END { print rows, kept }'",
        test_dir(), key);
    cr_expect_str_eq(output.out, "270 135\n", "%s%s", output.out, output.err);
}

/* Seeds have other validation splits, and a limit leaves a part of the file: what two of them kept
 * is compared by SQL as by the lists of positions in the file. */
Test(cli_scores, selections_of_two_splits_can_be_compared)
{
    RUN("cd %s; winnow run shared.yaml --set dataset.train_limit=200 --set rate=0.5 --db l.db "
        "2>/dev/null; for s in 0 1; do winnow scores --db l.db --kept $(sqlite3 l.db \"SELECT "
        "short "
        "FROM v_run WHERE pruner = 'el2n' AND seed = $s\") | sort >$s.txt; done; "
        "wc -l <0.txt; comm -12 0.txt 1.txt | wc -l",
        test_dir());
    int kept = 0, both = 0;
    cr_assert_eq(sscanf(output.out, "%d %d", &kept, &both), 2, "%s%s", output.out, output.err);
    cr_expect_eq(kept, 90, "%d of 180", kept);
    RUN("cd %s; winnow sql --db l.db -f csv \"WITH s AS (SELECT s.*, seed FROM v_run r JOIN "
        "v_selection s USING (attempt) WHERE pruner = 'el2n') SELECT kept_both(a.bitmap, b.bitmap, "
        "a.positions = b.positions) AS x, kept_count(a.bitmap) AS k, a.n, a.file_n, "
        "kept_both(a.bitmap, a.split) AS w, kept_count(a.split) AS z "
        "FROM s a JOIN s b ON a.seed = 0 AND b.seed = 1\"",
        test_dir());
    char expected[80];
    snprintf(expected, sizeof expected, "x,k,n,file_n,w,z\n%d,90,180,300,90,180\n", both);
    cr_expect_str_eq(output.out, expected, "%s%s", output.out, output.err);
    RUN("cd %s; winnow sql --db l.db -f csv \"SELECT group_concat(origin, char(10)) AS o FROM "
        "(SELECT x.origin FROM v_run r JOIN selection_samples(r.attempt) x WHERE pruner = 'el2n' "
        "AND seed = 1 AND x.kept ORDER BY CAST(x.origin AS TEXT))\" | tr -d '\"' | sed 1d | "
        "sort | cmp - 1.txt",
        test_dir());
    cr_expect_eq(output.status, 0, "%s%s", output.out, output.err);
    RUN("cd %s; winnow db check --db l.db", test_dir());
    expect(0, ": 0 damaged", "");
}

Test(cli_scores, what_cannot_be_had_says_why)
{
    char key[11];
    key_of("el2n", "0.7", key);
    RUN("cd %s; rm artifacts/*; winnow scores %s --db a.db -o s.csv; echo $?; ls s.csv* "
        "2>/dev/null",
        test_dir(), key);
    cr_expect_str_eq(output.out, "4\n", "%s", output.out);
    cr_expect(strstr(output.err, "artifacts; a run of another rate computes"), "%s", output.err);
    RUN("cd %s; winnow scores zzz --db a.db", test_dir());
    cr_expect_eq(output.status, 2);
    RUN("cd %s; winnow scores %s --db a.db --kept -o nowhere/s.csv", test_dir(), key);
    cr_expect_eq(output.status, 4);
    cr_expect(strstr(output.err, "cannot write nowhere/s.csv: No such file"), "%s", output.err);
}

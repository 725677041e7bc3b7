/* The arithmetic of results/views_derived.sql, added up by hand from tests/support/made_db.h. */
#include "results/store.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>

/* Sums and quotients of round numbers. */
static const double tolerance = 1e-12;

static struct store *store;

static void change(const char *sql)
{
    char *why = NULL;
    cr_assert_eq(sqlite3_exec(store_sqlite(store), sql, NULL, NULL, &why), SQLITE_OK, "%s: %s", sql,
                 why);
}

/* Opened for writing, so that tests can change what the scheduler wrote. */
static void open_made(void)
{
    made_db(made_path("made.db"));
    store = must_open(made_path("made.db"), STORE_WRITE);
    change("DROP TRIGGER attempt_changes_once");
}

static void close_made(void)
{
    store_close(store);
}

TestSuite(store_derived, .init = open_made, .fini = close_made);

static void expect(const char *sql, double expected)
{
    const double found = ask(store, sql);
    cr_expect(fabs(found - expected) <= tolerance * fmax(1, fabs(expected)),
              "%s: %.17g, expected %.17g", sql, found, expected);
}

static void expect_text(const char *sql, const char *expected)
{
    const char *found = ask_text(store, sql);
    cr_expect_str_eq(found, expected, "%s: '%s', expected '%s'", sql, found, expected);
}

Test(store_derived, speedup_is_of_pairs)
{
    expect("SELECT count(*) FROM v_speedup", 2); /* el2n's two good runs */
    expect("SELECT speedup FROM v_speedup WHERE seed = 0", 10.0 / 8);
    expect("SELECT speedup FROM v_speedup WHERE seed = 1", 14.0 / 4);
    expect("SELECT difference FROM v_speedup WHERE seed = 1", 0.6 - 0.8);
    expect("SELECT timing_valid FROM v_speedup WHERE seed = 0", 0);
    /* 0.7 and 0.6 never come to 0.9 and 0.8: watched to their ends, and not left out. */
    expect("SELECT equal_reached FROM v_speedup WHERE seed = 0", 0);
    expect_text("SELECT equal_speedup FROM v_speedup WHERE seed = 0", "NULL");
    expect("SELECT watched_s FROM v_speedup WHERE seed = 1", 4);
    expect("SELECT speedup_median FROM v_speedup_summary", (1.25 + 3.5) / 2);
    expect("SELECT equal_speedup_median FROM v_speedup_summary", 0);
    expect("SELECT difference_mean FROM v_speedup_summary", -0.2);
}

Test(store_derived, speedup_at_equal_accuracy)
{
    /* full with seed 0 ends at 0.6, where it was in epoch 1 after 5 s; el2n has 0.7 after 8 s. */
    change("UPDATE attempt SET test_accuracy = 0.6 WHERE cell GLOB 'abc*1'");
    expect("SELECT equal_s FROM v_speedup WHERE seed = 0", 8);
    expect("SELECT full_equal_s FROM v_speedup WHERE seed = 0", 5);
    expect("SELECT equal_speedup FROM v_speedup WHERE seed = 0", 5.0 / 8);
    expect("SELECT equal_reached FROM v_speedup_summary", 1);
    expect("SELECT equal_speedup_median FROM v_speedup_summary", 5.0 / 16);
}

Test(store_derived, no_pair_over_environments)
{
    change("INSERT INTO environment SELECT 99, 'other', cpu, os, governor, cores, memory_bytes, "
           "blas, blas_core, blas_core_found, compiler, flags, revision, threads_asked, "
           "threads_used FROM environment WHERE id = 1");
    change("UPDATE attempt SET environment = 99 WHERE cell GLOB '3*'");
    expect("SELECT count(*) FROM v_speedup", 2);
    expect_text("SELECT speedup FROM v_speedup WHERE seed = 0", "NULL");
    expect_text("SELECT equal_reached FROM v_speedup WHERE seed = 0", "NULL");
    expect("SELECT runs * 10 + pairs FROM v_speedup_summary", 21);
    expect("SELECT speedup_median FROM v_speedup_summary", 3.5);
}

/* el2n: 2 s of scores each, and 6 and 2 s of its own; full: 10 and 14 s. */
Test(store_derived, amortization)
{
    expect("SELECT count(*) FROM v_amortization WHERE experiment = 'made'", 16);
    /* Nothing is kept for others: each training pays. */
    expect("SELECT total_s FROM v_amortization WHERE pruner = 'el2n' AND k = 10", 60);
    expect("SELECT pays_at FROM v_amortization WHERE pruner = 'el2n' AND k = 1", 1);
    change("UPDATE attempt SET artifact = cell WHERE cell GLOB '[34]*' AND state = 'done'");
    expect("SELECT total_s FROM v_amortization WHERE pruner = 'el2n' AND k = 10", 42);
    expect("SELECT training_s FROM v_amortization WHERE pruner = 'el2n' AND k = 100", 4.02);
    expect("SELECT full_total_s FROM v_amortization WHERE pruner = 'el2n' AND k = 10", 120);
    expect_text("SELECT pays_at FROM v_amortization WHERE pruner = 'full' AND k = 1", "NULL");
    /* Scores of 20 s, where a training saves 12 - 4 = 8: after 2.5 trainings. */
    change("UPDATE phase SET ns = 20000000000 WHERE phase = 'score' AND ns > 0");
    expect("SELECT pays_at FROM v_amortization WHERE pruner = 'el2n' AND k = 1", 3);
    change("UPDATE phase SET ns = 16000000000 WHERE phase = 'score' AND ns > 0");
    expect("SELECT pays_at FROM v_amortization WHERE pruner = 'el2n' AND k = 1", 2);
    /* A training that is no faster than full never pays for anything. */
    change("UPDATE phase SET ns = ns + 8000000000 WHERE phase = 'train' AND attempt IN "
           "(SELECT id FROM attempt WHERE cell GLOB '[34]*')");
    expect_text("SELECT pays_at FROM v_amortization WHERE pruner = 'el2n' AND k = 1", "NULL");
}

Test(store_derived, pareto)
{
    static const char front[] = "SELECT group_concat(pruner) FROM (SELECT pruner FROM v_pareto "
                                "WHERE experiment = 'made' ORDER BY pruner)";
    expect_text(front, "el2n,full"); /* 0.65 in 6 s, 0.85 in 12 s */
    /* As accurate as full and faster: full is dominated. */
    change("UPDATE attempt SET test_accuracy = 0.85 WHERE cell GLOB '[34abc]*' AND state = 'done'");
    expect_text(front, "el2n");
    /* As fast as full, and less accurate. */
    change("UPDATE attempt SET test_accuracy = 0.8 WHERE cell GLOB '[34]*' AND state = 'done'");
    change("UPDATE phase SET ns = ns + 6000000000 WHERE phase = 'train' AND attempt IN "
           "(SELECT id FROM attempt WHERE cell GLOB '[34]*')");
    expect_text(front, "full");
    /* Two that are alike in both are both there. */
    change("UPDATE attempt SET test_accuracy = 0.85 WHERE cell GLOB '[34abc]*' AND state = 'done'");
    expect_text(front, "el2n,full");
}

/* Position 3: load 1, score 2, select 1, train 5, eval 2 s; 0.7 in its second epoch, at wall 10. */
Test(store_derived, protocols)
{
    expect("SELECT count(*) FROM v_protocol WHERE experiment = 'made'", 40);
    expect("SELECT count(*) FROM v_protocol_mlperf WHERE target IS NULL", 1); /* of `other` */
    change("INSERT INTO phase SELECT id, 'init', 500000000 FROM attempt WHERE cell GLOB '3*' "
           "ON CONFLICT DO UPDATE SET ns = 500000000");
    change("UPDATE attempt SET carried_ns = 100000000000 WHERE cell GLOB '3*'");
    static const struct {
        const char *view;
        double seconds, target_s;
    } rules[] = {
        {"charged", 108, 8},
        {"wallclock", 111, 110},
        {"mlperf", 110.5, 109.5},
    };
    char sql[160];
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        snprintf(sql, sizeof sql,
                 "SELECT seconds FROM v_protocol_%s WHERE position = 3 AND target = 0.5",
                 rules[i].view);
        expect(sql, rules[i].seconds);
        snprintf(sql, sizeof sql,
                 "SELECT target_s FROM v_protocol_%s WHERE position = 3 AND target = 0.5",
                 rules[i].view);
        expect(sql, rules[i].target_s);
    }
    /* No more than 20 minutes are free. */
    change("UPDATE phase SET ns = 1300000000000 WHERE phase = 'init'");
    expect("SELECT seconds FROM v_protocol_mlperf WHERE position = 3 AND target = 0.5", -1089);
    /* A validation target: never evaluated is not the same as not reached. */
    expect_text("SELECT reached FROM v_protocol_algoperf WHERE position = 3 AND target = 0.5",
                "NULL");
    change("UPDATE epoch SET val_accuracy = 0.6 WHERE epoch = 1");
    expect("SELECT target_s FROM v_protocol_algoperf WHERE position = 3 AND target = 0.5", 5.5);
    expect("SELECT reached FROM v_protocol_algoperf WHERE position = 3 AND target = 0.9", 0);
    expect("SELECT watched_s FROM v_protocol_algoperf WHERE position = 3 AND target = 0.9", 5.5);
    /* A diverged run is there, and has no whole. */
    expect_text("SELECT state || reached FROM v_protocol_charged WHERE position = 5 "
                "AND target = 0.5",
                "diverged0");
    expect_text("SELECT seconds FROM v_protocol_charged WHERE position = 5", "NULL");
}

Test(store_derived, work_beside_full)
{
    change("UPDATE attempt SET samples_backward = 250 WHERE cell GLOB '3*'");
    expect("SELECT backward_share FROM v_work WHERE position = 3", 0.25);
    expect("SELECT forward_share FROM v_work WHERE position = 3", 1);
    expect("SELECT flops_share FROM v_work WHERE position = 4", 1);
    expect("SELECT count(*) FROM v_work WHERE experiment = 'made'", 4);
}

/* The better of two classes has 900 samples, the other 100. */
Test(store_derived, quality_of_the_network_at_the_end)
{
    expect("SELECT count(*) FROM v_class_accuracy WHERE experiment = 'made'", 4 * 3);
    expect("SELECT correct FROM v_class_accuracy WHERE position = 3 AND class = 0", 1995);
    expect("SELECT accuracy FROM v_class_accuracy WHERE position = 3 AND class = 1", 0.35);
    expect("SELECT count(*) FROM v_class_accuracy WHERE class = 2 AND n = 0 AND accuracy IS NULL "
           "AND experiment = 'made'",
           4);
    expect("SELECT count(*) FROM v_corruption WHERE experiment = 'made'", 4 * 3);
    expect("SELECT accuracy FROM v_corruption WHERE position = 4 AND severity = 1", 0.4);
    expect("SELECT worst_class_accuracy FROM v_corruption WHERE position = 4 AND severity = 0",
           0.3);
    expect("SELECT class_sd FROM v_corruption WHERE position = 4 AND corruption = 'none'", 0.075);
    expect("SELECT loss FROM v_corruption WHERE position = 4 AND severity = 1", 0.6);
    expect("SELECT loss IS NULL FROM v_corruption WHERE position = 4 AND severity = 2", 1);
    expect("SELECT calibration_error FROM v_corruption WHERE position = 4 AND severity = 0", 0.15);
    expect("SELECT corrupted_accuracy FROM v_run WHERE position = 4", 0.2);
    change("DELETE FROM final_test WHERE corruption <> 'none'");
    expect("SELECT corrupted_accuracy IS NULL FROM v_run WHERE position = 4", 1);
}

/* An epoch that was better than the last one is told of, and is not the accuracy. */
Test(store_derived, quality_of_an_arm)
{
    change("UPDATE epoch SET test_accuracy = 0.95 WHERE epoch = 1 AND attempt = (SELECT attempt "
           "FROM v_run WHERE position = 1)");
    change("UPDATE attempt SET test_loss = 1 - test_accuracy");
    expect("SELECT best_test_accuracy FROM v_run WHERE position = 1", 0.95);
    expect("SELECT accuracy FROM v_run WHERE position = 1", 0.9);
    expect("SELECT best_test_accuracy FROM v_run WHERE position = 2", 0.8);
    expect("SELECT best_test_accuracy IS NULL FROM v_run WHERE position = 5", 1);
    expect("SELECT count(*) FROM v_quality", 6);
    expect("SELECT runs FROM v_quality WHERE pruner = 'full' AND experiment = 'made'", 2);
    expect("SELECT accuracy FROM v_quality WHERE pruner = 'full' AND experiment = 'made'", 0.85);
    expect("SELECT worst_class_accuracy FROM v_quality WHERE pruner = 'full' AND experiment = "
           "'made'",
           0.425);
    expect("SELECT class_sd FROM v_quality WHERE pruner = 'el2n'", 0.65 / 8);
    expect("SELECT nll FROM v_quality WHERE pruner = 'el2n'", 0.35);
    expect("SELECT calibration_error FROM v_quality WHERE pruner = 'el2n'", 0.65 / 4);
    expect("SELECT tta_accuracy IS NULL FROM v_quality WHERE pruner = 'el2n'", 1);
    expect("SELECT corrupted_accuracy FROM v_quality WHERE pruner = 'el2n'", 0.65 / 3);
    expect("SELECT best_test_accuracy FROM v_quality WHERE pruner = 'full' AND experiment = "
           "'made'",
           0.875);
    expect("SELECT runs + (accuracy IS NOT NULL) FROM v_quality WHERE pruner = 'ucb'", 0);
}

/* 10 samples, 5 of them kept at first; then 4 and all. */
Test(store_derived, selection_beside_chance)
{
    expect("SELECT kept FROM v_class WHERE class = 1", 2);
    expect("SELECT share FROM v_class WHERE class = 0", 0.6);
    expect("SELECT random_always FROM v_selection_random", 5);
    change("INSERT INTO selection SELECT attempt, 1, 10, 4, '[2,2]', bitmap, NULL, NULL FROM "
           "selection");
    expect("SELECT selections FROM v_selection_random", 2);
    expect("SELECT random_always FROM v_selection_random", 2);
    expect("SELECT random_never FROM v_selection_random", 3);
    expect("SELECT random_sometimes FROM v_selection_random", 5);
    change("UPDATE selection SET kept = 10 WHERE epoch = 1");
    expect("SELECT random_always FROM v_selection_random", 5);
    expect("SELECT random_never FROM v_selection_random", 0);
    change("UPDATE selection SET kept = 0 WHERE epoch = 1");
    expect("SELECT random_always FROM v_selection_random", 0);
    expect("SELECT random_never FROM v_selection_random", 5);
}

/* Options of a run that is not done count as well; another experiment has series of its own. */
Test(store_derived, series_of_all_cells)
{
    change("UPDATE cell SET pruner = 'el2n', options = 'at=3' WHERE pruner IN ('rs2', 'ucb')");
    expect("SELECT count(*) FROM v_series WHERE experiment = 'made'", 4);
    expect_text("SELECT group_concat(variant || ' ' || label || ' ' || position, ', ') FROM "
                "(SELECT * FROM v_series WHERE pruner = 'el2n' ORDER BY variant)",
                "0 el2n at=3 5, 1 el2n runs=3 3");
    expect_text("SELECT label FROM v_series WHERE pruner = 'random'", "random");
    expect("SELECT count(*) FROM v_series WHERE experiment = 'other'", 1);
}

/* Full data ranks the networks 1, 2, 3; dp's subset 1.5, 1.5, 3 with seed 0, and 3, 2, 1 with 1. */
Test(store_derived, ranking_of_networks)
{
    change(
        "CREATE TEMP TABLE arm (pruner, rate, seed, model, accuracy);"
        "INSERT INTO arm VALUES ('full', 0, 0, 'a', 0.5), ('full', 0, 0, 'b', 0.6),"
        " ('full', 0, 0, 'c', 0.9), ('full', 0, 1, 'a', 0.6), ('full', 0, 1, 'b', 0.7),"
        " ('full', 0, 1, 'c', 0.8), ('dp', 0.5, 0, 'a', 0.4), ('dp', 0.5, 0, 'b', 0.4),"
        " ('dp', 0.5, 0, 'c', 0.5), ('dp', 0.5, 1, 'a', 0.6), ('dp', 0.5, 1, 'b', 0.5),"
        " ('dp', 0.5, 1, 'c', 0.4), ('herding', 0.5, 0, 'a', 0.4),"
        " ('herding', 0.5, 0, 'b', 0.5);"
        "INSERT INTO cell (key, json, dataset, model, model_label, pruner, options, rate, seed,"
        " epochs) SELECT printf('%064x', 1000 + rowid), '{}', 'ranked', model, model, pruner, '',"
        " rate, seed, 1 FROM arm;"
        "INSERT INTO experiment_cell SELECT (SELECT min(id) FROM experiment), 1000 + rowid,"
        " printf('%064x', 1000 + rowid) FROM arm;"
        "INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at,"
        " test_accuracy) SELECT printf('%064x', 1000 + rowid), (SELECT min(id) FROM environment),"
        " 'done', 0, 1, 2, accuracy FROM arm");
    expect("SELECT count(*) FROM v_ranking WHERE dataset = 'ranked'", 3); /* two are no ranking */
    expect("SELECT networks FROM v_ranking WHERE pruner = 'dp' AND seed = 0", 3);
    expect("SELECT spearman FROM v_ranking WHERE pruner = 'dp' AND seed = 0", sqrt(0.75));
    expect("SELECT spearman FROM v_ranking WHERE pruner = 'dp' AND seed = 1", -1);
    expect("SELECT spearman FROM v_ranking WHERE dataset = 'ranked' AND pruner = 'full'", 1);
}

/* Full data, and dp, dp-eps and el2n with 60 of 100 samples, of which dp-eps kept 70. */
Test(store_derived, generalization)
{
    change("CREATE TEMP TABLE arm (pruner, kept, objective);"
           "INSERT INTO arm VALUES ('full', 1, NULL), ('dp', 0.6, 2), ('dp-eps', 0.7, 3),"
           " ('el2n', 0.6, 4), ('dp', 0.6, NULL);"
           "INSERT INTO cell (key, json, dataset, model, model_label, pruner, options, rate, seed,"
           " epochs) SELECT printf('%064x', 1000 + rowid), '{}', 'gaps', 'm', 'm', pruner, '',"
           " iif(pruner = 'full', 0, 0.4), rowid, 1 FROM arm;"
           "INSERT INTO experiment_cell SELECT (SELECT min(id) FROM experiment), 1000 + rowid,"
           " printf('%064x', 1000 + rowid) FROM arm;"
           "INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at, train_n,"
           " kept_fraction, test_loss, train_loss) SELECT printf('%064x', 1000 + rowid),"
           " (SELECT min(id) FROM environment), 'done', 0, 1, 2, 100, kept, 1.5, 1.25 FROM arm;"
           "INSERT INTO solver (attempt, epoch, position, method, objective, moves, ns)"
           " SELECT t.id, 0, m.key + 1, m.value, iif(m.value = 'annealed', a.objective, 0.5), 1, 1"
           " FROM arm a JOIN attempt t ON t.cell = printf('%064x', 1000 + a.rowid),"
           " json_each('[\"all\", \"annealed\"]') m WHERE a.objective IS NOT NULL");
    /* Nothing of el2n, nor of the dp that told no objective. */
    expect("SELECT count(*) FROM v_generalization WHERE dataset = 'gaps'", 3);
    expect("SELECT predicted FROM v_generalization WHERE pruner = 'full' AND dataset = 'gaps'", 0);
    expect("SELECT eps FROM v_generalization WHERE pruner = 'dp'", 2); /* of what was pruned */
    expect("SELECT predicted FROM v_generalization WHERE pruner = 'dp'", 0.42);
    expect("SELECT pruned FROM v_generalization WHERE pruner = 'dp-eps'", 30); /* not 40 */
    expect("SELECT predicted FROM v_generalization WHERE pruner = 'dp-eps'", 0.33);
    expect("SELECT gap FROM v_generalization WHERE pruner = 'dp'", 0.25);
    change("UPDATE attempt SET train_loss = NULL WHERE train_n = 100");
    expect("SELECT count(*) FROM v_generalization WHERE dataset = 'gaps'", 0);
}

/* As cell_pruner_options() writes them. */
Test(store_derived, the_network_that_chose)
{
    static const struct {
        const char *options, *chosen_with;
    } cases[] = {
        {"", "NULL"},
        {"at=10", "NULL"},
        {"prune_with=mlp", "mlp"},
        {"at=10 runs=3 prune_with=convnet(depth=1 width=8)", "convnet(depth=1 width=8)"},
        {"prune_with=convnet(depth=1 width=8) score_only=true", "convnet(depth=1 width=8)"},
        {"at=10 score_only=true", "NULL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[160];
        snprintf(sql, sizeof sql, "UPDATE cell SET options = '%s' WHERE key GLOB '3*'",
                 cases[i].options);
        change(sql);
        expect_text("SELECT chosen_with FROM v_run WHERE cell GLOB '3*'", cases[i].chosen_with);
    }
}

/* full and el2n end with one network with both seeds that both have; then with one of them. */
Test(store_derived, same_bits)
{
    static const char both[] = "SELECT pruner || ' ' || other_pruner || ' ' || other_rate || ' ' "
                               "|| seeds FROM v_same_bits WHERE experiment = 'made'";
    expect("SELECT count(*) FROM v_same_bits", 0); /* losses of 0 tell nothing */
    change("UPDATE attempt SET test_loss = 0.5, train_loss = 0.25 WHERE state = 'done'");
    expect_text(both, "full el2n 0.5 2");
    expect("SELECT count(*) FROM v_same_bits", 1);
    change("UPDATE attempt SET train_loss = 0.2500000000000002 WHERE cell GLOB '4*'");
    expect("SELECT count(*) FROM v_same_bits", 0);
}

/* The store: what goes in comes out, one writer, nothing of others is touched. */
#include "results/store.h"
#include "tests/support/made_db.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void must(int failed, const struct err *err)
{
    cr_assert_eq(failed, 0, "%s", failed ? err->text : "");
}

/* Expects a number; exactly, as a database keeps it. */
static void expect(struct store *store, const char *sql, double expected)
{
    const double found = ask(store, sql);
    cr_expect(found == expected, "%s: %.17g, expected %.17g", sql, found, expected);
}

static void expect_text(struct store *store, const char *sql, const char *expected)
{
    const char *found = ask_text(store, sql);
    cr_expect_str_eq(found, expected, "%s: '%s', expected '%s'", sql, found, expected);
}

static void put_one_cell(struct store *store)
{
    const struct store_experiment experiment = {
        .name = "one",
        .file = "dir/one.yaml",
        .yaml = "name: one\n",
        .targets = (const double[]){0.85, 0.1 + 0.2},
        .target_count = 2,
        .figures = "[\"phases\",\"rates\"]",
    };
    const struct store_cell cell = {
        .key = made_key(1),
        .json = "{\"seed\":3}",
        .dataset = "fashion-mnist",
        .model = "convnet",
        .model_label = "convnet(depth=4)",
        .pruner = "ucb",
        .options = "c=2",
        .rate = 0.7,
        .seed = 3,
        .epochs = 15,
    };
    struct err err;
    must(store_experiment(store, &experiment, &cell, 1, &err), &err);
}

static int64_t begin(struct store *store, const char *key)
{
    struct err err;
    int64_t attempt = 0;
    must(store_attempt_begin(store, key, &made_environment, 2, &attempt, &err), &err);
    return attempt;
}

static void end(struct store *store, int64_t attempt, enum attempt_state state)
{
    const struct record_end record = {.state = state, .reason = "why", .log = "log"};
    struct err err;
    must(store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = record}, &err),
         &err);
}

Test(store, experiment_and_cell_round_trip)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    put_one_cell(store);
    expect_text(store, "SELECT name || file || yaml || figures FROM experiment",
                "onedir/one.yamlname: one\n[\"phases\",\"rates\"]");
    expect(store, "SELECT max(accuracy) FROM experiment_target", 0.85);
    expect(store, "SELECT min(accuracy) FROM experiment_target", 0.1 + 0.2);
    expect_text(store,
                "SELECT key || json || dataset || model || model_label || pruner || options FROM "
                "cell",
                "abc0000000000000000000000000000000000000000000000000000000000001"
                "{\"seed\":3}fashion-mnistconvnetconvnet(depth=4)ucbc=2");
    expect(store, "SELECT rate FROM cell", 0.7);
    expect(store, "SELECT seed FROM cell", 3);
    expect(store, "SELECT epochs FROM cell", 15);
    expect(store, "SELECT position FROM experiment_cell", 1);
    store_close(store);
}

Test(store, changed_experiment_replaces_its_list_and_keeps_attempts)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    put_one_cell(store);
    end(store, begin(store, made_key(1)), ATTEMPT_FAILED);
    struct store_cell other = {
        .key = made_key(2),
        .json = "{}",
        .dataset = "d",
        .model = "m",
        .model_label = "m",
        .pruner = "full",
        .options = "",
        .epochs = 1,
    };
    const struct store_experiment changed = {.name = "one", .file = "new.yaml", .yaml = "new"};
    struct err err;
    must(store_experiment(store, &changed, &other, 1, &err), &err);
    expect(store, "SELECT count(*) FROM experiment", 1);
    expect_text(store, "SELECT file || yaml || figures FROM experiment", "new.yamlnew[]");
    expect(store, "SELECT count(*) FROM experiment_target", 0);
    expect_text(store, "SELECT group_concat(cell) FROM experiment_cell", made_key(2));
    expect(store, "SELECT count(*) FROM cell", 2);
    expect(store, "SELECT count(*) FROM attempt", 1);
    store_close(store);
}

Test(store, wrong_experiment_leaves_nothing)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    const struct store_experiment experiment = {.name = "one", .file = "f", .yaml = "y"};
    struct store_cell cells[2];
    struct err err;
    for (int i = 0; i < 2; i++)
        cells[i] = (struct store_cell){
            .key = made_key(1),
            .json = "{}",
            .dataset = "d",
            .model = "m",
            .model_label = "m",
            .pruner = "p",
            .options = "",
            .epochs = 1,
        };
    cr_assert_neq(store_experiment(store, &experiment, cells, 2, &err), 0, "listed twice");
    cr_expect(strstr(err.text, "cell 2 ("), "%s", err.text);
    cr_expect(strstr(err.text, "x.db: "), "%s", err.text);
    expect(store, "SELECT count(*) FROM experiment", 0);
    cells[1].key = "ABC";
    cr_expect_neq(store_experiment(store, &experiment, cells, 2, &err), 0, "not a key");
    cells[1].key = made_key(2);
    cells[1].rate = 1;
    cr_expect_neq(store_experiment(store, &experiment, cells, 2, &err), 0, "rate 1");
    expect(store, "SELECT count(*) FROM cell", 0);
    store_close(store);
}

Test(store, attempt_round_trip)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    struct err err;
    put_one_cell(store);
    const int64_t attempt = begin(store, made_key(1));
    expect_text(store, "SELECT state FROM attempt", "running");
    expect(store, "SELECT beside FROM attempt", 2);
    const struct record_end record = {
        .state = ATTEMPT_DONE,
        .test_accuracy = 0.1 + 0.2,
        .val_accuracy = (double)NAN,
        .best_val_accuracy = 0.5,
        .best_val_test_accuracy = 0.25,
        .train_n = 60000,
        .kept_fraction = 1.0 / 3,
        .phase_ns = {1, 2, 3, 4, 5, 6, 7, 8},
        .wall_ns = INT64_C(1) << 60,
        .work = {.samples_forward = INT64_C(1) << 40, .samples_backward = 9, .flops = 1e300},
        .peak_memory_bytes = 10,
        .load_average = 0.7,
        .context_switches = 11,
    };
    must(store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = record}, &err),
         &err);
    expect_text(store, "SELECT state FROM attempt", "done");
    expect(store, "SELECT test_accuracy FROM attempt", 0.1 + 0.2);
    expect_text(store, "SELECT val_accuracy FROM attempt", "NULL");
    expect_text(store, "SELECT reason FROM attempt", "NULL");
    expect(store, "SELECT best_val_accuracy FROM attempt", 0.5);
    expect(store, "SELECT best_val_test_accuracy FROM attempt", 0.25);
    expect(store, "SELECT train_n FROM attempt", 60000);
    expect(store, "SELECT kept_fraction FROM attempt", 1.0 / 3);
    expect_text(store, "SELECT wall_ns FROM attempt", "1152921504606846976");
    expect_text(store, "SELECT samples_forward FROM attempt", "1099511627776");
    expect(store, "SELECT samples_backward FROM attempt", 9);
    expect(store, "SELECT flops FROM attempt", 1e300);
    expect(store, "SELECT peak_memory_bytes FROM attempt", 10);
    expect(store, "SELECT load_average FROM attempt", 0.7);
    expect(store, "SELECT context_switches FROM attempt", 11);
    expect(store,
           "SELECT started_at <= ended_at AND started_at > 1500000000 * 1000000000 "
           "FROM attempt",
           1);
    expect(store, "SELECT count(*) FROM phase", PHASE_COUNT);
    for (int i = 0; i < PHASE_COUNT; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT ns FROM phase WHERE phase = '%s'", phase_kinds[i].name);
        expect(store, sql, i + 1);
    }
    store_close(store);
}

Test(store, epoch_warning_and_selection_round_trip)
{
    enum { N = 1003, CLASSES = 3 };
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    struct err err;
    put_one_cell(store);
    const int64_t attempt = begin(store, made_key(1));
    const struct record_epoch epoch = {
        .epoch = 4,
        .kept = 5,
        .lr = 0.1,
        .train_loss = (double)INFINITY,
        .val_accuracy = 1,
        .test_accuracy = (double)NAN,
        .charged_ns = 6,
        .wall_ns = 7,
        .work = {8, 9, 10.5},
    };
    must(store_put(store, attempt, &(struct record){.kind = RECORD_EPOCH, .epoch = epoch}, &err),
         &err);
    expect_text(store,
                "SELECT group_concat(epoch || ',' || kept || ',' || lr || ',' || val_accuracy || "
                "',' || charged_ns || ',' || wall_ns || ',' || samples_forward || ',' || "
                "samples_backward || ',' || flops) FROM epoch WHERE train_loss IS NULL AND "
                "test_accuracy IS NULL",
                "4,5,0.1,1.0,6,7,8,9,10.5");
    cr_expect_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_EPOCH, .epoch = epoch}, &err), 0,
        "the same epoch twice");
    const struct record_warning warning = {"BLAS_CORE", "slow kernels"};
    must(store_put(store, attempt, &(struct record){.kind = RECORD_WARNING, .warning = warning},
                   &err),
         &err);
    expect_text(store, "SELECT code || text FROM warning", "BLAS_COREslow kernels");

    uint8_t bitmap[(N + 7) / 8], back[(N + 7) / 8];
    for (size_t i = 0; i < sizeof bitmap; i++)
        bitmap[i] = (uint8_t)(i * 37);
    const struct record_selection selection = {
        .epoch = 0,
        .n = N,
        .kept = 500,
        .bitmap = bitmap,
        .classes = CLASSES,
        .class_kept = (const int64_t[CLASSES]){300, 0, 200},
        .noise_kept = 17,
        .corrupt_kept = -1,
    };
    must(store_put(store, attempt,
                   &(struct record){.kind = RECORD_SELECTION, .selection = selection}, &err),
         &err);
    expect_text(store, "SELECT n || ',' || kept || ',' || class_kept || noise_kept FROM selection",
                "1003,500,[300,0,200]17");
    struct record_selection clean = selection;
    clean.epoch = 1;
    clean.noise_kept = -1;
    clean.corrupt_kept = 18;
    must(store_put(store, attempt, &(struct record){.kind = RECORD_SELECTION, .selection = clean},
                   &err),
         &err);
    expect_text(store, "SELECT count(*) FROM selection WHERE epoch = 1 AND noise_kept IS NULL",
                "1");
    expect_text(store, "SELECT max(corrupt_kept) || count(corrupt_kept) FROM selection", "181");
    const struct record_noise noise = {N, 200, bitmap};
    must(store_put(store, attempt, &(struct record){.kind = RECORD_NOISE, .noise = noise}, &err),
         &err);
    expect_text(store, "SELECT n || ',' || flipped FROM noise", "1003,200");
    cr_expect_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_NOISE, .noise = noise}, &err), 0,
        "noise twice");
    const struct record_corrupt corrupt = {N, 300, bitmap};
    must(store_put(store, attempt, &(struct record){.kind = RECORD_CORRUPT, .corrupt = corrupt},
                   &err),
         &err);
    expect_text(store, "SELECT n || ',' || corrupted FROM corrupt", "1003,300");
    const struct record_solver solver = {0, 1, "annealed", 0.25, 1000, 7};
    must(store_put(store, attempt, &(struct record){.kind = RECORD_SOLVER, .solver = solver}, &err),
         &err);
    expect_text(store, "SELECT method || objective || moves || ns FROM solver",
                "annealed0.2510007");
    const struct record_test test = {"blur",
                                     2,
                                     0.5,
                                     0,
                                     0.5,
                                     (double)INFINITY,
                                     (double)NAN,
                                     2,
                                     (const int64_t[]){3, 3},
                                     (const int64_t[]){0, 3}};
    must(store_put(store, attempt, &(struct record){.kind = RECORD_TEST, .test = test}, &err),
         &err);
    expect_text(store,
                "SELECT corruption || severity || accuracy || worst_class_accuracy || class_sd || "
                "coalesce(loss, '-') || coalesce(calibration_error, '-') || class_n || "
                "class_correct FROM final_test",
                "blur20.50.00.5--[3,3][0,3]");
    cr_expect_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_TEST, .test = test}, &err), 0,
        "the same test twice");
    const struct record_artifact artifact = {
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 1, 99};
    must(store_put(store, attempt, &(struct record){.kind = RECORD_ARTIFACT, .artifact = artifact},
                   &err),
         &err);
    expect_text(store, "SELECT substr(artifact, 1, 4) || reused || carried_ns FROM attempt",
                "0123199");
    sqlite3_stmt *row;
    uLongf size = sizeof back;
    cr_assert_eq(sqlite3_prepare_v2(store_sqlite(store), "SELECT bitmap FROM selection LIMIT 1", -1,
                                    &row, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(row), SQLITE_ROW);
    cr_assert_eq(
        uncompress(back, &size, sqlite3_column_blob(row, 0), (uLong)sqlite3_column_bytes(row, 0)),
        Z_OK);
    sqlite3_finalize(row);
    cr_expect_eq(size, sizeof bitmap, "%lu bytes, expected %zu", size, sizeof bitmap);
    cr_expect_eq(memcmp(back, bitmap, sizeof bitmap), 0);
    store_close(store);
}

Test(store, same_environment_is_one_row)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    struct record_environment other = made_environment;
    struct err err;
    int64_t attempt;
    other.governor = "powersave"; /* made_environment's is NULL: not known */
    put_one_cell(store);
    begin(store, made_key(1));
    begin(store, made_key(1));
    must(store_attempt_begin(store, made_key(1), &other, 0, &attempt, &err), &err);
    must(store_attempt_begin(store, made_key(1), &other, 0, &attempt, &err), &err);
    expect_text(store, "SELECT group_concat(environment) FROM attempt", "1,1,2,2");
    expect_text(store,
                "SELECT host || cpu || os || governor || cores || memory_bytes || blas || "
                "blas_core || blas_core_found || compiler || flags || revision || threads_asked "
                "|| threads_used FROM environment WHERE id = 1",
                "hostcpuos28589934592blasHaswellPrescottgcc-O3123456711");
    store_close(store);
}

Test(store, engine_is_kept_even_of_an_attempt_that_dies)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    const struct record_engine engine = {"winograd, naive"}, other = {"im2col"};
    struct err err;
    put_one_cell(store);
    const int64_t attempt = begin(store, made_key(1));
    must(store_put(store, attempt, &(struct record){.kind = RECORD_ENGINE, .engine = engine}, &err),
         &err);
    end(store, attempt, ATTEMPT_FAILED);
    expect_text(store, "SELECT state || ': ' || implementations FROM attempt",
                "failed: winograd, naive");
    cr_expect_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_ENGINE, .engine = other}, &err),
        0, "it has ended");
    expect_text(store, "SELECT implementations FROM attempt", "winograd, naive");
    store_close(store);
}

Test(store, cell_state)
{
    static const struct {
        enum attempt_state attempts[3];
        enum store_cell_state expected;
    } cases[] = {
        /* ATTEMPT_RUNNING: no further attempt */
        {{ATTEMPT_RUNNING}, CELL_NEW},
        {{ATTEMPT_DONE}, CELL_DONE},
        {{ATTEMPT_FAILED}, CELL_FAILED},
        {{ATTEMPT_DIVERGED}, CELL_FAILED},
        {{ATTEMPT_LOST}, CELL_NEW},
        {{ATTEMPT_FAILED, ATTEMPT_LOST}, CELL_FAILED},
        {{ATTEMPT_FAILED, ATTEMPT_DONE}, CELL_DONE},
        {{ATTEMPT_DONE, ATTEMPT_FAILED, ATTEMPT_LOST}, CELL_DONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu.db", i);
        struct store *store = must_open(made_path(name), STORE_WRITE);
        enum store_cell_state state;
        struct err err;
        put_one_cell(store);
        for (size_t k = 0; k < 3 && cases[i].attempts[k] != ATTEMPT_RUNNING; k++)
            end(store, begin(store, made_key(1)), cases[i].attempts[k]);
        must(store_cell_state(store, made_key(1), &state, &err), &err);
        cr_expect_eq(state, cases[i].expected, "case %zu: %d, expected %d", i, state,
                     cases[i].expected);
        begin(store, made_key(1)); /* one under way changes nothing */
        must(store_cell_state(store, made_key(1), &state, &err), &err);
        cr_expect_eq(state, cases[i].expected, "case %zu running: %d, expected %d", i, state,
                     cases[i].expected);
        store_close(store);
    }
}

Test(store, attempts_are_append_only)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    struct err err;
    int64_t attempt = 77;
    put_one_cell(store);
    cr_expect_neq(store_attempt_begin(store, made_key(2), &made_environment, 0, &attempt, &err), 0,
                  "no such cell");
    cr_expect_eq(attempt, 77, "untouched on failure, not %lld", (long long)attempt);
    expect(store, "SELECT count(*) FROM environment", 0);
    attempt = begin(store, made_key(1));
    end(store, attempt, ATTEMPT_FAILED);
    const struct record_end again = {.state = ATTEMPT_DONE};
    cr_expect_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = again}, &err), 0,
        "ended twice");
    cr_expect(strstr(err.text, "end of attempt 1: it is not running"), "%s", err.text);
    cr_expect_neq(
        store_put(store, attempt + 1, &(struct record){.kind = RECORD_END, .end = again}, &err), 0,
        "never begun");
    static const char *const forbidden[] = {
        "UPDATE attempt SET state = 'done'",
        "DELETE FROM attempt",
        "INSERT INTO epoch (attempt, epoch, kept, charged_ns, wall_ns, samples_forward, "
        "samples_backward, flops) VALUES (99, 1, 1, 1, 1, 1, 1, 1)",
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        cr_expect_eq(sqlite3_exec(store_sqlite(store), forbidden[i], NULL, NULL, NULL),
                     SQLITE_CONSTRAINT, "%s: %s", forbidden[i],
                     sqlite3_errmsg(store_sqlite(store)));
    expect_text(store, "SELECT state FROM attempt", "failed");
    store_close(store);
}

Test(store, accuracy_out_of_range_is_refused_whole)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    struct err err;
    put_one_cell(store);
    const int64_t attempt = begin(store, made_key(1));
    const struct record_end wrong = {.state = ATTEMPT_DONE, .test_accuracy = 89.1};
    cr_assert_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = wrong}, &err), 0,
        "a percentage");
    cr_expect(strstr(err.text, "test_accuracy"), "%s", err.text);
    const struct record_end negative = {.state = ATTEMPT_DONE, .phase_ns = {1, 2, -1}};
    cr_assert_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = negative}, &err), 0,
        "a negative time");
    expect(store, "SELECT count(*) FROM phase", 0);
    expect_text(store, "SELECT state FROM attempt", "running");
    store_close(store);
}

Test(store, full_disk_is_an_error_and_nothing_is_half_written)
{
    struct store *store = must_open(made_path("x.db"), STORE_WRITE);
    struct err err;
    put_one_cell(store);
    const int64_t attempt = begin(store, made_key(1));
    sqlite3_exec(store_sqlite(store), "PRAGMA max_page_count = 1", NULL, NULL, NULL);
    char *log = calloc(1, 100001);
    memset(log, 'x', 100000);
    const struct record_end record = {.state = ATTEMPT_FAILED, .reason = "r", .log = log};
    cr_expect_neq(
        store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = record}, &err), 0);
    cr_expect(strstr(err.text, "x.db: ") && strstr(err.text, "disk is full"), "%s", err.text);
    expect_text(store, "SELECT state FROM attempt", "running");
    sqlite3_exec(store_sqlite(store), "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
    must(store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = record}, &err),
         &err);
    free(log);
    store_close(store);
}

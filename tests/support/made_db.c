#include "tests/support/made_db.h"

#include "tests/support/support.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const keys[MADE_CELLS] = {
    "abc0000000000000000000000000000000000000000000000000000000000001",
    "abc0000000000000000000000000000000000000000000000000000000000002",
    "3000000000000000000000000000000000000000000000000000000000000003",
    "4000000000000000000000000000000000000000000000000000000000000004",
    "5000000000000000000000000000000000000000000000000000000000000005",
    "6000000000000000000000000000000000000000000000000000000000000006",
    "7000000000000000000000000000000000000000000000000000000000000007",
    "8000000000000000000000000000000000000000000000000000000000000008",
    "9000000000000000000000000000000000000000000000000000000000000009",
};

static const struct {
    const char *pruner, *options;
    double rate;
    int seed;
} arms[MADE_CELLS] = {
    {"full", "", 0, 0},         {"full", "", 0, 1},     {"el2n", "runs=3", 0.5, 0},
    {"el2n", "runs=3", 0.5, 1}, {"ucb", "", 0.5, 0},    {"ucb", "", 0.5, 1},
    {"random", "", 0.5, 0},     {"random", "", 0.5, 1}, {"rs2", "", 0.5, 0},
};

const struct record_environment made_environment = {
    .host = "host",
    .cpu = "cpu",
    .os = "os",
    .cores = 2,
    .memory_bytes = (int64_t)8 << 30,
    .blas = "blas",
    .blas_core = "Haswell",
    .blas_core_found = "Prescott",
    .compiler = "gcc",
    .flags = "-O3",
    .revision = "1234567",
    .threads_asked = 1,
    .threads_used = 1,
};

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    abort();
}

static int64_t ns(double seconds)
{
    return (int64_t)llround(seconds * 1e9);
}

const char *made_key(size_t position)
{
    return keys[position - 1];
}

const char *made_path(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    return path;
}

struct store *must_open(const char *path, enum store_mode mode)
{
    struct store *store;
    struct err err;
    if (store_open(path, mode, &store, &err))
        stop("store_open", err.text);
    return store;
}

static int64_t begin(struct store *store, size_t position)
{
    int64_t attempt;
    struct err err;
    if (store_attempt_begin(store, made_key(position), &made_environment, 1, &attempt, &err))
        stop("store_attempt_begin", err.text);
    return attempt;
}

static void add_epoch(struct store *store, int64_t attempt, int epoch, double accuracy,
                      double charged_s)
{
    const struct record_epoch record = {
        .epoch = epoch,
        .kept = 500,
        .lr = 0.1 / epoch,
        .train_loss = 1.0 / epoch,
        .val_accuracy = (double)NAN,
        .test_accuracy = accuracy,
        .test_worst_class_accuracy = accuracy / 2,
        .test_calibration_error = accuracy / 4,
        .test_tta_accuracy = (double)NAN,
        .test_class_sd = accuracy / 8,
        .test_loss = 1 - accuracy,
        .forward_computed = 1024,
        .backward_computed = 512,
        .charged_ns = ns(charged_s),
        .wall_ns = ns(charged_s + epoch),
        .work = {.samples_forward = 1000 * epoch, .samples_backward = 500 * epoch, .flops = 1e6},
    };
    struct err err;
    if (store_put(store, attempt, &(struct record){.kind = RECORD_EPOCH, .epoch = record}, &err))
        stop("store_put", err.text);
}

/* Two classes, the smaller one's accuracy half of the mean, and one that no sample has. Noise takes
 * a third of it, and all with severity 2. */
static void add_tests(struct store *store, int64_t attempt, double accuracy)
{
    for (int severity = 0; severity < 3; severity++) {
        const double left = accuracy * (severity == 0 ? 1 : severity == 1 ? 2 / 3.0 : 0);
        const struct record_test test = {
            .corruption = severity ? "noise" : "none",
            .severity = severity,
            .accuracy = left,
            .worst_class_accuracy = left / 2,
            .class_sd = left / 8,
            .loss = severity == 2 ? (double)INFINITY : 1 - left,
            .calibration_error = left / 4,
            .classes = 3,
            .class_n = (const int64_t[]){2700, 300, 0},
            .class_correct = (const int64_t[]){llround(2850 * left), llround(150 * left), 0},
        };
        struct err err;
        if (store_put(store, attempt, &(struct record){.kind = RECORD_TEST, .test = test}, &err))
            stop("store_put", err.text);
    }
}

static void finish(struct store *store, int64_t attempt, enum attempt_state state,
                   const char *reason, double accuracy, double score_s, double select_s,
                   double train_s)
{
    const struct record_end end = {
        .state = state,
        .cause = state == ATTEMPT_FAILED     ? CAUSE_KILLED
                 : state == ATTEMPT_DIVERGED ? CAUSE_DIVERGED
                                             : CAUSE_NONE,
        .reason = reason,
        .log = reason ? "first line\nlast \x1b[31mline\n" : NULL,
        .test_accuracy = accuracy,
        .val_accuracy = (double)NAN,
        .best_val_accuracy = (double)NAN,
        .best_val_test_accuracy = (double)NAN,
        .train_n = 1000,
        .kept_fraction = 0.5,
        .phase_ns = {[PHASE_LOAD] = ns(1),
                     [PHASE_SCORE] = ns(score_s),
                     [PHASE_SELECT] = ns(select_s),
                     [PHASE_TRAIN] = ns(train_s),
                     [PHASE_EVAL] = ns(2)},
        .wall_ns = ns(3 + score_s + select_s + train_s),
        .work = {.samples_forward = 2000, .samples_backward = 1000, .flops = 2e6},
        .peak_memory_bytes = 1 << 20,
        .load_average = 0.25,
        .context_switches = 7,
    };
    struct err err;
    if (store_put(store, attempt, &(struct record){.kind = RECORD_END, .end = end}, &err))
        stop("store_put", err.text);
}

static int64_t add_run(struct store *store, size_t position, const double accuracy[2],
                       const double charged_s[2], double score_s, double select_s, double train_s)
{
    const int64_t attempt = begin(store, position);
    const struct record_engine engine = {position == 1 ? "im2col" : "onednn"};
    struct err err;
    if (store_put(store, attempt, &(struct record){.kind = RECORD_ENGINE, .engine = engine}, &err))
        stop("store_put", err.text);
    for (int i = 0; i < 2; i++)
        add_epoch(store, attempt, i + 1, accuracy[i], charged_s[i]);
    add_tests(store, attempt, accuracy[1]);
    finish(store, attempt, ATTEMPT_DONE, NULL, accuracy[1], score_s, select_s, train_s);
    return attempt;
}

static void add_experiments(struct store *store)
{
    struct store_cell cells[MADE_CELLS];
    for (size_t i = 0; i < MADE_CELLS; i++)
        cells[i] = (struct store_cell){
            .key = keys[i],
            .json = "{\"dataset\":{\"name\":\"synthetic\"},\"rate\":0.5}",
            .dataset = "synthetic",
            .model = "mlp",
            .model_label = "mlp",
            .pruner = arms[i].pruner,
            .options = arms[i].options,
            .rate = arms[i].rate,
            .seed = arms[i].seed,
            .epochs = 2,
        };
    const struct store_experiment made = {
        .name = "made",
        .file = "made.yaml",
        .yaml = "name: made\n",
        .targets = (const double[]){0.5, 0.9},
        .target_count = 2,
        .figures = "[\"phases\"]",
    };
    const struct store_experiment other = {.name = "other", .file = "other.yaml", .yaml = ""};
    struct err err;
    if (store_experiment(store, &made, cells, MADE_CELLS, &err) ||
        store_experiment(store, &other, cells, 1, &err))
        stop("store_experiment", err.text);
}

void made_db(const char *path)
{
    struct store *store = must_open(path, STORE_WRITE);
    struct err err;
    add_experiments(store);
    finish(store, begin(store, 9), ATTEMPT_LOST, "interrupted", (double)NAN, 0, 0, 0);
    add_run(store, 1, (const double[]){0.6, 0.9}, (const double[]){5, 10}, 0, 0, 10);
    add_run(store, 2, (const double[]){0.4, 0.8}, (const double[]){7, 14}, 0, 0, 14);
    const int64_t doubtful =
        add_run(store, 3, (const double[]){0.45, 0.7}, (const double[]){5.5, 8}, 2, 1, 5);
    const struct record_warning gap = {"LEDGER_GAP", "1 ms are in no phase"};
    if (store_put(store, doubtful, &(struct record){.kind = RECORD_WARNING, .warning = gap}, &err))
        stop("store_put", err.text);
    finish(store, begin(store, 4), ATTEMPT_FAILED, "out of memory", (double)NAN, 0, 0, 0);
    const int64_t chosen =
        add_run(store, 4, (const double[]){0.3, 0.6}, (const double[]){3.5, 4}, 2, 1, 1);
    const struct record_selection selection = {
        .epoch = 0,
        .n = 10,
        .kept = 5,
        .bitmap = (const uint8_t[]){0x55, 0x01}, /* 0, 2, 4, 6, 8 */
        .classes = 2,
        .class_kept = (const int64_t[]){3, 2},
    };
    if (store_put(store, chosen, &(struct record){.kind = RECORD_SELECTION, .selection = selection},
                  &err))
        stop("store_put", err.text);
    const int64_t diverged = begin(store, 5);
    add_epoch(store, diverged, 1, 0.2, 3);
    finish(store, diverged, ATTEMPT_DIVERGED, "diverged: the loss is not finite in epoch 2",
           (double)NAN, 0, 0, 4);
    finish(store, begin(store, 6), ATTEMPT_FAILED, "killed by signal 9", (double)NAN, 0, 0, 0);
    add_epoch(store, begin(store, 7), 1, 0.55, 2);
    store_close(store);
}

static sqlite3_stmt *first_row(struct store *store, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(store_sqlite(store), sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        stop(sql, sqlite3_errmsg(store_sqlite(store)));
    return statement;
}

double ask(struct store *store, const char *sql)
{
    sqlite3_stmt *row = first_row(store, sql);
    const double value =
        sqlite3_column_type(row, 0) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(row, 0);
    sqlite3_finalize(row);
    return value;
}

const char *ask_text(struct store *store, const char *sql)
{
    static char text[4096];
    sqlite3_stmt *row = first_row(store, sql);
    const char *value = (const char *)sqlite3_column_text(row, 0);
    snprintf(text, sizeof text, "%s", value ? value : "NULL");
    sqlite3_finalize(row);
    return text;
}

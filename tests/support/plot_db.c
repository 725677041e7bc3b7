#include "tests/support/plot_db.h"

#include "base/err.h"
#include "harness/ask/cell_functions.h"
#include "harness/cell/cell.h"
#include "harness/data/synthetic.h"
#include "results/functions/functions.h"
#include "results/functions/selection_functions.h"
#include "results/record/artifact.h"
#include "tests/support/bits.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct plot_pruner small_pruners[] = {
    {"full", ""}, {"random", ""}, {"ucb", ""}, {"ucb", "c=2"}, {"el2n", "at=5"}, {NULL, NULL},
};
static const struct plot_pruner large_pruners[] = {
    {"full", ""},
    {"full-short", ""},
    {"random", ""},
    {"random-dynamic", ""},
    {"rs2", ""},
    {"ucb", ""},
    {"el2n", ""},
    {"epsilon-greedy", ""},
    {"ucb", "c=2 period=5"},
    {"infobatch", ""},
    {"forgetting", ""},
    {"of-a-newer-winnow", ""},
    {NULL, NULL},
};

const struct plot_grid plot_grid_small = {
    .name = "small",
    .datasets = {"fashion-mnist"},
    .models = {"mlp"},
    .pruners = small_pruners,
    .rates = {0.3, 0.7},
    .seeds = 3,
    .epochs = 4,
    .targets = "[0.8]",
};
const struct plot_grid plot_grid_large = {
    .name = "large",
    .datasets = {"cifar10", "fashion-mnist"},
    .models = {"convnet(depth=4 width=64 norm=batch)", "resnet8"},
    .pruners = large_pruners,
    .rates = {0.3, 0.5, 0.7},
    .seeds = 2,
    .epochs = 6,
    .targets = "[0.5, 0.75, 0.85]",
};

/* A view as a file of results/ has it. */
static void create_view(struct sqlite3 *db, const char *file, const char *name)
{
    char create[64];
    snprintf(create, sizeof create, "CREATE VIEW %s AS\n", name);
    char *views = test_read_file(file);
    cr_assert_not_null(views, "tests run in the root of the tree");
    char *start = strstr(views, create);
    cr_assert_not_null(start, "no %s", create);
    char *end = strstr(start, ";\n");
    cr_assert_not_null(end, "%s does not end", name);
    *end = '\0';
    plot_db_exec(db, start);
    free(views);
}

/* What results/views.sql says of its tables, said of the tables here. */
static const char time_to_accuracy[] =
    "CREATE VIEW v_time_to_accuracy AS SELECT r.*, t.value AS target,"
    " min(e.epoch) FILTER (WHERE e.test_accuracy >= t.value) IS NOT NULL AS reached,"
    " min(e.charged_s) FILTER (WHERE e.test_accuracy >= t.value) AS charged_s,"
    " max(e.charged_s) AS watched_s"
    " FROM (SELECT attempt, experiment, dataset, model, pruner, options, rate, seed, state"
    "       FROM v_run WHERE state IN ('done', 'diverged')) r"
    " JOIN v_experiment x USING (experiment), json_each(x.targets) t"
    " JOIN v_epoch e ON e.attempt = r.attempt AND e.test_accuracy IS NOT NULL"
    " GROUP BY r.attempt, t.value";

struct sqlite3 *plot_db_open(void)
{
    struct sqlite3 *db;
    char path[256];
    snprintf(path, sizeof path, "%s/plot.db", test_dir());
    unlink(path);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    plot_db_exec(db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
    plot_db_exec(db, "CREATE TABLE v_experiment (experiment, targets, figures);"
                     "CREATE TABLE v_run (attempt INTEGER PRIMARY KEY, experiment, dataset, model,"
                     " pruner, options, rate REAL, seed, state, accuracy REAL, charged_s REAL,"
                     " wall_s REAL, load_s REAL, init_s REAL, score_s REAL, select_s REAL,"
                     " train_s REAL, eval_s REAL, checkpoint_s REAL, other_s REAL,"
                     " kept_fraction REAL, timing_valid INTEGER, cell, position INTEGER,"
                     " train_n INTEGER, final_test_loss REAL, final_train_loss REAL, chosen_with,"
                     " artifact, condition AS ('one'), test_n INTEGER);"
                     "CREATE TABLE solver (attempt INTEGER, method, objective REAL);"
                     "CREATE TABLE v_epoch (attempt INTEGER, epoch INTEGER, test_accuracy REAL,"
                     " charged_s REAL);"
                     "CREATE TABLE v_selection (attempt INTEGER, epoch INTEGER, n INTEGER,"
                     " kept INTEGER, bitmap BLOB, positions AS ('split'), split AS (NULL));"
                     "CREATE TABLE split (attempt INTEGER, n INTEGER, size INTEGER, bitmap BLOB);"
                     /* What SQL functions look into themselves. */
                     "CREATE VIEW selection AS SELECT * FROM v_selection;"
                     "CREATE VIEW attempt AS SELECT attempt AS id, cell FROM v_run;"
                     "CREATE TABLE cell (key TEXT PRIMARY KEY, json, epochs);"
                     "CREATE TABLE experiment (id, yaml);"
                     "CREATE TABLE experiment_cell (experiment, cell)");
    plot_db_exec(db, time_to_accuracy);
    struct err err;
    cr_assert_eq(functions_register(db, &err), 0);
    cr_assert_eq(selection_functions_register(db, &err), 0);
    cr_assert_eq(cell_functions_register(db, &err), 0);
    create_view(db, "results/views.sql", "v_versus");
    create_view(db, "results/views.sql", "v_versus_summary");
    create_view(db, "results/views_derived.sql", "v_series");
    create_view(db, "results/views_derived.sql", "v_generalization");
    create_view(db, "results/views_derived.sql", "v_ranking");
    return db;
}

void plot_db_close(struct sqlite3 *db)
{
    REQUIRE(sqlite3_close(db) == SQLITE_OK); /* else a statement was left open */
}

void plot_db_exec(struct sqlite3 *db, const char *sql)
{
    char *message = NULL;
    sqlite3_exec(db, sql, NULL, NULL, &message);
    cr_assert_null(message, "%s: %s", sql, message);
}

/* el2n and its like score before they train. */
static double score_s(const struct plot_pruner *pruner)
{
    return strcmp(pruner->name, "el2n") == 0 || strcmp(pruner->name, "forgetting") == 0 ? 6 : 0;
}

/* infobatch keeps more than it was asked to. */
static double kept_fraction(const struct plot_pruner *pruner, double rate)
{
    return 1 - rate * (strcmp(pruner->name, "infobatch") == 0 ? 0.6 : 1);
}

struct plot_epoch plot_epoch(const struct plot_grid *grid, const struct plot_pruner *pruner,
                             double rate, int seed, int epoch)
{
    const double kept = kept_fraction(pruner, rate);
    const double wobble = 0.004 * sin(7.0 * seed + epoch + (double)strlen(pruner->name));
    return (struct plot_epoch){
        .accuracy = 0.9 - 0.04 * rate - 0.005 * (double)strlen(pruner->options) -
                    0.4 * exp(-4.0 * kept * epoch / grid->epochs) + wobble,
        .charged_s = score_s(pruner) + kept * epoch * (1 + 0.02 * seed),
    };
}

static bool is_static(const struct plot_pruner *pruner)
{
    return score_s(pruner) > 0 || strcmp(pruner->name, "random") == 0 ||
           strcmp(pruner->name, "full-short") == 0;
}

enum { SAMPLES = 203, PERIOD = 2 };

/* Samples come and go with a sine: the shorter a pruner's name is, the slower. */
static void make_selection(struct sqlite3 *db, sqlite3_int64 attempt, double kept_share,
                           const struct plot_pruner *pruner, int seed, int epoch)
{
    char drawn[SAMPLES + 1] = {0};
    int kept = 0;
    for (int i = 0; i < SAMPLES; i++)
        if (fmod(i * 0.618 + 0.3 * seed +
                     0.1 * (epoch + 1) * sin(i + (double)strlen(pruner->name)) + 5,
                 1) < kept_share) {
            drawn[i] = 'x';
            kept++;
        } else
            drawn[i] = '.';
    sqlite3_stmt *row;
    cr_assert_eq(
        sqlite3_prepare_v2(db, "INSERT INTO v_selection VALUES (?, ?, ?, ?, ?)", -1, &row, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(row, 1, attempt);
    sqlite3_bind_int(row, 2, epoch);
    sqlite3_bind_int(row, 3, SAMPLES);
    sqlite3_bind_int(row, 4, kept);
    test_bind_bits(row, 5, drawn);
    cr_assert_eq(sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(row);
}

static void make_selections(struct sqlite3 *db, sqlite3_int64 attempt, const struct plot_grid *grid,
                            const struct plot_pruner *pruner, double rate, int seed)
{
    for (int epoch = 0; epoch < grid->epochs && strcmp(pruner->name, "full") != 0;
         epoch += PERIOD) {
        make_selection(db, attempt, kept_fraction(pruner, rate), pruner, seed, epoch);
        if (is_static(pruner))
            return;
    }
}

/* ---- What lies beside the database: scores and samples ---- */

/* Of all but full and random, for each seed; they rise steeply, and every tenth is the same. */
static void make_scores(const struct plot_pruner *pruner, int seed, char ret_key[HASH_HEX_SIZE])
{
    char what[256], folder[256], path[400];
    float scores[SAMPLES];
    struct err err;
    snprintf(what, sizeof what, "%s %s %d", pruner->name, pruner->options, seed);
    snprintf(folder, sizeof folder, "%s/artifacts", test_dir());
    artifact_key(what, "", "", ret_key);
    snprintf(path, sizeof path, "%s/%s", folder, ret_key);
    if (access(path, F_OK) == 0)
        return;
    for (int i = 0; i < SAMPLES; i++)
        scores[i] = i % 10 ? (float)exp(6 * fmod(i * 0.618 + 0.3 * seed, 1)) : 1;
    const struct artifact artifact = {.n = SAMPLES, .scores = scores};
    cr_assert_eq(artifact_save(folder, ret_key, &artifact, &err), 0, "%s", err.text);
}

/* A training on the synthetic set, of two classes; the same for all that have the seed. */
static void make_json(struct sqlite3 *db, int seed, int epochs, char ret_key[HASH_HEX_SIZE])
{
    struct arena arena;
    struct err err;
    struct dataset *data;
    struct cell cell = {.dataset = dataset_find("synthetic"),
                        .model = model_find("softmax"),
                        .pruner = pruner_find("random"),
                        .rate = 0.5,
                        .seed = seed};
    arena_init(&arena);
    cell.pruner_options = kind_defaults(&cell.pruner->is, &arena);
    cell.model_options = kind_defaults(&cell.model->is, &arena);
    struct synthetic_options *data_options = kind_defaults(&cell.dataset->is, &arena);
    option_defaults(engine_options, &cell.engine);
    option_defaults(recipe_options, &cell.recipe);
    data_options->classes = 2;
    data_options->samples = SAMPLES + 1;
    cell.data = &data_options->common;
    cr_assert_eq(dataset_load(cell.dataset, cell.data, (uint64_t)seed, dataset_dirs(NULL, &arena),
                              &data, &err),
                 0, "%s", err.text);
    const char *json = cell_to_json(&cell, &arena);
    cell_key(json, data->hash, "", ret_key);
    char *sql =
        sqlite3_mprintf("INSERT OR IGNORE INTO cell VALUES (%Q, %Q, %d)", ret_key, json, epochs);
    plot_db_exec(db, sql);
    sqlite3_free(sql);
    dataset_free(data);
    arena_release(&arena);
}

static void make_cell(struct sqlite3 *db, const struct plot_grid *grid, const char *dataset,
                      const char *model, const struct plot_pruner *pruner, double rate, int seed)
{
    const struct plot_epoch end = plot_epoch(grid, pruner, rate, seed, grid->epochs);
    const bool scores = strcmp(pruner->name, "full") != 0 && strcmp(pruner->name, "random") != 0;
    char cell[HASH_HEX_SIZE], artifact[HASH_HEX_SIZE];
    make_json(db, seed, grid->epochs, cell);
    if (scores)
        make_scores(pruner, seed, artifact);
    char *sql = sqlite3_mprintf(
        "INSERT INTO v_run VALUES (NULL, %Q, %Q, %Q, %Q, %Q, %.3f, %d, 'done', %.17g, %.17g,"
        " %.17g, 0.4, 0.05, %.17g, 0.02, %.17g, 0.3, 0.1, 0.05, %.17g, 1, %Q,"
        " (SELECT count(*) FROM v_run), 1000, %.17g, 0.1, NULL, %Q, NULL)",
        grid->name, dataset, model, pruner->name, pruner->options, rate, seed, end.accuracy,
        end.charged_s, end.charged_s + 0.9, score_s(pruner), end.charged_s - score_s(pruner) - 0.02,
        kept_fraction(pruner, rate), cell, 1.2 - end.accuracy, scores ? artifact : NULL);
    plot_db_exec(db, sql);
    sqlite3_free(sql);
    const sqlite3_int64 attempt = sqlite3_last_insert_rowid(db);
    for (int epoch = 1; epoch <= grid->epochs; epoch++) {
        const struct plot_epoch e = plot_epoch(grid, pruner, rate, seed, epoch);
        sql = sqlite3_mprintf("INSERT INTO v_epoch VALUES (%lld, %d, %.17g, %.17g)", attempt, epoch,
                              e.accuracy, e.charged_s);
        plot_db_exec(db, sql);
        sqlite3_free(sql);
    }
    make_selections(db, attempt, grid, pruner, rate, seed);
}

void plot_db_fill(struct sqlite3 *db, const struct plot_grid *grid)
{
    plot_db_exec(db, "BEGIN");
    char *sql = sqlite3_mprintf("INSERT INTO v_experiment VALUES (%Q, %Q, '[]')", grid->name,
                                grid->targets ? grid->targets : "[]");
    plot_db_exec(db, sql);
    sqlite3_free(sql);
    for (int d = 0; d < PLOT_GRID_MAX && grid->datasets[d]; d++)
        for (int m = 0; m < PLOT_GRID_MAX && grid->models[m]; m++)
            for (const struct plot_pruner *p = grid->pruners; p->name; p++)
                for (int r = 0; r < PLOT_GRID_MAX && grid->rates[r] > 0; r++) {
                    const bool full = strcmp(p->name, "full") == 0;
                    for (int seed = 0; seed < grid->seeds && !(full && r > 0); seed++)
                        make_cell(db, grid, grid->datasets[d], grid->models[m], p,
                                  full ? 0 : grid->rates[r], seed);
                }
    plot_db_exec(db, "COMMIT");
}

/* Columns of v_run that a copy of a run has from it. */
#define COPIED                                                                                     \
    "experiment, dataset, pruner, rate, seed, state, charged_s, kept_fraction, timing_valid, "     \
    "cell,"                                                                                        \
    " position, "

void plot_db_suit(struct sqlite3 *db, const char *figure)
{
    if (strcmp(figure, "gap-theory") == 0)
        plot_db_exec(db, "UPDATE v_run SET pruner = 'dp', options = trim(pruner || ' ' || options)"
                         " WHERE pruner <> 'full';"
                         "INSERT INTO solver SELECT attempt, 'annealed', 10 * rate + seed"
                         " FROM v_run WHERE pruner = 'dp'");
    if (strcmp(figure, "transfer") == 0)
        plot_db_exec(db, "INSERT INTO v_run (" COPIED "model, options, accuracy, chosen_with)"
                         " SELECT " COPIED "model, trim(options || ' prune_with=small(width=8)'),"
                         " accuracy - 0.01 * rate - 0.002 * seed, 'small(width=8)'"
                         " FROM v_run WHERE pruner NOT IN ('full', 'random', 'random-dynamic')");
    if (strcmp(figure, "architecture-ranking") == 0)
        plot_db_exec(db, "INSERT INTO v_run (" COPIED "model, options, accuracy)"
                         " SELECT " COPIED "model || ' ' || n.value, options,"
                         " accuracy + 0.01 * n.value * (1 - 0.4 * seed * rate)"
                         " FROM v_run, json_each('[1, 2, 3]') n");
}

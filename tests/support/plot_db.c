#include "tests/support/plot_db.h"

#include "base/err.h"
#include "harness/ask/cell_functions.h"
#include "harness/cell/cell.h"
#include "harness/data/synthetic.h"
#include "results/record/artifact.h"
#include "results/store.h"
#include "tests/support/bits.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the training split. */
enum { SAMPLES = 203, PERIOD = 2 };

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

static struct store *opened;

struct sqlite3 *plot_db_open(void)
{
    char path[256];
    struct err err;
    REQUIRE(!opened);
    snprintf(path, sizeof path, "%s/plot.db", test_dir());
    unlink(path);
    cr_assert_eq(store_open(path, STORE_WRITE, &opened, &err), 0, "%s", err.text);
    struct sqlite3 *db = store_sqlite(opened);
    cr_assert_eq(cell_functions_register(db, &err), 0);
    plot_db_exec(db, "PRAGMA synchronous = OFF;"
                     "DROP TRIGGER attempt_changes_once;"
                     "INSERT INTO environment VALUES (1, 'host', 'cpu', 'os', '', 2, 0, 'blas',"
                     " 'core', 'core', 'gcc', '-O3', '1234567', 1, 1)");
    return db;
}

void plot_db_close(struct sqlite3 *db)
{
    REQUIRE(db == store_sqlite(opened) && !sqlite3_next_stmt(db, NULL)); /* or one was left open */
    store_close(opened);
    opened = NULL;
}

void plot_db_exec(struct sqlite3 *db, const char *sql, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, sql);
    char *text = sqlite3_vmprintf(sql, arguments);
    va_end(arguments);
    sqlite3_exec(db, text, NULL, NULL, &message);
    cr_assert_null(message, "%s: %s", text, message);
    sqlite3_free(text);
}

static void add_experiment(struct sqlite3 *db, const char *name, const char *targets)
{
    plot_db_exec(db,
                 "INSERT OR IGNORE INTO experiment (name, file, yaml, figures, recorded_at)"
                 " VALUES (%Q, '', '', '[]', 0);"
                 "INSERT OR IGNORE INTO experiment_target"
                 " SELECT x.id, t.value FROM experiment x, json_each(%Q) t WHERE x.name = %Q",
                 name, targets ? targets : "[]", name);
}

/* Of a share, -1 for NAN: see plot_db_run. */
static double told(double share)
{
    return isnan(share) ? -1 : share;
}

int64_t plot_db_run(struct sqlite3 *db, const struct plot_run *run)
{
    const char *experiment = run->experiment ? run->experiment : "x";
    const char *model = run->model ? run->model : "m";
    add_experiment(db, experiment, NULL);
    plot_db_exec(db,
                 "INSERT INTO cell SELECT coalesce(%Q, printf('%%064d', count(*))), %Q, %Q, %Q,"
                 " %Q, %Q, %Q, %.3f, %d, 1 FROM cell",
                 run->key, run->json ? run->json : "{}", run->dataset ? run->dataset : "d", model,
                 model, run->pruner, run->options ? run->options : "", run->rate, run->seed);
    plot_db_exec(db,
                 "INSERT INTO experiment_cell SELECT x.id, c.rowid, c.key"
                 " FROM experiment x, cell c WHERE x.name = %Q AND c.rowid = last_insert_rowid()",
                 experiment);
    plot_db_exec(db,
                 "INSERT INTO attempt (cell, environment, state, beside, started_at, ended_at,"
                 " kept_fraction, test_accuracy) SELECT key, 1, %Q, 0, 0, 0, nullif(%.17g, -1),"
                 " nullif(%.17g, -1) FROM cell WHERE rowid = (SELECT max(rowid) FROM cell)",
                 run->state ? run->state : "done", told(run->processed), told(run->accuracy));
    return sqlite3_last_insert_rowid(db);
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

static void add_bits(struct sqlite3 *db, const char *sql, int64_t attempt, int epoch, int kept,
                     const char *drawn)
{
    sqlite3_stmt *row;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_bind_int64(row, 1, attempt);
    sqlite3_bind_int(row, 2, epoch);
    sqlite3_bind_int(row, 3, (int)strlen(drawn));
    sqlite3_bind_int(row, 4, kept);
    test_bind_bits(row, 5, drawn);
    cr_assert_eq(sqlite3_step(row), SQLITE_DONE, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(row);
}

/* The dataset's last sample is not in the training split. */
static void make_split(struct sqlite3 *db, int64_t attempt)
{
    char drawn[SAMPLES + 2];
    memset(drawn, 'x', SAMPLES);
    strcpy(drawn + SAMPLES, ".");
    add_bits(db, "INSERT INTO split SELECT ?1, ?3, ?4, ?5 WHERE ?2 = 0", attempt, 0, SAMPLES,
             drawn);
}

/* Samples come and go with a sine: the shorter a pruner's name is, the slower. */
static void make_selection(struct sqlite3 *db, int64_t attempt, double kept_share,
                           const struct plot_pruner *pruner, int seed, int epoch)
{
    char drawn[SAMPLES + 2] = {0};
    int kept = 0;
    for (int i = 0; i < SAMPLES; i++) {
        const bool is_kept = fmod(i * 0.618 + 0.3 * seed +
                                      0.1 * (epoch + 1) * sin(i + (double)strlen(pruner->name)) + 5,
                                  1) < kept_share;
        drawn[i] = is_kept ? 'x' : '.';
        kept += is_kept;
    }
    drawn[SAMPLES] = '.';
    add_bits(db, "INSERT INTO selection VALUES (?1, ?2, ?3, ?4, '[]', ?5, NULL, NULL)", attempt,
             epoch, kept, drawn);
}

static void make_selections(struct sqlite3 *db, int64_t attempt, const struct plot_grid *grid,
                            const struct plot_pruner *pruner, double rate, int seed)
{
    make_split(db, attempt);
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

/* Trainings on the synthetic set, of two classes. */
struct trainings {
    struct arena arena;
    struct cell cell;
    char (*hashes)[HASH_HEX_SIZE]; /* the data's, by seed */
};

static void trainings_init(struct trainings *t, int seeds)
{
    *t = (struct trainings){.cell = {.dataset = dataset_find("synthetic"),
                                     .model = model_find("softmax"),
                                     .pruner = pruner_find("random")}};
    t->cell.pruner_options = kind_defaults(&t->cell.pruner->is, &t->arena);
    t->cell.model_options = kind_defaults(&t->cell.model->is, &t->arena);
    struct synthetic_options *data_options = kind_defaults(&t->cell.dataset->is, &t->arena);
    option_defaults(engine_options, &t->cell.engine);
    option_defaults(recipe_options, &t->cell.recipe);
    data_options->classes = 2;
    data_options->samples = SAMPLES + 1;
    t->cell.data = &data_options->common;
    ARENA_NEW(&t->arena, t->hashes, (size_t)seeds);
    for (int seed = 0; seed < seeds; seed++) {
        struct dataset *data;
        struct err err;
        cr_assert_eq(dataset_load(t->cell.dataset, t->cell.data, (uint64_t)seed,
                                  dataset_dirs(NULL, &t->arena), &data, &err),
                     0, "%s", err.text);
        memcpy(t->hashes[seed], data->hash, HASH_HEX_SIZE);
        dataset_free(data);
    }
}

/* Another rate each time, so that no two cells are the same. */
static const char *next_json(struct trainings *t, int seed, char ret_key[HASH_HEX_SIZE])
{
    t->cell.seed = seed;
    t->cell.rate += 1e-5;
    const char *json = cell_to_json(&t->cell, &t->arena);
    cell_key(json, t->hashes[seed], "", ret_key);
    return json;
}

static long long ns(double seconds)
{
    return llround(seconds * 1e9);
}

static void make_times(struct sqlite3 *db, int64_t attempt, double score, double charged)
{
    plot_db_exec(
        db,
        "INSERT INTO phase SELECT %lld, p.key, p.value FROM json_each('{\"load\":400000000,"
        " \"init\": 50000000, \"score\": %lld, \"select\": 20000000, \"train\": %lld,"
        " \"eval\": 300000000, \"checkpoint\": 100000000, \"other\": 50000000}') p;"
        "UPDATE attempt SET wall_ns = %lld WHERE id = %lld",
        attempt, ns(score), ns(charged - score - 0.02), ns(charged + 0.9), attempt);
}

static void make_epochs(struct sqlite3 *db, int64_t attempt, const struct plot_grid *grid,
                        const struct plot_pruner *pruner, double rate, int seed)
{
    for (int epoch = 1; epoch <= grid->epochs; epoch++) {
        const struct plot_epoch e = plot_epoch(grid, pruner, rate, seed, epoch);
        plot_db_exec(db,
                     "INSERT INTO epoch (attempt, epoch, kept, test_accuracy, charged_ns, wall_ns,"
                     " samples_forward, samples_backward, flops, test_worst_class_accuracy)"
                     " VALUES (%lld, %d, 0, %.17g, %lld, 0, 0, 0, 0, %.17g)",
                     attempt, epoch, e.accuracy, ns(e.charged_s), e.accuracy * e.accuracy);
    }
}

static void make_cell(struct sqlite3 *db, const struct plot_grid *grid, struct trainings *trainings,
                      const char *dataset, const char *model, const struct plot_pruner *pruner,
                      double rate, int seed)
{
    const struct plot_epoch end = plot_epoch(grid, pruner, rate, seed, grid->epochs);
    const bool scores = strcmp(pruner->name, "full") != 0 && strcmp(pruner->name, "random") != 0;
    char key[HASH_HEX_SIZE], artifact[HASH_HEX_SIZE];
    const char *json = next_json(trainings, seed, key);
    const int64_t attempt = plot_db_run(
        db, &(struct plot_run){grid->name, NULL, dataset, model, pruner->name, pruner->options,
                               rate, seed, kept_fraction(pruner, rate), end.accuracy, key, json});
    if (scores)
        make_scores(pruner, seed, artifact);
    plot_db_exec(db,
                 "UPDATE attempt SET train_n = 1000, test_loss = %.17g, train_loss = 0.1,"
                 " artifact = %Q WHERE id = %lld",
                 1.2 - end.accuracy, scores ? artifact : NULL, attempt);
    make_times(db, attempt, score_s(pruner), end.charged_s);
    make_epochs(db, attempt, grid, pruner, rate, seed);
    make_selections(db, attempt, grid, pruner, rate, seed);
}

void plot_db_fill(struct sqlite3 *db, const struct plot_grid *grid)
{
    struct trainings trainings;
    trainings_init(&trainings, grid->seeds);
    plot_db_exec(db, "BEGIN");
    add_experiment(db, grid->name, grid->targets);
    for (int d = 0; d < PLOT_GRID_MAX && grid->datasets[d]; d++)
        for (int m = 0; m < PLOT_GRID_MAX && grid->models[m]; m++)
            for (const struct plot_pruner *p = grid->pruners; p->name; p++)
                for (int r = 0; r < PLOT_GRID_MAX && grid->rates[r] > 0; r++) {
                    const bool full = strcmp(p->name, "full") == 0;
                    for (int seed = 0; seed < grid->seeds && !(full && r > 0); seed++)
                        make_cell(db, grid, &trainings, grid->datasets[d], grid->models[m], p,
                                  full ? 0 : grid->rates[r], seed);
                }
    plot_db_exec(db, "COMMIT");
    arena_release(&trainings.arena);
}

void plot_db_add(struct sqlite3 *db, const char *query)
{
    sqlite3_stmt *row;
    plot_db_exec(db, "CREATE TEMP TABLE added AS %s", query);
    cr_assert_eq(sqlite3_prepare_v2(db, "SELECT * FROM added", -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        const char *words[6];
        for (int i = 0; i < 6; i++)
            words[i] = (const char *)sqlite3_column_text(row, i);
        plot_db_run(db, &(struct plot_run){.experiment = words[0],
                                           .state = words[1],
                                           .dataset = words[2],
                                           .model = words[3],
                                           .pruner = words[4],
                                           .options = words[5],
                                           .rate = sqlite3_column_double(row, 6),
                                           .seed = sqlite3_column_int(row, 7),
                                           .processed = sqlite3_column_double(row, 8),
                                           .accuracy = sqlite3_column_double(row, 9)});
    }
    sqlite3_finalize(row);
    plot_db_exec(db, "DROP TABLE added");
}

void plot_db_suit(struct sqlite3 *db, const char *figure)
{
    if (strcmp(figure, "gap-theory") == 0)
        plot_db_exec(db,
                     "UPDATE cell SET pruner = 'dp', options = trim(pruner || ' ' || options)"
                     " WHERE pruner <> 'full';"
                     "INSERT INTO solver SELECT a.id, 0, 1, 'annealed', 10 * c.rate + c.seed,"
                     " 0, 0 FROM attempt a JOIN cell c ON c.key = a.cell WHERE c.pruner = 'dp'");
    if (strcmp(figure, "evidence") == 0) /* the first has no interval before the third seed */
        plot_db_exec(
            db,
            "INSERT INTO question SELECT x.id, row_number() OVER (ORDER BY dataset, model_label,"
            " pruner, options), trim(pruner || ' ' || options) || ' beside full: ' || dataset"
            " || ' ' || model_label, iif(pruner = 'random', 'faster', 'better'), 0, 2, 8,"
            " dataset, model_label, pruner, options, rate, 'full', '', 0"
            " FROM experiment x, (SELECT DISTINCT dataset, model_label, pruner, options, rate"
            " FROM cell WHERE pruner <> 'full' AND rate = (SELECT max(rate) FROM cell));"
            "INSERT INTO decision SELECT experiment, position, iif(position = 1, 'holds',"
            " 'open'), 4, 0, iif(position = 1, 4, NULL), claim = 'faster', 2.5, 1, 4, 1.5, 3.5,"
            " 0.5, 0.5, 0.5, 2, 3 FROM question;"
            "INSERT INTO look SELECT experiment, position, n.value, n.value - 1, 1, 1,"
            " 2.5 + 0.5 * (-1) * (n.value %% 2), 2.5 - 0.1 * n.value,"
            " iif(n.value > 2, 2.5 - 6.0 / n.value, NULL),"
            " iif(n.value > 2, 2.5 + 6.0 / n.value, NULL),"
            " iif(n.value > 1, 2.5 - 4.0 / n.value, NULL),"
            " iif(n.value > 1, 2.5 + 4.0 / n.value, NULL)"
            " FROM question, json_each('[1, 2, 3, 4]') n");
    if (strcmp(figure, "transfer") == 0)
        plot_db_add(db, "SELECT experiment, state, dataset, model, pruner,"
                        " trim(options || ' prune_with=small(width=8)'), rate, seed, kept_fraction,"
                        " accuracy - 0.01 * rate - 0.002 * seed"
                        " FROM v_run WHERE pruner NOT IN ('full', 'random', 'random-dynamic')");
    if (strcmp(figure, "score-sampler") == 0)
        plot_db_add(db, "SELECT experiment, state, dataset, model, pruner,"
                        " trim(options || ' ' || s.value), rate, seed, kept_fraction,"
                        " accuracy - 0.02 * s.key * rate + 0.003 * seed"
                        " FROM v_run, json_each('[\"sampler=window skip=0.2\", \"quota=error\","
                        " \"quota=error sampler=mixed\"]') s"
                        " WHERE pruner NOT IN ('full', 'random', 'random-dynamic')");
    if (strcmp(figure, "architecture-ranking") == 0)
        plot_db_add(
            db, "SELECT experiment, state, dataset, model || ' ' || n.value, pruner, options,"
                " rate, seed, kept_fraction, accuracy + 0.01 * n.value * (1 - 0.4 * seed * rate)"
                " FROM v_run, json_each('[1, 2, 3]') n");
}

/* compare: the only part that asks the database. */
#include "harness/ask/compare.h"

#include "base/braced.h"
#include "results/db.h"

#include <math.h>
#include <string.h>

#define POINTS .unit = "points", .scale = 100, .digits = 2
#define NATS .unit = "nats", .scale = 1, .digits = 4
const struct compare_metric compare_metrics[] = {
#define METRIC(name, ...) BRACED(__VA_ARGS__),
#include "harness/ask/metrics.def"
#undef METRIC
};
const char *const compare_metric_names[] = {
#define METRIC(name, ...) #name,
#include "harness/ask/metrics.def"
#undef METRIC
    NULL,
};

/* The last line but one of columns is what the seconds were measured under. */
static const char select_runs[] =
    "SELECT experiment, dataset, model, pruner, options, rate, seed, state, attempt, %s, charged_s,"
    " final_test_loss, final_train_loss, test_n,"
    " environment, CAST(coalesce(beside_mean, beside) + 0.5 AS INTEGER), threads, timing_valid,"
    " samples_forward, samples_backward, flops,"
    " attempt IS NULL AND EXISTS (SELECT 1 FROM attempt a WHERE a.cell = v_run.cell"
    " AND a.state IN ('failed', 'diverged')) "
    "FROM v_run "
    "WHERE (?1 IS NULL OR dataset = ?1 OR dataset GLOB ?1 || '(*')"
    " AND (?2 IS NULL OR model = ?2 OR model GLOB ?2 || '(*')"
    " AND (?3 IS NULL OR experiment = ?3) AND (?4 IS NULL OR rate = ?4 OR rate = 0)"
    "%s%s%s "
    "ORDER BY experiment, position";

static void take_run(const struct db_rows *row, struct compare_runs *runs)
{
    struct arena *arena = &runs->arena;
    MEM_ROOM(runs->items, runs->count);
    runs->items[runs->count++] = (struct compare_run){
        .experiment = arena_strdup(arena, row_text(row, 0)),
        .dataset = arena_strdup(arena, row_text(row, 1)),
        .model = arena_strdup(arena, row_text(row, 2)),
        .pruner = arena_strdup(arena, row_text(row, 3)),
        .options = arena_strdup(arena, row_text(row, 4)),
        .rate = row_real(row, 5),
        .seed = row_int(row, 6),
        .state = arena_strdup(arena, row_text(row, 7)),
        .attempt = row_int(row, 8),
        .metric = row_real(row, 9),
        .charged_s = row_real(row, 10),
        .losses = {row_real(row, 11), row_real(row, 12)},
        .test_n = row_real(row, 13),
        .environment = row_int(row, 14),
        .beside = row_is_null(row, 15) ? -1 : row_int(row, 15),
        .threads = row_int(row, 16),
        .timing_valid = row_int(row, 17) != 0,
        .work = {row_real(row, 18), row_real(row, 19), row_real(row, 20)},
        .gave_up = row_int(row, 21) != 0,
    };
}

/* ---- Names that are not there -----------------------------------------------------------------*/

struct names {
    const char **items; /* NULL ends it */
    size_t count;
    struct arena arena;
};

static const char *name_at(const void *context, size_t i)
{
    const struct names *names = context;
    return i < names->count ? names->items[i] : NULL;
}

static int read_names(struct sqlite3 *db, const char *column, struct names *names, struct err *err)
{
    enum { MOST = 1000 };
    struct str sql = {0};
    struct db_rows rows;
    ARENA_NEW(&names->arena, names->items, MOST);
    str_addf(&sql, "SELECT DISTINCT %s FROM v_run ORDER BY 1 LIMIT %d", column, MOST);
    db_ask(&rows, db, str_text(&sql), DB_NO_VALUES);
    while (db_next(&rows))
        names->items[names->count++] = arena_strdup(&names->arena, row_raw(&rows, 0));
    str_release(&sql);
    return db_close(&rows, err);
}

/* A name that the database does not have: whether it is, and what it has. */
static int check_name(struct sqlite3 *db, const char *column, const char *name, bool *ret_usage,
                      struct err *err)
{
    struct names names = {0};
    struct str list = {0};
    bool known = false;
    if (!name)
        return 0;
    int failed = read_names(db, column, &names, err);
    const size_t length = strlen(name);
    for (size_t i = 0; i < names.count; i++) {
        const char *item = names.items[i];
        known =
            known || (strncmp(item, name, length) == 0 && (!item[length] || item[length] == '('));
        str_addf(&list, "%s%s", i ? ", " : "", item);
    }
    if (!failed && !known) {
        const char *near = str_nearest(name, name_at, &names);
        *ret_usage = true;
        failed = err_set(err, "there is no %s '%.100s'%s %shere is %.500s", column, name,
                         str_near(near, ";").text, near ? "T" : "t",
                         names.count ? str_text(&list) : "nothing in this database");
    }
    str_release(&list);
    arena_release(&names.arena);
    return failed;
}

/* ---- Reading ----------------------------------------------------------------------------------*/

static int read_rows(struct sqlite3 *db, const struct compare_filter *filter,
                     struct compare_runs *runs, bool *ret_usage, struct err *err)
{
    struct str sql = {0};
    struct db_rows rows;
    str_addf(&sql, select_runs, filter->metric->column, filter->where ? " AND (" : "",
             filter->where ? filter->where : "", filter->where ? ")" : "");
    db_ask(&rows, db, str_text(&sql),
           DB_VALUES(db_text(filter->dataset), db_text(filter->model), db_text(filter->experiment),
                     db_real(filter->rate)));
    *ret_usage = rows.failed && filter->where; /* the rest of it is right */
    while (db_next(&rows))
        take_run(&rows, runs);
    str_release(&sql);
    if (db_close(&rows, err))
        return *ret_usage ? err_prefix(err, "--where: ") : -1;
    return 0;
}

int compare_read(struct sqlite3 *db, const struct compare_filter *filter,
                 struct compare_runs *ret_runs, bool *ret_usage, struct err *err)
{
    struct compare_runs runs = {0};
    *ret_usage = false;
    int failed = check_name(db, "experiment", filter->experiment, ret_usage, err) ||
                 check_name(db, "dataset", filter->dataset, ret_usage, err) ||
                 check_name(db, "model", filter->model, ret_usage, err) ||
                 read_rows(db, filter, &runs, ret_usage, err);
    if (!failed && !runs.count) {
        *ret_usage = true;
        failed = err_set(err, "no cell is left to compare; winnow sql --named runs lists them");
    }
    if (failed) {
        compare_runs_release(&runs);
        return -1;
    }
    *ret_runs = runs;
    return 0;
}

void compare_runs_release(struct compare_runs *runs)
{
    mem_free(runs->items);
    arena_release(&runs->arena);
    *runs = (struct compare_runs){0};
}

int compare_metric_at(struct sqlite3 *db, int64_t attempt, double charged_s,
                      const struct compare_metric *metric, double *ret_value, struct err *err)
{
    struct str sql = {0};
    struct db_rows rows;
    /* A microsecond more: the sums of the same nanoseconds differ in their last bits. */
    str_addf(&sql,
             "SELECT %s AS metric FROM v_epoch "
             "WHERE attempt = ?1 AND charged_s <= ?2 + 1e-6 AND metric IS NOT NULL "
             "ORDER BY epoch DESC LIMIT 1",
             metric->epoch);
    db_ask(&rows, db, str_text(&sql), DB_VALUES(db_int(attempt), db_real(charged_s)));
    const double value = db_next(&rows) ? row_real(&rows, 0) : (double)NAN;
    str_release(&sql);
    if (db_close(&rows, err))
        return -1;
    *ret_value = value;
    return 0;
}

/* compare: the only part that asks the database. */
#include "harness/ask/compare.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

const char *const compare_metric_names[] = {
    [COMPARE_ACCURACY] = "accuracy",
    [COMPARE_VAL_ACCURACY] = "val_accuracy",
    [COMPARE_BEST_VAL_TEST_ACCURACY] = "best_val_test_accuracy",
    [COMPARE_BEST_VAL_TEST_ACCURACY + 1] = NULL,
};

/* The last line of columns is what the seconds were measured under. */
static const char select_runs[] =
    "SELECT experiment, dataset, model, pruner, options, rate, seed, state, attempt, %s, charged_s,"
    " final_test_loss, final_train_loss, test_n,"
    " environment, coalesce(round(beside_mean), beside), threads, timing_valid "
    "FROM v_run "
    "WHERE (?1 IS NULL OR dataset = ?1 OR dataset GLOB ?1 || '(*')"
    " AND (?2 IS NULL OR model = ?2 OR model GLOB ?2 || '(*')"
    " AND (?3 IS NULL OR experiment = ?3) AND (?4 IS NULL OR rate = ?4 OR rate = 0)"
    "%s%s%s "
    "ORDER BY experiment, position";

static double number_at(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? (double)NAN
                                                           : sqlite3_column_double(row, column);
}

static const char *text_at(sqlite3_stmt *row, int column, struct arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return arena_strdup(arena, text ? text : "");
}

static void take_run(sqlite3_stmt *row, struct compare_runs *runs)
{
    if (runs->count == runs->room) {
        const size_t room = runs->room ? 2 * runs->room : 64;
        MEM_GROW(runs->items, runs->room, room);
        runs->room = room;
    }
    runs->items[runs->count++] = (struct compare_run){
        .experiment = text_at(row, 0, &runs->arena),
        .dataset = text_at(row, 1, &runs->arena),
        .model = text_at(row, 2, &runs->arena),
        .pruner = text_at(row, 3, &runs->arena),
        .options = text_at(row, 4, &runs->arena),
        .rate = sqlite3_column_double(row, 5),
        .seed = sqlite3_column_int64(row, 6),
        .state = text_at(row, 7, &runs->arena),
        .attempt = sqlite3_column_int64(row, 8),
        .metric = number_at(row, 9),
        .charged_s = number_at(row, 10),
        .losses = {number_at(row, 11), number_at(row, 12)},
        .test_n = number_at(row, 13),
        .environment = sqlite3_column_int64(row, 14),
        .beside = sqlite3_column_type(row, 15) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, 15),
        .threads = sqlite3_column_int64(row, 16),
        .timing_valid = sqlite3_column_int(row, 17),
    };
}

static int bind(sqlite3_stmt *row, const struct compare_filter *filter)
{
    const char *const texts[] = {filter->dataset, filter->model, filter->experiment};
    int code = SQLITE_OK;
    for (int i = 0; i < 3 && code == SQLITE_OK; i++)
        if (texts[i])
            code = sqlite3_bind_text(row, i + 1, texts[i], -1, SQLITE_STATIC);
    if (code == SQLITE_OK && !isnan(filter->rate))
        code = sqlite3_bind_double(row, 4, filter->rate);
    return code;
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

static int read_names(sqlite3 *db, const char *column, struct names *names, struct err *err)
{
    enum { MOST = 1000 };
    struct str sql = {0};
    sqlite3_stmt *row;
    int code;
    ARENA_NEW(&names->arena, names->items, MOST);
    str_addf(&sql, "SELECT DISTINCT %s FROM v_run ORDER BY 1 LIMIT %d", column, MOST);
    code = sqlite3_prepare_v2(db, str_text(&sql), -1, &row, NULL);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(row)) == SQLITE_ROW)
            names->items[names->count++] = text_at(row, 0, &names->arena);
    sqlite3_finalize(row);
    str_release(&sql);
    return code == SQLITE_DONE ? 0 : err_set(err, "%s", sqlite3_errmsg(db));
}

/* A name that the database does not have: whether it is, and what it has. */
static int check_name(sqlite3 *db, const char *column, const char *name, bool *ret_usage,
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
        failed = err_set(err, "there is no %s '%.100s'%s%s%shere is %.500s", column, name,
                         near ? ", did you mean " : "", near ? near : "", near ? "? T" : "; t",
                         names.count ? str_text(&list) : "nothing in this database");
    }
    str_release(&list);
    arena_release(&names.arena);
    return failed;
}

/* ---- Reading ----------------------------------------------------------------------------------*/

static int read_rows(sqlite3 *db, const struct compare_filter *filter, struct compare_runs *runs,
                     bool *ret_usage, struct err *err)
{
    struct str sql = {0};
    sqlite3_stmt *row;
    int code;
    str_addf(&sql, select_runs, compare_metric_names[filter->metric], filter->where ? " AND (" : "",
             filter->where ? filter->where : "", filter->where ? ")" : "");
    code = sqlite3_prepare_v2(db, str_text(&sql), -1, &row, NULL);
    *ret_usage = code != SQLITE_OK && filter->where; /* the rest of it is right */
    if (code == SQLITE_OK)
        code = bind(row, filter);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(row)) == SQLITE_ROW)
            take_run(row, runs);
    sqlite3_finalize(row);
    str_release(&sql);
    if (code == SQLITE_DONE)
        return 0;
    err_set(err, "%s", sqlite3_errmsg(db));
    return *ret_usage ? err_prefix(err, "--where: ") : -1;
}

int compare_read(sqlite3 *db, const struct compare_filter *filter, struct compare_runs *ret_runs,
                 bool *ret_usage, struct err *err)
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

int compare_metric_at(sqlite3 *db, int64_t attempt, double charged_s, enum compare_metric metric,
                      double *ret_value, struct err *err)
{
    /* A microsecond more: the sums of the same nanoseconds differ in their last bits. */
    static const char sql[] =
        "SELECT iif(?3, val_accuracy, test_accuracy) AS metric FROM v_epoch "
        "WHERE attempt = ?1 AND charged_s <= ?2 + 1e-6 AND metric IS NOT NULL "
        "ORDER BY epoch DESC LIMIT 1";
    sqlite3_stmt *row;
    int code = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(row, 1, attempt);
    if (code == SQLITE_OK)
        code = sqlite3_bind_double(row, 2, charged_s);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int(row, 3, metric == COMPARE_VAL_ACCURACY);
    if (code == SQLITE_OK)
        code = sqlite3_step(row);
    const double value = code == SQLITE_ROW ? sqlite3_column_double(row, 0) : (double)NAN;
    sqlite3_finalize(row);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return err_set(err, "%s", sqlite3_errmsg(db));
    *ret_value = value;
    return 0;
}

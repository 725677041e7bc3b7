#include "harness/cmd/kit/where.h"

#include <sqlite3.h>
#include <string.h>

static const char columns[] = "dataset, dataset_name, model, model_name, pruner, options, rate, "
                              "seed, epochs, state, cell";

static int fail(sqlite3 *db, struct err *err)
{
    return err_set(err, "%s; a condition is SQL over %s, with texts in single quotes",
                   sqlite3_errmsg(db), columns);
}

static int put_cell(sqlite3_stmt *insert, size_t i, const struct plan_cell *cell)
{
    static const char *const states[] = {
        [CELL_NEW] = "new", [CELL_DONE] = "done", [CELL_FAILED] = "failed"};
    const struct store_cell *stored = &cell->stored;
    const char *const texts[] = {stored->dataset, cell->cell.dataset->name, stored->model,
                                 stored->pruner,  stored->options,          states[cell->state],
                                 cell->key};
    static const int places[] = {1, 2, 4, 5, 6, 10, 11};
    for (size_t t = 0; t < sizeof places / sizeof *places; t++)
        sqlite3_bind_text(insert, places[t], texts[t], -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, stored->model_label, -1, SQLITE_STATIC);
    sqlite3_bind_double(insert, 7, stored->rate);
    sqlite3_bind_int64(insert, 8, stored->seed);
    sqlite3_bind_int(insert, 9, stored->epochs);
    sqlite3_bind_int64(insert, 12, (sqlite3_int64)i);
    const int code = sqlite3_step(insert);
    sqlite3_reset(insert);
    return code == SQLITE_DONE ? 0 : -1;
}

static int fill(sqlite3 *db, const struct plan *plan, struct err *err)
{
    sqlite3_stmt *insert = NULL;
    char *create =
        sqlite3_mprintf("CREATE TABLE plan (%s, number INTEGER PRIMARY KEY); BEGIN", columns);
    int failed =
        !create || sqlite3_exec(db, create, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(
            db, "INSERT INTO plan VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", -1,
            &insert, NULL) != SQLITE_OK;
    for (size_t i = 0; i < plan->count && !failed; i++)
        failed = put_cell(insert, i, &plan->cells[i]);
    if (failed)
        fail(db, err);
    sqlite3_finalize(insert);
    sqlite3_free(create);
    return failed ? -1 : 0;
}

/* In parentheses on lines of their own, so that neither OR nor a comment reaches beyond them. */
static int prepare(sqlite3 *db, const char *condition, sqlite3_stmt **ret_select, struct err *err)
{
    const char *rest;
    char *query = sqlite3_mprintf("SELECT number FROM plan WHERE (\n%s\n)", condition);
    int failed = 0;
    if (!query)
        DIE("out of memory: SQLite");
    if (sqlite3_prepare_v2(db, query, -1, ret_select, &rest) != SQLITE_OK) {
        failed = fail(db, err);
    } else if (*rest) {
        sqlite3_finalize(*ret_select);
        failed = err_set(err, "one condition, not several statements");
    }
    sqlite3_free(query);
    return failed;
}

static int select_cells(sqlite3 *db, const char *condition, struct plan *plan, struct err *err)
{
    sqlite3_stmt *select;
    bool *fits;
    int code;
    if (fill(db, plan, err) || prepare(db, condition, &select, err))
        return -1;
    MEM_NEW(fits, plan->count);
    while ((code = sqlite3_step(select)) == SQLITE_ROW)
        fits[sqlite3_column_int64(select, 0)] = true;
    for (size_t i = 0; code == SQLITE_DONE && i < plan->count; i++)
        plan->cells[i].left_out = !fits[i];
    if (code != SQLITE_DONE)
        fail(db, err);
    sqlite3_finalize(select);
    mem_free(fits);
    return code == SQLITE_DONE ? 0 : -1;
}

int cmd_apply_where(struct plan *plan, const char *condition, struct err *err)
{
    sqlite3 *db;
    if (!condition)
        return 0;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        DIE("out of memory: SQLite");
    /* A text in double quotes would be one only where no column has that name. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    const int failed = select_cells(db, condition, plan, err);
    sqlite3_close(db);
    return failed;
}

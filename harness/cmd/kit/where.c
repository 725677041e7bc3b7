#include "harness/cmd/kit/where.h"

#include "results/question.h"

static const char columns[] = "dataset, dataset_name, model, model_name, pruner, options, rate, "
                              "seed, epochs, state, cell";

static int put_cell(struct sqlite3 *db, size_t i, const struct plan_cell *cell, struct err *err)
{
    static const char *const states[] = {
        [CELL_NEW] = "new", [CELL_DONE] = "done", [CELL_FAILED] = "failed"};
    const struct store_cell *stored = &cell->stored;
    return db_run(db, "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  DB_VALUES(db_text(stored->dataset), db_text(kind_key(&cell->cell.dataset->is)),
                            db_text(stored->model_label), db_text(stored->model),
                            db_text(stored->pruner), db_text(stored->options),
                            db_real(stored->rate), db_int(stored->seed), db_int(stored->epochs),
                            db_text(states[cell->state]), db_text(cell->key), db_int((int64_t)i)),
                  err);
}

static int fill(struct sqlite3 *db, const struct plan *plan, struct err *err)
{
    struct str create = {0};
    str_addf(&create, "CREATE TABLE plan (%s, number INTEGER PRIMARY KEY); BEGIN", columns);
    int failed = db_exec(db, str_text(&create), err);
    for (size_t i = 0; i < plan->count && !failed; i++)
        failed = put_cell(db, i, &plan->cells[i], err);
    str_release(&create);
    return failed;
}

static int select_cells(struct sqlite3 *db, const char *condition, struct plan *plan,
                        struct err *err)
{
    struct db_rows rows;
    bool *fits;
    if (fill(db, plan, err) ||
        question_condition(db, "SELECT number FROM plan", condition, &rows, err))
        return -1;
    MEM_NEW(fits, plan->count);
    while (db_next(&rows))
        fits[row_int(&rows, 0)] = true;
    const int failed = db_close(&rows, err);
    for (size_t i = 0; !failed && i < plan->count; i++)
        plan->cells[i].left_out = !fits[i];
    mem_free(fits);
    return failed;
}

int cmd_apply_where(struct plan *plan, const char *condition, struct err *err)
{
    if (!condition)
        return 0;
    struct sqlite3 *db = question_scratch();
    const int failed = select_cells(db, condition, plan, err);
    question_scratch_free(db);
    if (!failed)
        return 0;
    struct err why = *err;
    return err_set(err, "%s; a condition is SQL over %s, with texts in single quotes", why.text,
                   columns);
}

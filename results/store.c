#include "results/store.h"

#include "results/db.h"
#include "results/decision.h"
#include "results/store_private.h"

/* ---- Experiments and cells --------------------------------------------------------------------*/

static int put_targets(struct store *store, int64_t id, const struct store_experiment *experiment,
                       struct err *err)
{
    int failed = db_run(store->db, "DELETE FROM experiment_target WHERE experiment = ?",
                        DB_VALUES(db_int(id)), err);
    for (size_t i = 0; i < experiment->target_count && !failed; i++)
        failed =
            db_run(store->db, "INSERT INTO experiment_target VALUES (?, ?) ON CONFLICT DO NOTHING",
                   DB_VALUES(db_int(id), db_real(experiment->targets[i])), err);
    return failed;
}

static int put_notes(struct store *store, int64_t id, const struct store_experiment *experiment,
                     struct err *err)
{
    int failed = db_run(store->db, "DELETE FROM experiment_note WHERE experiment = ?",
                        DB_VALUES(db_int(id)), err);
    for (size_t i = 0; i < experiment->note_count && !failed; i++)
        failed = db_run(store->db, "INSERT INTO experiment_note VALUES (?, ?, ?, ?)",
                        DB_VALUES(db_int(id), db_int((int64_t)i + 1),
                                  db_text(experiment->notes[i].place),
                                  db_text(experiment->notes[i].text)),
                        err);
    return failed;
}

static int put_cell(struct store *store, int64_t experiment, size_t position,
                    const struct store_cell *cell, struct err *err)
{
    const struct bound values[] = {
        db_text(cell->key),     db_text(cell->json),        db_text(cell->dataset),
        db_text(cell->model),   db_text(cell->model_label), db_text(cell->pruner),
        db_text(cell->options), db_real(cell->rate),        db_int(cell->seed),
        db_int(cell->epochs),
    };
    if (db_run(store->db,
               "INSERT INTO cell (key, json, dataset, model, model_label, pruner, options, rate, "
               "seed, epochs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
               values, COUNT(values), err) ||
        db_run(store->db, "INSERT INTO experiment_cell VALUES (?, ?, ?)",
               DB_VALUES(db_int(experiment), db_int((int64_t)position), db_text(cell->key)), err))
        return err_prefix(err, "cell %zu (%s): ", position, cell->key);
    return 0;
}

static int put_experiment(struct store *store, const struct store_experiment *experiment,
                          const struct store_cell *cells, size_t cell_count, struct err *err)
{
    const struct bound values[] = {
        db_text(experiment->name), db_text(experiment->file),
        db_text(experiment->yaml), db_text(experiment->figures ? experiment->figures : "[]"),
        db_int(store_now(store)),
    };
    int64_t id = 0;
    if (db_get_int(store->db,
                   "INSERT INTO experiment (name, file, yaml, figures, recorded_at) "
                   "VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET file = excluded.file, "
                   "yaml = excluded.yaml, figures = excluded.figures, "
                   "recorded_at = excluded.recorded_at RETURNING id",
                   values, COUNT(values), &id, err))
        return err_prefix(err, "experiment %s: ", experiment->name);
    if (put_targets(store, id, experiment, err) || put_notes(store, id, experiment, err) ||
        store_put_questions(store, id, experiment->questions, experiment->question_count, err) ||
        db_run(store->db, "DELETE FROM experiment_cell WHERE experiment = ?", DB_VALUES(db_int(id)),
               err))
        return -1;
    for (size_t i = 0; i < cell_count; i++)
        if (put_cell(store, id, i + 1, &cells[i], err))
            return -1;
    return 0;
}

int store_experiment(struct store *store, const struct store_experiment *experiment,
                     const struct store_cell *cells, size_t cell_count, struct err *err)
{
    const int failed =
        db_begin(store->db, err) ||
        db_finish(store->db, put_experiment(store, experiment, cells, cell_count, err), err);
    return store_told(store, failed, err);
}

int store_cell_state(struct store *store, const char *key, enum store_cell_state *ret_state,
                     struct err *err)
{
    /* An attempt that was lost, or is under way, says neither. */
    static const char sql[] = "SELECT CASE WHEN sum(state = 'done') > 0 THEN ? "
                              "WHEN sum(state IN ('failed', 'diverged')) > 0 THEN ? ELSE ? END "
                              "FROM attempt WHERE cell = ?";
    int64_t state = 0;
    if (db_get_int(
            store->db, sql,
            DB_VALUES(db_int(CELL_DONE), db_int(CELL_FAILED), db_int(CELL_NEW), db_text(key)),
            &state, err))
        return store_told(store, -1, err);
    *ret_state = (enum store_cell_state)state;
    return 0;
}

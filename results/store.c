#include "results/store.h"

#include "base/mem.h"
#include "base/str.h"
#include "results/db.h"
#include "results/record/bitmap.h"
#include "results/store_private.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* ---- Experiments and cells --------------------------------------------------------------------*/

static int put_targets(struct store *store, int64_t id, const struct store_experiment *experiment,
                       struct err *err)
{
    const struct bound old = db_int(id);
    if (db_run(store->db, "DELETE FROM experiment_target WHERE experiment = ?", &old, 1, err))
        return -1;
    for (size_t i = 0; i < experiment->target_count; i++) {
        const struct bound values[] = {db_int(id), db_real(experiment->targets[i])};
        if (db_run(store->db, "INSERT INTO experiment_target VALUES (?, ?) ON CONFLICT DO NOTHING",
                   values, COUNT(values), err))
            return -1;
    }
    return 0;
}

static int put_notes(struct store *store, int64_t id, const struct store_experiment *experiment,
                     struct err *err)
{
    const struct bound old = db_int(id);
    if (db_run(store->db, "DELETE FROM experiment_note WHERE experiment = ?", &old, 1, err))
        return -1;
    for (size_t i = 0; i < experiment->note_count; i++) {
        const struct store_note *note = &experiment->notes[i];
        const struct bound values[] = {db_int(id), db_int((int64_t)i + 1), db_text(note->place),
                                       db_text(note->text)};
        if (db_run(store->db, "INSERT INTO experiment_note VALUES (?, ?, ?, ?)", values,
                   COUNT(values), err))
            return -1;
    }
    return 0;
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
    const struct bound place[] = {
        db_int(experiment),
        db_int((int64_t)position),
        db_text(cell->key),
    };
    if (db_run(store->db,
               "INSERT INTO cell (key, json, dataset, model, model_label, pruner, options, rate, "
               "seed, epochs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
               values, COUNT(values), err) ||
        db_run(store->db, "INSERT INTO experiment_cell VALUES (?, ?, ?)", place, COUNT(place), err))
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
    const struct bound old = db_int(id);
    if (put_targets(store, id, experiment, err) || put_notes(store, id, experiment, err) ||
        db_run(store->db, "DELETE FROM experiment_cell WHERE experiment = ?", &old, 1, err))
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
    const struct bound values[] = {
        db_int(CELL_DONE),
        db_int(CELL_FAILED),
        db_int(CELL_NEW),
        db_text(key),
    };
    int64_t state = 0;
    if (db_get_int(store->db, sql, values, COUNT(values), &state, err))
        return store_told(store, -1, err);
    *ret_state = (enum store_cell_state)state;
    return 0;
}

/* ---- Attempts ---------------------------------------------------------------------------------*/

static struct bound known(const char *text)
{
    return db_text(text ? text : "");
}

static int put_environment(struct store *store, const struct record_environment *environment,
                           int64_t *ret_id, struct err *err)
{
    const struct bound values[] = {
        known(environment->host),
        known(environment->cpu),
        known(environment->os),
        known(environment->governor),
        db_int(environment->cores),
        db_int(environment->memory_bytes),
        known(environment->blas),
        known(environment->blas_core),
        known(environment->blas_core_found),
        known(environment->compiler),
        known(environment->flags),
        known(environment->revision),
        db_int(environment->threads_asked),
        db_int(environment->threads_used),
    };
#define COLUMNS                                                                                    \
    "host, cpu, os, governor, cores, memory_bytes, blas, blas_core, blas_core_found, compiler, "   \
    "flags, revision, threads_asked, threads_used"
#define PLACES "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
    if (db_run(store->db,
               "INSERT INTO environment (" COLUMNS ") VALUES (" PLACES ") ON CONFLICT DO NOTHING",
               values, COUNT(values), err) ||
        db_get_int(store->db, "SELECT id FROM environment WHERE (" COLUMNS ") = (" PLACES ")",
                   values, COUNT(values), ret_id, err))
        return err_prefix(err, "environment: ");
#undef COLUMNS
#undef PLACES
    return 0;
}

enum { TOKEN_SIZE = 33 };

static int make_token(char ret_token[TOKEN_SIZE], struct err *err)
{
    uint8_t bytes[(TOKEN_SIZE - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_set(err, "no random numbers: %s", strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(ret_token + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    return 0;
}

static int put_attempt(struct store *store, const char *key,
                       const struct record_environment *environment, int beside,
                       int64_t *ret_attempt, struct err *err)
{
    int64_t environment_id = 0;
    char token[TOKEN_SIZE];
    if (put_environment(store, environment, &environment_id, err) || make_token(token, err))
        return -1;
    const struct bound values[] = {
        db_text(key),   db_int(environment_id),   db_text(attempt_state_names[ATTEMPT_RUNNING]),
        db_int(beside), db_int(store_now(store)), db_text(token),
    };
    if (db_get_int(store->db,
                   "INSERT INTO attempt (cell, environment, state, beside, started_at, token) "
                   "VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                   values, COUNT(values), ret_attempt, err))
        return err_prefix(err, "an attempt at cell %s: ", key);
    return 0;
}

int store_attempt_begin(struct store *store, const char *key,
                        const struct record_environment *environment, int beside,
                        int64_t *ret_attempt, struct err *err)
{
    int64_t attempt = 0;
    if (db_begin(store->db, err) ||
        db_finish(store->db, put_attempt(store, key, environment, beside, &attempt, err), err))
        return store_told(store, -1, err);
    *ret_attempt = attempt;
    return 0;
}

int store_data(struct store *store, int64_t attempt, const struct record_data *data,
               struct err *err)
{
    const struct bound values[] = {known(data->folder), db_text(data->hash), db_int(data->test_n),
                                   db_int(attempt)};
    const int failed = db_run(store->db,
                              "UPDATE attempt SET data_folder = ?, data_hash = ?, test_n = ? "
                              "WHERE id = ?",
                              values, COUNT(values), err);
    if (failed)
        err_prefix(err, "data of attempt %lld: ", (long long)attempt);
    return store_told(store, failed, err);
}

int store_engine(struct store *store, int64_t attempt, const struct record_engine *engine,
                 struct err *err)
{
    const struct bound values[] = {known(engine->implementations), db_int(attempt)};
    const int failed = db_run(store->db, "UPDATE attempt SET implementations = ? WHERE id = ?",
                              values, COUNT(values), err);
    if (failed)
        err_prefix(err, "engine of attempt %lld: ", (long long)attempt);
    return store_told(store, failed, err);
}

int store_epoch(struct store *store, int64_t attempt, const struct record_epoch *epoch,
                struct err *err)
{
    const struct bound values[] = {
        db_int(attempt),
        db_int(epoch->epoch),
        db_int(epoch->kept),
        db_real(epoch->lr),
        db_real(epoch->train_loss),
        db_real(epoch->val_accuracy),
        db_real(epoch->test_accuracy),
        db_int(epoch->charged_ns),
        db_int(epoch->wall_ns),
        db_int(epoch->work.samples_forward),
        db_int(epoch->work.samples_backward),
        db_real(epoch->work.flops),
    };
    const int failed =
        db_run(store->db,
               "INSERT INTO epoch (attempt, epoch, kept, lr, train_loss, val_accuracy, "
               "test_accuracy, charged_ns, wall_ns, samples_forward, samples_backward, flops) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               values, COUNT(values), err);
    if (failed)
        err_prefix(err, "epoch %d of attempt %lld: ", epoch->epoch, (long long)attempt);
    return store_told(store, failed, err);
}

static void counts_as_json(const int64_t *counts, int n, struct str *ret_json)
{
    str_add(ret_json, "[");
    for (int i = 0; i < n; i++)
        str_addf(ret_json, "%s%lld", i ? "," : "", (long long)counts[i]);
    str_add(ret_json, "]");
}

int store_noise(struct store *store, int64_t attempt, const struct record_noise *noise,
                struct err *err)
{
    size_t size;
    uint8_t *packed = bitmap_pack(noise->bitmap, (size_t)noise->n, &size);
    const struct bound values[] = {
        db_int(attempt),
        db_int(noise->n),
        db_int(noise->flipped),
        db_blob(packed, size),
    };
    const int failed =
        db_run(store->db, "INSERT INTO noise (attempt, n, flipped, bitmap) VALUES (?, ?, ?, ?)",
               values, COUNT(values), err);
    if (failed)
        err_prefix(err, "noise of attempt %lld: ", (long long)attempt);
    mem_free(packed);
    return store_told(store, failed, err);
}

int store_artifact(struct store *store, int64_t attempt, const struct record_artifact *artifact,
                   struct err *err)
{
    const struct bound values[] = {
        db_text(artifact->key),
        db_int(artifact->reused),
        db_int(artifact->carried_ns),
        db_int(attempt),
    };
    const int failed = db_run(
        store->db, "UPDATE attempt SET artifact = ?, reused = ?, carried_ns = ? WHERE id = ?",
        values, COUNT(values), err);
    if (failed)
        err_prefix(err, "scores of attempt %lld: ", (long long)attempt);
    return store_told(store, failed, err);
}

int store_solver(struct store *store, int64_t attempt, const struct record_solver *solver,
                 struct err *err)
{
    const struct bound values[] = {
        db_int(attempt),       db_int(solver->epoch),      db_int(solver->position),
        known(solver->method), db_real(solver->objective), db_int(solver->moves),
        db_int(solver->ns),
    };
    const int failed = db_run(store->db,
                              "INSERT INTO solver (attempt, epoch, position, method, objective, "
                              "moves, ns) VALUES (?, ?, ?, ?, ?, ?, ?)",
                              values, COUNT(values), err);
    if (failed)
        err_prefix(err, "solver of attempt %lld: ", (long long)attempt);
    return store_told(store, failed, err);
}

int store_selection(struct store *store, int64_t attempt, const struct record_selection *selection,
                    struct err *err)
{
    size_t packed_size;
    uint8_t *packed = bitmap_pack(selection->bitmap, (size_t)selection->n, &packed_size);
    struct str counts = {0};
    counts_as_json(selection->class_kept, selection->classes, &counts);
    const struct bound values[] = {
        db_int(attempt),
        db_int(selection->epoch),
        db_int(selection->n),
        db_int(selection->kept),
        db_text(str_text(&counts)),
        db_blob(packed, packed_size),
        selection->noise_kept < 0 ? db_text(NULL) : db_int(selection->noise_kept),
    };
    const int failed = db_run(store->db,
                              "INSERT INTO selection (attempt, epoch, n, kept, class_kept, bitmap, "
                              "noise_kept) VALUES (?, ?, ?, ?, ?, ?, ?)",
                              values, COUNT(values), err);
    if (failed)
        err_prefix(err, "selection at epoch %d of attempt %lld: ", selection->epoch,
                   (long long)attempt);
    str_release(&counts);
    mem_free(packed);
    return store_told(store, failed, err);
}

int store_warning(struct store *store, int64_t attempt, const struct record_warning *warning,
                  struct err *err)
{
    const struct bound values[] = {
        db_int(attempt),
        db_text(warning->code),
        db_text(warning->text),
    };
    const int failed =
        db_run(store->db, "INSERT INTO warning (attempt, code, text) VALUES (?, ?, ?)", values,
               COUNT(values), err);
    if (failed)
        err_prefix(err, "warning of attempt %lld: ", (long long)attempt);
    return store_told(store, failed, err);
}

static struct bound measured(int64_t count)
{
    return count < 0 ? db_text(NULL) : db_int(count);
}

static struct bound from_one(int number)
{
    return number > 0 ? db_int(number) : db_text(NULL);
}

static int put_end(struct store *store, int64_t attempt, const struct record_end *end,
                   struct err *err)
{
    const bool seen = end->state != ATTEMPT_LOST;
    const struct record_timing *timing = &end->timing;
    const struct bound values[] = {
        db_text(attempt_state_names[end->state]),
        seen ? db_int(store_now(store)) : db_text(NULL),
        db_text(end->reason),
        db_text(end->log),
        db_real(end->test_accuracy),
        db_real(end->val_accuracy),
        db_real(end->best_val_accuracy),
        db_real(end->best_val_test_accuracy),
        db_int(end->train_n),
        db_real(end->kept_fraction),
        db_int(end->wall_ns),
        db_int(end->work.samples_forward),
        db_int(end->work.samples_backward),
        db_real(end->work.flops),
        db_int(end->peak_memory_bytes),
        db_real(end->load_average),
        db_int(end->context_switches),
        db_text(timing->pinned),
        db_real(timing->beside_mean),
        measured(timing->cpu_ns),
        db_real(timing->threads_measured),
        db_real(timing->probe_before),
        db_real(timing->probe_after),
        db_real(timing->load_after),
        db_real(timing->steal),
        measured(timing->throttled),
        db_text(timing->reason),
        db_int(end->resumed),
        from_one(end->diverged_epoch),
        from_one(end->diverged_step),
        db_real(end->test_loss),
        db_real(end->train_loss),
        db_real(end->train_accuracy),
        db_int(attempt),
        db_text(attempt_state_names[ATTEMPT_RUNNING]),
    };
    if (db_run(store->db,
               "UPDATE attempt SET state = ?, ended_at = ?, reason = ?, log = ?, "
               "test_accuracy = ?, val_accuracy = ?, best_val_accuracy = ?, "
               "best_val_test_accuracy = ?, train_n = ?, kept_fraction = ?, wall_ns = ?, "
               "samples_forward = ?, samples_backward = ?, flops = ?, peak_memory_bytes = ?, "
               "load_average = ?, context_switches = ?, pinned = ?, beside_mean = ?, cpu_ns = ?, "
               "threads_measured = ?, probe_before = ?, probe_after = ?, load_after = ?, "
               "steal = ?, throttled = ?, timing_reason = ?, resumed = ?, diverged_epoch = ?, "
               "diverged_step = ?, test_loss = ?, train_loss = ?, train_accuracy = ? WHERE id = ? "
               "AND state = ?",
               values, COUNT(values), err))
        return -1;
    if (sqlite3_changes(store->db) == 0)
        return err_set(err, "it is not running");
    for (int i = 0; i < PHASE_COUNT; i++) {
        const struct bound phase[] = {
            db_int(attempt),
            db_text(phase_names[i]),
            db_int(end->phase_ns[i]),
        };
        if (db_run(store->db, "INSERT INTO phase (attempt, phase, ns) VALUES (?, ?, ?)", phase,
                   COUNT(phase), err))
            return -1;
    }
    return 0;
}

int store_attempt_end(struct store *store, int64_t attempt, const struct record_end *end,
                      struct err *err)
{
    REQUIRE(end->state != ATTEMPT_RUNNING);
    const int failed =
        db_begin(store->db, err) || db_finish(store->db, put_end(store, attempt, end, err), err);
    if (failed)
        err_prefix(err, "end of attempt %lld: ", (long long)attempt);
    return store_told(store, failed, err);
}

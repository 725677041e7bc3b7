#include "results/decision.h"

#include "results/db.h"
#include "results/store_private.h"

#include <math.h>

/* NULL of 0. */
static struct bound count_or_null(size_t count)
{
    return count ? db_int((int64_t)count) : db_real((double)NAN);
}

static int clear(struct store *store, int64_t experiment, bool questions, struct err *err)
{
    const struct bound of[] = {db_int(experiment)};
    return db_run(store->db, "DELETE FROM look WHERE experiment = ?", of, 1, err) ||
           db_run(store->db, "DELETE FROM decision WHERE experiment = ?", of, 1, err) ||
           (questions &&
            db_run(store->db, "DELETE FROM question WHERE experiment = ?", of, 1, err));
}

int store_put_questions(struct store *store, int64_t experiment,
                        const struct store_question *questions, size_t count, struct err *err)
{
    int failed = clear(store, experiment, true, err);
    for (size_t i = 0; i < count && !failed; i++) {
        const struct store_question *q = &questions[i];
        const struct bound values[] = {
            db_int(experiment),
            db_int((int64_t)i + 1),
            db_text(q->text),
            db_text(q->claim),
            db_real(q->margin),
            db_int((int64_t)q->at_least),
            db_int((int64_t)q->at_most),
            db_text(q->dataset),
            db_text(q->model),
            db_text(q->arm),
            db_text(q->arm_options),
            db_real(q->arm_rate),
            db_text(q->reference),
            db_text(q->reference_options),
            db_real(q->reference_rate),
        };
        failed = db_run(store->db,
                        "INSERT INTO question VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        values, COUNT(values), err);
    }
    return failed;
}

int store_questions(struct sqlite3 *db, const char *experiment, struct arena *arena,
                    struct store_questions *ret_questions, struct err *err)
{
    struct store_questions found = {0};
    struct db_rows rows;
    int64_t count = 0;
    if (db_get_int(db, "SELECT count(*) FROM question", NULL, 0, &count, err))
        return -1;
    ARENA_NEW(arena, found.items, (size_t)count);
    db_ask(&rows, db,
           "SELECT q.text, q.claim, q.margin, q.at_least, q.at_most, q.dataset, q.model, q.arm, "
           "q.arm_options, q.arm_rate, q.reference, q.reference_options, q.reference_rate "
           "FROM question q JOIN experiment x ON x.id = q.experiment WHERE x.name = ? "
           "ORDER BY q.position",
           DB_VALUES(db_text(experiment)));
    while (db_next(&rows) && found.count < (size_t)count)
        found.items[found.count++] = (struct store_question){
            .text = arena_strdup(arena, row_text(&rows, 0)),
            .claim = arena_strdup(arena, row_text(&rows, 1)),
            .margin = row_real(&rows, 2),
            .at_least = (size_t)row_int(&rows, 3),
            .at_most = (size_t)row_int(&rows, 4),
            .dataset = arena_strdup(arena, row_text(&rows, 5)),
            .model = arena_strdup(arena, row_text(&rows, 6)),
            .arm = arena_strdup(arena, row_text(&rows, 7)),
            .arm_options = arena_strdup(arena, row_text(&rows, 8)),
            .arm_rate = row_real(&rows, 9),
            .reference = arena_strdup(arena, row_text(&rows, 10)),
            .reference_options = arena_strdup(arena, row_text(&rows, 11)),
            .reference_rate = row_real(&rows, 12),
        };
    if (db_close(&rows, err))
        return -1;
    *ret_questions = found;
    return 0;
}

int store_seed_limits(struct sqlite3 *db, const char *experiment, size_t *ret_least,
                      size_t *ret_most, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db,
           "SELECT min(q.at_least), max(q.at_most) FROM question q JOIN experiment x "
           "ON x.id = q.experiment WHERE x.name = ?",
           DB_VALUES(db_text(experiment)));
    if (db_next(&rows)) {
        *ret_least = (size_t)row_int(&rows, 0);
        *ret_most = (size_t)row_int(&rows, 1);
    }
    return db_close(&rows, err);
}

/* ---- Answers ----------------------------------------------------------------------------------*/

static int put_looks(struct store *store, int64_t experiment, int64_t position,
                     const struct store_decision *decision, struct err *err)
{
    int failed = 0;
    for (size_t n = 0; n < decision->seeds && !failed; n++) {
        const struct store_look *look = &decision->looks[n];
        const struct bound values[] = {
            db_int(experiment),        db_int(position),          db_int((int64_t)n + 1),
            db_int(look->seed),        db_int(look->arm_attempt), db_int(look->reference_attempt),
            db_real(look->difference), db_real(look->mean),       db_real(look->low),
            db_real(look->high),       db_real(look->fixed_low),  db_real(look->fixed_high),
        };
        failed = db_run(store->db, "INSERT INTO look VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        values, COUNT(values), err);
    }
    return failed;
}

static int put_decision(struct store *store, int64_t experiment, int64_t position,
                        const struct store_decision *d, struct err *err)
{
    static const struct store_look none = {.mean = (double)NAN,
                                           .low = (double)NAN,
                                           .high = (double)NAN,
                                           .fixed_low = (double)NAN,
                                           .fixed_high = (double)NAN};
    const struct store_look *last = d->seeds ? &d->looks[d->seeds - 1] : &none;
    const struct bound values[] = {
        db_int(experiment),
        db_int(position),
        db_text(d->state),
        db_int((int64_t)d->seeds),
        db_int((int64_t)d->left_out),
        count_or_null(d->decided),
        db_real(d->bound),
        db_real(last->mean),
        db_real(last->low),
        db_real(last->high),
        db_real(last->fixed_low),
        db_real(last->fixed_high),
        db_real(d->p),
        db_real(d->p_holm),
        db_real(d->chance),
        db_real(d->expected),
        count_or_null(d->needed),
    };
    return db_run(store->db,
                  "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  values, COUNT(values), err) ||
           put_looks(store, experiment, position, d, err);
}

static int put_decisions(struct store *store, const char *experiment,
                         const struct store_decision *decisions, size_t count, struct err *err)
{
    int64_t id = 0;
    int failed = db_get_int(store->db, "SELECT id FROM experiment WHERE name = ?",
                            DB_VALUES(db_text(experiment)), &id, err) ||
                 clear(store, id, false, err);
    for (size_t i = 0; i < count && !failed; i++)
        failed = put_decision(store, id, (int64_t)i + 1, &decisions[i], err);
    return failed;
}

int store_decide(struct store *store, const char *experiment,
                 const struct store_decision *decisions, size_t count, struct err *err)
{
    const int failed =
        db_begin(store->db, err) ||
        db_finish(store->db, put_decisions(store, experiment, decisions, count, err), err);
    return store_told(store, failed, err);
}

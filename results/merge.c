#include "results/merge.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"
#include "results/db.h"
#include "results/shard.h"
#include "results/store_private.h"

#include <sqlite3.h>
#include <string.h>

DB_FILE(results_merge);

/*
 * Column lists come from the database itself, and the tables that follow an attempt are those that
 * refer to it: a column or a table that is added to the schema is merged without a word here.
 */

/* ---- Rows -------------------------------------------------------------------------------------*/

/* utf8(x): a text as it is, but that what is not UTF-8 becomes U+FFFD; anything else as it is. What
 * a shard says is another program's word. */
static void utf8(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    const char *text = NULL;
    if (sqlite3_value_type(arguments[0]) == SQLITE_TEXT)
        text = (const char *)sqlite3_value_text(arguments[0]);
    if (!text || str_is_utf8(text)) {
        sqlite3_result_value(context, arguments[0]);
        return;
    }
    struct str safe = {0};
    str_add_utf8(&safe, text);
    sqlite3_result_text(context, str_text(&safe), -1, SQLITE_TRANSIENT);
    str_release(&safe);
}

/* The columns of one of the tables but `id` and `without`, each between two texts: "a.x, a.y". */
static int add_columns(sqlite3 *db, const char *table, const char *without, const char *before,
                       const char *after, struct str *ret_sql, struct err *err)
{
    const char *comma = "";
    struct db_rows rows;
    db_ask(&rows, db, "SELECT name FROM pragma_table_info(?, 'main') WHERE name NOT IN ('id', ?)",
           DB_VALUES(db_text(table), db_text(without)));
    for (; db_next(&rows); comma = ", ")
        str_addf(ret_sql, "%s%s%s%s", comma, before, row_raw(&rows, 0), after);
    return db_close(&rows, err);
}

/* Adds the rows of a table that this condition selects, as they are but for their texts. */
static int put_rows(sqlite3 *db, const char *table, const char *condition, struct err *err)
{
    struct str columns = {0}, safe = {0}, sql = {0};
    int failed = add_columns(db, table, "", "", "", &columns, err) ||
                 add_columns(db, table, "", "utf8(", ")", &safe, err);
    str_addf(&sql, "INSERT INTO main.%s (%s) SELECT %s FROM shard.%s WHERE %s", table,
             str_text(&columns), str_text(&safe), table, condition);
    if (!failed)
        failed = db_exec(db, str_text(&sql), err);
    STR_RELEASE(&columns, &safe, &sql);
    return failed;
}

static int put_environments(sqlite3 *db, struct err *err)
{
    return put_rows(db, "environment",
                    "id IN (SELECT a.environment FROM shard.attempt a JOIN temp.merged m "
                    "ON m.old = a.id) ON CONFLICT DO NOTHING",
                    err);
}

static int put_attempts(sqlite3 *db, struct err *err)
{
    struct str own = {0}, theirs = {0}, here = {0}, there = {0}, sql = {0};
    int failed = add_columns(db, "attempt", "environment", "", "", &own, err) ||
                 add_columns(db, "attempt", "environment", "utf8(a.", ")", &theirs, err) ||
                 add_columns(db, "environment", "", "e.", "", &here, err) ||
                 add_columns(db, "environment", "", "utf8(s.", ")", &there, err);
    str_addf(&sql,
             "INSERT INTO main.attempt (id, environment, %s) SELECT m.new, (SELECT e.id FROM "
             "shard.environment s JOIN main.environment e ON (%s) = (%s) WHERE s.id = "
             "a.environment), %s FROM temp.merged m JOIN shard.attempt a ON a.id = m.old "
             "ORDER BY m.new",
             str_text(&own), str_text(&here), str_text(&there), str_text(&theirs));
    if (!failed)
        failed = db_exec(db, str_text(&sql), err);
    STR_RELEASE(&own, &theirs, &here, &there, &sql);
    return failed;
}

/* The rows of a table that belong to the attempts. */
static int add_parts(sqlite3 *db, const char *table, struct str *ret_sql, struct err *err)
{
    str_addf(ret_sql, "INSERT INTO main.%s (attempt, ", table);
    if (add_columns(db, table, "attempt", "", "", ret_sql, err))
        return -1;
    str_add(ret_sql, ") SELECT m.new, ");
    if (add_columns(db, table, "attempt", "utf8(t.", ")", ret_sql, err))
        return -1;
    str_addf(ret_sql, " FROM temp.merged m JOIN shard.%s t ON t.attempt = m.old;", table);
    return 0;
}

/* Of all tables that refer to an attempt. */
static int put_parts(sqlite3 *db, struct err *err)
{
    struct str sql = {0};
    struct db_rows rows;
    int failed = 0;
    db_ask(&rows, db,
           "SELECT t.name FROM main.sqlite_schema t WHERE t.type = 'table' AND EXISTS (SELECT 1 "
           "FROM pragma_foreign_key_list(t.name, 'main') f WHERE f.\"table\" = 'attempt')",
           DB_NO_VALUES);
    while (!failed && db_next(&rows))
        failed = add_parts(db, row_raw(&rows, 0), &sql, err);
    failed = db_close(&rows, failed ? NULL : err) || failed;
    if (!failed)
        failed = db_exec(db, str_text(&sql), err);
    str_release(&sql);
    return failed;
}

static const char count_unlisted[] =
    "SELECT count(*) FROM shard.experiment_cell l JOIN shard.experiment s ON s.id = l.experiment "
    "JOIN main.experiment x ON x.name = utf8(s.name) WHERE NOT EXISTS (SELECT 1 FROM "
    "main.experiment_cell c WHERE c.experiment = x.id AND c.cell = l.cell)";

static int put_cells(sqlite3 *db, struct merge_report *report, struct err *err)
{
    int64_t others = 0;
    if (db_get_int(db,
                   "SELECT count(*) FROM shard.cell s JOIN main.cell c ON c.key = s.key "
                   "WHERE c.json <> s.json",
                   NULL, 0, &others, err))
        return -1;
    report->refused = others > 0;
    if (report->refused)
        return err_set(err, "%lld of its cells differ from those here with the same keys",
                       (long long)others);
    return put_rows(db, "cell", "true ON CONFLICT (key) DO NOTHING", err);
}

/* ---- One shard --------------------------------------------------------------------------------*/

static int put_log(sqlite3 *db, const char *path, const struct merge_report *report,
                   struct err *err)
{
    const struct bound values[] = {
        db_text(report->shard), db_text(path),
        db_int(time_of_day()),  db_int(report->attempts),
        db_int(report->known),  db_text(report->refused ? report->why.text : NULL),
    };
    return db_run(db,
                  "INSERT INTO main.import_log (shard, path, imported_at, attempts, known, "
                  "refused) VALUES (?, ?, ?, ?, ?, ?)",
                  values, COUNT(values), err);
}

static int take_rows(sqlite3 *db, const char *path, struct merge_report *report, struct err *err)
{
    int64_t ended = 0;
    if (db_exec_named(db, DB_NAMED(results_merge, "choose"), err) ||
        db_get_int(db, "SELECT count(*) FROM temp.merged", NULL, 0, &report->attempts, err) ||
        db_get_int(db, "SELECT count(*) FROM shard.attempt WHERE state <> 'running'", NULL, 0,
                   &ended, err) ||
        put_cells(db, report, err) ||
        db_exec_named(db, DB_NAMED(results_merge, "put experiments"), err) ||
        db_get_int(db, count_unlisted, NULL, 0, &report->unlisted, err) ||
        put_environments(db, err) || put_attempts(db, err) || put_parts(db, err))
        return -1;
    report->known = ended - report->attempts;
    return put_log(db, path, report, err);
}

/* What is in the shard can break a rule of the tables, although it is whole. That it is was found
 * before: SQLITE_CORRUPT is of the database here, or of its disk. */
static bool shards_fault(int code)
{
    return code == SQLITE_CONSTRAINT || code == SQLITE_ERROR || code == SQLITE_MISMATCH;
}

static int take_shard(sqlite3 *db, const char *path, const struct shard *shard,
                      struct merge_report *report, struct err *err)
{
    struct err why;
    if (sqlite3_create_function(db, "utf8", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, utf8, NULL,
                                NULL) != SQLITE_OK)
        return err_set(err, "%s", sqlite3_errmsg(db));
    if (shard_attach(shard, db, err))
        return -1;
    int failed = db_begin(db, err);
    if (!failed && take_rows(db, path, report, &why)) {
        const int code = sqlite3_errcode(db);
        db_finish(db, -1, NULL);
        report->refused = report->damaged = report->refused || shards_fault(code);
        report->attempts = report->known = report->unlisted = 0;
        report->why = why;
        if (!report->refused) {
            *err = why;
            failed = -1;
        }
    } else if (!failed) {
        failed = db_finish(db, 0, err);
    }
    shard_detach(db);
    return failed;
}

/* Whether these bytes were taken before: then ret_known is all that is in them. */
static int was_taken(sqlite3 *db, const char *hash, bool *ret_taken, int64_t *ret_known,
                     struct err *err)
{
    int64_t known = -1;
    if (db_get_int(db,
                   "SELECT coalesce(max(attempts + known), -1) FROM import_log "
                   "WHERE shard = ? AND refused IS NULL",
                   DB_VALUES(db_text(hash)), &known, err))
        return -1;
    *ret_taken = known >= 0;
    *ret_known = known < 0 ? 0 : known;
    return 0;
}

static int merge_read(sqlite3 *db, const char *path, struct shard *shard,
                      struct merge_report *report, struct err *err)
{
    int64_t version = 0;
    bool taken = false;
    memcpy(report->shard, shard->hash, sizeof report->shard);
    if (db_get_int(db, "PRAGMA main.user_version", NULL, 0, &version, err) ||
        was_taken(db, shard->hash, &taken, &report->known, err))
        return -1;
    if (taken)
        return 0;
    const enum shard_kind kind = shard_check(shard, (int)version, &report->why);
    report->refused = kind != SHARD_GOOD;
    report->damaged = kind == SHARD_DAMAGED;
    if (!report->refused && take_shard(db, path, shard, report, err))
        return -1;
    return report->refused ? put_log(db, path, report, err) : 0;
}

int merge_shard(struct store *store, const char *path, struct merge_report *ret_report,
                struct err *err)
{
    struct shard shard;
    struct merge_report report = {0};
    REQUIRE(store->mode != STORE_READ);
    if (shard_read(path, &shard, &report.why)) {
        report.refused = true;
    } else {
        const int failed = merge_read(store->db, path, &shard, &report, err);
        shard_release(&shard);
        if (failed)
            return store_told(store, -1, err);
    }
    *ret_report = report;
    return 0;
}

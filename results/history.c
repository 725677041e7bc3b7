#include "results/history.h"

#include "results/db.h"
#include "results/store_private.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char *text_at(struct history *history, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? arena_strdup(&history->arena, text) : "";
}

static void take_run(struct history *history, sqlite3_stmt *row)
{
    const size_t count = history->run_count;
    if ((count & (count - 1)) == 0) /* full: 0, 1, 2, 4, ... */
        MEM_GROW(history->runs, count, count ? 2 * count : 1);
    history->runs[history->run_count++] = (struct history_run){
        .dataset = text_at(history, row, 0),
        .model = text_at(history, row, 1),
        .pruner = text_at(history, row, 2),
        .options = text_at(history, row, 3),
        .rate = sqlite3_column_double(row, 4),
        .epochs = sqlite3_column_int(row, 5),
        .wall_s = (double)sqlite3_column_int64(row, 6) * 1e-9,
        .peak_memory_bytes = sqlite3_column_int64(row, 7),
    };
}

static void take_cell(struct history *history, sqlite3_stmt *row)
{
    const size_t count = history->cell_count;
    if ((count & (count - 1)) == 0)
        MEM_GROW(history->cells, count, count ? 2 * count : 1);
    history->cells[history->cell_count++] = (struct history_cell){
        .key = text_at(history, row, 0),
        .json = text_at(history, row, 1),
        .dataset = text_at(history, row, 2),
        .model = text_at(history, row, 3),
        .pruner = text_at(history, row, 4),
        .label = text_at(history, row, 5),
        .rate = sqlite3_column_double(row, 6),
        .seed = sqlite3_column_int64(row, 7),
        .state = text_at(history, row, 8),
        .reason = text_at(history, row, 9),
        .listed = sqlite3_column_int(row, 10) != 0,
    };
}

static int read_rows(sqlite3 *db, const char *sql, const char *experiment,
                     void (*take)(struct history *history, sqlite3_stmt *row),
                     struct history *history, struct err *err)
{
    sqlite3_stmt *row;
    int code = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    if (code == SQLITE_OK && experiment)
        code = sqlite3_bind_text(row, 1, experiment, -1, SQLITE_STATIC);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(row);
        if (code == SQLITE_ROW)
            take(history, row);
    }
    sqlite3_finalize(row);
    return code == SQLITE_DONE ? 0 : err_set(err, "%s", sqlite3_errmsg(db));
}

static const char runs_sql[] =
    "SELECT c.dataset, c.model_label, c.pruner, c.options, c.rate, c.epochs, a.wall_ns, "
    "a.peak_memory_bytes FROM attempt a JOIN cell c ON c.key = a.cell "
    "WHERE a.state = 'done' AND a.wall_ns IS NOT NULL ORDER BY a.id";

/* The attempt that tells a cell's state is v_run's. */
static const char cells_sql[] =
    "WITH latest AS ("
    "SELECT cell, coalesce("
    "max(id) FILTER (WHERE state = 'done' AND timing_reason IS NULL), "
    "max(id) FILTER (WHERE state = 'done'), "
    "max(id) FILTER (WHERE state <> 'lost'), max(id)) AS told FROM attempt GROUP BY cell) "
    "SELECT c.key, c.json, c.dataset, c.model, c.pruner, "
    "c.dataset || ' ' || c.model_label || ' ' || c.pruner || "
    "iif(c.options = '', '', '(' || c.options || ')'), "
    "c.rate, c.seed, coalesce(t.state, 'new'), t.reason, "
    "c.key IN (SELECT cell FROM experiment_cell WHERE experiment = "
    "(SELECT id FROM experiment WHERE name = ?1)) OR ("
    "NOT EXISTS (SELECT 1 FROM experiment WHERE name <> ?1) "
    "AND c.key NOT IN (SELECT cell FROM experiment_cell)) "
    "FROM cell c LEFT JOIN latest l ON l.cell = c.key LEFT JOIN attempt t ON t.id = l.told "
    "ORDER BY c.key";

/* The pages in use, without those of an empty database and what the lists of cells take (a key
   stands in some tables and indices; 512 bytes are for them and the columns beside the JSON), by
   the good attempts; a page at least. */
static const char bytes_sql[] =
    "WITH used AS ("
    "SELECT page_size, (page_count - freelist_count) * page_size AS bytes "
    "FROM pragma_page_count, pragma_freelist_count, pragma_page_size), "
    "schema AS (SELECT sum(rootpage > 0) AS roots, sum(length(sql)) AS bytes FROM sqlite_schema), "
    "listed AS (SELECT coalesce(sum(length(json) + 512), 0) AS bytes FROM cell), "
    "good AS (SELECT count(*) AS runs FROM attempt WHERE state = 'done') "
    "SELECT iif(runs = 0, 0, max(page_size, (used.bytes - roots * page_size - schema.bytes - "
    "listed.bytes) / runs)) FROM used, schema, listed, good";

struct history *history_none(void)
{
    struct history *history;
    MEM_NEW(history, 1);
    arena_init(&history->arena);
    return history;
}

int history_read(struct store *store, const char *experiment, struct history **ret_history,
                 struct err *err)
{
    struct history *history = history_none();
    sqlite3 *db = store_sqlite(store);
    if (read_rows(db, runs_sql, NULL, take_run, history, err) ||
        read_rows(db, cells_sql, experiment, take_cell, history, err) ||
        db_get_int(db, bytes_sql, NULL, 0, &history->run_bytes, err)) {
        history_free(history);
        return store_told(store, -1, err);
    }
    *ret_history = history;
    return 0;
}

static int compare_key(const void *key, const void *cell)
{
    return strcmp(key, ((const struct history_cell *)cell)->key);
}

const struct history_cell *history_find(const struct history *history, const char *key)
{
    return history->cell_count ? bsearch(key, history->cells, history->cell_count,
                                         sizeof *history->cells, compare_key)
                               : NULL;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    arena_release(&history->arena);
    mem_free(history->runs);
    mem_free(history->cells);
    mem_free(history);
}

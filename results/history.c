#include "results/history.h"

#include "results/db.h"
#include "results/store_private.h"

#include <stdlib.h>
#include <string.h>

static void take_run(struct history *history, const struct db_rows *row)
{
    const size_t count = history->run_count;
    if ((count & (count - 1)) == 0) /* full: 0, 1, 2, 4, ... */
        MEM_GROW(history->runs, count, count ? 2 * count : 1);
    history->runs[history->run_count++] = (struct history_run){
        .dataset = arena_strdup(&history->arena, row_text(row, 0)),
        .model = arena_strdup(&history->arena, row_text(row, 1)),
        .pruner = arena_strdup(&history->arena, row_text(row, 2)),
        .options = arena_strdup(&history->arena, row_text(row, 3)),
        .rate = row_real(row, 4),
        .epochs = (int)row_int(row, 5),
        .wall_s = (double)row_int(row, 6) * 1e-9,
        .peak_memory_bytes = row_int(row, 7),
    };
}

static void take_cell(struct history *history, const struct db_rows *row)
{
    const size_t count = history->cell_count;
    if ((count & (count - 1)) == 0)
        MEM_GROW(history->cells, count, count ? 2 * count : 1);
    history->cells[history->cell_count++] = (struct history_cell){
        .key = arena_strdup(&history->arena, row_text(row, 0)),
        .json = arena_strdup(&history->arena, row_text(row, 1)),
        .dataset = arena_strdup(&history->arena, row_text(row, 2)),
        .model = arena_strdup(&history->arena, row_text(row, 3)),
        .pruner = arena_strdup(&history->arena, row_text(row, 4)),
        .label = arena_strdup(&history->arena, row_text(row, 5)),
        .rate = row_real(row, 6),
        .seed = row_int(row, 7),
        .state = arena_strdup(&history->arena, row_text(row, 8)),
        .reason = arena_strdup(&history->arena, row_text(row, 9)),
        .cause = arena_strdup(&history->arena, row_text(row, 10)),
        .listed = row_int(row, 11) != 0,
    };
}

static int read_rows(struct sqlite3 *db, const char *sql, const char *experiment,
                     void (*take)(struct history *history, const struct db_rows *row),
                     struct history *history, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db, sql, DB_VALUES(db_text(experiment)));
    while (db_next(&rows))
        take(history, &rows);
    return db_close(&rows, err);
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
    "c.rate, c.seed, coalesce(t.state, 'new'), t.reason, t.cause, "
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
    struct sqlite3 *db = store_sqlite(store);
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
    MEM_FREE(history->runs, history->cells, history);
}

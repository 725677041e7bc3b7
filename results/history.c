#include "results/history.h"

#include "results/db.h"
#include "results/store_private.h"

#include <stdlib.h>
#include <string.h>

DB_FILE(results_history);

static void take_run(struct history *history, const struct db_rows *row)
{
    MEM_ROOM(history->runs, history->run_count);
    history->runs[history->run_count++] = (struct history_run){
        .shape = {.dataset = arena_strdup(&history->arena, row_text(row, 0)),
                  .model = arena_strdup(&history->arena, row_text(row, 1)),
                  .pruner = arena_strdup(&history->arena, row_text(row, 2)),
                  .options = arena_strdup(&history->arena, row_text(row, 3)),
                  .rate = row_real(row, 4),
                  .epochs = (int)row_int(row, 5)},
        .wall_s = (double)row_int(row, 6) * 1e-9,
        .peak_memory_bytes = row_int(row, 7),
    };
}

static void take_cell(struct history *history, const struct db_rows *row)
{
    MEM_ROOM(history->cells, history->cell_count);
    history->cells[history->cell_count++] = (struct history_cell){
        .key = arena_strdup(&history->arena, row_text(row, 0)),
        .json = arena_strdup(&history->arena, row_raw(row, 1)),
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

static void take_bytes(struct history *history, const struct db_rows *row)
{
    history->run_bytes = row_int(row, 0);
}

static int read_rows(struct sqlite3 *db, const char *name, const char *experiment,
                     void (*take)(struct history *history, const struct db_rows *row),
                     struct history *history, struct err *err)
{
    struct db_rows rows;
    db_ask_named(&rows, db, DB_NAMED(results_history, name), DB_VALUES(db_text(experiment)));
    while (db_next(&rows))
        take(history, &rows);
    return db_close(&rows, err);
}

struct history *history_none(void)
{
    struct history *history;
    MEM_NEW(history, 1);
    return history;
}

int history_read(struct store *store, const char *experiment, struct history **ret_history,
                 struct err *err)
{
    struct history *history = history_none();
    struct sqlite3 *db = store_sqlite(store);
    if (read_rows(db, "runs", NULL, take_run, history, err) ||
        read_rows(db, "cells", experiment, take_cell, history, err) ||
        read_rows(db, "bytes", NULL, take_bytes, history, err)) {
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

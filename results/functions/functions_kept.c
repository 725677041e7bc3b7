#include "results/functions/functions_kept.h"

#include "base/mem.h"
#include "results/functions/add.h"

#include <string.h>

bool functions_unpack(sqlite3_value *packed, struct bitmap *ret_bitmap)
{
    const void *bytes = sqlite3_value_blob(packed);
    return bitmap_unpack(bytes, (size_t)sqlite3_value_bytes(packed), ret_bitmap);
}

/* false: the result is set, to NULL or to an error. */
static bool argument(sqlite3_context *context, sqlite3_value *value, struct bitmap *ret_bits)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return false;
    if (functions_unpack(value, ret_bits))
        return true;
    sqlite3_result_error(context, "not a bitmap: v_selection and v_noise have them", -1);
    return false;
}

static void kept_bit(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct bitmap bits;
    (void)count;
    if (sqlite3_value_type(arguments[1]) == SQLITE_NULL || !argument(context, arguments[0], &bits))
        return;
    const int64_t i = sqlite3_value_int64(arguments[1]);
    if (i >= 0 && (uint64_t)i / 8 < bits.bytes)
        sqlite3_result_int(context, bitmap_has(bits.bits, (size_t)i));
    mem_free(bits.bits);
}

static void kept_count(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct bitmap bits;
    (void)count;
    if (!argument(context, arguments[0], &bits))
        return;
    sqlite3_result_int64(context, bitmap_count(bits.bits, bits.bytes));
    mem_free(bits.bits);
}

static void kept_both(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    static const char apart[] =
        "kept_both: not of the same samples: the datasets differ, or one bitmap is by position in "
        "the dataset's file and the other by position in its training split "
        "(v_selection.positions)";
    struct bitmap a, b;
    if (!argument(context, arguments[0], &a))
        return;
    if (argument(context, arguments[1], &b)) {
        if (a.bytes != b.bytes || (count > 2 && sqlite3_value_int(arguments[2]) == 0))
            sqlite3_result_error(context, apart, -1);
        else
            sqlite3_result_int64(context, bitmap_count_both(a.bits, b.bits, a.bytes));
        mem_free(b.bits);
    }
    mem_free(a.bits);
}

static void kept_all(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const int64_t n = sqlite3_value_int64(arguments[0]);
    size_t size;
    uint8_t *bits;
    (void)count;
    if (n < 0 || n > UINT32_MAX) {
        sqlite3_result_error(context, "kept_all() wants 0 to 2^32 - 1 samples", -1);
        return;
    }
    MEM_NEW(bits, bitmap_bytes((size_t)n));
    for (size_t i = 0; i < (size_t)n; i++)
        bitmap_add(bits, i);
    uint8_t *packed = bitmap_pack(bits, (size_t)n, &size);
    sqlite3_result_blob64(context, packed, size, SQLITE_TRANSIENT);
    MEM_FREE(packed, bits);
}

/* ---- selection_samples(attempt) ---------------------------------------------------------------*/

enum {
    COLUMN_SAMPLE,
    COLUMN_KEPT,
    COLUMN_SELECTIONS,
    COLUMN_EPOCHS_KEPT,
    COLUMN_EPOCHS,
    COLUMN_ORIGIN,
    COLUMN_ATTEMPT, /* hidden: the argument */
};
static const char declaration[] =
    "CREATE TABLE x (sample INTEGER, kept INTEGER, selections INTEGER, epochs_kept INTEGER, "
    "epochs INTEGER, origin INTEGER, attempt INTEGER HIDDEN)";

struct samples_table {
    sqlite3_vtab base; /* first: SQLite's */
    sqlite3 *db;
};

struct samples_cursor {
    sqlite3_vtab_cursor base;    /* first: SQLite's */
    int64_t *kept, *epochs_kept; /* [n] */
    int64_t *origin;             /* [n] in the file, or in the split where no more is known */
    bool by_file;
    int64_t n, at, selections, epochs, attempt;
};

static int samples_connect(sqlite3 *db, void *data, int count, const char *const *arguments,
                           sqlite3_vtab **ret_table, char **ret_message)
{
    struct samples_table *table;
    (void)data, (void)count, (void)arguments, (void)ret_message;
    const int code = sqlite3_declare_vtab(db, declaration);
    if (code != SQLITE_OK)
        return code;
    MEM_NEW(table, 1);
    table->db = db;
    *ret_table = &table->base;
    return SQLITE_OK;
}

static int samples_disconnect(sqlite3_vtab *table)
{
    mem_free(table);
    return SQLITE_OK;
}

static int samples_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret_cursor)
{
    struct samples_cursor *cursor;
    (void)table;
    MEM_NEW(cursor, 1);
    *ret_cursor = &cursor->base;
    return SQLITE_OK;
}

static void forget(struct samples_cursor *cursor)
{
    MEM_FREE(cursor->kept, cursor->epochs_kept, cursor->origin);
    cursor->kept = cursor->epochs_kept = cursor->origin = NULL;
    cursor->by_file = false;
    cursor->n = cursor->at = cursor->selections = cursor->epochs = 0;
}

static int samples_close(sqlite3_vtab_cursor *base)
{
    forget((struct samples_cursor *)base);
    mem_free(base);
    return SQLITE_OK;
}

/* The attempt must be given: idxNum 1 says that it is. */
static int samples_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    for (int i = 0; i < info->nConstraint; i++) {
        if (info->aConstraint[i].iColumn != COLUMN_ATTEMPT ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT; /* another order of the tables will do */
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->idxNum = 1;
        info->estimatedCost = 1e5;
        info->estimatedRows = 50000;
        return SQLITE_OK;
    }
    return SQLITE_OK;
}

static int refuse(struct samples_cursor *cursor, const char *why)
{
    sqlite3_vtab *table = cursor->base.pVtab;
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("selection_samples: %s", why);
    return SQLITE_ERROR;
}

/* The samples of the split, in its order, which is the file's; n of them, where none is known. */
static void list_samples(struct samples_cursor *cursor, int64_t n, const struct bitmap *split)
{
    cursor->by_file = split != NULL;
    cursor->n = split ? bitmap_count(split->bits, split->bytes) : n;
    MEM_NEW(cursor->kept, (size_t)cursor->n);
    MEM_NEW(cursor->epochs_kept, (size_t)cursor->n);
    MEM_NEW(cursor->origin, (size_t)cursor->n);
    for (size_t i = 0, place = 0; place < (size_t)cursor->n; i++)
        if (!split || bitmap_has(split->bits, i))
            cursor->origin[place++] = (int64_t)i;
}

static bool unpack_column(sqlite3_stmt *row, int column, struct bitmap *ret_bitmap)
{
    const void *bytes = sqlite3_column_blob(row, column);
    return bitmap_unpack(bytes, (size_t)sqlite3_column_bytes(row, column), ret_bitmap);
}

/* A row: n, bitmap, for how many epochs it was trained on, epochs planned, the split or NULL. */
static int take_selection(struct samples_cursor *cursor, sqlite3_stmt *row)
{
    static const char damaged[] = "a bitmap is damaged; see winnow db check";
    struct bitmap bits, split = {0};
    const int64_t n = sqlite3_column_int64(row, 0), lasted = sqlite3_column_int64(row, 2);
    const bool by_file = sqlite3_column_type(row, 4) != SQLITE_NULL;
    if (!unpack_column(row, 1, &bits))
        return refuse(cursor, damaged);
    bool fits = n >= 0 && bits.bytes == bitmap_bytes((size_t)n);
    if (!cursor->kept && by_file && !unpack_column(row, 4, &split)) {
        mem_free(bits.bits);
        return refuse(cursor, damaged);
    }
    fits = fits && (!split.bits || split.bytes == bits.bytes);
    if (fits && !cursor->kept)
        list_samples(cursor, n, by_file ? &split : NULL);
    /* The last sample is the highest. */
    fits = fits && (cursor->n == 0 || cursor->origin[cursor->n - 1] < n);
    for (int64_t i = 0; fits && i < cursor->n; i++)
        if (bitmap_has(bits.bits, (size_t)cursor->origin[i])) {
            cursor->kept[i]++;
            cursor->epochs_kept[i] += lasted;
        }
    cursor->selections++;
    cursor->epochs = sqlite3_column_int64(row, 3);
    MEM_FREE(bits.bits, split.bits);
    return fits ? SQLITE_OK : refuse(cursor, "a bitmap has the wrong size");
}

static int samples_filter(sqlite3_vtab_cursor *base, int plan, const char *name, int count,
                          sqlite3_value **arguments)
{
    static const char sql[] =
        "SELECT s.n, s.bitmap, lead(s.epoch, 1, max(c.epochs, s.epoch)) OVER (ORDER BY s.epoch) "
        "- s.epoch, c.epochs, p.bitmap "
        "FROM selection s JOIN attempt a ON a.id = s.attempt JOIN cell c ON c.key = a.cell "
        "LEFT JOIN split p ON p.attempt = s.attempt "
        "WHERE s.attempt = ?";
    struct samples_cursor *cursor = (struct samples_cursor *)base;
    sqlite3_stmt *row;
    (void)name, (void)count;
    forget(cursor);
    if (!plan)
        return refuse(cursor, "which attempt? Give it as selection_samples(ATTEMPT)");
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return SQLITE_OK;
    cursor->attempt = sqlite3_value_int64(arguments[0]);
    sqlite3 *db = ((struct samples_table *)base->pVtab)->db;
    int code = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    if (code != SQLITE_OK)
        return refuse(cursor, sqlite3_errmsg(db));
    sqlite3_bind_int64(row, 1, cursor->attempt);
    while ((code = sqlite3_step(row)) == SQLITE_ROW)
        if ((code = take_selection(cursor, row)) != SQLITE_OK)
            break;
    sqlite3_finalize(row);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int samples_next(sqlite3_vtab_cursor *base)
{
    ((struct samples_cursor *)base)->at++;
    return SQLITE_OK;
}

static int samples_end(sqlite3_vtab_cursor *base)
{
    const struct samples_cursor *cursor = (const struct samples_cursor *)base;
    return cursor->at >= cursor->n;
}

static int samples_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct samples_cursor *cursor = (const struct samples_cursor *)base;
    const int64_t values[] = {
        [COLUMN_SAMPLE] = cursor->at,
        [COLUMN_KEPT] = cursor->kept[cursor->at],
        [COLUMN_SELECTIONS] = cursor->selections,
        [COLUMN_EPOCHS_KEPT] = cursor->epochs_kept[cursor->at],
        [COLUMN_EPOCHS] = cursor->epochs,
        [COLUMN_ORIGIN] = cursor->origin[cursor->at],
        [COLUMN_ATTEMPT] = cursor->attempt,
    };
    if (column != COLUMN_ORIGIN || cursor->by_file)
        sqlite3_result_int64(context, values[column]);
    return SQLITE_OK;
}

static int samples_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
    *ret_rowid = ((const struct samples_cursor *)base)->at;
    return SQLITE_OK;
}

static const sqlite3_module samples = {
    /* without xCreate it is there by itself, as a function */
    .xConnect = samples_connect, .xBestIndex = samples_plan, .xDisconnect = samples_disconnect,
    .xOpen = samples_open,       .xClose = samples_close,    .xFilter = samples_filter,
    .xNext = samples_next,       .xEof = samples_end,        .xColumn = samples_column,
    .xRowid = samples_rowid,
};

int functions_kept_register(sqlite3 *db)
{
    static const struct function functions[] = {
        {"kept_bit", 2, .call = kept_bit},   {"kept_count", 1, .call = kept_count},
        {"kept_both", 2, .call = kept_both}, {"kept_both", 3, .call = kept_both},
        {"kept_all", 1, .call = kept_all},
    };
    int code = sqlite3_create_module_v2(db, "selection_samples", &samples, NULL, NULL);
    for (size_t i = 0; i < sizeof functions / sizeof *functions && code == SQLITE_OK; i++)
        code = function_add(db, &functions[i]);
    return code;
}

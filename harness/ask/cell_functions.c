#include "harness/ask/cell_functions.h"

#include "base/mem.h"
#include "base/str.h"
#include "harness/cell/cell.h"
#include "harness/config/yaml.h"
#include "models/nn/nn.h"
#include "results/db.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LOADED = 2 };

/* A training split; cells that differ in other things share it. */
struct loaded {
    struct dataset *data; /* NULL: the place is free */
    char *what;           /* the dataset's part of the cell's JSON, and its seed */
};

struct known {
    char key[HASH_HEX_SIZE];
    size_t place; /* in loaded */
};

/* Lives as long as the connection. */
struct samples {
    struct loaded loaded[MOST_LOADED];
    size_t next;         /* the place that goes when another split comes */
    struct known *cells; /* [count], those of the splits in memory */
    size_t count, users;
};

/* ---- From a cell to its training split --------------------------------------------------------*/

static void forget(struct samples *samples, size_t place)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        if (samples->cells[i].place != place)
            samples->cells[count++] = samples->cells[i];
    samples->count = count;
    dataset_free(samples->loaded[place].data);
    mem_free(samples->loaded[place].what);
    samples->loaded[place] = (struct loaded){0};
}

static void remember(struct samples *samples, const char *key, size_t place)
{
    MEM_ROOM(samples->cells, samples->count);
    struct known *cell = &samples->cells[samples->count++];
    snprintf(cell->key, sizeof cell->key, "%s", key);
    cell->place = place;
}

/* What decides a cell's training split, as text. */
static const char *split_of(const char *json, struct arena *arena)
{
    json_error_t why;
    json_t *root = json_loads(json, 0, &why);
    char *dataset = json_dumps(json_object_get(root, "dataset"), JSON_COMPACT | JSON_SORT_KEYS);
    const char *text = arena_printf(arena, "%s %lld", dataset ? dataset : "",
                                    (long long)json_integer_value(json_object_get(root, "seed")));
    free(dataset);
    json_decref(root);
    return text;
}

/* The key is made of the content hash: no other data, with no version of the engine, give it. */
static int check_content(const struct cell *cell, const char *json, const char *key,
                         const struct dataset *data, struct err *err)
{
    char file[HASH_HEX_SIZE], made[HASH_HEX_SIZE], version[24];
    int64_t newest = 0;
    if (cell_file_hash(cell, file, err))
        return -1;
    str_parse_int(NN_VERSION, &newest);
    for (int64_t v = newest; v > 0; v--) {
        snprintf(version, sizeof version, "%lld", (long long)v);
        cell_key_of(json, data->hash, file, version, made);
        if (strcmp(made, key) == 0)
            return 0;
    }
    return err_set(err,
                   "%s: the files found now are not those that cell %.12s was trained on; put "
                   "those back, or name their folder in $WINNOW_DATA",
                   data->type->name, key);
}

/* json, yaml: of the cell and of the newest experiment that lists it ("": none does). */
static int load(struct samples *samples, const char *key, const char *json, const char *yaml,
                struct arena *arena, size_t *ret_place, struct err *err)
{
    const char *what = split_of(json, arena);
    struct cell cell;
    struct dataset *data = NULL;
    if (cell_from_json(json, arena, &cell, err))
        return -1;
    for (size_t i = 0; i < MOST_LOADED; i++)
        if (samples->loaded[i].data && strcmp(samples->loaded[i].what, what) == 0) {
            *ret_place = i;
            return check_content(&cell, json, key, samples->loaded[i].data, err);
        }
    if (dataset_load(cell.dataset, cell.data, (uint64_t)cell.seed,
                     dataset_dirs(yaml_find_text(yaml, "data_dir", arena), arena), &data, err))
        return -1;
    if (check_content(&cell, json, key, data, err)) {
        dataset_free(data);
        return -1;
    }
    const size_t place = samples->next;
    samples->next = (place + 1) % MOST_LOADED;
    forget(samples, place);
    struct loaded *loaded = &samples->loaded[place];
    loaded->data = data;
    MEM_NEW(loaded->what, strlen(what) + 1);
    memcpy(loaded->what, what, strlen(what));
    *ret_place = place;
    return 0;
}

enum { NO_DATA = -1, NO_ANSWER = -2 };

/* Reads what the database has of the cell, and loads its split. NO_ANSWER: of the database. */
static int find(sqlite3 *db, struct samples *samples, const char *key, size_t *ret_place,
                struct err *err)
{
    static const char sql[] =
        "SELECT c.json, (SELECT x.yaml FROM experiment_cell e JOIN experiment x "
        "ON x.id = e.experiment WHERE e.cell = c.key ORDER BY x.id DESC LIMIT 1) "
        "FROM cell c WHERE c.key = ?";
    struct arena arena = {0};
    struct db_rows rows;
    int failed = 0;
    db_ask(&rows, db, sql, DB_VALUES(db_text(key)));
    if (db_next(&rows))
        failed = load(samples, key, row_raw(&rows, 0), row_raw(&rows, 1), &arena, ret_place, err);
    else if (!rows.failed)
        failed = err_set(err, "there is no cell %.64s", key);
    arena_release(&arena);
    return db_close(&rows, failed ? NULL : err) ? NO_ANSWER : failed ? NO_DATA : 0;
}

/* The split's dataset; NULL: the result is set. */
static const struct dataset *dataset_of(sqlite3_context *context, sqlite3_value *cell)
{
    struct samples *samples = sqlite3_user_data(context);
    const char *key = (const char *)sqlite3_value_text(cell);
    struct err err;
    size_t place = 0;
    if (!key)
        return NULL;
    for (size_t i = samples->count; i-- > 0;)
        if (strcmp(samples->cells[i].key, key) == 0)
            return samples->loaded[samples->cells[i].place].data;
    const int failed = find(sqlite3_context_db_handle(context), samples, key, &place, &err);
    if (failed)
        sqlite3_result_error(context, err.text, -1); /* the text first: the code keeps it */
    if (failed == NO_DATA)
        sqlite3_result_error_code(context, SQLITE_CANTOPEN);
    if (failed)
        return NULL;
    remember(samples, key, place);
    return samples->loaded[place].data;
}

/* ---- The functions ----------------------------------------------------------------------------*/

/* The second argument, below limit; false: it is not there, and the result stays NULL. */
static bool index_below(sqlite3_value *value, size_t limit, size_t *ret_index)
{
    const sqlite3_int64 index = sqlite3_value_int64(value);
    *ret_index = (size_t)index;
    return sqlite3_value_type(value) != SQLITE_NULL && index >= 0 && (size_t)index < limit;
}

static void sample_class(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const struct dataset *data = dataset_of(context, arguments[0]);
    size_t i;
    (void)count;
    if (data && index_below(arguments[1], data->train.n, &i))
        sqlite3_result_int(context, data->train.labels[i]);
}

static void sample_origin(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const struct dataset *data = dataset_of(context, arguments[0]);
    size_t i;
    (void)count;
    if (data && index_below(arguments[1], data->train.n, &i))
        sqlite3_result_int64(context, data->train.origin[i]);
}

static void sample_pixels(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    static const char digits[] = "0123456789abcdef";
    const struct dataset *data = dataset_of(context, arguments[0]);
    size_t i;
    (void)count;
    if (!data || !index_below(arguments[1], data->train.n, &i))
        return;
    const size_t size = (size_t)data->h * (size_t)data->w * (size_t)data->c;
    const uint8_t *pixels = data->train.pixels + i * size;
    struct str text = {0};
    str_addf(&text, "%dx%dx%d:", data->h, data->w, data->c);
    for (size_t k = 0; k < size; k++)
        str_add_bytes(&text, (const char[]){digits[pixels[k] / 16], digits[pixels[k] % 16]}, 2);
    sqlite3_result_text(context, str_text(&text), (int)text.length, SQLITE_TRANSIENT);
    str_release(&text);
}

static void class_count(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const struct dataset *data = dataset_of(context, arguments[0]);
    (void)count;
    if (data)
        sqlite3_result_int(context, data->classes);
}

static void class_name(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const struct dataset *data = dataset_of(context, arguments[0]);
    char number[24];
    size_t i;
    (void)count;
    if (!data || !index_below(arguments[1], (size_t)data->classes, &i))
        return;
    snprintf(number, sizeof number, "%zu", i);
    sqlite3_result_text(context, data->class_names ? data->class_names[i] : number, -1,
                        SQLITE_TRANSIENT);
}

/* ---- What a cell is ---------------------------------------------------------------------------*/

static void has_rate(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const char *pruner = (const char *)sqlite3_value_text(arguments[0]);
    (void)count;
    if (pruner)
        sqlite3_result_int(context, cell_has_rate(pruner, sqlite3_value_double(arguments[1])));
}

/* Pruner, options, and the rate of an arm that is one. false: one is NULL. */
static bool add_arm(struct str *text, int count, sqlite3_value **arguments)
{
    const char *pruner = (const char *)sqlite3_value_text(arguments[0]);
    const char *options = (const char *)sqlite3_value_text(arguments[1]);
    if (!pruner || !options)
        return false;
    str_addf(text, *options ? "%s(%s)" : "%s", pruner, options);
    if (count > 2 && cell_has_rate(pruner, sqlite3_value_double(arguments[2])))
        str_addf(text, " %.15g", sqlite3_value_double(arguments[2]));
    return true;
}

static void arm(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    struct str text = {0};
    if (add_arm(&text, count, arguments))
        sqlite3_result_text(context, str_text(&text), (int)text.length, SQLITE_TRANSIENT);
    str_release(&text);
}

/* Dataset, model, pruner, options, rate, seed. */
static void training(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    const char *dataset = (const char *)sqlite3_value_text(arguments[0]);
    const char *model = (const char *)sqlite3_value_text(arguments[1]);
    struct str text = {0};
    (void)count;
    str_addf(&text, "%s %s ", dataset ? dataset : "", model ? model : "");
    if (dataset && model && add_arm(&text, 2, arguments + 2)) {
        cell_add_level(&text, (const char *)sqlite3_value_text(arguments[2]),
                       sqlite3_value_double(arguments[4]), sqlite3_value_int64(arguments[5]));
        sqlite3_result_text(context, str_text(&text), (int)text.length, SQLITE_TRANSIENT);
    }
    str_release(&text);
}

/* ---- Registering ------------------------------------------------------------------------------*/

/* Once for each function that shares it. */
static void release(void *data)
{
    struct samples *samples = data;
    if (--samples->users)
        return;
    for (size_t i = 0; i < MOST_LOADED; i++)
        forget(samples, i);
    MEM_FREE(samples->cells, samples);
}

int cell_functions_register(sqlite3 *db, struct err *err)
{
    static const struct {
        const char *name;
        int arguments;
        void (*call)(sqlite3_context *context, int count, sqlite3_value **arguments);
    } functions[] = {
        {"sample_class", 2, sample_class},
        {"sample_origin", 2, sample_origin},
        {"sample_pixels", 2, sample_pixels},
        {"class_count", 1, class_count},
        {"class_name", 2, class_name},
        {"has_rate", 2, has_rate},
        {"training", 6, training},
        {"arm", 2, arm},
        {"arm", 3, arm},
    };
    struct samples *samples;
    int code = SQLITE_OK;
    MEM_NEW(samples, 1);
    samples->users = 1; /* this one, until all are there */
    for (size_t i = 0; i < sizeof functions / sizeof *functions && code == SQLITE_OK; i++) {
        samples->users++; /* SQLite calls release also where it fails */
        code =
            sqlite3_create_function_v2(db, functions[i].name, functions[i].arguments, SQLITE_UTF8,
                                       samples, functions[i].call, NULL, NULL, release);
    }
    release(samples);
    return code == SQLITE_OK ? 0 : err_set(err, "%s", sqlite3_errmsg(db));
}

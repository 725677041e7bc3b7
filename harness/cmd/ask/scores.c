/*
 * winnow scores: what a cell's pruner made of each sample, for other programs, and for `file`.
 *
 * One line a sample of the training split: its position in the dataset's own training file, its
 * label, its score (empty where the pruner has none) and whether it was kept before `--epoch`.
 */
#include "base/save.h"
#include "harness/cell/cell.h"
#include "harness/cmd/kit/find.h"
#include "results/db.h"
#include "results/record/artifact.h"
#include "results/record/bitmap.h"

#include <string.h>

DB_FILE(harness_cmd_ask_scores);

struct values {
    const char *db, *output, *data_dir;
    int epoch;
    bool kept;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, output, 'o', "FILE", "write there; default: stdout"),
    CMD_INT(struct values, epoch, 0, "E", "0", 0, 1000000,
            "the subset in force in epoch E, from 0; static pruners have one"),
    CMD_SWITCH(struct values, kept, 0, "only the positions of the kept samples, one a line"),
    CMD_TEXT(
        struct values, data_dir, 0, "PATH",
        "where the dataset is; searched before the folder it was read from and the usual places"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "scores",
    "CELL",
    "Writes what a cell's pruner computed, as CSV: index (in the dataset's own training file),\n"
    "label, score and kept. The pruner `file` reads it. CELL is the beginning of its key.",
    flags,
    1,
    1,
};

/* What is known of the cell's last good attempt. */
struct found {
    struct arena arena;
    struct dataset *data;
    uint8_t *kept;            /* a bitmap (results/record/bitmap.h) */
    bool by_file;             /* of the dataset's file, and not of its training split */
    struct artifact artifact; /* no scores where the pruner has none */
};

static void release(struct found *found)
{
    artifact_release(&found->artifact);
    mem_free(found->kept);
    dataset_free(found->data);
    arena_release(&found->arena);
}

/* folder, hash: of what its attempt was trained on; NULL: not recorded. */
static int load_data(const char *json, const char *data_dir, const char *folder, const char *hash,
                     struct found *found, struct err *err)
{
    struct cell cell;
    if (data_dir && dataset_check_dir(data_dir, err))
        return err_prefix(err, "--data-dir: ");
    const char *first = data_dir ? data_dir : folder;
    if (cell_from_json(json, &found->arena, &cell, err) ||
        dataset_load(cell.dataset, cell.data, (uint64_t)cell.seed,
                     dataset_dirs(first, &found->arena), &found->data, err))
        return -1;
    if (!hash || strcmp(hash, found->data->hash) == 0)
        return 0;
    return err_set(err,
                   "%s in %s is not what the cell was trained on (content %.10s, and %.10s then): "
                   "name the folder that has that with --data-dir",
                   cell.dataset->name, found->data->folder ? found->data->folder : "memory",
                   found->data->hash, hash);
}

static int unpack(const void *packed, size_t packed_size, size_t n, struct found *found,
                  struct err *err)
{
    const size_t there = found->by_file ? found->data->train_file_n : found->data->train.n;
    if (n != there)
        return err_set(err, "the data has changed: %zu training samples, and %zu when it ran",
                       there, n);
    if (bitmap_unpack_n(packed, packed_size, (int64_t)n, &found->kept) != BITMAP_WHOLE)
        return err_set(err, "its selection is damaged");
    return 0;
}

/* What its pruner left beside the database; a pruner without scores has left none. */
static int load_scores(const char *db, const char *key, struct found *found, struct err *err)
{
    struct str folder = {0};
    artifact_folder(db, &folder);
    const enum artifact_found what =
        artifact_load(str_text(&folder), key, NULL, &found->artifact, err);
    if (what == ARTIFACT_ABSENT)
        err_set(err, "its scores are no longer in %s; a run of another rate computes them again",
                str_text(&folder));
    str_release(&folder);
    if (what == ARTIFACT_LOADED && found->artifact.n != found->data->train.n)
        return err_set(err, "its scores are those of %zu samples", found->artifact.n);
    return what == ARTIFACT_LOADED ? 0 : -1;
}

/* A row: the cell's JSON, the artifact's key or NULL, n, the bitmap, the data's folder and hash,
 * whether the bitmap is of the file. */
static int read_row(struct sqlite3 *db, const struct db_rows *row, const struct values *values,
                    struct found *found, struct err *err)
{
    const struct db_value key = row_value(row, 1), bitmap = row_value(row, 3);
    found->by_file = row_int(row, 6) != 0;
    return load_data(row_raw(row, 0), values->data_dir, row_value(row, 4).text,
                     row_value(row, 5).text, found, err) ||
           unpack(bitmap.text, (size_t)bitmap.integer, (size_t)row_int(row, 2), found, err) ||
           (key.text && !values->kept && load_scores(db_path_of(db), key.text, found, err));
}

static int find(struct sqlite3 *db, const char *key, const struct values *values,
                struct found *found, struct err *err)
{
    struct db_rows rows;
    int failed = 0;
    db_ask_named(&rows, db, DB_NAMED(harness_cmd_ask_scores, "selection"),
                 DB_VALUES(db_int(values->epoch), db_text(key)));
    if (db_next(&rows))
        failed = read_row(db, &rows, values, found, err);
    else if (!rows.failed)
        failed = err_set(err, "the cell has no good attempt yet");
    return db_close(&rows, failed ? NULL : err) || failed ? -1 : 0;
}

static bool is_kept(const struct found *found, size_t i)
{
    return bitmap_has(found->kept, found->by_file ? found->data->train.origin[i] : i);
}

static void write_csv(const struct found *found, bool kept_only, struct str *ret_text)
{
    const struct split *train = &found->data->train;
    if (!kept_only)
        str_add(ret_text, "index,label,score,kept\n");
    for (size_t i = 0; i < train->n; i++) {
        if (kept_only && !is_kept(found, i))
            continue;
        str_addf(ret_text, "%u", train->origin[i]);
        if (!kept_only) {
            str_addf(ret_text, ",%d,", train->labels[i]);
            if (found->artifact.scores)
                str_addf(ret_text, "%.9g", (double)found->artifact.scores[i]);
            str_addf(ret_text, ",%d", is_kept(found, i));
        }
        str_add(ret_text, "\n");
    }
}

static int write_scores(struct sqlite3 *db, const char *key, const void *context)
{
    const struct values *values = context;
    struct found found = {0};
    struct str text = {0};
    struct err err;
    int failed = find(db, key, values, &found, &err);
    if (!failed)
        write_csv(&found, values->kept, &text);
    if (!failed && values->output)
        failed = save_file(values->output, str_text(&text), &err);
    const int code = failed           ? cmd_fail(&line, EXIT_ENVIRONMENT, err.text)
                     : values->output ? EXIT_DONE
                                      : cmd_print_data(&line, &text);
    str_release(&text);
    release(&found);
    return code;
}

int cmd_scores(int argc, char **argv)
{
    struct values values;
    const char *cell;
    const int done = cmd_parse(&line, argc, argv, &values, &cell);
    return done >= 0 ? done : cmd_with_cell(&line, values.db, cell, write_scores, &values);
}

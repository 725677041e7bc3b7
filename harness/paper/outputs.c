#include "harness/paper/outputs.h"

#include "base/folder.h"
#include "base/json.h"
#include "base/save.h"
#include "harness/machine/environment.h"
#include "harness/paper/paper.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

DB_FILE(harness_paper_outputs);

static const char MANIFEST[] = "manifest.json";

/* The i-th file that an output may have, below the directory; NULL: it has no more. */
static const char *file_at(const struct paper_output *output, size_t i, struct arena *arena)
{
    static const char *const endings[] = {".tsv", ".svg", ".pdf", "-latex.tex", "-latex.pdf"};
    if (!output->figure)
        return i ? NULL : output->item;
    return i < sizeof endings / sizeof *endings
               ? arena_printf(arena, "%s%s", output->item, endings[i])
               : NULL;
}

static char *path_of(const struct paper_job *job, const char *name, struct arena *arena)
{
    return arena_printf(arena, "%s/%s", job->directory, name);
}

static bool is_there(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

/* ---- The last manifest ------------------------------------------------------------------------*/

/* NULL and 0: there is none. */
static int read_manifest(const struct paper_job *job, struct arena *arena, json_t **ret_manifest,
                         struct err *err)
{
    const char *path = path_of(job, MANIFEST, arena);
    json_error_t error;
    json_t *manifest = NULL;
    if (is_there(path)) {
        if (save_target(path, NULL) == SAVE_FILE)
            manifest = json_load_file(path, 0, &error);
        if (!manifest || !json_is_array(json_object_get(manifest, "outputs"))) {
            json_decref(manifest);
            return err_set(err, "%s: not a manifest of winnow paper: give another -o, or remove it",
                           path);
        }
    }
    *ret_manifest = manifest;
    return 0;
}

static const char *get(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "";
}

static const json_t *entry_of(const json_t *manifest, const char *key, const char *value)
{
    const json_t *outputs = json_object_get(manifest, "outputs");
    for (size_t i = 0; i < json_array_size(outputs); i++)
        if (strcmp(get(json_array_get(outputs, i), key), value) == 0)
            return json_array_get(outputs, i);
    return NULL;
}

static bool is_safe(const char *path)
{
    return *path && *path != '/' && !strstr(path, "..");
}

/* ---- What is there now ------------------------------------------------------------------------*/

static const struct paper_output *output_of(const struct paper_outputs *outputs, const char *item)
{
    for (size_t i = 0; i < outputs->count; i++)
        if (strcmp(outputs->items[i].item, item) == 0)
            return &outputs->items[i];
    return NULL;
}

/* "edited", "missing", "unfinished", NULL: as it was written. */
static const char *state_of(const char *path, const json_t *entry)
{
    char hex[HASH_HEX_SIZE];
    if (!*get(entry, "sha256")) /* a writer died before it could say: begin_manifest */
        return "unfinished";
    if (!is_there(path))
        return "missing";
    if (save_target(path, NULL) != SAVE_FILE) /* reading it might never end */
        return "edited";
    return hash_file(path, hex, NULL) || strcmp(hex, get(entry, "sha256")) != 0 ? "edited" : NULL;
}

/* ---- Not over what somebody edited ------------------------------------------------------------*/

/* What is written there is read again: a pipe or a device never does, whatever is forced. */
static void look_at(const struct paper_job *job, const json_t *manifest, const char *name,
                    bool force, struct arena *arena, struct str *ret_foreign)
{
    const char *path = path_of(job, name, arena);
    if (!is_there(path))
        return;
    if (save_target(path, NULL) != SAVE_FILE)
        str_addf(ret_foreign, "\n  %s: not a regular file", path);
    else if (!force && !entry_of(manifest, "path", name))
        str_addf(ret_foreign, "\n  %s: not made by winnow paper", path);
}

static int refuse_foreign(const struct paper_job *job, const struct paper_outputs *outputs,
                          const json_t *manifest, bool force, struct arena *arena, struct err *err)
{
    struct str foreign = {0};
    const char *name;
    const json_t *entries = json_object_get(manifest, "outputs");
    for (size_t i = 0; !force && i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *path = path_of(job, get(entry, "path"), arena), *state = state_of(path, entry);
        if (state && strcmp(state, "edited") == 0)
            str_addf(&foreign, "\n  %s: edited", path);
    }
    for (size_t i = 0; i < outputs->count; i++)
        for (size_t k = 0; (name = file_at(&outputs->items[i], k, arena)); k++)
            look_at(job, manifest, name, force, arena, &foreign);
    int failed = 0;
    if (foreign.length)
        failed = err_set(err, "these would be written over; give %sanother -o:%s",
                         force ? "" : "--force, or ", str_text(&foreign));
    str_release(&foreign);
    return failed;
}

/* ---- Writing ----------------------------------------------------------------------------------*/

/* path: below the directory. */
static int add_entry(const struct paper_job *job, const struct paper_output *output,
                     const char *path, struct arena *arena, json_t *entries, struct str *ret_files,
                     struct err *err)
{
    char hex[HASH_HEX_SIZE];
    const char *full = path_of(job, path, arena);
    if (hash_file(full, hex, err))
        return -1;
    str_addf(ret_files, "%s\n", full);
    json_array_append_new(entries,
                          json_pack("{s:s, s:s, s:s, s:s, s:s}", "path", path, "item", output->item,
                                    "sha256", hex, "data", output->data, "source", output->source));
    return 0;
}

static int write_figure(const struct paper_job *job, const struct paper_output *output,
                        struct arena *arena, json_t *entries, struct str *ret_files,
                        struct err *err)
{
    const char *const formats[] = {job->data_only ? NULL : "svg", "pdf", "cairolatex", NULL};
    struct str files = {0}, path = {0};
    int failed = figure_draw(output->figure, str_text(&output->text),
                             path_of(job, output->experiment, arena), figure_widths[0], formats,
                             &files, err);
    for (const char *at = str_text(&files); !failed && str_next(&path, &at, "\n");)
        failed = add_entry(job, output, str_text(&path) + strlen(job->directory) + 1, arena,
                           entries, ret_files, err);
    STR_RELEASE(&files, &path);
    return failed;
}

static int write_output(const struct paper_job *job, const struct paper_output *output,
                        struct arena *arena, json_t *entries, struct str *ret_files,
                        struct err *err)
{
    if (output->figure)
        return write_figure(job, output, arena, entries, ret_files, err);
    const char *path = path_of(job, output->item, arena);
    const char *folder = arena_printf(arena, "%.*s", (int)(strrchr(path, '/') - path), path);
    if (folder_make(folder, err) || save_file(path, str_text(&output->text), err))
        return -1;
    return add_entry(job, output, output->item, arena, entries, ret_files, err);
}

/* What the last time made and this time does not. */
static int remove_old(const struct paper_job *job, const json_t *old, const json_t *manifest,
                      struct arena *arena, struct err *err)
{
    const json_t *entries = json_object_get(old, "outputs");
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const char *name = get(json_array_get(entries, i), "path");
        if (!is_safe(name) || entry_of(manifest, "path", name))
            continue;
        if (unlink(path_of(job, name, arena)) && errno != ENOENT)
            return err_set(err, "%s: %s", path_of(job, name, arena), strerror(errno));
    }
    return 0;
}

/* ---- The new manifest -------------------------------------------------------------------------*/

/* A query of outputs.sql. */
static void ask(struct db_rows *ret_rows, struct sqlite3 *db, const char *name,
                const char *experiment)
{
    db_ask_named(ret_rows, db, DB_NAMED(harness_paper_outputs, name),
                 DB_VALUES(db_text(experiment)));
}

static int hash_answer(struct sqlite3 *db, const char *name, const char *experiment,
                       char ret_hex[HASH_HEX_SIZE], size_t *ret_rows, struct err *err)
{
    struct table table = {0};
    struct str text = {0};
    struct db_rows rows;
    ask(&rows, db, name, experiment);
    table_read(&table, &rows);
    const int failed = db_close(&rows, err) ? err_prefix(err, "database: ") : 0;
    if (!failed) {
        table_format(&table, TABLE_CSV, &text);
        hash_bytes(str_text(&text), text.length, ret_hex);
        *ret_rows = table_rows(&table);
    }
    str_release(&text);
    table_release(&table);
    return failed;
}

static int add_environments(struct sqlite3 *db, const char *experiment, json_t *ret_environments,
                            struct err *err)
{
    struct db_rows rows;
    for (ask(&rows, db, "environments", experiment); db_next(&rows);) {
        json_t *environment = json_object();
        for (int c = 0; c < row_columns(&rows); c++)
            json_put(environment, row_name(&rows, c), json_text(row_raw(&rows, c)));
        json_push(ret_environments, environment);
    }
    return db_close(&rows, err) ? err_prefix(err, "database: ") : 0;
}

static int add_experiments(const struct paper_job *job, json_t *ret_experiments, struct err *err)
{
    struct str name = {0};
    int failed = 0;
    for (size_t i = 0; !failed && paper_next(job->paper, job->size, &i, &name);) {
        char runs[HASH_HEX_SIZE], file[HASH_HEX_SIZE];
        size_t cells, files;
        failed = hash_answer(job->db, "runs", str_text(&name), runs, &cells, err) ||
                 hash_answer(job->db, "file", str_text(&name), file, &files, err);
        if (failed || !files)
            continue;
        json_t *environments = json_array();
        failed = add_environments(job->db, str_text(&name), environments, err);
        json_push(ret_experiments, json_pack("{s:s, s:I, s:s, s:s, s:o}", "name", str_text(&name),
                                             "cells", (json_int_t)cells, "runs_sha256", runs,
                                             "file_sha256", file, "environments", environments));
    }
    str_release(&name);
    return failed;
}

static int write_manifest(const struct paper_job *job, json_t *manifest, struct arena *arena,
                          struct err *err)
{
    struct record_environment program;
    struct str text = {0};
    json_t *experiments = json_array();
    environment_record(0, arena, &program);
    json_put(manifest, "revision", json_text(program.revision));
    json_put(manifest, "compiler", json_text(program.compiler));
    json_put(manifest, "database", json_text(job->db_path));
    json_object_set_new(manifest, "experiments", experiments);
    if (add_experiments(job, experiments, err))
        return -1;
    json_add_dump(&text, manifest, JSON_INDENT(1));
    str_add(&text, "\n");
    const int failed = save_file(path_of(job, MANIFEST, arena), str_text(&text), err);
    str_release(&text);
    return failed;
}

/* Without outputs, whose array is lent. */
static json_t *new_manifest(const struct paper_job *job, json_t **ret_entries)
{
    *ret_entries = json_array();
    return json_made(json_pack("{s:s, s:s, s:o}", "paper", job->paper, "size", job->size, "outputs",
                               *ret_entries));
}

static void add_unfinished(const char *path, const char *item, json_t *entries)
{
    json_array_append_new(entries, json_pack("{s:s, s:s, s:s, s:s, s:s}", "path", path, "item",
                                             item, "sha256", "", "data", "", "source", ""));
}

/* Before the first file is written: names all that may be there afterwards, so that a process that
 * dies in between leaves nothing that the next one takes for somebody's own. */
static int begin_manifest(const struct paper_job *job, const struct paper_outputs *outputs,
                          const json_t *old, struct arena *arena, struct err *err)
{
    const char *name;
    json_t *entries, *manifest = new_manifest(job, &entries);
    const json_t *before = json_object_get(old, "outputs");
    for (size_t i = 0; i < json_array_size(before); i++)
        add_unfinished(get(json_array_get(before, i), "path"),
                       get(json_array_get(before, i), "item"), entries);
    for (size_t i = 0; i < outputs->count; i++)
        for (size_t k = 0; (name = file_at(&outputs->items[i], k, arena)); k++)
            add_unfinished(name, outputs->items[i].item, entries);
    const int failed = write_manifest(job, manifest, arena, err);
    json_decref(manifest);
    return failed;
}

int paper_write(const struct paper_job *job, const struct paper_outputs *outputs, bool force,
                struct str *ret_files, struct err *err)
{
    struct arena arena = {0};
    json_t *old = NULL, *entries, *manifest = new_manifest(job, &entries);
    int failed = read_manifest(job, &arena, &old, err) ||
                 refuse_foreign(job, outputs, old, force, &arena, err) ||
                 folder_make(job->directory, err) || begin_manifest(job, outputs, old, &arena, err);
    for (size_t i = 0; i < outputs->count && !failed; i++)
        failed = write_output(job, &outputs->items[i], &arena, entries, ret_files, err);
    failed = failed || remove_old(job, old, manifest, &arena, err) ||
             write_manifest(job, manifest, &arena, err);
    if (!failed)
        str_addf(ret_files, "%s\n", path_of(job, MANIFEST, &arena));
    json_decref(manifest);
    json_decref(old);
    arena_release(&arena);
    return failed ? -1 : 0;
}

/* ---- Verifying --------------------------------------------------------------------------------*/

static void verify_entry(const struct paper_job *job, const struct paper_outputs *outputs,
                         const json_t *entry, struct arena *arena, struct str *ret_lines)
{
    const char *path = path_of(job, get(entry, "path"), arena);
    const char *state = state_of(path, entry);
    const struct paper_output *output = output_of(outputs, get(entry, "item"));
    if (state)
        str_addf(ret_lines, "%s: %s\n", state, path);
    if (!output)
        str_addf(ret_lines, "out of date: %s (nothing to show any more)\n", path);
    else if (strcmp(output->source, get(entry, "source")) != 0)
        str_addf(ret_lines, "out of date: %s (its query or script changed)\n", path);
    else if (strcmp(output->data, get(entry, "data")) != 0)
        str_addf(ret_lines, "out of date: %s (its data changed)\n", path);
}

/* The causes: experiments whose runs, file or machines are not what they were. */
static int verify_experiments(const struct paper_job *job, const json_t *manifest,
                              struct str *ret_lines, struct err *err)
{
    static const char *const parts[][2] = {
        {"file_sha256", "its file"}, {"runs_sha256", "its runs"}, {"environments", "its machines"}};
    const json_t *before = json_object_get(manifest, "experiments");
    json_t *now = json_array();
    const int failed = add_experiments(job, now, err);
    for (size_t i = 0; !failed && i < json_array_size(now); i++) {
        const json_t *experiment = json_array_get(now, i), *old = NULL;
        struct str changed = {0};
        for (size_t k = 0; k < json_array_size(before) && !old; k++)
            if (strcmp(get(json_array_get(before, k), "name"), get(experiment, "name")) == 0)
                old = json_array_get(before, k);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (old && !json_equal(json_object_get(old, parts[k][0]),
                                   json_object_get(experiment, parts[k][0])))
                str_addf(&changed, "%s%s", changed.length ? ", " : "", parts[k][1]);
        if (!old || changed.length)
            str_addf(ret_lines, "changed: experiment %s (%s)\n", get(experiment, "name"),
                     old ? str_text(&changed) : "it is new");
        str_release(&changed);
    }
    json_decref(now);
    return failed;
}

int paper_verify(const struct paper_job *job, const struct paper_outputs *outputs,
                 struct str *ret_lines, struct err *err)
{
    struct arena arena = {0};
    json_t *manifest = NULL;
    int failed = read_manifest(job, &arena, &manifest, err);
    if (!failed && !manifest)
        failed = err_set(err, "%s: no such file: nothing was made there yet",
                         path_of(job, MANIFEST, &arena));
    const json_t *entries = json_object_get(manifest, "outputs");
    for (size_t i = 0; !failed && i < json_array_size(entries); i++)
        verify_entry(job, outputs, json_array_get(entries, i), &arena, ret_lines);
    for (size_t i = 0; !failed && i < outputs->count; i++)
        if (!entry_of(manifest, "item", outputs->items[i].item))
            str_addf(ret_lines, "not made yet: %s\n", path_of(job, outputs->items[i].item, &arena));
    failed = failed || verify_experiments(job, manifest, ret_lines, err);
    json_decref(manifest);
    arena_release(&arena);
    return failed ? -1 : 0;
}

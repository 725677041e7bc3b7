#include "harness/keep/garbage.h"

#include "base/folder.h"
#include "harness/keep/checkpoint.h"
#include "results/inspect.h"
#include "results/lock.h"
#include "results/place.h"
#include "results/record/artifact.h"
#include "results/shard.h"
#include "results/store.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_WITH_ARTIFACTS = 3 /* version of the schema */, KEY_DIGITS = HASH_HEX_SIZE - 1 };

/* ---- Files ------------------------------------------------------------------------------------*/

struct file {
    char *name, *path;
    int64_t bytes;
};

struct files {
    struct file *items;
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

/* The regular files of a folder, by name; none where there is no folder. */
static int list_files(const char *folder, struct arena *arena, struct files *ret_files,
                      struct err *err)
{
    struct files files = {0};
    struct folder entries = {0};
    for (const char *name; (name = folder_next(&entries, folder));) {
        struct stat about;
        char *path = arena_printf(arena, "%s/%s", folder, name);
        if (stat(path, &about) || !S_ISREG(about.st_mode))
            continue;
        MEM_ROOM(files.items, files.count);
        files.items[files.count++] =
            (struct file){arena_strdup(arena, name), path, (int64_t)about.st_size};
    }
    if (folder_close(&entries, folder, err)) {
        mem_free(files.items);
        return -1;
    }
    if (files.count)
        qsort(files.items, files.count, sizeof *files.items, by_name);
    *ret_files = files;
    return 0;
}

static bool is_key(const char *name, size_t length)
{
    return length == KEY_DIGITS && strspn(name, "0123456789abcdef") >= KEY_DIGITS;
}

static bool ends_in(const char *name, size_t length, const char *tail)
{
    const size_t size = strlen(tail);
    return length > size && strncmp(name + length - size, tail, size) == 0;
}

/* NAME.PID of a process that is no more, where NAME is one of ours: nobody will finish it. */
static bool is_left_over(const char *name, bool keyed)
{
    int64_t pid = 0;
    const char *dot = strrchr(name, '.');
    if (!dot || !isdigit((unsigned char)dot[1]) || !str_parse_int(dot + 1, &pid))
        return false;
    const size_t length = (size_t)(dot - name);
    const bool ours = keyed ? is_key(name, length) : ends_in(name, length, ".backup");
    return ours && pid > 0 && pid <= INT32_MAX && kill((pid_t)pid, 0) && errno == ESRCH;
}

/* ---- What is needed ---------------------------------------------------------------------------*/

/* Names of files; the texts are in the arena. */
struct keys {
    struct arena *arena;
    char **items;
    size_t count;
};

struct needed {
    struct garbage *garbage;
    struct keys artifacts;   /* that attempts name */
    struct keys checkpoints; /* of the database's cells that have no result yet */
};

static void take_key(void *context, const char *key, int64_t attempts)
{
    struct keys *keys = context;
    (void)attempts;
    MEM_ROOM(keys->items, keys->count);
    keys->items[keys->count++] = arena_strdup(keys->arena, key);
}

static int take_artifacts(struct store *store, struct needed *needed, struct err *err)
{
    needed->garbage->databases++;
    return inspect_artifacts(store, &(struct inspect_keys){take_key, &needed->artifacts}, err);
}

static int take_checkpoints(struct store *store, struct needed *needed, struct err *err)
{
    return inspect_unfinished(store, &(struct inspect_keys){take_key, &needed->checkpoints}, err);
}

static bool has_wal(const struct file *file)
{
    struct str name = {0};
    struct stat about;
    str_addf(&name, "%s-wal", file->path);
    const bool has = stat(str_text(&name), &about) == 0 && about.st_size > 0;
    str_release(&name);
    return has;
}

/* Whether attempts in it may name artifacts; what is called .db and cannot be told, may. */
static bool may_need(const struct file *file)
{
    int version = 0;
    switch (store_file_kind(file->path, &version)) {
    case STORE_FILE_WINNOW:
        return version >= FIRST_WITH_ARTIFACTS || has_wal(file);
    case STORE_FILE_FOREIGN:
        return false;
    case STORE_FILE_OTHER:
        break;
    }
    return ends_in(file->name, strlen(file->name), ".db") && (file->bytes > 0 || has_wal(file));
}

static int hold_it(const char *path, struct garbage *garbage, struct err *err)
{
    struct str resolved = {0};
    struct lock *lock;
    place_resolve(path, &resolved);
    const int failed = lock_take(str_text(&resolved), &lock, err);
    str_release(&resolved);
    if (failed)
        return err_prefix(err, "%s shares the artifacts: ", path);
    MEM_ROOM(garbage->locks, garbage->lock_count);
    garbage->locks[garbage->lock_count++] = lock;
    return 0;
}

static int ask_other(const char *path, bool hold, struct needed *needed, struct err *err)
{
    struct store *other;
    if (hold && hold_it(path, needed->garbage, err))
        return -1;
    if (store_open(path, STORE_READ, &other, err)) {
        err_prefix(err, "cannot find out what another database needs: ");
        const struct err why = *err;
        return err_set(err, "%.900s; repair it, or move it elsewhere", why.text);
    }
    const int failed = take_artifacts(other, needed, err);
    store_close(other);
    return failed;
}

/* "x.db.bad", "x.db.bad-2": winnow merge has put it aside, and nothing is made from it. */
static bool is_aside(const char *name)
{
    const char *end = strrchr(name, '.');
    const size_t length = strlen(SHARD_ASIDE);
    return end && strncmp(end, SHARD_ASIDE, length) == 0 &&
           (!end[length] || (end[length] == '-' && isdigit((unsigned char)end[length + 1])));
}

static int ask_others(const struct files *files, const char *path, bool hold, struct needed *needed,
                      struct err *err)
{
    /* Its own is not even looked into: closing any descriptor of it ends SQLite's locks on it. */
    for (size_t i = 0; i < files->count; i++)
        if (!place_same_file(files->items[i].path, path) && !is_aside(files->items[i].name) &&
            may_need(&files->items[i]) && ask_other(files->items[i].path, hold, needed, err))
            return -1;
    return 0;
}

/* ---- What is not ------------------------------------------------------------------------------*/

static void add(struct garbage *garbage, const struct file *file, const char *why)
{
    MEM_ROOM(garbage->items, garbage->count);
    garbage->items[garbage->count++] = (struct garbage_item){file->path, why, file->bytes};
}

static const char half_written[] = "left incomplete by a process that no longer runs";

/* Of files that are named by keys; returns how many of them are needed. */
static size_t sort_keyed(struct garbage *garbage, const struct files *files, struct keys *keys,
                         const char *why)
{
    size_t kept = 0;
    if (keys->count)
        qsort(keys->items, keys->count, sizeof *keys->items, str_compare);
    for (size_t i = 0; i < files->count; i++) {
        const struct file *file = &files->items[i];
        if (is_left_over(file->name, true))
            add(garbage, file, half_written);
        if (!is_key(file->name, strlen(file->name)))
            continue;
        if (keys->count &&
            bsearch(&file->name, keys->items, keys->count, sizeof *keys->items, str_compare))
            kept++;
        else
            add(garbage, file, why);
    }
    return kept;
}

static void sort_beside(struct garbage *garbage, const struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (is_left_over(files->items[i].name, false))
            add(garbage, &files->items[i], half_written);
}

int garbage_find(struct store *store, const char *path, bool hold, struct garbage *ret_garbage,
                 struct err *err)
{
    struct garbage garbage = {0};
    struct needed needed = {&garbage, {&garbage.arena, NULL, 0}, {&garbage.arena, NULL, 0}};
    struct files beside = {0}, artifacts = {0}, checkpoints = {0};
    struct str folder = {0}, artifact_path = {0}, checkpoint_path = {0};
    folder_of(path, &folder);
    artifact_folder(path, &artifact_path);
    checkpoint_folder(path, &checkpoint_path);
    /* What is named by keys last, under the locks: what a scheduler had just made is known by then.
     */
    const int failed = list_files(str_text(&folder), &garbage.arena, &beside, err) ||
                       take_artifacts(store, &needed, err) ||
                       take_checkpoints(store, &needed, err) ||
                       ask_others(&beside, path, hold, &needed, err) ||
                       list_files(str_text(&artifact_path), &garbage.arena, &artifacts, err) ||
                       list_files(str_text(&checkpoint_path), &garbage.arena, &checkpoints, err);
    if (!failed) {
        garbage.kept = sort_keyed(&garbage, &artifacts, &needed.artifacts, "no attempt names it");
        garbage.resumable = sort_keyed(&garbage, &checkpoints, &needed.checkpoints,
                                       "a checkpoint that no cell will continue from");
        sort_beside(&garbage, &beside);
    }
    MEM_FREE(beside.items, artifacts.items, checkpoints.items, needed.artifacts.items,
             needed.checkpoints.items);
    STR_RELEASE(&folder, &artifact_path, &checkpoint_path);
    if (failed) {
        garbage_release(&garbage);
        return -1;
    }
    *ret_garbage = garbage;
    return 0;
}

void garbage_release(struct garbage *garbage)
{
    while (garbage->lock_count)
        lock_free(garbage->locks[--garbage->lock_count]);
    MEM_FREE(garbage->locks, garbage->items);
    arena_release(&garbage->arena);
    *garbage = (struct garbage){0};
}

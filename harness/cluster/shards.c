#include "harness/cluster/shards.h"

#include "base/folder.h"
#include "base/save.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- What is there ----------------------------------------------------------------------------*/

static bool is_database(const char *name)
{
    const size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, ".db") == 0;
}

int shards_list(const char *folder, struct shards *ret_shards, struct err *err)
{
    struct shards shards = {0};
    const char **names = NULL;
    struct folder entries = {0};
    for (const char *name; (name = folder_next(&entries, folder));) {
        if (!is_database(name))
            continue;
        MEM_ROOM(names, shards.count);
        names[shards.count++] = arena_strdup(&shards.arena, name);
    }
    shards.names = names;
    if (folder_close(&entries, folder, err)) {
        shards_release(&shards);
        return -1;
    }
    if (shards.count)
        qsort(names, shards.count, sizeof *names, str_compare);
    *ret_shards = shards;
    return 0;
}

void shards_release(struct shards *shards)
{
    mem_free(shards->names);
    arena_release(&shards->arena);
}

static int raise_states(const char *path, struct plan_cell *cells, size_t count, struct err *err)
{
    struct store *store;
    if (store_open(path, STORE_READ, &store, err))
        return -1;
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i++) {
        enum store_cell_state state = CELL_NEW;
        failed = store_cell_state(store, cells[i].key, &state, err);
        if (state == CELL_DONE || cells[i].state == CELL_NEW)
            cells[i].state = state;
    }
    store_close(store);
    return failed;
}

void shards_states(const char *folder, const struct shards *shards, const char *element_id,
                   struct plan_cell *cells, size_t count, struct str *ret_notes)
{
    const size_t length = strlen(element_id);
    struct str path = {0};
    for (size_t i = 0; i < shards->count; i++) {
        struct err err;
        const char *name = shards->names[i];
        if (strncmp(name, element_id, length) != 0 || name[length] != '-')
            continue;
        str_clear(&path);
        str_addf(&path, "%s/%s", folder, name);
        if (raise_states(str_text(&path), cells, count, &err))
            str_addf(ret_notes, "%s\n", err.text);
    }
    str_release(&path);
}

/* ---- What is new ------------------------------------------------------------------------------*/

int shards_new_name(const char *folder, const char *element_id, struct str *ret_path,
                    struct err *err)
{
    uint64_t random;
    if (folder_make_alone(folder, err))
        return -1;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_set(err, "cannot get random numbers: %s", strerror(errno));
    str_addf(ret_path, "%s/%s-%016llx.db", folder, element_id, (unsigned long long)random);
    return 0;
}

/* SQLite works on the local disk only: the shared one sees a file that is written once. */
int shards_publish(struct store *store, const char *copy, const char *path, struct err *err)
{
    return store_copy(store, copy, true, err) || save_adopt(copy, path, true, err) ? -1 : 0;
}

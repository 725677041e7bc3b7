#include "results/store_private.h"

#include "results/db.h"
#include "results/lock.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What SQLite has open. */
static const char *const suffixes[STORE_FILES] = {"", "-wal", "-shm"};

static void name_of(const struct store *store, int i, struct str *ret_name)
{
    str_addf(ret_name, "%s%s", db_path_of(store->db), suffixes[i]);
}

enum standing { MINE, OTHER, GONE };

static enum standing look(const struct store *store, int i)
{
    const struct store_file *mine = &store->files[i];
    struct str name = {0};
    struct stat now;
    name_of(store, i, &name);
    const bool there = stat(str_text(&name), &now) == 0;
    const bool gone = errno == ENOENT || errno == ENOTDIR; /* anything else says nothing of it */
    str_release(&name);
    if (!there)
        return gone ? GONE : MINE;
    return now.st_dev == mine->device && now.st_ino == mine->inode ? MINE : OTHER;
}

/* A backup that was copied into the file (`cp`, not `mv`): while it is open it says that it has a
 * -wal; one that winnow made, or a shorter file, does not. Not seen is what comes while the -wal is
 * being copied back, some milliseconds in a thousand pages: that restores the header. */
static bool is_overwritten(const struct store *store)
{
    unsigned char header[STORE_HEADER];
    const int file = lock_database_file(store->lock);
    return file >= 0 && (pread(file, header, sizeof header, 0) != (ssize_t)sizeof header ||
                         header[STORE_READ_VERSION_AT] == STORE_WITHOUT_WAL);
}

static int may_commit(void *context)
{
    return store_in_place(context, NULL) ? 1 : 0; /* not 0: roll back */
}

void store_remember_place(struct store *store)
{
    for (int i = 0; i < STORE_FILES; i++) {
        struct str name = {0};
        struct stat now;
        name_of(store, i, &name);
        if (stat(str_text(&name), &now) == 0)
            store->files[i] = (struct store_file){true, now.st_dev, now.st_ino};
        str_release(&name);
    }
    sqlite3_commit_hook(store->db, may_commit, store);
}

int store_in_place(const struct store *store, struct err *err)
{
    static const char *const words[] = {[OTHER] = "is another file now", [GONE] = "is gone"};
    for (int i = 0; i < STORE_FILES; i++) {
        const enum standing standing = store->files[i].known ? look(store, i) : MINE;
        if (standing != MINE)
            return err_set(err,
                           "%s: it was moved or replaced while it was being written: %s%s %s. "
                           "Nothing more is written: put it back, or start again",
                           store->path, store->path, suffixes[i], words[standing]);
    }
    if (store->files[0].known && is_overwritten(store))
        return err_set(err,
                       "%s: it was moved or replaced while it was being written: something else "
                       "was copied into it. Nothing more is written: put it right, or start again",
                       store->path);
    return 0;
}

/*
 * SQLite would remove -wal and -shm by their names, whosever they are now. What was committed goes
 * into the file that is open, wherever it is; but not over what was copied into it.
 */
void store_leave_place(struct store *store)
{
    const bool kept = !is_overwritten(store) &&
                      sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                                NULL) != SQLITE_OK;
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    for (int i = 1; i < STORE_FILES && !kept; i++) {
        struct str name = {0};
        name_of(store, i, &name);
        if (store->files[i].known && look(store, i) == MINE)
            unlink(str_text(&name));
        str_release(&name);
    }
}

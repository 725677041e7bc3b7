#include "results/store.h"

#include "base/save.h"
#include "base/str.h"
#include "results/db.h"
#include "results/place.h"
#include "results/store_private.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- What a file is ---------------------------------------------------------------------------*/

static int number_at(const unsigned char *header, int at)
{
    return (int)((uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
                 (uint32_t)header[at + 2] << 8 | header[at + 3]);
}

enum store_file_kind store_file_kind(const char *path, int *ret_version)
{
    static const char magic[16] = "SQLite format 3";
    unsigned char header[STORE_HEADER];
    FILE *file = fopen(path, "rb");
    const size_t have = file ? fread(header, 1, sizeof header, file) : 0;
    if (file)
        fclose(file);
    if (have < sizeof header || memcmp(header, magic, sizeof magic) != 0)
        return STORE_FILE_OTHER;
    if (number_at(header, STORE_APPLICATION_ID_AT) != STORE_APPLICATION_ID)
        return STORE_FILE_FOREIGN;
    *ret_version = number_at(header, STORE_USER_VERSION_AT);
    return STORE_FILE_WINNOW;
}

/* ---- Copying ----------------------------------------------------------------------------------*/

/* A database under a -wal or -journal of another one would be taken for damaged, or be damaged. */
static int may_be_put(const struct store *store, const char *path, bool replace, struct err *err)
{
    if (place_same_file(path, db_path_of(store->db)))
        return err_set(err, "%s is the database itself", path);
    if (place_in_use(path))
        return err_set(err, "%s is in use: there is a -wal or -journal beside it", path);
    if (!replace && access(path, F_OK) == 0)
        return err_set(err, "%s exists", path);
    return 0;
}

/* All pages in one step: one state of the database, and nobody has to wait. */
static int copy_pages(sqlite3 *from, sqlite3 *to, struct err *err)
{
    /* No journal: a copy that is not whole is thrown away. save_adopt syncs. */
    if (db_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", err))
        return -1;
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup)
        sqlite3_backup_step(backup, -1);
    if (!backup || sqlite3_backup_finish(backup) != SQLITE_OK)
        return err_set(err, "%s", sqlite3_errmsg(to));
    /* One file, for whoever opens it, on a read-only disk too. */
    return db_exec(to, "PRAGMA journal_mode = DELETE", err);
}

static int copy_to(sqlite3 *from, const char *path, struct err *err)
{
    struct str resolved = {0};
    sqlite3 *to;
    unlink(path); /* of a dead process with our number */
    place_resolve(path, &resolved);
    int failed = 0;
    if (sqlite3_open_v2(str_text(&resolved), &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        NULL) != SQLITE_OK)
        failed = err_set(err, "%s", sqlite3_errmsg(to));
    else
        failed = copy_pages(from, to, err);
    sqlite3_close(to);
    if (failed)
        unlink(path);
    str_release(&resolved);
    return failed;
}

/* All of it in memory, as it will lie in the file: a stream can take no pages out of order. */
static int pour(sqlite3 *from, const char *path, struct err *err)
{
    struct save *save;
    sqlite3_int64 size = 0;
    unsigned char *bytes = sqlite3_serialize(from, "main", &size, 0);
    if (!bytes || size < STORE_HEADER) {
        sqlite3_free(bytes);
        return err_set(err, "cannot write %s: %s", path, sqlite3_errmsg(from));
    }
    bytes[STORE_WRITE_VERSION_AT] = bytes[STORE_READ_VERSION_AT] = STORE_WITHOUT_WAL;
    int failed = save_open(path, &save, err);
    if (!failed) {
        save_put(save, bytes, (size_t)size);
        failed = save_close(save, err);
    }
    sqlite3_free(bytes);
    return failed;
}

static int put(struct store *store, const char *path, bool replace, struct err *err)
{
    struct str aside = {0};
    if (may_be_put(store, path, replace, err))
        return -1;
    str_addf(&aside, "%s.%d", path, (int)getpid());
    int failed = copy_to(store->db, str_text(&aside), err);
    if (failed)
        err_prefix(err, "cannot write %s: ", path);
    else
        failed = save_adopt(str_text(&aside), path, replace, err);
    str_release(&aside);
    return failed;
}

int store_copy(struct store *store, const char *path, bool replace, struct err *err)
{
    struct str target = {0};
    const bool stream = save_target(path, &target) == SAVE_STREAM;
    const int failed =
        stream ? pour(store->db, path, err) : put(store, str_text(&target), replace, err);
    str_release(&target);
    return failed;
}

/* ---- Shrinking --------------------------------------------------------------------------------*/

static int size_of(struct store *store, int64_t *ret_bytes, struct err *err)
{
    return db_get_int(store->db,
                      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                      NULL, 0, ret_bytes, err);
}

int store_vacuum(struct store *store, int64_t *ret_before, int64_t *ret_after, struct err *err)
{
    int64_t before = 0;
    REQUIRE(store->mode != STORE_READ);
    if (size_of(store, &before, err) || db_exec(store->db, "VACUUM", err) ||
        size_of(store, ret_after, err))
        return store_told(store, -1, err);
    *ret_before = before;
    return 0;
}

int store_told(const struct store *store, int failed, struct err *err)
{
    if (!failed || store_in_place(store, err))
        return failed ? -1 : 0;
    return err_prefix(err, "%s: ", store->path);
}

#include "results/shard.h"

#include "base/mem.h"
#include "base/str.h"
#include "results/db.h"
#include "results/functions/functions.h"
#include "results/inspect.h"
#include "results/place.h"
#include "results/store_private.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- Reading ----------------------------------------------------------------------------------*/

static int read_file(FILE *file, struct shard *shard)
{
    struct stat stat;
    if (fstat(fileno(file), &stat))
        return -1;
    if (!S_ISREG(stat.st_mode)) {
        errno = S_ISDIR(stat.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    shard->size = (size_t)stat.st_size;
    MEM_NEW(shard->bytes, shard->size + 1);
    if (fread(shard->bytes, 1, shard->size, file) == shard->size)
        return 0;
    errno = ferror(file) ? errno : EIO; /* it became shorter while it was read */
    return -1;
}

int shard_read(const char *path, struct shard *ret_shard, struct err *err)
{
    struct shard shard = {0};
    if (place_in_use(path))
        return err_set(err, "in use: there is a -wal or -journal beside it");
    if (place_check(path, err))
        return -1;
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_set(err, "%s", strerror(errno));
    const int failed = read_file(file, &shard) ? err_set(err, "%s", strerror(errno)) : 0;
    fclose(file);
    if (failed) {
        shard_release(&shard);
        return -1;
    }
    struct hash *hash = hash_new();
    hash_add(hash, shard.bytes, shard.size);
    hash_finish(hash, shard.hash);
    /* No WAL in memory, and the file had none: as https://www.sqlite.org/c3ref/deserialize.html
     * asks for. */
    if (shard.size >= STORE_HEADER)
        shard.bytes[STORE_WRITE_VERSION_AT] = shard.bytes[STORE_READ_VERSION_AT] =
            STORE_WITHOUT_WAL;
    *ret_shard = shard;
    return 0;
}

void shard_release(struct shard *shard)
{
    mem_free(shard->bytes);
    *shard = (struct shard){0};
}

/* ---- Looking ----------------------------------------------------------------------------------*/

/* Not marked as read-only: BEGIN IMMEDIATE wants to be able to write all that is attached. The
 * bytes cannot grow, and nobody writes them. */
static int deserialize(const struct shard *shard, sqlite3 *db, const char *schema, struct err *err)
{
    const int code = sqlite3_deserialize(db, schema, shard->bytes, (sqlite3_int64)shard->size,
                                         (sqlite3_int64)shard->size, 0);
    return code == SQLITE_OK ? 0 : err_set(err, "%s", sqlite3_errstr(code));
}

/* What the last failure says of the bytes: it may have been the machine's. */
static enum shard_kind kind_of_failure(sqlite3 *db)
{
    const int code = sqlite3_errcode(db);
    return code == SQLITE_FULL || code == SQLITE_IOERR ? SHARD_UNKNOWN : SHARD_DAMAGED;
}

struct damages {
    sqlite3 *db;
    struct err *first;
    int count;
    bool unknown;
};

static void take_finding(void *context, bool damage, const char *text)
{
    struct damages *damages = context;
    damages->unknown = damages->unknown || kind_of_failure(damages->db) == SHARD_UNKNOWN;
    if (damage && damages->count++ == 0)
        err_set(damages->first, "%s", text);
}

static enum shard_kind check_opened(sqlite3 *db, int version, int *ret_theirs, struct err *ret_why)
{
    int64_t application = 0, theirs = 0;
    struct damages damages = {db, ret_why, 0, false};
    struct inspect_counts counts;
    struct store store = {.db = db, .mode = STORE_READ};
    if (functions_register(db, ret_why) || /* which the inspection's queries use */
        db_get_int(db, "PRAGMA application_id", NULL, 0, &application, ret_why) ||
        db_get_int(db, "PRAGMA user_version", NULL, 0, &theirs, ret_why))
        return kind_of_failure(db);
    if (application != STORE_APPLICATION_ID) {
        err_set(ret_why, "a database, but not one of winnow's (application_id %lld)",
                (long long)application);
        return SHARD_DAMAGED;
    }
    *ret_theirs = (int)theirs;
    if (theirs != version) {
        err_set(ret_why, "written by %s winnow (its version is %d, this program reads %d)",
                theirs > version ? "a newer" : "an older", (int)theirs, version);
        return SHARD_VERSION;
    }
    inspect_database(&store, &(struct inspect_watcher){take_finding, &damages}, &counts);
    if (damages.count > 1) {
        const struct err first = *ret_why;
        err_set(ret_why, "%.700s (and %d more; winnow db check lists them)", first.text,
                damages.count - 1);
    }
    return !damages.count ? SHARD_GOOD : damages.unknown ? SHARD_UNKNOWN : SHARD_DAMAGED;
}

/* The bytes become those of a database of the program's version; on failure they stay. */
static enum shard_kind bring_up(struct shard *shard, struct err *err)
{
    const unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
    unsigned char *copy = sqlite3_malloc64(shard->size);
    sqlite3 *db = NULL;
    sqlite3_int64 size = 0;
    if (!copy || sqlite3_open(":memory:", &db) != SQLITE_OK)
        DIE("out of memory: SQLite");
    memcpy(copy, shard->bytes, shard->size);
    /* The copy is SQLite's from here on, also where it fails. */
    const sqlite3_int64 all = (sqlite3_int64)shard->size;
    const int failed = sqlite3_deserialize(db, "main", copy, all, all, flags) != SQLITE_OK
                           ? err_set(err, "%s", sqlite3_errmsg(db))
                           : store_bring_up(db, err);
    const enum shard_kind kind = !failed                  ? SHARD_GOOD
                                 : err->cause == ERR_FULL ? SHARD_UNKNOWN
                                                          : SHARD_DAMAGED;
    unsigned char *bytes = failed ? NULL : sqlite3_serialize(db, "main", &size, 0);
    if (bytes) {
        mem_free(shard->bytes);
        shard->size = (size_t)size;
        MEM_NEW(shard->bytes, shard->size + 1);
        memcpy(shard->bytes, bytes, shard->size);
    }
    sqlite3_free(bytes);
    sqlite3_close(db);
    return kind;
}

static enum shard_kind check_bytes(const struct shard *shard, int version, int *ret_theirs,
                                   struct err *ret_why)
{
    sqlite3 *db = NULL;
    enum shard_kind kind = SHARD_DAMAGED;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        DIE("out of memory: SQLite");
    if (deserialize(shard, db, "main", ret_why) == 0)
        kind = check_opened(db, version, ret_theirs, ret_why);
    sqlite3_close(db);
    return kind;
}

enum shard_kind shard_check(struct shard *shard, int version, struct err *ret_why)
{
    static const char magic[16] = "SQLite format 3";
    int theirs = 0;
    if (shard->size < STORE_HEADER || memcmp(shard->bytes, magic, sizeof magic) != 0) {
        err_set(ret_why, "not a database");
        return SHARD_DAMAGED;
    }
    enum shard_kind kind = check_bytes(shard, version, &theirs, ret_why);
    if (kind != SHARD_VERSION || theirs > version)
        return kind;
    kind = bring_up(shard, ret_why);
    if (kind != SHARD_GOOD) {
        err_prefix(ret_why, "it cannot be migrated from version %d: ", theirs);
        return kind;
    }
    return check_bytes(shard, version, &theirs, ret_why);
}

int shard_attach(const struct shard *shard, sqlite3 *db, struct err *err)
{
    if (db_exec(db, "ATTACH ':memory:' AS shard", err))
        return -1;
    if (deserialize(shard, db, "shard", err) == 0)
        return 0;
    shard_detach(db);
    return -1;
}

void shard_detach(sqlite3 *db)
{
    db_exec(db, "DETACH shard", NULL);
}

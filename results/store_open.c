#include "results/store_private.h"

#include "base/mem.h"
#include "base/str.h"
#include "results/db.h"
#include "results/functions/functions.h"
#include "results/lock.h"
#include "results/migrate.h"
#include "results/place.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

enum {
    BUSY_MILLISECONDS = 10000, /* how long to wait for somebody's sqlite3 shell */
    BRIEF_MILLISECONDS = 1000,
    LEAVING_TRIES = 25, /* for a reader that looks and goes */
    LEAVING_MICROSECONDS = 10000,
};

#define SQL(name) _binary_results_##name##_sql_start
DB_FILE(results_schema);
DB_FILE(results_schema_v1_to_v2);
DB_FILE(results_schema_v2_to_v3);
DB_FILE(results_schema_v3_to_v4);
DB_FILE(results_schema_v4_to_v5);
DB_FILE(results_schema_v5_to_v6);
DB_FILE(results_schema_v12_to_v13);
DB_FILE(results_schema_v13_to_v14);
DB_FILE(results_schema_v14_to_v15);
DB_FILE(results_views);
DB_FILE(results_views_derived);

/* What brings a file to the version with which a number was added. */
#define NUMBER(type, name)
#define ADDED(version, name, check)                                                                \
    static const char add_##name[] =                                                               \
        "ALTER TABLE epoch ADD COLUMN " #name " REAL CHECK (" #name " " #check ");"                \
        "PRAGMA user_version = " #version;
#include "results/record/epoch.def"
#undef ADDED

static const char *const steps[] = {
    SQL(schema),
    SQL(schema_v1_to_v2),
    SQL(schema_v2_to_v3),
    SQL(schema_v3_to_v4),
    SQL(schema_v4_to_v5),
    SQL(schema_v5_to_v6),
#define ADDED(version, name, check) [version - 1] = add_##name,
#include "results/record/epoch.def"
    [12] = SQL(schema_v12_to_v13),
    SQL(schema_v13_to_v14),
    SQL(schema_v14_to_v15),
};
enum { VERSION = sizeof steps / sizeof *steps };
static const char *const views[] = {SQL(views), SQL(views_derived)};

static int open_connection(struct store *store, const char *name, int flags, struct err *err)
{
    if (sqlite3_open_v2(name, &store->db, flags, NULL) != SQLITE_OK)
        return db_fail(store->db, err);
    sqlite3_busy_timeout(store->db,
                         store->mode & STORE_BRIEFLY ? BRIEF_MILLISECONDS : BUSY_MILLISECONDS);
    return 0;
}

/* Nothing is written before it is certain that the file is winnow's, or empty. */
static int check_identity(struct store *store, struct err *err)
{
    int64_t application = 0, version = 0, objects = 0;
    if (db_get_int(store->db, "PRAGMA application_id", NULL, 0, &application, err) ||
        db_get_int(store->db, "PRAGMA user_version", NULL, 0, &version, err) ||
        db_get_int(store->db, "SELECT count(*) FROM sqlite_schema", NULL, 0, &objects, err))
        return -1;
    const bool empty = application == 0 && version == 0 && objects == 0;
    if (store->mode != STORE_READ && empty)
        return 0;
    if (empty)
        return err_set(err, "an empty file, not a database of winnow's");
    if (application != STORE_APPLICATION_ID)
        return err_set(err, "a database, but not one of winnow's (application_id %lld)",
                       (long long)application);
    if (store->mode == STORE_READ && version != VERSION)
        return err_set(err, "written by %s winnow (its version is %d, this program reads %d): %s",
                       version > VERSION ? "a newer" : "an older", (int)version, VERSION,
                       version > VERSION ? "use that one"
                                         : "winnow run with its experiment brings it up to date "
                                           "and keeps a copy of the old one");
    return 0;
}

/* Read-only, as "file:PATH?WAY". */
static int open_as(struct store *store, const char *path, const char *way, struct err *err)
{
    struct str uri = {0};
    str_add(&uri, "file:");
    for (const char *p = path; *p; p++)
        if (*p == '%' || *p == '?' || *p == '#')
            str_addf(&uri, "%%%02X", (unsigned)(unsigned char)*p);
        else
            str_add_bytes(&uri, p, 1);
    str_addf(&uri, "?%s", way);
    const int failed =
        open_connection(store, str_text(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    str_release(&uri);
    return failed;
}

/* As it stands: no lock, no shared memory, no -wal beside it. */
static int open_immutable(struct store *store, const char *path, struct err *err)
{
    return open_as(store, path, "immutable=1", err);
}

/* With what a killed writer left in the -wal: who has both alone shares no memory with anybody. */
static int open_alone(struct store *store, const char *path, struct err *err)
{
    if (open_as(store, path, "vfs=unix-none", err))
        return -1;
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return db_exec(store->db, "PRAGMA locking_mode = EXCLUSIVE", err);
}

/*
 * A reader too needs memory shared with the writer, hence files beside the database. Where they
 * cannot be made (a read-only folder, a network) and nobody has any, nobody writes, and the file
 * can be read as it stands, its -wal too. Elsewhere the connection is read-write with query_only,
 * because SQLite lets a read-only one leave its -wal and -shm behind.
 */
static int connect_reader(struct store *store, const char *path, struct err *err)
{
    struct disk disk;
    const bool network = place_network(path, &disk), in_use = place_in_use(path);
    if (network && in_use)
        return err_set(err,
                       "on a network file system (%s), with a -wal or -journal beside it: somebody "
                       "is writing it; or was killed, then copy both files to a local disk",
                       disk.type);
    if (network)
        return open_immutable(store, path, err);
    if (open_connection(store, path, SQLITE_OPEN_READWRITE, err))
        return -1;
    const int code = sqlite3_exec(store->db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    if (code == SQLITE_READONLY && place_has_beside(path, "-journal"))
        return err_set(err, "a transaction was broken off in it, and the -journal that undoes it "
                            "cannot be used in a folder that cannot be written: copy both files "
                            "to one that can");
    if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || place_has_beside(path, "-shm"))
        return 0; /* any other mistake shows again when its identity is asked for */
    sqlite3_close(store->db);
    store->db = NULL;
    return in_use ? open_alone(store, path, err) : open_immutable(store, path, err);
}

static int open_reading(struct store *store, const char *path, struct err *err)
{
    if (access(path, F_OK))
        return err_set(err, "no such file");
    if (lock_is_held_elsewhere(path))
        return err_set(err,
                       "a process is writing it under another name (a hard link, a mount, or it "
                       "was moved), and what is in that one's -wal cannot be seen from here: "
                       "give that name");
    if (connect_reader(store, path, err) || check_identity(store, err) ||
        migrate_views_for_reader(store->db, views, COUNT(views), err) ||
        db_exec(store->db, "PRAGMA query_only = ON", err))
        return -1;
    return functions_register(store->db, err);
}

/* SQLite tells of a file system that cannot do it by leaving the mode as it was. */
static int switch_to_wal(struct store *store, struct err *err)
{
    int64_t is_wal = 0;
    if (db_exec(store->db, "PRAGMA journal_mode = WAL", err) ||
        db_get_int(store->db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", NULL, 0,
                   &is_wal, err))
        return -1;
    store->wal = is_wal;
    return is_wal ? 0 : err_set(err, "this file system does not support SQLite's write-ahead log");
}

static int put_phase_kinds(sqlite3 *db, struct err *err)
{
    for (int i = 0; i < PHASE_COUNT; i++) {
        if (db_run(db,
                   "INSERT INTO phase_kind (name, charged) VALUES (?, ?) ON CONFLICT (name) "
                   "DO UPDATE SET charged = excluded.charged WHERE charged <> excluded.charged",
                   DB_VALUES(db_text(phase_kinds[i].name), db_int(phase_kinds[i].charged)), err))
            return -1;
    }
    return 0;
}

int store_bring_up(sqlite3 *db, struct err *err)
{
    return functions_register(db, err) ||
                   migrate_tables(db, NULL, steps, VERSION, put_phase_kinds, err)
               ? -1
               : 0;
}

static int open_writing(struct store *store, const char *path, struct err *err)
{
    struct disk disk;
    if (!(store->mode & STORE_ANYWHERE) && place_network(path, &disk))
        return err_set(err,
                       "on a network file system (%s), where SQLite's locks cannot be trusted: "
                       "put the database on a local disk (winnow run --force takes the risk)",
                       disk.type);
    if (lock_take(path, &store->lock, err) ||
        open_connection(store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) ||
        check_identity(store, err) ||
        db_exec(store->db, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON", err) ||
        switch_to_wal(store, err) || functions_register(store->db, err) ||
        migrate_tables(store->db, path, steps, VERSION, put_phase_kinds, err) ||
        migrate_views(store->db, views, COUNT(views), err))
        return -1;
    store_remember_place(store);
    /* What a scheduler that was killed had under way. */
    return db_exec(
        store->db,
        "UPDATE attempt SET state = 'lost', reason = 'the scheduler ended before it did' "
        "WHERE state = 'running'",
        err);
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store, struct err *err)
{
    struct str resolved = {0};
    struct store *store;
    if (!path[0])
        return err_set(err, "a database needs a path");
    MEM_NEW(store, 1);
    MEM_NEW(store->path, strlen(path) + 1);
    memcpy(store->path, path, strlen(path));
    store->mode = mode;
    store_set_clock(store);
    int failed = mode != STORE_READ ? place_make_folder(path, err) : 0;
    if (!failed) {
        place_resolve(path, &resolved);
        failed = store_told(store,
                            place_check(str_text(&resolved), err) ? -1
                            : mode == STORE_READ ? open_reading(store, str_text(&resolved), err)
                                                 : open_writing(store, str_text(&resolved), err),
                            err);
        str_release(&resolved);
    }
    if (failed) {
        store_close(store);
        return -1;
    }
    *ret_store = store;
    return 0;
}

int store_open_empty(struct store **ret_store, struct err *err)
{
    static const char path[] = ":memory:";
    struct store *store;
    MEM_NEW(store, 1);
    store->mode = STORE_WRITE;
    if (open_connection(store, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) ||
        store_bring_up(store->db, err) || migrate_views(store->db, views, COUNT(views), err)) {
        store_close(store);
        return -1;
    }
    *ret_store = store;
    return 0;
}

/*
 * One file that anything reads: a browser, whose SQLite knows no WAL, and whoever finds it where no
 * files can be made beside it. As long as somebody else has it open SQLite refuses, at once; after
 * some patience it stays as it is, and the next writer leaves it so.
 */
static void leave_wal(struct store *store)
{
    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_commit_hook(store->db, NULL, NULL); /* it would look for the -wal */
    for (int i = 0; i < LEAVING_TRIES; i++) {
        struct err err;
        if (db_exec(store->db, "PRAGMA journal_mode = DELETE", &err) == 0 || err.cause != ERR_BUSY)
            return;
        usleep(LEAVING_MICROSECONDS);
    }
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->wal) {
        sqlite3_busy_timeout(store->db, BRIEF_MILLISECONDS);
        if (store_in_place(store, NULL))
            store_leave_place(store);
        else
            leave_wal(store);
    }
    sqlite3_close(store->db);
    lock_free(store->lock);
    MEM_FREE(store->path, store);
}

void store_wait_for_lock(struct store *store, int milliseconds)
{
    sqlite3_busy_timeout(store->db, milliseconds);
}

bool store_is_writable(const struct store *store)
{
    return store->mode != STORE_READ;
}

sqlite3 *store_sqlite(struct store *store)
{
    return store->db;
}

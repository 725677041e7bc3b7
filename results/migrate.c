#include "results/migrate.h"

#include "base/str.h"
#include "results/db.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

static int version_of(sqlite3 *db, int64_t *ret_version, struct err *err)
{
    return db_get_int(db, "PRAGMA user_version", NULL, 0, ret_version, err);
}

static int back_up(sqlite3 *db, const char *path, int64_t version, struct err *err)
{
    struct str copy = {0};
    str_addf(&copy, "%s.v%d.backup", path, (int)version);
    const int failed = db_run(db, "VACUUM INTO ?", DB_VALUES(db_path(str_text(&copy))), err);
    if (failed)
        err_prefix(err, "cannot back it up to %s: ", str_text(&copy));
    str_release(&copy);
    return failed;
}

static int run_steps(sqlite3 *db, const char *const *steps, int64_t version, int count,
                     struct err *err)
{
    while (version < count) {
        if (db_exec(db, steps[version], err))
            return err_prefix(err, "step from version %d: ", (int)version);
        int64_t reached = 0;
        if (version_of(db, &reached, err))
            return -1;
        REQUIRE(reached == version + 1 || version == 0);
        version = reached;
    }
    return 0;
}

int migrate_tables(sqlite3 *db, const char *path, const char *const *steps, int count,
                   int (*fill)(sqlite3 *db, struct err *err), struct err *err)
{
    int64_t version = 0;
    if (version_of(db, &version, err))
        return -1;
    if (version > count)
        return err_set(err,
                       "written by a newer winnow (its version is %d, this program knows %d): "
                       "use that one",
                       (int)version, count);
    if (path && version > 0 && version < count && back_up(db, path, version, err))
        return -1;
    if (db_begin(db, err))
        return -1;
    const int failed = run_steps(db, steps, version, count, err) || (fill && fill(db, err));
    return db_finish(db, failed, err);
}

/* The views named v_*, as SQLite keeps them, one text. */
static int views_text(sqlite3 *db, const char *form, struct str *ret_text, struct err *err)
{
    struct db_rows rows;
    for (db_ask(&rows, db, form, DB_NO_VALUES); db_next(&rows);)
        str_addf(ret_text, "%s;\n", row_raw(&rows, 0));
    return db_close(&rows, err);
}

static int run_texts(sqlite3 *db, const char *const *texts, int count, struct err *err)
{
    for (int i = 0; i < count; i++)
        if (db_exec(db, texts[i], err))
            return -1;
    return 0;
}

static int replace_views(sqlite3 *db, const char *const *texts, int count, bool *ret_differ,
                         struct err *err)
{
    static const char is[] =
        "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name GLOB 'v_*' "
        "ORDER BY name";
    static const char drop[] = "SELECT 'DROP VIEW \"' || name || '\"' FROM sqlite_schema "
                               "WHERE type = 'view' AND name GLOB 'v_*'";
    struct str before = {0}, drops = {0}, after = {0};
    const int failed = views_text(db, is, &before, err) || views_text(db, drop, &drops, err) ||
                       db_exec(db, str_text(&drops), err) || run_texts(db, texts, count, err) ||
                       views_text(db, is, &after, err);
    if (!failed)
        *ret_differ = strcmp(str_text(&before), str_text(&after)) != 0;
    STR_RELEASE(&before, &drops, &after);
    return failed ? -1 : 0;
}

/* SQLite itself says what the text comes to: the views are replaced, and put back if nothing has
 * changed, so that a file is written to only where there is something to write. */
int migrate_views(sqlite3 *db, const char *const *texts, int count, struct err *err)
{
    bool differ = false;
    if (db_begin(db, err))
        return -1;
    if (replace_views(db, texts, count, &differ, err))
        return db_finish(db, -1, err);
    return differ ? db_finish(db, 0, err) : db_exec(db, "ROLLBACK", err);
}

int migrate_views_for_reader(sqlite3 *db, const char *const *texts, int count, struct err *err)
{
    static const struct str_place temporary = {"\nCREATE VIEW ", "\nCREATE TEMP VIEW "};
    struct str sql = {0};
    for (int i = 0; i < count; i++)
        str_add_filled(&sql, texts[i], &temporary, 1);
    const int failed =
        db_exec(db, "BEGIN", err) || db_exec(db, str_text(&sql), err) || db_exec(db, "COMMIT", err);
    str_release(&sql);
    return failed ? -1 : 0;
}

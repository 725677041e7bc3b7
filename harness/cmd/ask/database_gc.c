/*
 * winnow db gc: clears away what no database needs any more (garbage.h), and shrinks the file.
 *
 * Attempts stay: they are append-only, and those of cells that no experiment lists any more are
 * counted only. Nothing may write meanwhile: the locks of the folder's databases are held, or gc is
 * refused with the name of who holds one. As in every opening for writing, attempts that a killed
 * scheduler left running become lost.
 *
 *     results/artifacts/3f2a...: no attempt names it, 195.4 KiB
 *     removed 1 file, 195.4 KiB; 12 artifacts are needed by 2 databases
 *     results/fashion.db: 3.1 MiB before, 2.6 MiB now
 */
#include "harness/cmd/ask/database.h"
#include "harness/cmd/kit/db.h"
#include "harness/keep/garbage.h"
#include "results/inspect.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct values {
    const char *db;
    bool dry_run;
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, dry_run, 0, "change nothing, report what would be removed"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "db gc",
    "",
    "Removes artifacts that no database of the folder names, checkpoints from which no cell\n"
    "will continue, and what dead processes left half written, and shrinks the file.\n"
    "Attempts stay. Refused while a scheduler is running.",
    flags,
    0,
    0,
};

static int clear(const struct garbage *garbage, bool dry_run, struct str *ret_text, struct err *err)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < garbage->count; i++) {
        const struct garbage_item *item = &garbage->items[i];
        if (!dry_run && unlink(item->path) && errno != ENOENT)
            return err_set(err, "cannot remove %s: %s", item->path, strerror(errno));
        str_addf(ret_text, "%s: %s, ", item->path, item->why);
        str_add_size(ret_text, item->bytes);
        str_add(ret_text, "\n");
        bytes += item->bytes;
    }
    str_add(ret_text, dry_run ? "would remove " : "removed ");
    str_add_count(ret_text, (int64_t)garbage->count, "file");
    str_add(ret_text, ", ");
    str_add_size(ret_text, bytes);
    str_add(ret_text, "; ");
    str_add_count(ret_text, (int64_t)garbage->kept, "artifact");
    str_add(ret_text, garbage->kept == 1 ? " is needed by " : " are needed by ");
    str_add_count(ret_text, (int64_t)garbage->databases, "database");
    if (garbage->resumable) {
        str_add(ret_text, "; ");
        str_add_count(ret_text, (int64_t)garbage->resumable, "checkpoint");
        str_add(ret_text, " to go on from");
    }
    str_add(ret_text, "\n");
    return 0;
}

static int clear_garbage(struct store *store, const char *db, bool dry_run, struct str *ret_text,
                         struct err *err)
{
    struct garbage garbage;
    if (garbage_find(store, db, !dry_run, &garbage, err))
        return -1;
    const int failed = store_in_place(store, err) || clear(&garbage, dry_run, ret_text, err);
    garbage_release(&garbage);
    return failed;
}

static int add_unlisted(struct store *store, struct str *ret_text, struct err *err)
{
    int64_t attempts = 0, cells = 0;
    if (inspect_unlisted(store, &attempts, &cells, err))
        return -1;
    if (!attempts)
        return 0;
    str_add_count(ret_text, attempts, "attempt");
    str_add(ret_text, " at ");
    str_add_count(ret_text, cells, "cell");
    str_add(ret_text, " that no experiment lists any more stay: attempts are append-only\n");
    return 0;
}

static int shrink(struct store *store, const char *db, struct str *ret_text, struct err *err)
{
    int64_t before = 0, after = 0;
    if (store_vacuum(store, &before, &after, err))
        return -1;
    str_addf(ret_text, "%s: ", db);
    str_add_size(ret_text, before);
    str_add(ret_text, " before, ");
    str_add_size(ret_text, after);
    str_add(ret_text, " now\n");
    return 0;
}

/* What can be read only: gc makes no database, and brings none up to date. */
static int open_store(const char *db, bool dry_run, struct store **ret_store, struct err *err)
{
    struct store *store;
    if (store_open(db, STORE_READ, &store, err))
        return -1;
    if (!dry_run) {
        store_close(store);
        return store_open(db, STORE_WRITE, ret_store, err);
    }
    *ret_store = store;
    return 0;
}

static int collect(const char *db, bool dry_run)
{
    struct store *store;
    struct str text = {0};
    struct err err;
    if (open_store(db, dry_run, &store, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    const int failed = clear_garbage(store, db, dry_run, &text, &err) ||
                       add_unlisted(store, &text, &err) ||
                       (!dry_run && shrink(store, db, &text, &err)) || store_in_place(store, &err);
    store_close(store);
    int code = cmd_print(&line, &text); /* after a mistake too: what is gone is gone */
    if (failed)
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    str_release(&text);
    return code;
}

int cmd_database_gc(int argc, char **argv)
{
    struct values values;
    struct str db = {0};
    int code = cmd_parse(&line, argc, argv, &values, NULL);
    if (code < 0)
        code = cmd_choose_db(&line, values.db, &db);
    if (code < 0)
        code = collect(str_text(&db), values.dry_run);
    str_release(&db);
    return code;
}

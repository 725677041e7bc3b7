#include "harness/cmd/kit/db.h"

#include "base/folder.h"
#include "harness/ask/cell_functions.h"
#include "harness/ask/table.h"
#include "results/db.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const struct cmd_flag cmd_db_flags[] = {
    CMD_TEXT(struct cmd_db_values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};

static bool is_db(const char *name)
{
    const size_t length = strlen(name);
    return length > 3 && name[0] != '.' && strcmp(name + length - 3, ".db") == 0;
}

static bool is_newer(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/* While a grid runs only the WAL changes. */
static bool changed_at(const char *path, struct timespec *ret_time)
{
    struct stat about;
    struct str wal = {0};
    if (stat(path, &about) || !S_ISREG(about.st_mode))
        return false;
    *ret_time = about.st_mtim;
    str_addf(&wal, "%s-wal", path);
    if (stat(str_text(&wal), &about) == 0 && is_newer(about.st_mtim, *ret_time))
        *ret_time = about.st_mtim;
    str_release(&wal);
    return true;
}

/* The newest database of a folder by the last change to it or to its WAL; false where there is
 * none. */
static bool newest_db(const char *folder, struct str *ret_path)
{
    struct str path = {0}, newest = {0};
    struct timespec newest_time = {0};
    struct folder entries = {0};
    for (const char *name; (name = folder_next(&entries, folder));) {
        struct timespec time;
        str_clear(&path);
        str_addf(&path, "%s/%s", folder, name);
        if (!is_db(name) || !changed_at(str_text(&path), &time))
            continue;
        if (!newest.length || is_newer(time, newest_time)) {
            newest_time = time;
            str_clear(&newest);
            str_add(&newest, str_text(&path));
        }
    }
    folder_close(&entries, folder, NULL);
    const bool found = newest.length > 0;
    if (found)
        str_add(ret_path, str_text(&newest));
    STR_RELEASE(&path, &newest);
    return found;
}

int cmd_choose_db(const struct cmd_line *line, const char *path, struct str *ret_path)
{
    if (path) {
        str_add(ret_path, path);
        return -1;
    }
    if (!newest_db("results", ret_path))
        return cmd_fail(line, EXIT_DATABASE,
                        "no database in results/: run an experiment, or give one with --db PATH");
    cmd_say("winnow %s: %s\n", line->name, str_text(ret_path));
    return -1;
}

int cmd_open_store(const struct cmd_line *line, const char *path, struct str *ret_path,
                   struct store **ret_store)
{
    struct str chosen = {0};
    struct err err;
    int done = cmd_choose_db(line, path, &chosen);
    if (ret_path)
        str_add(ret_path, str_text(&chosen));
    if (done < 0 && store_open(str_text(&chosen), STORE_READ, ret_store, &err))
        done = cmd_fail(line, EXIT_DATABASE, err.text);
    if (done < 0 && (cell_functions_register(store_sqlite(*ret_store), &err) ||
                     db_exec(store_sqlite(*ret_store), "BEGIN", &err))) {
        store_close(*ret_store);
        done = cmd_fail(line, EXIT_DATABASE, err.text);
    }
    str_release(&chosen);
    return done;
}

int cmd_flush(const struct cmd_line *line)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    return cmd_fail(line, EXIT_ENVIRONMENT, "cannot write the output");
}

int cmd_print(const struct cmd_line *line, const struct str *text)
{
    struct str shown = {0};
    str_add_shown(&shown, str_text(text), "\n");
    fputs(str_text(&shown), stdout);
    str_release(&shown);
    return cmd_flush(line);
}

int cmd_print_data(const struct cmd_line *line, const struct str *text)
{
    table_put_data(stdout, text);
    return cmd_flush(line);
}

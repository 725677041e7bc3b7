/*
 * winnow db: what people do to a database as a file. The verbs are a table; each has its own file,
 * but backup, which is here.
 *
 * A backup is one state of the database, taken while a grid runs, and it appears whole or not at
 * all: `cp` of a database that is being written gives neither.
 */
#include "harness/cmd/ask/database.h"

#include "base/save.h"
#include "harness/cmd/kit/db.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- backup -----------------------------------------------------------------------------------*/

struct values {
    const char *db, *output;
    bool force;
};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct values, output, 'o', "FILE",
             "write there; default: DB.YYYYMMDD-HHMMSS.backup, the time in UTC, beside it"),
    CMD_SWITCH(struct values, force, 0, "replace FILE if it exists"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "db backup",
    "",
    "Copies one state of a database, also while a grid runs. The copy appears complete or\n"
    "not at all, and is a database like any other; its name goes to stdout. -o may also be a\n"
    "device or a pipe (-o /dev/stdout | gzip), which is written to and not named.",
    flags,
    0,
    0,
};

static void default_name(const char *db, struct str *ret_path)
{
    char stamp[32];
    struct tm parts;
    const time_t now = time(NULL);
    gmtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &parts);
    str_addf(ret_path, "%s.%s.backup", db, stamp);
}

static int copy(struct store *store, const struct values *values, const char *path)
{
    struct err err;
    struct str text = {0};
    const bool stream = save_target(path, NULL) == SAVE_STREAM;
    if (!values->force && !stream && access(path, F_OK) == 0) {
        err_set(&err, "%s exists; --force replaces it", path);
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    }
    if (store_copy(store, path, values->force, &err))
        return cmd_fail(&line, EXIT_DATABASE, err.text);
    if (stream) /* which may be stdout */
        return EXIT_DONE;
    str_addf(&text, "%s\n", path);
    const int code = cmd_print_data(&line, &text);
    str_release(&text);
    return code;
}

int cmd_database_backup(int argc, char **argv)
{
    struct values values;
    struct store *store;
    struct str db = {0}, path = {0};
    int code = cmd_parse(&line, argc, argv, &values, NULL);
    if (code < 0)
        code = cmd_open_store(&line, values.db, &db, &store);
    if (code < 0) {
        if (values.output)
            str_add(&path, values.output);
        else
            default_name(str_text(&db), &path);
        code = copy(store, &values, str_text(&path));
        store_close(store);
    }
    STR_RELEASE(&db, &path);
    return code;
}

/* ---- The verbs --------------------------------------------------------------------------------*/

static const struct cmd verbs[] = {
    {"check", cmd_database_check, "check that it is intact; exit code 5 if it is not"},
    {"backup", cmd_database_backup, "copy it, also while a grid runs"},
    {"gc", cmd_database_gc, "delete what no database needs, and shrink the file"},
};

int cmd_db(int argc, char **argv)
{
    return cmd_run_verb("db", "[FLAGS]", verbs, sizeof verbs / sizeof *verbs, argc, argv);
}

/*
 * winnow logs: what an attempt said on its stderr, raw, as the database keeps it: the tail, and
 * only of attempts that did not end well.
 */
#include "harness/cmd/kit/db.h"
#include "harness/cmd/kit/find.h"
#include "harness/cmd/kit/rows.h"

#include <sqlite3.h>
#include <stdio.h>

struct values {
    const char *db;
    int attempt;
};

static const struct cmd_flag flags[] = {
    CMD_INT(struct values, attempt, 0, "N", "0", 0, 2147483647,
            "of this attempt; 0: the latest that left a log"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "logs",
    "CELL",
    "Writes the end of what an attempt said on stderr, raw. Attempts that end well keep none.\n"
    "CELL is the beginning of its key, as winnow status shows it.",
    flags,
    1,
    1,
};

struct found {
    int wanted; /* 0: the latest with a log */
    bool any;   /* there is such an attempt */
    struct str log;
};

/* The rows come with the latest first. */
static int take_attempt(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err)
{
    struct found *found = context;
    (void)db;
    (void)err;
    if (found->wanted ? sqlite3_column_int64(row, 0) == found->wanted : !found->log.length) {
        found->any = true;
        str_add(&found->log, cmd_column(row, 1));
    }
    return 0;
}

static int write_log(sqlite3 *db, const char *key, const void *values)
{
    const int attempt = ((const struct values *)values)->attempt;
    struct found found = {.wanted = attempt};
    struct err err;
    int code;
    if (cmd_each_row(db, "SELECT id, log FROM attempt WHERE cell = ? ORDER BY id DESC", key,
                     take_attempt, &found, &err)) {
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    } else if (attempt && !found.any) {
        err_set(&err, "attempt %d is none of cell %.10s; winnow why %.10s tells its attempts",
                attempt, key, key);
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        if (!found.log.length)
            fprintf(stderr, "winnow logs: there is none; attempts that end well keep none\n");
        code = cmd_print(&line, &found.log);
    }
    str_release(&found.log);
    return code;
}

int cmd_logs(int argc, char **argv)
{
    struct values values;
    const char *cell;
    const int done = cmd_parse(&line, argc, argv, &values, &cell);
    return done >= 0 ? done : cmd_with_cell(&line, values.db, cell, write_log, &values);
}

/*
 * winnow logs: what an attempt said on its stderr, as the database keeps it: the tail, and only of
 * attempts that did not end well. Raw, but for a terminal.
 */
#include "harness/cmd/kit/db.h"
#include "harness/cmd/kit/find.h"
#include "results/db.h"

struct values {
    const char *db;
    int attempt;
};

static const struct cmd_flag flags[] = {
    CMD_INT(struct values, attempt, 0, "N", "0", 0, 2147483647,
            "the attempt; 0: the latest that left a log"),
    CMD_TEXT(struct values, db, 0, "PATH", CMD_DB_HELP),
    CMD_END,
};
static const struct cmd_line line = {
    "logs",
    "CELL",
    "Prints the end of an attempt's stderr: raw, but for a terminal. Attempts that succeeded\n"
    "keep none. CELL is the beginning of its key, as winnow status shows it.",
    flags,
    1,
    1,
};

/* ret_log: of that attempt, or of the latest with a log (0). */
static int find_log(struct sqlite3 *db, const char *key, int attempt, bool *ret_found,
                    struct str *ret_log, struct err *err)
{
    struct db_rows rows;
    db_ask(&rows, db,
           "SELECT log FROM attempt WHERE cell = ?1 AND iif(?2, id = ?2, log <> '') "
           "ORDER BY id DESC LIMIT 1",
           DB_VALUES(db_text(key), db_int(attempt)));
    *ret_found = db_next(&rows);
    if (*ret_found)
        str_add(ret_log, row_raw(&rows, 0));
    return db_close(&rows, err);
}

static int write_log(struct sqlite3 *db, const char *key, const void *values)
{
    const int attempt = ((const struct values *)values)->attempt;
    struct str log = {0};
    struct err err;
    bool found;
    int code;
    if (find_log(db, key, attempt, &found, &log, &err)) {
        code = cmd_fail(&line, EXIT_DATABASE, err.text);
    } else if (attempt && !found) {
        err_set(&err, "cell %.10s has no attempt %d; winnow why %.10s lists its attempts", key,
                attempt, key);
        code = cmd_fail(&line, EXIT_USAGE, err.text);
    } else {
        if (!log.length)
            cmd_say("winnow logs: there is none; attempts that succeeded keep none\n");
        code = cmd_print_data(&line, &log);
    }
    str_release(&log);
    return code;
}

int cmd_logs(int argc, char **argv)
{
    struct values values;
    const char *cell;
    const int done = cmd_parse(&line, argc, argv, &values, &cell);
    return done >= 0 ? done : cmd_with_cell(&line, values.db, cell, write_log, &values);
}

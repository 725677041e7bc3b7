#include "harness/cmd/kit/rows.h"

#include "harness/ask/table.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

int cmd_each_row(sqlite3 *db, const char *sql, const char *parameter,
                 int (*take)(sqlite3 *db, sqlite3_stmt *row, void *context, struct err *err),
                 void *context, struct err *err)
{
    sqlite3_stmt *row;
    int code = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    int failed = 0;
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(row, 1, parameter, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        while (!failed && (code = sqlite3_step(row)) == SQLITE_ROW)
            failed = take(db, row, context, err);
    sqlite3_finalize(row);
    if (failed)
        return -1;
    return code == SQLITE_DONE ? 0 : err_set(err, "%s", sqlite3_errmsg(db));
}

const char *cmd_column(sqlite3_stmt *row, int i)
{
    const char *text = (const char *)sqlite3_column_text(row, i);
    return text ? text : "";
}

void cmd_add_duration(struct str *ret_text, double seconds)
{
    str_add_duration(ret_text, seconds);
}

/* Where the last `most` lines begin. */
static const char *last_lines(const char *log, size_t most)
{
    const char *at = log + strlen(log);
    if (at > log && at[-1] == '\n')
        at--;
    for (size_t lines = 0; at > log; at--)
        if (at[-1] == '\n' && ++lines == most)
            break;
    return at;
}

void cmd_add_log(struct str *ret_text, const char *log, size_t most)
{
    struct str one = {0};
    if (most)
        log = last_lines(log, most);
    while (*log) {
        const size_t length = strcspn(log, "\n");
        str_clear(&one);
        str_add_bytes(&one, log, length);
        str_add(ret_text, "  ");
        table_add_safe(ret_text, str_text(&one));
        str_add(ret_text, "\n");
        log += length + (log[length] == '\n');
    }
    str_release(&one);
}

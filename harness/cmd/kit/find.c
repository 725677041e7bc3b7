#include "harness/cmd/kit/find.h"

#include <ctype.h>
#include <sqlite3.h>
#include <string.h>

enum { KEY_LENGTH = 64, MOST_CANDIDATES = 20 };

/* Lower case; false where it cannot be the beginning of a key. */
static bool normal_prefix(const char *text, char ret_prefix[KEY_LENGTH + 1])
{
    const size_t length = strlen(text);
    if (!length || length > KEY_LENGTH)
        return false;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && !isxdigit((unsigned char)text[i]))
            return false;
        ret_prefix[i] = (char)tolower((unsigned char)text[i]);
    }
    return true;
}

static int ambiguous(const struct cmd_line *line, const char *prefix, int count,
                     const char *candidates)
{
    struct str text = {0};
    str_addf(&text, "'%s' is the beginning of %d cells:\n%s", prefix, count, candidates);
    if (count > MOST_CANDIDATES)
        str_add(&text, "  ...\n");
    str_add(&text, "give more of the key");
    cmd_fail(line, EXIT_USAGE, str_text(&text));
    str_release(&text);
    return EXIT_USAGE;
}

int cmd_find_cell(const struct cmd_line *line, sqlite3 *db, const char *cell, struct str *ret_key)
{
    static const char sql[] =
        "SELECT key, " CMD_TRAINING " FROM " CMD_CELLS " WHERE key GLOB ? || '*' ORDER BY key";
    char prefix[KEY_LENGTH + 1];
    if (!normal_prefix(cell, prefix))
        return cmd_fail(line, EXIT_USAGE,
                        "a cell is named by the beginning of its key, 1 to 64 hexadecimal digits");
    struct str candidates = {0};
    struct err err;
    sqlite3_stmt *row;
    int count = 0;
    int code = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(row, 1, prefix, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(row)) == SQLITE_ROW) {
            if (count++ == 0)
                str_add(ret_key, (const char *)sqlite3_column_text(row, 0));
            if (count <= MOST_CANDIDATES)
                str_addf(&candidates, "  %.16s  %s\n", (const char *)sqlite3_column_text(row, 0),
                         (const char *)sqlite3_column_text(row, 1));
        }
    int done = -1;
    if (code != SQLITE_DONE)
        done = cmd_fail(line, EXIT_DATABASE, sqlite3_errmsg(db));
    else if (count > 1)
        done = ambiguous(line, prefix, count, str_text(&candidates));
    else if (count == 0) {
        err_set(&err, "no cell begins with '%s'; winnow sql --named runs lists them", prefix);
        done = cmd_fail(line, EXIT_USAGE, err.text);
    }
    sqlite3_finalize(row);
    str_release(&candidates);
    return done;
}

int cmd_with_cell(const struct cmd_line *line, const char *path, const char *cell,
                  int (*act)(sqlite3 *db, const char *key, const void *values), const void *values)
{
    struct store *store;
    struct str key = {0};
    int code = cmd_open_store(line, path, &store);
    if (code >= 0)
        return code;
    code = cmd_find_cell(line, store_sqlite(store), cell, &key);
    if (code < 0)
        code = act(store_sqlite(store), str_text(&key), values);
    str_release(&key);
    store_close(store);
    return code;
}

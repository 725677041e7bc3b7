#include "harness/cmd/kit/find.h"

#include "results/db.h"

#include <ctype.h>
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
    str_addf(&text, "%d cells begin with '%s':\n%s", count, prefix, candidates);
    if (count > MOST_CANDIDATES)
        str_add(&text, "  ...\n");
    str_add(&text, "give more of the key");
    cmd_fail(line, EXIT_USAGE, str_text(&text));
    str_release(&text);
    return EXIT_USAGE;
}

/* The one cell whose key begins with `cell`; its whole key is added to ret_key. -1: go on;
 * otherwise the exit code, and the reason was printed: not a key, none, or several (listed). */
static int find_cell(const struct cmd_line *line, struct sqlite3 *db, const char *cell,
                     struct str *ret_key)
{
    static const char sql[] =
        "SELECT key, training(dataset, model_label, pruner, options, rate, seed) FROM cell "
        "WHERE key GLOB ? || '*' AND key NOT GLOB '*[^0-9a-f]*' ORDER BY key";
    char prefix[KEY_LENGTH + 1];
    if (!normal_prefix(cell, prefix))
        return cmd_fail(line, EXIT_USAGE,
                        "a cell is named by the beginning of its key, 1 to 64 hexadecimal digits");
    struct str candidates = {0};
    struct err err;
    struct db_rows rows;
    int count = 0;
    for (db_ask(&rows, db, sql, DB_VALUES(db_text(prefix))); db_next(&rows);) {
        if (count++ == 0)
            str_add(ret_key, row_raw(&rows, 0));
        if (count <= MOST_CANDIDATES)
            str_addf(&candidates, "  %.16s  %s\n", row_text(&rows, 0), row_text(&rows, 1));
    }
    int done = -1;
    if (db_close(&rows, &err))
        done = cmd_fail(line, EXIT_DATABASE, err.text);
    else if (count > 1)
        done = ambiguous(line, prefix, count, str_text(&candidates));
    else if (count == 0) {
        err_set(&err, "no cell begins with '%s'; winnow sql --named runs lists them", prefix);
        done = cmd_fail(line, EXIT_USAGE, err.text);
    }
    str_release(&candidates);
    return done;
}

int cmd_with_cell(const struct cmd_line *line, const char *path, const char *cell,
                  int (*act)(struct sqlite3 *db, const char *key, const void *values),
                  const void *values)
{
    struct store *store;
    struct str key = {0};
    int code = cmd_open_store(line, path, NULL, &store);
    if (code >= 0)
        return code;
    code = find_cell(line, store_sqlite(store), cell, &key);
    if (code < 0)
        code = act(store_sqlite(store), str_text(&key), values);
    str_release(&key);
    store_close(store);
    return code;
}

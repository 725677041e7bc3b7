#include "results/functions/add.h"

#ifdef WINNOW_EXTENSION
#include "base/str.h"

/* Whether the host has one of that name that takes as many arguments: then this is a statement. */
static bool is_there(sqlite3 *db, const struct function *function)
{
    struct str sql = {0};
    sqlite3_stmt *statement;
    str_addf(&sql, "SELECT %s(", function->name);
    for (int i = 0; i < function->arguments; i++)
        str_add(&sql, i ? ", NULL" : "NULL");
    str_add(&sql, ")");
    const bool there = sqlite3_prepare_v2(db, str_text(&sql), -1, &statement, NULL) == SQLITE_OK;
    sqlite3_finalize(statement);
    str_release(&sql);
    return there;
}
#else
static bool is_there(sqlite3 *db, const struct function *function)
{
    (void)db, (void)function;
    return false;
}
#endif

int function_add(sqlite3 *db, const struct function *f)
{
    const int flags = SQLITE_UTF8 | (f->not_the_same ? 0 : SQLITE_DETERMINISTIC);
    if (is_there(db, f))
        return SQLITE_OK;
    return sqlite3_create_function_v2(db, f->name, f->arguments, flags, (void *)(uintptr_t)f->of,
                                      f->call, f->step, f->finish, NULL);
}

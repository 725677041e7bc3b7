/*
 * add: how a connection gets a function of winnow's.
 *
 * The program's connections always get it: what they answer does not depend on the SQLite that they
 * run with. The extension, in a host that has functions of its own, adds only what that one lacks:
 * a median() that works OVER a window stays, and where one is in use, as in
 * `SELECT load_extension(...)`, SQLite would refuse to replace any.
 */
#pragma once

#include "results/functions/sqlite_api.h"

#include <stdbool.h>
#include <stdint.h>

struct function {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *context, int count, sqlite3_value **arguments);
    /* Of an aggregate, which has no call. */
    void (*step)(sqlite3_context *context, int count, sqlite3_value **arguments);
    void (*finish)(sqlite3_context *context);
    const void *of;    /* sqlite3_user_data(), which outlives the connection */
    bool not_the_same; /* the same arguments may give another value */
};

/* An SQLite result code; its message is the connection's. */
int function_add(sqlite3 *db, const struct function *function);

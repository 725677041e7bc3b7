/*
 * sqlite_api: SQLite's interface for code that is compiled twice: into the program, and, with
 * WINNOW_EXTENSION, into build/winnow_functions.so, where the host's SQLite is called through the
 * table that it hands over (SQLite's own sqlite3ext.h).
 */
#pragma once

#ifdef WINNOW_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3 /* extern: results/functions/functions.c has the table */
#else
#include <sqlite3.h>
#endif

/*
 * migrate: brings a database up to the program's version, a step at a time.
 *
 * The steps are a table: step i turns version i (PRAGMA user_version) into version i + 1 and ends
 * by setting it. Step 0 makes the version of schema.sql of an empty file, and the later steps bring
 * that up too: what a step adds is written nowhere else. All of it is one transaction; a file that
 * holds results is first copied to PATH.vN.backup. To change the schema: a line in epoch.def adds a
 * number to epochs; anything else is a schema_vN_to_vM.sql and a line of the table in store_open.c.
 */
#pragma once

#include "base/err.h"

struct sqlite3;

/* Refuses a version newer than steps. path: where the backup goes; NULL: none is made. fill puts in
 * what the program knows, in the same transaction, at every start; NULL: nothing. */
int migrate_tables(struct sqlite3 *db, const char *path, const char *const *steps, int count,
                   int (*fill)(struct sqlite3 *db, struct err *err), struct err *err);
/* Replaces the views named v_* by those of the texts, where they differ. */
int migrate_views(struct sqlite3 *db, const char *const *texts, int count, struct err *err);
/*
 * Puts the texts' views before those of the file for this connection alone (TEMP), so that a file
 * whose views are older, and which must not be written to, is read with the program's.
 */
int migrate_views_for_reader(struct sqlite3 *db, const char *const *texts, int count,
                             struct err *err);

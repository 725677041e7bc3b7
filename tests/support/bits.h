/*
 * bits: bitmaps as in the database, drawn: "xx.x" keeps all but the third of four samples.
 */
#pragma once

struct sqlite3_stmt;

/* Binds the packed bitmap to a parameter of the statement; bits that are not drawn are 0. */
void test_bind_bits(struct sqlite3_stmt *statement, int parameter, const char *kept);

/*
 * functions_kept: SQL functions that look into the packed bitmaps of v_selection and v_noise.
 *
 *     kept_bit(bitmap, i)     1: sample i (from 0) is in it; 0: it is not; NULL behind the end
 *     kept_count(bitmap)      how many are
 *     kept_both(a, b [, same])  how many are in both; an error where they are not of as many
 *                             samples, or where same is 0: give a.positions = b.positions
 *     kept_all(n)             a bitmap of n samples that has them all
 *     selection_samples(attempt)
 *         a table: one row for each sample of the training split of an attempt that chose subsets:
 *         sample, kept (in how many of its subsets), selections (how many there were), epochs_kept
 *         (for how many epochs it was trained on), epochs (planned), origin (its position in the
 *         dataset's training file; NULL where that is not known, v_selection.positions)
 *
 *     SELECT sum(kept = selections) AS always, sum(kept = 0) AS never
 *     FROM selection_samples(7);
 *
 * NULL of NULL; a BLOB that is no zlib stream is an error. A bitmap unpacks to at most 512 MiB
 * (2^32 samples).
 */
#pragma once

#include "results/record/bitmap.h"

struct sqlite3;
struct sqlite3_value;

/* A BLOB of SQL's; false: it is no bitmap. */
bool functions_unpack(struct sqlite3_value *packed, struct bitmap *ret_bitmap);

/* An SQLite result code; its message is the connection's. */
int functions_kept_register(struct sqlite3 *db);

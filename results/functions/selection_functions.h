/*
 * selection_functions: what is in the bitmaps of selections and noise, for connections that winnow
 * opens to read (bitmap.h).
 *
 * Aggregates over the selections of one attempt, in any order (functions_kept.h has what looks into
 * one bitmap):
 *
 *     kept_always(bitmap, n)        share of the n samples that all of them keep
 *     kept_never(bitmap, n)         share that none keeps
 *     chance_always(bitmap, n)      what these would be if every selection were as large as it is,
 *     chance_never(bitmap, n)       and drawn at random: the product of their kept shares, or of
 *                                   what is left
 *     kept_map(bitmap, n, epoch, bins)
 *         a text, a JSON array of {"epoch": e, "kept": [s1, ...]} by epoch: the samples are sorted
 *         by how often they were kept (most first, ties by when they were first, then by index) and
 *         put into so many bins of as many samples, as far as they go round; s is the share of the
 *         bin that is kept from this epoch on
 *
 * n: samples in the training split, v_selection.n. The bitmaps may be of the dataset's file, which
 * holds others besides. One that is NULL is left out, as in SQLite's own aggregates; one that is no
 * bitmap of n samples or more, or that keeps more than n, is an error.
 */
#pragma once

struct sqlite3;

/* An SQLite result code; its message is the connection's. */
int selection_functions_register(struct sqlite3 *db);

/*
 * pictures: a figure that shows samples has their pixels in the last column of its rows, `pixels`:
 * "28x28x1:" (height, width, channels) and two hexadecimal digits a byte, row after row, channels
 * innermost, as sample_pixels() of harness/ask/cell_functions.h gives them. No reader of the
 * numbers wants these, and gnuplot reads bytes: here they part.
 *
 *     struct str table = {0}, bytes = {0};
 *     if (pictures_take(tsv, &table, &bytes, &err)) ...
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

bool pictures_are_in(const char *tsv);

/*
 * ret_table: the TSV with the columns height and width in the place of `pixels`. ret_bytes: the
 * pictures in the order of the rows, each [height][width][3], red, green, blue; of other than three
 * or four channels the first one is the grey. Both are added to.
 */
int pictures_take(const char *tsv, struct str *ret_table, struct str *ret_bytes, struct err *err);

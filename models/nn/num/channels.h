/*
 * channels: what a bias needs, on [rows][c] arrays.
 *
 * With channels innermost a loop over 3 or 16 of them is too short to be worth vectorising.
 * Neighbouring rows are therefore taken together as one row of up to 256 values ("folded"), and
 * what belongs to one channel is put together at the end. Sums run over short stretches in float
 * and over the stretches in double.
 */
#pragma once

#include <stddef.h>

/* y[rows][c] = row[c] */
void channels_fill(float *y, const float *row, size_t rows, size_t c);

/* sum[c] += sum of x[rows][c] over the rows */
void channels_add_sums(float *sum, const float *x, size_t rows, size_t c);

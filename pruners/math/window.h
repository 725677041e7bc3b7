/*
 * window: a sliding window over each sample's own trajectory, for pruners that watch a number
 * change from one presentation to the next (dyn-unc, dual, tdds).
 *
 *     state_size:  own part (a multiple of a double's size) + window_size(n, length)
 *     observe:     window_watch(windows, length, i, value, window_deviation);
 *     score:       window_mean(windows, length, i, window_deviation);
 *
 * or, for what is no mean over windows,
 *
 *     observe:     window_push(windows, length, i, value);
 *                  if (window_full(windows, length, i))
 *                      ... window_spread(windows, length, i) ...
 *
 * A window holds the last `length` values pushed; each push slides it by one. Rows that a pass has
 * not seen are not pushed: then the window reaches farther back. Example, length 2: after 1, 4, 6
 * it holds 4 and 6: mean 5, squares 2, deviation sqrt(2).
 *
 * The block has no pointers and starts as zeros; it must be aligned as a double.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* For a pruner's note(): windows of `length` epochs in a proxy of `epochs`. */
void window_note(int length, int epochs, struct str *ret_note);

/* Bytes for the windows of n samples, a multiple of a double's size; length >= 1. */
size_t window_size(size_t n, int length);
void window_push(void *windows, int length, size_t i, float value);
/* Whether `length` values are held. */
bool window_full(const void *windows, int length, size_t i);

struct window_spread {
    int count;      /* values held */
    double mean;    /* 0 of none */
    double squares; /* sum of squared differences from the mean */
};

/* Over what is held, full or not. */
struct window_spread window_spread(const void *windows, int length, size_t i);
/* Standard deviation, divided by count - 1; 0 of fewer than two values. */
double window_deviation(const struct window_spread *spread);

/* What a window may be asked. */
typedef double window_measure(const struct window_spread *spread);
/* Pushes, and asks the window if it is full. */
void window_watch(void *windows, int length, size_t i, float value, window_measure *of);
/* The mean of all answers; where none was full, that of what is held. */
double window_mean(const void *windows, int length, size_t i, window_measure *of);
/* Likewise without the last answer, where there is another. */
double window_mean_but_last(const void *windows, int length, size_t i, window_measure *of);
/* The mean of all values that were pushed, also those that have left the window. */
double window_mean_value(const void *windows, int length, size_t i, double of_none);

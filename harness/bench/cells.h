/*
 * bench_cells: is a processor better used by a second cell or by a second thread of the first?
 *
 * Processes that are each one cell wait, warm, for their order to train a slice; two of them get it
 * at the same moment and so really run beside each other. A process is this program again, as
 * `winnow bench MODEL --serve`: it prints "ready", and for each line on stdin the images/s of a
 * slice. Rounds go through the three ways in turns:
 *
 *     one     one cell with one thread, alone
 *     team    one cell with n threads, alone
 *     beside  n cells with one thread each, their images/s together
 */
#pragma once

#include "base/err.h"

enum { BENCH_MOST_CELLS = 64 };

struct bench_cells {
    double one, team, beside; /* images/s, medians over the rounds */
};

/*
 * n: cells, or threads; 2 to BENCH_MOST_CELLS. argv: the command line of a serving process, ending
 * in NULL, in which argv[threads_at] is replaced by its number of threads.
 */
int bench_cells_measure(int n, int rounds, const char *const *argv, int threads_at,
                        struct bench_cells *ret_cells, struct err *err);

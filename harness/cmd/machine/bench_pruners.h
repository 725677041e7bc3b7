/*
 * cmd_bench_pruners: winnow bench --pruners: what the pruners cost, as people and programs see it.
 *
 *     winnow bench --pruners                              all of them, at 5,000 and 50,000 samples
 *     winnow bench --pruners el2n ucb:period=5            these, one of them with options
 *     winnow bench --pruners el2n --samples 1000 --json   for programs
 *
 * Each pruner at each size has a process of its own, so that the peak memory is its own: this
 * program again, with --serve, which prints one JSON object.
 */
#pragma once

#include "harness/cmd/kit/cmd.h"

struct cmd_bench_pruners {
    const char *const *names; /* NULL ends them; the first NULL: all pruners */
    const char *samples;      /* "5000,50000" */
    int features, classes, epochs, rounds, threads;
    int to; /* extrapolate to so many samples; 0: do not */
    double rate;
    bool json;
    bool serve; /* be the process that measures the one pruner at the one size */
};

/* Returns the exit code. argv: the command's, to start this process anew with. */
int cmd_bench_pruners(const struct cmd_line *line, char **argv,
                      const struct cmd_bench_pruners *asked);

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

/* The flags of winnow bench. */
struct bench_values {
    int precision, threads, batch, eval_batch, rounds, rows;
    double seconds;
    const char *conv, *input;
    bool json, layers, cells;
    bool serve;   /* be the process that measures: the one pruner at the one size */
    bool pruners; /* then the following count, and of the others threads, rounds, json, serve */
    const char *samples; /* "5000,50000", or NULL */
    int features, classes, epochs;
    int to; /* extrapolate to so many samples; 0: do not */
    double rate;
};

/* Returns the exit code. argv: the command's, to start this process anew with. names: NULL ends
 * them; the first NULL: all pruners. */
int cmd_bench_pruners(const struct cmd_line *line, char **argv, const struct bench_values *asked,
                      const char *const *names);

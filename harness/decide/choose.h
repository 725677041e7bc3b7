/*
 * choose: which block of cells is begun next, where seeds are added until all questions are
 * decided. Pure: numbers go in, one number comes out.
 *
 *     const size_t next = choose_block(blocks, count);
 *     if (next < count) ...
 *
 * A block is what open questions need of one dataset and model with one seed. Blocks with cells
 * that are to run whatever is decided, those of the first seeds, come first, as they are listed.
 * Then, of each dataset and model, its next seed is a candidate: seeds come in their order, since
 * evidence is looked at in that order. Of the candidates the one is begun that promises most
 * decisions per second: the sum over its open questions of
 *
 *     chance to be decided at all / seeds to be expected until then
 *
 * by its seconds. As long as earlier blocks of the same place are not finished, they may decide
 * without it: its promise is divided by their number and one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct choose_block {
    size_t place;   /* number of its dataset and model */
    int seed;       /* the smaller comes before */
    bool first;     /* it is to run whatever is decided */
    bool begun;     /* it cannot be chosen any more, ... */
    bool busy;      /* ... and is not finished */
    bool refused;   /* it cannot be chosen at present */
    size_t cells;   /* to run; 0: there is nothing to begin */
    double seconds; /* that they take; of those that are next (choose_is_next) */
    double decides; /* the sum over its open questions */
};

/* What an open question adds to the sum: by its chance and the seeds expected, NAN where no spread
 * is known yet, and the seeds left. */
double choose_decides(double chance, double expected, size_t left);
/* Whether none of its place is to be begun before. */
bool choose_is_next(const struct choose_block *blocks, size_t count, size_t i);
/* The one to begin; count: none. */
size_t choose_block(const struct choose_block *blocks, size_t count);

/*
 * engine: how a cell computes what its recipe says: the `engine:` mapping of an experiment.
 *
 *     engine: {conv: im2col, threads: 2}
 *
 * Both are part of the cell's key, spelled out like every option, defaults included. Another
 * implementation or number of threads adds up the same sums in another order, so the last bits
 * differ; above all it changes the clock, which is what winnow compares: a grid that forces im2col
 * and one that does not are two sets of cells, side by side in one database. What the engine then
 * chose on this CPU is no part of the key: the attempt's record names it.
 */
#pragma once

#include "harness/cell/recipe.h"
#include "models/nn/nn.h"

enum { ENGINE_MAX_THREADS = 1024 };

struct engine {
    int conv; /* 0: the best that accept; i + 1: from nn_conv_name(i) on */
    int threads;
};

extern const struct option engine_options[];

/* As the engine's plan wants it. */
struct nn_engine engine_setting(const struct engine *engine, const struct recipe *recipe);
/* How many cells of so many threads have room on the cores; 1 or more. */
int engine_room(int cores, int threads);
